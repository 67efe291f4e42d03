//! One person must not keep the coach from the others: whoever writes too fast is told so once, and not heard until they
//! slow down. Pure.

use std::collections::BTreeMap;

use crate::clock::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// Whoever goes on and on is not told each minute.
const BETWEEN_WORDS_MS: i64 = 10 * MINUTE_MS;

/// Beyond, those who have been silent for long are forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Heard,
    /// Too fast, and not told yet.
    Told,
    Ignored,
}

/// Each person has a bucket that a message fills by one part and time empties. One that runs over is shut for a minute.
#[derive(Debug)]
pub struct Throttle {
    /// Messages in a minute; 0: no limit.
    per_minute: i64,
    people: BTreeMap<String, Bucket>,
}

/// All in milliseconds.
#[derive(Debug)]
struct Bucket {
    /// When it will be empty again; in the past: it is.
    empty_at: i64,
    shut_until: i64,
    told_at: i64,
}

impl Throttle {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: per_minute.into(), people: BTreeMap::new() }
    }

    /// Counts one message, by the time that the homeserver gave it: what was written over hours while we were away is no
    /// flood. A time to come is now, so that a false clock does not empty a bucket.
    pub fn admit(&mut self, person: &str, written: Timestamp, now: Timestamp) -> Verdict {
        if self.per_minute == 0 {
            return Verdict::Heard;
        }
        self.forget_the_silent(now);
        let at = written.min(now).as_millisecond();
        let step = MINUTE_MS / self.per_minute;
        let bucket = self.people.entry(person.to_owned()).or_insert(Bucket {
            empty_at: 0,
            shut_until: 0,
            told_at: at - BETWEEN_WORDS_MS,
        });
        bucket.take(at, step)
    }

    fn forget_the_silent(&mut self, now: Timestamp) {
        if self.people.len() > MOST {
            self.people.retain(|_, bucket| bucket.empty_at > now.as_millisecond());
        }
    }
}

impl Bucket {
    /// A clock that was set back must not silence anybody.
    fn take(&mut self, at: i64, step: i64) -> Verdict {
        if at < self.shut_until && self.shut_until <= at + MINUTE_MS {
            return Verdict::Ignored;
        }
        let jumped_back = self.empty_at > at + BETWEEN_WORDS_MS;
        let level = if jumped_back { at } else { self.empty_at.clamp(at, at + MINUTE_MS) };
        self.empty_at = level + step;
        if self.empty_at <= at + MINUTE_MS {
            return Verdict::Heard;
        }
        self.shut_until = at + MINUTE_MS;
        self.empty_at = self.shut_until;
        if (at - self.told_at).abs() < BETWEEN_WORDS_MS {
            return Verdict::Ignored;
        }
        self.told_at = at;
        Verdict::Told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_flood_is_told_once_and_others_are_heard() {
        let mut throttle = Throttle::new(60);
        let verdicts: Vec<Verdict> = (0..100).map(|ms| throttle.admit("@a:x", at(ms), at(ms))).collect();
        let count = |verdict| verdicts.iter().filter(|one| **one == verdict).count();
        assert_eq!((count(Verdict::Heard), count(Verdict::Told)), (60, 1));
        assert_eq!(throttle.admit("@b:x", at(100), at(100)), Verdict::Heard);
        assert_eq!(throttle.admit("@a:x", at(1_500), at(1_500)), Verdict::Ignored, "it is shut");
        assert_eq!(throttle.admit("@a:x", at(61_000), at(61_000)), Verdict::Heard, "a minute later they are heard");
    }

    #[test]
    fn a_slow_flood_is_told_once_too() {
        let mut throttle = Throttle::new(20);
        let verdicts: Vec<Verdict> = (0..600).map(|n| throttle.admit("@a:x", at(n * 500), at(n * 500))).collect();
        assert_eq!(verdicts.iter().filter(|one| **one == Verdict::Told).count(), 1);
    }

    #[test]
    fn what_was_written_over_hours_is_no_flood() {
        let mut throttle = Throttle::new(60);
        let now = at(3_600_000);
        let heard = (0..1_000).all(|n| throttle.admit("@a:x", at(n * 3_600), now) == Verdict::Heard);
        assert!(heard);
    }

    #[test]
    fn a_clock_that_jumps_silences_nobody() {
        let mut throttle = Throttle::new(60);
        for _ in 0..61 {
            throttle.admit("@a:x", at(86_400_000), at(86_400_000));
        }
        assert_eq!(throttle.admit("@a:x", at(0), at(0)), Verdict::Heard);
        assert_eq!(throttle.admit("@a:x", at(90_000_000), at(90_000_000)), Verdict::Heard);
    }
}
