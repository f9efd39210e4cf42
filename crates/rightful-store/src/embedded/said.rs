//! What somebody says of events and accounts: put into the batch by the writer, with the case that it decides.

use rightful_domain::{Case, Feedback, FeedbackTarget, Telling, Topic};
use tokio::sync::oneshot;

use super::Shared;
use super::cases::{CaseNews, CaseRows};
use super::command::{Answer, Command, Said};
use super::outbox::waiting_about;
use super::plan::{Plan, Target, event_of};
use super::tags::StateKey;
use super::writer::{Admitted, Writer};
use crate::record::Draft;
use crate::{Applied, StoreError};

/// What is to be written of feedback.
pub(super) struct PlannedSaying {
    subject: Option<StateKey>,
    target: Option<Target>,
    /// None if it was said before, or too often: then nothing is written, so that who holds a link cannot fill the ledger.
    plan: Option<Plan>,
}

impl PlannedSaying {
    /// Whether it says something new.
    pub(super) const fn is_news(&self) -> bool {
        self.plan.is_some()
    }
}

/// A case that feedback decides.
struct Answered {
    before: Case,
    after: Case,
    rows: CaseRows,
}

impl Shared {
    /// The case of feedback's event, before and after, if it waits for its person and that is what it says the end of.
    fn answered_case(&self, feedback: &Feedback) -> Result<Option<Answered>, StoreError> {
        let FeedbackTarget::Event(event) = feedback.target else { return Ok(None) };
        let Some(before) = self.case(&feedback.application, event)? else { return Ok(None) };
        let Some(change) = before.answer_in(feedback) else { return Ok(None) };
        let mut after = before.clone();
        // Refused only if it is over, and then it waits for nobody.
        let Ok(true) = after.apply(change, feedback.received_at) else { return Ok(None) };
        let rows = self.case_rows(Some(&before), &after)?;
        Ok(Some(Answered { before, after, rows }))
    }
}

impl Writer {
    /// What feedback changes; None if it depends on the batch.
    pub(super) fn plan_saying(&self, feedback: &Feedback) -> Result<Option<PlannedSaying>, StoreError> {
        let tagger = self.shared.mind.taggers.of(&feedback.application);
        if event_of(&feedback.target).is_some_and(|event| self.depends_on_batch(event)) {
            return Ok(None);
        }
        let (subject, target) = self.shared.feedback_target(&tagger, feedback)?;
        if self.batch_touches(subject) {
            return Ok(None);
        }
        let plan = self.shared.plan_feedback(feedback, &tagger, subject, target.as_ref())?;
        let is_news = target.as_ref().is_none_or(|target| plan.is_news(feedback, target));
        Ok(Some(PlannedSaying { subject, target, plan: is_news.then_some(plan) }))
    }

    /// Puts feedback into the batch, if it says something new.
    pub(super) fn put_saying(&mut self, feedback: &Feedback, said: PlannedSaying) -> Result<Applied, StoreError> {
        let Some(plan) = said.plan else { return Ok(Applied::default()) };
        self.forget_notes(said.subject, &plan.forgotten)?;
        let tagger = self.shared.mind.taggers.of(&feedback.application);
        let applied = plan.applied.clone();
        let (draft, about) = (Draft::feedback(feedback, tagger.short), event_of(&feedback.target));
        self.put_amendment(tagger, draft, about, said.subject, plan, feedback.received_at);
        Ok(applied)
    }

    pub(super) fn admit_feedback(
        &mut self,
        said: Box<Said>,
        answer: oneshot::Sender<Result<Applied, StoreError>>,
    ) -> Admitted {
        let event = event_of(&said.feedback.target);
        if event.is_some_and(|event| self.batch.cases.contains(&event)) {
            return Admitted::Later(Command::ApplyFeedback(said, answer));
        }
        let planned = self.plan_saying(&said.feedback).and_then(|planned| {
            let answered = self.shared.answered_case(&said.feedback)?;
            Ok(planned.map(|planned| (planned, answered)))
        });
        let put = match planned {
            Ok(None) => return Admitted::Later(Command::ApplyFeedback(said, answer)),
            Ok(Some((planned, answered))) => self.put_feedback(&said, planned, answered),
            Err(error) => Err(error),
        };
        match put {
            Ok(applied) => self.batch.answers.push(Answer::Applied(answer, applied)),
            Err(error) => drop(answer.send(Err(error))),
        }
        Admitted::InBatch
    }

    fn put_feedback(
        &mut self,
        Said { feedback, tellings }: &Said,
        mut planned: PlannedSaying,
        answered: Option<Answered>,
    ) -> Result<Applied, StoreError> {
        // What is said of an account as a whole is about no event that anybody could be told of.
        let target = planned.target.take().filter(|_| matches!(feedback.target, FeedbackTarget::Event(_)));
        let (subject, is_news) = (planned.subject, planned.is_news());
        let applied = self.put_saying(feedback, planned)?;
        let (of_standing, others): (Vec<Telling>, Vec<Telling>) =
            tellings.iter().cloned().partition(|telling| Topic::OF_STANDING.contains(&telling.topic));
        let case = answered.map(|Answered { before, after, rows }| {
            self.put_case(rows);
            (before, after)
        });
        let Some(target) = target else { return Ok(applied) };
        if is_news {
            let waiting = waiting_about(&feedback.application, feedback.received_at, others);
            self.put_tellings(waiting, Some(target.record.sequence), subject);
        }
        if of_standing.is_empty() || !(is_news || case.is_some()) {
            return Ok(applied);
        }
        let untouched = match &case {
            Some(_) => None,
            None => self.shared.case(&feedback.application, target.lesson.event)?,
        };
        let (before, after) =
            case.as_ref().map_or((untouched.as_ref(), untouched.as_ref()), |(a, b)| (Some(a), Some(b)));
        let news = CaseNews { before, after, now: feedback.received_at };
        self.put_news(&target, &of_standing, is_news.then_some(feedback), news);
        Ok(applied)
    }
}
