//! Stored forms: the bytes of everything that is kept, and the way back. Mirrored by hand from the domain, which derives
//! no `Serialize`, so that a byte on disk is never an accident of a type elsewhere.
//!
//! One row of the ledger is: a version, a head (what every walk over the ledger needs), the row's own words, its effects,
//! and a checksum over all of it and its sequence number. A version is never written again once there is a later one,
//! and is read for ever: its golden bytes are a test. Decoding is total: any bytes give a value or an error.

mod amendment;
mod application;
mod assessment;
mod audit;
mod case;
mod compact;
mod compact_habits;
mod details;
mod effect;
mod entry;
mod event;
mod interaction;
mod lesson;
mod list;
mod money;
mod note;
mod number;
mod outbox;
mod packed;
mod phrases;
mod population;
mod private;
mod profile;
mod report;
mod rule_book;
mod rulings;
mod series;
mod snapshot;
mod state;
#[cfg(test)]
mod tests;
mod whereabouts;

use rightful_domain::{Conclusion, Entry, Feedback, InvalidId, RetryKey, Tag, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use amendment::{Consumption, Erasure};
use amendment::{StoredConclusion, StoredConsumption, StoredErasure, StoredFeedback};
pub(crate) use application::{decode_application, encode_application};
pub(crate) use audit::{AuditVerb, Dated, decode_audit, encode_audit};
pub(crate) use case::{decode_case, encode_case, private_of_case};
use details::StoredDetails;
pub(crate) use details::tell_changes;
pub(crate) use effect::Effect;
use effect::StoredEffect;
pub(crate) use entry::{PrivateTags, ReadEntry, open_private, private_bytes};
use entry::{StoredEntry, StoredLearnings};
use lesson::{restored_tag, stored_tag};
pub(crate) use list::{
    decode_list, decode_list_change, decode_list_entry, encode_list, encode_list_change, encode_list_entry,
};
use money::StoredMoney;
use note::StoredNote;
pub(crate) use note::{NoteRow, Noted, decode_noted, encode_noted, note_number, note_words};
pub(crate) use number::{Numbered, Worded};
pub(crate) use outbox::{decode_try, decode_waiting, encode_redelivery, encode_try, encode_waiting};
pub(crate) use report::{decode_report, encode_report};
pub(crate) use rule_book::{
    SnoozeRow, decode_rule_book, decode_rule_book_version, decode_rule_counts, decode_snooze, encode_rule_book,
    encode_rule_book_version, encode_rule_counts, encode_snooze, rule_audit, snooze_of, snooze_words,
};
use rulings::{StoredGrounds, StoredOrigins, StoredRulings, origins_by_name};
pub(crate) use series::{decode_kept, decode_series, encode_kept, encode_series};
pub(crate) use snapshot::ShortSnapshot;
pub(crate) use state::{decode_state, encode_state};
use whereabouts::StoredWhereabouts;

/// The version of rows that is written, but for entries.
const ROW_VERSION: u8 = 1;
/// Entries since this version: what data sets say of the address follows an entry's own words.
const WHEREABOUTS_VERSION: u8 = 2;
/// Entries since this version: what was new about the event, and what it says of money, follows.
const LEARNINGS_VERSION: u8 = 3;
/// Entries since this version: the device among the account's, its details, and what rules said, follow.
const RULINGS_VERSION: u8 = 4;
/// Entries since this version: what rules went by follows.
const GROUNDS_VERSION: u8 = 5;
/// Entries since this version: what is told of money beside the amount follows.
const MONEY_VERSION: u8 = 6;
/// The version of entries that is written: since then, in whose words the rules were written follows.
const ENTRY_VERSION: u8 = 7;
/// The checksum at the end of each row, in bytes.
const CHECKSUM_BYTES: usize = 4;

/// Why stored bytes cannot be read back. Says which part, and nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecodable(pub(crate) &'static str);

/// What kind of thing a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    Entry,
    Conclusion,
    Feedback,
    Erasure,
    Note,
    Consumption,
}

