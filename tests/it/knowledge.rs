//! The method base: every mistake of authors is told with its place, and the search holds against the way people type.

use std::path::{Path, PathBuf};

use declic::knowledge::{Budget, Entry, Library, Means, Need, Skill, SourceFile};
use declic::problem::{Problem, Severity};
use proptest::prelude::*;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;

/// The base that ships.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let files = shipped();
    let (library, problems) = declic::learnt::library(&files);
    library.unwrap_or_else(|| panic!("{}", told(&problems)))
});

fn shipped() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("methods")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                files.push(SourceFile { text: std::fs::read_to_string(&path).unwrap(), path });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const VOCABULARY: &str = "\
phases:
  - { id: cadrer, name: Cadrer, english: Frame, description: Au début., english_description: At first., cues: [lancement] }
goals:
  - { id: decide, name: Décider, english: Decide, cues: [trancher] }
  - { id: prioritise, name: Trier, english: Sort, cues: [trier] }
";

const SHEET: &str = "\
---
id: vote
name: Vote
summary: Voter vite.
english_name: Vote
english_summary: Vote fast.
aliases: [scrutin]
phase: cadrer
goals: [decide]
duration: { min: 1, max: 2 }
people: { min: 2, max: 9 }
budget: none
skill: beginner
place: either
related: []
links:
  - { title: Guide, url: https://example.org/vote, lang: fr, kind: official }
---

## À quoi ça sert

À choisir.

## Quand l'utiliser

- On hésite.

## Quand choisir autre chose

- Personne n'hésite.

## Étapes

1. **Lire** (30 min) : tout le monde lit.
2. **Voter** (1 h) : tout le monde vote.

## Pour ouvrir

Bonjour.

## Adapter

À distance.

## Matériel

- Du papier.

## Conseils et pièges

- Compter deux fois.

## Et ensuite

Dire le résultat.
";

fn needs() -> String {
    (1..=12).map(|number| format!("on hésite entre {number} choses\n")).collect()
}

/// A base of one sheet, with some files changed.
fn problems(changed: &[(&str, &str)]) -> Vec<Problem> {
    let needs = needs();
    let mut files = vec![
        ("vocabulary.yaml", VOCABULARY.to_owned()),
        ("methods/vote.md", SHEET.to_owned()),
        ("methods/vote.needs.txt", needs),
    ];
    for (path, text) in changed {
        files.retain(|(name, _)| name != path);
        files.push((path, (*text).to_owned()));
    }
    let files: Vec<_> = files.into_iter().map(|(path, text)| SourceFile { path: PathBuf::from(path), text }).collect();
    Library::build(&files).1
}

/// The only problem of a sheet in which `old` was replaced: its place and its text.
#[track_caller]
fn mistake(old: &str, new: &str) -> (u32, u32, String) {
    assert!(SHEET.contains(old), "{old}");
    let found = problems(&[("methods/vote.md", &SHEET.replacen(old, new, 1))]);
    assert_eq!(found.len(), 1, "{}", told(&found));
    assert_eq!(found[0].file, Path::new("methods/vote.md"));
    (found[0].line, found[0].column, found[0].to_string())
}

#[track_caller]
fn check(old: &str, new: &str, place: (u32, u32), pieces: &[&str]) {
    let (line, column, text) = mistake(old, new);
    assert_eq!((line, column), place, "{text}");
    for piece in pieces {
        assert!(text.contains(piece), "« {piece} » is missing in: {text}");
    }
}

#[test]
fn a_correct_base_has_no_problem() {
    assert_eq!(problems(&[]), []);
}

#[test]
fn byte_order_marks_carriage_returns_and_decomposed_accents_are_tolerated() {
    let typed = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n")).nfd().collect::<String>();
    let (sheet, vocabulary, needs) = (typed(SHEET), typed(VOCABULARY), typed(&needs()));
    let changed =
        [("methods/vote.md", &*sheet), ("vocabulary.yaml", &*vocabulary), ("methods/vote.needs.txt", &*needs)];
    assert_eq!(problems(&changed), []);
}

#[test]
fn mistakes_of_the_front_matter_are_told_with_their_place() {
    check("budget: none", "budgte: none", (12, 1), &["budgte", "vouliez-vous dire « budget »"]);
    check("summary: Voter vite.\n", "", (2, 1), &["summary", "manque"]);
    check("phase: cadrer", "phase: cadrr", (8, 8), &["cadrr", "vouliez-vous dire « cadrer »"]);
    check("goals: [decide]", "goals: [decide, priorise]", (9, 17), &["priorise", "« prioritise »"]);
    check("related: []", "related: [voto]", (15, 11), &["voto", "« vote »"]);
    check("budget: none", "budget: nul", (12, 9), &["nul", "none, low, medium, high"]);
    check("min: 1, max: 2", "min: 3, max: 2", (10, 18), &["minimum (3)"]);
    check("min: 2, max: 9", "min: deux, max: 9", (11, 16), &["deux", "nombre"]);
    check("id: vote", "id: votes", (2, 5), &["votes", "nom du fichier"]);
    check("https://example.org/vote", "www.example.org", (17, 26), &["www.example.org", "https"]);
    check("kind: official", "kind: officiel", (17, 68), &["officiel", "third-party"]);
}

#[test]
fn unreadable_front_matter_is_explained() {
    check("name: Vote", "name: \"Vote", (3, 7), &["guillemet"]);
    check("summary: Voter vite.", "summary: Voter : vite: oui", (4, 16), &["deux-points"]);
    check("budget: none", "budget: none\nbudget: low", (13, 1), &["deux fois"]);
    check("---\n\n## À quoi", "\n## À quoi", (1, 1), &["pas refermé"]);
    check("---\nid", "id", (1, 1), &["en-tête manque"]);
}

#[test]
fn mistakes_of_the_sections_are_told_with_their_place() {
    check("## Matériel", "## Materiel", (45, 1), &["Materiel", "« ## Matériel »"]);
    check("(30 min)", "(un moment)", (34, 1), &["durée"]);
    check("(1 h)", "(5 h)", (32, 1), &["5.5 h", "1 à 2 h"]);
    check("Bonjour.", "[ici](methode:vot)", (39, 7), &["vot", "« vote »"]);
    check("Bonjour.", "[ici](ftp://example.org)", (39, 7), &["https"]);
    check("- Du papier.\n", "", (45, 1), &["Matériel", "vide"]);
}

#[test]
fn missing_and_misplaced_sections_are_told() {
    let without = SHEET.replace("## Pour ouvrir\n\nBonjour.\n\n", "");
    let found = problems(&[("methods/vote.md", &without)]);
    assert_eq!((found.len(), found[0].line), (1, 37), "{}", told(&found));
    assert!(found[0].message.contains("« Pour ouvrir » manque"));

    let swapped = without.replace("## Matériel", "## Pour ouvrir\n\nBonjour.\n\n## Matériel");
    let found = problems(&[("methods/vote.md", &swapped)]);
    assert_eq!((found.len(), found[0].line), (1, 41), "{}", told(&found));
    assert!(found[0].message.contains("pas à sa place"));
}

#[test]
fn needs_files_are_checked() {
    let of = |text: &str| {
        let found = problems(&[("methods/vote.needs.txt", text)]);
        assert_eq!(found.len(), 1, "{}", told(&found));
        assert_eq!(found[0].severity, Severity::Warning);
        (found[0].line, found[0].message.clone())
    };
    assert_eq!(of("un\ndeux\n").1, "2 besoins seulement");
    assert_eq!(of(&format!("{}On hésite entre 3 choses\n", needs())).0, 13);

    let found = problems(&[("methods/vot.needs.txt", "un besoin\n")]);
    assert!(found.len() == 1 && told(&found).contains("vote.needs.txt"), "{}", told(&found));
}

#[test]
fn names_and_needs_shared_by_two_sheets_are_warned_of() {
    let twin = SHEET.replace("id: vote", "id: voix").replace("name: Vote\n", "name: Voix\n");
    let twin = twin.replace("english_name: Voix", "english_name: Voice");
    let found = problems(&[("methods/voix.md", &twin), ("methods/voix.needs.txt", &needs())]);
    assert_eq!(found.iter().filter(|problem| problem.message.contains("scrutin")).count(), 1, "{}", told(&found));
    assert_eq!(found.iter().filter(|problem| problem.message.contains("aussi celui de")).count(), 12);
    assert!(found.iter().all(|problem| problem.severity == Severity::Warning));
}

#[test]
fn a_broken_sheet_hides_no_problem_of_another() {
    let other = SHEET.replace("id: vote", "id: choix").replace("goals: [decide]", "goals: [decidé]");
    let found = problems(&[("methods/vote.md", "---\nid: [\n---\n"), ("methods/choix.md", &other)]);
    let in_file = |name: &str| found.iter().filter(|problem| problem.file.ends_with(name)).count();
    assert!(in_file("vote.md") >= 1 && in_file("choix.md") >= 1, "{}", told(&found));
    assert!(told(&found).contains("« decide »"), "{}", told(&found));
}

#[test]
fn mistakes_of_the_shared_files_are_told_with_their_place() {
    let glossary = "terms:\n  - term: Vote\n    english: Vote\n    definiton: Choisir.\n    english_definition: To choose.\n    example: On vote.\n    methods: [votte]\n";
    let found = problems(&[("glossary.yaml", glossary)]);
    let places: Vec<_> = found.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(4, 5), (7, 15)], "{}", told(&found));
    let found = problems(&[("glosary.yaml", glossary)]);
    assert!(told(&found).contains("glossary.yaml"), "{}", told(&found));
    let found = problems(&[("vocabulary.yaml", "phases: []\n")]);
    assert!(told(&found).contains("« goals » manque"), "{}", told(&found));
}

