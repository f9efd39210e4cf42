//! Reasons about the account and what it is used to.

use super::Detector;

mod action_velocity;
mod activity_anomaly;
mod challenge_fatigue;
mod device_anomaly;
mod device_familiar;
mod device_familiar_model;
mod device_new;
mod device_velocity;
mod dormant_return;
mod familiar;
mod impossible_travel;
mod ip_familiar;
mod location_anomaly;
mod location_new;
mod network_anomaly;
mod payee_new;
mod payment_method_new;
mod payout_by_newcomer;
mod recovery_chain;
mod trusted;

pub(super) const DETECTORS: &[Detector] = &[
    action_velocity::DETECTOR,
    activity_anomaly::DETECTOR,
    challenge_fatigue::DETECTOR,
    device_anomaly::DETECTOR,
    device_familiar::DETECTOR,
    device_familiar_model::DETECTOR,
    device_new::DETECTOR,
    device_velocity::DETECTOR,
    dormant_return::DETECTOR,
    familiar::DETECTOR,
    impossible_travel::DETECTOR,
    ip_familiar::DETECTOR,
    location_anomaly::DETECTOR,
    location_new::DETECTOR,
    network_anomaly::DETECTOR,
    payee_new::DETECTOR,
    payment_method_new::DETECTOR,
    payout_by_newcomer::DETECTOR,
    recovery_chain::DETECTOR,
    trusted::DETECTOR,
];
