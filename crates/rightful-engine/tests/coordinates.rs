//! Where a device says that it is: against the place of its address, the owner's postal address, and where the account was last.

mod facts;

use std::sync::Arc;

use facts::{HOME, LAPTOP, NOW, Scene};
use rightful_domain::{
    Action, AddressKind, Coordinates, CountryCode, Enrichment, Facts, Location, NetworkClaim, NetworkKind, Place,
    ReasonCode,
};
use rightful_engine::{FEATURE_SCHEMA, Policy, assess, feature_names};

const BERLIN: (f64, f64) = (52.52, 13.405);
const POTSDAM: (f64, f64) = (52.4, 13.06);
const MUNICH: (f64, f64) = (48.137, 11.575);
const LISBON: (f64, f64) = (38.72, -9.14);

fn place((latitude, longitude): (f64, f64)) -> Coordinates {
    Coordinates::from_degrees(latitude, longitude).expect("a place")
}

/// Somebody at home in Berlin, whose device tells where it is.
fn told(coordinates: Option<(f64, f64)>) -> Facts {
    let mut scene = Scene::default().used(8, 1, LAPTOP, HOME);
    scene.enrichment = Enrichment {
        address: Some(AddressKind::Public),
        country: CountryCode::new("DE").ok(),
        city: Some(Arc::from("Berlin")),
        coordinates: Some(place(BERLIN)),
        accuracy_km: Some(20),
        ..Enrichment::default()
    };
    let last = NOW.minus(std::time::Duration::from_secs(86_400));
    scene.account().last_place = Some(Place { coordinates: place(BERLIN), accuracy_km: Some(20), at: last });
    let mut facts = scene.facts(Action::Login);
    facts.event.location = coordinates.map(|(latitude, longitude)| Location {
        latitude: Some(latitude),
        longitude: Some(longitude),
        ..Location::default()
    });
    facts
}

fn lives_in(mut facts: Facts, country: &str, city: &str) -> Facts {
    let home = Location { country: CountryCode::new(country).ok(), city: Some(city.into()), ..Location::default() };
    facts.event.person.billing_address = Some(Box::new(home));
    facts
}

/// A feature; None where it is not known.
fn feature(facts: &Facts, name: &str) -> Option<f32> {
    let place = feature_names(FEATURE_SCHEMA).iter().position(|known| *known == name).expect("a feature");
    let value = assess(facts, &Policy::default()).features.values.get(place).copied().expect("a slot");
    (!value.is_nan()).then_some(value)
}

fn is_anomaly(facts: &Facts) -> bool {
    let findings = assess(facts, &Policy::default()).findings;
    findings.iter().any(|finding| finding.reason == ReasonCode::DeviceLocationAnomaly)
}

/// The laptop is at home; what is far is done on another device.
fn on_another_device(mut facts: Facts) -> Facts {
    facts.history.device_tag = Some(rightful_domain::Tag::new(77));
    facts
}

#[test]
fn coordinates_are_compared_with_the_place_of_the_address_beyond_both_radii() {
    let far = |at: (f64, f64)| feature(&told(Some(at)), "coordinates_network_km");
    assert_eq!(far(BERLIN), Some(0.0));
    assert_eq!(far(POTSDAM), Some(0.0));
    // 504 km, less 20 and 50.
    assert!(far(MUNICH).is_some_and(|km| (430.0..440.0).contains(&km)), "{:?}", far(MUNICH));
    assert!(far(LISBON).is_some_and(|km| km > 2_200.0));
    assert_eq!(feature(&told(None), "coordinates_network_km"), None);
    // Nobody lives there: it says that nothing is known.
    assert_eq!(far((0.0, 0.0)), None);
}

#[test]
fn a_place_far_from_the_address_is_an_anomaly_and_what_is_unknown_is_none() {
    assert!(is_anomaly(&on_another_device(told(Some(LISBON)))));
    assert!(!is_anomaly(&on_another_device(told(Some(MUNICH)))));
    assert!(!is_anomaly(&on_another_device(told(None))));
    // An own device at home has a bad fix more often than a bad owner.
    assert!(!is_anomaly(&told(Some(LISBON))));
    // A network that hides its place, one whose place is a country's middle, and one that no data set places.
    let hide = |facts: &mut Facts| {
        facts.enrichment.networks = vec![NetworkClaim { kind: NetworkKind::Vpn, said_by: "test".into() }];
    };
    let blur = |facts: &mut Facts| facts.enrichment.accuracy_km = Some(1_000);
    let forget = |facts: &mut Facts| facts.enrichment.coordinates = None;
    for change in [hide, blur, forget] {
        let mut facts = on_another_device(told(Some(LISBON)));
        change(&mut facts);
        assert!(!is_anomaly(&facts));
        assert_eq!(feature(&facts, "coordinates_network_km"), None);
        assert_eq!(feature(&lives_in(facts, "PT", "Lisbon"), "coordinates_in_address_country"), None);
    }
}

#[test]
fn the_postal_address_is_compared_where_the_address_stands_near_the_coordinates() {
    let is_in = |at, country, city, name| feature(&lives_in(told(Some(at)), country, city), name);
    for (at, country, expected) in [
        (BERLIN, "DE", Some(1.0)),
        (BERLIN, "DEU", Some(1.0)),
        (BERLIN, "FR", Some(0.0)),
        (BERLIN, "QQ", None),
        // Too far from the address for its country to be theirs.
        (LISBON, "PT", None),
        (LISBON, "DE", None),
    ] {
        assert_eq!(is_in(at, country, "Berlin", "coordinates_in_address_country"), expected, "{at:?} {country}");
    }
    assert_eq!(is_in(POTSDAM, "DE", "BERLIN", "coordinates_in_address_town"), Some(1.0));
    // Towns are spelled in many ways: another name is not known to be another town.
    assert_eq!(is_in(BERLIN, "DE", "Berlin-Mitte", "coordinates_in_address_town"), None);
    assert_eq!(is_in(BERLIN, "FR", "Berlin", "coordinates_in_address_town"), None);
    assert_eq!(feature(&told(Some(BERLIN)), "coordinates_in_address_country"), None);
}

#[test]
fn coordinates_are_compared_with_where_the_account_was_last() {
    let facts = told(Some(LISBON));
    let km = feature(&facts, "coordinates_account_km");
    assert!(km.is_some_and(|km| (2_250.0..2_350.0).contains(&km)), "{km:?}");
    let mut new = facts;
    new.history.account = None;
    assert_eq!(feature(&new, "coordinates_account_km"), None);
}

#[test]
fn what_a_device_tells_is_a_place_to_have_come_from_only_where_no_data_set_places_its_address() {
    let travelled = |facts: &Facts| feature(facts, "account_distance_km");
    // The address is in Berlin, whatever the device says.
    assert!(travelled(&told(Some(LISBON))).is_some_and(|km| km < 1.0));
    let mut unplaced = told(Some(LISBON));
    (unplaced.enrichment.coordinates, unplaced.enrichment.country) = (None, None);
    assert!(travelled(&unplaced).is_some_and(|km| km > 2_000.0));
    unplaced.enrichment.networks = vec![NetworkClaim { kind: NetworkKind::Vpn, said_by: "test".into() }];
    assert_eq!(travelled(&unplaced), None);
}
