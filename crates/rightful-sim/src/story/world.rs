//! The people, devices and places that stories name, from one fixture.
//!
//! A name with `#` in it is many: `bot-#` is `bot-1`, `bot-2`, … and the number takes the place of `#` in what the name
//! stands for, too.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use rightful_domain::{CountryCode, Device, DeviceAlias, DeviceAliasKind, DeviceId, Location, Network};
use serde::Deserialize;

use super::suggest::nearest;

/// The people, devices and places that stories name.
#[derive(Debug, Clone)]
pub struct World {
    people: BTreeSet<String>,
    devices: BTreeMap<String, DeviceForm>,
    places: BTreeMap<String, PlaceForm>,
}

/// Why a fixture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It is not TOML, or not of the right form.
    #[error("the fixture cannot be read")]
    Form(#[from] toml::de::Error),
    /// A place has no address, or one that is somebody's.
    #[error("place {place}: {what}")]
    Place {
        /// Which.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldForm {
    people: BTreeSet<String>,
    devices: BTreeMap<String, DeviceForm>,
    places: BTreeMap<String, PlaceForm>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceForm {
    kind: String,
    manufacturer: Option<String>,
    model: Option<String>,
    os: Option<String>,
    browser: Option<String>,
    language: Option<String>,
    user_agent: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceForm {
    ip: String,
    country: Option<String>,
    city: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl World {
    /// Reads a fixture, and checks that nobody lives in it.
    pub fn parse(toml: &str) -> Result<Self, WorldError> {
        let WorldForm { people, devices, places } = toml::from_str(toml)?;
        for (name, place) in &places {
            let refuse = |what| WorldError::Place { place: name.clone(), what };
            let ip = place.address(1).ok_or(refuse("its ip is no address"))?;
            if !is_set_aside(ip) {
                return Err(refuse("its ip is not from a range set aside for documents and private networks"));
            }
            if place.country.as_deref().is_some_and(|code| CountryCode::new(code).is_err()) {
                return Err(refuse("its country is no code of two or three letters"));
            }
        }
        Ok(Self { people, devices, places })
    }

    /// A device and the agent string it sends.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<(Device, Box<str>)> {
        let (form, _) = lookup(&self.devices, name)?;
        let text = |field: &Option<String>| field.as_deref().map(Box::from);
        let alias = DeviceAlias { kind: DeviceAliasKind::Vendor, id: DeviceId::new(name).ok()? };
        let device = Device {
            aliases: vec![alias],
            kind: Some(form.kind.as_str().into()),
            manufacturer: text(&form.manufacturer),
            model: text(&form.model),
            os: text(&form.os),
            browser: text(&form.browser),
            language: text(&form.language),
            ..Device::default()
        };
        Some((device, form.user_agent.as_str().into()))
    }

    /// A place: its network, without an agent string, and its location if it tells one.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<(Network, Option<Location>)> {
        let (form, number) = lookup(&self.places, name)?;
        let network = Network { ip: Some(form.address(number)?), ..Network::default() };
        Some((network, form.location()))
    }

    /// Whether somebody is in the world.
    #[must_use]
    pub fn has_person(&self, name: &str) -> bool {
        self.people.contains(name) || split_number(name).is_some_and(|(pattern, _)| self.people.contains(&pattern))
    }

    pub(super) fn nearest_person(&self, name: &str) -> Option<&str> {
        nearest(name, self.people.iter().map(String::as_str))
    }

    pub(super) fn nearest_device(&self, name: &str) -> Option<&str> {
        nearest(name, self.devices.keys().map(String::as_str))
    }

    pub(super) fn nearest_place(&self, name: &str) -> Option<&str> {
        nearest(name, self.places.keys().map(String::as_str))
    }
}

impl PlaceForm {
    fn address(&self, number: u32) -> Option<IpAddr> {
        self.ip.replace('#', &number.to_string()).parse().ok()
    }

    fn location(&self) -> Option<Location> {
        let location = Location {
            country: self.country.as_deref().and_then(|code| CountryCode::new(code).ok()),
            latitude: self.latitude,
            longitude: self.longitude,
            city: self.city.as_deref().map(Box::from),
            ..Location::default()
        };
        (location != Location::default()).then_some(location)
    }
}

/// What a name stands for, and its number if it is one of many (else 1).
fn lookup<'a, Form>(forms: &'a BTreeMap<String, Form>, name: &str) -> Option<(&'a Form, u32)> {
    if let Some(form) = forms.get(name).filter(|_| !name.contains('#')) {
        return Some((form, 1));
    }
    let (pattern, number) = split_number(name)?;
    Some((forms.get(&pattern)?, number))
}

/// `bot-12` as `bot-#` and 12; None if the name does not end in a number.
fn split_number(name: &str) -> Option<(String, u32)> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(stem.len()..)?.parse().ok()?;
    Some((format!("{stem}#"), number))
}

/// RFC 5737, 3849, 1918, 4193 and 6598: addresses that are nobody's in particular.
fn is_set_aside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_documentation() || v4.is_private() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0x0db8, ..]) || v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        people = ["ann", "customer-#"]
        [devices.phone-a]
        kind = "phone"
        model = "Pixel 8"
        user_agent = "Mozilla/5.0"
        [places.lisbon]
        ip = "192.0.2.10"
        country = "PRT"
        [places."botnet-#"]
        ip = "2001:db8:b0:#::1"
    "#;

    #[test]
    fn a_name_stands_for_one_thing_or_for_many() {
        let world = World::parse(TEXT).expect("a fixture");
        assert!(world.has_person("ann") && world.has_person("customer-7") && !world.has_person("customer-"));
        assert!(world.device("phone-a").is_some() && world.device("phone-1").is_none());
        let ip = |name| world.place(name).and_then(|(network, _)| network.ip).map(|ip| ip.to_string());
        assert_eq!(ip("botnet-42"), Some("2001:db8:b0:42::1".to_owned()));
        assert_eq!((ip("botnet-#"), ip("lisbon-1")), (None, None));
    }

    #[test]
    fn every_scenario_can_be_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
        let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("a file");
        let world = World::parse(&read(&folder.join("world.toml"))).expect("a fixture");
        for entry in std::fs::read_dir(folder).expect("the scenarios") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "story") {
                let story = super::super::Story::parse(&read(&path), &world);
                assert!(story.is_ok(), "{}: {}", path.display(), story.expect_err("checked"));
            }
        }
    }

    #[test]
    fn nobody_lives_in_a_fixture() {
        for (ip, is_fine) in
            [("192.0.2.1", true), ("10.0.0.1", true), ("8.8.8.8", false), ("2606::1", false), ("x", false)]
        {
            let text = TEXT.replace("192.0.2.10", ip);
            assert_eq!(World::parse(&text).is_ok(), is_fine, "{ip}");
        }
    }
}
