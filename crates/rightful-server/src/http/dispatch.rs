//! One request of a dialect: whose key, what is asked, done, answered in the dialect's words.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rightful_dialects::{
    Access, BacktestAsked, Call, Dialect, Following, Intake, ListsIntake, Query, Refusal, RefusalKind, Reply, Route,
    RulesIntake,
};
use rightful_domain::{AccountDeviceId, Application, BacktestJob, EventId, Excerpt, Timestamp};

use super::stream::{self, NoStream};
use super::{address, body, events, origin, problem};
use crate::app::{App, Peer};
use crate::applications::public_name;
use crate::backtest;
use crate::backtest::jobs::TooManyBacktests;
use crate::listeners::{Listener, TooMany};
use crate::lists::{self, ListError};
use crate::pipeline::{Asked, PipelineError};
use crate::rule_desk::{Asking, RuleDesk};
use crate::{clock, hooks};

/// Answers one request.
pub(crate) async fn answer(
    app: &App,
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
            Ok(Done::GoesOn(response)) => *response,
            Ok(Done::Exports(response)) => response,
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
    /// All that is on a list, as it is read.
    Exports(axum::response::Response),
    /// Only the head of the answer is asked for.
    WouldListen,
    /// The answer is made as it is read.
    GoesOn(Box<axum::response::Response>),
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
        let parameters: Vec<(&str, &str)> = self.parameters.as_ref().map_or_else(Vec::new, |all| all.iter().collect());
        see(&Call {
            route: self.route,
            parameters: &parameters,
            query: Query(self.head.uri.query().unwrap_or("")),
            header: &|name| text(&self.head.headers, name),
            body: &self.body,
            application: &self.application,
            event_id: self.event_id,
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
    let application = authenticate(app, dialect, route, &|name| text(&head.headers, name), query);
    let peer = caller(app, peer, &head.headers);
    let application = match route.access {
        Access::Page(_) => admit_page(app, application?, &head.headers, peer),
        Access::Key(_) | Access::Link => application.map_err(Refused::from),
    };
    // Read even if refused, so that the caller gets the refusal and not a broken connection; but of a stranger, nothing is
    // kept.
    let of_route = || dialect.body_bytes_max(route).unwrap_or(app.body_bytes_max);
    let bytes_max = if application.is_ok() { of_route() } else { 0 };
    let body = body::read(request_body, bytes_max).await;
    let event_id = clock::event_id(now);
    Ok(Received { route, head, parameters, application: application?, body: body?, event_id, now, peer })
}

/// A header's value; None if absent or not text. Beyond ASCII as well, so that a dialect can refuse what it must not
/// overlook.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

fn caller(app: &App, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    peer.map(|peer| address::caller(peer, headers, &app.trusted_proxies))
}

fn authenticate<'a>(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    header: &dyn Fn(&str) -> Option<&'a str>,
    query: Query<'a>,
) -> Result<Arc<Application>, Refusal> {
    let refused = |detail: &str| Refusal { kind: RefusalKind::Unauthorized, detail: detail.into(), path: None };
    match route.access {
        Access::Key(kind) | Access::Page(kind) => {
            let presented = dialect.presented(header, query).ok_or_else(|| refused("no key was presented"))?;
            let owner = match route.access {
                Access::Page(_) => app.applications.owner_of_page(&presented),
                Access::Key(_) | Access::Link => app.applications.owner(&presented),
            };
            owner.filter(|_| presented.kind == kind).ok_or_else(|| refused("the key is not valid here"))
        }
        Access::Link => dialect.linked_application(query).and_then(|id| app.applications.find(&id)).ok_or_else(|| {
            Refusal { kind: RefusalKind::Forbidden, detail: "the link is not valid".into(), path: None }
        }),
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

/// Begins to tell a caller what happens in its application.
async fn follow(
    app: &App,
    dialect: &'static dyn Dialect,
    received: &Received,
    following: Following,
) -> Result<Done, Refusal> {
    let watch = received.head.extensions.get().cloned();
    let begun = stream::follow(app, dialect, &received.application.id, following, watch).await;
    begun.map(|response| Done::GoesOn(Box::new(response))).map_err(no_stream)
}

/// Begins to hand out events.
async fn export(
    app: &App,
    dialect: &'static dyn Dialect,
    received: &Received,
    excerpt: Excerpt,
) -> Result<Done, Refusal> {
    if received.head.method == Method::HEAD {
        return Ok(Done::GoesOn(Box::new(stream::export_head())));
    }
    let begun = stream::export(app, dialect, excerpt).await;
    begun.map(|response| Done::GoesOn(Box::new(response))).map_err(no_stream)
}

fn no_stream(why: NoStream) -> Refusal {
    let (kind, detail) = match why {
        NoStream::Store(error) => return problem::refusal(&error.into()),
        NoStream::TooMany => (RefusalKind::RateLimited, "too many ask for this at once; ask again later".into()),
        NoStream::Beyond(id) => {
            (RefusalKind::Malformed, format!("the id {id} lies beyond the end of this server's ledger"))
        }
    };
    Refusal { kind, detail, path: None }
}

/// Tries rules on the application's events.
async fn begin_backtest(app: &App, received: &Received, asked: &BacktestAsked) -> Result<Reply, Refusal> {
    let (pipeline, now) = (&app.pipeline, received.now);
    let policy = backtest::rules::with_rules(pipeline.policies.file(), &asked.rules)?;
    let (from, to) = backtest::Plan::days_until(now, asked.days);
    let plan = backtest::Plan {
        policy: Arc::new(policy),
        application: Application::clone(&received.application),
        from,
        to,
        actions: asked.actions.clone(),
        n_samples: usize::try_from(asked.n_samples).unwrap_or(0),
        seed: asked.seed.into(),
    };
    let begun = app.backtests.begin(received.event_id, plan, Arc::clone(&pipeline.store)).await;
    begun.map(|job| Reply::Backtest(Box::new(job))).map_err(|TooManyBacktests| {
        let detail = "other backtests are running; ask again later".into();
        Refusal { kind: RefusalKind::RateLimited, detail, path: None }
    })
}

fn backtest_told(job: Option<BacktestJob>) -> Result<Done, Refusal> {
    let job = job.ok_or_else(|| {
        let detail = "there is no backtest of this id, or no longer".into();
        Refusal { kind: RefusalKind::NotFound, detail, path: None }
    })?;
    Ok(Done::Answered(Reply::Backtest(Box::new(job))))
}

/// Does what is asked of lists.
async fn about_lists(app: &App, received: &Received, ask: ListsIntake) -> Result<Done, Refusal> {
    let (store, application, now) = (&app.pipeline.store, &received.application.id, received.now);
    let refused = |error: ListError| problem::refusal(&error.into());
    if let ListsIntake::Export { name, format } = ask {
        return lists::exported(store, application, name, format, now).await.map(Done::Exports).map_err(refused);
    }
    let done = lists::carry_out(&**store, application, ask, &received.body, now).await;
    done.map(|reply| Done::Answered(Reply::Lists(Box::new(reply)))).map_err(refused)
}

/// Does what a request asks for.
async fn carry_out(app: &App, dialect: &'static dyn Dialect, received: &Received) -> Result<Done, Refusal> {
    let (pipeline, application, now) = (&app.pipeline, &*received.application, received.now);
    let done = match received.with_call(app, |call| dialect.decode(call))? {
        Intake::Listen(_) if received.head.method == Method::HEAD => return Ok(Done::WouldListen),
        Intake::Listen(device) => return listen(app, dialect, received, device),
        Intake::Stream(_) if received.head.method == Method::HEAD => return Ok(Done::WouldListen),
        Intake::Stream(following) => return follow(app, dialect, received, *following).await,
        Intake::Export(excerpt) => return export(app, dialect, received, *excerpt).await,
        Intake::Hooks(ask) => return hooks::carry_out(app, application, &ask, now).await.map(Done::Answered),
        Intake::Lists(ask) => return about_lists(app, received, *ask).await,
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
        Intake::Backtest(asked) => return begin_backtest(app, received, &asked).await.map(Done::Answered),
        Intake::LookAtBacktest(id) => return backtest_told(app.backtests.look(&application.id, id)),
        Intake::CancelBacktest(id) => return backtest_told(app.backtests.cancel(&application.id, id)),
        Intake::Consume(event) => {
            pipeline.consume(&application.id, event, now).await.map(|record| Reply::Consumed(Box::new(record)))
        }
        Intake::Rules(asked) => rules(app, dialect, received, &asked).await,
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

/// Does what is asked of the application's own rules, in its turn.
async fn rules(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    asked: &RulesIntake,
) -> Result<Reply, PipelineError> {
    let header = |name: &str| text(&received.head.headers, name);
    let query = Query(received.head.uri.query().unwrap_or(""));
    let key = dialect.presented(&header, query).map_or_else(String::new, |presented| public_name(&presented));
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let desk = RuleDesk { store: &*app.pipeline.store, policies: &app.pipeline.policies };
    let asking = Asking { application: &received.application.id, key: &key, now: received.now };
    Ok(desk.carry_out(asking, asked).await.map(|reply| Reply::Rules(Box::new(reply)))?)
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
