//! `declic tune`: chooses the numbers of the search on judged requests, and says what they are worth on others.
//!
//! Two parts. The weights of the ranking are climbed one by one, on four fifths of the requests, and judged on the last
//! fifth, five times: the figures of both sides show whether anything was learnt but the sample. The rule for « out of
//! scope » is fitted on lines of the base that a model learnt without them has not seen; its threshold comes from the
//! requests.

mod ranking;
mod scope;

pub use ranking::{Climb, climb};
pub use scope::{Fit, fit};
