//! Our own API, a dialect among others.
//!
//! | Path | Verb |
//! |---|---|
//! | `POST /v1/assessments` | judge an event and remember it |
//! | `POST /v1/events` | remember an event; nobody waits for a verdict |
//! | `POST /v1/events/{id}/outcome` | say how an earlier event ended |
//! | `GET /v1/assessments/{id}` | what was judged of an event, and what was said of it since |
//! | `GET /v1/assessments` | the same of many, newest first |
//! | `POST /v1/feedback` | say what is known of an event or an account |
//! | `POST /v1/backfill` | remember an event as history: believed, and counted as of its own time |
//! | `GET /v1/accounts/{account}` | what is noted of an account, and its devices |
//! | `GET /v1/accounts/{account}/takeover` | what an intruder did there, and what is to be undone |
//! | `POST /v1/accounts/{account}/notes` | a reviewer's label, tags, or that it is closed |
//! | `POST /v1/accounts/{account}/devices/{device}/metadata` | your fields of a device |
//! | `POST /v1/accounts/{account}/devices/{device}/detach` | a device is no longer the account's |
//! | `POST /v1/reclaims` | the owners have these accounts again |
//! | `GET /v1/stream` | what happens, as it is recorded: server-sent events |
//! | `GET /v1/export` | every event of a time, oldest first: newline JSON |
//! | `POST /v1/rules/backtest` | what would these rules have made of the last days? |
//! | `GET /v1/rules/backtest/{id}` | how far a backtest is, and what came of it |
//! | `DELETE /v1/rules/backtest/{id}` | stop it |
//! | `GET`, `POST /v1/lists` | all lists; keep one |
//! | `GET`, `DELETE /v1/lists/{name}` | a list; drop it |
//! | `GET`, `POST /v1/lists/{name}/entries` | what is on it; put on it |
//! | `GET`, `PUT`, `DELETE /v1/lists/{name}/entries/{value}` | one entry |
//! | `POST /v1/lists/{name}/import`, `GET /v1/lists/{name}/export` | the same as CSV or NDJSON |
//! | `GET /v1/lists/lookup` | which lists is this on? |
//! | `POST /v1/credentials/check` | is a password or a username known to be breached? |
//! | `GET /v1/cases` | what waits for people, oldest first: `account`, `queue`, `state`, `due_before` |
//! | `GET /v1/cases/{id}` | an event's case, with what was judged |
//! | `POST /v1/cases/{id}/claim`, `…/release`, `…/notes`, `…/decision`, `…/undo` | what somebody does about it |
//! | `POST /v1/cases/decisions` | one decision about many |
//! | `GET`, `POST /v1/hooks` | whom your application tells of what happens; tell one more |
//! | `GET`, `PUT`, `DELETE /v1/hooks/{id}` | one of them: how it is, change it, tell it no more |
//! | `POST /v1/hooks/{id}/test`, `…/rotate` | tell it of the latest event; replace its secret |
//! | `GET /v1/hooks/{id}/deliveries`, `…/undelivered` | its log; what it never took |
//! | `POST /v1/hooks/{id}/redeliver` | send that again |
//! | `GET /v1/rules`, `GET`, `PUT`, `DELETE /v1/rules/{name}` | the application's own rules, and its draft of them |
//! | `PUT`, `DELETE /v1/rules/draft`, `GET /v1/rules/diff` | the whole draft, and what is different in it |
//! | `POST /v1/rules/check`, `/publish`, `/approve`, `/reject`, `/rollback` | from a draft to what judges, and back |
//! | `GET /v1/rules/versions`, `/v1/rules/versions/{version}` | what was published |
//! | `GET /v1/rules/{name}/counts` | what a rule did, day by day |
//! | `/v1/rules/{name}/snoozes` | accounts on which a rule is not to act for a while |
//!
//! `Authorization: Bearer <key>`. With an `Idempotency-Key`, assessments, events and backfill answer a repeated request with the same bytes
//! for 24 h, and refuse another request under the same key with 409; the other paths may be repeated as they are.
//! Problems are RFC 9457. `api/openapi.json` is the reference.
//!
//! # Choices
//! - Null is the same as absent, and so is an empty label. An empty id is an error.
//! - Unknown fields are kept under `unknown` at the place where they were sent. Only `ip` and `user_agent` at the top are
//!   refused: they belong in `network`, and a misplaced address would silently blind the judgement.
//! - `device.id` and `device.aliases` are names that the caller gives; ours are signed and arrive by other ways.
//! - Hooks are told `{"type", "timestamp", "data"}`: of an event, what was judged, without contacts; of a device, the
//!   account's entry of it.
//! - An event as answered can be sent again: `unknown` is read as if its fields stood beside it.
//! - An account that was never heard of answers like one of which nothing is noted, so that nobody learns who is a customer.
//! - A device's id on an account names both. The path names the account for the reader; the id is what counts.
//! - What an event changed is told as it was told to us, except for ways to pay, of which the last four signs are.
//! - A stream's ids are places in the ledger: `Last-Event-ID` goes on after one, and goes before `after`.
//! - What a password was is told in `mechanisms[].password_sha256`, looked up and wiped; a password or a hash of one
//!   anywhere else is kept as `‹withheld›`.

