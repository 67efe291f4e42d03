//! The invariants of ARCHITECTURE.md, read in the sources. A failure says which line leans the wrong way and what to do.

use std::path::{Path, PathBuf};

use declic::dialogue::turn::{Block, Input, Markup, Reply};

/// Names that must not appear in some files, and why.
struct Rule {
    within: &'static [&'static str],
    except: &'static [&'static str],
    forbidden: &'static [&'static str],
    mend: &'static str,
}

const RULES: [Rule; 8] = [
    Rule {
        within: &["src/dialogue", "src/knowledge"],
        except: &[],
        forbidden: &[
            "tokio",
            "sqlx",
            "axum",
            "matrix_sdk",
            "twilight",
            "std::fs",
            "std::net",
            "std::env",
            "SystemTime",
            "Instant",
            "getrandom",
            "crate::store",
            "crate::platform",
            "crate::turns",
            "crate::outbox",
            "crate::serve",
            "println!",
            "eprintln!",
        ],
        mend: "the engine and the base are pure: give them what they need as an argument",
    },
    Rule {
        within: &["src/knowledge"],
        except: &[],
        forbidden: &["crate::dialogue", "crate::message"],
        mend: "the base knows nothing of conversations",
    },
    Rule {
        within: &["src"],
        except: &["src/store"],
        forbidden: &["sqlx::"],
        mend: "only store/ writes SQL: add a verb there",
    },
    Rule {
        within: &["src"],
        except: &["src/turns.rs", "src/store"],
        forbidden: &["store.commit("],
        mend: "only turns.rs commits a turn",
    },
    Rule {
        within: &["src"],
        // The log filter names the libraries that it quiets.
        except: &["src/platform/matrix", "src/platform/matrix.rs", "src/telemetry.rs"],
        forbidden: &["matrix_sdk"],
        mend: "only platform/matrix names the SDK",
    },
    Rule {
        within: &["src"],
        except: &["src/platform/discord", "src/platform/discord.rs"],
        forbidden: &["twilight"],
        mend: "only platform/discord names the library of its gateway",
    },
    Rule {
        within: &["src"],
        except: &["src/clock.rs"],
        forbidden: &["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now"],
        mend: "only clock.rs asks the time: take it as an argument",
    },
    Rule {
        within: &["src"],
        // The one connection that may write is taken in turns there; it guards no data.
        except: &["src/store/database.rs"],
        forbidden: &["Mutex<", "RwLock<"],
        mend: "no lock around data: the database row is the state and the lock",
    },
];

#[test]
fn no_part_leans_the_wrong_way() {
    let mut found = Vec::new();
    for rule in &RULES {
        for file in sources().iter().filter(|file| under(file, rule.within) && !under(file, rule.except)) {
            for (number, line) in product_lines(file) {
                if let Some(name) = rule.forbidden.iter().find(|name| line.contains(**name)) {
                    found.push(format!("{}:{number}: {name} — {}", file.display(), rule.mend));
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// What the bot says stands in conversations/ and knowledge/. French in Rust is for authors and operators only: the
/// problems that `check` and the configuration report.
#[test]
fn rust_holds_no_sentence_that_the_bot_says() {
    let within = [
        "src/dialogue",
        "src/turns.rs",
        "src/outbox.rs",
        "src/store",
        "src/platform/matrix",
        "src/platform/discord",
        "src/platform/plain.rs",
    ];
    let for_authors = [
        "src/dialogue/parse.rs",
        "src/dialogue/check.rs",
        "src/dialogue/reader.rs",
        "src/dialogue/translate.rs",
        "src/dialogue/mod.rs",
        "src/dialogue/understand",
        "src/platform/discord/doctor.rs",
    ];
    let mut found = Vec::new();
    for file in sources().iter().filter(|file| under(file, &within) && !under(file, &for_authors)) {
        for (number, line) in product_lines(file) {
            let quoted: String = line.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
            if quoted.contains(|letter| "éèêàùçœÉÀ".contains(letter)) {
                found.push(format!("{}:{number}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "move these words to conversations/:\n{}", found.join("\n"));
}

#[test]
fn what_people_wrote_cannot_be_logged() {
    let secret = "mon voisin Albert";
    let said = format!("{:?}", Input::Said { text: secret.to_owned() });
    let block = Block::Text { markup: Markup(secret.to_owned()) };
    let reply = format!("{:?}", Reply { blocks: vec![block], ..Reply::default() });
    assert!(!said.contains("Albert") && !reply.contains("Albert"), "{said} {reply}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<PathBuf> =
        sources().into_iter().filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "begin these with //! and a sentence: {silent:?}");
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|name| name == "rs") {
            files.push(path);
        }
    }
}

fn under(file: &Path, folders: &[&str]) -> bool {
    let inside = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
    folders.iter().any(|folder| inside.starts_with(folder))
}

/// Lines of the product: no comments, no unit tests at the foot of a file.
fn product_lines(file: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = product.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}
