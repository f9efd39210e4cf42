//! Reasons about e-mail addresses.

use super::Detector;

mod disposable;

pub(super) const DETECTORS: &[Detector] = &[disposable::DETECTOR];
