//! The stored forms of lists, their entries, and the changes made to them.

use rightful_domain::{
    ApplicationId, Author, List, ListChange, ListEffect, ListEntry, ListSubject, ListVerb, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

/// The version of the bytes below.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredList<'a> {
    #[serde(borrow)]
    application: &'a str,
    name: &'a str,
    effect: u8,
    of: u8,
    note: Option<&'a str>,
    created_at: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredListEntry<'a> {
    #[serde(borrow)]
    value: &'a str,
    author: Option<&'a str>,
    note: Option<&'a str>,
    added_at: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredListChange<'a> {
    verb: u8,
    #[serde(borrow)]
    list: &'a str,
    n_entries: u64,
    author: Option<&'a str>,
    at: i64,
}

/// A list as bytes, to be sealed.
pub(crate) fn encode_list(list: &List) -> Vec<u8> {
    let stored = StoredList {
        application: list.application.as_str(),
        name: &list.name,
        effect: list.effect.number(),
        of: list.of.number(),
        note: list.note.as_deref(),
        created_at: list.created_at.as_micros(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// A list from its bytes.
pub(crate) fn decode_list(bytes: &[u8]) -> Result<List, Undecodable> {
    let stored: StoredList<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    Ok(List {
        application: super::id(stored.application, ApplicationId::new)?,
        name: stored.name.into(),
        effect: ListEffect::of_number(stored.effect)?,
        of: ListSubject::of_number(stored.of)?,
        note: stored.note.map(Into::into),
        created_at: Timestamp::from_micros(stored.created_at),
    })
}

/// An entry as bytes, to be sealed. When it expires stands beside them.
pub(crate) fn encode_list_entry(entry: &ListEntry) -> Vec<u8> {
    let stored = StoredListEntry {
        value: &entry.value,
        author: entry.author.as_deref(),
        note: entry.note.as_deref(),
        added_at: entry.added_at.as_micros(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// An entry from its bytes, and when it expires.
pub(crate) fn decode_list_entry(bytes: &[u8], expires_at: Option<Timestamp>) -> Result<ListEntry, Undecodable> {
    let stored: StoredListEntry<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    Ok(ListEntry {
        value: stored.value.into(),
        expires_at,
        author: stored.author.map(Into::into),
        note: stored.note.map(Into::into),
        added_at: Timestamp::from_micros(stored.added_at),
    })
}

/// A change as bytes, to be sealed.
pub(crate) fn encode_list_change(change: &ListChange) -> Vec<u8> {
    let stored = StoredListChange {
        verb: change.verb.number(),
        list: &change.list,
        n_entries: change.n_entries,
        author: change.by.name.as_deref(),
        at: change.by.at.as_micros(),
    };
    super::to_versioned_bytes(VERSION, &stored)
}

/// A change from its bytes.
pub(crate) fn decode_list_change(bytes: &[u8]) -> Result<ListChange, Undecodable> {
    let stored: StoredListChange<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    Ok(ListChange {
        verb: ListVerb::of_number(stored.verb)?,
        list: stored.list.into(),
        n_entries: stored.n_entries,
        by: Author { name: stored.author.map(Into::into), at: Timestamp::from_micros(stored.at) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_767_225_600);

    fn bytes_of(golden: &str) -> Vec<u8> {
        let digits: Vec<u32> = golden.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits")).collect()
    }

    #[test]
    fn last_month_s_lists_read_back_and_are_written_alike() {
        let list = List {
            application: ApplicationId::new("shop").expect("an id"),
            name: "vip".into(),
            effect: ListEffect::Block,
            of: ListSubject::Address,
            note: Some("why".into()),
            created_at: AT,
        };
        let bytes = bytes_of(include_str!("golden/list_v1.hex"));
        assert_eq!((decode_list(&bytes), encode_list(&list)), (Ok(list), bytes.clone()));
        let expires_at = Some(AT);
        let author: Option<Box<str>> = Some("ann".into());
        let value = "192.0.2.0/24".into();
        let entry = ListEntry { value, expires_at, author: author.clone(), note: None, added_at: AT };
        let bytes = bytes_of(include_str!("golden/list_entry_v1.hex"));
        assert_eq!((decode_list_entry(&bytes, expires_at), encode_list_entry(&entry)), (Ok(entry), bytes.clone()));
        let by = Author { name: author, at: AT };
        let change = ListChange { verb: ListVerb::Put, list: "vip".into(), n_entries: 300, by };
        let bytes = bytes_of(include_str!("golden/list_change_v1.hex"));
        assert_eq!((decode_list_change(&bytes), encode_list_change(&change)), (Ok(change), bytes.clone()));
    }
}
