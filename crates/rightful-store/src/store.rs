//! What is asked of memory: traits of intents, each sayable in one sentence without a word of SQL.

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Application, ApplicationId, AuditRow, Author, Case, CaseChange, CasePage, CaseRefusal, CaseSearch,
    Conclusion, CorrelationId, Day, Delivery, DeliveryTry, Device, DeviceId, Dossier, Enrichment, Entry, Event,
    EventId, Excerpt, Feedback, History, HookHealth, KeyChange, LoggedTry, Note, Page, Passage, Record, Report,
    ReportKey, RetryKey, RuleBook, RuleBookChange, RuleBookVersion, RuleCounted, RuleCounts, Search, Snooze, Takeover,
    Telling, Timestamp, Waiting,
};

use crate::{Aggregates, Extent, Lists, Scan, StoreError, Visit};

/// What the pipeline asks of memory. Each call is atomic; none exposes a transaction.
#[async_trait]
pub trait Memory: Send + Sync {
    /// Counts this attempt and returns everything known about its keys, as of `now`. One round trip.
    ///
    /// The count includes the attempt itself, so parallel attempts each see a different one. Idempotent per event. An
    /// attempt that happened less than five minutes ago is counted as of `now`, with its neighbours a little ahead of it
    /// included, since clocks and queues disagree by that much; an older one is counted as of its own time; one more
    /// than 24 h old is not counted, and is in no crowd. A username without an account is resolved to the account it last belonged to.
    async fn recall(&self, event: &Event, enrichment: &Enrichment, now: Timestamp) -> Result<History, StoreError>;

    /// What is known now of the keys of an event that was recorded, as if it had taught nothing: for judging it again.
    /// Counts nothing. `NotFound` if the application has no such event.
    async fn recall_again(
        &self,
        application: &ApplicationId,
        event: EventId,
        enrichment: &Enrichment,
        now: Timestamp,
    ) -> Result<History, StoreError>;

    /// Remembers an entry: durable when it returns. Repeating the same event, or a live retry key, returns the first.
    async fn record(&self, entry: Entry) -> Result<Recorded, StoreError> {
        self.record_opening(entry, None).await
    }

    /// The same, and opens the event's case, in the same write.
    async fn record_opening(&self, entry: Entry, case: Option<Case>) -> Result<Recorded, StoreError>;

    /// Finds the answer to a request that has come before. `Conflict` if its key came with another body.
    async fn answer_to_retry(&self, retry: &RetryKey, now: Timestamp) -> Result<Option<Record>, StoreError>;

    /// Remembers how an event ended, and lets profiles learn what waited for it. Repeating it changes nothing; a second,
    /// different outcome replaces the first.
    async fn conclude(&self, conclusion: Conclusion) -> Result<Record, StoreError>;

    /// Remembers what somebody said of an event or an account, and acts on it: releases from quarantine, marks as
    /// taken over, rolls back after a reclaim.
    async fn apply_feedback(&self, feedback: Feedback) -> Result<Applied, StoreError> {
        self.apply_feedback_telling(feedback, Vec::new()).await
    }

    /// The same, and lets messages about the event wait, in the same write. If it says nothing new of an event, nobody is
    /// told. If the event's case waits for its person, and it says how that ended, it decides the case, in the same write.
    /// Of [`rightful_domain::Topic::OF_STANDING`], only those are told that are news by then, as [`rightful_domain::Stood::news`] says.
    async fn apply_feedback_telling(&self, feedback: Feedback, tellings: Vec<Telling>) -> Result<Applied, StoreError>;

    /// Keeps a browser's report until [`rightful_domain::REPORT_KEPT`] after it was received. Not synced: what a power cut
    /// takes is said again. Reports of a device with a name are merged.
    async fn keep_report(&self, report: Report) -> Result<(), StoreError>;

    /// The report of that token, or all that a device has reported lately as one; None if there is none, or no longer.
    async fn report(
        &self,
        application: &ApplicationId,
        key: ReportKey<'_>,
        now: Timestamp,
    ) -> Result<Option<Report>, StoreError>;

