//! Pages: whose origin may call what pages call, and the headers by which a browser lets a page read the answer.
//!
//! An origin is a browser's word for the page that asks. It keeps other sites' pages out, in honest people's browsers;
//! who writes requests by hand can claim any, and gets what any page could.

use std::collections::HashSet;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use parking_lot::Mutex;
use rightful_dialects::{Dialect, Refusal, RefusalKind};
use rightful_domain::{Application, ApplicationId};

pub(crate) use rightful_domain::is_local_origin as is_local;

use crate::applications::Applications;

/// How a browser says whence a request comes that carries no origin; no page can set it.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What pages of the vendors' clients send.
const HEADERS_ALLOWED: HeaderValue =
    HeaderValue::from_static("authorization, content-type, x-access-token, x-client-id");
/// How long a browser may remember a preflight, in seconds: also how long a removed origin is believed.
const PREFLIGHT_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// Live applications without origins whose pages were refused: each is logged once. Holds no more than there are
/// applications.
#[derive(Debug, Default)]
pub(crate) struct WithoutOrigins {
    said: Mutex<HashSet<ApplicationId>>,
}

/// Whether a page may speak for an application. An answer to a browser carries an origin, except to a page of the
/// server's own origin that reads.
pub(crate) fn check(application: &Application, headers: &HeaderMap, without: &WithoutOrigins) -> Result<(), Refusal> {
    let origins = &application.settings.origins;
    let told = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or(""));
    let is_taken = match told {
        Some(origin) => application.takes_origin(origin),
        None => application.test || (!origins.is_empty() && is_same_site(headers)),
    };
    if is_taken {
        return Ok(());
    }
    let forbidden = |detail: &str| Err(Refusal { kind: RefusalKind::Forbidden, detail: detail.into(), path: None });
    if origins.is_empty() && !application.test {
        without.say(&application.id);
        return forbidden("the application has no origins: set them with `rightful app set ID origins=https://…`");
    }
    match told {
        Some(_) => forbidden("the page's origin is none of the application's: see `rightful app set ID origins=…`"),
        None => forbidden("only pages may call this, and the request names no origin"),
    }
}

impl WithoutOrigins {
    fn say(&self, application: &ApplicationId) {
        if self.said.lock().insert(application.clone()) {
            tracing::warn!(
                application = application.as_str(),
                "pages of an application without origins are refused: set them with `rightful app set`"
            );
        }
    }
}

fn is_same_site(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site == "same-origin")
}

/// Whether browsers send cookies along with a request, and so want to be told that they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookies {
    Sent,
    NotSent,
}

impl Cookies {
    pub(crate) fn of(dialect: &dyn Dialect) -> Self {
        if dialect.is_sent_cookies() { Self::Sent } else { Self::NotSent }
    }
}

/// Lets the page read an answer, if its origin is any application's: a refusal, too, is for its developer to read.
pub(crate) fn dress(
    response: &mut Response,
    origin: Option<&HeaderValue>,
    applications: &Applications,
    cookies: Cookies,
) {
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_name(ORIGIN));
    if let Some(origin) = origin.filter(|origin| origin.to_str().is_ok_and(|text| applications.any_takes(text))) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if cookies == Cookies::Sent {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

/// Answers a browser that asks whether a page may call a path at all.
pub(crate) fn preflight(
    headers: &HeaderMap,
    applications: &Applications,
    methods: &HeaderValue,
    cookies: Cookies,
) -> Response {
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    dress(&mut response, headers.get(ORIGIN), applications, cookies);
    if response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        let told = response.headers_mut();
        told.insert(ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
        told.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS_ALLOWED);
        told.insert(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for local in ["http://localhost", "https://localhost:3000", "http://127.0.0.1:80", "http://[::1]:8080"] {
            assert!(is_local(local), "{local}");
        }
        for foreign in [
            "null",
            "localhost",
            "ftp://localhost",
            "http://localhost.evil.example",
            "http://localhost:80.evil.example",
            "http://localhost:",
            "http://127.0.0.10",
            "http://evil.example/localhost",
            "http://localhost:3000/",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }
}
