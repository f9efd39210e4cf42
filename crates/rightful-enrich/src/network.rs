//! Lists of networks: whose addresses are a VPN's, a data center's, a Tor exit, a relay, a proxy, a carrier's, an
//! organization's.
//!
//! One entry a line: an address, a network (`192.0.2.0/24`), a range (`192.0.2.0-192.0.2.9`), or the number of an
//! autonomous system (`AS64500` or `64500`). What follows a space, `#`, `;` or `,` is not read, so lists with comments
//! and lists with further columns do. What a list is about is in its file's name, as no list says it inside.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use ipnet::IpNet;
use rightful_domain::{NetworkClaim, NetworkKind};

use crate::lines::each_entry;
use crate::ranges::{Ranges, Span};
use crate::{BadLine, EnrichError};

/// The longest line of a list: a range of two long addresses, and further columns.
const LINE_BYTES_MAX: u64 = 512;
/// From here on a bare number is no system but an address written as a number (1.0.0.0): systems are given out from below,
/// and are not a fortieth of the way there. Those for private use are above, and are announced to nobody.
const BARE_SYSTEM_END: u32 = 1 << 24;
/// The most lists: one bit each.
const LISTS_MAX: usize = 64;

/// Words in a file's name that say what its list is about.
const KINDS_BY_WORD: [(&str, NetworkKind); 16] = [
    ("vpn", NetworkKind::Vpn),
    ("vpns", NetworkKind::Vpn),
    ("datacenter", NetworkKind::Hosting),
    ("datacenters", NetworkKind::Hosting),
    ("hosting", NetworkKind::Hosting),
    ("cloud", NetworkKind::Hosting),
    ("tor", NetworkKind::Tor),
    ("relay", NetworkKind::Relay),
    ("relays", NetworkKind::Relay),
    ("proxy", NetworkKind::Proxy),
    ("proxies", NetworkKind::Proxy),
    ("mobile", NetworkKind::MobileCarrier),
    ("carrier", NetworkKind::MobileCarrier),
    ("carriers", NetworkKind::MobileCarrier),
    ("cellular", NetworkKind::MobileCarrier),
    ("residential", NetworkKind::Residential),
];

/// Words that say whose the networks are. They come second: `business-vpn` is a list of VPNs.
const OWNERS_BY_WORD: [(&str, NetworkKind); 5] = [
    ("business", NetworkKind::Business),
    ("government", NetworkKind::Government),
    ("gov", NetworkKind::Government),
    ("military", NetworkKind::Military),
    ("mil", NetworkKind::Military),
];

/// What a list is about, by the first word of its file's name that says so.
pub(crate) fn kind_of(file: &str) -> Option<NetworkKind> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_ascii_lowercase();
    let first_of = |kinds: &[(&str, NetworkKind)]| {
        let mut words = stem.split(|c: char| !c.is_ascii_alphanumeric());
        words.find_map(|word| kinds.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind))
    };
    first_of(&KINDS_BY_WORD).or_else(|| first_of(&OWNERS_BY_WORD))
}

/// One list as read.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) claim: NetworkClaim,
    spans: Vec<Span>,
    systems: Vec<u32>,
}

impl List {
    /// Reads a list.
    pub(crate) fn read(folder: &Path, file: &str, kind: NetworkKind) -> Result<Self, EnrichError> {
        let (mut spans, mut systems) = (Vec::new(), Vec::new());
        each_entry(folder, file, LINE_BYTES_MAX, |line| {
            match entry(line)? {
                Listed::Span(span) => spans.push(span),
                Listed::System(asn) => systems.push(asn),
            }
            Ok(())
        })?;
        Ok(Self { claim: NetworkClaim { kind, said_by: file.into() }, spans, systems })
    }

    /// How many lines say something.
    pub(crate) fn len(&self) -> usize {
        self.spans.len() + self.systems.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Span(Span),
    System(u32),
}

fn entry(line: &[u8]) -> Result<Listed, BadLine> {
    let line = std::str::from_utf8(line).map_err(|_| BadLine::NotText)?;
    let ends_entry = |c: char| c.is_whitespace() || matches!(c, '#' | ';' | ',');
    let text = line.split(ends_entry).next().unwrap_or_default();
    if let Some(asn) = system(text) {
        let is_bare = text.bytes().all(|c| c.is_ascii_digit());
        if is_bare && asn >= BARE_SYSTEM_END {
            return Err(BadLine::NumberedAddress);
        }
        return Ok(Listed::System(asn));
    }
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (address(first)?, address(last)?),
        None if text.contains('/') => network(text)?,
        None => (address(text)?, address(text)?),
    };
    let span = Span::between(first, last).ok_or(BadLine::Backwards)?;
    if span.is_whole() { Err(BadLine::WholeInternet) } else { Ok(Listed::Span(span)) }
}

