//! The page and the JSON interface.

use super::SendError;
use crate::message::{Delivery, EventId};

pub struct Web {}

impl Web {
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        todo!("{delivery:?}")
    }
}
