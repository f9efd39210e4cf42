//! `PROFILE_LOCATION_NEW`: the account has never been in this country or city.
//!
//! - Threat: a stolen password is used elsewhere.
//! - Known false alarms: everybody travels.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileLocationNew,
    title: "the place is new to the account",
    explains: "The account was never let through from this country or city.",
    sees: "A history of places of the account, and a country or city that is not in it.",
    never: "An accuracy radius larger than the distance; a new provider in the same place; where the network hides \
            its place.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Place,
    role: Role::Explanation,
    evidence: &["new_country", "distance_km"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_location_new;
    let place = &features.place;
    let travel = place.account_travel;
    let is_away = travel.map(|travel| travel.beyond_radii_km(thresholds.accuracy_assumed_km.get()) > 0.0);
    let new_country = place.country_known == Some(false);
    // A city is known as its provider serves it: with another provider it is new by the distance alone.
    let is_by_provider = place.asn_known == Some(true);
    let new_city = place.city_known == Some(false) && is_away.unwrap_or(is_by_provider);
    let is_new = (new_country && is_away != Some(false)) || new_city;
    (place.is_hidden == Some(false) && is_new).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![
            flag("new_country", new_country),
            number("distance_km", travel.map_or(0.0, |travel| travel.distance_km)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, travel};
    use crate::features::Place;

    fn at(country_known: bool, asn_known: bool, distance_km: Option<f64>) -> Features {
        let place = Place {
            is_hidden: Some(false),
            country_known: Some(country_known),
            asn_known: Some(asn_known),
            city_known: Some(false),
            account_travel: distance_km.map(|distance_km| travel(distance_km, 48.0)),
            ..Place::default()
        };
        Features { place, ..Features::default() }
    }

    #[test]
    fn fires_on_a_new_country_or_city_beyond_the_radii() {
        check(&DETECTOR, &at(false, false, None), true);
        check(&DETECTOR, &at(false, false, Some(101.0)), true);
        check(&DETECTOR, &at(false, false, Some(100.0)), false);
        check(&DETECTOR, &at(true, false, Some(101.0)), true);
        check(&DETECTOR, &at(true, false, Some(100.0)), false);
        check(&DETECTOR, &at(true, true, None), true);
        check(&DETECTOR, &at(true, false, None), false);
        check(&DETECTOR, &Features::default(), false);
        let mut hidden = at(false, false, None);
        hidden.place.is_hidden = Some(true);
        check(&DETECTOR, &hidden, false);
    }
}
