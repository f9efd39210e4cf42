//! How an event stands that may wait for people or for its person, and what of that is news to whom it is told.

use crate::telling::Topic;
use crate::{
    Assessment, Case, CaseChange, CaseState, Decision, DecisionKind, Event, Feedback, FeedbackKind, FeedbackTarget,
    Record, RuleMatch, RuleStatus, Source, Timestamp, Verdict,
};

/// How an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventStanding {
    /// It is let through.
    LetThrough,
    /// It waits for people.
    Held,
    /// It waits for its person, who is asked to prove who they are.
    Asked,
    /// It is refused.
    Refused,
}

impl EventStanding {
    /// How an event stands that was judged so, and of which nobody has said anything since.
    #[must_use]
    pub fn judged(event: &Event, assessment: Option<&Assessment>) -> Self {
        let Some(assessment) = assessment else { return Self::LetThrough };
        let waits = assessment.queue(event).is_some();
        match assessment.effective() {
            Verdict::Deny => Self::Refused,
            Verdict::Challenge if !waits || assessment.rules.iter().any(asks_the_person) => Self::Asked,
            Verdict::Challenge => Self::Held,
            // A rule lets it wait, whatever it scored.
            Verdict::Trust | Verdict::Allow if waits && !assessment.is_overruled() => Self::Held,
            Verdict::Trust | Verdict::Allow => Self::LetThrough,
        }
    }

    /// How an event stands: as people decided, or as its person answered, whichever came later; else as it was judged.
    #[must_use]
    pub fn of(record: &Record, case: Option<&Case>) -> Self {
        let decided = case.and_then(|case| case.decision.as_ref()).filter(|decision| decision.is_done);
        let answered = record.feedback.iter().rev().find_map(|said| Some((said.received_at, Self::said(&said.kind)?)));
        match (decided, answered) {
            (Some(decision), answered) if answered.is_none_or(|(at, _)| at < decision.effective_at) => {
                Self::decided(decision.kind)
            }
            (_, Some((_, standing))) => standing,
            (_, None) => Self::scored(record, case),
        }
    }

    /// How an event stands of which that was decided.
    #[must_use]
    pub const fn decided(kind: DecisionKind) -> Self {
        match kind {
            DecisionKind::Approve => Self::LetThrough,
            DecisionKind::Reject => Self::Refused,
            DecisionKind::AskUser => Self::Asked,
        }
    }

    /// How an event stands of which that was said; None if it says nothing of that.
    const fn said(kind: &FeedbackKind) -> Option<Self> {
        match kind {
            FeedbackKind::ConfirmedLegitimate | FeedbackKind::ChallengePassed { .. } => Some(Self::LetThrough),
            FeedbackKind::ConfirmedTakeover | FeedbackKind::ChallengeFailed => Some(Self::Refused),
            FeedbackKind::ChallengeIgnored | FeedbackKind::Reclaimed => None,
        }
    }

    /// How an event stands as it was judged last, whatever was said of it since.
    #[must_use]
    pub fn scored(record: &Record, case: Option<&Case>) -> Self {
        let event = &record.entry.event;
        let first = record.entry.assessment.as_ref();
        let Some((first, again)) = first.zip(case.and_then(|case| case.rescored.as_ref())) else {
            return Self::judged(event, first);
        };
        let mut assessment = first.clone();
        let is_overruled = assessment.is_overruled();
        assessment.verdict = again.verdict;
        if let Some(grounds) = &again.grounds {
            assessment.rules.clone_from(&grounds.rules);
        }
        if !is_overruled {
            assessment.answered = Some(again.verdict);
        }
        Self::judged(event, Some(&assessment))
    }

    /// What is told of an event that has come to stand so.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::LetThrough => Topic::LetThrough,
            Self::Held => Topic::Held,
            Self::Asked => Topic::Asked,
            Self::Refused => Topic::Refused,
        }
    }
}

/// Whether a rule that was written in Sumsub's words says to ask the person, which is stronger there than to hold.
fn asks_the_person(matched: &RuleMatch) -> bool {
    let effect = &matched.effect;
    let needs_people = effect.queue.is_some() || effect.status == Some(RuleStatus::RequiresAction);
    let asks = effect.floor == Some(Verdict::Challenge) && !needs_people;
    asks && matched.acts() && matched.origin == Some(Source::Sumsub)
}

