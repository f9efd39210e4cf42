//! The IPv4 address that stands inside an IPv6 one: the one place that unwraps translators and tunnels.
//!
//! An IPv4-mapped address is no such thing, it is IPv4 itself (`IpAddr::to_canonical`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The subscriber's IPv4 address inside an IPv6 one: behind the well-known prefix of translators (RFC 6052), of 6to4
/// (RFC 3056), and of Teredo (RFC 4380), which names its own server first and the subscriber last, each bit the other way.
/// None where none is inside.
#[must_use]
pub fn inner_address(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        [0x2001, 0, .., high, low] => Some(of(!high, !low)),
        _ => None,
    }
}

/// The address that data sets and block lists know: IPv4 where it was written inside an IPv6 one, by mapping, a translator
/// or a tunnel; else the address itself.
#[must_use]
pub fn innermost_address(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => inner_address(v6).map_or(IpAddr::V6(v6), IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_inside_another_is_found_and_what_only_looks_alike_is_not() {
        for (address, inner) in [
            ("64:ff9b::808:808", "8.8.8.8"),
            ("::ffff:8.8.8.8", "8.8.8.8"),
            ("2002:808:808:1::2", "8.8.8.8"),
            // Teredo: its server is 65.54.227.120.
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"),
            ("2001:1::8.8.8.8", "2001:1::8.8.8.8"),
            ("64:ff9b:1::8.8.8.8", "64:ff9b:1::8.8.8.8"),
            ("2a00::8.8.8.8", "2a00::8.8.8.8"),
        ] {
            let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
            assert_eq!(innermost_address(parse(address)), parse(inner), "{address}");
        }
    }
}
