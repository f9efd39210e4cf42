//! Origins of pages: which an application takes, and which one an address in the web has.

use crate::Application;

impl Application {
    /// Whether pages of an origin are the application's: those of its settings, and for a test application those of the
    /// developer's own machine.
    #[must_use]
    pub fn takes_origin(&self, origin: &str) -> bool {
        self.settings.origins.iter().any(|known| **known == *origin) || (self.test && is_local_origin(origin))
    }
}

/// Whether an origin is a page of the developer's own machine.
#[must_use]
pub fn is_local_origin(origin: &str) -> bool {
    let Some(rest) = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) else { return false };
    let is_port = |port: &str| port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok());
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|host| rest.strip_prefix(host).is_some_and(|port| port.is_empty() || is_port(port)))
}

/// The origin of a page of the web by its address, in small letters; None for what is no page of the web.
#[must_use]
pub fn origin_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let is_web = matches!(&*scheme, "http" | "https");
    // A name and a password before the host belong to no origin, and browsers tell none in a page's address.
    (is_web && !host.is_empty() && !host.contains('@')).then(|| {
        let host = host.to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(&host))
    })
}

#[cfg(test)]
mod tests {
    use super::origin_of;

    #[test]
    fn an_origin_is_scheme_host_and_an_unusual_port() {
        for (address, expected) in [
            ("https://Shop.example/sign-in?next=/#top", Some("https://shop.example")),
            ("https://shop.example:443/", Some("https://shop.example")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("https://shop.example@evil.example/", None),
            ("file:///pages/a.html", None),
            ("about:blank", None),
            ("https:///", None),
        ] {
            assert_eq!(origin_of(address).as_deref(), expected, "{address}");
        }
    }
}
