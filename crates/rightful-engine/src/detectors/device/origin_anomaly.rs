//! `DEVICE_ORIGIN_ANOMALY`: the page was at an address that is none of the application's.
//!
//! - Threat: a copy of the site that passes on what is typed into it: it can rewrite the request's headers, and not what the
//!   page has sealed.
//! - Known false alarms: a new address of the site that nobody has told the server.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceOriginAnomaly,
    title: "the page is none of the application's",
    explains: "The page was at another site's address, as a copy of it is that passes on what people type.",
    sees: "The address of the page in what it sealed, beside the application's origins, one of which the request names.",
    never: "Pages of the developer's own machine in test applications; pages that have no address in the web.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["foreign_origin"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_foreign = features.configuration.foreign_origin == Some(true);
    is_foreign.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_origin_anomaly.nats.get(),
        evidence: vec![flag("foreign_origin", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Configuration;

    #[test]
    fn fires_on_a_page_elsewhere() {
        for (foreign_origin, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let configuration = Configuration { foreign_origin, ..Configuration::default() };
            check(&DETECTOR, &Features { configuration, ..Features::default() }, fires);
        }
    }
}