#[test]
fn the_same_files_have_the_same_fingerprint_in_any_order() {
    let mut files = shipped();
    let fingerprint = declic::learnt::library(&files).0.unwrap().fingerprint().to_owned();
    assert_eq!(fingerprint, LIBRARY.fingerprint());
    files[0].text.push(' ');
    assert_ne!(declic::learnt::library(&files).0.unwrap().fingerprint(), fingerprint);
}

fn first_three(text: &str) -> Vec<String> {
    let need = Need { text: text.to_owned(), ..Need::default() };
    LIBRARY.recommend(&need, 3).into_iter().map(|advice| advice.method.0).collect()
}

/// Requests as agents of many trades type them.
const REQUESTS: [&str; 20] = [
    "On voudrait savoir pourquoi les parents ne répondent jamais aux courriers de l'école",
    "Comment répartir clairement les responsabilités entre les trois services ?",
    "Nos réunions d'équipe sont tendues, j'aimerais qu'on se dise les choses",
    "Trop de projets en même temps, il faut choisir lesquels garder",
    "Les formulaires d'inscription sont incompréhensibles pour les familles",
    "Je dois présenter l'avancement du projet à la direction avec quelques chiffres",
    "Observer comment les visiteurs se déplacent dans le hall d'accueil",
    "Préparer une réunion publique sur le réaménagement de la place",
    "L'équipe manque d'idées pour renouveler l'animation de la médiathèque",
    "Faire essayer la nouvelle borne par de vrais usagers avant l'ouverture",
    "On lance un nouveau service et personne ne sait par où commencer",
    "Mesurer ce que la réforme des horaires a changé pour les agents",
    "Les agents craignent le nouveau logiciel de gestion des dossiers",
    "Vérifier que le site respecte les règles d'accessibilité",
    "Tirer les leçons de l'organisation du festival",
    "Imaginer le parcours d'un patient depuis la prise de rendez-vous",
    "Animer un atelier à distance avec quinze collègues",
    "Comprendre la cause profonde des retards de paiement",
    "Prendre une décision à plusieurs sans passer la journée à débattre",
    "Construire un calendrier des étapes jusqu'à la fin de l'année",
];

