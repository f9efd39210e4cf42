//! Search: one index walked from its newest end, everything else filtered on the way. Bounded: a page looks at so many
//! rows and no more, and says where to go on.

use fjall::UserValue;
use rightful_domain::{
    ApplicationId, CorrelationId, Cursor, Entry, Page, ReasonCode, Record, SEARCH_LIMIT_MAX, Search, Tag, Timestamp,
};

use super::Shared;
use super::disk::{failed, read_row};
use super::keys::{Index, TIME_PREFIX, minute_of, sequence_of, time_key};
use super::tags::Tagger;
use crate::StoreError;
use crate::record::{Numbered, RowKind, Worded};

/// The most rows that one page looks at. A page may hold fewer than its limit, or none, and still have a next one.
const ROWS_SEEN_MAX: usize = 50_000;
/// The same where each row must be opened to know whether it is asked for, which takes some ten times as long.
const ROWS_OPENED_MAX: usize = 5_000;
/// Rows are written in the order of receipt but for this much, and clocks are set back.
pub(super) const DISORDER: std::time::Duration = std::time::Duration::from_secs(300);

/// What an entry is, in short, as kept beside each of its keys: for filters that need not open the entry.
///
/// Verdict (15 if not judged), outcome above it, and the highest bit if there are more reasons than fit; then the action;
/// then the reasons. At most 15 bytes, which with the length makes 16, and which the database keeps without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brief {
    bytes: [u8; BRIEF_BYTES_MAX],
    length: u8,
}

const BRIEF_BYTES_MAX: usize = 15;
/// Set in the first byte if the entry has more reasons than fit: it must be opened to know them.
const HAS_MORE: u8 = 0x80;

impl Brief {
    /// Of an entry.
    pub(super) fn of(entry: &Entry) -> Self {
        let verdict = entry.assessment.as_ref().map_or(15, |assessment| assessment.verdict.number());
        let (action, _) = entry.event.action.word();
        let findings = entry.assessment.as_ref().map_or(&[][..], |assessment| &assessment.findings);
        let has_more = if findings.len() > BRIEF_BYTES_MAX - 2 { HAS_MORE } else { 0 };
        let said = [verdict | (entry.event.outcome.number() << 4) | has_more, action];
        let reasons = findings.iter().map(|finding| finding.reason.number());
        let mut brief = Self { bytes: [0; BRIEF_BYTES_MAX], length: 0 };
        for (to, from) in brief.bytes.iter_mut().zip(said.into_iter().chain(reasons)) {
            *to = from;
            brief.length += 1;
        }
        brief
    }

    /// As on disk.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}

/// Where rows come from, newest first; with their bytes, where they lie at hand.
type Rows<'a> = Box<dyn Iterator<Item = Result<(u64, Option<UserValue>), StoreError>> + 'a>;

impl Shared {
    /// One page.
    pub(super) fn search_page(&self, search: &Search) -> Result<Page, StoreError> {
        self.check_running()?;
        let limit = usize::from(search.limit.clamp(1, SEARCH_LIMIT_MAX));
        let tagger = self.mind.taggers.of(&search.application);
        let Some(newest) = self.newest_to_see(search)? else { return Ok(Page::default()) };
        let rows_max = if search.asks_of_judgement() { ROWS_OPENED_MAX } else { ROWS_SEEN_MAX };
        let mut page = Page::default();
        let mut last_seen = newest;
        for (n_seen, row) in self.rows(search, &tagger, newest).enumerate() {
            let (sequence, bytes) = row?;
            if page.records.len() == limit {
                page.next = page.records.last().map(|record| Cursor(record.sequence));
                return Ok(page);
            }
            if n_seen == rows_max {
                page.next = Some(Cursor(last_seen));
                return Ok(page);
            }
            last_seen = sequence;
            match self.look(search, &tagger, sequence, bytes)? {
                Look::Take(record) => page.records.push(*record),
                Look::Skip => {}
                Look::Stop => return Ok(page),
            }
        }
        Ok(page)
    }

