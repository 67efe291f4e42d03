//! The tools that keep the base good: the editor's checks, the link checker, new sheets, several folders.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, Redirect};
use axum::routing::get;
use declic::content::{self, Sources};
use declic::dialogue::House;
use declic::knowledge::{Library, SourceFile};
use declic::links::{self, Manners, Memory, Verdict};
use declic::problem::Problem;
use tokio::net::TcpListener;

use crate::support::shipped;

// ------------------------------------------------------------------------------------------------ What is in the base.

#[test]
fn everything_leads_to_methods_and_back() {
    let library = &shipped().library;
    assert!(library.methods().len() >= 160 && library.cases().len() >= 24 && library.trainings().len() >= 15);
    assert!(library.terms().len() >= 62 && library.journeys().len() >= 12);
    for case in library.cases() {
        assert!(case.methods.iter().all(|id| library.cases_of(id).contains(&case)), "{}", case.id);
    }
    for journey in library.journeys() {
        assert!((3..=7).contains(&journey.stages.len()), "{}", journey.id);
        assert!(journey.stages.iter().all(|leg| library.journeys_of(&leg.method).contains(&journey)), "{}", journey.id);
    }
    for method in library.methods() {
        let other = |id| library.method(id).unwrap();
        assert!(method.after.iter().all(|id| other(id).before.contains(&method.id)), "{}", method.id);
        assert!(method.before.iter().all(|id| other(id).after.contains(&method.id)), "{}", method.id);
        assert!(method.related.iter().all(|id| other(id).related.contains(&method.id)), "{}", method.id);
    }
}

#[test]
fn each_journey_is_announced_by_its_own_words_and_not_by_a_small_need() {
    let library = &shipped().library;
    for journey in library.journeys() {
        for need in &journey.needs {
            let found = library.journey_for(&format!("bonjour, nous aimerions {need} cette année"));
            assert_eq!(found.map(|found| &found.id), Some(&journey.id), "{need}");
        }
    }
    for small in ["notre formulaire est trop long", "animer une réunion de quarante personnes", "bonjour", ""] {
        assert!(library.journey_for(small).is_none(), "{small}");
    }
}

// ------------------------------------------------------------------------------------------------ The editor's checks.

/// The shipped files after these replacements in one of them, each of which must hit.
fn shipped_with(name: &str, replacements: &[(&str, &str)]) -> Vec<SourceFile> {
    let mut files = content::knowledge_files(&Sources::default()).unwrap();
    let file = files.iter_mut().find(|file| file.path.ends_with(name)).unwrap();
    for (old, new) in replacements {
        assert!(file.text.contains(old), "« {old} » is not in {name}");
        file.text = file.text.replacen(old, new, 1);
    }
    files
}

fn reviewed(files: &[SourceFile]) -> Vec<Problem> {
    let (library, problems) = Library::build(files);
    let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
    library.unwrap_or_else(|| panic!("{}", list.join("\n"))).review(files)
}

#[track_caller]
fn found<'a>(problems: &'a [Problem], words: &str) -> &'a Problem {
    let list = || problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let found = problems.iter().find(|problem| problem.message.contains(words));
    found.unwrap_or_else(|| panic!("nothing says « {words} » in:\n{}", list()))
}

const SHEET: &str = "methods/persona.md";

#[test]
fn contradictions_long_sentences_and_jargon_are_found_with_their_lines() {
    let long = "Une phrase qui ne finit pas parce que son auteur ajoute encore un mot puis un autre et encore un autre \
                sans jamais reprendre son souffle ni penser à qui la lira demain matin dans le train\n\n## Étapes";
    let files = shipped_with(
        SHEET,
        &[
            ("## Étapes", long),
            ("## Conseils et pièges\n", "## Conseils et pièges\n\n- Prévoyez un workshop : dédommagez vos invités.\n"),
        ],
    );
    let text = &files.iter().find(|file| file.path.ends_with(SHEET)).unwrap().text;
    let line = |words: &str| text.lines().position(|line| line.contains(words)).unwrap() + 1;
    let problems = reviewed(&files);
    let sentence = found(&problems, "phrase de 3");
    assert_eq!(sentence.line as usize, line("sans jamais reprendre"));
    let jargon = found(&problems, "« workshop »");
    assert_eq!(
        (jargon.line as usize, jargon.help.as_deref()),
        (line("un workshop"), Some("dites par exemple « atelier »"))
    );
}

