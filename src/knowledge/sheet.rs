//! One method: the front matter and the sections of one Markdown file, with its needs file beside it.

use serde::Serialize;

use super::{Budget, GoalId, MethodId, PhaseId, Skill};

/// A complete sheet. Texts are the small Markdown of `dialogue::turn::Markup`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub id: MethodId,
    pub name: String,
    pub summary: String,
    pub english_name: String,
    pub english_summary: String,
    pub aliases: Vec<String>,
    pub phase: PhaseId,
    /// Most important first.
    pub goals: Vec<GoalId>,
    pub duration: Hours,
    pub people: People,
    pub budget: Budget,
    pub skill: Skill,
    pub place: Place,
    pub before: Vec<MethodId>,
    pub after: Vec<MethodId>,
    pub related: Vec<MethodId>,
    pub links: Vec<Link>,
    pub sections: Sections,
    /// How agents say that they need it, one a line of `<id>.needs.txt`.
    pub needs: Vec<String>,
}

/// Working hours for an ordinary use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hours {
    pub min: f32,
    pub max: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct People {
    pub min: u32,
    pub max: u32,
    pub counted: Counted,
}

/// Whom a sheet's number of people counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    #[default]
    Participants,
    /// Those who prepare or run it; the public may be larger.
    Team,
    /// Those who answer a survey or a consultation.
    Respondents,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    OnSite,
    Remote,
    Either,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    pub title: String,
    pub url: String,
    /// Two-letter language of the page.
    pub lang: String,
    pub kind: LinkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    Official,
    ThirdParty,
    Wikipedia,
    Mirror,
    Archive,
}

/// The Markdown under each heading, trimmed.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Sections {
    pub purpose: String,
    pub when: String,
    pub otherwise: String,
    pub stages: Vec<Stage>,
    pub opening: String,
    pub adapt: String,
    pub materials: String,
    pub tips: String,
    pub public_rules: Option<String>,
    pub next: String,
}

/// One numbered step of « Étapes ».
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    pub title: String,
    pub minutes: u32,
    pub text: String,
}
