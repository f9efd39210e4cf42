//! Counting from the ledger that goes on without the request which asked for it.
//!
//! Rules are published once all that they newly ask for has been counted, which takes as long as the ledger is. A request
//! waits a little; then it is told how far the counting is, and that goes on by itself, so that asking again publishes at
//! once. Counting is not published: who gives up leaves counts that nobody reads until the next change.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rightful_domain::{Aggregate, ApplicationId};
use rightful_store::{Backfill, Store, StoreError};
use tokio::sync::Notify;

use crate::aggregates;

/// How long a request waits: less than callers' clients do, mostly.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be counted that no request waits for any longer, and how far counting is.
pub(crate) struct Counting {
    patience: Duration,
    /// By application, what its rules will ask for: the latest wish holds.
    wishes: Mutex<BTreeMap<ApplicationId, Vec<Aggregate>>>,
    wished: Notify,
    /// Of what is being counted now; one application is at a time.
    course: Mutex<Option<Course>>,
}

impl Default for Counting {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

/// How far counting is.
#[derive(Debug, Clone, Copy)]
struct Course {
    begun: Instant,
    so_far: Backfill,
}

/// What became of counting that was waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    /// All is counted.
    Whole,
    /// It goes on by itself.
    GoesOn(HowFar),
}

/// How far counting is, in words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HowFar(Option<Course>);

impl fmt::Display for HowFar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Course { begun, so_far: Backfill { n_done, n_rows } }) =
            self.0.filter(|course| course.so_far.n_done > 0)
        else {
            return f.write_str("it has just begun: ask again in a minute");
        };
        let left = begun.elapsed().as_secs_f64() * n_rows.saturating_sub(n_done) as f64 / n_done as f64;
        write!(f, "{n_done} of {n_rows} events so far: ask again in {:.0} s", left.ceil().max(1.0))
    }
}

impl Counting {
    pub(crate) fn with_patience(patience: Duration) -> Self {
        Self { patience, wishes: Mutex::default(), wished: Notify::new(), course: Mutex::default() }
    }

    /// Counts what rules ask for, as long as a request waits.
    pub(crate) async fn begin(
        &self,
        store: &dyn Store,
        application: &ApplicationId,
        asked: Vec<Aggregate>,
    ) -> Result<Counted, StoreError> {
        let counting = self.count(store, application, asked.clone(), &|_| {});
        match tokio::time::timeout(self.patience, counting).await {
            Ok(counted) => counted.map(|()| Counted::Whole),
            Err(_elapsed) => {
                self.wishes.lock().insert(application.clone(), asked);
                self.wished.notify_one();
                Ok(Counted::GoesOn(HowFar(*self.course.lock())))
            }
        }
    }

    /// Returns when there is something to count.
    pub(crate) async fn wished(&self) {
        self.wished.notified().await;
    }

    /// Counts all that no request waits for any longer.
    pub(crate) async fn go_on(
        &self,
        store: &dyn Store,
        progress: &(dyn Fn(Backfill) + Send + Sync),
    ) -> Result<(), StoreError> {
        loop {
            let Some((application, asked)) = self.wishes.lock().pop_first() else { return Ok(()) };
            self.count(store, &application, asked, progress).await?;
        }
    }

    async fn count(
        &self,
        store: &dyn Store,
        application: &ApplicationId,
        asked: Vec<Aggregate>,
        progress: &(dyn Fn(Backfill) + Send + Sync),
    ) -> Result<(), StoreError> {
        let begun = Instant::now();
        let told = |so_far: Backfill| {
            *self.course.lock() = Some(Course { begun, so_far });
            progress(so_far);
        };
        let counted = aggregates::ensure(store, application, asked, &told).await;
        *self.course.lock() = None;
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_says_when_to_ask_again() {
        assert_eq!(HowFar(None).to_string(), "it has just begun: ask again in a minute");
        let so_far = Backfill { n_done: 1_000, n_rows: 4_000 };
        let begun = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        let told = HowFar(Some(Course { begun, so_far })).to_string();
        assert!(told.starts_with("1000 of 4000 events so far: ask again in 3"), "{told}");
    }
}
