//! Judgement: features → detectors → policy → assessment. Pure, synchronous, total.
//!
//! The engine depends on the domain and on readers of text alone: no clock, file, network or randomness is reachable
//! from here, so judging a year of recorded events is the same code as judging one now. Bad or missing facts yield
//! fewer findings, never an error.

// Total means: nothing to index past, and a new variant of ours is a decision to take, not a default.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::wildcard_enum_match_arm))]

mod assess;
mod detectors;
mod features;
mod payment_view;
mod policy;
mod rules;
mod sentences;

pub use assess::assess;
pub use detectors::{DETECTORS, Detector, EvidenceFamily, NOT_RAISED, Role, Strength};
pub use features::{FEATURE_SCHEMA, feature_names};
pub use policy::{DEFAULT_POLICY, Hindsight, Judged, Place, Policy, PolicyError, Retrospect};
pub use rules::{
    LibraryRule, LibraryUpdate, Rule, RuleError, RuleMode, RuleOrigin, RuleSet, Scene, UpdateConflict, When, Word,
    WordType, library_origin, rule_features, rule_library, rule_words,
};
pub use sentences::sentences;
