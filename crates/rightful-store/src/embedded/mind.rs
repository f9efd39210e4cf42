//! What is known by heart: the names' tags, what each key remembers, the crowds of the day, and who is on which list. The same with a disk below
//! it and without.

use super::crowds::AllCrowds;
use super::roll::Rolls;
use super::state::States;
use super::tags::Taggers;

/// What is known by heart.
pub(super) struct Mind {
    pub(super) taggers: Taggers,
    pub(super) states: States,
    pub(super) crowds: AllCrowds,
    pub(super) rolls: Rolls,
}

impl Mind {
    pub(super) fn new(taggers: Taggers, states: States) -> Self {
        Self { taggers, states, crowds: AllCrowds::default(), rolls: Rolls::default() }
    }
}
