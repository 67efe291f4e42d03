//! Which language a message is written in.

use super::text::{fold, words};
use crate::dialogue::script::Words;
use crate::knowledge::Language;

/// What can be said of the language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    Spoken(Language),
    /// Neither French nor English, for certain.
    Foreign,
    Unknown,
}

/// Another language only when a detector is certain and few of our small words occur; else French or English by those.
pub fn tongue(vocabulary: &Words, text: &str) -> Tongue {
    let said = fold(text);
    let said = words(&said);
    let count = |marks: &[String]| said.iter().filter(|word| marks.iter().any(|mark| mark == *word)).count();
    let (french, english) = (count(&vocabulary.french_marks), count(&vocabulary.english_marks));
    if (french + english) * 3 < said.len() && said.len() >= 3 && is_foreign(text) {
        return Tongue::Foreign;
    }
    if english > french && (english >= 2 || said.len() <= 3) {
        return Tongue::Spoken(Language::English);
    }
    if french > english { Tongue::Spoken(Language::French) } else { Tongue::Unknown }
}

/// The languages told apart; among more, a hurried French sentence passes for one of its cousins.
const KNOWN: [whatlang::Lang; 13] = {
    use whatlang::Lang::{Ara, Cmn, Deu, Eng, Fra, Ita, Nld, Pol, Por, Rus, Spa, Tur, Ukr};
    [Fra, Eng, Spa, Deu, Ita, Por, Nld, Pol, Tur, Rus, Ukr, Ara, Cmn]
};

fn is_foreign(text: &str) -> bool {
    const CERTAIN: f64 = 0.4;
    whatlang::Detector::with_allowlist(KNOWN.to_vec()).detect(text).is_some_and(|found| {
        let latin = matches!(found.script(), whatlang::Script::Latin);
        let ours = matches!(found.lang(), whatlang::Lang::Fra | whatlang::Lang::Eng);
        !ours && (!latin || found.confidence() > CERTAIN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Words {
        let list = |words: &str| words.split(' ').map(str::to_owned).collect();
        Words {
            french_marks: list(
                "le la les un une des du de et est pour avec dans sur nous vous je on que qui nos mon ma pas en par",
            ),
            english_marks: list(
                "the of and to is are for with we our you my how do can what that this have it they be",
            ),
            ..Words::default()
        }
    }

    #[test]
    fn other_languages_are_told_from_hurried_french() {
        let foreign = [
            "¿Dónde puedo encontrar un formulario para inscribir a mis hijos en la escuela?",
            "Wo finde ich bitte das Formular für die Anmeldung meiner Kinder?",
            "Dove posso trovare il modulo per iscrivere i miei figli a scuola?",
            "Где я могу найти форму для записи детей в школу?",
        ];
        for text in foreign {
            assert_eq!(tongue(&vocabulary(), text), Tongue::Foreign, "{text}");
        }
        let ours = [
            "comen fer pr savoir ske les gens pense du nouvo site",
            "slt jv organisé reunion service trankil",
            "accueil bondé samedi",
            "trouver des idées",
            "tablo kanbanne pr service courier",
            "budget participatif quartier nord",
        ];
        for text in ours {
            assert_ne!(tongue(&vocabulary(), text), Tongue::Foreign, "{text}");
        }
        assert_eq!(tongue(&vocabulary(), "how do we involve people"), Tongue::Spoken(Language::English));
    }
}