/// What every walk over the ledger needs of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: RowKind,
    /// The short form of the application's id: other rows can be skipped unread.
    pub(crate) application: u32,
    pub(crate) received_at: Timestamp,
    pub(crate) retry: Option<RetryKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredHead {
    kind: u8,
    application: u32,
    received_at: i64,
    /// Key, body, micros that it lives after receipt.
    retry: Option<([u8; 16], [u8; 16], i64)>,
}

impl StoredHead {
    fn of(head: &Head) -> Self {
        let retry = |retry: RetryKey| {
            (retry.key, retry.body, retry.until.as_micros().wrapping_sub(head.received_at.as_micros()))
        };
        Self {
            kind: match head.kind {
                RowKind::Entry => 0,
                RowKind::Conclusion => 1,
                RowKind::Feedback => 2,
                RowKind::Erasure => 3,
                RowKind::Note => 4,
                RowKind::Consumption => 5,
            },
            application: head.application,
            received_at: head.received_at.as_micros(),
            retry: head.retry.map(retry),
        }
    }

    fn restore(self) -> Result<Head, Undecodable> {
        let received_at = self.received_at;
        let until = |lives: i64| Timestamp::from_micros(received_at.wrapping_add(lives));
        Ok(Head {
            kind: match self.kind {
                0 => RowKind::Entry,
                1 => RowKind::Conclusion,
                2 => RowKind::Feedback,
                3 => RowKind::Erasure,
                4 => RowKind::Note,
                5 => RowKind::Consumption,
                _ => return Err(Undecodable("unknown kind of row")),
            },
            application: self.application,
            received_at: Timestamp::from_micros(received_at),
            retry: self.retry.map(|(key, body, lives)| RetryKey { key, body, until: until(lives) }),
        })
    }
}

/// A row that has everything but its place in the ledger, its effects and its checksum: made where there are many
/// threads, so that the one that writes has little to do.
pub(crate) struct Draft(Vec<u8>);

impl Draft {
    pub(crate) fn entry(entry: &Entry, application: u32, private: &PrivateTags, sealed: &[u8]) -> Self {
        let received_at = entry.event.received_at;
        let head = Head { kind: RowKind::Entry, application, received_at, retry: entry.retry };
        let words = StoredEntry::of(entry, private.username, sealed);
        let learnings = StoredLearnings::of(entry, private);
        let details = (StoredDetails::of(entry, private), StoredRulings::of(entry), StoredGrounds::of(entry));
        let latest = (StoredMoney::of(&entry.event), StoredOrigins::of(entry));
        let words = (words, StoredWhereabouts::of(&entry.enrichment), learnings, details, latest);
        Self::of(ENTRY_VERSION, &head, &words)
    }

    pub(crate) fn conclusion(conclusion: &Conclusion, application: u32) -> Self {
        let received_at = conclusion.received_at;
        let head = Head { kind: RowKind::Conclusion, application, received_at, retry: None };
        Self::of(ROW_VERSION, &head, &StoredConclusion::of(conclusion))
    }

    pub(crate) fn feedback(feedback: &Feedback, application: u32) -> Self {
        let received_at = feedback.received_at;
        let head = Head { kind: RowKind::Feedback, application, received_at, retry: None };
        Self::of(ROW_VERSION, &head, &StoredFeedback::of(feedback))
    }

    pub(crate) fn erasure(erasure: &Erasure, application: u32) -> Self {
        let received_at = erasure.received_at;
        let head = Head { kind: RowKind::Erasure, application, received_at, retry: None };
        Self::of(ROW_VERSION, &head, &StoredErasure::of(erasure))
    }

    pub(crate) fn note(note: &NoteRow, application: u32) -> Self {
        let received_at = note.received_at;
        let head = Head { kind: RowKind::Note, application, received_at, retry: None };
        Self::of(ROW_VERSION, &head, &StoredNote::of(note))
    }

    pub(crate) fn consumption(consumption: &Consumption, application: u32) -> Self {
        let received_at = consumption.received_at;
        let head = Head { kind: RowKind::Consumption, application, received_at, retry: None };
        Self::of(ROW_VERSION, &head, &StoredConsumption::of(consumption))
    }

