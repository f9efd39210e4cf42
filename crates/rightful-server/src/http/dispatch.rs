//! One request of a dialect: whose key, what is asked, done, answered in the dialect's words.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::RequestExt;
use rightful_dialects::{Access, Call, Dialect, Intake, Query, Refusal, RefusalKind, Reply, Route};
use rightful_domain::{Application, Timestamp};

use super::{address, body, problem};
use crate::clock;
use crate::pipeline::Asked;
use crate::server::{App, Peer};

/// Answers one request.
pub(crate) async fn answer(
    app: &App, dialect: &'static dyn Dialect, route: &'static Route, mut request: Request,
) -> axum::response::Response {
    let begun = std::time::Instant::now();
    let now = clock::now();
    let parameters = request.extract_parts::<RawPathParams>().await.ok();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let (head, request_body) = request.into_parts();
    let query = Query(head.uri.query().unwrap_or(""));
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());

    let application = authenticate(app, dialect, route, &header, query);
    // Read even if refused, so that the caller gets the refusal and not a broken connection.
    let bytes = body::read(request_body, app.body_bytes_max).await;
    let response = match (application, bytes) {
        (Err(refusal), _) | (_, Err(refusal)) => dialect.refuse(Some(route), &refusal, now),
        (Ok(application), Ok(bytes)) => {
            let parameters: Vec<(&str, &str)> = parameters.as_ref().map_or_else(Vec::new, |all| all.iter().collect());
            let call = Call {
                route,
                parameters: &parameters,
                query,
                header: &header,
                body: &bytes,
                application: &application,
                event_id: clock::event_id(now),
                received_at: now,
                peer: caller(app, peer, &head.headers),
                public_url: &app.public_url,
                link_key: &app.link_key,
                glossary: app.glossary,
            };
            match carry_out(app, dialect, &call, &application, now).await {
                Ok(reply) => dialect.reply(&call, &reply),
                Err(refusal) => dialect.refuse(Some(route), &refusal, now),
            }
        }
    };
    app.pipeline.meters.request(dialect.name(), response.status, begun.elapsed());
    send(response)
}

fn caller(app: &App, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    peer.map(|peer| address::caller(peer, headers, &app.trusted_proxies))
}

fn authenticate<'a>(
    app: &App, dialect: &dyn Dialect, route: &Route, header: &dyn Fn(&str) -> Option<&'a str>, query: Query<'a>,
) -> Result<Arc<Application>, Refusal> {
    let refused = |detail: &str| Refusal { kind: RefusalKind::Unauthorized, detail: detail.into(), path: None };
    match route.access {
        Access::Key(kind) => {
            let presented = dialect.presented(header, query).ok_or_else(|| refused("no key was presented"))?;
            let owner = app.applications.owner(&presented).filter(|_| presented.kind == kind);
            owner.ok_or_else(|| refused("the key is not valid here"))
        }
        Access::Link => dialect
            .linked_application(query)
            .and_then(|id| app.applications.find(&id))
            .ok_or_else(|| Refusal { kind: RefusalKind::Forbidden, detail: "the link is not valid".into(), path: None }),
    }
}

/// Does what a request asks for.
async fn carry_out(
    app: &App, dialect: &dyn Dialect, call: &Call<'_>, application: &Application, now: Timestamp,
) -> Result<Reply, Refusal> {
    let pipeline = &app.pipeline;
    let done = match dialect.decode(call)? {
        Intake::Assess(told) => {
            pipeline.meters.unknown_fields(told.n_unknown);
            pipeline.assess(*told, application, now).await.map(|record| Reply::Assessed(Box::new(record)))
        }
        Intake::Observe(told) => {
            pipeline.meters.unknown_fields(told.n_unknown);
            let judged = pipeline.judge(*told, application, Asked::No, now).await;
            judged.map(|record| Reply::Observed(record.entry.event.id))
        }
        Intake::Conclude { event, outcome } => {
            pipeline.conclude(application, event, outcome, now).await.map(|record| Reply::Concluded(Box::new(record)))
        }
        Intake::Recall(event) => {
            pipeline.recall(application, event).await.map(|record| Reply::Recalled(Box::new(record)))
        }
        Intake::Search(search) => pipeline.search(&search).await.map(Reply::Found),
        Intake::Feedback(all) => pipeline.feedback(all).await.map(|(n_targets, applied)| Reply::FeedbackTaken {
            n_targets,
            n_released: applied.n_released,
            n_unlearned: applied.n_unlearned,
        }),
    };
    done.map_err(|error| problem::refusal(&error))
}

/// Answers a request that reached no path of a dialect.
pub(crate) fn refuse(dialect: &dyn Dialect, route: Option<&Route>, refusal: &Refusal) -> axum::response::Response {
    send(dialect.refuse(route, refusal, clock::now()))
}

fn send(response: rightful_dialects::Response) -> axum::response::Response {
    let mut sent = axum::response::Response::new(axum::body::Body::from(response.body));
    *sent.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = sent.headers_mut();
    if let Some(content_type) = response.content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    sent
}
