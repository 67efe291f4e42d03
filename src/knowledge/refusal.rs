//! What people do not want: « surtout pas un questionnaire », « ni réunion ni gommettes », "anything but a workshop".
//!
//! Two kinds of words refuse. Some say a will (« je ne veux pas de »): after these a method's name counts too. Others
//! (« pas de », « sans ») as often complain of a lack, « pas d'indicateurs, pas de charte »: after these only a way of
//! working counts, which nobody complains to lack.

use std::sync::LazyLock;

use super::french;
use super::names::Names;

/// What may be refused, by number.
#[derive(Clone, Copy)]
pub struct Refusable<'a, T> {
    /// Ways of working.
    pub formats: &'a Names<T>,
    /// Methods, which a will must refuse.
    pub methods: &'a Names<T>,
}

/// What was refused, and the text without it: it would call for what is not wanted.
#[derive(Debug, PartialEq)]
pub struct Refusals<T> {
    pub formats: Vec<T>,
    pub methods: Vec<T>,
    pub rest: String,
}

impl<T: Copy> Refusable<'_, T> {
    /// None where nothing is refused.
    pub fn find(&self, text: &str) -> Option<Refusals<T>> {
        let mut found = Refusals { formats: Vec::new(), methods: Vec::new(), rest: String::new() };
        for clause in text.split(CLAUSE_ENDS) {
            let mut words = words(clause);
            self.take_from(&mut words, &mut found);
            found.rest.push_str(&words.join(" "));
            found.rest.push_str(", ");
        }
        (!found.formats.is_empty() || !found.methods.is_empty()).then_some(found)
    }

    /// Takes what is refused out of the words of a clause.
    fn take_from(&self, words: &mut Vec<String>, found: &mut Refusals<T>) {
        let mut at = 0;
        while at < words.len() {
            let Some((cue, will)) = cue(words, at) else {
                at += 1;
                continue;
            };
            at += cue;
            while let Some(length) = self.refused(&words[at..], will, found) {
                words.drain(at..at + length);
            }
        }
    }

    /// How many words from here on are refused, those before the name among them.
    fn refused(&self, words: &[String], will: bool, found: &mut Refusals<T>) -> Option<usize> {
        let start = words.iter().take_while(|word| FILLERS.contains(&word.as_str())).count();
        let here = |names: &Names<T>| names.within(&words[start..]).into_iter().find(|found| found.start == 0);
        if let Some(format) = here(self.formats) {
            found.formats.push(format.owner);
            return Some(start + format.length);
        }
        let method = here(self.methods).filter(|_| will)?;
        found.methods.push(method.owner);
        Some(start + method.length)
    }
}

/// With « qu' », which elsewhere says nothing: « plutôt un atelier » is a wish, « plutôt qu'un atelier » is none.
fn words(clause: &str) -> Vec<String> {
    french::words(&french::fold(clause).replace("qu'", "que "))
}

const CLAUSE_ENDS: [char; 12] = [',', '.', ';', ':', '!', '?', '(', ')', '\n', '—', '–', '…'];

/// What stands between a refusal and what it refuses, and between two things that are refused.
const FILLERS: [&str; 38] = [
    "de",
    "des",
    "du",
    "d",
    "un",
    "une",
    "le",
    "la",
    "les",
    "aux",
    "ou",
    "et",
    "ni",
    "encore",
    "autre",
    "autres",
    "nouveau",
    "nouvelle",
    "nouvel",
    "enieme",
    "simple",
    "grand",
    "grande",
    "petit",
    "petite",
    "par",
    "faire",
    "refaire",
    "lancer",
    "organiser",
    "animer",
    "a",
    "an",
    "the",
    "any",
    "another",
    "or",
    "more",
];

/// Words that say a will.
static WILL: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    phrases(
        "surtout pas|veux pas|veut pas|voulons pas|veulent pas|voudrais pas|veux plus|veut plus|voulons plus|veulent plus|\
         souhaite pas|souhaitons pas|autre chose que|plutot que|au lieu|marre|ras le bol|pas envie|\
         pas question|plus envie|evitez|evitons|tout sauf|anything but|rather than|instead of|sick of|fed up with|\
         not another|no more|avoid|want no",
    )
});

/// Words that say a will or a lack; the first ones only where a clause begins.
static AT_THE_START: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    phrases("pas|et pas|mais pas|donc pas|pas encore un|pas encore une|si possible pas|no|but no|and no|not")
});
static ANYWHERE: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| phrases("sans|ni|without"));

fn phrases(list: &str) -> Vec<Vec<String>> {
    let mut phrases: Vec<Vec<String>> = list.split('|').map(french::words).collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    phrases
}

/// The length of what refuses at this place, and whether it says a will.
fn cue(words: &[String], at: usize) -> Option<(usize, bool)> {
    let begins = |phrases: &[Vec<String>]| phrases.iter().find(|phrase| words[at..].starts_with(phrase)).map(Vec::len);
    let will = begins(&WILL).map(|length| (length, true));
    let start = || begins(&AT_THE_START).filter(|_| at == 0).map(|length| (length, false));
    will.or_else(start).or_else(|| begins(&ANYWHERE).map(|length| (length, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Vec<u8>, Vec<u8>) {
        let (mut formats, mut methods) = (Names::default(), Names::default());
        ["atelier", "questionnaire", "gommettes", "survey"]
            .iter()
            .zip(1..)
            .for_each(|(name, owner)| formats.add(name, owner));
        ["world café", "indicateurs"].iter().zip(1..).for_each(|(name, owner)| methods.add(name, owner));
        Refusable { formats: &formats, methods: &methods }
            .find(text)
            .map(|found| (found.formats, found.methods))
            .unwrap_or_default()
    }

    #[test]
    fn what_is_refused_is_heard_and_what_is_lacking_is_not() {
        for (text, formats, methods) in [
            ("Comprendre les familles, surtout pas un questionnaire", vec![2], vec![]),
            ("Ni ateliers ni gommettes : deux heures dehors", vec![1, 3], vec![]),
            ("Pas d'atelier, pas de questionnaire, ils n'y répondent plus.", vec![1, 2], vec![]),
            ("On ne veut pas d'atelier ou de questionnaire", vec![1, 2], vec![]),
            ("je ne veux plus de world café", vec![], vec![1]),
            ("autre chose qu’un énième questionnaire", vec![2], vec![]),
            ("Anything but another survey, please", vec![4], vec![]),
            ("Nous n'avons pas de questionnaire à leur donner", vec![], vec![]),
            ("Pas d'indicateurs, pas de cap", vec![], vec![]),
            ("une équipe sans indicateurs", vec![], vec![]),
            ("un atelier sans prétention", vec![], vec![]),
            ("je veux un questionnaire", vec![], vec![]),
            ("plutôt qu’un atelier", vec![1], vec![]),
            ("plutôt un atelier", vec![], vec![]),
            ("éviter que l'atelier parte dans tous les sens", vec![], vec![]),
            ("Pas facile d'animer un atelier", vec![], vec![]),
        ] {
            assert_eq!(refused(text), (formats, methods), "{text}");
        }
    }

    #[test]
    fn what_remains_is_asked_for() {
        let mut formats = Names::default();
        formats.add("questionnaire", 0_u8);
        let found = Refusable { formats: &formats, methods: &Names::default() }
            .find("Écouter les élèves, pas de questionnaire !");
        assert_eq!(found.unwrap().rest, "ecouter les eleves, pas, , ");
    }
}