    fn of(version: u8, head: &Head, body: &impl Serialize) -> Self {
        // Most rows are below this; a longer one costs a reallocation.
        let mut bytes = Vec::with_capacity(1_024);
        bytes.push(version);
        append(&mut bytes, &StoredHead::of(head));
        append(&mut bytes, body);
        Self(bytes)
    }

    /// The row's bytes. `subject` is whose memory the effects are about; an entry says that itself.
    pub(crate) fn finish(self, sequence: u64, subject: Option<Tag>, effects: &[Effect]) -> Vec<u8> {
        let Self(mut bytes) = self;
        let effects: Vec<StoredEffect> = effects.iter().map(StoredEffect::of).collect();
        append(&mut bytes, &(subject.map(stored_tag), effects));
        let checksum = checksum(sequence, &bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }
}

fn checksum(sequence: u64, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(bytes);
    // A row in another's place is as wrong as a flipped bit.
    hasher.update(&sequence.to_be_bytes());
    hasher.finalize()
}

/// A row whose checksum is right, not read further than its head.
pub(crate) struct Row<'a> {
    pub(crate) head: Head,
    version: u8,
    rest: &'a [u8],
}

/// What a row says.
pub(crate) enum Said<'a> {
    Entry(Box<ReadEntry<'a>>),
    Conclusion(Conclusion),
    Feedback(Feedback),
    Erasure(Erasure),
    Note(NoteRow),
    Consumption(Consumption),
}

/// What a row changed beside what its words say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Effects {
    /// Whose memory they are about; None for an entry, which says that itself.
    pub(crate) subject: Option<Tag>,
    pub(crate) changes: Vec<Effect>,
}

impl<'a> Row<'a> {
    /// Checks a row's checksum and reads its head.
    pub(crate) fn read(sequence: u64, bytes: &'a [u8]) -> Result<Self, Undecodable> {
        let length = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(Undecodable("row is too short"))?;
        let (row, told) = bytes.split_at(length);
        if checksum(sequence, row).to_le_bytes() != *told {
            return Err(Undecodable("checksum does not match"));
        }
        let Some((&version @ ROW_VERSION..=ENTRY_VERSION, row)) = row.split_first() else {
            return Err(Undecodable("unknown version of a row"));
        };
        let (head, rest) = take::<StoredHead>(row)?;
        Ok(Self { head: head.restore()?, version, rest })
    }

    /// Reads what it says, and its effects.
    pub(crate) fn open(self) -> Result<(Said<'a>, Effects), Undecodable> {
        let (said, rest) = match self.head.kind {
            RowKind::Entry => {
                let (entry, rest) = take_entry(self.version, self.head.retry, self.rest)?;
                (Said::Entry(Box::new(entry)), rest)
            }
            RowKind::Conclusion => {
                let (conclusion, rest) = take::<StoredConclusion<'_>>(self.rest)?;
                (Said::Conclusion(conclusion.restore()?), rest)
            }
            RowKind::Feedback => {
                let (feedback, rest) = take::<StoredFeedback<'_>>(self.rest)?;
                (Said::Feedback(feedback.restore()?), rest)
            }
            RowKind::Erasure => {
                let (erasure, rest) = take::<StoredErasure<'_>>(self.rest)?;
                (Said::Erasure(erasure.restore()?), rest)
            }
            RowKind::Note => {
                let (note, rest) = take::<StoredNote<'_>>(self.rest)?;
                (Said::Note(note.restore()?), rest)
            }
            RowKind::Consumption => {
                let (consumption, rest) = take::<StoredConsumption<'_>>(self.rest)?;
                (Said::Consumption(consumption.restore()?), rest)
            }
        };
        let ((subject, effects), rest) = take::<(Option<[u8; 8]>, Vec<StoredEffect>)>(rest)?;
        if !rest.is_empty() {
            return Err(Undecodable("row is too long"));
        }
        let changes =
            effects.into_iter().map(|effect| effect.restore(self.head.received_at)).collect::<Result<_, _>>()?;
        Ok((said, Effects { subject: subject.map(restored_tag), changes }))
    }
}

