//! `DEVICE_SUSPICIOUS_NETWORK`: a browser from which the calls that show its addresses were taken.
//!
//! - Threat: tools that hide behind a proxy, and take out what would name the address behind it.
//! - Known false alarms: people who turn it off against tracking, and companies that do: it says little by itself.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousNetwork,
    title: "WebRTC was taken out of the browser",
    explains: "The browser cannot do WebRTC, which its kind can, and which would show the addresses behind a proxy.",
    sees: "In the browser's own report: no WebRTC in a Chromium.",
    never: "Brave, and browsers that are no Chromium, whose owners may choose so; a device that the account has been let through \
            on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["webrtc_removed"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_removed = features.configuration.webrtc_removed == Some(true);
    let is_known = features.novelty.device_known == Some(true);
    (is_removed && !is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_network.nats.get(),
        evidence: vec![flag("webrtc_removed", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Configuration, Novelty};

    #[test]
    fn fires_where_it_was_taken_out() {
        for (webrtc_removed, device_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let configuration = Configuration { webrtc_removed, ..Configuration::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { configuration, novelty, ..Features::default() }, fires);
        }
    }
}
