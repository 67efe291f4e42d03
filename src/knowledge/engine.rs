//! All that the search needs, made once from the parts of the base.

use std::collections::HashSet;

use super::index::{Form, Indexed, Shelf, Sought};
use super::journeys::Heralds;
use super::learning::Learnt;
use super::load::Parts;
use super::names::Names;
use super::neighbours::{Neighbour, neighbours};
use super::query::{Query, Wording};
use super::refusal::Refusable;
use super::sheet::Method;
use super::spelling::Spelling;
use super::weights::Weights;
use super::{MethodId, french};

/// The ready search. Methods are numbered as in [`super::Library::methods`].
pub struct Engine {
    pub weights: Weights,
    pub wording: Wording,
    pub spelling: Spelling,
    pub learnt: Learnt,
    /// One document a method.
    pub sheets: Shelf,
    /// One document a need line.
    pub needs: Shelf,
    /// Need line → its method, and its place in the method's list.
    pub need_owners: Vec<(usize, usize)>,
    /// Each method's neighbours, both ways.
    pub neighbours: Vec<Vec<Neighbour>>,
    /// Names of methods.
    pub names: Names<usize>,
    /// Names of methods and terms, for « c'est quoi … ? ».
    pub entries: Names<EntryPlace>,
    pub cues: Cues,
    /// Ways of working, which people may refuse, by number.
    pub format_names: Names<usize>,
    /// The methods of each.
    pub formats: Vec<Vec<usize>>,
    /// What announces a whole project.
    pub heralds: Heralds,
}

/// Where an entry of the glossary stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryPlace {
    Term(usize),
    Method(usize),
}

/// Cues of goals and phases, by number.
#[derive(Default)]
pub struct Cues {
    pub goals: Names<usize>,
    pub phases: Names<usize>,
}

impl Engine {
    /// `kept`: what was learnt from the same parts before, as bytes.
    pub fn new(parts: &Parts, weights: Weights, kept: Option<&[u8]>) -> tantivy::Result<Self> {
        let wording = Wording::new(&parts.lexicon);
        let spelling = Spelling::new(parts.methods.iter().flat_map(method_words));
        let need_owners: Vec<(usize, usize)> = (0..)
            .zip(&parts.methods)
            .flat_map(|(method, sheet)| (0..sheet.needs.len()).map(move |need| (method, need)))
            .collect();
        // Learning takes seconds and indexing some tenths of one; they need nothing of one another.
        let (learnt, shelves) = std::thread::scope(|threads| {
            let learning = threads.spawn(|| {
                let kept = kept.and_then(|bytes| Learnt::kept(bytes, parts));
                kept.unwrap_or_else(|| Learnt::from(parts, &wording, &weights.recipe))
            });
            let shelves = shelves(parts, &need_owners, &wording, weights);
            (learning.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), shelves)
        });
        let (sheets, needs) = shelves?;
        Ok(Self {
            sheets,
            needs,
            names: method_names(&parts.methods),
            entries: entries(parts),
            cues: cues(parts),
            format_names: format_names(parts),
            formats: formats(parts),
            neighbours: neighbours(&parts.methods),
            heralds: Heralds::new(&parts.journeys, |need| wording.concepts(need)),
            need_owners,
            weights,
            learnt,
            spelling,
            wording,
        })
    }

    /// Concepts of what a sheet says of itself.
    pub fn sheet_concepts(&self, method: &Method) -> HashSet<String> {
        let names = [&method.name, &method.summary, &method.english_name, &method.english_summary];
        let texts = names.into_iter().chain(&method.aliases).chain([&method.sections.purpose, &method.sections.when]);
        texts.flat_map(|text| self.wording.concepts(text)).collect()
    }

    /// The methods that a text refuses, in order, and the text without them; none where it refuses nothing.
    pub fn refusals(&self, text: &str) -> Option<(Vec<usize>, String)> {
        let found = Refusable { formats: &self.format_names, methods: &self.names }.find(text)?;
        let mut refused = found.methods;
        refused.extend(found.formats.iter().flat_map(|format| self.formats[*format].iter().copied()));
        refused.sort_unstable();
        refused.dedup();
        Some((refused, found.rest))
    }

    /// Understands a request.
    pub fn read(&self, text: &str) -> Query {
        self.wording.read(text, &self.spelling, &self.weights)
    }
}

