//! What people do about events that wait for them, and how such events stand.
//!
//! A case is opened before its event is written down, so that nothing that must wait can be forgotten in between; a case
//! whose event never came shows nothing and is passed over. A decision is said of the event as feedback when it takes
//! effect, and not before.

use std::sync::Arc;
use std::time::Duration;

use rightful_dialects::{EventOf, Fresh};
use rightful_domain::{
    Application, Case, CaseChange, CasePage, CaseRefusal, CaseSearch, Decision, DecisionKind, DeviceAliasKind,
    DeviceId, Event, EventId, Facts, Feedback, FeedbackKind, FeedbackTarget, PasswordHashes, Record, ReportKey,
    Rescored, RetryKey, Timestamp, Topic,
};
use rightful_store::StoreError;

use crate::app::App;
use crate::clock;
use crate::pipeline::{Pipeline, PipelineError};
use crate::shutdown::Shutdown;
use crate::telling;

/// How often decisions that are to take effect are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The most that take effect in one go.
const SETTLED_AT_ONCE_MAX: usize = 256;
/// As whom the person decides who was asked.
const PERSON: &str = "person";
/// The most names of a device, as of those that callers tell.
const DEVICE_ALIASES_MAX: usize = 8;

/// An event, and what people did about it.
pub(crate) type Standing = (Record, Option<Case>);

impl Pipeline {
    /// Judges an event that nobody has told before, and remembers it.
    pub(crate) async fn assess_new(
        &self,
        fresh: Fresh,
        application: &Application,
        now: Timestamp,
    ) -> Result<Standing, PipelineError> {
        let Fresh { mut told, reported_as } = fresh;
        if let Some(retry) = &told.retry {
            self.refuse_known(retry, now).await?;
        }
        if let Some(name) = reported_as {
            self.join_page(&mut told.event, &name, now).await?;
        }
        let event = told.event.id;
        let record = self.assess(told, application, now).await?;
        if record.sequence == 0 {
            // Answered by the fallback: it is not written down, and nobody waits for it.
            return Ok((record, None));
        }
        // Two at once: the second finds the first one's answer, which is not for it.
        if record.entry.event.id != event {
            return Err(PipelineError::Known);
        }
        self.standing(application, record).await
    }

    async fn refuse_known(&self, retry: &RetryKey, now: Timestamp) -> Result<(), PipelineError> {
        match self.store.answer_to_retry(retry, now).await? {
            Some(_) => Err(PipelineError::Known),
            None => Ok(()),
        }
    }

    /// Lets an event know what the page of its session has reported: what its server has told stays as it is.
    async fn join_page(&self, event: &mut Event, name: &DeviceId, now: Timestamp) -> Result<(), StoreError> {
        let key = ReportKey::Device(name);
        let Some(report) = self.store.report(&event.application, key, now).await? else { return Ok(()) };
        let (device, of_page) = (&mut event.device, report.device);
        device.aliases.extend(of_page.aliases.into_iter().filter(|alias| alias.kind == DeviceAliasKind::Likeness));
        device.aliases.truncate(DEVICE_ALIASES_MAX);
        if device.components.is_empty() {
            device.components = of_page.components;
        }
        device.kind = device.kind.take().or(of_page.kind);
        device.os = device.os.take().or(of_page.os);
        device.browser = device.browser.take().or(of_page.browser);
        device.language = device.language.take().or(of_page.language);
        device.time_zone = device.time_zone.take().or(of_page.time_zone);
        device.screen = device.screen.take().or(of_page.screen);
        event.behavior = event.behavior.take().or(report.behavior);
        event.network.ip = event.network.ip.or(report.network.ip);
        event.network.user_agent = event.network.user_agent.take().or(report.network.user_agent);
        event.network.origin = event.network.origin.take().or(report.network.origin);
        Ok(())
    }

    async fn standing(&self, application: &Application, record: Record) -> Result<Standing, PipelineError> {
        let case = self.store.case(&application.id, record.entry.event.id).await?;
        Ok((record, case))
    }

    /// How an earlier event stands.
    pub(crate) async fn standing_of(
        &self,
        application: &Application,
        named: EventOf,
        now: Timestamp,
    ) -> Result<Standing, PipelineError> {
        let record = match named {
            EventOf::Id(event) => self.recall(application, event).await?,
            EventOf::Key(retry) => {
                let found = self.store.answer_to_retry(&retry, now).await?;
                found.ok_or(StoreError::NotFound { id: EventId::from_bytes([0; 16]) })?
            }
        };
        self.standing(application, record).await
    }

