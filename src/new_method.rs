//! `declic new method <id>`: the two files of a new sheet, with what is to be written in each place.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

const SHEET: &str = include_str!("../templates/author/method.md");
const NEEDS: &str = include_str!("../templates/author/needs.txt");

/// Writes `methods/<id>.md` and `methods/<id>.needs.txt` in `folder`, and gives their paths. Nothing is overwritten.
///
/// # Errors
/// When the id cannot be one, or the files are there already.
pub fn create(folder: &Path, id: &str) -> anyhow::Result<[PathBuf; 2]> {
    anyhow::ensure!(
        is_id(id),
        "« {id} » ne peut pas nommer une fiche : des minuscules sans accent, des chiffres et des tirets, par exemple « carte-empathie »"
    );
    let methods = folder.join("methods");
    std::fs::create_dir_all(&methods).with_context(|| format!("cannot make {}", methods.display()))?;
    let paths = [methods.join(format!("{id}.md")), methods.join(format!("{id}.needs.txt"))];
    for path in &paths {
        anyhow::ensure!(!path.exists(), "{} existe déjà : rien n'a été changé", path.display());
    }
    for (path, text) in paths.iter().zip(texts(id)) {
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(paths)
}

/// The texts of the two files: the sheet and its needs.
pub fn texts(id: &str) -> [String; 2] {
    [SHEET, NEEDS].map(|text| text.replace("{id}", id))
}

/// Whether a sheet may be called so.
pub fn is_id(id: &str) -> bool {
    let signs = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    signs && !id.is_empty() && !id.starts_with('-') && !id.ends_with('-') && !id.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        for good in ["persona", "carte-empathie", "test-ab2"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "Persona", "carte empathie", "été", "-a", "a-", "a--b", "../x", "a/b"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
