//! The roll of an application: who is on which of its lists, in RAM, by tags alone.
//!
//! One place in a table for each entry: 17 bytes, and with the room that a table keeps free 20 to 39. A look-up hashes each
//! subject once and reads one place for it; of an address, once for each length of prefix in use. Changes are made in place,
//! and a table is cut into shards, so that one that grows keeps a login waiting for microseconds.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasherDefault;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use rightful_domain::{
    AccountId, ApplicationId, DeviceAliasKind, Enrichment, Event, List, ListEffect, ListNetwork, ListSubject, Listed,
    OnList, Timestamp, country_spellings, email_domain, innermost_address, with_parents,
};

use super::tags::{Hashed, Tagger};

/// Tables that an application's entries are spread over.
const SHARDS: usize = 256;
/// Lengths of prefixes: 0 to 32 and 0 to 128.
const N_PREFIXES: usize = 33 + 129;
/// The bits of a place that hold the list's number.
const NUMBER_BITS: u32 = 8;
/// The last moment that a place has room for: the year 3111.
const NEVER: u64 = u64::MAX >> (NUMBER_BITS + 1);

/// A list's number in its application.
pub(super) type Number = u8;
/// A value's tag: of what it is as well as how it is called.
pub(super) type ValueTag = u64;

/// An entry's list, and when it expires, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u64);

impl Place {
    fn new(number: Number, expires_at: Option<Timestamp>) -> Self {
        let micros = expires_at.map_or(NEVER, |at| u64::try_from(at.as_micros()).unwrap_or(0).min(NEVER));
        Self(micros << NUMBER_BITS | u64::from(number))
    }

    fn number(self) -> Number {
        let [.., number] = self.0.to_be_bytes();
        number
    }

    fn lives(self, now: Timestamp) -> bool {
        let micros = self.0 >> NUMBER_BITS;
        micros == NEVER || i64::try_from(micros).is_ok_and(|micros| now.as_micros() < micros)
    }
}

type ByTag<T> = HashMap<ValueTag, T, BuildHasherDefault<Hashed>>;

#[derive(Default)]
struct Shard {
    places: ByTag<Place>,
    /// Of values that are on several lists, all places but the first.
    more: ByTag<Vec<Place>>,
}

impl Shard {
    fn each(&self, tag: ValueTag, mut see: impl FnMut(Place)) {
        let Some(first) = self.places.get(&tag) else { return };
        see(*first);
        if !self.more.is_empty() {
            self.more.get(&tag).into_iter().flatten().for_each(|place| see(*place));
        }
    }

    fn put(&mut self, tag: ValueTag, place: Place) {
        let Some(first) = self.places.get_mut(&tag) else {
            self.places.insert(tag, place);
            return;
        };
        if first.number() == place.number() {
            *first = place;
            return;
        }
        let others = self.more.entry(tag).or_default();
        match others.iter_mut().find(|other| other.number() == place.number()) {
            Some(other) => *other = place,
            None => others.push(place),
        }
    }

    fn take(&mut self, tag: ValueTag, number: Number) {
        let is_first = self.places.get(&tag).is_some_and(|first| first.number() == number);
        let Some(others) = self.more.get_mut(&tag) else {
            if is_first {
                self.places.remove(&tag);
            }
            return;
        };
        if is_first {
            // There is another, or there would be no others.
            if let Some(next) = others.pop() {
                self.places.insert(tag, next);
            }
        } else {
            others.retain(|other| other.number() != number);
        }
        if others.is_empty() {
            self.more.remove(&tag);
        }
    }
}

/// A list as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) list: Arc<List>,
    pub(super) n_entries: u64,
}

/// The roll of one application.
pub(super) struct Roll {
    tagger: Arc<Tagger>,
    lists: RwLock<BTreeMap<Number, Kept>>,
    shards: Box<[RwLock<Shard>]>,
    /// Entries by subject: what no list is of is not looked up.
    n_of: [AtomicU64; ListSubject::ALL.len()],
    /// Entries by length of prefix.
    n_prefixed: [AtomicU64; N_PREFIXES],
    /// Held by who changes it.
    pub(super) changing: Mutex<()>,
}

