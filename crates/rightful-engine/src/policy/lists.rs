//! Lists: whom a policy lets in and whom it keeps out, compiled when it is read.
//!
//! A look-up is a binary search. What is not known is on no list. There is no list of devices to let in: a device's name
//! is what the client says, so it would be a password for everybody who copies it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rightful_domain::{
    AccountId, CountryCode, DeviceId, Evidence, EvidenceValue, FINDINGS_MAX, Facts, Finding, InvalidId, ListEffect,
    ListSubject, Listed, ReasonCode, country_meant, country_spellings, innermost_address,
};
use serde::Deserialize;

use crate::features::Lists;

/// The most entries of one list. Longer ones belong into a store, not into a text.
const LIST_ENTRIES_MAX: usize = 10_000;

/// The lists as a policy names them, each entry checked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedLists {
    allow_accounts: Vec<Account>,
    allow_addresses: Vec<AddressRange>,
    block_accounts: Vec<Account>,
    block_addresses: Vec<AddressRange>,
    block_devices: Vec<Device>,
    blocked_countries: Vec<Country>,
}

impl NamedLists {
    /// The first list with too many entries, if any.
    pub(super) fn overlong(&self) -> Option<&'static str> {
        let lengths = [
            ("allow_accounts", self.allow_accounts.len()),
            ("allow_addresses", self.allow_addresses.len()),
            ("block_accounts", self.block_accounts.len()),
            ("block_addresses", self.block_addresses.len()),
            ("block_devices", self.block_devices.len()),
            ("blocked_countries", self.blocked_countries.len()),
        ];
        lengths.into_iter().find(|(_, length)| *length > LIST_ENTRIES_MAX).map(|(key, _)| key)
    }
}

/// An account's id, as the caller spells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Account(AccountId);

impl TryFrom<String> for Account {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        AccountId::new(text).map(Self)
    }
}

/// One of a device's names, as the caller spells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Device(DeviceId);

impl TryFrom<String> for Device {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        DeviceId::new(text).map(Self)
    }
}

/// A country, in both spellings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Country([CountryCode; 2]);

impl TryFrom<String> for Country {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let meant = || country_meant(&text).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
        let wrong = || format!("must be a country of ISO 3166-1, in two letters or three{}", meant());
        country_spellings(&text).map(Self).ok_or_else(wrong)
    }
}

/// Addresses from the first to the last, of one kind. IPv4-mapped IPv6 is IPv4, as it is the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl TryFrom<String> for AddressRange {
    type Error = Cow<'static, str>;

    fn try_from(text: String) -> Result<Self, Cow<'static, str>> {
        const NEITHER: &str = "must be an address or a network, like 192.0.2.7 or 2001:db8::/32";
        let (address, length) =
            text.split_once('/').map_or((text.as_str(), None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| NEITHER)?;
        let bits_max: u32 = if address.is_ipv4() { 32 } else { 128 };
        let bits = match length {
            None => bits_max,
            // Digits alone: `parse` would take a plus sign.
            Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => digits.parse().map_err(|_| NEITHER)?,
            Some(_) => return Err(NEITHER.into()),
        };
        if bits > bits_max {
            return Err(format!("has a prefix of {bits} bits, but there are {bits_max}").into());
        }
        let range = Self::of_network(address, bits);
        if address == range.first {
            // A mapped network of 96 bits or more is one of IPv4; a shorter one holds more than that.
            return Ok(Self { first: range.first.to_canonical(), last: range.last.to_canonical() }.of_one_kind(range));
        }
        Err(format!("has bits beyond its prefix; did you mean {}/{bits}?", range.first).into())
    }
}

impl AddressRange {
    fn of_network(address: IpAddr, bits: u32) -> Self {
        match address {
            IpAddr::V4(address) => {
                let host = u32::MAX.checked_shr(bits).unwrap_or(0);
                let first = u32::from(address) & !host;
                Self { first: Ipv4Addr::from(first).into(), last: Ipv4Addr::from(first | host).into() }
            }
            IpAddr::V6(address) => {
                let host = u128::MAX.checked_shr(bits).unwrap_or(0);
                let first = u128::from(address) & !host;
                Self { first: Ipv6Addr::from(first).into(), last: Ipv6Addr::from(first | host).into() }
            }
        }
    }

