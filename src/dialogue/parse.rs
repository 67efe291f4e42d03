//! From the files of `conversations/` to a [`Script`], or every problem at once.

use std::path::Path;

use indexmap::IndexMap;

use super::phrases::{Phrase, Phrases};
use super::reader::{Fields, Reader, suggest};
use super::script::{
    ChoiceValue, Choices, Condition, Intent, ListedChoice, Menus, Next, Question, Script, Slot, Step, StepKind, Text,
    Words,
};
use super::understand::text::fold;
use crate::knowledge::{Budget, Skill};
use crate::problem::Problem;
use crate::yaml::{self, Key, Node, Place, Tree};

/// A script as read, with the places that the checks need to point at.
#[derive(Debug)]
pub struct Parsed {
    pub script: Script,
    pub places: Places,
}

/// Where things stand in the French file.
#[derive(Debug, Default)]
pub struct Places {
    pub steps: IndexMap<String, Place>,
    /// Step, target, place.
    pub targets: Vec<(String, String, Place)>,
    /// Step, label, place.
    pub labels: Vec<(String, String, Place)>,
    pub texts: Vec<(String, Place)>,
    pub phrases: Vec<(Phrase, Place)>,
    /// Step, slot, place: slots read by a condition.
    pub reads: Vec<(String, Slot, Place)>,
}

/// Reads the French file of a script.
pub fn parse(file: &Path, text: &str) -> (Option<Parsed>, Vec<Problem>) {
    let root = match yaml::read(file, text) {
        Ok(root) => root,
        Err(problem) => return (None, vec![problem]),
    };
    let mut parser = Parser { reader: Reader::new(file), places: Places::default() };
    let script = parser.script(&root);
    (Some(Parsed { script, places: parser.places }), parser.reader.problems)
}

struct Parser {
    reader: Reader,
    places: Places,
}

const SCRIPT_KEYS: [&str; 7] = ["script", "version", "most_questions", "steps", "menus", "phrases", "words"];
const STEP_KEYS: [&str; 12] =
    ["ask", "say", "recommend", "fills", "choices", "names", "help", "why", "retry", "always", "next", "note"];

impl Parser {
    fn script(&mut self, root: &Node) -> Script {
        let fields = self.reader.fields(root, "le script", &SCRIPT_KEYS);
        let id = self.required_text(&fields, "script", "le script");
        let version = self
            .reader
            .require(&fields, "version", "le script")
            .map_or(0.0, |node| self.reader.number(node, "version"));
        let most = fields.get("most_questions").map_or(4.0, |node| self.reader.number(node, "most_questions"));
        Script {
            id,
            version: version as u32,
            most_questions: most as usize,
            steps: self.steps(&fields),
            phrases: self.phrases(&fields),
            words: self.words(&fields),
            menus: self.menus(&fields),
        }
    }

    fn required_text(&mut self, fields: &Fields<'_>, name: &str, what: &str) -> String {
        let node = self.reader.require(fields, name, what);
        node.map(|node| self.reader.text(node, name)).unwrap_or_default()
    }

    fn steps(&mut self, fields: &Fields<'_>) -> IndexMap<String, Step> {
        let Some(node) = self.reader.require(fields, "steps", "le script") else { return IndexMap::new() };
        let entries = self.reader.map(node, "steps");
        let mut steps = IndexMap::new();
        for (key, node) in entries {
            if steps.contains_key(&key.name) {
                let message = format!("l'étape « {} » est écrite deux fois", key.name);
                self.reader.error(key.at, message, "donnez un autre nom à l'une des deux");
            }
            self.places.steps.insert(key.name.clone(), key.at);
            let step = self.step(key, node);
            steps.insert(key.name.clone(), step);
        }
        steps
    }

    fn step(&mut self, key: &Key, node: &Node) -> Step {
        let what = format!("étape « {} »", key.name);
        let fields = self.reader.fields(node, &what, &STEP_KEYS);
        Step {
            kind: self.kind(&key.name, &fields, &what),
            names: fields.get("names").map(|node| self.folded(node, &what)).unwrap_or_default(),
            help: self.optional_text(&fields, "help", &what),
            why: self.optional_text(&fields, "why", &what),
            next: self.next(&key.name, &fields, &what),
        }
    }