/// Which counter of prefixes; None for what is no network.
const fn place_of_prefix(is_v4: bool, bits: u8) -> usize {
    if is_v4 { bits as usize } else { 33 + bits as usize }
}

/// What a value is in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tagged {
    pub(super) tag: ValueTag,
    /// Its place among the prefixes, and [`NO_PREFIX`] for what is no network.
    pub(super) prefix: u8,
}

/// The prefix of what is no network.
pub(super) const NO_PREFIX: u8 = u8::MAX;

impl Roll {
    fn new(tagger: Arc<Tagger>) -> Self {
        Self {
            tagger,
            lists: RwLock::default(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
            n_of: std::array::from_fn(|_| AtomicU64::new(0)),
            n_prefixed: std::array::from_fn(|_| AtomicU64::new(0)),
            changing: Mutex::new(()),
        }
    }

    fn shard(&self, tag: ValueTag) -> &RwLock<Shard> {
        let [high, ..] = tag.to_be_bytes();
        self.shards.get(usize::from(high)).expect("there are as many shards as a byte has values")
    }

    /// The tag of a value in its one spelling.
    pub(super) fn tagged(&self, of: ListSubject, value: &str) -> Tagged {
        if of == ListSubject::Address
            && let Ok(network) = ListNetwork::parse(value)
        {
            let prefix = place_of_prefix(network.first().is_ipv4(), network.bits());
            return Tagged { tag: self.network(network), prefix: u8::try_from(prefix).unwrap_or(NO_PREFIX) };
        }
        Tagged { tag: self.named(of, value), prefix: NO_PREFIX }
    }

    fn named(&self, of: ListSubject, value: &str) -> ValueTag {
        self.tagger.listed(&[of as u8], value.as_bytes())
    }

    fn network(&self, network: ListNetwork) -> ValueTag {
        let of = ListSubject::Address as u8;
        match network.first() {
            IpAddr::V4(ip) => self.tagger.listed(&[of, 4, network.bits()], &ip.octets()),
            IpAddr::V6(ip) => self.tagger.listed(&[of, 6, network.bits()], &ip.octets()),
        }
    }

    /// The networks around an address that a list may name, by the lengths of prefix in use.
    fn networks(&self, ip: IpAddr) -> impl Iterator<Item = ListNetwork> {
        let ip = ip.to_canonical();
        let is_v4 = ip.is_ipv4();
        let lengths = 0..=(if is_v4 { 32_u8 } else { 128 });
        let is_used = move |bits: &u8| {
            let counter = self.n_prefixed.get(place_of_prefix(is_v4, *bits));
            counter.is_some_and(|n| n.load(Ordering::Relaxed) > 0)
        };
        lengths.filter(is_used).map(move |bits| ListNetwork::of(ip, bits))
    }

    fn has(&self, of: ListSubject) -> bool {
        self.n_of.get(of as usize).is_some_and(|n| n.load(Ordering::Relaxed) > 0)
    }

    fn each(&self, tag: ValueTag, now: Timestamp, mut see: impl FnMut(Number)) {
        self.shard(tag).read().each(tag, |place| {
            if place.lives(now) {
                see(place.number());
            }
        });
    }

    /// The lists that something is on, with the tag of the entry, as an event would be.
    pub(super) fn look_up(&self, of: ListSubject, value: &str, now: Timestamp) -> Vec<(ValueTag, Number)> {
        let mut found = Vec::new();
        let mut see = |tag: ValueTag| self.each(tag, now, |number| found.push((tag, number)));
        match of {
            ListSubject::Address => match ListNetwork::parse(value) {
                Ok(network) => {
                    let is_around = |around: &ListNetwork| around.bits() <= network.bits();
                    self.networks(network.first()).filter(is_around).for_each(|around| see(self.network(around)));
                }
                Err(_) => return found,
            },
            ListSubject::EmailDomain => with_parents(value).for_each(|domain| see(self.named(of, domain))),
            ListSubject::Account
            | ListSubject::Device
            | ListSubject::Asn
            | ListSubject::Country
            | ListSubject::Payee
            | ListSubject::Event => see(self.named(of, value)),
        }
        found
    }

    /// Which lists an event is on. A device that gives an unsigned name is let in by no list: it would let in all who copy
    /// the name.
    fn listed(&self, event: &Event, enrichment: &Enrichment, account: Option<&AccountId>, now: Timestamp) -> Listed {
        let mut numbers: Vec<(Number, bool)> = Vec::new();
        let mut see = |tag: ValueTag, is_believed: bool| {
            self.each(tag, now, |number| numbers.push((number, is_believed)));
        };
        if let Some(account) = account.filter(|_| self.has(ListSubject::Account)) {
            see(self.named(ListSubject::Account, account.as_str()), true);
        }
        if self.has(ListSubject::Device) {
            for alias in &event.device.aliases {
                see(self.named(ListSubject::Device, alias.id.as_str()), alias.kind == DeviceAliasKind::Signed);
            }
        }
        if let Some(ip) = event.network.ip.filter(|_| self.has(ListSubject::Address)) {
            self.networks(ip).for_each(|network| see(self.network(network), true));
            // What is blocked is blocked behind a translator or a tunnel, too; it lets nobody in.
            let inner = Some(innermost_address(ip)).filter(|inner| *inner != ip.to_canonical());
            inner
                .into_iter()
                .flat_map(|inner| self.networks(inner))
                .for_each(|around| see(self.network(around), false));
        }
        if let Some(asn) = enrichment.asn.filter(|_| self.has(ListSubject::Asn)) {
            see(self.named(ListSubject::Asn, &asn.to_string()), true);
        }
        if let Some(country) = enrichment.country.filter(|_| self.has(ListSubject::Country)) {
            let two = if country.as_str().len() == 2 { None } else { country_spellings(country.as_str()) };
            see(self.named(ListSubject::Country, two.map_or(country, |[two, _]| two).as_str()), true);
        }
        if self.has(ListSubject::EmailDomain) {
            // Opened to be hashed.
            let contacts = [event.username.as_ref(), event.person.email.as_ref()];
            for domain in contacts.into_iter().flatten().filter_map(|contact| email_domain(contact.reveal())) {
                with_parents(&domain).for_each(|domain| see(self.named(ListSubject::EmailDomain, domain), true));
            }
        }
        if let Some(payment) = event.payment.as_ref().filter(|_| self.has(ListSubject::Payee)) {
            // Opened to be hashed.
            for payee in [&payment.payee, &payment.counterparty].into_iter().flatten() {
                see(self.named(ListSubject::Payee, payee.reveal()), true);
            }
        }
        if numbers.is_empty() {
            return Listed::default();
        }
        let lists = self.lists.read();
        let holds = |list: &List, is_believed: bool| is_believed || list.effect != ListEffect::Allow;
        let on = numbers.into_iter().filter_map(|(number, is_believed)| {
            let list = &lists.get(&number)?.list;
            holds(list, is_believed).then(|| on_list(list))
        });
        Listed::of(on)
    }

    /// The list of that name, with its number.
    pub(super) fn list(&self, name: &str) -> Option<(Number, Kept)> {
        let lists = self.lists.read();
        lists.iter().find(|(_, kept)| *kept.list.name == *name).map(|(number, kept)| (*number, kept.clone()))
    }

    /// The list of that number.
    pub(super) fn numbered(&self, number: Number) -> Option<Arc<List>> {
        self.lists.read().get(&number).map(|kept| Arc::clone(&kept.list))
    }

    /// All lists, by number.
    pub(super) fn lists(&self) -> Vec<(Number, Kept)> {
        self.lists.read().iter().map(|(number, kept)| (*number, kept.clone())).collect()
    }

    /// Keeps a list under a number.
    pub(super) fn keep(&self, number: Number, list: List) {
        let mut lists = self.lists.write();
        let n_entries = lists.get(&number).map_or(0, |kept| kept.n_entries);
        lists.insert(number, Kept { list: Arc::new(list), n_entries });
    }

    /// Whether a value is on a list, expired or not.
    pub(super) fn is_on(&self, tag: ValueTag, number: Number) -> bool {
        let mut is_on = false;
        self.shard(tag).read().each(tag, |place| is_on |= place.number() == number);
        is_on
    }

    /// Puts an entry on a list; `is_new` if its value was not on it.
    pub(super) fn put(
        &self,
        of: ListSubject,
        number: Number,
        Tagged { tag, prefix }: Tagged,
        expires_at: Option<Timestamp>,
    ) {
        // Counted before it is there: what is there is looked up.
        let is_new = !self.is_on(tag, number);
        if is_new {
            self.count(of, number, prefix, u64::wrapping_add);
        }
        self.shard(tag).write().put(tag, Place::new(number, expires_at));
    }

    /// Takes an entry off a list that has it.
    pub(super) fn take(&self, of: ListSubject, number: Number, Tagged { tag, prefix }: Tagged) {
        self.shard(tag).write().take(tag, number);
        self.count(of, number, prefix, u64::wrapping_sub);
    }

    fn count(&self, of: ListSubject, number: Number, prefix: u8, change: fn(u64, u64) -> u64) {
        let by_prefix = self.n_prefixed.get(usize::from(prefix));
        for counter in self.n_of.get(of as usize).into_iter().chain(by_prefix) {
            // Changed by one thread at a time: whoever holds `changing`.
            counter.store(change(counter.load(Ordering::Relaxed), 1), Ordering::Relaxed);
        }
        if let Some(kept) = self.lists.write().get_mut(&number) {
            kept.n_entries = change(kept.n_entries, 1);
        }
    }

    /// Takes a list off the roll. Its entries mean nothing from then on, and are taken off by and by.
    pub(super) fn drop_list(&self, number: Number) {
        self.lists.write().remove(&number);
    }

    /// The entries that are dead by then, with their lists; O(entries).
    pub(super) fn dead(&self, now: Timestamp) -> Vec<(ValueTag, Number)> {
        let mut dead = Vec::new();
        for shard in &self.shards {
            let shard = shard.read();
            let others = shard.more.iter().flat_map(|(tag, others)| others.iter().map(move |place| (tag, place)));
            let all = shard.places.iter().chain(others);
            dead.extend(all.filter(|(_, place)| !place.lives(now)).map(|(tag, place)| (*tag, place.number())));
        }
        dead
    }

    /// All entries of all lists.
    pub(super) fn n_entries(&self) -> u64 {
        self.lists.read().values().map(|kept| kept.n_entries).sum()
    }
}

/// A list, as it is told to who is on it.
pub(super) fn on_list(list: &List) -> OnList {
    OnList { name: list.name.clone(), effect: list.effect, of: list.of }
}

/// The rolls of all applications that have lists.
#[derive(Default)]
pub(super) struct Rolls {
    by_application: RwLock<HashMap<ApplicationId, Arc<Roll>>>,
    /// Whether there is any: most servers have none, and then nothing is asked.
    is_any: AtomicBool,
}

impl Rolls {
    /// The roll of an application; None if it has no list.
    pub(super) fn get(&self, application: &ApplicationId) -> Option<Arc<Roll>> {
        if !self.is_any.load(Ordering::Acquire) {
            return None;
        }
        self.by_application.read().get(application).cloned()
    }

    /// The roll of an application, made if there is none.
    pub(super) fn of(&self, application: &ApplicationId, tagger: &Arc<Tagger>) -> Arc<Roll> {
        let mut rolls = self.by_application.write();
        self.is_any.store(true, Ordering::Release);
        Arc::clone(rolls.entry(application.clone()).or_insert_with(|| Arc::new(Roll::new(Arc::clone(tagger)))))
    }

    /// All rolls.
    pub(super) fn all(&self) -> Vec<Arc<Roll>> {
        self.by_application.read().values().cloned().collect()
    }

    /// Which lists of its application an event is on.
    pub(super) fn listed(
        &self,
        event: &Event,
        enrichment: &Enrichment,
        account: Option<&AccountId>,
        now: Timestamp,
    ) -> Listed {
        self.get(&event.application).map_or_else(Listed::default, |roll| roll.listed(event, enrichment, account, now))
    }
}
