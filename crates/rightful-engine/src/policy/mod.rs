//! The policy: thresholds and weights as one versioned value, and what they make of findings.
//!
//! A policy is data. Its text names only what it changes; everything else is as shipped. Unknown keys and values out of
//! range are refused when it is read, so that judging cannot fail.

mod decide;
mod evidence_limits;
mod hindsight;
mod holding;
mod leniency;
mod likelihood_scale;
mod lists;
mod place;
mod read;
mod scale;
mod thresholds;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rightful_domain::{Action, PolicySource, PolicyVersion};

pub(crate) use decide::{Decision, Weighed};
pub(crate) use evidence_limits::{CredentialStuffingCampaign, ImpossibleTravel, Stranger, UserTrusted};
pub use hindsight::{Hindsight, Judged, Retrospect};
pub(crate) use lists::{AccessLists, AddressRange, is_of_list};
pub use place::Place;
pub(crate) use scale::{Days, Factor, Limit};
pub(crate) use thresholds::{IpActionVelocity, IpRiskyReputation, Thresholds};

use crate::rules::{RULES, RuleError, RuleSet, read_book, read_rules, suggested};
use likelihood_scale::LikelihoodScale;
use thresholds::{Bands, Combining, Knowing, Spending};

/// The text of the shipped policy: every key with its default and the reason for it.
pub const DEFAULT_POLICY: &str = include_str!("default.toml");

/// What findings weigh, and from where on they matter: one versioned value.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    version: PolicyVersion,
    bands: Bands,
    bands_by_action: BTreeMap<Box<str>, Bands>,
    combining: Combining,
    likelihood: LikelihoodScale,
    budget: Spending,
    acquaintance: Knowing,
    lists: AccessLists,
    thresholds: Thresholds,
    rules: RuleSet,
}

impl Default for Policy {
    /// The shipped policy, `default` version 1. Reads its text at each call, so keep what it returns.
    fn default() -> Self {
        let version = PolicyVersion { id: "default".into(), version: 1 };
        Self::parse(&PolicySource { version, text: "".into() }).expect("the shipped policy is read by every test")
    }
}

impl Policy {
    /// Reads a policy: TOML that names what differs from [`DEFAULT_POLICY`].
    ///
    /// # Errors
    /// The text is no TOML, names a key that does not exist, or gives a value out of its range.
    pub fn parse(source: &PolicySource) -> Result<Self, PolicyError> {
        read::read(source)
    }

    /// All that keeps a policy from being read: its first fault, and with it that of each rule; empty if it can be read.
    #[must_use]
    pub fn faults(source: &PolicySource) -> Vec<PolicyError> {
        read::faults(source)
    }

    /// The same policy with other rules: the tables under `rules`, as a policy has them.
    ///
    /// # Errors
    /// As of [`Policy::parse`], by the first rule at fault.
    pub fn with_rules(&self, rules: Vec<toml::Value>) -> Result<Self, PolicyError> {
        let tables = toml::Table::from_iter([(RULES.to_owned(), toml::Value::Array(rules))]);
        Ok(Self { rules: read_rules(&self.version, &tables)?, ..self.clone() })
    }

    /// This policy with the rules of a book after its own, whatever their priorities: what the operator wrote is asked
    /// first. The book's version tells both.
    ///
    /// # Errors
    /// What [`Policy::book_faults`] tells first.
    pub fn with_book(&self, book: &PolicySource) -> Result<Self, PolicyError> {
        let (rules, faults) = read_book(book, &self.rules);
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self { version: book.version.clone(), rules: self.rules.then(rules), ..self.clone() }),
        }
    }

    /// All that keeps a book of `[[rules]]` from being read after this policy: at most one fault for each rule, and a name
    /// may be only one rule's in both.
    #[must_use]
    pub fn book_faults(&self, book: &PolicySource) -> Vec<PolicyError> {
        read_book(book, &self.rules).1
    }

    /// What its rules say that is right and probably not meant, in the words of faults, which have a place. Whether there
    /// is a list of a name, the caller knows.
    #[must_use]
    pub fn doubts(&self, is_list: impl Fn(&str) -> bool) -> Vec<PolicyError> {
        let mut doubts = Vec::new();
        for rule in self.rules.iter() {
            let missing = rule.when.lists().iter().filter(|(list, _)| !is_list(list)).map(|(_, doubt)| doubt);
            doubts.extend(rule.when.doubts().iter().chain(missing).map(|doubt| PolicyError::Rule {
                policy: self.version.clone(),
                rule: rule.name.clone(),
                key: format!("{RULES}.{}.when", rule.name),
                error: Box::new(doubt.clone()),
            }));
        }
        doubts
    }

    /// Which version this is.
    #[must_use]
    pub const fn version(&self) -> &PolicyVersion {
        &self.version
    }

    /// The rules that people wrote into it.
    #[must_use]
    pub const fn rules(&self) -> &RuleSet {
        &self.rules
    }

    pub(crate) const fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    pub(crate) const fn lists(&self) -> &AccessLists {
        &self.lists
    }

    /// The share of honest events that may be challenged; 0 where the challenge threshold does not follow it.
    pub(crate) const fn challenge_share(&self) -> f64 {
        self.budget.challenge_share.get()
    }

    /// For how long what was let through without a proof is young.
    pub(crate) fn youth(&self) -> Duration {
        self.acquaintance.youth()
    }

    fn bands(&self, action: &Action) -> &Bands {
        self.bands_by_action.get(action.as_str()).unwrap_or(&self.bands)
    }
}

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyError {
    /// The text is no TOML.
    Syntax {
        /// The policy.
        policy: PolicyVersion,
        /// What the reader says, with the line.
        message: String,
    },
    /// A key that no policy has.
    UnknownKey {
        /// The policy.
        policy: PolicyVersion,
        /// The key, with its tables.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A value that its key cannot have.
    BadValue {
        /// The policy.
        policy: PolicyVersion,
        /// The key, with its tables.
        key: String,
        /// What is wrong with the value.
        message: String,
    },
    /// A rule's condition that cannot be read.
    Rule {
        /// The policy.
        policy: PolicyVersion,
        /// The rule's name.
        rule: Box<str>,
        /// The condition's key, with its tables.
        key: String,
        /// What is wrong with it, and where.
        error: Box<RuleError>,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |policy: &PolicyVersion| format!("policy {:?} version {}", policy.id, policy.version);
        match self {
            Self::Syntax { policy, message } => write!(f, "{}: {message}", of(policy)),
            Self::UnknownKey { policy, key, suggestion: None } => write!(f, "{}: unknown key {key:?}", of(policy)),
            Self::UnknownKey { policy, key, suggestion: Some(suggestion) } => {
                write!(f, "{}: unknown key {key:?}, did you mean {suggestion:?}?", of(policy))
            }
            Self::BadValue { policy, key, message } => write!(f, "{}: {key:?}: {message}", of(policy)),
            Self::Rule { policy, rule, key, error } => write!(f, "{}: {key:?}: rule {rule:?}: {error}", of(policy)),
        }
    }
}

impl std::error::Error for PolicyError {}

impl PolicyError {
    /// The word that was probably meant; None if none is near.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::UnknownKey { suggestion, .. } => suggestion.as_deref(),
            Self::BadValue { message, .. } => suggested(message),
            Self::Rule { error, .. } => error.suggestion(),
        }
    }
}
