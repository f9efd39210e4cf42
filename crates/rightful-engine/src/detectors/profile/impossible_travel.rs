//! `PROFILE_IMPOSSIBLE_TRAVEL`: the account was elsewhere too shortly before.
//!
//! - Threat: a session or a password is used far from its owner.
//! - Known false alarms: addresses that stand for somewhere else. Whatever hides its place has none here, and radii
//!   that are not told are assumed.
//! - Source: Microsoft Entra ID Protection and others for the idea; the reason catalogue for the numbers.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{
    Detector, EvidenceFamily, Role, Strength, impossible_journey, is_in_own_network, is_on_own_device,
};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileImpossibleTravel,
    title: "the owner cannot have come here so fast",
    explains: "The account was let through elsewhere so shortly before that nobody could have travelled here.",
    sees: "Coordinates of this event and of the last one that was let through: more than 500 km apart beyond both \
           radii, faster than 1 000 km/h.",
    never: "Where either end is a VPN, a relay, a proxy, a data center, a mobile carrier, an airplane's or ship's \
            network, or its place is unknown; within the radii of both places; a familiar device at a familiar \
            place.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Place,
    role: Role::Evidence,
    evidence: &["distance_km", "travel_hours", "speed_kmh"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    // Somebody who alternates between two networks of a data set's mistakes is at home in both.
    let is_known_place = features.place.city_known == Some(true) || is_in_own_network(features);
    if is_on_own_device(features) && is_known_place {
        return None;
    }
    impossible_journey(DETECTOR.reason, &features.place.account_travel?, &thresholds.profile_impossible_travel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, travel};
    use crate::features::Place;

    fn moved(distance_km: f64, hours: f64) -> Features {
        let place = Place { account_travel: Some(travel(distance_km, hours)), ..Place::default() };
        Features { place, ..Features::default() }
    }

    #[test]
    fn fires_only_where_nobody_could_have_travelled() {
        check(&DETECTOR, &moved(1_101.0, 1.0), true);
        check(&DETECTOR, &moved(1_100.0, 1.0), false);
        check(&DETECTOR, &moved(601.0, 0.1), true);
        check(&DETECTOR, &moved(600.0, 0.1), false);
        // Hidden or unknown places have no journey: see the features.
        check(&DETECTOR, &Features::default(), false);
    }

    #[test]
    fn never_on_a_familiar_device_at_a_familiar_place() {
        for (device_known, city_known, fires) in [
            (Some(true), Some(true), false),
            (Some(true), Some(false), true),
            (Some(false), Some(true), true),
            (None, None, true),
        ] {
            let mut features = moved(9_000.0, 1.0);
            features.novelty.device_known = device_known;
            features.place.city_known = city_known;
            check(&DETECTOR, &features, fires);
        }
    }
}
