//! What is known by heart: the names' tags, what each key remembers, the crowds of the day, and who is on which list. The same with a disk below
//! it and without.

use super::aggregates::AllKept;
use super::crowds::AllCrowds;
use super::roll::Rolls;
use super::series::SeriesState;
use super::snoozes::Snoozes;
use super::state::States;
use super::tags::Taggers;

/// What is known by heart.
pub(super) struct Mind {
    pub(super) taggers: Taggers,
    pub(super) states: States,
    pub(super) crowds: AllCrowds,
    pub(super) rolls: Rolls,
    pub(super) snoozes: Snoozes,
    pub(super) aggregates: AllKept,
    /// What those count.
    pub(super) series: States<SeriesState>,
}

impl Mind {
    /// What of it must be written.
    pub(super) fn n_dirty(&self) -> usize {
        self.states.n_dirty() + self.series.n_dirty()
    }

    /// True if there is more of it than shall be kept in RAM.
    pub(super) fn is_full(&self) -> bool {
        self.states.is_full() || self.series.is_full()
    }

    pub(super) fn new(taggers: Taggers, states: States, series: States<SeriesState>) -> Self {
        Self {
            taggers,
            states,
            crowds: AllCrowds::default(),
            rolls: Rolls::default(),
            snoozes: Snoozes::default(),
            aggregates: AllKept::default(),
            series,
        }
    }
}
