//! Hours, people, budget, skill and place: those that a text states in passing, and those that answer a question.

use std::ops::Range;

use super::tokens::tokens;
use super::{hours, money, people, place, skill};
use crate::knowledge::{Budget, Means, Skill};

/// What the text states, and nothing that it does not: « la queue dure deux heures » states no hours.
pub fn means_in(text: &str) -> Means {
    let tokens = tokens(text);
    let mut means = Means { skill: skill::stated(&tokens), ..Means::default() };
    let mut found: Vec<Range<usize>> = Vec::new();
    // Several times: a mean is easier to believe in beside another one, and that one may come later.
    for _ in 0..3 {
        let known = found.clone();
        let budget = money::stated(&tokens, &found);
        let hours = hours::stated(&tokens, &found);
        let people = people::stated(&tokens, &found);
        let remote = place::stated(&tokens, &found);
        found = [
            budget.as_ref().map(range),
            hours.as_ref().map(range),
            people.as_ref().map(range),
            remote.as_ref().map(range),
        ]
        .into_iter()
        .flatten()
        .collect();
        means.budget = budget.map(|(budget, _)| budget);
        means.hours = hours.map(|(hours, _)| hours);
        means.people = people.map(|(people, _)| people);
        means.remote = remote.map(|(remote, _)| remote);
        if found == known {
            break;
        }
    }
    means
}

fn range<T>(found: &(T, Range<usize>)) -> Range<usize> {
    found.1.clone()
}

/// Working hours in an answer to « combien de temps ? ». A bare number up to twelve is hours.
pub fn hours_answer(text: &str) -> Option<f32> {
    hours::answered(text)
}

/// People in an answer to « combien serez-vous ? », the speaker included.
pub fn people_answer(text: &str) -> Option<u32> {
    people::answered(text)
}

/// An answer to « avec quel budget ? »; an amount counts in euros.
pub fn budget_answer(text: &str) -> Option<Budget> {
    money::answered(text)
}

/// An answer to « avez-vous déjà animé ? ».
pub fn skill_answer(text: &str) -> Option<Skill> {
    skill::answered(text)
}

/// An answer to « à distance ou sur place ? »; « les deux » is none.
pub fn remote_answer(text: &str) -> Option<bool> {
    place::answered(text)
}

#[cfg(test)]
mod tests;
