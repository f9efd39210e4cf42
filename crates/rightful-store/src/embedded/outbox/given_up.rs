//! Messages that were given up: kept, the newest of each application, until they are let wait again.

use fjall::{OwnedWriteBatch, PersistMode};
use rightful_domain::{ApplicationId, Author, Waiting};

use super::keys::{self, Line, given_up_key, given_up_prefix, line_of, waiting_key};
use super::{Outbox, Queues, WAITING_MAX, corrupt};
use crate::StoreError;
use crate::embedded::disk::{Disk, failed};
use crate::record::{decode_waiting, encode_redelivery, encode_waiting};

/// The most messages of an application that are kept after they were given up; of more, the oldest go.
const GIVEN_UP_MAX: u64 = 10_000;

/// What is to wait again.
pub(in crate::embedded) struct Redelivery {
    pub(in crate::embedded) application: ApplicationId,
    pub(in crate::embedded) hook: Box<str>,
    /// None for all.
    pub(in crate::embedded) numbers: Option<Box<[u64]>>,
    pub(in crate::embedded) by: Author,
}

impl Redelivery {
    fn names(&self, number: u64) -> bool {
        self.numbers.as_ref().is_none_or(|numbers| numbers.contains(&number))
    }

    /// What the audit says of it.
    pub(in crate::embedded) fn said(&self, again: &[Waiting]) -> Vec<u8> {
        let numbers: Vec<u64> = again.iter().map(|waiting| waiting.number).collect();
        encode_redelivery(&self.application, &self.hook, self.by.at, &numbers)
    }
}

/// Counts what is kept.
pub(super) fn count(disk: &Disk, queues: &mut Queues) -> Result<(), StoreError> {
    for guard in disk.outbox.prefix([keys::GIVEN_UP_PREFIX]) {
        let (key, value) = guard.into_inner().map_err(failed)?;
        let Some((application, _)) = key.get(1..).and_then(<[u8]>::split_first_chunk::<4>) else { continue };
        let application = u32::from_be_bytes(*application);
        let waiting = decode_waiting(&value).map_err(corrupt)?;
        *queues.n_given_up.entry(application).or_default() += 1;
        queues.by_line.entry(line_of(application, &waiting.telling.hook)).or_default().n_given_up += 1;
    }
    Ok(())
}

fn uncount(queues: &mut Queues, line: Line, n: u64) {
    let of_application = queues.n_given_up.entry(line.0).or_default();
    *of_application = of_application.saturating_sub(n);
    let queue = queues.by_line.entry(line).or_default();
    queue.n_given_up = queue.n_given_up.saturating_sub(n);
}

impl Outbox {
    pub(super) fn keep_given_up(
        &self,
        batch: &mut OwnedWriteBatch,
        queues: &mut Queues,
        line: Line,
        waiting: &Waiting,
    ) -> Result<(), StoreError> {
        let (application, _) = line;
        batch.insert(self.rows(), given_up_key(application, waiting.number), encode_waiting(waiting));
        queues.by_line.entry(line).or_default().n_given_up += 1;
        let n_given_up = queues.n_given_up.entry(application).or_default();
        *n_given_up += 1;
        if *n_given_up > GIVEN_UP_MAX
            && let Some(oldest) = self.rows().prefix(given_up_prefix(application)).next()
        {
            let (key, value) = oldest.into_inner().map_err(failed)?;
            let gone = decode_waiting(&value).map_err(corrupt)?;
            batch.remove(self.rows(), key);
            uncount(queues, line_of(application, &gone.telling.hook), 1);
        }
        Ok(())
    }

    /// What a hook never took, oldest first.
    pub(in crate::embedded) fn given_up(
        &self,
        application: u32,
        hook: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Waiting>, StoreError> {
        let mut found = Vec::new();
        let rows = given_up_key(application, after.saturating_add(1))..=given_up_key(application, u64::MAX);
        // Of all hooks of the application: at most as many as are kept.
        for guard in self.rows().range(rows) {
            if found.len() >= limit {
                break;
            }
            let waiting = decode_waiting(&guard.value().map_err(failed)?).map_err(corrupt)?;
            if *waiting.telling.hook == *hook && waiting.number > after {
                found.push(waiting);
            }
        }
        Ok(found)
    }

    /// What a redelivery lets wait again, as far as there is room.
    pub(in crate::embedded) fn plan_redelivery(
        &self,
        application: u32,
        asked: &Redelivery,
    ) -> Result<Vec<Waiting>, StoreError> {
        let all = self.given_up(application, &asked.hook, 0, usize::MAX)?;
        let n_waiting = self.health(application, &asked.hook).n_waiting as usize;
        let named = all.into_iter().filter(|waiting| asked.names(waiting.number));
        let again = named.map(|waiting| Waiting { n_tried: 0, due_at: asked.by.at, ..waiting });
        Ok(again.take(WAITING_MAX.saturating_sub(n_waiting)).collect())
    }

    /// Lets messages that were given up wait again, with the row of the audit that says so. Called by the writer alone.
    pub(in crate::embedded) fn redeliver(
        &self,
        application: u32,
        hook: &str,
        again: Vec<Waiting>,
        (audit_key, said): (Vec<u8>, Vec<u8>),
    ) -> Result<u64, StoreError> {
        let line = line_of(application, hook);
        let mut queues = self.queues.lock();
        let mut batch = self.disk.database.batch().durability(Some(PersistMode::SyncData));
        for waiting in &again {
            batch.remove(self.rows(), given_up_key(application, waiting.number));
            batch.insert(self.rows(), waiting_key(line, waiting.number), encode_waiting(waiting));
        }
        batch.insert(&self.disk.office, audit_key, said);
        batch.commit().map_err(failed)?;
        let n = again.len() as u64;
        uncount(&mut queues, line, n);
        let queue = queues.by_line.entry(line).or_default();
        again.into_iter().for_each(|waiting| queue.put(waiting));
        Ok(n)
    }
}
