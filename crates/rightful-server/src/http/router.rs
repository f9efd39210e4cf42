//! Which path is whose. The dialects bring theirs; the server knows no vendor's name.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::{MethodFilter, MethodRouter, get};
use rightful_dialects::{Dialect, Method, Refusal, RefusalKind};

use super::{dispatch, health};
use crate::app::App;

/// The API: every dialect's paths, health, and the contract.
pub(crate) fn api(app: Arc<App>) -> Router {
    let mut router = Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/openapi.json", get(health::openapi))
        .route("/errors/{code}", get(health::explain));
    for dialect in rightful_dialects::ALL {
        for route in dialect.routes() {
            let filter = match route.method {
                Method::Get => MethodFilter::GET,
                Method::Post => MethodFilter::POST,
                Method::Put => MethodFilter::PUT,
                Method::Delete => MethodFilter::DELETE,
            };
            let answer = move |State(app): State<Arc<App>>, request: Request| async move {
                dispatch::answer(&app, *dialect, route, request).await
            };
            router = router.route(route.path, MethodRouter::new().on(filter, answer));
        }
    }
    router.fallback(no_such_path).method_not_allowed_fallback(no_such_method).with_state(app)
}

/// Metrics, on a listener of their own.
pub(crate) fn metrics(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(health::metrics)).with_state(app)
}

async fn no_such_path(request: Request) -> axum::response::Response {
    let refusal = Refusal { kind: RefusalKind::NotFound, detail: "there is no such path".into(), path: None };
    dispatch::refuse(speaker(&request), None, &refusal)
}

async fn no_such_method(request: Request) -> axum::response::Response {
    let refusal =
        Refusal { kind: RefusalKind::MethodNotAllowed, detail: "this path takes another method".into(), path: None };
    dispatch::refuse(speaker(&request), None, &refusal)
}

/// The dialect in which a caller of an unknown path would understand an error: the one whose way of presenting a key
/// it uses, else ours.
fn speaker(request: &Request) -> &'static dyn Dialect {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let query = rightful_dialects::Query(request.uri().query().unwrap_or(""));
    rightful_dialects::ALL
        .iter()
        .copied()
        .find(|dialect| dialect.presented(&header, query).is_some())
        .unwrap_or(rightful_dialects::OURS)
}
