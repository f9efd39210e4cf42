//! Tags: keyed hashes of what accounts, devices and addresses are called, one key an application.
//!
//! Whoever has the disk without the master key can neither read a name from a tag nor try names against it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::RwLock;
use rightful_domain::{
    AccountId, AddressKind, ApplicationId, Circumstances, CorrelationId, CredentialTag, DetailKind, DetailValue,
    Device, DeviceAliasKind, DeviceId, Enrichment, Entry, Event, Lesson, Level, News, Pii, Place, StepTag, Subnet,
    TOLD_ACCURACY_KM, Tag, Tagged,
};
use siphasher::sip::{SipHasher13, SipHasher24};
use zeroize::Zeroizing;

use super::imprint::tagged;
use crate::MasterKey;
use crate::record::{Numbered, PrivateTags};

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
    /// For the steps of circumstances: twenty an event, so a fast hash. It keeps others from choosing what collides.
    steps: SipHasher13,
    /// For what is on lists, a hash for each way in which an event may be on one, and for crowds.
    lists: SipHasher24,
    /// Stands for the population of the application.
    population: Tag,
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
        let tagger = Arc::new(Tagger::new(*blake3::keyed_hash(&self.root, application.as_str().as_bytes()).as_bytes()));
        let mut kept = self.kept.write();
        if kept.len() >= APPLICATIONS_KEPT_MAX {
            kept.clear();
        }
        kept.insert(application.clone(), Arc::clone(&tagger));
        tagger
    }
}

impl Tagger {
    fn new(key: [u8; 32]) -> Self {
        let [a, b, c, d, ..] = *blake3::keyed_hash(&key, b"short").as_bytes();
        let [first, second] = [b"steps 1", b"steps 2"].map(|half| {
            let [a, b, c, d, e, f, g, h, ..] = *blake3::keyed_hash(&key, half).as_bytes();
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        });
        let steps = SipHasher13::new_with_keys(first, second);
        let [first, second] = [b"lists 1", b"lists 2"].map(|half| {
            let [a, b, c, d, e, f, g, h, ..] = *blake3::keyed_hash(&key, half).as_bytes();
            u64::from_le_bytes([a, b, c, d, e, f, g, h])
        });
        let lists = SipHasher24::new_with_keys(first, second);
        let short = u32::from_le_bytes([a, b, c, d]);
        let tagger = Self { key: Zeroizing::new(key), steps, lists, population: Tag::new(0), short };
        Self { population: tagger.tag(b'o', b""), ..tagger }
    }

    // The letter keeps an account and a device of the same name apart.
    fn tag(&self, letter: u8, name: &[u8]) -> Tag {
        self.tag_of(&[letter], name)
    }

