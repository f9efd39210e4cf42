//! A file of scores: written whole or not at all, and read again, ours or another engine's.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use rightful_domain::{Assessment, ReasonCode, Verdict};

use super::EvaluateError;
use super::log::open_text;

/// The buffer before a file, in bytes.
const BUFFER_BYTES: usize = 1 << 18;
/// The most reasons a set can hold: their numbers are the bits of a `u128`.
const REASON_NUMBERS_MAX: u8 = 127;

/// Scores being written, under another name until they are complete.
pub(super) struct ScoreWriter {
    path: PathBuf,
    partial: PathBuf,
    out: BufWriter<File>,
    is_complete: bool,
}

impl ScoreWriter {
    /// Begins a file.
    pub(super) fn create(path: &Path) -> Result<Self, EvaluateError> {
        if path.extension().is_some_and(|extension| extension == "gz") {
            return Err(EvaluateError::PackedScores { path: path.to_owned() });
        }
        // A file is put in the place of what is there: that must not be a device or a pipe, which others use, and behind
        // a link it is the file that is meant.
        let path = behind_links(path);
        if path.metadata().is_ok_and(|about| !about.is_file()) {
            return Err(EvaluateError::NoFile { path });
        }
        let partial = partial_of(&path);
        let file = File::create(&partial).map_err(|source| EvaluateError::file(&path, source))?;
        let out = BufWriter::with_capacity(BUFFER_BYTES, file);
        let mut writer = Self { path, partial, out, is_complete: false };
        writer.try_write(|out| out.write_all(b"row,score,verdict,reasons\n"))?;
        Ok(writer)
    }

    /// Writes one row: the log-odds as they are, not rounded, so that reading gives the same number.
    pub(super) fn write(&mut self, row: i64, assessment: &Assessment) -> Result<(), EvaluateError> {
        let (nats, verdict) = (assessment.log_odds.nats(), assessment.verdict.as_str());
        self.try_write(|out| {
            write!(out, "{row},{nats},{verdict},")?;
            for (place, finding) in assessment.findings.iter().enumerate() {
                if place > 0 {
                    out.write_all(b";")?;
                }
                out.write_all(finding.reason.as_str().as_bytes())?;
            }
            out.write_all(b"\n")
        })
    }

    /// Puts the file in its place, on disk.
    pub(super) fn finish(mut self) -> Result<(), EvaluateError> {
        let done = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        let done = done.and_then(|()| std::fs::rename(&self.partial, &self.path));
        self.is_complete = done.is_ok();
        done.map_err(|source| EvaluateError::file(&self.path, source))
    }

    fn try_write(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
    ) -> Result<(), EvaluateError> {
        write(&mut self.out).map_err(|source| EvaluateError::file(&self.path, source))
    }
}

/// Takes away what this process has written of scores that it does not complete.
pub(super) fn discard(path: &Path) {
    // None is there before the first row and after the last.
    let _may_not_be_there = std::fs::remove_file(partial_of(&behind_links(path)));
}

fn behind_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Under which name this process writes a file.
fn partial_of(path: &Path) -> PathBuf {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    PathBuf::from(partial)
}

impl Drop for ScoreWriter {
    fn drop(&mut self) {
        if !self.is_complete {
            // What is left is named as partial: nobody takes it for a result.
            let _may_stay = std::fs::remove_file(&self.partial);
        }
    }
}

/// What a file says of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub(super) score: f64,
    /// None where the file has no verdicts.
    pub(super) verdict: Option<Verdict>,
    pub(super) reasons: ReasonSet,
}

/// A set of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ReasonSet(u128);

impl ReasonSet {
    fn insert(&mut self, number: u8) {
        if number <= REASON_NUMBERS_MAX {
            self.0 |= 1 << number;
        }
    }

    /// Whether the reason is in it.
    pub(super) fn has(self, reason: ReasonCode) -> bool {
        self.0 >> reason.number() & 1 == 1
    }

    /// Its reasons, in the order of the catalogue.
    pub(super) fn iter(self) -> impl Iterator<Item = ReasonCode> {
        ReasonCode::ALL.into_iter().filter(move |reason| self.has(*reason))
    }
}

