//! CSV as RFC 4180 says: where records end, and their cells. A line break inside quotation marks ends no record.
//!
//! Once a quotation mark is out of place, nobody can tell whether what follows is a record or the inside of a cell, so
//! nothing after it is read: a note must never become an entry.

/// The longest record, in bytes: several times what all cells may hold.
const RECORD_BYTES_MAX: usize = 64 << 10;

/// A quotation mark that nothing closes.
const NOT_CLOSED: &str = "has a quotation mark that is not closed, so nothing from here on was read";

/// What a line of CSV is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsvLineEnd {
    /// The record ends with it.
    Ends,
    /// The record goes on: a cell is open.
    GoesOn,
    /// Something is out of place, and nothing after it can be read: what is wrong.
    Broken(&'static str),
}

/// Follows the quotation marks of CSV, line by line.
#[derive(Debug, Default)]
pub struct CsvLines {
    is_open: bool,
    n_bytes: usize,
}

impl CsvLines {
    /// Takes the next line, with or without its line break.
    pub fn take(&mut self, line: &[u8]) -> CsvLineEnd {
        self.n_bytes += line.len();
        if self.n_bytes > RECORD_BYTES_MAX {
            return CsvLineEnd::Broken("is too long for an entry, so nothing from here on was read");
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut place = if self.is_open { Place::Quoted } else { Place::Start };
        for byte in line {
            place = match (place, byte) {
                (Place::Start | Place::Closed | Place::Bare, b',') => Place::Start,
                (Place::Start | Place::Closed, b'"') => Place::Quoted,
                (Place::Bare, b'"') => {
                    return CsvLineEnd::Broken(
                        "has a quotation mark inside a cell that is not quoted, so nothing from here on was read",
                    );
                }
                (Place::Closed, _) => {
                    return CsvLineEnd::Broken(
                        "has more after a closed quotation mark, so nothing from here on was read",
                    );
                }
                (Place::Quoted, b'"') => Place::Closed,
                (Place::Quoted, _) => Place::Quoted,
                (Place::Start | Place::Bare, _) => Place::Bare,
            };
        }
        self.is_open = place == Place::Quoted;
        if self.is_open {
            return CsvLineEnd::GoesOn;
        }
        self.n_bytes = 0;
        CsvLineEnd::Ends
    }
}

/// Where in a record one is. After `Closed`, one more quotation mark was an escaped one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Bare,
    Quoted,
    Closed,
}

/// Records of a text, each with the number of its first line, from 1.
pub(crate) struct Records<'a> {
    rest: &'a [u8],
    n_lines: u64,
    is_csv: bool,
}

impl<'a> Records<'a> {
    pub(crate) const fn new(body: &'a [u8], is_csv: bool) -> Self {
        Self { rest: body, n_lines: 0, is_csv }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = (u64, Result<&'a [u8], &'static str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let number = self.n_lines + 1;
        let mut lines = CsvLines::default();
        let mut n_bytes = 0;
        for line in self.rest.split_inclusive(|byte| *byte == b'\n') {
            n_bytes += line.len();
            self.n_lines += 1;
            match if self.is_csv { lines.take(line) } else { CsvLineEnd::Ends } {
                CsvLineEnd::GoesOn => {}
                CsvLineEnd::Ends => {
                    let (record, rest) = self.rest.split_at(n_bytes);
                    self.rest = rest;
                    let record = record.strip_suffix(b"\n").unwrap_or(record);
                    return Some((number, Ok(record.strip_suffix(b"\r").unwrap_or(record))));
                }
                CsvLineEnd::Broken(detail) => {
                    self.rest = &[];
                    return Some((number, Err(detail)));
                }
            }
        }
        self.rest = &[];
        Some((number, Err(NOT_CLOSED)))
    }
}

/// The cells of a record.
pub(crate) fn cells(record: &str) -> Result<Vec<String>, String> {
    let mut cells = Vec::new();
    let mut rest = record;
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => {
                let (cell, after) = rest.split_once(',').map_or((rest, None), |(cell, after)| (cell, Some(after)));
                (cell.to_owned(), after)
            }
        };
        cells.push(cell);
        match after {
            Some(after) => rest = after,
            None => return Ok(cells),
        }
    }
}

/// A cell after its first quotation mark, and what comes after it and its comma.
fn quoted_cell(quoted: &str) -> Result<(String, Option<&str>), String> {
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let (text, after) = rest.split_once('"').ok_or(NOT_CLOSED)?;
        cell.push_str(text);
        if let Some(after) = after.strip_prefix('"') {
            cell.push('"');
            rest = after;
        } else if after.is_empty() {
            return Ok((cell, None));
        } else {
            let after = after.strip_prefix(',').ok_or("has more after a closed quotation mark")?;
            return Ok((cell, Some(after)));
        }
    }
}
