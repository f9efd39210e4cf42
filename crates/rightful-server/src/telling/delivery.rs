//! The task that sends what waits in the outbox. Messages about one account go one at a time, in their order; those about
//! others, and other hooks, do not wait for it. A hook that fails is tried with one message at a time. A message is sent
//! until it is taken or given up, always under the same id, so that a receiver can tell a repetition.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderName, header};
use rightful_dialects::{Around, Dialect, HookMessage, ToldOf};
use rightful_domain::{
    Application, ApplicationId, Delivery as Outcome, DeliveryTry, EventId, Hook, HookDigest, HookStyle, Record,
    Telling, Timestamp, Topic, TryEnd, Waiting,
};
use rightful_store::{Store, StoreError};
use tokio::task::JoinSet;
use tokio_rustls::rustls;

use super::message_id;
use super::pauses::Pauses;
use super::post::{Answer, DEADLINE, Letter, PostError, Poster};
use super::schedule::{RETRY_AFTER_MAX, Schedule};
use super::secret::Secrets;
use super::sign::{payload_digest, signatures};
use crate::app::App;
use crate::desk::{Command, HookCommand};
use crate::shutdown::Shutdown;
use crate::{clock, control};

/// How often the outbox, which knows by heart what is due, is asked.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The most messages on their way at once, each in another lane.
const PARALLEL_MAX: usize = 256;
/// The most lanes that are looked at for something due at once.
const DUE_MAX: usize = 4_096;

const PAYLOAD_DIGEST: HeaderName = HeaderName::from_static("x-payload-digest");
const PAYLOAD_DIGEST_ALG: HeaderName = HeaderName::from_static("x-payload-digest-alg");
pub(crate) const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
pub(crate) const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
pub(crate) const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Finds the dialect of a style of hooks.
type Speaks = fn(HookStyle) -> Option<&'static dyn Dialect>;

/// What time it is.
type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The sender of what waits.
pub(crate) struct Delivery {
    app: Arc<App>,
    poster: Poster,
    schedule: Schedule,
    sumsub: Schedule,
    speaks: Speaks,
    clock: Clock,
    pauses: Pauses,
}

/// A lane of a hook of an application: on its way is one message of it at most.
type Lane = (ApplicationId, Box<str>, u64);

/// What is on its way.
#[derive(Default)]
struct OnTheWay {
    sending: JoinSet<()>,
    lanes: HashMap<tokio::task::Id, Lane>,
}

impl OnTheWay {
    fn n_to(&self, waiting: &Waiting) -> usize {
        let hooks = self.lanes.values().map(|(application, hook, _)| (application, hook));
        hooks.filter(|hook| *hook == (&waiting.application, &waiting.telling.hook)).count()
    }

    fn has_lane_of(&self, waiting: &Waiting) -> bool {
        let lane = (waiting.application.clone(), waiting.telling.hook.clone(), waiting.lane());
        self.lanes.values().any(|known| *known == lane)
    }

    async fn next_done(&mut self) -> Option<()> {
        let done = self.sending.join_next_with_id().await?;
        // One that panicked is looked at again.
        self.lanes.remove(&done.map_or_else(|panicked| panicked.id(), |(id, ())| id));
        Some(())
    }
}

/// What becomes of a message before it is sent.
enum Made {
    Letter(Letter, EventId),
    /// There is nothing to send: the dialect has no word for it, or what it is about is gone.
    Nothing,
    /// There is nobody to send it to any more.
    Nobody(&'static str),
}

impl Delivery {
    /// One that may, or may not, send to private addresses.
    pub(crate) fn new(app: Arc<App>, schedule: Schedule, allows_private: bool) -> Result<Self, rustls::Error> {
        let (poster, speaks) = (Poster::new(allows_private)?, rightful_dialects::of_hook as Speaks);
        let sumsub = Schedule::sumsub();
        Ok(Self { app, poster, schedule, sumsub, speaks, clock: Arc::new(clock::now), pauses: Pauses::default() })
    }

    /// The same, with dialects of one's own.
    #[cfg(test)]
    pub(super) fn speaking(self, speaks: Speaks) -> Self {
        Self { speaks, ..self }
    }

