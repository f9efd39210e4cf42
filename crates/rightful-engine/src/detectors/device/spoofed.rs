//! `DEVICE_SPOOFED`: a browser that contradicts itself.
//!
//! - Threat: tools that put on the owner's agent string, and forget the rest.
//! - Known false alarms: proxies that rewrite agent strings, which are one contradiction.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSpoofed,
    title: "the browser contradicts what it claims to be",
    explains: "At least two things in the browser are not what its agent string claims.",
    sees: "In the browser's own report: a platform or a client hint of another system, another agent string in the \
            page, natives that were replaced.",
    never: "One contradiction alone; versions, which browsers freeze.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["contradictions"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_spoofed;
    let contradictions = features.browser.contradictions?;
    (f64::from(contradictions) >= thresholds.contradictions_min.get()).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("contradictions", contradictions)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Browser;

    #[test]
    fn fires_on_two_contradictions() {
        for (contradictions, fires) in [(Some(2), true), (Some(1), false), (Some(0), false), (None, false)] {
            let browser = Browser { contradictions, ..Browser::default() };
            check(&DETECTOR, &Features { browser, ..Features::default() }, fires);
        }
    }
}
