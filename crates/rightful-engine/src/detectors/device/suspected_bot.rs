//! `DEVICE_SUSPECTED_BOT`: several hints that a program drives the browser.
//!
//! - Threat: drivers that hide the flags by which they are known.
//! - Known false alarms: a developer's tools are open, which is one hint and not two.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, knows_device};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspectedBot,
    title: "a program probably drives the browser",
    explains: "At least two things that drivers leave behind were seen in the page.",
    sees: "A debugger's protocol, natives that were replaced, and an agent string in the page other than the request's.",
    never: "One of them alone; a device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["hints"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_suspected_bot;
    let hints = features.browser.driver_hints?;
    let is_known = knows_device(features);
    (f64::from(hints) >= thresholds.hints_min.get() && !is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("hints", hints)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Browser, Novelty};

    #[test]
    fn fires_on_two_hints() {
        for (driver_hints, device_known, fires) in
            [(Some(2), None, true), (Some(1), None, false), (Some(3), Some(true), false), (None, None, false)]
        {
            let browser = Browser { driver_hints, ..Browser::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { browser, novelty, ..Features::default() }, fires);
        }
    }
}