    /// Opens the case of an event that is to wait for people, if it is.
    pub(crate) async fn open_case(
        &self,
        event: &Event,
        assessment: &rightful_domain::Assessment,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_answered_otherwise = assessment.answered.is_some_and(|answered| answered != assessment.verdict);
        let Some(queue) = assessment.queue(event).filter(|_| !is_answered_otherwise) else { return Ok(()) };
        self.store.open_case(Case::new(event, Some(queue), now)).await.map(drop)
    }

    /// Judges an earlier event again, as of now. What was answered stays written; what is judged now is kept beside it, and
    /// what is to wait now waits.
    pub(crate) async fn rescore(
        &self,
        application: &Application,
        event: EventId,
        now: Timestamp,
    ) -> Result<Standing, PipelineError> {
        let (record, case) = self.standing_of(application, EventOf::Id(event), now).await?;
        let mut event = record.entry.event.clone();
        let changed = case.and_then(|case| case.fields);
        // What was changed is what rules read now; what was told stays written.
        event.custom = match (event.custom, changed) {
            (Some(told), Some(changed)) => told.with(&changed).or(Some(told)),
            (told, changed) => changed.or(told),
        };
        let enrichment = self.enricher.enrich(&event, PasswordHashes::default());
        // It was counted when it came, and is not again.
        let history = self.store.recall(&event, &enrichment, now).await?;
        let facts = Facts { event, enrichment, history, allowances: (&application.settings).into(), now };
        let assessment = rightful_engine::assess(&facts, &self.policies.of(&application.id).policy);
        let queue = assessment.queue(&facts.event).map(Box::from);
        let rescored = Rescored { at: now, verdict: assessment.verdict, score: assessment.risk_score };
        self.store.open_case(Case::new(&facts.event, None, now)).await?;
        let change = CaseChange::Rescore { rescored, queue };
        self.store.change_case(&application.id, record.entry.event.id, change, now).await??;
        let standing = self.standing(application, record).await?;
        self.tell(application, Topic::Standing, &standing.0, now).await;
        Ok(standing)
    }

    /// Does something about an event for somebody.
    pub(crate) async fn change_case(
        &self,
        application: &Application,
        event: EventId,
        change: CaseChange,
        now: Timestamp,
    ) -> Result<Standing, PipelineError> {
        let record = self.recall(application, event).await?;
        let needs_no_case = matches!(&change, CaseChange::Delete | CaseChange::Amend(_) | CaseChange::Decide(_));
        if needs_no_case {
            // Who runs the accounts may decide about what waits for nobody.
            self.store.open_case(Case::new(&record.entry.event, None, now)).await?;
        }
        let (is_deletion, is_amendment) = (change == CaseChange::Delete, matches!(change, CaseChange::Amend(_)));
        let case = self.store.change_case(&application.id, event, change, now).await??;
        if is_deletion && case.deleted_at == Some(now) {
            self.tell(application, Topic::Deleted, &record, now).await;
        }
        if is_amendment {
            self.tell(application, Topic::DataChanged, &record, now).await;
        }
        if case.decision.as_ref().is_some_and(|decision| !decision.is_done && decision.effective_at <= now) {
            self.settle(application, &case, now).await?;
            let record = self.recall(application, event).await?;
            return self.standing(application, record).await;
        }
        Ok((record, Some(case)))
    }

    /// Does something about many events for somebody: each by itself.
    pub(crate) async fn change_cases(
        &self,
        application: &Application,
        changes: Vec<(EventId, CaseChange)>,
        now: Timestamp,
    ) -> Result<Vec<(EventId, Result<Case, CaseRefusal>)>, PipelineError> {
        let mut changed = Vec::with_capacity(changes.len());
        for (event, change) in changes {
            let became = match self.change_case(application, event, change, now).await {
                Ok((_, case)) => case.ok_or(CaseRefusal::NoCase),
                Err(PipelineError::Case(refusal)) => Err(refusal),
                Err(PipelineError::Store(StoreError::NotFound { .. })) => Err(CaseRefusal::NoCase),
                Err(error) => return Err(error),
            };
            changed.push((event, became));
        }
        Ok(changed)
    }