/// A file of scores by row.
pub(super) struct ScoreFile {
    /// In order of rows; of equal ones the first of the file.
    rows: Vec<(i64, Scored)>,
    /// How many lines are of a row that the file has before.
    pub(super) n_repeated: usize,
}

impl ScoreFile {
    /// Reads `row,score`, and `verdict` and `reasons` where they are there. A row without a score is skipped.
    pub(super) fn read(path: &Path) -> Result<Self, EvaluateError> {
        let source = open_text(path).map_err(|source| EvaluateError::file(path, source))?;
        let mut lines = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let broken = |message: String| EvaluateError::BadScores { path: path.to_owned(), message };
        let headers = lines.byte_headers().map_err(|error| broken(error.to_string()))?.clone();
        let place = |name: &str| headers.iter().position(|header| header.trim_ascii() == name.as_bytes());
        let required = |name: &'static str| place(name).ok_or_else(|| EvaluateError::missing(path, &[name]));
        let columns = Columns {
            row: required("row")?,
            score: required("score")?,
            verdict: place("verdict"),
            reasons: place("reasons"),
            numbers: ReasonCode::ALL.into_iter().map(|reason| (reason.as_str(), reason.number())).collect(),
        };
        let (mut rows, mut record) = (Vec::new(), ByteRecord::new());
        while lines.read_byte_record(&mut record).map_err(|error| broken(error.to_string()))? {
            if field(&record, columns.score).is_empty() {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            rows.push(columns.read(&record).map_err(|fault| broken(format!("line {line}, {fault}")))?);
        }
        // A stable sort: of equal rows the first stays first, and is the one found.
        rows.sort_by_key(|(row, _)| *row);
        let n_lines = rows.len();
        rows.dedup_by_key(|(row, _)| *row);
        Ok(Self { n_repeated: n_lines - rows.len(), rows })
    }

    /// What it says of a row; None if nothing.
    pub(super) fn get(&self, row: i64) -> Option<Scored> {
        let place = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.rows.get(place).map(|(_, scored)| *scored)
    }
}

struct Columns {
    row: usize,
    score: usize,
    verdict: Option<usize>,
    reasons: Option<usize>,
    numbers: HashMap<&'static str, u8>,
}

impl Columns {
    fn read(&self, record: &ByteRecord) -> Result<(i64, Scored), &'static str> {
        let row = field(record, self.row).parse().map_err(|_| "column \"row\": is no number")?;
        let score: f64 = field(record, self.score).parse().map_err(|_| "column \"score\": is no number")?;
        if score.is_nan() {
            return Err("column \"score\": is no number");
        }
        let mut reasons = ReasonSet::default();
        for word in self.reasons.map_or("", |column| field(record, column)).split(';') {
            if let Some(number) = self.numbers.get(word) {
                reasons.insert(*number);
            }
        }
        let verdict = self.verdict.and_then(|column| Verdict::parse(field(record, column)));
        Ok((row, Scored { score, verdict, reasons }))
    }
}

fn field(record: &ByteRecord, column: usize) -> &str {
    record.get(column).and_then(|field| std::str::from_utf8(field).ok()).map_or("", str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_engine_wrote_is_read_by_name_and_the_first_of_equal_rows_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scores.csv");
        std::fs::write(&file, "score,row\n1.5,7\n-0.25,3\n,4\n9,7\n").unwrap();
        let scores = ScoreFile::read(&file).unwrap();
        let score = |row| scores.get(row).map(|scored| scored.score);
        assert_eq!((score(3), score(4), score(7), score(8)), (Some(-0.25), None, Some(1.5), None));
        assert_eq!(scores.n_repeated, 1);
    }

    #[test]
    fn every_reason_fits_a_set() {
        for reason in ReasonCode::ALL {
            let mut set = ReasonSet::default();
            set.insert(reason.number());
            assert_eq!(set.iter().collect::<Vec<_>>(), [reason]);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        drop(ScoreWriter::create(&folder.path().join("scores.csv")).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
