//! Logs and metrics. Names carry units; nothing here ever carries a person's data.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use parking_lot::Mutex;
use rightful_domain::{Assessment, Delivery, ReasonCode, Timestamp, Verdict};
use rightful_enrich::DataSetInfo;
use rightful_store::StoreHealth;

use crate::config::{Log, LogFormat};
use crate::fallback::Cause;
use crate::telling::HookState;

/// Upper bounds of the latency histogram, in seconds.
const LATENCY_BUCKETS_S: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

/// How often the log says that the fallback answers.
const SAY_EVERY: Duration = Duration::from_secs(1);
/// The age of data sets.
const DATA_AGE: &str = "rightful_data_age_seconds";
const DATA_BROKEN: &str = "rightful_data_broken";
/// Whether logins are judged and remembered.
const READY: &str = "rightful_ready";
/// Room on the disk of the data folder.
const DISK_FREE: &str = "rightful_store_disk_free_bytes";
/// A clock that was set back.
const CLOCK_BEHIND: &str = "rightful_clock_behind_seconds";
/// Pages that listen.
const LISTENERS: &str = "rightful_page_listeners";
/// Alerts that go on.
const ALERTS: &str = "rightful_alerts_firing";
/// Messages to the operator.
const ALERT_MESSAGES: &str = "rightful_alert_messages_total";
/// Callers that follow the live stream.
const FOLLOWERS: &str = "rightful_stream_followers";

/// Hooks that fail, how many.
const HOOKS_FAILING: &str = "rightful_hooks_failing";
/// Hooks that fail, each.
const HOOK_FAILING_SINCE: &str = "rightful_hook_failing_since_seconds";
/// What hooks never took.
const HOOK_UNDELIVERED: &str = "rightful_hook_undelivered";

/// Starts logging to standard error, so that standard output stays a command's own.
pub(crate) fn start_logging(log: &Log) {
    // Wrong ones were refused when the configuration was read.
    let filter = log.filter().unwrap_or_default();
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start (in one process) keeps the first subscriber.
    let _already_started = match log.format {
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
        LogFormat::Text => logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
    };
}

/// Every meter of the login's road, looked up once.
pub(crate) struct Meters {
    verdicts: [Counter; 4],
    reasons: Vec<(ReasonCode, Counter)>,
    /// Rules that matched: in effect, in shadow, snoozed.
    rules: [Counter; 3],
    /// Verdicts that rules changed, by what they made of them.
    ruled: [Counter; 4],
    degraded: [(&'static str, Counter); 3],
    degraded_said: Mutex<Option<Instant>>,
    requests: Vec<DialectMeters>,
    unknown_fields: Counter,
    /// Tokens that were blocked, and requests that came with one.
    blocked: [Counter; 2],
    /// Messages to hooks: taken, not taken, given up, not sent for want of words.
    told: [Counter; 4],
    to_count: Gauge,
    store: StoreMeters,
    exporter: PrometheusHandle,
}

/// The meters of one dialect's requests.
struct DialectMeters {
    dialect: &'static str,
    by_class: [Counter; 4],
    seconds: Histogram,
}

/// The classes of statuses that are told apart.
const STATUS_CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

struct StoreMeters {
    sequence: Gauge,
    to_replay: Gauge,
    queued: Gauge,
    to_tell: Gauge,
    disk: Gauge,
}

impl Meters {
    /// Registers the meters. Each call has its own recorder, so two servers in one process do not mix.
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY_BUCKETS_S)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let exporter = recorder.handle();
        metrics::with_local_recorder(&recorder, || Self::registered(exporter))
    }

