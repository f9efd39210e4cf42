//! Alerts to the operator: what is counted is in `activity.rs`, when something is said in `judge.rs`, by what ways in
//! `channel.rs`. Here is the task that does it, and what it shows of itself.

mod activity;
mod channel;
mod judge;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rightful_domain::Timestamp;
use rightful_enrich::DataSetKind;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

pub(crate) use activity::Activity;
pub(crate) use channel::{Channel, Said};
use judge::{AlertKind, DataAge, Episodes, HookState, Limits, Observation, judge};

use crate::app::App;
use crate::clock;
use crate::config::{Config, ConfigError};
use crate::shutdown::Shutdown;
use crate::telemetry::Meters;
use crate::telling::{Poster, hook_states};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long after each failed try the next comes; then a message is given up.
const RETRIES: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(2 * 60), Duration::from_secs(10 * 60)];
/// Messages on their way at once; more are given up, and counted.
const SENDING_MAX: usize = 64;

/// What is known of alerts, as requests and the operator see it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    episodes: Mutex<Episodes>,
    /// Messages taken, and given up.
    n_taken: AtomicU64,
    n_given_up: AtomicU64,
}

/// An alert that goes on, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Firing {
    pub(crate) alert: String,
    pub(crate) about: String,
    pub(crate) since: String,
    pub(crate) summary: String,
}

impl Board {
    /// What goes on.
    pub(crate) fn firing(&self) -> Vec<Firing> {
        let episodes = self.episodes.lock();
        let firing = episodes.firing().map(|(key, since, summary)| Firing {
            alert: key.kind.as_str().to_owned(),
            about: key.about.clone(),
            since: rightful_dialects::rfc3339(since),
            summary: summary.to_owned(),
        });
        firing.collect()
    }

    /// The metrics, in Prometheus's text format.
    pub(crate) fn render(&self) -> String {
        let episodes = self.episodes.lock();
        let firing = AlertKind::ALL.map(|kind| {
            let n = episodes.firing().filter(|(key, ..)| key.kind == kind).count();
            (kind.as_str(), n)
        });
        let n = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Meters::render_alerts(&firing, [("taken", n(&self.n_taken)), ("given_up", n(&self.n_given_up))])
    }
}

/// The task.
pub(crate) struct Alerter {
    app: Arc<App>,
    channels: Vec<Arc<Channel>>,
    poster: Arc<Poster>,
    limits: Limits,
}

fn limits(config: &Config) -> Limits {
    let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
    Limits {
        campaign_events_min: config.alerts.campaign_events_min,
        challenge_rate_events_min: config.alerts.challenge_rate_events_min,
        data_age_max: minutes(config.judgement.data_age_days_max * 24 * 60),
        hook_failing_max: minutes(config.alerts.hook_failing_minutes),
        cool_down: minutes(config.alerts.cool_down_minutes),
    }
}

impl Alerter {
    /// As configured.
    pub(crate) fn new(app: Arc<App>, config: &Config, poster: Poster) -> Result<Self, ConfigError> {
        let channels = Channel::configured(&config.alerts)?.into_iter().map(Arc::new).collect();
        Ok(Self { app, channels, poster: Arc::new(poster), limits: limits(config) })
    }

    /// Looks and tells until the server stops. What was not taken by then is not told.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut sending = JoinSet::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => self.look(&mut sending, clock::now()).await,
                Some(_sent) = sending.join_next() => {}
                () = shutdown.requested() => return,
            }
        }
    }

    async fn look(&self, sending: &mut JoinSet<()>, now: Timestamp) {
        self.poster.sweep();
        let seen = observe(&self.app, now).await;
        let alerts = judge(&mut self.app.alerts.episodes.lock(), &seen, &self.limits, now);
        for alert in alerts {
            let (kind, about, turn) = (alert.key.kind.as_str(), alert.key.about.clone(), alert.turn.as_str());
            tracing::warn!(alert = kind, about, turn, "{}", alert.summary);
            let said = said(Some(alert), now);
            for channel in &self.channels {
                if sending.len() >= SENDING_MAX {
                    self.app.alerts.n_given_up.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(channel = channel.as_str(), "too many alerts are on their way: one is not sent");
                    continue;
                }
                let (app, channel) = (Arc::clone(&self.app), Arc::clone(channel));
                let (poster, said) = (Arc::clone(&self.poster), said.clone());
                sending.spawn(async move { tell(&app.alerts, &channel, &poster, &said, &RETRIES).await });
            }
        }
    }
}

/// What is to be said of an alert; of none, that this is a test.
pub(crate) fn said(alert: Option<judge::Alert>, now: Timestamp) -> Said {
    let turn = alert.as_ref().map_or("test", |alert| alert.turn.as_str());
    Said { id: format!("alert_{}", clock::event_id(now)), kind: format!("alert.{turn}"), at: now, alert }
}

/// Says it until it is taken, or has failed once more than there are pauses.
async fn tell(board: &Board, channel: &Channel, poster: &Poster, said: &Said, pauses: &[Duration]) {
    for pause in pauses.iter().map(Some).chain([None]) {
        match (channel.say(poster, said, clock::now()).await, pause) {
            (Ok(()), _) => {
                board.n_taken.fetch_add(1, Ordering::Relaxed);
                return;
            }
            (Err(error), Some(pause)) => {
                tracing::debug!(channel = channel.as_str(), %error, "an alert was not taken, and is sent again");
                tokio::time::sleep(*pause).await;
            }
            (Err(error), None) => {
                board.n_given_up.fetch_add(1, Ordering::Relaxed);
                tracing::error!(channel = channel.as_str(), %error, "an alert was not taken, and is given up");
            }
        }
    }
}

async fn observe(app: &App, now: Timestamp) -> Observation {
    let sets = app.pipeline.enricher.data_sets();
    // What breaches hold stays true, so that does not age.
    let aging = sets.iter().filter(|set| set.kind != DataSetKind::Breach);
    let age = |set: &rightful_enrich::DataSetInfo| {
        set.built_at.map(|built_at| DataAge { file: set.file.to_string(), age: now.since(built_at) })
    };
    Observation {
        applications: app.pipeline.activity.observe(now),
        data_sets: aging.filter_map(age).collect(),
        broken_files: app.pipeline.enricher.broken_files(),
        hooks: hooks(app).await,
    }
}

/// How the hooks are that are told anything.
async fn hooks(app: &App) -> Vec<HookState> {
    let states = hook_states(app).await.into_iter().map(|state| HookState {
        application: state.application,
        hook: state.hook.into(),
        failing_since: state.health.failing_since,
        n_given_up: state.health.n_given_up,
    });
    states.collect()
}
