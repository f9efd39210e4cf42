//! Plays a story before a judge.

use std::collections::BTreeMap;
use std::time::Duration;

use rightful_domain::{AccountId, EventId, FeedbackKind, FeedbackTarget, InvalidId, Outcome, Timestamp, Verdict};
use rightful_store::Applied;

use super::event::event_of;
use super::intruder::{Customer, act_of};
use super::judge::{Judge, JudgeError, Judged};
use super::syntax::{Act, Deed, Details, Door, Step, Story};
use super::world::World;
use crate::campaign::{Attempts, Campaign, CampaignKind};

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// An attempt was judged, as often as the step repeats.
    Judged(Vec<Judged>),
    /// Feedback was heard, for the last time.
    Applied(Applied),
    /// A campaign's attempts were judged.
    Attacked(Vec<Attacked>),
    /// An outcome was noted.
    Noted,
}

impl Happened {
    /// What was judged, in its order.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        match self {
            Self::Judged(all) => all.iter().map(|judged| judged.verdict).collect(),
            Self::Attacked(all) => all.iter().map(|attacked| attacked.judged.verdict).collect(),
            Self::Applied(_) | Self::Noted => Vec::new(),
        }
    }
}

/// One attempt of a campaign, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attacked {
    /// Whether the application let it in.
    pub held: bool,
    /// What was said.
    pub judged: Judged,
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

/// Plays a story; what came of each of its steps, in their order.
pub async fn run(story: &Story, world: &World, judge: &mut dyn Judge) -> Result<Vec<Happened>, RunError> {
    let mut stage =
        Stage { world, judge, n_events: 0, events: BTreeMap::new(), customers: Vec::new(), campaigns: BTreeMap::new() };
    let mut happened = vec![Happened::Noted; story.steps.len()];
    for (at, place, nth) in story.in_order() {
        let (Some(step), Some(so_far)) = (story.steps.get(place), happened.get_mut(place)) else { continue };
        let came = stage.play(step, at, nth).await.map_err(|cause| RunError { line: step.line, cause })?;
        so_far.go_on(came);
    }
    Ok(happened)
}

impl Happened {
    /// Adds what came of the next time.
    fn go_on(&mut self, next: Self) {
        match (self, next) {
            (Self::Judged(all), Self::Judged(next)) => all.extend(next),
            (Self::Attacked(all), Self::Attacked(next)) => all.extend(next),
            (so_far, next) => *so_far = next,
        }
    }
}

struct Stage<'a> {
    world: &'a World,
    judge: &'a mut dyn Judge,
    n_events: u64,
    /// What each person has done so far, in order.
    events: BTreeMap<String, Vec<Done>>,
    /// Who has signed in so far, in order.
    customers: Vec<Customer>,
    /// What is under way, by the line of its step, with whom it is about.
    campaigns: BTreeMap<usize, (Attempts, Vec<Customer>)>,
}

struct Done {
    at: Timestamp,
    device: String,
    event: EventId,
}

impl Stage<'_> {
    async fn play(&mut self, step: &Step, at: Duration, nth: u32) -> Result<Happened, RunErrorCause> {
        let at = self.judge.midnight().plus(at);
        let name = |name: &String| name.replace('#', &(nth + 1).to_string());
        match &step.deed {
            Deed::Act(act) => self.sign_in(named(act, &name), at).await,
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
            Deed::Close { who } => {
                self.judge.close(AccountId::new(name(who))?, at).await?;
                Ok(Happened::Noted)
            }
            Deed::Campaign(kind) => self.attack(*kind, step, at).await,
        }
    }

    async fn sign_in(&mut self, act: Act, at: Timestamp) -> Result<Happened, RunErrorCause> {
        let judged = self.assess(&act, at).await?;
        if let (Door::Account(who), Outcome::Succeeded) = (act.door, act.outcome) {
            let customer = Customer { who, device: act.device, place: act.place, session: act.session };
            match self.customers.iter_mut().find(|known| known.who == customer.who) {
                Some(known) => *known = customer,
                None => self.customers.push(customer),
            }
        }
        Ok(Happened::Judged(vec![judged]))
    }

    /// The next attempt of a campaign, which goes for those who have signed in before it began.
    async fn attack(&mut self, kind: CampaignKind, step: &Step, at: Timestamp) -> Result<Happened, RunErrorCause> {
        let no_intruder = || RunErrorCause::NoSuchName("an intruder".to_owned());
        let intruder = self.world.intruder().ok_or_else(no_intruder)?;
        let customers = &self.customers;
        let (attempts, customers) = self.campaigns.entry(step.line).or_insert_with(|| {
            let n_customers = u32::try_from(customers.len()).unwrap_or(u32::MAX);
            let (attempts_max, gap) = (step.repeat.times, step.repeat.every);
            // Any seed does; the same story must be the same each time.
            let campaign = Campaign { kind, attempts_max, gap, seed: step.line as u64 };
            (campaign.begin(n_customers), customers.clone())
        });
        let next = attempts.next().and_then(|attempt| Some((act_of(&attempt, customers, intruder)?, attempt)));
        let Some((act, attempt)) = next else {
            return Err(RunErrorCause::NoSuchName("a customer to go for".to_owned()));
        };
        let judged = self.assess(&act, at).await?;
        Ok(Happened::Attacked(vec![Attacked { held: attempt.credential.holds(), judged }]))
    }

    async fn assess(&mut self, act: &Act, at: Timestamp) -> Result<Judged, RunErrorCause> {
        self.n_events += 1;
        let event = event_of(self.world, act, (self.judge.application(), at, self.n_events))?;
        let judged = self.judge.assess(event, act.password.as_deref()).await?;
        let (Door::Account(who) | Door::Username(who)) = &act.door;
        let device = act.cookie.as_ref().unwrap_or(&act.device).clone();
        self.events.entry(who.clone()).or_default().push(Done { at, device, event: judged.event });
        Ok(judged)
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
}

/// An act with its names told in full.
fn named(act: &Act, name: &dyn Fn(&String) -> String) -> Act {
    let door = match &act.door {
        Door::Account(who) => Door::Account(name(who)),
        Door::Username(who) => Door::Username(name(who)),
    };
    let mut payment = act.payment.clone();
    if let Some(pays) = &mut payment {
        pays.payee = pays.payee.as_ref().map(name);
        pays.method = pays.method.as_ref().map(name);
    }
    Act {
        door,
        device: name(&act.device),
        place: name(&act.place),
        cookie: act.cookie.as_ref().map(name),
        password: act.password.as_ref().map(name),
        session: act.session.as_ref().map(name),
        email: act.email.as_ref().map(name),
        details: Details {
            phone: act.details.phone.as_ref().map(name),
            delivery: act.details.delivery.as_ref().map(name),
            method: act.details.method.as_ref().map(name),
            ..act.details
        },
        payment,
        ..act.clone()
    }
}
