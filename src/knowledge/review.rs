//! What an experienced editor would say of a base that reads well: relations that hold one way only, means that
//! contradict the text, sheets and needs too alike, sheets out of reach, long sentences, jargon.
//!
//! `declic check` runs it; serving does not need it.

mod coverage;
mod likeness;
mod means;
mod prose;
mod relations;

use std::collections::BTreeMap;

use super::load;
use super::sheet::Method;
use super::{Library, SourceFile};
use crate::problem::Problem;

/// A base under review.
struct Review<'a> {
    library: &'a Library,
    files: BTreeMap<String, SourceFile>,
    problems: Vec<Problem>,
}

/// Everything to mend, in the order of files and lines.
pub fn review(library: &Library, files: &[SourceFile]) -> Vec<Problem> {
    let mut review = Review { library, files: load::latest(files), problems: Vec::new() };
    review.relations();
    review.means();
    review.journeys();
    review.likeness();
    review.coverage();
    review.prose();
    let mut problems = review.problems;
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    problems
}

impl Review<'_> {
    /// Reports against the first line of a file that holds `piece`.
    fn warn(&mut self, file: &str, piece: &str, message: String, help: impl Into<String>) {
        let line = self.files.get(file).map_or(0, |file| load::find(&file.text, piece).0);
        self.warn_at(file, line, message, help);
    }

    fn warn_at(&mut self, file: &str, line: u32, message: String, help: impl Into<String>) {
        let Some(source) = self.files.get(file) else { return };
        self.problems.push(Problem::warning(&source.path, line, 0, message).with_help(help));
    }
}

/// The name of a sheet's file within its base.
fn sheet_file(method: &Method) -> String {
    format!("methods/{}.md", method.id)
}

fn needs_file(method: &Method) -> String {
    format!("methods/{}.needs.txt", method.id)
}
