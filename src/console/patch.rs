//! Proposals for the method base as patches that `git apply` takes: a need, a synonym, a new sheet.
//!
//! What a person wrote is masked before it enters one; a proposal is read by a person before it is applied.

use std::fmt::Write as _;
use std::path::Path;

use super::mask::mask;
use crate::knowledge::french::fold;
use crate::knowledge::{MethodId, SourceFile};
use crate::new_method;

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// E.g. `besoin-persona.patch`.
    pub file_name: String,
    /// In the unified format, paths from the root of the project.
    pub text: String,
}

/// Proposes a request as a need of a method.
///
/// # Errors
/// Why it cannot be proposed, in a sentence for the coach.
pub fn need(files: &[SourceFile], method: &MethodId, request: &str) -> Result<Patch, String> {
    let file = format!("methods/{method}.needs.txt");
    let old = find(files, &file).ok_or_else(|| format!("La méthode « {method} » n’a pas de fichier de besoins."))?;
    let line = one_line(request)?;
    if old.lines().any(|known| fold(known) == fold(&line)) {
        return Err(format!("Ce besoin figure déjà parmi ceux de « {method} »."));
    }
    let new = format!("{}{line}\n", ended(old));
    Ok(Patch { file_name: format!("besoin-{}.patch", super::slug(method.as_str())), text: change(&file, old, &new) })
}

/// Proposes that a word means what another does: it joins the family or the synonyms of that word.
///
/// # Errors
/// Why it cannot be proposed, in a sentence for the coach.
pub fn synonym(files: &[SourceFile], word: &str, same_as: &str) -> Result<Patch, String> {
    let (word, same_as) = (term(word)?, term(same_as)?);
    let old = find(files, "families.yaml").ok_or("La base n’a pas de fichier « families.yaml ».")?;
    let lines: Vec<&str> = old.lines().collect();
    let holds =
        |line: &str, wanted: &str| items(line).is_some_and(|items| items.iter().any(|item| fold(item) == fold(wanted)));
    if lines.iter().any(|line| holds(line, &word) && holds(line, &same_as)) {
        return Err(format!("« {word} » et « {same_as} » sont déjà rapprochés."));
    }
    if let Some(line) = group(&lines, "families").find(|line| holds(line, &word)) {
        return Err(format!("« {word} » appartient déjà à une famille : {}.", line.trim_start_matches([' ', '-'])));
    }
    let home =
        ["families", "synonyms"].into_iter().find_map(|name| group(&lines, name).find(|line| holds(line, &same_as)));
    let new = match home {
        Some(line) => old.replacen(&format!("{line}\n"), &format!("{}\n", joined(line, &word)), 1),
        None => old.replacen("\nsynonyms:\n", &format!("\nsynonyms:\n  - [{same_as}, {word}]\n"), 1),
    };
    let file_name = format!("synonyme-{}.patch", super::slug(&word));
    Ok(Patch { file_name, text: change("families.yaml", old, &new) })
}

/// Proposes a new sheet: the two files that an author fills in, the request being its first need.
///
/// # Errors
/// Why it cannot be proposed, in a sentence for the coach.
pub fn sheet(files: &[SourceFile], id: &str, name: &str, request: &str) -> Result<Patch, String> {
    if !new_method::is_id(id) {
        return Err(format!(
            "« {id} » ne peut pas nommer une fiche : des minuscules sans accent, des chiffres et des tirets, par exemple « carte-empathie »."
        ));
    }
    if find(files, &format!("methods/{id}.md")).is_some() {
        return Err(format!("La fiche « {id} » existe déjà."));
    }
    let name = one_line(name)?;
    let [sheet, needs] = new_method::texts(id);
    let quoted = serde_json::to_string(&name).map_err(|error| error.to_string())?;
    let sheet = sheet.replacen("name: À ÉCRIRE", &format!("name: {quoted}"), 1);
    let needs = format!("{}{}\n", ended(&needs), one_line(request)?);
    let files = [(format!("methods/{id}.md"), sheet), (format!("methods/{id}.needs.txt"), needs)];
    let text = files.iter().map(|(file, text)| creation(file, text)).collect();
    Ok(Patch { file_name: format!("fiche-{id}.patch"), text })
}

