//! Tags: keyed hashes of what accounts, devices and addresses are called, one key an application.
//!
//! Whoever has the disk without the master key can neither read a name from a tag nor try names against it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use parking_lot::RwLock;
use rightful_domain::{AccountId, ApplicationId, DeviceId, Event, Lesson, Subnet, Tag};
use zeroize::Zeroizing;

use crate::MasterKey;

/// Applications whose keys are kept; beyond, all are made anew, at a hash each.
const APPLICATIONS_KEPT_MAX: usize = 10_000;

/// Makes taggers.
pub(super) struct Taggers {
    root: Zeroizing<[u8; 32]>,
    kept: RwLock<HashMap<ApplicationId, Arc<Tagger>>>,
}

/// Tags the names of one application.
pub(super) struct Tagger {
    key: Zeroizing<[u8; 32]>,
    /// The application in short: enough to skip others' rows, never to tell two applications apart for good.
    pub(super) short: u32,
}

impl Taggers {
    pub(super) fn new(master: &MasterKey) -> Self {
        Self { root: Zeroizing::new(master.derive("rightful 2026 tags")), kept: RwLock::default() }
    }

    pub(super) fn of(&self, application: &ApplicationId) -> Arc<Tagger> {
        if let Some(tagger) = self.kept.read().get(application) {
            return Arc::clone(tagger);
        }
        let key = *blake3::keyed_hash(&self.root, application.as_str().as_bytes()).as_bytes();
        let [a, b, c, d, ..] = *blake3::keyed_hash(&key, b"short").as_bytes();
        let tagger = Arc::new(Tagger { key: Zeroizing::new(key), short: u32::from_le_bytes([a, b, c, d]) });
        let mut kept = self.kept.write();
        if kept.len() >= APPLICATIONS_KEPT_MAX {
            kept.clear();
        }
        kept.insert(application.clone(), Arc::clone(&tagger));
        tagger
    }
}

impl Tagger {
    // The letter keeps an account and a device of the same name apart.
    fn tag(&self, letter: u8, name: &[u8]) -> Tag {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&[letter]);
        hasher.update(name);
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        Tag::new(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    pub(super) fn account(&self, account: &AccountId) -> Tag {
        self.tag(b'a', account.as_str().as_bytes())
    }

    pub(super) fn username(&self, username: &str) -> Tag {
        self.tag(b'u', username.as_bytes())
    }

    pub(super) fn device(&self, device: &DeviceId) -> Tag {
        self.tag(b'd', device.as_str().as_bytes())
    }

    pub(super) fn address(&self, subnet: Subnet) -> Tag {
        self.tag(b'i', &subnet.octets())
    }

    pub(super) fn model(&self, model: &str) -> Tag {
        self.tag(b'm', model.as_bytes())
    }

    /// Stands in for the subject of what has none.
    pub(super) fn nobody(&self) -> Tag {
        self.tag(b'n', b"")
    }

    /// What an event teaches. `account` is its subject: the account, or the username where there is none.
    pub(super) fn lesson(&self, event: &Event, account: Option<Tag>) -> Lesson {
        Lesson {
            event: event.id,
            at: event.at,
            account,
            device: event.device.id().map(|id| self.device(id)),
            address: event.network.subnet().map(|subnet| self.address(subnet)),
            model: event.device.model_key().map(|model| self.model(&model)),
        }
    }

    /// The key of an account's or a username's memory.
    pub(super) const fn subject_key(&self, tag: Tag) -> StateKey {
        StateKey { kind: StateKind::Subject, application: self.short, tag }
    }

    /// The key of a device's memory.
    pub(super) const fn device_key(&self, tag: Tag) -> StateKey {
        StateKey { kind: StateKind::Device, application: self.short, tag }
    }

    /// The key of an address's memory.
    pub(super) const fn address_key(&self, tag: Tag) -> StateKey {
        StateKey { kind: StateKind::Address, application: self.short, tag }
    }
}

/// What kind of thing has a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StateKind {
    /// An account, or a username: their tags never meet.
    Subject,
    /// A device.
    Device,
    /// An address.
    Address,
}

/// Whose memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StateKey {
    pub(super) kind: StateKind,
    pub(super) application: u32,
    pub(super) tag: Tag,
}

impl StateKey {
    /// As on disk: the tag first, so that shard after shard is the order of the bytes.
    pub(super) fn to_bytes(self) -> [u8; 13] {
        let letter = match self.kind {
            StateKind::Subject => b's',
            StateKind::Device => b'd',
            StateKind::Address => b'i',
        };
        let [a, b, c, d, e, f, g, h] = self.tag.get().to_be_bytes();
        let [i, j, k, l] = self.application.to_be_bytes();
        [a, b, c, d, e, f, g, h, letter, i, j, k, l]
    }
}

impl Hash for StateKey {
    fn hash<H: Hasher>(&self, to: &mut H) {
        // The tag is a keyed hash already, which nobody outside can choose.
        to.write_u64(self.tag.get());
    }
}

/// Takes a hash for what it is.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A map by state key.
pub(super) type ByStateKey<T> = HashMap<StateKey, T, BuildHasherDefault<Hashed>>;
/// A set of state keys.
pub(super) type StateKeys = std::collections::HashSet<StateKey, BuildHasherDefault<Hashed>>;
