//! `rightful list`: whom an application lets in, keeps out and watches.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};

use rightful_dialects::{CsvLineEnd, CsvLines, is_list_header, wrong_list_header};

use super::app::{OfApplication, ask, is_served, unexpected};
use super::{CommandError, answer};
use crate::config::Config;
use crate::desk::{Answer, Command};
use crate::desk_lists::{ListAnswer, ListCommand, Report, ShownList, format_of};

/// Lines sent to a running server at a time.
const LINES_AT_ONCE: usize = 10_000;
/// Bytes of lines sent at a time: what a control command may hold, as JSON text.
const BYTES_AT_ONCE: usize = 1 << 20;
/// Entries asked for at a time.
const PAGE: usize = 5_000;
/// Lines that are wrong and are shown.
const REFUSED_SHOWN_MAX: usize = 20;
/// How often a progress bar moves.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// How long it is.
const BAR_WIDTH: usize = 30;

/// Manage the lists of an application.
#[derive(Debug, Subcommand)]
pub(super) enum Lists {
    /// Make a list, or change its effect and note
    Create(Create),
    /// Drop a list with all that is on it
    Drop(Named),
    /// Put entries on a list
    Add(Add),
    /// Take entries off a list
    Remove(Remove),
    /// Show all lists, or what is on one
    Show(Show),
    /// Put all lines of a file on a list; `-` is standard input
    Import(Import),
    /// Write all that is on a list to standard output
    Export(Export),
    /// Show which lists something is on
    Lookup(LookUp),
}

/// Make a list.
#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
    /// What being on it does: allow, block or watch
    #[arg(long)]
    effect: String,
    /// What is on it: account, device, address, asn, country, email_domain or payee
    #[arg(long)]
    of: String,
    /// What it is for
    #[arg(long)]
    note: Option<String>,
}

/// One list.
#[derive(Debug, Args)]
pub(super) struct Named {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
}

/// Put entries on a list.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
    /// Who or what
    #[arg(required = true)]
    values: Vec<String>,
    /// When they no longer count: 2026-12-31T00:00:00Z
    #[arg(long)]
    expires_at: Option<String>,
    /// Why
    #[arg(long)]
    note: Option<String>,
    /// Who puts them there
    #[arg(long)]
    author: Option<String>,
}

/// Take entries off a list.
#[derive(Debug, Args)]
pub(super) struct Remove {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
    /// Who or what
    #[arg(required = true)]
    values: Vec<String>,
}

/// Show lists.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name; all lists without
    name: Option<String>,
    /// Show so many entries at most
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Begin after this entry
    #[arg(long)]
    after: Option<String>,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// value,expires_at,note,author; a header may name the columns
    Csv,
    /// One JSON object a line
    Ndjson,
}

/// Put the lines of a file on a list.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
    /// The file
    file: PathBuf,
    /// How it is written; as its name ends, else CSV
    #[arg(long)]
    format: Option<Format>,
}

/// Write what is on a list.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    whose: OfApplication,
    /// The list's name
    name: String,
    /// How to write it
    #[arg(long, default_value = "csv")]
    format: Format,
}

/// Show which lists something is on.
#[derive(Debug, Args)]
pub(super) struct LookUp {
    #[command(flatten)]
    whose: OfApplication,
    /// What it is: account, device, address, asn, country, email_domain or payee
    of: String,
    /// How it is called
    value: String,
}

impl Lists {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Create(Create { whose, name, effect, of, note }) => {
                let asked = Asked::of(whose)?;
                asked.print_lists(asked.ask(ListCommand::Keep { name, effect, of, note })?)
            }
            Self::Drop(Named { whose, name }) => {
                let asked = Asked::of(whose)?;
                asked.print_removed(asked.ask(ListCommand::Drop { name })?)
            }
            Self::Add(add) => add.run(),
            Self::Remove(Remove { whose, name, values }) => {
                let asked = Asked::of(whose)?;
                asked.print_removed(asked.ask(ListCommand::Take { name, values })?)
            }
            Self::Show(Show { whose, name: None, .. }) => {
                let asked = Asked::of(whose)?;
                asked.print_lists(asked.ask(ListCommand::All)?)
            }
            Self::Show(Show { whose, name: Some(name), limit, after }) => {
                let asked = Asked::of(whose)?;
                asked.write_entries(&name, !asked.json, after, limit)
            }
            Self::Import(import) => import.run(),
            Self::Export(Export { whose, name, format }) => {
                Asked::of(whose)?.write_entries(&name, format == Format::Csv, None, usize::MAX)
            }
            Self::Lookup(LookUp { whose, of, value }) => {
                let asked = Asked::of(whose)?;
                asked.print_found(asked.ask(ListCommand::LookUp { of, value })?)
            }
        }
    }
}

