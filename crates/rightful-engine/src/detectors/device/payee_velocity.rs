//! `DEVICE_PAYEE_VELOCITY`: money goes from one device to many.
//!
//! - Threat: an account, or several, are emptied to many accounts of helpers.
//! - Known false alarms: a treasurer on the day of bills.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, worst_excess};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DevicePayeeVelocity,
    title: "money goes to many payees from the device",
    explains: "More different payees were paid from this device within a day, on whatever accounts, than people pay.",
    sees: "Different payees of payments on the device that were let through in 24 h, this one included.",
    never: "Payments that name no payee; the same payee paid again and again.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Activity,
    role: Role::Evidence,
    evidence: &["payees_24h"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_payee_velocity;
    let payees = features.payment.device_payees_24h?;
    let excess = worst_excess(&[(payees, thresholds.payees_24h_max.get())])?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![count("payees_24h", payees)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Payment;

    #[test]
    fn fires_above_the_limit() {
        for (payees, fires) in [(Some(6), true), (Some(5), false), (None, false)] {
            let payment = Payment { device_payees_24h: payees, ..Payment::default() };
            check(&DETECTOR, &Features { payment, ..Features::default() }, fires);
        }
    }
}
