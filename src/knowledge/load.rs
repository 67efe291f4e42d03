//! From files to checked parts: reads every file, then checks what they say of one another.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Kind, Mention, Report, Spot};
use super::formats::{self, Format};
use super::jargon::{self, Jargon};
use super::journeys::{self, Journey};
use super::lexicon::{self, Lexicon};
use super::sheet::Method;
use super::vocabulary::{self, Case, Term, Training, Vocabulary};
use super::weights::Weights;
use super::{MethodId, SourceFile, french, front};
use crate::problem::{Problem, Severity, nearest};

/// Everything that was read, before it is indexed.
#[derive(Debug, Default)]
pub struct Parts {
    /// By id.
    pub methods: Vec<Method>,
    pub vocabulary: Vocabulary,
    pub terms: Vec<Term>,
    pub cases: Vec<Case>,
    pub trainings: Vec<Training>,
    pub journeys: Vec<Journey>,
    pub jargon: Vec<Jargon>,
    pub formats: Vec<Format>,
    pub lexicon: Lexicon,
    /// Requests that the base cannot answer: see `scope`.
    pub outside: Vec<String>,
    pub fingerprint: String,
}

const FEWEST_NEEDS: usize = 12;

/// Reads everything and gives every problem, in the order of files, lines and columns.
pub fn load(files: &[SourceFile]) -> (Parts, Vec<Problem>) {
    let files = latest(files);
    let mut loader = Loader::default();
    loader.parts.fingerprint = fingerprint(&files);
    for (name, file) in &files {
        loader.read(name, file);
    }
    loader.join(&files);
    let Loader { parts, mut problems, .. } = loader;
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    (parts, problems)
}

/// One file for each name within a base; a later one replaces an earlier one.
pub fn latest(files: &[SourceFile]) -> BTreeMap<String, SourceFile> {
    files
        .iter()
        .map(|file| (name(&file.path), SourceFile { path: file.path.clone(), text: clean(&file.text) }))
        .collect()
}

/// The name of a file within its base: `methods/persona.md`, `glossary.yaml`.
fn name(path: &Path) -> String {
    let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().nfc().collect::<String>());
    let file = last(path).unwrap_or_default();
    match path.parent().and_then(last) {
        Some(folder) if folder == "methods" => format!("methods/{file}"),
        _ => file,
    }
}

/// Without byte order mark, with plain line ends and composed accents.
fn clean(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").nfc().collect()
}

fn fingerprint(files: &BTreeMap<String, SourceFile>) -> String {
    let parts: Vec<&[u8]> = files.iter().flat_map(|(name, file)| [name.as_bytes(), file.text.as_bytes()]).collect();
    short_hash(&parts)
}

fn short_hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A hash of all that a model depends on: the files, the recipe, the code that reads and learns.
pub fn name_of_learnt(files: &[SourceFile], weights: &Weights) -> String {
    let recipe = format!("{} {:?}", env!("DECLIC_LEARNING_CODE"), weights.recipe);
    let files: BTreeMap<String, &str> = files.iter().map(|file| (name(&file.path), file.text.as_str())).collect();
    let files = files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
    short_hash(&files.chain([recipe.as_bytes()]).collect::<Vec<_>>())
}

#[derive(Default)]
struct Loader {
    parts: Parts,
    problems: Vec<Problem>,
    mentions: Vec<Mention>,
    needs: BTreeMap<String, Vec<String>>,
}

impl Loader {
    fn read(&mut self, name: &str, file: &SourceFile) {
        let mut report = Report::new(&file.path);
        match name {
            "vocabulary.yaml" => self.parts.vocabulary = vocabulary::vocabulary(&file.text, &mut report),
            "glossary.yaml" => self.parts.terms = vocabulary::glossary(&file.text, &mut report),
            "cases.yaml" => self.parts.cases = vocabulary::cases(&file.text, &mut report),
            "trainings.yaml" => self.parts.trainings = vocabulary::trainings(&file.text, &mut report),
            "journeys.yaml" => self.parts.journeys = journeys::parse(&file.text, &mut report),
            "formats.yaml" => self.parts.formats = formats::parse(&file.text, &mut report),
            "jargon.yaml" => self.parts.jargon = jargon::parse(&file.text, &mut report),
            "outside.txt" => self.parts.outside = needs(&file.text, &mut report),
            "families.yaml" => self.parts.lexicon = lexicon::parse(&file.text, &mut report),
            _ => match name.strip_prefix("methods/") {
                Some(sheet) => self.read_method_file(sheet, file, &mut report),
                None => report_stray(name, file, &mut report),
            },
        }
        self.problems.append(&mut report.problems);
        self.mentions.append(&mut report.mentions);
    }

