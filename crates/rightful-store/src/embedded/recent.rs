//! What leads to the rows that came since the last checkpoint: kept in RAM, where an entry costs a tenth of what it costs
//! in the database, and written there in sorted runs by the checkpoint. The ledger rebuilds it, as it does memory.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rightful_domain::{EventId, Tag};

use super::imprint::Imprint;
use super::keys::{Index, event_key};
use super::search::Brief;

/// No posting before.
const NONE: u32 = u32::MAX;

/// One entry under one of its keys.
struct Posting {
    index: Index,
    tag: Tag,
    sequence: u64,
    brief: Brief,
    /// The place of the posting before it under the same key.
    before: u32,
}

/// Some rows' entries in the indexes.
#[derive(Default)]
pub(super) struct Generation {
    events: HashMap<EventId, u64>,
    newest: HashMap<(Index, Tag), u32>,
    postings: Vec<Posting>,
}

impl Generation {
    fn add(&mut self, sequence: u64, imprint: &Imprint) {
        self.events.insert(imprint.lesson.event, sequence);
        let keys = [
            (Index::Account, imprint.account),
            (Index::Device, imprint.lesson.device),
            (Index::Address, imprint.lesson.address),
            (Index::Correlation, imprint.correlation),
        ];
        for (index, tag) in keys {
            let Some(tag) = tag else { continue };
            // A checkpoint comes long before four thousand million.
            let place = u32::try_from(self.postings.len()).unwrap_or(NONE);
            let before = self.newest.insert((index, tag), place).unwrap_or(NONE);
            self.postings.push(Posting { index, tag, sequence, brief: imprint.brief, before });
        }
    }

    fn collect(&self, index: Index, tag: Tag, newest: u64, max: usize, into: &mut Vec<u64>) {
        let mut place = self.newest.get(&(index, tag)).copied().unwrap_or(NONE);
        while into.len() < max
            && let Some(posting) = usize::try_from(place).ok().and_then(|place| self.postings.get(place))
        {
            if posting.sequence <= newest {
                into.push(posting.sequence);
            }
            place = posting.before;
        }
    }

    /// Keys and values by event, sorted.
    pub(super) fn by_event(&self) -> Vec<([u8; 16], u64)> {
        let mut rows: Vec<_> = self.events.iter().map(|(event, sequence)| (event_key(*event), *sequence)).collect();
        rows.sort_unstable();
        rows
    }

    /// Keys and values by account, device, address and correlation, sorted.
    pub(super) fn by_key(&self) -> Vec<([u8; 17], Brief)> {
        let key = |posting: &Posting| (posting.index.key(posting.tag, posting.sequence), posting.brief);
        let mut rows: Vec<_> = self.postings.iter().map(key).collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        rows
    }
}

/// The indexes of what came since the last checkpoint.
#[derive(Default)]
pub(super) struct Recent(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    filling: Generation,
    /// What a checkpoint is writing: found here until it is found on disk.
    writing: Option<Arc<Generation>>,
}

impl Recent {
    /// Adds rows, in their order.
    pub(super) fn add<'a>(&self, rows: impl Iterator<Item = (u64, &'a Imprint)>) {
        let mut generations = self.0.lock();
        for (sequence, imprint) in rows {
            generations.filling.add(sequence, imprint);
        }
    }

    /// Where an event is, if it is recent.
    pub(super) fn event(&self, event: EventId) -> Option<u64> {
        let generations = self.0.lock();
        let written = || generations.writing.as_ref().and_then(|writing| writing.events.get(&event));
        generations.filling.events.get(&event).or_else(written).copied()
    }

    /// The recent rows under a key that are not newer than `newest`, newest first, at most `max`.
    pub(super) fn rows(&self, index: Index, tag: Tag, newest: u64, max: usize) -> Vec<u64> {
        let mut rows = Vec::new();
        let generations = self.0.lock();
        generations.filling.collect(index, tag, newest, max, &mut rows);
        if let Some(writing) = &generations.writing {
            writing.collect(index, tag, newest, max, &mut rows);
        }
        rows
    }

    /// Takes everything, to be written; it stays findable.
    pub(super) fn begin_writing(&self) -> Arc<Generation> {
        let mut generations = self.0.lock();
        let writing = Arc::new(std::mem::take(&mut generations.filling));
        generations.writing = Some(Arc::clone(&writing));
        writing
    }

    /// What was taken is on disk.
    pub(super) fn end_writing(&self) {
        self.0.lock().writing = None;
    }
}
