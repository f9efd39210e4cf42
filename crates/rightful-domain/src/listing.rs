//! Lists: whom an application lets in, keeps out, or watches.

use crate::{ApplicationId, Author, Timestamp};

/// The most lists of an application.
pub const LISTS_MAX: usize = 64;
/// The most entries of all lists of an application together.
pub const LIST_ENTRIES_MAX: u64 = 2_000_000;
/// The most entries of one call that puts entries on a list, or takes them off.
pub const LIST_BATCH_MAX: usize = 10_000;
/// The most changes of an application's lists that are kept; of more, the oldest go.
pub const LIST_CHANGES_MAX: u64 = 10_000;
/// The longest note of a list or an entry, in bytes.
pub const LIST_NOTE_BYTES_MAX: usize = 512;
/// The longest name of a list, in bytes.
pub const LIST_NAME_BYTES_MAX: usize = 64;

/// One list of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The tenant.
    pub application: ApplicationId,
    /// Its name, once in an application: letters, digits, `_` and `-`.
    pub name: Box<str>,
    /// What being on it does.
    pub effect: ListEffect,
    /// What is on it.
    pub of: ListSubject,
    /// What it is for.
    pub note: Option<Box<str>>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What being on a list does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListEffect {
    /// It lets in: this beats all that keeps out.
    Allow,
    /// It keeps out.
    Block,
    /// Nothing by itself: rules and people may go by it.
    Watch,
}

impl ListEffect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Block, Self::Watch];

    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Block => "block",
            Self::Watch => "watch",
        }
    }

    /// The effect of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.as_str() == text)
    }
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListSubject {
    /// Accounts, as the caller spells them.
    Account,
    /// Devices, by any of their names.
    Device,
    /// Addresses and networks: `192.0.2.7`, `2001:db8::/32`.
    Address,
    /// Autonomous systems, by number.
    Asn,
    /// Countries of addresses, in two capitals.
    Country,
    /// Domains of e-mail addresses, with all domains below them.
    EmailDomain,
    /// Payees, as the caller spells them.
    Payee,
    /// Events, on which people sort them: nothing is judged by such a list.
    Event,
}

impl ListSubject {
    /// All by which an event is found on a list when it is judged.
    pub const ALL: [Self; 7] =
        [Self::Account, Self::Device, Self::Address, Self::Asn, Self::Country, Self::EmailDomain, Self::Payee];

    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Device => "device",
            Self::Address => "address",
            Self::Asn => "asn",
            Self::Country => "country",
            Self::EmailDomain => "email_domain",
            Self::Payee => "payee",
            Self::Event => "event",
        }
    }

    /// The subject of that spelling, if events are judged by it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == text)
    }
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Who or what: in the one spelling that is compared.
    pub value: Box<str>,
    /// When it no longer counts; None if it counts for ever.
    pub expires_at: Option<Timestamp>,
    /// Who put it there.
    pub author: Option<Box<str>>,
    /// Why.
    pub note: Option<Box<str>>,
    /// When it was put there.
    pub added_at: Timestamp,
}

/// Which lists an event is on. The default is on none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// By what it is let in.
    pub allowed: ListSubjects,
    /// By what it is kept out.
    pub blocked: ListSubjects,
    /// By what it is watched.
    pub watched: ListSubjects,
    /// The names of all lists it is on, sorted.
    pub names: Vec<Box<str>>,
    /// What each of them is, in the order of their names.
    pub on: Vec<OnList>,
}

impl Listed {
    /// What being on those lists comes to.
    #[must_use]
    pub fn of(lists: impl IntoIterator<Item = OnList>) -> Self {
        let mut on: Vec<OnList> = lists.into_iter().collect();
        on.sort();
        on.dedup();
        let mut listed = Self { names: on.iter().map(|list| list.name.clone()).collect(), ..Self::default() };
        for list in &on {
            match list.effect {
                ListEffect::Allow => listed.allowed.insert(list.of),
                ListEffect::Block => listed.blocked.insert(list.of),
                ListEffect::Watch => listed.watched.insert(list.of),
            }
        }
        Self { on, ..listed }
    }
}

/// A list that something is on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OnList {
    /// Its name.
    pub name: Box<str>,
    /// What being on it does.
    pub effect: ListEffect,
    /// What it is of.
    pub of: ListSubject,
}

/// A list, and how much is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizedList {
    /// The list.
    pub list: List,
    /// How many entries it has; those that have expired count until they are swept.
    pub n_entries: u64,
}

/// An entry that something was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMatch {
    /// The list it is on.
    pub list: OnList,
    /// The entry: of an address, it may be a network around it; of a domain, one above it.
    pub entry: ListEntry,
}

/// What became of a list that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKept {
    /// It is there now.
    Made,
    /// There was one of that name, which has its effect and note now.
    Changed,
    /// There is one of that name, of other subjects; it stays as it is.
    OfOthers(ListSubject),
}

/// What became of entries that were to be put on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListPut {
    /// Entries that were not on it.
    pub n_added: u64,
    /// Entries that were, and are now as given.
    pub n_replaced: u64,
}

/// A change that was made to a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListChange {
    /// What was done.
    pub verb: ListVerb,
    /// The list's name.
    pub list: Box<str>,
    /// How many entries it was about.
    pub n_entries: u64,
    /// By whom, and when.
    pub by: Author,
}

/// What was done to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListVerb {
    /// It was made.
    Made,
    /// It was given another effect or note.
    Changed,
    /// It was dropped, with all its entries.
    Dropped,
    /// Entries were put on it.
    Put,
    /// Entries were taken off it.
    Taken,
}

impl ListVerb {
    /// As spelled in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
            Self::Put => "put",
            Self::Taken => "taken",
        }
    }
}

/// Whether a list may be called so: 1 to 64 letters, digits, `_` and `-`, and not `lookup`, which is a path.
#[must_use]
pub fn is_list_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=LIST_NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_plain) && name != "lookup"
}

/// A set of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListSubjects(u8);

impl ListSubjects {
    /// Puts one in.
    pub fn insert(&mut self, subject: ListSubject) {
        self.0 |= 1 << subject as u8;
    }

    /// Whether one is in it.
    #[must_use]
    pub const fn contains(self, subject: ListSubject) -> bool {
        self.0 & (1 << subject as u8) != 0
    }

    /// True if none is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