impl Add {
    fn run(self) -> Result<(), CommandError> {
        let asked = Asked::of(self.whose)?;
        let line = |value: &String| {
            let (expires_at, note, author) = (&self.expires_at, &self.note, &self.author);
            serde_json::json!({ "value": value, "expires_at": expires_at, "note": note, "author": author }).to_string()
        };
        let lines = self.values.iter().map(line).collect::<Vec<_>>().join("\n");
        match asked.ask(ListCommand::Put { name: self.name, csv: false, lines })? {
            ListAnswer::Put(report) => {
                let value =
                    |line: u64| usize::try_from(line).ok().and_then(|line| self.values.get(line.checked_sub(1)?));
                asked.print_report(&report, |line| value(line).map_or_else(|| format!("line {line}"), String::clone))
            }
            _ => unexpected_answer(),
        }
    }
}

/// Whose lists are asked about.
struct Asked {
    config: Config,
    application: String,
    json: bool,
}

impl Asked {
    fn of(whose: OfApplication) -> Result<Self, CommandError> {
        let OfApplication { application, folder, json } = whose;
        Ok(Self { config: folder.config()?, application, json })
    }

    fn ask(&self, about: ListCommand) -> Result<ListAnswer, CommandError> {
        match ask(&self.config, &Command::List { application: self.application.clone(), about })? {
            Answer::List(answer) => Ok(answer),
            other => unexpected(&other),
        }
    }

    fn print_lists(&self, answer: ListAnswer) -> Result<(), CommandError> {
        let ListAnswer::Lists(lists) = answer else { return unexpected_answer() };
        if self.json {
            return super::print(&serde_json::to_string_pretty(&lists)?);
        }
        if lists.is_empty() {
            return super::print("There is no list yet: make one with `rightful list create`.");
        }
        let row = |list: &ShownList| {
            let note = list.note.as_deref().unwrap_or_default();
            format!("{:<24} {:<6} {:<13} {:>9}  {note}", list.name, list.effect, list.of, list.n_entries)
        };
        super::print(&lists.iter().map(|list| row(list).trim_end().to_owned() + "\n").collect::<String>())
    }

    fn print_removed(&self, answer: ListAnswer) -> Result<(), CommandError> {
        let ListAnswer::Removed(n_removed) = answer else { return unexpected_answer() };
        if self.json {
            return super::print(&serde_json::json!({ "n_removed": n_removed }).to_string());
        }
        super::print(&format!("{n_removed} removed"))
    }

    fn print_found(&self, answer: ListAnswer) -> Result<(), CommandError> {
        let ListAnswer::Found(found) = answer else { return unexpected_answer() };
        if self.json {
            return super::print(&serde_json::to_string_pretty(&found)?);
        }
        if found.is_empty() {
            return super::print("It is on no list.");
        }
        let row = |on: &crate::desk_lists::Found| format!("{:<24} {:<6} by {}\n", on.list, on.effect, on.value);
        super::print(&found.iter().map(row).collect::<String>())
    }

    /// Says what became of lines, each by its place; an error if all of them were wrong.
    fn print_report(&self, report: &Report, place: impl Fn(u64) -> String) -> Result<(), CommandError> {
        let Report { n_added, n_replaced, n_refused, refused } = report;
        if self.json {
            super::print(&serde_json::to_string_pretty(report)?)?;
        } else {
            super::print(&format!("{n_added} added, {n_replaced} replaced, {n_refused} refused"))?;
            for (line, detail) in refused.iter().take(REFUSED_SHOWN_MAX) {
                super::print(&format!("  {}: {detail}", place(*line)))?;
            }
        }
        if *n_refused > 0 && n_added + n_replaced == 0 { Err("nothing was put on the list".into()) } else { Ok(()) }
    }

