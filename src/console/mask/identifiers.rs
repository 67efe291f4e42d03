//! Personal data that its form gives away: addresses, numbers, accounts.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Kind};

/// A form, and what else must hold of what has it.
struct Form {
    kind: Kind,
    pattern: LazyLock<Option<Regex>>,
    holds: fn(&str) -> bool,
}

/// In the order of certainty.
static FORMS: [Form; 7] = [
    Form {
        kind: Kind::Link,
        pattern: LazyLock::new(|| Regex::new(r"https?://[^\s<>«»]+[^\s<>«».,;:!?)\]]").ok()),
        holds: may_open_something,
    },
    Form {
        kind: Kind::Email,
        pattern: LazyLock::new(|| {
            Regex::new(r"[\p{L}0-9][\p{L}0-9._%+-]*@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)*\.\p{L}{2,}").ok()
        }),
        holds: always,
    },
    Form {
        kind: Kind::Account,
        pattern: LazyLock::new(|| Regex::new(r"@[a-z0-9._=/+-]+:[a-z0-9-]+(?:\.[a-z0-9-]+)+").ok()),
        holds: always,
    },
    Form {
        kind: Kind::Iban,
        pattern: LazyLock::new(|| Regex::new(r"(?i)\b[a-z]{2}[0-9]{2}(?:[ .-]?[a-z0-9]){11,30}\b").ok()),
        holds: is_iban,
    },
    Form {
        kind: Kind::Nir,
        pattern: LazyLock::new(|| {
            Regex::new(r"\b[1-478][ .-]?[0-9]{2}[ .-]?(?:0[1-9]|1[0-2]|[2-9][0-9])[ .-]?(?:[0-9]{2}|2[ABab])[ .-]?[0-9]{3}[ .-]?[0-9]{3}(?:[ .-]?[0-9]{2})?\b").ok()
        }),
        holds: always,
    },
    Form {
        kind: Kind::Phone,
        pattern: LazyLock::new(|| {
            Regex::new(r"(?:(?:\+|\b00)[1-9][0-9]{0,2}[ .-]?(?:\(0\)[ .-]?)?[0-9](?:[ .-]?[0-9]){7,9}|\b0[1-9](?:[ .-]?[0-9]){8})\b").ok()
        }),
        holds: always,
    },
    Form {
        kind: Kind::Address,
        pattern: LazyLock::new(|| {
            Regex::new(concat!(
                r"\b[0-9]{1,4}(?:\s?(?:bis|ter|quater))?,?\s+(?i:rue|avenue|av\.|boulevard|bd|impasse|allée|chemin|route|quai|square|",
                r"place|cours|passage|résidence|lotissement|sentier|faubourg)\s+(?:(?:de|du|des|d['’]|la|le|les|l['’])\s*)*",
                r"\p{L}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*){0,3}(?:,?\s+(?:à\s+)?[0-9]{5}(?:\s+\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*){0,3})?)?"
            ))
            .ok()
        }),
        holds: is_address,
    },
];

pub(super) fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for form in &FORMS {
        let Some(pattern) = &*form.pattern else { continue };
        for passage in pattern.find_iter(text).filter(|passage| (form.holds)(passage.as_str())) {
            let free = found.iter().all(|one| one.end <= passage.start() || passage.end() <= one.start);
            if free {
                found.push(Found { start: passage.start(), end: passage.end(), kind: form.kind });
            }
        }
    }
    found
}

fn always(_: &str) -> bool {
    true
}

/// A page of a public site is no secret; what follows a question mark, or a long word of letters and figures, may be.
fn may_open_something(link: &str) -> bool {
    let path = link.splitn(4, '/').nth(3).unwrap_or_default();
    let is_key = |part: &str| {
        part.len() >= 16
            && part.contains(|c: char| c.is_ascii_digit())
            && part.contains(|c: char| c.is_ascii_alphabetic())
    };
    link.contains(['?', '#', '@']) || path.split(['/', '-', '.']).any(is_key)
}

/// With its key, or French and of the right length: a slip in the key makes it no less personal.
fn is_iban(text: &str) -> bool {
    let signs: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let french = signs.starts_with("FR") && signs.len() == 27 && signs[2..12].bytes().all(|b| b.is_ascii_digit());
    french || (signs.len() >= 15 && remainder(&signs) == Some(1))
}

/// The remainder by 97 of an account number, its first four signs moved to the end and letters read as numbers.
fn remainder(signs: &str) -> Option<u32> {
    let moved = signs[4..].chars().chain(signs[..4].chars());
    moved.map(|sign| sign.to_digit(36)).try_fold(0, |rest, value| {
        let value = value?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

/// « 12 rue des lilas » is one, « 3 cours de formation » is not: some names of streets are common words, which only a
/// capital or a postcode tells apart.
fn is_address(text: &str) -> bool {
    const SURE: [&str; 6] = ["rue", "avenue", "av.", "boulevard", "bd", "impasse"];
    let lower = text.to_lowercase();
    let sure = lower.split([' ', ',']).any(|word| SURE.contains(&word));
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let postcode = text.split(|c: char| !c.is_ascii_digit()).any(|part| part.len() == 5);
    sure || postcode || letters.clone().any(char::is_uppercase)
}
