//! Applications' own rules in the embedded store, with a row of audit for each change; and what rules did, by day.

use rightful_domain::{
    ApplicationId, Day, RULE_BOOK_VERSIONS_MAX, RULE_COUNT_DAYS, RULES_COUNTED_MAX, RuleBook, RuleBookChange,
    RuleBookVersion, RuleCounted, RuleCounts,
};
use tokio::sync::oneshot;

use super::Shared;
use super::command::Answer;
use super::disk::failed;
use super::writer::Writer;
use crate::StoreError;
use crate::record::{
    Undecodable, decode_rule_book, decode_rule_book_version, decode_rule_counts, encode_rule_book,
    encode_rule_book_version, encode_rule_counts, rule_audit,
};

/// The first letter of books' keys.
const BOOK: u8 = b'b';
/// The first letter of published versions' keys: application, number.
const VERSION: u8 = b'v';
/// The first letter of counts' keys: application, day, version, name.
const COUNTS: u8 = b'c';
/// The most outdated counts that are removed with one addition; the others go with the next.
const OUTDATED_MAX: usize = 10_000;

/// What rules did.
type Counts = Vec<(RuleCounted, RuleCounts)>;

pub(super) fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("an application's rules: {}", cause.0) }
}

/// What all keys of an application begin with. The length keeps one id from beginning another.
fn of_application(letter: u8, application: &ApplicationId) -> Vec<u8> {
    let id = application.as_str().as_bytes();
    let length = u16::try_from(id.len()).expect("an id has at most some hundred bytes");
    [&[letter][..], &length.to_be_bytes(), id].concat()
}

fn version_key(application: &ApplicationId, number: u32) -> Vec<u8> {
    [of_application(VERSION, application), number.to_be_bytes().to_vec()].concat()
}

fn counts_from(application: &ApplicationId, day: Day) -> Vec<u8> {
    [of_application(COUNTS, application), day.0.to_be_bytes().to_vec()].concat()
}

fn counts_key(application: &ApplicationId, counted: &RuleCounted) -> Vec<u8> {
    let version = counted.version.to_be_bytes();
    [&counts_from(application, counted.day)[..], &version, counted.rule.as_bytes()].concat()
}

fn counted_of(key: &[u8], prefix: usize) -> Option<RuleCounted> {
    let (day, rest) = key.get(prefix..)?.split_first_chunk()?;
    let (version, rule) = rest.split_first_chunk()?;
    let rule = std::str::from_utf8(rule).ok()?.into();
    Some(RuleCounted { day: Day(u32::from_be_bytes(*day)), rule, version: u32::from_be_bytes(*version) })
}

/// What is done to an application's rules.
pub(super) enum RuleCommand {
    Change(Box<RuleBookChange>, oneshot::Sender<Result<(), StoreError>>),
    Count(ApplicationId, Counts, oneshot::Sender<Result<(), StoreError>>),
}

impl Shared {
    pub(super) fn rule_book(&self, application: &ApplicationId) -> Result<RuleBook, StoreError> {
        let found = self.disk.rules.get(of_application(BOOK, application)).map_err(failed)?;
        found.map_or_else(|| Ok(RuleBook::default()), |bytes| decode_rule_book(&bytes).map_err(corrupt))
    }

    pub(super) fn rule_book_version(
        &self,
        application: &ApplicationId,
        number: u32,
    ) -> Result<Option<RuleBookVersion>, StoreError> {
        let found = self.disk.rules.get(version_key(application, number)).map_err(failed)?;
        found.map(|bytes| decode_rule_book_version(&bytes).map_err(corrupt)).transpose()
    }

    pub(super) fn rule_counts(&self, application: &ApplicationId, from: Day) -> Result<Counts, StoreError> {
        let (begin, end) = (counts_from(application, from), counts_from(application, Day(u32::MAX)));
        let prefix = begin.len() - size_of::<u32>();
        let mut counts = Vec::new();
        for row in self.disk.rules.range(begin..end) {
            let (key, value) = row.into_inner().map_err(failed)?;
            if let Some(counted) = counted_of(&key, prefix) {
                counts.push((counted, decode_rule_counts(&value).map_err(corrupt)?));
            }
        }
        // On disk a day's versions come before its names.
        counts.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(counts)
    }
}

impl Writer {
    pub(super) fn admit_rules(&mut self, command: RuleCommand) {
        // Rare enough that each has its own batch: it then sees the one before.
        self.write();
        let (put, answer) = match command {
            RuleCommand::Change(change, answer) => (self.put_rule_book(&change), answer),
            RuleCommand::Count(application, counts, answer) => (self.put_counts(&application, counts), answer),
        };
        match put {
            Ok(()) => {
                self.batch.answers.push(Answer::Done(answer));
                self.write();
            }
            Err(error) => drop(answer.send(Err(error))),
        }
    }

    fn put_rule_book(&mut self, change: &RuleBookChange) -> Result<(), StoreError> {
        let application = &change.application;
        if !self.shared.has_application(application)? {
            return Err(StoreError::UnknownApplication { id: application.clone() });
        }
        let mut book = self.shared.rule_book(application)?;
        let is_published = book.change(change).map_err(StoreError::RuleBook)?;
        let bytes = encode_rule_book(&book);
        let audit = self.shared.next_audit_key()?;
        let (writes, disk) = (&mut self.batch.writes, &self.shared.disk);
        writes.insert(&disk.rules, of_application(BOOK, application), bytes);
        writes.insert(&disk.office, audit, [&b"r"[..], &rule_audit(change, &book)].concat());
        if let Some(version) = book.in_effect().filter(|_| is_published) {
            writes.insert(&disk.rules, version_key(application, version.number), encode_rule_book_version(version));
            let kept = u32::try_from(RULE_BOOK_VERSIONS_MAX).unwrap_or(u32::MAX);
            if let Some(gone) = version.number.checked_sub(kept) {
                writes.remove(&disk.rules, version_key(application, gone));
            }
        }
        Ok(())
    }

    fn put_counts(&mut self, application: &ApplicationId, counts: Counts) -> Result<(), StoreError> {
        let Some(newest) = counts.iter().map(|(counted, _)| counted.day).max() else { return Ok(()) };
        let oldest = newest.minus(RULE_COUNT_DAYS);
        let (begin, end) = (counts_from(application, Day(0)), counts_from(application, oldest));
        for row in self.shared.disk.rules.range(begin..end).take(OUTDATED_MAX) {
            self.batch.writes.remove(&self.shared.disk.rules, row.key().map_err(failed)?);
        }
        let known = self.shared.rule_counts(application, newest)?;
        let mut n_today = known.len();
        for (counted, more) in counts.into_iter().filter(|(counted, _)| counted.day >= oldest) {
            let key = counts_key(application, &counted);
            let mut sum = match self.shared.disk.rules.get(&key).map_err(failed)? {
                Some(bytes) => decode_rule_counts(&bytes).map_err(corrupt)?,
                None if n_today >= RULES_COUNTED_MAX => continue,
                None => {
                    n_today += 1;
                    RuleCounts::default()
                }
            };
            sum.add(&more);
            self.batch.writes.insert(&self.shared.disk.rules, key, encode_rule_counts(&sum));
        }
        Ok(())
    }
}
