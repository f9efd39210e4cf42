//! `DEVICE_IMPOSSIBLE_TRAVEL`: the device was elsewhere too shortly before.
//!
//! - Threat: a copied cookie or token is used beside the device that it was stolen from.
//! - Known false alarms: addresses that stand for somewhere else. Whatever hides its place has none here.
//! - Source: Microsoft Entra ID Protection and others for the idea; the reason catalogue for the numbers.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{
    Detector, EvidenceFamily, Role, Strength, impossible_journey, is_in_own_network, is_on_own_device,
};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceImpossibleTravel,
    title: "the device cannot have come here so fast",
    explains: "The device was let through elsewhere, on whatever account, so shortly before that nobody could have \
               carried it here.",
    sees: "Coordinates of both ends: more than 500 km apart beyond both radii, faster than 1 000 km/h.",
    never: "Where either end is a VPN, a relay, a proxy, a data center, a mobile carrier, an airplane's or ship's \
            network, or its place is unknown; within the radii of both places; an own device in an own network.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Place,
    role: Role::Evidence,
    evidence: &["distance_km", "travel_hours", "speed_kmh"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    // Whoever alternates between home and a company's exit far away is at both.
    if is_on_own_device(features) && is_in_own_network(features) {
        return None;
    }
    impossible_journey(DETECTOR.reason, &features.place.device_travel?, &thresholds.device_impossible_travel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, travel};
    use crate::features::Place;

    fn moved(distance_km: f64, hours: f64) -> Features {
        let place = Place { device_travel: Some(travel(distance_km, hours)), ..Place::default() };
        Features { place, ..Features::default() }
    }

    #[test]
    fn fires_only_where_nobody_could_have_carried_it() {
        check(&DETECTOR, &moved(2_102.0, 2.0), true);
        check(&DETECTOR, &moved(2_100.0, 2.0), false);
        check(&DETECTOR, &moved(601.0, 0.0), true);
        check(&DETECTOR, &moved(600.0, 0.0), false);
        check(&DETECTOR, &Features::default(), false);
    }

    #[test]
    fn never_on_an_own_device_in_an_own_network() {
        for (device_known, address_known, fires) in
            [(Some(true), Some(true), false), (Some(true), Some(false), true), (Some(false), Some(true), true)]
        {
            let mut features = moved(9_000.0, 0.1);
            features.novelty.device_known = device_known;
            features.novelty.address_known = address_known;
            check(&DETECTOR, &features, fires);
        }
    }
}
