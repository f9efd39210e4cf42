//! Where a hook is: its address is read, looked up and checked here, and the one that was checked is the one that is
//! connected to. Else who may set a hook, or a name server, could reach what only this machine can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;

use super::post::Resolve;

/// Why a hook cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    #[error("the hook's address is neither http:// nor https://")]
    Malformed,
    #[error("the hook's host is not known")]
    Unknown,
    #[error("the hook's address is a private one; see hooks.allow_private_addresses")]
    Private,
    #[error("the hook's port is that of another protocol")]
    Port,
}

/// Ports of protocols that could be talked into something by an HTTP request: those that browsers refuse
/// (fetch.spec.whatwg.org, "bad port").
const BAD_PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
    110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531,
    532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060,
    5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
];

/// Whether a port is that of another protocol.
pub(crate) fn is_bad_port(port: u16) -> bool {
    BAD_PORTS.contains(&port)
}

/// A hook's address, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Whether it speaks TLS.
    pub(super) is_https: bool,
    /// The host, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// As in the `Host` header.
    pub(super) authority: String,
    /// Path and query.
    pub(super) path: String,
}

impl Target {
    /// Reads an address.
    pub(super) fn read(url: &str) -> Result<Self, AddressError> {
        let uri: Uri = url.parse().map_err(|_| AddressError::Malformed)?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(AddressError::Malformed),
        };
        let authority = uri.authority().ok_or(AddressError::Malformed)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() || authority.as_str().contains('@') {
            return Err(AddressError::Malformed);
        }
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        if is_bad_port(port) {
            return Err(AddressError::Port);
        }
        Ok(Self {
            is_https,
            host: host.to_owned(),
            port,
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// The addresses of its host that may be connected to.
    pub(super) async fn look_up(
        &self,
        allows_private: bool,
        resolve: &Resolve,
    ) -> Result<Vec<SocketAddr>, AddressError> {
        let found: Vec<SocketAddr> = match self.host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, self.port)],
            Err(_) => resolve(self.host.clone(), self.port).await.map_err(|_| AddressError::Unknown)?,
        };
        if found.is_empty() {
            return Err(AddressError::Unknown);
        }
        let open: Vec<SocketAddr> =
            found.into_iter().filter(|address| allows_private || is_public(address.ip())).collect();
        if open.is_empty() { Err(AddressError::Private) } else { Ok(open) }
    }
}

/// Endings of names that mean something in a private network alone: RFC 6761, RFC 6762, and ICANN's resolution of
/// 2024-07-29 on `.internal`.
const PRIVATE_ENDINGS: [&str; 3] = [".localhost", ".local", ".internal"];

/// Whether a host can be seen to be a private one without being looked up: a name that no public name server knows, such as
/// the machine's own, or an address as any resolver may read it. What other names stand for is seen when they are looked up.
pub(crate) fn is_plainly_private(host: &str) -> bool {
    let name = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    match address_of(&name) {
        Some(ip) => !is_public(ip),
        // With a colon it is an address that nobody else can reach: one of a zone (RFC 6874), such as fe80::1%25eth0.
        None => {
            name.contains(':') || !name.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| name.ends_with(ending))
        }
    }
}

/// The address that a host is, also where it is one by inet_aton alone: fewer than four parts, in octal or hexadecimal.
fn address_of(name: &str) -> Option<IpAddr> {
    if let Ok(ip) = name.parse() {
        return Some(ip);
    }
    let parts: Vec<u32> = name.split('.').map(number_of).collect::<Option<_>>()?;
    let (last, bytes) = parts.split_last()?;
    if bytes.len() > 3 || bytes.iter().any(|byte| *byte > 0xff) {
        return None;
    }
    // The last part is all the bytes that the others leave; more than fit are nobody's address.
    let high = bytes.iter().fold(0, |high: u32, byte| high << 8 | byte);
    let n_bits = 8 * (4 - u32::try_from(bytes.len()).ok()?);
    let fits = n_bits == 32 || *last < 1 << n_bits;
    let high = if n_bits == 32 { 0 } else { high << n_bits };
    fits.then(|| IpAddr::V4(Ipv4Addr::from_bits(high | last)))
}

fn number_of(part: &str) -> Option<u32> {
    match part.strip_prefix("0x") {
        Some("") => Some(0),
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    }
}

/// Whether an address is one of the open network: what the IANA registries of special-purpose addresses do not list.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

const fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, d] = ip.octets();
    // Public by its number, but on Azure's machines the platform's own: it hands out credentials.
    if matches!((a, b, c, d), (168, 63, 129, 16)) {
        return false;
    }
    let is_special = matches!(
        (a, b, c),
        // This network, private, carriers' own, loopback, link-local, private.
        (0 | 10 | 127, _, _) | (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _)
        // Protocols, documentation, old relays, benchmarks, and all from multicast on.
        | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) | (224.., _, _)
    );
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // Addresses of version 4 in those of version 6 are what they stand for.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4_of(high, low)),
        [0x2002, high, low, ..] => is_public_v4(v4_of(high, low)),
        // Teredo, benchmarks and what is for protocols; documentation.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => false,
        // Of the rest, only this block is the open network.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn v4_of(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ip: &str, expected: bool) {
        assert_eq!(is_public(ip.parse().unwrap()), expected, "{ip}");
    }

    #[test]
    fn only_the_open_network_is_public() {
        for ip in ["8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"] {
            check(ip, true);
        }
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            check(ip, false);
        }
    }

    #[test]
    fn an_address_is_read_or_refused() {
        let target = Target::read("https://shop.example/a/b?c=d").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), ("shop.example", 443, "/a/b?c=d"));
        let target = Target::read("http://[2001:db8::1]:8080").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.path.as_str()), ("2001:db8::1", 8080, "/"));
        for url in ["", "shop.example", "ftp://shop.example", "https://a@shop.example/", "https:///x", "/x"] {
            assert_eq!(Target::read(url), Err(AddressError::Malformed), "{url}");
        }
    }

    /// A resolver that knows one name, and gives its answers in turn.
    fn naming(answers: Vec<Vec<&'static str>>) -> Resolve {
        let answers = parking_lot::Mutex::new(answers.into_iter());
        std::sync::Arc::new(move |host: String, port| {
            let found = if host == "hooks.example" { answers.lock().next() } else { None };
            Box::pin(async move {
                let found = found.ok_or_else(|| std::io::Error::other("not known"))?;
                Ok(found.into_iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect())
            })
        })
    }

    #[tokio::test]
    async fn a_private_address_is_refused_unless_allowed() {
        let nobody = naming(Vec::new());
        let target = Target::read("http://127.0.0.1:8/").unwrap();
        assert_eq!(target.look_up(false, &nobody).await, Err(AddressError::Private));
        assert_eq!(target.look_up(true, &nobody).await, Ok(vec!["127.0.0.1:8".parse().unwrap()]));
        assert_eq!(Target::read("http://a/").unwrap().look_up(true, &nobody).await, Err(AddressError::Unknown));
    }

    #[tokio::test]
    async fn of_a_name_only_what_is_public_is_connected_to() {
        let answers = vec![vec!["8.8.8.8"], vec!["127.0.0.1"], vec!["::1", "8.8.4.4", "169.254.169.254"], vec![]];
        let resolve = naming(answers);
        let target = Target::read("https://hooks.example/").unwrap();
        let expected: [Result<Vec<SocketAddr>, AddressError>; 4] = [
            Ok(vec!["8.8.8.8:443".parse().unwrap()]),
            Err(AddressError::Private),
            Ok(vec!["8.8.4.4:443".parse().unwrap()]),
            Err(AddressError::Unknown),
        ];
        for expected in expected {
            assert_eq!(target.look_up(false, &resolve).await, expected);
        }
    }

    /// Whether a host is refused, as it is written and as any resolver may read it.
    #[tokio::test]
    async fn no_spelling_of_a_private_address_is_told() {
        let spellings = [
            ("loopback", "127.0.0.1"),
            ("loopback, in one number", "2130706433"),
            ("loopback, in hexadecimal", "0x7f000001"),
            ("loopback, in octal", "017700000001"),
            ("loopback, in two parts", "127.1"),
            ("loopback, mixed", "0x7f.0.0.01"),
            ("loopback, with a dot", "127.0.0.1."),
            ("loopback, in version 6", "[::1]"),
            ("nobody in particular", "0.0.0.0"),
            ("nobody in particular, in version 6", "[::]"),
            ("nobody in particular, in one number", "0"),
            ("mapped", "[::ffff:127.0.0.1]"),
            ("mapped, in hexadecimal", "[::ffff:7f00:1]"),
            ("compatible", "[::127.0.0.1]"),
            ("6to4", "[2002:7f00:1::1]"),
            ("NAT64", "[64:ff9b::7f00:1]"),
            ("NAT64 of one's own", "[64:ff9b:1::7f00:1]"),
            ("Teredo", "[2001:0:7f00:1::]"),
            ("unique local", "[fd00::1]"),
            ("link-local", "[fe80::1]"),
            ("site-local", "[fec0::1]"),
            ("multicast", "[ff02::1]"),
            ("documentation", "[3fff::1]"),
            ("a cloud's metadata", "169.254.169.254"),
            ("a cloud's metadata, in one number", "2852039166"),
            ("a cloud's metadata, in octal", "0251.0376.0251.0376"),
            ("a cloud's metadata, mapped", "[::ffff:a9fe:a9fe]"),
            ("a cloud's metadata, in version 6", "[fd00:ec2::254]"),
            ("a cloud's metadata, of another", "100.100.100.200"),
            ("a platform's metadata", "168.63.129.16"),
            ("a private network", "10.0.0.1"),
            ("a private network, in hexadecimal", "0xA.0.1"),
            ("a carrier's own", "100.64.0.1"),
            ("the machine's name", "localhost"),
            ("the machine's name, with a dot", "LocalHost."),
            ("a name below it", "a.localhost"),
            ("a zone's", "[fe80::1%25eth0]"),
            ("a private network's name", "vault.Internal"),
            ("a private network's name, with a dot", "printer.local."),
            ("a name without a dot", "intranet"),
        ];
        for (what, host) in spellings {
            assert!(is_plainly_private(host), "{what}: {host} is seen where it is written");
            // What is no address to us may be one to a resolver, whose answer is looked at: so the outcome is the same.
            let read_as = address_of(&host.trim_matches(['[', ']', '.']).to_ascii_lowercase());
            let read_as = read_as.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
            let resolve: Resolve =
                std::sync::Arc::new(move |_, port| Box::pin(async move { Ok(vec![SocketAddr::new(read_as, port)]) }));
            if let Ok(target) = Target::read(&format!("http://{host}/")) {
                assert_eq!(target.look_up(false, &resolve).await, Err(AddressError::Private), "{what}: {host}");
            }
        }
    }

    #[test]
    fn a_port_of_another_protocol_is_refused() {
        for port in [22, 25, 53, 110, 143, 465, 587, 6667, 10_080] {
            assert_eq!(Target::read(&format!("http://hooks.example:{port}/")), Err(AddressError::Port), "{port}");
        }
        for port in [80, 443, 8_080, 8_443, 3_000] {
            assert!(Target::read(&format!("http://hooks.example:{port}/")).is_ok(), "{port}");
        }
    }
}
