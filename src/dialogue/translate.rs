//! The English of a script: a file that mirrors the French one, text for text.

use std::path::Path;

use super::phrases::Phrase;
use super::reader::{Reader, suggest};
use super::script::{Choices, Intent, Question, Script, Step, StepKind, Text};
use crate::problem::Problem;
use crate::yaml::{self, Key, Node, Place};

/// Puts the translations into the script and reports what is unknown or missing.
pub fn translate(script: &mut Script, file: &Path, text: &str) -> Vec<Problem> {
    let root = match yaml::read(file, text) {
        Ok(root) => root,
        Err(problem) => return vec![problem],
    };
    let mut translator = Translator { reader: Reader::new(file) };
    translator.script(script, &root);
    translator.reader.problems
}

struct Translator {
    reader: Reader,
}

impl Translator {
    fn script(&mut self, script: &mut Script, root: &Node) {
        let fields = self.reader.fields(root, "la traduction", &["steps", "menus", "phrases"]);
        if let Some(node) = self.reader.require(&fields, "steps", "la traduction") {
            self.steps(script, node);
        }
        if let Some(node) = self.reader.require(&fields, "menus", "la traduction") {
            self.menus(script, node);
        }
        if let Some(node) = self.reader.require(&fields, "phrases", "la traduction") {
            self.phrases(script, node);
        }
    }

    fn steps(&mut self, script: &mut Script, node: &Node) {
        let known: Vec<String> = script.steps.keys().cloned().collect();
        let entries = self.entries(node, "steps", &known);
        for (name, step) in &mut script.steps {
            match entries.iter().find(|(key, _)| key.name == *name) {
                Some((key, node)) => self.step(name, step, key.at, node),
                None if needs_translation(step) => self.missing(node.at, &format!("étape « {name} »")),
                None => {}
            }
        }
    }

    fn step(&mut self, name: &str, step: &mut Step, at: Place, node: &Node) {
        let what = format!("étape « {name} »");
        let fields = self.reader.fields(node, &what, &["ask", "say", "help", "why", "retry", "choices"]);
        self.optional(step.help.as_mut(), fields.get("help"), at, &format!("{what}, « help »"));
        self.optional(step.why.as_mut(), fields.get("why"), at, &format!("{what}, « why »"));
        match &mut step.kind {
            StepKind::Ask(question) => {
                self.optional(Some(&mut question.ask), fields.get("ask"), at, &format!("{what}, « ask »"));
                self.retry(question, fields.get("retry"), at, &what);
                self.choices(question, fields.get("choices"), at, &what);
            }
            StepKind::Say(say) => self.optional(Some(say), fields.get("say"), at, &format!("{what}, « say »")),
            StepKind::Recommend { .. } => {}
        }
    }

    fn retry(&mut self, question: &mut Question, node: Option<&Node>, at: Place, what: &str) {
        let items = node.map(|node| self.reader.list(node, what)).unwrap_or_default();
        for (index, text) in question.retry.iter_mut().enumerate() {
            self.optional(Some(text), items.get(index), at, &format!("{what}, « retry », ligne {}", index + 1));
        }
    }

    fn choices(&mut self, question: &mut Question, node: Option<&Node>, at: Place, what: &str) {
        let Choices::Listed(choices) = &mut question.choices else { return };
        let known: Vec<String> = choices.iter().map(|choice| choice.id.clone()).collect();
        let entries = node.map(|node| self.entries(node, what, &known)).unwrap_or_default();
        for choice in choices {
            let node = entries.iter().find(|(key, _)| key.name == choice.id).map(|(_, node)| node);
            self.optional(Some(&mut choice.label), node, at, &format!("{what}, choix « {} »", choice.id));
        }
    }

    fn menus(&mut self, script: &mut Script, node: &Node) {
        let fields = self.reader.fields(node, "menus", &["advice", "detail", "nothing_fits", "less", "useful"]);
        let menus = &mut script.menus;
        let all = [
            ("advice", &mut menus.advice),
            ("detail", &mut menus.detail),
            ("nothing_fits", &mut menus.nothing_fits),
            ("less", &mut menus.less),
            ("useful", &mut menus.useful),
        ];
        for (name, menu) in all {
            self.menu(name, menu, fields.get(name), node.at);
        }
    }

    fn menu(&mut self, name: &str, menu: &mut [(Intent, Text)], node: Option<&Node>, at: Place) {
        let what = format!("menu « {name} »");
        let known: Vec<String> = menu.iter().map(|(intent, _)| intent.name().to_owned()).collect();
        let entries = node.map(|node| self.entries(node, &what, &known)).unwrap_or_default();
        for (intent, label) in menu {
            let node = entries.iter().find(|(key, _)| key.name == intent.name()).map(|(_, node)| node);
            self.optional(Some(label), node, at, &format!("{what}, « {} »", intent.name()));
        }
    }

    fn phrases(&mut self, script: &mut Script, node: &Node) {
        let known: Vec<String> = Phrase::ALL.iter().map(|phrase| phrase.name().to_owned()).collect();
        let entries = self.entries(node, "phrases", &known);
        for (phrase, text) in &mut script.phrases.0 {
            let node_of = entries.iter().find(|(key, _)| key.name == phrase.name()).map(|(_, node)| node);
            self.optional(Some(text), node_of, node.at, &format!("phrase « {} »", phrase.name()));
        }
    }

    /// The entries of a map; unknown keys are noted.
    fn entries<'a>(&mut self, node: &'a Node, what: &str, known: &[String]) -> &'a [(Key, Node)] {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let entries = self.reader.map(node, what);
        for (key, _) in entries.iter().filter(|(key, _)| !names.contains(&key.name.as_str())) {
            let message = format!("{what} : « {} » n'existe pas dans le script français", key.name);
            self.reader.error(key.at, message, suggest(&key.name, &names));
        }
        entries
    }

    fn optional(&mut self, text: Option<&mut Text>, node: Option<&Node>, at: Place, what: &str) {
        match (text, node) {
            (Some(text), Some(node)) => text.english = Some(self.reader.text(node, what)),
            (Some(_), None) => self.missing(at, what),
            (None, Some(node)) => {
                self.reader.warn(node.at, format!("{what} : traduit, mais absent du français"), "retirez cette ligne");
            }
            (None, None) => {}
        }
    }

    fn missing(&mut self, at: Place, what: &str) {
        self.reader.warn(
            at,
            format!("il manque la traduction anglaise : {what}"),
            "ajoutez-la ; le français est montré en attendant",
        );
    }
}

fn needs_translation(step: &Step) -> bool {
    !matches!(step.kind, StepKind::Recommend { .. }) || step.help.is_some() || step.why.is_some()
}
