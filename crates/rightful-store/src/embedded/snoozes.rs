//! Rules that are not to act on an account for a while: a sealed row each, and by heart until when, for recall.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use fjall::Keyspace;
use parking_lot::RwLock;
use rightful_domain::{ACCOUNT_SNOOZES_MAX, AccountId, ApplicationId, SNOOZES_MAX, Snooze, Tag, Timestamp};
use tokio::sync::oneshot;

use super::Shared;
use super::command::Answer;
use super::disk::failed;
use super::rule_books::corrupt;
use super::tags::{StateKey, StateKind};
use super::writer::Writer;
use crate::StoreError;
use crate::record::{SnoozeRow, decode_snooze, encode_snooze, snooze_of, snooze_words};

/// The first letter of snoozes' keys.
const PREFIX: u8 = b's';
/// Where a rule's name begins in a key: after the letter and the bytes of an account's state.
const NAME_AT: usize = 14;

/// An account's snoozed rules with their ends, by name.
type Ends = Vec<(Box<str>, Timestamp)>;

/// What is snoozed, by account. Reading takes a lock for reading only if anything is.
#[derive(Default)]
pub(super) struct Snoozes {
    n_accounts: AtomicUsize,
    by_account: RwLock<HashMap<StateKey, Ends>>,
}

impl Snoozes {
    /// Reads all of them; those whose key does not read back are passed over.
    pub(super) fn open(&self, disk: &Keyspace) -> Result<(), StoreError> {
        for row in disk.prefix([PREFIX]) {
            let (key, value) = row.into_inner().map_err(failed)?;
            if let Some((account, rule)) = account_and_rule(&key) {
                let row = decode_snooze(&value).map_err(corrupt)?;
                self.set(account, rule, Some(row.until));
            }
        }
        Ok(())
    }

    /// The rules that are snoozed for an account, by name.
    pub(super) fn of(&self, account: StateKey, now: Timestamp) -> Vec<Box<str>> {
        if self.n_accounts.load(Ordering::Relaxed) == 0 {
            return Vec::new();
        }
        let by_account = self.by_account.read();
        let ends = by_account.get(&account).map_or(&[][..], |ends| ends);
        ends.iter().filter(|(_, until)| *until > now).map(|(rule, _)| rule.clone()).collect()
    }

    fn set(&self, account: StateKey, rule: &str, until: Option<Timestamp>) {
        let mut by_account = self.by_account.write();
        let ends = by_account.entry(account).or_default();
        match (ends.binary_search_by(|(name, _)| (**name).cmp(rule)), until) {
            (Ok(place), Some(until)) => {
                if let Some((_, end)) = ends.get_mut(place) {
                    *end = until;
                }
            }
            (Ok(place), None) => drop(ends.remove(place)),
            (Err(place), Some(until)) => ends.insert(place, (rule.into(), until)),
            (Err(_), None) => {}
        }
        if ends.is_empty() {
            by_account.remove(&account);
        }
        self.n_accounts.store(by_account.len(), Ordering::Relaxed);
    }

    /// Forgets all of an account; its rules.
    fn forget(&self, account: StateKey) -> Vec<Box<str>> {
        let mut by_account = self.by_account.write();
        let gone = by_account.remove(&account).unwrap_or_default();
        self.n_accounts.store(by_account.len(), Ordering::Relaxed);
        gone.into_iter().map(|(rule, _)| rule).collect()
    }

    /// Those of an application that have ended, and how many have not.
    fn ended(&self, application: u32, now: Timestamp) -> (Vec<(StateKey, Box<str>)>, usize) {
        let (mut ended, mut n_left) = (Vec::new(), 0);
        for (account, ends) in self.by_account.read().iter().filter(|(account, _)| account.application == application) {
            for (rule, until) in ends {
                if *until > now {
                    n_left += 1;
                } else {
                    ended.push((*account, rule.clone()));
                }
            }
        }
        (ended, n_left)
    }
}

fn key_of(account: StateKey, rule: &str) -> Vec<u8> {
    [&[PREFIX], &account.to_bytes()[..], rule.as_bytes()].concat()
}

fn account_and_rule(key: &[u8]) -> Option<(StateKey, &str)> {
    let (state, rule) = (key.get(1..NAME_AT)?, key.get(NAME_AT..)?);
    let (tag, rest) = state.split_first_chunk()?;
    let (_, application) = rest.split_last_chunk()?;
    let (tag, application) = (Tag::new(u64::from_be_bytes(*tag)), u32::from_be_bytes(*application));
    Some((StateKey { kind: StateKind::Subject, application, tag }, std::str::from_utf8(rule).ok()?))
}

