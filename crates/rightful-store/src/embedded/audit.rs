//! Reads back what was noted of changes.

use rightful_domain::{AuditRow, Timestamp};

use super::disk::failed;
use super::office::AUDIT_PREFIX;
use super::{Shared, keys};
use crate::StoreError;
use crate::record::{Dated, Undecodable, decode_audit};

/// The most rows of the ledger that are looked through for an event to date a change by: the others are what was said of
/// events.
const ROWS_LOOKED_AT_MAX: u64 = 100;

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a row of the audit: {}", cause.0) }
}

impl Shared {
    /// The changes that were noted after the one of a number, oldest first.
    pub(super) fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.check_running()?;
        let key = |number: u64| [&[AUDIT_PREFIX][..], &number.to_be_bytes()].concat();
        let rows = self.disk.office.range(key(after.saturating_add(1))..=key(u64::MAX));
        let rows = rows.take(limit).map(|guard| {
            let (key, said) = guard.into_inner().map_err(failed)?;
            let number = keys::sequence_of(&key).ok_or_else(|| corrupt(Undecodable("a key without a number")))?;
            let audited = decode_audit(&said).map_err(corrupt)?;
            let at = match audited.dated {
                Dated::At(at) => Some(at),
                Dated::After(sequence) => self.received_before(sequence)?,
            };
            Ok(AuditRow { number, at, by: audited.by, change: audited.change })
        });
        rows.collect()
    }

    /// When the last event up to a row was received, if one of the rows before it is an event.
    fn received_before(&self, sequence: u64) -> Result<Option<Timestamp>, StoreError> {
        for sequence in (sequence.saturating_sub(ROWS_LOOKED_AT_MAX)..=sequence).rev() {
            if let Some((entry, _)) = self.entry_at(sequence)? {
                return Ok(Some(entry.event.received_at));
            }
        }
        Ok(None)
    }
}
