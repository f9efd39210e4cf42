//! What is asked about lists, what is answered, and lists as lines of text: CSV or NDJSON.

use rightful_domain::{
    LIST_NOTE_BYTES_MAX, List, ListEntry, ListKept, ListMatch, ListPut, ListSubject, SizedList, Timestamp,
};
use serde::Serialize;

use crate::Refusal;
use crate::fields::{Fault, Fields};
use crate::json;
use crate::list_csv::{Records, cells};
use crate::nearest::meant;
use crate::scalars::text;
use crate::time::{moment, rfc3339, text_moment};

/// The longest body that brings entries, in bytes: a million addresses, and some.
pub const LISTS_BODY_BYTES_MAX: usize = 32 << 20;
/// The most lines of one import that a report says are wrong; of more, it says how many.
pub const LINES_REFUSED_MAX: usize = 100;

/// What is asked about an application's lists.
#[derive(Debug)]
pub enum ListsIntake {
    /// Which lists are there?
    All,
    /// Keep this list.
    Keep(List),
    /// What is this list?
    Show(Box<str>),
    /// Drop this list.
    Drop(Box<str>),
    /// What is on it?
    Page {
        /// The list.
        name: Box<str>,
        /// Begin after this entry.
        after: Option<Box<str>>,
        /// At most so many.
        limit: u16,
    },
    /// Put these on it.
    Put {
        /// The list.
        name: Box<str>,
        /// The entries, or what is wrong with them.
        lines: Vec<ListLine>,
        /// Whether one was told by itself, so that nothing was done if it is wrong.
        is_one: bool,
    },
    /// Put all lines of the body on it.
    Import {
        /// The list.
        name: Box<str>,
        /// How they are written.
        format: ListFormat,
    },
    /// All that is on it, as lines.
    Export {
        /// The list.
        name: Box<str>,
        /// How to write them.
        format: ListFormat,
    },
    /// What is said of this entry?
    Entry {
        /// The list.
        name: Box<str>,
        /// The entry.
        value: Box<str>,
    },
    /// Take this off it.
    Take {
        /// The list.
        name: Box<str>,
        /// The entry.
        value: Box<str>,
    },
    /// Which lists is this on?
    LookUp {
        /// What it is.
        of: ListSubject,
        /// How it is called.
        value: Box<str>,
    },
}

/// What became of it.
#[derive(Debug)]
pub enum ListsReply {
    /// The lists.
    All(Vec<SizedList>),
    /// The list is kept.
    Kept(ListKept, SizedList),
    /// The list asked for.
    Shown(SizedList),
    /// It is dropped, with so many entries.
    Dropped(u64),
    /// One page, and whether there may be another.
    Page(Vec<ListEntry>, bool),
    /// Entries are put on it.
    Put(ListReport),
    /// The entry asked for, or as it is now.
    Entry(ListEntry),
    /// So many were taken off it.
    Taken(u64),
    /// The entries found.
    Found(Vec<ListMatch>),
}

/// What became of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListReport {
    /// Entries that were put there.
    pub put: ListPut,
    /// Lines that were wrong.
    pub n_refused: u64,
    /// The first of them, at most [`LINES_REFUSED_MAX`], with what is wrong.
    pub refused: Vec<(u64, String)>,
}

impl ListReport {
    /// Notes a line that is wrong.
    pub fn refuse(&mut self, line: u64, detail: String) {
        self.n_refused += 1;
        if self.refused.len() < LINES_REFUSED_MAX {
            self.refused.push((line, detail));
        }
    }
}

/// An entry that is to be put on a list, its value not read yet: what it must be depends on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewListEntry {
    /// Who or what, as the caller spells it.
    pub value: Box<str>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// Who puts it there.
    pub author: Option<Box<str>>,
    /// Why.
    pub note: Option<Box<str>>,
}

/// One line: its number, from 1, and its entry or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// Its number.
    pub number: u64,
    /// Its entry.
    pub entry: Result<NewListEntry, String>,
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    /// RFC 4180: a cell in quotation marks may have line breaks.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

/// The columns of CSV, in their order where there is no header.
const COLUMNS: [&str; 5] = ["value", "expires_at", "note", "author", "added_at"];
/// How many of them are read; the last is written alone.
const COLUMNS_TOLD: usize = 4;

