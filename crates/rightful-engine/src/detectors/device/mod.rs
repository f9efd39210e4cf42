//! Reasons about the device, whatever the account.

use super::Detector;

mod bot;
mod cookie_reused;
mod emulated_gpu;
mod emulator;
mod impossible_travel;
mod incognito_browser;
mod location_anomaly;
mod origin_anomaly;
mod payee_velocity;
mod payer_velocity;
mod platform_anomaly;
mod platform_automation;
mod profile_velocity;
mod risky_reputation;
mod spoofed;
mod suspected_bot;
mod suspicious_attribute;
mod suspicious_cpu_core;
mod suspicious_display;
mod suspicious_language;
mod suspicious_network;
mod suspicious_platform;
mod suspicious_timezone;
mod suspicious_useragent;
mod suspicious_velocity;
mod vm;

pub(super) const DETECTORS: &[Detector] = &[
    bot::DETECTOR,
    cookie_reused::DETECTOR,
    emulated_gpu::DETECTOR,
    emulator::DETECTOR,
    impossible_travel::DETECTOR,
    incognito_browser::DETECTOR,
    location_anomaly::DETECTOR,
    origin_anomaly::DETECTOR,
    payee_velocity::DETECTOR,
    payer_velocity::DETECTOR,
    platform_anomaly::DETECTOR,
    platform_automation::DETECTOR,
    profile_velocity::DETECTOR,
    risky_reputation::DETECTOR,
    spoofed::DETECTOR,
    suspected_bot::DETECTOR,
    suspicious_attribute::DETECTOR,
    suspicious_cpu_core::DETECTOR,
    suspicious_display::DETECTOR,
    suspicious_language::DETECTOR,
    suspicious_network::DETECTOR,
    suspicious_platform::DETECTOR,
    suspicious_timezone::DETECTOR,
    suspicious_useragent::DETECTOR,
    suspicious_velocity::DETECTOR,
    vm::DETECTOR,
];