    /// Finds cases.
    pub(crate) async fn cases(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, PipelineError> {
        Ok(self.store.cases(search, now).await?)
    }

    /// Lets a decision take effect: what was decided is said of the event, so that profiles learn or unlearn it, and whom it
    /// concerns is told. Done twice, it is done once.
    async fn settle(&self, application: &Application, case: &Case, now: Timestamp) -> Result<(), PipelineError> {
        let Some(decision) = case.decision.as_ref().filter(|decision| !decision.is_done) else { return Ok(()) };
        let kind = match decision.kind {
            DecisionKind::Approve => Some(FeedbackKind::ConfirmedLegitimate),
            DecisionKind::Reject => Some(FeedbackKind::ConfirmedTakeover),
            // Nothing is known yet.
            DecisionKind::AskUser => None,
        };
        if let Some(kind) = kind {
            let target = FeedbackTarget::Event(case.event);
            let said = Feedback { application: application.id.clone(), target, kind, received_at: decision.at };
            self.feedback(application, vec![said]).await?;
        }
        let change = CaseChange::Settle { made_at: decision.at };
        // Settled by another meanwhile, or taken back: then there is nothing to tell.
        let settled = self.store.change_case(&application.id, case.event, change, now).await?;
        let Ok(settled) = settled else { return Ok(()) };
        if settled.revision == case.revision {
            return Ok(());
        }
        let record = self.recall(application, case.event).await?;
        self.tell(application, Topic::Reviewed, &record, now).await;
        self.tell(application, Topic::Standing, &record, now).await;
        Ok(())
    }

    /// Closes the case of an event whose person was asked, and has answered.
    pub(crate) async fn close_asked(&self, application: &Application, said: &Feedback) -> Result<(), StoreError> {
        let FeedbackTarget::Event(event) = said.target else { return Ok(()) };
        let kind = match said.kind {
            FeedbackKind::ChallengePassed { .. } | FeedbackKind::ConfirmedLegitimate => DecisionKind::Approve,
            FeedbackKind::ChallengeFailed | FeedbackKind::ConfirmedTakeover => DecisionKind::Reject,
            FeedbackKind::ChallengeIgnored | FeedbackKind::Reclaimed => return Ok(()),
        };
        let Some(case) = self.store.case(&application.id, event).await? else { return Ok(()) };
        let is_asked = |decision: &Decision| decision.is_done && decision.kind == DecisionKind::AskUser;
        if !case.decision.as_ref().is_some_and(is_asked) {
            return Ok(());
        }
        let at = said.received_at;
        let answered = Decision {
            kind,
            by: PERSON.into(),
            at,
            effective_at: at,
            is_done: true,
            comment: None,
            labels: Vec::new(),
            may_retry: false,
        };
        // Deleted meanwhile: then it waits for nobody.
        let _closed = self.store.change_case(&application.id, event, CaseChange::Decide(answered), at).await?;
        Ok(())
    }

    /// Lets the application's hooks know of an event. What cannot be put down is logged, and the event stands as it does.
    pub(crate) async fn tell(&self, application: &Application, topic: Topic, record: &Record, now: Timestamp) {
        let told = telling::of_standing(application, topic, record, now);
        if told.is_empty() {
            return;
        }
        if let Err(error) = self.store.enqueue(told).await {
            tracing::warn!(event.id = %record.entry.event.id, %error, "hooks are not told how an event stands");
        }
    }
}

/// Lets decisions take effect when their minute is over, until told to stop.
pub(crate) async fn settle_decisions(app: Arc<App>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => settle_due(&app, clock::now()).await,
        }
    }
}

/// Lets those take effect that are due.
pub(crate) async fn settle_due(app: &App, now: Timestamp) {
    let due = match app.pipeline.store.decisions_due(now, SETTLED_AT_ONCE_MAX).await {
        Ok(due) => due,
        Err(error) => {
            tracing::debug!(%error, "decisions cannot be read");
            return;
        }
    };
    for case in due {
        let Some(application) = app.applications.find(&case.application) else { continue };
        if let Err(error) = app.pipeline.settle(&application, &case, now).await {
            tracing::warn!(event.id = %case.event, %error, "a decision cannot take effect yet, and is tried again");
        }
    }
}
