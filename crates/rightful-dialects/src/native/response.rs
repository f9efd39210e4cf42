//! An answer's bytes: JSON, and problems as RFC 9457 has them.

use serde::Serialize;

use super::answers::{Problem, ProblemPlace};
use crate::{Refusal, RefusalKind, Response};

const JSON: &str = "application/json";
pub(super) const PROBLEM_JSON: &str = "application/problem+json";
/// What a caller should wait before it tries again, in s.
const RETRY_AFTER_S: &str = "1";

pub(super) fn refused(refusal: &Refusal) -> Response {
    let Refusal { kind, detail, path } = refusal;
    let sentence = match path {
        Some(path) => format!("{path} {detail}"),
        None => detail.clone(),
    };
    let problem = Problem {
        kind: format!("/errors/{}", kind.code()),
        title: title(*kind),
        status: kind.status(),
        detail: &sentence,
        code: kind.code(),
        errors: path.iter().map(|path| ProblemPlace { path, detail }).collect(),
    };
    let mut response = written(kind.status(), PROBLEM_JSON, &problem);
    if *kind == RefusalKind::Unauthorized {
        response.headers.push(("www-authenticate", "Bearer".to_owned()));
    }
    if kind.is_retryable() {
        response.headers.push(("retry-after", RETRY_AFTER_S.to_owned()));
    }
    response
}

const fn title(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Malformed => "The request is malformed",
        RefusalKind::Unauthorized => "The key is missing or wrong",
        RefusalKind::Forbidden => "The key is for something else",
        RefusalKind::NotFound => "There is no such thing",
        RefusalKind::MethodNotAllowed => "The path takes another method",
        RefusalKind::Conflict => "The idempotency key came with another request",
        RefusalKind::CaseConflict => "The case is not as it was",
        RefusalKind::TooLarge => "The body is too large",
        RefusalKind::UnsupportedType => "The body is of another type",
        RefusalKind::RateLimited => "There are too many requests",
        RefusalKind::Internal => "Something went wrong here",
        RefusalKind::Unavailable => "The service is not available now",
    }
}

pub(super) fn json(status: u16, body: &impl Serialize) -> Response {
    written(status, JSON, body)
}

pub(super) fn written(status: u16, content_type: &'static str, body: &impl Serialize) -> Response {
    // Names are texts and everything inside is a text, a number or a flag, so this can always be written.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Response { status, content_type: Some(content_type), headers: Vec::new(), body }
}
