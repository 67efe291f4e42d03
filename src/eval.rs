//! How good the advice is: graded requests in, figures out. A pure function of the library and the requests.
//!
//! The format of a request is told in `tests/eval/README.md`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::knowledge::{Language, Library, Means, MethodId, Need};

/// One graded request: a line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub id: String,
    pub kind: String,
    pub lang: Language,
    /// What an agent types.
    pub text: String,
    /// The means that the text states.
    pub needs: Means,
    /// Grades: 3 the best advice, 2 good, 1 acceptable.
    pub relevant: BTreeMap<MethodId, u8>,
    /// Methods that cannot fit the stated means.
    pub forbidden: Vec<MethodId>,
    #[serde(default)]
    pub note: String,
}

/// A line that is not a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// 1-based.
    pub line: usize,
    pub message: String,
}

/// Reads a file of requests, one JSON object a line; empty lines are skipped.
pub fn parse(text: &str) -> (Vec<Request>, Vec<BadLine>) {
    let mut requests = Vec::new();
    let mut bad = Vec::new();
    for (line, json) in (1..).zip(text.lines()).filter(|(_, json)| !json.trim().is_empty()) {
        match serde_json::from_str(json) {
            Ok(request) => requests.push(request),
            Err(error) => bad.push(BadLine { line, message: error.to_string() }),
        }
    }
    (requests, bad)
}

/// The figures of a whole file, and of each kind of request in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub overall: Figures,
    pub kinds: BTreeMap<String, Figures>,
    /// Requests left out: no method of grade 2 or 3 has a sheet.
    pub left_out: usize,
    /// Ids of the requests without a good method among the first three.
    pub failed: Vec<String>,
    /// Ids of requests in scope that got no advice, and of others that got some.
    pub refused: Vec<String>,
    pub answered: Vec<String>,
}

/// Shares between 0 and 1; `None` where there is nothing to count.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    pub requests: usize,
    /// A method of grade 2 or 3 stands first.
    pub success_at_1: Option<f64>,
    /// … or among the first three.
    pub success_at_3: Option<f64>,
    /// Normalised discounted gain of the first five, gain 2^grade − 1.
    pub ndcg_at_5: Option<f64>,
    /// Mean of 1 / rank of the first method of grade 2 or 3.
    pub mrr: Option<f64>,
    /// Of the requests with forbidden methods, those that show one among the first three.
    pub forbidden: Option<f64>,
    /// Of the requests without advice, those that should have none; and of those that should have none, those without.
    pub abstention_precision: Option<f64>,
    pub abstention_recall: Option<f64>,
    pub means: MeansFigures,
}

/// Share of requests whose means of each kind were read exactly as stated (hours within a quarter).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MeansFigures {
    pub hours: Option<f64>,
    pub people: Option<f64>,
    pub budget: Option<f64>,
    pub skill: Option<f64>,
    pub remote: Option<f64>,
    /// All five together.
    pub all: Option<f64>,
}

/// Runs every request as the coach would: the means are read from the text by `read_means`, then the search advises.
pub fn evaluate(library: &Library, requests: &[Request], read_means: impl Fn(&str) -> Means) -> Report {
    let in_reach = |request: &&Request| request.relevant.is_empty() || good_methods(library, request).next().is_some();
    let outcomes: Vec<Outcome> =
        requests.iter().filter(in_reach).map(|request| outcome(library, request, &read_means)).collect();
    let mut kinds: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &outcomes {
        kinds.entry(outcome.kind.clone()).or_default().push(outcome);
    }
    let named = |wanted: fn(&Outcome) -> bool| {
        outcomes.iter().filter(|outcome| wanted(outcome)).map(|outcome| outcome.id.clone()).collect()
    };
    Report {
        overall: figures(&outcomes.iter().collect::<Vec<_>>()),
        kinds: kinds.into_iter().map(|(kind, outcomes)| (kind, figures(&outcomes))).collect(),
        left_out: requests.len() - outcomes.len(),
        failed: named(|outcome| outcome.in_scope && outcome.first_good.is_none_or(|rank| rank > 3)),
        refused: named(|outcome| outcome.in_scope && outcome.abstained),
        answered: named(|outcome| !outcome.in_scope && !outcome.abstained),
    }
}

/// What one request is given, for tools that compare us with other engines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    pub id: String,
    /// As deep as the figures look.
    pub methods: Vec<MethodId>,
    /// From the text to the methods.
    pub micros: f64,
}

