//! The contract of our own API, as OpenAPI 3.1. Generated, kept in `api/openapi.json`, and compared by a test.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response};
use utoipa::{Modify, OpenApi};

use super::answers::{
    AssessmentBody, CredentialStatusBody, EventRemembered, FeedbackTaken, FeedbackTold, OutcomeTold, PageBody, Problem,
};
use super::backtests::{BacktestBody, BacktestTold};
use super::dossiers::{CredentialsTold, DossierBody, MetadataTold, NoteTold, Reclaimed, ReclaimsTold, TakeoverBody};
use super::openapi_rules;
use super::response::PROBLEM_JSON;
use super::stream::{ExportLine, StreamData};
use super::wire::EventBody;
use super::{case_times, imports, openapi_cases, openapi_hooks, openapi_lists};

/// The contract of our own API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rightful",
        description = "Judges logins and other sensitive actions as they happen, to keep accounts with their rightful \
                       owners. Unknown fields are kept, never refused. Null is the same as absent.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        assess,
        observe,
        conclude,
        recall,
        search,
        give_feedback,
        backfill,
        dossier,
        takeover,
        note,
        set_metadata,
        detach,
        reclaim,
        check_credentials,
        openapi_cases::cases,
        openapi_cases::case,
        openapi_cases::claim_case,
        openapi_cases::release_case,
        openapi_cases::note_case,
        openapi_cases::decide_case,
        openapi_cases::undo_case,
        openapi_cases::decide_cases,
        case_times::case_times,
        imports::imports,
        stream,
        export,
        begin_backtest,
        look_at_backtest,
        cancel_backtest,
        openapi_hooks::list_hooks,
        openapi_hooks::add_hook,
        openapi_hooks::show_hook,
        openapi_hooks::change_hook,
        openapi_hooks::remove_hook,
        openapi_hooks::test_hook,
        openapi_hooks::rotate_hook_secret,
        openapi_hooks::hook_deliveries,
        openapi_hooks::hook_undelivered,
        openapi_hooks::redeliver_to_hook,
        openapi_lists::lists,
        openapi_lists::keep_list,
        openapi_lists::look_up_lists,
        openapi_lists::list,
        openapi_lists::drop_list,
        openapi_lists::list_entries,
        openapi_lists::put_on_list,
        openapi_lists::list_entry,
        openapi_lists::put_list_entry,
        openapi_lists::take_off_list,
        openapi_lists::import_list,
        openapi_lists::export_list,
        openapi_rules::list_rules,
        openapi_rules::show_rule,
        openapi_rules::put_rule,
        openapi_rules::remove_rule,
        openapi_rules::import_rules,
        openapi_rules::discard_draft,
        openapi_rules::check_rules,
        openapi_rules::diff_rules,
        openapi_rules::publish_rules,
        openapi_rules::approve_rules,
        openapi_rules::reject_rules,
        openapi_rules::roll_rules_back,
        openapi_rules::list_rule_versions,
        openapi_rules::show_rule_version,
        openapi_rules::count_rule,
        openapi_rules::list_snoozes,
        openapi_rules::snooze_rule,
        openapi_rules::end_snooze,
        openapi_rules::list_ready_rules,
        openapi_rules::install_ready_rule,
        openapi_rules::update_ready_rules,
    ),
    components(schemas(Problem)),
    modifiers(&BearerKey, &Refusals),
    security(("bearer" = []))
)]
struct Contract;

struct BearerKey;

impl Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The application's API key")).build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What every path refuses: who shows no key, what cannot be read, what is too long, and all while the store is away. Every
/// refusal is a problem (RFC 9457), unless a path says otherwise.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let operations = openapi.paths.paths.values_mut().flat_map(|path| {
            [&mut path.get, &mut path.put, &mut path.post, &mut path.delete].into_iter().filter_map(Option::as_mut)
        });
        for operation in operations {
            let has_body = operation.request_body.is_some();
            let is_told_something = has_body || operation.parameters.iter().flatten().next().is_some();
            let responses = &mut operation.responses.responses;
            for (status, words, may_happen) in [
                ("400", "The request is malformed", is_told_something),
                ("401", "The key is missing or wrong", true),
                ("413", "The body is too large", has_body),
                ("503", "Try again", true),
            ] {
                if may_happen {
                    responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(words)));
                }
            }
            for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
                if let RefOr::T(response) = response
                    && response.content.is_empty()
                {
                    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                    response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(problem));
                }
            }
        }
    }
}

// The functions below are never called: each carries the description of one path, in the form that utoipa reads.

