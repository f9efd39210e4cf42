//! One request of a dialect: whose key, what is asked, done, answered in the dialect's words.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rightful_dialects::{Access, Call, Dialect, Intake, Query, Refusal, RefusalKind, Reply, Route, SignedRequest};
use rightful_domain::{AccountDeviceId, Application, EventId, Timestamp};

use super::{address, body, events, origin, problem};
use crate::app::{App, Peer};
use crate::listeners::{Listener, TooMany};
use crate::pipeline::{Asked, Pipeline, PipelineError};
use crate::{clock, hook_wishes, imports, reviewing};

/// The longest body on a route that takes files of many lines: some 100 000 transactions.
const FILE_BYTES_MAX: usize = 64 << 20;

/// Answers one request.
pub(crate) async fn answer(
    app: &Arc<App>,
    dialect: &'static dyn Dialect,
    route: &'static Route,
    request: Request,
) -> axum::response::Response {
    let begun = std::time::Instant::now();
    let now = clock::now();
    let is_page = matches!(route.access, Access::Page(_));
    let origin = request.headers().get(header::ORIGIN).filter(|_| is_page).cloned();
    let mut response = match receive(app, dialect, route, request, now).await {
        Ok(received) => match carry_out(app, dialect, &received).await {
            Ok(Done::Answered(reply)) => send(received.with_call(app, |call| dialect.reply(call, &reply))),
            Ok(Done::Listens(listener)) => {
                let watch = received.head.extensions.get().cloned();
                events::answer(listener, watch, app.shutdown.clone())
            }
            Ok(Done::WouldListen) => events::head(),
            Err(refusal) => send(dialect.refuse(Some(route), &refusal, now)),
        },
        Err(Refused { refusal, wait }) => {
            let mut refused = send(dialect.refuse(Some(route), &refusal, now));
            if let Some(wait) = wait {
                // A moment early would be refused again.
                refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
            }
            refused
        }
    };
    if is_page {
        origin::dress(&mut response, origin.as_ref(), &app.applications);
    }
    app.pipeline.meters.request(dialect.name(), response.status().as_u16(), begun.elapsed());
    response
}

/// What became of a request that was carried out.
enum Done {
    Answered(Reply),
    Listens(Listener),
    /// Only the head of the answer is asked for.
    WouldListen,
}

/// A request that is not carried out, and how long to wait before it may be.
struct Refused {
    refusal: Refusal,
    wait: Option<Duration>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, wait: None }
    }
}

/// A request of a known caller, all of it here.
struct Received {
    route: &'static Route,
    head: Parts,
    parameters: Option<RawPathParams>,
    body: Bytes,
    application: Arc<Application>,
    event_id: EventId,
    now: Timestamp,
    peer: Option<IpAddr>,
}

