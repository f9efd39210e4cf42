//! What a row changes beside what its own words say: worked out once, when it was written, and written down with it.
//!
//! Whether an event leaves quarantine depends on everything its account had learned until then. Were that worked out
//! again at a restart, each key's memory would have to be rebuilt from the same moment. So the outcome is a fact of the
//! row, and each key can be brought up to date from wherever it was last saved.

use std::sync::Arc;

use rightful_domain::{AccountDeviceId, EventId, Family, KnownDetail, LabelValue, Lesson, Outcome, Tag, Timestamp};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::details::{StoredDetail, restored_detail, stored_detail};
use super::lesson::{StoredLesson, StoredTags, restored_tag, stored_tag};
use super::number::Numbered;

/// One change of what an account and the devices and addresses around it have learned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// All three learn; the account holds it no longer.
    Learn(Arc<Lesson>),
    /// All three unlearn.
    Unlearn(Arc<Lesson>),
    /// The account holds it in quarantine.
    Hold { lesson: Arc<Lesson>, matures: bool },
    /// The account holds it no longer.
    Drop(EventId),
    /// The account goes back to before a moment; devices and addresses unlearn what it had taught since.
    RollBack { to: Timestamp, lessons: Vec<Arc<Lesson>> },
    /// The account remembers something as an intruder's, said at that time.
    Bad(Family, Tag, Timestamp),
    /// The account takes that back.
    NotBad(Family, Tag),
    /// A takeover of the account is reported.
    Reported(Timestamp),
    /// The report was a false alarm.
    Unreported,
    /// The owner has the account again.
    Reclaimed(Timestamp),
    /// The account's contact or factor was changed.
    ContactChanged { at: Timestamp, by_stranger: bool },
    /// Somebody proved to be the account's owner.
    Proved(Timestamp),
    /// A challenge of the account was failed or ignored.
    Refused(Timestamp),
    /// A device or an address remembers that somebody said it was an intruder's.
    Labelled(Family, Tag, Timestamp),
    /// It takes back what was said at that time.
    Unlabelled(Family, Tag, Timestamp),
    /// The windows of all three know how an attempt ended. Of the lesson, its time and whose it is are enough.
    Concluded { lesson: Arc<Lesson>, outcome: Outcome },
    /// The account's latest device is the one of the event at this place in the ledger.
    LatestDevice(u64),
    /// The account's details are these again, after a reclaim.
    Details(Vec<KnownDetail>),
    /// The account forgets everything.
    Forget,
    /// A username belongs to no account any more.
    Unalias(Tag),
    /// The account is closed.
    Closed(Timestamp),
    /// It is so no longer.
    Reopened,
    /// What a reviewer makes of the account.
    Reviewed(LabelValue),
    /// A device no longer counts among the account's.
    Detached(AccountDeviceId, Timestamp),
    /// A device is none of the account's any more: seen again, it is new.
    Unseen(Tag),
    /// The account is seen on a device after all, in the event of that short form, of that time, at that place in the
    /// ledger.
    Seen { device: Tag, at: Timestamp, event: u64, sequence: u64 },
    /// Somebody proved with it to be the account's owner, which knows it from now on.
    Vouched(Family, Tag),
}

/// As stored, by place in this list: new ones come at its end. The old forms of lessons, and what is bad without a time,
/// are read and no longer written.
#[derive(Serialize, Deserialize)]
pub(crate) enum StoredEffect {
    OldLearn(StoredTags),
    OldUnlearn(StoredTags),
    OldHold(StoredTags, bool),
    Drop([u8; 16]),
    OldRollBack(i64, Vec<StoredTags>),
    OldBad(u8, [u8; 8]),
    NotBad(u8, [u8; 8]),
    Reported(i64),
    Unreported,
    Reclaimed(i64),
    OldContactChanged(i64),
    Concluded(StoredTags, u8),
    LatestDevice(u64),
    Forget,
    Unalias([u8; 8]),
    Learn(StoredLesson),
    Unlearn(StoredLesson),
    Hold(StoredLesson, bool),
    RollBack(i64, Vec<StoredLesson>),
    Bad(u8, [u8; 8], i64),
    ContactChanged(i64, bool),
    Proved(i64),
    Refused(i64),
    Labelled(u8, [u8; 8], i64),
    Unlabelled(u8, [u8; 8], i64),
    Closed(i64),
    Reviewed(u8),
    Detached([u8; 12], i64),
    Details(Vec<StoredDetail>),
    Seen([u8; 8], i64, [u8; 8], u64),
    Unseen([u8; 8]),
    Vouched(u8, [u8; 8]),
    Reopened,
}

