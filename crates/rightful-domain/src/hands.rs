//! Hands: whose a device is that is new to an account. Nobody's, as a new phone is; another's, as a colleague's or a
//! partner's; or several people's, as a library's.
//!
//! How often owners come with which is learned from the stream, in RAM beside what networks are notorious for: where
//! people share machines, another's device says little, and where nobody does, much.

use crate::{Family, Profile, Span, Tag, Timestamp};

/// In whose hands a device was that is new to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hands {
    /// No account was let through on it before today.
    Nobodys,
    /// One other account was.
    Anothers,
    /// Several were.
    Several,
}

impl Hands {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Nobodys, Self::Anothers, Self::Several];

    /// Whose a device is, beside that account. Who came today may have come to look like a crowd.
    #[must_use]
    pub fn of(device: &Profile, account: Option<Tag>, at: Timestamp) -> Self {
        let before_today = at.minus(Span::Day.duration());
        let others = device.facts(Family::Account).iter();
        let mut others = others.filter(|fact| fact.first_at <= before_today && Some(fact.tag) != account);
        match (others.next(), others.next()) {
            (None, _) => Self::Nobodys,
            (Some(_), None) => Self::Anothers,
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

/// How often owners who come with a new device come with which: shares by [`Hands`], adding up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HandShares(pub [f32; Hands::ALL.len()]);

impl HandShares {
    /// What is thought before anything was seen: one new device in twenty is another's, and one a crowd's.
    const PRIOR: [f32; Hands::ALL.len()] = [90.0, 5.0, 5.0];

    /// Of so many seen.
    pub(crate) fn of(seen: [f32; Hands::ALL.len()]) -> Self {
        let all: f32 = seen.iter().chain(&Self::PRIOR).sum();
        let mut shares = Self::PRIOR;
        shares.iter_mut().zip(seen).for_each(|(share, seen)| *share = (*share + seen) / all);
        Self(shares)
    }

    /// That of one.
    #[must_use]
    pub fn share(self, hands: Hands) -> f32 {
        let Self([nobodys, anothers, several]) = self;
        match hands {
            Hands::Nobodys => nobodys,
            Hands::Anothers => anothers,
            Hands::Several => several,
        }
    }
}

impl Default for HandShares {
    fn default() -> Self {
        Self::of([0.0; Hands::ALL.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, Lesson};

    const DAY: i64 = 86_400;

    #[test]
    fn a_device_is_of_those_who_were_let_through_before_today() {
        let mut device = Profile::default();
        let at = Timestamp::from_seconds(10 * DAY);
        let mut see = |account: u64, second: i64| {
            let event = EventId::from_parts(0, [1; 10]);
            let account = Some(Tag::new(account));
            device.learn(&Lesson { account, ..Lesson::new(event, Timestamp::from_seconds(second)) });
            Hands::of(&device, Some(Tag::new(1)), at)
        };
        assert_eq!(see(1, 0), Hands::Nobodys);
        assert_eq!(see(2, 10 * DAY - 60), Hands::Nobodys);
        assert_eq!(see(3, 5 * DAY), Hands::Anothers);
        assert_eq!(see(4, 5 * DAY), Hands::Several);
    }

    #[test]
    fn shares_add_up_and_follow_what_was_seen() {
        let all = |shares: HandShares| shares.0.iter().sum::<f32>();
        assert!((all(HandShares::default()) - 1.0).abs() < 1e-6);
        let seen = HandShares::of([100.0, 900.0, 0.0]);
        assert!((all(seen) - 1.0).abs() < 1e-6 && seen.share(Hands::Anothers) > 0.8);
    }
}
