//! `DEVICE_INCOGNITO_BROWSER`: a private window of a Chromium.
//!
//! - Threat: intruders whose browser is to keep nothing, so that each attempt comes from a new device.
//! - Known false alarms: everybody who shares a computer, and everybody who likes it so: it says next to nothing by itself.
//! - Source: Transmit Security's recommendations; the library detectIncognito for the boundary. Chromium 156 tells ten gibibytes
//!   in windows of both kinds (measured), so of today's it says nothing.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceIncognitoBrowser,
    title: "a private window",
    explains: "The browser is in a private window, which keeps nothing of what is done in it.",
    sees: "In the report of a Chromium: less storage on offer than twice the memory that a page may use.",
    never: "Browsers of today, which offer whole gibibytes in every window, and all that are no Chromium: of them it is not known. \
            A device that the account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["private_window"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_private = features.configuration.private_window == Some(true);
    let is_known = features.novelty.device_known == Some(true);
    (is_private && !is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_incognito_browser.nats.get(),
        evidence: vec![flag("private_window", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Configuration, Novelty};

    #[test]
    fn fires_on_a_private_window() {
        for (private_window, device_known, fires) in
            [(Some(true), None, true), (Some(true), Some(true), false), (Some(false), None, false), (None, None, false)]
        {
            let configuration = Configuration { private_window, ..Configuration::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { configuration, novelty, ..Features::default() }, fires);
        }
    }
}