    /// Whether an address, in its canonical form, is one of these.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }

    fn of_one_kind(self, otherwise: Self) -> Self {
        if self.first.is_ipv4() == self.last.is_ipv4() { self } else { otherwise }
    }
}

/// Addresses, as ranges that do not overlap, in order.
#[derive(Debug, Clone, PartialEq, Default)]
struct Addresses(Vec<AddressRange>);

impl Addresses {
    fn of(mut ranges: Vec<AddressRange>) -> Self {
        ranges.sort_unstable();
        let mut apart: Vec<AddressRange> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match apart.last_mut() {
                // All of IPv4 sorts before all of IPv6, so that kinds do not mix here.
                Some(before) if range.first <= before.last => before.last = before.last.max(range.last),
                _ => apart.push(range),
            }
        }
        Self(apart)
    }

    /// O(log n).
    fn contains(&self, address: IpAddr) -> bool {
        let place = self.0.partition_point(|range| range.first <= address);
        place.checked_sub(1).and_then(|place| self.0.get(place)).is_some_and(|range| address <= range.last)
    }
}

/// The lists, ready to be looked into.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct AccessLists {
    allowed_accounts: BTreeSet<AccountId>,
    allowed_addresses: Addresses,
    blocked_accounts: BTreeSet<AccountId>,
    blocked_addresses: Addresses,
    blocked_devices: BTreeSet<DeviceId>,
    blocked_countries: BTreeSet<CountryCode>,
}

impl From<NamedLists> for AccessLists {
    fn from(named: NamedLists) -> Self {
        let accounts = |listed: Vec<Account>| listed.into_iter().map(|account| account.0).collect();
        Self {
            allowed_accounts: accounts(named.allow_accounts),
            allowed_addresses: Addresses::of(named.allow_addresses),
            blocked_accounts: accounts(named.block_accounts),
            blocked_addresses: Addresses::of(named.block_addresses),
            blocked_devices: named.block_devices.into_iter().map(|device| device.0).collect(),
            blocked_countries: named.blocked_countries.into_iter().flat_map(|country| country.0).collect(),
        }
    }
}

impl AccessLists {
    /// What the lists say of an event. O(log n) in each.
    pub(crate) fn look_up(&self, facts: &Facts) -> Lists {
        let event = &facts.event;
        let account = event.account.as_ref().or(facts.history.resolved_account.as_ref());
        let address = event.network.ip.map(|ip| ip.to_canonical());
        let in_accounts =
            |list: &BTreeSet<AccountId>| account.filter(|_| !list.is_empty()).map(|account| list.contains(account));
        let in_addresses =
            |list: &Addresses| address.filter(|_| !list.0.is_empty()).map(|address| list.contains(address));
        // Behind a translator or a tunnel is whoever is blocked without it. None is let in for what is inside its address:
        // that is a network's word, and not the machine's.
        let is_hidden = address.map(innermost_address).is_some_and(|inner| self.blocked_addresses.contains(inner));
        let devices = (!event.device.aliases.is_empty() && !self.blocked_devices.is_empty())
            .then(|| event.device.aliases.iter().any(|alias| self.blocked_devices.contains(&alias.id)));
        let country = facts.enrichment.country.filter(|_| !self.blocked_countries.is_empty());
        Lists {
            address_allowed: in_addresses(&self.allowed_addresses),
            account_allowed: in_accounts(&self.allowed_accounts),
            address_blocked: in_addresses(&self.blocked_addresses).map(|is_listed| is_listed || is_hidden),
            account_blocked: in_accounts(&self.blocked_accounts),
            device_blocked: devices,
            country_blocked: country.map(|country| self.blocked_countries.contains(&country)),
            ..Lists::default()
        }
    }
}

