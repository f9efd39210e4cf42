//! Lists in the embedded store: on disk under tags, with what they say sealed; in RAM as `roll` has it.
//!
//! Written by who changes them, one at a time in an application, and synced before they are in effect. A batch is one write,
//! so all of it is there or nothing. Whoever has the disk without the master key sees how many entries a list has, how long
//! their prefixes are and when they expire, and no name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use fjall::{Keyspace, OwnedWriteBatch, PersistMode};
use rightful_domain::{
    ApplicationId, Author, LIST_BATCH_MAX, LIST_CHANGES_MAX, LIST_ENTRIES_MAX, LISTS_MAX, List, ListChange, ListEntry,
    ListKept, ListMatch, ListPut, ListSubject, ListVerb, SizedList, Timestamp,
};

use super::disk::{Disk, failed};
use super::keys::sequence_of;
use super::mind::Mind;
use super::roll::{Number, Roll, Tagged, ValueTag, on_list};
use super::{EmbeddedStore, Shared};
use crate::record::{
    Undecodable, decode_list, decode_list_change, decode_list_entry, encode_list, encode_list_change, encode_list_entry,
};
use crate::seal::SubjectKey;
use crate::{Lists, MasterKey, Nonces, StoreError};

/// A list: its owner, then its number.
const LIST_PREFIX: u8 = b'l';
/// A list that was dropped, and whose entries are still to be removed: the same key.
const DROPPED_PREFIX: u8 = b'd';
/// An entry: its list's owner and number, then its tag.
const ENTRY_PREFIX: u8 = b'e';
/// A change: its owner, then a number.
const CHANGE_PREFIX: u8 = b'z';

/// Rows removed in one batch, so that no login waits long for the journal.
const REMOVED_AT_ONCE_MAX: usize = 1_000;
/// How often the dead are looked for, at most.
const SWEEP_EVERY_MICROS: i64 = 600_000_000;
/// The version of an entry's row.
const ENTRY_VERSION: u8 = 1;
/// When an entry expires that does not.
const NEVER: i64 = i64::MAX;

const TOO_MANY_LISTS: &str = "an application has 64 lists at most: drop one first";
const TOO_MANY_ENTRIES: &str = "an application's lists have 2000000 entries at most: take some off first";
const TOO_LONG: &str = "at most 10000 entries at a time";

/// What is kept of lists beside the rolls.
pub(super) struct ListRows {
    key: SubjectKey,
    nonces: Arc<Nonces>,
    /// When the dead were last looked for.
    swept_at: AtomicI64,
}

fn list_key(prefix: u8, owner: u64, number: Number) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = owner.to_be_bytes();
    [prefix, a, b, c, d, e, f, g, h, number]
}

fn entry_key(owner: u64, number: Number, tag: ValueTag) -> Vec<u8> {
    [&list_key(ENTRY_PREFIX, owner, number)[..], &tag.to_be_bytes()].concat()
}

fn changes_prefix(owner: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = owner.to_be_bytes();
    [CHANGE_PREFIX, a, b, c, d, e, f, g, h]
}

/// The owner and number of a key of a list or an entry.
fn read_key(key: &[u8]) -> Option<(u64, Number)> {
    let (owner, rest) = key.get(1..)?.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*owner), *rest.first()?))
}

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a list: {}", cause.0) }
}

fn not_ours() -> StoreError {
    corrupt(Undecodable("does not open with its key"))
}

/// What stands before an entry's sealed words.
fn entry_head(prefix: u8, expires_at: Option<Timestamp>) -> [u8; 10] {
    let [a, b, c, d, e, f, g, h] = expires_at.map_or(NEVER, Timestamp::as_micros).to_be_bytes();
    [ENTRY_VERSION, prefix, a, b, c, d, e, f, g, h]
}

/// An entry's row, not opened.
struct Row<'a> {
    prefix: u8,
    expires_at: Option<Timestamp>,
    head: &'a [u8; 10],
    sealed: &'a [u8],
}

