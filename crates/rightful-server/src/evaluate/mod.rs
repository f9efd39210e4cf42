//! Evaluation: a log of logins judged row by row, as a server would have, and measured against its labels.
//!
//! Two passes that share nothing but a file. The first ([`judge`]) reads no label and writes the scores; the second
//! ([`truth`], [`measures`]) reads labels and scores. So no score can know what it is measured by.

mod ahead;
mod bootstrap;
mod event;
mod judge;
mod log;
mod measures;
mod plot;
mod report;
mod results;
mod scores;
mod table;
mod truth;

pub(crate) use plot::{daily_bars, escaped};
pub(crate) use report::STYLE as REPORT_STYLE;

use std::path::{Path, PathBuf};

use rightful_domain::{PolicySource, PolicyVersion};
use rightful_engine::{Policy, PolicyError};
use rightful_enrich::EnrichError;
use serde_json::{Value, json};

use ahead::Ahead;
use judge::Judging;
use results::Results;
use scores::ScoreFile;
use truth::Truth;

/// What to evaluate, and how.
#[derive(Debug)]
pub(crate) struct Options {
    /// The log.
    pub(crate) log: PathBuf,
    /// Where the scores go.
    pub(crate) scores: PathBuf,
    pub(crate) attacks: Attacks,
    pub(crate) inputs: Inputs,
    /// The most rows that are read.
    pub(crate) rows_max: u64,
    /// Where the report goes; none without.
    pub(crate) report: Option<PathBuf>,
    /// A policy's text; the shipped one without.
    pub(crate) policy: Option<PathBuf>,
    /// Another engine's scores, to compare with.
    pub(crate) versus: Option<PathBuf>,
    /// Whether the log is simulated though it names no kinds of attack.
    pub(crate) simulated: bool,
}

/// What becomes of takeovers once they are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attacks {
    /// They are learned like anything else, as far as the engine lets itself be taught.
    Learned,
    /// They are forgotten, as if each had been reported at once.
    Forgotten,
}

/// What of the log judging may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// All columns.
    All,
    /// What the published reference reads: no city, no region, no device token, no failed login.
    Reference,
}

/// Why an evaluation ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvaluateError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}: no column {columns}", path.display())]
    MissingColumns { path: PathBuf, columns: String },
    #[error(
        "{}: none of the columns is there: a log is text in UTF-8, its columns are separated by commas and named in its \
         first line",
        path.display()
    )]
    NoColumns { path: PathBuf },
    #[error("{}: more than one column {columns}", path.display())]
    RepeatedColumns { path: PathBuf, columns: String },
    #[error("{}: more than {} broken lines: is this the right file? {first}", path.display(), log::BAD_LINES_MAX)]
    TooManyBadLines { path: PathBuf, first: String },
    #[error("{}: {message}", path.display())]
    BadScores { path: PathBuf, message: String },
    #[error("{}: {n} judged rows have no score", path.display())]
    MissingScores { path: PathBuf, n: usize },
    #[error("{}: scores are written as plain text: leave out .gz", path.display())]
    PackedScores { path: PathBuf },
    #[error("{}: is no file: scores are written beside it and put in its place when they are complete", path.display())]
    NoFile { path: PathBuf },
    #[error("{}: is read and would be written over: name another file for the scores", path.display())]
    WrittenOver { path: PathBuf },
    #[error("{}: no report without measures: {why}", path.display())]
    NothingToMeasure { path: PathBuf, why: Unmeasured },
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Enrich(#[from] EnrichError),
}

impl EvaluateError {
    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    fn missing(path: &Path, columns: &[&str]) -> Self {
        Self::MissingColumns { path: path.to_owned(), columns: quoted(columns) }
    }

    fn repeated(path: &Path, columns: &[&str]) -> Self {
        Self::RepeatedColumns { path: path.to_owned(), columns: quoted(columns) }
    }
}

fn quoted(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    quoted.join(", ")
}

/// Why there are scores and no measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unmeasured {
    #[error("the log has no column \"{}\"", truth::TAKEOVER)]
    NoLabels,
    #[error("the log is no file, and labels are read in a second pass, once all scores are written")]
    ReadOnce,
    #[error("{0} rows have the index of an earlier row, so that scores and labels cannot be brought together")]
    RepeatedRows(usize),
    #[error("the last third of the log's time has no successful login of a user seen before")]
    NobodyCameBack,
}

/// What an evaluation found.
pub(crate) struct Evaluation {
    judging: Judging,
    results: Result<Results, Unmeasured>,
    /// Successful logins whose label cannot be read: scored, and no part of the measures.
    n_unlabeled: u64,
}

/// Scores a log, and measures the scores where it has labels.
pub(crate) fn evaluate(options: &Options) -> Result<Evaluation, EvaluateError> {
    check_output(options)?;
    let policy = policy(options.policy.as_deref())?;
    // What cannot be read or written is told before the log is gone through, which may take minutes.
    let other = options.versus.as_deref().map(ScoreFile::read).transpose()?;
    if let Some(folder) = &options.report {
        std::fs::create_dir_all(folder).map_err(|source| EvaluateError::file(folder, source))?;
    }
    let ahead = Ahead::look(&options.log, options.rows_max)?;
    let judging = judge::judge(options, &policy, ahead)?;
    let (results, n_unlabeled) = measured(options, other.as_ref(), ahead)?;
    Ok(Evaluation { judging, results, n_unlabeled })
}

