//! What operators must know: each cause once, and a word when it is over. Kept in the store, so that a new start does
//! not tell it again, nor forget what nobody could be told.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::inbox::Inbox;
use crate::store::Checkpoint;

/// The names of what is kept begin so.
const PREFIX: &str = "matrix-alarm:";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The homeserver has not answered for a while.
    Away,
    /// The account or its session is of no use until somebody does something.
    Blocked,
    /// Our device is not signed by its owner.
    Unsigned,
    /// Somebody's client keeps its keys from us.
    Withheld,
}

impl Cause {
    pub const ALL: [Self; 4] = [Self::Away, Self::Blocked, Self::Unsigned, Self::Withheld];

    /// In the store, and before `-over` in the names of the words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Blocked => "blocked",
            Self::Unsigned => "unsigned",
            Self::Withheld => "withheld",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub since: Timestamp,
    /// The room, or the reason.
    pub about: String,
    pub told: bool,
    pub over: Option<Timestamp>,
}

/// What is to be said of an alarm.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    Raised(Cause),
    Over(Cause),
}

impl Alarm {
    /// Whole minutes until it was over, or until now; a clock may jump back.
    pub fn minutes(&self, now: Timestamp) -> u64 {
        let lasted = self.over.unwrap_or(now).duration_since(self.since);
        Duration::try_from(lasted).unwrap_or_default().as_secs().div_ceil(60)
    }
}

/// The alarms that stand, and those whose end is still to be told.
pub struct Ledger {
    inbox: Inbox,
    alarms: BTreeMap<Cause, Alarm>,
}

impl Ledger {
    pub async fn open(inbox: Inbox) -> anyhow::Result<Self> {
        let kept = inbox.checkpoints(PREFIX).await?;
        let read = |(name, value): (String, String)| {
            Some((Cause::of(name.strip_prefix(PREFIX)?)?, serde_json::from_str(&value).ok()?))
        };
        let alarms = kept.into_iter().filter_map(read).collect();
        Ok(Self { inbox, alarms })
    }

    pub fn get(&self, cause: Cause) -> Option<&Alarm> {
        self.alarms.get(&cause)
    }

    /// Those that are not over.
    pub fn standing(&self) -> impl Iterator<Item = Cause> {
        self.alarms.iter().filter(|(_, alarm)| alarm.over.is_none()).map(|(cause, _)| *cause)
    }

    /// A cause that stands already stays as it was raised; after a day, another room may have its own.
    pub async fn raise(&mut self, cause: Cause, about: String, since: Timestamp) -> anyhow::Result<()> {
        let is_new = |alarm: &Alarm| since.duration_since(alarm.since) < SignedDuration::from_hours(24);
        let stands = |alarm: &Alarm| alarm.over.is_none() && (alarm.about == about || is_new(alarm));
        if self.get(cause).is_some_and(stands) {
            return Ok(());
        }
        self.keep(cause, Alarm { since, about, told: false, over: None }).await
    }

    pub async fn end(&mut self, cause: Cause, now: Timestamp) -> anyhow::Result<()> {
        match self.alarms.get(&cause).filter(|alarm| alarm.over.is_none()).cloned() {
            Some(alarm) => self.keep(cause, Alarm { over: Some(now), ..alarm }).await,
            None => Ok(()),
        }
    }

    /// What is to be said next. An alarm that was over before anybody could be told is told with its end.
    pub fn due(&self) -> Option<Due> {
        self.alarms.iter().find_map(|(cause, alarm)| match (alarm.over, alarm.told) {
            (Some(_), _) => Some(Due::Over(*cause)),
            (None, false) => Some(Due::Raised(*cause)),
            (None, true) => None,
        })
    }

    pub async fn told(&mut self, due: &Due) -> anyhow::Result<()> {
        match due {
            Due::Raised(cause) => match self.alarms.get(cause).cloned() {
                Some(alarm) => self.keep(*cause, Alarm { told: true, ..alarm }).await,
                None => Ok(()),
            },
            Due::Over(cause) => {
                self.alarms.remove(cause);
                self.inbox.drop_checkpoint(&format!("{PREFIX}{}", cause.name())).await
            }
        }
    }

    async fn keep(&mut self, cause: Cause, alarm: Alarm) -> anyhow::Result<()> {
        let (name, value) = (format!("{PREFIX}{}", cause.name()), serde_json::to_string(&alarm)?);
        self.inbox.receive_all(&[], &[Checkpoint { name: &name, value: &value }]).await?;
        self.alarms.insert(cause, alarm);
        Ok(())
    }
}