fn read_row(row: &[u8]) -> Result<Row<'_>, StoreError> {
    let (head, sealed) = row.split_first_chunk::<10>().ok_or_else(|| corrupt(Undecodable("entry is too short")))?;
    let [ENTRY_VERSION, prefix, at @ ..] = *head else { return Err(corrupt(Undecodable("unknown version"))) };
    let at = i64::from_be_bytes(at);
    Ok(Row { prefix, expires_at: (at != NEVER).then(|| Timestamp::from_micros(at)), head, sealed })
}

impl ListRows {
    /// Reads who is on which list; O(entries), without opening what is sealed.
    pub(super) fn open(disk: &Disk, master: &MasterKey, nonces: &Arc<Nonces>, mind: &Mind) -> Result<Self, StoreError> {
        let key = master.sealing_key("rightful 2026 lists");
        let opened = Self { key, nonces: Arc::clone(nonces), swept_at: AtomicI64::new(i64::MIN) };
        for guard in disk.lists.prefix([DROPPED_PREFIX]) {
            if let Some((owner, number)) = read_key(&guard.key().map_err(failed)?) {
                remove_entries(disk, owner, number)?;
            }
        }
        let mut rolls: BTreeMap<u64, Arc<Roll>> = BTreeMap::new();
        for guard in disk.lists.prefix([LIST_PREFIX]) {
            let (key, row) = guard.into_inner().map_err(failed)?;
            let Some((owner, number)) = read_key(&key) else { continue };
            let list = decode_list(&opened.key.open(&row, &key).map_err(|_| not_ours())?).map_err(corrupt)?;
            let roll = mind.rolls.of(&list.application, &mind.taggers.of(&list.application));
            roll.keep(number, list);
            rolls.insert(owner, roll);
        }
        for guard in disk.lists.prefix([ENTRY_PREFIX]) {
            let (key, row) = guard.into_inner().map_err(failed)?;
            let Some(((owner, number), tag)) = read_key(&key).zip(sequence_of(&key)) else { continue };
            let Some(roll) = rolls.get(&owner) else { continue };
            let Some(list) = roll.numbered(number) else { continue };
            let Row { prefix, expires_at, .. } = read_row(&row)?;
            roll.put(list.of, number, Tagged { tag, prefix }, expires_at);
        }
        Ok(opened)
    }

    fn seal(&self, key: &[u8], words: &[u8]) -> Vec<u8> {
        self.key.seal(words, key, &self.nonces)
    }

    fn entry_row(&self, key: &[u8], prefix: u8, entry: &ListEntry) -> Vec<u8> {
        let head = entry_head(prefix, entry.expires_at);
        let sealed = self.key.seal(&encode_list_entry(entry), &[key, &head].concat(), &self.nonces);
        [&head[..], &sealed].concat()
    }

    fn read_entry(&self, key: &[u8], row: &[u8]) -> Result<ListEntry, StoreError> {
        let Row { expires_at, head, sealed, .. } = read_row(row)?;
        let words = self.key.open(sealed, &[key, head].concat()).map_err(|_| not_ours())?;
        decode_list_entry(&words, expires_at).map_err(corrupt)
    }
}

/// Removes what a dropped list had, and then the note that it is to be removed.
fn remove_entries(disk: &Disk, owner: u64, number: Number) -> Result<(), StoreError> {
    loop {
        let mut batch = disk.database.batch();
        let mut n_removed = 0;
        for guard in disk.lists.prefix(list_key(ENTRY_PREFIX, owner, number)).take(REMOVED_AT_ONCE_MAX) {
            batch.remove(&disk.lists, guard.key().map_err(failed)?);
            n_removed += 1;
        }
        if n_removed == 0 {
            batch.remove(&disk.lists, list_key(DROPPED_PREFIX, owner, number));
        }
        batch.commit().map_err(failed)?;
        if n_removed == 0 {
            return Ok(());
        }
    }
}

#[async_trait]
impl Lists for EmbeddedStore {
    async fn keep_list(&self, list: List, by: Author) -> Result<ListKept, StoreError> {
        self.read(move |shared| shared.keep_list(list, by)).await
    }