mod accounts;
mod answers;
mod backtests;
mod case_times;
mod cases;
mod decode;
mod dossiers;
mod encode;
mod hook_bodies;
mod hooks;
mod imports;
mod known_keys;
mod lists;
mod money;
mod openapi;
mod openapi_cases;
mod openapi_hooks;
mod openapi_lists;
mod openapi_rules;
mod response;
mod rules;
mod stream;
mod tell;
mod wire;
mod words;

use rightful_domain::{CredentialKind, Happening, Record, Telling, Timestamp};

use crate::{
    Access, Call, Dialect, EventOf, Glossary, HookMessage, HooksAsk, Intake, LISTS_BODY_BYTES_MAX, ListsIntake, Method,
    Presented, Query, Refusal, RefusalKind, Reply, Response, Route, StreamMessage, ToldOf,
};

pub use backtests::{
    BacktestBody, BacktestReport, Counts, DayOfEvents, DayOfMatches, Matches, RuleReport, Sample, ScoreMoves,
    VerdictMove, backtest_body, backtest_report,
};
pub use openapi::openapi;

const ASSESSMENTS: &str = "/v1/assessments";
const ASSESSMENT: &str = "/v1/assessments/{id}";
const EVENTS: &str = "/v1/events";
const OUTCOME: &str = "/v1/events/{id}/outcome";
const FEEDBACK: &str = "/v1/feedback";
const BACKFILL: &str = "/v1/backfill";
const ACCOUNT: &str = "/v1/accounts/{account}";
const TAKEOVER: &str = "/v1/accounts/{account}/takeover";
const NOTES: &str = "/v1/accounts/{account}/notes";
const METADATA: &str = "/v1/accounts/{account}/devices/{device}/metadata";
const DETACH: &str = "/v1/accounts/{account}/devices/{device}/detach";
const RECLAIMS: &str = "/v1/reclaims";
const STREAM: &str = "/v1/stream";
const EXPORT: &str = "/v1/export";
const BACKTESTS: &str = "/v1/rules/backtest";
const BACKTEST: &str = "/v1/rules/backtest/{id}";
const CREDENTIALS: &str = "/v1/credentials/check";
const CASES: &str = "/v1/cases";
const CASE: &str = "/v1/cases/{id}";
const CLAIM: &str = "/v1/cases/{id}/claim";
const RELEASE: &str = "/v1/cases/{id}/release";
const CASE_NOTES: &str = "/v1/cases/{id}/notes";
const DECISION: &str = "/v1/cases/{id}/decision";
const UNDO: &str = "/v1/cases/{id}/undo";
const DECISIONS: &str = "/v1/cases/decisions";
const CASE_TIMES: &str = "/v1/cases/times";
const IMPORTS: &str = "/v1/imports";
const HOOKS: &str = "/v1/hooks";
const HOOK: &str = "/v1/hooks/{id}";
const HOOK_TEST: &str = "/v1/hooks/{id}/test";
const HOOK_ROTATE: &str = "/v1/hooks/{id}/rotate";
const HOOK_DELIVERIES: &str = "/v1/hooks/{id}/deliveries";
const HOOK_UNDELIVERED: &str = "/v1/hooks/{id}/undelivered";
const HOOK_REDELIVER: &str = "/v1/hooks/{id}/redeliver";
const LISTS: &str = "/v1/lists";
const LIST: &str = "/v1/lists/{name}";
const LIST_ENTRIES: &str = "/v1/lists/{name}/entries";
const LIST_ENTRY: &str = "/v1/lists/{name}/entries/{value}";
const LIST_IMPORT: &str = "/v1/lists/{name}/import";
const LIST_EXPORT: &str = "/v1/lists/{name}/export";
const LIST_LOOKUP: &str = "/v1/lists/lookup";

const fn route(method: Method, path: &'static str) -> Route {
    Route { method, path, access: Access::Key(CredentialKind::NativeApiKey) }
}

