//! What data sets say of an event. Absence is never evidence: every field may be unknown.

use std::sync::Arc;

use crate::{CountryCode, OutOfRange};

/// The most claims about one address's network that are kept: each kind by one set, and room for a second witness.
pub const NETWORK_CLAIMS_MAX: usize = 16;

/// What data sets say of the address, the agent and the credential of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enrichment {
    /// What kind of address it is; None when the event carries none.
    pub address: Option<AddressKind>,
    /// What the agent string says; None when the event carries none.
    pub agent: Option<AgentTraits>,
    /// What is known of the credential; None when the event carries no password hash, or no index is loaded.
    pub credential: Option<CredentialStatus>,
    /// The password's tags of the day; None when the event carries no password hash.
    pub credential_tag: Option<CredentialTag>,
    /// Whether the domain of [`Event::given_email`](crate::Event::given_email) is one that hands out addresses to throw
    /// away; None when no such address is given, or no list is loaded. Not stored by itself: an entry whose finding says
    /// so is restored with it.
    pub email_disposable: Option<bool>,
    /// The country of the address; None when no data set knows, or the address is not a public one.
    pub country: Option<CountryCode>,
    /// The region, state or province, in English; None when not known.
    pub region: Option<Arc<str>>,
    /// The city, in English; None when not known.
    pub city: Option<Arc<str>>,
    /// About where; None when not known.
    pub coordinates: Option<Coordinates>,
    /// The radius around the coordinates in which the address probably is, in km; None when the data set does not say.
    pub accuracy_km: Option<u16>,
    /// The number of the autonomous system that announces the address; None when not known.
    pub asn: Option<u32>,
    /// Who runs that system; None when not known.
    pub organization: Option<Arc<str>>,
    /// What data sets call the network, in order of kind and then of who says so; empty when none names it, which says
    /// nothing. At most [`NETWORK_CLAIMS_MAX`].
    pub networks: Vec<NetworkClaim>,
}

impl Enrichment {
    /// Whether the network is one that relays of stolen sign-ins stand in: people come out of data centers through their
    /// own VPN or their browser's relay; a relay of sign-ins just stands there, or hides behind what is open to all.
    #[must_use]
    pub fn may_relay_sign_ins(&self) -> bool {
        let is = |kind| self.is_network(kind);
        let stands_there = is(NetworkKind::Hosting) && !is(NetworkKind::Vpn) && !is(NetworkKind::Relay);
        stands_there || is(NetworkKind::Tor) || is(NetworkKind::Proxy)
    }

    /// Whether the network is one that anybody can rent a way out of, wherever they are.
    #[must_use]
    pub fn is_for_rent(&self) -> bool {
        use NetworkKind::{Hosting, Proxy, Relay, Tor, Vpn};
        [Hosting, Proxy, Relay, Tor, Vpn].into_iter().any(|kind| self.is_network(kind))
    }

    /// Whether the network hides where people are: what is known of its place is the place of its own machines.
    #[must_use]
    pub fn hides_place(&self) -> bool {
        self.is_for_rent() || self.is_network(NetworkKind::MobileCarrier)
    }

    /// Whether any data set calls the network this.
    #[must_use]
    pub fn is_network(&self, kind: NetworkKind) -> bool {
        self.networks.iter().any(|claim| claim.kind == kind)
    }
}

/// A place on Earth, kept in millionths of a degree (11 cm at the equator), so that equal places are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coordinates {
    latitude_microdegrees: i32,
    longitude_microdegrees: i32,
}

impl Coordinates {
    /// From degrees: latitude -90 to 90, longitude -180 to 180.
    ///
    /// # Errors
    /// Either is outside its range or not a number.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Result<Self, OutOfRange> {
        // A comparison with what is not a number is false.
        if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 {
            let microdegrees = |degrees: f64| (degrees * 1e6).round() as i32;
            Ok(Self { latitude_microdegrees: microdegrees(latitude), longitude_microdegrees: microdegrees(longitude) })
        } else {
            Err(OutOfRange)
        }
    }

    /// From millionths of a degree.
    ///
    /// # Errors
    /// As [`Coordinates::from_degrees`].
    pub fn from_microdegrees(latitude: i32, longitude: i32) -> Result<Self, OutOfRange> {
        Self::from_degrees(f64::from(latitude) / 1e6, f64::from(longitude) / 1e6)
    }

    /// Degrees north, -90 to 90.
    #[must_use]
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude_microdegrees) / 1e6
    }

    /// Degrees east, -180 to 180.
    #[must_use]
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude_microdegrees) / 1e6
    }

    /// Latitude and longitude in millionths of a degree.
    #[must_use]
    pub const fn microdegrees(self) -> (i32, i32) {
        (self.latitude_microdegrees, self.longitude_microdegrees)
    }
}

