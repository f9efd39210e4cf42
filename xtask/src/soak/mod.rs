//! The soak: kill the server again and again under load, and look for every login it acknowledged.
//!
//! A round starts the server on the same data folder, measures how long it takes to be ready, sends again what the last
//! kill left without an answer (as a client would), looks for every login that was acknowledged since the last start,
//! then loads it and kills it at a moment that the seed chose. At the end the whole ledger is read once. A login that
//! was acknowledged and is not found, or is found twice, fails the soak; so does a start that takes too long.

mod logins;
mod options;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rightful_sim::http::HttpError;
use rightful_sim::load::{self, LoadEnd, LoadPlan};

use logins::{Answers, Logins};
pub use options::Options;
use server::{Keys, Server, Site};

/// A start may take this long, whatever the kill left behind.
pub const READY_MAX: Duration = Duration::from_secs(5);
/// Connections that load and look.
const CONNECTIONS: usize = 8;
/// How long an answer may take; the machine may be slow, but not so slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// When the kill comes after the load began, in ms.
const KILL_AFTER_MS: std::ops::Range<u64> = 50..1_500;
/// One start in so many is killed, too, before it is ready.
const START_KILLED_ONE_IN: u32 = 8;
/// When that kill comes, in ms.
const START_KILL_AFTER_MS: std::ops::Range<u64> = 0..60;

/// Why the soak could not be run to its end.
#[derive(Debug)]
pub enum SoakError {
    /// The arguments.
    Usage(String),
    /// A file or a process.
    Io {
        /// What was tried.
        what: String,
        /// What came of it.
        source: io::Error,
    },
    /// The server's answers.
    Http(HttpError),
    /// The server did something that no round should see.
    Server(String),
}

impl fmt::Display for SoakError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(f, "{what}\n{}", options::USAGE),
            Self::Io { what, source } => write!(f, "{what}: {source}"),
            Self::Http(error) => write!(f, "asking the server: {error}"),
            Self::Server(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for SoakError {}

impl From<HttpError> for SoakError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// What came of one round.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Round {
    /// From 1; the last look after the last kill counts as one.
    pub number: u32,
    /// From the start of the process to the first "ready".
    pub ready: Duration,
    /// Logins of the round before that were sent again, since the kill left them without an answer.
    pub n_repeated: usize,
    /// Logins that were looked for.
    pub n_sought: usize,
    /// Of those, how many were not found.
    pub n_lost: usize,
    /// Of those, how many were found more than once.
    pub n_doubled: usize,
    /// Logins that were acknowledged before the kill.
    pub n_acknowledged: usize,
    /// How long the load had lasted when the kill came; zero in the last look.
    pub killed_after: Duration,
}

impl Round {
    /// Whether all is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.n_lost == 0 && self.n_doubled == 0 && self.ready < READY_MAX
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, ready_ms, n_again) = (self.number, self.ready.as_millis(), self.n_repeated);
        write!(f, "round {number:>3}  ready {ready_ms:>5} ms  sent again {n_again:>2}")?;
        write!(f, "  sought {:>6}  lost {}  doubled {}", self.n_sought, self.n_lost, self.n_doubled)?;
        if self.killed_after > Duration::ZERO {
            let (n, after_ms) = (self.n_acknowledged, self.killed_after.as_millis());
            write!(f, "  |  acknowledged {n:>6}  killed after {after_ms:>4} ms")?;
        }
        f.write_str(if self.is_good() { "" } else { "  FAILED" })
    }
}

/// What came of all rounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Rounds, each with its kill.
    pub n_rounds: u32,
    /// Rounds that were not good.
    pub n_failed: u32,
    /// Logins that were acknowledged, in all.
    pub n_acknowledged: usize,
    /// The slowest start.
    pub ready_max: Duration,
    /// Logins that the last reading of the whole ledger did not find.
    pub n_lost: usize,
    /// Logins that it found more than once.
    pub n_doubled: usize,
    /// Entries of the ledger.
    pub n_entries: usize,
}

impl Summary {
    /// Whether every acknowledged login was found exactly once, every time.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.n_failed == 0 && self.n_lost == 0 && self.n_doubled == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rounds, {} failed; {} logins acknowledged, {} entries in the ledger, {} lost, {} doubled; slowest start {} ms",
            self.n_rounds,
            self.n_failed,
            self.n_acknowledged,
            self.n_entries,
            self.n_lost,
            self.n_doubled,
            self.ready_max.as_millis(),
        )
    }
}

/// Runs the soak; `tell` hears of each round as it ends.
pub async fn run(options: &Options, tell: &mut dyn FnMut(&Round)) -> Result<Summary, SoakError> {
    let site = Site::prepare(options.binary.as_deref(), options.folder.clone())?;
    let mut soak = Soak {
        keys: site.create_application()?,
        site,
        rng: ChaCha8Rng::seed_from_u64(options.seed),
        sent: Sent::default(),
        all: BTreeSet::new(),
    };
    let mut summary = Summary { n_rounds: options.rounds, ..Summary::default() };
    for number in 1..=options.rounds {
        let (server, mut round) = soak.look_again(number).await?;
        soak.load_and_kill(server, options.seed, &mut round).await?;
        summary.add(&round, tell);
    }
    let (server, round) = soak.look_again(options.rounds + 1).await?;
    summary.add(&round, tell);
    soak.read_ledger(&server, &mut summary).await?;
    summary.n_acknowledged = soak.all.len();
    server.kill()?;
    if summary.is_good() && options.folder.is_none() {
        soak.site.remove()?;
    }
    Ok(summary)
}

