//! Reasons about the device, whatever the account.

use super::Detector;

mod profile_velocity;
mod risky_reputation;
mod suspicious_velocity;

pub(super) const DETECTORS: &[Detector] =
    &[profile_velocity::DETECTOR, risky_reputation::DETECTOR, suspicious_velocity::DETECTOR];