/// What one data set calls the network of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkClaim {
    /// What it calls it.
    pub kind: NetworkKind,
    /// Who says so: the data set's file.
    pub said_by: Arc<str>,
}

/// What sort of network an address is in. No claim means unknown, which is what most homes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkKind {
    /// Homes: cable, DSL, fiber.
    Residential,
    /// Servers for rent: a data center.
    Hosting,
    /// A virtual private network that anybody can buy.
    Vpn,
    /// An exit of the Tor network.
    Tor,
    /// A privacy relay that keeps the country and hides the address, as browsers have it built in.
    Relay,
    /// An open proxy, or a home that lets strangers through.
    Proxy,
    /// A carrier of mobile phones: one address, many people.
    MobileCarrier,
    /// A company's own.
    Business,
    /// A public authority's.
    Government,
    /// Armed forces'.
    Military,
}

impl NetworkKind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Residential,
        Self::Hosting,
        Self::Vpn,
        Self::Tor,
        Self::Relay,
        Self::Proxy,
        Self::MobileCarrier,
        Self::Business,
        Self::Government,
        Self::Military,
    ];

    /// As spelled in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Residential => "residential",
            Self::Hosting => "hosting",
            Self::Vpn => "vpn",
            Self::Tor => "tor",
            Self::Relay => "relay",
            Self::Proxy => "proxy",
            Self::MobileCarrier => "mobile_carrier",
            Self::Business => "business",
            Self::Government => "government",
            Self::Military => "military",
        }
    }
}

/// What an address is, by its number alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Routable on the internet.
    Public,
    /// RFC 1918 or RFC 4193: behind somebody's own router.
    Private,
    /// RFC 6598: behind a carrier's translator, shared by many.
    CarrierNat,
    /// This machine.
    Loopback,
    /// Link-local, multicast, unspecified, or reserved.
    Reserved,
    /// RFC 5737 and RFC 3849: made for documents, so nobody's.
    Documentation,
}

impl AddressKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Public, Self::Private, Self::CarrierNat, Self::Loopback, Self::Reserved, Self::Documentation];

    /// As spelled in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::CarrierNat => "carrier_nat",
            Self::Loopback => "loopback",
            Self::Reserved => "reserved",
            Self::Documentation => "documentation",
        }
    }
}

/// What an agent string says of itself. A claim, not a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentTraits {
    /// Browser, library, crawler.
    pub kind: AgentKind,
    /// `Chrome`, `Firefox`, …; None if not recognised.
    pub browser: Option<Box<str>>,
    /// Major version; None if not recognised.
    pub browser_major: Option<u32>,
    /// `Windows 10`, `Mac OSX`, …; None if not recognised.
    pub os: Option<Box<str>>,
}

/// What sort of program an agent string names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentKind {
    /// A browser on a computer.
    Desktop,
    /// A browser on a phone or tablet.
    Mobile,
    /// A crawler that says so.
    Crawler,
    /// An HTTP library or an automation tool that says so.
    Automation,
    /// Something else.
    Unknown,
}

/// Whether a credential has been seen in public breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CredentialStatus {
    /// The password is in the index.
    pub password_breached: bool,
    /// The username is in the index.
    pub username_breached: bool,
}

/// A password reduced under keys that live in memory and rotate daily: tells equal passwords of one day and of the day
/// before apart from others, and nothing else. Never stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialTag {
    /// Under the key of the day on which it was received (UTC).
    pub of_day: u64,
    /// Under the key of the day before: what is tried around midnight is one campaign.
    pub of_day_before: u64,
}

impl std::fmt::Debug for CredentialTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CredentialTag(‹secret›)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_on_earth() {
        for (latitude, longitude, is_place) in [
            (51.5142, -0.0931, true),
            (90.0, 180.0, true),
            (-90.0, -180.0, true),
            (90.001, 0.0, false),
            (0.0, -180.001, false),
            (f64::NAN, 0.0, false),
            (0.0, f64::INFINITY, false),
        ] {
            assert_eq!(Coordinates::from_degrees(latitude, longitude).is_ok(), is_place, "{latitude} {longitude}");
        }
        let london = Coordinates::from_degrees(51.514_2, -0.093_1).expect("a place");
        assert_eq!((london.latitude(), london.longitude()), (51.514_2, -0.093_1));
        assert_eq!(Coordinates::from_microdegrees(51_514_200, -93_100), Ok(london));
        assert_eq!(Coordinates::from_microdegrees(90_000_001, 0), Err(OutOfRange));
    }
}
