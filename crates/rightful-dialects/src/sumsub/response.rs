//! An answer's bytes, as Sumsub's callers read them, and its words for what is refused.

use rightful_domain::Timestamp;
use serde::Serialize;

use super::wire::Failure;
use super::{IMPORT, IMPORT_HISTORY, SUBMIT, SUBMIT_WITH_OPTIONS, auth, onboarding};
use crate::{Refusal, RefusalKind, Response, Route, digest};

/// What a caller should wait before it tries again, in s.
const RETRY_AFTER_S: &str = "1";

/// It is done, and there is nothing to say.
pub(super) fn done() -> Response {
    json(200, &serde_json::json!({ "ok": 1 }))
}

/// A transaction without an id is another sort of wrong than others.
pub(super) fn status_of(refusal: &Refusal) -> u16 {
    let is_of_id = refusal.path.as_deref().is_some_and(|path| path == "txnId" || path == "data.txnId");
    if is_of_id && refusal.kind == RefusalKind::Malformed { 422 } else { refusal.kind.status() }
}

pub(super) fn description(refusal: &Refusal) -> String {
    match &refusal.path {
        Some(path) => format!("{path} {}", refusal.detail),
        None => refusal.detail.clone(),
    }
}

/// The error's number and name, where the vendor has one (docs.sumsub.com, "Error codes").
fn error_name(route: Option<&Route>, refusal: &Refusal) -> Option<(u32, &'static str)> {
    let is_file = route.is_some_and(|route| matches!(route.path, IMPORT | IMPORT_HISTORY));
    match (refusal.kind, refusal.detail.as_str()) {
        (RefusalKind::TooLarge, _) if is_file => Some((1002, "file-too-big")),
        (RefusalKind::Malformed, EMPTY_FILE) if is_file => Some((1003, "empty-file")),
        (RefusalKind::Conflict, onboarding::NO_DOCUMENTS) => Some((1010, "doc-type-not-in-req-docs")),
        (RefusalKind::Unauthorized, auth::SIGNATURE_MISMATCH) => Some((4003, "app-token-signature-mismatch")),
        (RefusalKind::Unauthorized, auth::EXPIRED) => Some((4004, "app-token-expired")),
        (RefusalKind::Unauthorized, auth::INCOMPLETE | NO_KEY) => {
            Some((4006, "app-token-not-all-auth-params-supplied"))
        }
        // Whether it is no token at all, or not ours, is not told apart.
        (RefusalKind::Unauthorized, _) => Some((4001, "app-token-not-found")),
        _ => None,
    }
}

/// What a request without a token is refused with by the server.
const NO_KEY: &str = "no key was presented";
/// What a file without a line is refused with.
pub(super) const EMPTY_FILE: &str = "the file has no line";

/// The answer to a request that was not taken.
pub(super) fn refused(route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response {
    let status = status_of(refusal);
    let is_submission = route.is_some_and(|route| matches!(route.path, SUBMIT | SUBMIT_WITH_OPTIONS));
    let description = match (refusal.kind, route.map(|route| route.path)) {
        (RefusalKind::Conflict, _) if is_submission => "Entity already exists".to_owned(),
        (RefusalKind::Unauthorized, _) if refusal.detail == auth::SIGNATURE_MISMATCH => "Invalid signature".to_owned(),
        (RefusalKind::NotFound, Some(path)) if path.starts_with("/resources/kyt/txns/") => {
            "Transaction not found".to_owned()
        }
        _ => description(refusal),
    };
    let error = error_name(route, refusal);
    let body = Failure {
        description: &description,
        code: status,
        correlation_id: format!("req-{}", digest::uuid_at(now, "sumsub correlation")),
        error_code: error.map(|(code, _)| code),
        error_name: error.map(|(_, name)| name),
    };
    let mut response = json(status, &body);
    if refusal.kind.is_retryable() {
        response.headers.push(("retry-after", RETRY_AFTER_S.to_owned()));
    }
    response
}

pub(super) fn json(status: u16, answer: &impl Serialize) -> Response {
    // Names are texts, and everything inside is a text, a finite number or a flag, so this can always be written.
    let body = serde_json::to_vec(answer).unwrap_or_default();
    Response { status, content_type: Some("application/json"), headers: Vec::new(), body }
}
