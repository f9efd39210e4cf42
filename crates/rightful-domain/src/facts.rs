//! All that judgement may see.

use crate::{Enrichment, Event, History, Settings, Timestamp};

/// One event, what data sets say of it, what is remembered around it, and the moment of judging.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The event.
    pub event: Event,
    /// What data sets say of it.
    pub enrichment: Enrichment,
    /// What is remembered of its account, device and address.
    pub history: History,
    /// What the event's application allows.
    pub allowances: Allowances,
    /// The moment of judging.
    pub now: Timestamp,
}

/// What an application allows of its accounts, as far as judgement goes by it. The default allows everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowances {
    /// The most events of one account in 60 s before its payments are stopped; 0 for no limit.
    pub account_events_per_minute_max: u32,
}

impl From<&Settings> for Allowances {
    fn from(settings: &Settings) -> Self {
        Self { account_events_per_minute_max: settings.account_events_per_minute_max }
    }
}
