//! Plays a story before a judge.

use std::collections::BTreeMap;
use std::time::Duration;

use rightful_domain::{
    AccountId, Event, EventId, FailureReason, FeedbackKind, FeedbackTarget, InvalidId, Mechanism, MechanismKind,
    Outcome, Person, Pii, Source, Timestamp,
};
use rightful_store::Applied;

use super::judge::{Judge, JudgeError, Judged};
use super::syntax::{Act, Deed, Door, Step, Story};
use super::world::World;

/// What came of a step, the last time if it is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// An attempt was judged.
    Judged(Judged),
    /// Feedback was heard.
    Applied(Applied),
    /// An outcome was noted.
    Noted,
}

/// Why a story cannot be played to its end.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {cause}")]
pub struct RunError {
    /// The line it stops at.
    pub line: usize,
    /// Why.
    #[source]
    pub cause: RunErrorCause,
}

/// Why a step cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum RunErrorCause {
    /// The judge failed.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// It is about an event that has not happened.
    #[error("there is no earlier event of {who} to speak of")]
    NoSuchEvent {
        /// Whose.
        who: String,
    },
    /// The world does not know a name.
    #[error("the world does not know {0}")]
    NoSuchName(String),
    /// A name cannot be an id.
    #[error("a name {0}")]
    InvalidId(#[from] InvalidId),
}

/// Plays a story; what came of each of its steps, in order.
pub async fn run(story: &Story, world: &World, judge: &mut dyn Judge) -> Result<Vec<Happened>, RunError> {
    let mut stage = Stage { world, judge, n_events: 0, events: BTreeMap::new() };
    let mut happened = Vec::with_capacity(story.steps.len());
    for step in &story.steps {
        happened.push(stage.play(step).await.map_err(|cause| RunError { line: step.line, cause })?);
    }
    Ok(happened)
}

struct Stage<'a> {
    world: &'a World,
    judge: &'a mut dyn Judge,
    n_events: u64,
    /// What each person has done so far, in order.
    events: BTreeMap<String, Vec<Done>>,
}

struct Done {
    at: Timestamp,
    device: String,
    event: EventId,
}

