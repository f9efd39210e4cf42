//! What a judgement costs in this process, and whether it costs more with a hundred times the accounts.
//!
//! `cargo bench -p rightful-server --bench judgement`: accounts that have logged in for months, from homes, offices and
//! phones, are judged on two threads over one memory without a disk: recall, assess, record. No HTTP, no data sets, no
//! fsync: `login` measures those. With `-- --accounts N` one number of accounts is measured instead of two.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "traffic/past.rs"]
mod past;
mod traffic;

use std::sync::mpsc;
use std::thread::Scope;
use std::time::{Duration, Instant};

use past::{GAP_DAYS, LOGINS_MAX, judge_one, remember, shipped_policy};
use rightful_engine::Policy;
use rightful_store::Rehearsal;
use traffic::{DAY, login, mixed};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Few accounts and many.
const ACCOUNTS: [u64; 2] = [10_000, 1_000_000];
/// Judgements of one round, on all threads together.
const MEASURED: u64 = 20_000;
/// Rounds: in each, few accounts are measured, and many directly after them, so that whatever else the machine does
/// weighs on both alike. What is told is the median round.
const ROUNDS: u64 = 15;
/// Judgements between two looks at the clock: their events are made beforehand.
const BATCH: u64 = 2_000;
const THREADS: u64 = 2;
/// What one round took.
#[derive(Clone, Copy)]
struct Measured {
    each: Duration,
    rate: f64,
}

