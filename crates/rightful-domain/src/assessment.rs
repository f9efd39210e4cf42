//! What was judged of one event.

use crate::{
    Action, AggregateValue, Event, EventId, FeatureVector, Finding, LogOdds, News, Outcome, RiskScore, RuleMatch,
    Timestamp,
};

/// The four answers, mildest first: a later one is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The owner, beyond the usual doubt: the session may be extended.
    Trust,
    /// Nothing speaks against it.
    Allow,
    /// Ask for more proof.
    Challenge,
    /// Refuse.
    Deny,
}

impl Verdict {
    /// All four, mildest first.
    pub const ALL: [Self; 4] = [Self::Trust, Self::Allow, Self::Challenge, Self::Deny];

    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Allow => "allow",
            Self::Challenge => "challenge",
            Self::Deny => "deny",
        }
    }

    /// The verdict of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// A way of asking for more proof, as Transmit Security's recommendations names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChallengeKind {
    /// A second factor, preferably biometric.
    SecondFactor,
    /// A code or link by e-mail or SMS.
    EmailOrSms,
    /// The card's verification value again.
    ReenterCvv,
    /// 3-D Secure.
    ThreeDSecure,
    /// A check of an identity document.
    IdVerification,
    /// A call.
    CallCentre,
    /// A person looks at it.
    ManualReview,
}

impl ChallengeKind {
    /// As spelled in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::EmailOrSms => "email_or_sms",
            Self::ReenterCvv => "reenter_cvv",
            Self::ThreeDSecure => "three_d_secure",
            Self::IdVerification => "id_verification",
            Self::CallCentre => "call_centre",
            Self::ManualReview => "manual_review",
        }
    }
}

/// Which policy judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyVersion {
    /// The policy's name.
    pub id: Box<str>,
    /// Its version, counted from 1.
    pub version: u32,
}

/// The *payment* view of the account, which is apart from the takeover view: a flood of payments must not lock the
/// owner out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentView {
    /// What to do about payments.
    pub action: PaymentAction,
    /// 0 to 100; 0 where the account never paid.
    pub score: u8,
    /// What it rests on.
    pub source: PaymentSource,
}

/// What a payment view rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PaymentSource {
    /// Judgement.
    #[default]
    Judgement,
    /// More events of the account in a minute than its application allows.
    RateLimit,
    /// A reviewer's label.
    Label,
}

/// What to do about an account's payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentAction {
    /// Let them through.
    Allow,
    /// Have a person look.
    Review,
    /// Stop them.
    Prevent,
}

/// What was judged of one event. Written once, never changed: what comes later is a conclusion or feedback.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The event judged; also this assessment's own id.
    pub event: EventId,
    /// When.
    pub judged_at: Timestamp,
    /// The evidence summed, in nats.
    pub log_odds: LogOdds,
    /// The same as a score, with what rules added to it.
    pub risk_score: RiskScore,
    /// What was judged.
    pub verdict: Verdict,
    /// What the caller was told: the verdict, or allow in observe mode; None where nobody asked.
    pub answered: Option<Verdict>,
    /// The reasons, heaviest first; at most [`crate::FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// The numbers it rests on.
    pub features: FeatureVector,
    /// The policy it rests on.
    pub policy: PolicyVersion,
    /// What to ask for when challenging, best first; empty otherwise.
    pub suggested_challenges: Vec<ChallengeKind>,
    /// Events that the account's profile had learned from: how sure this can be.
    pub history_depth: u32,
    /// The payment view of the account.
    pub payment: PaymentView,
    /// What was new about the event, for learning it.
    pub news: News,
    /// The rules that matched, those in effect first; at most [`crate::RULE_MATCHES_MAX`].
    pub rules: Vec<RuleMatch>,
    /// What would have been judged without rules, where they made it another verdict.
    pub verdict_before_rules: Option<Verdict>,
    /// The lists it was on, by name, sorted.
    pub listed: Vec<Box<str>>,
    /// What the aggregates of rules came to, by their ids.
    pub aggregates: Vec<AggregateValue>,
}

impl Assessment {
    /// What the caller goes by: the answer, or the verdict where nobody asked for one.
    #[must_use]
    pub fn effective(&self) -> Verdict {
        self.answered.unwrap_or(self.verdict)
    }

    /// Whether the caller was told something else than was judged, as in observe mode.
    #[must_use]
    pub fn is_overruled(&self) -> bool {
        self.answered.is_some_and(|answered| answered != self.verdict)
    }

    /// What would have been judged without people's rules.
    #[must_use]
    pub fn without_rules(&self) -> Verdict {
        self.verdict_before_rules.unwrap_or(self.verdict)
    }

    /// True if refusing is not enough, since whoever was refused is inside: the session is to be revoked.
    ///
    /// That is so once the event has succeeded, or where it is something that only somebody who is signed in can do,
    /// however it ended. Who is refused at the door, or while the outcome is still open there, has no session yet.
    #[must_use]
    pub fn revokes_session(&self, event: &Event) -> bool {
        self.revokes_session_after(&event.action, event.outcome)
    }

    /// The same, where it is known by now how the event ended.
    #[must_use]
    pub fn revokes_session_after(&self, action: &Action, outcome: Outcome) -> bool {
        let is_at_door = match action {
            Action::Login | Action::Register | Action::PasswordReset => true,
            Action::Transaction
            | Action::Checkout
            | Action::Logout
            | Action::AccountDetailsChange
            | Action::AccountAuthChange
            | Action::Withdraw
            | Action::CreditsChange
            | Action::Custom(_) => false,
        };
        self.effective() == Verdict::Deny && (outcome == Outcome::Succeeded || !is_at_door)
    }
}

/// An assessment in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentences {
    /// For a colleague: what was seen and what to do.
    pub analyst: String,
    /// For the person at the door: generic, so that it teaches an intruder nothing.
    pub person: String,
}
