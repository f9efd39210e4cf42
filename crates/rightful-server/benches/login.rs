//! What a judged and remembered login costs, beside a bare echo of the same body on the same cores.
//!
//! `cargo bench -p rightful-server --bench login`: starts the server and an echo (axum, which parses the body as JSON
//! and writes it back) as processes of their own, loads each with the same bodies over the same connections, and reads
//! their CPU time from /proc. CPU time per login is the figure to compare: it hardly depends on what else the machine
//! does, while rates and latencies do.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod served;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rightful_sim::load::{self, LoadEnd, LoadPlan, LoadReport};
use serde_json::Value;
use served::{Done, Process, bytes_in, login};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections at full load.
const CONNECTIONS: usize = 64;
/// Different accounts unless `-- --accounts N` says otherwise; each has two devices and an address of its own.
const ACCOUNTS: u64 = 10_000;
/// Logins before measuring, so that caches and profiles are as in life.
const WARM_UP: u64 = 20_000;
/// Logins that are measured unless `-- --logins N` says otherwise.
const MEASURED: u64 = 200_000;
/// In so many rounds, of the echo and of the server in turns: the median is told, and the least and the most.
const ROUNDS: u64 = 5;
/// How long the load at half the rate lasts.
const HALF_LOAD: Duration = Duration::from_secs(10);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if arguments.iter().any(|argument| argument == "--echo") {
        return runtime.block_on(echo());
    }
    // `cargo test --benches` must not take minutes.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let size = Size {
        accounts: number(&arguments, "--accounts", ACCOUNTS)?,
        logins: number(&arguments, "--logins", MEASURED)?,
    };
    runtime.block_on(measure(size))
}

/// How much is measured.
#[derive(Clone, Copy)]
struct Size {
    accounts: u64,
    logins: u64,
}

fn number(arguments: &[String], name: &str, default: u64) -> Done<u64> {
    let given = arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1));
    Ok(given.map_or(Ok(default), |text| text.parse())?.max(1))
}

/// The least that any JSON service does.
async fn echo() -> Done<()> {
    let router = axum::Router::new().route(
        "/v3/login",
        axum::routing::post(async |body: axum::body::Bytes| match serde_json::from_slice::<Value>(&body) {
            Ok(value) => (axum::http::StatusCode::OK, value.to_string()),
            Err(error) => (axum::http::StatusCode::BAD_REQUEST, error.to_string()),
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn measure(size: Size) -> Done<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (server, key) = Process::server(&data)?;
    let mut both = [Measured::of("echo", Process::echo()?), Measured::of("rightful", server)];
    for measured in &mut both {
        measured.load(&key, size, WARM_UP, None).await?;
    }
    // In turns, so that whatever else the machine does weighs on both alike.
    for _ in 0..ROUNDS {
        for measured in &mut both {
            measured.round(&key, size).await?;
        }
    }
    println!("{:<10} {:>14} {:>12} {:>14} {:>14}", "", "CPU µs/login", "logins/s", "p50 at half µs", "p99 at half µs");
    for measured in &mut both {
        let (cpu_us, rate) = (middle(&measured.cpu_us), middle(&measured.rates));
        let n_half = (rate / 2.0 * HALF_LOAD.as_secs_f64()) as u64;
        let half = measured.load(&key, size, n_half, Some(rate / 2.0)).await?;
        let [p50, p99] = [0.5, 0.99].map(|share| half.latency_us(share).unwrap_or(0));
        println!("{:<10} {cpu_us:>14.1} {rate:>12.0} {p50:>14} {p99:>14}", measured.name);
    }
    let [echo, ours] = both;
    let ratios: Vec<f64> = ours.cpu_us.iter().zip(&echo.cpu_us).map(|(ours, echo)| ours / echo).collect();
    let ends = ratios.iter().fold((f64::INFINITY, 0.0), |(low, high), ratio| (ratio.min(low), ratio.max(high)));
    let (ratio, (low, high)) = (middle(&ratios), ends);
    println!("ratio      {ratio:>14.2}, rounds {low:.2} to {high:.2} (asked: at most 4)");
    ours.process.stop()?;
    println!("bytes on disk per login: {:.0}", bytes_in(&data)? as f64 / ours.n_sent as f64);
    Ok(())
}

/// A process, and what its rounds came to.
struct Measured {
    name: &'static str,
    process: Process,
    n_sent: u64,
    cpu_us: Vec<f64>,
    rates: Vec<f64>,
}

impl Measured {
    const fn of(name: &'static str, process: Process) -> Self {
        Self { name, process, n_sent: 0, cpu_us: Vec::new(), rates: Vec::new() }
    }

    async fn load(&mut self, key: &str, size: Size, n: u64, rate: Option<f64>) -> Done<LoadReport> {
        let report = run(&self.process, key, size, self.n_sent..self.n_sent + n, rate).await?;
        self.n_sent += n;
        Ok(report)
    }

    async fn round(&mut self, key: &str, size: Size) -> Done<()> {
        let before = self.process.cpu_us()?;
        let full = self.load(key, size, (size.logins / ROUNDS).max(1), None).await?;
        self.cpu_us.push((self.process.cpu_us()? - before) / full.n_answers() as f64);
        self.rates.push(full.answers_per_s());
        Ok(())
    }
}

fn middle(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

async fn run(process: &Process, key: &str, size: Size, which: Range<u64>, rate: Option<f64>) -> Done<LoadReport> {
    let authorization = format!("token {key}");
    let n = which.end - which.start;
    let requests = which.map(move |nth| login(&authorization, nth, size.accounts));
    let plan = LoadPlan {
        address: process.address,
        connections: CONNECTIONS,
        until: LoadEnd::Requests(n),
        rate,
        patience: PATIENCE,
    };
    let report = load::run(plan, requests, Arc::new(|_, _, _| {})).await?;
    match report.statuses.get(&200) {
        Some(ok) if *ok == n => Ok(report),
        _ => Err(format!("not every login was answered: {:?} {:?}", report.statuses, report.failures).into()),
    }
}
