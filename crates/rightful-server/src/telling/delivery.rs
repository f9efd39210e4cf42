//! The task that sends what waits in the outbox. Each hook gets its messages one at a time, in their order; hooks do not
//! wait for each other. A message is sent until it is taken or given up, always under the same id, so that a receiver can
//! tell a repetition.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, header};
use rightful_dialects::{Dialect, HookMessage, ToldOf};
use rightful_domain::{Application, Hook, HookStyle, Record, Telling, Timestamp, Topic, Waiting};
use rightful_store::{MasterKey, Store, StoreError};
use tokio::task::JoinSet;
use tokio_rustls::rustls;
use zeroize::Zeroizing;

use super::post::{Answer, Letter, PostError, Poster};
use super::schedule::Schedule;
use super::sign::signature;
use crate::app::App;
use crate::desk::Command;
use crate::shutdown::Shutdown;
use crate::{clock, control};

/// How often the outbox, which knows by heart what is due, is asked.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The most messages on their way at once, each to another hook.
const PARALLEL_MAX: usize = 64;
/// The most hooks that are looked at for something due at once.
const DUE_MAX: usize = 4_096;

pub(crate) const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
pub(crate) const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
pub(crate) const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Finds the dialect of a style of hooks.
type Speaks = fn(HookStyle) -> Option<&'static dyn Dialect>;

/// The sender of what waits.
pub(crate) struct Delivery {
    app: Arc<App>,
    poster: Poster,
    schedule: Schedule,
    speaks: Speaks,
}

/// What becomes of a message before it is sent.
enum Made {
    Letter(Letter),
    /// There is nothing to send: the dialect has no word for it, or what it is about is gone.
    Nothing,
    /// There is nobody to send it to any more.
    Nobody(&'static str),
}

impl Delivery {
    /// One that may, or may not, send to private addresses.
    pub(crate) fn new(app: Arc<App>, schedule: Schedule, allows_private: bool) -> Result<Self, rustls::Error> {
        Ok(Self { app, poster: Poster::new(allows_private)?, schedule, speaks: rightful_dialects::of_hook })
    }

    /// The same, with dialects of one's own.
    #[cfg(test)]
    pub(super) fn speaking(self, speaks: Speaks) -> Self {
        Self { speaks, ..self }
    }

