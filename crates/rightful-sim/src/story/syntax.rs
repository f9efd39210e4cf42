//! What a story says, once it is read.

use std::time::Duration;

use rightful_domain::{Action, ApplicationMode, FeedbackKind, MechanismKind, Outcome, ReasonCode, Verdict};

/// A story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The policy's name.
    pub policy: String,
    /// Whether verdicts are acted on.
    pub mode: ApplicationMode,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
}

impl Story {
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

/// One thing that happens.
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
    Act(Act),
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
}

/// Somebody attempts something.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// What.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// At whose door.
    pub door: Door,
    /// On which device.
    pub device: String,
    /// Where.
    pub place: String,
    /// With which proofs. They hold, unless the attempt failed: then the last one does not.
    pub proofs: Vec<MechanismKind>,
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
        /// The verdict.
        verdict: Verdict,
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
}