/// Leaves nothing of an evaluation that the process will not complete.
pub(crate) fn abandon(options: &Options) {
    scores::discard(&options.scores);
}

/// The scores must not take the place of what is read.
fn check_output(options: &Options) -> Result<(), EvaluateError> {
    // What is not there yet is no other's file.
    let Ok(scores) = options.scores.canonicalize() else { return Ok(()) };
    let inputs = [Some(&options.log), options.versus.as_ref(), options.policy.as_ref()];
    let is_same = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| path == scores);
    match inputs.into_iter().flatten().find(is_same) {
        Some(path) => Err(EvaluateError::WrittenOver { path: path.clone() }),
        None => Ok(()),
    }
}

fn policy(path: Option<&Path>) -> Result<Policy, EvaluateError> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let text = std::fs::read_to_string(path).map_err(|source| EvaluateError::file(path, source))?;
    let version = PolicyVersion { id: path.display().to_string().into(), version: 1 };
    Ok(Policy::parse(&PolicySource { version, text: text.into() })?)
}

/// The second pass: labels beside the scores that are on disk; and how many labels cannot be read.
fn measured(
    options: &Options,
    other: Option<&ScoreFile>,
    ahead: Ahead,
) -> Result<(Result<Results, Unmeasured>, u64), EvaluateError> {
    if !options.log.is_file() {
        return Ok((Err(Unmeasured::ReadOnce), 0));
    }
    if !Truth::is_in(&log::Log::open(&options.log)?) {
        return Ok((Err(Unmeasured::NoLabels), 0));
    }
    let truth = Truth::read(&options.log, options.rows_max, ahead)?;
    let scores = ScoreFile::read(&options.scores)?;
    if scores.n_repeated > 0 {
        return Ok((Err(Unmeasured::RepeatedRows(scores.n_repeated)), truth.n_unlabeled));
    }
    let own = measures::mark(&truth, &scores, &options.scores)?;
    let other = match options.versus.as_deref().zip(other) {
        Some((path, scores)) => Some(measures::mark(&truth, scores, path)?),
        None => None,
    };
    let results = Results::measure(&own, other.as_ref(), options.simulated).ok_or(Unmeasured::NobodyCameBack);
    Ok((results, truth.n_unlabeled))
}

impl Evaluation {
    /// For people.
    pub(crate) fn to_text(&self) -> String {
        let mut text = self.summary();
        match &self.results {
            Ok(results) => text.push_str(&table::text(results)),
            Err(why) => text.push_str(&format!("No measures: {why}.\n")),
        }
        text
    }

    /// For programs: what became of the rows, and the measures, or null and why there are none.
    pub(crate) fn to_json(&self) -> Value {
        let judging = &self.judging;
        json!({
            "rows": judging.n_rows,
            "scored": judging.n_scored,
            "bad_lines": judging.bad.n,
            "bad_lines_quoted": judging.bad.quoted,
            "out_of_order": judging.n_out_of_order,
            "set_aside": judging.set_aside.n,
            "set_aside_lines": judging.set_aside.lines,
            "forgotten": judging.n_forgotten,
            "unlabeled": self.n_unlabeled,
            "seconds": judging.elapsed.as_secs_f64(),
            "rows_per_second": self.rows_per_second(),
            "engine_share": judging.engine_share,
            "memory_share": judging.memory_share,
            "measures": self.results.as_ref().ok().map(Results::to_json),
            "unmeasured": self.results.as_ref().err().map(ToString::to_string),
        })
    }

    fn rows_per_second(&self) -> f64 {
        self.judging.n_rows as f64 / self.judging.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn summary(&self) -> String {
        let judging = &self.judging;
        let mut text = format!(
            "{} rows, {} scored, {:.1} s, {:.0} rows/s ({:.0}% judging, {:.0}% memory)\n",
            judging.n_rows,
            judging.n_scored,
            judging.elapsed.as_secs_f64(),
            self.rows_per_second(),
            judging.engine_share * 100.0,
            judging.memory_share * 100.0,
        );
        if judging.n_forgotten > 0 {
            text.push_str(&format!("{} takeovers forgotten once scored\n", judging.n_forgotten));
        }
        text.push_str(&judging.set_aside.text());
        if judging.n_out_of_order > 0 {
            text.push_str(&format!(
                "{} rows are earlier than the row before them: sort the log by time, or figures mean little\n",
                judging.n_out_of_order
            ));
        }
        if self.n_unlabeled > 0 {
            text.push_str(&format!(
                "{} successful logins are not measured: \"{}\" is neither True nor False there\n",
                self.n_unlabeled,
                truth::TAKEOVER
            ));
        }
        if judging.bad.n > 0 {
            text.push_str(&format!("{} broken lines skipped, the first:\n", judging.bad.n));
            judging.bad.quoted.iter().for_each(|quoted| text.push_str(&format!("  {quoted}\n")));
        }
        text
    }

    /// Writes the report, if one is wanted.
    pub(crate) fn report(&self, options: &Options) -> Result<(), EvaluateError> {
        let Some(folder) = &options.report else { return Ok(()) };
        let results = match &self.results {
            Ok(results) => results,
            Err(why) => return Err(EvaluateError::NothingToMeasure { path: options.log.clone(), why: *why }),
        };
        let written = std::fs::write(folder.join("report.html"), report::html(results, &self.summary(), options))
            .and_then(|()| std::fs::write(folder.join("measures.json"), format!("{:#}\n", self.to_json())));
        written.map_err(|source| EvaluateError::file(folder, source))
    }
}
