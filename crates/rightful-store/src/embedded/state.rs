//! What every key remembers, in RAM: sharded, loaded when missed, written behind by the checkpoint.
//!
//! Two invariants. A state says up to which row of the ledger it has learned, and learns from later rows only, in their
//! order. A state leaves RAM only when what is on disk is the same; only the checkpoint lets states go.

use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use fjall::Keyspace;
use parking_lot::Mutex;
use rightful_domain::{AccountId, Blank, Depth, Population, Profile, Sparse, Window};

use super::belongings::Belongings;
use super::disk::failed;
use super::latest_device::LatestDevice;
use super::tags::{ByStateKey, StateKey, StateKind};
use crate::StoreError;
use crate::record::{Undecodable, decode_state, encode_state};

/// The most states kept in RAM when all is written: at some 510 bytes each with all that lies behind them, about 200 MB.
pub(super) const STATES_KEPT_MAX: usize = 400_000;
/// The most series kept in RAM when all is written: at some 500 bytes each for the first events, about 100 MB.
pub(super) const SERIES_KEPT_MAX: usize = 200_000;
/// Marks of a window that weigh as much as one state.
const MARKS_PER_STATE: usize = 8;
/// Devices and details of an account that weigh as much as one state.
const BELONGINGS_PER_STATE: usize = 8;
/// Values of a population that weigh as much as one state.
const VALUES_PER_STATE: usize = 24;
/// Locks: enough that threads rarely meet.
const SHARDS: usize = 64;

/// What one account, username, device or address remembers. With its key and two marks it fills a cache line, which is what
/// finding a key among millions then reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// The last row of the ledger that it has learned from.
    pub(crate) applied: u64,
    pub(crate) profile: Arc<Profile>,
    pub(crate) window: Window,
    /// What devices and addresses have none of.
    pub(crate) more: Sparse<More>,
}

/// What only accounts, usernames and applications remember.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct More {
    /// Accounts: the device of the last successful login.
    pub(crate) latest_device: Option<LatestDevice>,
    /// Usernames: the account that it last belonged to.
    pub(crate) alias: Option<AccountId>,
    /// Applications: what all accounts do.
    pub(crate) population: Option<Box<Population>>,
    /// Accounts: its devices and details.
    pub(crate) belongings: Belongings,
}

impl Blank for More {
    fn blank() -> &'static Self {
        static BLANK: LazyLock<More> = LazyLock::new(More::default);
        &BLANK
    }
}

/// What has learned nothing: one for all, since most usernames and many addresses never do.
static EMPTY: LazyLock<Arc<Profile>> = LazyLock::new(Arc::default);

impl Default for State {
    fn default() -> Self {
        Self { applied: 0, profile: Arc::clone(&EMPTY), window: Window::default(), more: Sparse::default() }
    }
}

/// What one key remembers, as it is kept in RAM and on disk.
pub(super) trait Stored: Default {
    /// How many small ones it weighs as much as.
    fn weight(&self) -> usize;

    fn to_bytes(&self) -> Vec<u8>;

    fn of_bytes(bytes: &[u8]) -> Result<Self, Undecodable>;

    /// Reads a little of all that they remember (see [`Profile::glance`]).
    fn glance(some: &[Option<&Self>]);
}

impl State {
    fn glance_at(&self, depth: Depth) -> u32 {
        let More { latest_device, alias, population: _, belongings } = &*self.more;
        let own = match depth {
            Depth::Itself => {
                let ends = [latest_device.is_some(), belongings.rolled_back_to.is_some()].map(u32::from);
                ends.into_iter().fold(self.window.glance(), |all, end| all ^ end)
            }
            Depth::Behind => {
                let told = latest_device.as_ref().map_or(0, LatestDevice::glance);
                let name = alias.as_ref().map_or(0, |alias| u32::from(alias.as_str().starts_with('_')));
                belongings.devices.iter().fold(told ^ name, |all, device| all ^ u32::from(device.is_known()))
            }
            Depth::Last => 0,
        };
        own ^ self.profile.glance(depth)
    }
}

