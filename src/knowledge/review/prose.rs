//! How sheets read: sentences that are too long, English words that have a French equivalent.

use super::super::french;
use super::super::jargon::Jargon;
use super::super::sheet::Method;
use super::{Review, sheet_file};

/// Nobody reads more in one breath.
const LONGEST: usize = 30;
/// Left by the model of a new sheet.
const UNWRITTEN: &str = "À ÉCRIRE";

impl Review<'_> {
    pub fn prose(&mut self) {
        for method in self.library.methods() {
            let file = sheet_file(method);
            let Some(text) = self.files.get(&file).map(|file| file.text.clone()) else { continue };
            self.check_finished(&file, &text);
            for (line, text) in body_lines(&text) {
                self.check_sentences(&file, line, text);
                self.check_jargon(method, &file, line, text);
            }
        }
    }

    /// `declic new method` leaves marks where something is to be written.
    fn check_finished(&mut self, file: &str, text: &str) {
        for (line, _) in (1..).zip(text.lines()).filter(|(_, line)| line.contains(UNWRITTEN)) {
            self.warn_at(
                file,
                line,
                "il reste à écrire ici".to_owned(),
                format!("remplacez « {UNWRITTEN} » par votre texte"),
            );
        }
    }

    fn check_sentences(&mut self, file: &str, line: u32, text: &str) {
        for sentence in sentences(text) {
            let count = words_in(sentence);
            if count > LONGEST {
                let start: String = sentence.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
                let message = format!("phrase de {count} mots : « {start} … »");
                self.warn_at(file, line, message, format!("coupez-la : {LONGEST} mots au plus"));
            }
        }
    }

    fn check_jargon(&mut self, method: &Method, file: &str, line: u32, text: &str) {
        let words = french::words(&without_links(text));
        let named = french::words(&method.name);
        let found: Vec<Jargon> =
            self.library.jargon.iter().filter(|jargon| holds(&words, &jargon.folded)).cloned().collect();
        // A sheet may call itself by its name.
        for jargon in found.into_iter().filter(|jargon| !holds(&named, &jargon.folded)) {
            let message = format!("« {} » a un équivalent français", jargon.word);
            self.warn_at(file, line, message, format!("dites par exemple « {} »", jargon.instead));
        }
    }
}

/// The lines after the front matter, with their numbers.
fn body_lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let lines = (1..).zip(text.lines());
    lines.skip(1).skip_while(|(_, line)| line.trim_end() != "---").skip(1)
}

fn sentences(line: &str) -> Vec<&str> {
    // « : » ends a breath too, as does a quotation.
    line.split_inclusive(['.', '!', '?', '…', ';', ':', '«', '»'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

fn words_in(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The line without its links: addresses are no prose, and a sheet's name is not ours to change here.
fn without_links(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find("](") {
        let name = rest[..start].rfind('[').unwrap_or(start);
        kept.push_str(&rest[..name]);
        kept.push(' ');
        rest = rest[start..].find(')').map_or("", |end| &rest[start + end + 1..]);
    }
    kept.push_str(rest);
    kept
}

fn holds(words: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && words.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_one_breathes() {
        assert_eq!(sentences("Un. Deux ? Trois : quatre"), ["Un.", "Deux ?", "Trois :", "quatre"]);
        assert_eq!(words_in("- **Un** mot, « deux » !"), 3);
        assert_eq!(without_links("voir [le guide](https://feedback.fr) ici"), "voir   ici");
    }

    #[test]
    fn the_front_matter_is_no_prose() {
        let lines: Vec<_> = body_lines("---\nname: a\n---\n\ntexte\n").collect();
        assert_eq!(lines, [(4, ""), (5, "texte")]);
    }
}
