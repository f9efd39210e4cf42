//! `DEVICE_SUSPICIOUS_DISPLAY`: a screen that cannot be one.
//!
//! - Threat: browsers without a screen, and tools that make values up.
//! - Known false alarms: none known.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousDisplay,
    title: "the screen is none that there is",
    explains: "The screen has no extent, or a depth of color that no screen has.",
    sees: "Width, height and depth of color in the browser's own report.",
    never: "Windows larger than the screen, several screens, zoom.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["display_odd"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_odd = features.browser.display_odd == Some(true);
    is_odd.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_display.nats.get(),
        evidence: vec![flag("display_odd", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Browser;

    #[test]
    fn fires_on_an_impossible_screen() {
        for (display_odd, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let browser = Browser { display_odd, ..Browser::default() };
            check(&DETECTOR, &Features { browser, ..Features::default() }, fires);
        }
    }
}
