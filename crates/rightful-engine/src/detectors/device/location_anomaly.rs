//! `DEVICE_LOCATION_ANOMALY`: the device says that it is far from where its address is.
//!
//! - Threat: an emulator with a place of the owner's typed in, or a phone whose sign-in runs through somebody else's line.
//! - Known false alarms: an address whose place a data set has wrong; a phone abroad on its company's line. Hence little weight.
//! - Source: Sumsub's account takeover prevention, check "Coordinates"; the distance is that of the journeys.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, is_in_own_network, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceLocationAnomaly,
    title: "the device says that it is elsewhere than its address",
    explains: "The coordinates that the device tells are more than 500 km from the place of its network address, beyond both \
               radii: one of the two is not where the person is.",
    sees: "Coordinates that the device tells, accurate to 50 km, and the place of its address.",
    never: "Where the network hides its place, or either is not told or not accurate; an own device in an own network.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Place,
    role: Role::Evidence,
    evidence: &["distance_km"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    if is_on_own_device(features) && is_in_own_network(features) {
        return None;
    }
    let thresholds = &thresholds.device_location_anomaly;
    let distance_km = features.coordinates.network_distance_km?;
    (distance_km > thresholds.distance_km_min.get()).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![number("distance_km", distance_km)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Coordinates;

    #[test]
    fn fires_on_coordinates_far_from_the_address_and_on_nothing_unknown() {
        let far = |network_distance_km| {
            let coordinates = Coordinates { network_distance_km, ..Coordinates::default() };
            Features { coordinates, ..Features::default() }
        };
        check(&DETECTOR, &far(Some(501.0)), true);
        check(&DETECTOR, &far(Some(500.0)), false);
        check(&DETECTOR, &far(None), false);
        for (device_known, net_known, fires) in
            [(Some(true), Some(true), false), (Some(true), Some(false), true), (Some(false), Some(true), true)]
        {
            let mut features = far(Some(9_000.0));
            features.novelty.device_known = device_known;
            features.place.net_known = net_known;
            check(&DETECTOR, &features, fires);
        }
    }
}
