//! What a judgement costs in this process, and whether it costs more with a hundred times the accounts.
//!
//! `cargo bench -p rightful-server --bench judgement`: accounts that have logged in for months, from homes, offices and
//! phones, are judged on two threads over one memory without a disk: recall, assess, record. No HTTP, no data sets, no
//! fsync: `login` measures those. With `-- --accounts N` one number of accounts is measured instead of two.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod traffic;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use rightful_domain::{Allowances, Enrichment, Entry, Event, Facts, PolicySource, PolicyVersion, Verdict};
use rightful_engine::{DEFAULT_POLICY, Policy};
use rightful_store::Rehearsal;
use traffic::{DAY, login, mixed};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Few accounts and many.
const ACCOUNTS: [u64; 2] = [10_000, 1_000_000];
/// Judgements that are measured, on all threads together.
const MEASURED: u64 = 100_000;
/// The most judgements an account that is measured has in the mean. Few accounts are measured in several memories one
/// after the other, so that theirs has not grown longer than that of many by the end.
const MEASURED_EACH_MAX: u64 = 2;
/// Judgements between two looks at the clock: their events are made beforehand.
const BATCH: u64 = 2_000;
const THREADS: u64 = 2;
/// How far apart two logins of one account are, in the mean.
const GAP_DAYS: u64 = 10;
/// Logins of half of the accounts before they are measured: no more than these. Some have many times more, some one.
const LOGINS_MEDIAN: u64 = 4;
const LOGINS_MAX: u64 = LOGINS_MEDIAN * 4;

