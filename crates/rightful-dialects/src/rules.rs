//! What is asked and answered of an application's own rules: one shape for the API, the command line and what lies
//! between it and the server. A rule's keys are those of a policy file, so a rule is JSON here and means nothing.

use rightful_domain::Pii;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType};

/// Something is asked of an application's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RulesIntake {
    /// Who asks, in the caller's own words; None if it does not say.
    pub author: Option<String>,
    /// What.
    pub asked: RulesAsked,
}

/// What is asked of an application's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesAsked {
    /// All of them.
    All,
    /// One of them.
    One(String),
    /// Replace one in the draft, or put it there.
    Put {
        /// Its name.
        name: String,
        /// Its keys.
        rule: RuleJson,
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// Replace the whole draft by `[[rules]]`.
    Import {
        /// TOML.
        text: String,
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// Take one out of the draft.
    Remove {
        /// Its name.
        name: String,
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// Drop the draft.
    Discard {
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// Whether these could be rules: one as its keys, or many in TOML.
    Check {
        /// One.
        rule: Option<RuleJson>,
        /// Many.
        text: Option<String>,
    },
    /// What is different in the draft.
    Diff,
    /// Publish the draft, or propose it.
    Publish(RulesStep),
    /// Publish the proposal.
    Approve(RulesStep),
    /// Drop the proposal.
    Reject(RulesStep),
    /// Publish again what was published before.
    RollBack(RulesStep),
    /// Whether publishing takes two; from the operator alone.
    NeedTwo(bool),
    /// What was published.
    Versions,
    /// One of them.
    Version(u32),
    /// Let a rule not act on an account for a while.
    Snooze(SnoozeAsked),
    /// What is snoozed of a rule.
    Snoozes(String),
    /// Let it act on the account again.
    EndSnooze {
        /// The rule.
        rule: String,
        /// The account.
        account: String,
    },
    /// The library's rules, and which of them are here.
    Library,
    /// Put a ready rule into the draft.
    Install {
        /// The ready rule.
        id: String,
        /// `active`, `shadow` or `off`; None for `shadow`.
        mode: Option<String>,
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// Bring rules of the draft that come from the library up to date.
    Update {
        /// The ready rules; empty for all.
        ids: Vec<String>,
        /// The revision that it is meant for; None for whatever it is.
        revision: Option<u64>,
    },
    /// What a rule did in the last days.
    Counts {
        /// The rule.
        rule: String,
        /// How many days, today included.
        days: u32,
    },
}

/// A rule's keys as they are sent, whatever they are.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleJson(pub Value);

// An event that was sent to the wrong path would be in it, with a password: a careless `{:?}` must not write it to a log.
impl std::fmt::Debug for RuleJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RuleJson(‹unread›)")
    }
}

/// A step of the whole book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RulesStepTold)]
pub struct RulesStep {
    /// The revision that was looked at: if it is another by now, nothing is done and 409 is answered.
    pub revision: u64,
    /// Why, for people; at most 1024 bytes.
    #[serde(default)]
    #[schema(required = false)]
    pub note: Option<String>,
}

/// A snooze that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnoozeAsked {
    /// The rule.
    pub rule: String,
    /// The account.
    pub account: String,
    /// For how many minutes; None if `until` says when.
    pub minutes: Option<u32>,
    /// Until when, in micros since 1970.
    pub until_micros: Option<i64>,
    /// Why.
    #[serde(serialize_with = "shown", deserialize_with = "hidden")]
    pub note: Option<Pii<Box<str>>>,
}

fn shown<S: Serializer>(note: &Option<Pii<Box<str>>>, serializer: S) -> Result<S::Ok, S::Error> {
    // To the server, over a socket that only the folder's owner can open.
    note.as_ref().map(|note| &**note.reveal()).serialize(serializer)
}

fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pii<Box<str>>>, D::Error> {
    Ok(Option::<Box<str>>::deserialize(deserializer)?.map(Pii::new))
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesReply {
    /// All of them, after the change if there was one.
    Book(Box<RuleBookShown>),
    /// One of them, after the change if there was one.
    One(Box<RuleShown>),
    /// What was checked could be rules.
    Checked(RulesChecked),
    /// What is different in the draft.
    Diff(RulesDiff),
    /// What was published, newest first.
    Versions(RuleVersions),
    /// One of them.
    Version(Box<RuleVersionShown>),
    /// What is snoozed.
    Snoozes(RuleSnoozes),
    /// It is snoozed.
    Snoozed(SnoozeShown),
    /// It is no longer there.
    Gone,
    /// The library's rules.
    Library(crate::RuleLibraryShown),
    /// What became of the rules that were brought up to date.
    Updated(crate::RuleUpdates),
    /// What a rule did.
    Counts(RuleCountsShown),
    /// It was not done.
    Refused(RulesRefusal),
}

/// Why something was not done to rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesRefusal {
    /// What sort.
    pub kind: RulesRefusalKind,
    /// In words.
    pub detail: String,
    /// What is wrong, rule by rule.
    pub faults: Vec<RuleFault>,
}

/// What sort of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesRefusalKind {
    /// 400: not what a rule may be.
    Invalid,
    /// 404: there is none.
    NotFound,
    /// 409: it has changed since, or cannot be done as things are.
    Conflict,
    /// 409: what the rules newly ask for is still being counted; asked again, it is done.
    Counting,
    /// 403: not by this caller.
    Forbidden,
}

