//! A running server, told a story in a vendor's words; and the same story, as far as the vendor can say it, in ours.
//!
//! A vendor has no words for some of what stories tell: such a story is not told in part, and it is said which step it was.
//! What a step loses without changing what happens, as a device's time zone, both sides leave out: the same facts must be
//! judged alike, whoever's words they come in.

use std::marker::PhantomData;
use std::net::SocketAddr;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, ApplicationId, Event, EventId, FeedbackKind, FeedbackTarget, Outcome, Timestamp, Verdict,
};
use rightful_store::Applied;
use serde_json::Value;

use super::in_process::FIRST_MIDNIGHT;
use super::judge::{Judge, JudgeError, Judged};
use super::over_http::{OverHttp, judged};
use super::run::{Happened, RunError, RunErrorCause, run};
use super::syntax::Story;
use super::world::World;
use crate::http::HttpError;

/// In whose words a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// In the vendor's.
    Theirs,
    /// In our own, saying no more than the vendor could.
    Ours,
}

/// What a vendor can say of a story, and how a server is told it in its words.
#[async_trait]
pub trait Vendor: Send {
    /// What says an event.
    type Telling: Send + Sync;
    /// What is answered of an event.
    type Answer: Send + Sync;
    /// What says something of an event or an account.
    type Word: Send + Sync;

    /// Whether it can be told later how an event ended.
    const TELLS_OUTCOMES: bool = false;
    /// Whether it can be told that an account is closed.
    const CLOSES_ACCOUNTS: bool = false;

    /// What the vendor can say of an event: the event without the rest, and what says it.
    ///
    /// # Errors
    /// [`JudgeError::NotSayable`], as for a word.
    fn telling(event: Event, password: Option<&str>) -> Result<(Event, Self::Telling), JudgeError>;

    /// The vendor's word for what somebody says.
    ///
    /// # Errors
    /// [`JudgeError::NotSayable`].
    fn word(target: &FeedbackTarget, kind: &FeedbackKind, now: Timestamp) -> Result<Self::Word, JudgeError>;

    /// How the event ended, where that is not told with it; None where it is, or is not known.
    fn outcome_after(_telling: &Self::Telling) -> Option<Outcome> {
        None
    }

    /// How an event ended, where the word says that, too.
    fn outcome_in(_word: &Self::Word) -> Option<Outcome> {
        None
    }

    /// Lets the server receive what comes next at this moment, where the story drives its clock.
    fn set_clock(&self, _now: Timestamp) {}

    /// Has an event judged: its id, and what was answered.
    async fn ask(&mut self, event: &Event, telling: Self::Telling) -> Result<(EventId, Self::Answer), JudgeError>;

    /// Whether that is the answer to a verdict.
    fn says(answer: &Self::Answer, answered: Verdict) -> bool;

    /// Says something of an event or an account. How many events that was is not answered.
    async fn say(&mut self, target: &FeedbackTarget, word: Self::Word, now: Timestamp) -> Result<(), JudgeError>;

    /// Says how an event ended.
    async fn conclude(&mut self, _event: EventId, _outcome: Outcome, _now: Timestamp) -> Result<(), JudgeError> {
        check_outcomes::<Self>()
    }

    /// Says that an account is closed.
    async fn close(&mut self, _account: &AccountId, _now: Timestamp) -> Result<(), JudgeError> {
        check_closing::<Self>()
    }
}

/// A running server, told stories in one of two tongues.
pub struct Teller<V> {
    ours: OverHttp,
    vendor: V,
    tongue: Tongue,
}

impl<V: Vendor> Teller<V> {
    /// A judge for one story, by the real clock's `now`; None if the story is too long to be told.
    ///
    /// The keys, our own and the vendor's, should be a new application's, in the story's mode.
    pub fn new(
        (address, our_key, application): (SocketAddr, &str, ApplicationId),
        (vendor, tongue): (V, Tongue),
        story: &Story,
        now: Timestamp,
    ) -> Result<Option<Self>, HttpError> {
        let ours = OverHttp::new((address, our_key, application), story, now)?;
        Ok(ours.map(|ours| Self { ours, vendor, tongue }))
    }

    /// The same, for a story that begins at this midnight, since the vendor sets the server's clock.
    pub fn beginning(
        (address, our_key, application): (SocketAddr, &str, ApplicationId),
        (vendor, tongue): (V, Tongue),
        midnight: Timestamp,
    ) -> Result<Self, HttpError> {
        Ok(Self { ours: OverHttp::beginning((address, our_key, application), midnight)?, vendor, tongue })
    }

    /// What is on record of an event, if that is what was answered of it: a vendor has one word for two verdicts, and none
    /// for reasons, and where the application only observes, it is not told what was judged.
    async fn recorded(&mut self, event: EventId, answer: &V::Answer) -> Result<Judged, JudgeError> {
        let record = self.ours.get(&format!("/v1/assessments/{event}")).await?;
        let answered = record.get("answered").and_then(Value::as_str).and_then(Verdict::parse);
        if !answered.is_some_and(|answered| V::says(answer, answered)) {
            return Err(JudgeError::Unreadable("the verdict that was answered"));
        }
        judged(&record)
    }
}

