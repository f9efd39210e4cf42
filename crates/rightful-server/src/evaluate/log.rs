//! A login log of the RBA shape, read line by line: columns by name, any order, plain or gzip.
//!
//! What judging may read of a line is a [`Login`]. The labels are no part of it: who attacked is read elsewhere, by
//! columns that this file does not know.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::ByteRecord;
use rightful_domain::{AccountId, CountryCode, DeviceId, Timestamp};

use super::EvaluateError;

/// The most lines that may be broken before reading stops: a log that is broken more often is another format.
pub(super) const BAD_LINES_MAX: u64 = 10_000;
/// The broken lines that are quoted; the others are counted.
const BAD_LINES_QUOTED: usize = 5;
/// The buffer between a file and its reader, in bytes.
const BUFFER_BYTES: usize = 1 << 18;
/// What a gzip file begins with (RFC 1952).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Where the RBA data set pools the failed logins of users that do not exist.
const POOLED_UNKNOWN_USER: &str = "-4324475583306591935";
/// The word for a failed login of a user that does not exist.
const UNKNOWN_USER: [&str; 2] = ["unknown_user", "unknown_username"];

/// A log being read.
pub(super) struct Log {
    path: PathBuf,
    lines: csv::Reader<Box<dyn Read>>,
    headers: ByteRecord,
    record: ByteRecord,
    bytes_read: Rc<Cell<u64>>,
    /// The length of the file, packed if it is.
    pub(super) bytes: u64,
}

impl Log {
    /// Opens a log and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, EvaluateError> {
        let file = File::open(path).map_err(|source| EvaluateError::file(path, source))?;
        let bytes = file.metadata().map_err(|source| EvaluateError::file(path, source))?.len();
        let bytes_read = Rc::new(Cell::new(0));
        let counted = Counted { file, bytes_read: Rc::clone(&bytes_read) };
        let source = unpacked(BufReader::with_capacity(BUFFER_BYTES, counted))
            .map_err(|source| EvaluateError::file(path, source))?;
        let mut lines = csv::ReaderBuilder::new().flexible(true).has_headers(true).from_reader(source);
        let headers = lines.byte_headers().map_err(|error| unreadable(path, error))?.iter().map(header_name).collect();
        Ok(Self { path: path.to_owned(), lines, headers, record: ByteRecord::new(), bytes_read, bytes })
    }

    /// The place of a column; None if the log has none of that name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header == name.as_bytes())
    }

    /// Refuses a log that has more than one column of a name: nobody can tell which is meant. The error names all such.
    pub(super) fn refuse_repeated(&self, names: &[&'static str]) -> Result<(), EvaluateError> {
        let n_named = |name: &str| self.headers.iter().filter(|header| *header == name.as_bytes()).count();
        let repeated: Vec<&str> = names.iter().copied().filter(|name| n_named(name) > 1).collect();
        if repeated.is_empty() { Ok(()) } else { Err(EvaluateError::repeated(&self.path, &repeated)) }
    }

    /// Reads the next line; None at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, EvaluateError> {
        let is_there = self.lines.read_byte_record(&mut self.record).map_err(|error| unreadable(&self.path, error))?;
        Ok(is_there.then_some(Line { record: &self.record, n_columns: self.headers.len() }))
    }

    /// How many bytes of the file are read.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read.get()
    }
}

/// One line of a log.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    record: &'a ByteRecord,
    n_columns: usize,
}

impl<'a> Line<'a> {
    /// Its number in the file, from 1, the header included.
    pub(super) fn number(self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// A field's text without blanks around it; what is not UTF-8 is replaced.
    pub(super) fn field(self, column: usize) -> Cow<'a, str> {
        let bytes = self.record.get(column).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text.trim()),
            Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).trim().to_owned()),
        }
    }

    fn told(self, column: Option<usize>) -> Option<Cow<'a, str>> {
        column.map(|column| self.field(column)).filter(|text| !text.is_empty() && text != "-")
    }
}

/// Why a line cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadField {
    column: &'static str,
    fault: String,
}

impl BadField {
    fn new(column: &'static str, fault: impl Into<String>) -> Self {
        Self { column, fault: fault.into() }
    }
}

/// The broken lines of a log: the first are quoted, all are counted.
#[derive(Debug, Default)]
pub(super) struct BadLines {
    /// How many.
    pub(super) n: u64,
    /// The first of them, each with its line, column and fault.
    pub(super) quoted: Vec<String>,
}

impl BadLines {
    /// Counts one; an error where there are too many.
    pub(super) fn note(&mut self, path: &Path, line: u64, bad: &BadField) -> Result<(), EvaluateError> {
        self.n += 1;
        if self.quoted.len() < BAD_LINES_QUOTED {
            self.quoted.push(format!("line {line}, column \"{}\": {}", bad.column, bad.fault));
        }
        if self.n > BAD_LINES_MAX {
            let first = self.quoted.first().cloned().unwrap_or_default();
            return Err(EvaluateError::TooManyBadLines { path: path.to_owned(), first });
        }
        Ok(())
    }
}

