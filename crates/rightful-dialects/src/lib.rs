//! Dialects: the same meaning in each vendor's words. Bytes in, bytes out; pure.
//!
//! A dialect decodes a request into an [`Intake`], one of a few verbs that every vendor's API reduces to, and encodes the
//! [`Reply`] or [`Refusal`] in its vendor's shape. It cannot see detectors, so a vendor's quirks cannot leak into
//! judgement.

mod asked;
mod asking;
mod attempts;
mod bearer;
mod dialect;
mod digest;
mod fields;
mod hooks;
mod json;
mod link;
mod list_csv;
mod lists;
mod native;
mod nearest;
mod page;
mod path;
mod query;
mod ravelin;
mod refusal_kind;
mod registry;
mod reply;
mod route;
mod rule_library;
mod rules;
mod rupt;
mod scalars;
mod several;
mod sumsub;
mod time;
mod transmit;
mod vendor_rules;

pub use asked::{
    Around, BacktestAsked, EventOf, FILE_LINES_REFUSED_MAX, Following, Fresh, HookWish, ImportShown, Lines, LinesTaken,
    Signed, SignedRequest, Tolerance, VendorHook, VendorHooksAsked,
};
pub use attempts::{Ask, DeviceProof, Finish, Packing, PresentedInBody, Sealed, TokenIn, Wants};
pub use dialect::{
    Call, Dialect, FirstEvent, Glossary, HookMessage, Intake, Notice, Query, Reclaim, Refusal, Response, StreamMessage,
    Told, ToldOf,
};
pub use hooks::{DeliveryShown, HookShown, HooksAnswer, HooksAsk, UndeliveredShown};
pub use list_csv::{CsvLineEnd, CsvLines};
pub use lists::{
    LINES_REFUSED_MAX, LISTS_BODY_BYTES_MAX, ListFormat, ListLine, ListReport, ListsIntake, ListsReply, NewListEntry,
    is_list_header, list_lines, wrong_list_header,
};
pub use native::{
    BacktestBody, BacktestReport, Counts, DayOfEvents, DayOfMatches, Matches, RuleReport, Sample, ScoreMoves,
    VerdictMove, backtest_body, backtest_report, openapi,
};
pub use refusal_kind::RefusalKind;
pub use registry::{ALL, OURS, of_hook};
pub use reply::{OurReply, Reply, VendorReply};
pub use route::{Access, Method, Presented, Route};
pub use rule_library::{InstalledRule, ReadyRule, RuleConflict, RuleLibraryShown, RuleUpdate, RuleUpdates};
pub use rules::{
    RuleBookShown, RuleCountsShown, RuleDay, RuleDiff, RuleFault, RuleFieldDiff, RuleJson, RuleShown, RuleSnoozes,
    RuleState, RuleTally, RuleTextInfo, RuleVersionInfo, RuleVersionShown, RuleVersions, RulesAsked, RulesChecked,
    RulesDiff, RulesIntake, RulesRefusal, RulesRefusalKind, RulesReply, RulesStep, SnoozeAsked, SnoozeShown,
    VerdictChange,
};
pub use several::{EventList, EventListsAsk, EventsOf, SeveralAsk, SeveralDone};
pub use time::{moment_of, rfc3339};
pub use vendor_rules::{
    RuleTitle, VendorRule, VendorRuleKept, VendorRuleRef, VendorRulesAsked, VendorRulesReply, VendorRulesShown,
};