    fn kind(&mut self, step: &str, fields: &Fields<'_>, what: &str) -> StepKind {
        let kinds = ["ask", "say", "recommend"].map(|kind| fields.get(kind));
        if kinds.iter().flatten().count() != 1 {
            let message = format!("{what} : il faut exactement une des clés « ask », « say » ou « recommend »");
            self.reader.error(
                fields.at,
                message,
                "ask pose une question, say dit une phrase, recommend conseille des méthodes",
            );
        }
        match kinds {
            [Some(ask), _, _] => StepKind::Ask(self.question(step, ask, fields, what)),
            [_, Some(say), _] => StepKind::Say(self.french(say, what)),
            [_, _, Some(count)] => {
                StepKind::Recommend { count: (self.reader.number(count, what) as usize).clamp(1, 10) }
            }
            _ => StepKind::Say(Text::default()),
        }
    }

    fn question(&mut self, step: &str, ask: &Node, fields: &Fields<'_>, what: &str) -> Question {
        let fills = self.reader.require(fields, "fills", what);
        let fills = fills.map_or(Slot::Own(String::new()), |node| Slot::named(&self.reader.text(node, what)));
        let retry = fields.get("retry").map(|node| self.reader.list(node, what)).unwrap_or_default();
        Question {
            ask: self.french(ask, what),
            choices: self.choices(step, &fills, fields, what),
            retry: retry.iter().map(|node| self.french(node, what)).collect(),
            always: fields.get("always").is_some_and(|node| self.reader.text(node, what) == "true"),
            fills,
        }
    }

    fn choices(&mut self, step: &str, fills: &Slot, fields: &Fields<'_>, what: &str) -> Choices {
        let Some(node) = fields.get("choices") else { return Choices::None };
        match &node.tree {
            Tree::Scalar(name) if name == "goals" => Choices::Goals,
            Tree::Scalar(name) if name == "phases" => Choices::Phases,
            Tree::Scalar(name) => {
                let message = format!("{what} : « {name} » n'est pas une liste de choix connue");
                self.reader.error(node.at, message, suggest(name, &["goals", "phases"]));
                Choices::None
            }
            _ => {
                let items = self.reader.list(node, what);
                Choices::Listed(items.iter().map(|item| self.listed(step, fills, item, what)).collect())
            }
        }
    }

    fn listed(&mut self, step: &str, fills: &Slot, node: &Node, what: &str) -> ListedChoice {
        let known = ["id", "label", "hours", "people", "budget", "skill", "remote", "value", "nothing"];
        let fields = self.reader.fields(node, &format!("{what}, choix"), &known);
        let id = self.required_text(&fields, "id", what);
        let label = self.reader.require(&fields, "label", what);
        let label = label.map(|node| self.french(node, what)).unwrap_or_default();
        self.places.labels.push((step.to_owned(), label.french.clone(), node.at));
        let value = self.choice_value(fills, &fields, &id, what);
        ListedChoice { id, label, value }
    }

    fn choice_value(&mut self, fills: &Slot, fields: &Fields<'_>, id: &str, what: &str) -> ChoiceValue {
        if fields.get("nothing").is_some() {
            return ChoiceValue::Nothing;
        }
        if let Slot::Own(_) = fills {
            return ChoiceValue::Own(id.to_owned());
        }
        let Some(node) = self.reader.require(fields, fills.name(), &format!("{what}, choix « {id} »")) else {
            return ChoiceValue::Nothing;
        };
        let value = match fills {
            Slot::Hours => Some(ChoiceValue::Hours(self.reader.number(node, what))),
            Slot::People => Some(ChoiceValue::People(self.reader.number(node, what) as u32)),
            Slot::Budget => self.reader.one_of(node, what, &BUDGETS).map(ChoiceValue::Budget),
            Slot::Skill => self.reader.one_of(node, what, &SKILLS).map(ChoiceValue::Skill),
            Slot::Remote => {
                self.reader.one_of(node, what, &[("true", true), ("false", false)]).map(ChoiceValue::Remote)
            }
            Slot::Project | Slot::Goals | Slot::Phase | Slot::Own(_) => None,
        };
        value.unwrap_or(ChoiceValue::Nothing)
    }

    fn next(&mut self, step: &str, fields: &Fields<'_>, what: &str) -> Next {
        let Some(node) = fields.get("next") else { return Next::Rest };
        match &node.tree {
            Tree::List(items) => self.cases(step, items, node.at, what),
            _ => Next::To(self.target(step, node, what)),
        }
    }

