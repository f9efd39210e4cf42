//! Keeps the data sets fresh while the server runs: reads again what changed, and says what is old or broken.
//!
//! What is broken changes nothing that is in use: of a file what it held before stays, and of a folder everything.
//! Nothing is said twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rightful_domain::Timestamp;
use rightful_enrich::{BrokenFile, DataSetInfo, DataSetKind, EnrichError, Enricher};
use tokio::signal::unix::{SignalKind, signal};

use crate::clock;
use crate::shutdown::Shutdown;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const SECONDS_A_DAY: u64 = 86_400;

/// Looks after one enricher.
pub(crate) struct DataWatch {
    enricher: Arc<Enricher>,
    age_max: Duration,
    /// The sets whose age was told, as they were.
    told_old: BTreeSet<(Arc<str>, Option<Timestamp>)>,
    /// The broken files that were told, and what was wrong with them.
    told_broken: BTreeMap<Arc<str>, Arc<str>>,
    /// What was last told to be wrong with the whole folder.
    told_unread: Option<String>,
}

/// Why the folder is read.
#[derive(Debug, Clone, Copy)]
enum Cause {
    /// A minute passed: what changed is read.
    Minute,
    /// SIGHUP: everything is read.
    Asked,
}

impl DataWatch {
    /// Says what is there.
    pub(crate) fn begin(enricher: Arc<Enricher>, age_days_max: u32) -> Self {
        let age_max = Duration::from_secs(u64::from(age_days_max) * SECONDS_A_DAY);
        let mut watch =
            Self { enricher, age_max, told_old: BTreeSet::new(), told_broken: BTreeMap::new(), told_unread: None };
        watch.tell_sets();
        watch.tell_age(clock::now());
        watch
    }

    /// Reads again each minute what changed, and all on SIGHUP, until the server stops.
    pub(crate) async fn run(mut self, shutdown: Shutdown) {
        let mut hangups = match signal(SignalKind::hangup()) {
            Ok(hangups) => hangups,
            Err(error) => {
                tracing::error!(%error, "cannot wait for SIGHUP: data sets are not read again");
                return;
            }
        };
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            let cause = tokio::select! {
                _ = ticks.tick() => Cause::Minute,
                _ = hangups.recv() => Cause::Asked,
                () = shutdown.requested() => return,
            };
            let enricher = Arc::clone(&self.enricher);
            let read = tokio::task::spawn_blocking(move || match cause {
                Cause::Minute => enricher.refresh(),
                Cause::Asked => enricher.reload().map(|()| true),
            });
            match read.await {
                Ok(read) => self.tell(cause, read),
                Err(error) => tracing::error!(%error, "reading the data sets failed; the former stay in use"),
            }
            self.tell_age(clock::now());
        }
    }

    fn tell(&mut self, cause: Cause, read: Result<bool, EnrichError>) {
        match (read, cause) {
            (Ok(true), cause) => {
                self.told_unread = None;
                self.tell_sets();
                if matches!(cause, Cause::Asked) {
                    self.told_broken.clear();
                }
                self.tell_broken();
            }
            (Ok(false), _) => {}
            (Err(error), cause) => {
                let message = error.in_words();
                let is_new = self.told_unread.as_ref() != Some(&message) || matches!(cause, Cause::Asked);
                if is_new {
                    tracing::error!(error = message, "cannot read the data sets again; the former stay in use");
                }
                self.told_unread = Some(message);
            }
        }
    }

    fn tell_broken(&mut self) {
        let broken = self.enricher.broken_files();
        for (is_former, file, why) in newly_broken(&broken, &self.told_broken) {
            let what = if is_former { "what it held before stays in use" } else { "it is not used" };
            tracing::error!(file = &**file, error = &**why, "a data set is broken; {what}");
        }
        let now: BTreeMap<_, _> = broken.into_iter().map(|broken| (broken.file, broken.why)).collect();
        for file in self.told_broken.keys().filter(|file| !now.contains_key(*file)) {
            tracing::info!(file = &**file, "a data set is no longer broken");
        }
        self.told_broken = now;
    }

    fn tell_sets(&self) {
        let sets = self.enricher.data_sets();
        for set in &sets {
            tracing::info!(file = &*set.file, about = set.kind.as_str(), n_entries = set.n_entries, "data set in use");
            if set.n_entries == Some(0) {
                tracing::warn!(file = &*set.file, "a data set is empty: was it cut off when it was brought?");
            }
        }
        for file in self.enricher.unused_files().into_iter().filter(|file| !is_text_beside(file)) {
            tracing::info!(file, "a file is not used: neither its content nor its name says what it is about");
        }
        if !sets.iter().any(is_geography) {
            tracing::info!(
                "no data set says where addresses are: geography is unknown, and held against nobody (`make data` brings \
                 some)"
            );
        }
    }

    fn tell_age(&mut self, now: Timestamp) {
        for set in old(&self.enricher.data_sets(), now, self.age_max) {
            let age_days = set.built_at.map(|at| now.since(at).as_secs() / SECONDS_A_DAY);
            if self.told_old.insert((Arc::clone(&set.file), set.built_at)) {
                tracing::warn!(
                    file = &*set.file,
                    about = set.kind.as_str(),
                    age_days,
                    "a data set is old: bring a newer one"
                );
            }
        }
    }
}

