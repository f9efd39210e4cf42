//! The people, devices and places that stories name, from one fixture.
//!
//! A name with `#` in it is many: `bot-#` is `bot-1`, `bot-2`, … and the number takes the place of `#` in what the name
//! stands for, too.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rightful_domain::{CountryCode, Device, DeviceAlias, DeviceAliasKind, DeviceId, NetworkKind};
use serde::Deserialize;

use super::suggest::nearest;

/// The people, devices and places that stories name.
#[derive(Debug, Clone)]
pub struct World {
    people: BTreeSet<String>,
    breached_passwords: BTreeSet<String>,
    disposable_domains: BTreeSet<String>,
    devices: BTreeMap<String, DeviceForm>,
    places: BTreeMap<String, PlaceForm>,
    intruder: Option<IntruderForm>,
}

/// Why a fixture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It is not TOML, or not of the right form.
    #[error("the fixture cannot be read")]
    Form(#[from] toml::de::Error),
    /// A device is the same as one that there is not.
    #[error("device {0} is the same as one that there is not")]
    Device(String),
    /// A place has no addresses, or somebody's.
    #[error("place {place}: {what}")]
    Place {
        /// Which.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A campaign would come with what the world does not have.
    #[error("intruders have {0:?}, which the world does not")]
    Intruder(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldForm {
    people: BTreeSet<String>,
    #[serde(default)]
    breached_passwords: BTreeSet<String>,
    #[serde(default)]
    disposable_domains: BTreeSet<String>,
    devices: BTreeMap<String, DeviceForm>,
    places: BTreeMap<String, PlaceForm>,
    intruder: Option<IntruderForm>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceForm {
    /// Another device that this one is, as it looks otherwise: what is not told here is as there.
    same_as: Option<String>,
    /// The name that it gives itself; its own name here if this is not told, and none if it is empty.
    id: Option<String>,
    kind: Option<String>,
    manufacturer: Option<String>,
    model: Option<String>,
    os: Option<String>,
    browser: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    screen: Option<String>,
    user_agent: Option<String>,
}

/// A place: a range of addresses, and what data sets say of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceForm {
    pub(super) range: IpNet,
    pub(super) country: Option<String>,
    /// In the place of one country: each number is in the next of these, in a system of its own.
    #[serde(default)]
    pub(super) scattered_over: Vec<String>,
    pub(super) city: Option<String>,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) accuracy_km: Option<u16>,
    pub(super) asn: Option<u32>,
    pub(super) organization: Option<String>,
    #[serde(default)]
    pub(super) network: Vec<String>,
}

/// What the intruders of a campaign have. In names, `#` stands for a number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntruderForm {
    /// The device of one who works with a script.
    pub tool: String,
    /// The place of a rented server.
    pub server: String,
    /// The devices of those who take care to look like many.
    pub browsers: String,
    /// The places of strangers' lines that others use, too.
    pub lines: String,
    /// The device that a phishing site shows to the application.
    pub relay: String,
    /// What a stolen cookie is put into: it says the name of the victim's device, and looks like this.
    pub thief: String,
}

impl World {
    /// Reads a fixture, and checks that nobody lives in it.
    pub fn parse(toml: &str) -> Result<Self, WorldError> {
        let WorldForm { people, breached_passwords, disposable_domains, devices, places, intruder } =
            toml::from_str(toml)?;
        for (name, place) in &places {
            let refuse = |what| WorldError::Place { place: name.clone(), what };
            place.check().map_err(refuse)?;
            let overlaps = |other: &&PlaceForm| other.range.contains(&place.range) && other.range != place.range;
            let is_twice = places.values().filter(|other| other.range == place.range).count() > 1;
            if is_twice || places.values().any(|other| overlaps(&other)) {
                return Err(refuse("its range overlaps another's"));
            }
        }
        let is_there = |same: &String| devices.get(same).is_some_and(|device| device.same_as.is_none());
        if let Some((name, _)) =
            devices.iter().find(|(_, form)| form.same_as.as_ref().is_some_and(|same| !is_there(same)))
        {
            return Err(WorldError::Device(name.clone()));
        }
        let world = Self { people, breached_passwords, disposable_domains, devices, places, intruder };
        world.check_intruder()?;
        Ok(world)
    }

    fn check_intruder(&self) -> Result<(), WorldError> {
        let Some(intruder) = &self.intruder else { return Ok(()) };
        let first = |name: &String| name.replace('#', "1");
        let mut devices = [&intruder.tool, &intruder.browsers, &intruder.relay, &intruder.thief].into_iter();
        let mut places = [&intruder.server, &intruder.lines].into_iter();
        let missing = devices.find(|name| self.device(&first(name)).is_none());
        let missing = missing.or_else(|| places.find(|name| self.address(&first(name)).is_none()));
        missing.map_or(Ok(()), |name| Err(WorldError::Intruder(name.clone())))
    }

    /// A device and the agent string it sends.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<(Device, Option<Box<str>>)> {
        let form = find(&self.devices, name)?;
        let same = form.same_as.as_ref().and_then(|same| self.devices.get(same));
        let text = |field: fn(&DeviceForm) -> &Option<String>| {
            field(form).as_deref().or_else(|| field(same?).as_deref()).map(Box::from)
        };
        let id = text(|form| &form.id).unwrap_or_else(|| form.same_as.as_deref().unwrap_or(name).into());
        let aliases = match DeviceId::new(id) {
            Ok(id) => vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id }],
            Err(_) => Vec::new(),
        };
        let device = Device {
            aliases,
            kind: text(|form| &form.kind),
            manufacturer: text(|form| &form.manufacturer),
            model: text(|form| &form.model),
            os: text(|form| &form.os),
            browser: text(|form| &form.browser),
            language: text(|form| &form.language),
            time_zone: text(|form| &form.time_zone),
            screen: text(|form| &form.screen),
            ..Device::default()
        };
        Some((device, text(|form| &form.user_agent)))
    }

    /// A place's address: the first of its range, or by its number. None if there is no such place.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<IpAddr> {
        match self.places.get(name) {
            Some(place) => place.address(1),
            None => {
                let (pattern, number) = split_number(name)?;
                self.places.get(pattern.strip_suffix("-#")?)?.address(number)
            }
        }
    }

    /// A place's whole range.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<IpNet> {
        self.places.get(name).map(|place| place.range)
    }

    /// Whether somebody is in the world.
    #[must_use]
    pub fn has_person(&self, name: &str) -> bool {
        self.people.contains(name) || split_number(name).is_some_and(|(pattern, _)| self.people.contains(&pattern))
    }

    /// What the intruders of a campaign have; None if the world knows of none.
    #[must_use]
    pub const fn intruder(&self) -> Option<&IntruderForm> {
        self.intruder.as_ref()
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &PlaceForm> {
        self.places.values()
    }

    pub(super) fn breached_passwords(&self) -> impl Iterator<Item = &str> {
        self.breached_passwords.iter().map(String::as_str)
    }

    pub(super) fn disposable_domains(&self) -> impl Iterator<Item = &str> {
        self.disposable_domains.iter().map(String::as_str)
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
    fn check(&self) -> Result<(), &'static str> {
        let countries = self.country.iter().chain(&self.scattered_over);
        if self.range.trunc() != self.range || self.address(1).is_none() {
            return Err("its range is none, or too narrow to have an address");
        }
        if !is_nobodys(&self.range) {
            return Err("its range is not one that is nobody's");
        }
        if countries.into_iter().any(|code| code.len() != 2 || CountryCode::new(code).is_err()) {
            return Err("its country is no code of two letters");
        }
        if self.network.iter().any(|word| NetworkKind::ALL.iter().all(|kind| kind.as_str() != word)) {
            return Err("its network is of a kind that there is not");
        }
        Ok(())
    }

    /// The part of the range that a number stands for: as far as there are so many, a /24 or /48 of its own; else a line
    /// of its own, which in IPv6 is a /64; else an address.
    pub(super) fn part(&self, number: u32) -> Option<IpNet> {
        let wide = self.range.prefix_len();
        match self.range {
            IpNet::V4(net) => {
                let narrow = if wide < 24 { 24 } else { 32 };
                let first = u32::from(net.network()).checked_add(number.checked_shl(32 - narrow)?)?;
                let part = Ipv4Net::new(Ipv4Addr::from(first), u8::try_from(narrow).ok()?).ok()?;
                net.contains(&part).then_some(IpNet::V4(part))
            }
            IpNet::V6(net) => {
                let narrow: u32 = if wide < 48 {
                    48
                } else if wide < 64 {
                    64
                } else {
                    128
                };
                let first = u128::from(net.network()).checked_add(u128::from(number) << (128 - narrow))?;
                let part = Ipv6Net::new(Ipv6Addr::from(first), u8::try_from(narrow).ok()?).ok()?;
                net.contains(&part).then_some(IpNet::V6(part))
            }
        }
    }

    fn address(&self, number: u32) -> Option<IpAddr> {
        Some(match self.part(number)? {
            IpNet::V4(net) if net.prefix_len() == 32 => IpAddr::V4(net.network()),
            IpNet::V6(net) if net.prefix_len() == 128 => IpAddr::V6(net.network()),
            // The host in its line.
            IpNet::V4(net) => IpAddr::V4(Ipv4Addr::from(u32::from(net.network()) | 0x10)),
            IpNet::V6(net) => IpAddr::V6(Ipv6Addr::from(u128::from(net.network()) | 0x10)),
        })
    }
}

