//! What an agent string says of itself: browser, system, and whether it names a tool. A claim, not a fact.
//!
//! Reading one costs some 1.5 µs, odd ones more, and an application sees few different ones, so they are remembered by
//! their whole text: looking one up costs some 0.1 µs (`examples/lookup_cost.rs`).

use std::sync::Arc;

use quick_cache::sync::Cache;
use rightful_domain::{AgentKind, AgentTraits};

/// The most agent strings that are remembered; with at most 1 KiB each, some 12 MB.
const AGENTS_MAX: usize = 10_000;

/// What betrays a tool wherever it stands, in lower case: remote-controlled browsers, and libraries that callers like
/// to append to.
const AUTOMATION_ANYWHERE: &[&str] = &[
    "headlesschrome",
    "headlessfirefox",
    "phantomjs",
    "slimerjs",
    "lightpanda",
    "selenium",
    "webdriver",
    "puppeteer",
    "playwright",
    "cypress/",
    "python-requests",
    "python-urllib",
    "python-httpx",
    "aiohttp",
    "go-http-client",
    "libwww-perl",
    "postmanruntime",
    "apache-httpclient",
    "libcurl",
    "pycurl/",
    "fasthttp",
    "gocolly/",
    "(hydra)",
    "nuclei - ",
    "openbullet",
    "silverbullet",
    "sqlmap",
    "zgrab",
    "masscan",
    "powershell/",
    "winhttp",
];

/// Libraries that begin the string with their own name, before a `/` or alone, in lower case. Elsewhere, or as a part
/// of a longer name, these words occur in honest ones.
const AUTOMATION_PRODUCTS: &[&str] = &[
    "apache-jmeter",
    "axios",
    "bun",
    "curl",
    "deno",
    "faraday",
    "feroxbuster",
    "ffuf",
    "got (https:",
    "guzzlehttp",
    "httpie",
    "httpx",
    "hyper",
    "insomnia",
    "java",
    "java-http-client",
    "k6",
    "lua-resty-http",
    "mechanize",
    "node",
    "node-fetch",
    "node.js",
    "perl",
    "php",
    "python",
    "reqwest",
    "rest-client",
    "restsharp",
    "ruby",
    "scrapy",
    "undici",
    "unirest-java",
    "ureq",
    "wget",
];

/// Native apps that speak with their system's own library and say so, in lower case. Not automation.
const APP_PRODUCTS: &[&str] = &["alamofire", "dalvik", "dart", "ktor client", "ktor-client", "okhttp"];
/// The same, where the app's own name comes first.
const APP_ANYWHERE: &[&str] = &["cfnetwork/"];

/// Reads agent strings, and remembers what it has read.
pub(crate) struct AgentReader {
    parser: woothee::parser::Parser,
    read: Cache<Box<str>, Arc<AgentTraits>>,
}

impl AgentReader {
    pub(crate) fn new() -> Self {
        Self { parser: woothee::parser::Parser::new(), read: Cache::new(AGENTS_MAX) }
    }

    /// What the string says of itself.
    pub(crate) fn read(&self, agent: &str) -> Arc<AgentTraits> {
        if let Some(known) = self.read.get(agent) {
            return known;
        }
        let traits = Arc::new(self.traits_of(agent));
        self.read.insert(agent.into(), Arc::clone(&traits));
        traits
    }

    fn traits_of(&self, agent: &str) -> AgentTraits {
        let lower = agent.to_ascii_lowercase();
        let told = self.parser.parse(agent);
        let category = told.as_ref().map_or("", |told| told.category);
        let name = told.as_ref().map_or("", |told| told.name);
        AgentTraits {
            kind: kind_of(&lower, category, name),
            browser: recognised(name).filter(|_| is_browser(category)),
            browser_major: told
                .as_ref()
                .filter(|_| is_browser(category))
                .and_then(|told| told.version.split('.').next()?.parse().ok()),
            os: told.as_ref().and_then(|told| recognised(told.os)),
        }
    }
}

fn kind_of(lower: &str, category: &str, name: &str) -> AgentKind {
    let product = lower.split('/').next().unwrap_or(lower).trim();
    // Some put their version behind a space: `Faraday v2.7.10`.
    let product = product.split_once(" v").filter(|(_, version)| is_version(version)).map_or(product, |(name, _)| name);
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if holds(AUTOMATION_ANYWHERE) || AUTOMATION_PRODUCTS.contains(&product) {
        return AgentKind::Automation;
    }
    if APP_PRODUCTS.contains(&product) || holds(APP_ANYWHERE) {
        return AgentKind::Mobile;
    }
    match (category, name) {
        (_, "HTTP Library") => AgentKind::Automation,
        ("crawler", _) => AgentKind::Crawler,
        ("pc", _) => AgentKind::Desktop,
        ("smartphone" | "mobilephone", _) => AgentKind::Mobile,
        _ => AgentKind::Unknown,
    }
}

fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn is_browser(category: &str) -> bool {
    matches!(category, "pc" | "smartphone" | "mobilephone" | "appliance")
}

fn recognised(word: &str) -> Option<Box<str>> {
    (!word.is_empty() && word != "UNKNOWN").then(|| word.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const SAFARI_IOS: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
    const HEADLESS: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36";
    const FIREFOX_MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0";
    const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.68";
    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
    const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    fn read(agent: &str) -> AgentTraits {
        (*AgentReader::new().read(agent)).clone()
    }

    #[test]
    fn browsers_say_their_name_version_and_system() {
        for (agent, kind, browser, major, os) in [
            (CHROME, AgentKind::Desktop, "Chrome", 126, "Windows 10"),
            (SAFARI_IOS, AgentKind::Mobile, "Safari", 17, "iPhone"),
            (FIREFOX_MAC, AgentKind::Desktop, "Firefox", 127, "Mac OSX"),
            (EDGE, AgentKind::Desktop, "Edge", 126, "Windows 10"),
            (ANDROID, AgentKind::Mobile, "Chrome", 126, "Android"),
            (HEADLESS, AgentKind::Automation, "Chrome", 126, "Linux"),
        ] {
            let expected =
                AgentTraits { kind, browser: Some(browser.into()), browser_major: Some(major), os: Some(os.into()) };
            assert_eq!(read(agent), expected, "{agent}");
        }
    }

    #[test]
    fn tools_are_told_from_apps_and_crawlers() {
        for (agent, kind) in [
            ("curl/8.5.0", AgentKind::Automation),
            ("python-requests/2.32.3", AgentKind::Automation),
            ("Go-http-client/2.0", AgentKind::Automation),
            ("Java/17.0.2", AgentKind::Automation),
            ("Apache-HttpClient/4.5.14 (Java/17)", AgentKind::Automation),
            ("axios/1.7.2", AgentKind::Automation),
            ("node", AgentKind::Automation),
            ("got (https://github.com/sindresorhus/got)", AgentKind::Automation),
            ("Faraday v2.7.10", AgentKind::Automation),
            ("libcurl-agent/1.0", AgentKind::Automation),
            ("PycURL/7.45.2 libcurl/8.5.0", AgentKind::Automation),
            ("Deno/1.40.0", AgentKind::Automation),
            ("ureq/2.9.6", AgentKind::Automation),
            ("fasthttp", AgentKind::Automation),
            ("colly - https://github.com/gocolly/colly/v2", AgentKind::Automation),
            ("Mozilla/5.0 (Hydra)", AgentKind::Automation),
            ("feroxbuster/2.10.1", AgentKind::Automation),
            ("Bundle Shop v3.1", AgentKind::Unknown),
            ("NodeShop/3.1", AgentKind::Unknown),
            ("okhttp/4.12.0", AgentKind::Mobile),
            ("Shop/3.1 CFNetwork/1496.0.7 Darwin/23.5.0", AgentKind::Mobile),
            ("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7)", AgentKind::Mobile),
            (GOOGLEBOT, AgentKind::Crawler),
            ("something of our own", AgentKind::Unknown),
            ("", AgentKind::Unknown),
        ] {
            assert_eq!(read(agent).kind, kind, "{agent}");
        }
    }

    #[test]
    fn what_is_not_recognised_is_unknown() {
        let traits = read("something of our own");
        assert_eq!((traits.browser, traits.browser_major, traits.os), (None, None, None));
    }

    #[test]
    fn an_agent_is_read_once() {
        let reader = AgentReader::new();
        assert!(Arc::ptr_eq(&reader.read(CHROME), &reader.read(CHROME)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let reader = AgentReader::new();
        for n in 0..AGENTS_MAX + 500 {
            reader.read.insert(format!("agent {n}").into(), Arc::new(read("")));
        }
        assert!(reader.read.len() <= AGENTS_MAX);
    }

    proptest! {
        #[test]
        fn no_string_makes_it_panic(
            agent in r"(Mozilla/[0-9.]{1,4} |Opera[/ ]|DoCoMo/|KDDI-|BlackBerry|Windows |Android |iPhone; |CPU OS |;|\(|\)|Chrome/|Version/|\PC{0,12}|.){0,12}",
        ) {
            read(&agent);
        }
    }
}
