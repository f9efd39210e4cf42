//! `PROFILE_DEVICE_ANOMALY`: the device is unlike any that the account has used.
//!
//! - Threat: a stolen password on the thief's own machine, of another kind than the owner's.
//! - Known false alarms: a change from one kind of phone to the other.
//! - Source: Freeman et al., NDSS 2016; Wiefling et al., ACM TOPS 2022. It explains what the likelihood has weighed.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, stranger_likelier};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDeviceAnomaly,
    title: "the device is unlike those that the account uses",
    explains: "Such a device is much likelier for a stranger than for the owner, given what the account has used so \
               far and what everybody uses.",
    sees: "A history of the account, and a likelihood ratio well above one, of system, browser and agent.",
    never: "Accounts without a history; a newer version of the same browser, which is no news.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Device,
    role: Role::Explanation,
    evidence: &["stranger_ratio"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    stranger_likelier(DETECTOR.reason, features.likelihood.device, &thresholds.profile_device_anomaly)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Likelihood;

    fn of(device: Option<f64>) -> Features {
        let likelihood = Likelihood { device, ..Likelihood::default() };
        Features { likelihood, ..Features::default() }
    }

    #[test]
    fn fires_where_a_stranger_is_much_likelier() {
        check(&DETECTOR, &of(Some(2.0)), true);
        check(&DETECTOR, &of(Some(1.9)), false);
        check(&DETECTOR, &of(Some(-5.0)), false);
        check(&DETECTOR, &of(None), false);
    }
}