    /// The device of an account that is most alike to this one in its components, if any is at least as alike as asked.
    async fn alike_device(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        device: &Device,
        likeness_min: f32,
    ) -> Result<Option<DeviceId>, StoreError>;

    /// Marks the answer to an event as consumed, durably, and returns it. `Conflict` if it was before; `NotFound`.
    async fn consume(&self, application: &ApplicationId, event: EventId, now: Timestamp) -> Result<Record, StoreError>;

    /// Notes something of an account or one of its devices, durably, and returns what is noted of it now. `NotFound` for a
    /// device that is none of the application's. Repeating it changes nothing.
    async fn note(&self, note: Note) -> Result<Dossier, StoreError> {
        self.note_telling(note, Vec::new()).await
    }

    /// The same, and lets messages wait, in the same write: those of [`rightful_domain::Topic::ChallengeEnded`] about the
    /// event whose challenge it says was passed, if there is one; those of [`rightful_domain::Topic::DeviceDetached`] about
    /// the latest event on the device that it detaches, if it was attached; no others.
    async fn note_telling(&self, note: Note, tellings: Vec<Telling>) -> Result<Dossier, StoreError>;
}

/// What investigators and operators ask of memory.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Finds one event of an application, with all that was said of it since.
    async fn find(&self, application: &ApplicationId, event: EventId) -> Result<Option<Record>, StoreError>;

    /// Finds events, newest first, a page at a time.
    async fn search(&self, search: &Search) -> Result<Page, StoreError>;

    /// The newest events that their caller gave this id, newest first, at most `limit`, up to
    /// [`rightful_domain::SEARCH_LIMIT_MAX`]. Those written down before ids were looked up are not found by theirs.
    async fn correlated(
        &self,
        application: &ApplicationId,
        correlation: &CorrelationId,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError>;

    /// What happened, oldest first, a passage at a time: of bounded size, and in as many as it takes. What is durable is
    /// seen at once and in one order, so who goes on after [`Passage::upto`] misses nothing.
    async fn passage(&self, excerpt: &Excerpt) -> Result<Passage, StoreError>;

    /// Where the entries received from a moment on (inclusive) until another (exclusive) lie, as the ledger is now. May hold
    /// others as well; empty if there are none.
    async fn extent(&self, from: Timestamp, to: Timestamp) -> Result<Extent, StoreError>;

    /// Goes over an application's entries of a time span in order, with all that was said of each since.
    ///
    /// In the order in which they were written down, on a thread where nobody waits for a login, a few hundred rows in
    /// memory at a time. Whoever wants to stop, to make room, or to show how far it is, goes over one part of the extent
    /// after the other; parts may be gone over side by side.
    async fn scan(&self, scan: &Scan, visit: Visit) -> Result<(), StoreError>;

    /// What is noted of an account; that of an account never heard of is empty.
    async fn dossier(&self, application: &ApplicationId, account: &AccountId) -> Result<Dossier, StoreError>;

    /// What the intruder did in an account whose takeover is reported or was reclaimed; the default if none ever was.
    async fn takeover(&self, application: &ApplicationId, account: &AccountId) -> Result<Takeover, StoreError>;

    /// Forgets an account's people's data, in every event it has, and all that was learned of it: what was sealed can no
    /// longer be read by anybody, and `find` shows it as absent. Its events stay, with their ids and judgements.
    async fn erase_account(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// How the store is.
    async fn health(&self) -> Result<StoreHealth, StoreError>;
}

/// Who may talk to the server, and how.
#[async_trait]
pub trait Office: Send + Sync {
    /// Remembers a new application with its keys. Audited. `Conflict` if its id exists.
    async fn create_application(&self, application: Application, by: Author) -> Result<(), StoreError>;

    /// Replaces an application's settings. Audited. Its keys stay as given.
    async fn change_application(&self, application: Application, by: Author) -> Result<(), StoreError>;

    /// Adds a key to an application, or takes one away. Audited. `Conflict` if there are [`CREDENTIALS_MAX`] already, or
    /// what is to be taken away is not there.
    ///
    /// [`CREDENTIALS_MAX`]: rightful_domain::CREDENTIALS_MAX
    async fn change_keys(&self, application: &ApplicationId, change: KeyChange, by: Author) -> Result<(), StoreError>;

    /// All applications.
    async fn applications(&self) -> Result<Vec<Application>, StoreError>;

    /// What was noted of changes to applications, keys and rules after the one of a number, oldest first.
    async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;

    /// An application's own rules; the default if nobody has opened the book.
    async fn rule_book(&self, application: &ApplicationId) -> Result<RuleBook, StoreError>;

    /// Changes an application's own rules, durably, and returns them. Audited. `RuleBook` says why it is refused; of two
    /// changes for one revision, the second is.
    async fn change_rule_book(&self, change: RuleBookChange) -> Result<RuleBook, StoreError>;

    /// A published version of an application's rules; None if there is none of that number, or no longer.
    async fn rule_book_version(
        &self,
        application: &ApplicationId,
        number: u32,
    ) -> Result<Option<RuleBookVersion>, StoreError>;

    /// Lets a rule not act on an account for a while, durably; one that is snoozed already gets the new end. From then on
    /// `recall` tells of it. `TooMuch` beyond what an account or an application may have.
    async fn snooze(&self, snooze: Snooze) -> Result<(), StoreError>;

    /// Ends a snooze; whether there was one.
    async fn end_snooze(
        &self,
        application: &ApplicationId,
        rule: &str,
        account: &AccountId,
    ) -> Result<bool, StoreError>;

    /// What is snoozed in an application now. Those of erased accounts are gone.
    async fn snoozes(&self, application: &ApplicationId, now: Timestamp) -> Result<Vec<Snooze>, StoreError>;

    /// Adds to what rules did. Days more than [`rightful_domain::RULE_COUNT_DAYS`] before the newest told are forgotten.
    async fn add_rule_counts(
        &self,
        application: &ApplicationId,
        counts: Vec<(RuleCounted, RuleCounts)>,
    ) -> Result<(), StoreError>;

    /// What rules did since a day, by day, rule and version.
    async fn rule_counts(
        &self,
        application: &ApplicationId,
        from: Day,
    ) -> Result<Vec<(RuleCounted, RuleCounts)>, StoreError>;
}

/// What waits to be told to the applications' own systems. Messages are put in by `record` and `note`, with what they
/// are about.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Puts messages about a row of the ledger in by themselves; for what `record` does not know of.
    async fn enqueue(&self, waiting: Vec<Waiting>) -> Result<(), StoreError>;

    /// Messages that are due, or are hurried, oldest first, at most `limit`, and of each lane of a hook only the first: of one account, only
    /// that before which none waits.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Waiting>, StoreError>;

    /// When the next message is due; None if none waits.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Remembers what became of a try.
    async fn settle(&self, waiting: &Waiting, delivery: Delivery) -> Result<(), StoreError>;

    /// The same, with a line in the hook's log, of which the newest [`rightful_domain::TRIES_KEPT`] are kept. The line is
    /// written even if the message waits no longer.
    async fn settle_try(&self, waiting: &Waiting, delivery: Delivery, tried: &DeliveryTry) -> Result<(), StoreError>;

    /// The log of a hook, newest first, at most `limit` lines, only those before a place if one is given.
    async fn tries(
        &self,
        application: &ApplicationId,
        hook: &str,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Vec<LoggedTry>, StoreError>;

    /// Messages of a hook that were given up, oldest first, at most `limit`, only those with higher numbers than `after`.
    async fn given_up(
        &self,
        application: &ApplicationId,
        hook: &str,
        after: u64,
        limit: u16,
    ) -> Result<Vec<Waiting>, StoreError>;

    /// Lets messages of a hook that were given up wait again, under their numbers and so in their places: those of these
    /// numbers, or all; as many as there is room for. They are due at once and have all their tries again. Audited, and
    /// durable when it returns; returns how many they are. Repeating it changes nothing.
    async fn redeliver(
        &self,
        application: &ApplicationId,
        hook: &str,
        numbers: Option<&[u64]>,
        by: Author,
    ) -> Result<u64, StoreError>;

    /// Lets what is next of each lane of a hook be found by `due` at once, if it would be later, until it is settled or the
    /// store is closed. Its `due_at` stays, so a try before its time can be told from others.
    async fn hurry(&self, application: &ApplicationId, hook: &str, now: Timestamp) -> Result<(), StoreError>;

    /// How a hook is. One never heard of has nothing waiting.
    async fn hook_health(&self, application: &ApplicationId, hook: &str) -> Result<HookHealth, StoreError>;

    /// The row of the ledger that a message is about, if it is an entry.
    async fn record_at(&self, sequence: u64) -> Result<Option<Record>, StoreError>;
}

/// What waits for people, and what they did about it. Each change is atomic: of two at once, the second sees the first.
#[async_trait]
pub trait Cases: Send + Sync {
    /// Opens a case, durably; one that is there stays as it is. Gives the case as it is then.
    async fn open_case(&self, case: Case) -> Result<Case, StoreError> {
        let (application, event, now) = (case.application.clone(), case.event, case.opened_at);
        let opening = Some(case.clone());
        let asked = CaseAsked { opening, ..CaseAsked::new(application, event, Vec::new(), now) };
        // Of nothing that changes it, nothing can be refused.
        Ok(self.alter_case(asked).await?.unwrap_or(case))
    }

    /// The case of an event, if it has one.
    async fn case(&self, application: &ApplicationId, event: EventId) -> Result<Option<Case>, StoreError>;

    /// Cases, oldest first, a page at a time.
    async fn cases(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError>;

    /// Changes a case as [`Case::apply`] says, durably, and gives it as it is then; or says why it is not changed.
    async fn change_case(
        &self,
        application: &ApplicationId,
        event: EventId,
        change: CaseChange,
        now: Timestamp,
    ) -> Result<Result<Case, CaseRefusal>, StoreError> {
        self.alter_case(CaseAsked::new(application.clone(), event, vec![change], now)).await
    }

    /// Changes a case with all that goes with it, in one write: all of it, or nothing and why.
    async fn alter_case(&self, asked: CaseAsked) -> Result<Result<Case, CaseRefusal>, StoreError>;

    /// Cases whose decision is to take effect by then, and has not; at most `limit`, the longest due first.
    async fn decisions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Case>, StoreError>;
}

/// All of memory.
pub trait Store: Memory + Ledger + Office + Outbox + Lists + Aggregates + Cases {}

impl<S: Memory + Ledger + Office + Outbox + Lists + Aggregates + Cases> Store for S {}

/// What is to be done about a case, with all that goes into the same write.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAsked {
    /// The tenant.
    pub application: ApplicationId,
    /// The event, which names the case.
    pub event: EventId,
    /// The case to open if there is none.
    pub opening: Option<Case>,
    /// What to change, one after the other.
    pub changes: Vec<CaseChange>,
    /// What that says of the event, as [`Memory::apply_feedback`] takes it.
    pub said: Option<Feedback>,
    /// Messages about the event: of [`rightful_domain::Topic::OF_STANDING`], those that are news by then.
    pub tellings: Vec<Telling>,
    /// As of when.
    pub now: Timestamp,
}

impl CaseAsked {
    /// Changes of a case that is there, of which nobody is told.
    #[must_use]
    pub const fn new(application: ApplicationId, event: EventId, changes: Vec<CaseChange>, now: Timestamp) -> Self {
        Self { application, event, opening: None, changes, said: None, tellings: Vec::new(), now }
    }
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// It is remembered now, at this place in the ledger.
    New {
        /// Gapless, from 1.
        sequence: u64,
    },
    /// It, or the request it came with, was remembered before: this is the first answer.
    Repeated(Box<Record>),
}

/// What became of feedback.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Events that left quarantine.
    pub n_released: u32,
    /// Events that were unlearned.
    pub n_unlearned: u32,
}

/// How the store is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreHealth {
    /// The highest sequence number that is durable.
    pub sequence: u64,
    /// Entries a restart would replay.
    pub n_to_replay: u64,
    /// Writes waiting.
    pub n_queued: u64,
    /// Messages that wait to be told.
    pub n_to_tell: u64,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// The minute in which the newest row was received, by its beginning; None while there is no row.
    pub newest_at: Option<Timestamp>,
}
