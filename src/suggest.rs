//! `declic suggest "…"`: one request, its methods and the reasons, for people and for programs.

use std::fmt;

use serde::Serialize;

use crate::knowledge::{
    Budget, Evidence, GoalId, JourneyId, Language, Library, Means, MethodId, Parts, PhaseId, Reason, Recommendation,
    SeenWord, Signs, Skill, Warning,
};

/// What was asked, understood and found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestions {
    pub request: String,
    pub language: Language,
    pub understood: Understood,
    pub methods: Vec<Suggestion>,
    /// The journey that the request announces, when it is a whole project.
    pub journey: Option<JourneyId>,
    /// Nothing in the base answers this request.
    pub abstained: bool,
    /// How it came to this, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// How the methods were found, stage by stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    pub words: Vec<SeenWord>,
    /// Goals with the confidence in each, 0 to 1.
    pub goals: Vec<(GoalId, f32)>,
    pub phase: Option<(PhaseId, f32)>,
    /// How far the request is trusted to be about the base, the least that it takes, and what the trust rests on.
    pub strength: f32,
    pub least: f32,
    pub signs: Option<Signs>,
    /// What the first methods would be with other time at hand, where they would not be the same.
    pub otherwise: Vec<Otherwise>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Otherwise {
    pub hours: f32,
    pub methods: Vec<MethodId>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Understood {
    pub goals: Vec<GoalId>,
    pub phase: Option<PhaseId>,
    pub hours: Option<f32>,
    pub people: Option<u32>,
    pub budget: Option<Budget>,
    pub skill: Option<Skill>,
    pub remote: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    pub id: MethodId,
    pub name: String,
    pub score: f32,
    pub parts: Parts,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
    /// The first link of the sheet.
    pub link: Option<String>,
}

/// Searches as the coach does, without a conversation. `means` are those that the text states.
pub fn suggest(library: &Library, text: &str, means: Means, count: usize, explain: bool) -> Suggestions {
    let reading = library.read(text);
    let detected = library.detect(&reading);
    let (goals, phase) = (detected.sure_goals(), detected.sure_phase());
    let evidence = library.search(&reading, &goals, phase.as_ref());
    let advised = library.rank(&evidence, &means, count);
    Suggestions {
        request: text.to_owned(),
        language: library.language_of(text),
        understood: Understood {
            goals,
            phase,
            hours: means.hours,
            people: means.people,
            budget: means.budget,
            skill: means.skill,
            remote: means.remote,
        },
        explanation: explain.then(|| Explanation {
            words: reading.words(),
            strength: evidence.strength(),
            least: evidence.least(),
            signs: evidence.signs(),
            otherwise: otherwise(library, &evidence, means, count),
            goals: detected.goals,
            phase: detected.phase,
        }),
        journey: library.journey_for(text).map(|journey| journey.id.clone()),
        abstained: advised.is_empty(),
        methods: advised.into_iter().filter_map(|advice| suggestion(library, advice)).collect(),
    }
}

/// Time that agents often have, in hours: one, half a day, a day, three days, two weeks.
const OFTEN: [f32; 5] = [1.0, 3.5, 7.0, 21.0, 70.0];

fn otherwise(library: &Library, evidence: &Evidence, means: Means, count: usize) -> Vec<Otherwise> {
    let first =
        |means: &Means| -> Vec<MethodId> { library.first(evidence, means, count).into_iter().cloned().collect() };
    let now = first(&means);
    let others = OFTEN.into_iter().filter(|hours| means.hours != Some(*hours));
    let others = others.map(|hours| Otherwise { hours, methods: first(&Means { hours: Some(hours), ..means }) });
    others.filter(|other| other.methods != now).collect()
}

fn suggestion(library: &Library, advice: Recommendation) -> Option<Suggestion> {
    let method = library.method(&advice.method)?;
    Some(Suggestion {
        name: method.name.clone(),
        link: method.links.first().map(|link| link.url.clone()),
        id: advice.method,
        score: advice.score,
        parts: advice.parts,
        reasons: advice.reasons,
        warnings: advice.warnings,
    })
}

impl fmt::Display for Suggestions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.understood)?;
        self.journey.iter().try_for_each(|journey| writeln!(f, "parcours : {journey}"))?;
        if self.abstained {
            write!(f, "aucune méthode : rien dans la base ne répond à cette demande")?;
        }
        for (place, method) in (1..).zip(&self.methods) {
            writeln!(f, "\n{place}. {} ({}) {:.2}", method.name, method.id, method.score)?;
            if self.explanation.is_some() {
                writeln!(f, "   = {}", parted(&method.parts))?;
            }
            method.reasons.iter().try_for_each(|reason| writeln!(f, "   + {}", told(reason)))?;
            method.warnings.iter().try_for_each(|warning| writeln!(f, "   − {}", warned(warning)))?;
            method.link.iter().try_for_each(|link| writeln!(f, "   {link}"))?;
        }
        self.explanation.iter().try_for_each(|explanation| write!(f, "\n{explanation}"))
    }
}

