//! Reasons about the owner, and what the owner said.

use super::Detector;

mod account_closed;
mod profile_anomaly;
mod recently_reclaimed;
mod reported_compromise;
mod second_factor_passed;
mod trusted;

pub(super) const DETECTORS: &[Detector] = &[
    account_closed::DETECTOR,
    profile_anomaly::DETECTOR,
    recently_reclaimed::DETECTOR,
    reported_compromise::DETECTOR,
    second_factor_passed::DETECTOR,
    trusted::DETECTOR,
];
