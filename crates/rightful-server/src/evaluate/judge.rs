//! The run itself: each row is scored before it is learned, in the order of the file, by what a server would do.
//!
//! The application is one that observes: nobody is challenged, so what would have been is learned after its quarantine
//! without a report, and what would have been denied is not.

use std::time::{Duration, Instant};

use rightful_domain::{Allowances, ApplicationId, ApplicationMode, Entry, Facts, Outcome, Teaching, Timestamp};
use rightful_engine::Policy;
use rightful_store::Rehearsal;

use super::ahead::{Ahead, SetAside};
use super::event::EventMaker;
use super::log::{BadLines, Line, Log, Login, LoginColumns};
use super::scores::ScoreWriter;
use super::truth::{LABELS, TAKEOVER, is_takeover};
use super::{Attacks, EvaluateError, Inputs, Options};
use crate::progress::Progress;

/// One row in so many is timed, so that timing costs nothing.
const TIMED_EVERY: u64 = 64;
/// The application that a log is of.
const APPLICATION: &str = "evaluation";

/// What became of the rows.
#[derive(Debug, Default)]
pub(super) struct Judging {
    /// Rows read, the broken among them.
    pub(super) n_rows: u64,
    pub(super) n_scored: u64,
    /// Rows that happened before the row above them.
    pub(super) n_out_of_order: u64,
    /// Rows that were not judged, as their clock is ahead of the log's.
    pub(super) set_aside: SetAside,
    /// Takeovers that were forgotten.
    pub(super) n_forgotten: u64,
    pub(super) bad: BadLines,
    pub(super) elapsed: Duration,
    /// The part of the time spent judging, and recalling and remembering; estimated.
    pub(super) engine_share: f64,
    pub(super) memory_share: f64,
}

/// Scores every row of a log but those that are ahead of it.
pub(super) fn judge(options: &Options, policy: &Policy, ahead: Ahead) -> Result<Judging, EvaluateError> {
    let mut log = Log::open(&options.log)?;
    let columns = LoginColumns::find(&log)?;
    log.refuse_repeated(&LABELS)?;
    let takeover = match options.attacks {
        Attacks::Learned => None,
        Attacks::Forgotten => {
            Some(log.column(TAKEOVER).ok_or_else(|| EvaluateError::missing(&options.log, &[TAKEOVER]))?)
        }
    };
    let mut writer = ScoreWriter::create(&options.scores)?;
    let mut judge = Judge::new(options.inputs, policy)?;
    let mut judging = Judging::default();
    let mut progress = Progress::begin();
    let (n_bytes, mut latest) = (log.bytes, Timestamp::default());
    while judging.n_rows < options.rows_max {
        progress.show(judging.n_rows, log.bytes_read(), n_bytes);
        let Some(line) = log.next()? else { break };
        judging.n_rows += 1;
        let login = match columns.read(line) {
            Ok(login) => login,
            Err(bad) => {
                judging.bad.note(&options.log, line.number(), &bad)?;
                continue;
            }
        };
        if ahead.has(login.at) {
            judging.set_aside.note(line.number());
            continue;
        }
        judging.n_out_of_order += u64::from(login.at < latest);
        latest = login.at;
        if options.inputs == Inputs::Reference && !login.succeeded {
            continue;
        }
        let whose = |line: Line<'_>| match takeover.and_then(|column| is_takeover(line, column)) {
            None => Whose::Unknown,
            Some(true) => Whose::Intruder,
            Some(false) => Whose::Owner,
        };
        judging.n_forgotten += u64::from(judge.row(&login, &mut writer, || whose(line))?);
        judging.n_scored += 1;
    }
    writer.finish()?;
    judging.elapsed = progress.end();
    judge.clock.tell(&mut judging);
    Ok(judging)
}

/// What a server would have beside its HTTP.
struct Judge<'a> {
    maker: EventMaker,
    memory: Rehearsal,
    policy: &'a Policy,
    clock: SampledClock,
}

impl<'a> Judge<'a> {
    fn new(inputs: Inputs, policy: &'a Policy) -> Result<Self, EvaluateError> {
        let application = ApplicationId::new(APPLICATION).expect("a plain word is an id");
        let mut memory = Rehearsal::new();
        memory.keep_aggregates(&application, policy.rules().aggregates());
        let maker = EventMaker::new(application, inputs)?;
        Ok(Self { maker, memory, policy, clock: SampledClock::default() })
    }

    /// Scores a row, and then learns it, unless it turns out to have been a takeover; true if it was forgotten.
    fn row(
        &mut self,
        login: &Login<'_>,
        writer: &mut ScoreWriter,
        whose: impl FnOnce() -> Whose,
    ) -> Result<bool, EvaluateError> {
        self.clock.begin_row();
        let (mut event, enrichment) = self.maker.make(login, self.clock.n_rows);
        let now = event.at;
        let begun = self.clock.look();
        let history = self.memory.recall(&event, &enrichment, now);
        let recalled = self.clock.look();
        event.account = event.account.or_else(|| history.resolved_account.clone());
        let facts = Facts { event, enrichment, history, allowances: Allowances::default(), now };
        let mut assessment = rightful_engine::assess(&facts, self.policy);
        let assessed = self.clock.look();
        assessment.answered = Some(ApplicationMode::Observe.answered(assessment.verdict));
        writer.write(login.row, &assessment)?;
        let written = self.clock.look();
        // Only now, with the score on its way to the disk, is the label looked at.
        let whose = whose();
        let succeeded = facts.event.outcome == Outcome::Succeeded;
        if whose == Whose::Intruder {
            self.memory.forget(&facts.event);
        } else {
            let mut entry = Entry::judged(facts, assessment, None);
            if whose == Whose::Owner && succeeded {
                entry.teaching = Teaching::Learn;
            }
            self.memory.record(&entry);
        }
        let is_forgotten = whose == Whose::Intruder;
        self.clock.note([begun, recalled, assessed, written, self.clock.look()]);
        Ok(is_forgotten)
    }
}

/// Whose a login was, as far as the label is looked at once the login is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Not looked at, or not to be read: profiles learn as they would in life.
    Unknown,
    /// The owner's: learned at once, as if a challenge had been passed.
    Owner,
    /// Somebody else's: never learned.
    Intruder,
}

/// Times one row in so many.
#[derive(Default)]
struct SampledClock {
    n_rows: u64,
    engine: Duration,
    memory: Duration,
}

impl SampledClock {
    fn begin_row(&mut self) {
        self.n_rows += 1;
    }

    fn look(&self) -> Option<Instant> {
        self.n_rows.is_multiple_of(TIMED_EVERY).then(Instant::now)
    }

    fn note(&mut self, looks: [Option<Instant>; 5]) {
        let [Some(begun), Some(recalled), Some(assessed), Some(written), Some(recorded)] = looks else { return };
        self.engine += assessed - recalled;
        self.memory += (recalled - begun) + (recorded - written);
    }

    fn tell(&self, judging: &mut Judging) {
        let share = |part: Duration| {
            (part.as_secs_f64() * TIMED_EVERY as f64 / judging.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)).min(1.0)
        };
        (judging.engine_share, judging.memory_share) = (share(self.engine), share(self.memory));
    }
}
