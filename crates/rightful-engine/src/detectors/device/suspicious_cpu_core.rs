//! `DEVICE_SUSPICIOUS_CPU_CORE`: a number of cores that machines of people do not have.
//!
//! - Threat: virtual machines with as many cores as were left.
//! - Known false alarms: containers and limited machines.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, knows_device};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousCpuCore,
    title: "the processor has an unusual number of cores",
    explains: "The number of cores is odd, or larger than any machine that people sit at has.",
    sees: "The number of cores in the browser's own report.",
    never: "One core; a number that is not told; a device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["cores"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let cores = features.browser.cores?;
    let is_odd = features.browser.cores_odd == Some(true) && !knows_device(features);
    is_odd.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_cpu_core.nats.get(),
        evidence: vec![count("cores", cores)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Browser, Novelty};

    #[test]
    fn fires_on_odd_cores() {
        for (cores_odd, device_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let browser = Browser { cores: Some(7), cores_odd, ..Browser::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { browser, novelty, ..Features::default() }, fires);
        }
    }
}
