//! What a row changes beside what its own words say: worked out once, when it was written, and written down with it.
//!
//! Whether an event leaves quarantine depends on everything its account had learned until then. Were that worked out
//! again at a restart, each key's memory would have to be rebuilt from the same moment. So the outcome is a fact of the
//! row, and each key can be brought up to date from wherever it was last saved.

use rightful_domain::{EventId, Family, Lesson, Outcome, Tag, Timestamp};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

/// One change of what an account and the devices and addresses around it have learned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// All three learn; the account holds it no longer.
    Learn(Lesson),
    /// All three unlearn.
    Unlearn(Lesson),
    /// The account holds it in quarantine.
    Hold { lesson: Lesson, matures: bool },
    /// The account holds it no longer.
    Drop(EventId),
    /// The account goes back to before a moment; devices and addresses unlearn what it had taught since.
    RollBack { to: Timestamp, lessons: Vec<Lesson> },
    /// The account remembers something as an intruder's.
    Bad(Family, Tag),
    /// The account takes that back.
    NotBad(Family, Tag),
    /// A takeover of the account is reported.
    Reported(Timestamp),
    /// The report was a false alarm.
    Unreported,
    /// The owner has the account again.
    Reclaimed(Timestamp),
    /// The account's contact or factor was changed.
    ContactChanged(Timestamp),
    /// The windows of all three know how an attempt ended.
    Concluded { lesson: Lesson, outcome: Outcome },
    /// The account's latest device is the one of the event at this place in the ledger.
    LatestDevice(u64),
    /// The account forgets everything.
    Forget,
    /// A username belongs to no account any more.
    Unalias(Tag),
}

/// Event, time, tags of account, device, address, model.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLesson([u8; 16], i64, [Option<[u8; 8]>; 4]);

impl StoredLesson {
    pub(crate) fn of(lesson: &Lesson) -> Self {
        let tags = [lesson.account, lesson.device, lesson.address, lesson.model];
        Self(*lesson.event.as_bytes(), lesson.at.as_micros(), tags.map(|tag| tag.map(stored_tag)))
    }

    pub(crate) fn restore(self) -> Lesson {
        let [account, device, address, model] = self.2.map(|tag| tag.map(restored_tag));
        Lesson {
            event: EventId::from_bytes(self.0),
            at: Timestamp::from_micros(self.1),
            account,
            device,
            address,
            model,
        }
    }
}

/// A tag is random, so a variable-length integer would only make it longer.
pub(crate) const fn stored_tag(tag: Tag) -> [u8; 8] {
    tag.get().to_le_bytes()
}

pub(crate) const fn restored_tag(bytes: [u8; 8]) -> Tag {
    Tag::new(u64::from_le_bytes(bytes))
}

#[derive(Serialize, Deserialize)]
pub(crate) enum StoredEffect {
    Learn(StoredLesson),
    Unlearn(StoredLesson),
    Hold(StoredLesson, bool),
    Drop([u8; 16]),
    RollBack(i64, Vec<StoredLesson>),
    Bad(u8, [u8; 8]),
    NotBad(u8, [u8; 8]),
    Reported(i64),
    Unreported,
    Reclaimed(i64),
    ContactChanged(i64),
    Concluded(StoredLesson, u8),
    LatestDevice(u64),
    Forget,
    Unalias([u8; 8]),
}

impl StoredEffect {
    pub(crate) fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Learn(lesson) => Self::Learn(StoredLesson::of(lesson)),
            Effect::Unlearn(lesson) => Self::Unlearn(StoredLesson::of(lesson)),
            Effect::Hold { lesson, matures } => Self::Hold(StoredLesson::of(lesson), *matures),
            Effect::Drop(event) => Self::Drop(*event.as_bytes()),
            Effect::RollBack { to, lessons } => {
                Self::RollBack(to.as_micros(), lessons.iter().map(StoredLesson::of).collect())
            }
            Effect::Bad(family, tag) => Self::Bad(family.number(), stored_tag(*tag)),
            Effect::NotBad(family, tag) => Self::NotBad(family.number(), stored_tag(*tag)),
            Effect::Reported(at) => Self::Reported(at.as_micros()),
            Effect::Unreported => Self::Unreported,
            Effect::Reclaimed(at) => Self::Reclaimed(at.as_micros()),
            Effect::ContactChanged(at) => Self::ContactChanged(at.as_micros()),
            Effect::Concluded { lesson, outcome } => Self::Concluded(StoredLesson::of(lesson), outcome.number()),
            Effect::LatestDevice(sequence) => Self::LatestDevice(*sequence),
            Effect::Forget => Self::Forget,
            Effect::Unalias(tag) => Self::Unalias(stored_tag(*tag)),
        }
    }

    pub(crate) fn restore(self) -> Result<Effect, Undecodable> {
        Ok(match self {
            Self::Learn(lesson) => Effect::Learn(lesson.restore()),
            Self::Unlearn(lesson) => Effect::Unlearn(lesson.restore()),
            Self::Hold(lesson, matures) => Effect::Hold { lesson: lesson.restore(), matures },
            Self::Drop(event) => Effect::Drop(EventId::from_bytes(event)),
            Self::RollBack(to, lessons) => Effect::RollBack {
                to: Timestamp::from_micros(to),
                lessons: lessons.into_iter().map(StoredLesson::restore).collect(),
            },
            Self::Bad(family, tag) => Effect::Bad(Family::of_number(family)?, restored_tag(tag)),
            Self::NotBad(family, tag) => Effect::NotBad(Family::of_number(family)?, restored_tag(tag)),
            Self::Reported(at) => Effect::Reported(Timestamp::from_micros(at)),
            Self::Unreported => Effect::Unreported,
            Self::Reclaimed(at) => Effect::Reclaimed(Timestamp::from_micros(at)),
            Self::ContactChanged(at) => Effect::ContactChanged(Timestamp::from_micros(at)),
            Self::Concluded(lesson, outcome) => {
                Effect::Concluded { lesson: lesson.restore(), outcome: Outcome::of_number(outcome)? }
            }
            Self::LatestDevice(sequence) => Effect::LatestDevice(sequence),
            Self::Forget => Effect::Forget,
            Self::Unalias(tag) => Effect::Unalias(restored_tag(tag)),
        })
    }
}
