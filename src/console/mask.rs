//! Personal data in what people write: found, and replaced by a label or by an invented value, the same one for the same
//! person throughout a conversation.
//!
//! What is sure (an e-mail address, a number with a key) is found by its form; names by what stands around them and by
//! a list of given names. « 12 agents », « 2 h », a commune or a school that bears a name are left alone.

mod identifiers;
mod names;

use std::collections::BTreeMap;

use crate::knowledge::french::fold;

/// What kind of personal data a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Name,
    Phone,
    Email,
    /// The number of the social security.
    Nir,
    Iban,
    Address,
    /// A link whose end may open something.
    Link,
    /// An account on Matrix or Discord.
    Account,
}

impl Kind {
    /// As it is shown in place of the words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "nom",
            Self::Phone => "téléphone",
            Self::Email => "courriel",
            Self::Nir => "numéro de sécurité sociale",
            Self::Iban => "IBAN",
            Self::Address => "adresse",
            Self::Link => "lien",
            Self::Account => "compte",
        }
    }
}

/// A passage of personal data, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// The passages of personal data in a text, in order, none overlapping.
pub fn find(text: &str) -> Vec<Found> {
    let mut found = identifiers::find(text);
    let names = names::find(text);
    found.extend(names);
    // The first to begin wins, then the longest: an address holds its number, a link its e-mail address.
    found.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        if kept.last().is_none_or(|last| last.end <= one.start) {
            kept.push(one);
        }
    }
    kept
}

/// One text with labels in place of personal data.
pub fn mask(text: &str) -> String {
    Masker::new(&[text]).mask(text)
}

/// What stands in place of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `[nom 1]`
    Labels,
    /// « Camille », « 01 99 00 00 01 »: the text still reads as one. The names begin at this one of the list.
    Invented(usize),
}

/// Replaces the personal data of a whole conversation consistently: the same name is always the same `[nom 1]`.
#[derive(Debug, Clone)]
pub struct Masker {
    /// Folded words → kind and number.
    known: BTreeMap<String, (Kind, usize)>,
    style: Style,
}

impl Masker {
    /// Learns the personal data of these texts, in their order.
    pub fn new(texts: &[&str]) -> Self {
        let mut masker = Self { known: BTreeMap::new(), style: Style::Labels };
        for text in texts {
            for found in find(text) {
                masker.learn(&text[found.start..found.end], found.kind);
            }
        }
        masker
    }

    /// The same, with invented values in place of labels: for a dialogue that is to be replayed. `first` turns the list of
    /// names: a name is a word that the search hears, and one may change its mind where another does not.
    pub fn inventing(texts: &[&str], first: usize) -> Self {
        Self { style: Style::Invented(first), ..Self::new(texts) }
    }

    fn learn(&mut self, words: &str, kind: Kind) {
        let number = 1 + self.known.values().filter(|(known, _)| *known == kind).map(|(_, n)| *n).max().unwrap_or(0);
        let key = key(words, kind);
        if self.known.contains_key(&key) {
            return;
        }
        // « Sophie », then « Sophie Martin »: the same person.
        let number = if kind == Kind::Name { self.same_person(&key).unwrap_or(number) } else { number };
        self.known.insert(key, (kind, number));
    }

    fn same_person(&self, key: &str) -> Option<usize> {
        let shares = |other: &str| other.split(' ').any(|word| key.split(' ').any(|own| own == word));
        self.known
            .iter()
            .find(|(other, (kind, _))| *kind == Kind::Name && shares(other))
            .map(|(_, (_, number))| *number)
    }

    /// Whether nothing was found to replace.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The text with its personal data replaced, that of the learnt texts wherever it occurs included.
    pub fn mask(&self, text: &str) -> String {
        let mut found = find(text);
        found.extend(self.recognised(text, &found));
        found.sort();
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        for Found { start, end, kind } in found {
            masked.push_str(&text[done..start]);
            masked.push_str(&self.stand_in(&text[start..end], kind));
            done = end;
        }
        masked.push_str(&text[done..]);
        masked
    }

    /// Names learnt elsewhere, which nothing around them gives away here.
    fn recognised(&self, text: &str, found: &[Found]) -> Vec<Found> {
        let names =
            || self.known.iter().filter(|(_, (kind, _))| *kind == Kind::Name).flat_map(|(key, _)| key.split(' '));
        let free = |start: usize, end: usize| found.iter().all(|one| one.end <= start || end <= one.start);
        names::capitalised(text)
            .filter(|(start, end)| free(*start, *end))
            .filter(|(start, end)| names().any(|name| name.len() > 2 && name == fold(&text[*start..*end])))
            .map(|(start, end)| Found { start, end, kind: Kind::Name })
            .collect()
    }

    fn number(&self, words: &str, kind: Kind) -> usize {
        let key = key(words, kind);
        let exact = self.known.get(&key).map(|(_, number)| *number);
        exact.or_else(|| if kind == Kind::Name { self.same_person(&key) } else { None }).unwrap_or(1)
    }

    fn stand_in(&self, words: &str, kind: Kind) -> String {
        let number = self.number(words, kind);
        match self.style {
            Style::Labels => format!("[{} {number}]", kind.label()),
            Style::Invented(first) => invented(kind, number, first),
        }
    }
}

