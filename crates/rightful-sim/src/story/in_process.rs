//! The engine over a store, in this process: no clock, no network; a year passes in a moment.

use std::sync::Arc;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Allowances, ApplicationId, ApplicationMode, Conclusion, Entry, Event, EventId, Facts, Feedback,
    FeedbackKind, FeedbackTarget, Note, NoteKind, NoteTarget, Outcome, PasswordHashes, Timestamp, Verdict,
};
use rightful_engine::Policy;
use rightful_enrich::Enricher;
use rightful_store::{Applied, Store};
use zeroize::Zeroizing;

use super::data_sets::password_sha256;
use super::judge::{Judge, JudgeError, Judged};

/// The midnight with which stories begin here: Monday, 5 January 2026.
pub const FIRST_MIDNIGHT: Timestamp = Timestamp::from_seconds(1_767_571_200);

/// The engine over a store.
pub struct InProcess {
    store: Arc<dyn Store>,
    enricher: Arc<Enricher>,
    policy: Policy,
    mode: ApplicationMode,
    application: ApplicationId,
    midnight: Timestamp,
    /// Whether the store keeps what the policy's rules ask for.
    keeps: bool,
}

impl InProcess {
    /// A judge for one story. The store should be a fresh one, or the application a new one; the enricher should have read
    /// the world's data sets.
    #[must_use]
    pub fn new(
        (store, enricher): (Arc<dyn Store>, Arc<Enricher>),
        policy: Policy,
        mode: ApplicationMode,
        application: ApplicationId,
    ) -> Self {
        Self { store, enricher, policy, mode, application, midnight: FIRST_MIDNIGHT, keeps: false }
    }

    /// The same, with another midnight to begin with. Stories in one store need one each, a millisecond apart: an event's id
    /// is made of its moment and its number, and is unique in a store.
    #[must_use]
    pub fn beginning(self, midnight: Timestamp) -> Self {
        Self { midnight, ..self }
    }

    /// What the caller is told.
    const fn answered(&self, verdict: Verdict) -> Verdict {
        match self.mode {
            ApplicationMode::Enforce => verdict,
            ApplicationMode::Observe => Verdict::Allow,
        }
    }
}

#[async_trait]
impl Judge for InProcess {
    fn application(&self) -> &ApplicationId {
        &self.application
    }

    fn midnight(&self) -> Timestamp {
        self.midnight
    }

    async fn assess(&mut self, mut event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        if !std::mem::replace(&mut self.keeps, true) {
            let aggregates = self.policy.rules().aggregates();
            self.store.keep_aggregates(&self.application, aggregates, &|_| {}).await?;
        }
        let now = event.at;
        let sha256 = password.map(|password| Zeroizing::new(password_sha256(password)));
        let enrichment = self.enricher.enrich(&event, PasswordHashes { sha256, ..PasswordHashes::default() });
        let history = self.store.recall(&event, &enrichment, now).await?;
        event.account = event.account.or_else(|| history.resolved_account.clone());
        let facts = Facts { enrichment, event, history, allowances: Allowances::default(), now };
        let mut assessment = rightful_engine::assess(&facts, &self.policy);
        assessment.answered = Some(self.answered(assessment.verdict));
        let judged = Judged {
            event: assessment.event,
            verdict: assessment.verdict,
            reasons: assessment.findings.iter().map(|finding| finding.reason).collect(),
            rules: assessment.rules.iter().map(|matched| matched.rule.clone()).collect(),
        };
        self.store.record(Entry::judged(facts, assessment, None)).await?;
        Ok(judged)
    }

    async fn conclude(&mut self, event: EventId, outcome: Outcome, now: Timestamp) -> Result<(), JudgeError> {
        let application = self.application.clone();
        self.store.conclude(Conclusion { application, event, outcome, received_at: now }).await?;
        Ok(())
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        let application = self.application.clone();
        Ok(self.store.apply_feedback(Feedback { application, target, kind, received_at: now }).await?)
    }

    async fn close(&mut self, account: AccountId, now: Timestamp) -> Result<(), JudgeError> {
        let (application, about) = (self.application.clone(), NoteTarget::Account(account));
        self.store.note(Note { application, about, kind: NoteKind::Closed, received_at: now }).await?;
        Ok(())
    }
}
