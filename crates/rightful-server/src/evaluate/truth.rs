//! Who was who: the labels of a log, read for measuring alone, after every score is on disk.
//!
//! Judging has no way here: it works on [`super::log::Login`], which holds no label, and is done before this file opens
//! the log a second time.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::EvaluateError;
use super::ahead::Ahead;
use super::log::{BadLines, Line, Log, LoginColumns, truth_of};

/// The column that says whether a login was a takeover.
pub(super) const TAKEOVER: &str = "Is Account Takeover";
/// The column in which a simulator says what sort of attack it was.
const KIND: &str = "Attack Kind";
/// All columns that measuring reads and judging does not.
pub(super) const LABELS: [&str; 2] = [TAKEOVER, KIND];
/// The kind of takeovers that have none.
const NO_KIND: &str = "ato";
/// The most kinds that are told apart; those beyond count as having none.
const KINDS_MAX: usize = 64;
/// The kinds of the published study, from clumsy to skilled; others follow by name.
const KNOWN_KINDS: [&str; 4] = ["naive", "vpn", "targeted", "very_targeted"];
/// How many legitimate logins a site has seen when its first days are over.
pub(super) const DAY_ZERO_LOGINS: usize = 10_000;

/// One successful login, with its label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    pub(super) row: i64,
    at_ms: i64,
    /// The user's number, counted from 0.
    pub(super) user: u32,
    /// Which attack it was, as a place in [`Truth::kinds`]; None where it was the owner.
    pub(super) kind: Option<u16>,
    /// The user's legitimate logins before.
    pub(super) history: u32,
}

/// The successful logins of a log, with their labels.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// In the order of the file.
    pub(super) logins: Vec<Judged>,
    /// The kinds of attack.
    pub(super) kinds: Vec<Box<str>>,
    pub(super) n_users: usize,
    /// Successful logins whose label is neither true nor false: no part of [`Truth::logins`].
    pub(super) n_unlabeled: u64,
    /// Whether the log says what sort of attack each was, which only a simulator knows.
    pub(super) has_kinds: bool,
    late_from_ms: f64,
    day_zero_until_ms: i64,
}

/// A part of the judged logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slice {
    /// The last third of the log's time.
    Late,
    /// Up to the 10 000th legitimate login.
    DayZero,
}

impl Truth {
    /// Whether a log has labels.
    pub(super) fn is_in(log: &Log) -> bool {
        log.column(TAKEOVER).is_some()
    }

    /// Reads the labels of at most `n_max` rows. Lines that judging could not read, or set aside, are no part of it.
    pub(super) fn read(path: &Path, n_max: u64, ahead: Ahead) -> Result<Self, EvaluateError> {
        let mut log = Log::open(path)?;
        let columns = LoginColumns::find(&log)?;
        let takeover = log.column(TAKEOVER).ok_or_else(|| EvaluateError::missing(path, &[TAKEOVER]))?;
        let labels = Labels { takeover, kind: log.column(KIND) };
        let mut reading = Reading::default();
        let (mut n, mut bad) = (0, BadLines::default());
        while n < n_max
            && let Some(line) = log.next()?
        {
            n += 1;
            match columns.read(line) {
                Ok(login) if ahead.has(login.at) => {}
                Ok(login) => reading.add(&login, || labels.of(line)),
                Err(fault) => bad.note(path, line.number(), &fault)?,
            }
        }
        Ok(reading.done(labels.kind.is_some()))
    }

    /// Whether a login is judged at all: its user must have been there before.
    pub(super) fn is_judged(login: &Judged) -> bool {
        login.history > 0
    }

    /// Whether a login belongs to a slice.
    pub(super) fn is_within(&self, login: &Judged, slice: Slice) -> bool {
        Self::is_judged(login)
            && match slice {
                Slice::Late => login.at_ms as f64 >= self.late_from_ms,
                Slice::DayZero => login.at_ms <= self.day_zero_until_ms,
            }
    }

    /// The places in [`Truth::logins`] of a slice's logins.
    pub(super) fn slice(&self, slice: Slice) -> Vec<usize> {
        let places = self.logins.iter().enumerate();
        places.filter(|(_, login)| self.is_within(login, slice)).map(|(place, _)| place).collect()
    }
}

/// Where the labels are.
struct Labels {
    takeover: usize,
    kind: Option<usize>,
}

