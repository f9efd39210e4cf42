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
//! | `POST /v1/credentials/check` | is a password or a username known to be breached? |
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
mod decode;
mod dossiers;
mod encode;
mod money;
mod openapi;
mod stream;
mod tell;
mod wire;
mod words;

use rightful_domain::{CredentialKind, Happening, Record, Telling, Timestamp};

use crate::{
    Access, Call, Dialect, Glossary, HookMessage, Intake, Method, Presented, Query, Refusal, RefusalKind, Reply,
    Response, Route, StreamMessage, ToldOf,
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
const CREDENTIALS: &str = "/v1/credentials/check";

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
    route(Method::Get, STREAM),
    route(Method::Get, EXPORT),
];

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
            (Method::Get, ASSESSMENT) => decode::event_of_path(call).map(Intake::Recall),
            (Method::Get, ASSESSMENTS) => decode::search(call),
            (Method::Get, STREAM) => stream::following(call),
            (Method::Get, EXPORT) => stream::excerpt(call),
            _ => Err(Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".to_owned(), path: None }),
        }
    }

    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Response {
        encode::reply(call, reply)
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
        encode::refused(refusal)
    }
}
