//! Moments as people in France read them.

use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// What templates do to moments.
pub mod filters {
    use super::{Timestamp, paris};

    /// `05/01/2026 à 10 h 05`
    #[askama::filter_fn]
    pub fn moment(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
        let at = paris(*at);
        let (date, hour, minute) = (at.strftime("%d/%m/%Y"), at.hour(), at.minute());
        Ok(format!("{date} à {hour}\u{a0}h\u{a0}{minute:02}"))
    }

    /// For machines: `2026-01-05T09:05:00Z`
    #[askama::filter_fn]
    pub fn iso(at: &Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }
}

pub fn paris(at: Timestamp) -> jiff::Zoned {
    at.to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC))
}
