//! Hours, people, budget, skill and place that a text states in passing.

use crate::knowledge::Means;

/// What the text states, and nothing that it does not: « la queue dure deux heures » states no hours.
pub fn means_in(text: &str) -> Means {
    let _ = text;
    todo!()
}
