//! One person must not keep the coach from the others: whoever writes too fast is told so once, and not heard until the
//! minute is over. Pure.

use std::collections::BTreeMap;

use crate::clock::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// Whoever goes on and on is not told each minute.
const BETWEEN_WORDS_MS: i64 = 10 * MINUTE_MS;

/// Beyond, those who have been silent for long are forgotten.
const MOST: usize = 10_000;

/// Minutes that are remembered of one person.
const MOST_MINUTES: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Heard,
    /// Too fast, and not told yet.
    Told,
    Ignored,
}

#[derive(Debug)]
pub struct Throttle {
    /// Messages in a minute; 0: no limit.
    per_minute: u32,
    people: BTreeMap<String, Pace>,
    /// What was decided of the response in hand: it may be read again, and must not be counted again.
    decided: BTreeMap<String, Verdict>,
}

/// How much somebody wrote in each minute. The rooms of one person are read one after the other, so what was written
/// earlier may be met later.
#[derive(Debug, Default)]
struct Pace {
    minutes: BTreeMap<i64, u32>,
    told_at: Option<i64>,
}

impl Throttle {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, people: BTreeMap::new(), decided: BTreeMap::new() }
    }

    /// The response in hand is written.
    pub fn settle(&mut self) {
        self.decided.clear();
    }

    /// Counts an event once, by the time that the homeserver gave it: what was written over hours while we were away is no
    /// flood. A time to come is now, so that a false clock does not begin a new minute.
    pub fn admit(&mut self, event: &str, person: &str, written: Timestamp, now: Timestamp) -> Verdict {
        if self.per_minute == 0 {
            return Verdict::Heard;
        }
        if let Some(known) = self.decided.get(event) {
            return *known;
        }
        self.forget_the_silent(now);
        let at = written.min(now).as_millisecond();
        let verdict = self.people.entry(person.to_owned()).or_default().take(at, self.per_minute);
        let again = if verdict == Verdict::Told { Verdict::Ignored } else { verdict };
        self.decided.insert(event.to_owned(), again);
        verdict
    }

    fn forget_the_silent(&mut self, now: Timestamp) {
        if self.people.len() > MOST {
            let last = now.as_millisecond().div_euclid(MINUTE_MS) - 1;
            self.people.retain(|_, pace| pace.minutes.keys().next_back().is_some_and(|minute| *minute >= last));
        }
    }
}

impl Pace {
    fn take(&mut self, at: i64, per_minute: u32) -> Verdict {
        let written = self.minutes.entry(at.div_euclid(MINUTE_MS)).or_default();
        *written = written.saturating_add(1);
        if *written <= per_minute {
            while self.minutes.len() > MOST_MINUTES {
                self.minutes.pop_first();
            }
            return Verdict::Heard;
        }
        if self.told_at.is_some_and(|told| (at - told).abs() < BETWEEN_WORDS_MS) {
            return Verdict::Ignored;
        }
        self.told_at = Some(at);
        Verdict::Told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    /// Each time another event.
    fn admit(throttle: &mut Throttle, person: &str, written: i64, now: i64) -> Verdict {
        throttle.settle();
        throttle.admit("$e", person, at(written), at(now))
    }

    #[test]
    fn a_flood_is_told_once_and_others_are_heard() {
        let mut throttle = Throttle::new(60);
        let verdicts: Vec<Verdict> = (0..100).map(|ms| admit(&mut throttle, "@a:x", ms, ms)).collect();
        let count = |verdict| verdicts.iter().filter(|one| **one == verdict).count();
        assert_eq!((count(Verdict::Heard), count(Verdict::Told)), (60, 1));
        assert_eq!(admit(&mut throttle, "@b:x", 100, 100), Verdict::Heard);
        assert_eq!(admit(&mut throttle, "@a:x", 1_500, 1_500), Verdict::Ignored, "the minute is not over");
        assert_eq!(admit(&mut throttle, "@a:x", 61_000, 61_000), Verdict::Heard, "a minute later they are heard");
    }

    #[test]
    fn a_slow_flood_is_told_once_too() {
        let mut throttle = Throttle::new(20);
        let verdicts: Vec<Verdict> = (0..600).map(|n| admit(&mut throttle, "@a:x", n * 500, n * 500)).collect();
        assert_eq!(verdicts.iter().filter(|one| **one == Verdict::Told).count(), 1);
    }

    #[test]
    fn what_was_written_over_hours_is_no_flood() {
        let mut throttle = Throttle::new(60);
        let heard = (0..1_000).all(|n| admit(&mut throttle, "@a:x", n * 3_600, 3_600_000) == Verdict::Heard);
        assert!(heard);
    }

    #[test]
    fn rooms_that_are_read_one_after_the_other_are_no_flood() {
        let mut throttle = Throttle::new(60);
        let both = (0..2).flat_map(|_| (0..9).map(|minute| minute * MINUTE_MS));
        let heard = both.map(|written| admit(&mut throttle, "@a:x", written, 600_000));
        assert!(heard.eq(std::iter::repeat_n(Verdict::Heard, 18)));
    }

    #[test]
    fn a_response_that_is_read_again_is_not_counted_again() {
        let mut throttle = Throttle::new(10);
        let mut read = || -> Vec<Verdict> {
            (0..12).map(|n| throttle.admit(&format!("${n}"), "@a:x", at(n), at(1_000))).collect()
        };
        let (first, again) = (read(), read());
        let heard = |verdicts: &[Verdict]| verdicts.iter().filter(|one| **one == Verdict::Heard).count();
        assert_eq!((heard(&first), heard(&again)), (10, 10));
        assert!(first.contains(&Verdict::Told) && !again.contains(&Verdict::Told), "told once");
    }

    #[test]
    fn a_clock_that_jumps_silences_nobody() {
        let mut throttle = Throttle::new(60);
        for _ in 0..61 {
            admit(&mut throttle, "@a:x", 86_400_000, 86_400_000);
        }
        assert_eq!(admit(&mut throttle, "@a:x", 0, 0), Verdict::Heard);
        assert_eq!(admit(&mut throttle, "@a:x", 90_000_000, 90_000_000), Verdict::Heard);
    }
}
