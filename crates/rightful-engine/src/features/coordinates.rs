//! Where the device itself says that it is, against what else is known of that: the place of its address, the owner's postal
//! address, and where the account was last.
//!
//! Whoever holds a device can have it say anything, so coordinates may raise a doubt and never calm one. There is no atlas here:
//! their country is known only where the address stands near them, and is then its country. What cannot be compared is unknown,
//! never suspicious.

use rightful_domain::{CountryCode, Facts, TOLD_ACCURACY_KM, country_spellings};

use super::place::{distance_km, is_hidden, is_somewhere};
use super::{Slot, flag_slot, number_slot};

/// The place of an address is taken for this accurate where no radius is told, in km.
const NETWORK_RADIUS_KM: f64 = 100.0;
/// So near beyond both radii, in km, coordinates are in the place of the address.
const NEAR_KM: f64 = 50.0;

/// Where the device says that it is, compared.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Coordinates {
    /// From the place of the address, beyond both radii; None where either is not told, or the network hides its place.
    pub(crate) network_distance_km: Option<f64>,
    /// From where the account was last; None where either is not told.
    pub(crate) account_distance_km: Option<f64>,
    /// Whether they are in the country of the owner's postal address; None where their country is not known, or the owner's.
    pub(crate) in_address_country: Option<bool>,
    /// True where they are in the town of the owner's postal address, as the place of the address has it; None where that cannot
    /// be told: towns are spelled in many ways, so no two names are ever known to be two towns.
    pub(crate) in_address_town: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Coordinates {
    let Some(told) = facts.event.told_place() else { return Coordinates::default() };
    let enrichment = &facts.enrichment;
    let radius_km = enrichment.accuracy_km.map_or(NETWORK_RADIUS_KM, f64::from);
    let network =
        enrichment.coordinates.filter(|_| is_hidden(facts) == Some(false) && is_somewhere(enrichment.accuracy_km));
    let network_distance_km =
        network.map(|network| (distance_km(told, network) - radius_km - f64::from(TOLD_ACCURACY_KM)).max(0.0));
    let last = facts.history.account_profile().and_then(|account| account.last_place);
    let last = last.filter(|last| is_somewhere(last.accuracy_km));
    let is_near = network_distance_km.is_some_and(|distance| distance <= NEAR_KM);
    let person = &facts.event.person;
    let home = person.billing_address.as_deref();
    let home_country = home.and_then(|home| home.country).or(person.country);
    let towns = home.and_then(|home| home.city.as_deref()).zip(enrichment.city.as_deref());
    let is_in_country = is_near.then_some(enrichment.country.zip(home_country)).flatten().and_then(same_country);
    Coordinates {
        network_distance_km,
        account_distance_km: last.map(|last| distance_km(told, last.coordinates)),
        in_address_country: is_in_country,
        in_address_town: towns
            .filter(|(home, here)| is_in_country == Some(true) && home.to_lowercase() == here.to_lowercase())
            .map(|_| true),
    }
}

/// Whatever their spelling, two letters or three; None where either is no country.
fn same_country((one, other): (CountryCode, CountryCode)) -> Option<bool> {
    Some(country_spellings(one.as_str())? == country_spellings(other.as_str())?)
}

pub(super) const SLOTS: &[Slot<Coordinates>] = &[
    Slot { name: "coordinates_network_km", read: |c| number_slot(c.network_distance_km) },
    Slot { name: "coordinates_account_km", read: |c| number_slot(c.account_distance_km) },
    Slot { name: "coordinates_in_address_country", read: |c| flag_slot(c.in_address_country) },
    Slot { name: "coordinates_in_address_town", read: |c| flag_slot(c.in_address_town) },
];
