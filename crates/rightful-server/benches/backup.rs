//! What logins wait for while the folder is backed up beside them.
//!
//! `cargo bench --profile dist -p rightful-server --bench backup`: fills a server's folder with logins, then sends more at
//! a stated rate, alone, with backups one after the other beside them, and alone again. `-- --logins N`, `--accounts N`,
//! `--rate N` and `--seconds N` say otherwise than below; `--folder DIR` where, instead of the system's temporary folder.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod served;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rightful_sim::load::{self, LoadEnd, LoadPlan, LoadReport};
use serde_json::Value;
use served::{Done, Process, bytes_in, login};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections.
const CONNECTIONS: usize = 64;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

struct Size {
    accounts: u64,
    logins: u64,
    rate: u64,
    seconds: u64,
}

fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --benches` must not take minutes.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let given =
        |name: &str| arguments.iter().position(|argument| argument == name).and_then(|place| arguments.get(place + 1));
    let number = |name: &str, default: u64| given(name).map_or(Ok(default), |text| text.parse::<u64>());
    let size = Size {
        accounts: number("--accounts", 100_000)?,
        logins: number("--logins", 300_000)?,
        rate: number("--rate", 300)?,
        seconds: number("--seconds", 20)?,
    };
    let folder = match given("--folder") {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(&size, folder.path()))
}

async fn measure(size: &Size, folder: &Path) -> Done<()> {
    let data = folder.join("data");
    let (server, key) = Process::server(&data)?;
    let mut n_sent = 0;
    send(&server, &key, size, &mut n_sent, None).await?;
    println!("{} logins of {} accounts, {} MB on disk", n_sent, size.accounts, bytes_in(&data)? / 1_000_000);
    println!(
        "{:<16} {:>10} {:>10} {:>10} {:>10} {:>14}",
        "", "p50 \u{b5}s", "p99 \u{b5}s", "p99.9 \u{b5}s", "most \u{b5}s", "memory max MB"
    );
    tell("alone", &send(&server, &key, size, &mut n_sent, Some(size.rate)).await?, &server)?;
    let is_over = Arc::new(AtomicBool::new(false));
    let copies = std::thread::spawn({
        let (is_over, data, folder) = (Arc::clone(&is_over), data.clone(), folder.to_owned());
        move || copy_until(&is_over, &data, &folder).map_err(|error| error.to_string())
    });
    let beside = send(&server, &key, size, &mut n_sent, Some(size.rate)).await?;
    is_over.store(true, Ordering::Release);
    let copies = copies.join().map_err(|_| "the copies panicked")??;
    tell("beside backups", &beside, &server)?;
    tell("alone again", &send(&server, &key, size, &mut n_sent, Some(size.rate)).await?, &server)?;
    for (bytes, seconds) in &copies {
        println!("a backup: {} MB in {seconds:.2} s", bytes / 1_000_000);
    }
    server.stop()
}

fn tell(name: &str, report: &LoadReport, server: &Process) -> Done<()> {
    let [p50, p99, p999, most] = [0.5, 0.99, 0.999, 1.0].map(|share| report.latency_us(share).unwrap_or(0));
    println!("{name:<16} {p50:>10} {p99:>10} {p999:>10} {most:>10} {:>14}", server.memory_max()? / 1_000_000);
    Ok(())
}

/// Takes one backup after the other; what each took on disk, and how long.
fn copy_until(is_over: &AtomicBool, data: &Path, folder: &Path) -> Done<Vec<(u64, f64)>> {
    let mut copies = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        let place: PathBuf = folder.join(format!("copy-{}", copies.len()));
        let done = Command::new(env!("CARGO_BIN_EXE_rightful"))
            .args(["backup", "--json", "--data"])
            .arg(data)
            .arg(&place)
            .output()?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into());
        }
        let summary: Value = serde_json::from_slice(&done.stdout)?;
        copies.push((summary["bytes"].as_u64().unwrap_or(0), summary["seconds"].as_f64().unwrap_or(0.0)));
        std::fs::remove_dir_all(place)?;
    }
    Ok(copies)
}

/// Fills the folder as fast as answers come, or sends at a rate for as long as is measured.
async fn send(server: &Process, key: &str, size: &Size, n_sent: &mut u64, rate: Option<u64>) -> Done<LoadReport> {
    let n = rate.map_or(size.logins, |rate| rate * size.seconds);
    let (authorization, accounts) = (format!("token {key}"), size.accounts);
    let requests = (*n_sent..*n_sent + n).map(move |nth| login(&authorization, nth, accounts));
    *n_sent += n;
    let plan = LoadPlan {
        address: server.address,
        connections: CONNECTIONS,
        until: LoadEnd::Requests(n),
        rate: rate.map(|rate| rate as f64),
        patience: PATIENCE,
    };
    let report = load::run(plan, requests, Arc::new(|_, _, _| {})).await?;
    match report.statuses.get(&200) {
        Some(ok) if *ok == n => Ok(report),
        _ => Err(format!("not every login was answered: {:?} {:?}", report.statuses, report.failures).into()),
    }
}
