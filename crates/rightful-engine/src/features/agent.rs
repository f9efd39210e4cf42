//! What the client says of itself: tool or browser, system, language, clock, and whether it contradicts itself.

use rightful_domain::{AgentKind, Event, Facts, Level};

use super::time_zones::gap_hours;
use super::words::{Found, Words};
use super::{Slot, flag_slot, known, number_slot};

/// Automation frameworks, as they are called, in the order of [`PROGRAMS`].
const FRAMEWORKS: [&str; 8] =
    ["Selenium", "WebDriver", "Puppeteer", "Playwright", "Cypress", "Appium", "PhantomJS", "SlimerJS"];
/// Programs as agent strings name them: the frameworks, and then the browsers without a window.
static PROGRAMS: Words<11> = Words::of([
    "selenium",
    "webdriver",
    "puppeteer",
    "playwright",
    "cypress/",
    "appium",
    "phantomjs",
    "slimerjs",
    "headlesschrome",
    "phantomjs",
    "headlessshell",
]);
/// What stands in an agent string where a program forgot to fill it in.
const UNFILLED: [&str; 7] = ["null", "undefined", "none", "(null)", "user-agent", "%s", "{user_agent}"];
/// The shortest agent string that says anything.
const AGENT_BYTES_MIN: usize = 3;

/// What the client says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Agent {
    /// What sort of program the agent string names; None when the event carries none.
    pub(crate) kind: Option<AgentKind>,
    /// Whether the account was let through with such an agent before, whatever its version.
    pub(crate) agent_known: Option<bool>,
    /// Whether the account was let through on such a system before.
    pub(crate) os_known: Option<bool>,
    /// The automation framework that the agent string names; None if it names none.
    pub(crate) framework: Option<&'static str>,
    /// Whether it is a browser without a window; None without an agent string.
    pub(crate) headless: Option<bool>,
    /// Whether it is no agent string that any program means to send.
    pub(crate) malformed: Option<bool>,
    /// The system that the caller tells.
    pub(crate) told_system: Option<System>,
    /// The system that the agent string tells.
    pub(crate) agent_system: Option<System>,
    /// The kind of device that the caller tells.
    pub(crate) told_form: Option<Form>,
    /// Whether the account has used the language before.
    pub(crate) language_known: Option<bool>,
    /// How many of the application's accounts use the language, and of how many.
    pub(crate) language_accounts: Option<(u32, u32)>,
    /// Whether the account has used the time zone before.
    pub(crate) zone_known: Option<bool>,
    /// By how many hours the device's clock differs from any clock at the address; None when either is not known.
    pub(crate) zone_gap_hours: Option<f64>,
}

/// An operating system without its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Windows,
    Mac,
    Ios,
    Android,
    Linux,
    ChromeOs,
}

/// What systems are called, those first that others' words may stand in: phones of Windows are neither, and `darwin` holds
/// `win`.
static SYSTEM_WORDS: Words<14> = Words::of([
    "windows phone",
    "iphone",
    "ipad",
    "ipod",
    "mac",
    "os x",
    "darwin",
    "win",
    "android",
    "cros",
    "chromeos",
    "chrome os",
    "linux",
    "ubuntu",
]);

/// The systems of these words.
const SYSTEMS: [Option<System>; 14] = {
    use System::{Android, ChromeOs, Ios, Linux, Mac, Windows};
    [
        None,
        Some(Ios),
        Some(Ios),
        Some(Ios),
        Some(Mac),
        Some(Mac),
        Some(Mac),
        Some(Windows),
        Some(Android),
        Some(ChromeOs),
        Some(ChromeOs),
        Some(ChromeOs),
        Some(Linux),
        Some(Linux),
    ]
};

impl System {
    /// As said to people.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Mac => "macOS",
            Self::Ios => "iOS",
            Self::Android => "Android",
            Self::Linux => "Linux",
            Self::ChromeOs => "ChromeOS",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let said = SYSTEM_WORDS.found_in(text).first().map(|place| SYSTEMS.get(place).copied().flatten());
        if said == Some(None) {
            return None;
        }
        let is_ios = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("ios"));
        if is_ios { Some(Self::Ios) } else { said.flatten() }
    }

    /// Whether one machine may call itself both: a tablet that asks for desktop pages calls itself a computer, and so
    /// does a phone; and Android apps run on ChromeOS.
    pub(crate) const fn may_pass_for(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Ios, Self::Mac)
                | (Self::Mac, Self::Ios)
                | (Self::Android | Self::ChromeOs, Self::Linux | Self::Android | Self::ChromeOs)
                | (Self::Linux, Self::Android | Self::ChromeOs)
        ) || self as u8 == other as u8
    }
}

/// The kind of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Phone,
    Tablet,
    Computer,
}

impl Form {
    /// As said to people.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "phone" | "mobile" | "smartphone" | "mobile phone" | "mobilephone" => Some(Self::Phone),
            "tablet" => Some(Self::Tablet),
            "computer" | "desktop" | "laptop" | "pc" => Some(Self::Computer),
            _ => None,
        }
    }
}