/// The ranking of every request, in the order of the file; `now` tells the time that each takes.
pub fn rankings(
    library: &Library,
    requests: &[Request],
    read_means: impl Fn(&str) -> Means,
    now: impl Fn() -> Timestamp,
) -> Vec<Ranking> {
    let ranking = |request: &Request| {
        let begun = now();
        let (_, methods) = shown(library, &request.text, &read_means);
        Ranking { id: request.id.clone(), methods, micros: now().duration_since(begun).as_secs_f64() * 1e6 }
    };
    requests.iter().map(ranking).collect()
}

/// What the advice for one request is worth, 0 to 1: half its nDCG@5, half whether a good method is among the first
/// three. For a request out of scope, whether it is refused.
pub fn worth(library: &Library, request: &Request, read_means: fn(&str) -> Means) -> f64 {
    let outcome = outcome(library, request, read_means);
    if !outcome.in_scope {
        return if outcome.abstained { 1.0 } else { 0.0 };
    }
    let found = outcome.first_good.is_some_and(|rank| rank <= 3);
    0.5 * outcome.ndcg + if found { 0.5 } else { 0.0 }
}

/// What one request led to.
struct Outcome {
    id: String,
    kind: String,
    in_scope: bool,
    abstained: bool,
    /// Rank, from 1, of the first method of grade 2 or 3.
    first_good: Option<usize>,
    ndcg: f64,
    /// Whether a forbidden method is shown, where there is one to show.
    forbidden: Option<bool>,
    /// Hours, people, budget, skill, remote: read as stated?
    means: [bool; 5],
}

/// How deep a ranking is looked at.
const DEPTH: usize = 10;

/// The means read in a text, and what it is given.
fn shown(library: &Library, text: &str, read_means: impl Fn(&str) -> Means) -> (Means, Vec<MethodId>) {
    let means = read_means(text);
    let need = Need { text: text.to_owned(), goals: Vec::new(), phase: None, means };
    (means, library.recommend(&need, DEPTH).into_iter().map(|advice| advice.method).collect())
}

fn outcome(library: &Library, request: &Request, read_means: impl Fn(&str) -> Means) -> Outcome {
    let (means, shown) = shown(library, &request.text, read_means);
    let grade = |id: &MethodId| request.relevant.get(id).copied().unwrap_or(0);
    let forbidden = shown.iter().take(3).any(|id| request.forbidden.contains(id));
    Outcome {
        id: request.id.clone(),
        kind: request.kind.clone(),
        in_scope: !request.relevant.is_empty(),
        abstained: shown.is_empty(),
        first_good: shown.iter().position(|id| grade(id) >= 2).map(|place| place + 1),
        ndcg: ndcg(library, request, &shown),
        forbidden: request.forbidden.iter().any(|id| library.method(id).is_some()).then_some(forbidden),
        means: same_means(&request.needs, &means),
    }
}

fn good_methods<'a>(library: &'a Library, request: &'a Request) -> impl Iterator<Item = &'a MethodId> {
    let good = request.relevant.iter().filter(|(_, grade)| **grade >= 2).map(|(id, _)| id);
    good.filter(|id| library.method(id).is_some())
}

/// Against the best order of the methods that have a sheet.
fn ndcg(library: &Library, request: &Request, shown: &[MethodId]) -> f64 {
    let mut ideal: Vec<u8> =
        request.relevant.iter().filter(|(id, _)| library.method(id).is_some()).map(|(_, grade)| *grade).collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let reached = shown.iter().map(|id| request.relevant.get(id).copied().unwrap_or(0));
    let best = gain(ideal.into_iter());
    if best > 0.0 { gain(reached) / best } else { 0.0 }
}

fn gain(grades: impl Iterator<Item = u8>) -> f64 {
    (1..=5_i32).zip(grades).map(|(rank, grade)| (f64::from(grade).exp2() - 1.0) / f64::from(rank + 1).log2()).sum()
}

fn same_means(stated: &Means, read: &Means) -> [bool; 5] {
    [
        same_hours(stated.hours, read.hours),
        stated.people == read.people,
        stated.budget == read.budget,
        stated.skill == read.skill,
        stated.remote == read.remote,
    ]
}

/// Within a quarter; beyond a hundred hours within half.
fn same_hours(stated: Option<f32>, read: Option<f32>) -> bool {
    match (stated, read) {
        (None, None) => true,
        (Some(stated), Some(read)) => (stated - read).abs() <= stated * if stated > 100.0 { 0.5 } else { 0.25 },
        _ => false,
    }
}