/// What judging may know of one login.
#[derive(Debug)]
pub(super) struct Login<'a> {
    /// The `index` column.
    pub(super) row: i64,
    pub(super) at: Timestamp,
    /// The `User ID` column, of whomever.
    pub(super) user: Cow<'a, str>,
    /// The account; None where the user does not exist.
    pub(super) account: Option<AccountId>,
    pub(super) ip: Option<IpAddr>,
    pub(super) country: Option<CountryCode>,
    pub(super) region: Option<Cow<'a, str>>,
    pub(super) city: Option<Cow<'a, str>>,
    pub(super) asn: Option<u32>,
    pub(super) user_agent: Option<Cow<'a, str>>,
    pub(super) browser: Option<Cow<'a, str>>,
    pub(super) os: Option<Cow<'a, str>>,
    pub(super) device_kind: Option<Cow<'a, str>>,
    pub(super) device: Option<DeviceId>,
    pub(super) succeeded: bool,
    /// Why it failed, in the log's word.
    pub(super) failure: Option<Cow<'a, str>>,
}

/// Where judging finds what it may know.
#[derive(Debug)]
pub(super) struct LoginColumns {
    row: usize,
    at: usize,
    user: usize,
    ip: usize,
    country: usize,
    region: usize,
    city: usize,
    asn: usize,
    user_agent: usize,
    browser: usize,
    os: usize,
    device_kind: usize,
    succeeded: usize,
    device: Option<usize>,
    failure: Option<usize>,
}

const ROW: &str = "index";
const AT: &str = "Login Timestamp";
const USER: &str = "User ID";
const IP: &str = "IP Address";
const COUNTRY: &str = "Country";
const REGION: &str = "Region";
const CITY: &str = "City";
const ASN: &str = "ASN";
const USER_AGENT: &str = "User Agent String";
const BROWSER: &str = "Browser Name and Version";
const OS: &str = "OS Name and Version";
const DEVICE_KIND: &str = "Device Type";
const SUCCEEDED: &str = "Login Successful";
const DEVICE: &str = "Device Token";
const FAILURE: &str = "Failure Reason";
/// All columns that judging reads.
const NAMES: [&str; 15] =
    [ROW, AT, USER, IP, COUNTRY, REGION, CITY, ASN, USER_AGENT, BROWSER, OS, DEVICE_KIND, SUCCEEDED, DEVICE, FAILURE];

impl LoginColumns {
    /// Finds the columns by their names. An error names all that are missing, or there twice.
    pub(super) fn find(log: &Log) -> Result<Self, EvaluateError> {
        log.refuse_repeated(&NAMES)?;
        if NAMES.iter().all(|name| log.column(name).is_none()) {
            return Err(EvaluateError::NoColumns { path: log.path.clone() });
        }
        let mut missing = Vec::new();
        let mut required = |name: &'static str| {
            log.column(name).unwrap_or_else(|| {
                missing.push(name);
                0
            })
        };
        let columns = Self {
            row: required(ROW),
            at: required(AT),
            user: required(USER),
            ip: required(IP),
            country: required(COUNTRY),
            region: required(REGION),
            city: required(CITY),
            asn: required(ASN),
            user_agent: required(USER_AGENT),
            browser: required(BROWSER),
            os: required(OS),
            device_kind: required(DEVICE_KIND),
            succeeded: required(SUCCEEDED),
            device: log.column(DEVICE),
            failure: log.column(FAILURE),
        };
        if missing.is_empty() { Ok(columns) } else { Err(EvaluateError::missing(&log.path, &missing)) }
    }

    /// When a line's login was; None where that cannot be read.
    pub(super) fn time(&self, line: Line<'_>) -> Option<Timestamp> {
        parse_time(line.field(self.at).as_bytes())
    }

    /// Reads a line.
    pub(super) fn read<'a>(&self, line: Line<'a>) -> Result<Login<'a>, BadField> {
        if line.record.len() != line.n_columns {
            let fault = format!("{} fields where the header has {}", line.record.len(), line.n_columns);
            return Err(BadField::new(ROW, fault));
        }
        let user = line.field(self.user);
        let succeeded = truth_of(&line.field(self.succeeded)).ok_or_else(|| bad(SUCCEEDED, line, self.succeeded))?;
        let failure = line.told(self.failure).filter(|_| !succeeded);
        let is_nobody =
            !succeeded && (user == POOLED_UNKNOWN_USER || failure.as_ref().is_some_and(|why| is_unknown_user(why)));
        let account = AccountId::new(&*user).map_err(|error| BadField::new(USER, error.to_string()))?;
        let device = match line.told(self.device) {
            Some(token) => Some(DeviceId::new(&*token).map_err(|error| BadField::new(DEVICE, error.to_string()))?),
            None => None,
        };
        Ok(Login {
            row: line.field(self.row).parse().map_err(|_| bad(ROW, line, self.row))?,
            at: self.time(line).ok_or_else(|| bad(AT, line, self.at))?,
            user,
            account: Some(account).filter(|_| !is_nobody),
            ip: read_if_told(line, self.ip, IP, |text| text.parse::<IpAddr>().ok())?.map(|ip| ip.to_canonical()),
            // Some sets have codes of their own for satellites and proxies, which are no country.
            country: line.told(Some(self.country)).and_then(|code| CountryCode::new(&code).ok()),
            region: line.told(Some(self.region)),
            city: line.told(Some(self.city)),
            asn: read_if_told(line, self.asn, ASN, |text| text.parse::<u32>().ok())?.filter(|asn| *asn != 0),
            user_agent: line.told(Some(self.user_agent)),
            browser: line.told(Some(self.browser)),
            os: line.told(Some(self.os)),
            device_kind: line.told(Some(self.device_kind)).filter(|kind| kind != "unknown"),
            device,
            succeeded,
            failure,
        })
    }
}

