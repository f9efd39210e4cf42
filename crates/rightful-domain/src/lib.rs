//! The nouns of Rightful: events, what is remembered about them, and what is judged of them.
//!
//! This crate is the leaf. It reads no clock, no file, no environment and no randomness, knows no wire format and
//! derives no `Serialize`: each edge owns its own wire structs, so a stored byte or a JSON field is never an accident
//! of a type in here.

mod acquaintance;
mod action;
mod aggregate;
mod assessment;
mod audit;
mod backtest;
mod case;
mod case_times;
mod circumstances;
mod conclusion;
mod country;
mod crowd;
mod decision;
mod details;
mod device;
mod domain_name;
mod dossier;
mod enrichment;
mod entry;
mod event;
mod exact;
mod facts;
mod features;
mod few_marks;
mod free_fields;
mod habits;
mod hands;
mod history;
mod id;
mod inner_address;
mod interaction;
mod known_facts;
mod likeness;
mod list_value;
mod listing;
mod nearest;
mod news;
mod notoriety;
mod office;
mod origin;
mod passage;
mod policy_source;
mod population;
mod profile;
mod reason;
mod report;
mod rescored;
mod rule_book;
mod rule_count;
mod ruling;
mod scalar;
mod score_budget;
mod search;
mod secret;
mod series;
mod snooze;
mod sparse;
mod spelling;
mod standing;
mod subject_counts;
mod tag_table;
mod telling;
mod undoing;
mod window;