/// The evidence that an event is on a list that lets it in.
const LISTED: &str = "listed";
/// What that list is called, where it is not one of the policy.
const ALLOWED_BY_LIST: &str = "allowed_by_list";
/// The evidence that it is on one that keeps it out: what the list is called.
const BLOCKED_BY_LIST: &str = "blocked_by_list";

/// Whether a finding says that a list has decided.
pub(crate) fn is_of_list(finding: &Finding) -> bool {
    let says = |evidence: &Evidence| match evidence.name.as_ref() {
        LISTED => evidence.value == EvidenceValue::Flag(true),
        name => name == BLOCKED_BY_LIST,
    };
    finding.evidence.iter().any(says)
}

/// A list that has decided: the reason that says so, and what it is called, where that is known.
pub(super) struct Decided {
    reason: ReasonCode,
    effect: ListEffect,
    name: Option<Cow<'static, str>>,
}

/// The lists that have decided. Where a list lets in, those that keep out have decided nothing, and a caller who goes by
/// reasons must not read of them.
pub(super) fn decided(lists: &Lists, listed: &Listed) -> Vec<Decided> {
    use ListEffect::{Allow, Block};
    use ListSubject::{Account, Address, Asn, Country, Device, EmailDomain, Payee};
    use ReasonCode::{
        ActionIsSuspectedFraud, DeviceRiskyReputation, IpCountryBlocked, IpRiskyReputation, IpTrusted, UserTrusted,
    };
    // No reason is about a blocked account; the vendor's "assumed to be fraudulent with high confidence" is nearest.
    let all = [
        (lists.account_allowed, Allow, Account, UserTrusted, None),
        (lists.address_allowed, Allow, Address, IpTrusted, None),
        (lists.device_allowed, Allow, Device, UserTrusted, None),
        (lists.asn_allowed, Allow, Asn, IpTrusted, None),
        (lists.country_allowed, Allow, Country, IpTrusted, None),
        (lists.email_domain_allowed, Allow, EmailDomain, UserTrusted, None),
        (lists.payee_allowed, Allow, Payee, UserTrusted, None),
        (lists.account_blocked, Block, Account, ActionIsSuspectedFraud, Some("block_accounts")),
        (lists.address_blocked, Block, Address, IpRiskyReputation, Some("block_addresses")),
        (lists.device_blocked, Block, Device, DeviceRiskyReputation, Some("block_devices")),
        (lists.country_blocked, Block, Country, IpCountryBlocked, Some("blocked_countries")),
        (lists.asn_blocked, Block, Asn, IpRiskyReputation, None),
        (lists.email_domain_blocked, Block, EmailDomain, ActionIsSuspectedFraud, None),
        (lists.payee_blocked, Block, Payee, ActionIsSuspectedFraud, None),
    ];
    let decides = if lists.is_allowed() { Allow } else { Block };
    let on = all.into_iter().filter(|(is_on, effect, ..)| *is_on == Some(true) && *effect == decides);
    let named = |(_, effect, of, reason, of_policy): (_, _, _, _, Option<&'static str>)| {
        let name = names(listed, effect, of).map(Cow::Owned).or(of_policy.map(Cow::Borrowed));
        Decided { reason, effect, name }
    };
    on.map(named).collect()
}

