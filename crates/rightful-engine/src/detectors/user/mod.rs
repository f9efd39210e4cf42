//! Reasons about the owner, and what the owner said.

use super::Detector;

mod reported_compromise;

pub(super) const DETECTORS: &[Detector] = &[reported_compromise::DETECTOR];
