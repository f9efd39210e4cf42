//! The circumstances of an event: where it came from, with what, and at which hour, each step as a tag.
//!
//! Steps stand in chains, coarse to fine, and a step's tag is made from its parent's: the same city behind another
//! network is another city. So a comparison can back off: a new address in a known network is less news than a new
//! country. What is not known has no tag, and the chain goes on as if the step were not there.

use std::net::IpAddr;

use crate::spelling::called;
use crate::{AgentKind, Enrichment, Event, PaymentDirection, Timestamp};

/// One step of a chain. The numbers are stored: none is changed or used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// The country of the address.
    Country = 0,
    /// The autonomous system that announces it.
    Asn = 1,
    /// The city, as that system serves it.
    City = 2,
    /// IPv4 /16, IPv6 /32.
    Block = 3,
    /// IPv4 /20, IPv6 /40.
    Range = 4,
    /// IPv4 /24, IPv6 /48.
    Net = 5,
    /// IPv4 /32, IPv6 /64.
    Address = 6,
    /// Phone, computer, …
    DeviceType = 7,
    /// The operating system without its version.
    Os = 8,
    /// The browser without its version.
    Browser = 9,
    /// The agent string without its versions; the model, where there is no agent string.
    Agent = 10,
    /// The operating system's version, of this agent.
    OsVersion = 11,
    /// The browser's version, of this agent.
    BrowserVersion = 12,
    /// The device's strongest name.
    Device = 13,
    /// The language that the device asks for.
    Language = 14,
    /// The time zone that the device reports.
    TimeZone = 15,
    /// What was attempted.
    Action = 16,
    /// The hour of the day in UTC, weekdays and weekends apart: 0 to 47.
    Hour = 17,
    /// The order of magnitude of the money moved: powers of two of a ten-thousandth of the currency's unit.
    Amount = 18,
    /// The currency of the money moved, by its letters.
    Currency = 19,
    /// Which way it moves, seen from the account.
    Direction = 20,
}

impl Level {
    /// How many there are.
    pub const COUNT: usize = 21;

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Country,
        Self::Asn,
        Self::City,
        Self::Block,
        Self::Range,
        Self::Net,
        Self::Address,
        Self::DeviceType,
        Self::Os,
        Self::Browser,
        Self::Agent,
        Self::OsVersion,
        Self::BrowserVersion,
        Self::Device,
        Self::Language,
        Self::TimeZone,
        Self::Action,
        Self::Hour,
        Self::Amount,
        Self::Currency,
        Self::Direction,
    ];

    /// Where from, coarse to fine.
    pub const NETWORK: [Self; 7] =
        [Self::Country, Self::Asn, Self::City, Self::Block, Self::Range, Self::Net, Self::Address];

    /// With what, coarse to fine.
    pub const DEVICE: [Self; 4] = [Self::DeviceType, Self::Os, Self::Browser, Self::Agent];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize
    }
}

/// The steps at which providers differ in how often they hand out something new. Whole blocks hardly turn over anywhere:
/// another one is another town; and an address is asked who else is there.
pub const TURNOVER_LEVELS: [Level; 2] = [Level::Range, Level::Net];

/// A step's tag: 32 bits of a keyed hash, made from its level, its parent's tag and its value. Never zero.
pub type StepTag = std::num::NonZeroU32;

/// A version as one number that sorts as versions do: three parts, 16 bits each. Zero where it is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(u64);

impl Version {
    /// From its number.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// As one number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The first part.
    #[must_use]
    pub const fn major(self) -> u32 {
        // 16 bits are left.
        (self.0 >> 32) as u32
    }

    /// `17.6.1` or `17_6_1`; parts that are not there are zero, parts beyond the third are not read, and a part too
    /// large is as large as can be.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split(['.', '_']).filter(|part| !part.is_empty());
        let mut number = 0;
        for _ in 0..3 {
            let part = parts.next().map_or(0, |part| part.parse::<u64>().unwrap_or(u64::MAX).min(0xFFFF));
            number = number << 16 | part;
        }
        Self(number)
    }

    /// From a first part alone.
    #[must_use]
    pub fn of_major(major: u32) -> Self {
        Self(u64::from(major.min(0xFFFF)) << 32)
    }
}

/// The circumstances of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circumstances {
    tags: [Option<StepTag>; Level::COUNT],
    /// The operating system's version.
    pub os_version: Version,
    /// The browser's version.
    pub browser_version: Version,
}

impl Circumstances {
    /// The circumstances of an event. `tag` makes a step's tag of its level, its parent's tag (0 at the top) and its
    /// value: a keyed hash, so that whoever reads a profile cannot try values against it.
    #[must_use]
    pub fn of(event: &Event, enrichment: &Enrichment, tag: impl Fn(Level, u32, &[u8]) -> StepTag) -> Self {
        let mut steps = Steps { circumstances: Self::default(), tag };
        steps.network(event, enrichment);
        steps.device(event, enrichment);
        steps.others(event);
        steps.circumstances
    }

