//! One request of a dialect: whose key, what is asked, done, answered in the dialect's words.

use std::net::IpAddr;
use std::sync::Arc;

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use rightful_dialects::{
    Access, Ask, BacktestAsked, Call, Dialect, Finish, Following, HooksAsk, Intake, Lines, ListsIntake, OurReply,
    Query, Refusal, RefusalKind, Reply, Route, RulesIntake, TokenIn, Told, VendorHooksAsked, VendorReply,
};
use rightful_domain::{
    AccountDevice, AccountDeviceId, Application, Author, BacktestJob, EventId, Excerpt, Feedback, Record, Timestamp,
};

use super::caller::{self, Refused, text};
use super::origin::{self, Cookies};
use super::stream::{self, NoStream};
use super::{body, events, problem, vendor_rules};
use crate::access_tokens::TOKEN_KEPT;
use crate::app::{App, Peer};
use crate::applications::public_name;
use crate::attempts::{self, AttemptError, Speaker};
use crate::backtest;
use crate::backtest::jobs::TooManyBacktests;
use crate::listeners::{Listener, TooMany};
use crate::lists::{self, ListError};
use crate::pipeline::{Asked, Pipeline, PipelineError};
use crate::rule_desk::{Asking, RuleDesk};
use crate::{clock, hook_wishes, hooks, imports, reviewing};

/// Answers one request.
pub(crate) async fn answer(
    app: &Arc<App>,
    dialect: &'static dyn Dialect,
    route: &'static Route,
    request: Request,
) -> axum::response::Response {
    let begun = std::time::Instant::now();
    let now = (app.clock)();
    let is_page = route.access.is_of_pages();
    let origin = request.headers().get(header::ORIGIN).filter(|_| is_page).cloned();
    let mut response = match receive(app, dialect, route, request, now).await {
        Ok(received) => match unless_blocked(app, dialect, &received).await {
            Ok(Done::Answered(reply)) => send(received.with_call(app, |call| dialect.answer(call, &reply))),
            Ok(Done::Listens(listener)) => {
                let watch = received.head.extensions.get().cloned();
                events::answer(listener, watch, app.shutdown.clone())
            }
            Ok(Done::WouldListen) => events::head(),
            Ok(Done::GoesOn(response)) => *response,
            Ok(Done::Exports(response)) => response,
            Err(refused) => refused_answer(dialect, route, &refused, now),
        },
        Err(refused) => refused_answer(dialect, route, &refused, now),
    };
    if is_page {
        origin::dress(&mut response, origin.as_ref(), &app.applications, Cookies::of(dialect));
    }
    app.pipeline.meters.request(dialect.name(), response.status().as_u16(), begun.elapsed());
    response
}

