//! The log of each hook: its newest tries, one row each, the oldest removed as a new one is written.

use fjall::OwnedWriteBatch;
use rightful_domain::{DeliveryTry, LoggedTry, TRIES_KEPT};

use super::keys::{self, Line, line_of, log_key};
use super::{Outbox, Queue, Queues};
use crate::StoreError;
use crate::embedded::disk::{Disk, failed};
use crate::embedded::keys::sequence_of;
use crate::record::{Undecodable, decode_try, encode_try};

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a line of a hook's log: {}", cause.0) }
}

/// Finds where each log ends, and since when its hook fails; O(lines).
pub(super) fn find_ends(disk: &Disk, queues: &mut Queues) -> Result<(), StoreError> {
    for guard in disk.outbox.prefix(keys::log_prefix()) {
        let (key, value) = guard.into_inner().map_err(failed)?;
        let (Some(line), Some(place)) = (keys::line_in(&key), sequence_of(&key)) else { continue };
        let queue = queues.by_line.entry(line).or_default();
        queue.last_place = place;
        note(queue, &decode_try(&value).map_err(corrupt)?);
    }
    Ok(())
}

/// Lets a queue know how a try ended.
fn note(queue: &mut Queue, tried: &DeliveryTry) {
    if tried.is_taken() {
        queue.failing_since = None;
    } else {
        queue.failing_since.get_or_insert(tried.at);
    }
}

impl Outbox {
    pub(super) fn put_try(&self, batch: &mut OwnedWriteBatch, queue: &mut Queue, line: Line, tried: &DeliveryTry) {
        queue.last_place += 1;
        batch.insert(self.rows(), log_key(line, queue.last_place), encode_try(tried));
        if let Some(oldest) = queue.last_place.checked_sub(TRIES_KEPT) {
            batch.remove(self.rows(), log_key(line, oldest));
        }
        note(queue, tried);
    }

    /// The lines of a hook's log, newest first.
    pub(in crate::embedded) fn tries(
        &self,
        application: u32,
        hook: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedTry>, StoreError> {
        let line = line_of(application, hook);
        let rows = self.rows().range(log_key(line, 0)..log_key(line, before.unwrap_or(u64::MAX))).rev().take(limit);
        let lines = rows.map(|guard| {
            let (key, value) = guard.into_inner().map_err(failed)?;
            let place = sequence_of(&key).unwrap_or_default();
            Ok(LoggedTry { place, tried: decode_try(&value).map_err(corrupt)? })
        });
        lines.collect()
    }

    /// Forgets what a hook's log says, in the batch that removes the hook.
    pub(in crate::embedded) fn forget_log(
        &self,
        batch: &mut OwnedWriteBatch,
        application: u32,
        hook: &str,
    ) -> Result<(), StoreError> {
        let line = line_of(application, hook);
        for guard in self.rows().range(log_key(line, 0)..=log_key(line, u64::MAX)) {
            batch.remove(self.rows(), guard.key().map_err(failed)?);
        }
        Ok(())
    }
}
