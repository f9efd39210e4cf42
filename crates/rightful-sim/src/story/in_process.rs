//! The engine over a store, in this process: no clock, no network; a year passes in a moment.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use rightful_domain::{
    AddressKind, ApplicationId, ApplicationMode, Conclusion, Enrichment, Entry, Event, EventId, Facts, Feedback,
    FeedbackKind, FeedbackTarget, Outcome, Timestamp, Verdict,
};
use rightful_engine::Policy;
use rightful_store::{Applied, Store};

use super::judge::{Judge, JudgeError, Judged};

/// The midnight with which stories begin here: Monday, 5 January 2026.
pub const FIRST_MIDNIGHT: Timestamp = Timestamp::from_seconds(1_767_571_200);

/// The engine over a store.
pub struct InProcess {
    store: Arc<dyn Store>,
    policy: Policy,
    mode: ApplicationMode,
    application: ApplicationId,
}

impl InProcess {
    /// A judge for one story. The store should be a fresh one, or the application a new one.
    #[must_use]
    pub const fn new(store: Arc<dyn Store>, policy: Policy, mode: ApplicationMode, application: ApplicationId) -> Self {
        Self { store, policy, mode, application }
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
        FIRST_MIDNIGHT
    }

    async fn assess(&mut self, mut event: Event) -> Result<Judged, JudgeError> {
        let now = event.at;
        let enrichment = enrichment(&event);
        let history = self.store.recall(&event, &enrichment, now).await?;
        event.account = event.account.or_else(|| history.resolved_account.clone());
        let facts = Facts { enrichment, event, history, now };
        let mut assessment = rightful_engine::assess(&facts, &self.policy);
        assessment.answered = Some(self.answered(assessment.verdict));
        let judged = Judged {
            event: assessment.event,
            verdict: assessment.verdict,
            reasons: assessment.findings.iter().map(|finding| finding.reason).collect(),
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
}

/// What the address says by its number alone. No data set is read: a story is true on every machine.
fn enrichment(event: &Event) -> Enrichment {
    Enrichment { address: event.network.ip.map(address_kind), ..Enrichment::default() }
}

/// A world's addresses are all set aside, so there are but three kinds.
const fn address_kind(ip: IpAddr) -> AddressKind {
    match ip {
        IpAddr::V4(v4) if v4.is_private() => AddressKind::Private,
        IpAddr::V6(v6) if v6.is_unique_local() => AddressKind::Private,
        IpAddr::V4(v4) if !v4.is_documentation() => AddressKind::CarrierNat,
        IpAddr::V4(_) | IpAddr::V6(_) => AddressKind::Documentation,
    }
}