    /// The same, with a clock of one's own.
    #[cfg(test)]
    pub(super) fn at(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same, with a resolver of one's own.
    #[cfg(test)]
    pub(super) fn resolving(self, resolve: super::post::Resolve) -> Self {
        Self { poster: self.poster.resolving(resolve), ..self }
    }

    /// Sends until told to stop; what is on its way then is sent again after the next start.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let delivery = Arc::new(self);
        let mut on_the_way = OnTheWay::default();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            for waiting in delivery.due().await {
                delivery.send_off(&mut on_the_way, waiting).await;
            }
            tokio::select! {
                () = shutdown.requested() => return,
                Some(()) = on_the_way.next_done() => {}
                _ = ticks.tick() => delivery.poster.sweep(),
            }
        }
    }

    /// Lets a message go, unless one of its lane is on its way; and to a hook that fails, any.
    async fn send_off(self: &Arc<Self>, on_the_way: &mut OnTheWay, waiting: Waiting) {
        if on_the_way.sending.len() >= PARALLEL_MAX || on_the_way.has_lane_of(&waiting) {
            return;
        }
        if self.is_paused(&waiting) || on_the_way.n_to(&waiting) > 0 && self.fails(&waiting).await {
            return;
        }
        let lane = (waiting.application.clone(), waiting.telling.hook.clone(), waiting.lane());
        let delivery = Arc::clone(self);
        let task = on_the_way.sending.spawn(async move { delivery.send(waiting).await });
        on_the_way.lanes.insert(task.id(), lane);
    }

    /// Whether it would be tried by hand, while its receiver asked not to be. Not a matter of its own time, which is later
    /// than what was asked.
    pub(super) fn is_paused(&self, waiting: &Waiting) -> bool {
        let now = (self.clock)();
        if waiting.due_at <= now {
            return false;
        }
        let application = self.app.applications.find(&waiting.application);
        let hook = application.as_ref().and_then(|application| hook_of(application, &waiting.telling));
        hook.is_some_and(|hook| self.pauses.has(&waiting.application, hook, now))
    }

    async fn fails(&self, waiting: &Waiting) -> bool {
        let health = self.store().hook_health(&waiting.application, &waiting.telling.hook).await;
        health.is_ok_and(|health| health.failing_since.is_some())
    }

    async fn due(&self) -> Vec<Waiting> {
        match self.store().due((self.clock)(), DUE_MAX).await {
            Ok(due) => due,
            Err(error) => {
                tracing::debug!(%error, "the outbox cannot be read");
                Vec::new()
            }
        }
    }

    fn store(&self) -> &dyn Store {
        &*self.app.pipeline.store
    }

    /// Tries one message.
    pub(super) async fn send(&self, waiting: Waiting) {
        match self.make(&waiting, (self.clock)()).await {
            Ok(Made::Letter(letter, event)) => self.try_letter(&waiting, letter, event).await,
            Ok(Made::Nothing) => {
                self.app.pipeline.meters.skipped();
                tracing::debug!(hook = &*waiting.telling.hook, "there is nothing to tell a hook");
                // As if it were taken: it is not to be looked at again.
                self.settle(&waiting, Outcome::Taken, None).await;
            }
            Ok(Made::Nobody(why)) => {
                // Not a warning: somebody removed the hook, and there may be a hundred thousand of these.
                tracing::debug!(hook = &*waiting.telling.hook, "a message to a hook is given up: {why}");
                self.app.pipeline.meters.told(Outcome::GivenUp);
                self.settle(&waiting, Outcome::GivenUp, None).await;
            }
            // The store is away: it stays as it is, and is looked at again.
            Err(error) => tracing::warn!(%error, "a message to a hook cannot be made"),
        }
    }

    async fn try_letter(&self, waiting: &Waiting, letter: Letter, event: EventId) {
        let (at, begun, url) = ((self.clock)(), Instant::now(), letter.url.clone());
        let tried = self.poster.post(letter).await;
        let took_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        // 410 Gone: it wants no more, now or later (RFC 9110, 15.5.11).
        if tried.as_ref().is_ok_and(|answer| answer.status == 410) {
            self.turn_off(waiting).await;
        }
        if let Ok(Answer { retry_after: Some(asked), .. }) = &tried {
            let now = (self.clock)();
            self.pauses.ask(waiting, url, asked.from(now), now);
        }
        let outcome = self.after(waiting, &tried, at);
        let ended = match &tried {
            Ok(answer) => TryEnd::Answered(answer.status),
            Err(error) => TryEnd::Failed(error.failure()),
        };
        let next_at = match outcome {
            Outcome::Retry(at) | Outcome::StillWaits(at) => Some(at),
            Outcome::Taken | Outcome::GivenUp => None,
        };
        let (number, topic, n) = (waiting.number, waiting.telling.topic, waiting.n_tried.saturating_add(1));
        let line = DeliveryTry { number, event, topic, n, at, took_ms, ended, next_at };
        self.app.pipeline.meters.told(outcome);
        self.settle(waiting, outcome, Some(&line)).await;
    }

