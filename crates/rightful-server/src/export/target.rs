//! Where an export goes: beside its file until it is whole, with a note of how far it is, so that it can go on.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::parquet_file::{join, n_features, write};
use super::{Events, ExportError, Format, Row};

/// Rows of one group of a table: tens of megabytes in memory, and enough for columns to be small.
const GROUP_ROWS: usize = 16_384;
/// Bytes after which lines are put on disk and noted, so that little is written twice.
const NOTED_EVERY_BYTES: u64 = 8 << 20;

/// What is exported: another is not gone on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) application_id: String,
    pub(crate) format: Format,
    /// Began after this place.
    pub(crate) after: u64,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    asked: Asked,
    /// All up to this place is on disk.
    after: u64,
    n_events: u64,
    /// Of newline JSON: what is on disk.
    bytes: u64,
    /// Of Parquet: the parts on disk.
    n_parts: u32,
}

/// An export on its way.
pub(crate) struct Target {
    out: PathBuf,
    noted: Noted,
    /// The lines' file.
    lines: Option<File>,
    bytes: u64,
    rows: Vec<Row>,
    n_features: usize,
    n_events: u64,
}

impl Target {
    /// Begins anew; what an earlier one has left is thrown away.
    pub(crate) fn begin(out: &Path, asked: Asked) -> Result<Self, ExportError> {
        let left: Option<Noted> =
            std::fs::read(note_path(out)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        for n in 1..=left.map_or(0, |left| left.n_parts) {
            let _already_gone = std::fs::remove_file(part_path(out, n));
        }
        let noted = Noted { after: asked.after, asked, n_events: 0, bytes: 0, n_parts: 0 };
        let target = Self::new(out, noted)?;
        target.note()?;
        Ok(target)
    }

    /// Goes on with what an earlier one has left.
    pub(crate) fn resume(out: &Path, asked: &Asked) -> Result<Self, ExportError> {
        let path = note_path(out);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ExportError::NothingBegun(path)),
            Err(source) => return Err(ExportError::File { path, source }),
        };
        let noted: Noted = serde_json::from_slice(&text).map_err(|_| ExportError::Damaged(path.clone()))?;
        if noted.asked != *asked {
            return Err(ExportError::AnotherBegun(path));
        }
        Self::new(out, noted)
    }

    fn new(out: &Path, noted: Noted) -> Result<Self, ExportError> {
        let lines = match noted.asked.format {
            Format::Ndjson => Some(lines_file(&partial_path(out), noted.bytes)?),
            Format::Parquet => None,
        };
        let (bytes, n_events) = (noted.bytes, noted.n_events);
        Ok(Self { out: out.to_owned(), noted, lines, bytes, rows: Vec::new(), n_features: n_features(), n_events })
    }

    /// The place to go on after.
    pub(crate) fn after(&self) -> u64 {
        self.noted.after
    }

    /// How many events there are by now.
    pub(crate) fn n_events(&self) -> u64 {
        self.n_events
    }

    /// Takes events, all that there are up to a place.
    pub(crate) fn take(&mut self, events: Events, upto: u64) -> Result<(), ExportError> {
        match events {
            Events::Lines(lines) => {
                let mut text = String::new();
                for line in &lines {
                    text.push_str(line);
                    text.push('\n');
                }
                if let Some(file) = &mut self.lines {
                    file.write_all(text.as_bytes()).map_err(of_file(&partial_path(&self.out)))?;
                }
                self.bytes += text.len() as u64;
                self.n_events += lines.len() as u64;
                if self.bytes - self.noted.bytes >= NOTED_EVERY_BYTES { self.keep(upto) } else { Ok(()) }
            }
            Events::Rows(rows) => {
                if rows.iter().any(|row| row.features.len() != self.n_features) {
                    return Err(ExportError::OtherVersion);
                }
                self.n_events += rows.len() as u64;
                self.rows.extend(rows);
                if self.rows.len() >= GROUP_ROWS { self.keep(upto) } else { Ok(()) }
            }
        }
    }

    /// Puts what there is on disk, and notes it.
    fn keep(&mut self, upto: u64) -> Result<(), ExportError> {
        if let Some(file) = &self.lines {
            file.sync_data().map_err(of_file(&partial_path(&self.out)))?;
        }
        if !self.rows.is_empty() {
            let path = part_path(&self.out, self.noted.n_parts + 1);
            write(&path, &self.rows).map_err(|source| ExportError::Parquet { path, source })?;
            self.rows.clear();
            self.noted.n_parts += 1;
        }
        self.noted.after = upto;
        self.noted.bytes = self.bytes;
        self.noted.n_events = self.n_events;
        self.note()
    }

    fn note(&self) -> Result<(), ExportError> {
        let path = note_path(&self.out);
        let fresh = beside(&self.out, ".partial.json.new");
        let text = serde_json::to_vec(&self.noted).map_err(std::io::Error::other).map_err(of_file(&path))?;
        std::fs::write(&fresh, text).map_err(of_file(&fresh))?;
        std::fs::rename(&fresh, &path).map_err(of_file(&path))
    }

    /// Puts the whole in its place: until then there is nothing, or what was there before.
    pub(crate) fn finish(mut self, upto: u64) -> Result<(), ExportError> {
        self.keep(upto)?;
        let partial = partial_path(&self.out);
        let parts: Vec<PathBuf> = (1..=self.noted.n_parts).map(|n| part_path(&self.out, n)).collect();
        if self.noted.asked.format == Format::Parquet {
            join(&partial, parts.iter()).map_err(|source| ExportError::Parquet { path: partial.clone(), source })?;
        }
        std::fs::rename(&partial, &self.out).map_err(of_file(&self.out))?;
        for path in parts.iter().chain([&note_path(&self.out)]) {
            std::fs::remove_file(path).map_err(of_file(path))?;
        }
        Ok(())
    }
}

/// The lines that are there by now, cut to what was noted of them.
fn lines_file(path: &Path, bytes: u64) -> Result<File, ExportError> {
    let file = File::options().create(true).write(true).truncate(false).open(path).map_err(of_file(path))?;
    if file.metadata().map_err(of_file(path))?.len() < bytes {
        return Err(ExportError::Damaged(path.to_owned()));
    }
    let mut file = file;
    file.set_len(bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(of_file(path))?;
    Ok(file)
}

fn of_file(path: &Path) -> impl Fn(std::io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::File { path: path.clone(), source }
}

fn beside(out: &Path, end: &str) -> PathBuf {
    let mut path = out.as_os_str().to_owned();
    path.push(end);
    path.into()
}

fn partial_path(out: &Path) -> PathBuf {
    beside(out, ".partial")
}

fn note_path(out: &Path) -> PathBuf {
    beside(out, ".partial.json")
}

fn part_path(out: &Path, n: u32) -> PathBuf {
    beside(out, &format!(".partial.{n}"))
}

#[cfg(test)]
mod tests;
