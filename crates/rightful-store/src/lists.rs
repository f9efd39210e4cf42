//! What is asked of memory about lists.

use async_trait::async_trait;
use rightful_domain::{
    ApplicationId, Author, List, ListChange, ListEntry, ListKept, ListMatch, ListPut, ListSubject, SizedList, Timestamp,
};

use crate::StoreError;

/// Whom applications let in, keep out or watch. Each change is durable when it returns, is in effect from then on, and is
/// noted with its author. What is on lists is in its one spelling, as [`rightful_domain::list_value`] gives it. Where a list
/// is asked for and there is none of that name, the answer is None.
#[async_trait]
pub trait Lists: Send + Sync {
    /// Keeps a list: made if there is none of that name, else changed in its effect and note. `TooMuch` if there are
    /// [`rightful_domain::LISTS_MAX`] already.
    async fn keep_list(&self, list: List, by: Author) -> Result<ListKept, StoreError>;

    /// Drops a list with all that is on it, and says how much that was.
    async fn drop_list(&self, application: &ApplicationId, name: &str, by: Author) -> Result<Option<u64>, StoreError>;

    /// All lists of an application, by name.
    async fn lists(&self, application: &ApplicationId) -> Result<Vec<SizedList>, StoreError>;

    /// Puts entries on a list, all or none. Of a value that is there, the entry is replaced; of a value given twice, the last
    /// one holds. `TooMuch` beyond [`rightful_domain::LIST_BATCH_MAX`], or if the application's lists would have more
    /// than [`rightful_domain::LIST_ENTRIES_MAX`].
    async fn put_on_list(
        &self,
        application: &ApplicationId,
        name: &str,
        entries: Vec<ListEntry>,
        by: Author,
    ) -> Result<Option<ListPut>, StoreError>;

    /// Takes values off a list, and says how many were on it. `TooMuch` beyond [`rightful_domain::LIST_BATCH_MAX`].
    async fn take_off_list(
        &self,
        application: &ApplicationId,
        name: &str,
        values: Vec<Box<str>>,
        by: Author,
    ) -> Result<Option<u64>, StoreError>;

    /// Entries of a list that have not expired, at most `limit`, beginning after that value. Their order is the list's own;
    /// it does not change while entries come and go.
    async fn list_page(
        &self,
        application: &ApplicationId,
        name: &str,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Option<Vec<ListEntry>>, StoreError>;

    /// The entry of a value on a list, if it has not expired.
    async fn list_entry(
        &self,
        application: &ApplicationId,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Option<ListEntry>, StoreError>;

    /// The entries of all lists that something is on, as an event would be: an address by its networks, a domain by those
    /// above it.
    async fn look_up_lists(
        &self,
        application: &ApplicationId,
        of: ListSubject,
        value: &str,
        now: Timestamp,
    ) -> Result<Vec<ListMatch>, StoreError>;

    /// The latest changes of an application's lists, newest first.
    async fn list_changes(&self, application: &ApplicationId, limit: usize) -> Result<Vec<ListChange>, StoreError>;
}