/// One number of accounts, measured.
struct Measured {
    each: Duration,
    rate: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` must not take minutes.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let given =
        arguments.iter().position(|argument| argument == "--accounts").and_then(|place| arguments.get(place + 1));
    if let Some(n_accounts) = given.and_then(|text| text.parse().ok()) {
        measure(n_accounts);
        return;
    }
    let [few, many] = ACCOUNTS.map(measure);
    let ratio = many.each.as_secs_f64() / few.each.as_secs_f64();
    println!(
        "with {} times the accounts: {ratio:.2} times the time each (asked: at most 1.25)",
        ACCOUNTS[1] / ACCOUNTS[0]
    );
    println!("judgements/s on two cores: {:.0} (asked: at least 100000)", many.rate.min(few.rate));
}

/// Judges logins of so many accounts: all in one memory if they are many, else in several, each with its own past.
fn measure(n_accounts: u64) -> Measured {
    let version = PolicyVersion { id: "default".into(), version: 1 };
    let policy =
        Policy::parse(&PolicySource { version, text: DEFAULT_POLICY.into() }).expect("the default policy parses");
    let n_judged = MEASURED.min(n_accounts * MEASURED_EACH_MAX).next_multiple_of(BATCH * THREADS);
    let mut spent = [Duration::ZERO; THREADS as usize];
    let mut n_measured = 0;
    let mut told = None;
    while n_measured < MEASURED {
        let (by_thread, of_memory) = measure_once(&policy, n_accounts, n_judged);
        for (sum, spent) in spent.iter_mut().zip(by_thread) {
            *sum += spent;
        }
        n_measured += n_judged;
        // The first has the allocator to itself.
        told.get_or_insert(of_memory);
    }
    let slowest = spent.iter().copied().max().unwrap_or_default();
    let each = spent.iter().sum::<Duration>() / u32::try_from(n_measured).unwrap_or(u32::MAX);
    let rate = n_measured as f64 / slowest.as_secs_f64();
    println!(
        "{n_accounts} accounts: {rate:.0} judgements/s on {THREADS} threads, {:.2} µs each",
        each.as_secs_f64() * 1e6
    );
    println!("{}", told.unwrap_or_default());
    Measured { each, rate }
}

/// Makes a past and judges what comes then, on the same threads; what each spent judging, and what is to be told of the
/// memory.
fn measure_once(policy: &Policy, n_accounts: u64, n_judged: u64) -> (Vec<Duration>, String) {
    let before = resident_bytes();
    let memory = Rehearsal::new();
    let begun = Instant::now();
    let both = Barrier::new(usize::try_from(THREADS).unwrap_or(1));
    let threads = on_threads(|thread| {
        remember(memory.clone(), policy, n_accounts, thread);
        both.wait();
        let remembered = begun.elapsed();
        (judge(memory.clone(), policy, n_accounts, n_judged, thread), remembered)
    });
    let resident = resident_bytes().saturating_sub(before) / n_accounts.max(1);
    let (spent, remembered): (Vec<Duration>, Vec<Duration>) = threads.into_iter().unzip();
    let mut stored = memory.stored_bytes();
    stored.sort_unstable();
    let mean = stored.iter().sum::<usize>() / stored.len().max(1);
    let p99 = stored.get(stored.len() * 99 / 100).copied().unwrap_or(0);
    let past = remembered.into_iter().max().unwrap_or_default().as_secs_f64();
    let told = format!(
        "  {resident} bytes resident an account, its devices and addresses with it; {mean} bytes stored for its own state, p99 {p99}
  their past took {past:.1} s to judge"
    );
    (spent, told)
}

fn on_threads<T: Send>(work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn({
                    let work = &work;
                    move || work(thread)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that measures does not panic")).collect()
    })
}

/// Lets this thread's share of the accounts have their past: login after login, each round some days later.
fn remember(mut memory: Rehearsal, policy: &Policy, n_accounts: u64, thread: u64) {
    let mut n = thread << 40;
    for round in 0..LOGINS_MAX {
        let of_thread = (0..n_accounts).filter(|account| account % THREADS == thread);
        // Each began at another time, so that the last login of all is some days ago.
        for account in of_thread.filter(|account| round + n_logins(*account) >= LOGINS_MAX) {
            n += 1;
            let seconds = round * GAP_DAYS * DAY + mixed(account ^ round << 32) % (GAP_DAYS * DAY);
            let (event, enrichment) = login(account, round, n, seconds);
            judge_one(&mut memory, policy, event, enrichment);
        }
    }
}

/// The road of a login, without what stands at its ends.
fn judge_one(memory: &mut Rehearsal, policy: &Policy, event: Event, enrichment: Enrichment) {
    let now = event.received_at;
    let history = memory.recall(&event, &enrichment, now);
    let facts = Facts { event, enrichment, history, allowances: Allowances::default(), now };
    let mut assessment = rightful_engine::assess(&facts, policy);
    assessment.answered = Some(Verdict::Allow);
    memory.record(&Entry::judged(facts, assessment, None));
}

/// Judges logins of accounts in no order, and says how long that took; making them up is not counted.
fn judge(mut memory: Rehearsal, policy: &Policy, n_accounts: u64, n_judged: u64, thread: u64) -> Duration {
    let mut spent = Duration::ZERO;
    let rounds = LOGINS_MAX;
    for batch in 0..n_judged / THREADS / BATCH {
        let events: Vec<_> = (0..BATCH)
            .map(|i| {
                let n = (thread + 1) << 50 | batch << 20 | i;
                let account = mixed(n) % n_accounts;
                // Time goes on as far as the mean gap says, whatever the number of accounts.
                let seconds = rounds * GAP_DAYS * DAY + (batch * BATCH + i) * THREADS * GAP_DAYS * DAY / n_accounts;
                login(account, rounds, n, seconds)
            })
            .collect();
        let begun = thread_cpu();
        for (event, enrichment) in events {
            judge_one(&mut memory, policy, event, enrichment);
        }
        spent += thread_cpu().saturating_sub(begun);
    }
    spent
}

/// One to sixteen, four in the median.
fn n_logins(account: u64) -> u64 {
    let spread = mixed(account.wrapping_mul(7));
    match mixed(account.wrapping_mul(5)) % 4 {
        0 => 1 + spread % 2,
        1 => LOGINS_MEDIAN - spread % 2,
        2 => LOGINS_MEDIAN + spread % 4,
        _ => LOGINS_MEDIAN * 2 + spread % (LOGINS_MAX - LOGINS_MEDIAN * 2 + 1),
    }
}

/// CPU time of this thread so far: what else the machine does must not count.
fn thread_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Bytes of this process that are in RAM.
fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4_096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE_BYTES
}