    fn read_method_file(&mut self, name: &str, file: &SourceFile, report: &mut Report) {
        if let Some(id) = name.strip_suffix(".needs.txt") {
            self.needs.insert(id.to_owned(), needs(&file.text, report));
        } else if let Some(id) = name.strip_suffix(".md") {
            self.parts.methods.extend(front::parse(&file.text, id, report));
        } else {
            let help = "une méthode tient en deux fichiers : « identifiant.md » et « identifiant.needs.txt »";
            report.problems.push(Problem::warning(&file.path, 0, 0, "ce fichier n'est pas lu").with_help(help));
        }
    }

    /// What concerns several files.
    fn join(&mut self, files: &BTreeMap<String, SourceFile>) {
        self.check_vocabulary(files);
        self.check_mentions(files);
        self.check_needs_files(files);
        self.check_shared_names(files);
        self.check_shared_needs(files);
        for method in &mut self.parts.methods {
            method.needs = self.needs.remove(method.id.as_str()).unwrap_or_default();
        }
        self.parts.methods.sort_by(|a, b| a.id.cmp(&b.id));
        relate_both_ways(&mut self.parts.methods);
    }

    fn check_vocabulary(&mut self, files: &BTreeMap<String, SourceFile>) {
        if !files.contains_key("vocabulary.yaml") {
            let help = "ajoutez ce fichier : il nomme les phases et les objectifs";
            self.problems
                .push(Problem::error("vocabulary.yaml", 0, 0, "le fichier vocabulary.yaml manque").with_help(help));
        }
    }

    fn check_mentions(&mut self, files: &BTreeMap<String, SourceFile>) {
        let sheets: Vec<&str> = sheet_names(files).collect();
        let phases: Vec<&str> = self.parts.vocabulary.phases.iter().map(|phase| phase.id.as_str()).collect();
        let goals: Vec<&str> = self.parts.vocabulary.goals.iter().map(|goal| goal.id.as_str()).collect();
        for mention in &self.mentions {
            let (what, known) = match mention.kind {
                Kind::Method => ("méthode inconnue", &sheets),
                Kind::Phase => ("phase inconnue", &phases),
                Kind::Goal => ("objectif inconnu", &goals),
            };
            // An unreadable vocabulary has its own problem; a hundred more would hide it.
            if known.is_empty() || known.contains(&mention.id.value.as_str()) {
                continue;
            }
            self.problems.push(unknown(mention, what, known));
        }
    }

    fn check_needs_files(&mut self, files: &BTreeMap<String, SourceFile>) {
        let sheets: Vec<&str> = sheet_names(files).collect();
        for id in sheets.iter().filter(|id| !self.needs.contains_key(**id)) {
            let file = &files[&format!("methods/{id}.md")].path;
            let help = format!("ajoutez « {id}.needs.txt », avec au moins {FEWEST_NEEDS} phrases d'agents");
            self.problems
                .push(Problem::warning(file, 0, 0, "cette fiche n'a pas de fichier de besoins").with_help(help));
        }
        for (id, needs) in &self.needs {
            let file = &files[&format!("methods/{id}.needs.txt")].path;
            if !sheets.contains(&id.as_str()) {
                let help = match nearest(id, sheets.iter().copied()) {
                    Some(near) => format!("vouliez-vous dire « {near}.needs.txt » ?"),
                    None => format!("ajoutez la fiche « {id}.md », ou supprimez ce fichier"),
                };
                self.problems.push(Problem::warning(file, 0, 0, "ces besoins n'ont pas de fiche").with_help(help));
            } else if needs.len() < FEWEST_NEEDS {
                let message = format!("{} besoins seulement", needs.len());
                let help =
                    format!("il en faut au moins {FEWEST_NEEDS} : comment un agent le dirait-il avec ses mots ?");
                self.problems.push(Problem::warning(file, 0, 0, message).with_help(help));
            }
        }
    }

    /// Two methods under one name cannot be told apart.
    fn check_shared_names(&mut self, files: &BTreeMap<String, SourceFile>) {
        let mut owners: HashMap<String, &Method> = HashMap::new();
        for method in &self.parts.methods {
            let names = [&method.name, &method.english_name].into_iter().chain(&method.aliases);
            for name in names {
                let owner = *owners.entry(french::fold(name)).or_insert(method);
                if owner.id == method.id {
                    continue;
                }
                let Some(file) = files.get(&format!("methods/{}.md", method.id)) else { continue };
                let (line, column) = find(&file.text, name);
                let message = format!("« {name} » est aussi un nom de la méthode « {} »", owner.id);
                let help = "gardez ce nom sur la fiche qu'il désigne le mieux";
                self.problems.push(Problem::warning(&file.path, line, column, message).with_help(help));
            }
        }
    }

