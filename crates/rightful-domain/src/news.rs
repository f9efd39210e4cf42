//! What was new about an event, as judgement saw it: kept with the event, so that learning it adds what can be taken
//! back, whatever has been learned in between.

use crate::circumstances::Level;
use crate::habits::RATED_LEVELS;

/// A chance from 0.0005 to 1, in 255 steps of 3 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u8);

impl Rate {
    /// The least chance there is.
    pub const MIN: f32 = 0.0005;
    const STEPS: f32 = 255.0;

    /// The nearest chance that can be told.
    #[must_use]
    pub fn of(chance: f32) -> Self {
        // Between 0 and 1, so between 0 and 255.
        Self((Self::STEPS * (chance.clamp(Self::MIN, 1.0).ln() / Self::MIN.ln())).round() as u8)
    }

    /// As a chance.
    #[must_use]
    pub fn get(self) -> f32 {
        (Self::MIN.ln() * f32::from(self.0) / Self::STEPS).exp()
    }

    /// From its number.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        Self(number)
    }

    /// As one number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// How many failures there were around an event, in five classes: none, one, a few, some, many.
pub const FAILURE_CLASSES: usize = 5;

/// Whether the device's name was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameState {
    /// It had been seen on the account.
    Known,
    /// It had not.
    New,
    /// There was none.
    Nameless,
}

impl NameState {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Known, Self::New, Self::Nameless];
}

/// What could be expected of the device's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameContext {
    /// The agent is new to the account.
    AgentNew,
    /// The agent had a name the last time.
    AgentNamed,
    /// The agent had none the last time.
    AgentNameless,
}

impl NameContext {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::AgentNew, Self::AgentNamed, Self::AgentNameless];
}

/// What was new about an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct News {
    /// The account had learned nothing before.
    pub is_first: bool,
    /// How much it teaches: 1 for an event that fits, less for one that does not, and for the second of one sitting.
    pub weight: f32,
    /// The steps that were compared, by [`Level::number`].
    pub tried: u16,
    /// Those of them that were new.
    pub novel: u16,
    /// Those of the versions among them that are newer than any before; the others are older.
    pub newer: u16,
    /// How often each would be new to an account like this.
    pub rates: [Rate; RATED_LEVELS],
    /// The class of accounts that it was compared with: by time since the last event, and by length of history.
    pub cell: u8,
    /// The device's name, and what could be expected of it; None where the caller names no devices.
    pub name: Option<(NameContext, NameState)>,
    /// Failures of others at the address, of others in its network, of strangers on the account, in classes.
    pub failures: [u8; 3],
    /// The evidence summed, in nats, for the challenge budget; None where nobody judged.
    pub nats: Option<f32>,
}

impl Default for News {
    /// Of an event that nobody judged.
    fn default() -> Self {
        Self {
            is_first: false,
            weight: 1.0,
            tried: 0,
            novel: 0,
            newer: 0,
            rates: [Rate::from_number(0); RATED_LEVELS],
            cell: 0,
            name: None,
            failures: [0; 3],
            nats: None,
        }
    }
}

impl News {
    /// Whether a step was compared.
    #[must_use]
    pub fn is_tried(&self, level: Level) -> bool {
        has(self.tried, level)
    }

    /// Whether a step was new.
    #[must_use]
    pub fn is_novel(&self, level: Level) -> bool {
        has(self.novel, level)
    }

    /// Whether a version was newer than any before.
    #[must_use]
    pub fn is_newer(&self, level: Level) -> bool {
        has(self.newer, level)
    }

    /// Notes that a step was compared, at which rate, and whether it was new.
    pub fn note(&mut self, level: Level, rate: f32, is_novel: bool) {
        let Some(place) = self.rates.get_mut(level.number()) else { return };
        *place = Rate::of(rate);
        self.tried |= 1 << level.number();
        self.novel |= u16::from(is_novel) << level.number();
    }
}

fn has(bits: u16, level: Level) -> bool {
    level.number() < RATED_LEVELS && bits >> level.number() & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_kept_within_three_percent() {
        for chance in [0.0005, 0.001, 0.02, 0.5, 0.9, 1.0] {
            let kept = Rate::of(chance).get();
            assert!((kept / chance - 1.0).abs() < 0.03, "{chance} {kept}");
        }
        assert_eq!((Rate::of(0.0).get() / Rate::MIN).round() as i32, 1);
        assert!(Rate::of(f32::NAN).get().is_finite());
    }
}
