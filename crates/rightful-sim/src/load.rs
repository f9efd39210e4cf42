//! A load generator: so many connections, each with one request under way, in a hurry or at a stated rate.
//!
//! At a stated rate, an answer's time counts from when the request was due, so that a server that stalls cannot hide
//! the requests that had to wait meanwhile.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::http::{Connection, HttpError};

/// The most latencies that are kept, over all connections; 4 bytes each.
pub const LATENCIES_MAX: usize = 8_000_000;
/// A connection that fails so often in a row gives up: the server is gone.
const FAILURES_IN_A_ROW_MAX: u32 = 3;

/// How to load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadPlan {
    /// Whom: a loopback address.
    pub address: SocketAddr,
    /// Over how many connections.
    pub connections: usize,
    /// Until when; it also ends when the requests run out.
    pub until: LoadEnd,
    /// Requests per second over all connections, evenly spaced; None: as fast as answers come.
    pub rate: Option<f64>,
    /// How long an answer may take.
    pub patience: Duration,
}

/// When a load ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadEnd {
    /// After so many requests.
    Requests(u64),
    /// After so long; requests under way are finished.
    Elapsed(Duration),
}

/// What came of a load.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadReport {
    /// Answers' times in µs, shortest first; saturated at 71 minutes.
    pub latencies_us: Vec<u32>,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without an answer, by why.
    pub failures: BTreeMap<&'static str, u64>,
    /// From the first request to the last answer.
    pub elapsed: Duration,
}

