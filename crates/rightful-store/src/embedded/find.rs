//! Reading records back: a row, what was sealed in it, and all that was said of it since.

use rightful_domain::{
    ApplicationId, Conclusion, DetailChange, DetailKind, DetailValue, Entry, EventId, Feedback, Record, RetryKey, Tag,
    Timestamp,
};

use super::Shared;
use super::disk::{corrupt_row, failed, read_row};
use super::keys::{amendments_of, event_key, retry_key, sequence_of};
use super::retries::Answered;
use super::tags::{StateKey, Tagger};
use crate::StoreError;
use crate::record::{PrivateTags, ReadEntry, Row, Said, open_private, tell_changes};

/// A record, and what of it stays known when people's data is erased.
pub(super) struct Found {
    pub(super) record: Record,
    /// The tags of what is people's data.
    pub(super) private: PrivateTags,
}

impl Shared {
    /// Where an event is in the ledger; None if it is not there, or belongs to another application.
    pub(super) fn sequence_of_event(&self, event: EventId) -> Result<Option<u64>, StoreError> {
        if let Some(sequence) = self.recent.event(event) {
            return Ok(Some(sequence));
        }
        let found = self.disk.events.get(event_key(event)).map_err(failed)?;
        Ok(found.and_then(|bytes| sequence_of(&bytes)))
    }

    /// One event of an application.
    pub(super) fn found(&self, application: &ApplicationId, event: EventId) -> Result<Option<Found>, StoreError> {
        let Some(sequence) = self.sequence_of_event(event)? else { return Ok(None) };
        let found = self.found_at(sequence)?;
        Ok(found.filter(|found| found.record.entry.event.application == *application))
    }

    /// The entry at a place in the ledger; None if there is none, or something else.
    pub(super) fn found_at(&self, sequence: u64) -> Result<Option<Found>, StoreError> {
        let Some((mut entry, private)) = self.entry_at(sequence)? else { return Ok(None) };
        self.tell_previous(&mut entry.changes)?;
        let mut record = Record { sequence, entry, conclusion: None, feedback: Vec::new(), consumed_at: None };
        self.amend(&mut record)?;
        Ok(Some(Found { record, private }))
    }

    /// The same, without what was said of it since, and without what its changes changed.
    pub(super) fn entry_at(&self, sequence: u64) -> Result<Option<(Entry, PrivateTags)>, StoreError> {
        let Some(bytes) = self.disk.row(sequence)? else { return Ok(None) };
        self.opened(read_row(sequence, &bytes)?, sequence)
    }

    /// The same of a row that is at hand.
    pub(super) fn opened(&self, row: Row<'_>, sequence: u64) -> Result<Option<(Entry, PrivateTags)>, StoreError> {
        let (said, _) = row.open().map_err(corrupt_row(sequence))?;
        let Said::Entry(read) = said else { return Ok(None) };
        let ReadEntry { mut entry, private, sealed, places } = *read;
        if !sealed.is_empty() {
            self.unseal(&mut entry, private.username, sealed, sequence)?;
        }
        tell_changes(&mut entry, &places);
        Ok(Some((entry, private)))
    }

    /// Tells what details were before they were changed, where it can still be read. One read a change, or two.
    pub(super) fn tell_previous(&self, changes: &mut [DetailChange]) -> Result<(), StoreError> {
        for DetailChange { kind, previous, notify, .. } in changes {
            if let Some(previous) = previous {
                previous.value = self.value_at(*kind, previous.sequence)?;
            }
            if let Some(notify) = notify {
                let same = previous.as_ref().filter(|previous| previous.sequence == notify.sequence);
                notify.value = match same {
                    Some(previous) => previous.value.clone(),
                    None => self.value_at(*kind, notify.sequence)?,
                };
            }
        }
        Ok(())
    }

    /// The detail of a kind that an entry said, where it can still be read.
    fn value_at(&self, kind: DetailKind, sequence: u64) -> Result<DetailValue, StoreError> {
        let said = match self.entry_at(sequence) {
            Ok(said) => said,
            // It is not this entry that does not read back.
            Err(StoreError::Corrupt { .. }) => None,
            Err(error) => return Err(error),
        };
        let value = said.and_then(|(entry, _)| entry.event.details().find(|(its, _)| *its == kind));
        Ok(value.map_or(DetailValue::Unsaid, |(_, value)| value))
    }

    fn unseal(&self, entry: &mut Entry, username: Option<Tag>, sealed: &[u8], sequence: u64) -> Result<(), StoreError> {
        let tagger = self.mind.taggers.of(&entry.event.application);
        let subject = sealing_subject(entry, username, &tagger);
        let Some(key) = self.subjects.to_open(subject)? else { return Ok(()) };
        // The row's checksum is right, so what does not open was sealed with a key that was erased.
        let Ok(private) = key.open(sealed, entry.event.id.as_bytes()) else { return Ok(()) };
        open_private(entry, &private).map_err(corrupt_row(sequence))
    }

    fn amend(&self, record: &mut Record) -> Result<(), StoreError> {
        for guard in self.disk.index.prefix(amendments_of(record.entry.event.id)) {
            let key = guard.key().map_err(failed)?;
            let sequence = sequence_of(&key).unwrap_or_default();
            let Some(bytes) = self.disk.row(sequence)? else { continue };
            Amendment::read(sequence, &bytes)?.add_to(record);
        }
        Ok(())
    }

    /// The answer to a request that has come before, if it is still kept at that time.
    pub(super) fn answered(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Answered>, StoreError> {
        if let Some(answered) = self.retries.lock().get(&retry.key, now) {
            return Ok(Some(answered));
        }
        if !super::retries::is_long_lived(retry, now) {
            return Ok(None);
        }
        let stored = self.disk.index.get(retry_key(&retry.key)).map_err(failed)?;
        Ok(stored.and_then(|bytes| Answered::of_bytes(&bytes)).filter(|answered| answered.until > now))
    }
}

/// What a row says of an entry that came before it.
pub(super) enum Amendment {
    Conclusion(Conclusion),
    Feedback(Feedback),
    ConsumedAt(Timestamp),
    /// It says nothing that a record tells.
    Nothing,
}

impl Amendment {
    pub(super) fn read(sequence: u64, bytes: &[u8]) -> Result<Self, StoreError> {
        Ok(match read_row(sequence, bytes)?.open().map_err(corrupt_row(sequence))?.0 {
            Said::Conclusion(conclusion) => Self::Conclusion(conclusion),
            Said::Feedback(feedback) => Self::Feedback(feedback),
            Said::Consumption(consumption) => Self::ConsumedAt(consumption.received_at),
            Said::Entry(_) | Said::Erasure(_) | Said::Note(_) => Self::Nothing,
        })
    }

    /// Puts it beside the entry; what was said last, last.
    pub(super) fn add_to(self, record: &mut Record) {
        match self {
            Self::Conclusion(conclusion) => record.conclusion = Some(conclusion),
            Self::Feedback(feedback) => record.feedback.push(feedback),
            Self::ConsumedAt(at) => record.consumed_at = Some(at),
            Self::Nothing => {}
        }
    }
}

/// Under whose key an entry's people's data is sealed: the account's, else the username's, else the application's own.
pub(super) fn sealing_subject(entry: &Entry, username: Option<Tag>, tagger: &Tagger) -> StateKey {
    let account = entry.event.account.as_ref().map(|account| tagger.account(account));
    tagger.subject_key(account.or(username).unwrap_or_else(|| tagger.nobody()))
}