impl Row<'_> {
    /// Reads what was judged in an entry, and on what grounds, and leaves what was sealed, what it changed, and what only
    /// people read; None if it is none.
    pub(crate) fn open_judgement(self) -> Result<Option<Entry>, Undecodable> {
        if self.head.kind != RowKind::Entry {
            return Ok(None);
        }
        let (read, _) = take_entry(self.version, self.head.retry, self.rest)?;
        Ok(Some(read.entry))
    }
}

/// An entry's own words, and what follows them in its version.
fn take_entry(version: u8, retry: Option<RetryKey>, bytes: &[u8]) -> Result<(ReadEntry<'_>, &[u8]), Undecodable> {
    let (entry, mut rest) = take::<StoredEntry<'_>>(bytes)?;
    let mut read = entry.restore(retry)?;
    if version >= WHEREABOUTS_VERSION {
        let (whereabouts, after) = take::<Option<StoredWhereabouts<'_>>>(rest)?;
        rest = after;
        if let Some(whereabouts) = whereabouts {
            whereabouts.restore(&mut read.entry.enrichment)?;
        }
    }
    if version >= LEARNINGS_VERSION {
        let (learnings, after) = take::<StoredLearnings>(rest)?;
        rest = after;
        learnings.restore(&mut read)?;
    }
    if version >= RULINGS_VERSION {
        let (details, after) = take::<StoredDetails<'_>>(rest)?;
        rest = after;
        details.restore(&mut read)?;
        let (rulings, after) = take::<StoredRulings<'_>>(rest)?;
        rest = after;
        rulings.restore(&mut read)?;
    }
    if version >= GROUNDS_VERSION {
        let (grounds, after) = take::<StoredGrounds<'_>>(rest)?;
        rest = after;
        grounds.restore(&mut read);
    }
    if version >= MONEY_VERSION {
        let (money, after) = take::<StoredMoney<'_>>(rest)?;
        rest = after;
        money.restore(&mut read.entry.event);
    }
    if version >= ENTRY_VERSION {
        let (origins, after) = take::<StoredOrigins>(rest)?;
        rest = after;
        origins.restore(&mut read)?;
    } else {
        origins_by_name(&mut read);
    }
    Ok((read, rest))
}

fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), Undecodable> {
    postcard::take_from_bytes(bytes).map_err(|_| Undecodable(std::any::type_name::<T>()))
}

fn append(bytes: &mut Vec<u8>, value: &impl Serialize) {
    let grown = postcard::to_extend(value, std::mem::take(bytes));
    *bytes = grown.expect("a vector grows, and the stored forms have sized sequences only");
}

fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    append(&mut bytes, value);
    bytes
}

/// A version, the value, a checksum: for what is not a row.
pub(crate) fn to_versioned_bytes(version: u8, value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    bytes.push(version);
    append(&mut bytes, value);
    let checksum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The value of [`to_versioned_bytes`].
pub(crate) fn from_versioned_bytes<'a, T: Deserialize<'a>>(version: u8, bytes: &'a [u8]) -> Result<T, Undecodable> {
    let length = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(Undecodable("record is too short"))?;
    let (record, told) = bytes.split_at(length);
    if crc32fast::hash(record).to_le_bytes() != *told {
        return Err(Undecodable("checksum does not match"));
    }
    match record.split_first() {
        Some((found, rest)) if *found == version => {
            postcard::from_bytes(rest).map_err(|_| Undecodable(std::any::type_name::<T>()))
        }
        _ => Err(Undecodable("unknown version of a record")),
    }
}

fn id<T>(text: &str, new: impl FnOnce(Box<str>) -> Result<T, InvalidId>) -> Result<T, Undecodable> {
    new(text.into()).map_err(|_| Undecodable("not an id"))
}

fn optional_id<T>(
    text: Option<&str>,
    new: impl FnOnce(Box<str>) -> Result<T, InvalidId>,
) -> Result<Option<T>, Undecodable> {
    text.map(|text| id(text, new)).transpose()
}
