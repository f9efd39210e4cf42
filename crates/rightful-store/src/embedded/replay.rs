//! A restart: learning again what the last checkpoint had not written.

use std::ops::RangeInclusive;
use std::sync::Arc;

use fjall::UserValue;
use rightful_domain::Timestamp;

use super::disk::{corrupt_row, failed, read_row};
use super::fill::{Changing, Rows, learn_series};
use super::imprint::{Imprint, Op, apply, changes_of};
use super::keys::sequence_of;
use super::retries::{SHORT_LIVED_MAX, is_long_lived};
use super::tags::StateKey;
use super::{Disk, Mind, Recent, Retries};
use crate::StoreError;
use crate::record::{ReadEntry, Said};

/// The most rows looked at before the mark for short-lived retry keys: half a second's work.
const RETRY_ROWS_MAX: usize = 200_000;
/// The most holes that a report lists.
const HOLES_MAX: usize = 16;

/// What was found on the way.
#[derive(Default)]
pub(super) struct Replayed {
    pub(super) n_rows: u64,
    /// When the last row was received.
    pub(super) newest_at: Timestamp,
    /// Rows that are not there, though later ones are; the first of them.
    pub(super) holes: Vec<RangeInclusive<u64>>,
    /// Rows that do not read back; the first of them.
    pub(super) damaged: Vec<String>,
}

/// What is learned from the ledger.
pub(super) struct Memory<'a> {
    pub(super) mind: &'a Mind,
    pub(super) recent: &'a Recent,
    pub(super) retries: &'a mut Retries,
}

/// Learns every row after the mark, in order.
pub(super) fn replay(disk: &Disk, memory: &mut Memory<'_>, mark: u64) -> Result<Replayed, StoreError> {
    let mut replayed = Replayed::default();
    let mut expected = mark + 1;
    for guard in disk.ledger.range(expected.to_be_bytes()..) {
        let (key, bytes) = guard.into_inner().map_err(failed)?;
        let sequence = sequence_of(&key).unwrap_or_default();
        if sequence > expected && replayed.holes.len() < HOLES_MAX {
            replayed.holes.push(expected..=sequence - 1);
        }
        expected = sequence + 1;
        replayed.n_rows += 1;
        match learn_row(disk, memory, sequence, &bytes) {
            Ok(received_at) => replayed.newest_at = replayed.newest_at.max(received_at),
            Err(StoreError::Corrupt { what }) => {
                if replayed.damaged.len() < HOLES_MAX {
                    replayed.damaged.push(what);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(replayed)
}

/// Learns one row as the writer did when it was written.
fn learn_row(disk: &Disk, memory: &mut Memory<'_>, sequence: u64, bytes: &UserValue) -> Result<Timestamp, StoreError> {
    let taggers = &memory.mind.taggers;
    let row = read_row(sequence, bytes)?;
    let head = row.head;
    let (said, effects) = row.open().map_err(corrupt_row(sequence))?;
    let mut changes: Vec<(StateKey, Op)> = Vec::new();
    let mut counted = None;
    let (tagger, subject) = match said {
        Said::Entry(read) => {
            let ReadEntry { entry, private, .. } = *read;
            let tagger = taggers.of(&entry.event.application);
            let imprint = Imprint::of(&entry, &tagger, &private);
            memory.recent.add(std::iter::once((sequence, &imprint)));
            let subject = imprint.subject;
            counted = Some((imprint.countable.clone(), Arc::clone(&imprint.lesson)));
            imprint.changes(&tagger, &mut changes);
            (tagger, subject)
        }
        Said::Conclusion(conclusion) => (taggers.of(&conclusion.application), None),
        Said::Feedback(feedback) => (taggers.of(&feedback.application), None),
        Said::Erasure(erasure) => (taggers.of(&erasure.application), None),
        Said::Note(note) => (taggers.of(&note.application), None),
        Said::Consumption(consumption) => (taggers.of(&consumption.application), None),
    };
    let subject = subject.or_else(|| effects.subject.map(|tag| tagger.subject_key(tag)));
    let row = Changing {
        sequence,
        received_at: head.received_at,
        entry: counted.as_ref().map(|(countable, lesson)| (countable, &**lesson)),
        subject: subject.map(|key| key.tag),
        effects: &effects.changes,
    };
    learn_series(memory.mind, &tagger, Some(Rows { disk, recent: memory.recent }), &row)?;
    changes_of(effects.changes, subject, &tagger, Some(disk), &mut changes)?;
    apply(&memory.mind.states, sequence, changes)?;
    if let Some(retry) = head.retry.filter(|retry| !is_long_lived(retry, head.received_at)) {
        memory.retries.keep(&retry, sequence, head.received_at);
    }
    Ok(head.received_at)
}

/// Keeps the retry keys that were short-lived and live at the last row, of rows before the mark.
pub(super) fn keep_retries(
    disk: &Disk,
    retries: &mut Retries,
    mark: u64,
    newest_at: Timestamp,
) -> Result<(), StoreError> {
    let mut live = Vec::new();
    for guard in disk.ledger.range(..=mark.to_be_bytes()).rev().take(RETRY_ROWS_MAX) {
        let (key, bytes) = guard.into_inner().map_err(failed)?;
        let sequence = sequence_of(&key).unwrap_or_default();
        // What does not read back is found, and said, when it is asked for.
        let Ok(row) = read_row(sequence, &bytes) else { continue };
        if row.head.received_at < newest_at.minus(SHORT_LIVED_MAX) {
            break;
        }
        let retry =
            row.head.retry.filter(|retry| retry.until > newest_at && !is_long_lived(retry, row.head.received_at));
        live.extend(retry.map(|retry| (retry, sequence, row.head.received_at)));
    }
    for (retry, sequence, received_at) in live.into_iter().rev() {
        retries.keep(&retry, sequence, received_at);
    }
    Ok(())
}