impl ListFormat {
    /// Its content type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// The format of a content type; None if it is neither.
    #[must_use]
    pub fn of_content_type(text: &str) -> Option<Self> {
        let kind = text.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("text/csv") {
            Some(Self::Csv)
        } else if ["application/x-ndjson", "application/ndjson", "application/jsonl"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
        {
            Some(Self::Ndjson)
        } else {
            None
        }
    }

    /// What stands before all lines.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Csv => "value,expires_at,note,author,added_at\n",
            Self::Ndjson => "",
        }
    }

    /// Writes entries as lines.
    pub fn write(self, entries: &[ListEntry], lines: &mut Vec<u8>) {
        for entry in entries {
            let ListEntry { value, expires_at, author, note, added_at } = entry;
            let (expires_at, added_at) = (expires_at.map(rfc3339), rfc3339(*added_at));
            match self {
                Self::Csv => {
                    let cells = [
                        value,
                        expires_at.as_deref().unwrap_or_default(),
                        note.as_deref().unwrap_or_default(),
                        author.as_deref().unwrap_or_default(),
                        &added_at,
                    ];
                    lines.extend_from_slice(cells.map(csv_cell).join(",").as_bytes());
                }
                Self::Ndjson => {
                    let line =
                        WrittenLine { value, expires_at, note: note.as_deref(), author: author.as_deref(), added_at };
                    // Names are texts and so is everything inside, so this can always be written.
                    lines.extend(serde_json::to_vec(&line).unwrap_or_default());
                }
            }
            lines.push(b'\n');
        }
    }
}

#[derive(Serialize)]
struct WrittenLine<'a> {
    value: &'a str,
    expires_at: Option<String>,
    note: Option<&'a str>,
    author: Option<&'a str>,
    added_at: String,
}

fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Reads entries from lines, one by one. Empty lines are passed over; so is a header of CSV, which says the columns. A cell
/// of CSV may have line breaks; after a quotation mark out of place, or a header that is wrong, nothing is read.
pub fn list_lines(format: ListFormat, body: &[u8]) -> impl Iterator<Item = ListLine> {
    let body = body.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(body);
    let is_csv = format == ListFormat::Csv;
    let columns = (0..COLUMNS_TOLD).map(Some).collect();
    Lines { records: Records::new(body, is_csv), is_csv, is_first: true, is_over: false, columns }
}

/// What may stand before the first line of a text.
const BYTE_ORDER_MARK: &str = "\u{feff}";

struct Lines<'a> {
    records: Records<'a>,
    is_csv: bool,
    /// No line was told yet, so that the next may be a header.
    is_first: bool,
    is_over: bool,
    columns: Columns,
}

impl Iterator for Lines<'_> {
    type Item = ListLine;

    fn next(&mut self) -> Option<ListLine> {
        while !self.is_over {
            let (number, record) = self.records.next()?;
            let line = match record.map(|record| (record, std::str::from_utf8(record))) {
                Err(broken) => return Some(ListLine { number, entry: Err(broken.to_owned()) }),
                Ok((record, _)) if record.trim_ascii().is_empty() => continue,
                Ok((_, Err(_))) => return Some(ListLine { number, entry: Err("is not UTF-8".to_owned()) }),
                Ok((_, Ok(line))) => line,
            };
            let may_be_header = std::mem::replace(&mut self.is_first, false) && self.is_csv;
            let entry = match header(line).filter(|_| may_be_header) {
                Some(Ok(columns)) => {
                    self.columns = columns;
                    continue;
                }
                Some(Err(wrong)) => {
                    self.is_over = true;
                    Err(wrong)
                }
                None if self.is_csv => read_csv(line, &self.columns),
                None => read_json(line.as_bytes()),
            };
            return Some(ListLine { number, entry });
        }
        None
    }
}

/// Whether a line of CSV names the columns of those after it, rightly or not: one known name suffices.
#[must_use]
pub fn is_list_header(line: &str) -> bool {
    header(line).is_some()
}

/// What is wrong with a line of CSV that names columns; None if nothing is, or it names none.
#[must_use]
pub fn wrong_list_header(line: &str) -> Option<String> {
    header(line)?.err()
}

/// Which known column each cell is of; None for those that have no name.
type Columns = Vec<Option<usize>>;

/// The columns that a header names, by their place; None if this is no header.
fn header(line: &str) -> Option<Result<Columns, String>> {
    let names: Vec<String> = cells(line).ok()?.iter().map(|cell| cell.trim().to_ascii_lowercase()).collect();
    names.iter().any(|name| COLUMNS.contains(&name.as_str())).then(|| columns(&names))
}

