//! Where the event came from: places that the account knows, and how far it is from the last one.
//!
//! A place is believed only where the network does not hide it: what a relay or a carrier says of a place is said of
//! its own machines. What is not told is unknown, never far away.

use rightful_domain::{
    AddressKind, Coordinates, CountryCode, Facts, Level, Place as LastPlace, Profile, TOLD_ACCURACY_KM,
};

use super::{Slot, flag_slot, known, number_slot};

/// The mean radius of the Earth, in km.
const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Who runs networks aboard airplanes, ships and satellites, in lower case: an address there stands for a ground
/// station that may be a continent away.
const ALOFT: [&str; 10] = [
    "aeromobile",
    "anuvu",
    "global eagle",
    "gogo",
    "inmarsat",
    "intelsat",
    "panasonic avionics",
    "sitaonair",
    "starlink",
    "viasat",
];

/// How far it is from where something was seen last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Travel {
    /// Along a great circle.
    pub(crate) distance_km: f64,
    /// Between the two events, whichever came first.
    pub(crate) hours: f64,
    /// The radius in which this place probably is; None where it is not told.
    pub(crate) accuracy_km: Option<f64>,
    /// The same of the last place.
    pub(crate) last_accuracy_km: Option<f64>,
}

impl Travel {
    /// The distance that remains beyond both radii, each `assumed_km` where it is not told.
    pub(crate) fn beyond_radii_km(&self, assumed_km: f64) -> f64 {
        let radius = |told: Option<f64>| told.unwrap_or(assumed_km);
        (self.distance_km - radius(self.accuracy_km) - radius(self.last_accuracy_km)).max(0.0)
    }
}

/// Where the event came from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Place {
    /// The country of the address.
    pub(crate) country: Option<CountryCode>,
    /// Whether the account was let through from this country before; None when either is not known.
    pub(crate) country_known: Option<bool>,
    /// The same of the autonomous system.
    pub(crate) asn_known: Option<bool>,
    /// The same of the city, as this system serves it.
    pub(crate) city_known: Option<bool>,
    /// The same of the /24 (IPv6: /48).
    pub(crate) net_known: Option<bool>,
    /// Whether the network hides where people are; None where nothing is known of the place.
    pub(crate) is_hidden: Option<bool>,
    /// From the account's last place; None where either cannot be told.
    pub(crate) account_travel: Option<Travel>,
    /// From the device's last place, on whatever account.
    pub(crate) device_travel: Option<Travel>,
}

pub(super) fn derive(facts: &Facts) -> Place {
    let (enrichment, history) = (&facts.enrichment, &facts.history);
    let is_hidden = is_hidden(facts);
    let last = |profile: Option<&Profile>| profile.and_then(|profile| profile.last_place);
    let travel = |last: Option<LastPlace>| {
        let here = here(facts, is_hidden)?;
        last.filter(|last| is_somewhere(last.accuracy_km)).map(|last| travelled(facts, here, &last))
    };
    Place {
        country: enrichment.country,
        country_known: known(facts, Level::Country),
        asn_known: known(facts, Level::Asn),
        city_known: known(facts, Level::City),
        net_known: known(facts, Level::Net),
        is_hidden,
        account_travel: travel(last(history.account_profile())),
        device_travel: travel(last(history.device.as_ref().map(|device| &*device.profile))),
    }
}

/// Whether the network hides where people are; None where nothing is known of its place.
pub(super) fn is_hidden(facts: &Facts) -> Option<bool> {
    let enrichment = &facts.enrichment;
    let is_shared = enrichment.address == Some(AddressKind::CarrierNat);
    let is_placed = enrichment.country.is_some() || enrichment.coordinates.is_some();
    is_placed.then(|| is_shared || enrichment.hides_place() || is_aloft(enrichment.organization.as_deref()))
}

/// A radius beyond this is a country's middle, or an airline's, and no place to have traveled from.
const PLACE_RADIUS_KM_MAX: u16 = 200;