    /// Writes down what became of a message, and of the try if there was one.
    async fn settle(&self, waiting: &Waiting, outcome: Outcome, line: Option<&DeliveryTry>) {
        let settled = match line {
            Some(line) => self.store().settle_try(waiting, outcome, line).await,
            None => self.store().settle(waiting, outcome).await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, "what became of a message to a hook cannot be written down: it may be sent again");
        }
    }

    /// Sends a hook no more: what waits for it is given up as it comes up.
    async fn turn_off(&self, waiting: &Waiting) {
        let (hook, application) = (waiting.telling.hook.to_string(), waiting.application.as_str().to_owned());
        tracing::warn!(hook, application, "a hook says that it is gone (410), and is told no more: remove it");
        let about = HookCommand::Change { hook, url: None, enabled: Some(false) };
        if let Err(error) = control::carry_out(&self.app, &Command::Hook { application, about }).await {
            tracing::warn!(%error, "that a hook is told no more cannot be written down: it will be asked again");
        }
    }

    /// What is to be done after a try that began then.
    fn after(&self, waiting: &Waiting, tried: &Result<Answer, PostError>, begun_at: Timestamp) -> Outcome {
        let (hook, n_tried, now) = (&*waiting.telling.hook, waiting.n_tried, (self.clock)());
        let retry_after = match tried {
            Ok(answer) if (200..300).contains(&answer.status) => return Outcome::Taken,
            Ok(answer) if answer.status == 410 => return Outcome::GivenUp,
            Ok(answer) => {
                tracing::debug!(hook, n_tried, status = answer.status, "a hook did not take a message");
                answer.retry_after.map(|asked| asked.from(now))
            }
            Err(error) => {
                tracing::debug!(hook, n_tried, %error, "a hook did not take a message");
                None
            }
        };
        // By hand, before its time: it takes none of its tries away, and its time comes all the same.
        if waiting.due_at > begun_at {
            let asked = now.plus(retry_after.unwrap_or_default().min(RETRY_AFTER_MAX));
            return Outcome::StillWaits(waiting.due_at.max(asked));
        }
        let [byte] = clock::random();
        let chance = f64::from(byte) / 255.0;
        let schedule = self.schedule_of(waiting);
        match schedule.and_then(|schedule| schedule.next(n_tried, now, retry_after, chance)) {
            Some(at) => Outcome::Retry(at),
            None => give_up(waiting, "it was tried as often as it may be"),
        }
    }

    /// When a hook is tried again; None if each message is tried once.
    fn schedule_of(&self, waiting: &Waiting) -> Option<&Schedule> {
        let application = self.app.applications.find(&waiting.application);
        let hook = application.as_ref().and_then(|application| hook_of(application, &waiting.telling));
        let Some(hook) = hook.filter(|hook| hook.style == HookStyle::Sumsub) else { return Some(&self.schedule) };
        let secrets = Secrets::of(hook, &self.app.master_key).ok().flatten();
        let tries_once = secrets.as_ref().and_then(Secrets::terms).is_some_and(|terms| terms.tries_once);
        (!tries_once).then_some(&self.sumsub)
    }

    /// Makes a message, of what is known by now.
    async fn make(&self, waiting: &Waiting, now: Timestamp) -> Result<Made, StoreError> {
        let Some(application) = self.app.applications.find(&waiting.application) else {
            return Ok(Made::Nobody("its application is gone"));
        };
        let Some(hook) = hook_of(&application, &waiting.telling) else {
            return Ok(Made::Nobody("its hook is gone, or off"));
        };
        let Ok(secrets) = Secrets::of(hook, &self.app.master_key) else {
            return Ok(Made::Nobody("its hook's secret cannot be read"));
        };
        let Some(record) = self.store().record_at(waiting.sequence).await? else { return Ok(Made::Nothing) };
        let Some(message) = self.message(&application, hook, waiting, &record).await? else {
            return Ok(Made::Nothing);
        };
        let chosen = secrets.as_ref().and_then(Secrets::terms).map_or(&[][..], |terms| &terms.types);
        if !chosen.is_empty() && !chosen.iter().any(|kind| **kind == *message.kind) {
            return Ok(Made::Nothing);
        }
        let event = record.entry.event.id;
        let id = message_id(event, waiting.number);
        let deadline = deadline(hook.style);
        let headers = headers(hook.style, &id, secrets.as_ref(), now, &message.body);
        Ok(Made::Letter(Letter { url: hook.url.clone(), headers, body: message.body, deadline }, event))
    }

    /// A message in the words of its hook's dialect; None if it has none.
    async fn message(
        &self,
        application: &Application,
        hook: &Hook,
        waiting: &Waiting,
        record: &Record,
    ) -> Result<Option<HookMessage>, StoreError> {
        let Some(dialect) = (self.speaks)(hook.style) else { return Ok(None) };
        if !matches!(waiting.telling.topic, Topic::DeviceNew | Topic::DeviceDetached) {
            let case = self.store().case(&application.id, record.entry.event.id).await?;
            let around =
                Around { application, link_key: &self.app.link_key, case: case.as_ref(), since: waiting.since };
            return Ok(dialect.hook_message_of(&waiting.telling, &ToldOf::Event(record), &around));
        }
        let (Some(account), Some(sighting)) = (&record.entry.event.account, record.entry.sighting) else {
            return Ok(None);
        };
        let dossier = self.store().dossier(&waiting.application, account).await?;
        let device = dossier.devices.iter().find(|device| device.id == sighting.id);
        Ok(device.and_then(|device| dialect.hook_message(&waiting.telling, &ToldOf::Device(account, device))))
    }
}