/// What is told of a case that has come so far.
const fn topic_of_case(state: CaseState) -> Topic {
    match state {
        CaseState::Open => Topic::CaseReturned,
        CaseState::Claimed | CaseState::Deciding => Topic::CaseTaken,
        CaseState::AwaitingUser => Topic::CaseWaits,
        CaseState::Decided => Topic::CaseClosed,
    }
}

/// An event with what was done about it, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Stood<'a> {
    /// The event, with what was said of it.
    pub record: &'a Record,
    /// What people did about it.
    pub case: Option<&'a Case>,
}

impl Stood<'_> {
    /// What is news of an event that stood so, and now stands otherwise: in the order in which it is to be told.
    ///
    /// How it stands, and how far its case is, is told of transactions in Sumsub's words alone: nobody else asks for that.
    #[must_use]
    pub fn news(self, after: Stood<'_>, now: Timestamp) -> Vec<Topic> {
        let mut news = Vec::new();
        // That it was deleted was the last that is told of it.
        if self.case.is_some_and(|case| case.deleted_at.is_some()) {
            return news;
        }
        let is_told = after.record.entry.event.source == Source::Sumsub;
        let [was, is] = [self, after].map(|stood| EventStanding::of(stood.record, stood.case));
        if is_told && was != is {
            news.push(is.topic());
        }
        let Some(case) = after.case else { return news };
        let is_decided = |case: &Case| case.decision.as_ref().is_some_and(|decision| decision.is_done);
        let decision = case.decision.as_ref().filter(|decision| decision.is_done);
        let is_new =
            decision.is_some() && self.case.is_none_or(|was| !is_decided(was) || was.decision != case.decision);
        // Who asks the person has not decided yet; what the person answers, or others say, nobody has reviewed.
        let by_people = is_new && decision.is_some_and(|it| it.is_final() && it.is_by_reviewer());
        news.extend(by_people.then_some(Topic::Reviewed));
        if self.case.is_none_or(|was| was.fields != case.fields) && case.fields.is_some() {
            news.push(Topic::DataChanged);
        }
        if case.deleted_at.is_some() && self.case.is_none_or(|was| was.deleted_at.is_none()) {
            news.push(Topic::Deleted);
        }
        if is_told && case.queue.is_some() {
            news.extend(self.news_of_case(case, is_new, now));
        }
        news
    }

    fn news_of_case(self, case: &Case, is_decided: bool, now: Timestamp) -> Vec<Topic> {
        let mut news = Vec::new();
        let was = self.case.filter(|was| was.queue.is_some());
        if was.is_none() {
            news.push(Topic::CaseOpened);
        }
        let [was, is] = [was.map_or(CaseState::Open, |was| was.state(now)), case.state(now)].map(topic_of_case);
        if is_decided && is == Topic::CaseClosed {
            news.push(Topic::CaseReviewed);
        }
        if was != is {
            news.push(is);
        }
        news
    }
}

impl Case {
    /// What feedback decides of a case that was decided, or whose person was asked: None where it says nothing of that, or
    /// nothing else.
    ///
    /// Who knows better later is heard whatever was decided, so that the case says of its event what the event says of
    /// itself. Who says "no" is heard even before a decision takes effect; a "yes" waits for that.
    #[must_use]
    pub fn answer_in(&self, said: &Feedback) -> Option<CaseChange> {
        let decision = self.decision.as_ref()?;
        if said.target != FeedbackTarget::Event(self.event) || self.deleted_at.is_some() {
            return None;
        }
        let kind = match EventStanding::said(&said.kind)? {
            EventStanding::LetThrough => DecisionKind::Approve,
            EventStanding::Refused => DecisionKind::Reject,
            EventStanding::Held | EventStanding::Asked => return None,
        };
        if kind == decision.kind || (!decision.is_done && kind == DecisionKind::Approve) {
            return None;
        }
        let is_persons = decision.kind == DecisionKind::AskUser || decision.is_by_person();
        let decided = if is_persons { Decision::of_person } else { Decision::of_feedback };
        Some(CaseChange::Decide(decided(kind, said.received_at)))
    }
}