#[async_trait]
impl<V: Vendor> Judge for Teller<V> {
    fn application(&self) -> &ApplicationId {
        self.ours.application()
    }

    fn midnight(&self) -> Timestamp {
        self.ours.midnight()
    }

    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        let (event, telling) = V::telling(event, password)?;
        let now = event.at;
        self.vendor.set_clock(now);
        let outcome = V::outcome_after(&telling);
        let judged = match self.tongue {
            Tongue::Ours => self.ours.assess(event, password).await?,
            Tongue::Theirs => {
                let (id, answer) = self.vendor.ask(&event, telling).await?;
                self.recorded(id, &answer).await?
            }
        };
        if let Some(outcome) = outcome
            && judged.verdict != Verdict::Challenge
        {
            self.conclude(judged.event, outcome, now).await?;
        }
        Ok(judged)
    }

    async fn conclude(&mut self, event: EventId, outcome: Outcome, now: Timestamp) -> Result<(), JudgeError> {
        check_outcomes::<V>()?;
        self.vendor.set_clock(now);
        match self.tongue {
            Tongue::Ours => self.ours.conclude(event, outcome, now).await,
            Tongue::Theirs => self.vendor.conclude(event, outcome, now).await,
        }
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        let word = V::word(&target, &kind, now)?;
        self.vendor.set_clock(now);
        if self.tongue == Tongue::Theirs {
            return self.vendor.say(&target, word, now).await.map(|()| Applied::default());
        }
        if let (Some(outcome), FeedbackTarget::Event(event)) = (V::outcome_in(&word), &target) {
            self.ours.conclude(*event, outcome, now).await?;
        }
        self.ours.hear(target, kind, now).await
    }

    async fn close(&mut self, account: AccountId, now: Timestamp) -> Result<(), JudgeError> {
        check_closing::<V>()?;
        self.vendor.set_clock(now);
        match self.tongue {
            Tongue::Ours => self.ours.close(account, now).await,
            Tongue::Theirs => self.vendor.close(&account, now).await,
        }
    }
}

/// The steps of a story of which, told in two tongues, something else was judged.
#[must_use]
pub fn judged_otherwise(story: &Story, ours: &[Happened], theirs: &[Happened]) -> Vec<String> {
    let steps = story.steps.iter().zip(ours).zip(theirs);
    let other = steps.filter(|((_, ours), theirs)| ours.verdicts() != theirs.verdicts());
    other.map(|((step, ours), theirs)| format!("line {}: ours {ours:?}, theirs {theirs:?}", step.line)).collect()
}

/// The step for which a vendor has no words, with its line; None if it can say the whole story.
///
/// # Errors
/// The story cannot be played at all.
pub async fn not_sayable_in<V: Vendor>(story: &Story, world: &World) -> Result<Option<String>, RunError> {
    let application = ApplicationId::new("rehearsal");
    let application = application.map_err(|invalid| RunError { line: 0, cause: RunErrorCause::InvalidId(invalid) })?;
    match run(story, world, &mut Rehearsal::<V> { application, vendor: PhantomData }).await {
        Ok(_) => Ok(None),
        Err(RunError { line, cause: RunErrorCause::Judge(JudgeError::NotSayable(what)) }) => {
            Ok(Some(format!("line {line}: {what}")))
        }
        Err(other) => Err(other),
    }
}

/// Nobody judges: it is tried whether all can be said.
struct Rehearsal<V> {
    application: ApplicationId,
    vendor: PhantomData<fn() -> V>,
}

#[async_trait]
impl<V: Vendor> Judge for Rehearsal<V> {
    fn application(&self) -> &ApplicationId {
        &self.application
    }

    fn midnight(&self) -> Timestamp {
        FIRST_MIDNIGHT
    }

    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        let (event, _) = V::telling(event, password)?;
        Ok(Judged { event: event.id, verdict: Verdict::Allow, reasons: Vec::new(), rules: Vec::new() })
    }

    async fn conclude(&mut self, _event: EventId, _outcome: Outcome, _now: Timestamp) -> Result<(), JudgeError> {
        check_outcomes::<V>()
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        V::word(&target, &kind, now).map(|_| Applied::default())
    }

    async fn close(&mut self, _account: AccountId, _now: Timestamp) -> Result<(), JudgeError> {
        check_closing::<V>()
    }
}

fn check_outcomes<V: Vendor + ?Sized>() -> Result<(), JudgeError> {
    if V::TELLS_OUTCOMES { Ok(()) } else { Err(not_sayable("an outcome told later")) }
}

fn check_closing<V: Vendor + ?Sized>() -> Result<(), JudgeError> {
    if V::CLOSES_ACCOUNTS { Ok(()) } else { Err(not_sayable("closing an account")) }
}

pub(super) const fn not_sayable(what: &'static str) -> JudgeError {
    JudgeError::NotSayable(what)
}
