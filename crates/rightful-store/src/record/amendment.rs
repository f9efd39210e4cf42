//! The stored forms of what is told after an event: conclusions, feedback, erasures, consumptions.

use rightful_domain::{
    AccountId, ApplicationId, Conclusion, EventId, Feedback, FeedbackKind, FeedbackTarget, MechanismKind, Outcome, Tag,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::{Numbered, Word, Worded};

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredConclusion<'a> {
    #[serde(borrow)]
    application: &'a str,
    event: [u8; 16],
    outcome: u8,
    received_at: i64,
}

impl<'a> StoredConclusion<'a> {
    pub(crate) fn of(conclusion: &'a Conclusion) -> Self {
        Self {
            application: conclusion.application.as_str(),
            event: *conclusion.event.as_bytes(),
            outcome: conclusion.outcome.number(),
            received_at: conclusion.received_at.as_micros(),
        }
    }

    pub(crate) fn restore(self) -> Result<Conclusion, Undecodable> {
        Ok(Conclusion {
            application: super::id(self.application, ApplicationId::new)?,
            event: EventId::from_bytes(self.event),
            outcome: Outcome::of_number(self.outcome)?,
            received_at: Timestamp::from_micros(self.received_at),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredFeedback<'a> {
    #[serde(borrow)]
    application: &'a str,
    /// The account with the takeover's first event, or none: then the event.
    account: Option<&'a str>,
    event: Option<[u8; 16]>,
    kind: u8,
    mechanism: Option<Word<'a>>,
    received_at: i64,
}

impl<'a> StoredFeedback<'a> {
    pub(crate) fn of(feedback: &'a Feedback) -> Self {
        let (account, event) = match &feedback.target {
            FeedbackTarget::Event(event) => (None, Some(event)),
            FeedbackTarget::Account { account, first_event } => (Some(account.as_str()), first_event.as_ref()),
        };
        let (kind, mechanism) = match &feedback.kind {
            FeedbackKind::ConfirmedTakeover => (0, None),
            FeedbackKind::ConfirmedLegitimate => (1, None),
            FeedbackKind::ChallengePassed { mechanism } => (2, mechanism.as_ref().map(Worded::word)),
            FeedbackKind::ChallengeFailed => (3, None),
            FeedbackKind::ChallengeIgnored => (4, None),
            FeedbackKind::Reclaimed => (5, None),
        };
        Self {
            application: feedback.application.as_str(),
            account,
            event: event.map(|event| *event.as_bytes()),
            kind,
            mechanism,
            received_at: feedback.received_at.as_micros(),
        }
    }

    pub(crate) fn restore(self) -> Result<Feedback, Undecodable> {
        let event = self.event.map(EventId::from_bytes);
        let target = match (self.account, event) {
            (Some(account), first_event) => {
                FeedbackTarget::Account { account: super::id(account, AccountId::new)?, first_event }
            }
            (None, Some(event)) => FeedbackTarget::Event(event),
            (None, None) => return Err(Undecodable("feedback without a target")),
        };
        let kind = match (self.kind, self.mechanism) {
            (0, None) => FeedbackKind::ConfirmedTakeover,
            (1, None) => FeedbackKind::ConfirmedLegitimate,
            (2, mechanism) => {
                FeedbackKind::ChallengePassed { mechanism: mechanism.map(MechanismKind::of_word).transpose()? }
            }
            (3, None) => FeedbackKind::ChallengeFailed,
            (4, None) => FeedbackKind::ChallengeIgnored,
            (5, None) => FeedbackKind::Reclaimed,
            _ => return Err(Undecodable("unknown kind of feedback")),
        };
        Ok(Feedback {
            application: super::id(self.application, ApplicationId::new)?,
            target,
            kind,
            received_at: Timestamp::from_micros(self.received_at),
        })
    }
}

/// An account was erased. Its usernames are named by tag, since they can no longer be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Erasure {
    pub(crate) application: ApplicationId,
    pub(crate) account: AccountId,
    pub(crate) usernames: Vec<Tag>,
    pub(crate) received_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredErasure<'a> {
    #[serde(borrow)]
    application: &'a str,
    account: &'a str,
    usernames: Vec<[u8; 8]>,
    received_at: i64,
}

impl<'a> StoredErasure<'a> {
    pub(crate) fn of(erasure: &'a Erasure) -> Self {
        Self {
            application: erasure.application.as_str(),
            account: erasure.account.as_str(),
            usernames: erasure.usernames.iter().map(|tag| tag.get().to_le_bytes()).collect(),
            received_at: erasure.received_at.as_micros(),
        }
    }

    pub(crate) fn restore(self) -> Result<Erasure, Undecodable> {
        Ok(Erasure {
            application: super::id(self.application, ApplicationId::new)?,
            account: super::id(self.account, AccountId::new)?,
            usernames: self.usernames.into_iter().map(|tag| Tag::new(u64::from_le_bytes(tag))).collect(),
            received_at: Timestamp::from_micros(self.received_at),
        })
    }
}

/// The answer to an event was consumed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Consumption {
    pub(crate) application: ApplicationId,
    pub(crate) event: EventId,
    pub(crate) received_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredConsumption<'a> {
    #[serde(borrow)]
    application: &'a str,
    event: [u8; 16],
    received_at: i64,
}

impl<'a> StoredConsumption<'a> {
    pub(crate) fn of(consumption: &'a Consumption) -> Self {
        Self {
            application: consumption.application.as_str(),
            event: *consumption.event.as_bytes(),
            received_at: consumption.received_at.as_micros(),
        }
    }

    pub(crate) fn restore(self) -> Result<Consumption, Undecodable> {
        Ok(Consumption {
            application: super::id(self.application, ApplicationId::new)?,
            event: EventId::from_bytes(self.event),
            received_at: Timestamp::from_micros(self.received_at),
        })
    }
}