    /// Writes entries as they come, a page at a time.
    fn write_entries(
        &self,
        name: &str,
        csv: bool,
        mut after: Option<String>,
        n_max: usize,
    ) -> Result<(), CommandError> {
        answer(|out| out.write_all(format_of(csv).head().as_bytes()))?;
        // Without a server each command opens the folder by itself: then all is asked for at once.
        let page_max = if is_served(&self.config)? { PAGE } else { usize::MAX };
        let mut left = n_max;
        while left > 0 {
            let limit = left.min(page_max);
            let page = ListCommand::Page { name: name.to_owned(), csv, after, limit };
            let ListAnswer::Page { lines, next_after } = self.ask(page)? else { return unexpected_answer() };
            answer(|out| out.write_all(lines.as_bytes()))?;
            left -= limit;
            if next_after.is_none() {
                break;
            }
            after = next_after;
        }
        Ok(())
    }
}

fn unexpected_answer<T>() -> Result<T, CommandError> {
    Err("the server answered something else: is it of another version?".into())
}

impl Import {
    fn run(self) -> Result<(), CommandError> {
        let asked = Asked::of(self.whose)?;
        let ends_with = |end: &str| self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end));
        let is_ndjson = ends_with("ndjson") || ends_with("jsonl");
        let csv = self.format.map_or(!is_ndjson, |format| format == Format::Csv);
        let (reader, n_bytes) = open(&self.file)?;
        // Without a server each command opens the folder by itself: then all lines go at once.
        let (lines_max, bytes_max) =
            if is_served(&asked.config)? { (LINES_AT_ONCE, BYTES_AT_ONCE) } else { (usize::MAX, usize::MAX) };
        let mut bar = Bar::new(n_bytes);
        let mut lines = Lines::new(reader);
        let mut total = Report::default();
        while let Some(part) = lines.next_part(csv, lines_max, bytes_max)? {
            let n_skipped = u64::from(part.has_header);
            let command = ListCommand::Put { name: self.name.clone(), csv, lines: part.text };
            let ListAnswer::Put(report) = asked.ask(command)? else { return unexpected_answer() };
            total.n_added += report.n_added;
            total.n_replaced += report.n_replaced;
            total.n_refused += report.n_refused;
            let told = report.refused.into_iter().map(|(line, detail)| (line - n_skipped + part.n_before, detail));
            let room = rightful_dialects::LINES_REFUSED_MAX - total.refused.len();
            total.refused.extend(told.take(room));
            bar.move_by(part.n_bytes);
        }
        bar.end();
        asked.print_report(&total, |line| format!("line {line}"))
    }
}

fn open(file: &Path) -> Result<(Box<dyn BufRead>, u64), CommandError> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(std::io::stdin())), 0));
    }
    let opened = std::fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let n_bytes = opened.metadata()?.len();
    Ok((Box::new(BufReader::new(opened)), n_bytes))
}

/// The columns where a file does not name them: goes before all parts but the first, whose first line is no header then.
const HEADER: &str = "value,expires_at,note,author";

/// The lines of a file, some at a time. A record of CSV is never torn.
struct Lines {
    reader: Box<dyn BufRead>,
    /// Lines that were read.
    n_before: u64,
    /// What names the columns: it goes before each part but the first.
    header: Option<String>,
    /// Nothing after this can be read.
    is_over: bool,
}

/// Some lines.
struct Part {
    text: String,
    n_bytes: u64,
    n_before: u64,
    /// Whether the header was put before them.
    has_header: bool,
}