pub(super) fn derive(facts: &Facts) -> Agent {
    let (event, enrichment) = (&facts.event, &facts.enrichment);
    let text = event.network.user_agent.as_deref();
    let programs = text.map(|text| PROGRAMS.found_in(text));
    let traits = enrichment.agent.as_ref();
    Agent {
        kind: traits.map(|traits| traits.kind),
        agent_known: known(facts, Level::Agent),
        os_known: known(facts, Level::Os),
        framework: programs.and_then(Found::first).and_then(|place| FRAMEWORKS.get(place)).copied(),
        headless: programs.map(|programs| programs.any_from(FRAMEWORKS.len())),
        malformed: text.map(is_malformed),
        told_system: event.device.os.as_deref().and_then(System::read),
        agent_system: traits.and_then(|traits| traits.os.as_deref()).and_then(System::read),
        told_form: event.device.kind.as_deref().and_then(Form::read),
        language_known: known(facts, Level::Language),
        language_accounts: language_accounts(facts),
        zone_known: known(facts, Level::TimeZone),
        zone_gap_hours: zone_gap_hours(event, facts),
    }
}

fn is_malformed(agent: &str) -> bool {
    let trimmed = agent.trim();
    let starts_with = |word: &str| trimmed.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    trimmed.len() < AGENT_BYTES_MIN
        || starts_with("user-agent:")
        || UNFILLED.iter().any(|word| trimmed.eq_ignore_ascii_case(word))
        || trimmed.chars().any(char::is_control)
}

fn language_accounts(facts: &Facts) -> Option<(u32, u32)> {
    facts.history.circumstances.tag(Level::Language)?;
    let backdrop = facts.history.backdrop.as_ref()?;
    backdrop.steps.get(Level::Language.number()).map(|step| (step.accounts, backdrop.n_accounts))
}

fn zone_gap_hours(event: &Event, facts: &Facts) -> Option<f64> {
    let zone = event.device.time_zone.as_deref()?;
    gap_hours(zone, facts.enrichment.coordinates?.longitude())
}

fn share((some, all): (u32, u32)) -> f64 {
    f64::from(some) / f64::from(all.max(1))
}

pub(super) const SLOTS: &[Slot<Agent>] = &[
    Slot { name: "agent_known", read: |a| flag_slot(a.agent_known) },
    Slot { name: "os_known", read: |a| flag_slot(a.os_known) },
    Slot { name: "agent_framework", read: |a| flag_slot(a.kind.map(|_| a.framework.is_some())) },
    Slot { name: "agent_headless", read: |a| flag_slot(a.headless) },
    Slot { name: "agent_malformed", read: |a| flag_slot(a.malformed) },
    Slot { name: "language_known", read: |a| flag_slot(a.language_known) },
    Slot { name: "language_share", read: |a| number_slot(a.language_accounts.map(share)) },
    Slot { name: "zone_known", read: |a| flag_slot(a.zone_known) },
    Slot { name: "zone_gap_hours", read: |a| number_slot(a.zone_gap_hours) },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_read_from_what_callers_and_agents_say() {
        for (text, expected) in [
            ("Windows 10", Some(System::Windows)),
            ("Mac OSX", Some(System::Mac)),
            ("Darwin", Some(System::Mac)),
            ("macOS 14.5", Some(System::Mac)),
            ("iPadOS 17", Some(System::Ios)),
            ("iOS", Some(System::Ios)),
            ("iPhone", Some(System::Ios)),
            ("Android 10", Some(System::Android)),
            ("Ubuntu", Some(System::Linux)),
            ("Chrome OS", Some(System::ChromeOs)),
            ("Windows Phone OS", None),
            ("Windows Phone on Linux", None),
            ("ios on a mac", Some(System::Ios)),
            ("CrOS", Some(System::ChromeOs)),
            ("Linux on Windows", Some(System::Windows)),
            ("Linux; Android", Some(System::Android)),
            ("Kiosk", None),
            ("BSD", None),
        ] {
            assert_eq!(System::read(text), expected, "{text}");
        }
    }

    #[test]
    fn the_framework_that_is_listed_first_is_named_and_a_browser_without_a_window_is_seen_beside_it() {
        let place = |agent: &str| PROGRAMS.found_in(agent).first();
        let headless = |agent: &str| PROGRAMS.found_in(agent).any_from(FRAMEWORKS.len());
        assert_eq!((place("x Playwright Puppeteer"), headless("x Playwright")), (Some(2), false));
        assert_eq!((place("HeadlessChrome/140"), headless("HeadlessChrome/140")), (Some(FRAMEWORKS.len()), true));
        assert_eq!((place("PhantomJS/2"), headless("PhantomJS/2")), (Some(6), true));
        assert_eq!(place("Mozilla/5.0 (X11; Linux x86_64) Cypress"), None);
    }

    #[test]
    fn what_no_program_means_to_send_is_malformed() {
        for (agent, expected) in [
            ("mozilla/5.0 (x11; linux x86_64)", false),
            ("shop/3.1", false),
            ("", true),
            ("null", true),
            ("Undefined", true),
            ("User-Agent: Mozilla/5.0", true),
            ("mozilla\u{0}/5.0", true),
        ] {
            assert_eq!(is_malformed(agent), expected, "{agent:?}");
        }
    }
}
