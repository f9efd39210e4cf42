//! The ready rules of the engine's library, tried: each in its own story, and all of them in the shop's days.

mod stories;

pub use stories::{RuleStory, rule_stories};
