//! What a browser's own report says beside what the browser claims to be: values that none of its kind has, a window that
//! keeps nothing, a page that is not the application's.

use rightful_domain::{Device, Facts};

use super::agent::System;
use super::time_zones::has_offset;
use super::{Slot, count_slot, flag_slot};

/// A gibibyte: storage that today's Chromium tells is a whole number of them, in private windows too.
const GIB: u64 = 1 << 30;
/// Memory that browsers tell, in gibibytes: powers of two (Device Memory 1, section 3).
const MEMORY_GB: [&str; 9] = ["0.25", "0.5", "1", "2", "4", "8", "16", "32", "64"];

/// What a browser's report says beside what it claims; None where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Configuration {
    /// Which of its attributes none of its kind has.
    pub(crate) odd: Option<OddAttributes>,
    /// It is a private window.
    pub(crate) private_window: Option<bool>,
    /// WebRTC was taken out of a browser that has it.
    pub(crate) webrtc_removed: Option<bool>,
    /// A phone's system that it claims, and the computer's that it runs on; None if they go together, too.
    pub(crate) emulated: Option<(System, System)>,
    /// Whether it could be told: it claims a phone's system, and tells what it runs on.
    pub(crate) could_be_emulated: Option<bool>,
    /// The page is none of the application's, by its own address.
    pub(crate) foreign_origin: Option<bool>,
}

/// Attributes that none of the claimed kind of browser has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OddAttributes {
    /// The maker that the engine names.
    pub(crate) vendor: bool,
    /// The engine's own date.
    pub(crate) product: bool,
    /// The offset from UTC, which the time zone never has.
    pub(crate) offset: bool,
    /// An amount of memory that browsers do not tell.
    pub(crate) memory: bool,
}

impl OddAttributes {
    /// Their names, as evidence.
    pub(crate) fn names(self) -> String {
        let all = [
            (self.vendor, "vendor"),
            (self.product, "product date"),
            (self.offset, "time zone offset"),
            (self.memory, "memory"),
        ];
        let names: Vec<&str> = all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
        names.join(", ")
    }

    /// How many there are.
    pub(crate) fn count(self) -> u32 {
        let Self { vendor, product, offset, memory } = self;
        [vendor, product, offset, memory].into_iter().map(u32::from).sum()
    }
}

/// What draws a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Blink,
    Gecko,
    WebKit,
}

impl Engine {
    /// As an agent string claims it; None for what is rare, old, or known to say otherwise (Opera, old Edge, old Android).
    fn claimed(agent: &str) -> Option<Self> {
        let has = |word: &str| agent.contains(word);
        if has("Edge/") || has("OPR/") || has("Opera") || has("Trident/") {
            None
        } else if has("Chrome/") || has("Chromium/") {
            Some(Self::Blink)
        } else if has("Firefox/") && has("Gecko/") {
            Some(Self::Gecko)
        } else if has("Safari/") && has("Mac OS X") {
            Some(Self::WebKit)
        } else {
            None
        }
    }

    /// `navigator.vendor` and `navigator.productSub` (HTML, section 8.10.1.1: each engine has its own, and no other).
    const fn constants(self) -> (&'static str, &'static str) {
        match self {
            Self::Blink => ("Google Inc.", "20030107"),
            Self::Gecko => ("", "20100101"),
            Self::WebKit => ("Apple Computer, Inc.", "20030107"),
        }
    }
}

pub(super) fn derive(facts: &Facts) -> Configuration {
    let device = &facts.event.device;
    if device.components.is_empty() {
        return Configuration::default();
    }
    let told = |name: &str| component(device, name);
    let header = facts.event.network.user_agent.as_deref();
    let agent = told("page_agent").or(header);
    let engine = agent.and_then(Engine::claimed);
    // A browser that tells whether a program drives it has told all that is asked here.
    let has_told = told("webdriver").is_some();
    let claimed = agent.and_then(System::read).filter(|system| matches!(system, System::Ios | System::Android));
    let pair = claimed.zip(told("platform"));
    Configuration {
        odd: has_told.then(|| odd(device, engine)),
        private_window: (engine == Some(Engine::Blink)).then(|| private_window(device)).flatten(),
        webrtc_removed: told("webrtc_disabled")
            .filter(|_| engine == Some(Engine::Blink) && told("brave") != Some("true"))
            .map(|disabled| disabled == "true"),
        emulated: pair.and_then(|(claimed, platform)| Some((claimed, runs_on(claimed, platform)?))),
        could_be_emulated: pair.map(|_| true),
        foreign_origin: told("foreign_origin").map(|_| true),
    }
}

fn odd(device: &Device, engine: Option<Engine>) -> OddAttributes {
    let told = |name: &str| component(device, name);
    let (vendor, product) = engine.map(Engine::constants).unzip();
    // What is empty is not told, and a program's agent string says nothing of the engine below it.
    let is_other = |name: &str, own: Option<&str>| told(name).zip(own).is_some_and(|(told, own)| told != own);
    let minutes = told("timezone_offset").and_then(|minutes| minutes.parse::<i32>().ok());
    let offset = told("time_zone").zip(minutes).and_then(|(zone, west)| has_offset(zone, -west));
    OddAttributes {
        vendor: is_other("vendor", vendor),
        product: is_other("product", product),
        offset: offset == Some(false),
        memory: told("memory_gb").is_some_and(|memory| !MEMORY_GB.contains(&memory)),
    }
}

