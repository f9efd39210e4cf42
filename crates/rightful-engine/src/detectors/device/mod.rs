//! Reasons about the device, whatever the account.

use super::Detector;

mod bot;
mod impossible_travel;
mod payee_velocity;
mod platform_anomaly;
mod platform_automation;
mod profile_velocity;
mod risky_reputation;
mod suspicious_language;
mod suspicious_platform;
mod suspicious_timezone;
mod suspicious_useragent;
mod suspicious_velocity;

pub(super) const DETECTORS: &[Detector] = &[
    bot::DETECTOR,
    impossible_travel::DETECTOR,
    payee_velocity::DETECTOR,
    platform_anomaly::DETECTOR,
    platform_automation::DETECTOR,
    profile_velocity::DETECTOR,
    risky_reputation::DETECTOR,
    suspicious_language::DETECTOR,
    suspicious_platform::DETECTOR,
    suspicious_timezone::DETECTOR,
    suspicious_useragent::DETECTOR,
    suspicious_velocity::DETECTOR,
];
