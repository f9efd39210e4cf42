//! What people and programs have noted of an account, and the devices it was seen on: beside what was learned of it.

use std::fmt;

use crate::{AccountId, ApplicationId, DetailChange, DeviceSnapshot, EventId, Pii, Timestamp};

/// The most labels and the most tags that an account keeps; of labels, the oldest go first.
pub const NOTES_MAX: usize = 64;
/// The most devices that an account keeps; those longest unseen go first.
pub const ACCOUNT_DEVICES_MAX: usize = 64;
/// The most fields of metadata of one device.
pub const METADATA_FIELDS_MAX: usize = 32;
/// The most values of one field of metadata.
pub const METADATA_VALUES_MAX: usize = 32;
/// The longest name or value of metadata, and the longest tag, in bytes.
pub const METADATA_BYTES_MAX: usize = 256;
/// The field of metadata that says that a device's user has proved to be the owner.
pub const PROVED_FIELD: &str = "2fa_verified";
/// The longest comment of a label, in bytes.
pub const COMMENT_BYTES_MAX: usize = 4 * 1024;

/// A device as one account knows it: twelve bytes that name the account and the device to us, and nobody to others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountDeviceId([u8; 12]);

impl AccountDeviceId {
    /// From its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// Its bytes, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// Reads 24 hexadecimal digits; None if they are not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 12];
        if text.len() != 24 {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            for digit in digits {
                // A hexadecimal digit is below 16.
                *byte = (*byte << 4) | char::from(*digit).to_digit(16)? as u8;
            }
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for AccountDeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AccountDeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountDeviceId({self})")
    }
}

/// One event's device, as its account knew it when the event was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// The device, as this account knows it.
    pub id: AccountDeviceId,
    /// True if no event on it has ended well before, as far as somebody who can be believed has said: of those that do,
    /// once for each account and device, also when two events race. One that waits for its outcome, or that a page alone
    /// tells of, makes no device known.
    pub is_first: bool,
    /// True if it was among the account's devices before, though perhaps by such events alone.
    pub is_listed: bool,
    /// The account's devices that are not detached, this one included.
    pub n_devices: u16,
}

/// All that is noted of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// Whose.
    pub account: AccountId,
    /// What reviewers said of it, oldest first: the last one holds.
    pub labels: Vec<Label>,
    /// The caller's tags, in the order they came.
    pub tags: Vec<Box<str>>,
    /// Since when it is closed; None if it is not.
    pub closed_at: Option<Timestamp>,
    /// Who opened it again, if it was closed and no longer is.
    pub reopened: Option<Reopening>,
    /// Since when a takeover is reported and not reclaimed.
    pub reported_at: Option<Timestamp>,
    /// When it was last reclaimed.
    pub reclaimed_at: Option<Timestamp>,
    /// Its devices, the latest seen first.
    pub devices: Vec<AccountDevice>,
}

/// A reviewer's word on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The word.
    pub value: LabelValue,
    /// Why.
    pub comment: Option<Pii<Box<str>>>,
    /// The reviewer's name.
    pub reviewer_name: Option<Pii<Box<str>>>,
    /// The reviewer's e-mail address.
    pub reviewer_email: Option<Pii<Box<str>>>,
    /// When we were told.
    pub at: Timestamp,
}

/// Who opened a closed account again, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopening {
    /// Why.
    pub comment: Option<Pii<Box<str>>>,
    /// The reviewer's name.
    pub reviewer_name: Option<Pii<Box<str>>>,
    /// The reviewer's e-mail address.
    pub reviewer_email: Option<Pii<Box<str>>>,
    /// When we were told.
    pub at: Timestamp,
}

/// What a reviewer makes of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelValue {
    /// Nobody has looked, or what was said is taken back.
    Unreviewed,
    /// Genuine.
    Genuine,
    /// Probably genuine.
    PotentiallyGenuine,
    /// Probably a fraudster's.
    PotentiallyFraudster,
    /// A fraudster's.
    Fraudster,
}

impl LabelValue {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Unreviewed, Self::Genuine, Self::PotentiallyGenuine, Self::PotentiallyFraudster, Self::Fraudster];

    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::Genuine => "genuine",
            Self::PotentiallyGenuine => "potentially_genuine",
            Self::PotentiallyFraudster => "potentially_fraudster",
            Self::Fraudster => "fraudster",
        }
    }
}

/// A device of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDevice {
    /// Its id on this account.
    pub id: AccountDeviceId,
    /// The device as it was last seen.
    pub latest: DeviceSnapshot,
    /// The latest event on it.
    pub latest_event: EventId,
    /// When it was first seen on the account.
    pub first_at: Timestamp,
    /// When it was detached; None while it is attached.
    pub detached_at: Option<Timestamp>,
    /// The caller's fields.
    pub metadata: Vec<(Box<str>, Vec<Box<str>>)>,
}

/// Something to be noted.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The tenant.
    pub application: ApplicationId,
    /// Of whom.
    pub about: NoteTarget,
    /// What.
    pub kind: NoteKind,
    /// When we were told.
    pub received_at: Timestamp,
}

/// Of whom something is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteTarget {
    /// Of an account, which need not have been seen before.
    Account(AccountId),
    /// Of a device of an account.
    Device(AccountDeviceId),
}

/// What is noted.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteKind {
    /// A reviewer's word; `at` is when it was received.
    Labelled(Label),
    /// Tags are put on; those that are there already stay once.
    Tagged(Vec<Box<str>>),
    /// Tags are taken off.
    Untagged(Vec<Box<str>>),
    /// The account is closed: nobody is its owner any more.
    Closed,
    /// It was closed by mistake, and is as it was; `at` is when it was received. Of one that is not closed it says nothing.
    Reopened(Reopening),
    /// Fields of a device are set; a field without values is removed. A field named `2fa_verified` with a value is a
    /// challenge passed: what the device left in quarantine is released, and its latest challenge, if it is open, is passed.
    Metadata(Vec<(Box<str>, Vec<Box<str>>)>),
    /// A device is detached: it no longer counts among the account's.
    Detached,
}

/// A takeover of an account, as far as it is known: for undoing what the intruder did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Takeover {
    /// Since when it is reported; None once it is reclaimed.
    pub reported_at: Option<Timestamp>,
    /// When the owner had the account again.
    pub reclaimed_at: Option<Timestamp>,
    /// The events that were the intruder's, oldest first, at most [`crate::SEARCH_LIMIT_MAX`].
    pub events: Vec<IntruderEvent>,
}

/// An event of an intruder.
#[derive(Debug, Clone, PartialEq)]
pub struct IntruderEvent {
    /// The event.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The device it came from.
    pub device: Option<DeviceSnapshot>,
    /// The same as the account knows it; None where it was not counted.
    pub account_device: Option<AccountDeviceId>,
    /// The address it came from.
    pub ip: Option<std::net::IpAddr>,
    /// What it changed: to be removed or set back.
    pub changes: Vec<DetailChange>,
}