const ROUTES: &[Route] = &[
    route(Method::Post, ASSESSMENTS),
    route(Method::Get, ASSESSMENTS),
    route(Method::Get, ASSESSMENT),
    route(Method::Post, EVENTS),
    route(Method::Post, OUTCOME),
    route(Method::Post, FEEDBACK),
    route(Method::Post, BACKFILL),
    route(Method::Get, ACCOUNT),
    route(Method::Get, TAKEOVER),
    route(Method::Post, NOTES),
    route(Method::Post, METADATA),
    route(Method::Post, DETACH),
    route(Method::Post, RECLAIMS),
    route(Method::Post, CREDENTIALS),
    route(Method::Get, CASES),
    // Before the path that would take its last part for an id.
    route(Method::Get, CASE_TIMES),
    route(Method::Get, CASE),
    route(Method::Post, CLAIM),
    route(Method::Post, RELEASE),
    route(Method::Post, CASE_NOTES),
    route(Method::Post, DECISION),
    route(Method::Post, UNDO),
    route(Method::Post, DECISIONS),
    route(Method::Get, IMPORTS),
    route(Method::Get, rules::RULES),
    route(Method::Get, rules::RULE),
    route(Method::Put, rules::RULE),
    route(Method::Delete, rules::RULE),
    route(Method::Put, rules::DRAFT),
    route(Method::Delete, rules::DRAFT),
    route(Method::Post, rules::CHECK),
    route(Method::Get, rules::DIFF),
    route(Method::Get, rules::LIBRARY),
    route(Method::Post, rules::INSTALL),
    route(Method::Post, rules::UPDATE),
    route(Method::Post, rules::PUBLISH),
    route(Method::Post, rules::APPROVE),
    route(Method::Post, rules::REJECT),
    route(Method::Post, rules::ROLLBACK),
    route(Method::Get, rules::VERSIONS),
    route(Method::Get, rules::VERSION),
    route(Method::Get, rules::COUNTS),
    route(Method::Get, rules::SNOOZES),
    route(Method::Post, rules::SNOOZES),
    route(Method::Delete, rules::SNOOZE),
    route(Method::Get, STREAM),
    route(Method::Get, EXPORT),
    route(Method::Post, BACKTESTS),
    route(Method::Get, BACKTEST),
    route(Method::Delete, BACKTEST),
    route(Method::Get, HOOKS),
    route(Method::Post, HOOKS),
    route(Method::Get, HOOK),
    route(Method::Put, HOOK),
    route(Method::Delete, HOOK),
    route(Method::Post, HOOK_TEST),
    route(Method::Post, HOOK_ROTATE),
    route(Method::Get, HOOK_DELIVERIES),
    route(Method::Get, HOOK_UNDELIVERED),
    route(Method::Post, HOOK_REDELIVER),
    route(Method::Get, LISTS),
    route(Method::Post, LISTS),
    route(Method::Get, LIST_LOOKUP),
    route(Method::Get, LIST),
    route(Method::Delete, LIST),
    route(Method::Get, LIST_ENTRIES),
    route(Method::Post, LIST_ENTRIES),
    route(Method::Get, LIST_ENTRY),
    route(Method::Put, LIST_ENTRY),
    route(Method::Delete, LIST_ENTRY),
    route(Method::Post, LIST_IMPORT),
    route(Method::Get, LIST_EXPORT),
];

fn no_such_path() -> Refusal {
    Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }
}

fn about_lists(call: &Call<'_>, method: Method, path: &str) -> Result<ListsIntake, Refusal> {
    match (method, path) {
        (Method::Get, LISTS) => Ok(ListsIntake::All),
        (Method::Post, LISTS) => lists::keep(call),
        (Method::Get, LIST_LOOKUP) => lists::look_up(call),
        (Method::Get, LIST) => lists::show(call),
        (Method::Delete, LIST) => lists::drop_list(call),
        (Method::Get, LIST_ENTRIES) => lists::page(call),
        (Method::Post, LIST_ENTRIES) => lists::put(call),
        (Method::Get, LIST_ENTRY) => lists::entry(call),
        (Method::Put, LIST_ENTRY) => lists::put_one(call),
        (Method::Delete, LIST_ENTRY) => lists::take(call),
        (Method::Post, LIST_IMPORT) => lists::import(call),
        (Method::Get, LIST_EXPORT) => lists::export(call),
        _ => Err(no_such_path()),
    }
}

/// Our own words.
pub(crate) const DIALECT: &dyn Dialect = &Native;

struct Native;