    /// Sends until told to stop; what is on its way then is sent again after the next start.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let delivery = Arc::new(self);
        let mut on_their_way = HashSet::new();
        let mut sending = JoinSet::new();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            for waiting in delivery.due().await {
                if sending.len() < PARALLEL_MAX && on_their_way.insert(waiting.number) {
                    let delivery = Arc::clone(&delivery);
                    sending.spawn(async move { delivery.send(waiting).await });
                }
            }
            tokio::select! {
                () = shutdown.requested() => return,
                Some(done) = sending.join_next() => {
                    match done {
                        Ok(number) => drop(on_their_way.remove(&number)),
                        // Which it was is not known: all that is not on its way is looked at again.
                        Err(_panicked) if sending.is_empty() => on_their_way.clear(),
                        Err(_panicked) => {}
                    }
                }
                _ = ticks.tick() => {}
            }
        }
    }

    async fn due(&self) -> Vec<Waiting> {
        match self.store().due(clock::now(), DUE_MAX).await {
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

    /// Tries one message; gives its number.
    pub(super) async fn send(&self, waiting: Waiting) -> u64 {
        let outcome = match self.make(&waiting, clock::now()).await {
            Ok(Made::Letter(letter)) => {
                let tried = self.poster.post(letter).await;
                // 410 Gone: it wants no more, now or later (RFC 9110, 15.5.11).
                if tried.as_ref().is_ok_and(|answer| answer.status == 410) {
                    self.turn_off(&waiting).await;
                }
                let outcome = self.after(&waiting, tried);
                self.app.hook_tries.tried(&waiting, outcome, clock::now());
                outcome
            }
            Ok(Made::Nothing) => {
                self.app.pipeline.meters.skipped();
                tracing::debug!(hook = &*waiting.telling.hook, "there is nothing to tell a hook");
                // As if it were taken: it is not to be looked at again.
                return self.settle(&waiting, rightful_domain::Delivery::Taken).await;
            }
            Ok(Made::Nobody(why)) => {
                // Not a warning: somebody removed the hook, and there may be a hundred thousand of these.
                tracing::debug!(hook = &*waiting.telling.hook, "a message to a hook is given up: {why}");
                rightful_domain::Delivery::GivenUp
            }
            // The store is away: it stays as it is, and is looked at again.
            Err(error) => {
                tracing::warn!(%error, "a message to a hook cannot be made");
                return waiting.number;
            }
        };
        self.app.pipeline.meters.told(outcome);
        self.settle(&waiting, outcome).await
    }

    /// Writes down what became of a message; gives its number.
    async fn settle(&self, waiting: &Waiting, outcome: rightful_domain::Delivery) -> u64 {
        if let Err(error) = self.store().settle(waiting, outcome).await {
            tracing::warn!(%error, "what became of a message to a hook cannot be written down: it may be sent again");
        }
        waiting.number
    }

    /// Sends a hook no more: what waits for it is given up as it comes up.
    async fn turn_off(&self, waiting: &Waiting) {
        let (hook, application) = (waiting.telling.hook.to_string(), waiting.application.as_str().to_owned());
        tracing::warn!(hook, application, "a hook says that it is gone (410), and is told no more: remove it");
        if let Err(error) = control::carry_out(&self.app, &Command::HookOff { application, hook }).await {
            tracing::warn!(%error, "that a hook is told no more cannot be written down: it will be asked again");
        }
    }

    /// What is to be done after a try.
    fn after(&self, waiting: &Waiting, tried: Result<Answer, PostError>) -> rightful_domain::Delivery {
        let (hook, n_tried) = (&*waiting.telling.hook, waiting.n_tried);
        let retry_after = match &tried {
            Ok(answer) if (200..300).contains(&answer.status) => return rightful_domain::Delivery::Taken,
            Ok(answer) if answer.status == 410 => return rightful_domain::Delivery::GivenUp,
            Ok(answer) => {
                tracing::debug!(hook, n_tried, status = answer.status, "a hook did not take a message");
                answer.retry_after
            }
            Err(error) => {
                tracing::debug!(hook, n_tried, %error, "a hook did not take a message");
                None
            }
        };
        let [byte] = clock::random();
        let chance = f64::from(byte) / 255.0;
        match self.schedule.next(n_tried, clock::now(), retry_after, chance) {
            Some(at) => rightful_domain::Delivery::Retry(at),
            None => give_up(waiting, "it was tried as often as it may be"),
        }
    }

    /// Makes a message, of what is known by now.
    async fn make(&self, waiting: &Waiting, now: Timestamp) -> Result<Made, StoreError> {
        let Some(application) = self.app.applications.find(&waiting.application) else {
            return Ok(Made::Nobody("its application is gone"));
        };
        let Some(hook) = hook_of(&application, &waiting.telling) else {
            return Ok(Made::Nobody("its hook is gone, or off"));
        };
        let Ok(secret) = secret_of(hook, &self.app.master_key) else {
            return Ok(Made::Nobody("its hook's secret cannot be read"));
        };
        let Some(record) = self.store().record_at(waiting.sequence).await? else { return Ok(Made::Nothing) };
        let Some(message) = self.message(hook, waiting, &record).await? else { return Ok(Made::Nothing) };
        // Unique beyond this server, too: a receiver may have several.
        let id = format!("msg_{}_{}", record.entry.event.id, waiting.number);
        let headers = headers(hook.style, &id, secret.as_deref().map(|text| text.as_str()), now, &message.body);
        Ok(Made::Letter(Letter { url: hook.url.clone(), headers, body: message.body }))
    }

    /// A message in the words of its hook's dialect; None if it has none.
    async fn message(
        &self,
        hook: &Hook,
        waiting: &Waiting,
        record: &Record,
    ) -> Result<Option<HookMessage>, StoreError> {
        let Some(dialect) = (self.speaks)(hook.style) else { return Ok(None) };
        if !matches!(waiting.telling.topic, Topic::DeviceNew | Topic::DeviceDetached) {
            return Ok(dialect.hook_message(&waiting.telling, &ToldOf::Event(record)));
        }
        let (Some(account), Some(sighting)) = (&record.entry.event.account, record.entry.sighting) else {
            return Ok(None);
        };
        let dossier = self.store().dossier(&waiting.application, account).await?;
        let device = dossier.devices.iter().find(|device| device.id == sighting.id);
        Ok(device.and_then(|device| dialect.hook_message(&waiting.telling, &ToldOf::Device(account, device))))
    }
}

fn hook_of<'a>(application: &'a Application, telling: &Telling) -> Option<&'a Hook> {
    application.settings.hooks.iter().find(|hook| hook.id == telling.hook && hook.enabled)
}

/// A hook's secret, opened; None if it has none.
fn secret_of(hook: &Hook, master_key: &MasterKey) -> Result<Option<Zeroizing<String>>, ()> {
    let Some(sealed) = &hook.sealed_secret else { return Ok(None) };
    let bytes = master_key.open(sealed).map_err(|_| ())?;
    std::str::from_utf8(&bytes).map(|text| Some(Zeroizing::new(text.to_owned()))).map_err(|_| ())
}

/// The headers that say who sends it.
fn headers(style: HookStyle, id: &str, secret: Option<&str>, now: Timestamp, body: &[u8]) -> Vec<(HeaderName, String)> {
    match style {
        HookStyle::Standard | HookStyle::Rupt => {
            let timestamp = now.as_millis().div_euclid(1_000).to_string();
            let signed = secret.map(|secret| (WEBHOOK_SIGNATURE, signature(secret, id, &timestamp, body)));
            [(WEBHOOK_ID, id.to_owned()), (WEBHOOK_TIMESTAMP, timestamp)].into_iter().chain(signed).collect()
        }
        HookStyle::Ravelin => {
            secret.into_iter().map(|token| (header::AUTHORIZATION, format!("token {token}"))).collect()
        }
    }
}

fn give_up(waiting: &Waiting, why: &str) -> rightful_domain::Delivery {
    let (hook, number, n_tried) = (&*waiting.telling.hook, waiting.number, waiting.n_tried);
    tracing::warn!(hook, number, n_tried, "a message to a hook is given up, and kept: {why}");
    rightful_domain::Delivery::GivenUp
}