/// The number of an autonomous system, as `AS64500` or bare; None for what is none, and for the reserved 0.
pub(crate) fn system(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
    digits.parse().ok().filter(|asn| *asn > 0 && digits.bytes().all(|c| c.is_ascii_digit()))
}

/// The first and the last address of `192.0.2.0/24`.
pub(crate) fn network(text: &str) -> Result<(IpAddr, IpAddr), BadLine> {
    match text.parse::<IpNet>() {
        Ok(net) if net.prefix_len() == 0 => Err(BadLine::WholeInternet),
        Ok(net) => Ok((net.network(), net.broadcast())),
        Err(_) => Err(BadLine::NotAnAddress),
    }
}

pub(crate) fn address(text: &str) -> Result<IpAddr, BadLine> {
    text.parse().map_err(|_| BadLine::NotAnAddress)
}

/// All lists as one, so that an address is looked up once and not once a list.
#[derive(Debug)]
pub(crate) struct Claims {
    claims: Vec<NetworkClaim>,
    /// Which claims are about an address, as bits by place.
    by_address: Ranges<u64>,
    /// Which are about an autonomous system.
    by_system: BTreeMap<u32, u64>,
}

impl Claims {
    /// Puts lists together.
    pub(crate) fn of(lists: &[&List]) -> Result<Self, EnrichError> {
        if lists.len() > LISTS_MAX {
            return Err(EnrichError::TooMany { file: "the folder of lists".to_owned(), max: LISTS_MAX });
        }
        let mut claims: Vec<NetworkClaim> = Vec::with_capacity(lists.len());
        let mut spans = Vec::new();
        let mut by_system = BTreeMap::new();
        for (place, list) in lists.iter().enumerate() {
            claims.push(NetworkClaim { kind: list.claim.kind, said_by: Arc::clone(&list.claim.said_by) });
            let bit = 1_u64 << place;
            spans.extend(list.spans.iter().map(|span| (*span, bit)));
            for asn in &list.systems {
                *by_system.entry(*asn).or_default() |= bit;
            }
        }
        let by_address = Ranges::of(&spans, |bits| bits.fold(0, |mask, bit| mask | bit));
        Ok(Self { claims, by_address, by_system })
    }