/// Shares of the requests whose first three stay the same when typed in another way.
#[track_caller]
fn stays(least: usize, typed: impl Fn(&str) -> String) {
    let moved: Vec<_> = REQUESTS.iter().filter(|text| first_three(text) != first_three(&typed(text))).collect();
    assert!(REQUESTS.len() - moved.len() >= least, "moved: {moved:#?}");
}

#[test]
fn every_request_of_the_list_is_answered() {
    for text in REQUESTS {
        assert_eq!(first_three(text).len(), 3, "{text}");
    }
}

#[test]
fn accents_forms_capitals_and_apostrophes_change_nothing() {
    let accents = |c: &char| !unicode_normalization::char::is_combining_mark(*c);
    stays(20, |text| text.nfd().filter(accents).collect());
    stays(20, |text| text.nfd().collect());
    stays(20, str::to_uppercase);
    stays(20, |text| text.replace('\'', "’"));
    stays(20, |text| format!("Bonjour, {text} Merci d'avance !"));
}

#[test]
fn one_slip_in_a_long_word_changes_little() {
    let slip = |text: &str| {
        let long = text.split(' ').find(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 7);
        let Some(word) = long else { return text.to_owned() };
        let mut letters: Vec<char> = word.chars().collect();
        letters.remove(4);
        text.replacen(word, &letters.iter().collect::<String>(), 1)
    };
    stays(12, slip);
}

