//! A text as folded words, numbers and marks: the alphabet of everything that reads means.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::numbers;

/// Text without any mark is read as if it had some: what is said far back binds nothing.
const LONGEST_SENTENCE: usize = 50;

/// One word, one number (figures or words, ranges included) or one mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Lower case, without accents; the words of a spelled number joined by spaces.
    pub text: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Word,
    /// Both ends of a range; equal for a plain number.
    Number {
        low: f64,
        high: f64,
    },
    /// Punctuation, which parts what is said.
    Mark,
}

impl Token {
    pub fn word(text: impl Into<String>) -> Self {
        Self { text: text.into(), kind: Kind::Word }
    }

    pub fn number(text: impl Into<String>, value: f64) -> Self {
        Self::range(text, value, value)
    }

    pub fn range(text: impl Into<String>, low: f64, high: f64) -> Self {
        Self { text: text.into(), kind: Kind::Number { low, high } }
    }

    fn mark(character: char) -> Self {
        Self { text: character.to_string(), kind: Kind::Mark }
    }

    /// The number, or the middle of the range.
    pub fn value(&self) -> Option<f64> {
        self.ends().map(|(low, high)| f64::midpoint(low, high))
    }

    pub fn ends(&self) -> Option<(f64, f64)> {
        match self.kind {
            Kind::Number { low, high } => Some((low, high)),
            Kind::Word | Kind::Mark => None,
        }
    }

    pub fn is_mark(&self) -> bool {
        self.kind == Kind::Mark
    }

    /// Written in figures: « un » alone is mostly an article, « 1 » never is.
    pub fn in_figures(&self) -> bool {
        self.ends().is_some() && self.text.starts_with(|first: char| first.is_ascii_digit())
    }
}

/// Words and marks with numbers made whole: `une quinzaine d’agents` is a 15 and a word.
pub fn tokens(text: &str) -> Vec<Token> {
    numbers::join(&lex(text))
}

/// The word at a place; nothing beyond either end.
pub fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

pub fn value_at(tokens: &[Token], at: usize) -> Option<f64> {
    tokens.get(at).and_then(Token::value)
}

/// Where the part of the sentence between two marks that holds `at` begins.
pub fn part_start(tokens: &[Token], at: usize) -> usize {
    last_before(tokens, at, Token::is_mark)
}

/// Where that part ends.
pub fn part_end(tokens: &[Token], at: usize) -> usize {
    let at = at.min(tokens.len());
    tokens[at..].iter().position(Token::is_mark).map_or(tokens.len(), |length| at + length)
}

/// Where the sentence that holds `at` begins: a comma or a colon does not end one.
pub fn sentence_start(tokens: &[Token], at: usize) -> usize {
    let ends = |token: &Token| token.is_mark() && ".!?;\n".contains(&token.text);
    last_before(tokens, at, ends)
}

/// Just after the last token before `at` that ends something, looking back no further than a long sentence.
fn last_before(tokens: &[Token], at: usize, ends: impl Fn(&Token) -> bool) -> usize {
    let at = at.min(tokens.len());
    let from = at.saturating_sub(LONGEST_SENTENCE);
    tokens[from..at].iter().rposition(ends).map_or(from, |mark| from + mark + 1)
}

fn lex(text: &str) -> Vec<Token> {
    let folded: Vec<char> =
        text.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        at = lex_one(&folded, at, &mut tokens);
    }
    tokens
}

/// Reads what stands at `at`; returns where the next thing begins.
fn lex_one(text: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let character = text[at];
    if character.is_ascii_digit() {
        return lex_figures(text, at, tokens);
    }
    if character.is_alphabetic() {
        let end = word_end(text, at);
        let word: String = text[at..end].iter().collect();
        tokens.push(Token::word(word.replace('œ', "oe").replace('æ', "ae")));
        return end;
    }
    match character {
        '€' | '$' | '£' | '%' | '°' => tokens.push(Token::word(character)),
        '-' | '–' | '—' | '‑' if inside_word(text, at) => {}
        '–' | '—' | '-' | '‑' => tokens.push(Token::mark('-')),
        ',' | ';' | ':' | '.' | '!' | '?' | '…' | '(' | ')' | '[' | ']' | '\n' | '/' | '+' | '|' | '•' | '*' => {
            tokens.push(Token::mark(character));
        }
        _ => {}
    }
    at + 1
}