    async fn drop_list(&self, application: &ApplicationId, name: &str, by: Author) -> Result<Option<u64>, StoreError> {
        let (application, name) = (application.clone(), Box::<str>::from(name));
        self.read(move |shared| shared.drop_list(&application, &name, by)).await
    }

    async fn lists(&self, application: &ApplicationId) -> Result<Vec<SizedList>, StoreError> {
        self.shared.all_lists(application)
    }

    async fn put_on_list(
        &self,
        application: &ApplicationId,
        name: &str,
        entries: Vec<ListEntry>,
        by: Author,
    ) -> Result<Option<ListPut>, StoreError> {
        let (application, name) = (application.clone(), Box::<str>::from(name));
        self.read(move |shared| shared.put_on_list(&application, &name, &entries, by)).await
    }

    async fn take_off_list(
        &self,
        application: &ApplicationId,
        name: &str,
        values: Vec<Box<str>>,
        by: Author,
    ) -> Result<Option<u64>, StoreError> {
        let (application, name) = (application.clone(), Box::<str>::from(name));
        self.read(move |shared| shared.take_off_list(&application, &name, &values, by)).await
    }

    async fn list_page(
        &self,
        application: &ApplicationId,
        name: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<Vec<ListEntry>>, StoreError> {
        let (application, name) = (application.clone(), Box::<str>::from(name));
        let after = after.map(Box::<str>::from);
        self.read(move |shared| shared.list_page(&application, &name, after.as_deref(), limit, now)).await
    }

    async fn list_entry(
        &self,
        application: &ApplicationId,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<ListEntry>, StoreError> {
        let (application, name, value) = (application.clone(), Box::<str>::from(name), Box::<str>::from(value));
        self.read(move |shared| shared.list_entry(&application, &name, &value, now)).await
    }

    async fn look_up_lists(
        &self,
        application: &ApplicationId,
        of: ListSubject,
        value: &str,
        now: Timestamp,
    ) -> Result<Vec<ListMatch>, StoreError> {
        let (application, value) = (application.clone(), Box::<str>::from(value));
        self.read(move |shared| shared.look_up_lists(&application, of, &value, now)).await
    }

    async fn list_changes(&self, application: &ApplicationId, limit: usize) -> Result<Vec<ListChange>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.list_changes(&application, limit)).await
    }
}

impl Shared {
    fn list_rows(&self) -> &Keyspace {
        &self.disk.lists
    }

    fn lists_owner(&self, application: &ApplicationId) -> u64 {
        self.mind.taggers.of(application).lists_owner()
    }

    fn list_batch(&self) -> OwnedWriteBatch {
        self.disk.database.batch().durability(Some(PersistMode::SyncData))
    }

    /// Puts a change into a batch. Of too many, the oldest goes.
    fn note_list_change(&self, batch: &mut OwnedWriteBatch, owner: u64, change: &ListChange) -> Result<(), StoreError> {
        let prefix = changes_prefix(owner);
        let key = |n: u64| [&prefix[..], &n.to_be_bytes()].concat();
        let last = self.list_rows().prefix(prefix).next_back().map(fjall::Guard::key).transpose().map_err(failed)?;
        let n = last.and_then(|key| sequence_of(&key)).unwrap_or(0) + 1;
        batch.insert(self.list_rows(), key(n), self.lists.seal(&key(n), &encode_list_change(change)));
        if let Some(old) = n.checked_sub(LIST_CHANGES_MAX) {
            batch.remove(self.list_rows(), key(old));
        }
        Ok(())
    }