impl Received {
    /// Shows the request as a dialect sees it.
    fn with_call<T>(&self, app: &App, see: impl FnOnce(&Call<'_>) -> T) -> T {
        self.with_event(app, self.event_id, see)
    }

    /// The same, as the request that becomes this event.
    fn with_event<T>(&self, app: &App, event_id: EventId, see: impl FnOnce(&Call<'_>) -> T) -> T {
        let parameters: Vec<(&str, &str)> = self.parameters.as_ref().map_or_else(Vec::new, |all| all.iter().collect());
        see(&Call {
            route: self.route,
            parameters: &parameters,
            query: Query(self.head.uri.query().unwrap_or("")),
            header: &|name| text(&self.head.headers, name),
            body: &self.body,
            application: &self.application,
            event_id,
            received_at: self.now,
            peer: self.peer,
            public_url: &app.public_url,
            link_key: &app.link_key,
            glossary: app.glossary,
        })
    }
}

async fn receive(
    app: &App,
    dialect: &dyn Dialect,
    route: &'static Route,
    mut request: Request,
    now: Timestamp,
) -> Result<Received, Refused> {
    // Copied out of the router only where the path has any.
    let parameters = if route.path.contains('{') { request.extract_parts().await.ok() } else { None };
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    let (head, request_body) = request.into_parts();
    let query = Query(head.uri.query().unwrap_or(""));
    let known = authenticate(app, dialect, route, &|name| text(&head.headers, name), query);
    let peer = caller(app, peer, &head.headers);
    let known = match (route.access, known) {
        (Access::Page(_), Ok(known)) => admit_page(app, known.application, &head.headers, peer).map(Known::already),
        (Access::Page(_) | Access::Key(_) | Access::Link, known) => known.map_err(Refused::from),
    };
    // Read even if refused, so that the caller gets the refusal and not a broken connection; but of a stranger, nothing is
    // kept.
    let bytes_max = if known.is_ok() { bytes_max(app, dialect, route) } else { 0 };
    let body = body::read(request_body, bytes_max).await;
    let known = known?;
    let body = body?;
    if let Some(sealed) = &known.signs_under {
        check_signature(app, dialect, route, (&head, &body), sealed, now)?;
    }
    let application = known.application;
    let event_id = clock::event_id(now);
    Ok(Received { route, head, parameters, application, body, event_id, now, peer })
}

/// A header's value; None if absent or not text. Beyond ASCII as well, so that a dialect can refuse what it must not
/// overlook.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn caller(app: &App, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    peer.map(|peer| address::caller(peer, headers, &app.trusted_proxies))
}

/// Who a request claims to be, as far as its head says.
struct Known {
    application: Arc<Application>,
    /// The sealed secret that the request is to be signed under, where the head alone proves nothing.
    signs_under: Option<Box<[u8]>>,
}

impl Known {
    const fn already(application: Arc<Application>) -> Self {
        Self { application, signs_under: None }
    }
}

/// How long a body may be on a route.
fn bytes_max(app: &App, dialect: &dyn Dialect, route: &Route) -> usize {
    if dialect.takes_files(route) { app.body_bytes_max.max(FILE_BYTES_MAX) } else { app.body_bytes_max }
}

/// Whether a request is signed with the secret of the key that it names.
fn check_signature(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    (head, body): (&Parts, &[u8]),
    sealed: &[u8],
    received_at: Timestamp,
) -> Result<(), Refusal> {
    let header = |name: &str| text(&head.headers, name);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let signed = dialect.signed(&SignedRequest { method: route.method, target, header: &header, body, received_at })?;
    let unsigned = || Refusal { kind: RefusalKind::Unauthorized, detail: "the signature is wrong".into(), path: None };
    let secret = app.master_key.open(sealed).map_err(|_| {
        tracing::error!("the secret of a key cannot be opened: the master key is another");
        unsigned()
    })?;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    // In constant time.
    ring::hmac::verify(&key, &signed.message, &signed.mac).map_err(|_| unsigned())
}

fn authenticate<'a>(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    header: &dyn Fn(&str) -> Option<&'a str>,
    query: Query<'a>,
) -> Result<Known, Refusal> {
    let refused = |detail: &str| Refusal { kind: RefusalKind::Unauthorized, detail: detail.into(), path: None };
    match route.access {
        Access::Key(kind) | Access::Page(kind) => {
            let presented = dialect.presented(header, query).ok_or_else(|| refused("no key was presented"))?;
            let presented = Some(presented).filter(|presented| presented.kind == kind);
            let presented = presented.ok_or_else(|| refused("the key is not valid here"))?;
            let owner = match route.access {
                Access::Page(_) => app.applications.owner_of_page(&presented).map(Known::already),
                Access::Key(_) | Access::Link => app.applications.owner(&presented).map(Known::already).or_else(|| {
                    let (application, sealed) = app.applications.signer(&presented)?;
                    Some(Known { application, signs_under: Some(sealed) })
                }),
            };
            owner.ok_or_else(|| refused("the key is not valid here"))
        }
        Access::Link => {
            let application = dialect.linked_application(query).and_then(|id| app.applications.find(&id));
            application.map(Known::already).ok_or_else(|| Refusal {
                kind: RefusalKind::Forbidden,
                detail: "the link is not valid".into(),
                path: None,
            })
        }
    }
}

/// Lets a page in that is one of the application's, as often as pages may ask.
fn admit_page(
    app: &App,
    application: Arc<Application>,
    headers: &HeaderMap,
    peer: Option<IpAddr>,
) -> Result<Arc<Application>, Refused> {
    origin::check(&application, headers, &app.without_origins)?;
    let taken = peer.map_or(Ok(()), |ip| app.page_rate.take(ip, &application.id));
    taken.map(|()| application).map_err(|wait| {
        let detail = "this address asks too often; wait, then ask again".into();
        Refused { refusal: Refusal { kind: RefusalKind::RateLimited, detail, path: None }, wait: Some(wait) }
    })
}

/// Begins to tell a page what happens to its device.
fn listen(
    app: &App,
    dialect: &'static dyn Dialect,
    received: &Received,
    device: AccountDeviceId,
) -> Result<Done, Refusal> {
    let listeners = &app.pipeline.listeners;
    listeners.listen(&received.application.id, device, dialect, received.peer).map(Done::Listens).map_err(|TooMany| {
        let detail = "too many pages listen; ask again later".into();
        Refusal { kind: RefusalKind::RateLimited, detail, path: None }
    })
}