#[test]
fn what_no_method_answers_gets_no_advice() {
    for text in [
        "mon badge ne marche plus",
        "réinitialise mon mot de passe",
        "raconte-moi une blague",
        "quels sont les horaires de la cantine",
        "je veux poser un congé en août",
        "my screen is frozen",
        "",
        "🙂",
    ] {
        assert_eq!(first_three(text), Vec::<String>::new(), "{text}");
    }
    for text in ["trouver des idées", "faire un persona", "planifier le projet", "prioriser"] {
        assert_ne!(first_three(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn goals_alone_are_enough_to_browse() {
    for goal in LIBRARY.goals() {
        let need = Need { goals: vec![goal.id.clone()], ..Need::default() };
        let advice = LIBRARY.recommend(&need, 3);
        let served = LIBRARY.methods().iter().filter(|method| method.goals.contains(&goal.id)).count();
        assert_eq!(advice.len(), served.min(3), "{}", goal.id);
        for advised in advice {
            assert!(LIBRARY.method(&advised.method).unwrap().goals.contains(&goal.id), "{}", goal.id);
        }
    }
}

#[test]
fn words_of_the_trade_are_found_however_they_are_typed() {
    for words in ["persona", "Personas", "un persona", "PERSONA", "personna"] {
        assert!(LIBRARY.look_up(words).is_some(), "{words}");
    }
    let named = LIBRARY.look_up("Pré-mortem");
    assert!(matches!(named, Some(Entry::Method(_) | Entry::Term(_))));
    assert!(LIBRARY.look_up("la cantine").is_none());
    assert_eq!(
        LIBRARY.named_in(&LIBRARY.read("on voudrait faire un kanban au service courrier")).unwrap().id.as_str(),
        "kanban"
    );
    assert!(LIBRARY.named_in(&LIBRARY.read("on ne sait pas quoi faire")).is_none());
}

fn any_means() -> impl Strategy<Value = Means> {
    let hours = prop::option::of(0.1_f32..200.0);
    let people = prop::option::of(1_u32..300);
    let budget = prop::option::of(prop::sample::select(vec![Budget::None, Budget::Low, Budget::Medium, Budget::High]));
    let skill = prop::option::of(prop::sample::select(vec![Skill::Beginner, Skill::Intermediate, Skill::Expert]));
    (hours, people, budget, skill, prop::option::of(any::<bool>()))
        .prop_map(|(hours, people, budget, skill, remote)| Means { hours, people, budget, skill, remote })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_survived(text in any::<String>(), means in any_means()) {
        let need = Need { text: text.clone(), means, ..Need::default() };
        let advice = LIBRARY.recommend(&need, 3);
        prop_assert!(advice.len() <= 3);
        prop_assert_eq!(advice, LIBRARY.recommend(&need, 3));
        LIBRARY.detect(&LIBRARY.read(&text));
        LIBRARY.look_up(&text);
        LIBRARY.named_in(&LIBRARY.read(&text));
    }

    #[test]
    fn an_impossible_method_never_stands_before_a_possible_one(
        request in prop::sample::select(REQUESTS.to_vec()),
        means in any_means(),
    ) {
        let need = Need { text: request.to_owned(), means, ..Need::default() };
        let advice = LIBRARY.recommend(&need, 10);
        let fits: Vec<bool> = advice.iter().map(declic::knowledge::Recommendation::fits).collect();
        prop_assert!(fits.is_sorted_by(|a, b| a >= b), "{fits:?}");
        prop_assert!(!advice.is_empty());
    }
}
