//! How fast rules are tried on the events of the past: from what was written down of them, and by judging them anew.
//!
//! `cargo bench -p rightful-server --bench backtest`: a folder is filled with judged logins, and `rightful backtest` is run
//! on it. What it says it took is what is measured, without opening the folder. `-- --events N` for another number.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod traffic;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rightful_domain::{
    Allowances, Application, ApplicationId, ApplicationMode, Author, Conclusion, Entry, Facts, Feedback, FeedbackKind,
    FeedbackTarget, Outcome, Settings, Timestamp, Verdict,
};
use rightful_engine::Policy;
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Memory, Office};
use traffic::{DAY, login, mixed};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Events that are written down, unless asked otherwise.
const EVENTS: u64 = 200_000;
/// Events of one account, in the mean.
const EVENTS_PER_ACCOUNT: u64 = 10;
/// Days over which they are spread.
const DAYS: u64 = 180;
/// Events that are recorded at once, so that they share a sync.
const AT_ONCE: u64 = 512;
/// How often each is measured.
const RUNS: usize = 5;
/// The key that the folder is sealed under: of no use to anybody.
const KEY: [u8; 32] = [7; 32];
/// Ten rules as people write them.
const RULES: &str = include_str!("backtest_rules.toml");

type Done<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` must not take minutes.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let given = arguments.iter().position(|argument| argument == "--events").and_then(|place| arguments.get(place + 1));
    let n_events = given.and_then(|text| text.parse().ok()).unwrap_or(EVENTS);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    tokio::runtime::Runtime::new()?.block_on(fill(&data, n_events))?;
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, RULES)?;
    measure("rules", "100000", &data, &policy, &[])?;
    measure("replay", "25000", &data, &policy, &["--replay"])
}

/// CPU time of the processes that this one has waited for, in s: what else the machine does hardly shows in it.
fn cpu_of_ended() -> f64 {
    // After the name, which may hold spaces and ends with the last bracket; in hundredths of a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}

/// Runs it some times, and prints the rate of each with their median, and the CPU time an event in the mean.
fn measure(what: &str, asked: &str, data: &Path, policy: &Path, more: &[&str]) -> Done<()> {
    let mut rates = Vec::new();
    let (begun, mut n_events) = (cpu_of_ended(), 0.0);
    for _ in 0..RUNS {
        let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let ran = Command::new(env!("CARGO_BIN_EXE_rightful"))
            .args(["backtest", "--json", "--days", "3650", "--data"])
            .arg(data)
            .args(more)
            .arg(policy)
            .env("RIGHTFUL_MASTER_KEY", key)
            .output()?;
        if !ran.status.success() {
            return Err(String::from_utf8_lossy(&ran.stderr).into_owned().into());
        }
        let told: serde_json::Value = serde_json::from_slice(&ran.stdout)?;
        let (events, took_ms) = (&told[0]["events"]["all"], &told[0]["took_ms"]);
        let seconds = took_ms.as_f64().unwrap_or(f64::NAN) / 1_000.0;
        rates.push(events.as_f64().unwrap_or(f64::NAN) / seconds);
        n_events += events.as_f64().unwrap_or(f64::NAN);
    }
    rates.sort_by(f64::total_cmp);
    let all: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
    let median = rates.get(RUNS / 2).copied().unwrap_or(f64::NAN);
    let each_us = (cpu_of_ended() - begun) * 1e6 / n_events;
    println!("{what}: {median:.0} events/s, median of {} (asked: at least {asked})", all.join(", "));
    println!(
        "  {each_us:.1} CPU µs an event, opening the folder included: at most {:.0} events/s on two free cores",
        2e6 / each_us
    );
    Ok(())
}

/// Judges logins and writes them down; one in ten is concluded later, one in fifty labelled.
async fn fill(data: &Path, n_events: u64) -> Done<()> {
    let options = EmbeddedOptions {
        master_key: MasterKey::from_bytes(KEY),
        go_on_after_loss: false,
        replay_max: rightful_store::REPLAY_MAX,
        queue_max: rightful_store::QUEUE_MAX,
        seed: [3; 32],
    };
    let (store, _) = EmbeddedStore::open(data, options)?;
    let store = Arc::new(store);
    let application = application()?;
    let by = Author { name: None, at: application.created_at };
    store.create_application(application, by).await?;
    let policy = Arc::new(Policy::default());
    let n_accounts = (n_events / EVENTS_PER_ACCOUNT).max(1);
    for batch in 0..n_events.div_ceil(AT_ONCE) {
        let mut under_way = tokio::task::JoinSet::new();
        for n in batch * AT_ONCE..((batch + 1) * AT_ONCE).min(n_events) {
            let seconds = n * DAYS * DAY / n_events;
            let account = mixed(n) % n_accounts;
            under_way.spawn(record(Arc::clone(&store), Arc::clone(&policy), (account, n, seconds)));
        }
        while let Some(ended) = under_way.join_next().await {
            ended??;
        }
    }
    let closing = tokio::task::spawn_blocking(move || store.close());
    Ok(closing.await?)
}

async fn record(store: Arc<EmbeddedStore>, policy: Arc<Policy>, (account, n, seconds): (u64, u64, u64)) -> Done<()> {
    let (mut event, enrichment) = login(account, seconds / (10 * DAY), n, seconds);
    let (now, is_late) = (event.received_at, n.is_multiple_of(10));
    let outcome = event.outcome;
    if is_late {
        event.outcome = Outcome::Pending;
    }
    let (id, application) = (event.id, event.application.clone());
    let history = store.recall(&event, &enrichment, now).await?;
    let facts = Facts { event, enrichment, history, allowances: Allowances::default(), now };
    let mut assessment = rightful_engine::assess(&facts, &policy);
    assessment.answered = Some(assessment.verdict);
    store.record(Entry::judged(facts, assessment, None)).await?;
    if is_late {
        store.conclude(Conclusion { application: application.clone(), event: id, outcome, received_at: now }).await?;
    }
    if n.is_multiple_of(50) {
        let kind =
            if n.is_multiple_of(500) { FeedbackKind::ConfirmedTakeover } else { FeedbackKind::ConfirmedLegitimate };
        store
            .apply_feedback(Feedback { application, target: FeedbackTarget::Event(id), kind, received_at: now })
            .await?;
    }
    Ok(())
}

fn application() -> Done<Application> {
    Ok(Application {
        id: ApplicationId::new("app_0123456789abcdef").map_err(|_| "not an id")?,
        name: "bench".into(),
        test: false,
        mode: ApplicationMode::Enforce,
        credentials: Vec::new(),
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: Timestamp::from_seconds(1_767_225_600),
        settings: Settings::default(),
    })
}
