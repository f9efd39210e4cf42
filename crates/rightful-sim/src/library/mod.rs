//! The ready rules of the engine's library, tried: each in its own story, and all of them in the shop's days.

mod measure;
mod shop_day;
mod stories;

pub use measure::{Extent, Hits, MeasureError, Measured, RuleHits, measure};
pub use stories::{RuleStory, rule_stories};
