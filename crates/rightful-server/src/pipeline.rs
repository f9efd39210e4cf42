//! The spine: the whole road of a login on one screen.
//!
//! An event is enriched, its history recalled, the facts judged, the entry recorded; then the answer is given. Two
//! awaits touch the store, all between them is pure. Retries, the deadline and the answer when the store is away are
//! decided here and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use rightful_dialects::{Told, Tolerance};
use rightful_domain::{
    Application, Assessment, Case, CaseRefusal, Conclusion, CredentialStatus, Entry, Event, EventId, Facts, Feedback,
    FeedbackTarget, Outcome, Page, Record, RetryKey, RuleCounted, RuleCounts, Search, Teaching, Timestamp,
};
use rightful_enrich::Enricher;
use rightful_store::{Applied, Recorded, Store, StoreError};

use crate::alerts::Activity;
use crate::attempts::ContactIdWatch;
use crate::fallback::{self, Cause};
use crate::followers::Followers;
use crate::listeners::Listeners;
use crate::lists::ListError;
use crate::magic::{self, Magic};
use crate::one_address::OneAddressWatch;
use crate::owed::Owed;
use crate::policies::Policies;
use crate::rule_labels;
use crate::telemetry::Meters;
use crate::telling;
use crate::turns::Turns;

/// The road of a login, with all it passes on the way.
pub(crate) struct Pipeline {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) enricher: Arc<Enricher>,
    pub(crate) policies: Policies,
    pub(crate) meters: Arc<Meters>,
    pub(crate) one_address: OneAddressWatch,
    pub(crate) turns: Turns,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) owed: Owed,
    pub(crate) contact_ids: ContactIdWatch,
    pub(crate) followers: Followers,
    pub(crate) activity: Activity,
}

/// Why the road ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PipelineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is asked of lists cannot be done.
    #[error(transparent)]
    List(ListError),
    /// A magic account asked for it.
    #[error("an error was asked for by a magic account")]
    Asked,
    /// Nothing was reported under a token, or too long ago.
    #[error("nothing is kept under the token")]
    NoToken,
    /// What is given once was given before.
    #[error("it was given before, and is given once")]
    Spent,
    /// What must be new was told before.
    #[error("it was told before, and must be new")]
    Known,
    /// A case cannot be changed so.
    #[error("{}", .0.as_str())]
    Case(CaseRefusal),
}

impl From<CaseRefusal> for PipelineError {
    fn from(refusal: CaseRefusal) -> Self {
        Self::Case(refusal)
    }
}

impl From<ListError> for PipelineError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Store(error) => Self::Store(error),
            other => Self::List(other),
        }
    }
}

impl PipelineError {
    /// The error as it is of what is given once: that it came before is no confusion of idempotency keys.
    pub(crate) fn once(self) -> Self {
        match self {
            Self::Store(StoreError::Conflict) => Self::Spent,
            other => other,
        }
    }
}

/// Whether somebody waits for the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Yes,
    No,
    /// Nobody did, nor could: it is history, judged as of its own time and believed.
    Long,
}

/// An entry of history: what succeeded then is believed, nobody is told of it, and it spends nothing of the challenge
/// budget, since nobody could have been asked.
fn of_history(facts: Facts, mut assessment: Assessment, retry: Option<RetryKey>) -> Entry {
    assessment.news.nats = None;
    let mut entry = Entry::judged(facts, assessment, retry);
    if entry.event.outcome == Outcome::Succeeded {
        entry.teaching = Teaching::Learn;
    }
    entry
}

/// The case of an event that is to wait for people, if it is.
fn case_of(event: &Event, assessment: &Assessment, now: Timestamp) -> Option<Case> {
    let queue = assessment.queue(event).filter(|_| !assessment.is_overruled())?;
    Some(Case::new(event, Some(queue), now))
}

impl Pipeline {
    /// Judges an event and remembers it, within the application's deadline; else answers with its stated fallback.
    pub(crate) async fn assess(
        &self,
        told: Told,
        application: &Application,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        self.assess_as(told, Tolerance::Default, application, now).await
    }

    /// The same, where the device is one of the account's if it is as alike as that tolerates.
    pub(crate) async fn assess_as(
        &self,
        told: Told,
        tolerance: Tolerance,
        application: &Application,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        let stand_in = told.event.clone();
        let deadline = Duration::from_millis(application.deadline_ms.into());
        let degraded =
            match tokio::time::timeout(deadline, self.judge_as(told, tolerance, application, Asked::Yes, now)).await {
                Ok(Err(PipelineError::Store(StoreError::Unavailable { source }))) => Cause::StoreAway(source),
                Ok(Err(PipelineError::Store(StoreError::Busy))) => Cause::StoreBusy,
                Ok(judged) => return judged,
                Err(_elapsed) => Cause::Deadline,
            };
        self.meters.degraded(&degraded);
        Ok(fallback::answer(stand_in, application, now))
    }

    /// The road itself: recall, record; nothing else is awaited, but where a device has no name to be looked up by.
    pub(crate) async fn judge(
        &self,
        told: Told,
        application: &Application,
        asked: Asked,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        self.judge_as(told, Tolerance::Default, application, asked, now).await
    }

