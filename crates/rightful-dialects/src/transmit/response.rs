//! An answer's bytes, as Transmit's callers read them.

use rightful_domain::Timestamp;
use serde_json::{Map, Value, json};

use super::decode::ms;
use crate::{Refusal, RefusalKind, Response};

const JSON: &str = "application/json";
/// What a caller should wait before it tries again, in s.
const RETRY_AFTER_S: &str = "1";
/// It is done.
pub(super) fn done() -> Response {
    json(200, &json!({ "message": "OK" }))
}

/// Puts a value under a name, if there is one.
pub(super) fn put<T: Into<Value>>(map: &mut Map<String, Value>, name: &str, value: Option<T>) {
    map.extend(value.map(|value| (name.to_owned(), value.into())));
}

/// A refusal, as the client and its backends read it.
pub(super) fn refused(token_path: Option<()>, refusal: &Refusal) -> Response {
    let message = match &refusal.path {
        Some(path) => format!("{path}: {}", refusal.detail),
        None => refusal.detail.clone(),
    };
    let mut body = Map::new();
    if token_path.is_some() {
        // RFC 6749, section 5.2.
        let code = match refusal.kind {
            RefusalKind::Unauthorized => "invalid_client",
            _ => "invalid_request",
        };
        put(&mut body, "error", Some(code));
        put(&mut body, "error_description", Some(message.as_str()));
    }
    let status = match refusal.kind {
        // The documentation knows neither status.
        RefusalKind::TooLarge | RefusalKind::UnsupportedType => RefusalKind::Malformed.status(),
        kind => kind.status(),
    };
    put(&mut body, "message", Some(message));
    put(&mut body, "error_code", Some(status));
    let mut response = json(status, &Value::Object(body));
    match refusal.kind {
        RefusalKind::Unauthorized => response.headers.push(("www-authenticate", "Bearer".to_owned())),
        RefusalKind::Unavailable => response.headers.push(("retry-after", RETRY_AFTER_S.to_owned())),
        RefusalKind::Malformed
        | RefusalKind::Forbidden
        | RefusalKind::NotFound
        | RefusalKind::MethodNotAllowed
        | RefusalKind::Conflict
        | RefusalKind::CaseConflict
        | RefusalKind::TooLarge
        | RefusalKind::UnsupportedType
        | RefusalKind::RateLimited
        | RefusalKind::Internal => {}
    }
    response
}

pub(super) fn json(status: u16, body: &Value) -> Response {
    // A tree of texts and finite numbers can always be written.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Response { status, content_type: Some(JSON), headers: Vec::new(), body }
}

/// Milliseconds of a moment that may be missing.
pub(super) fn ms_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(ms)
}
