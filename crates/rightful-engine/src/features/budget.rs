//! Where challenges begin, as the challenge budget has it.

use rightful_domain::{Facts, LogOdds};

use super::{Slot, number_slot};

/// Where challenges begin, as the challenge budget has it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Budget {
    /// None where the budget is off, the event names no account, or there has not been enough traffic: the policy's own
    /// number holds.
    pub(crate) challenge_from: Option<LogOdds>,
}

pub(super) fn derive(facts: &Facts, share: f64) -> Budget {
    Budget { challenge_from: facts.history.backdrop.as_ref().and_then(|backdrop| backdrop.challenge_from.at(share)) }
}

pub(super) const SLOTS: &[Slot<Budget>] = &[Slot {
    // In points of the score.
    name: "challenge_from",
    read: |b| number_slot(b.challenge_from.map(|from| from.score().points())),
}];