/// What makes two passages the same.
fn key(words: &str, kind: Kind) -> String {
    match kind {
        Kind::Phone | Kind::Nir | Kind::Iban => fold(words).chars().filter(char::is_ascii_alphanumeric).collect(),
        Kind::Name => fold(words).split([' ', '-', '\'']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
        _ => fold(words),
    }
}

/// Given names that both men and women bear.
pub const INVENTED: [&str; 8] = ["Camille", "Dominique", "Claude", "Maxime", "Alix", "Sacha", "Charlie", "Morgan"];

/// Numbers of the ranges that are kept free for fiction; every other set has none, for the engine may take one for a number
/// of persons.
fn invented(kind: Kind, number: usize, first: usize) -> String {
    match kind {
        Kind::Phone | Kind::Nir | Kind::Iban if !first.is_multiple_of(2) => "xxx".to_owned(),
        Kind::Name => INVENTED[(first + number - 1) % INVENTED.len()].to_owned(),
        Kind::Phone => format!("01 99 00 00 {:02}", number % 100),
        Kind::Email => format!("personne{number}@exemple.fr"),
        Kind::Nir => format!("1 00 99 99 999 {number:03} 00"),
        Kind::Iban => format!("FR00 0000 0000 0000 0000 0000 {number:03}"),
        Kind::Address => format!("{number} rue de l’Exemple"),
        Kind::Link => format!("https://exemple.fr/{number}"),
        Kind::Account => format!("@personne{number}:exemple.fr"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_masked() {
        for (text, expected) in [
            ("écrivez à jean.dupont@interieur.gouv.fr.", "écrivez à [courriel 1]."),
            ("mon 06 12 34 56 78 ou 0612345678", "mon [téléphone 1] ou [téléphone 1]"),
            ("+33 6 12 34 56 78, 06.98.76.54.32", "[téléphone 1], [téléphone 2]"),
            ("tel +33 (0)1 23 45 67 89", "tel [téléphone 1]"),
            ("NIR 1 85 05 78 006 084 91 fin", "NIR [numéro de sécurité sociale 1] fin"),
            ("n° 185057800608491", "n° [numéro de sécurité sociale 1]"),
            ("née en Corse : 2 90 12 2A 123 456 17", "née en Corse : [numéro de sécurité sociale 1]"),
            ("IBAN FR76 3000 6000 0112 3456 7890 189", "IBAN [IBAN 1]"),
            ("fr7630006000011234567890189", "[IBAN 1]"),
            ("j'habite 12 bis rue de la République, 69003 Lyon", "j'habite [adresse 1]"),
            ("au 4, avenue Jean Jaurès", "au [adresse 1]"),
            ("voir https://exemple.gouv.fr/dossier?token=abc123", "voir [lien 1]"),
            ("@paul.martin:agent.tchap.gouv.fr le dit", "[compte 1] le dit"),
            ("M. Dupont et Mme Le Goff", "M. [nom 1] et Mme [nom 2]"),
            ("Madame Nguyen-Martin m’a dit", "Madame [nom 1] m’a dit"),
            ("le Dr Benali ou maître Petit", "le Dr [nom 1] ou maître [nom 2]"),
            ("je m'appelle karim", "je m'appelle [nom 1]"),
            ("Je m’appelle Anne-Sophie de la Tour.", "Je m’appelle [nom 1]."),
            ("Sophie Martin est absente, Sophie reviendra", "[nom 1] est absente, [nom 1] reviendra"),
            ("DUPONT Jean", "[nom 1]"),
            ("Jean DUPONT", "[nom 1]"),
            ("avec Jean-Pierre et Fatima", "avec [nom 1] et [nom 2]"),
            ("mon collègue thomas", "mon collègue [nom 1]"),
            ("Cordialement, Élodie Bernard", "Cordialement, [nom 1]"),
        ] {
            assert_eq!(mask(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_is_left_alone() {
        for text in [
            "nous sommes 12 agents et 2 h par semaine",
            "300 000 € en 2026, soit 25 000 par mois",
            "la commune de Saint-Pierre-des-Corps",
            "à Saint Denis, à Marseille et à Villeneuve d'Ascq",
            "Pierre-Bénite et Bourg-la-Reine",
            "le lycée Jean Moulin et l'espace Simone Veil",
            "le collège Marie Curie, rue Victor Hugo",
            "Monsieur le préfet et Madame la directrice",
            "Mme la maire, M. le sous-préfet",
            "bonjour madame, bonjour monsieur",
            "la DGFIP, l'ANTS et la CAF de Paris",
            "France Travail, Rose des vents",
            "une solution claire, la pierre à l'édifice",
            "Claire et simple, la procédure",
            "le 12 place libre, 3 cours de formation",
            "il y a 2 places et 4 routes à refaire",
            "appeler le 39 39 ou le 3949",
            "du 01/02/2026 au 03/04/2026",
            "de 8 h 30 à 17 h 45, 7 jours sur 7",
            "SIRET 130 025 265 00013",
            "article L311-3-1 du CRPA",
            "https://www.modernisation.gouv.fr/simplifier",
            "Design thinking, Persona, Word Café",
            "Bonjour, Nous voulons refondre le Formulaire",
            "Mon projet : réduire les files d'attente à la Préfecture du Rhône",
            "",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn the_same_person_has_the_same_name_throughout() {
        let texts = ["Mme Petit est partie", "j'ai vu Petit hier, et Lucas"];
        let masker = Masker::new(&texts);
        assert_eq!(masker.mask(texts[1]), "j'ai vu [nom 1] hier, et [nom 2]");
        let invented = Masker::inventing(&texts, 0);
        assert_eq!(invented.mask(texts[0]), "Mme Camille est partie");
        assert_eq!(invented.mask(texts[1]), "j'ai vu Camille hier, et Dominique");
        assert!(Masker::new(&["rien"]).is_empty());
    }
}
