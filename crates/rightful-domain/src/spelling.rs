//! One spelling of what a device is called, whoever calls it: the program in the browser, the application, or we who read
//! its agent string. Circumstances are compared by it, so that one device is the same in the words of every vendor.
//!
//! Where both a caller and the agent string say something, and mean the same, the agent string's word counts: every dialect
//! carries one. A word that is not known here stays as it was told.

use crate::circumstances::name_and_version;
use crate::{AgentKind, AgentTraits, Device, Version};

/// What a device is called, in the one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Called<'a> {
    /// `desktop`, `mobile`, `tablet`, …
    pub(crate) kind: Option<&'a str>,
    /// The operating system, without its version.
    pub(crate) os: Option<&'a str>,
    /// Its version; zero where nobody says.
    pub(crate) os_version: Version,
    /// The browser, without its version.
    pub(crate) browser: Option<&'a str>,
    /// Its version; zero where nobody says.
    pub(crate) browser_version: Version,
}

/// Words for one kind of device: the first is the spelling.
const KINDS: [&[&str]; 3] = [
    &["desktop", "computer", "pc", "laptop", "notebook"],
    &["mobile", "phone", "smartphone", "mobile phone", "mobilephone"],
    &["tablet"],
];
/// Words for one system: the first is the spelling, as agent strings are read.
const SYSTEMS: [&[&str]; 6] = [
    &["Windows", "win32", "win64", "windows nt"],
    &["Mac OSX", "macos", "mac os x", "mac os", "macintel", "macintosh", "os x"],
    &["Linux", "linux x86_64", "linux aarch64"],
    &["iPhone", "ipad", "ipod", "ios", "ipados"],
    &["Android"],
    &["ChromeOS", "chrome os", "chromium os", "cros"],
];
/// Words for one browser: the first is the spelling, as agent strings are read.
const BROWSERS: [&[&str]; 5] = [
    &["Chrome", "google chrome", "chrome mobile", "chrome mobile ios", "google chrome mobile"],
    &["Edge", "microsoft edge", "edge mobile"],
    &["Safari", "mobile safari", "safari mobile"],
    &["Firefox", "mozilla firefox", "firefox mobile", "firefox ios"],
    &["Opera", "opera mobile"],
];

/// What a device is called, by what was told of it and by its agent string.
pub(crate) fn called<'a>(device: &'a Device, traits: Option<&'a AgentTraits>, agent: Option<&'a str>) -> Called<'a> {
    let read_os = traits.and_then(|traits| traits.os.as_deref()).map(name_and_version);
    let told_os = device.os.as_deref().map(|told| parts(&SYSTEMS, told));
    let read_browser = traits.and_then(|traits| traits.browser.as_deref());
    let told_browser = device.browser.as_deref().map(name_and_version);
    let said = |version: &Version| *version != Version::default();
    let os_version = (read_os.map(|(_, version)| version).filter(said))
        .or_else(|| agent.map(os_version_of).filter(said))
        .or_else(|| told_os.map(|(_, version)| version));
    Called {
        kind: kind(device.kind.as_deref(), traits.map(|traits| traits.kind), agent.unwrap_or_default()),
        os: word(&SYSTEMS, told_os.map(|(name, _)| name), read_os.map(|(name, _)| name)),
        os_version: os_version.unwrap_or_default(),
        browser: word(&BROWSERS, told_browser.map(|(name, _)| name), read_browser),
        browser_version: browser_version(device.browser.as_deref(), traits, agent.unwrap_or_default()),
    }
}

/// The name and the version of what was told; what is a known word as it stands has none.
fn parts<'a>(families: &'static [&'static [&'static str]], told: &'a str) -> (&'a str, Version) {
    let is_name = family(families, told.trim()).is_some();
    if is_name { (told.trim(), Version::default()) } else { name_and_version(told) }
}

fn kind<'a>(told: Option<&'a str>, read: Option<AgentKind>, agent: &str) -> Option<&'a str> {
    let read = read.filter(|kind| *kind != AgentKind::Unknown);
    // What only says that it is carried about may be either; an agent string may say which.
    let is_either = told.map_or(read == Some(AgentKind::Mobile), |told| told.eq_ignore_ascii_case("phone"));
    if is_either && is_tablets(agent) {
        return Some("tablet");
    }
    told.map(|told| family(&KINDS, told).and_then(|words| words.first()).copied().unwrap_or(told))
        .or(read.map(AgentKind::as_str))
}

/// A browser on Android says that it is on a phone, or it is not.
fn is_tablets(agent: &str) -> bool {
    let has = |word: &str| agent.contains(word);
    has("iPad") || has("Tablet") || agent.starts_with("Mozilla/") && has("Android") && !has("Mobile")
}

/// The agent string's word where it means what was told; else what was told, in the one spelling.
fn word<'a>(
    families: &'static [&'static [&'static str]],
    told: Option<&'a str>,
    read: Option<&'a str>,
) -> Option<&'a str> {
    let Some(told) = told else { return read };
    let Some(words) = family(families, told) else { return Some(told) };
    let means_it = |read: &&str| words.iter().any(|word| word.eq_ignore_ascii_case(read));
    read.filter(means_it).or_else(|| words.first().copied())
}

