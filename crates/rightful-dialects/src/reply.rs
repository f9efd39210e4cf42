//! What requests bring about, which a dialect puts into words.
//!
//! What several dialects' requests bring about is here by itself; what only our own API's do, and what only vendors' do,
//! are enums of their own, so that a dialect names every kind and yet not each that can never be its own.

use std::time::Duration;

use rightful_domain::{
    AccountDevice, BacktestJob, Case, CasePage, CaseRefusal, CaseTimes, CredentialStatus, Dossier, EventId, Page,
    Record, Takeover,
};

use crate::hooks::HooksAnswer;
use crate::rules::RulesReply;
use crate::vendor_rules::VendorRulesReply;
use crate::{ImportShown, LinesTaken, ListsReply, SeveralDone, VendorHook};

/// What a request has brought about.
#[derive(Debug)]
pub enum Reply {
    /// The event is judged and remembered (or was before: a retry gets the first answer).
    Assessed(Box<Record>),
    /// The event is remembered.
    Observed(EventId),
    /// The outcome is remembered; the event as it is now.
    Concluded(Box<Record>),
    /// The event asked for.
    Recalled(Box<Record>),
    /// The events asked for.
    Found(Page),
    /// The feedback is remembered.
    FeedbackTaken {
        /// Events or accounts it was about.
        n_targets: u32,
        /// Events that left quarantine.
        n_released: u32,
        /// Events that were unlearned.
        n_unlearned: u32,
    },
    /// The report is kept under this token.
    Reported(EventId),
    /// What is known of the credentials.
    LookedUp(CredentialStatus),
    /// What is noted of the account, after the change if there was one.
    Dossier(Box<Dossier>),
    /// Accounts are reclaimed.
    Reclaimed {
        /// How many.
        n_accounts: u32,
    },
    /// Nothing was to be done.
    Nothing,
    /// How the event stands, and what people did about it.
    Standing {
        /// The event.
        record: Box<Record>,
        /// Its case, if it has one.
        case: Option<Box<Case>>,
    },
    /// What only requests of our own API bring about.
    Ours(OurReply),
    /// What only requests of a vendor's API bring about.
    Vendors(VendorReply),
}

/// What a request of our own API has brought about.
#[derive(Debug)]
pub enum OurReply {
    /// What the intruder did.
    Takeover(Box<Takeover>),
    /// What became of each change.
    Changed(Vec<(EventId, Result<Case, CaseRefusal>)>),
    /// The cases asked for.
    Cases(CasePage),
    /// How long cases wait.
    CaseTimes(CaseTimes),
    /// The files that were brought lately, newest first.
    Imports(Vec<ImportShown>),
    /// How far a backtest is, and what came of it.
    Backtest(Box<BacktestJob>),
    /// What is answered of the application's hooks.
    Hooks(HooksAnswer),
    /// About lists.
    Lists(Box<ListsReply>),
    /// Of the application's own rules.
    Rules(Box<RulesReply>),
}

/// What a request of a vendor's API has brought about.
#[derive(Debug)]
pub enum VendorReply {
    /// The event is judged and remembered, and this is its device on its account.
    Identified {
        /// The event.
        record: Box<Record>,
        /// Its device; None if the event named no account.
        device: Option<Box<AccountDevice>>,
    },
    /// The answer asked for, this once.
    Consumed(Box<Record>),
    /// The lines are taken, as far as they can be.
    LinesTaken(LinesTaken),
    /// The application's hooks as its vendor's administration shows them, or the one that was set.
    VendorHooks(Vec<VendorHook>),
    /// Of the rules that the vendor's API has written.
    VendorRules(VendorRulesReply),
    /// The key under which a page may seal what it says: an RSA public key as a JSON Web Key.
    SealingKey(String),
    /// A token that stands for the caller's key, and how long it does.
    Granted {
        /// The token.
        token: String,
        /// How long it holds.
        kept: Duration,
    },
    /// How an attempt ended is remembered; its event.
    Finished(Box<Record>),
    /// What became of several events.
    Several(Box<SeveralDone>),
}
