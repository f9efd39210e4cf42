//! `IP_COUNTRY_BLOCKED`: the application lets nobody in from this country.
//!
//! - Threat: what the operator says it is: a market that is not served, or an embargo.
//! - Known false alarms: travellers; a data set that is wrong at a border.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpCountryBlocked,
    title: "the country is on the application's list to keep out",
    explains: "The address is in a country that the application's list keeps out.",
    sees: "A list of countries of the application, and the country of the address.",
    never: "An unknown country; an address or an account that a list lets in.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Place,
    role: Role::Evidence,
    evidence: &["country"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let country = features.place.country?;
    let is_blocked = features.lists.country_blocked == Some(true) && !features.lists.is_allowed();
    is_blocked.then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.ip_country_blocked.nats.get(),
        evidence: vec![text("country", country.as_str())],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use rightful_domain::CountryCode;

    use crate::features::{Lists, Place};

    #[test]
    fn fires_on_a_listed_country_unless_a_list_lets_in() {
        let country = CountryCode::new("AQ").ok();
        for (blocked, allowed, country, fires) in [
            (Some(true), None, country, true),
            (Some(true), Some(false), country, true),
            (Some(true), Some(true), country, false),
            (Some(true), None, None, false),
            (Some(false), None, country, false),
            (None, None, country, false),
        ] {
            let lists = Lists { country_blocked: blocked, account_allowed: allowed, ..Lists::default() };
            let place = Place { country, ..Place::default() };
            check(&DETECTOR, &Features { lists, place, ..Features::default() }, fires);
        }
    }
}