    /// A step's tag; None where the step is not known.
    #[must_use]
    pub fn tag(&self, level: Level) -> Option<StepTag> {
        self.tags.get(level.number()).copied().flatten()
    }

    /// From tags by [`Level::ALL`], as read back from storage.
    #[must_use]
    pub const fn from_tags(
        tags: [Option<StepTag>; Level::COUNT],
        os_version: Version,
        browser_version: Version,
    ) -> Self {
        Self { tags, os_version, browser_version }
    }
}

struct Steps<T> {
    circumstances: Circumstances,
    tag: T,
}

impl<T: Fn(Level, u32, &[u8]) -> StepTag> Steps<T> {
    /// Puts a step below `parent`, and says what is the parent of the next.
    fn put(&mut self, level: Level, parent: u32, value: Option<&[u8]>) -> u32 {
        let Some(value) = value else { return parent };
        let tag = (self.tag)(level, parent, value);
        if let Some(place) = self.circumstances.tags.get_mut(level.number()) {
            *place = Some(tag);
        }
        tag.get()
    }

    fn network(&mut self, event: &Event, enrichment: &Enrichment) {
        let country = enrichment.country.as_ref().map(|country| country.as_str().as_bytes());
        let asn = enrichment.asn.map(u32::to_be_bytes);
        let city = enrichment.city.as_ref().map(|city| city.as_bytes());
        let mut parent = self.put(Level::Country, 0, country);
        parent = self.put(Level::Asn, parent, asn.as_ref().map(<[u8; 4]>::as_slice));
        parent = self.put(Level::City, parent, city);
        for (level, prefix) in event.network.ip.map(prefixes).into_iter().flatten() {
            parent = self.put(level, parent, Some(&prefix.to_be_bytes()));
        }
    }

    fn device(&mut self, event: &Event, enrichment: &Enrichment) {
        let (device, traits) = (&event.device, enrichment.agent.as_ref());
        let agent = event.network.user_agent.as_deref();
        let called = called(device, traits, agent);
        let whole = agent.map(without_versions).or_else(|| device.model_key());
        let mut parent = self.put(Level::DeviceType, 0, called.kind.map(str::as_bytes));
        parent = self.put(Level::Os, parent, called.os.map(str::as_bytes));
        parent = self.put(Level::Browser, parent, called.browser.map(str::as_bytes));
        let parent = self.put(Level::Agent, parent, whole.as_deref().map(str::as_bytes));
        if self.circumstances.tag(Level::Agent).is_some() {
            let (os_version, browser_version) = (called.os_version, called.browser_version);
            self.circumstances.os_version = os_version;
            self.circumstances.browser_version = browser_version;
            self.put(Level::OsVersion, parent, Some(&os_version.number().to_be_bytes()));
            self.put(Level::BrowserVersion, parent, Some(&browser_version.number().to_be_bytes()));
        }
        self.put(Level::Device, 0, device.id().map(|id| id.as_str().as_bytes()));
    }

    fn others(&mut self, event: &Event) {
        self.put(Level::Language, 0, event.device.language.as_deref().map(str::as_bytes));
        self.put(Level::TimeZone, 0, event.device.time_zone.as_deref().map(str::as_bytes));
        self.put(Level::Action, 0, Some(event.action.as_str().as_bytes()));
        // Numbers are their own tags, so that neighbors can be found.
        let payment = event.payment.as_ref();
        let amount = payment.and_then(|payment| payment.amount);
        self.set(Level::Amount, amount.map(|amount| magnitude(amount.ten_thousandths)));
        let told = payment.and_then(|payment| payment.told_currency.as_deref()).map(str::as_bytes);
        self.set(Level::Currency, told.or(amount.as_ref().map(|money| &money.currency[..])).and_then(currency_tag));
        self.set(Level::Direction, payment.and_then(|payment| payment.direction).map(direction_tag));
        self.set(Level::Hour, Some(StepTag::MIN.saturating_add(u32::from(hour_of_week(event.at)))));
    }

    fn set(&mut self, level: Level, tag: Option<StepTag>) {
        if let Some(place) = self.circumstances.tags.get_mut(level.number()) {
            *place = tag;
        }
    }
}

/// The order of magnitude of an amount, as its own tag: 1 for nothing, one more for each power of two.
fn magnitude(ten_thousandths: i64) -> StepTag {
    let bits = u64::BITS - ten_thousandths.unsigned_abs().leading_zeros();
    StepTag::MIN.saturating_add(bits)
}

/// A currency as its own tag: FNV-1a of its letters, whatever their case. Currencies are public and few, so nothing is gained by a
/// key; None for none.
fn currency_tag(letters: &[u8]) -> Option<StepTag> {
    let mix = |hash: u32, letter: &u8| (hash ^ u32::from(letter.to_ascii_uppercase())).wrapping_mul(0x0100_0193);
    StepTag::new(letters.iter().fold(0x811c_9dc5, mix)).filter(|_| !letters.is_empty())
}

