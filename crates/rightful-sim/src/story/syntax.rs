//! What a story says, once it is read.

use std::time::Duration;

use rightful_domain::{
    Action, ApplicationMode, FailureReason, FeedbackKind, MechanismKind, Money, Outcome, PaymentDirection,
    PolicySource, PolicyVersion, ReasonCode, Verdict,
};
use rightful_engine::Policy;

use super::world::World;
use crate::campaign::CampaignKind;

/// A story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// What the policy changes of the shipped one, as TOML; empty for the shipped one. `{lisbon}` is a place's range.
    pub policy: String,
    /// Whether verdicts are acted on.
    pub mode: ApplicationMode,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
}

impl Story {
    /// The policy's text, with places' names replaced by their ranges.
    #[must_use]
    pub fn policy_text(&self, world: &World) -> String {
        let mut parts = self.policy.split('{');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let place = part.split_once('}').and_then(|(name, rest)| Some((world.range(name)?, rest)));
            match place {
                Some((range, rest)) => text.extend([range.to_string().as_str(), rest]),
                None => text.extend(["{", part]),
            }
        }
        text
    }

    /// The policy.
    ///
    /// # Errors
    /// The engine does not understand it; in the engine's words.
    pub fn policy(&self, world: &World) -> Result<Policy, String> {
        if self.policy.is_empty() {
            return Ok(Policy::default());
        }
        let version = PolicyVersion { id: "story".into(), version: 1 };
        let source = PolicySource { version, text: self.policy_text(world).into() };
        Policy::parse(&source).map_err(|error| error.to_string())
    }

    /// What is done at each moment, in order of time: the step and the number of its repetition, from 0.
    pub(super) fn in_order(&self) -> Vec<(Duration, usize, u32)> {
        let of_step = |(place, step): (usize, &Step)| {
            let repeat = step.repeat;
            let at = step.at;
            (0..repeat.times).map(move |nth| (at + repeat.every * nth, place, nth)).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.steps.iter().enumerate().flat_map(of_step).collect();
        all.sort_unstable();
        all
    }

    /// From midnight of the first day to the last thing that happens.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.steps.iter().map(Step::end).max().unwrap_or_default()
    }

    /// From the first thing that happens to the last.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        let first = self.steps.first().map_or(Duration::ZERO, |step| step.at);
        self.length().saturating_sub(first)
    }
}

/// One thing that happens. What happens once happens in the order of the story; what is told after `meanwhile` happens
/// at its time between the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its line in the file, from 1.
    pub line: usize,
    /// When, after midnight of the first day.
    pub at: Duration,
    /// How often.
    pub repeat: Repeat,
    /// What.
    pub deed: Deed,
    /// What should be said of it (of the last time); None where nothing is expected.
    pub expected: Option<Expectation>,
}

impl Step {
    /// When it happens for the last time.
    #[must_use]
    pub fn end(&self) -> Duration {
        self.at + self.repeat.every * self.repeat.times.saturating_sub(1)
    }
}

/// How often something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// At least once.
    pub times: u32,
    /// From one time to the next.
    pub every: Duration,
}

impl Repeat {
    /// Just once.
    pub const ONCE: Self = Self { times: 1, every: Duration::ZERO };
}

/// What happens. In names, `#` stands for the number of the repetition.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Somebody attempts something.
    Act(Box<Act>),
    /// A challenge ends.
    Challenge {
        /// How.
        kind: FeedbackKind,
        /// Whose.
        who: String,
        /// On which device.
        device: String,
    },
    /// A pending event ends.
    Outcome {
        /// How.
        outcome: Outcome,
        /// Whose.
        who: String,
        /// On which device.
        device: String,
    },
    /// Somebody says what an event, or all that happened, was.
    Feedback {
        /// What it was.
        kind: FeedbackKind,
        /// Whose account.
        who: String,
        /// The latest event on this device; None: the account.
        device: Option<String>,
    },
    /// The owner has the account again.
    Reclaim {
        /// Whose.
        who: String,
        /// The takeover began with the first event at or after this; None where nobody knows.
        since: Option<Duration>,
    },
    /// The application closes an account.
    Close {
        /// Whose.
        who: String,
    },
    /// Intruders go for all who have signed in so far; one attempt each time the step repeats.
    Campaign(CampaignKind),
}

