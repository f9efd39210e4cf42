//! Addresses that are nobody's: each kind of network has its own corner of the ranges set aside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rand::Rng;

/// One household's line: half of them IPv6 (a /64 of RFC 3849), half IPv4 (RFC 1918, 10/9).
///
/// Unique below 2²² households.
pub(super) fn home(household: u32) -> IpAddr {
    if household.is_multiple_of(2) {
        let [_, a, b, c] = household.to_be_bytes();
        let high = u16::from_be_bytes([a & 0x3f, b]);
        IpAddr::V6(Ipv6Addr::new(0x2001, 0x0db8, 0x1000 | (high >> 4), (high << 12) | u16::from(c), 0, 0, 0, 0x10))
    } else {
        let [_, a, b, c] = household.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(10, a & 0x7f, b, c))
    }
}

/// An office, shared by all who work there (RFC 5737, the first block).
pub(super) fn office(rng: &mut impl Rng) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, rng.random_range(1..=60)))
}

/// A mobile carrier's translator, shared by thousands (RFC 6598).
pub(super) fn mobile(rng: &mut impl Rng) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(100, 64, rng.random_range(0..4), rng.random_range(1..=250)))
}

/// A hotel, café or airport (RFC 5737, the first block).
pub(super) fn hotel(rng: &mut impl Rng) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, rng.random_range(100..=250)))
}

/// A rented server or a proxy that is used for one thing at a time (RFC 5737, the other blocks).
pub(super) fn rented(rng: &mut impl Rng) -> IpAddr {
    let host = rng.random_range(1..=250);
    if rng.random_bool(0.5) {
        IpAddr::V4(Ipv4Addr::new(203, 0, 113, host))
    } else {
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, host))
    }
}

/// A stranger's line that somebody else uses, too: one of many (RFC 3849, away from the homes).
pub(super) fn residential_proxy(rng: &mut impl Rng) -> IpAddr {
    let (a, b) = (rng.random::<u16>(), rng.random::<u16>());
    IpAddr::V6(Ipv6Addr::new(0x2001, 0x0db8, 0x8000 | (a >> 1), b, 0, 0, 0, 0x66))
}

/// Whether an address is in the ranges set aside: RFC 5737, 3849, 1918, 6598.
#[cfg(test)]
pub(super) fn is_nobodys(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_documentation() || v4.is_private() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0x0db8, ..]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_household_has_its_own_line() {
        let homes: BTreeSet<_> = (0..20_000).map(|n| rightful_domain::Subnet::of(home(n))).collect();
        assert_eq!(homes.len(), 20_000);
        assert!((0..20_000).all(|n| is_nobodys(home(n))));
    }
}
