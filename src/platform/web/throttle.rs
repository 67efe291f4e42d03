//! How many messages one client address may send: a bucket per address, in a table of fixed size.
//!
//! Each slot holds the moment at which its bucket will be empty again (the generic cell rate algorithm), so nothing
//! needs cleaning. Addresses fall into slots by a keyed hash that nobody outside can aim at; two clients that meet in
//! one of the 65,536 slots share its allowance, which is rare and mild.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::clock::Timestamp;

const SLOTS: usize = 1 << 16;
const MINUTE: i64 = 60_000;

pub struct Throttle {
    /// Milliseconds since 1970.
    empty_at: Box<[AtomicI64]>,
    /// Milliseconds that one message costs.
    cost: i64,
    hash: RandomState,
}

impl Throttle {
    /// Allows a minute's worth at once, then one message each `60 / per_minute` seconds. Zero counts as one.
    pub fn new(per_minute: u32) -> Self {
        let empty_at = std::iter::repeat_with(AtomicI64::default).take(SLOTS).collect();
        Self { empty_at, cost: MINUTE / i64::from(per_minute.max(1)), hash: RandomState::new() }
    }

    /// Counts one message of this client, or gives the time to wait before the next one.
    pub fn admit(&self, client: IpAddr, now: Timestamp) -> Result<(), Duration> {
        let now = now.as_millisecond();
        let spend = |empty_at: i64| {
            let after = empty_at.max(now) + self.cost;
            (after - now <= MINUTE).then_some(after)
        };
        match self.slot(client).fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(()),
            Err(empty_at) => {
                let wait = empty_at + self.cost - now - MINUTE;
                Err(Duration::from_millis(wait.unsigned_abs()))
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
    fn slot(&self, client: IpAddr) -> &AtomicI64 {
        &self.empty_at[self.hash.hash_one(network(client)) as usize % SLOTS]
    }
}

/// What one subscriber holds: an IPv4 address, or the /64 of an IPv6 one.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_minutes_worth_at_once_then_one_by_one() {
        let (throttle, start) = (Throttle::new(6), Timestamp::from_second(1_000_000).unwrap());
        for _ in 0..6 {
            assert_eq!(throttle.admit(ip("192.0.2.1"), start), Ok(()));
        }
        assert_eq!(throttle.admit(ip("192.0.2.1"), start), Err(Duration::from_secs(10)));
        let later = Timestamp::from_second(1_000_010).unwrap();
        assert_eq!(throttle.admit(ip("192.0.2.1"), later), Ok(()));
        assert_eq!(throttle.admit(ip("192.0.2.1"), later), Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_subscriber_is_one_client() {
        assert_eq!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:2:ffff::9")));
        assert_ne!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:3::1")));
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}
