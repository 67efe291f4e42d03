//! `declic suggest "…"`: one request, its methods and the reasons, for people and for programs.

use std::fmt;

use serde::Serialize;

use crate::knowledge::{
    Budget, GoalId, JourneyId, Language, Library, Means, MethodId, PhaseId, Reason, Recommendation, Skill, Warning,
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
    pub reasons: Vec<Reason>,
    pub warnings: Vec<Warning>,
    /// The first link of the sheet.
    pub link: Option<String>,
}

/// Searches as the coach does, without a conversation. `means` are those that the text states.
pub fn suggest(library: &Library, text: &str, means: Means, count: usize) -> Suggestions {
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
        journey: library.journey_for(text).map(|journey| journey.id.clone()),
        abstained: advised.is_empty(),
        methods: advised.into_iter().filter_map(|advice| suggestion(library, advice)).collect(),
    }
}

fn suggestion(library: &Library, advice: Recommendation) -> Option<Suggestion> {
    let method = library.method(&advice.method)?;
    Some(Suggestion {
        name: method.name.clone(),
        link: method.links.first().map(|link| link.url.clone()),
        id: advice.method,
        score: advice.score,
        reasons: advice.reasons,
        warnings: advice.warnings,
    })
}

impl fmt::Display for Suggestions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.understood)?;
        self.journey.iter().try_for_each(|journey| writeln!(f, "parcours : {journey}"))?;
        if self.abstained {
            return write!(f, "aucune méthode : rien dans la base ne répond à cette demande");
        }
        for (place, method) in (1..).zip(&self.methods) {
            writeln!(f, "\n{place}. {} ({}) {:.2}", method.name, method.id, method.score)?;
            method.reasons.iter().try_for_each(|reason| writeln!(f, "   + {}", told(reason)))?;
            method.warnings.iter().try_for_each(|warning| writeln!(f, "   − {}", warned(warning)))?;
            method.link.iter().try_for_each(|link| writeln!(f, "   {link}"))?;
        }
        Ok(())
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