impl Stored for State {
    fn weight(&self) -> usize {
        let More { population, belongings, .. } = &*self.more;
        let n_values = population.as_ref().map_or(0, |population| population.values.len());
        let n_belongings = belongings.devices.len() + belongings.details.len();
        let many = n_values / VALUES_PER_STATE + n_belongings / BELONGINGS_PER_STATE;
        1 + self.window.marks().len() / MARKS_PER_STATE + many
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode_state(self)
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, Undecodable> {
        decode_state(bytes)
    }

    fn glance(some: &[Option<&Self>]) {
        let all =
            Depth::ALL.into_iter().flat_map(|depth| some.iter().flatten().map(move |state| state.glance_at(depth)));
        std::hint::black_box(all.fold(0, |all, one| all ^ one));
    }
}

struct Resident<S> {
    state: S,
    /// It is on the shard's list of what must be written.
    dirty: bool,
    /// It was used since the last sweep.
    used: bool,
}

struct Shard<S> {
    residents: ByStateKey<Resident<S>>,
    dirty: Vec<StateKey>,
    /// Counted up when anything leaves, so that what was read from disk before is not taken for news.
    n_left: u64,
}

impl<S> Default for Shard<S> {
    fn default() -> Self {
        Self { residents: ByStateKey::default(), dirty: Vec::new(), n_left: 0 }
    }
}

/// The memory of every key.
pub(super) struct States<S = State> {
    shards: Box<[Mutex<Shard<S>>]>,
    /// None where nothing is written: then everything stays in RAM.
    disk: Option<Keyspace>,
    n_kept: AtomicUsize,
    n_dirty: AtomicUsize,
    kept_max: usize,
}

/// Whether a state was changed by what was done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Changed,
    Same,
}