pub use acquaintance::Acquaintance;
pub use action::Action;
pub use aggregate::{
    AGGREGATE_MINUTES_MAX, AGGREGATES_MAX, Aggregate, AggregateId, AggregateKey, AggregateValue, Counted, Measure,
};
pub use assessment::{
    Assessment, ChallengeKind, PaymentAction, PaymentSource, PaymentView, PolicyVersion, Sentences, Verdict,
};
pub use audit::{AuditRow, AuditedChange, AuditedRules, Author, RuleStep};
pub use backtest::{
    BACKTEST_DAYS_MAX, BACKTEST_RULES_MAX, BACKTEST_SAMPLES_MAX, Backtest, BacktestJob, BacktestSample, BacktestState,
    Labelled, Matched, RuleBacktest,
};
pub use case::{
    CASE_LABELS_MAX, CASE_LIMIT_MAX, CASE_NOTES_MAX, CASE_TAGS_MAX, CASE_TEXT_BYTES_MAX, CASE_WORD_BYTES_MAX,
    CLAIM_KEPT, Case, CaseChange, CaseNote, CasePage, CaseRefusal, CaseSearch, CaseState, Claim, NoteChange,
    QUEUE_DEFAULT, SERVICE_TIME, TagChange, UNDO_WITHIN,
};
pub use case_times::{CaseTimes, Percentiles, QueueTimes};
pub use circumstances::{Circumstances, Level, StepTag, TURNOVER_LEVELS, Version, hour_of_week};
pub use conclusion::{Conclusion, Feedback, FeedbackKind, FeedbackTarget};
pub use country::{country_meant, country_spellings};
pub use crowd::{CROWD_MARKS_MAX, CROWD_SPAN, CROWDS_MAX, Crowd, CrowdKind, CrowdMark, Crowds, PAYING_CROWDS_MAX};
pub use decision::{Decision, DecisionKind};
pub use details::{DETAILS_PER_KIND_MAX, DetailChange, DetailKind, DetailValue, Doubt, KnownDetail, PreviousDetail};
pub use device::{Device, DeviceAlias, DeviceAliasKind, FINGERPRINT_COMPONENT, KEY_COMPONENT};
pub use domain_name::{canonical_domain, email_domain, with_parents};
pub use dossier::{
    ACCOUNT_DEVICES_MAX, AccountDevice, AccountDeviceId, COMMENT_BYTES_MAX, Dossier, IntruderEvent, Label, LabelValue,
    METADATA_BYTES_MAX, METADATA_FIELDS_MAX, METADATA_VALUES_MAX, NOTES_MAX, Note, NoteKind, NoteTarget, PROVED_FIELD,
    Reopening, Sighting, Takeover,
};
pub use enrichment::{
    AddressKind, AgentKind, AgentTraits, Coordinates, CredentialStatus, CredentialTag, Enrichment, NETWORK_CLAIMS_MAX,
    NetworkClaim, NetworkKind,
};
pub use entry::{Entry, Lesson, Record, RetryKey, Tagged, Teaching};
pub use event::{
    App, Behavior, CURRENCY_BYTES_MAX, Event, FREE_FIELDS_BYTES_MAX, FailureReason, FreeFields, Location, Mechanism,
    MechanismKind, Money, Network, Outcome, Payment, PaymentDirection, Person, Source, TOLD_ACCURACY_KM,
};
pub use exact::Exact;
pub use facts::{Allowances, Facts};
pub use features::FeatureVector;
pub use habits::{AGENTS_MAX, AgentHabit, Fickleness, HABITS_PER_LEVEL_MAX, Habit, Habits, RATED_LEVELS};
pub use hands::{HandShares, Hands};
pub use history::{DeviceSnapshot, History, Remembered};
pub use id::{AccountId, ApplicationId, CorrelationId, DeviceId, EventId, ID_BYTES_MAX, InvalidId, SessionId};
pub use inner_address::{inner_address, innermost_address};
pub use interaction::{
    AXIS_DEGREES, FAR_PX, InputKind, InputKinds, Interaction, RIGHT_DEGREES_OFF, SMALL_DEGREES, STEP_PX,
    STRAIGHT_DEGREES, STRAIGHT_PX, STROKE_MOVES_MIN, STROKE_PAUSE_MS, TIGHT_MS, share,
};
pub use likeness::likeness;
pub use list_value::{
    ALLOWED_BITS_MIN_V4, ALLOWED_BITS_MIN_V6, InvalidListValue, ListNetwork, list_value, new_list_value,
};
pub use listing::{
    LIST_BATCH_MAX, LIST_CHANGES_MAX, LIST_ENTRIES_MAX, LIST_NAME_BYTES_MAX, LIST_NOTE_BYTES_MAX, LISTS_MAX, List,
    ListChange, ListEffect, ListEntry, ListKept, ListMatch, ListPut, ListSubject, ListSubjects, ListVerb, Listed,
    OnList, SizedList, is_list_name,
};
pub use nearest::nearest_within;
pub use news::{FAILURE_CLASSES, NameContext, NameState, News, Rate};
pub use notoriety::{NOTED_ATTEMPTS_MAX, NOTED_LEVELS, NOTED_MAX, Notorieties, Notoriety};
pub use office::{
    Application, ApplicationMode, CREDENTIALS_MAX, Credential, CredentialKind, HOOK_TYPES_MAX, Hook, HookDigest,
    HookStyle, HookTerms, KeyChange, KeyDigest, RecommendationWords, SETTINGS_ENTRIES_MAX, Settings, TakeoverWords,
};
pub use origin::{is_local_origin, origin_of};
pub use passage::{Excerpt, ExcerptKinds, Happening, PASSAGE_LIMIT_MAX, Passage};
pub use policy_source::PolicySource;
pub use population::{
    ArrivalBackdrop, Backdrop, COARSE_CELLS, NoveltyCount, Population, StepBackdrop, TagHasher, VALUES_MAX, ValueCount,
    VersionBackdrop, VersionShares, hour_of,
};
pub use profile::{Bad, Depth, FACTS_MAX, Fact, Family, HELD_MAX, Held, Place, Profile, Standing};
pub use reason::{Evidence, EvidenceValue, FINDINGS_MAX, Finding, ReasonCode};
pub use report::{REPORT_KEPT, Report, ReportKey};
pub use rescored::{Rescored, RescoredGrounds};
pub use rule_book::{
    RULE_BOOK_BYTES_MAX, RULE_BOOK_VERSIONS_MAX, RuleBook, RuleBookChange, RuleBookChangeKind, RuleBookRefusal,
    RuleBookVersion, RuleHand, RuleText,
};
pub use rule_count::{Day, RULE_COUNT_DAYS, RULES_COUNTED_MAX, RuleCounted, RuleCounts};
pub use ruling::{RULE_MATCHES_MAX, RuleEffect, RuleMatch, RuleStatus, ScoreChange};
pub use scalar::{CountryCode, LogOdds, OutOfRange, Pii, RiskScore, Subnet, Tag, Timestamp};
pub use score_budget::{BUDGET_SHARES, BudgetThreshold, BudgetThresholds, SCORE_BUCKETS, ScoreBudget};
pub use search::{Cursor, Page, SEARCH_LIMIT_MAX, SEARCH_WORDS_MAX, Search};
pub use secret::PasswordHashes;
pub use series::{
    BLOCK_CURRENCIES_MAX, SERIES_LATE_MAX, SERIES_MARKS_MAX, SERIES_VALUES_MAX, Series, SeriesBlock, SeriesKind,
    SeriesMark, SeriesValue, SeriesView,
};
pub use snooze::{ACCOUNT_SNOOZES_MAX, SNOOZE_MAX, SNOOZE_NOTE_BYTES_MAX, SNOOZES_MAX, Snooze};
pub use sparse::{Blank, Sparse};
pub use standing::{EventStanding, Stood};
pub use tag_table::{TagCount, TagTable};
pub use telling::{
    Delivery, DeliveryTry, HookHealth, LANES, LoggedTry, TELLINGS_LIMIT_MAX, TRIES_KEPT, Telling, Topic, TryEnd,
    TryFailure, Waiting,
};
pub use undoing::{Replaced, Undoing};
pub use window::{MARKS_MAX, Mark, Span, SpanTally, Tally, Window};