/// `a3` is a word; the `h` of `2h30` is a unit and leaves its minutes alone.
fn word_end(text: &[char], at: usize) -> usize {
    let after_figures = at.checked_sub(1).is_some_and(|before| text[before].is_ascii_digit());
    match after_figures {
        true => run(text, at, |character| character.is_alphabetic()),
        false => run(text, at, char::is_alphanumeric),
    }
}

/// A hyphen between letters joins a compound word; we read its halves.
fn inside_word(text: &[char], at: usize) -> bool {
    let letter = |place: Option<usize>| place.and_then(|place| text.get(place)).is_some_and(|c| c.is_alphabetic());
    letter(at.checked_sub(1)) && letter(at.checked_add(1))
}

fn lex_figures(text: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    if let Some(end) = telephone(text, at) {
        tokens.push(Token::word("#"));
        return end;
    }
    let (mut figures, mut end) = whole(text, at);
    if let Some(fraction) = fraction(text, at, end) {
        tokens.push(Token::number(text[at..end + 2].iter().collect::<String>(), fraction));
        return end + 2;
    }
    if digit(text, end + 1) && matches!(text[end], '.' | ',') {
        let decimals = run(text, end + 1, |character| character.is_ascii_digit());
        figures.push('.');
        figures.extend(&text[end + 1..decimals]);
        end = decimals;
    }
    let letters = run(text, end, |character| character.is_alphabetic());
    let suffix: String = text[end..letters].iter().collect();
    if numbers::is_ordinal_ending(&suffix) {
        tokens.push(Token::word(figures + suffix.as_str()));
        return letters;
    }
    if let Ok(value) = figures.parse() {
        tokens.push(Token::number(figures, value));
    }
    end
}

/// The figures before a decimal mark, their thousands joined: `200 000`, `3,000`.
fn whole(text: &[char], at: usize) -> (String, usize) {
    let mut end = run(text, at, |character| character.is_ascii_digit());
    let mut figures: String = text[at..end].iter().collect();
    while figures.len() <= 9
        && (figures.len() > 3 || end - at <= 3)
        && matches!(text.get(end), Some(' ' | '.' | ',' | '\u{a0}' | '\u{202f}'))
        && run(text, end + 1, |character| character.is_ascii_digit()) == end + 4
        && !figures.starts_with('0')
    {
        figures.extend(&text[end + 1..end + 4]);
        end += 4;
    }
    (figures, end)
}

/// `1/2`, `3/4`: what NFKD makes of ½ too. A date is not one.
fn fraction(text: &[char], at: usize, end: usize) -> Option<f64> {
    let slash = matches!(text.get(end), Some('/' | '⁄'));
    if end != at + 1 || !slash || !digit(text, end + 1) || digit(text, end + 2) || text.get(end + 2) == Some(&'/') {
        return None;
    }
    let above = f64::from(text[at].to_digit(10)?);
    let below = f64::from(text[end + 1].to_digit(10)?);
    (above < below && below <= 4.0).then_some(above / below)
}

/// Where a French telephone number ends: `01 23 45 67 89`.
fn telephone(text: &[char], at: usize) -> Option<usize> {
    if text[at] != '0' {
        return None;
    }
    let end = run(text, at, |character| character.is_ascii_digit() || " .-\u{a0}".contains(character));
    let digits = text[at..end].iter().filter(|character| character.is_ascii_digit()).count();
    (digits == 10).then_some(end)
}

fn run(text: &[char], from: usize, holds: impl Fn(char) -> bool) -> usize {
    let from = from.min(text.len());
    text[from..].iter().position(|character| !holds(*character)).map_or(text.len(), |length| from + length)
}

fn digit(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(char::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn compound_words_and_glued_units_are_parted() {
        assert_eq!(written("L’après-midi, 2h30"), "l apres midi , 2 h 30");
        assert_eq!(written("10pers / 300€"), "10 pers / 300 €");
    }

    #[test]
    fn figures_are_read_whole() {
        assert_eq!(tokens("200 000 €")[0].value(), Some(200_000.0));
        assert_eq!(tokens("3,000 people")[0].value(), Some(3_000.0));
        assert_eq!(tokens("1,5 jour")[0].value(), Some(1.5));
        assert_eq!(tokens("½ journée")[0].value(), Some(0.5));
        assert_eq!(written("01 23 45 67 89 et 12/03/2025"), "# et 12 / 3 / 2025".replace(" 3 ", " 03 "));
        assert_eq!(written("le 3e étage"), "le 3e etage");
    }
}