/// Whether a failure's word says that the user does not exist.
pub(super) fn is_unknown_user(why: &str) -> bool {
    UNKNOWN_USER.contains(&why)
}

/// A truth value as the RBA data set and others spell it; None for anything else.
pub(super) fn truth_of(text: &str) -> Option<bool> {
    match text {
        "True" | "true" | "TRUE" | "1" => Some(true),
        "False" | "false" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

fn read_if_told<T>(
    line: Line<'_>,
    column: usize,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, BadField> {
    match line.told(Some(column)) {
        Some(text) => read(&text).map(Some).ok_or_else(|| bad(name, line, column)),
        None => Ok(None),
    }
}

// The value is not quoted: it may be anybody's data, and the line's number finds it.
fn bad(name: &'static str, line: Line<'_>, column: usize) -> BadField {
    let fault = if line.field(column).is_empty() { "is empty" } else { "cannot be read" };
    BadField::new(name, fault)
}

/// `YYYY-MM-DD HH:MM:SS`, with or without a fraction, `T` or `Z`; UTC. None if it is no time.
fn parse_time(text: &[u8]) -> Option<Timestamp> {
    let text = text.strip_suffix(b"Z").unwrap_or(text);
    let (clock, fraction) = text.split_at_checked(19)?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let is_shaped = separators.iter().all(|(place, mark)| clock.get(*place) == Some(mark));
    if !is_shaped || !matches!(clock.get(10), Some(b' ' | b'T')) {
        return None;
    }
    let number = |from: usize, to: usize| digits(clock.get(from..to)?);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month)
        || !(1..=days_of(year, month)).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let seconds = ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(Timestamp::from_micros(seconds * 1_000_000 + micros(fraction)?))
}

/// `.106` is 106 000; digits beyond the sixth are cut.
fn micros(fraction: &[u8]) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let told = fraction.strip_prefix(b".").filter(|told| !told.is_empty() && told.iter().all(u8::is_ascii_digit))?;
    let six = told.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    Some(six.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum, c| c.is_ascii_digit().then(|| sum * 10 + i64::from(c - b'0')))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, in the proleptic Gregorian calendar; by eras of 400 years that begin in March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A file opened for reading as text, unpacked if it is packed.
pub(super) fn open_text(path: &Path) -> std::io::Result<Box<dyn Read>> {
    unpacked(BufReader::with_capacity(BUFFER_BYTES, File::open(path)?))
}

fn unpacked<R: Read + 'static>(mut file: BufReader<R>) -> std::io::Result<Box<dyn Read>> {
    if file.fill_buf()?.starts_with(&GZIP_MAGIC) {
        Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)))
    } else {
        Ok(Box::new(file))
    }
}

struct Counted {
    file: File,
    bytes_read: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.bytes_read.set(self.bytes_read.get() + n as u64);
        Ok(n)
    }
}

/// A header's name without blanks, and without the mark that some tools put at the beginning of a file.
fn header_name(header: &[u8]) -> &[u8] {
    header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header).trim_ascii()
}

fn unreadable(path: &Path, error: csv::Error) -> EvaluateError {
    let line = error.position().map(csv::Position::line);
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => std::io::Error::other(format!("{other:?}")),
    };
    let source = match line {
        Some(line) => std::io::Error::new(source.kind(), format!("line {line}: {source}")),
        None => source,
    };
    EvaluateError::file(path, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_the_data_set_writes_it() {
        for (text, micros) in [
            ("1970-01-01 00:00:00", Some(0)),
            ("2020-02-03 12:43:30.772", Some(1_580_733_810_772_000)),
            ("2020-02-29T23:59:59.000001Z", Some(1_583_020_799_000_001)),
            ("1969-12-31 23:59:59.5", Some(-500_000)),
            ("2021-02-29 00:00:00", None),
            ("2020-13-01 00:00:00", None),
            ("2020-02-03 24:00:00", None),
            ("2020-02-03 12:43", None),
            ("2020-02-03 12:43:30.", None),
            ("2020-02-03 12:43:30+01:00", None),
            ("", None),
        ] {
            assert_eq!(parse_time(text.as_bytes()).map(Timestamp::as_micros), micros, "{text}");
        }
    }

    #[test]
    fn a_header_is_found_behind_a_byte_order_mark() {
        assert_eq!(header_name(b"\xef\xbb\xbfindex "), b"index");
    }
}