/// The index of the sheets, and that of the needs.
fn shelves(
    parts: &Parts,
    need_owners: &[(usize, usize)],
    wording: &Wording,
    weights: Weights,
) -> tantivy::Result<(Shelf, Shelf)> {
    let names = Sought { weight: weights.names, forms: &[Form::Concept, Form::Exact] };
    let text = Sought { weight: weights.text, forms: &[Form::Concept] };
    let need = Sought { weight: 1.0, forms: &[Form::Concept, Form::Snowball, Form::Synonyms] };
    let sheets: Vec<Vec<Indexed>> = parts.methods.iter().map(|method| sheet_texts(method, parts, wording)).collect();
    let needs = need_owners.iter().map(|(method, need)| vec![indexed(&parts.methods[*method].needs[*need], wording)]);
    let needs: Vec<Vec<Indexed>> = needs.collect();
    Ok((Shelf::new(&[names, text], weights, &sheets)?, Shelf::new(&[need], weights, &needs)?))
}

/// The words of a sheet that a request may use.
fn method_words(method: &Method) -> impl Iterator<Item = String> + '_ {
    let sections = &method.sections;
    let texts = [&method.name, &method.summary, &method.english_name, &method.english_summary, &sections.purpose]
        .into_iter()
        .chain([&sections.when, &sections.otherwise, &sections.adapt, &sections.tips, &sections.next])
        .chain(&method.aliases)
        .chain(&method.needs);
    texts.flat_map(|text| french::words(text))
}

/// The names of a sheet, and the rest of what it says of itself.
fn sheet_texts(method: &Method, parts: &Parts, wording: &Wording) -> Vec<Indexed> {
    let names = [&method.name, &method.english_name].into_iter().chain(&method.aliases);
    let goals = parts.vocabulary.goals.iter().filter(|goal| method.goals.contains(&goal.id));
    let sections = &method.sections;
    let body = [&method.summary, &method.english_summary, &sections.purpose, &sections.when, &sections.materials];
    let text = body.into_iter().chain([&sections.tips]);
    let text = text.chain(sections.stages.iter().map(|stage| &stage.title));
    let text = text.chain(goals.flat_map(|goal| [&goal.name, &goal.english]));
    vec![indexed(&joined(names), wording), indexed(&joined(text), wording)]
}

fn joined<'a>(texts: impl Iterator<Item = &'a String>) -> String {
    texts.map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn indexed(text: &str, wording: &Wording) -> Indexed {
    let mut words = french::meaningful(&french::words(text));
    words.extend(french::compounds(text));
    let words = french::stemmed(words);
    let join = |form: fn(&french::Word) -> &str| words.iter().map(form).collect::<Vec<_>>().join(" ");
    let concepts: Vec<String> = words.iter().map(|word| wording.concept_of_stem(word.light.clone())).collect();
    Indexed { concepts: concepts.join(" "), snowball: join(|word| &word.snowball), exact: join(|word| &word.exact) }
}

fn method_names(methods: &[Method]) -> Names<usize> {
    let mut names = Names::default();
    for (number, method) in methods.iter().enumerate() {
        names.add(&method.name, number);
        names.add(&method.english_name, number);
    }
    for (number, method) in methods.iter().enumerate() {
        method.aliases.iter().for_each(|alias| names.add(alias, number));
        names.add(&method.id.as_str().replace('-', " "), number);
    }
    names
}

fn entries(parts: &Parts) -> Names<EntryPlace> {
    let mut names = Names::default();
    for (number, term) in parts.terms.iter().enumerate() {
        let all = [&term.term, &term.english].into_iter().chain(&term.official).chain(&term.aliases);
        all.for_each(|name| names.add(name, EntryPlace::Term(number)));
    }
    for (number, method) in parts.methods.iter().enumerate() {
        let all = [&method.name, &method.english_name].into_iter().chain(&method.aliases);
        all.for_each(|name| names.add(name, EntryPlace::Method(number)));
    }
    names
}

fn format_names(parts: &Parts) -> Names<usize> {
    let mut names = Names::default();
    for (number, format) in parts.formats.iter().enumerate() {
        format.words.iter().for_each(|word| names.add(word, number));
    }
    names
}

fn formats(parts: &Parts) -> Vec<Vec<usize>> {
    let number = |id: &MethodId| parts.methods.binary_search_by(|method| method.id.cmp(id)).ok();
    parts.formats.iter().map(|format| format.methods.iter().filter_map(number).collect()).collect()
}

fn cues(parts: &Parts) -> Cues {
    let mut cues = Cues::default();
    for (number, goal) in parts.vocabulary.goals.iter().enumerate() {
        goal.cues.iter().chain([&goal.name, &goal.english]).for_each(|cue| cues.goals.add(cue, number));
    }
    for (number, phase) in parts.vocabulary.phases.iter().enumerate() {
        phase.cues.iter().chain([&phase.name, &phase.english]).for_each(|cue| cues.phases.add(cue, number));
    }
    cues
}