impl StoredEffect {
    pub(crate) fn of(effect: &Effect) -> Self {
        match effect {
            Effect::Learn(lesson) => Self::Learn(StoredLesson::of(lesson)),
            Effect::Unlearn(lesson) => Self::Unlearn(StoredLesson::of(lesson)),
            Effect::Hold { lesson, matures } => Self::Hold(StoredLesson::of(lesson), *matures),
            Effect::Drop(event) => Self::Drop(*event.as_bytes()),
            Effect::RollBack { to, lessons } => {
                Self::RollBack(to.as_micros(), lessons.iter().map(|lesson| StoredLesson::of(lesson)).collect())
            }
            Effect::Bad(family, tag, at) => Self::Bad(family.number(), stored_tag(*tag), at.as_micros()),
            Effect::NotBad(family, tag) => Self::NotBad(family.number(), stored_tag(*tag)),
            Effect::Reported(at) => Self::Reported(at.as_micros()),
            Effect::Unreported => Self::Unreported,
            Effect::Reclaimed(at) => Self::Reclaimed(at.as_micros()),
            Effect::ContactChanged { at, by_stranger } => Self::ContactChanged(at.as_micros(), *by_stranger),
            Effect::Proved(at) => Self::Proved(at.as_micros()),
            Effect::Refused(at) => Self::Refused(at.as_micros()),
            Effect::Labelled(family, tag, at) => Self::Labelled(family.number(), stored_tag(*tag), at.as_micros()),
            Effect::Unlabelled(family, tag, at) => Self::Unlabelled(family.number(), stored_tag(*tag), at.as_micros()),
            Effect::Concluded { lesson, outcome } => Self::Concluded(StoredTags::of(lesson), outcome.number()),
            Effect::LatestDevice(sequence) => Self::LatestDevice(*sequence),
            Effect::Details(details) => Self::Details(details.iter().map(stored_detail).collect()),
            Effect::Forget => Self::Forget,
            Effect::Unalias(tag) => Self::Unalias(stored_tag(*tag)),
            Effect::Closed(at) => Self::Closed(at.as_micros()),
            Effect::Reopened => Self::Reopened,
            Effect::Reviewed(label) => Self::Reviewed(label.number()),
            Effect::Detached(device, at) => Self::Detached(*device.as_bytes(), at.as_micros()),
            Effect::Unseen(device) => Self::Unseen(stored_tag(*device)),
            Effect::Vouched(family, tag) => Self::Vouched(family.number(), stored_tag(*tag)),
            Effect::Seen { device, at, event, sequence } => {
                Self::Seen(stored_tag(*device), at.as_micros(), event.to_le_bytes(), *sequence)
            }
        }
    }

    /// `received_at` is when its row was received: what is bad without a time has been so since.
    pub(crate) fn restore(self, received_at: Timestamp) -> Result<Effect, Undecodable> {
        let old = |lesson: StoredTags| Arc::new(lesson.restore());
        let whole = |lesson: StoredLesson| lesson.restore().map(Arc::new);
        Ok(match self {
            Self::OldLearn(lesson) => Effect::Learn(old(lesson)),
            Self::OldUnlearn(lesson) => Effect::Unlearn(old(lesson)),
            Self::OldHold(lesson, matures) => Effect::Hold { lesson: old(lesson), matures },
            Self::Drop(event) => Effect::Drop(EventId::from_bytes(event)),
            Self::OldRollBack(to, lessons) => {
                Effect::RollBack { to: Timestamp::from_micros(to), lessons: lessons.into_iter().map(old).collect() }
            }
            Self::OldBad(family, tag) => Effect::Bad(Family::of_number(family)?, restored_tag(tag), received_at),
            Self::NotBad(family, tag) => Effect::NotBad(Family::of_number(family)?, restored_tag(tag)),
            Self::Reported(at) => Effect::Reported(Timestamp::from_micros(at)),
            Self::Unreported => Effect::Unreported,
            Self::Reclaimed(at) => Effect::Reclaimed(Timestamp::from_micros(at)),
            Self::OldContactChanged(at) => {
                Effect::ContactChanged { at: Timestamp::from_micros(at), by_stranger: false }
            }
            Self::ContactChanged(at, by_stranger) => {
                Effect::ContactChanged { at: Timestamp::from_micros(at), by_stranger }
            }
            Self::Proved(at) => Effect::Proved(Timestamp::from_micros(at)),
            Self::Refused(at) => Effect::Refused(Timestamp::from_micros(at)),
            Self::Labelled(family, tag, at) => {
                Effect::Labelled(Family::of_number(family)?, restored_tag(tag), Timestamp::from_micros(at))
            }
            Self::Unlabelled(family, tag, at) => {
                Effect::Unlabelled(Family::of_number(family)?, restored_tag(tag), Timestamp::from_micros(at))
            }
            Self::Concluded(lesson, outcome) => {
                Effect::Concluded { lesson: old(lesson), outcome: Outcome::of_number(outcome)? }
            }
            Self::LatestDevice(sequence) => Effect::LatestDevice(sequence),
            Self::Details(details) => {
                Effect::Details(details.into_iter().map(restored_detail).collect::<Result<_, _>>()?)
            }
            Self::Forget => Effect::Forget,
            Self::Unalias(tag) => Effect::Unalias(restored_tag(tag)),
            Self::Closed(at) => Effect::Closed(Timestamp::from_micros(at)),
            Self::Reopened => Effect::Reopened,
            Self::Reviewed(label) => Effect::Reviewed(LabelValue::of_number(label)?),
            Self::Detached(device, at) => {
                Effect::Detached(AccountDeviceId::from_bytes(device), Timestamp::from_micros(at))
            }
            Self::Unseen(device) => Effect::Unseen(restored_tag(device)),
            Self::Vouched(family, tag) => Effect::Vouched(Family::of_number(family)?, restored_tag(tag)),
            Self::Seen(device, at, event, sequence) => Effect::Seen {
                device: restored_tag(device),
                at: Timestamp::from_micros(at),
                event: u64::from_le_bytes(event),
                sequence,
            },
            Self::Learn(lesson) => Effect::Learn(whole(lesson)?),
            Self::Unlearn(lesson) => Effect::Unlearn(whole(lesson)?),
            Self::Hold(lesson, matures) => Effect::Hold { lesson: whole(lesson)?, matures },
            Self::RollBack(to, lessons) => Effect::RollBack {
                to: Timestamp::from_micros(to),
                lessons: lessons.into_iter().map(whole).collect::<Result<_, _>>()?,
            },
            Self::Bad(family, tag, at) => {
                Effect::Bad(Family::of_number(family)?, restored_tag(tag), Timestamp::from_micros(at))
            }
        })
    }
}