    fn tag_of(&self, letters: &[u8], name: &[u8]) -> Tag {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(letters);
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

    /// A device by its name.
    pub(super) fn device(&self, device: &DeviceId) -> Tag {
        self.tag(b'd', device.as_str().as_bytes())
    }

    /// The device of an event of that account. One that is known by its likeness alone is another on each account, since
    /// alike devices share it: a common phone is not one device of thousands of accounts. Without an account it is none.
    pub(super) fn device_of(&self, device: &Device, account: Option<&AccountId>) -> Option<Tag> {
        let alias = device.alias()?;
        match alias.kind {
            DeviceAliasKind::Vendor | DeviceAliasKind::Signed => Some(self.device(&alias.id)),
            DeviceAliasKind::Likeness => {
                let [a, b, c, d, e, f, g, h] = self.account(account?).get().to_le_bytes();
                Some(self.tag_of(&[b'l', a, b, c, d, e, f, g, h], alias.id.as_str().as_bytes()))
            }
        }
    }

    pub(super) fn address(&self, subnet: Subnet) -> Tag {
        self.tag(b'i', &subnet.octets())
    }

    /// What the caller calls several events that belong together.
    pub(super) fn correlation(&self, correlation: &CorrelationId) -> Tag {
        self.tag(b'c', correlation.as_str().as_bytes())
    }

    pub(super) fn model(&self, model: &str) -> Tag {
        self.tag(b'm', model.as_bytes())
    }

    /// Stands in for the subject of what has none.
    pub(super) fn nobody(&self) -> Tag {
        self.tag(b'n', b"")
    }

    // Crowds live in RAM, so that a fast hash will do; as with lists, its key keeps others from choosing what collides.
    fn crowd(&self, letter: u8, name: &[u8]) -> Tag {
        Tag::new(self.listed(&[letter], name))
    }

    /// The network of an address, as crowds see it: IPv4 /24, IPv6 /48.
    pub(super) fn net(&self, ip: IpAddr) -> Tag {
        match ip {
            IpAddr::V4(ip) => {
                let [a, b, c, _] = ip.octets();
                self.crowd(b'r', &[a, b, c])
            }
            IpAddr::V6(ip) => {
                let [a, b, c, d, e, f, ..] = ip.octets();
                self.crowd(b'r', &[a, b, c, d, e, f])
            }
        }
    }

    /// A whole agent string.
    pub(super) fn agent(&self, agent: &str) -> Tag {
        self.crowd(b'g', agent.as_bytes())
    }

    /// A device, as one that money moves from.
    pub(super) fn paying_device(&self, device: &DeviceId) -> Tag {
        self.crowd(b'd', device.as_str().as_bytes())
    }

    /// An address, as one that money moves from.
    pub(super) fn paying_address(&self, subnet: Subnet) -> Tag {
        self.crowd(b'i', &subnet.octets())
    }

    /// A password, as its tags of the day and of the day before. For RAM only.
    pub(super) fn password(&self, CredentialTag { of_day, of_day_before }: CredentialTag) -> [Tag; 2] {
        [of_day, of_day_before].map(|tag| self.crowd(b'w', &tag.to_le_bytes()))
    }

    /// The tags of what is people's data in an event: once it is sealed, they can no longer be made.
    pub(super) fn private(&self, event: &Event) -> PrivateTags {
        // Opened to be hashed.
        let tag =
            |letter, name: &Option<Pii<Box<str>>>| name.as_ref().map(|it| self.tag(letter, it.reveal().as_bytes()));
        let payment = event.payment.as_ref();
        PrivateTags {
            username: event.username.as_ref().map(|name| self.username(name.reveal())),
            payee: payment.and_then(|paid| tag(b'p', &paid.payee).or_else(|| tag(b'p', &paid.counterparty))),
            payment_method: payment.and_then(|paid| tag(b'c', &paid.method_id)),
            details: event.details().map(|(kind, value)| (kind, self.detail(event, kind, &value))).collect(),
        }
    }

    /// The tag of a detail of an event's account: of what is not kept, one of the event's own, since it is another each
    /// time.
    fn detail(&self, event: &Event, kind: DetailKind, value: &DetailValue) -> Tag {
        let canonical = value.canonical();
        let said = canonical.as_ref().map_or(&event.id.as_bytes()[..], |text| text.as_bytes());
        self.tag_of(&[b'v', kind.number()], said)
    }

    /// The same, of what was recalled before it was recorded.
    pub(super) fn private_of(&self, entry: &Entry) -> PrivateTags {
        match tagged(entry) {
            Some(Tagged { username, lesson, details }) => {
                let Lesson { payee, payment_method, .. } = *lesson;
                PrivateTags { username: *username, payee, payment_method, details: details.clone() }
            }
            None => self.private(&entry.event),
        }
    }

    /// The tag of what may be on a list. `kind` tells apart what is spelled alike, and has one length for each first byte.
    pub(super) fn listed(&self, kind: &[u8], value: &[u8]) -> u64 {
        let mut hasher = self.lists;
        hasher.write(kind);
        hasher.write(value);
        hasher.finish()
    }

    /// Stands for the application before all that is kept of its lists.
    pub(super) fn lists_owner(&self) -> u64 {
        self.tag(b'q', b"").get()
    }

    fn step(&self, level: Level, parent: u32, value: &[u8]) -> StepTag {
        let hash = self.step_hash(level, parent, value);
        // The low half, or the high one where that is nothing.
        let tag = StepTag::new(hash as u32).or_else(|| StepTag::new((hash >> 32) as u32));
        tag.unwrap_or(StepTag::MIN)
    }

    /// Of the level, its parent and its value, one after the other. Short ones are put together first: hashing one piece
    /// takes half as long as hashing two.
    fn step_hash(&self, level: Level, parent: u32, value: &[u8]) -> u64 {
        const SHORT_MAX: usize = 40;
        let [a, b, c, d] = parent.to_le_bytes();
        let head = [level as u8, a, b, c, d];
        let mut whole = [0; SHORT_MAX];
        let Some(short) = whole.get_mut(..head.len() + value.len()) else {
            let mut hasher = self.steps;
            hasher.write(&head);
            hasher.write(value);
            return hasher.finish();
        };
        let (first, rest) = short.split_at_mut(head.len());
        first.copy_from_slice(&head);
        rest.copy_from_slice(value);
        self.steps.hash(short)
    }

    /// The circumstances of an event, in tags.
    pub(super) fn circumstances(&self, event: &Event, enrichment: &Enrichment) -> Circumstances {
        Circumstances::of(event, enrichment, |level, parent, value| self.step(level, parent, value))
    }

    /// What an event teaches. `account` is its account, or the one that its username leads to; `subject` that account's tag,
    /// or the username's where there is none.
    pub(super) fn lesson(
        &self,
        event: &Event,
        enrichment: &Enrichment,
        private: &PrivateTags,
        news: News,
        account: Option<&AccountId>,
        subject: Option<Tag>,
    ) -> Lesson {
        Lesson {
            event: event.id,
            at: event.at,
            account: subject,
            device: self.device_of(&event.device, account),
            address: event.network.subnet().map(|subnet| self.address(subnet)),
            model: event.device.model_key().map(|model| self.model(&model)),
            payee: private.payee,
            payment_method: private.payment_method,
            place: place_of(event, enrichment),
            circumstances: self.circumstances(event, enrichment),
            news,
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

    /// The key of what all accounts of the application do.
    pub(super) const fn population_key(&self) -> StateKey {
        StateKey { kind: StateKind::Population, application: self.short, tag: self.population }
    }
}

/// Where an event was, if its network does not hide that: as the data sets place its address, or else as it says itself.
fn place_of(event: &Event, enrichment: &Enrichment) -> Option<Place> {
    if enrichment.hides_place() || enrichment.address == Some(AddressKind::CarrierNat) {
        return None;
    }
    let network = enrichment.coordinates.filter(|_| enrichment.address == Some(AddressKind::Public));
    let network = network.map(|place| (place, enrichment.accuracy_km));
    let (coordinates, accuracy_km) =
        network.or_else(|| event.told_place().map(|place| (place, Some(TOLD_ACCURACY_KM))))?;
    Some(Place { coordinates, accuracy_km, at: event.at })
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
    /// All accounts of an application.
    Population,
    /// What aggregates count of one key; its application is the series' number.
    Series,
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
            StateKind::Population => b'p',
            StateKind::Series => b'g',
        };
        let [a, b, c, d, e, f, g, h] = self.tag.get().to_be_bytes();
        let [i, j, k, l] = self.application.to_be_bytes();
        [a, b, c, d, e, f, g, h, letter, i, j, k, l]
    }

    /// The same of a subject, read back; None if it is none.
    pub(super) fn subject_of_bytes(bytes: [u8; 13]) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, letter, i, j, k, l] = bytes;
        let tag = Tag::new(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        let application = u32::from_be_bytes([i, j, k, l]);
        (letter == b's').then_some(Self { kind: StateKind::Subject, application, tag })
    }
}

impl Hash for StateKey {
    fn hash<H: Hasher>(&self, to: &mut H) {
        // The tag is a keyed hash already, which nobody outside can choose.
        to.write_u64(self.tag.get());
    }
}

/// Takes a hash for what it is, and spreads it.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        // A map tells keys of one bucket apart by the hash's high bits, which choose the shard: as they are, they would be
        // the same for all, and half of what stands near a key would have to be looked at to find it.
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
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
