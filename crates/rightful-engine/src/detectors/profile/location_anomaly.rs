//! `PROFILE_LOCATION_ANOMALY`: the place is far from where the account is used, and unlikely for it.
//!
//! - Threat: a stolen password is used far from its owner.
//! - Known false alarms: holidays; hence it weighs little.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number, times_likelier};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileLocationAnomaly,
    title: "the place is unlikely for the account",
    explains: "The account is not used in this place, it is far from the last one, and a stranger is likelier there \
               than the owner.",
    sees: "A history of places of the account, a likelihood ratio of the network above one, and a distance beyond \
           both radii, or a new country.",
    never: "Where the network hides its place; places within the radii of the last one; cities that the account has \
            been in.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Place,
    role: Role::Explanation,
    evidence: &["stranger_ratio", "distance_km", "new_country"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_location_anomaly;
    let place = &features.place;
    let nats = features.likelihood.network.filter(|nats| *nats >= thresholds.stranger_nats_min.get())?;
    let new_country = place.country_known == Some(false);
    let is_new = new_country || place.city_known == Some(false);
    let assumed_km = thresholds.accuracy_assumed_km.get();
    let is_far = place
        .account_travel
        .map_or(new_country, |travel| travel.beyond_radii_km(assumed_km) >= thresholds.distance_km_min.get());
    (place.is_hidden == Some(false) && is_new && is_far).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![
            number("stranger_ratio", times_likelier(nats)),
            number("distance_km", place.account_travel.map_or(0.0, |travel| travel.distance_km)),
            flag("new_country", new_country),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, travel};
    use crate::features::{Likelihood, Place};

    fn of(nats: f64, city_known: bool, distance_km: Option<f64>) -> Features {
        let likelihood = Likelihood { network: Some(nats), ..Likelihood::default() };
        let place = Place {
            is_hidden: Some(false),
            country_known: Some(true),
            city_known: Some(city_known),
            account_travel: distance_km.map(|distance_km| travel(distance_km, 48.0)),
            ..Place::default()
        };
        Features { likelihood, place, ..Features::default() }
    }

    #[test]
    fn fires_on_an_unlikely_place_far_away() {
        check(&DETECTOR, &of(1.5, false, Some(300.0)), true);
        check(&DETECTOR, &of(1.4, false, Some(300.0)), false);
        check(&DETECTOR, &of(9.0, false, Some(299.0)), false);
        check(&DETECTOR, &of(9.0, true, Some(9_000.0)), false);
        check(&DETECTOR, &of(9.0, false, None), false);
        let mut abroad = of(9.0, false, None);
        abroad.place.country_known = Some(false);
        check(&DETECTOR, &abroad, true);
        abroad.place.is_hidden = Some(true);
        check(&DETECTOR, &abroad, false);
    }
}
