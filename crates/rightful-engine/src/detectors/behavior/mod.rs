//! Reasons about how the form was typed.

use super::Detector;

mod bot;
mod inhuman_input;
mod suspicious_input;

pub(super) const DETECTORS: &[Detector] = &[bot::DETECTOR, inhuman_input::DETECTOR, suspicious_input::DETECTOR];
