//! Backtests of a running server: a few at once, each with an id to ask for, kept for a while after they have ended.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rightful_domain::{ApplicationId, Backtest, BacktestJob, BacktestState, EventId};
use rightful_store::Store;
use tokio::task::JoinHandle;

use super::{Course, Pace, Plan, run};

/// Backtests that run at once, of all applications together: they rest as much as they work, so that two take one core
/// between them.
const RUNNING_MAX: usize = 2;
/// Backtests of all applications that are kept after they have ended; the oldest go.
const KEPT_MAX: usize = 16;
/// How long whoever asks for a backtest waits for it, before it gets a number to ask again by.
pub(crate) const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// There are as many already as may run at once.
#[derive(Debug)]
pub(crate) struct TooManyBacktests;

/// What became of one.
#[derive(Debug, Clone)]
enum Ended {
    Done(Arc<Backtest>),
    Failed,
}

struct Job {
    id: EventId,
    application: ApplicationId,
    course: Arc<Course>,
    ended: Arc<Mutex<Option<Ended>>>,
    /// Ends once it is stopped, and with the server.
    task: JoinHandle<()>,
}

impl Job {
    fn is_running(&self) -> bool {
        self.ended.lock().is_none() && !self.course.is_stopped()
    }

    fn state(&self) -> BacktestState {
        match &*self.ended.lock() {
            Some(Ended::Done(backtest)) => BacktestState::Done(Box::new(Backtest::clone(backtest))),
            Some(Ended::Failed) => BacktestState::Failed,
            None if self.course.is_stopped() => BacktestState::Cancelled,
            None => BacktestState::Running(self.course.percent()),
        }
    }
}

/// The backtests of a server.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<VecDeque<Job>>);

impl Jobs {
    /// Begins one, and waits a moment for it to end.
    pub(crate) async fn begin(
        &self,
        id: EventId,
        plan: Plan,
        store: Arc<dyn Store>,
    ) -> Result<BacktestJob, TooManyBacktests> {
        let ended = self.spawn(id, plan, store)?;
        // What does not end in time goes on by itself.
        let _goes_on = tokio::time::timeout(ANSWERED_WITHIN, ended.notified()).await;
        let job = self.0.lock().iter().find(|job| job.id == id).map(Job::state);
        Ok(BacktestJob { id, state: job.unwrap_or(BacktestState::Cancelled) })
    }

    fn spawn(
        &self,
        id: EventId,
        plan: Plan,
        store: Arc<dyn Store>,
    ) -> Result<Arc<tokio::sync::Notify>, TooManyBacktests> {
        let mut jobs = self.0.lock();
        if jobs.iter().filter(|job| !job.task.is_finished() && job.is_running()).count() >= RUNNING_MAX {
            return Err(TooManyBacktests);
        }
        let application = plan.application.id.clone();
        let (course, plan, ended) = (Arc::<Course>::default(), Arc::new(plan), Arc::new(Mutex::new(None)));
        let told = Arc::new(tokio::sync::Notify::new());
        let task = {
            let (course, ended, told) = (Arc::clone(&course), Arc::clone(&ended), Arc::clone(&told));
            tokio::spawn(async move {
                let run = run(&store, &plan, &course, Pace::BesideLogins).await;
                match run {
                    Ok(done) => *ended.lock() = done.map(|backtest| Ended::Done(Arc::new(backtest))),
                    Err(error) => {
                        tracing::error!(%error, "a backtest failed");
                        *ended.lock() = Some(Ended::Failed);
                    }
                }
                told.notify_one();
            })
        };
        jobs.push_back(Job { id, application, course, ended, task });
        while jobs.len() > KEPT_MAX {
            let oldest = jobs.iter().position(|job| !job.is_running()).unwrap_or(0);
            jobs.remove(oldest);
        }
        Ok(told)
    }

    /// How far one is; None if the application has none of that id.
    pub(crate) fn look(&self, application: &ApplicationId, id: EventId) -> Option<BacktestJob> {
        let jobs = self.0.lock();
        let job = jobs.iter().find(|job| job.id == id && job.application == *application)?;
        Some(BacktestJob { id, state: job.state() })
    }

    /// Stops one; None if the application has none of that id.
    pub(crate) fn cancel(&self, application: &ApplicationId, id: EventId) -> Option<BacktestJob> {
        if let Some(job) = self.0.lock().iter().find(|job| job.id == id && job.application == *application)
            && job.is_running()
        {
            job.course.stop();
        }
        self.look(application, id)
    }
}

impl Jobs {
    /// Stops all, and returns once the last has let go of the store: within the time that one part of the ledger takes.
    pub(crate) async fn stop(&self) {
        let jobs = std::mem::take(&mut *self.0.lock());
        jobs.iter().for_each(|job| job.course.stop());
        for job in jobs {
            // One that panicked has let go as well.
            let _ended = job.task.await;
        }
    }
}
