//! The only caller of the system clock. Everything else is told what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use jiff::Timestamp;

/// Where the loops read the time: the system's, or one that a test moves by hand.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    #[default]
    System,
    /// Milliseconds since 1970, moved by [`Clock::advance`].
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    pub fn stopped_at(now: Timestamp) -> Self {
        Self::Stopped(Arc::new(AtomicI64::new(now.as_millisecond())))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Stopped(millis) => {
                Timestamp::from_millisecond(millis.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
            }
        }
    }

    /// Sets a stopped clock, backwards too; a system clock stays as it is.
    pub fn set(&self, to: Timestamp) {
        if let Self::Stopped(millis) = self {
            millis.store(to.as_millisecond(), Ordering::Relaxed);
        }
    }

    /// Moves a stopped clock; a system clock stays as it is.
    pub fn advance(&self, by: std::time::Duration) {
        if let Self::Stopped(millis) = self {
            millis.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
    }
}