#[test]
fn a_sheet_that_asks_for_money_is_not_free() {
    let files = content::knowledge_files(&Sources::default()).unwrap();
    let free = files.iter().find(|file| file.text.contains("\nbudget: none\n")).unwrap();
    let name = format!("methods/{}", free.path.file_name().unwrap().to_str().unwrap());
    let problems = reviewed(&shipped_with(
        &name,
        &[("## Conseils et pièges\n", "## Conseils et pièges\n\n- Dédommagez vos invités.\n")],
    ));
    assert_eq!(found(&problems, "« budget: none », mais").path_name(), name);
}

trait PathName {
    fn path_name(&self) -> String;
}

impl PathName for Problem {
    fn path_name(&self) -> String {
        format!("methods/{}", self.file.file_name().unwrap().to_str().unwrap())
    }
}

#[test]
fn needs_that_say_the_same_and_sheets_that_are_one_are_found() {
    let mut files = content::knowledge_files(&Sources::default()).unwrap();
    let needs = files.iter_mut().find(|file| file.path.ends_with("methods/persona.needs.txt")).unwrap();
    needs.text.push_str("\nNous voulons décrire les familles types de la cantine\n");
    let needs = files.iter_mut().find(|file| file.path.ends_with("methods/kanban.needs.txt")).unwrap();
    needs.text.push_str("\nles familles types de la cantine, nous voulons les décrire\n");
    let copy = files.iter().find(|file| file.path.ends_with(SHEET)).unwrap();
    let text = copy.text.replace("id: persona", "id: persona-bis").replacen("name: ", "name: Autre ", 1);
    files.push(SourceFile { path: "knowledge/methods/persona-bis.md".into(), text });
    let problems = reviewed(&files);
    found(&problems, "ce besoin dit la même chose que");
    assert!(problems.iter().any(|problem| problem.message.contains("cette fiche ressemble à « persona")));
}

#[test]
fn thin_goals_unlinked_entries_and_stages_out_of_range_are_found() {
    let goal = "goals:\n  - id: rien\n    name: Rien\n    english: Nothing\n    cues: []\n";
    let mut files = shipped_with("vocabulary.yaml", &[("goals:\n", goal)]);
    let long = ("method: retrospective, hours: 1.5", "method: retrospective, hours: 50");
    for (name, replacement) in [("journeys.yaml", long), ("cases.yaml", ("methods: [persona]", "methods: []"))] {
        let changed = shipped_with(name, &[replacement]).into_iter().find(|file| file.path.ends_with(name)).unwrap();
        files.push(changed);
    }
    let problems = reviewed(&files);
    assert!(found(&problems, "l'objectif « rien » n'a que 0").line > 0);
    found(&problems, "50 h pour « retrospective");
    found(&problems, "ne mène à aucune méthode");
}

// ------------------------------------------------------------------------------------------------ New sheets, folders.

fn declic(folder: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_declic"));
    let output = command.args(args).current_dir(folder).env_remove("DECLIC__DATA").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_new_sheet_starts_from_a_model_that_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (done, said) = declic(folder.path(), &["new", "method", "cafe-des-usagers", "--knowledge", "ma-base"]);
    assert!(done && said.contains("cafe-des-usagers.needs.txt"), "{said}");
    let sheet = std::fs::read_to_string(folder.path().join("ma-base/methods/cafe-des-usagers.md")).unwrap();
    assert!(sheet.contains("id: cafe-des-usagers"));
    assert!(
        !declic(folder.path(), &["new", "method", "cafe-des-usagers", "--knowledge", "ma-base"]).0,
        "it was overwritten"
    );
    assert!(!declic(folder.path(), &["new", "method", "../evil"]).0);
    let files = |name: &str, text: String| SourceFile { path: Path::new("ma-base/methods").join(name), text };
    let mut all = content::knowledge_files(&Sources::default()).unwrap();
    all.push(files("cafe-des-usagers.md", sheet));
    let (library, problems) = Library::build(&all);
    assert!(library.is_none());
    assert!(found(&problems, "phase inconnue : « À ÉCRIRE »").help.is_some());
}