    fn target(&mut self, step: &str, node: &Node, what: &str) -> String {
        let target = self.reader.text(node, what);
        self.places.targets.push((step.to_owned(), target.clone(), node.at));
        target
    }

    fn cases(&mut self, step: &str, items: &[Node], at: Place, what: &str) -> Next {
        let mut cases = Vec::new();
        let mut otherwise = None;
        for item in items {
            let fields = self.reader.fields(item, &format!("{what}, suite"), &["if", "go", "else"]);
            if let Some(node) = fields.get("else") {
                otherwise = Some(self.target(step, node, what));
            } else if let (Some(condition), Some(go)) =
                (self.reader.require(&fields, "if", what), self.reader.require(&fields, "go", what))
                && let Some(condition) = self.condition(step, condition, what)
            {
                cases.push((condition, self.target(step, go, what)));
            }
        }
        let Some(otherwise) = otherwise else {
            self.reader.error(
                at,
                format!("{what} : la suite n'a pas de cas « else »"),
                "ajoutez « - else: une-étape » en dernier",
            );
            return Next::Rest;
        };
        Next::Cases { cases, otherwise }
    }

    fn condition(&mut self, step: &str, node: &Node, what: &str) -> Option<Condition> {
        let written = self.reader.text(node, what);
        let condition = read_condition(&written);
        match &condition {
            Some(condition) => {
                let (Condition::Known(slot)
                | Condition::Unknown(slot)
                | Condition::Is(slot, _)
                | Condition::AtLeast(slot, _)
                | Condition::AtMost(slot, _)) = condition;
                self.places.reads.push((step.to_owned(), slot.clone(), node.at));
            }
            None => self.reader.error(
                node.at,
                format!("{what} : la condition « {written} » n'est pas comprise"),
                "écrivez « budget = none », « people >= 20 », « hours <= 4 », « goals known » ou « phase unknown »",
            ),
        }
        condition
    }

    fn phrases(&mut self, fields: &Fields<'_>) -> Phrases {
        let Some(node) = self.reader.require(fields, "phrases", "le script") else { return Phrases::default() };
        let mut phrases = Phrases::default();
        let known: Vec<&str> = Phrase::ALL.iter().map(|phrase| phrase.name()).collect();
        for (key, node) in self.reader.map(node, "phrases") {
            match Phrase::named(&key.name) {
                Some(phrase) => {
                    let text = self.french(node, &format!("phrase « {} »", key.name));
                    self.places.phrases.push((phrase, node.at));
                    phrases.0.insert(phrase, text);
                }
                None => self.reader.error(
                    key.at,
                    format!("la phrase « {} » n'existe pas", key.name),
                    suggest(&key.name, &known),
                ),
            }
        }
        for phrase in Phrase::ALL.iter().filter(|phrase| !phrases.0.contains_key(phrase)) {
            self.reader.error(
                node.at,
                format!("il manque la phrase « {} »", phrase.name()),
                "ajoutez-la sous « phrases »",
            );
        }
        phrases
    }

    fn words(&mut self, fields: &Fields<'_>) -> Words {
        let known = ["intents", "frames", "closings", "define", "amend", "french_marks", "english_marks"];
        let Some(node) = self.reader.require(fields, "words", "le script") else { return Words::default() };
        let fields = self.reader.fields(node, "words", &known);
        let mut list = |name: &str| {
            let node = self.reader.require(&fields, name, "words");
            node.map(|node| self.folded(node, name)).unwrap_or_default()
        };
        let [frames, closings, define, amend, french_marks, english_marks] =
            ["frames", "closings", "define", "amend", "french_marks", "english_marks"].map(&mut list);
        Words { intents: self.intents(&fields), frames, closings, define, amend, french_marks, english_marks }
    }

    fn intents(&mut self, fields: &Fields<'_>) -> Vec<(Intent, Vec<String>)> {
        let Some(node) = self.reader.require(fields, "intents", "words") else { return Vec::new() };
        let known: Vec<&str> = Intent::ALL.iter().map(|intent| intent.name()).collect();
        let mut intents = Vec::new();
        for (key, node) in self.reader.map(node, "intents") {
            match Intent::named(&key.name) {
                Some(intent) => intents.push((intent, self.folded(node, &key.name))),
                None => self.reader.error(
                    key.at,
                    format!("l'intention « {} » n'existe pas", key.name),
                    suggest(&key.name, &known),
                ),
            }
        }
        with_reserved_words(intents)
    }

