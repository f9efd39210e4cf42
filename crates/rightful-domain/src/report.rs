//! What a browser says of itself, before or beside the event that a server tells.

use std::time::Duration;

use crate::{ApplicationId, Behavior, Device, DeviceId, EventId, FreeFields, Network, Timestamp};

/// How long a report waits for its event.
pub const REPORT_KEPT: Duration = Duration::from_secs(30 * 60);

/// One report of a browser.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id, which is also the token that a browser is given for it.
    pub id: EventId,
    /// The tenant.
    pub application: ApplicationId,
    /// The device, as it describes itself. A report with a name of the device is found by it; one without, by its id.
    pub device: Device,
    /// Where the report came from.
    pub network: Network,
    /// How it was typed and moved so far.
    pub behavior: Option<Behavior>,
    /// When the page was opened, as far as it says.
    pub opened_at: Option<Timestamp>,
    /// When we received it.
    pub received_at: Timestamp,
    /// What the page says was attempted, as its dialect writes it down to read it again when somebody asks for a verdict;
    /// None if it says nothing of that kind. It is found by the report's token alone.
    pub said: Option<FreeFields>,
}

/// How a report is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKey<'a> {
    /// By its token.
    Token(EventId),
    /// By the device's name: all that this device has reported lately, as one.
    Device(&'a DeviceId),
}

impl Report {
    /// Takes in a later report of the same device: what it says anew holds, and what is counted is added.
    pub fn merge(&mut self, later: Self) {
        if later.network != Network::default() {
            self.network = later.network;
        }
        self.received_at = self.received_at.max(later.received_at);
        self.opened_at = self.opened_at.or(later.opened_at);
        let device = &mut self.device;
        for (known, told) in [
            (&mut device.kind, later.device.kind),
            (&mut device.os, later.device.os),
            (&mut device.browser, later.device.browser),
            (&mut device.model, later.device.model),
        ] {
            *known = told.or_else(|| known.take());
        }
        device.time_zone = later.device.time_zone.or_else(|| device.time_zone.take());
        device.screen = later.device.screen.or_else(|| device.screen.take());
        device.language = later.device.language.or_else(|| device.language.take());
        for (name, value) in later.device.components {
            match device.components.iter_mut().find(|(known, _)| *known == name) {
                Some(known) => known.1 = value,
                None => device.components.push((name, value)),
            }
        }
        self.behavior = match (self.behavior.take(), later.behavior) {
            (Some(earlier), Some(later)) => Some(earlier.and(&later)),
            (earlier, later) => earlier.or(later),
        };
    }
}

impl Behavior {
    /// Both together: counts are added, times are the later's.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let sum = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        Self {
            keys: sum(self.keys, later.keys),
            pastes: sum(self.pastes, later.pastes),
            key_hold_ms: later.key_hold_ms.or(self.key_hold_ms),
            key_flight_ms: later.key_flight_ms.or(self.key_flight_ms),
            pointer_moves: sum(self.pointer_moves, later.pointer_moves),
            form_ms: later.form_ms.or(self.form_ms),
            interaction: match (&self.interaction, &later.interaction) {
                (Some(earlier), Some(later)) => Some(Box::new(earlier.and(later))),
                (earlier, later) => earlier.clone().or_else(|| later.clone()),
            },
        }
    }
}