    /// The newest events that their caller gave this id, newest first, at most `limit`.
    pub(super) fn correlated(
        &self,
        application: &ApplicationId,
        correlation: &CorrelationId,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError> {
        self.check_running()?;
        let limit = usize::from(limit.min(SEARCH_LIMIT_MAX));
        let tag = self.mind.taggers.of(application).correlation(correlation);
        let newest = self.durable.load(std::sync::atomic::Ordering::Acquire);
        let mut records = Vec::new();
        for row in self.rows_under(Index::Correlation, tag, newest, ROWS_SEEN_MAX).take(ROWS_SEEN_MAX) {
            if records.len() == limit {
                break;
            }
            let Some(found) = self.found_at(row?)? else { continue };
            let event = &found.record.entry.event;
            // The law: tags only lead here.
            if event.application == *application && event.correlation.as_ref() == Some(correlation) {
                records.push(found.record);
            }
        }
        Ok(records)
    }

    /// The newest row that can be in the page; None if there is none.
    fn newest_to_see(&self, search: &Search) -> Result<Option<u64>, StoreError> {
        let mut newest = self.durable.load(std::sync::atomic::Ordering::Acquire);
        if let Some(Cursor(cursor)) = search.cursor {
            newest = newest.min(cursor.saturating_sub(1));
        }
        if let Some(to) = search.to {
            newest = self.last_before(to, newest)?;
        }
        Ok((newest > 0).then_some(newest))
    }

    /// The last row that can have been received before a moment, if `newest` is the last of all.
    pub(super) fn last_before(&self, to: Timestamp, newest: u64) -> Result<u64, StoreError> {
        // The first row of a minute that is surely later: what is wanted lies before it.
        let later = time_key(minute_of(to.plus(DISORDER)).saturating_add(1));
        let end = [TIME_PREFIX[0] + 1];
        let Some(guard) = self.disk.index.range::<&[u8], _>(&later[..]..&end[..]).next() else { return Ok(newest) };
        let value = guard.value().map_err(failed)?;
        Ok(newest.min(sequence_of(&value).unwrap_or(u64::MAX)))
    }

    fn rows<'a>(&'a self, search: &Search, tagger: &Tagger, newest: u64) -> Rows<'a> {
        let of_index = |index: Index, tag: Tag| -> Rows<'a> {
            Box::new(self.rows_under(index, tag, newest, ROWS_SEEN_MAX + 1).map(|row| Ok((row?, None))))
        };
        if let Some(account) = &search.account {
            return of_index(Index::Account, tagger.account(account));
        }
        if let Some(device) = &search.device {
            return of_index(Index::Device, tagger.device(device));
        }
        if let Some(subnet) = search.subnet {
            return of_index(Index::Address, tagger.address(subnet));
        }
        let rows = self.disk.ledger.range(0_u64.to_be_bytes()..=newest.to_be_bytes()).rev();
        Box::new(rows.map(|guard| {
            let (key, bytes) = guard.into_inner().map_err(failed)?;
            Ok((sequence_of(&key).unwrap_or_default(), Some(bytes)))
        }))
    }

    /// The rows under a key that are not newer than `newest`, newest first; at most `max` of them from RAM.
    pub(super) fn rows_under(
        &self,
        index: Index,
        tag: Tag,
        newest: u64,
        max: usize,
    ) -> impl Iterator<Item = Result<u64, StoreError>> + use<'_> {
        // RAM first: what a checkpoint moves to disk in between is then found twice, not never.
        let recent = self.recent.rows(index, tag, newest, max);
        let newest_on_disk = recent.last().map_or(newest, |sequence| sequence.saturating_sub(1));
        let on_disk = self.disk.postings.range(index.key(tag, 0)..=index.key(tag, newest_on_disk)).rev();
        let on_disk = on_disk.map(|guard| Ok(sequence_of(&guard.key().map_err(failed)?).unwrap_or_default()));
        recent.into_iter().map(Ok).chain(on_disk)
    }

    fn look(
        &self,
        search: &Search,
        tagger: &Tagger,
        sequence: u64,
        bytes: Option<UserValue>,
    ) -> Result<Look, StoreError> {
        let bytes = bytes.map_or_else(|| self.disk.row(sequence), |bytes| Ok(Some(bytes)))?;
        let Some(bytes) = bytes else { return Ok(Look::Skip) };
        let head = read_row(sequence, &bytes)?.head;
        if let Some(from) = search.from
            && head.received_at < from.minus(DISORDER)
        {
            return Ok(Look::Stop);
        }
        let is_within = |at: Timestamp| search.from.is_none_or(|from| at >= from) && search.to.is_none_or(|to| at < to);
        if head.kind != RowKind::Entry || head.application != tagger.short || !is_within(head.received_at) {
            return Ok(Look::Skip);
        }
        let found = self.found_at(sequence)?.filter(|found| is_asked_for(search, &found.record.entry));
        Ok(found.map_or(Look::Skip, |found| Look::Take(Box::new(found.record))))
    }
}

/// What to do with a row.
enum Look {
    Take(Box<Record>),
    Skip,
    Stop,
}

/// The law: tags only lead here, and two names may share one.
fn is_asked_for(search: &Search, entry: &Entry) -> bool {
    let event = &entry.event;
    event.application == search.application
        && search.account.as_ref().is_none_or(|account| event.account.as_ref() == Some(account))
        && search.device.as_ref().is_none_or(|device| event.device.id() == Some(device))
        && search.subnet.is_none_or(|subnet| event.network.subnet() == Some(subnet))
        && (search.actions.is_empty() || search.actions.contains(&event.action))
        && is_judged_as(search, entry)
}

/// The verdict is the one that was judged; one of the reasons is enough.
fn is_judged_as(search: &Search, entry: &Entry) -> bool {
    if search.verdicts.is_empty() && search.reasons.is_empty() {
        return true;
    }
    let Some(assessment) = &entry.assessment else { return false };
    let raises = |reason: &ReasonCode| assessment.findings.iter().any(|finding| finding.reason == *reason);
    (search.verdicts.is_empty() || search.verdicts.contains(&assessment.verdict))
        && (search.reasons.is_empty() || search.reasons.iter().any(raises))
}