impl fmt::Display for Understood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut facts: Vec<String> = Vec::new();
        facts.extend(self.goals.iter().map(|goal| format!("objectif {goal}")));
        facts.extend(self.phase.iter().map(|phase| format!("phase {phase}")));
        facts.extend(self.hours.map(|hours| format!("{hours} h")));
        facts.extend(self.people.map(|people| format!("{people} pers.")));
        facts.extend(self.budget.map(|budget| format!("budget {budget:?}").to_lowercase()));
        facts.extend(self.skill.map(|skill| format!("niveau {skill:?}").to_lowercase()));
        facts.extend(self.remote.map(|remote| if remote { "à distance" } else { "sur place" }.to_owned()));
        write!(f, "compris : {}", if facts.is_empty() { "–".to_owned() } else { facts.join(" · ") })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.words.iter().map(|seen| {
            let sense = if seen.concept == seen.word { String::new() } else { format!(" → {}", seen.concept) };
            let doubt = if seen.known { "" } else { " (inconnu de la base)" };
            format!("{}{sense}{doubt}", seen.word)
        });
        writeln!(f, "mots cherchés : {}", words.collect::<Vec<_>>().join(", "))?;
        let goals = self.goals.iter().map(|(goal, sure)| format!("{goal} {sure:.2}"));
        let phase = self.phase.iter().map(|(phase, sure)| format!("phase {phase} {sure:.2}"));
        writeln!(f, "objectifs et phase pressentis : {}", goals.chain(phase).collect::<Vec<_>>().join(", "))?;
        writeln!(f, "dans le sujet : {:.2} (il faut {:.2})", self.strength, self.least)?;
        if let Some(signs) = self.signs {
            let Signs { inside, clear, known, named, length } = signs;
            writeln!(
                f,
                "  base contre hors sujet {inside:.2}, netteté {clear:.2}, mots connus {known:.2}, méthode nommée {named:.2}, longueur {length:.2}"
            )?;
        }
        self.otherwise.iter().try_for_each(|other| {
            let methods: Vec<&str> = other.methods.iter().map(MethodId::as_str).collect();
            writeln!(f, "avec {} h : {}", other.hours, methods.join(", "))
        })
    }
}

fn parted(parts: &Parts) -> String {
    let Parts { model, needs, sheet, named, shared, goal, phase } = *parts;
    let all = [
        ("ressemblance", model),
        ("besoins proches", needs),
        ("fiche", sheet),
        ("nom", named),
        ("voisines", shared),
        ("objectif", goal),
        ("phase", phase),
    ];
    let told = all.into_iter().filter(|(_, part)| *part >= 0.005).map(|(name, part)| format!("{name} {part:.2}"));
    told.collect::<Vec<_>>().join(" + ")
}

fn told(reason: &Reason) -> String {
    match reason {
        Reason::Goal { goal } => format!("objectif {goal}"),
        Reason::Phase { phase } => format!("phase {phase}"),
        Reason::Named { name } => format!("nommé : {name}"),
        Reason::Similar { need } => format!("proche de : « {need} »"),
        Reason::Words { words } => format!("mots : {}", words.join(", ")),
        Reason::FitsHours => "durée".to_owned(),
        Reason::FitsPeople => "nombre".to_owned(),
        Reason::FitsBudget => "budget".to_owned(),
        Reason::FitsSkill => "niveau".to_owned(),
        Reason::FitsPlace => "lieu".to_owned(),
    }
}

fn warned(warning: &Warning) -> String {
    let what = match warning {
        Warning::Hours { needs, given, .. } => format!("durée : {needs} h > {given} h"),
        Warning::TooFewPeople { needs, given, .. } => format!("nombre : {given} < {needs}"),
        Warning::TooManyPeople { most, given, .. } => format!("nombre : {given} > {most}"),
        Warning::Budget { needs, .. } => format!("budget {needs:?}").to_lowercase(),
        Warning::Skill { needs, .. } => format!("niveau {needs:?}").to_lowercase(),
        Warning::OnSiteOnly => "sur place seulement".to_owned(),
        Warning::RemoteOnly => "à distance seulement".to_owned(),
    };
    if warning.is_impossible() { format!("{what} (impossible)") } else { what }
}