impl Summary {
    fn add(&mut self, round: &Round, tell: &mut dyn FnMut(&Round)) {
        self.n_failed += u32::from(!round.is_good());
        self.ready_max = self.ready_max.max(round.ready);
        tell(round);
    }
}

struct Soak {
    site: Site,
    keys: Keys,
    rng: ChaCha8Rng,
    sent: Sent,
    /// Every login that was ever acknowledged.
    all: BTreeSet<String>,
}

/// What was sent since the last start.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Acknowledged.
    acknowledged: BTreeSet<String>,
    /// Not, or not yet: the whole requests, to be sent again.
    unanswered: BTreeMap<String, Vec<u8>>,
    /// Answers that were no acknowledgement, by status: there should be none.
    refused: BTreeMap<u16, u64>,
}

impl Soak {
    /// Starts the server, and looks for everything that was acknowledged since the last start.
    async fn look_again(&mut self, number: u32) -> Result<(Server, Round), SoakError> {
        if self.rng.random_ratio(1, START_KILLED_ONE_IN) {
            let server = self.site.start()?;
            tokio::time::sleep(Duration::from_millis(self.rng.random_range(START_KILL_AFTER_MS))).await;
            server.kill()?;
        }
        let mut server = self.site.start()?;
        let ready = server.wait_until_ready().await?;
        let sent = std::mem::take(&mut self.sent);
        let mut round = Round { number, ready, n_repeated: sent.unanswered.len(), ..Round::default() };
        let mut sought = sent.acknowledged;
        sought.extend(send_again(&server, sent.unanswered).await?);
        let found = Answers::look_for(&server, &self.keys, &sought).await?;
        round.n_sought = sought.len();
        round.n_lost = found.n_lost;
        round.n_doubled = found.n_doubled;
        self.all.append(&mut sought);
        Ok((server, round))
    }

    /// Loads the server and kills it at a moment that the seed chose.
    async fn load_and_kill(&mut self, server: Server, seed: u64, round: &mut Round) -> Result<(), SoakError> {
        round.killed_after = Duration::from_millis(self.rng.random_range(KILL_AFTER_MS));
        let sent = Arc::new(Mutex::new(Sent::default()));
        let logins = Logins::new((seed, round.number), &self.keys, Arc::clone(&sent));
        let noted = Arc::clone(&sent);
        let on_answer = move |request: &[u8], status: u16, _: &[u8]| {
            logins::note(&mut noted.lock().unwrap_or_else(PoisonError::into_inner), request, status);
        };
        let load = load::run(plan(&server, LoadEnd::Requests(u64::MAX)), logins, Arc::new(on_answer));
        let kill = async {
            tokio::time::sleep(round.killed_after).await;
            server.kill()
        };
        let (report, killed) = tokio::join!(load, kill);
        report?;
        killed?;
        let sent = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some((status, n)) = sent.refused.first_key_value() {
            return Err(SoakError::Server(format!("{n} logins were answered with status {status}")));
        }
        round.n_acknowledged = sent.acknowledged.len();
        self.sent = sent;
        Ok(())
    }

    /// Reads the whole ledger once: every login that was ever acknowledged must be in it exactly once.
    async fn read_ledger(&self, server: &Server, summary: &mut Summary) -> Result<(), SoakError> {
        let entries = Answers::read_ledger(server, &self.keys).await?;
        summary.n_entries = entries.values().map(|n| *n as usize).sum();
        summary.n_lost = self.all.iter().filter(|id| !entries.contains_key(*id)).count();
        summary.n_doubled = entries.values().filter(|n| **n > 1).count();
        Ok(())
    }
}

/// Sends again what got no answer, as a client would; all of it must be acknowledged now.
async fn send_again(server: &Server, unanswered: BTreeMap<String, Vec<u8>>) -> Result<Vec<String>, SoakError> {
    let (ids, requests): (Vec<String>, Vec<Vec<u8>>) = unanswered.into_iter().unzip();
    let n = ids.len() as u64;
    let report = load::run(plan(server, LoadEnd::Requests(n)), requests.into_iter(), Arc::new(|_, _, _| ())).await?;
    if report.statuses.get(&200).copied().unwrap_or_default() != n {
        let (answers, failures) = (&report.statuses, &report.failures);
        return Err(SoakError::Server(format!("sent {n} logins again and got {answers:?}, {failures:?}")));
    }
    Ok(ids)
}

fn plan(server: &Server, until: LoadEnd) -> LoadPlan {
    LoadPlan { address: server.address, connections: CONNECTIONS, until, rate: None, patience: PATIENCE }
}

/// The folder in which a soak works if none is given: a new one each time, under the system's own.
fn scratch_folder() -> PathBuf {
    std::env::temp_dir().join(format!("rightful-soak-{}", std::process::id()))
}
