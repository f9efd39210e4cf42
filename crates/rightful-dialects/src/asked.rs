//! What is asked of a server beside judging: of events that must be new, of files, of hooks, of what happens and of
//! backtests; and what is signed.

use rightful_domain::{
    Action, Application, Case, DeviceId, EventId, Happening, Hook, HookDigest, HookStyle, HookTerms, Pii, RetryKey,
    Timestamp, Verdict,
};

use crate::{Method, Refusal, Told};

/// How alike two devices must be to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tolerance {
    /// In nearly everything.
    Strict,
    /// As a browser is to itself after an update.
    #[default]
    Default,
    /// As a browser is to itself with another screen or language.
    Lenient,
}

/// A request as it came, whose signature is to be checked.
pub struct SignedRequest<'a> {
    /// The method.
    pub method: Method,
    /// The path and the query as they were sent, percent-encoded: `/resources/kyt?limit=1`.
    pub target: &'a str,
    /// A header's value by its lower-case name; None if absent or not text.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body's very bytes.
    pub body: &'a [u8],
    /// The moment of receipt.
    pub received_at: Timestamp,
}

/// What a request says it has signed: an HMAC-SHA256 under the secret, for the server to check.
pub struct Signed {
    /// What was signed.
    pub message: Vec<u8>,
    /// The signature.
    pub mac: Vec<u8>,
}

/// A new event, with the page that it came by.
#[derive(Debug)]
pub struct Fresh {
    /// The event; `retry` names it for ever.
    pub told: Told,
    /// The device's name under which a browser has reported itself, to be joined; None if none did.
    pub reported_as: Option<DeviceId>,
}

/// An earlier event, by a name of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventOf {
    /// By its id.
    Id(EventId),
    /// By the retry key that it came with.
    Key(Box<RetryKey>),
}

/// How a file of many lines is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// They are history: believed, and nobody waits for a verdict.
    pub is_history: bool,
    /// Nothing is taken after the first line that cannot be.
    pub stops_at_error: bool,
}

/// What became of a file of many lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinesTaken {
    /// Lines that became events.
    pub n_created: u32,
    /// Lines whose event was there before.
    pub n_known: u32,
    /// Lines that could not be taken, by their number from 1, at most [`FILE_LINES_REFUSED_MAX`].
    pub refused: Vec<(u32, Refusal)>,
    /// How many there were of those.
    pub n_refused: u32,
}

/// A file that is being taken, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportShown {
    /// Its id.
    pub id: EventId,
    /// When it came.
    pub begun_at: Timestamp,
    /// When it was done; None while it is under way.
    pub ended_at: Option<Timestamp>,
    /// How many lines it has, but for empty ones.
    pub n_lines: u32,
    /// What became of those that are done.
    pub taken: LinesTaken,
}

/// The most lines that a report names.
pub const FILE_LINES_REFUSED_MAX: usize = 10_000;

/// What is asked of an application's hooks in its vendor's administration. What that cannot say is asked by
/// [`crate::HooksAsk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorHooksAsked {
    /// All of them.
    All,
    /// Let this one know from now on, or otherwise than before.
    Set(Box<HookWish>),
}

/// A hook as its application wants it.
#[derive(Clone, PartialEq, Eq)]
pub struct HookWish {
    /// Which; None for a new one.
    pub id: Option<Box<str>>,
    /// In whose words.
    pub style: HookStyle,
    /// Where to post; None to leave it.
    pub url: Option<Box<str>>,
    /// The secret that signs; None to leave it, or for a new one to have one made.
    pub secret: Option<Pii<Box<str>>>,
    /// Whether anything is sent; None to leave it.
    pub enabled: Option<bool>,
    /// The name, for people; None to leave it.
    pub name: Option<Box<str>>,
    /// The digest that signs; None to leave it.
    pub digest: Option<HookDigest>,
    /// The types of messages it is told; None to leave them.
    pub types: Option<Vec<Box<str>>>,
    /// Whether a message that was not taken is given up at once; None to leave it.
    pub tries_once: Option<bool>,
}

impl std::fmt::Debug for HookWish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookWish").field("id", &self.id).field("style", &self.style).finish_non_exhaustive()
    }
}

/// A hook as its application is shown it in its vendor's administration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorHook {
    /// The hook.
    pub hook: Hook,
    /// How it is signed and what it is told.
    pub terms: HookTerms,
    /// Its secret; None if it has none, or it is not to be shown.
    pub secret: Option<Pii<Box<str>>>,
}

/// What a message to a hook may say beside what it is about.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Whose hook it is.
    pub application: &'a Application,
    /// The key under which ids are made.
    pub link_key: &'a [u8; 32],
    /// What people did about the event.
    pub case: Option<&'a Case>,
    /// When that happened which it says.
    pub since: Timestamp,
}

/// What a caller follows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Following {
    /// From after this place in the ledger on; None from now on.
    pub after: Option<u64>,
    /// Of what was judged so; empty for all.
    pub verdicts: Vec<Verdict>,
    /// Of these actions; empty for all.
    pub actions: Vec<Action>,
}

impl Following {
    /// Whether it is told of this: what is about an event as of the event, and what is about an account only where
    /// everything is told.
    #[must_use]
    pub fn wants(&self, happening: &Happening) -> bool {
        if self.verdicts.is_empty() && self.actions.is_empty() {
            return true;
        }
        happening.about().is_some_and(|record| {
            let judged = record.entry.assessment.as_ref().map(|assessment| assessment.verdict);
            let is_verdict = self.verdicts.is_empty() || judged.is_some_and(|verdict| self.verdicts.contains(&verdict));
            is_verdict && (self.actions.is_empty() || self.actions.contains(&record.entry.event.action))
        })
    }
}

/// Rules to be tried on events that were judged before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacktestAsked {
    /// Rules with the policy's keys, as a JSON list of objects, not read yet.
    pub rules: Box<str>,
    /// How many days back, from 1.
    pub days: u32,
    /// Events of these alone; of all if it is empty.
    pub actions: Vec<Action>,
    /// How many samples of each rule.
    pub n_samples: u32,
    /// Another one shows other samples.
    pub seed: u32,
}
