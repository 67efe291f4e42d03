//! An end-to-end encrypted Matrix account.

use super::SendError;
use crate::message::{Delivery, EventId};

pub struct Matrix {}

impl Matrix {
    pub async fn send(&self, delivery: &Delivery) -> Result<Option<EventId>, SendError> {
        todo!("{delivery:?}")
    }
}