/// A direction as its own tag: 1 for in, 2 for out.
const fn direction_tag(direction: PaymentDirection) -> StepTag {
    match direction {
        PaymentDirection::In => StepTag::MIN,
        PaymentDirection::Out => StepTag::MIN.saturating_add(1),
    }
}

/// The hour of the day in UTC, 0 to 23; 24 more at weekends.
#[must_use]
pub fn hour_of_week(at: Timestamp) -> u8 {
    const HOUR: i64 = 3_600_000_000;
    let hours = at.as_micros().div_euclid(HOUR);
    // 1970 began on a Thursday: days 2 and 3 of the week were its first weekend.
    let day = hours.div_euclid(24).rem_euclid(7);
    let hour = hours.rem_euclid(24) + if day == 2 || day == 3 { 24 } else { 0 };
    u8::try_from(hour).unwrap_or(0)
}

fn prefixes(ip: IpAddr) -> [(Level, u64); 4] {
    let [block, range, net, address] = match ip {
        IpAddr::V4(ip) => [16, 12, 8, 0].map(|cut| u64::from(u32::from(ip) >> cut)),
        // 64 bits are left of the shortest cut.
        IpAddr::V6(ip) => [96, 88, 80, 64].map(|cut| (u128::from(ip) >> cut) as u64),
    };
    [(Level::Block, block), (Level::Range, range), (Level::Net, net), (Level::Address, address)]
}

/// `Chrome Mobile 132.0.0` is `Chrome Mobile` and 132.0.0.
pub(crate) fn name_and_version(text: &str) -> (&str, Version) {
    let text = text.trim();
    let end = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '_');
    let version = text.get(end.len()..).map(Version::parse).unwrap_or_default();
    (end.trim_end(), version)
}

/// An agent string with each version replaced by `#`, so that an update changes nothing.
fn without_versions(agent: &str) -> String {
    let mut out = String::with_capacity(agent.len());
    // What is looked at is ASCII, so that places are those of letters.
    let bytes = agent.as_bytes();
    let next = |from: usize, ends: fn(&u8) -> bool| {
        bytes.get(from..).and_then(|rest| rest.iter().position(ends)).map(|further| from + further)
    };
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let is_other = |byte: &u8| !(byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    let (mut kept_from, mut looked_to) = (0, 0);
    while let Some(digit) = next(looked_to, is_digit) {
        let before = digit.checked_sub(1).and_then(|before| bytes.get(before));
        if !before.is_none_or(|before| matches!(before, b'/' | b' ' | b':' | b'_')) {
            looked_to = digit + 1;
            continue;
        }
        out.push_str(agent.get(kept_from..digit).unwrap_or_default());
        out.push('#');
        kept_from = next(digit, is_other).unwrap_or(agent.len());
        looked_to = kept_from;
    }
    out.push_str(agent.get(kept_from..).unwrap_or_default());
    out
}

impl AgentKind {
    /// As spelled in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Mobile => "mobile",
            Self::Crawler => "crawler",
            Self::Automation => "automation",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_changes_a_version_and_nothing_else() {
        let one = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
        let other = one.replace("138", "139");
        assert_eq!(without_versions(one), without_versions(&other));
        assert_ne!(without_versions(one), without_versions(&one.replace("Chrome", "Edg")));
        for (agent, expected) in [
            ("", ""),
            ("7", "#"),
            ("7é8 9.1_2x/3", "#é8 #x/#"),
            ("a7 _7_/7.", "a7 _#/#"),
            ("Zürich/1.2 (ß 3)", "Zürich/# (ß #)"),
        ] {
            assert_eq!(without_versions(agent), expected, "{agent}");
        }
    }

    #[test]
    fn versions_sort_as_versions() {
        for (older, newer) in [("9.9", "10.0"), ("17.6", "17.6.1"), ("", "1"), ("17_6", "17.10")] {
            assert!(Version::parse(older) < Version::parse(newer), "{older} {newer}");
        }
        assert_eq!(name_and_version("Chrome Mobile 132.0.0"), ("Chrome Mobile", Version::parse("132")));
        assert_eq!(name_and_version("Linux"), ("Linux", Version::default()));
        assert_eq!(Version::parse("99999999999999999999").major(), 0xFFFF);
        assert_eq!(Version::of_major(138), Version::parse("138"));
    }

    #[test]
    fn weekends_have_hours_of_their_own() {
        let at = |day: i64, hour: i64| hour_of_week(Timestamp::from_seconds(day * 86_400 + hour * 3_600));
        assert_eq!((at(0, 5), at(1, 23), at(2, 0), at(3, 23), at(4, 0)), (5, 23, 24, 47, 0));
        assert_eq!(at(-1, 7), 7);
    }
}
