//! The program as an operator runs it: its output, its exit codes, its signals.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn declic(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_declic"));
    // No configuration of whoever runs the tests, and the shipped content.
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    declic(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A served coach; ended by force if a test forgets it.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let mut child = declic(folder)
            .args(["serve", "--listen", "127.0.0.1:0", "--data", "data"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, address }
    }

    /// As `systemctl stop` does.
    fn terminate(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn a_wrong_configuration_is_reported_whole_with_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let written = "[web]\nlisen = \"127.0.0.1:1\"\nmessages_per_minute = \"beaucoup\"\n\n[matrix]\nhomeserver = \"exemple.fr\"\npassword = \"très-secret\"\n";
    std::fs::write(folder.path().join("declic.toml"), written).unwrap();
    let output = declic(folder.path()).env("DECLIC__LOG__FORMAT", "xml").arg("config").output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for expected in [
        "declic.toml:2 : la clé « web.lisen » n'existe pas",
        "vouliez-vous dire « web.listen »",
        "declic.toml:3 : « web.messages_per_minute » n'a pas la bonne forme",
        "declic.toml:6 : « matrix.homeserver » doit commencer par https://",
        "il manque « matrix.user »",
        "« log.format » vaut « xml »",
    ] {
        assert!(said.contains(expected), "« {expected} » is missing from:\n{said}");
    }
    assert!(!said.contains("très-secret"), "a secret was shown:\n{said}");
}

#[test]
fn the_configuration_that_holds_hides_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = declic(folder.path());
    command
        .env("DECLIC__MATRIX__HOMESERVER", "https://matrix.example.org")
        .env("DECLIC__MATRIX__USER", "@coach:example.org");
    let output = command
        .env("DECLIC__MATRIX__PASSWORD", "très-secret")
        .env("DECLIC__MATRIX__ALLOW", "@*:a.fr,@*:b.fr")
        .arg("config")
        .output()
        .unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(said.contains("matrix.password = (hidden)") && !said.contains("très-secret"), "{said}");
    assert!(said.contains("@*:b.fr") && said.contains("DECLIC__MATRIX__ALLOW"), "{said}");
    assert!(said.contains("coach.retention_days = 90    # default"), "{said}");
}

#[test]
fn a_second_process_on_the_same_folder_is_refused_and_a_signal_ends_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Served::start(folder.path());
    assert!(first.address.ends_with('/'));
    let second = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    let said = text(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(said.contains("data") && said.contains(&first.child.id().to_string()), "{said}");
    assert_eq!(first.terminate(), 0);
    assert_eq!(Served::start(folder.path()).terminate(), 0);
}

#[test]
fn programs_talk_in_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    let mut child =
        declic(folder.path()).args(["chat", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = "{\"conversation\":\"a\",\"text\":\"trouver des idées à 8, une heure, sur place, sans budget\",\"event\":\"e1\"}\n\
                 {\"conversation\":\"a\",\"text\":\"trouver des idées à 8, une heure, sur place, sans budget\",\"event\":\"e1\"}\n\
                 not json\n{\"conversation\":\"b\",\"text\":\"bonjour\"}\n{\"conversation\":\"a\"}\n";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 5);
    let advice = &answers[0];
    assert_eq!(advice["conversation"], "a");
    let methods = advice["replies"][0]["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 3, "{advice}");
    assert_eq!(advice["state"]["understood"]["people"], 8);
    assert_eq!(advice["state"]["understood"]["budget"], "none");
    assert_eq!(advice["state"]["recommended"].as_array(), Some(methods));
    assert_eq!(answers[1]["replies"], serde_json::json!([]), "the same event twice is answered once");
    assert_eq!(answers[2]["line"], 3);
    assert!(answers[3]["replies"][0]["text"].as_str().unwrap().contains("robot"));
    assert!(answers[4]["error"].as_str().unwrap().contains("\"text\""));
}

#[test]
fn a_talk_with_a_data_folder_is_kept_exported_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let request = r#"{"conversation":"a","text":"nos courriers sont incompréhensibles"}"#;
    let mut child = declic(folder.path())
        .args(["chat", "--json", "--data", "data"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{request}").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let exported = text(&run(folder.path(), &["export", "--data", "data"]).stdout);
    assert!(exported.contains("nos courriers sont incompréhensibles") && exported.contains("terminal:a"), "{exported}");
    assert!(run(folder.path(), &["forget", "terminal:a", "--data", "data"]).status.success());
    assert!(!run(folder.path(), &["forget", "terminal:z", "--data", "data"]).status.success());
    let exported = text(&run(folder.path(), &["export", "--data", "data"]).stdout);
    assert!(!exported.contains("courriers"), "{exported}");
}

#[test]
fn check_suggest_and_eval_speak_to_people_and_programs() {
    let folder = tempfile::tempdir().unwrap();
    let check = run(folder.path(), &["check"]);
    assert!(check.status.success(), "{}", text(&check.stdout));
    let suggested =
        run(folder.path(), &["suggest", "comment animer une réunion de 40 personnes en une heure", "--json"]);
    let suggested: Value = serde_json::from_slice(&suggested.stdout).unwrap();
    assert_eq!(suggested["understood"]["people"], 40);
    assert!(!suggested["methods"].as_array().unwrap().is_empty());
    let graded = r#"{"id":"t1","kind":"name","lang":"fr","text":"faire un persona","needs":{"hours":null,"people":null,"budget":null,"skill":null,"remote":null},"relevant":{"persona":3},"forbidden":[],"note":""}"#;
    std::fs::write(folder.path().join("graded.jsonl"), graded).unwrap();
    let report = run(folder.path(), &["eval", "graded.jsonl", "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["overall"]["success_at_1"], 1.0, "{report}");
    let rankings = run(folder.path(), &["eval", "graded.jsonl", "--rankings"]);
    let ranking: Value = serde_json::from_slice(&rankings.stdout).unwrap();
    assert_eq!((&ranking["id"], &ranking["methods"][0]), (&"t1".into(), &"persona".into()), "{ranking}");
    assert!(ranking["micros"].as_f64().unwrap() > 0.0, "{ranking}");
    assert_eq!(run(folder.path(), &["eval", "graded.jsonl", "--rankings", "--json"]).status.code(), Some(2));
    std::fs::write(folder.path().join("broken.jsonl"), format!("{graded}\nnot a request\n")).unwrap();
    let broken = run(folder.path(), &["eval", "broken.jsonl"]);
    assert!(text(&broken.stderr).contains("broken.jsonl:2:"), "{}", text(&broken.stderr));
}