impl Labels {
    fn of(&self, line: Line<'_>) -> Label {
        match is_takeover(line, self.takeover) {
            None => Label::Unreadable,
            Some(false) => Label::Owner,
            Some(true) => {
                let kind = self.kind.map(|kind| line.field(kind)).filter(|kind| !kind.is_empty());
                Label::Attack(kind.map_or_else(|| NO_KIND.into(), |kind| (*kind).into()))
            }
        }
    }
}

/// Who a line says it was.
enum Label {
    Owner,
    /// What sort of attack.
    Attack(Box<str>),
    Unreadable,
}

/// Whether a line says that it was a takeover; None where it says neither.
pub(super) fn is_takeover(line: Line<'_>, column: usize) -> Option<bool> {
    truth_of(&line.field(column))
}

/// The labels as they are read, before the kinds have their order.
#[derive(Default)]
struct Reading {
    logins: Vec<(Judged, Option<Box<str>>)>,
    users: HashMap<Box<str>, (u32, u32)>,
    n_unlabeled: u64,
    first_ms: Option<i64>,
    last_ms: i64,
}

impl Reading {
    fn add(&mut self, login: &super::log::Login<'_>, label: impl FnOnce() -> Label) {
        let at_ms = login.at.as_millis();
        self.first_ms.get_or_insert(at_ms);
        self.last_ms = at_ms;
        if !login.succeeded {
            return;
        }
        let label = match label() {
            Label::Owner => None,
            Label::Attack(kind) => Some(kind),
            Label::Unreadable => {
                self.n_unlabeled += 1;
                return;
            }
        };
        let n_users = u32::try_from(self.users.len()).unwrap_or(u32::MAX);
        if !self.users.contains_key(&*login.user) {
            self.users.insert((*login.user).into(), (n_users, 0));
        }
        let Some((user, history)) = self.users.get_mut(&*login.user) else { return };
        self.logins.push((Judged { row: login.row, at_ms, user: *user, kind: None, history: *history }, label.clone()));
        if label.is_none() {
            *history += 1;
        }
    }

    fn done(self, has_kinds: bool) -> Truth {
        let kinds = in_order(self.logins.iter().filter_map(|(_, label)| label.as_deref()).collect());
        let numbers: HashMap<&str, u16> = kinds.iter().zip(0..).map(|(kind, number)| (&**kind, number)).collect();
        let unnamed = numbers.get(NO_KIND).copied();
        let number =
            |label: &Option<Box<str>>| label.as_deref().and_then(|label| numbers.get(label).copied().or(unnamed));
        let logins: Vec<Judged> =
            self.logins.iter().map(|(login, label)| Judged { kind: number(label), ..*login }).collect();
        let legitimate = logins.iter().filter(|login| login.kind.is_none());
        let day_zero_until_ms = legitimate.take(DAY_ZERO_LOGINS).last().map_or(i64::MIN, |login| login.at_ms);
        let first_ms = self.first_ms.unwrap_or(self.last_ms);
        Truth {
            late_from_ms: self.last_ms as f64 - (self.last_ms - first_ms) as f64 / 3.0,
            day_zero_until_ms,
            n_users: self.users.len(),
            n_unlabeled: self.n_unlabeled,
            has_kinds,
            logins,
            kinds,
        }
    }
}

/// The published kinds first, then the others by name, those without one last.
fn in_order(kinds: BTreeSet<&str>) -> Vec<Box<str>> {
    let known = KNOWN_KINDS.into_iter().filter(|kind| kinds.contains(kind));
    let others = kinds.iter().copied().filter(|kind| !KNOWN_KINDS.contains(kind) && *kind != NO_KIND);
    let unnamed = (kinds.contains(NO_KIND) || kinds.len() > KINDS_MAX).then_some(NO_KIND);
    known.chain(others).take(KINDS_MAX).chain(unnamed).map(Box::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_in_the_published_order_and_are_not_without_end() {
        let order = |kinds: &[&'static str]| in_order(kinds.iter().copied().collect()).join(" ");
        assert_eq!(order(&["ato", "zoo", "very_targeted", "bee", "naive"]), "naive very_targeted bee zoo ato");
        let many: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
        let kinds = in_order(many.iter().map(String::as_str).collect());
        assert_eq!((kinds.len(), kinds.last().map(|kind| &**kind)), (KINDS_MAX + 1, Some(NO_KIND)));
    }
}
