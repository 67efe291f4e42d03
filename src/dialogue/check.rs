//! What can be wrong with a script that reads well: targets, paths, words, lengths. All of it, at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::parse::Places;
use super::phrases::placeholders_in;
use super::reader::suggest;
use super::script::{Choices, Intent, Script, Slot, StepKind};
use super::understand::text::fold;
use crate::problem::{Problem, nearest};
use crate::yaml::Place;

/// A platform's button holds no more.
const LONGEST_LABEL: usize = 80;
/// A chat message that people read holds no more.
const LONGEST_TEXT: usize = 2000;
const MOST_CHOICES: usize = 25;

pub fn check(script: &Script, places: &Places, file: &Path) -> Vec<Problem> {
    let mut checker = Checker { script, places, file, problems: Vec::new() };
    checker.targets();
    checker.reachable();
    checker.dead_ends();
    checker.reads();
    checker.labels();
    checker.questions();
    checker.texts();
    checker.shared_words();
    checker.problems
}

struct Checker<'a> {
    script: &'a Script,
    places: &'a Places,
    file: &'a Path,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn error(&mut self, at: Place, message: String, help: impl Into<String>) {
        self.problems.push(Problem::error(self.file, at.line, at.column, message).with_help(help));
    }

    fn warn(&mut self, at: Place, message: String, help: impl Into<String>) {
        self.problems.push(Problem::warning(self.file, at.line, at.column, message).with_help(help));
    }

    fn place_of(&self, step: &str) -> Place {
        self.places.steps.get(step).copied().unwrap_or_default()
    }

    fn targets(&mut self) {
        let known: Vec<&str> = self.script.steps.keys().map(String::as_str).collect();
        for (step, target, at) in &self.places.targets {
            if !known.contains(&target.as_str()) {
                self.error(
                    *at,
                    format!("étape « {step} » : l'étape suivante « {target} » n'existe pas"),
                    suggest(target, &known),
                );
            }
        }
    }

    fn next_of(&self, step: &str) -> Vec<&str> {
        self.script.steps.get(step).map(|step| step.next.targets()).unwrap_or_default()
    }

    fn reachable(&mut self) {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&str> = self.script.steps.keys().next().map(String::as_str).into_iter().collect();
        while let Some(step) = waiting.pop() {
            if seen.insert(step) {
                waiting.extend(self.next_of(step));
            }
        }
        let lost: Vec<String> =
            self.script.steps.keys().filter(|step| !seen.contains(step.as_str())).cloned().collect();
        for step in lost {
            self.error(
                self.place_of(&step),
                format!("étape « {step} » : aucun chemin n'y mène depuis la première étape"),
                "faites pointer le « next » d'une autre étape vers elle, ou retirez-la",
            );
        }
    }

    /// From every step, the advice must be within reach.
    fn dead_ends(&mut self) {
        let mut good: BTreeSet<&str> = self
            .script
            .steps
            .iter()
            .filter(|(_, step)| matches!(step.kind, StepKind::Recommend { .. }))
            .map(|(name, _)| name.as_str())
            .collect();
        if good.is_empty() {
            self.error(
                Place { line: 1, column: 1 },
                "le script ne conseille jamais rien".to_owned(),
                "ajoutez une étape « recommend: 3 »",
            );
            return;
        }
        loop {
            let more: Vec<&str> = self
                .script
                .steps
                .iter()
                .filter(|(name, step)| {
                    !good.contains(name.as_str()) && step.next.targets().iter().any(|to| good.contains(to))
                })
                .map(|(name, _)| name.as_str())
                .collect();
            if more.is_empty() {
                break;
            }
            good.extend(more);
        }
        let dead: Vec<String> =
            self.script.steps.keys().filter(|name| !good.contains(name.as_str())).cloned().collect();
        for step in dead {
            self.error(
                self.place_of(&step),
                format!("étape « {step} » : impasse, aucun conseil n'est possible après elle"),
                "donnez-lui un « next » qui mène à une étape « recommend »",
            );
        }
    }

    /// Conditions may read only what some question fills.
    fn reads(&mut self) {
        let filled: Vec<Slot> = self
            .script
            .steps
            .values()
            .filter_map(|step| match &step.kind {
                StepKind::Ask(question) => Some(question.fills.clone()),
                StepKind::Say(_) | StepKind::Recommend { .. } => None,
            })
            .collect();
        for (step, slot, at) in &self.places.reads {
            if matches!(slot, Slot::Own(_)) && !filled.contains(slot) {
                let names: Vec<&str> = filled.iter().map(Slot::name).collect();
                self.error(
                    *at,
                    format!("étape « {step} » : « {} » n'est rempli par aucune question", slot.name()),
                    suggest(slot.name(), &names),
                );
            }
        }
    }

    fn labels(&mut self) {
        let mut seen: BTreeMap<(&str, String), Place> = BTreeMap::new();
        for (owner, label, at) in &self.places.labels {
            let length = label.chars().count();
            if length > LONGEST_LABEL {
                self.error(
                    *at,
                    format!("« {label} » : {length} caractères, c'est trop long pour un choix"),
                    format!("{LONGEST_LABEL} au plus"),
                );
            }
            if seen.insert((owner, fold(label)), *at).is_some() {
                self.error(
                    *at,
                    format!("« {label} » : deux choix de la même liste se lisent pareil"),
                    "changez l'un des deux",
                );
            }
        }
        for (name, step) in &self.script.steps {
            let StepKind::Ask(question) = &step.kind else { continue };
            if let Choices::Listed(choices) = &question.choices {
                let long = choices
                    .iter()
                    .filter_map(|choice| choice.label.english.as_deref())
                    .filter(|label| label.chars().count() > LONGEST_LABEL)
                    .map(str::to_owned);
                for label in long.collect::<Vec<_>>() {
                    self.error(
                        self.place_of(name),
                        format!("« {label} » : la traduction est trop longue pour un choix"),
                        format!("{LONGEST_LABEL} caractères au plus"),
                    );
                }
            }
        }
    }

    fn questions(&mut self) {
        let built_in: Vec<&str> = Slot::BUILT_IN.iter().map(|(name, _)| *name).collect();
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, step) in &self.script.steps {
            let at = self.place_of(name);
            for word in &step.names {
                if let Some(other) = names.insert(word, name) {
                    self.error(
                        at,
                        format!("étape « {name} » : « {word} » nomme déjà l'étape « {other} »"),
                        "« corriger … » ne saurait pas laquelle choisir",
                    );
                }
            }
            let StepKind::Ask(question) = &step.kind else { continue };
            if let Slot::Own(slot) = &question.fills
                && (matches!(question.choices, Choices::None) || nearest(slot, built_in.iter().copied()).is_some())
            {
                self.error(at, format!("étape « {name} » : « {slot} » n'est pas une information connue, et la question n'a pas de choix"), suggest(slot, &built_in));
            }
            if matches!(&question.choices, Choices::Listed(choices) if choices.is_empty() || choices.len() > MOST_CHOICES)
            {
                self.error(
                    at,
                    format!("étape « {name} » : il faut de 1 à {MOST_CHOICES} choix"),
                    "regroupez, ou posez deux questions",
                );
            }
        }
    }

    fn texts(&mut self) {
        for (text, at) in &self.places.texts {
            let length = text.chars().count();
            if length > LONGEST_TEXT {
                self.warn(
                    *at,
                    format!("ce texte compte {length} caractères"),
                    format!("{LONGEST_TEXT} au plus : coupez-le"),
                );
            }
        }
        for (phrase, at) in &self.places.phrases {
            let Some(text) = self.script.phrases.0.get(phrase) else { continue };
            for written in [Some(text.french.as_str()), text.english.as_deref()].into_iter().flatten() {
                for name in placeholders_in(written).into_iter().filter(|name| !phrase.placeholders().contains(name)) {
                    let message = format!("phrase « {} » : {{{name}}} n'y est remplacé par rien", phrase.name());
                    let known = phrase.placeholders();
                    let help =
                        if known.is_empty() { "cette phrase ne cite rien".to_owned() } else { suggest(name, known) };
                    self.problems.push(Problem::error(self.file, at.line, at.column, message).with_help(help));
                }
            }
        }
    }

    /// The same words may not mean two things.
    fn shared_words(&mut self) {
        let mut owners: BTreeMap<&str, Intent> = BTreeMap::new();
        for (intent, words) in &self.script.words.intents {
            for word in words {
                if let Some(other) = owners.insert(word, *intent).filter(|other| other != intent) {
                    let message =
                        format!("« {word} » veut dire à la fois « {} » et « {} »", other.name(), intent.name());
                    self.error(Place::default(), message, "retirez-le de l'une des deux listes de « words: intents: »");
                }
            }
        }
    }
}
