//! The shipped content is compiled in: a changed sheet or script makes a new binary. And what was learnt from a base is
//! kept under the name of the code that learnt it, so that new code never reads an old model.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

/// The code that a learnt model depends on.
const LEARNING: [&str; 2] = ["src/knowledge", "crates/classifier/src"];

fn main() {
    for folder in ["knowledge", "conversations"].into_iter().chain(LEARNING) {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut hash = DefaultHasher::new();
    for file in LEARNING.iter().flat_map(|folder| files(Path::new(folder))) {
        std::fs::read(file).unwrap_or_default().hash(&mut hash);
    }
    println!("cargo:rustc-env=DECLIC_LEARNING_CODE={:016x}", hash.finish());
}

/// All files of a folder, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let inner = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.into_iter().flat_map(inner).collect()
}
