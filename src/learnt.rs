//! What is learnt from a base takes seconds and depends on its files alone: it is kept in the user's cache folder, by
//! the hash of the files, so that the next start takes some tenths of a second.
//!
//! Nothing is lost when the folder cannot be written or its files are damaged: the model is learnt anew.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tracing::{info, warn};

use crate::clock::Clock;
use crate::knowledge::{Library, SourceFile, Weights};
use crate::problem::Problem;

/// How many models are kept: those of the bases that were used last.
const KEPT: usize = 4;

/// [`Library::build`], with the model of the last start when the files are the same.
pub fn library(files: &[SourceFile]) -> (Option<Library>, Vec<Problem>) {
    let weights = Weights::DEFAULT;
    let Some(folder) = folder() else { return Library::build(files) };
    let place = folder.join(format!("{}.model", Library::name_of_learnt(files, &weights)));
    let kept = std::fs::read(&place).ok();
    let (library, problems) = Library::build_with(files, weights, kept.as_deref());
    if let Some(library) = &library {
        let learnt = library.learnt();
        if kept.is_none_or(|kept| kept != learnt) {
            keep(&folder, &place, &learnt);
        } else {
            note_use(&place);
        }
    }
    (library, problems)
}

/// The folder that systemd gives to the service, else the user's own.
fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("CACHE_DIRECTORY").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    given.or_else(|| dirs::cache_dir().map(|folder| folder.join("declic")))
}

fn keep(folder: &Path, place: &Path, learnt: &[u8]) {
    match write(folder, place, learnt) {
        Ok(()) => {
            info!(file = %place.display(), "the model learnt from the base is kept for the next start");
            forget_oldest(folder);
        }
        Err(error) => {
            warn!(folder = %folder.display(), %error, "the model learnt from the base cannot be kept: each start takes seconds more");
        }
    }
}

/// What was used last is forgotten last.
fn note_use(place: &Path) {
    // A folder that cannot be written is told when something is to be kept.
    let _ = std::fs::File::options()
        .append(true)
        .open(place)
        .and_then(|file| file.set_modified(Clock::System.now().into()));
}

/// Under another name first, so that nobody reads half a model.
fn write(folder: &Path, place: &Path, learnt: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let unfinished = place.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&unfinished, learnt)?;
    std::fs::rename(&unfinished, place)
}

fn forget_oldest(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let models = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "model"));
    let mut dated: Vec<(SystemTime, PathBuf)> =
        models.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    dated.sort();
    for (_, old) in dated.iter().rev().skip(KEPT) {
        // Another process may have been first.
        let _ = std::fs::remove_file(old);
    }
}