fn columns(names: &[String]) -> Result<Columns, String> {
    let mut told = Columns::with_capacity(names.len());
    for name in names {
        let place = COLUMNS.iter().position(|column| column == name);
        if place.is_none() && !name.is_empty() {
            let meant = meant(name, &COLUMNS);
            return Err(format!("names an unknown column{meant} (nothing was read)"));
        }
        if place.is_some() && told.contains(&place) {
            return Err(format!("names the column {name} twice (nothing was read)"));
        }
        told.push(place);
    }
    if told.contains(&Some(0)) { Ok(told) } else { Err("names no column value (nothing was read)".to_owned()) }
}

fn read_csv(line: &str, columns: &[Option<usize>]) -> Result<NewListEntry, String> {
    let mut told: [Option<String>; COLUMNS_TOLD] = Default::default();
    for (cell, column) in cells(line)?.into_iter().zip(columns) {
        if let Some(place) = column.and_then(|column| told.get_mut(column)) {
            *place = Some(cell).filter(|cell| !cell.is_empty());
        }
    }
    let [value, expires_at, note, author] = told;
    let expires_at = expires_at.map(|text| text_moment(text.trim())).transpose();
    let expires_at = expires_at.map_err(|fault| told_fault(fault.within("expires_at")))?;
    let value = value.ok_or("value is required")?;
    new_entry(value, expires_at, author, note)
}

fn new_entry(
    value: String,
    expires_at: Option<Timestamp>,
    author: Option<String>,
    note: Option<String>,
) -> Result<NewListEntry, String> {
    for (name, told) in [("note", &note), ("author", &author)] {
        if told.as_ref().is_some_and(|told| told.len() > LIST_NOTE_BYTES_MAX) {
            return Err(format!("{name} must be at most {LIST_NOTE_BYTES_MAX} bytes"));
        }
        let is_unfit = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        if told.as_ref().is_some_and(|told| told.contains(is_unfit)) {
            return Err(format!("{name} must not have control characters other than line breaks and tabs"));
        }
    }
    let boxed = |told: Option<String>| told.filter(|told| !told.is_empty()).map(Into::into);
    Ok(NewListEntry { value: value.into(), expires_at, author: boxed(author), note: boxed(note) })
}

fn read_json(line: &[u8]) -> Result<NewListEntry, String> {
    let members = json::parse_object(line).map_err(|refusal| told_refusal(&refusal))?;
    read_entry(&mut Fields::new(members)).map_err(told_fault)?
}

/// Reads an entry of an object. What is wrong with its shape is a fault, what is too long is told.
pub(crate) fn read_entry(fields: &mut Fields<'_>) -> Result<Result<NewListEntry, String>, Fault> {
    fields.only(&COLUMNS)?;
    let value = fields.required("value", text)?.into_owned();
    read_said(fields, value)
}

/// The same, where the value is told elsewhere.
pub(crate) fn read_said(fields: &mut Fields<'_>, value: String) -> Result<Result<NewListEntry, String>, Fault> {
    let expires_at = fields.optional("expires_at", moment)?;
    let author = fields.optional("author", text)?.map(|author| author.into_owned());
    let note = fields.optional("note", text)?.map(|note| note.into_owned());
    Ok(new_entry(value, expires_at, author, note))
}

fn told_fault(fault: Fault) -> String {
    told_refusal(&Refusal::from(fault))
}