/// Somebody attempts something.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// What.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed; None where it did not, or for the last proof's usual reason.
    pub failure: Option<FailureReason>,
    /// At whose door.
    pub door: Door,
    /// On which device.
    pub device: String,
    /// Where.
    pub place: String,
    /// With which proofs. They hold, unless the attempt failed: then the last one does not.
    pub proofs: Vec<MechanismKind>,
    /// The password; None where the application does not tell its hash.
    pub password: Option<String>,
    /// The money in it.
    pub payment: Option<Pays>,
    /// The application's session.
    pub session: Option<String>,
    /// The person's e-mail address, where the event carries one.
    pub email: Option<String>,
    /// What else of the account it tells, and so may change.
    pub details: Details,
    /// The device whose name it gives as its own, as a stolen cookie does; None where it gives its own.
    pub cookie: Option<String>,
}

/// What an attempt tells of the account beside its e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The phone number.
    pub phone: Option<String>,
    /// The city that goods go to.
    pub delivery: Option<String>,
    /// A way to pay that is registered.
    pub method: Option<String>,
    /// Whether the password is another from now on.
    pub password_changed: bool,
}

/// The money in an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pays {
    /// Out of the account, or into it.
    pub direction: PaymentDirection,
    /// How much.
    pub amount: Money,
    /// To whom, or from whom.
    pub payee: Option<String>,
    /// With what: `card-1` is a card.
    pub method: Option<String>,
}

/// At whose door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// The application says whose account it is.
    Account(String),
    /// It knows only the name that was typed.
    Username(String),
}

/// What should be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Nobody knows yet: `?`.
    Unknown,
    /// Of an attempt.
    Judged {
        /// Of which, where the step repeats.
        times: Times,
        /// The verdict.
        verdict: Wanted,
        /// Reasons that must be found.
        present: Vec<ReasonCode>,
        /// Reasons that must not.
        absent: Vec<ReasonCode>,
    },
    /// Of feedback.
    Applied {
        /// Events that leave quarantine.
        released: Option<u32>,
        /// Events that are unlearned.
        unlearned: Option<u32>,
    },
    /// Of a campaign.
    Stopped {
        /// How many in a hundred, at least, of the attempts that the application let in were challenged or denied.
        percent_min: u8,
    },
}

/// Of which of a step's repetitions something is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Of the last.
    Last,
    /// Of each.
    Each,
}

/// A verdict, or either of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// This one.
    Just(Verdict),
    /// Trust or allow: `pass`.
    Pass,
    /// Challenge or deny: `stop`.
    Stop,
}

impl Wanted {
    /// All of them, as spelled in stories.
    pub(super) const ALL: [Self; 6] = [
        Self::Just(Verdict::Trust),
        Self::Just(Verdict::Allow),
        Self::Just(Verdict::Challenge),
        Self::Just(Verdict::Deny),
        Self::Pass,
        Self::Stop,
    ];

    /// As spelled in stories.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Just(verdict) => verdict.as_str(),
            Self::Pass => "pass",
            Self::Stop => "stop",
        }
    }

    /// Whether this verdict is wanted.
    #[must_use]
    pub fn is_met_by(self, verdict: Verdict) -> bool {
        match (self, verdict) {
            (Self::Just(wanted), verdict) => wanted == verdict,
            (Self::Pass, Verdict::Trust | Verdict::Allow) | (Self::Stop, Verdict::Challenge | Verdict::Deny) => true,
            (Self::Pass, Verdict::Challenge | Verdict::Deny) | (Self::Stop, Verdict::Trust | Verdict::Allow) => false,
        }
    }
}
