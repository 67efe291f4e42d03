//! From what is known to what is read: durations, groups, facts, cards. Every word comes from the script or the base.

use super::Content;
use super::phrases::Phrase;
use super::replay::Slots;
use super::script::{Choices, Slot, StepKind};
use super::turn::{Block, Card, CardLink, Fact, Markup};
use crate::knowledge::sheet::{Counted, Hours, Method, People, Stage};
use crate::knowledge::{Budget, GoalId, Language, Means, PhaseId, Reason, Recommendation, Skill, Warning};

/// A card that gives more reasons is not read.
const MOST_REASONS: usize = 2;

/// Speaks one language with the words of one content.
#[derive(Clone, Copy)]
pub struct Voice<'a> {
    pub content: &'a Content,
    pub language: Language,
}

impl<'a> Voice<'a> {
    pub fn say(&self, phrase: Phrase) -> &'a str {
        self.content.script.phrases.say(phrase, self.language)
    }

    pub fn fill(&self, phrase: Phrase, quotes: &[(&str, &str)]) -> String {
        self.content.script.phrases.fill(phrase, self.language, quotes)
    }

    pub fn goal(&self, id: &GoalId) -> &'a str {
        let goal = self.content.library.goals().iter().find(|goal| goal.id == *id);
        goal.map_or("", |goal| self.either(&goal.name, &goal.english))
    }

    pub fn phase(&self, id: &PhaseId) -> &'a str {
        let phase = self.content.library.phases().iter().find(|phase| phase.id == *id);
        phase.map_or("", |phase| self.either(&phase.name, &phase.english))
    }

    pub fn method_name(&self, method: &'a Method) -> &'a str {
        self.either(&method.name, &method.english_name)
    }

    /// A name as a link to its page, where the operator says where the pages are.
    pub fn linked(&self, name: &str, shelf: &str, id: &str) -> String {
        match &self.content.house.public_url {
            Some(url) => format!("[{name}]({url}/{shelf}/{id})"),
            None => name.to_owned(),
        }
    }

    pub fn either(&self, french: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::English if !english.is_empty() => english,
            _ => french,
        }
    }

    /// `2 h 30`, `une demi-journée`, `3 jours`.
    pub fn hours(&self, hours: f32) -> String {
        let minutes = (hours * 60.0).round() as u32;
        let quote = |phrase, n: u32| self.fill(phrase, &[("n", &n.to_string())]);
        match minutes {
            0..60 => quote(Phrase::Minutes, minutes),
            60 => self.say(Phrase::HoursOne).to_owned(),
            210 => self.say(Phrase::HalfDay).to_owned(),
            420 => self.say(Phrase::Day).to_owned(),
            _ if minutes > 8000 => quote(Phrase::Months, ((hours / 140.0).round() as u32).max(1)),
            _ if minutes >= 4200 => quote(Phrase::Weeks, (hours / 35.0).round() as u32),
            _ if minutes >= 840 => quote(Phrase::Days, (hours / 7.0).round() as u32),
            _ if minutes.is_multiple_of(60) => quote(Phrase::Hours, minutes / 60),
            _ => self.hours_and_minutes(minutes),
        }
    }

    fn hours_and_minutes(&self, minutes: u32) -> String {
        let quotes = [("hours", (minutes / 60).to_string()), ("minutes", format!("{:02}", minutes % 60))];
        let quotes = quotes.each_ref().map(|(name, words)| (*name, words.as_str()));
        self.fill(Phrase::HoursMinutes, &quotes)
    }

    pub fn duration(&self, duration: Hours) -> String {
        let (from, to) = (self.hours(duration.min), self.hours(duration.max));
        if from == to { from } else { self.fill(Phrase::Range, &[("from", &from), ("to", &to)]) }
    }

    pub fn people(&self, people: u32) -> String {
        match people {
            1 => self.say(Phrase::PeopleOne).to_owned(),
            _ => self.fill(Phrase::People, &[("n", &people.to_string())]),
        }
    }

    /// `de 4 à 12 personnes`, and whom that counts.
    pub fn group(&self, people: People) -> String {
        let range = if people.min == people.max {
            self.people(people.min)
        } else {
            let (from, to) = (people.min.to_string(), people.max.to_string());
            self.fill(Phrase::PeopleRange, &[("from", &from), ("to", &to)])
        };
        match people.counted {
            Counted::Participants => range,
            Counted::Team => self.fill(Phrase::PeopleTeam, &[("people", &range)]),
            Counted::Respondents => self.fill(Phrase::PeopleRespondents, &[("people", &range)]),
        }
    }

    pub fn budget(&self, budget: Budget) -> &'a str {
        self.say(match budget {
            Budget::None => Phrase::BudgetNone,
            Budget::Low => Phrase::BudgetLow,
            Budget::Medium => Phrase::BudgetMedium,
            Budget::High => Phrase::BudgetHigh,
        })
    }

    pub fn skill(&self, skill: Skill) -> &'a str {
        self.say(match skill {
            Skill::Beginner => Phrase::SkillBeginner,
            Skill::Intermediate => Phrase::SkillIntermediate,
            Skill::Expert => Phrase::SkillExpert,
        })
    }

    pub fn remote(&self, remote: bool) -> &'a str {
        self.say(if remote { Phrase::RemoteYes } else { Phrase::RemoteNo })
    }

    /// What an answer is called: « Temps », « Personnes » …
    pub fn slot(&self, slot: &Slot) -> &'a str {
        self.say(match slot {
            Slot::Project => Phrase::LabelProject,
            Slot::Goals => Phrase::LabelGoals,
            Slot::Phase => Phrase::LabelPhase,
            Slot::Hours => Phrase::LabelHours,
            Slot::People => Phrase::LabelPeople,
            Slot::Budget => Phrase::LabelBudget,
            Slot::Skill => Phrase::LabelSkill,
            Slot::Remote => Phrase::LabelRemote,
            Slot::Own(_) => Phrase::LabelEvent,
        })
    }

    /// The means that are known, in words: `une demi-journée`, `8 personnes` …
    pub fn means(&self, means: &Means) -> Vec<(Phrase, String)> {
        let said = [
            (Phrase::LabelHours, means.hours.map(|hours| self.hours(hours))),
            (Phrase::LabelPeople, means.people.map(|people| self.people(people))),
            (Phrase::LabelRemote, means.remote.map(|remote| self.remote(remote).to_owned())),
            (Phrase::LabelBudget, means.budget.map(|budget| self.budget(budget).to_owned())),
            (Phrase::LabelSkill, means.skill.map(|skill| self.skill(skill).to_owned())),
        ];
        said.into_iter().filter_map(|(label, words)| Some((label, words?))).collect()
    }

    /// All that is known, one line each, as a list.
    pub fn facts(&self, slots: &Slots, goals: &[GoalId], with_project: bool) -> String {
        let mut facts = Vec::new();
        if with_project && !slots.project.is_empty() {
            facts.push((Phrase::LabelProject, Markup::escape(&shortened(&slots.project, 300))));
        }
        if !goals.is_empty() {
            let names: Vec<&str> = goals.iter().map(|goal| self.goal(goal)).collect();
            facts.push((Phrase::LabelGoals, names.join(" ; ")));
        }
        if let Some(phase) = &slots.phase {
            facts.push((Phrase::LabelPhase, self.phase(phase).to_owned()));
        }
        facts.extend(self.means(&slots.means));
        let mut lines: Vec<String> = facts.iter().map(|(label, words)| self.fact_line(*label, words)).collect();
        lines.extend(self.own_answers(slots));
        lines.join("\n")
    }

    fn fact_line(&self, label: Phrase, words: &str) -> String {
        format!("- {}", self.fill(Phrase::FactLine, &[("label", self.say(label)), ("words", words)]))
    }

    /// Answers to the script's own questions, by the label that the person chose.
    fn own_answers(&self, slots: &Slots) -> Vec<String> {
        let mut lines = Vec::new();
        for step in self.content.script.steps.values() {
            let StepKind::Ask(question) = &step.kind else { continue };
            let (Slot::Own(slot), Choices::Listed(choices)) = (&question.fills, &question.choices) else { continue };
            if let Some(choice) = choices.iter().find(|choice| slots.own.get(slot) == Some(&choice.id)) {
                let label = choice.label.in_language(self.language);
                lines.push(self.fact_line(Phrase::LabelEvent, label));
            }
        }
        lines
    }

    pub fn text(&self, words: impl Into<String>) -> Block {
        Block::Text { markup: Markup(words.into()) }
    }

    /// One recommendation, ready to be drawn.
    pub fn card(&self, recommendation: &Recommendation, method: &'a Method) -> Card {
        let mut facts = Vec::new();
        let mut fact = |label: Phrase, text: String| {
            if !text.is_empty() {
                facts.push(Fact { label: self.say(label).to_owned(), text });
            }
        };
        if self.language == Language::English {
            fact(Phrase::FactEnglish, method.name.clone());
        }
        fact(Phrase::FactWhy, sentence(&self.reasons(&recommendation.reasons), self.language));
        fact(Phrase::FactCaution, sentence(&self.warnings(&recommendation.warnings), self.language));
        fact(Phrase::FactDuration, self.duration(method.duration));
        fact(Phrase::FactGroup, self.group(method.people));
        fact(Phrase::FactFirstStep, self.first_step(method));
        Card {
            method: method.id.clone(),
            title: self.method_name(method).to_owned(),
            summary: self.either(&method.summary, &method.english_summary).to_owned(),
            facts,
            links: self.sheet_link(method).into_iter().chain(method.links.first().map(card_link)).collect(),
        }
    }

    /// The page of the whole sheet.
    fn sheet_link(&self, method: &Method) -> Option<CardLink> {
        let url = self.content.house.public_url.as_ref()?;
        Some(CardLink { title: self.say(Phrase::CardSheet).to_owned(), url: format!("{url}/methodes/{}", method.id) })
    }

    /// The most telling reasons as fragments; what fits is said in one breath.
    pub fn reasons(&self, reasons: &[Reason]) -> Vec<String> {
        let mut said: Vec<String> = reasons.iter().filter_map(|reason| self.reason(reason)).collect();
        said.truncate(MOST_REASONS);
        if said.is_empty() {
            said.extend(reasons.iter().find_map(|reason| self.faint_reason(reason)));
        }
        let fits: Vec<&str> = reasons.iter().filter_map(|reason| self.fitting(reason)).collect();
        if !fits.is_empty() {
            said.push(self.fill(Phrase::ReasonFits, &[("means", fits.join(", ").as_str())]));
        }
        said
    }

    fn reason(&self, reason: &Reason) -> Option<String> {
        match reason {
            Reason::Named { .. } => Some(self.say(Phrase::ReasonNamed).to_owned()),
            Reason::Goal { goal } => Some(self.fill(Phrase::ReasonGoal, &[("goal", self.goal(goal))])),
            Reason::Similar { need } => Some(self.fill(Phrase::ReasonSimilar, &[("need", need.as_str())])),
            _ => None,
        }
    }

    /// Said only when there is nothing better.
    fn faint_reason(&self, reason: &Reason) -> Option<String> {
        match reason {
            Reason::Phase { phase } => Some(self.fill(Phrase::ReasonPhase, &[("phase", self.phase(phase))])),
            Reason::Words { words } => {
                Some(self.fill(Phrase::ReasonWords, &[("words", telling(words).join(", ").as_str())]))
            }
            _ => None,
        }
    }

    fn fitting(&self, reason: &Reason) -> Option<&'a str> {
        let phrase = match reason {
            Reason::FitsHours => Phrase::FitsHours,
            Reason::FitsPeople => Phrase::FitsPeople,
            Reason::FitsBudget => Phrase::FitsBudget,
            Reason::FitsSkill => Phrase::FitsSkill,
            Reason::FitsPlace => Phrase::FitsPlace,
            _ => return None,
        };
        Some(self.say(phrase))
    }

    pub fn warnings(&self, warnings: &[Warning]) -> Vec<String> {
        warnings.iter().map(|warning| self.warning(warning)).collect()
    }

    fn warning(&self, warning: &Warning) -> String {
        match warning {
            Warning::Hours { needs, given, .. } => {
                self.fill(Phrase::WarnHours, &[("needs", &self.hours(*needs)), ("given", &self.hours(*given))])
            }
            Warning::TooFewPeople { needs, given, .. } => {
                self.fill(Phrase::WarnTooFew, &[("needs", &self.people(*needs)), ("given", &given.to_string())])
            }
            Warning::TooManyPeople { most, given, .. } => {
                self.fill(Phrase::WarnTooMany, &[("most", &self.people(*most)), ("given", &given.to_string())])
            }
            Warning::Budget { needs, .. } => self.fill(Phrase::WarnBudget, &[("needs", self.budget_needed(*needs))]),
            Warning::Skill { needs, .. } => self.fill(Phrase::WarnSkill, &[("needs", self.skill(*needs))]),
            Warning::OnSiteOnly => self.say(Phrase::WarnOnSite).to_owned(),
            Warning::RemoteOnly => self.say(Phrase::WarnRemote).to_owned(),
        }
    }

    fn budget_needed(&self, budget: Budget) -> &'a str {
        self.say(match budget {
            Budget::None => Phrase::BudgetNeedNone,
            Budget::Low => Phrase::BudgetNeedLow,
            Budget::Medium => Phrase::BudgetNeedMedium,
            Budget::High => Phrase::BudgetNeedHigh,
        })
    }

    /// The whole sheet, as one text.
    pub fn details(&self, method: &'a Method) -> String {
        let sections = &method.sections;
        let mut text = format!("**{}**\n\n{}", self.method_name(method), sections.purpose);
        let mut add = |label: Phrase, body: &str| {
            if !body.trim().is_empty() {
                text.push_str(&format!("\n\n**{}**\n\n{body}", self.say(label)));
            }
        };
        add(Phrase::DetailWhen, &sections.when);
        add(Phrase::DetailOtherwise, &sections.otherwise);
        add(Phrase::DetailStages, &self.stages(&sections.stages));
        add(Phrase::DetailOpening, &sections.opening);
        add(Phrase::DetailAdapt, &sections.adapt);
        add(Phrase::DetailMaterials, &sections.materials);
        add(Phrase::DetailTips, &sections.tips);
        add(Phrase::DetailRules, sections.public_rules.as_deref().unwrap_or_default());
        add(Phrase::DetailNext, &sections.next);
        let page = self.sheet_link(method).into_iter();
        let links = page.chain(method.links.iter().map(card_link));
        let links: Vec<String> = links.map(|link| format!("- [{}]({})", link.title, link.url)).collect();
        add(Phrase::DetailLinks, &links.join("\n"));
        self.with_sheet_links(&text)
    }

    /// `[son nom](methode:id)` leads to a page where there is one to lead to.
    fn with_sheet_links(&self, markup: &str) -> String {
        match &self.content.house.public_url {
            Some(url) => markup.replace("](methode:", &format!("]({url}/methodes/")),
            None => without_sheet_links(markup),
        }
    }

    fn first_step(&self, method: &Method) -> String {
        let Some(stage) = method.sections.stages.first() else { return String::new() };
        let words = self.with_sheet_links(&stage.text);
        self.fill(Phrase::NameLine, &[("name", stage.title.as_str()), ("words", words.as_str())])
    }

    fn stages(&self, stages: &[Stage]) -> String {
        #[expect(clippy::cast_precision_loss, reason = "minutes of a workshop")]
        let time = |stage: &Stage| self.hours(stage.minutes as f32 / 60.0);
        let lines = stages.iter().enumerate().map(|(index, stage)| {
            let time = time(stage);
            let quotes = [("title", stage.title.as_str()), ("time", time.as_str()), ("words", stage.text.as_str())];
            format!("{}. {}", index + 1, self.fill(Phrase::StageLine, &quotes))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The longest words tell most; short ones tell nothing.
fn telling(words: &[String]) -> Vec<&str> {
    let mut telling: Vec<&str> = words.iter().map(String::as_str).collect();
    telling.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    telling.truncate(3);
    telling
}

fn card_link(link: &crate::knowledge::sheet::Link) -> CardLink {
    CardLink { title: link.title.clone(), url: link.url.clone() }
}

/// Fragments as one sentence: first letter up, full stop at the end.
pub fn sentence(fragments: &[String], language: Language) -> String {
    let joined = fragments.join(match language {
        Language::French => "\u{a0}; ",
        Language::English => "; ",
    });
    let mut letters = joined.chars();
    let Some(first) = letters.next() else { return String::new() };
    let sentence: String = first.to_uppercase().chain(letters).collect();
    if sentence.ends_with(['.', '!', '?']) { sentence } else { format!("{sentence}.") }
}

/// `[son nom](methode:id)` is a way for pages; in a chat it is the name alone.
fn without_sheet_links(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(middle) = rest.find("](methode:") {
        let Some(open) = rest[..middle].rfind('[') else { break };
        let Some(close) = rest[middle..].find(')') else { break };
        text.push_str(&rest[..open]);
        text.push_str(&rest[open + 1..middle]);
        rest = &rest[middle + close + 1..];
    }
    text.push_str(rest);
    text
}

/// At most `most` characters, cut at a word.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept).to_owned();
    format!("{cut} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_links_become_names() {
        assert_eq!(
            without_sheet_links("faites [un plan](methode:plan-action) ou [x](https://y.fr)."),
            "faites un plan ou [x](https://y.fr)."
        );
    }

    #[test]
    fn sentences_are_closed() {
        assert_eq!(
            sentence(&["elle sert".into(), "vous l'avez nommée".into()], Language::French),
            "Elle sert\u{a0}; vous l'avez nommée."
        );
        assert_eq!(sentence(&[], Language::English), "");
    }
}