    async fn judge_as(
        &self,
        told: Told,
        tolerance: Tolerance,
        application: &Application,
        asked: Asked,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        let Told { mut event, hashes, retry, .. } = told;
        // The same request twice at once: the second waits for the first, and finds its answer.
        let _turn = self.turns.take(retry.as_ref()).await;
        if let Some(first) = self.answered_before(retry.as_ref(), now).await? {
            return Ok(first);
        }
        self.join_report(&mut event, now).await?;
        self.know_device(&mut event, tolerance).await?;
        self.one_address.see(event.network.ip);
        let magic = magic::of(application, &event);
        let mut enrichment = self.enricher.enrich(&event, hashes);
        match magic {
            // Before it is counted: what is not judged is not remembered.
            Some(Magic::Error) => return Err(PipelineError::Asked),
            Some(Magic::Fallback) => return Ok(fallback::answer(event, application, now)),
            Some(Magic::Breached) => {
                enrichment.credential = Some(CredentialStatus { password_breached: true, username_breached: true });
            }
            Some(Magic::Verdict(_)) | None => {}
        }
        let history = self.store.recall(&event, &enrichment, now).await?;
        event.account = event.account.or_else(|| history.resolved_account.clone());
        let facts = Facts { event, enrichment, history, allowances: (&application.settings).into(), now };
        let in_effect = self.policies.of(&application.id);
        let mut assessment = rightful_engine::assess(&facts, &in_effect.policy);
        if let Some(Magic::Verdict(verdict)) = magic {
            assessment.verdict = verdict;
        }
        assessment.answered = (asked == Asked::Yes).then(|| application.mode.answered(assessment.verdict));
        let (entry, case) = match asked {
            Asked::Yes | Asked::No => {
                let case = case_of(&facts.event, &assessment, now);
                self.meters.judged(&assessment);
                self.activity.judged(&application.id, &assessment, now);
                let mut entry = Entry::judged(facts, assessment, retry);
                entry.tellings = telling::of(application, &entry, case.as_ref());
                (entry, case)
            }
            Asked::Long => (of_history(facts, assessment, retry), None),
        };
        match self.store.record_opening(entry.clone(), case).await? {
            Recorded::New { sequence } => {
                if asked != Asked::Long {
                    in_effect.count(&entry);
                }
                self.listeners.judged(application, &entry);
                self.followers.wake();
                Ok(Record { sequence, entry, conclusion: None, feedback: Vec::new(), consumed_at: None })
            }
            Recorded::Repeated(first) => Ok(*first),
        }
    }

    async fn answered_before(&self, retry: Option<&RetryKey>, now: Timestamp) -> Result<Option<Record>, StoreError> {
        match retry {
            Some(retry) => self.store.answer_to_retry(retry, now).await,
            None => Ok(None),
        }
    }

    /// Remembers how an earlier event ended.
    pub(crate) async fn conclude(
        &self,
        application: &Application,
        event: EventId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        let application = application.id.clone();
        let record = self.store.conclude(Conclusion { application, event, outcome, received_at: now }).await?;
        self.followers.wake();
        Ok(record)
    }

    /// Remembers what somebody said, and acts on it. Stops at the first that cannot be applied.
    pub(crate) async fn feedback(
        &self,
        application: &Application,
        all: Vec<Feedback>,
    ) -> Result<(u32, Applied), PipelineError> {
        let mut n_targets = 0;
        let mut total = Applied::default();
        for feedback in all {
            let tellings = telling::of_feedback(application, &feedback);
            let labelled = self.labelled(application, &feedback).await?;
            let applied = self.store.apply_feedback_telling(feedback.clone(), tellings).await?;
            if !labelled.is_empty() {
                self.store.add_rule_counts(&application.id, labelled).await?;
            }
            self.followers.wake();
            n_targets += 1;
            total.n_released += applied.n_released;
            total.n_unlearned += applied.n_unlearned;
        }
        Ok((n_targets, total))
    }

    /// What a label adds to the counts of the rules that matched its event.
    pub(crate) async fn labelled(
        &self,
        application: &Application,
        feedback: &Feedback,
    ) -> Result<Vec<(RuleCounted, RuleCounts)>, StoreError> {
        let FeedbackTarget::Event(event) = feedback.target else { return Ok(Vec::new()) };
        if !rule_labels::labels_an_event(feedback) {
            return Ok(Vec::new());
        }
        let record = self.store.find(&application.id, event).await?;
        Ok(record.map(|record| rule_labels::counts_of(&record, feedback)).unwrap_or_default())
    }

    /// Finds an earlier event.
    pub(crate) async fn recall(&self, application: &Application, event: EventId) -> Result<Record, PipelineError> {
        let found = self.store.find(&application.id, event).await?;
        Ok(found.ok_or(StoreError::NotFound { id: event })?)
    }

    /// Finds earlier events.
    pub(crate) async fn search(&self, search: &Search) -> Result<Page, PipelineError> {
        Ok(self.store.search(search).await?)
    }
}