pub(super) fn is_somewhere(accuracy_km: Option<u16>) -> bool {
    accuracy_km.is_none_or(|radius| radius <= PLACE_RADIUS_KM_MAX)
}

/// The place of the address, with its radius; where nothing is known of that, and nothing says that it hides it, what the event
/// itself tells.
fn here(facts: &Facts, is_hidden: Option<bool>) -> Option<(Coordinates, Option<u16>)> {
    let enrichment = &facts.enrichment;
    match enrichment.coordinates {
        Some(place) => Some((place, enrichment.accuracy_km))
            .filter(|(_, radius)| is_hidden == Some(false) && is_somewhere(*radius)),
        None => facts
            .event
            .told_place()
            .filter(|_| !enrichment.hides_place() && is_hidden != Some(true))
            .map(|place| (place, Some(TOLD_ACCURACY_KM))),
    }
}

fn travelled(facts: &Facts, (here, accuracy_km): (Coordinates, Option<u16>), last: &LastPlace) -> Travel {
    let at = facts.event.at;
    let between = at.since(last.at).max(last.at.since(at));
    Travel {
        distance_km: distance_km(here, last.coordinates),
        hours: between.as_secs_f64() / 3_600.0,
        accuracy_km: accuracy_km.map(f64::from),
        last_accuracy_km: last.accuracy_km.map(f64::from),
    }
}

/// Along a great circle, by the haversine formula.
pub(super) fn distance_km(one: Coordinates, other: Coordinates) -> f64 {
    let (from, to) = (one.latitude().to_radians(), other.latitude().to_radians());
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let chord =
        half(other.latitude() - one.latitude()) + from.cos() * to.cos() * half(other.longitude() - one.longitude());
    2.0 * EARTH_RADIUS_KM * chord.clamp(0.0, 1.0).sqrt().asin()
}

fn is_aloft(organization: Option<&str>) -> bool {
    organization.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        ALOFT.iter().any(|aloft| name.contains(aloft))
    })
}

pub(super) const SLOTS: &[Slot<Place>] = &[
    Slot { name: "country_known", read: |p| flag_slot(p.country_known) },
    Slot { name: "asn_known", read: |p| flag_slot(p.asn_known) },
    Slot { name: "city_known", read: |p| flag_slot(p.city_known) },
    Slot { name: "net_known", read: |p| flag_slot(p.net_known) },
    Slot { name: "place_hidden", read: |p| flag_slot(p.is_hidden) },
    Slot { name: "account_distance_km", read: |p| number_slot(p.account_travel.map(|travel| travel.distance_km)) },
    Slot { name: "account_travel_hours", read: |p| number_slot(p.account_travel.map(|travel| travel.hours)) },
    Slot { name: "device_distance_km", read: |p| number_slot(p.device_travel.map(|travel| travel.distance_km)) },
    Slot { name: "device_travel_hours", read: |p| number_slot(p.device_travel.map(|travel| travel.hours)) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_atlas() {
        let place = |latitude, longitude| Coordinates::from_degrees(latitude, longitude).expect("a place");
        let (london, new_york, sydney) = (place(51.507, -0.128), place(40.713, -74.006), place(-33.869, 151.209));
        for (one, other, expected_km) in
            [(london, new_york, 5_570.0), (london, sydney, 16_990.0), (london, london, 0.0)]
        {
            assert!((distance_km(one, other) - expected_km).abs() < 20.0, "{}", distance_km(one, other));
        }
    }

    #[test]
    fn radii_that_are_not_told_are_assumed() {
        let travel = Travel { distance_km: 700.0, hours: 1.0, accuracy_km: Some(20.0), last_accuracy_km: None };
        assert_eq!(travel.beyond_radii_km(100.0), 580.0);
        assert_eq!(travel.beyond_radii_km(1_000.0), 0.0);
    }

    #[test]
    fn a_ground_station_is_not_where_the_airplane_is() {
        for (name, expected) in
            [(Some("Panasonic Avionics Corp"), true), (Some("Deutsche Telekom AG"), false), (None, false)]
        {
            assert_eq!(is_aloft(name), expected, "{name:?}");
        }
    }
}