    /// What the lists say of an address and the system that announces it.
    pub(crate) fn about(&self, ip: IpAddr, asn: Option<u32>) -> impl Iterator<Item = &NetworkClaim> {
        let by_address = self.by_address.find(ip).copied().unwrap_or(0);
        let by_system = asn.and_then(|asn| self.by_system.get(&asn)).copied().unwrap_or(0);
        let mut mask = by_address | by_system;
        std::iter::from_fn(move || {
            let place = mask.trailing_zeros();
            mask &= mask.checked_sub(1)?;
            self.claims.get(place as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn list(file: &str, text: impl AsRef<[u8]>) -> Result<List, EnrichError> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(file), text).expect("written");
        List::read(folder.path(), file, kind_of(file).expect("a kind"))
    }

    fn said(claims: &Claims, ip: &str, asn: Option<u32>) -> Vec<String> {
        claims.about(ip.parse().expect("an address"), asn).map(|claim| claim.said_by.to_string()).collect()
    }

    #[test]
    fn a_list_is_about_what_its_name_says() {
        for (file, kind) in [
            ("x4b_vpn_ipv4.txt", Some(NetworkKind::Vpn)),
            ("x4b_datacenter_asn.txt", Some(NetworkKind::Hosting)),
            ("tor-exit-nodes.lst", Some(NetworkKind::Tor)),
            ("private-relay.csv", Some(NetworkKind::Relay)),
            ("Open.Proxies.txt", Some(NetworkKind::Proxy)),
            ("mobile.txt", Some(NetworkKind::MobileCarrier)),
            ("world-business.txt", Some(NetworkKind::Business)),
            ("us-gov.csv", Some(NetworkKind::Government)),
            ("military.netset", Some(NetworkKind::Military)),
            ("business-vpn.txt", Some(NetworkKind::Vpn)),
            ("government_cloud.txt", Some(NetworkKind::Hosting)),
            ("vpn", Some(NetworkKind::Vpn)),
            ("storage.txt", None),
            ("ATTRIBUTION.txt", None),
            ("list.vpn", None),
            ("", None),
        ] {
            assert_eq!(kind_of(file), kind, "{file}");
        }
    }

    #[test]
    fn each_form_of_entry_is_read() {
        let vpn = list(
            "vpn.txt",
            "# a list\n1.0.0.0/24\r\n\n 2.0.0.1\n3.0.0.0-3.0.0.9 # ours\n::ffff:4.0.0.0/120\n2001:db8::/32,GB,,\n\
             2a00::1\nAS9009 # somebody, GB\n212238;\n5.0.0.7/24\n",
        )
        .expect("read");
        assert_eq!(vpn.len(), 9);
        let claims = Claims::of(&[&vpn]).expect("claims");
        for (ip, asn, is_listed) in [
            ("1.0.0.0", None, true),
            ("1.0.0.255", None, true),
            ("1.0.1.0", None, false),
            ("0.255.255.255", None, false),
            ("2.0.0.1", None, true),
            ("2.0.0.2", None, false),
            ("3.0.0.9", None, true),
            ("3.0.0.10", None, false),
            ("4.0.0.200", None, true),
            ("::ffff:1.0.0.7", None, true),
            ("2001:db8:ffff::", None, true),
            ("2001:db9::", None, false),
            ("2a00::1", None, true),
            ("9.9.9.9", Some(9_009), true),
            ("9.9.9.9", Some(212_238), true),
            ("9.9.9.9", Some(1), false),
            ("5.0.0.0", None, true),
        ] {
            assert_eq!(!said(&claims, ip, asn).is_empty(), is_listed, "{ip} {asn:?}");
        }
    }

    #[test]
    fn overlapping_lists_each_have_their_say() {
        let (vpn, hosting, more) = (
            list("vpn.txt", "1.0.0.0/8\n1.2.0.0/16\n").expect("read"),
            list("hosting.txt", "1.2.3.0/24\nAS7\n").expect("read"),
            list("hosting-asn.txt", "AS7\n").expect("read"),
        );
        let claims = Claims::of(&[&vpn, &hosting, &more]).expect("claims");
        assert_eq!(said(&claims, "1.1.0.0", None), ["vpn.txt"]);
        assert_eq!(said(&claims, "1.2.3.4", None), ["vpn.txt", "hosting.txt"]);
        assert_eq!(said(&claims, "1.2.4.0", Some(7)), ["vpn.txt", "hosting.txt", "hosting-asn.txt"]);
        assert_eq!(said(&claims, "2.0.0.0", Some(8)), [""; 0]);
    }

    #[test]
    fn a_broken_line_is_an_error_with_its_number() {
        for (text, line, why) in [
            (&b"hello"[..], 1, BadLine::NotAnAddress),
            (b"1.0.0.0/24\n1.0.0.0/33", 2, BadLine::NotAnAddress),
            (b"1.0.0.0/24\n\n1.0.0.256", 3, BadLine::NotAnAddress),
            (b"0.0.0.0/0", 1, BadLine::WholeInternet),
            (b"::/0", 1, BadLine::WholeInternet),
            (b"1.0.0.0\n0.0.0.0-255.255.255.255", 2, BadLine::WholeInternet),
            (b"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, BadLine::WholeInternet),
            (b"::ffff:0:0/96", 1, BadLine::WholeInternet),
            (b"16777215,\n16777216,16777471", 2, BadLine::NumberedAddress),
            (b"1.0.0.9-1.0.0.0", 1, BadLine::Backwards),
            (b"1.0.0.9-::1", 1, BadLine::Backwards),
            (b"AS0", 1, BadLine::NotAnAddress),
            (b"AS4294967296", 1, BadLine::NotAnAddress),
            (b"+7", 1, BadLine::NotAnAddress),
            (b"\xff\xfe", 1, BadLine::NotText),
            (&[b'1'; 1_000], 1, BadLine::TooLong),
        ] {
            match list("vpn.txt", text) {
                Err(EnrichError::BadLine { line: at, why: because, .. }) => assert_eq!((at, because), (line, why)),
                other => panic!("{other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_list_or_an_error(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = list("vpn.txt", text).is_ok();
        }

        #[test]
        fn any_line_is_an_entry_or_an_error(text in r"(AS|as|[0-9]{1,3}|[.:/-]|ffff|[ #,;]|\PC){0,12}") {
            let _ = entry(text.as_bytes()).is_ok();
        }
    }
}
