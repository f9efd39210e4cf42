//! `DEVICE_SUSPICIOUS_ATTRIBUTE`: an attribute that no browser of the claimed kind has.
//!
//! - Threat: tools that put on another browser's agent string, clock or machine, and forget a part.
//! - Known false alarms: extensions that make values up against tracking: known after the first time.
//! - Source: HTML, section 8.10.1.1; Device Memory; the IANA time zone database; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousAttribute,
    title: "an attribute that no such browser has",
    explains: "The browser told a value that no browser of the kind it claims to be has.",
    sees: "In the browser's own report: the maker and the date that each engine names, an offset from UTC that the time zone \
           never has, an amount of memory that browsers do not tell.",
    never: "Browsers whose engine is not known; what is not told; offsets within an hour, since rules change; a device that the \
            account has been let through on.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["attributes"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let odd = features.configuration.odd.filter(|odd| odd.count() > 0)?;
    let is_known = features.novelty.device_known == Some(true);
    (!is_known).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_suspicious_attribute.nats.get(),
        evidence: vec![text("attributes", &odd.names())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Configuration, Novelty, OddAttributes};

    #[test]
    fn fires_on_what_no_such_browser_has() {
        let odd = OddAttributes { vendor: true, ..OddAttributes::default() };
        for (odd, device_known, fires) in [
            (Some(odd), None, true),
            (Some(odd), Some(true), false),
            (Some(OddAttributes::default()), None, false),
            (None, None, false),
        ] {
            let configuration = Configuration { odd, ..Configuration::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { configuration, novelty, ..Features::default() }, fires);
        }
    }
}