    fn registered(exporter: PrometheusHandle) -> Self {
        metrics::describe_counter!("rightful_assessments_total", "Events judged, by verdict.");
        metrics::describe_counter!("rightful_findings_total", "Findings raised, by reason.");
        metrics::describe_counter!("rightful_rule_matches_total", "Rules that matched, by what came of it.");
        metrics::describe_counter!("rightful_rule_changes_total", "Verdicts that rules changed, by the new one.");
        metrics::describe_counter!("rightful_degraded_total", "Answers given by the fallback, by cause.");
        metrics::describe_counter!("rightful_unknown_fields_total", "Fields of requests that no dialect knows; kept.");
        metrics::describe_counter!("rightful_blocked_total", "Misused tokens that were blocked; requests with one.");
        metrics::describe_counter!("rightful_hook_messages_total", "Tries to tell a hook, by what became of them.");
        metrics::describe_gauge!("rightful_hook_waiting", "Messages to hooks that wait.");
        metrics::describe_counter!("rightful_requests_total", "Requests, by dialect and status.");
        metrics::describe_histogram!("rightful_request_seconds", "Time from a request's head to its answer.");
        metrics::describe_gauge!("rightful_build_info", "1, with the version as its label.");
        gauge!("rightful_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        metrics::describe_gauge!("rightful_aggregates_to_count", "Rows still to be looked at for what rules ask for.");
        metrics::describe_gauge!("rightful_ledger_sequence", "Highest durable sequence number.");
        metrics::describe_gauge!("rightful_ledger_to_replay", "Rows that a restart would replay.");
        metrics::describe_gauge!("rightful_store_queued", "Writes waiting for the store.");
        metrics::describe_gauge!("rightful_store_disk_bytes", "Bytes on disk.");
        Self {
            verdicts: Verdict::ALL.map(|verdict| counter!("rightful_assessments_total", "verdict" => verdict.as_str())),
            reasons: ReasonCode::ALL
                .into_iter()
                .map(|reason| (reason, counter!("rightful_findings_total", "reason" => reason.as_str())))
                .collect(),
            rules: ["active", "shadow", "snoozed"]
                .map(|effect| counter!("rightful_rule_matches_total", "effect" => effect)),
            ruled: Verdict::ALL.map(|verdict| counter!("rightful_rule_changes_total", "verdict" => verdict.as_str())),
            degraded: ["deadline", "store_away", "store_busy"]
                .map(|cause| (cause, counter!("rightful_degraded_total", "cause" => cause))),
            degraded_said: Mutex::new(None),
            requests: rightful_dialects::ALL.iter().map(|dialect| DialectMeters::registered(dialect.name())).collect(),
            unknown_fields: counter!("rightful_unknown_fields_total"),
            blocked: ["token", "request"].map(|what| counter!("rightful_blocked_total", "what" => what)),
            told: ["taken", "failed", "given_up", "skipped"]
                .map(|outcome| counter!("rightful_hook_messages_total", "outcome" => outcome)),
            to_count: gauge!("rightful_aggregates_to_count"),
            store: StoreMeters {
                sequence: gauge!("rightful_ledger_sequence"),
                to_replay: gauge!("rightful_ledger_to_replay"),
                queued: gauge!("rightful_store_queued"),
                to_tell: gauge!("rightful_hook_waiting"),
                disk: gauge!("rightful_store_disk_bytes"),
            },
            exporter,
        }
    }

    /// An event was judged.
    pub(crate) fn judged(&self, assessment: &Assessment) {
        let place = Verdict::ALL.iter().position(|verdict| *verdict == assessment.verdict);
        if let Some(counter) = place.and_then(|place| self.verdicts.get(place)) {
            counter.increment(1);
        }
        if let Some(counter) = place.and_then(|place| self.ruled.get(place))
            && assessment.verdict_before_rules.is_some()
        {
            counter.increment(1);
        }
        let [active, shadow, snoozed] = &self.rules;
        for matched in &assessment.rules {
            // Whose rules they are, and which, is not told here: names are the applications' own, and without end.
            let counter = match (matched.is_snoozed, matched.is_shadow) {
                (true, _) => snoozed,
                (false, true) => shadow,
                (false, false) => active,
            };
            counter.increment(1);
        }
        for finding in &assessment.findings {
            if let Some((_, counter)) = self.reasons.iter().find(|(reason, _)| *reason == finding.reason) {
                counter.increment(1);
            }
        }
    }

    /// The fallback was answered.
    pub(crate) fn degraded(&self, cause: &Cause) {
        if let Some((_, counter)) = self.degraded.iter().find(|(name, _)| *name == cause.as_str()) {
            counter.increment(1);
        }
        if !self.is_time_to_say() {
            return;
        }
        match cause {
            Cause::StoreAway(source) => tracing::error!(error = %source, "answered with the fallback: store is away"),
            Cause::StoreBusy => tracing::warn!("answered with the fallback: the store's queue is full"),
            Cause::Deadline => tracing::warn!("answered with the fallback: the deadline passed"),
        }
    }

    /// The counter counts each; a log that repeats each would fill the disk whose fullness may be the cause.
    fn is_time_to_say(&self) -> bool {
        let mut said = self.degraded_said.lock();
        let is_recent = said.is_some_and(|at| at.elapsed() < SAY_EVERY);
        if !is_recent {
            *said = Some(Instant::now());
        }
        !is_recent
    }

    /// A token was refused once too often.
    pub(crate) fn blocked_token(&self) {
        let [tokens, _] = &self.blocked;
        tokens.increment(1);
    }

    /// A request came with such a token.
    pub(crate) fn blocked_request(&self) {
        let [_, requests] = &self.blocked;
        requests.increment(1);
    }

    /// A message to a hook was tried, or given up untried.
    pub(crate) fn told(&self, outcome: Delivery) {
        let [taken, failed, given_up, ..] = &self.told;
        match outcome {
            Delivery::Taken => taken.increment(1),
            Delivery::Retry(_) | Delivery::StillWaits(_) => failed.increment(1),
            Delivery::GivenUp => given_up.increment(1),
        }
    }

    /// There was nothing to send to a hook: no words for it, or what it was about is gone.
    pub(crate) fn skipped(&self) {
        let [.., skipped] = &self.told;
        skipped.increment(1);
    }

    /// So many rows of the ledger are still to be looked at for what rules ask for.
    pub(crate) fn to_count(&self, n_rows: u64) {
        self.to_count.set(n_rows as f64);
    }

    /// A request carried fields that its dialect does not know.
    pub(crate) fn unknown_fields(&self, n: u32) {
        if n > 0 {
            self.unknown_fields.increment(n.into());
        }
    }

    /// A request was answered.
    pub(crate) fn request(&self, dialect: &str, status: u16, took: std::time::Duration) {
        let Some(meters) = self.requests.iter().find(|meters| meters.dialect == dialect) else { return };
        if let Some(counter) = meters.by_class.get(usize::from(status / 100).saturating_sub(2)) {
            counter.increment(1);
        }
        meters.seconds.record(took.as_secs_f64());
    }

    /// All metrics in Prometheus's text format.
    pub(crate) fn render(&self, health: &StoreHealth) -> String {
        // Gauges are floating-point; counts stay exact up to 2^53.
        self.store.sequence.set(health.sequence as f64);
        self.store.to_replay.set(health.n_to_replay as f64);
        self.store.queued.set(health.n_queued as f64);
        self.store.to_tell.set(health.n_to_tell as f64);
        self.store.disk.set(health.disk_bytes as f64);
        self.exporter.render()
    }

    /// How old the data sets are, by what they are about, in the same format: of several about one thing the oldest. Not
    /// a gauge of the recorder's, which would go on telling the age of a set that was taken away.
    pub(crate) fn render_ages(sets: &[DataSetInfo], now: Timestamp) -> String {
        let mut oldest = BTreeMap::new();
        for set in sets {
            if let Some(built_at) = set.built_at {
                let age_s = now.since(built_at).as_secs();
                let slot = oldest.entry(set.kind.as_str()).or_insert(age_s);
                *slot = age_s.max(*slot);
            }
        }
        let mut text = String::new();
        if !oldest.is_empty() {
            text = format!("# HELP {DATA_AGE} Age of the oldest data set about each thing.\n# TYPE {DATA_AGE} gauge\n");
        }
        for (set, age_s) in oldest {
            // Writing to a text cannot fail.
            let _written = writeln!(text, "{DATA_AGE}{{set=\"{set}\"}} {age_s}");
        }
        text
    }

    /// How many files of the data sets' folder are broken, in the same format.
    pub(crate) fn render_broken(n_files: usize) -> String {
        format!(
            "# HELP {DATA_BROKEN} Files of data sets that are broken; what they held before stays in use.\n\
             # TYPE {DATA_BROKEN} gauge\n{DATA_BROKEN} {n_files}\n"
        )
    }

    /// Whether the server is ready, and how much room its disk has, in the same format. Room that the system does not
    /// tell has no sample: none would be a lie.
    pub(crate) fn render_ready(is_ready: bool, disk_free_bytes: Option<u64>) -> String {
        let mut text = format!(
            "# HELP {READY} 1 while the store answers and the server is not stopping, 0 otherwise.\n\
             # TYPE {READY} gauge\n{READY} {}\n",
            u8::from(is_ready)
        );
        if let Some(bytes) = disk_free_bytes {
            // Writing to a text cannot fail.
            let _written = writeln!(
                text,
                "# HELP {DISK_FREE} Bytes that the disk of the data folder has room for.\n\
                 # TYPE {DISK_FREE} gauge\n{DISK_FREE} {bytes}"
            );
        }
        text
    }

    /// How far the clock is behind the newest row of the ledger, in the same format.
    pub(crate) fn render_clock(behind: Duration) -> String {
        format!(
            "# HELP {CLOCK_BEHIND} How far the clock is behind the newest event, which it is if it was set back.\n\
             # TYPE {CLOCK_BEHIND} gauge\n{CLOCK_BEHIND} {}\n",
            behind.as_secs()
        )
    }

    /// How many pages listen, and how many follow a stream, in the same format.
    pub(crate) fn render_listeners(n_listeners: usize, n_followers: usize) -> String {
        format!(
            "# HELP {LISTENERS} Pages that listen; each holds a connection.\n# TYPE {LISTENERS} gauge\n\
             {LISTENERS} {n_listeners}\n# HELP {FOLLOWERS} Callers that follow the live stream.\n\
             # TYPE {FOLLOWERS} gauge\n{FOLLOWERS} {n_followers}\n"
        )
    }

    /// Alerts that go on by kind, and messages to the operator by what became of them, in the same format.
    pub(crate) fn render_alerts(firing: &[(&str, usize)], messages: [(&str, u64); 2]) -> String {
        let mut text = format!("# HELP {ALERTS} Alerts that go on, by kind.\n# TYPE {ALERTS} gauge\n");
        for (kind, n) in firing {
            // Writing to a text cannot fail.
            let _written = writeln!(text, "{ALERTS}{{alert=\"{kind}\"}} {n}");
        }
        let _written = writeln!(
            text,
            "# HELP {ALERT_MESSAGES} Messages to the operator, by what became of them.\n# TYPE {ALERT_MESSAGES} counter"
        );
        for (outcome, n) in messages {
            let _written = writeln!(text, "{ALERT_MESSAGES}{{outcome=\"{outcome}\"}} {n}");
        }
        text
    }

    /// Since when hooks fail, and what they never took, in the same format. Hooks are named by ids of ours, of which an
    /// application has few; those that are well have no line of their own.
    pub(crate) fn render_hooks(hooks: &[HookState]) -> String {
        let mut text = format!(
            "# HELP {HOOKS_FAILING} Hooks that did not take what was sent last.\n# TYPE {HOOKS_FAILING} gauge\n"
        );
        let failing = hooks.iter().filter_map(|state| Some((&state.hook, state.health.failing_since?)));
        // Writing to a text cannot fail.
        let _written = writeln!(text, "{HOOKS_FAILING} {}", failing.clone().count());
        let _written = writeln!(text, "# HELP {HOOK_FAILING_SINCE} Since when a hook takes nothing, in Unix time.");
        let _written = writeln!(text, "# TYPE {HOOK_FAILING_SINCE} gauge");
        for (hook, since) in failing {
            let _written =
                writeln!(text, "{HOOK_FAILING_SINCE}{{hook=\"{hook}\"}} {}", since.as_millis().div_euclid(1_000));
        }
        let _written = writeln!(text, "# HELP {HOOK_UNDELIVERED} Messages that were given up and are kept.");
        let _written = writeln!(text, "# TYPE {HOOK_UNDELIVERED} gauge");
        for state in hooks.iter().filter(|state| state.health.n_given_up > 0) {
            let (hook, n) = (&state.hook, state.health.n_given_up);
            let _written = writeln!(text, "{HOOK_UNDELIVERED}{{hook=\"{hook}\"}} {n}");
        }
        text
    }

    /// Folds recent samples into the histograms, so that they do not grow between two scrapes.
    pub(crate) fn fold(&self) {
        self.exporter.run_upkeep();
    }
}

impl DialectMeters {
    fn registered(dialect: &'static str) -> Self {
        Self {
            dialect,
            by_class: STATUS_CLASSES
                .map(|class| counter!("rightful_requests_total", "dialect" => dialect, "status" => class)),
            seconds: histogram!("rightful_request_seconds", "dialect" => dialect),
        }
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::{ApplicationId, HookHealth};
    use rightful_enrich::DataSetKind;

    use super::*;

    #[test]
    fn of_several_sets_about_one_thing_the_oldest_age_is_told() {
        let set = |kind, built_at_s: Option<i64>| DataSetInfo {
            file: "set".into(),
            kind,
            built_at: built_at_s.map(Timestamp::from_seconds),
            n_entries: None,
        };
        let now = Timestamp::from_seconds(1_000);
        assert_eq!(Meters::render_ages(&[], now), "");
        let sets = [
            set(DataSetKind::City, Some(900)),
            set(DataSetKind::City, Some(400)),
            set(DataSetKind::Asn, Some(2_000)),
            set(DataSetKind::Country, None),
        ];
        let told = Meters::render_ages(&sets, now);
        let samples: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            ["rightful_data_age_seconds{set=\"asn\"} 0", "rightful_data_age_seconds{set=\"city\"} 600"]
        );
    }

