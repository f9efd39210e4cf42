//! What was changed by people, as it was noted: who may talk to the server, and by which rules it judges.

use crate::{Application, ApplicationId, Timestamp};

/// Who changes a list, an application or its hooks, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The key that was used, by its public name, or `operator` for the command line, which earlier versions called
    /// `command line` in all but rules; None if nobody is known.
    pub name: Option<Box<str>>,
    /// When.
    pub at: Timestamp,
}

/// One change that was noted.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// Counted from 1, in the order of changes; none is left out.
    pub number: u64,
    /// When it was made. Of an application's change that was noted without a time, as the first versions did, when the
    /// last event before it was received; None if that is not near.
    pub at: Option<Timestamp>,
    /// By whom, as [`Author::name`] says; None of what was noted before that was.
    pub by: Option<Box<str>>,
    /// What was changed.
    pub change: AuditedChange,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum AuditedChange {
    /// An application was made: as it became, with its keys' digests.
    Made(Box<Application>),
    /// An application was changed, but for its keys: as it became.
    Changed(Box<Application>),
    /// An application's keys were changed: as it became.
    Keys(Box<Application>),
    /// A step was taken with an application's own rules.
    Rules(AuditedRules),
    /// Messages that were given up wait again.
    Redelivered {
        /// Whose.
        application: ApplicationId,
        /// By which hook.
        hook: Box<str>,
        /// How many.
        n_messages: u64,
    },
    /// A backup of the whole folder was begun: what it holds was about to leave.
    BackedUp {
        /// Where it was to be.
        place: Box<str>,
    },
}

impl AuditedChange {
    /// Whose change it is; None if it is about all.
    #[must_use]
    pub const fn application(&self) -> Option<&ApplicationId> {
        match self {
            Self::Made(application) | Self::Changed(application) | Self::Keys(application) => Some(&application.id),
            Self::Rules(rules) => Some(&rules.application),
            Self::Redelivered { application, .. } => Some(application),
            Self::BackedUp { .. } => None,
        }
    }
}

/// A step that was taken with an application's own rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedRules {
    /// Whose.
    pub application: ApplicationId,
    /// Which step.
    pub step: RuleStep,
    /// The revision that came of it.
    pub revision: u64,
    /// The version that was then published; None if none was.
    pub published: Option<u32>,
    /// In whose name; as the caller calls itself, else its key.
    pub author: Box<str>,
    /// Why, for people.
    pub note: Box<str>,
}

/// A step with an application's own rules, without their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleStep {
    /// The draft was changed or dropped.
    Edit,
    /// The draft was published, or proposed where that takes two.
    Publish,
    /// What was proposed was published.
    Approve,
    /// What was proposed was dropped.
    Reject,
    /// What was published before was published again.
    RollBack,
    /// Publishing takes two from then on.
    NeedTwo,
    /// Publishing takes one from then on.
    NeedOne,
    /// The rules in effect were changed by a vendor's API.
    Amend,
}

impl RuleStep {
    /// All of them, by their numbers from 0.
    pub const ALL: [Self; 8] = [
        Self::Edit,
        Self::Publish,
        Self::Approve,
        Self::Reject,
        Self::RollBack,
        Self::NeedTwo,
        Self::NeedOne,
        Self::Amend,
    ];

    /// As spelled in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edited",
            Self::Publish => "published",
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::RollBack => "rolled_back",
            Self::NeedTwo => "needs_two",
            Self::NeedOne => "needs_one",
            Self::Amend => "amended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_keep_the_numbers_under_which_they_are_stored() {
        let numbered: Vec<_> = RuleStep::ALL.iter().map(|step| (*step as u8, step.as_str())).collect();
        let stored = [
            (0, "edited"),
            (1, "published"),
            (2, "approved"),
            (3, "rejected"),
            (4, "rolled_back"),
            (5, "needs_two"),
            (6, "needs_one"),
            (7, "amended"),
        ];
        assert_eq!(numbered, stored);
    }
}