/// The broken files that were not told, or not of that fault: whether something stays in use, which, and why.
fn newly_broken<'a>(
    broken: &'a [BrokenFile],
    told: &BTreeMap<Arc<str>, Arc<str>>,
) -> impl Iterator<Item = (bool, &'a Arc<str>, &'a Arc<str>)> {
    let is_new = |broken: &&BrokenFile| told.get(&broken.file) != Some(&broken.why);
    broken.iter().filter(is_new).map(|broken| (broken.has_former, &broken.file, &broken.why))
}

/// Whether a file is what people put beside data: whose it is, and on what terms.
fn is_text_beside(file: &str) -> bool {
    const BEGINNINGS: [&str; 6] = ["attribution", "copyright", "licen", "notice", "readme", "copying"];
    let file = file.to_ascii_lowercase();
    BEGINNINGS.iter().any(|beginning| file.starts_with(beginning))
}

fn is_geography(set: &DataSetInfo) -> bool {
    matches!(set.kind, DataSetKind::City | DataSetKind::Country)
}

/// The sets that are older than they may be. What breaches hold stays true, so that does not age.
fn old(sets: &[DataSetInfo], now: Timestamp, age_max: Duration) -> impl Iterator<Item = &DataSetInfo> {
    let is_old = move |set: &&DataSetInfo| set.built_at.is_some_and(|at| now.since(at) > age_max);
    sets.iter().filter(|set| set.kind != DataSetKind::Breach).filter(is_old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_told_once_and_again_when_it_is_broken_otherwise() {
        let of = |file: &str, why: &str| BrokenFile { file: file.into(), why: why.into(), has_former: true };
        let broken = [of("tor.txt", "line 1"), of("vpn.txt", "line 2"), of("x-proxy.txt", "line 3")];
        let told = [("vpn.txt", "line 2"), ("x-proxy.txt", "line 9")];
        let told = told.into_iter().map(|(file, why)| (file.into(), why.into())).collect();
        let new: Vec<&str> = newly_broken(&broken, &told).map(|(_, file, _)| &**file).collect();
        assert_eq!(new, ["tor.txt", "x-proxy.txt"]);
    }

    #[test]
    fn a_file_that_may_be_meant_as_data_is_told() {
        for (file, is_told) in
            [("ATTRIBUTION.txt", false), ("LICENSE", false), ("readme.md", false), ("firehol_level1.netset", true)]
        {
            assert_eq!(!is_text_beside(file), is_told, "{file}");
        }
    }

    #[test]
    fn a_set_is_old_when_it_is_older_than_it_may_be() {
        let day = |n: i64| Timestamp::from_seconds(n * 86_400);
        let set = |kind, built_at| DataSetInfo { file: "set".into(), kind, built_at, n_entries: None };
        let age_max = Duration::from_secs(45 * SECONDS_A_DAY);
        for (kind, built_at, is_old) in [
            (DataSetKind::City, Some(day(55)), false),
            (DataSetKind::City, Some(day(54)), true),
            (DataSetKind::City, Some(day(200)), false),
            (DataSetKind::City, None, false),
            (DataSetKind::Breach, Some(day(0)), false),
        ] {
            assert_eq!(old(&[set(kind, built_at)], day(100), age_max).count() == 1, is_old, "{built_at:?}");
        }
    }
}