impl<S: Stored> States<S> {
    pub(super) fn new(disk: Option<Keyspace>, kept_max: usize) -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, disk, n_kept: AtomicUsize::new(0), n_dirty: AtomicUsize::new(0), kept_max }
    }

    fn shard(&self, key: StateKey) -> &Mutex<Shard<S>> {
        // The high bits: the low ones choose the bucket inside the shard's map, and shards are in the order of tags.
        let place = usize::try_from(key.tag.get() >> 58).unwrap_or_default() % SHARDS;
        self.shards.get(place).expect("a remainder by the number of shards is the place of one")
    }

    /// Has what several keys remember come from far memory at once, rather than key after key as judging comes to them:
    /// for nothing but that, so whoever finds one locked goes without, and nobody waits while holding another.
    pub(super) fn glance<const N: usize>(&self, keys: [Option<StateKey>; N]) {
        // Locked before any is looked for: taking a lock waits for what was read before.
        let locked = keys.map(|key| key.and_then(|key| Some((self.shard(key).try_lock()?, key))));
        let found = locked.each_ref().map(|locked| {
            let (shard, key) = locked.as_ref()?;
            shard.residents.get(key).map(|resident| &resident.state)
        });
        S::glance(&found);
    }

    /// Does something with a state, alone. Short: others wait for it.
    pub(super) fn with<R>(&self, key: StateKey, act: impl FnOnce(&mut S) -> (R, Change)) -> Result<R, StoreError> {
        let mut loaded: Option<(S, u64)> = None;
        loop {
            let mut shard = self.shard(key).lock();
            let Shard { residents, dirty, n_left } = &mut *shard;
            let resident = match residents.entry(key) {
                Entry::Occupied(found) => found.into_mut(),
                Entry::Vacant(place) => match loaded.take().filter(|(_, then)| then == n_left) {
                    Some((state, _)) => {
                        self.n_kept.fetch_add(1, Ordering::Relaxed);
                        place.insert(Resident { state, dirty: false, used: true })
                    }
                    None => {
                        let then = *n_left;
                        drop(shard);
                        loaded = Some((self.load(key)?, then));
                        continue;
                    }
                },
            };
            let (result, change) = act(&mut resident.state);
            resident.used = true;
            if change == Change::Changed && !resident.dirty && self.disk.is_some() {
                resident.dirty = true;
                dirty.push(key);
                self.n_dirty.fetch_add(1, Ordering::Relaxed);
            }
            return Ok(result);
        }
    }

    fn load(&self, key: StateKey) -> Result<S, StoreError> {
        let stored = self.disk.as_ref().map(|disk| disk.get(key.to_bytes())).transpose().map_err(failed)?;
        match stored.flatten() {
            Some(bytes) => S::of_bytes(&bytes)
                .map_err(|cause| StoreError::Corrupt { what: format!("the memory of a key: {}", cause.0) }),
            None => Ok(S::default()),
        }
    }

    /// States that must be written.
    pub(super) fn n_dirty(&self) -> usize {
        self.n_dirty.load(Ordering::Relaxed)
    }

    /// True if there are more states than shall be kept.
    pub(super) fn is_full(&self) -> bool {
        self.n_kept.load(Ordering::Relaxed) > self.kept_max
    }

    /// Gives the bytes of everything that must be written, in the order of the keys' bytes. What is changed meanwhile is
    /// written next time.
    pub(super) fn take_dirty(
        &self,
        mut write: impl FnMut(StateKey, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for shard in &self.shards {
            let mut keys = std::mem::take(&mut shard.lock().dirty);
            keys.sort_unstable_by_key(|key| key.to_bytes());
            for key in keys {
                // One lock a state: a login that waits here waits for one state's bytes.
                let mut shard = shard.lock();
                let resident = shard.residents.get_mut(&key).expect("what is dirty stays until it is written");
                resident.dirty = false;
                let bytes = resident.state.to_bytes();
                drop(shard);
                self.n_dirty.fetch_sub(1, Ordering::Relaxed);
                write(key, bytes)?;
            }
        }
        Ok(())
    }

    /// Lets go of states until few enough are kept, those not used since the last sweep first. To be called by the checkpoint only, when it has written all it took: what is clean is then on disk.
    pub(super) fn let_go(&self) {
        let kept_max = self.kept_max / SHARDS;
        // Some room, or the next login would ask for the next checkpoint.
        let kept = kept_max / 4 * 3;
        for shard in &self.shards {
            let mut shard = shard.lock();
            let mut weight: usize = shard.residents.values().map(|resident| resident.state.weight()).sum();
            if weight <= kept_max {
                continue;
            }
            let before = shard.residents.len();
            for only_unused in [true, false] {
                shard.residents.retain(|_, resident| {
                    let goes = weight > kept && !resident.dirty && !(only_unused && resident.used);
                    if goes {
                        weight -= resident.state.weight();
                    }
                    resident.used = false;
                    !goes
                });
            }
            let n_gone = before - shard.residents.len();
            shard.n_left += 1;
            self.n_kept.fetch_sub(n_gone, Ordering::Relaxed);
        }
    }
}

impl States {
    /// The length of the stored form of each state in RAM of a kind; names that only lead to others are left out.
    pub(super) fn bytes_of(&self, kind: StateKind) -> Vec<usize> {
        let mut bytes = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock();
            let of_kind = shard
                .residents
                .iter()
                .filter(|(key, resident)| key.kind == kind && resident.state.more.alias.is_none());
            bytes.extend(of_kind.map(|(_, resident)| encode_state(&resident.state).len()));
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_what_it_remembers_fill_a_cache_line() {
        // A table of millions has a quarter of its places empty: what stands in it is paid for with them.
        assert_eq!(size_of::<(StateKey, Resident<State>)>(), 64);
        assert!(size_of::<More>() <= 88, "{}", size_of::<More>());
    }
}