/// What a name stands for, alone or as one of many.
fn find<'a, Form>(forms: &'a BTreeMap<String, Form>, name: &str) -> Option<&'a Form> {
    if let Some(form) = forms.get(name).filter(|_| !name.contains('#')) {
        return Some(form);
    }
    forms.get(&split_number(name)?.0)
}

/// `bot-12` as `bot-#` and 12; None if the name does not end in a number.
fn split_number(name: &str) -> Option<(String, u32)> {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(stem.len()..)?.parse().ok()?;
    Some((format!("{stem}#"), number))
}

/// Ranges that are nobody's in particular, some of which data sets are nevertheless asked about.
///
/// Not asked about, since no data set could know: documents (RFC 5737, 3849), private networks (RFC 1918, 4193) and
/// carriers' translators (RFC 6598). Asked about like any public address, and yet nobody's home: what the 6bone gave back
/// (`3ffe::/16`, RFC 3701), the retired 6to4 relays (`192.88.99.0/24`, RFC 7526), and the anycast blocks of AS112 and
/// AMT (`192.31.196.0/24`, `192.175.48.0/24`, `192.52.193.0/24`; RFC 7535, 7534, 7450), from which no client ever comes.
const NOBODYS: [&str; 15] = [
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001:db8::/32",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "3ffe::/16",
    "192.88.99.0/24",
    "192.31.196.0/24",
    "192.175.48.0/24",
    "192.52.193.0/24",
];