    /// Keeps a list.
    pub(super) fn keep_list(&self, list: List, by: Author) -> Result<ListKept, StoreError> {
        self.check_running()?;
        let tagger = self.mind.taggers.of(&list.application);
        let (roll, owner) = (self.mind.rolls.of(&list.application, &tagger), tagger.lists_owner());
        let _changing = roll.changing.lock();
        let before = roll.list(&list.name);
        let (number, list, verb) = match before {
            Some((_, kept)) if kept.list.of != list.of => return Ok(ListKept::OfOthers(kept.list.of)),
            Some((number, kept)) => (number, List { created_at: kept.list.created_at, ..list }, ListVerb::Changed),
            None => (self.free_number(&roll, owner)?, list, ListVerb::Made),
        };
        let change = ListChange { verb, list: list.name.clone(), n_entries: 0, by };
        let (mut batch, key) = (self.list_batch(), list_key(LIST_PREFIX, owner, number));
        batch.insert(self.list_rows(), key, self.lists.seal(&key, &encode_list(&list)));
        self.note_list_change(&mut batch, owner, &change)?;
        batch.commit().map_err(failed)?;
        roll.keep(number, list);
        Ok(if verb == ListVerb::Made { ListKept::Made } else { ListKept::Changed })
    }

    /// A number that no list has, and none whose entries are still being removed.
    fn free_number(&self, roll: &Roll, owner: u64) -> Result<Number, StoreError> {
        let lists = roll.lists();
        if lists.len() >= LISTS_MAX {
            return Err(StoreError::TooMuch { what: TOO_MANY_LISTS });
        }
        for number in 0..=Number::MAX {
            let is_taken = lists.iter().any(|(taken, _)| *taken == number);
            let dropped = list_key(DROPPED_PREFIX, owner, number);
            if !is_taken && !self.list_rows().contains_key(dropped).map_err(failed)? {
                return Ok(number);
            }
        }
        Err(StoreError::Busy)
    }