/// What is wrong with a rule, or doubtful; and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleFault {
    /// The rule; null where it has no name.
    pub rule: Option<String>,
    /// The key at fault; null where it is the whole rule.
    pub key: Option<String>,
    /// What is wrong, or doubtful.
    pub detail: String,
    /// The line, from 1: of the text, where rules were sent as text, and else of the condition; null where that says
    /// nothing.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
    /// The line with a mark under the place, as two lines.
    pub pointed: Option<String>,
}

/// The rules of an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleBook)]
pub struct RuleBookShown {
    /// Counted up by each change; tell it with what you change.
    pub revision: u64,
    /// The policy that judges now, with the file's version and the book's.
    pub policy: String,
    /// The published version that judges now; null if none does.
    pub version_in_effect: Option<u32>,
    /// Why it is not the one that was published last; null if it is.
    pub fault: Option<String>,
    /// Whether publishing takes a second person.
    pub needs_two: bool,
    /// What was published last; null if nothing ever was.
    pub published: Option<RuleVersionInfo>,
    /// What waits for a second person.
    pub proposal: Option<RuleTextInfo>,
    /// What is edited; null where it is what is published.
    pub draft: Option<RuleTextInfo>,
    /// The server's own, which come first and are changed in its policy file; then the application's.
    pub rules: Vec<RuleShown>,
    /// What the edited rules say that is right and probably not meant.
    pub warnings: Vec<RuleFault>,
}

/// Who wrote something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleTextInfo {
    /// Who.
    pub author: String,
    /// With what: `operator`, or the public name of a key.
    pub key: String,
    /// Why; empty if nothing is said.
    pub note: String,
    /// When.
    pub at: String,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleVersionInfo {
    /// Counted from 1.
    pub number: u32,
    /// Who published or proposed it, when and why.
    #[serde(flatten)]
    pub info: RuleTextInfo,
    /// Who approved it; null where nobody had to.
    pub approved_by: Option<String>,
    /// The version whose rules it brought back; null if it is new.
    pub restores: Option<u32>,
}

/// Whether a rule is as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// It is the server's own, from its policy file.
    File,
    /// It is published and not edited.
    Published,
    /// It is in the draft alone.
    Added,
    /// The draft has it otherwise.
    Changed,
    /// It is published, and no longer in the draft.
    Removed,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rule)]
pub struct RuleShown {
    /// Its name.
    pub name: String,
    /// Whether it is as it is published.
    pub state: RuleState,
    /// As it is edited; of one that is removed, as it is published.
    #[schema(value_type = RuleTold)]
    pub rule: Value,
    /// As it is published, where that is another.
    #[schema(value_type = Option<RuleTold>)]
    pub published: Option<Value>,
    /// The accounts on which it does not act for now.
    pub n_snoozed: usize,
    /// What its published version did in the last 90 days, today included.
    pub counts: RuleTally,
}

/// A rule as in a policy file; the reference of rules says what each key means.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(crate) struct RuleTold {
    /// When it matches. Required.
    when: String,
    /// The actions it is about; all if it names none.
    actions: Option<Vec<String>>,
    /// Points added to the score, -100 to 100.
    score: Option<f64>,
    /// The mildest verdict that may be given.
    floor: Option<String>,
    /// The strictest verdict that may be given.
    ceiling: Option<String>,
    /// What the account is to be marked as.
    status: Option<String>,
    /// What the event is to be found under.
    tags: Option<Vec<String>>,
    /// Which queue of people is to look at it.
    queue: Option<String>,
    /// A whole number; higher ones are asked first.
    priority: Option<i32>,
    /// If true, and the rule is active and matches, no rule after it is asked.
    stop_on_match: Option<bool>,
    /// `active`, `shadow` or `off`.
    mode: Option<String>,
    /// Who wrote it; the caller if it does not say.
    author: Option<String>,
    /// Why.
    note: Option<String>,
    /// What people call it, where that is more than its name.
    title: Option<String>,
    /// The rules among which it stops others.
    group: Option<String>,
    /// False if its points are told in the score and move no verdict.
    moves_verdict: Option<bool>,
    /// Answered of a rule that a vendor's API has written: the vendor, what that calls it, and what was told. Such a rule is
    /// changed where it was written; without this key, it becomes one of your own.
    origin: Option<RuleOriginTold>,
    /// The ready rule that it was put in from.
    library: Option<String>,
    /// In which version of the library's.
    library_version: Option<u32>,
    /// Answered alone: the published version in which it last changed.
    version: Option<u32>,
}

