//! Measures the embedded store: CPU a recall and record, logins a second, latency, bytes on disk, and how fast a restart
//! replays. Run as `cargo run --release -p rightful-store --example measure -- [CALLERS] [LOGINS] [ACCOUNTS]`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rightful_domain::{
    AccountId, Action, ApplicationId, Assessment, Device, DeviceAlias, DeviceAliasKind, DeviceId, Enrichment, Entry,
    Event, EventId, Evidence, EvidenceValue, FeatureVector, Finding, LogOdds, Mechanism, MechanismKind, Network, News,
    Outcome, PaymentAction, PaymentSource, PaymentView, Pii, PolicyVersion, ReasonCode, RiskScore, Source, Teaching,
    Timestamp, Verdict,
};
use rightful_store::{EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory, OpenReport};

// As the server does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const AGENT: &str = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0";

/// A number that looks random, from one that does not.
const fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

fn login(n: u64, n_accounts: u64) -> Event {
    // Ten thousand logins a second of the made-up clock.
    let at = Timestamp::from_micros(1_767_225_600_000_000 + i64::try_from(n * 100).unwrap_or(0));
    let account = mixed(n) % n_accounts;
    let [a, b, c, d, e, f, g, h] = mixed(n.wrapping_mul(3)).to_be_bytes();
    let ip = u32::try_from(mixed(account) % 50_000).unwrap_or(0) | 0x0A00_0000;
    let device = format!("device-{account}-{}", mixed(n) >> 62);
    Event {
        outcome: Outcome::Succeeded,
        account: AccountId::new(format!("customer-{account}")).ok(),
        username: Some(Pii::new(format!("customer-{account}@example.com").into())),
        mechanisms: vec![Mechanism {
            kind: MechanismKind::Password,
            succeeded: Some(true),
            failure: None,
            provider: None,
            sent_to: None,
        }],
        device: Device {
            aliases: DeviceId::new(device)
                .map(|id| vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id }])
                .unwrap_or_default(),
            kind: Some("phone".into()),
            manufacturer: Some("Google".into()),
            model: Some("Pixel 10".into()),
            os: Some("Android 16".into()),
            ..Device::default()
        },
        network: Network { ip: Some(IpAddr::V4(Ipv4Addr::from(ip))), user_agent: Some(AGENT.into()), origin: None },
        ..Event::new(
            EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [a, b, c, d, e, f, g, h, 1, 2]),
            ApplicationId::new("app_0123456789abcdef").expect("a proper id"),
            Source::Ravelin,
            Action::Login,
            at,
        )
    }
}

fn judged(event: Event, depth: u32) -> Entry {
    let finding = |reason, nats, name: &'static str, value| Finding {
        reason,
        nats,
        evidence: vec![Evidence { name: name.into(), value: EvidenceValue::Count(value) }],
    };
    let assessment = Assessment {
        event: event.id,
        judged_at: event.received_at,
        log_odds: LogOdds::new(-2.3),
        risk_score: RiskScore::from_hundredths(912).unwrap_or_default(),
        verdict: Verdict::Allow,
        answered: Some(Verdict::Allow),
        findings: vec![
            finding(ReasonCode::ProfileDeviceFamiliar, -1.5, "times_seen", u64::from(depth)),
            finding(ReasonCode::ProfileIpFamiliar, -0.8, "times_seen", u64::from(depth)),
        ],
        // About as many numbers as the first engine has.
        features: FeatureVector { schema: 1, values: (0_u8..40).map(|n| f32::from(n % 5)).collect() },
        policy: PolicyVersion { id: "default".into(), version: 1 },
        suggested_challenges: Vec::new(),
        history_depth: depth,
        payment: PaymentView { action: PaymentAction::Allow, score: 0, source: PaymentSource::Judgement },
        news: News::default(),
        rules: Vec::new(),
        verdict_before_rules: None,
        listed: Vec::new(),
        aggregates: Vec::new(),
    };
    Entry {
        teaching: Teaching::of(&event, Some(&assessment), event.outcome),
        event,
        enrichment: Enrichment::default(),
        assessment: Some(assessment),
        previous_device: None,
        sighting: None,
        changes: Vec::new(),
        tellings: Vec::new(),
        retry: None,
        tagged: None,
    }
}

/// CPU of this process and its threads so far, user and system.
fn cpu() -> Duration {
    // Fields 14 and 15, in ticks of 10 ms, which the kernel has promised for good.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// One caller: recalls and records until there are enough logins.
async fn call(store: Arc<EmbeddedStore>, next: Arc<AtomicU64>, n_logins: u64, n_accounts: u64) -> Vec<Duration> {
    let mut latencies = Vec::new();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= n_logins {
            return latencies;
        }
        let event = login(n, n_accounts);
        let begun = Instant::now();
        let history = store.recall(&event, &Enrichment::default(), event.received_at).await.expect("recall");
        let depth = history.account.map_or(0, |account| account.profile.n_learned);
        store.record(judged(event, depth)).await.expect("record");
        latencies.push(begun.elapsed());
    }
}

async fn load(store: &Arc<EmbeddedStore>, n_callers: u64, n_logins: u64, n_accounts: u64) -> Vec<Duration> {
    let next = Arc::new(AtomicU64::new(0));
    let calls = (0..n_callers).map(|_| tokio::spawn(call(Arc::clone(store), Arc::clone(&next), n_logins, n_accounts)));
    let mut latencies = Vec::new();
    for caller in calls.collect::<Vec<_>>() {
        latencies.extend(caller.await.expect("a caller"));
    }
    latencies.sort_unstable();
    latencies
}

fn open(dir: &Path) -> (EmbeddedStore, OpenReport) {
    EmbeddedStore::open(dir, EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32])).expect("a store")
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let (n_callers, n_logins) = (arguments.next().unwrap_or(64), arguments.next().unwrap_or(300_000));
    let n_accounts = arguments.next().unwrap_or(10_000);
    let dir = tempfile::tempdir().expect("a folder for the data");
    let store = Arc::new(open(dir.path()).0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let (started, cpu_before) = (Instant::now(), cpu());
    let latencies = runtime.block_on(load(&store, n_callers, n_logins, n_accounts));
    let (took, spent) = (started.elapsed(), cpu() - cpu_before);
    let at = |share: usize| latencies.get(latencies.len() * share / 1_000).copied().unwrap_or_default();
    let each = spent.as_secs_f64() * 1e6 / n_logins as f64;
    println!("{n_callers} callers, {n_logins} logins, {n_accounts} accounts");
    println!("  {each:.1} CPU-µs a login, {:.0} logins/s", n_logins as f64 / took.as_secs_f64());
    println!("  p50 {:?}, p99 {:?}, p99.9 {:?}", at(500), at(990), at(999));
    drop(Arc::into_inner(store));
    let cpu_before = cpu();
    let (store, report) = open(dir.path());
    let (took, by_database, n) = (report.took, report.database_took, report.n_replayed);
    println!("  abandoned and opened in {took:?}, {by_database:?} by the database, {n} rows replayed");
    println!("  which took {:?} of CPU", cpu() - cpu_before);
    store.close();
    drop(store);
    let (store, report) = open(dir.path());
    let health = runtime.block_on(store.health()).expect("health");
    println!("  closed and opened in {:?}, {} bytes on disk a login", report.took, health.disk_bytes / n_logins);
}