/// Judge an event and remember it
#[utoipa::path(
    post, path = "/v1/assessments", operation_id = "assess", request_body = EventBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable characters, kept for 24 h")),
    responses(
        (status = 200, description = "What was judged", body = AssessmentBody),
        (status = 400, description = "The request is malformed"),
        (status = 409, description = "The idempotency key came with another request"),
        (status = 413, description = "The body is too large"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn assess() {}

/// Remember an event; nobody waits for a verdict
#[utoipa::path(
    post, path = "/v1/events", operation_id = "observe", request_body = EventBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable characters, kept for 24 h")),
    responses(
        (status = 201, description = "It is remembered", body = EventRemembered),
        (status = 400, description = "The request is malformed"),
        (status = 409, description = "The idempotency key came with another request"),
        (status = 413, description = "The body is too large"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn observe() {}

/// Say how an earlier event ended
#[utoipa::path(
    post, path = "/v1/events/{id}/outcome", operation_id = "conclude", request_body = OutcomeTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event as it is now", body = AssessmentBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such event"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn conclude() {}

/// What was judged of an event, and what was said of it since
#[utoipa::path(
    get, path = "/v1/assessments/{id}", operation_id = "recall",
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The event as it is now", body = AssessmentBody),
        (status = 404, description = "There is no such event"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn recall() {}

/// Find events, newest first. All conditions must hold
#[utoipa::path(
    get, path = "/v1/assessments", operation_id = "search",
    params(
        ("account" = Option<String>, Query, description = "Of this account"),
        ("device" = Option<String>, Query, description = "From this device"),
        ("ip" = Option<String>, Query, description = "From this address (of IPv6, its /64)"),
        ("verdict" = Option<String>, Query, description = "Judged as one of these, whatever was answered: `challenge,deny`"),
        ("action" = Option<String>, Query, description = "Of one of these actions: `login,withdraw`"),
        ("reason" = Option<String>, Query, description = "With one of these reasons: `DEVICE_BOT,IP_IS_VPN`"),
        ("from" = Option<String>, Query, description = "Received at or after this: RFC 3339 or Unix time"),
        ("to" = Option<String>, Query, description = "Received before this: RFC 3339 or Unix time"),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "At most this many; default 50"),
        ("cursor" = Option<String>, Query, description = "Continue after the page that answered this as next_cursor"),
    ),
    responses(
        (status = 200, description = "One page", body = PageBody),
        (status = 400, description = "The query is malformed"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn search() {}

/// Say what is known of an event or an account
#[utoipa::path(
    post, path = "/v1/feedback", operation_id = "give_feedback", request_body = FeedbackTold,
    responses(
        (status = 200, description = "It is remembered", body = FeedbackTaken),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such event"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn give_feedback() {}

/// Remember an event as history: believed, and counted as of its own time
#[utoipa::path(
    post, path = "/v1/backfill", operation_id = "backfill", request_body = EventBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 printable characters, kept for 24 h")),
    responses(
        (status = 201, description = "It is remembered", body = EventRemembered),
        (status = 400, description = "The request is malformed"),
        (status = 409, description = "The idempotency key came with another request"),
        (status = 413, description = "The body is too large"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn backfill() {}

/// What is noted of an account, and its devices. One that was never heard of is empty
#[utoipa::path(
    get, path = "/v1/accounts/{account}", operation_id = "dossier",
    params(("account" = String, Path, description = "The account, percent-encoded")),
    responses(
        (status = 200, description = "What is noted", body = DossierBody),
        (status = 404, description = "This cannot be an account"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn dossier() {}

/// What an intruder did in an account, and what is to be undone
#[utoipa::path(
    get, path = "/v1/accounts/{account}/takeover", operation_id = "takeover",
    params(("account" = String, Path, description = "The account, percent-encoded")),
    responses(
        (status = 200, description = "What the intruder did", body = TakeoverBody),
        (status = 404, description = "This cannot be an account"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn takeover() {}

/// Note a reviewer's label, tags, or that the account is closed
#[utoipa::path(
    post, path = "/v1/accounts/{account}/notes", operation_id = "note", request_body = NoteTold,
    params(("account" = String, Path, description = "The account, percent-encoded")),
    responses(
        (status = 200, description = "What is noted now", body = DossierBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "This cannot be an account"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn note() {}

/// Set your fields of a device. The device's id names its account, too
#[utoipa::path(
    post, path = "/v1/accounts/{account}/devices/{device}/metadata", operation_id = "set_metadata", request_body = MetadataTold,
    params(("account" = String, Path, description = "The account, percent-encoded"), ("device" = String, Path, description = "The device on this account, as answered: 24 hexadecimal digits")),
    responses(
        (status = 200, description = "What is noted now", body = DossierBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such device"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn set_metadata() {}

/// Detach a device: it no longer counts among the account's, and pages that listen on it are told. No body is needed
#[utoipa::path(
    post, path = "/v1/accounts/{account}/devices/{device}/detach", operation_id = "detach",
    params(("account" = String, Path, description = "The account, percent-encoded"), ("device" = String, Path, description = "The device on this account, as answered: 24 hexadecimal digits")),
    responses(
        (status = 200, description = "What is noted now", body = DossierBody),
        (status = 404, description = "There is no such device"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn detach() {}

/// Give accounts back to their owners
#[utoipa::path(
    post, path = "/v1/reclaims", operation_id = "reclaim", request_body = ReclaimsTold,
    responses(
        (status = 200, description = "They are reclaimed", body = Reclaimed),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn reclaim() {}

/// Whether a password or a username is known to be breached. Nothing is kept
#[utoipa::path(
    post, path = "/v1/credentials/check", operation_id = "check_credentials", request_body = CredentialsTold,
    responses(
        (status = 200, description = "What is known", body = CredentialStatusBody),
        (status = 400, description = "The request is malformed"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn check_credentials() {}

/// Follow what happens in the application, as it is recorded
#[utoipa::path(
    get, path = "/v1/stream", operation_id = "stream",
    description = "Server-sent events: `assessment` (an Assessment, as it was judged), `conclusion` (StreamConclusion), \
                   `feedback` (FeedbackSaid) and, when the answer ends, `end` (StreamEnd). Each `id` is a place in the \
                   ledger; an `id` without data says how far was looked.",
    params(
        ("Last-Event-ID" = Option<u64>, Header, description = "Go on after this id; goes before `after`"),
        ("after" = Option<u64>, Query, description = "Go on after this id; 0 for the beginning. Default: from now on"),
        ("verdict" = Option<String>, Query, description = "Only of what was judged so: verdicts, separated by commas"),
        ("action" = Option<String>, Query, description = "Only of these actions, separated by commas"),
    ),
    responses(
        (status = 200, description = "Events, until one side ends", body = StreamData, content_type = "text/event-stream"),
        (status = 400, description = "The query is malformed, or the id lies beyond the ledger's end"),
        (status = 429, description = "Too many follow"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn stream() {}

/// Take events away, oldest first, with all that was said of them since
#[utoipa::path(
    get, path = "/v1/export", operation_id = "export",
    description = "Newline JSON: each line is an ExportLine. An answer that breaks off has not said all: ask again with \
                   the last line's `sequence` as `after`.",
    params(
        ("from" = Option<String>, Query, description = "Received at or after this: RFC 3339 or Unix time"),
        ("to" = Option<String>, Query, description = "Received before this: RFC 3339 or Unix time"),
        ("after" = Option<u64>, Query, description = "Go on after this place"),
        ("format" = Option<String>, Query, description = "ndjson, which is the default"),
    ),
    responses(
        (status = 200, description = "All of them, up to what there is at the moment of asking", body = ExportLine, content_type = "application/x-ndjson"),
        (status = 400, description = "The query is malformed"),
        (status = 429, description = "Too many exports at once"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn export() {}

/// Try rules on the events of the last days. Answered at once where that takes no longer than two seconds
#[utoipa::path(
    post, path = "/v1/rules/backtest", operation_id = "begin_backtest", request_body = BacktestTold,
    responses(
        (status = 200, description = "What came of it", body = BacktestBody),
        (status = 202, description = "It goes on: ask again by its id", body = BacktestBody),
        (status = 400, description = "The request is malformed"),
        (status = 413, description = "The body is too large"),
        (status = 429, description = "There are as many already as may run at once"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn begin_backtest() {}

/// How far a backtest is, and what came of it. The latest are kept until the server stops
#[utoipa::path(
    get, path = "/v1/rules/backtest/{id}", operation_id = "look_at_backtest",
    params(("id" = String, Path, description = "The backtest")),
    responses(
        (status = 200, description = "How far it is", body = BacktestBody),
        (status = 404, description = "There is no such backtest, or no longer"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn look_at_backtest() {}

/// Stop a backtest. One that has ended stays as it is
#[utoipa::path(
    delete, path = "/v1/rules/backtest/{id}", operation_id = "cancel_backtest",
    params(("id" = String, Path, description = "The backtest")),
    responses(
        (status = 200, description = "How far it was", body = BacktestBody),
        (status = 404, description = "There is no such backtest, or no longer"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
fn cancel_backtest() {}