/// Who wrote a rule in words of their own.
#[derive(ToSchema)]
#[schema(as = RuleOrigin)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(crate) struct RuleOriginTold {
    /// `transmit` or `sumsub`.
    vendor: String,
    /// What the vendor's API calls the rule.
    id: String,
    /// What the vendor's API was told.
    #[schema(value_type = Object)]
    told: Value,
}

/// Rules that were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RulesChecked {
    /// Whether they could be published. What is wrong is answered with 400.
    pub ok: bool,
    /// How many there are.
    pub n_rules: usize,
    /// What is right and probably not meant: a country that is none, a list that nobody has made.
    pub warnings: Vec<RuleFault>,
}

/// What is different in the draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RulesDiff {
    /// Of which revision this is told.
    pub revision: u64,
    /// The published version that it is compared with; null if nothing ever was published.
    pub published: Option<u32>,
    /// Rule by rule, by name; empty if the draft is what is published.
    pub rules: Vec<RuleDiff>,
}

/// What is different in one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleDiff {
    /// The rule.
    pub name: String,
    /// `added`, `removed` or `changed`.
    pub state: RuleState,
    /// Each key that is different.
    pub fields: Vec<RuleFieldDiff>,
    /// The same in words.
    pub words: String,
}

/// A key that is different.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleFieldDiff {
    /// The key.
    pub key: String,
    /// As published; null if it was not there.
    #[schema(schema_with = anything)]
    pub from: Option<Value>,
    /// As in the draft; null if it is not there.
    #[schema(schema_with = anything)]
    pub to: Option<Value>,
}

fn anything() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).build()
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleVersions {
    /// Newest first; the newest 50 are kept.
    pub items: Vec<RuleVersionInfo>,
}

/// A published version with its rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleVersion)]
pub struct RuleVersionShown {
    /// Which, by whom and why.
    #[serde(flatten)]
    pub info: RuleVersionInfo,
    /// Its rules, as in a policy file.
    pub text: String,
    /// The same as data.
    #[schema(value_type = Vec<RuleTold>)]
    pub rules: Vec<Value>,
}

/// What is snoozed of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleSnoozes {
    /// By account.
    pub items: Vec<SnoozeShown>,
}

/// A rule does not act on an account for now.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Snooze)]
pub struct SnoozeShown {
    /// The rule.
    pub rule: String,
    /// The account.
    pub account: String,
    /// Until when.
    pub until: String,
    /// Why.
    pub note: Option<String>,
    /// Who said so.
    pub author: String,
    /// When.
    pub at: String,
}

// What people wrote of somebody: a careless `{:?}` must not write it to a log.
impl std::fmt::Debug for SnoozeShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SnoozeShown").field("rule", &self.rule).field("until", &self.until).finish_non_exhaustive()
    }
}

/// What a rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleCounts)]
pub struct RuleCountsShown {
    /// The rule.
    pub rule: String,
    /// By day and version, the latest day first.
    pub days: Vec<RuleDay>,
    /// All of them.
    pub total: RuleTally,
}

/// What one version of a rule did on one day, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleDay {
    /// The day: `2026-01-31`.
    pub day: String,
    /// The version.
    pub version: u32,
    /// What it did.
    #[serde(flatten)]
    pub counts: RuleTally,
}

/// What a rule did, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct RuleTally {
    /// Events that it was about, while it was active or in shadow.
    pub asked: u64,
    /// Those that it matched, in whatever mode.
    pub matched: u64,
    /// Those of them where it was in shadow.
    pub shadow: u64,
    /// Those of them where it was snoozed for the account.
    pub snoozed: u64,
    /// How often it changed a verdict, or would have, had it been active and alone.
    pub changed: Vec<VerdictChange>,
    /// Matched events that were labelled as the owner's.
    pub good: u64,
    /// Matched events that were labelled as a takeover.
    pub bad: u64,
}

/// How often a verdict became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerdictChange {
    /// What was judged without rules.
    pub from: String,
    /// What the rule made of it.
    pub to: String,
    /// How often.
    pub n: u64,
}