impl Lines {
    fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, n_before: 0, header: None, is_over: false }
    }

    fn next_part(&mut self, csv: bool, lines_max: usize, bytes_max: usize) -> Result<Option<Part>, CommandError> {
        let header = self.header.as_ref().map(|header| format!("{header}\n"));
        let mut text = header.clone().unwrap_or_default();
        let (n_before, mut n_records, mut n_bytes) = (self.n_before, 0, 0);
        while n_records < lines_max && n_bytes < bytes_max && !self.is_over {
            let record = self.next_record(csv)?;
            n_bytes += record.len();
            n_records += usize::from(!record.is_empty());
            let told = String::from_utf8_lossy(&record);
            if csv && self.header.is_none() && !told.trim().is_empty() {
                let first = told.trim_start_matches('\u{feff}').trim();
                self.header = Some(if is_list_header(first) { first } else { HEADER }.to_owned());
                self.is_over |= wrong_list_header(first).is_some();
            }
            text.push_str(&told);
        }
        let n_bytes = u64::try_from(n_bytes).unwrap_or(u64::MAX);
        Ok((n_records > 0).then_some(Part { text, n_bytes, n_before, has_header: header.is_some() }))
    }

    /// Reads a record: a line, or more where a cell of CSV goes on.
    fn next_record(&mut self, csv: bool) -> Result<Vec<u8>, CommandError> {
        let mut record = Vec::new();
        let mut lines = CsvLines::default();
        loop {
            let begin = record.len();
            // A line that never ends is no line of a list.
            let n_read = (&mut self.reader).take(BYTES_AT_ONCE as u64).read_until(b'\n', &mut record)?;
            if n_read == 0 {
                self.is_over = true;
                return Ok(record);
            }
            self.n_before += 1;
            let mut line = record.get(begin..).unwrap_or_default();
            if self.n_before == 1 {
                line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            }
            match if csv { lines.take(line) } else { CsvLineEnd::Ends } {
                CsvLineEnd::GoesOn => {}
                CsvLineEnd::Ends => return Ok(record),
                CsvLineEnd::Broken(_) => {
                    self.is_over = true;
                    return Ok(record);
                }
            }
        }
    }
}

/// A bar on standard error, where a person looks at it.
struct Bar {
    n_bytes: u64,
    n_done: u64,
    is_seen: bool,
    moved_at: Instant,
}

impl Bar {
    fn new(n_bytes: u64) -> Self {
        Self { n_bytes, n_done: 0, is_seen: std::io::stderr().is_terminal(), moved_at: Instant::now() }
    }

    fn move_by(&mut self, n_bytes: u64) {
        self.n_done += n_bytes;
        if !self.is_seen || self.moved_at.elapsed() < BAR_EVERY {
            return;
        }
        self.moved_at = Instant::now();
        let share = if self.n_bytes == 0 { 0.0 } else { (self.n_done as f64 / self.n_bytes as f64).min(1.0) };
        let n_full = (share * BAR_WIDTH as f64) as usize;
        let bar = "█".repeat(n_full) + &"░".repeat(BAR_WIDTH - n_full);
        let mib = self.n_done as f64 / f64::from(1 << 20);
        self.say(&format!("\r{bar} {:>3.0} %  {mib:.1} MiB", share * 100.0));
    }

    fn end(&self) {
        if self.is_seen {
            self.say("\r\u{1b}[K");
        }
    }

    fn say(&self, text: &str) {
        // If nobody listens, nobody misses it.
        let mut err = std::io::stderr().lock();
        let _unseen = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

#[cfg(test)]
mod tests {
    use rightful_dialects::{ListFormat, list_lines};

    use super::*;

    /// The values of a file that is read in parts of one record each.
    fn values(text: &'static str) -> Vec<String> {
        let mut lines = Lines::new(Box::new(text.as_bytes()));
        let mut values = Vec::new();
        while let Some(part) = lines.next_part(true, 1, usize::MAX).unwrap() {
            let read = list_lines(ListFormat::Csv, part.text.as_bytes());
            values.extend(read.map(|line| line.entry.map_or("refused".to_owned(), |entry| entry.value.into())));
        }
        values
    }

    #[test]
    fn a_record_is_in_one_part() {
        assert_eq!(values("\u{feff}note,value\n\"x\nmallory\ny\",ann\nz,ben\n"), ["ann", "ben"]);
        // Not even an account that is called like a column is a header later on.
        assert_eq!(values("ann\nvalue\nnote"), ["ann", "value", "note"]);
    }

    #[test]
    fn nothing_is_read_after_what_is_broken() {
        assert_eq!(values("ann\nben,,\"open\nmallory\n"), ["ann", "refused"]);
        assert_eq!(values("ben,,\"a\"b\nmallory\n"), ["refused"]);
        assert_eq!(values("valeu,note\nmallory,\n"), ["refused"]);
    }
}