/// Whether the storage that a Chromium offers is what a private window has: it lies in memory, so there is little of it.
/// None where that cannot be told: newer ones offer whole gibibytes more than is used, in windows of both kinds, so as not
/// to tell.
fn private_window(device: &Device) -> Option<bool> {
    let number = |name: &str| component(device, name).and_then(|value| value.parse::<u64>().ok());
    let (quota, heap_limit) = (number("storage_quota")?, number("heap_limit")?);
    let free = quota.saturating_sub(number("storage_usage")?);
    // Twice the limit of the heap parts them, as the library detectIncognito has it.
    (free % GIB != 0).then(|| quota < heap_limit.saturating_mul(2))
}

/// The computer's system that something which claims a phone's runs on, by `navigator.platform`; None if it may be a phone.
fn runs_on(claimed: System, platform: &str) -> Option<System> {
    let runs_on = System::read(platform)?;
    match (claimed, runs_on) {
        (_, System::Windows) | (System::Android, System::Mac) => Some(runs_on),
        // Phones of today are of ARM; some of 2015 were of Intel, with 32 bits.
        (_, System::Linux) if platform.contains("x86_64") => Some(runs_on),
        _ => None,
    }
}

fn component<'d>(device: &'d Device, name: &str) -> Option<&'d str> {
    device.components.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
}

pub(super) const SLOTS: &[Slot<Configuration>] = &[
    Slot { name: "browser_odd_attributes", read: |c| count_slot(c.odd.map(OddAttributes::count)) },
    Slot { name: "browser_private_window", read: |c| flag_slot(c.private_window) },
    Slot { name: "browser_webrtc_removed", read: |c| flag_slot(c.webrtc_removed) },
    Slot { name: "browser_emulated", read: |c| flag_slot(c.could_be_emulated.map(|_| c.emulated.is_some())) },
    Slot { name: "browser_foreign_origin", read: |c| flag_slot(c.foreign_origin) },
];

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
    const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15";
    const CHROME_IOS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0.0.0 Mobile/15E148 Safari/604.1";

    fn device(components: &[(&str, &str)]) -> Device {
        let components = components.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Device { components, ..Device::default() }
    }

    #[test]
    fn each_engine_has_its_own_constants() {
        for (agent, vendor, product, expected) in [
            (CHROME, "Google Inc.", "20030107", (false, false)),
            (CHROME, "Apple Computer, Inc.", "20030107", (true, false)),
            (CHROME, "", "20100101", (false, true)),
            (FIREFOX, "", "20100101", (false, false)),
            (FIREFOX, "Google Inc.", "20030107", (true, true)),
            (SAFARI, "Apple Computer, Inc.", "20030107", (false, false)),
            (SAFARI, "Google Inc.", "20030107", (true, false)),
            (CHROME_IOS, "Apple Computer, Inc.", "20030107", (false, false)),
            ("Opera/9.80 Chrome/1", "Opera Software ASA", "20030107", (false, false)),
        ] {
            let told: Vec<(&str, &str)> =
                [("vendor", vendor), ("product", product)].into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let odd = odd(&device(&told), Engine::claimed(agent));
            assert_eq!((odd.vendor, odd.product), expected, "{agent} {vendor}");
        }
    }

    #[test]
    fn an_offset_is_one_that_the_zone_has() {
        for (zone, west, expected) in [
            ("Europe/Oslo", "-60", false),
            ("Europe/Oslo", "-120", false),
            ("Europe/Oslo", "300", true),
            ("Asia/Kathmandu", "-345", false),
            ("Nowhere/AtAll", "300", false),
            ("Europe/Oslo", "soon", false),
        ] {
            let odd = odd(&device(&[("time_zone", zone), ("timezone_offset", west)]), None);
            assert_eq!(odd.offset, expected, "{zone} {west}");
        }
        for (memory, expected) in [("8", false), ("0.5", false), ("6", true), ("-1", true)] {
            assert_eq!(odd(&device(&[("memory_gb", memory)]), None).memory, expected, "{memory}");
        }
    }

    #[test]
    fn a_private_window_is_told_only_where_it_can_be() {
        const HEAP: &str = "4294705152";
        for (quota, usage, expected) in [
            // As Chromium 156 tells it, in both kinds of windows.
            ("10737418240", "0", None),
            ("10737420000", "1760", None),
            // As they told it before: a part of the memory, and a part of the disk.
            ("1258291200", "0", Some(true)),
            ("299977904946", "1024", Some(false)),
        ] {
            let told = device(&[("heap_limit", HEAP), ("storage_quota", quota), ("storage_usage", usage)]);
            assert_eq!(private_window(&told), expected, "{quota}");
        }
        assert_eq!(private_window(&device(&[("storage_quota", "1258291200")])), None);
    }

    #[test]
    fn a_phone_does_not_run_on_a_computer() {
        for (claimed, platform, expected) in [
            (System::Ios, "iPhone", None),
            (System::Ios, "MacIntel", None),
            (System::Ios, "Win32", Some(System::Windows)),
            (System::Ios, "Linux x86_64", Some(System::Linux)),
            (System::Android, "Linux armv81", None),
            (System::Android, "Linux aarch64", None),
            (System::Android, "Linux i686", None),
            (System::Android, "Linux x86_64", Some(System::Linux)),
            (System::Android, "MacIntel", Some(System::Mac)),
        ] {
            assert_eq!(runs_on(claimed, platform), expected, "{claimed:?} {platform}");
        }
    }
}