/// The answer to a request that is not carried out.
fn refused_answer(
    dialect: &dyn Dialect,
    route: &Route,
    Refused { refusal, wait, status }: &Refused,
    now: Timestamp,
) -> axum::response::Response {
    let mut response = dialect.refuse(Some(route), refusal, now);
    response.status = status.unwrap_or(response.status);
    let mut refused = send(response);
    if let Some(wait) = wait {
        // A moment early would be refused again.
        refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    refused
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

/// A request of a known caller, all of it here.
pub(crate) struct Received {
    pub(super) route: &'static Route,
    pub(super) head: Parts,
    parameters: Option<RawPathParams>,
    body: Bytes,
    pub(super) application: Arc<Application>,
    event_id: EventId,
    pub(super) now: Timestamp,
    peer: Option<IpAddr>,
}

impl Received {
    /// The public name of the key that asks; of a token, that of the key for which it stands. Empty without a key.
    pub(super) fn key(&self, app: &App, dialect: &dyn Dialect) -> String {
        let header = |name: &str| text(&self.head.headers, name);
        let query = Query(self.head.uri.query().unwrap_or(""));
        let Some(presented) = dialect.presented(&header, query) else { return String::new() };
        match self.route.access {
            Access::Token(_) => app.access_tokens.check(presented.secret, self.now).unwrap_or_default(),
            Access::Key(_) | Access::Page(_) | Access::Link | Access::Body(_) | Access::PageInBody(_) => {
                public_name(&presented)
            }
        }
    }

    /// Who asks, for what is noted of changes.
    fn author(&self, app: &App, dialect: &dyn Dialect) -> Author {
        Author { name: Some(self.key(app, dialect).into()), at: self.now }
    }

    /// Shows the request as a dialect sees it.
    pub(crate) fn with_call<T>(&self, app: &App, see: impl FnOnce(&Call<'_>) -> T) -> T {
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
            rule_title: &|name| app.pipeline.policies.title_of(&self.application.id, name),
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
    let peer = caller::address(app, peer, &head.headers);
    if matches!(route.access, Access::Body(_) | Access::PageInBody(_)) {
        let (application, body) = caller::named_in_body(app, dialect, route, &head.headers, request_body, peer).await?;
        let event_id = clock::event_id(now);
        return Ok(Received { route, head, parameters, application, body, event_id, now, peer });
    }
    let known = caller::known(app, dialect, route, &head, peer, now);
    // Read even if refused, so that the caller gets the refusal and not a broken connection; but of a stranger, nothing is
    // kept.
    let of_route = || dialect.body_bytes_max(route).unwrap_or(app.body_bytes_max);
    let bytes_max = if known.is_ok() { of_route() } else { 0 };
    let body = body::read(request_body, bytes_max).await;
    let (known, body) = (known?, body?);
    let application = known.believed(app, dialect, route, (&head, &body), now)?;
    let event_id = clock::event_id(now);
    Ok(Received { route, head, parameters, application, body, event_id, now, peer })
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
    begun.map(|job| Reply::Ours(OurReply::Backtest(Box::new(job)))).map_err(|TooManyBacktests| {
        let detail = "other backtests are running; ask again later".into();
        Refusal { kind: RefusalKind::RateLimited, detail, path: None }
    })
}

fn backtest_told(job: Option<BacktestJob>) -> Result<Done, Refusal> {
    let job = job.ok_or_else(|| {
        let detail = "there is no backtest of this id, or no longer".into();
        Refusal { kind: RefusalKind::NotFound, detail, path: None }
    })?;
    Ok(Done::Answered(Reply::Ours(OurReply::Backtest(Box::new(job)))))
}

/// Does what is asked of lists.
async fn about_lists(app: &App, dialect: &dyn Dialect, received: &Received, ask: ListsIntake) -> Result<Done, Refusal> {
    let (store, application, now) = (&app.pipeline.store, &received.application.id, received.now);
    let refused = |error: ListError| problem::refusal(&error.into());
    if let ListsIntake::Export { name, format } = ask {
        return lists::exported(store, application, name, format, now).await.map(Done::Exports).map_err(refused);
    }
    let by = received.author(app, dialect);
    let done = lists::carry_out(&**store, application, ask, &received.body, by).await;
    done.map(|reply| Done::Answered(Reply::Ours(OurReply::Lists(Box::new(reply))))).map_err(refused)
}

/// Does what a request asks for, unless it rests on a token that was misused too often.
async fn unless_blocked(app: &Arc<App>, dialect: &'static dyn Dialect, received: &Received) -> Result<Done, Refused> {
    let Some(status) = dialect.blocked_status() else { return Ok(carry_out(app, dialect, received).await?) };
    let token = received.with_call(app, |call| dialect.token_in(call));
    let Some(TokenIn { text, holds }) = token else { return Ok(carry_out(app, dialect, received).await?) };
    let token = (Some(&received.application.id), text.as_str());
    if let Some(kind) = app.misused_tokens.blocked(token, received.now) {
        app.pipeline.meters.blocked_request();
        return Err(caller::blocked(kind, status));
    }
    carry_out(app, dialect, received).await.map_err(|refusal| {
        // One that holds is refused for what is said of it, or because it was used before.
        if (!holds || refusal.kind == RefusalKind::Forbidden)
            && app.misused_tokens.refused(token, refusal.kind, received.now)
        {
            app.pipeline.meters.blocked_token();
        }
        Refused::from(refusal)
    })
}

/// Does what a request asks for.
async fn carry_out(app: &Arc<App>, dialect: &'static dyn Dialect, received: &Received) -> Result<Done, Refusal> {
    let (pipeline, application, now) = (&app.pipeline, &*received.application, received.now);
    let done = match received.with_call(app, |call| dialect.decode(call))? {
        Intake::Listen(_) | Intake::Stream(_) if received.head.method == Method::HEAD => return Ok(Done::WouldListen),
        Intake::Listen(device) => return listen(app, dialect, received, device),
        Intake::Nothing => Ok(Reply::Nothing),
        Intake::Lines(lines) => return Ok(take_lines(app, dialect, received, lines).await),
        Intake::Imports => return Ok(Done::Answered(Reply::Ours(OurReply::Imports(app.imports.of(&application.id))))),
        asked @ (Intake::AssessNew(_)
        | Intake::Standing(_)
        | Intake::Rescore(_)
        | Intake::Change { .. }
        | Intake::ChangeMany(_)
        | Intake::Cases(_)
        | Intake::CaseTimes(_)) => review(pipeline, application, asked, now).await,
        Intake::Stream(following) => return follow(app, dialect, received, *following).await,
        Intake::Export(excerpt) => return export(app, dialect, received, *excerpt).await,
        Intake::Hooks(ask) => return our_hooks(app, dialect, received, &ask).await,
        Intake::VendorHooks(asked) => return vendor_hooks(app, dialect, received, asked).await,
        Intake::Lists(ask) => return about_lists(app, dialect, received, *ask).await,
        Intake::Assess(told) => {
            pipeline.meters.unknown_fields(told.n_unknown);
            pipeline.assess(*told, application, now).await.map(|record| Reply::Assessed(Box::new(record)))
        }
        Intake::Observe(told) => observe(pipeline, *told, application, Asked::No, now).await,
        Intake::Backfill(told) => observe(pipeline, *told, application, Asked::Long, now).await,
        Intake::Conclude { event, outcome } => {
            pipeline.conclude(application, event, outcome, now).await.map(|record| Reply::Concluded(Box::new(record)))
        }
        Intake::Recall(event) => {
            pipeline.recall(application, event).await.map(|record| Reply::Recalled(Box::new(record)))
        }
        Intake::Search(search) => pipeline.search(&search).await.map(Reply::Found),
        Intake::Report(report) => {
            check_proof(app, dialect, received)?;
            pipeline.report(*report).await.map(Reply::Reported)
        }
        Intake::Identify { token, tolerance, told } => {
            pipeline.meters.unknown_fields(told.n_unknown);
            pipeline.identify(token, tolerance, *told, application, now).await.map(identified)
        }
        Intake::LookUp { username, hashes } => Ok(Reply::LookedUp(pipeline.look_up(username, hashes))),
        Intake::Dossier(account) => {
            pipeline.dossier(&application.id, &account).await.map(|dossier| Reply::Dossier(Box::new(dossier)))
        }
        Intake::Takeover(account) => pipeline
            .takeover(&application.id, &account)
            .await
            .map(|takeover| Reply::Ours(OurReply::Takeover(Box::new(takeover)))),
        Intake::Note(note) => pipeline.note(application, *note).await.map(|dossier| Reply::Dossier(Box::new(dossier))),
        Intake::Reclaim(all) => {
            pipeline.reclaim(&application.id, all, now).await.map(|n_accounts| Reply::Reclaimed { n_accounts })
        }
        Intake::Backtest(asked) => return begin_backtest(app, received, &asked).await.map(Done::Answered),
        Intake::LookAtBacktest(id) => return backtest_told(app.backtests.look(&application.id, id)),
        Intake::CancelBacktest(id) => return backtest_told(app.backtests.cancel(&application.id, id)),
        Intake::Consume(event) => pipeline.consume(&application.id, event, now).await.map(consumed),
        Intake::Rules(asked) => rules(app, dialect, received, &asked).await,
        Intake::VendorRules(asked) => vendor_rules::carry_out(app, dialect, received, &asked).await,
        Intake::SealingKey => return sealing_key(app, now).await.map(Done::Answered),
        Intake::Grant => Ok(granted(app, dialect, received)),
        Intake::Ask(ask) => return ask_about(app, dialect, received, *ask).await.map(Done::Answered),
        Intake::Finish(finish) => return finish_attempt(app, dialect, received, *finish).await.map(Done::Answered),
        Intake::Feedback(all) => take_feedback(app, received, all).await,
        Intake::Several(asked) => pipeline.several(application, *asked, now).await,
    };
    done.map(Done::Answered).map_err(|error| problem::refusal(&error))
}

fn consumed(record: Record) -> Reply {
    Reply::Vendors(VendorReply::Consumed(Box::new(record)))
}

fn identified((record, device): (Record, Option<AccountDevice>)) -> Reply {
    Reply::Vendors(VendorReply::Identified { record: Box::new(record), device: device.map(Box::new) })
}

/// That a report is signed by the device's key, where it says that it is.
fn check_proof(app: &App, dialect: &dyn Dialect, received: &Received) -> Result<(), Refusal> {
    received.with_call(app, |call| dialect.device_proof(call))?.as_ref().map_or(Ok(()), attempts::holds)
}

/// Remembers an event for whose verdict nobody waits.
async fn observe(
    pipeline: &Pipeline,
    told: Told,
    application: &Application,
    asked: Asked,
    now: Timestamp,
) -> Result<Reply, PipelineError> {
    pipeline.meters.unknown_fields(told.n_unknown);
    let judged = pipeline.judge(told, application, asked, now).await;
    judged.map(|record| Reply::Observed(record.entry.event.id))
}

/// Does what is asked of the application's hooks in its vendor's administration.
async fn vendor_hooks(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    asked: VendorHooksAsked,
) -> Result<Done, Refusal> {
    let by = received.author(app, dialect);
    hook_wishes::carry_out(app, &received.application, asked, by).await.map(Done::Answered)
}

/// Does what the application's own backend asks of its hooks.
async fn our_hooks(app: &App, dialect: &dyn Dialect, received: &Received, ask: &HooksAsk) -> Result<Done, Refusal> {
    let by = received.author(app, dialect);
    hooks::carry_out(app, &received.application, ask, by).await.map(Done::Answered)
}

/// Judges each line of a file.
async fn take_lines(app: &Arc<App>, dialect: &'static dyn Dialect, received: &Received, lines: Lines) -> Done {
    let with_call = |event_id, see: &mut dyn FnMut(&Call<'_>)| {
        received.with_event(app, event_id, |call| see(call));
    };
    let (application, file) = (&received.application, (lines, &received.body));
    Done::Answered(Reply::Vendors(VendorReply::LinesTaken(
        imports::take(app, dialect, file, application, &with_call, received.now).await,
    )))
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
        Intake::ChangeMany(changes) => {
            Reply::Ours(OurReply::Changed(pipeline.change_cases(application, changes, now).await?))
        }
        Intake::Cases(search) => Reply::Ours(OurReply::Cases(pipeline.cases(&search, now).await?)),
        Intake::CaseTimes(from) => Reply::Ours(OurReply::CaseTimes(pipeline.case_times(application, from, now).await?)),
        // Handed to whoever does it.
        Intake::Assess(_)
        | Intake::Observe(_)
        | Intake::Conclude { .. }
        | Intake::Recall(_)
        | Intake::Search(_)
        | Intake::Feedback(_)
        | Intake::Backfill(_)
        | Intake::Report(_)
        | Intake::Identify { .. }
        | Intake::LookUp { .. }
        | Intake::Dossier(_)
        | Intake::Takeover(_)
        | Intake::Note(_)
        | Intake::Reclaim(_)
        | Intake::Consume(_)
        | Intake::Listen(_)
        | Intake::Nothing
        | Intake::Lines(_)
        | Intake::Imports
        | Intake::VendorHooks(_)
        | Intake::Rules(_)
        | Intake::Stream(_)
        | Intake::Export(_)
        | Intake::Backtest(_)
        | Intake::LookAtBacktest(_)
        | Intake::CancelBacktest(_)
        | Intake::Hooks(_)
        | Intake::Lists(_)
        | Intake::SealingKey
        | Intake::Grant
        | Intake::VendorRules(_)
        | Intake::Ask(_)
        | Intake::Finish(_)
        | Intake::Several(_) => Reply::Nothing,
    })
}

/// How an event stands, as a reply.
fn standing((record, case): reviewing::Standing) -> Reply {
    Reply::Standing { record: Box::new(record), case: case.map(Box::new) }
}

/// Does what is asked of the application's own rules, in its turn.
async fn rules(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    asked: &RulesIntake,
) -> Result<Reply, PipelineError> {
    let key = received.key(app, dialect);
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let desk =
        RuleDesk { store: &*app.pipeline.store, policies: &app.pipeline.policies, counting: Some(&app.counting) };
    let asking = Asking { application: &received.application.id, key: &key, now: received.now };
    Ok(desk.carry_out(asking, asked).await.map(|reply| Reply::Ours(OurReply::Rules(Box::new(reply))))?)
}

/// Takes what somebody says of earlier events; of a link, one answer, and a no after a yes.
async fn take_feedback(app: &App, received: &Received, all: Vec<Feedback>) -> Result<Reply, PipelineError> {
    let (pipeline, application) = (&app.pipeline, &*received.application);
    let taken = match received.route.access {
        Access::Link => pipeline.answer_of_link(application, all).await,
        Access::Key(_) | Access::Page(_) | Access::Token(_) | Access::Body(_) | Access::PageInBody(_) => {
            pipeline.feedback(application, all).await
        }
    };
    taken.map(|(n_targets, applied)| Reply::FeedbackTaken {
        n_targets,
        n_released: applied.n_released,
        n_unlearned: applied.n_unlearned,
    })
}

/// Gives who has shown a key in the body a token that stands for it.
fn granted(app: &App, dialect: &dyn Dialect, received: &Received) -> Reply {
    let told = dialect.presented_in_body(received.route, &received.body);
    let token = told.map(|told| app.access_tokens.grant(&told.public_id, received.now)).unwrap_or_default();
    Reply::Vendors(VendorReply::Granted { token, kept: TOKEN_KEPT })
}

/// Judges what a page attempted, or keeps it.
async fn ask_about(app: &App, dialect: &dyn Dialect, received: &Received, ask: Ask) -> Result<Reply, Refusal> {
    let speaker = Speaker { app, dialect, received };
    let done = app.pipeline.ask(ask, &received.application, &speaker, received.now).await;
    done.map_err(AttemptError::refusal)
}

/// Remembers how an attempt of a page ended.
async fn finish_attempt(
    app: &App,
    dialect: &dyn Dialect,
    received: &Received,
    finish: Finish,
) -> Result<Reply, Refusal> {
    let speaker = Speaker { app, dialect, received };
    let done = app.pipeline.finish(finish, &received.application, &speaker, received.now).await;
    done.map_err(AttemptError::refusal)
}

async fn sealing_key(app: &App, now: Timestamp) -> Result<Reply, Refusal> {
    app.page_keys.public(now).await.map(|key| Reply::Vendors(VendorReply::SealingKey(key))).map_err(|error| {
        tracing::error!(%error, "pages get no key to seal under");
        Refusal { kind: RefusalKind::Internal, detail: "internal error".into(), path: None }
    })
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
