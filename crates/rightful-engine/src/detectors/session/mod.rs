//! Reasons about a session and its tokens.

use super::Detector;

mod token_replayed;

pub(super) const DETECTORS: &[Detector] = &[token_replayed::DETECTOR];