fn find<'a>(files: &'a [SourceFile], name: &str) -> Option<&'a str> {
    // Later folders replace files of earlier ones.
    files.iter().rev().find(|file| file.path.ends_with(Path::new(name))).map(|file| file.text.as_str())
}

/// One line, without personal data, that no format reads as a comment or a list.
fn one_line(text: &str) -> Result<String, String> {
    let line = mask(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let line = line.trim_start_matches(['#', '-', '+', '!', '>', ' ']).to_owned();
    if line.is_empty() { Err("Il n’y a pas de mots à proposer.".to_owned()) } else { Ok(line) }
}

/// A word or a short phrase, in lower case.
fn term(word: &str) -> Result<String, String> {
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let plain = word.chars().all(|c| c.is_alphanumeric() || " '’-".contains(c));
    if plain && (2..=40).contains(&word.chars().count()) {
        Ok(word)
    } else {
        Err(format!("« {word} » n’est pas un mot : des lettres, des chiffres, au plus 40 signes."))
    }
}

/// The lines of one list of `families.yaml`.
fn group<'a>(lines: &'a [&'a str], name: &str) -> impl Iterator<Item = &'a str> {
    let start = lines.iter().position(|line| *line == format!("{name}:")).map_or(lines.len(), |place| place + 1);
    lines[start..].iter().copied().take_while(|line| line.starts_with([' ', '#']) || line.is_empty())
}

/// `  - [a, b]` → its items.
fn items(line: &str) -> Option<Vec<&str>> {
    let inside = line.trim().strip_prefix("- [")?.split(']').next()?;
    Some(inside.split(',').map(|item| item.trim().trim_matches('"')).collect())
}

fn joined(line: &str, word: &str) -> String {
    match line.rfind(']') {
        Some(end) => format!("{}, {word}{}", &line[..end], &line[end..]),
        None => line.to_owned(),
    }
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

const CONTEXT: usize = 3;
const NO_NEWLINE: &str = "\\ No newline at end of file\n";

/// A change in one place of a file under `knowledge/`.
fn change(file: &str, old: &str, new: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let same = before.iter().zip(&after).take_while(|(old, new)| old == new).count();
    let most = before.len().min(after.len()) - same;
    let tail = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    let (first, below) = (same.saturating_sub(CONTEXT), tail.min(CONTEXT));
    let (removed, added) = (&before[same..before.len() - tail], &after[same..after.len() - tail]);
    let (context, rest) = (&before[first..same], &before[before.len() - tail..before.len() - tail + below]);
    let mut patch =
        format!("diff --git a/knowledge/{file} b/knowledge/{file}\n--- a/knowledge/{file}\n+++ b/knowledge/{file}\n");
    let around = context.len() + rest.len();
    let _ = writeln!(patch, "@@ -{0},{1} +{0},{2} @@", first + 1, around + removed.len(), around + added.len());
    for (sign, lines) in [(' ', context), ('-', removed), ('+', added), (' ', rest)] {
        for line in lines {
            patch.push(sign);
            patch.push_str(line);
            if !line.ends_with('\n') {
                let _ = write!(patch, "\n{NO_NEWLINE}");
            }
        }
    }
    patch
}

fn creation(file: &str, text: &str) -> String {
    let count = text.lines().count();
    let lines: String = ended(text).split_inclusive('\n').map(|line| format!("+{line}")).collect();
    format!(
        "diff --git a/knowledge/{file} b/knowledge/{file}\nnew file mode 100644\n--- /dev/null\n+++ b/knowledge/{file}\n@@ -0,0 +1,{count} @@\n{lines}"
    )
}
