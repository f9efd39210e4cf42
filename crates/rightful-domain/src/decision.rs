//! What is decided of an event that waits: by people, by its person, or by what somebody who knows has said since.

use crate::{Pii, Timestamp, UNDO_WITHIN};

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub kind: DecisionKind,
    /// By whom.
    pub by: Box<str>,
    /// When it was made.
    pub at: Timestamp,
    /// When it takes effect.
    pub effective_at: Timestamp,
    /// Whether it has taken effect.
    pub is_done: bool,
    /// Why, in words.
    pub comment: Option<Pii<Box<str>>>,
    /// Why, in the caller's own codes; at most [`CASE_LABELS_MAX`](crate::CASE_LABELS_MAX).
    pub labels: Vec<Box<str>>,
    /// Of a rejection: whether the person may try again.
    pub may_retry: bool,
}

/// As whom the person decides who was asked.
const PERSON: &str = "person";
/// As whom what was said of an event decides that had been decided otherwise.
const FEEDBACK: &str = "feedback";

impl Decision {
    /// What the person decided who was asked: at once.
    #[must_use]
    pub fn of_person(kind: DecisionKind, at: Timestamp) -> Self {
        let (comment, labels) = (None, Vec::new());
        Self { kind, by: PERSON.into(), at, effective_at: at, is_done: true, comment, labels, may_retry: false }
    }

    /// What somebody has said since who knows: at once, and whatever was decided before.
    #[must_use]
    pub fn of_feedback(kind: DecisionKind, at: Timestamp) -> Self {
        Self { by: FEEDBACK.into(), ..Self::of_person(kind, at) }
    }

    /// Whether another decision says the contrary of it while it may still be taken back: of two at once, the second has
    /// not seen the first. Who was only asked has not been decided about, and what was said by others than reviewers waits for none.
    pub(crate) fn is_contradicted_by(&self, other: &Self, now: Timestamp) -> bool {
        let is_fresh = !self.is_done || now < self.at.plus(UNDO_WITHIN);
        let is_reviewers = self.is_by_reviewer() && other.is_by_reviewer() && self.kind != DecisionKind::AskUser;
        is_fresh && is_reviewers && self.kind != other.kind
    }

    /// Whether another decision says the same, by whomever and whenever.
    pub(crate) fn is_repeated_by(&self, other: &Self) -> bool {
        let said = |it: &Self| (it.kind, it.comment.clone(), it.labels.clone(), it.may_retry);
        said(self) == said(other)
    }

    /// Whether a reviewer may go by that name: the person decides by one, and what was said since by another.
    #[must_use]
    pub fn is_reviewers_name(by: &str) -> bool {
        by != PERSON && by != FEEDBACK
    }

    /// Whether the person decided who was asked.
    #[must_use]
    pub fn is_by_person(&self) -> bool {
        *self.by == *PERSON
    }

    /// Whether somebody decided whose work that is, and not the person, nor what was said since.
    #[must_use]
    pub fn is_by_reviewer(&self) -> bool {
        Self::is_reviewers_name(&self.by)
    }

    /// Whether it says how its event ended: it has taken effect, and does not only ask.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_done && self.kind != DecisionKind::AskUser
    }
}

/// What can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecisionKind {
    /// It was the owner: let it through.
    Approve,
    /// It was not: refuse it.
    Reject,
    /// Ask the person to prove who they are.
    AskUser,
}

impl DecisionKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Reject, Self::AskUser];

    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::AskUser => "ask_user",
        }
    }

    /// The decision of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