fn family(families: &'static [&'static [&'static str]], told: &str) -> Option<&'static [&'static str]> {
    families.iter().copied().find(|words| words.iter().any(|word| word.eq_ignore_ascii_case(told)))
}

/// What is told, unless it says more of the same version than the agent string shows: then no more than that shows.
fn browser_version(told: Option<&str>, traits: Option<&AgentTraits>, agent: &str) -> Version {
    let read = traits.and_then(|traits| traits.browser_major).map(Version::of_major);
    let Some((name, version)) = told.map(name_and_version).filter(|(_, version)| *version != Version::default()) else {
        return read.unwrap_or_default();
    };
    let digits = told.and_then(|told| told.trim().get(name.len()..)).unwrap_or_default().trim();
    read.filter(|read| read.major() == version.major() && !agent.contains(digits)).unwrap_or(version)
}

/// The version that an agent string gives its operating system, where it does.
fn os_version_of(agent: &str) -> Version {
    const BEFORE: [&str; 5] = ["CPU OS ", "iPhone OS ", "Android ", "Windows NT ", "Mac OS X "];
    let after = BEFORE.iter().find_map(|before| agent.split_once(before).map(|(_, after)| after));
    let digits = |text: &str| text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    after.and_then(|after| after.get(..digits(after))).map(Version::parse).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/604.1";

    fn device(kind: &str, os: &str, browser: &str) -> Device {
        let told = |word: &str| (!word.is_empty()).then(|| Box::from(word));
        Device { kind: told(kind), os: told(os), browser: told(browser), ..Device::default() }
    }

    fn traits(kind: AgentKind, os: &str, browser: &str, major: u32) -> AgentTraits {
        AgentTraits { kind, os: Some(os.into()), browser: Some(browser.into()), browser_major: Some(major) }
    }

    #[track_caller]
    fn check_same(traits: &AgentTraits, agent: &str, all: &[(&str, &str, &str)]) {
        let silent = Device::default();
        let expected = called(&silent, Some(traits), Some(agent));
        for (kind, os, browser) in all {
            assert_eq!(
                called(&device(kind, os, browser), Some(traits), Some(agent)),
                expected,
                "{kind} {os} {browser}"
            );
        }
    }

    #[test]
    fn one_device_is_the_same_in_the_words_of_every_vendor() {
        let desktop = traits(AgentKind::Desktop, "Linux", "Chrome", 140);
        let words = [
            // Transmit's client, with client hints and without; Sumsub's; Ravelin's caller; ours.
            ("computer", "Linux", "Google Chrome"),
            ("computer", "Linux x86_64", ""),
            ("computer", "Linux x86_64", "Chrome"),
            ("desktop", "linux", "Chrome 140"),
            ("", "", "Google Chrome 140.0.7339.80"),
        ];
        check_same(&desktop, LINUX, &words);
        let windows = traits(AgentKind::Desktop, "Windows 10", "Edge", 126);
        let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Edg/126.0.0.0";
        let words = [("computer", "Win32", "Microsoft Edge"), ("pc", "Windows 11", "Edge"), ("", "Windows", "")];
        check_same(&windows, agent, &words);
        let tablet = traits(AgentKind::Mobile, "iPad", "Safari", 17);
        check_same(&tablet, IPAD, &[("phone", "iPad", ""), ("tablet", "iOS 17.6", "Mobile Safari"), ("phone", "", "")]);
    }

    #[test]
    fn what_nobody_else_says_stays_as_it_was_told() {
        let told = device("fridge", "Tizen 7.0", "Samsung Internet 21");
        let Called { kind, os, os_version, browser, browser_version } = called(&told, None, None);
        assert_eq!((kind, os, browser), (Some("fridge"), Some("Tizen"), Some("Samsung Internet")));
        assert_eq!((os_version, browser_version), (Version::parse("7"), Version::parse("21")));
        assert_eq!(called(&Device::default(), None, Some("curl/8.1")), Called::default());
    }

    #[test]
    fn devices_that_differ_stay_different() {
        let desktop = traits(AgentKind::Desktop, "Linux", "Chrome", 140);
        let silent = Device::default();
        for (kind, os, browser) in
            [("phone", "", ""), ("", "Windows", ""), ("", "", "Firefox"), ("", "", "Chrome 139.0.1")]
        {
            let other = device(kind, os, browser);
            let [one, other] = [&silent, &other].map(|told| called(told, Some(&desktop), Some(LINUX)));
            assert_ne!(one, other, "{kind} {os} {browser}");
        }
    }

    #[test]
    fn an_agent_string_names_the_version_of_its_system() {
        assert_eq!(os_version_of("iPhone; CPU iPhone OS 17_6_1 like Mac OS X"), Version::parse("17.6.1"));
        assert_eq!(os_version_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64)"), Version::parse("10.0"));
        assert_eq!(os_version_of("curl/8.1"), Version::default());
    }
}
