//! Numbers in words: « deux cent quatre-vingt-trois », "a hundred and five".

use super::super::tokens::{Token, value_at};

/// A number in words (or figures before « millions ») from `at`: its value and its end.
pub fn spelled(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let mut number =
        Spelled { group: value_at(tokens, at), figures: value_at(tokens, at).is_some(), ..Spelled::default() };
    let mut end = at + usize::from(number.group.is_some());
    let mut next = end;
    while let Some(token) = tokens.get(next) {
        let joins = matches!(token.text.as_str(), "et" | "and") && number.takes_and();
        if !joins {
            if !number.add(token) {
                break;
            }
            end = next + 1;
        }
        next += 1;
    }
    (end > at).then(|| (number.total + number.group.unwrap_or(0.0), end))
}

/// A number being read: what is below a thousand stays open in `group`.
#[derive(Default)]
struct Spelled {
    total: f64,
    group: Option<f64>,
    read: bool,
    /// It began with figures: only « mille » or « millions » may follow.
    figures: bool,
}

impl Spelled {
    /// « vingt et un », "a hundred and five": not « deux et trois ».
    fn takes_and(&self) -> bool {
        self.group.is_some_and(|group| group >= 20.0 && group % 10.0 == 0.0)
    }

    /// Whether the token goes on the number; if so it has been added.
    fn add(&mut self, token: &Token) -> bool {
        let added = match token.text.as_str() {
            "mille" | "mil" | "thousand" => self.close_group(1e3),
            "million" | "millions" => self.group.is_some() && self.close_group(1e6),
            _ if self.figures => false,
            "cent" | "cents" | "hundred" => self.add_hundred(),
            word => below_hundred(word).is_some_and(|value| self.add_below_hundred(value)),
        };
        self.read |= added;
        added
    }

    fn add_below_hundred(&mut self, value: f64) -> bool {
        let group = self.group.unwrap_or(0.0);
        let (tens, units) = (group % 100.0, group % 10.0);
        if tens == 4.0 && value == 20.0 {
            self.group = Some(group + 76.0);
            return true;
        }
        let fits = self.group.is_none()
            || (group >= 100.0 && tens == 0.0)
            || (tens >= 20.0 && units == 0.0 && (1.0..10.0).contains(&value))
            || ((tens == 60.0 || tens == 80.0) && (10.0..20.0).contains(&value))
            || (tens == 10.0 && (7.0..10.0).contains(&value));
        if fits {
            self.group = Some(group + value);
        }
        fits
    }

    fn add_hundred(&mut self) -> bool {
        let hundreds = self.group.unwrap_or(1.0);
        let fits = (1.0..100.0).contains(&hundreds);
        if fits {
            self.group = Some(hundreds * 100.0);
        }
        fits
    }

    fn close_group(&mut self, factor: f64) -> bool {
        let group = match self.group.take() {
            Some(group) => group,
            None if !self.read => 1.0,
            None => return false,
        };
        self.total += group * factor;
        true
    }
}

fn below_hundred(word: &str) -> Option<f64> {
    Some(match word {
        "zero" => 0.0,
        "un" | "une" | "one" => 1.0,
        "deux" | "two" => 2.0,
        "trois" | "three" => 3.0,
        "quatre" | "four" => 4.0,
        "cinq" | "five" => 5.0,
        "six" => 6.0,
        "sept" | "seven" => 7.0,
        "huit" | "eight" => 8.0,
        "neuf" | "nine" => 9.0,
        "dix" | "ten" => 10.0,
        "onze" | "eleven" => 11.0,
        "douze" | "twelve" => 12.0,
        "treize" | "thirteen" => 13.0,
        "quatorze" | "fourteen" => 14.0,
        "quinze" | "fifteen" => 15.0,
        "seize" | "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        "vingt" | "vingts" | "twenty" => 20.0,
        "trente" | "thirty" => 30.0,
        "quarante" | "forty" | "fourty" => 40.0,
        "cinquante" | "fifty" => 50.0,
        "soixante" | "sixty" => 60.0,
        "septante" | "seventy" => 70.0,
        "huitante" | "octante" | "eighty" => 80.0,
        "nonante" | "ninety" => 90.0,
        _ => return None,
    })
}
