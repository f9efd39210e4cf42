//! Which path is whose. The dialects bring theirs; the server knows no vendor's name.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::routing::{MethodFilter, MethodRouter, get};
use rightful_dialects::{Dialect, Method, Refusal, RefusalKind, Route};

use super::origin::{self, Cookies};
use super::{dispatch, health};
use crate::app::App;

/// The API: every dialect's paths, health, and the contract.
pub(crate) fn api(app: Arc<App>, dialects: &[&'static dyn Dialect]) -> Router {
    let mut router = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/openapi.json", get(health::openapi))
        .route("/.well-known/jwks.json", get(health::key_set))
        .route("/oidc/jwks", get(health::key_set))
        .route("/errors/{code}", get(health::explain));
    for dialect in dialects {
        for route in dialect.routes() {
            let filter = match route.method {
                Method::Get => MethodFilter::GET,
                Method::Post => MethodFilter::POST,
                Method::Put => MethodFilter::PUT,
                Method::Delete => MethodFilter::DELETE,
                Method::Patch => MethodFilter::PATCH,
            };
            let dialect = *dialect;
            let answer = move |State(app): State<Arc<App>>, request: Request| async move {
                dispatch::answer(&app, dialect, route, request).await
            };
            router = router.route(route.path, MethodRouter::new().on(filter, answer));
        }
    }
    for (path, (methods, cookies)) in page_paths(dialects) {
        let answer = move |State(app): State<Arc<App>>, request: Request| async move {
            origin::preflight(request.headers(), &app.applications, &methods, cookies)
        };
        router = router.route(path, MethodRouter::new().on(MethodFilter::OPTIONS, answer));
    }
    let (of_path, of_method): (Arc<[_]>, Arc<[_]>) = (dialects.into(), dialects.into());
    router
        .fallback(move |request: Request| async move { no_such_path(&of_path, &request) })
        .method_not_allowed_fallback(move |path: Option<MatchedPath>, request: Request| async move {
            no_such_method(&of_method, path.as_ref().map(MatchedPath::as_str), &request)
        })
        .with_state(app)
}

/// The paths that pages call, each with its methods, as a preflight tells them.
fn page_paths(dialects: &[&dyn Dialect]) -> BTreeMap<&'static str, (HeaderValue, Cookies)> {
    let mut methods: BTreeMap<&'static str, (Vec<&'static str>, Cookies)> = BTreeMap::new();
    let routes =
        dialects.iter().flat_map(|dialect| dialect.routes().iter().map(|route| (Cookies::of(*dialect), route)));
    for (cookies, route) in routes.filter(|(_, route)| route.access.is_of_pages()) {
        methods.entry(route.path).or_insert((Vec::new(), cookies)).0.push(match route.method {
            Method::Get => "GET, HEAD",
            method @ (Method::Post | Method::Put | Method::Delete | Method::Patch) => method.as_str(),
        });
    }
    let told = |(path, (methods, cookies)): (_, (Vec<_>, _))| {
        Some((path, (HeaderValue::try_from(methods.join(", ")).ok()?, cookies)))
    };
    methods.into_iter().filter_map(told).collect()
}

/// Metrics and alerts, on a listener of their own.
pub(crate) fn metrics(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(health::metrics)).route("/alerts", get(health::alerts)).with_state(app)
}

fn no_such_path(dialects: &[&'static dyn Dialect], request: &Request) -> axum::response::Response {
    let refusal = Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".into(), path: None };
    dispatch::refuse(speaker(dialects, request), None, &refusal)
}

/// Said in the words of the path's own dialect.
fn no_such_method(
    dialects: &[&'static dyn Dialect],
    path: Option<&str>,
    request: &Request,
) -> axum::response::Response {
    let refusal =
        Refusal { kind: RefusalKind::MethodNotAllowed, detail: "this path takes another method".into(), path: None };
    let route_of = |dialect: &&'static dyn Dialect| -> Option<&'static Route> {
        dialect.routes().iter().find(|route| Some(route.path) == path)
    };
    match dialects.iter().find_map(|dialect| Some((*dialect, route_of(dialect)?))) {
        Some((dialect, route)) => dispatch::refuse(dialect, Some(route), &refusal),
        None => dispatch::refuse(speaker(dialects, request), None, &refusal),
    }
}

/// The dialect in which a caller of an unknown path would understand an error: of those that have paths beside it, the
/// one whose way of presenting a key the caller uses; else the only one there; else ours.
fn speaker(dialects: &[&'static dyn Dialect], request: &Request) -> &'static dyn Dialect {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let query = rightful_dialects::Query(request.uri().query().unwrap_or(""));
    let beginning = first_segment(request.uri().path());
    let is_beside =
        |dialect: &&&dyn Dialect| dialect.routes().iter().any(|route| first_segment(route.path) == beginning);
    let beside: Vec<&'static dyn Dialect> = dialects.iter().filter(is_beside).copied().collect();
    let presented = beside.iter().find(|dialect| dialect.presented(&header, query).is_some());
    match (presented, &beside[..]) {
        (Some(dialect), _) | (None, [dialect]) => *dialect,
        (None, _) => rightful_dialects::OURS,
    }
}

/// `v2` of `/v2/login`.
fn first_segment(path: &str) -> Option<&str> {
    path.split('/').nth(1)
}
