//! Backtests: what rules would have made of the events of the last days. Apart from the command line and from HTTP, which
//! both ask for them.
//!
//! The ledger is gone over in parts, by as many workers as there is room for, each with a tally of its own; tallies add up,
//! so that neither the number of workers nor their order shows in what comes out. Samples are those with the smallest
//! hashes, for the same reason.

mod distinct;
pub(crate) mod jobs;
mod replay;
pub(crate) mod rules;
mod tally;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rightful_domain::{Action, Application, Backtest, Record, Timestamp};
use rightful_engine::{Policy, PolicyError};
use rightful_store::{Extent, Scan, ScanDepth, Store, StoreError};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

pub(crate) use replay::replay;
use tally::Tally;

/// Rows that are gone over between two looks at whether to go on: some tens of milliseconds.
const PART_ROWS: u64 = 4_096;
/// How long a day is, in micros.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;

/// What is tried on which events.
pub(crate) struct Plan {
    /// The rules, and the bands that their scores are laid against.
    pub(crate) policy: Arc<Policy>,
    /// Whose events.
    pub(crate) application: Application,
    /// Received at or after this.
    pub(crate) from: Timestamp,
    /// Received before this.
    pub(crate) to: Timestamp,
    /// Events of these alone; of all if it is empty.
    pub(crate) actions: Vec<Action>,
    /// How many samples of each rule.
    pub(crate) n_samples: usize,
    /// Other samples of the same events.
    pub(crate) seed: u64,
}

impl Plan {
    /// The span of so many days until now.
    pub(crate) fn days_until(now: Timestamp, days: u32) -> (Timestamp, Timestamp) {
        let from = now.as_micros().saturating_sub(i64::from(days).saturating_mul(DAY_MICROS));
        // What was received in this very microsecond is meant, too.
        (Timestamp::from_micros(from), Timestamp::from_micros(now.as_micros().saturating_add(1)))
    }

    fn is_about(&self, record: &Record) -> bool {
        self.actions.is_empty() || self.actions.contains(&record.entry.event.action)
    }
}

/// A policy that is to be tried, as it is asked for on the control socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyAsked {
    /// Its text.
    pub(crate) policy: String,
    /// How many days back.
    pub(crate) days: u32,
    /// Events of these alone; of all if it is empty.
    pub(crate) actions: Vec<String>,
    /// How many samples of each rule.
    pub(crate) n_samples: usize,
    /// Another one shows other samples.
    pub(crate) seed: u64,
}

impl PolicyAsked {
    /// What to try on an application's events.
    pub(crate) fn plan(&self, application: Application, now: Timestamp) -> Result<Plan, PolicyError> {
        let (from, to) = Plan::days_until(now, self.days);
        Ok(Plan {
            policy: Arc::new(crate::server::policy_of(&self.policy)?),
            application,
            from,
            to,
            actions: self.actions.iter().filter_map(|action| Action::parse(action)).collect(),
            n_samples: self.n_samples,
            seed: self.seed,
        })
    }
}

/// How much of the machine a backtest takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// All of it: nobody else is there.
    Alone,
    /// One core, and of that as much rest as work, so that logins come first.
    BesideLogins,
}

impl Pace {
    fn n_workers(self) -> usize {
        match self {
            Self::Alone => std::thread::available_parallelism().map_or(1, usize::from),
            Self::BesideLogins => 1,
        }
    }

    async fn rest(self, worked: Duration) {
        match self {
            Self::Alone => {}
            Self::BesideLogins => tokio::time::sleep(worked).await,
        }
    }
}

/// How far a backtest is, and whether it should go on. Shared with whoever watches it.
#[derive(Debug, Default)]
pub(crate) struct Course {
    n_rows: AtomicU64,
    n_done: AtomicU64,
    is_stopped: AtomicBool,
}

impl Course {
    /// Says that nobody wants it any more.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }

    /// Whether nobody wants it any more.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    /// How much of the ledger was gone over, in percent.
    pub(crate) fn percent(&self) -> u8 {
        let (all, done) = (self.n_rows.load(Ordering::Relaxed), self.n_done.load(Ordering::Relaxed));
        // At most 100 after the clamp.
        u8::try_from((done.saturating_mul(100) / all.max(1)).min(100)).unwrap_or(100)
    }

    fn begin(&self, extent: Extent) {
        self.n_rows.fetch_add(extent.n_rows(), Ordering::Relaxed);
    }

    fn went_over(&self, part: Extent) {
        self.n_done.fetch_add(part.n_rows(), Ordering::Relaxed);
    }
}

/// Tries a policy's rules on events as they were written down; None if it was stopped.
pub(crate) async fn run(
    store: &Arc<dyn Store>,
    plan: &Arc<Plan>,
    course: &Arc<Course>,
    pace: Pace,
) -> Result<Option<Backtest>, StoreError> {
    let extent = store.extent(plan.from, plan.to).await?;
    course.begin(extent);
    let next = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..pace.n_workers() {
        let (store, plan, course, next) = (Arc::clone(store), Arc::clone(plan), Arc::clone(course), Arc::clone(&next));
        workers.spawn(async move { work(&*store, &plan, &course, pace, (extent, &next)).await });
    }
    let mut together = Tally::new(plan);
    while let Some(ended) = workers.join_next().await {
        let tally = ended.map_err(|error| StoreError::Unavailable { source: Box::new(error) })?;
        match tally {
            Ok(tally) => together.merge(tally),
            Err(error) => {
                // The others have nothing to work for.
                course.stop();
                return Err(error);
            }
        }
    }
    Ok((!course.is_stopped()).then(|| together.told(plan)))
}

/// Goes over one part after the other, as long as there are any.
async fn work(
    store: &dyn Store,
    plan: &Arc<Plan>,
    course: &Arc<Course>,
    pace: Pace,
    (extent, next): (Extent, &AtomicU64),
) -> Result<Tally, StoreError> {
    let tally = Arc::new(Mutex::new(Tally::new(plan)));
    let depth = if plan.policy.rules().may_read_private() { ScanDepth::Whole } else { ScanDepth::Judgement };
    while let Some(part) = extent.part(next.fetch_add(1, Ordering::Relaxed), PART_ROWS) {
        if course.is_stopped() {
            break;
        }
        let begun = Instant::now();
        let (tallied, plan_of_part) = (Arc::clone(&tally), Arc::clone(plan));
        let visit = move |record: Record| {
            tallied.lock().add(&plan_of_part, &record);
            std::ops::ControlFlow::Continue(())
        };
        store.scan(&scan_of(plan, part, depth), Box::new(visit)).await?;
        course.went_over(part);
        pace.rest(begun.elapsed()).await;
    }
    let tally = std::mem::replace(&mut *tally.lock(), Tally::new(plan));
    Ok(tally)
}

fn scan_of(plan: &Plan, extent: Extent, depth: ScanDepth) -> Scan {
    Scan { application: plan.application.id.clone(), from: plan.from, to: plan.to, extent, depth }
}
