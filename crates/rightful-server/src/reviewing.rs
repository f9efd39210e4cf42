//! What people do about events that wait for them, and how such events stand.
//!
//! A case is opened in the write of its event. A decision is said of the event as feedback when it takes effect, and not
//! before; that, the case and the messages about both are one write, so that nobody is told what is not, or not told what is.

use std::sync::Arc;
use std::time::Duration;

use rightful_dialects::{EventOf, Fresh};
use rightful_domain::{
    Application, CASE_LIMIT_MAX, Case, CaseChange, CasePage, CaseRefusal, CaseSearch, CaseState, CaseTimes, Decision,
    DecisionKind, DeviceAliasKind, DeviceId, Event, EventId, Facts, Feedback, FeedbackKind, FeedbackTarget,
    PasswordHashes, Record, ReportKey, Rescored, RetryKey, Timestamp,
};
use rightful_store::{CaseAsked, StoreError};

use crate::app::App;
use crate::clock;
use crate::pipeline::{Pipeline, PipelineError};
use crate::shutdown::Shutdown;
use crate::telling;

/// How often decisions that are to take effect are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The most that take effect in one go.
const SETTLED_AT_ONCE_MAX: usize = 256;
/// The most pages of cases whose times are looked at, of each sort.
const TIMED_PAGES_MAX: usize = 40;
/// The most names of a device, as of those that callers tell.
const DEVICE_ALIASES_MAX: usize = 8;

/// An event, and what people did about it.
pub(crate) type Standing = (Record, Option<Case>);

impl Pipeline {
    /// Judges an event that nobody has told before, and remembers it. Unlike where the verdict is all that is answered, no
    /// fallback stands in: the answer names something that is asked for later, reviewed and decided about, and what is not
    /// written down can be none of that. Whoever tells it again finds it, or has it judged.
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
            return Err(StoreError::Busy.into());
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

    /// Judges an earlier event again, as of now, and as if it had taught nothing: else what was let through would be familiar
    /// with itself. What was answered stays written; what is judged now is kept beside it, and
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
        let history = self.store.recall_again(&application.id, event.id, &enrichment, now).await?;
        let facts = Facts { event, enrichment, history, allowances: (&application.settings).into(), now };
        let assessment = rightful_engine::assess(&facts, &self.policies.of(&application.id).policy);
        let queue = assessment.queue(&facts.event).map(Box::from);
        let rescored = Rescored::of(&assessment, now);
        let changes = vec![CaseChange::Rescore { rescored, queue }];
        let case = self.store.alter_case(asked(application, &record, changes, now)).await??;
        Ok((record, Some(case)))
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
        let CaseChange::Decide(decision) = change else {
            let case = self.store.alter_case(asked(application, &record, vec![change], now)).await??;
            return Ok((record, Some(case)));
        };
        if decision.effective_at > now {
            let changes = vec![CaseChange::Decide(decision)];
            let case = self.store.alter_case(asked(application, &record, changes, now)).await??;
            return Ok((record, Some(case)));
        }
        let settle = CaseChange::Settle { made_at: decision.at };
        let said = said_by(&record, &decision);
        let changes = vec![CaseChange::Decide(decision), settle];
        let case = self.carry_out(application, asked(application, &record, changes, now), said).await??;
        Ok((self.recall(application, event).await?, Some(case)))
    }

    /// Lets a decision take effect: the case, what it says of the event, so that profiles learn or unlearn it, and whom it
    /// concerns is told, all in one write.
    async fn carry_out(
        &self,
        application: &Application,
        asked: CaseAsked,
        said: Option<Feedback>,
    ) -> Result<Result<Case, CaseRefusal>, PipelineError> {
        let Some(said) = said else { return Ok(self.store.alter_case(asked).await?) };
        let labelled = self.labelled(application, &said).await?;
        let case = self.store.alter_case(CaseAsked { said: Some(said), ..asked }).await?;
        if case.is_ok() && !labelled.is_empty() {
            self.store.add_rule_counts(&application.id, labelled).await?;
        }
        self.followers.wake();
        Ok(case)
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

    /// How long cases wait: all that wait now, and those that are decided and were opened since a moment.
    pub(crate) async fn case_times(
        &self,
        application: &Application,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<CaseTimes, PipelineError> {
        let mut times = CaseTimes::default();
        // Of one moment each, in the order of opening: nobody's is the first.
        let since = (from, EventId::from_bytes([0; 16]));
        let waiting = [None, Some(CaseState::Deciding), Some(CaseState::AwaitingUser)].map(|state| (state, None));
        for (state, after) in waiting.into_iter().chain([(Some(CaseState::Decided), Some(since))]) {
            let (application, limit) = (application.id.clone(), CASE_LIMIT_MAX);
            let mut search = CaseSearch {
                application,
                account: None,
                queue: None,
                assignee: None,
                state,
                due_before: None,
                limit,
                after,
            };
            for n_page in 0.. {
                let page = self.store.cases(&search, now).await?;
                page.cases.iter().for_each(|case| times.add(case, now));
                if page.next.is_none() {
                    break;
                }
                if n_page == TIMED_PAGES_MAX {
                    times.is_partial = true;
                    break;
                }
                search.after = page.next;
            }
        }
        Ok(times)
    }

    /// Lets a decision take effect whose minute is over. Done twice, it is done once.
    async fn settle(&self, application: &Application, case: &Case, now: Timestamp) -> Result<(), PipelineError> {
        let Some(decision) = case.decision.as_ref().filter(|decision| !decision.is_done) else { return Ok(()) };
        let record = self.recall(application, case.event).await?;
        let changes = vec![CaseChange::Settle { made_at: decision.at }];
        let asked = CaseAsked { opening: None, ..asked(application, &record, changes, now) };
        // Settled by another meanwhile, or taken back: then nothing is changed, nothing said, and nobody told.
        let _settled = self.carry_out(application, asked, said_by(&record, decision)).await?;
        Ok(())
    }
}

/// What is to be done about an event's case, which is opened if there is none: who runs the accounts may decide about what
/// waits for nobody.
fn asked(application: &Application, record: &Record, changes: Vec<CaseChange>, now: Timestamp) -> CaseAsked {
    let event = &record.entry.event;
    let needs_no_case = |change: &CaseChange| {
        matches!(
            change,
            CaseChange::Delete
                | CaseChange::Amend(_)
                | CaseChange::Decide(_)
                | CaseChange::Rescore { .. }
                | CaseChange::Notes(_)
                | CaseChange::Tags(_)
        )
    };
    let opening = changes.iter().any(needs_no_case).then(|| Case::new(event, None, now));
    let tellings = telling::of_standing(application, event);
    CaseAsked { opening, tellings, ..CaseAsked::new(application.id.clone(), event.id, changes, now) }
}

/// What a decision says of its event.
fn said_by(record: &Record, decision: &Decision) -> Option<Feedback> {
    let event = &record.entry.event;
    let kind = match decision.kind {
        DecisionKind::Approve => FeedbackKind::ConfirmedLegitimate,
        DecisionKind::Reject => FeedbackKind::ConfirmedTakeover,
        // Nothing is known yet.
        DecisionKind::AskUser => return None,
    };
    let (application, target) = (event.application.clone(), FeedbackTarget::Event(event.id));
    Some(Feedback { application, target, kind, received_at: decision.at })
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
