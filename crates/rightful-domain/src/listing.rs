//! Lists: whom an application lets in, keeps out, or watches.

use crate::{ApplicationId, Timestamp};

/// The most lists of an application.
pub const LISTS_MAX: usize = 64;
/// The most entries of all lists of an application together.
pub const LIST_ENTRIES_MAX: u64 = 2_000_000;
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
}

impl ListSubject {
    /// All of them.
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
        }
    }

    /// The subject of that spelling.
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