/// The application's lists of an effect and a subject that the event is on, as one text; None if it is on none.
fn names(listed: &Listed, effect: ListEffect, of: ListSubject) -> Option<String> {
    let on = listed.on.iter().filter(|list| list.effect == effect && list.of == of);
    let names: Vec<&str> = on.map(|list| &*list.name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// How many findings may be heard beside those that name lists.
pub(super) fn findings_max(decided: &[Decided]) -> usize {
    FINDINGS_MAX.saturating_sub(decided.len())
}

/// Sees to it that a finding names each list that has decided; it may have no share of the score. At most
/// [`findings_max`] findings leave room for all of them.
pub(super) fn name_lists(decided: Vec<Decided>, findings: &mut Vec<Finding>) {
    for Decided { reason, effect, name } in decided {
        let place = findings.iter().position(|finding| finding.reason == reason).unwrap_or(findings.len());
        if place == findings.len() {
            findings.push(Finding { reason, nats: 0.0, evidence: Vec::new() });
        }
        let Some(finding) = findings.get_mut(place) else { continue };
        match effect {
            ListEffect::Allow => {
                say(finding, LISTED, None);
                name.into_iter().for_each(|name| say(finding, ALLOWED_BY_LIST, Some(&name)));
            }
            ListEffect::Block => say(finding, BLOCKED_BY_LIST, name.as_deref()),
            ListEffect::Watch => {}
        }
    }
}

/// Puts a flag or a name into a finding's evidence, where another of that kind may stand.
fn say(finding: &mut Finding, name: &'static str, text: Option<&str>) {
    let said = finding.evidence.iter_mut().find(|evidence| evidence.name == name).map(|evidence| &mut evidence.value);
    let value = match (text, &said) {
        (None, _) => EvidenceValue::Flag(true),
        (Some(text), Some(EvidenceValue::Text(before))) => EvidenceValue::Text(format!("{before}, {text}").into()),
        (Some(text), _) => EvidenceValue::Text(text.into()),
    };
    match said {
        Some(said) => *said = value,
        None => finding.evidence.push(Evidence { name: name.into(), value }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> Result<[String; 2], String> {
        let range = AddressRange::try_from(text.to_owned()).map_err(|error| error.to_string())?;
        Ok([range.first.to_string(), range.last.to_string()])
    }

    #[test]
    fn an_address_is_a_range_of_one_and_a_mapped_one_is_ipv4() {
        for (text, first, last) in [
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2.0", "192.0.2.255"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
            ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::1"),
            ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.0/120", "192.0.2.0", "192.0.2.255"),
            ("::ffff:0:0/96", "0.0.0.0", "255.255.255.255"),
            ("::/80", "::", "::ffff:255.255.255.255"),
        ] {
            assert_eq!(range(text), Ok([first.to_owned(), last.to_owned()]), "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused_with_what_was_meant() {
        const NEITHER: &str = "must be an address or a network, like 192.0.2.7 or 2001:db8::/32";
        for (text, message) in [
            ("", NEITHER),
            ("192.0.2", NEITHER),
            ("192.0.2.300", NEITHER),
            ("192.0.2.0/", NEITHER),
            ("192.0.2.0/+24", NEITHER),
            ("192.0.2.0/99999999999", NEITHER),
            ("example.com", NEITHER),
            ("192.0.2.0/33", "has a prefix of 33 bits, but there are 32"),
            ("2001:db8::/129", "has a prefix of 129 bits, but there are 128"),
            ("192.0.2.7/24", "has bits beyond its prefix; did you mean 192.0.2.0/24?"),
            ("2001:db8::1/32", "has bits beyond its prefix; did you mean 2001:db8::/32?"),
        ] {
            assert_eq!(range(text), Err(message.to_owned()), "{text}");
        }
    }

    fn network() -> impl Strategy<Value = AddressRange> {
        // Few addresses, so that networks lie in each other.
        let v4 = (0_u32..64, 24_u32..=32)
            .prop_map(|(host, bits)| AddressRange::of_network(Ipv4Addr::from(0xC000_0200 | host << 2).into(), bits));
        let v6 = (0_u128..64, 120_u32..=128).prop_map(|(host, bits)| {
            AddressRange::of_network(Ipv6Addr::from((0x2001_0DB8 << 96) | host << 2).into(), bits)
        });
        prop_oneof![v4, v6]
    }

    proptest! {
        #[test]
        fn a_look_up_finds_what_looking_at_each_network_finds(
            networks in proptest::collection::vec(network(), 0..40), host in 0_u32..300,
        ) {
            let list = Addresses::of(networks.clone());
            for address in [
                IpAddr::from(Ipv4Addr::from(0xC000_0200 + host)),
                IpAddr::from(Ipv6Addr::from((0x2001_0DB8 << 96) + u128::from(host))),
            ] {
                let is_in = networks.iter().any(|network| network.first <= address && address <= network.last);
                prop_assert_eq!(list.contains(address), is_in);
            }
        }
    }
}