/// Does what a request asks for.
async fn carry_out(app: &Arc<App>, dialect: &'static dyn Dialect, received: &Received) -> Result<Done, Refusal> {
    let (pipeline, application, now) = (&app.pipeline, &*received.application, received.now);
    let done = match received.with_call(app, |call| dialect.decode(call))? {
        Intake::Listen(_) if received.head.method == Method::HEAD => return Ok(Done::WouldListen),
        Intake::Listen(device) => return listen(app, dialect, received, device),
        asked @ (Intake::Nothing | Intake::Hooks | Intake::SetHook(_) | Intake::Lines(_)) => {
            return beside(app, dialect, received, asked).await.map(Done::Answered);
        }
        asked @ (Intake::AssessNew(_)
        | Intake::Standing(_)
        | Intake::Rescore(_)
        | Intake::Change { .. }
        | Intake::ChangeMany(_)
        | Intake::Cases(_)) => review(pipeline, application, asked, now).await,
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
        Intake::Backfill(told) => {
            pipeline.meters.unknown_fields(told.n_unknown);
            let judged = pipeline.judge(*told, application, Asked::Long, now).await;
            judged.map(|record| Reply::Observed(record.entry.event.id))
        }
        Intake::Report(report) => pipeline.report(*report).await.map(Reply::Reported),
        Intake::Identify { token, tolerance, told } => {
            pipeline.meters.unknown_fields(told.n_unknown);
            let identified = pipeline.identify(token, tolerance, *told, application, now).await;
            identified
                .map(|(record, device)| Reply::Identified { record: Box::new(record), device: device.map(Box::new) })
        }
        Intake::LookUp { username, hashes } => Ok(Reply::LookedUp(pipeline.look_up(username, hashes))),
        Intake::Dossier(account) => {
            pipeline.dossier(&application.id, &account).await.map(|dossier| Reply::Dossier(Box::new(dossier)))
        }
        Intake::Takeover(account) => {
            pipeline.takeover(&application.id, &account).await.map(|takeover| Reply::Takeover(Box::new(takeover)))
        }
        Intake::Note(note) => pipeline.note(application, *note).await.map(|dossier| Reply::Dossier(Box::new(dossier))),
        Intake::Reclaim(all) => {
            pipeline.reclaim(&application.id, all, now).await.map(|n_accounts| Reply::Reclaimed { n_accounts })
        }
        Intake::Consume(event) => {
            pipeline.consume(&application.id, event, now).await.map(|record| Reply::Consumed(Box::new(record)))
        }
        Intake::Feedback(all) => {
            let taken = match received.route.access {
                Access::Link => pipeline.answer_of_link(application, all).await,
                Access::Key(_) | Access::Page(_) => pipeline.feedback(application, all).await,
            };
            taken.map(|(n_targets, applied)| Reply::FeedbackTaken {
                n_targets,
                n_released: applied.n_released,
                n_unlearned: applied.n_unlearned,
            })
        }
    };
    done.map(Done::Answered).map_err(|error| problem::refusal(&error))
}

/// Does what is asked beside events: of hooks, and of files that hold many.
async fn beside(
    app: &Arc<App>,
    dialect: &'static dyn Dialect,
    received: &Received,
    asked: Intake,
) -> Result<Reply, Refusal> {
    let application = &received.application;
    match asked {
        Intake::Hooks => Ok(Reply::Hooks(hook_wishes::shown(app, application))),
        Intake::SetHook(wish) => hook_wishes::set(app, application, *wish).await.map(|hook| Reply::Hooks(vec![hook])),
        Intake::Lines(lines) => {
            let with_call = |event_id, see: &mut dyn FnMut(&Call<'_>)| {
                received.with_event(app, event_id, |call| see(call));
            };
            let file = (lines, &received.body);
            Ok(Reply::LinesTaken(imports::take(app, dialect, file, application, &with_call, received.now).await))
        }
        // Nothing is to be done.
        _ => Ok(Reply::Nothing),
    }
}

/// Does what is asked about how events stand, and what people do about them.
async fn review(
    pipeline: &Pipeline,
    application: &Application,
    asked: Intake,
    now: Timestamp,
) -> Result<Reply, PipelineError> {
    Ok(match asked {
        Intake::AssessNew(fresh) => {
            pipeline.meters.unknown_fields(fresh.told.n_unknown);
            standing(pipeline.assess_new(*fresh, application, now).await?)
        }
        Intake::Standing(named) => standing(pipeline.standing_of(application, named, now).await?),
        Intake::Rescore(event) => standing(pipeline.rescore(application, event, now).await?),
        Intake::Change { event, change } => standing(pipeline.change_case(application, event, change, now).await?),
        Intake::ChangeMany(changes) => Reply::Changed(pipeline.change_cases(application, changes, now).await?),
        Intake::Cases(search) => Reply::Cases(pipeline.cases(&search, now).await?),
        // Handed to whoever does it.
        _ => Reply::Nothing,
    })
}

/// How an event stands, as a reply.
fn standing((record, case): reviewing::Standing) -> Reply {
    Reply::Standing { record: Box::new(record), case: case.map(Box::new) }
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
