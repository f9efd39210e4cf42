//! Reasons about the address, whatever the account.

use super::Detector;

mod action_velocity;
mod risky_reputation;

pub(super) const DETECTORS: &[Detector] = &[action_velocity::DETECTOR, risky_reputation::DETECTOR];