/// Accounts with their past.
struct Shop {
    memory: Rehearsal,
    n_accounts: u64,
    /// What is to be told of it.
    told: String,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` must not take minutes.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let policy = shipped_policy();
    let given =
        arguments.iter().position(|argument| argument == "--accounts").and_then(|place| arguments.get(place + 1));
    let given = given.and_then(|text| text.parse().ok());
    std::thread::scope(|scope| {
        let crew = Crew::hired(scope);
        match given {
            Some(n_accounts) => alone(&crew, &policy, n_accounts),
            None => compare(&crew, &policy),
        }
    });
}

/// Measures one number of accounts.
fn alone<'env>(crew: &Crew<'env>, policy: &'env Policy, n_accounts: u64) {
    let shop = open(crew, policy, n_accounts);
    let rounds: Vec<Measured> = (0..ROUNDS).map(|round| measure(crew, &shop, policy, round)).collect();
    tell(&shop, &rounds);
}

/// Measures few accounts and many in turns.
fn compare<'env>(crew: &Crew<'env>, policy: &'env Policy) {
    let [n_few, n_many] = ACCOUNTS;
    let many = open(crew, policy, n_many);
    let mut few = None;
    let mut rounds = [const { Vec::new() }; 2];
    for round in 0..ROUNDS {
        // Few are measured in another memory each round, so that theirs has not grown longer than that of many.
        let few = few.insert(open(crew, policy, n_few));
        let [of_few, of_many] = &mut rounds;
        of_few.push(measure(crew, few, policy, 0));
        of_many.push(measure(crew, &many, policy, round));
    }
    let [of_few, of_many] = &rounds;
    if let Some(few) = &few {
        tell(few, of_few);
    }
    tell(&many, of_many);
    let ratio = |(few, many): (&Measured, &Measured)| many.each.as_secs_f64() / few.each.as_secs_f64();
    let mut ratios: Vec<f64> = of_few.iter().zip(of_many).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "with {} times the accounts: {:.2} times the time each, rounds {:.2} to {:.2} (asked: at most 1.25)",
        n_many / n_few,
        middle(&ratios),
        ratios.first().unwrap_or(&f64::NAN),
        ratios.last().unwrap_or(&f64::NAN)
    );
    let slowest = [of_few, of_many].map(|rounds| middle(&rates(rounds))).into_iter().fold(f64::INFINITY, f64::min);
    println!("judgements/s on two cores: {slowest:.0} (asked: at least 100000)");
}

/// The middle one of numbers in order.
fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rates(rounds: &[Measured]) -> Vec<f64> {
    let mut rates: Vec<f64> = rounds.iter().map(|round| round.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates
}

fn tell(shop: &Shop, rounds: &[Measured]) {
    let mut each: Vec<f64> = rounds.iter().map(|round| round.each.as_secs_f64() * 1e6).collect();
    each.sort_by(f64::total_cmp);
    let (accounts, rates) = (shop.n_accounts, rates(rounds));
    println!(
        "{accounts} accounts: {:.0} judgements/s on {THREADS} threads, {:.2} µs each",
        middle(&rates),
        middle(&each)
    );
    println!("{}", shop.told);
}

/// Judges one round of logins.
fn measure<'env>(crew: &Crew<'env>, shop: &Shop, policy: &'env Policy, round: u64) -> Measured {
    let n_accounts = shop.n_accounts;
    let spent = crew.each(|thread| {
        let memory = shop.memory.clone();
        move || judge(memory, policy, n_accounts, round, thread)
    });
    let slowest = spent.iter().copied().max().unwrap_or_default();
    let each = spent.iter().sum::<Duration>() / u32::try_from(MEASURED).unwrap_or(u32::MAX);
    Measured { each, rate: MEASURED as f64 / slowest.as_secs_f64() }
}

/// Makes accounts and their past, on the threads that are measured later.
fn open<'env>(crew: &Crew<'env>, policy: &'env Policy, n_accounts: u64) -> Shop {
    let before = resident_bytes();
    let memory = Rehearsal::new();
    let begun = Instant::now();
    crew.each(|thread| {
        let memory = memory.clone();
        move || remember(memory, policy, n_accounts, (thread, THREADS))
    });
    let past = begun.elapsed().as_secs_f64();
    let resident = resident_bytes().saturating_sub(before) / n_accounts.max(1);
    let mut stored = memory.stored_bytes();
    stored.sort_unstable();
    let mean = stored.iter().sum::<usize>() / stored.len().max(1);
    let p99 = stored.get(stored.len() * 99 / 100).copied().unwrap_or(0);
    let told = format!(
        "  {resident} bytes resident an account, its devices and addresses with it; {mean} bytes stored for its own state, p99 {p99}
  their past took {past:.1} s to judge"
    );
    Shop { memory, n_accounts, told }
}

/// Work for one thread.
type Task<'env> = Box<dyn FnOnce() + Send + 'env>;

/// Threads that stay from the first account to the last judgement, as a server's do: those that end leave their memory to
/// the allocator, which takes it over piece by piece while others are measured.
struct Crew<'env>(Vec<mpsc::Sender<Task<'env>>>);

impl<'env> Crew<'env> {
    fn hired<'scope>(scope: &'scope Scope<'scope, 'env>) -> Self {
        let threads = (0..THREADS).map(|_| {
            let (tasks, given) = mpsc::channel::<Task<'env>>();
            scope.spawn(move || given.into_iter().for_each(|task| task()));
            tasks
        });
        Self(threads.collect())
    }

    /// What came of the same work on each thread.
    fn each<T: Send + 'env, W: FnOnce() -> T + Send + 'env>(&self, work: impl Fn(u64) -> W) -> Vec<T> {
        let (done, results) = mpsc::channel();
        for (tasks, thread) in self.0.iter().zip(0..) {
            let (work, done) = (work(thread), done.clone());
            let task = Box::new(move || drop(done.send(work())));
            tasks.send(task).expect("a thread that measures does not panic");
        }
        drop(done);
        results.into_iter().collect()
    }
}

/// Judges logins of accounts in no order, and says how long that took; making them up is not counted.
fn judge(mut memory: Rehearsal, policy: &Policy, n_accounts: u64, round: u64, thread: u64) -> Duration {
    let mut spent = Duration::ZERO;
    let batches = MEASURED / THREADS / BATCH;
    for batch in round * batches..(round + 1) * batches {
        let events: Vec<_> = (0..BATCH)
            .map(|i| {
                let n = (thread + 1) << 50 | batch << 20 | i;
                let account = mixed(n) % n_accounts;
                // Time goes on as far as the mean gap says, whatever the number of accounts.
                let seconds = LOGINS_MAX * GAP_DAYS * DAY + (batch * BATCH + i) * THREADS * GAP_DAYS * DAY / n_accounts;
                login(account, LOGINS_MAX, n, seconds)
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
