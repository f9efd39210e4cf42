//! What people and bots hold in their hands.

use rand::Rng;
use rand::seq::IndexedRandom;

/// A make of device, with the agent string it sends.
#[derive(Debug, PartialEq, Eq)]
pub struct SimulatedModel {
    /// `phone`, `tablet` or `computer`.
    pub kind: &'static str,
    /// The maker.
    pub manufacturer: &'static str,
    /// The model, or the browser where a computer tells no model.
    pub model: &'static str,
    /// The operating system.
    pub os: &'static str,
    /// The application's platform: `ios`, `android`, `web` or `mobile-web`.
    pub platform: &'static str,
    /// The agent string.
    pub user_agent: &'static str,
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedDevice {
    /// Its cookie, a version 4 UUID.
    pub id: String,
    /// Its make.
    pub model: &'static SimulatedModel,
    /// The language it asks for.
    pub language: &'static str,
}

impl SimulatedDevice {
    /// A device fresh from the shelf.
    pub(super) fn any_of(rng: &mut impl Rng, shelf: &'static [SimulatedModel], language: &'static str) -> Self {
        Self { id: uuid(rng), model: shelf.choose(rng).expect("shelves are not empty"), language }
    }
}

/// A version 4 UUID.
fn uuid(rng: &mut impl Rng) -> String {
    let bits: u128 = rng.random();
    let hex = format!("{:032x}", (bits & !(0xf000_c000 << 48)) | (0x4000_8000 << 48));
    [hex.get(..8), hex.get(8..12), hex.get(12..16), hex.get(16..20), hex.get(20..)]
        .map(Option::unwrap_or_default)
        .join("-")
}

const fn model(
    [kind, manufacturer, model, os, platform]: [&'static str; 5],
    user_agent: &'static str,
) -> SimulatedModel {
    SimulatedModel { kind, manufacturer, model, os, platform, user_agent }
}

/// Phones.
pub(super) static PHONES: [SimulatedModel; 6] = [
    model(
        ["phone", "google", "Pixel 8", "android", "mobile-web"],
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
    ),
    model(
        ["phone", "samsung", "SM-S921B", "android", "mobile-web"],
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
    ),
    model(
        ["phone", "xiaomi", "2201117TG", "android", "android"],
        "Mozilla/5.0 (Linux; Android 13; 2201117TG Build/TKQ1.221114.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0.7151.89 Mobile Safari/537.36",
    ),
    model(
        ["phone", "motorola", "moto g54", "android", "mobile-web"],
        "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
    ),
    model(
        ["phone", "apple", "iPhone15,4", "ios", "mobile-web"],
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    ),
    model(
        ["phone", "apple", "iPhone17,3", "ios", "ios"],
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    ),
];

/// Computers and a tablet.
pub(super) static COMPUTERS: [SimulatedModel; 7] = [
    model(
        ["computer", "dell", "Chrome", "windows", "web"],
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    ),
    model(
        ["computer", "lenovo", "Edge", "windows", "web"],
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0",
    ),
    model(
        ["computer", "hp", "Firefox", "windows", "web"],
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ),
    model(
        ["computer", "apple", "Safari", "macos", "web"],
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    ),
    model(
        ["computer", "apple", "Chrome", "macos", "web"],
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    ),
    model(
        ["computer", "lenovo", "Firefox", "linux", "web"],
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    ),
    model(
        ["tablet", "apple", "iPad13,18", "ipados", "mobile-web"],
        "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    ),
];

/// What tools for stuffing say they are: last year's browser, or the truth.
pub(super) static TOOLS: [SimulatedModel; 3] = [
    model(
        ["computer", "dell", "Chrome", "windows", "web"],
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
    ),
    model(
        ["computer", "hp", "Chrome", "linux", "web"],
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
    ),
    model(["computer", "unknown", "requests", "linux", "web"], "python-requests/2.32.3"),
];

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_device_carries_a_version_4_uuid() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for _ in 0..100 {
            let id = uuid(&mut rng);
            assert_eq!((id.len(), id.get(14..15)), (36, Some("4")), "{id}");
            assert!(id.get(19..20).is_some_and(|c| "89ab".contains(c)), "{id}");
            assert!(rightful_domain::EventId::parse(&id).is_ok());
        }
    }
}
