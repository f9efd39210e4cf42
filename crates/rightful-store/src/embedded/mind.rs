//! What is known by heart: the names' tags, what each key remembers, and the crowds of the day. The same with a disk below
//! it and without.

use super::crowds::AllCrowds;
use super::snoozes::Snoozes;
use super::state::States;
use super::tags::Taggers;

/// What is known by heart.
pub(super) struct Mind {
    pub(super) taggers: Taggers,
    pub(super) states: States,
    pub(super) crowds: AllCrowds,
    pub(super) snoozes: Snoozes,
}

impl Mind {
    pub(super) fn new(taggers: Taggers, states: States) -> Self {
        Self { taggers, states, crowds: AllCrowds::default(), snoozes: Snoozes::default() }
    }
}
