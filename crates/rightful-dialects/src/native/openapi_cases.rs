//! The paths of cases in the contract of our own API. The functions are never called; see `openapi`.

use super::cases::{ByTold, CaseBody, CaseNoteTold, CasesBody, ChangedBody, DecisionTold, DecisionsTold};

/// What waits for people, oldest first
#[utoipa::path(
    get, path = "/v1/cases", operation_id = "cases",
    params(
        ("account" = Option<String>, Query, description = "Of this account, of its newest 10 000 events"),
        ("queue" = Option<String>, Query, description = "In this queue"),
        ("assigned_to" = Option<String>, Query, description = "Assigned to this one, by Transmit's API"),
        ("state" = Option<String>, Query, description = "open, claimed, deciding, awaiting_user or decided; default open and claimed, and of an account all"),
        ("due_before" = Option<String>, Query, description = "To be decided before this: RFC 3339 or Unix time"),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "At most this many; default 50"),
        ("cursor" = Option<String>, Query, description = "Continue after the page that answered this as next_cursor"),
    ),
    responses(
        (status = 200, description = "One page", body = CasesBody),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn cases() {}

/// An event's case, with what was judged of it
#[utoipa::path(
    get, path = "/v1/cases/{id}", operation_id = "case",
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn case() {}

/// Begin to work on a case: it is yours for 15 min
#[utoipa::path(
    post, path = "/v1/cases/{id}/claim", operation_id = "claim_case", request_body = ByTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 409, description = "Somebody else works on it, or it is decided"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn claim_case() {}

/// Work on a case no longer
#[utoipa::path(
    post, path = "/v1/cases/{id}/release", operation_id = "release_case", request_body = ByTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 409, description = "Somebody else works on it, or it is decided"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn release_case() {}

/// Note something of a case
#[utoipa::path(
    post, path = "/v1/cases/{id}/notes", operation_id = "note_case", request_body = CaseNoteTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn note_case() {}

/// Decide about an event. It takes effect after a minute, unless you say at once
#[utoipa::path(
    post, path = "/v1/cases/{id}/decision", operation_id = "decide_case", request_body = DecisionTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 409, description = "Somebody else works on it, or it is decided"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn decide_case() {}

/// Take a decision of yours back, within its minute
#[utoipa::path(
    post, path = "/v1/cases/{id}/undo", operation_id = "undo_case", request_body = ByTold,
    params(("id" = String, Path, description = "The event")),
    responses(
        (status = 200, description = "The case", body = CaseBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such case"),
        (status = 409, description = "Somebody else works on it, or it is decided"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn undo_case() {}

/// Decide about many events: each by itself
#[utoipa::path(
    post, path = "/v1/cases/decisions", operation_id = "decide_cases", request_body = DecisionsTold,
    responses(
        (status = 200, description = "What became of each", body = ChangedBody),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn decide_cases() {}
