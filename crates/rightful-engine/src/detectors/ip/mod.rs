//! Reasons about the address, whatever the account.

use super::Detector;

mod action_velocity;
mod country_blocked;
mod is_biz;
mod is_gov;
mod is_mil;
mod is_vpn;
mod payer_velocity;
mod risky_anonymize;
mod risky_reputation;
mod trusted;

pub(super) const DETECTORS: &[Detector] = &[
    action_velocity::DETECTOR,
    country_blocked::DETECTOR,
    is_biz::DETECTOR,
    is_gov::DETECTOR,
    is_mil::DETECTOR,
    is_vpn::DETECTOR,
    payer_velocity::DETECTOR,
    risky_anonymize::DETECTOR,
    risky_reputation::DETECTOR,
    trusted::DETECTOR,
];
