//! All that judgement may see.

use crate::{Enrichment, Event, History, Timestamp};

/// One event, what data sets say of it, what is remembered around it, and the moment of judging.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The event.
    pub event: Event,
    /// What data sets say of it.
    pub enrichment: Enrichment,
    /// What is remembered of its account, device and address.
    pub history: History,
    /// The moment of judging.
    pub now: Timestamp,
}
