//! What people's rules said of an event, beside judgement.

use crate::{OutOfRange, Source, Verdict};

/// The most rules that one assessment remembers; those in effect go first.
pub const RULE_MATCHES_MAX: usize = 32;

/// One rule that matched an event, and what it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMatch {
    /// The rule's name.
    pub rule: Box<str>,
    /// Its version, counted from 1.
    pub version: u32,
    /// The vendor in whose words it was written; None if it was written in ours.
    pub origin: Option<Source>,
    /// True if it only watches: what it asks for was not done.
    pub is_shadow: bool,
    /// True if it was not to act on the account for now: what it asks for was not done.
    pub is_snoozed: bool,
    /// What it asks for.
    pub effect: RuleEffect,
}

impl RuleMatch {
    /// Whether what it asks for was done: it neither only watches nor is snoozed.
    #[must_use]
    pub const fn acts(&self) -> bool {
        !self.is_shadow && !self.is_snoozed
    }
}

/// What a rule asks for where it matches. The default asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEffect {
    /// How much it adds to the score, or takes from it.
    pub score: ScoreChange,
    /// The mildest verdict that may be given; None if it does not say.
    pub floor: Option<Verdict>,
    /// The strictest verdict that may be given; None if it does not say.
    pub ceiling: Option<Verdict>,
    /// What the account is to be marked as; None if it does not say.
    pub status: Option<RuleStatus>,
    /// What the event is to be found under.
    pub tags: Vec<Box<str>>,
    /// Which queue of people is to look at it; None if nobody needs to.
    pub queue: Option<Box<str>>,
}

/// What is added to a score, or taken from it: at most 100 points, kept in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ScoreChange(i16);

impl ScoreChange {
    /// From hundredths of a point, -10 000 to 10 000.
    pub const fn from_hundredths(hundredths: i16) -> Result<Self, OutOfRange> {
        if -10_000 <= hundredths && hundredths <= 10_000 { Ok(Self(hundredths)) } else { Err(OutOfRange) }
    }

    /// Hundredths of a point, -10 000 to 10 000.
    #[must_use]
    pub const fn hundredths(self) -> i16 {
        self.0
    }

    /// Points with two decimals, -100.0 to 100.0.
    #[must_use]
    pub fn points(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// What a rule marks an account as, as Sumsub's rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleStatus {
    /// Nothing to see.
    Normal,
    /// Somebody should look.
    Suspicious,
    /// Signs of gambling that does harm.
    GamblingAddiction,
    /// Somebody must do something.
    RequiresAction,
}

impl RuleStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Suspicious, Self::GamblingAddiction, Self::RequiresAction];

    /// As spelled in policies and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Suspicious => "suspicious",
            Self::GamblingAddiction => "gambling_addiction",
            Self::RequiresAction => "requires_action",
        }
    }

    /// The status of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