    /// Drops a list.
    pub(super) fn drop_list(
        &self,
        application: &ApplicationId,
        name: &str,
        by: Author,
    ) -> Result<Option<u64>, StoreError> {
        self.check_running()?;
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(None) };
        let owner = self.lists_owner(application);
        let changing = roll.changing.lock();
        let Some((number, kept)) = roll.list(name) else { return Ok(None) };
        let change = ListChange { verb: ListVerb::Dropped, list: name.into(), n_entries: kept.n_entries, by };
        let mut batch = self.list_batch();
        batch.remove(self.list_rows(), list_key(LIST_PREFIX, owner, number));
        batch.insert(self.list_rows(), list_key(DROPPED_PREFIX, owner, number), []);
        self.note_list_change(&mut batch, owner, &change)?;
        batch.commit().map_err(failed)?;
        roll.drop_list(number);
        for guard in self.list_rows().prefix(list_key(ENTRY_PREFIX, owner, number)) {
            let (key, row) = guard.into_inner().map_err(failed)?;
            let (Row { prefix, .. }, Some(tag)) = (read_row(&row)?, sequence_of(&key)) else { continue };
            roll.take(kept.list.of, number, Tagged { tag, prefix });
        }
        // Nobody is given the number while its note is there.
        drop(changing);
        remove_entries(&self.disk, owner, number)?;
        Ok(Some(kept.n_entries))
    }

    /// All lists of an application, by name.
    pub(super) fn all_lists(&self, application: &ApplicationId) -> Result<Vec<SizedList>, StoreError> {
        self.check_running()?;
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(Vec::new()) };
        let sized = |(_, kept): (Number, super::roll::Kept)| SizedList {
            list: List::clone(&kept.list),
            n_entries: kept.n_entries,
        };
        let mut all: Vec<SizedList> = roll.lists().into_iter().map(sized).collect();
        all.sort_by(|one, other| one.list.name.cmp(&other.list.name));
        Ok(all)
    }

    /// Puts entries on a list.
    pub(super) fn put_on_list(
        &self,
        application: &ApplicationId,
        name: &str,
        entries: &[ListEntry],
        by: Author,
    ) -> Result<Option<ListPut>, StoreError> {
        self.check_running()?;
        if entries.len() > LIST_BATCH_MAX {
            return Err(StoreError::TooMuch { what: TOO_LONG });
        }
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(None) };
        self.sweep_lists(by.at)?;
        let owner = self.lists_owner(application);
        let _changing = roll.changing.lock();
        let Some((number, kept)) = roll.list(name) else { return Ok(None) };
        // The last of equals holds, and a key is written once in a batch.
        let told = entries.iter().map(|entry| (roll.tagged(kept.list.of, &entry.value), entry));
        let told: BTreeMap<ValueTag, (Tagged, &ListEntry)> =
            told.map(|(tagged, entry)| (tagged.tag, (tagged, entry))).collect();
        let n_added = count(told.keys().filter(|tag| !roll.is_on(**tag, number)));
        if roll.n_entries() + n_added > LIST_ENTRIES_MAX {
            return Err(StoreError::TooMuch { what: TOO_MANY_ENTRIES });
        }
        let n_told = count(told.keys());
        let mut batch = self.list_batch();
        for (tagged, entry) in told.values() {
            let key = entry_key(owner, number, tagged.tag);
            let row = self.lists.entry_row(&key, tagged.prefix, entry);
            batch.insert(self.list_rows(), key, row);
        }
        let change = ListChange { verb: ListVerb::Put, list: name.into(), n_entries: n_told, by };
        self.note_list_change(&mut batch, owner, &change)?;
        batch.commit().map_err(failed)?;
        for (tagged, entry) in told.values() {
            roll.put(kept.list.of, number, *tagged, entry.expires_at);
        }
        Ok(Some(ListPut { n_added, n_replaced: n_told - n_added }))
    }

    /// Takes values off a list.
    pub(super) fn take_off_list(
        &self,
        application: &ApplicationId,
        name: &str,
        values: &[Box<str>],
        by: Author,
    ) -> Result<Option<u64>, StoreError> {
        self.check_running()?;
        if values.len() > LIST_BATCH_MAX {
            return Err(StoreError::TooMuch { what: TOO_LONG });
        }
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(None) };
        let owner = self.lists_owner(application);
        let _changing = roll.changing.lock();
        let Some((number, kept)) = roll.list(name) else { return Ok(None) };
        let told = values.iter().map(|value| roll.tagged(kept.list.of, value));
        let told: BTreeMap<ValueTag, Tagged> =
            told.filter(|tagged| roll.is_on(tagged.tag, number)).map(|tagged| (tagged.tag, tagged)).collect();
        if told.is_empty() {
            return Ok(Some(0));
        }
        let n_taken = count(told.keys());
        let mut batch = self.list_batch();
        for tag in told.keys() {
            batch.remove(self.list_rows(), entry_key(owner, number, *tag));
        }
        let change = ListChange { verb: ListVerb::Taken, list: name.into(), n_entries: n_taken, by };
        self.note_list_change(&mut batch, owner, &change)?;
        batch.commit().map_err(failed)?;
        told.values().for_each(|tagged| roll.take(kept.list.of, number, *tagged));
        Ok(Some(n_taken))
    }

    /// A page of a list.
    pub(super) fn list_page(
        &self,
        application: &ApplicationId,
        name: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<Vec<ListEntry>>, StoreError> {
        self.check_running()?;
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(None) };
        let Some((number, kept)) = roll.list(name) else { return Ok(None) };
        let owner = self.lists_owner(application);
        let first = match after.map(|value| roll.tagged(kept.list.of, value).tag) {
            None => 0,
            Some(ValueTag::MAX) => return Ok(Some(Vec::new())),
            Some(tag) => tag + 1,
        };
        let span = entry_key(owner, number, first)..=entry_key(owner, number, ValueTag::MAX);
        let mut page = Vec::new();
        for guard in self.list_rows().range(span) {
            if page.len() >= limit {
                break;
            }
            let (key, row) = guard.into_inner().map_err(failed)?;
            if read_row(&row)?.expires_at.is_none_or(|at| now < at) {
                page.push(self.lists.read_entry(&key, &row)?);
            }
        }
        Ok(Some(page))
    }

    /// The entry of a value.
    pub(super) fn list_entry(
        &self,
        application: &ApplicationId,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<ListEntry>, StoreError> {
        self.check_running()?;
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(None) };
        let Some((number, kept)) = roll.list(name) else { return Ok(None) };
        let tag = roll.tagged(kept.list.of, value).tag;
        let entry = self.entry_on(self.lists_owner(application), number, tag)?;
        Ok(entry.filter(|entry| entry.expires_at.is_none_or(|at| now < at)))
    }

    fn entry_on(&self, owner: u64, number: Number, tag: ValueTag) -> Result<Option<ListEntry>, StoreError> {
        let key = entry_key(owner, number, tag);
        let row = self.list_rows().get(&key).map_err(failed)?;
        row.map(|row| self.lists.read_entry(&key, &row)).transpose()
    }

    /// The entries that something is on lists by.
    pub(super) fn look_up_lists(
        &self,
        application: &ApplicationId,
        of: ListSubject,
        value: &str,
        now: Timestamp,
    ) -> Result<Vec<ListMatch>, StoreError> {
        self.check_running()?;
        let Some(roll) = self.mind.rolls.get(application) else { return Ok(Vec::new()) };
        let owner = self.lists_owner(application);
        let mut matches = Vec::new();
        for (tag, number) in roll.look_up(of, value, now) {
            // Either may have gone meanwhile.
            let Some(list) = roll.numbered(number) else { continue };
            let Some(entry) = self.entry_on(owner, number, tag)? else { continue };
            matches.push(ListMatch { list: on_list(&list), entry });
        }
        matches.sort_by(|one, other| one.list.cmp(&other.list).then_with(|| one.entry.value.cmp(&other.entry.value)));
        Ok(matches)
    }

    /// The latest changes.
    pub(super) fn list_changes(
        &self,
        application: &ApplicationId,
        limit: usize,
    ) -> Result<Vec<ListChange>, StoreError> {
        self.check_running()?;
        let rows = self.list_rows().prefix(changes_prefix(self.lists_owner(application)));
        let changes = rows.rev().take(limit).map(|guard| {
            let (key, row) = guard.into_inner().map_err(failed)?;
            let words = self.lists.key.open(&row, &key).map_err(|_| not_ours())?;
            decode_list_change(&words).map_err(corrupt)
        });
        changes.collect()
    }

    /// Removes entries that have expired, every ten minutes at most. Not synced: who is dead stays so.
    pub(super) fn sweep_lists(&self, now: Timestamp) -> Result<(), StoreError> {
        let swept_at = self.lists.swept_at.load(Ordering::Acquire);
        if now.as_micros() < swept_at.saturating_add(SWEEP_EVERY_MICROS) {
            return Ok(());
        }
        self.lists.swept_at.store(now.as_micros(), Ordering::Release);
        for roll in self.mind.rolls.all() {
            let dead = roll.dead(now);
            for some in dead.chunks(REMOVED_AT_ONCE_MAX) {
                self.bury(&roll, some, now)?;
            }
        }
        Ok(())
    }

    fn bury(&self, roll: &Roll, dead: &[(ValueTag, Number)], now: Timestamp) -> Result<(), StoreError> {
        let _changing = roll.changing.lock();
        let mut batch = self.disk.database.batch();
        let mut buried = Vec::with_capacity(dead.len());
        for (tag, number) in dead {
            let Some(list) = roll.numbered(*number) else { continue };
            let key = entry_key(self.lists_owner(&list.application), *number, *tag);
            let Some(row) = self.list_rows().get(&key).map_err(failed)? else { continue };
            let Row { prefix, expires_at, .. } = read_row(&row)?;
            // It may have been put there anew meanwhile.
            if expires_at.is_some_and(|at| at <= now) {
                batch.remove(self.list_rows(), key);
                buried.push((list.of, *number, Tagged { tag: *tag, prefix }));
            }
        }
        batch.commit().map_err(failed)?;
        buried.into_iter().for_each(|(of, number, tagged)| roll.take(of, number, tagged));
        Ok(())
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.fold(0, |n, _| n + 1)
}
