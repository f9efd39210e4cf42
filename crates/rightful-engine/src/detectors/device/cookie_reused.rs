//! `DEVICE_COOKIE_REUSED`: an id that was made for another device.
//!
//! - Threat: somebody copies an owner's cookies or storage into a browser of their own.
//! - Known false alarms: a browser that lost its keys and kept its storage; it is asked once, and known by a new id then. A
//!   machine that was set back to an old backup.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceCookieReused,
    title: "the device presents another device's id",
    explains: "The id was made for a key that one browser keeps, and this browser has another; or the browser behind the id is \
               older than it was: copies are shown as they were when they were taken.",
    sees: "A device id that we signed for another key than the one that the browser's own client names; the device that the \
           account used last, in the same program, by its agent string older by a major version and newer in nothing.",
    never: "A browser without an id, or with one that is no longer valid; an update; another program on the same device; \
            devices told by their likeness alone.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["copied_id", "went_back"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_copied = features.browser.copied_id == Some(true);
    let went_back = features.browser.went_back == Some(true);
    let thresholds = &thresholds.device_cookie_reused;
    let copied_nats = if is_copied { thresholds.nats.get() } else { 0.0 };
    let went_back_nats = if went_back { thresholds.went_back_nats.get() } else { 0.0 };
    (is_copied || went_back).then(|| Finding {
        reason: DETECTOR.reason,
        // Two signs of one copy.
        nats: copied_nats.max(went_back_nats),
        evidence: vec![flag("copied_id", is_copied), flag("went_back", went_back)],
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

    #[test]
    fn fires_on_a_device_that_became_older() {
        for (went_back, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let browser = Browser { went_back, ..Browser::default() };
            check(&DETECTOR, &Features { browser, ..Features::default() }, fires);
        }
    }
}
