//! Reads back what was noted of changes.

use rightful_domain::{AuditRow, AuditedChange, Timestamp};

use super::disk::failed;
use super::office::AUDIT_PREFIX;
use super::{Shared, keys};
use crate::StoreError;
use crate::record::{Undecodable, audited_redelivery, audited_rules, decode_application};

/// A step with rules is noted under the same letter as a redelivery, and begins with its version where the other has the
/// first byte of a place in the ledger, which is nothing for the first 2^56 rows.
const RULES: [u8; 2] = [b'r', 1];

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
            let (at, change) = self.audited(&said)?;
            Ok(AuditRow { number, at, change })
        });
        rows.collect()
    }

    fn audited(&self, said: &[u8]) -> Result<(Option<Timestamp>, AuditedChange), StoreError> {
        if said.starts_with(&RULES) {
            let (at, rules) = audited_rules(said.get(1..).unwrap_or_default()).map_err(corrupt)?;
            return Ok((Some(at), AuditedChange::Rules(rules)));
        }
        let short = || corrupt(Undecodable("too short"));
        let (verb, rest) = said.split_first().ok_or_else(short)?;
        let (sequence, became) = rest.split_first_chunk::<8>().ok_or_else(short)?;
        let application = || decode_application(became).map(Box::new).map_err(corrupt);
        let change = match verb {
            b'c' => {
                let application = application()?;
                return Ok((Some(application.created_at), AuditedChange::Made(application)));
            }
            b'u' => AuditedChange::Changed(application()?),
            b'k' => AuditedChange::Keys(application()?),
            b'r' => {
                let (at, change) = audited_redelivery(became).map_err(corrupt)?;
                return Ok((Some(at), change));
            }
            _ => return Err(corrupt(Undecodable("an unknown verb"))),
        };
        Ok((self.received_before(u64::from_be_bytes(*sequence))?, change))
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
