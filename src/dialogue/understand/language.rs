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

fn is_foreign(text: &str) -> bool {
    whatlang::detect(text).is_some_and(|found| {
        let latin = matches!(found.script(), whatlang::Script::Latin);
        let ours = matches!(found.lang(), whatlang::Lang::Fra | whatlang::Lang::Eng);
        !ours && (!latin || found.is_reliable())
    })
}
