//! What is asked and answered of ready rules: which there are, which are here, and what became of those brought up to date.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::rules::RuleTold;

/// The library's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleLibrary)]
pub struct RuleLibraryShown {
    /// By group.
    pub items: Vec<ReadyRule>,
}

/// A ready rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadyRule {
    /// Its name in the library.
    pub id: String,
    /// What it is about.
    pub group: String,
    /// What it sees, in a few words.
    pub title: String,
    /// Why that matters.
    pub explanation: String,
    /// Counted up whenever the library changes it.
    pub version: u32,
    /// As it is put in, but for its mode.
    #[schema(value_type = RuleTold)]
    pub rule: Value,
    /// The rules of the draft that come from it.
    pub installed: Vec<InstalledRule>,
}

/// A rule that comes from the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstalledRule {
    /// Its name.
    pub name: String,
    /// The library's version that it comes from.
    pub version: u32,
    /// Whether the library has a newer one.
    pub is_outdated: bool,
    /// The keys that were changed here; null if nobody knows any more how it was.
    pub edited: Option<Vec<String>>,
}

/// What became of the rules that were brought up to date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleUpdates {
    /// The revision of the rules after it.
    pub revision: u64,
    /// Those that the library had something newer of.
    pub items: Vec<RuleUpdate>,
}

/// A rule that was brought up to date in the draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleUpdate {
    /// The rule.
    pub name: String,
    /// The ready rule that it comes from.
    pub id: String,
    /// The library's version that it had.
    pub from: u32,
    /// The library's version that it has.
    pub to: u32,
    /// Keys that follow the library.
    pub followed: Vec<String>,
    /// Keys that were changed here alone, and stay.
    pub kept: Vec<String>,
    /// Keys that were changed here and in the library. What is here stays.
    pub conflicts: Vec<RuleConflict>,
}

/// A key that was changed here and in the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleConflict {
    /// The key.
    pub key: String,
    /// As it is here, and stays; null if it was taken out.
    pub local: Option<Value>,
    /// As the library has it; null if it was taken out.
    pub library: Option<Value>,
}