#[test]
fn later_folders_override_earlier_ones_and_a_base_of_another_domain_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("methods");
    std::fs::create_dir(&own).unwrap();
    let persona = std::fs::read_to_string("knowledge/methods/persona.md").unwrap();
    let name = persona.lines().find(|line| line.starts_with("name: ")).unwrap();
    std::fs::write(own.join("persona.md"), persona.replace(name, "name: Portraits du labo")).unwrap();
    let sources = Sources { knowledge: vec!["knowledge".into(), folder.path().to_owned()], conversations: None };
    let content = content::load_or_explain(&sources, House::default()).unwrap();
    assert_eq!(content.library.method(&"persona".into()).unwrap().name, "Portraits du labo");
    assert!(content.library.methods().len() >= 160, "the others are still there");

    let other = folder.path().join("autre");
    std::fs::create_dir_all(other.join("methods")).unwrap();
    std::fs::write(
        other.join("vocabulary.yaml"),
        "phases:\n  - { id: semer, name: Semer, english: Sow, description: On sème., english_description: Sowing., cues: [semer] }\n\
         goals:\n  - { id: nourrir, name: Nourrir le sol, english: Feed the soil, cues: [compost] }\n",
    )
    .unwrap();
    let sheet = persona.split("---").nth(2).unwrap().replace("](methode:", "](https://example.org/");
    let front = "---\nid: compost\nname: Composter\nsummary: Rendre au sol ce qu'on lui a pris.\nenglish_name: Composting\n\
                 english_summary: Give back to the soil.\nphase: semer\ngoals: [nourrir]\nduration: { min: 0.1, max: 900 }\n\
                 people: { min: 1, max: 3 }\nbudget: none\nskill: beginner\nplace: on-site\n---";
    std::fs::write(other.join("methods/compost.md"), format!("{front}{sheet}")).unwrap();
    std::fs::write(other.join("methods/compost.needs.txt"), "que faire de nos épluchures au jardin\n").unwrap();
    let alone = Sources { knowledge: vec![other], conversations: None };
    let content = content::load_or_explain(&alone, House::default()).unwrap();
    let advised = declic::suggest::suggest(
        &content.library,
        "nos épluchures au jardin",
        declic::knowledge::Means::default(),
        3,
        false,
    );
    assert_eq!(advised.methods[0].id.as_str(), "compost");
}

// ------------------------------------------------------------------------------------------------ Links.

/// A site with every kind of page that a link may lead to.
async fn site() -> String {
    let page = |text: &'static str| get(move || async move { Html(text) });
    let router = Router::new()
        .route("/fine", page("<h1>Une méthode</h1>"))
        .route("/file.pdf", get(|| async { ([(header::CONTENT_TYPE, "application/pdf")], "x") }))
        .route("/no-head", get(|| async { Html("bonjour") }).head(|| async { StatusCode::METHOD_NOT_ALLOWED }))
        .route("/moved", get(|| async { Redirect::permanent("/fine") }))
        .route("/to-home", get(|| async { Redirect::permanent("/") }))
        .route("/", page("accueil"))
        .route("/loop", get(|| async { Redirect::permanent("/loop") }))
        .route("/taken", page("<title>diy</title> This domain is FOR SALE, or play our online casino"))
        .route("/refused", get(|| async { StatusCode::FORBIDDEN }))
        .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(30)).await }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn quick() -> Manners {
    Manners { sites: 4, pause: Duration::from_millis(1), patience: Duration::from_millis(700) }
}