fn told_refusal(refusal: &Refusal) -> String {
    match &refusal.path {
        Some(path) => format!("{path} {}", refusal.detail),
        None => refusal.detail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(format: ListFormat, body: &str) -> Vec<(u64, Result<String, String>)> {
        let lines = list_lines(format, body.as_bytes());
        lines.map(|line| (line.number, line.entry.map(|entry| entry.value.into_string()))).collect()
    }

    #[test]
    fn lines_are_read_one_by_one_and_those_that_are_wrong_are_told() {
        let csv = "\u{feff}note,value\r\n\"a, \"\"b\"\"\",192.0.2.7\r\n\r\nx,\"y\nz,\"q\"r\n,\n";
        let expected = vec![
            (2, Ok("192.0.2.7".to_owned())),
            (4, Err("has more after a closed quotation mark, so nothing from here on was read".to_owned())),
        ];
        assert_eq!(told(ListFormat::Csv, csv), expected);
        let plain = told(ListFormat::Csv, "ann\nben,2026-01-05T00:00:00Z\ncara,tomorrow");
        let (oks, last): (Vec<_>, Vec<_>) = plain.into_iter().partition(|(_, read)| read.is_ok());
        assert_eq!((oks.len(), last.len()), (2, 1));
        let ndjson = "{\"value\": \"ann\", \"note\": null}\n{\"valu\": 1}\nno\n{\"value\": 7}";
        let expected = [(1, true), (2, false), (3, false), (4, false)];
        let found: Vec<_> = told(ListFormat::Ndjson, ndjson).into_iter().map(|(n, read)| (n, read.is_ok())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_written_reads_back() {
        let entry = ListEntry {
            value: "a \"b\", c".into(),
            expires_at: Some(Timestamp::from_seconds(1_767_571_200)),
            author: Some("ann".into()),
            note: Some("x".into()),
            added_at: Timestamp::from_seconds(0),
        };
        for format in [ListFormat::Csv, ListFormat::Ndjson] {
            let mut lines = format.head().as_bytes().to_vec();
            format.write(std::slice::from_ref(&entry), &mut lines);
            let read: Vec<ListLine> = list_lines(format, &lines).collect();
            let expected = NewListEntry {
                value: entry.value.clone(),
                expires_at: entry.expires_at,
                author: entry.author.clone(),
                note: entry.note.clone(),
            };
            assert_eq!(read.into_iter().map(|line| line.entry).collect::<Vec<_>>(), [Ok(expected)]);
            assert_eq!(ListFormat::of_content_type(format.content_type()), Some(format));
        }
    }

    #[test]
    fn a_line_inside_a_quoted_cell_is_no_entry() {
        let noted = "value,note\r\nann,\"first\r\nmallory\r\n\"\r\nben,\n";
        assert_eq!(told(ListFormat::Csv, noted), [(2, Ok("ann".to_owned())), (5, Ok("ben".to_owned()))]);
        for broken in ["ann,,\"open\nmallory\n", "ann,, \"late\nmallory\n", "ann,,\"a\"b\"\nmallory\n\"\n"] {
            let read = told(ListFormat::Csv, broken);
            assert!(matches!(&read[..], [(1, Err(_))]), "{broken:?}: {read:?}");
        }
    }

    #[test]
    fn a_header_that_is_wrong_is_refused_and_nothing_is_read() {
        for (head, detail) in [
            ("valeu,note", "names an unknown column, did you mean \"value\"? (nothing was read)"),
            ("value,expires", "names an unknown column, did you mean \"expires_at\"? (nothing was read)"),
            ("note,author", "names no column value (nothing was read)"),
            ("value,value", "names the column value twice (nothing was read)"),
        ] {
            let read = told(ListFormat::Csv, &format!("{head}\nann,x\n"));
            assert_eq!(read, [(1, Err(detail.to_owned()))], "{head}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let line = r#"{"value": "ann", "expires": "2030-01-01T00:00:00Z"}"#;
        let detail = "expires is not known here, did you mean \"expires_at\"?";
        assert_eq!(told(ListFormat::Ndjson, line), [(1, Err(detail.to_owned()))]);
    }

    const SAID: &str = r#"[ -~\n\r\t",;\u{feff}é]{1,24}"#;

    proptest! {
        #[test]
        fn whatever_was_put_is_the_same_after_export_and_import(
            told in proptest::collection::vec((r#"[ -~\u{feff}é]{1,12}"#, proptest::option::of(SAID),
                proptest::option::of(SAID), proptest::option::of(1_000_000_000_u32..4_000_000_000)), 0..8),
        ) {
            let entries: Vec<ListEntry> = told.into_iter().map(|(value, note, author, expires)| ListEntry {
                value: value.into(),
                expires_at: expires.map(|at| Timestamp::from_seconds(at.into())),
                author: author.map(Into::into),
                note: note.map(Into::into),
                added_at: Timestamp::from_seconds(0),
            }).collect();
            for format in [ListFormat::Csv, ListFormat::Ndjson] {
                let mut lines = format.head().as_bytes().to_vec();
                format.write(&entries, &mut lines);
                let read: Vec<_> = list_lines(format, &lines).map(|line| line.entry).collect();
                let expected: Vec<_> = entries.iter().cloned().map(|entry| {
                    let ListEntry { value, expires_at, author, note, .. } = entry;
                    Ok(NewListEntry { value, expires_at, author, note })
                }).collect();
                prop_assert_eq!(read, expected);
            }
        }
    }
}
