//! What is asked of several events at once: what somebody says of all of them, who works on them, and lists on which
//! people sort them.

use std::net::IpAddr;

use rightful_domain::{CorrelationId, EventId, FeedbackKind, Timestamp};

/// Something asked of several events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeveralAsk {
    /// This is what somebody says of all of them; nothing if they are only to be found.
    Feedback {
        /// Of which.
        of: EventsOf,
        /// What.
        kind: Option<FeedbackKind>,
    },
    /// This person works on them from now on; nobody does if none is named.
    Assign {
        /// The events, each once.
        events: Vec<EventId>,
        /// As the caller names people.
        to: Option<Box<str>>,
    },
    /// About lists of events.
    Lists(EventListsAsk),
}

/// What several events share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventsOf {
    /// They are of this attempt: the event itself, and what was remembered of it again once somebody named its account.
    Attempt(EventId),
    /// Their caller gave them this id.
    Correlation(CorrelationId),
    /// They came from this address lately.
    Address(IpAddr),
}

/// Something asked of lists of events. They sort events for people: nothing is judged by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventListsAsk {
    /// Make one. `Conflict` if one of that title is there.
    Make {
        /// Its title.
        title: Box<str>,
        /// Whose it is.
        creator: Box<str>,
        /// What is on it from the beginning.
        events: Vec<EventId>,
    },
    /// All of them, or those that this event is on.
    All(Option<EventId>),
    /// One of them.
    Show(Box<str>),
    /// Change one, and say how it is then.
    Change {
        /// Its name.
        name: Box<str>,
        /// Its title from now on, if that changes.
        title: Option<Box<str>>,
        /// What is on it from now on as well.
        put: Vec<EventId>,
        /// What is no longer on it.
        take: Vec<EventId>,
    },
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeveralDone {
    /// It is said of these.
    Feedback {
        /// Newest first; those that somebody has said the opposite of, each by itself, are not among them.
        events: Vec<EventId>,
        /// How many those are.
        n_otherwise: u32,
        /// Whether there are more, which were left as they are.
        is_cut: bool,
    },
    /// These have somebody, or nobody, as was asked.
    Assigned(Vec<EventId>),
    /// One list, as it is now.
    List(Box<EventList>),
    /// The lists asked for.
    Lists(Vec<EventList>),
}

/// A list of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventList {
    /// Its name in paths: letters, digits, `_` and `-`.
    pub name: Box<str>,
    /// Its title.
    pub title: Box<str>,
    /// Whose it is, as far as that was said.
    pub creator: Option<Box<str>>,
    /// What is on it, and since when.
    pub items: Vec<(EventId, Timestamp)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last put on it.
    pub updated_at: Timestamp,
}