/// What is done to an application's snoozes.
pub(super) enum SnoozeCommand {
    Begin(Snooze, oneshot::Sender<Result<(), StoreError>>),
    End(ApplicationId, Box<str>, AccountId, oneshot::Sender<Result<(), StoreError>>),
}

impl Shared {
    /// Whether a rule is snoozed for an account, ended or not.
    pub(super) fn has_snooze(
        &self,
        application: &ApplicationId,
        rule: &str,
        account: &AccountId,
    ) -> Result<bool, StoreError> {
        let tagger = self.mind.taggers.of(application);
        let subject = tagger.subject_key(tagger.account(account));
        self.disk.rules.contains_key(key_of(subject, rule)).map_err(failed)
    }

    /// What is snoozed in an application.
    pub(super) fn all_snoozes(&self, application: &ApplicationId, now: Timestamp) -> Result<Vec<Snooze>, StoreError> {
        let short = self.mind.taggers.of(application).short;
        let mut all = Vec::new();
        for row in self.disk.rules.prefix([PREFIX]) {
            let (key, value) = row.into_inner().map_err(failed)?;
            let Some((account, _)) = account_and_rule(&key).filter(|(account, _)| account.application == short) else {
                continue;
            };
            let SnoozeRow { until, sealed } = decode_snooze(&value).map_err(corrupt)?;
            // What does not open was sealed with a key that was erased.
            let Some(opener) = self.subjects.to_open(account)?.filter(|_| until > now) else { continue };
            let Ok(words) = opener.open(&sealed, &key) else { continue };
            all.push(snooze_of(&words, until).map_err(corrupt)?);
        }
        all.retain(|snooze: &Snooze| snooze.application == *application);
        Ok(all)
    }
}

impl Writer {
    pub(super) fn admit_snooze(&mut self, command: SnoozeCommand) {
        // Rare enough that each has its own batch: it then sees the one before.
        self.write();
        match command {
            SnoozeCommand::Begin(snooze, answer) => match self.put_snooze(&snooze) {
                Ok(()) => {
                    self.batch.answers.push(Answer::Done(answer));
                    self.write();
                }
                Err(error) => drop(answer.send(Err(error))),
            },
            SnoozeCommand::End(application, rule, account, answer) => {
                let tagger = self.shared.mind.taggers.of(&application);
                let subject = tagger.subject_key(tagger.account(&account));
                self.shared.mind.snoozes.set(subject, &rule, None);
                self.batch.writes.remove(&self.shared.disk.rules, key_of(subject, &rule));
                self.batch.answers.push(Answer::Done(answer));
                self.write();
            }
        }
    }

    fn put_snooze(&mut self, snooze: &Snooze) -> Result<(), StoreError> {
        let tagger = self.shared.mind.taggers.of(&snooze.application);
        let subject = tagger.subject_key(tagger.account(&snooze.account));
        let snoozes = &self.shared.mind.snoozes;
        let (ended, n_left) = snoozes.ended(tagger.short, snooze.at);
        let others = snoozes.of(subject, snooze.at);
        if !others.contains(&snooze.rule) {
            if others.len() >= ACCOUNT_SNOOZES_MAX {
                return Err(StoreError::TooMuch { what: "32 rules are snoozed for the account already" });
            }
            if n_left >= SNOOZES_MAX {
                return Err(StoreError::TooMuch { what: "10000 snoozes are in effect already" });
            }
        }
        let (key, new_key) = self.shared.subjects.to_seal(subject)?;
        let place = key_of(subject, &snooze.rule);
        let sealed = key.seal(&snooze_words(snooze), &place, &self.shared.nonces);
        for (account, rule) in ended {
            self.shared.mind.snoozes.set(account, &rule, None);
            self.batch.writes.remove(&self.shared.disk.rules, key_of(account, &rule));
        }
        let row = encode_snooze(&SnoozeRow { until: snooze.until, sealed });
        self.batch.writes.insert(&self.shared.disk.rules, place, row);
        self.put_key(new_key);
        self.shared.mind.snoozes.set(subject, &snooze.rule, Some(snooze.until));
        Ok(())
    }

    /// Forgets what is snoozed for an account, in the batch that erases it.
    pub(super) fn forget_snoozes(&mut self, account: StateKey) {
        for rule in self.shared.mind.snoozes.forget(account) {
            self.batch.writes.remove(&self.shared.disk.rules, key_of(account, &rule));
        }
    }
}