    fn menus(&mut self, fields: &Fields<'_>) -> Menus {
        let names = ["advice", "detail", "nothing_fits", "less", "useful"];
        let Some(node) = self.reader.require(fields, "menus", "le script") else { return Menus::default() };
        let fields = self.reader.fields(node, "menus", &names);
        let [advice, detail, nothing_fits, less, useful] = names.map(|name| self.menu(&fields, name));
        Menus { advice, detail, nothing_fits, less, useful }
    }

    fn menu(&mut self, fields: &Fields<'_>, name: &str) -> Vec<(Intent, Text)> {
        let Some(node) = self.reader.require(fields, name, "menus") else { return Vec::new() };
        let intents: Vec<(&str, Intent)> = Intent::ALL.iter().map(|intent| (intent.name(), *intent)).collect();
        let mut menu = Vec::new();
        for item in self.reader.list(node, name) {
            let fields = self.reader.fields(item, &format!("menu « {name} »"), &["intent", "label"]);
            let intent = self.reader.require(&fields, "intent", name);
            let label = self.reader.require(&fields, "label", name);
            if let (Some(intent), Some(label)) = (intent, label)
                && let Some(intent) = self.reader.one_of(intent, name, &intents)
            {
                let label = self.french(label, name);
                self.places.labels.push((format!("menu {name}"), label.french.clone(), item.at));
                menu.push((intent, label));
            }
        }
        menu
    }

    fn french(&mut self, node: &Node, what: &str) -> Text {
        let french = with_french_spaces(&self.reader.text(node, what));
        self.places.texts.push((french.clone(), node.at));
        Text { french, english: None }
    }

    fn optional_text(&mut self, fields: &Fields<'_>, name: &str, what: &str) -> Option<Text> {
        fields.get(name).map(|node| self.french(node, what))
    }

    /// A list of words as they are compared, longest first.
    fn folded(&mut self, node: &Node, what: &str) -> Vec<String> {
        let mut words: Vec<String> = self.reader.texts(node, what).iter().map(|word| fold(word)).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words
    }
}

const BUDGETS: [(&str, Budget); 4] =
    [("none", Budget::None), ("low", Budget::Low), ("medium", Budget::Medium), ("high", Budget::High)];
const SKILLS: [(&str, Skill); 3] =
    [("beginner", Skill::Beginner), ("intermediate", Skill::Intermediate), ("expert", Skill::Expert)];

/// French wants a space that does not break before `: ; ? ! »` and after `«`; authors may type an ordinary one.
fn with_french_spaces(text: &str) -> String {
    let mut spaced = text.replace("« ", "«\u{a0}");
    for sign in [':', ';', '?', '!', '»'] {
        spaced = spaced.replace(&format!(" {sign}"), &format!("\u{a0}{sign}"));
    }
    spaced
}

/// Reserved words work whatever the script says.
fn with_reserved_words(mut intents: Vec<(Intent, Vec<String>)>) -> Vec<(Intent, Vec<String>)> {
    for intent in Intent::ALL {
        let index = intents.iter().position(|(known, _)| known == intent).unwrap_or_else(|| {
            intents.push((*intent, Vec::new()));
            intents.len() - 1
        });
        for word in intent.reserved() {
            if !intents[index].1.iter().any(|known| known == word) {
                intents[index].1.push(word.to_owned());
            }
        }
    }
    intents
}

fn read_condition(written: &str) -> Option<Condition> {
    let parts: Vec<&str> = written.split_whitespace().collect();
    match parts.as_slice() {
        [slot, "known"] => Some(Condition::Known(Slot::named(slot))),
        [slot, "unknown"] => Some(Condition::Unknown(Slot::named(slot))),
        [slot, "=", value] => Some(Condition::Is(Slot::named(slot), (*value).to_owned())),
        [slot, ">=", value] => Some(Condition::AtLeast(Slot::named(slot), value.parse().ok()?)),
        [slot, "<=", value] => Some(Condition::AtMost(Slot::named(slot), value.parse().ok()?)),
        _ => None,
    }
}
