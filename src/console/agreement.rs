//! Whether coaches who judge the same recommendation agree: percent, and Cohen's kappa, which takes chance out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::{Judgement, Verdict};

/// How far two judges agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Recommendations that both judged.
    pub judged: usize,
    /// Share of the same verdicts, between 0 and 1; `None` when there is none to compare.
    pub same: Option<f64>,
    /// Cohen's kappa: 1 always agree, 0 as by chance; `None` when chance alone would make them agree.
    pub kappa: Option<f64>,
}

/// The agreement of all pairs of coaches taken together.
pub fn overall(judgements: &[Judgement]) -> Agreement {
    agreement(&pairs(judgements).into_values().flatten().collect::<Vec<_>>())
}

/// The agreement of each pair of coaches, by their names.
pub fn by_pair(judgements: &[Judgement]) -> BTreeMap<(String, String), Agreement> {
    pairs(judgements).into_iter().map(|(pair, verdicts)| (pair, agreement(&verdicts))).collect()
}

type Pairs = BTreeMap<(String, String), Vec<(Verdict, Verdict)>>;

/// The verdicts of two coaches on the same method of the same turn, the coaches in alphabetical order.
fn pairs(judgements: &[Judgement]) -> Pairs {
    let mut same: BTreeMap<_, Vec<&Judgement>> = BTreeMap::new();
    for one in judgements {
        same.entry((one.number, one.turn, &one.method)).or_default().push(one);
    }
    let mut pairs = Pairs::new();
    for mut judges in same.into_values() {
        judges.sort_by(|a, b| a.coach.cmp(&b.coach));
        for (index, one) in judges.iter().enumerate() {
            for other in &judges[index + 1..] {
                let pair = (one.coach.clone(), other.coach.clone());
                pairs.entry(pair).or_default().push((one.verdict, other.verdict));
            }
        }
    }
    pairs
}

fn agreement(verdicts: &[(Verdict, Verdict)]) -> Agreement {
    let judged = verdicts.len();
    if judged == 0 {
        return Agreement { judged, same: None, kappa: None };
    }
    let share = |wanted: &dyn Fn(&(Verdict, Verdict)) -> bool| {
        verdicts.iter().filter(|pair| wanted(pair)).count() as f64 / judged as f64
    };
    let same = share(&|(one, other)| one == other);
    let chance: f64 =
        Verdict::ALL.iter().map(|verdict| share(&|pair| pair.0 == *verdict) * share(&|pair| pair.1 == *verdict)).sum();
    let kappa = (chance < 1.0).then(|| (same - chance) / (1.0 - chance));
    Agreement { judged, same: Some(same), kappa }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(number: i64, coach: &str, verdict: Verdict) -> Judgement {
        let at = crate::clock::Timestamp::UNIX_EPOCH;
        Judgement { number, turn: 1, method: "persona".into(), coach: coach.to_owned(), verdict, at }
    }

    /// The textbook example: 20 yes-yes, 15 no-no, 5 and 10 apart: 70 % and 0.4.
    #[test]
    fn kappa_takes_chance_out() {
        let (good, wrong) = (Verdict::Good, Verdict::Wrong);
        let mut all = Vec::new();
        for (count, one, other) in [(20, good, good), (5, good, wrong), (10, wrong, good), (15, wrong, wrong)] {
            for _ in 0..count {
                let number = i64::try_from(all.len()).unwrap_or_default();
                all.extend([judged(number, "a", one), judged(number, "b", other)]);
            }
        }
        let found = overall(&all);
        assert_eq!(found.judged, 50);
        assert!((found.same.unwrap_or_default() - 0.7).abs() < 1e-9);
        assert!((found.kappa.unwrap_or_default() - 0.4).abs() < 1e-9);
        assert_eq!(by_pair(&all).len(), 1);
    }

    #[test]
    fn nothing_in_common_is_no_agreement() {
        let all = [judged(1, "a", Verdict::Good), judged(2, "b", Verdict::Good)];
        assert_eq!(overall(&all), Agreement { judged: 0, same: None, kappa: None });
        let same = [judged(1, "a", Verdict::Good), judged(1, "b", Verdict::Good)];
        assert_eq!(overall(&same).kappa, None, "chance alone would make them agree");
    }
}