    #[test]
    fn a_scrape_tells_the_version() {
        let expected = concat!("rightful_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1\n");
        let told = Meters::new().exporter.render();
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn broken_files_are_counted_and_none_is_a_number_too() {
        for (n, sample) in [(0, "\nrightful_data_broken 0\n"), (2, "\nrightful_data_broken 2\n")] {
            assert!(Meters::render_broken(n).ends_with(sample), "{sample}");
        }
    }

    #[test]
    fn whether_it_is_ready_is_told_and_room_only_where_it_is_known() {
        let samples = |told: String| -> Vec<String> {
            told.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        let told = samples(Meters::render_ready(true, Some(5_000)));
        assert_eq!(told, ["rightful_ready 1", "rightful_store_disk_free_bytes 5000"]);
        assert_eq!(samples(Meters::render_ready(false, None)), ["rightful_ready 0"]);
    }

    #[test]
    fn a_hook_that_fails_is_told_with_its_since() {
        let state = |hook: &str, failing_since, n_given_up| HookState {
            application: ApplicationId::new("shop").unwrap(),
            hook: hook.into(),
            health: HookHealth { n_waiting: 1, n_given_up, failing_since },
        };
        let failing = state("hook_b", Some(Timestamp::from_seconds(1_000)), 2);
        let told = Meters::render_hooks(&[state("hook_a", None, 0), failing]);
        let samples: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
        let expected = [
            "rightful_hooks_failing 1",
            "rightful_hook_failing_since_seconds{hook=\"hook_b\"} 1000",
            "rightful_hook_undelivered{hook=\"hook_b\"} 2",
        ];
        assert_eq!(samples, expected);
    }
}