/// How long a receiver of a style may take: Sumsub's receivers have five seconds (docs.sumsub.com, "Webhooks").
pub(super) const fn deadline(style: HookStyle) -> Duration {
    match style {
        HookStyle::Standard | HookStyle::Ravelin | HookStyle::Rupt => DEADLINE,
        HookStyle::Sumsub => Duration::from_secs(5),
    }
}

fn hook_of<'a>(application: &'a Application, telling: &Telling) -> Option<&'a Hook> {
    application.settings.hooks.iter().find(|hook| hook.id == telling.hook && hook.enabled)
}

/// The headers that say who sends it.
fn headers(
    style: HookStyle,
    id: &str,
    secrets: Option<&Secrets>,
    now: Timestamp,
    body: &[u8],
) -> Vec<(HeaderName, String)> {
    match style {
        HookStyle::Standard | HookStyle::Rupt => {
            let timestamp = now.as_millis().div_euclid(1_000).to_string();
            let signed = secrets.map(|secrets| signatures(secrets.signing(now), id, &timestamp, body));
            let signed = signed.map(|signatures| (WEBHOOK_SIGNATURE, signatures));
            [(WEBHOOK_ID, id.to_owned()), (WEBHOOK_TIMESTAMP, timestamp)].into_iter().chain(signed).collect()
        }
        // Only one token can be sent.
        HookStyle::Ravelin => {
            let token = |secrets: &Secrets| (header::AUTHORIZATION, format!("token {}", secrets.current()));
            secrets.map(token).into_iter().collect()
        }
        // Only one digest can be sent.
        HookStyle::Sumsub => {
            let secret = secrets.map_or("", Secrets::current);
            let digest = secrets.and_then(Secrets::terms).map_or_else(HookDigest::default, |terms| terms.digest);
            let (name, digest) = payload_digest(digest, secret, body);
            vec![(PAYLOAD_DIGEST, digest), (PAYLOAD_DIGEST_ALG, name.to_owned())]
        }
    }
}

fn give_up(waiting: &Waiting, why: &str) -> Outcome {
    let (hook, number, n_tried) = (&*waiting.telling.hook, waiting.number, waiting.n_tried);
    tracing::warn!(hook, number, n_tried, "a message to a hook is given up, and kept: {why}");
    Outcome::GivenUp
}