impl Dialect for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn routes(&self) -> &'static [Route] {
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, _query: Query<'a>) -> Option<Presented<'a>> {
        let secret = crate::bearer::secret_of(call_header("authorization")?, "bearer")?;
        Some(Presented { kind: CredentialKind::NativeApiKey, public_id: "", secret })
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        match (call.route.method, call.route.path) {
            (Method::Post, ASSESSMENTS) => decode::event(call).map(|told| Intake::Assess(Box::new(told))),
            (Method::Post, EVENTS) => decode::event(call).map(|told| Intake::Observe(Box::new(told))),
            (Method::Post, OUTCOME) => decode::conclusion(call),
            (Method::Post, FEEDBACK) => decode::feedback(call),
            (Method::Post, BACKFILL) => decode::event(call).map(|told| Intake::Backfill(Box::new(told))),
            (Method::Get, ACCOUNT) => accounts::account_of_path(call).map(Intake::Dossier),
            (Method::Get, TAKEOVER) => accounts::account_of_path(call).map(Intake::Takeover),
            (Method::Post, NOTES) => accounts::note(call),
            (Method::Post, METADATA) => accounts::metadata(call),
            (Method::Post, DETACH) => accounts::detach(call),
            (Method::Post, RECLAIMS) => accounts::reclaims(call),
            (Method::Post, CREDENTIALS) => accounts::credentials(call),
            (Method::Get, CASES) => cases::search(call),
            (Method::Get, CASE) => decode::event_of_path(call).map(|event| Intake::Standing(EventOf::Id(event))),
            (Method::Post, CLAIM) => cases::claim(call),
            (Method::Post, RELEASE) => cases::release(call),
            (Method::Post, CASE_NOTES) => cases::note(call),
            (Method::Post, DECISION) => cases::decision(call),
            (Method::Post, UNDO) => cases::undo(call),
            (Method::Post, DECISIONS) => cases::decisions(call),
            (Method::Get, CASE_TIMES) => case_times::asked(call),
            (Method::Get, IMPORTS) => Ok(Intake::Imports),
            (Method::Post, BACKTESTS) => backtests::asked(call),
            (Method::Get, BACKTEST) => decode::event_of_path(call).map(Intake::LookAtBacktest),
            (Method::Delete, BACKTEST) => decode::event_of_path(call).map(Intake::CancelBacktest),
            (Method::Get, ASSESSMENT) => decode::event_of_path(call).map(Intake::Recall),
            (Method::Get, ASSESSMENTS) => decode::search(call),
            (Method::Get, STREAM) => stream::following(call),
            (Method::Get, EXPORT) => stream::excerpt(call),
            (Method::Get, HOOKS) => Ok(hooks::list()),
            (Method::Post, HOOKS) => hooks::add(call),
            (Method::Get, HOOK) => hooks::named(call, HooksAsk::Show),
            (Method::Put, HOOK) => hooks::change(call),
            (Method::Delete, HOOK) => hooks::named(call, HooksAsk::Remove),
            (Method::Post, HOOK_TEST) => hooks::named(call, HooksAsk::Test),
            (Method::Post, HOOK_ROTATE) => hooks::rotate(call),
            (Method::Get, HOOK_DELIVERIES) => hooks::deliveries(call),
            (Method::Get, HOOK_UNDELIVERED) => hooks::undelivered(call),
            (Method::Post, HOOK_REDELIVER) => hooks::redeliver(call),
            (method, path) if path.starts_with(LISTS) => about_lists(call, method, path).map(lists::intake),
            _ => rules::decode(call).unwrap_or_else(|| Err(no_such_path())),
        }
    }

    fn body_bytes_max(&self, route: &Route) -> Option<usize> {
        match route.path {
            LIST_ENTRIES | LIST_IMPORT => Some(LISTS_BODY_BYTES_MAX),
            path if rules::takes_books(path) => Some(rules::BODY_BYTES_MAX),
            _ => None,
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response> {
        encode::reply(call, reply)
    }

    fn done(&self, _call: &Call<'_>) -> Response {
        response::json(200, &())
    }

    fn happened(&self, glossary: Glossary, happening: &Happening) -> Option<StreamMessage> {
        stream::happened(glossary, happening)
    }

    fn exported(&self, glossary: Glossary, record: &Record) -> Option<Vec<u8>> {
        stream::exported(glossary, record)
    }

    fn hook_message(&self, telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
        tell::hook(telling, told)
    }

    fn refuse(&self, _route: Option<&Route>, refusal: &Refusal, _now: Timestamp) -> Response {
        response::refused(refusal)
    }
}
