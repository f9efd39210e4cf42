//! The keys of people's data: one a subject, stored sealed, kept open in RAM while in use.

use std::sync::Arc;

use fjall::Keyspace;
use parking_lot::Mutex;

use super::disk::failed;
use super::tags::{ByStateKey, StateKey, StateKeys};
use crate::seal::SubjectKey;
use crate::{MasterKey, Nonces, StoreError};

/// The most keys kept open: a hundred bytes each.
const KEYS_KEPT_MAX: usize = 200_000;
/// Locks.
const SHARDS: usize = 16;

struct Kept {
    key: SubjectKey,
    /// The sealed key, until it is stored.
    unsaved: Option<Arc<[u8]>>,
}

/// The keys of people's data.
pub(super) struct Subjects {
    master: Arc<MasterKey>,
    nonces: Arc<Nonces>,
    disk: Keyspace,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    kept: ByStateKey<Kept>,
    /// Subjects whose key is being erased: what is on disk is not theirs any more.
    erased: StateKeys,
}

/// A key that is not stored yet, to be written with the first row that needs it.
#[derive(Clone)]
pub(super) struct NewKey {
    pub(super) subject: StateKey,
    pub(super) sealed: Arc<[u8]>,
}

impl Subjects {
    pub(super) fn new(master: Arc<MasterKey>, nonces: Arc<Nonces>, disk: Keyspace) -> Self {
        Self { master, nonces, disk, shards: Default::default() }
    }

    fn shard(&self, subject: StateKey) -> &Mutex<Shard> {
        let place = usize::try_from(subject.tag.get() >> 58).unwrap_or_default() % SHARDS;
        self.shards.get(place).expect("a remainder by the number of shards is the place of one")
    }

    /// The key to seal a subject's data with, made if there is none.
    pub(super) fn to_seal(&self, subject: StateKey) -> Result<(SubjectKey, Option<NewKey>), StoreError> {
        let mut shard = self.shard(subject).lock();
        if let Some(kept) = shard.kept.get(&subject) {
            let new = kept.unsaved.clone().map(|sealed| NewKey { subject, sealed });
            return Ok((kept.key.clone(), new));
        }
        let stored = if shard.erased.contains(&subject) { None } else { self.stored(subject)? };
        let (key, unsaved) = match stored {
            Some(key) => (key, None),
            None => {
                let key = self.nonces.draw_key();
                let sealed: Arc<[u8]> = key.seal_under(&self.master, &self.nonces).into();
                (key, Some(sealed))
            }
        };
        if shard.kept.len() >= KEYS_KEPT_MAX / SHARDS {
            shard.kept.retain(|_, kept| kept.unsaved.is_some());
        }
        shard.kept.insert(subject, Kept { key: key.clone(), unsaved: unsaved.clone() });
        Ok((key, unsaved.map(|sealed| NewKey { subject, sealed })))
    }

    /// The key to open a subject's data with; None if it was erased.
    pub(super) fn to_open(&self, subject: StateKey) -> Result<Option<SubjectKey>, StoreError> {
        let shard = self.shard(subject).lock();
        let kept = shard.kept.get(&subject).map(|kept| kept.key.clone());
        let is_erased = shard.erased.contains(&subject);
        drop(shard);
        if kept.is_some() || is_erased { Ok(kept) } else { self.stored(subject) }
    }

    fn stored(&self, subject: StateKey) -> Result<Option<SubjectKey>, StoreError> {
        let Some(sealed) = self.disk.get(subject.to_bytes()).map_err(failed)? else { return Ok(None) };
        let key = SubjectKey::open_under(&self.master, &sealed);
        key.map(Some).map_err(|_| StoreError::Corrupt { what: "the key of a subject's data".to_owned() })
    }

    /// Notes that a subject's key is stored.
    pub(super) fn saved(&self, subject: StateKey) {
        if let Some(kept) = self.shard(subject).lock().kept.get_mut(&subject) {
            kept.unsaved = None;
        }
    }

    /// Whether a key that was to be stored still is its subject's: it is not if the subject was erased since.
    pub(super) fn is_wanted(&self, new: &NewKey) -> bool {
        let shard = self.shard(new.subject).lock();
        let unsaved = shard.kept.get(&new.subject).and_then(|kept| kept.unsaved.as_ref());
        unsaved.is_some_and(|sealed| Arc::ptr_eq(sealed, &new.sealed))
    }

    /// Forgets a subject's key: from now on another is drawn. What is on disk is for the caller to remove, and to tell
    /// when that is done.
    pub(super) fn forget(&self, subject: StateKey) {
        let mut shard = self.shard(subject).lock();
        shard.kept.remove(&subject);
        shard.erased.insert(subject);
    }

    /// Notes that a forgotten key is gone from the disk, too.
    pub(super) fn removed(&self, subject: StateKey) {
        self.shard(subject).lock().erased.remove(&subject);
    }
}
