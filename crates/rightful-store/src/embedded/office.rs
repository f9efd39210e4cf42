//! The office in the embedded store: applications and their keys, with a row of audit for each change.

use async_trait::async_trait;
use fjall::OwnedWriteBatch;
use rightful_domain::{
    AccountId, Application, ApplicationId, AuditRow, Author, CREDENTIALS_MAX, Day, KeyChange, RuleBook, RuleBookChange,
    RuleBookVersion, RuleCounted, RuleCounts, Snooze, Timestamp,
};

use super::command::{Command, OfficeChange};
use super::disk::failed;
use super::outbox::Redelivery;
use super::rule_books::RuleCommand;
use super::snoozes::SnoozeCommand;
use super::{EmbeddedStore, Shared};
use crate::record::{AuditVerb, Undecodable, decode_application, encode_application, encode_audit};
use crate::{Office, StoreError};

const APPLICATION_PREFIX: u8 = b'a';
pub(super) const AUDIT_PREFIX: u8 = b'z';

fn application_key(id: &ApplicationId) -> Vec<u8> {
    let mut key = vec![APPLICATION_PREFIX];
    key.extend_from_slice(id.as_str().as_bytes());
    key
}

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("an application: {}", cause.0) }
}

fn with_key_changed(mut application: Application, change: &KeyChange) -> Result<Application, StoreError> {
    let credentials = &mut application.credentials;
    let n_before = credentials.len();
    match change {
        KeyChange::Add(_) if n_before >= CREDENTIALS_MAX => {}
        KeyChange::Add(new) => credentials.push(new.clone()),
        KeyChange::Revoke(gone) => credentials.retain(|credential| !credential.is_same_key(gone)),
    }
    if credentials.len() == n_before { Err(StoreError::Conflict) } else { Ok(application) }
}

/// Keys and values to write.
pub(super) type Rows = Vec<(Vec<u8>, Vec<u8>)>;

impl Shared {
    pub(super) fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
        let found = self.disk.office.get(application_key(id)).map_err(failed)?;
        found.map(|bytes| decode_application(&bytes).map_err(corrupt)).transpose()
    }

    /// Whether there is an application of that id.
    pub(super) fn has_application(&self, id: &ApplicationId) -> Result<bool, StoreError> {
        self.disk.office.contains_key(application_key(id)).map_err(failed)
    }

    /// All applications, by id.
    pub(super) fn all_applications(&self) -> Result<Vec<Application>, StoreError> {
        self.check_running()?;
        let rows = self.disk.office.prefix([APPLICATION_PREFIX]);
        rows.map(|guard| decode_application(&guard.value().map_err(failed)?).map_err(corrupt)).collect()
    }

    /// What a change writes.
    pub(super) fn plan_office(&self, change: &OfficeChange, by: &Author) -> Result<Rows, StoreError> {
        let (verb, application) = match change {
            OfficeChange::Create(application) => {
                if self.application(&application.id)?.is_some() {
                    return Err(StoreError::Conflict);
                }
                (AuditVerb::Made, application.clone())
            }
            OfficeChange::Change(application) => {
                let Some(before) = self.application(&application.id)? else {
                    return Err(StoreError::UnknownApplication { id: application.id.clone() });
                };
                // Keys are changed by their own verbs, so that a form sent twice cannot bring a revoked one back.
                (AuditVerb::Changed, Application { credentials: before.credentials, ..application.clone() })
            }
            OfficeChange::Keys(id, change) => {
                let Some(before) = self.application(id)? else {
                    return Err(StoreError::UnknownApplication { id: id.clone() });
                };
                (AuditVerb::Keys, with_key_changed(before, change)?)
            }
            OfficeChange::BackUp(place) => {
                return Ok(vec![(self.next_audit_key()?, encode_audit(AuditVerb::BackedUp, by, place.as_bytes()))]);
            }
        };
        let bytes = encode_application(&application);
        let audit = (self.next_audit_key()?, encode_audit(verb, by, &bytes));
        Ok(vec![(application_key(&application.id), bytes), audit])
    }

    /// Forgets the logs of hooks that a change removes, in its batch.
    pub(super) fn forget_hooks(&self, writes: &mut OwnedWriteBatch, change: &OfficeChange) -> Result<(), StoreError> {
        let OfficeChange::Change(after) = change else { return Ok(()) };
        let Some(before) = self.application(&after.id)? else { return Ok(()) };
        let short = self.mind.taggers.of(&after.id).short;
        let is_left = |hook: &&rightful_domain::Hook| after.settings.hooks.iter().any(|left| left.id == hook.id);
        for gone in before.settings.hooks.iter().filter(|hook| !is_left(hook)) {
            self.outbox.forget_log(writes, short, &gone.id)?;
        }
        Ok(())
    }

    /// Lets messages wait again that were given up; how many. Called by the writer alone, with nothing in its batch.
    pub(super) fn redeliver(&self, asked: &Redelivery) -> Result<u64, StoreError> {
        let short = self.mind.taggers.of(&asked.application).short;
        let again = self.outbox.plan_redelivery(short, asked)?;
        if again.is_empty() {
            return Ok(0);
        }
        let audit = (self.next_audit_key()?, encode_audit(AuditVerb::Redelivered, &asked.by, &asked.said(&again)));
        self.outbox.redeliver(short, &asked.hook, again, audit)
    }

    pub(super) fn next_audit_key(&self) -> Result<Vec<u8>, StoreError> {
        let last = self.disk.office.prefix([AUDIT_PREFIX]).next_back();
        let last = last.map(fjall::Guard::key).transpose().map_err(failed)?;
        let n = last.and_then(|key| super::keys::sequence_of(&key)).unwrap_or(0) + 1;
        let mut key = vec![AUDIT_PREFIX];
        key.extend_from_slice(&n.to_be_bytes());
        Ok(key)
    }
}