    fn check_shared_needs(&mut self, files: &BTreeMap<String, SourceFile>) {
        let mut owners: HashMap<String, &str> = HashMap::new();
        for (id, needs) in &self.needs {
            for need in needs {
                let owner = owners.entry(french::fold(need)).or_insert(id);
                if *owner == id {
                    continue;
                }
                let file = &files[&format!("methods/{id}.needs.txt")];
                let (line, _) = find(&file.text, need);
                let message = format!("ce besoin est aussi celui de « {owner} »");
                let help = "gardez-le là où la méthode serait la première réponse";
                self.problems.push(Problem::warning(&file.path, line, 1, message).with_help(help));
            }
        }
    }
}

/// A relation that one sheet writes holds on both: whoever comes after me has me before it. Each sheet's own relations
/// stay first, in its order.
fn relate_both_ways(methods: &mut [Method]) {
    let written: Vec<(MethodId, [Vec<MethodId>; 3])> = methods
        .iter()
        .map(|method| (method.id.clone(), [method.after.clone(), method.before.clone(), method.related.clone()]))
        .collect();
    for (one, sides) in &written {
        for (side, others) in sides.iter().enumerate() {
            for other in others.iter().filter(|other| *other != one) {
                let Ok(place) = methods.binary_search_by(|method| method.id.cmp(other)) else { continue };
                let mirror = mirror(&mut methods[place], side);
                if !mirror.contains(one) {
                    mirror.push(one.clone());
                }
            }
        }
    }
}

/// Where a method keeps the other side of `after`, `before` and `related`.
fn mirror(method: &mut Method, side: usize) -> &mut Vec<MethodId> {
    match side {
        0 => &mut method.before,
        1 => &mut method.after,
        _ => &mut method.related,
    }
}

fn sheet_names(files: &BTreeMap<String, SourceFile>) -> impl Iterator<Item = &str> {
    files.keys().filter_map(|name| name.strip_prefix("methods/")?.strip_suffix(".md"))
}

/// Whether nothing prevents these parts from being served.
pub fn servable(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity < Severity::Error)
}

fn unknown(mention: &Mention, what: &str, known: &[&str]) -> Problem {
    let help = match nearest(&mention.id.value, known.iter().copied()) {
        Some(near) => format!("vouliez-vous dire « {near} » ?"),
        None if known.len() <= 30 => format!("valeurs possibles : {}", known.join(", ")),
        None => "vérifiez l'identifiant : c'est le nom du fichier de la fiche, sans .md".to_owned(),
    };
    let at = mention.id.at;
    Problem::error(&mention.file, at.line, at.column, format!("{what} : « {} »", mention.id.value)).with_help(help)
}

/// A misnamed YAML file would be ignored without a word.
fn report_stray(name: &str, file: &SourceFile, report: &mut Report) {
    const KNOWN: [&str; 9] = [
        "vocabulary.yaml",
        "glossary.yaml",
        "cases.yaml",
        "trainings.yaml",
        "journeys.yaml",
        "jargon.yaml",
        "families.yaml",
        "formats.yaml",
        "outside.txt",
    ];
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        let help = nearest(name, KNOWN).map_or_else(
            || format!("fichiers lus : {}", KNOWN.join(", ")),
            |near| format!("vouliez-vous dire « {near} » ?"),
        );
        report.problems.push(Problem::warning(&file.path, 0, 0, "ce fichier n'est pas lu").with_help(help));
    }
}

/// The lines of a needs file, without comments; a line that repeats another is reported.
fn needs(text: &str, report: &mut Report) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut needs = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let need = line.trim();
        if need.is_empty() || need.starts_with('#') {
            continue;
        }
        let first = *seen.entry(french::fold(need)).or_insert(number);
        if first == number {
            needs.push(need.to_owned());
        } else {
            let at = Spot { line: number, column: 1 };
            report.warning(
                at,
                format!("ce besoin répète la ligne {first}"),
                "supprimez une des deux lignes, ou dites-le autrement",
            );
        }
    }
    needs
}

/// Line and column of the first place where `piece` is written; zeros when it cannot be found.
pub fn find(text: &str, piece: &str) -> (u32, u32) {
    (1..)
        .zip(text.lines())
        .find_map(|(number, line)| {
            let column = line[..line.find(piece)?].chars().count();
            Some((number, u32::try_from(column).unwrap_or(0) + 1))
        })
        .unwrap_or((0, 0))
}
