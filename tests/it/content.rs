//! The content that ships has nothing to mend, and `check` finds what authors get wrong, all of it at once.

use std::fs;
use std::path::Path;

use declic::content::{self, Sources};
use declic::dialogue::{House, load_script};
use declic::knowledge::SourceFile;
use declic::problem::Problem;

#[test]
fn shipped_content_has_nothing_to_mend() {
    let loaded = content::load(&Sources::default(), House::default()).unwrap();
    let list: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} problems:\n{}", list.len(), list.join("\n"));
}

const FRENCH: &str = include_str!("../../conversations/coach.yaml");
const ENGLISH: &str = include_str!("../../conversations/coach.en.yaml");

/// The problems of the shipped script after these replacements, each of which must hit.
fn problems_after(replacements: &[(&str, &str)]) -> Vec<Problem> {
    let mut french = FRENCH.to_owned();
    for (old, new) in replacements {
        assert!(french.contains(old), "« {old} » is not in the script");
        french = french.replacen(old, new, 1);
    }
    problems_of(&french, ENGLISH)
}

fn problems_of(french: &str, english: &str) -> Vec<Problem> {
    let file =
        |name: &str, text: &str| SourceFile { path: Path::new("conversations").join(name), text: text.to_owned() };
    load_script(&[file("coach.yaml", french), file("coach.en.yaml", english)]).1
}

#[track_caller]
fn assert_found(problems: &[Problem], words: &str) {
    let found = problems.iter().find(|problem| problem.message.contains(words));
    let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let found = found.unwrap_or_else(|| panic!("nothing says « {words} » in:\n{}", list.join("\n")));
    assert!(found.help.is_some(), "no way to mend: {found}");
}

#[test]
fn unknown_targets_unreachable_steps_and_dead_ends_are_found_together() {
    let problems = problems_after(&[
        ("    next: temps\n", "    next: tepms\n"),
        (
            "  conseil:\n    recommend: 3\n",
            "  conseil:\n    recommend: 3\n\n  perdue:\n    say: Je ne mène nulle part.\n",
        ),
    ]);
    assert_found(&problems, "l'étape suivante « tepms » n'existe pas");
    assert_found(&problems, "étape « temps » : aucun chemin n'y mène");
    assert_found(&problems, "étape « perdue » : impasse");
    let target = problems.iter().find(|problem| problem.message.contains("tepms")).unwrap();
    assert_eq!(target.help.as_deref(), Some("vouliez-vous dire « temps » ?"));
    let line = FRENCH.lines().position(|line| line == "    next: temps").unwrap() + 1;
    assert_eq!((target.line as usize, target.column), (line, 11));
}

#[test]
fn missing_translations_are_found() {
    let english = ENGLISH.replacen("  restarted: \"Let us start from scratch.\"\n", "", 1).replacen(
        "      heure: An hour or less\n",
        "",
        1,
    );
    assert_ne!(english, ENGLISH);
    let problems = problems_of(FRENCH, &english);
    assert_found(&problems, "il manque la traduction anglaise : phrase « restarted »");
    assert_found(&problems, "il manque la traduction anglaise : étape « temps », choix « heure »");
}

#[test]
fn labels_keys_values_and_placeholders_are_found() {
    let long = "Une heure ou moins, ou un petit peu plus si vraiment tout le monde est d'accord pour rester ce soir-là";
    let problems = problems_after(&[
        ("label: Une heure ou moins", &format!("label: \"{long}\"")),
        ("label: Une demi-journée, hours: 3.5", "label: Une demi-journée, houres: 3.5"),
        ("label: Aucun, budget: none", "label: Aucun, budget: nonne"),
        ("  noted: \"C'est noté : {facts}.\"", "  noted: \"C'est noté : {fait}.\""),
        ("  restarted:", "  restartted:"),
    ]);
    assert_found(&problems, "c'est trop long pour un choix");
    assert_found(&problems, "la clé « houres » n'existe pas");
    assert_found(&problems, "« nonne » n'est pas une valeur possible");
    assert_found(&problems, "{fait} n'y est remplacé par rien");
    assert_found(&problems, "la phrase « restartted » n'existe pas");
    assert_found(&problems, "il manque la phrase « restarted »");
}

#[test]
fn a_file_that_is_no_yaml_names_its_line() {
    let problems = problems_of(&FRENCH.replacen("most_questions: 3", "most_questions: [3", 1), ENGLISH);
    assert!(problems.iter().any(|problem| problem.line > 0 && problem.message.contains("deux-points")), "{problems:?}");
}

#[test]
fn a_missing_folder_and_an_empty_one_are_said_clearly() {
    let missing = Sources { conversations: Some("nowhere-at-all".into()), ..Sources::default() };
    let error = content::load(&missing, House::default()).err().unwrap();
    assert!(error.to_string().contains("nowhere-at-all"), "{error}");
    let empty = tempfile::tempdir().unwrap();
    let sources = Sources { conversations: Some(empty.path().to_owned()), ..Sources::default() };
    let loaded = content::load(&sources, House::default()).unwrap();
    assert_found(&loaded.problems, "aucun script");
    assert!(loaded.content.is_none());
}

#[test]
fn a_lab_can_bring_its_own_script() {
    let folder = tempfile::tempdir().unwrap();
    let own = FRENCH.replacen(
        "  temps:\n    ask:",
        "  region:\n    ask: Dans quelle région travaillez-vous ?\n    fills: region\n    always: true\n    choices:\n      - { id: bretagne, label: Bretagne }\n      - { id: corse, label: Corse }\n    next: temps\n\n  temps:\n    ask:",
        1,
    ).replacen("    next: temps\n", "    next: region\n", 1);
    fs::write(folder.path().join("lab.yaml"), own).unwrap();
    let sources = Sources { conversations: Some(folder.path().to_owned()), ..Sources::default() };
    let loaded = content::load(&sources, House::default()).unwrap();
    assert!(loaded.content.is_some(), "{:?}", loaded.problems);
    assert_found(&loaded.problems, "n'a pas de traduction anglaise");
}
