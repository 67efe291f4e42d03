//! What is wrong in a file that a person wrote: a sheet, a script, a configuration.
//!
//! Readers of these files collect *every* problem before they give up, so that an author mends a file once.
//! The sentences are French: authors and operators read them.

use std::fmt;
use std::path::PathBuf;

/// One thing to mend, where it stands, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    pub file: PathBuf,
    /// 1-based; 0 when the problem concerns the whole file.
    pub line: u32,
    /// 1-based, in characters; 0 when unknown.
    pub column: u32,
    /// What is wrong, in French, without the place.
    pub message: String,
    /// How to mend it, in French.
    pub help: Option<String>,
}

/// Whether content with this problem may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the content still works.
    Warning,
    /// The content cannot be used as it stands.
    Error,
}

impl Problem {
    pub fn error(file: impl Into<PathBuf>, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, file: file.into(), line, column, message: message.into(), help: None }
    }

    pub fn warning(file: impl Into<PathBuf>, line: u32, column: u32, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, line, column, message) }
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, " : {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n    → {help}"),
            None => Ok(()),
        }
    }
}

/// The known name nearest to a mistyped one, for « vouliez-vous dire … ? ».
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
