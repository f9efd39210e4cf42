//! Reasons about the account and what it is used to.

use super::Detector;

mod action_velocity;
mod device_familiar;
mod device_familiar_model;
mod device_new;
mod ip_familiar;

pub(super) const DETECTORS: &[Detector] = &[
    action_velocity::DETECTOR,
    device_familiar::DETECTOR,
    device_familiar_model::DETECTOR,
    device_new::DETECTOR,
    ip_familiar::DETECTOR,
];
