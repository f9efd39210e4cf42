//! `SESSION_TOKEN_REPLAYED`: one device's name comes from two places, or two systems, at once.
//!
//! - Threat: a stolen cookie or token, used on the thief's machine while the owner goes on.
//! - Known false alarms: a data set that is wrong by a continent; a backup restored on another kind of device on a
//!   journey.
//! - Source: MITRE ATT&CK T1539 Steal Web Session Cookie; the reason catalogue. Sessions have no memory of their own:
//!   the device's name stands for them.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, is_in_own_network, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::SessionTokenReplayed,
    title: "the device's name is used in two places at once",
    explains: "The name of the device, which a cookie or a token carries, comes from another place within minutes, \
               or from another system in another network.",
    sees: "The device's last place within ten minutes and more than 500 km beyond both radii; or a device that the \
           account knows, on a system and in a network that it does not.",
    never: "A network hand-over or a VPN switched on: what hides its place has none; a browser update; an own device \
            in an own network, such as a company's own exit far away, or asking for desktop pages.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Place,
    role: Role::Evidence,
    evidence: &["distance_km", "travel_minutes", "other_system"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.session_token_replayed;
    let place = &features.place;
    // Somebody who goes out by a company's exit and by the line at home is at both, and no list need know of either.
    let is_at_home = is_on_own_device(features) && is_in_own_network(features);
    let at_once = place.device_travel.filter(|_| !is_at_home).filter(|travel| {
        let distance_km = travel.beyond_radii_km(thresholds.accuracy_assumed_km.get());
        travel.hours * 60.0 <= thresholds.minutes_max.get() && distance_km > thresholds.distance_km_min.get()
    });
    let other_system = features.novelty.device_known == Some(true)
        && features.agent.os_known == Some(false)
        && place.asn_known == Some(false)
        && !is_in_own_network(features);
    (at_once.is_some() || other_system).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![
            number("distance_km", at_once.map_or(0.0, |travel| travel.distance_km)),
            number("travel_minutes", at_once.map_or(0.0, |travel| travel.hours * 60.0)),
            flag("other_system", other_system),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::{check, travel};
    use crate::features::{Agent, Novelty, Place, Reputation};

    #[test]
    fn fires_on_two_places_at_once() {
        for (distance_km, minutes, fires) in [(601.0, 10.0, true), (600.0, 1.0, false), (9_000.0, 10.1, false)] {
            let place = Place { device_travel: Some(travel(distance_km, minutes / 60.0)), ..Place::default() };
            check(&DETECTOR, &Features { place, ..Features::default() }, fires);
        }
        check(&DETECTOR, &Features::default(), false);
    }

    #[test]
    fn never_on_an_own_device_in_an_own_network() {
        for (device_known, address_known, reported, fires) in [
            (Some(true), Some(true), Some(false), false),
            (Some(true), Some(false), Some(false), true),
            (Some(false), Some(true), Some(false), true),
            (Some(true), Some(true), Some(true), true),
        ] {
            let place = Place { device_travel: Some(travel(9_000.0, 0.1)), ..Place::default() };
            let novelty = Novelty { device_known, address_known, ..Novelty::default() };
            let reputation = Reputation { account_reported: reported, ..Reputation::default() };
            check(&DETECTOR, &Features { place, novelty, reputation, ..Features::default() }, fires);
        }
    }

    #[test]
    fn fires_on_a_known_name_on_another_system_in_another_network() {
        for (device_known, os_known, asn_known, fires) in [
            (Some(true), Some(false), Some(false), true),
            (Some(true), Some(true), Some(false), false),
            (Some(true), Some(false), Some(true), false),
            (Some(true), Some(false), None, false),
            (Some(false), Some(false), Some(false), false),
        ] {
            let novelty = Novelty { device_known, ..Novelty::default() };
            let agent = Agent { os_known, ..Agent::default() };
            let place = Place { asn_known, ..Place::default() };
            check(&DETECTOR, &Features { novelty, agent, place, ..Features::default() }, fires);
        }
    }
}
