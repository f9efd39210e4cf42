//! `DEVICE_SUSPICIOUS_TIMEZONE`: the device's clock is not the clock of its address.
//!
//! - Threat: an intruder abroad behind a home of the owner's country.
//! - Known false alarms: travellers whose clocks follow late.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousTimezone,
    title: "the clock is set to a place far from the address",
    explains: "The device's time zone differs by hours from any that is used at its address, and the account has not \
               used it before.",
    sees: "The device's time zone by its IANA name, the address's longitude, and a history of time zones of the \
           account.",
    never: "Users of a VPN with a stable habit, whose time zone the account knows; zones within two hours of any \
            clock at that longitude.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["gap_hours"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_suspicious_timezone;
    let gap_hours = features.agent.zone_gap_hours.filter(|gap| *gap >= thresholds.hours_min.get())?;
    (features.agent.zone_known == Some(false)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![number("gap_hours", gap_hours)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_a_clock_from_elsewhere_that_is_new() {
        for (gap_hours, known, fires) in [
            (Some(2.0), Some(false), true),
            (Some(1.9), Some(false), false),
            (Some(9.0), Some(true), false),
            (Some(9.0), None, false),
            (None, Some(false), false),
        ] {
            let agent = Agent { zone_gap_hours: gap_hours, zone_known: known, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
