//! One person must not keep the coach from the others: whoever writes too fast is told so once, and not heard until they
//! slow down. Pure.

use std::collections::BTreeMap;

use crate::clock::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// Beyond, those who have been silent for long are forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Heard,
    /// Too fast, and not told yet.
    Told,
    Ignored,
}

/// Each person has a bucket that a message empties by one part and time fills.
#[derive(Debug)]
pub struct Throttle {
    /// Messages in a minute; 0: no limit.
    per_minute: i64,
    people: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// When it will be full again, in milliseconds; in the past: it is full.
    full_at: i64,
    told: bool,
}

impl Throttle {
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: per_minute.into(), people: BTreeMap::new() }
    }

    /// Counts one message, by the time that the homeserver gave it: what was written over hours while we were away is no
    /// flood. A time to come is now, so that a false clock does not fill a bucket.
    pub fn admit(&mut self, person: &str, written: Timestamp, now: Timestamp) -> Verdict {
        if self.per_minute == 0 {
            return Verdict::Heard;
        }
        self.forget_the_silent(now);
        let at = written.min(now).as_millisecond();
        let bucket = self.people.entry(person.to_owned()).or_insert(Bucket { full_at: 0, told: false });
        // A clock that was set back must not silence anybody for longer than a minute.
        let full_at = bucket.full_at.clamp(at, at + MINUTE_MS) + MINUTE_MS / self.per_minute;
        if full_at <= at + MINUTE_MS {
            *bucket = Bucket { full_at, told: false };
            return Verdict::Heard;
        }
        if std::mem::replace(&mut bucket.told, true) { Verdict::Ignored } else { Verdict::Told }
    }

    fn forget_the_silent(&mut self, now: Timestamp) {
        if self.people.len() > MOST {
            self.people.retain(|_, bucket| bucket.full_at > now.as_millisecond());
        }
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
        assert_eq!(throttle.admit("@a:x", at(1_500), at(1_500)), Verdict::Heard, "a bucket fills with time");
    }

    #[test]
    fn what_was_written_over_hours_is_no_flood() {
        let mut throttle = Throttle::new(60);
        let now = at(3_600_000);
        let heard = (0..1_000).all(|n| throttle.admit("@a:x", at(n * 3_600), now) == Verdict::Heard);
        assert!(heard);
    }

    #[test]
    fn a_clock_that_jumps_silences_nobody_for_long() {
        let mut throttle = Throttle::new(60);
        for _ in 0..60 {
            throttle.admit("@a:x", at(86_400_000), at(86_400_000));
        }
        assert_eq!(throttle.admit("@a:x", at(0), at(0)), Verdict::Told);
        assert_eq!(throttle.admit("@a:x", at(61_000), at(61_000)), Verdict::Heard);
    }
}
