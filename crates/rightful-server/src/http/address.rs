//! Whose address is it? The peer's, unless the peer is a proxy that the operator trusts.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the caller: walks X-Forwarded-For from the right for as long as the hops are trusted.
///
/// From the right, since each trusted proxy appends what it saw; what stands further left, anybody may have written.
pub(crate) fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut caller = peer.to_canonical();
    if !is_trusted(caller) {
        return caller;
    }
    let hops: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        let Some(ip) = hop_address(hop.trim()) else { return caller };
        caller = ip.to_canonical();
        if !is_trusted(caller) {
            return caller;
        }
    }
    caller
}

/// Proxies write `192.0.2.1`, `192.0.2.1:1234`, `2001:db8::1` or `[2001:db8::1]:1234`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: &[&str], trusted: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        assert_eq!(caller(peer.parse().unwrap(), &headers, &trusted), expected.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn nobody_is_believed_unless_trusted() {
        check("192.0.2.9", &["203.0.113.5"], &[], "192.0.2.9");
        check("192.0.2.9", &["203.0.113.5"], &["10.0.0.0/8"], "192.0.2.9");
    }

    #[test]
    fn the_last_untrusted_hop_is_the_caller() {
        check("10.0.0.1", &["203.0.113.5"], &["10.0.0.0/8"], "203.0.113.5");
        check("10.0.0.1", &["1.1.1.1, 203.0.113.5, 10.0.0.2"], &["10.0.0.0/8"], "203.0.113.5");
        check("10.0.0.1", &["1.1.1.1", "203.0.113.5:4711"], &["10.0.0.0/8"], "203.0.113.5");
        check("::ffff:10.0.0.1", &["[2001:db8::7]:80"], &["10.0.0.0/8"], "2001:db8::7");
    }

    #[test]
    fn nonsense_ends_the_walk() {
        check("10.0.0.1", &["203.0.113.5, unknown"], &["10.0.0.0/8"], "10.0.0.1");
        check("10.0.0.1", &[], &["10.0.0.0/8"], "10.0.0.1");
    }
}