fn figures(outcomes: &[&Outcome]) -> Figures {
    let in_scope: Vec<&Outcome> = outcomes.iter().copied().filter(|outcome| outcome.in_scope).collect();
    let within = |outcome: &Outcome, rank: usize| outcome.first_good.is_some_and(|first| first <= rank);
    let abstained = outcomes.iter().filter(|outcome| outcome.abstained);
    let out_of_scope = outcomes.iter().filter(|outcome| !outcome.in_scope);
    Figures {
        requests: outcomes.len(),
        success_at_1: share(in_scope.iter().map(|outcome| within(outcome, 1))),
        success_at_3: share(in_scope.iter().map(|outcome| within(outcome, 3))),
        ndcg_at_5: mean(in_scope.iter().map(|outcome| outcome.ndcg)),
        mrr: mean(in_scope.iter().map(|outcome| outcome.first_good.map_or(0.0, |rank| 1.0 / rank as f64))),
        forbidden: share(outcomes.iter().filter_map(|outcome| outcome.forbidden)),
        abstention_precision: share(abstained.map(|outcome| !outcome.in_scope)),
        abstention_recall: share(out_of_scope.map(|outcome| outcome.abstained)),
        means: means_figures(outcomes),
    }
}

fn means_figures(outcomes: &[&Outcome]) -> MeansFigures {
    let one = |place: usize| share(outcomes.iter().map(|outcome| outcome.means[place]));
    MeansFigures {
        hours: one(0),
        people: one(1),
        budget: one(2),
        skill: one(3),
        remote: one(4),
        all: share(outcomes.iter().map(|outcome| outcome.means.iter().all(|same| *same))),
    }
}

fn share(answers: impl Iterator<Item = bool>) -> Option<f64> {
    mean(answers.map(|yes| if yes { 1.0 } else { 0.0 }))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

const COLUMNS: [&str; 9] = ["kind", "n", "success@1", "success@3", "nDCG@5", "MRR", "forbidden", "abst. P", "abst. R"];
const MEANS_COLUMNS: [&str; 8] = ["kind", "n", "hours", "people", "budget", "skill", "remote", "all"];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || self.kinds.iter().map(|(kind, figures)| (kind.as_str(), figures)).chain([("all", &self.overall)]);
        row(f, &COLUMNS.map(str::to_owned))?;
        for (kind, figures) in rows() {
            row(f, &figures.cells(kind))?;
        }
        writeln!(f)?;
        row(f, &MEANS_COLUMNS.map(str::to_owned))?;
        for (kind, figures) in rows() {
            row(f, &figures.means_cells(kind))?;
        }
        writeln!(f, "\nleft out (no sheet): {}", self.left_out)?;
        writeln!(f, "no good method in the first three: {}", self.failed.join(" "))?;
        writeln!(f, "in scope, refused: {}", self.refused.join(" "))?;
        write!(f, "out of scope, answered: {}", self.answered.join(" "))
    }
}

impl Figures {
    fn cells(&self, kind: &str) -> Vec<String> {
        let shares = [
            self.success_at_1,
            self.success_at_3,
            self.ndcg_at_5,
            self.mrr,
            self.forbidden,
            self.abstention_precision,
            self.abstention_recall,
        ];
        [kind.to_owned(), self.requests.to_string()].into_iter().chain(shares.map(cell)).collect()
    }

    fn means_cells(&self, kind: &str) -> Vec<String> {
        let means = &self.means;
        let shares = [means.hours, means.people, means.budget, means.skill, means.remote, means.all];
        [kind.to_owned(), self.requests.to_string()].into_iter().chain(shares.map(cell)).collect()
    }
}

fn cell(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.2}"))
}

fn row(f: &mut fmt::Formatter<'_>, cells: &[String]) -> fmt::Result {
    let Some((kind, rest)) = cells.split_first() else { return Ok(()) };
    write!(f, "{kind:<12}")?;
    for cell in rest {
        write!(f, "{cell:>10}")?;
    }
    writeln!(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_follow_the_grades_and_fade_with_the_rank() {
        assert_eq!(gain([3].into_iter()), 7.0);
        assert!((gain([0, 3].into_iter()) - 7.0 / 3_f64.log2()).abs() < 1e-9);
        assert_eq!(gain([0, 0, 0, 0, 0, 3].into_iter()), 0.0);
    }

    #[test]
    fn hours_have_a_margin() {
        assert!(same_hours(Some(3.5), Some(4.0)));
        assert!(!same_hours(Some(3.5), Some(7.0)));
        assert!(same_hours(Some(2500.0), Some(1400.0)));
        assert!(!same_hours(None, Some(1.0)));
    }

    #[test]
    fn a_bad_line_is_told_with_its_number() {
        let good = r#"{"id":"d","kind":"short","lang":"fr","text":"x","needs":{"hours":null,"people":null,"budget":null,"skill":null,"remote":null},"relevant":{},"forbidden":[],"note":""}"#;
        let (requests, bad) = parse(&format!("{good}\n\n{{\"id\": 3}}\n"));
        assert_eq!(requests.len(), 1);
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [3]);
    }
}