fn is_nobodys(range: &IpNet) -> bool {
    NOBODYS.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|nobodys| nobodys.contains(range))
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
        [devices.phone-a-updated]
        same_as = "phone-a"
        user_agent = "Mozilla/6.0"
        [devices.unnamed]
        id = ""
        [places.lisbon]
        range = "192.0.2.0/24"
        country = "PT"
        [places.botnet]
        range = "3ffe:b000::/36"
        [places.village]
        range = "3ffe:1:1::/48"
        [places.line]
        range = "3ffe:2:2:2::/64"
    "#;

    #[test]
    fn a_name_stands_for_one_thing_or_for_many() {
        let world = World::parse(TEXT).expect("a fixture");
        assert!(world.has_person("ann") && world.has_person("customer-7") && !world.has_person("customer-"));
        assert!(world.device("phone-a").is_some() && world.device("phone-1").is_none());
        let ip = |name| world.address(name).map(|ip| ip.to_string());
        for (name, address) in [
            ("lisbon", Some("192.0.2.1")),
            ("lisbon-7", Some("192.0.2.7")),
            ("lisbon-256", None),
            ("botnet-2", Some("3ffe:b000:2::10")),
            ("village-2", Some("3ffe:1:1:2::10")),
            ("line-2", Some("3ffe:2:2:2::2")),
            ("botnet-#", None),
            ("lisbon7", None),
            ("porto", None),
        ] {
            assert_eq!(ip(name).as_deref(), address, "{name}");
        }
    }

    #[test]
    fn a_device_may_be_another_as_it_looks_otherwise_and_may_have_no_name() {
        let world = World::parse(TEXT).expect("a fixture");
        let (updated, agent) = world.device("phone-a-updated").expect("a device");
        assert_eq!(updated.id().map(|id| id.as_str()), Some("phone-a"));
        assert_eq!((updated.model.as_deref(), agent.as_deref()), (Some("Pixel 8"), Some("Mozilla/6.0")));
        assert_eq!(world.device("unnamed").map(|(device, _)| device.aliases.len()), Some(0));
        let nobody = TEXT.replace("same_as = \"phone-a\"", "same_as = \"phone-c\"");
        assert!(matches!(World::parse(&nobody), Err(WorldError::Device(_))));
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
        for (range, is_fine) in [
            ("192.0.2.0/25", true),
            ("10.0.0.0/24", true),
            ("3ffe:7::/48", true),
            ("192.88.99.0/28", true),
            ("8.8.8.0/24", false),
            ("2606::/48", false),
            ("192.0.2.1/24", false),
            ("3ffe:b000:7::/48", false),
            ("0.0.0.0/0", false),
        ] {
            let text = TEXT.replace("192.0.2.0/24", range);
            assert_eq!(World::parse(&text).is_ok(), is_fine, "{range}");
        }
        let wrong = TEXT.replace("country = \"PT\"", "country = \"PRT\"");
        assert!(matches!(World::parse(&wrong), Err(WorldError::Place { .. })));
    }
}