#[async_trait]
impl Office for EmbeddedStore {
    async fn create_application(&self, application: Application, by: Author) -> Result<(), StoreError> {
        self.ask(|answer| Command::Office(Box::new((OfficeChange::Create(application), by)), answer)).await
    }

    async fn change_application(&self, application: Application, by: Author) -> Result<(), StoreError> {
        self.ask(|answer| Command::Office(Box::new((OfficeChange::Change(application), by)), answer)).await
    }

    async fn change_keys(&self, application: &ApplicationId, change: KeyChange, by: Author) -> Result<(), StoreError> {
        let change = OfficeChange::Keys(application.clone(), change);
        self.ask(|answer| Command::Office(Box::new((change, by)), answer)).await
    }

    async fn applications(&self) -> Result<Vec<Application>, StoreError> {
        self.read(Shared::all_applications).await
    }

    async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |shared| shared.audit(after, limit)).await
    }

    async fn rule_book(&self, application: &ApplicationId) -> Result<RuleBook, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.rule_book(&application)).await
    }

    async fn change_rule_book(&self, change: RuleBookChange) -> Result<RuleBook, StoreError> {
        let application = change.application.clone();
        self.ask(|answer| Command::Rules(RuleCommand::Change(Box::new(change), answer))).await?;
        self.rule_book(&application).await
    }

    async fn rule_book_version(
        &self,
        application: &ApplicationId,
        number: u32,
    ) -> Result<Option<RuleBookVersion>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.rule_book_version(&application, number)).await
    }

    async fn snooze(&self, snooze: Snooze) -> Result<(), StoreError> {
        self.ask(|answer| Command::Snooze(SnoozeCommand::Begin(snooze, answer))).await
    }

    async fn end_snooze(
        &self,
        application: &ApplicationId,
        rule: &str,
        account: &AccountId,
    ) -> Result<bool, StoreError> {
        let (whose, name, of) = (application.clone(), Box::from(rule), account.clone());
        let is_there = self.read(move |shared| shared.has_snooze(&whose, &name, &of)).await?;
        if is_there {
            let (whose, name, of) = (application.clone(), rule.into(), account.clone());
            self.ask(|answer| Command::Snooze(SnoozeCommand::End(whose, name, of, answer))).await?;
        }
        Ok(is_there)
    }

    async fn snoozes(&self, application: &ApplicationId, now: Timestamp) -> Result<Vec<Snooze>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.all_snoozes(&application, now)).await
    }

    async fn add_rule_counts(
        &self,
        application: &ApplicationId,
        counts: Vec<(RuleCounted, RuleCounts)>,
    ) -> Result<(), StoreError> {
        let application = application.clone();
        self.ask(|answer| Command::Rules(RuleCommand::Count(application, counts, answer))).await
    }

    async fn rule_counts(
        &self,
        application: &ApplicationId,
        from: Day,
    ) -> Result<Vec<(RuleCounted, RuleCounts)>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.rule_counts(&application, from)).await
    }
}