impl Stage<'_> {
    async fn play(&mut self, step: &Step) -> Result<Happened, RunErrorCause> {
        let mut last = Happened::Noted;
        for nth in 0..step.repeat.times {
            let at = self.judge.midnight().plus(step.at + step.repeat.every * nth);
            let name = |name: &String| name.replace('#', &(nth + 1).to_string());
            last = self.play_once(&step.deed, at, &name).await?;
        }
        Ok(last)
    }

    async fn play_once(
        &mut self,
        deed: &Deed,
        at: Timestamp,
        name: &(dyn Fn(&String) -> String + Sync),
    ) -> Result<Happened, RunErrorCause> {
        match deed {
            Deed::Act(act) => self.act(act, at, name).await,
            Deed::Challenge { kind, who, device } => {
                let event = self.latest(&name(who), &name(device))?;
                self.hear(FeedbackTarget::Event(event), kind, at).await
            }
            Deed::Outcome { outcome, who, device } => {
                let event = self.latest(&name(who), &name(device))?;
                self.judge.conclude(event, *outcome, at).await?;
                Ok(Happened::Noted)
            }
            Deed::Feedback { kind, who, device } => {
                let target = match device {
                    Some(device) => FeedbackTarget::Event(self.latest(&name(who), &name(device))?),
                    None => FeedbackTarget::Account { account: AccountId::new(name(who))?, first_event: None },
                };
                self.hear(target, kind, at).await
            }
            Deed::Reclaim { who, since } => {
                let who = name(who);
                let first_event = since.map(|since| self.first_since(&who, since)).transpose()?;
                let target = FeedbackTarget::Account { account: AccountId::new(who)?, first_event };
                self.hear(target, &FeedbackKind::Reclaimed, at).await
            }
        }
    }

    async fn act(
        &mut self,
        act: &Act,
        at: Timestamp,
        name: &(dyn Fn(&String) -> String + Sync),
    ) -> Result<Happened, RunErrorCause> {
        let event = self.event(act, at, name)?;
        let judged = self.judge.assess(event).await?;
        let (Door::Account(who) | Door::Username(who)) = &act.door;
        let done = Done { at, device: name(&act.device), event: judged.event };
        self.events.entry(name(who)).or_default().push(done);
        Ok(Happened::Judged(judged))
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: &FeedbackKind,
        at: Timestamp,
    ) -> Result<Happened, RunErrorCause> {
        Ok(Happened::Applied(self.judge.hear(target, kind.clone(), at).await?))
    }

    fn latest(&self, who: &str, device: &str) -> Result<EventId, RunErrorCause> {
        let mut done = self.events.get(who).into_iter().flatten().rev();
        let found = done.find(|done| done.device == device).map(|done| done.event);
        found.ok_or_else(|| RunErrorCause::NoSuchEvent { who: format!("{who} on {device}") })
    }

    fn first_since(&self, who: &str, since: Duration) -> Result<EventId, RunErrorCause> {
        let since = self.judge.midnight().plus(since);
        let mut done = self.events.get(who).into_iter().flatten();
        let found = done.find(|done| done.at >= since).map(|done| done.event);
        found.ok_or_else(|| RunErrorCause::NoSuchEvent { who: who.to_owned() })
    }

    fn event(
        &mut self,
        act: &Act,
        at: Timestamp,
        name: &(dyn Fn(&String) -> String + Sync),
    ) -> Result<Event, RunErrorCause> {
        self.n_events += 1;
        let [a, b, c, d, e, f, g, h] = self.n_events.to_be_bytes();
        let id = EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [0, 0, a, b, c, d, e, f, g, h]);
        let (who, account) = match &act.door {
            Door::Account(who) => (name(who), Some(AccountId::new(name(who))?)),
            Door::Username(who) => (name(who), None),
        };
        let device_name = name(&act.device);
        let place_name = name(&act.place);
        let (device, user_agent) = self.world.device(&device_name).ok_or(RunErrorCause::NoSuchName(device_name))?;
        let (mut network, location) = self.world.place(&place_name).ok_or(RunErrorCause::NoSuchName(place_name))?;
        network.user_agent = Some(user_agent);
        Ok(Event {
            id,
            application: self.judge.application().clone(),
            source: Source::Native,
            action: act.action.clone(),
            outcome: act.outcome,
            account,
            authenticated_account: None,
            username: Some(Pii::new(format!("{who}@example.com").into())),
            mechanisms: mechanisms(&act.proofs, act.outcome),
            device,
            network,
            location,
            behavior: None,
            payment: None,
            person: Person::default(),
            app: None,
            session: None,
            correlation: None,
            custom: None,
            unknown: None,
            incumbent_verdict: None,
            at,
            at_clamped: false,
            received_at: at,
        })
    }
}

/// The proofs hold, unless the attempt failed: then the last one does not.
fn mechanisms(proofs: &[MechanismKind], outcome: Outcome) -> Vec<Mechanism> {
    let last = proofs.len().saturating_sub(1);
    let mechanism = |(nth, kind): (usize, &MechanismKind)| {
        let fails = outcome == Outcome::Failed && nth == last;
        Mechanism {
            kind: kind.clone(),
            succeeded: Some(!fails),
            failure: fails.then(|| failure(kind)),
            provider: None,
            sent_to: None,
        }
    };
    proofs.iter().enumerate().map(mechanism).collect()
}

fn failure(kind: &MechanismKind) -> FailureReason {
    match kind {
        MechanismKind::Password => FailureReason::BadPassword,
        MechanismKind::Social => FailureReason::Provider,
        MechanismKind::OneTimeCode
        | MechanismKind::U2f
        | MechanismKind::RsaKey
        | MechanismKind::SmsCode
        | MechanismKind::MagicLink
        | MechanismKind::Recaptcha
        | MechanismKind::BioMetric
        | MechanismKind::PushNotification
        | MechanismKind::Passkey
        | MechanismKind::Other(_) => FailureReason::InvalidProof,
    }
}