impl LoadReport {
    /// How many answers came.
    #[must_use]
    pub fn n_answers(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// How many requests got no answer.
    #[must_use]
    pub fn n_failures(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Answers per second.
    #[must_use]
    pub fn answers_per_s(&self) -> f64 {
        self.n_answers() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// The time in which this share of the answers came, in µs: 0.5, 0.99, 0.999. None without answers.
    #[must_use]
    pub fn latency_us(&self, quantile: f64) -> Option<u32> {
        let last = self.latencies_us.len().checked_sub(1)?;
        // The nearest rank: the smallest time that at least this share of the answers kept to.
        let rank = (quantile.clamp(0.0, 1.0) * self.latencies_us.len() as f64).ceil() as usize;
        self.latencies_us.get(rank.saturating_sub(1).min(last)).copied()
    }

    fn absorb(&mut self, mut other: Self) {
        let room = LATENCIES_MAX.saturating_sub(self.latencies_us.len());
        other.latencies_us.truncate(room);
        self.latencies_us.append(&mut other.latencies_us);
        for (status, n) in other.statuses {
            *self.statuses.entry(status).or_default() += n;
        }
        for (why, n) in other.failures {
            *self.failures.entry(why).or_default() += n;
        }
    }
}

/// What is told of each answer: the request's bytes, the status, the body.
pub type OnAnswer = dyn Fn(&[u8], u16, &[u8]) + Send + Sync;

/// Loads a server with requests that [`crate::http::request`] wrote, each sent once, and waits for the end.
///
/// `on_answer` is called on the connection's own task, so it should be quick.
pub async fn run<Requests>(
    plan: LoadPlan,
    requests: Requests,
    on_answer: Arc<OnAnswer>,
) -> Result<LoadReport, HttpError>
where
    Requests: Iterator + Send + 'static,
    Requests::Item: AsRef<[u8]> + Send,
{
    let queue = Arc::new(Mutex::new(Queue { requests, n_taken: 0 }));
    let start = Instant::now();
    let mut connections = JoinSet::new();
    for _ in 0..plan.connections {
        let connection = Connection::new(plan.address, plan.patience)?;
        connections.spawn(drive(plan, start, connection, Arc::clone(&queue), Arc::clone(&on_answer)));
    }
    let mut report = LoadReport::default();
    while let Some(part) = connections.join_next().await {
        // A task ends early only by a panic in `on_answer`, which is the caller's to see.
        report.absorb(part.map_err(|source| HttpError::Broken(std::io::Error::other(source)))?);
    }
    report.elapsed = start.elapsed();
    report.latencies_us.sort_unstable();
    Ok(report)
}

/// The requests that no connection has taken yet.
struct Queue<Requests> {
    requests: Requests,
    n_taken: u64,
}

impl<Requests: Iterator> Queue<Requests> {
    /// The next request and when it is due; None at the end.
    fn take(&mut self, plan: &LoadPlan, start: Instant) -> Option<(Requests::Item, Option<Instant>)> {
        let due = plan.rate.map(|rate| start + Duration::from_secs_f64(self.n_taken as f64 / rate.max(1e-6)));
        let is_over = match plan.until {
            LoadEnd::Requests(n) => self.n_taken >= n,
            LoadEnd::Elapsed(elapsed) => due.unwrap_or_else(Instant::now) >= start + elapsed,
        };
        if is_over {
            return None;
        }
        self.n_taken += 1;
        Some((self.requests.next()?, due))
    }
}

async fn drive<Requests>(
    plan: LoadPlan,
    start: Instant,
    mut connection: Connection,
    queue: Arc<Mutex<Queue<Requests>>>,
    on_answer: Arc<OnAnswer>,
) -> LoadReport
where
    Requests: Iterator + Send + 'static,
    Requests::Item: AsRef<[u8]> + Send,
{
    let mut report = LoadReport::default();
    let mut failures_in_a_row = 0;
    while failures_in_a_row < FAILURES_IN_A_ROW_MAX {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).take(&plan, start);
        let Some((request, due)) = next else { break };
        let began = wait_until(due).await;
        match connection.exchange(request.as_ref()).await {
            Ok(answer) => {
                failures_in_a_row = 0;
                report.latencies_us.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                *report.statuses.entry(answer.status).or_default() += 1;
                on_answer(request.as_ref(), answer.status, answer.body);
            }
            Err(error) => {
                failures_in_a_row += 1;
                *report.failures.entry(failure_name(&error)).or_default() += 1;
            }
        }
    }
    report
}

/// Waits for a request to be due; returns the moment from which its answer's time counts.
///
/// One that had to wait for a free connection counts from when it was due. One that was waited for counts from waking,
/// since the timer's slack of up to 1 ms is not the server's.
async fn wait_until(due: Option<Instant>) -> Instant {
    let now = Instant::now();
    match due {
        Some(due) if due > now => {
            tokio::time::sleep_until(due.into()).await;
            Instant::now()
        }
        Some(due) => due,
        None => now,
    }
}

const fn failure_name(error: &HttpError) -> &'static str {
    match error {
        HttpError::NotLoopback(_) => "not loopback",
        HttpError::Connect(_) => "cannot connect",
        HttpError::Broken(_) => "connection broke",
        HttpError::Timeout => "no answer in time",
        HttpError::Malformed(_) => "malformed answer",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::http::{body_of, request};

    /// Answers every request with its own body and status 200; requests must fit one read.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut seen = vec![0; 4096];
                    while let Ok(n @ 1..) = stream.read(&mut seen).await {
                        let body = body_of(&seen[..n]);
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("an open connection");
                    }
                });
            }
        });
        address
    }

    fn plan(address: SocketAddr, until: LoadEnd, rate: Option<f64>) -> LoadPlan {
        LoadPlan { address, connections: 4, until, rate, patience: Duration::from_secs(5) }
    }

    fn numbered() -> impl Iterator<Item = Vec<u8>> + Send {
        (0_u64..).map(|n| request("POST", "/", &[], n.to_string().as_bytes()))
    }

    #[tokio::test]
    async fn each_request_is_sent_once_and_its_answer_told_with_it() {
        let sum = Arc::new(AtomicU64::new(0));
        let told = Arc::clone(&sum);
        let on_answer = move |request: &[u8], _: u16, body: &[u8]| {
            assert_eq!(body_of(request), body);
            let n: u64 = std::str::from_utf8(body).expect("text").parse().expect("a number");
            told.fetch_add(n, Ordering::Relaxed);
        };
        let plan = plan(echo().await, LoadEnd::Requests(1_000), None);
        let report = run(plan, numbered(), Arc::new(on_answer)).await.expect("loopback");
        assert_eq!((report.n_answers(), report.n_failures(), report.latencies_us.len()), (1_000, 0, 1_000));
        assert_eq!(sum.load(Ordering::Relaxed), 999 * 1_000 / 2);
        assert_eq!(report.statuses, BTreeMap::from([(200, 1_000)]));
    }

    #[tokio::test]
    async fn a_stated_rate_and_time_say_how_many_requests_there_are() {
        let plan = plan(echo().await, LoadEnd::Elapsed(Duration::from_millis(100)), Some(500.0));
        let report = run(plan, numbered(), Arc::new(|_, _, _| ())).await.expect("loopback");
        assert_eq!(report.n_answers(), 50);
    }

    #[tokio::test]
    async fn the_load_ends_with_its_requests() {
        let plan = plan(echo().await, LoadEnd::Requests(u64::MAX), None);
        let report = run(plan, numbered().take(7), Arc::new(|_, _, _| ())).await.expect("loopback");
        assert_eq!(report.n_answers(), 7);
    }

    #[tokio::test]
    async fn when_nobody_answers_it_gives_up() {
        let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
        let plan = plan(gone, LoadEnd::Requests(u64::MAX), None);
        let report = run(plan, numbered(), Arc::new(|_, _, _| ())).await.expect("loopback");
        assert_eq!(report.failures, BTreeMap::from([("cannot connect", 4 * u64::from(FAILURES_IN_A_ROW_MAX))]));
    }

    #[tokio::test]
    async fn another_machine_is_refused() {
        let plan = plan("192.0.2.1:80".parse().expect("an address"), LoadEnd::Requests(1), None);
        assert!(matches!(run(plan, numbered(), Arc::new(|_, _, _| ())).await, Err(HttpError::NotLoopback(_))));
    }

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let report = LoadReport { latencies_us: (1..=1_000).collect(), ..LoadReport::default() };
        for (quantile, us) in [(0.0, 1), (0.5, 500), (0.99, 990), (0.999, 999), (1.0, 1_000)] {
            assert_eq!(report.latency_us(quantile), Some(us), "{quantile}");
        }
        assert_eq!(LoadReport::default().latency_us(0.5), None);
    }
}
