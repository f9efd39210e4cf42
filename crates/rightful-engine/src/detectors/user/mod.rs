//! Reasons about the owner, and what the owner said.

use super::Detector;

mod reported_compromise;
mod second_factor_passed;

pub(super) const DETECTORS: &[Detector] = &[reported_compromise::DETECTOR, second_factor_passed::DETECTOR];
