//! What an address is, by its number alone: the special-purpose registries, and no data set.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rightful_domain::{AddressKind, inner_address};

/// What kind of address this is. An IPv4-mapped IPv6 address is IPv4, as it is the same machine.
pub(crate) fn kind_of(ip: IpAddr) -> AddressKind {
    match ip.to_canonical() {
        IpAddr::V4(v4) => kind_of_v4(v4),
        IpAddr::V6(v6) => kind_of_v6(v6),
    }
}

/// By the IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates).
fn kind_of_v4(v4: Ipv4Addr) -> AddressKind {
    match v4.octets() {
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressKind::Private,
        [100, 64..=127, ..] => AddressKind::CarrierNat,
        [127, ..] => AddressKind::Loopback,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressKind::Documentation,
        // This network, link-local, protocol assignments, benchmarking, multicast and beyond.
        [0 | 224..=255, ..] | [169, 254, ..] | [192, 0, 0, _] | [198, 18..=19, ..] => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

/// By the IANA IPv6 registries: only `2000::/3` is handed out, and the well-known prefix of translators (RFC 6052).
fn kind_of_v6(v6: Ipv6Addr) -> AddressKind {
    if let Some(v4) = inner_address(v6) {
        return kind_of_v4(v4);
    }
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0xfc00..=0xfdff, ..] => AddressKind::Private,
        // RFC 3849 and RFC 9637.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => AddressKind::Documentation,
        // Benchmarking, RFC 5180.
        [0x2001, 2, 0, ..] => AddressKind::Reserved,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use AddressKind::{CarrierNat, Documentation, Loopback, Private, Public, Reserved};

    use super::*;

    #[track_caller]
    fn check(address: &str, expected: AddressKind) {
        assert_eq!(kind_of(address.parse().expect("an address")), expected, "{address}");
    }

    #[test]
    fn ipv4_is_told_by_its_registry() {
        for (address, kind) in [
            ("9.255.255.255", Public),
            ("10.0.0.0", Private),
            ("10.255.255.255", Private),
            ("11.0.0.0", Public),
            ("172.15.255.255", Public),
            ("172.16.0.0", Private),
            ("172.31.255.255", Private),
            ("172.32.0.0", Public),
            ("192.168.0.1", Private),
            ("100.63.255.255", Public),
            ("100.64.0.0", CarrierNat),
            ("100.127.255.255", CarrierNat),
            ("100.128.0.0", Public),
            ("127.0.0.1", Loopback),
            ("127.255.255.254", Loopback),
            ("169.254.1.1", Reserved),
            ("0.0.0.0", Reserved),
            ("192.0.0.8", Reserved),
            ("198.17.255.255", Public),
            ("198.18.0.0", Reserved),
            ("198.19.255.255", Reserved),
            ("224.0.0.1", Reserved),
            ("240.0.0.1", Reserved),
            ("255.255.255.255", Reserved),
            ("192.0.2.7", Documentation),
            ("198.51.100.7", Documentation),
            ("203.0.113.7", Documentation),
            ("203.0.114.7", Public),
            ("8.8.8.8", Public),
        ] {
            check(address, kind);
        }
    }

    #[test]
    fn ipv6_is_told_by_its_registry() {
        for (address, kind) in [
            ("::", Reserved),
            ("::1", Loopback),
            ("::2", Reserved),
            ("fc00::1", Private),
            ("fdff::1", Private),
            ("fe80::1", Reserved),
            ("ff02::1", Reserved),
            ("2001:db8::1", Documentation),
            ("2001:db9::1", Public),
            ("3fff:fff::1", Documentation),
            ("3fff:1000::1", Public),
            ("2001:2::1", Reserved),
            ("2a00:1450:4001::1", Public),
            ("4000::1", Reserved),
        ] {
            check(address, kind);
        }
    }

    #[test]
    fn an_address_inside_another_is_told_by_itself() {
        check("::ffff:10.0.0.1", Private);
        check("::ffff:8.8.8.8", Public);
        check("64:ff9b::a00:1", Private);
        check("64:ff9b::808:808", Public);
        check("2002:a00:1::7", Private);
        check("2002:808:808::7", Public);
        // The server's address is public, the subscriber's is not.
        check("2001:0:808:808::f5ff:fffe", Private);
    }
}