#[tokio::test]
async fn every_kind_of_page_is_told_apart() {
    let site = site().await;
    let paths =
        ["fine", "file.pdf", "no-head", "moved", "to-home", "loop", "taken", "refused", "broken", "slow", "gone"];
    let urls: Vec<String> = paths.iter().map(|path| format!("{site}/{path}")).collect();
    let mut all = urls.clone();
    all.push("http://127.0.0.1:1/nobody".to_owned());
    let found = links::check(all, quick()).await.unwrap();
    let of = |path: &str| &found[&format!("{site}/{path}")];
    for fine in ["fine", "file.pdf", "no-head"] {
        assert_eq!(*of(fine), Verdict::Fine, "{fine}");
    }
    assert_eq!(*of("moved"), Verdict::Moved { to: format!("{site}/fine") });
    assert_eq!(*of("to-home"), Verdict::Suspect { to: format!("{site}/") });
    assert_eq!(*of("refused"), Verdict::Refused { status: 403 });
    assert!(matches!(of("taken"), Verdict::Hijacked { .. }));
    for (path, cause) in [("gone", "404"), ("broken", "500"), ("loop", "redirections"), ("slow", "à temps")] {
        assert!(matches!(of(path), Verdict::Dead { why } if why.contains(cause)), "{path}: {:?}", of(path));
    }
    assert!(found["http://127.0.0.1:1/nobody"].is_failure());
}

#[test]
fn two_failures_in_a_row_hide_a_link_from_agents_and_not_from_coaches() {
    let data = tempfile::tempdir().unwrap();
    let mut library = declic::learnt::library(&content::knowledge_files(&Sources::default()).unwrap()).0.unwrap();
    let method = library.methods().iter().find(|method| !method.links.is_empty()).unwrap();
    let (id, url) = (method.id.clone(), method.links[0].url.clone());
    let failed = BTreeMap::from([(url.clone(), Verdict::Dead { why: "404".to_owned() })]);
    let now = "2026-01-05T09:00:00Z".parse().unwrap();
    let learn = |found: &BTreeMap<String, Verdict>| {
        let mut memory = Memory::open(data.path()).unwrap();
        memory.learn(found, now);
        memory.keep(data.path()).unwrap();
        links::broken(data.path())
    };
    assert!(learn(&failed).is_empty(), "once may be a bad day");
    assert!(learn(&BTreeMap::from([(url.clone(), Verdict::Fine)])).is_empty());
    assert!(learn(&failed).is_empty(), "an answer in between forgives");
    let broken = learn(&failed);
    assert!(broken.contains(&url));
    library.set_aside(&broken);
    assert!(library.method(&id).unwrap().links.iter().all(|link| link.url != url));
    assert!(library.links_set_aside().contains(&(id.as_str().to_owned(), url)));
}

#[tokio::test(flavor = "multi_thread")]
async fn check_links_reports_by_sheet_with_an_exit_code() {
    let site = site().await;
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base");
    std::fs::create_dir_all(base.join("methods")).unwrap();
    std::fs::copy("knowledge/vocabulary.yaml", base.join("vocabulary.yaml")).unwrap();
    let case = |id: &str, path: &str| {
        format!(
            "  - {{ id: {id}, title: Un cas, what: On essaie., organisation: Labo, methods: [], url: \"{site}/{path}\", kind: official }}\n"
        )
    };
    std::fs::write(base.join("cases.yaml"), format!("cases:\n{}{}", case("bon", "fine"), case("mort", "gone")))
        .unwrap();
    let path = folder.path().to_owned();
    let args = ["check", "--links", "--knowledge", "base", "--data", "data"];
    let (fine, said) = tokio::task::spawn_blocking(move || declic(&path, &args)).await.unwrap();
    assert!(!fine && said.contains("cases.yaml:3 : la page ne répond plus (404)"), "{said}");
    assert!(said.contains("2 page(s) demandée(s), 1 en échec."), "{said}");
    assert!(folder.path().join("data/links.json").exists());
}
