//! `DEVICE_COOKIE_REUSED`: an id that was made for another device.
//!
//! - Threat: somebody copies an owner's cookies or storage into a browser of their own.
//! - Known false alarms: a browser that lost its keys and kept its storage; it is asked once, and known by a new id then.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceCookieReused,
    title: "the device presents another device's id",
    explains: "The id was made for a key that one browser keeps, and this browser has another.",
    sees: "A device id that we signed for another key than the one that the browser's own client names.",
    never: "A browser without an id, or with one that is no longer valid.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["copied_id"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_copied = features.browser.copied_id == Some(true);
    is_copied.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_cookie_reused.nats.get(),
        evidence: vec![flag("copied_id", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Browser;

    #[test]
    fn fires_on_the_id_of_another_device() {
        for (copied_id, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let browser = Browser { copied_id, ..Browser::default() };
            check(&DETECTOR, &Features { browser, ..Features::default() }, fires);
        }
    }
}
