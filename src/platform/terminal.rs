//! A person at a terminal, or a program on standard input.

use super::SendError;
use crate::message::{Delivery, EventId};

pub struct Terminal {}

impl Terminal {
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        todo!("{delivery:?}")
    }
}
