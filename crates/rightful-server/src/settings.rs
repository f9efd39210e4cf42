//! How an application likes things, as an operator writes it and reads it: `origins=https://shop.example`.
//!
//! A value is checked where it is written, so that nothing else ever sees a wrong one.

mod hook_url;

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rightful_dialects::{DeliveryShown, UndeliveredShown};
use rightful_domain::{
    Action, Application, Hook, HookStyle, RecommendationWords, SETTINGS_ENTRIES_MAX, Settings, TakeoverWords,
    Timestamp, TryEnd,
};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::config::nearest;
use crate::telling::Secrets;
pub(crate) use hook_url::{UrlFault, check_hook_url};

/// The longest secret of a hook, in bytes.
const HOOK_SECRET_BYTES_MAX: usize = 512;
/// What the secret of a hook that signs begins with; base64 follows.
const SIGNING_SECRET_PREFIX: &str = "whsec_";
/// How many bytes such a secret stands for, as Standard Webhooks say.
const SIGNING_SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a setting is not what it should be. Never carries a secret.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SettingError {
    #[error("unknown setting \"{key}\"{suggestion}")]
    UnknownKey { key: String, suggestion: String },
    #[error("\"{0}\" is not of the form key=value")]
    NoValue(String),
    #[error("{key} must be {expected}")]
    Wrong { key: &'static str, expected: &'static str },
    #[error(
        "\"{0}\" is not an origin: write scheme, host and, if it is not the usual one, port, like https://shop.example"
    )]
    Origin(String),
    #[error("an application may have {SETTINGS_ENTRIES_MAX} {0} at most")]
    TooMany(&'static str),
    #[error("the address {0}")]
    HookUrl(#[from] UrlFault),
    #[error("{0} is private: set hooks.allow_private_addresses in the configuration if that is meant")]
    Private(&'static str),
    #[error("the secret must be {SIGNING_SECRET_PREFIX} and 24 to 64 bytes in base64; without one, it is made")]
    SigningSecret,
    #[error("the secret must be up to {HOOK_SECRET_BYTES_MAX} visible characters")]
    Authorization,
    #[error("the port is that of another protocol")]
    Port,
    #[error("unknown style \"{0}\": it must be one of {words}", words = style_words())]
    Style(String),
}

/// One setting that is a single word.
struct Setting {
    key: &'static str,
    set: fn(&mut Settings, &str) -> Result<(), SettingError>,
}

const SETTINGS: [Setting; 9] = [
    Setting { key: "origins", set: set_origins },
    Setting { key: "takeover_words", set: set_takeover_words },
    Setting {
        key: "account_events_per_minute_max",
        set: |settings, value| {
            let expected = "a number, 0 for no limit";
            let wrong = |_| SettingError::Wrong { key: "account_events_per_minute_max", expected };
            settings.account_events_per_minute_max = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "devices_per_account_max",
        set: |settings, value| {
            let expected = "a number up to 65535, 0 for no limit";
            let wrong = |_| SettingError::Wrong { key: "devices_per_account_max", expected };
            settings.devices_per_account_max = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "blocks_over_device_limit",
        set: |settings, value| {
            let wrong = |_| SettingError::Wrong { key: "blocks_over_device_limit", expected: "true or false" };
            settings.blocks_over_device_limit = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "pages_may_list_devices",
        set: |settings, value| {
            let wrong = |_| SettingError::Wrong { key: "pages_may_list_devices", expected: "true or false" };
            settings.pages_may_list_devices = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting { key: "recommendation_words", set: set_recommendation_words },
    Setting { key: "action_types", set: set_action_types },
    Setting { key: "ask_url", set: set_ask_url },
];

/// The settings with changes of the form `key=value` made to them: all of them or none.
pub(crate) fn changed(settings: &Settings, changes: &[String]) -> Result<Settings, SettingError> {
    let mut settings = settings.clone();
    for change in changes {
        let (key, value) = change.split_once('=').ok_or_else(|| SettingError::NoValue(change.clone()))?;
        let known = SETTINGS.iter().find(|setting| setting.key == key.trim());
        let setting = known.ok_or_else(|| SettingError::UnknownKey {
            key: key.into(),
            suggestion: nearest(key, SETTINGS.iter().map(|setting| setting.key)),
        })?;
        (setting.set)(&mut settings, value.trim())?;
    }
    Ok(settings)
}

/// Separated by commas; replaces those that were there.
fn set_origins(settings: &mut Settings, value: &str) -> Result<(), SettingError> {
    let mut origins: Vec<Box<str>> = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let origin = origin(text).ok_or_else(|| SettingError::Origin(text.into()))?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.len() > SETTINGS_ENTRIES_MAX {
        return Err(SettingError::TooMany("origins"));
    }
    settings.origins = origins;
    Ok(())
}

fn set_recommendation_words(settings: &mut Settings, value: &str) -> Result<(), SettingError> {
    settings.recommendation_words = match value {
        "lower_case" => RecommendationWords::LowerCase,
        "upper_case" => RecommendationWords::UpperCase,
        _ => {
            let expected = "lower_case or upper_case";
            return Err(SettingError::Wrong { key: "recommendation_words", expected });
        }
    };
    Ok(())
}

/// Separated by commas; replaces those that were there.
/// The longest address of somebody's provider, in bytes.
const ASK_URL_BYTES_MAX: usize = 2_048;

fn set_ask_url(settings: &mut Settings, value: &str) -> Result<(), SettingError> {
    let told = value.trim();
    let is_address = told.len() <= ASK_URL_BYTES_MAX
        && told.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '{']))
        && told.bytes().all(|byte| byte.is_ascii_graphic());
    if !(told.is_empty() || is_address && told.contains("{event}")) {
        let expected = "an https address with {event}, and perhaps {account}; empty for our own page";
        return Err(SettingError::Wrong { key: "ask_url", expected });
    }
    settings.ask_url = (!told.is_empty()).then(|| told.into());
    Ok(())
}

fn set_action_types(settings: &mut Settings, value: &str) -> Result<(), SettingError> {
    let mut names: Vec<Box<str>> = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let expected = "names of 1 to 64 letters, digits, _ and -, separated by commas";
        let wrong = SettingError::Wrong { key: "action_types", expected };
        let Action::Custom(name) = Action::parse(text).ok_or(wrong)? else { continue };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > SETTINGS_ENTRIES_MAX {
        return Err(SettingError::TooMany("actions of its own"));
    }
    settings.action_types = names;
    Ok(())
}

/// As a browser spells it: lower case, without the scheme's own port.
fn origin(text: &str) -> Option<Box<str>> {
    let text = text.to_ascii_lowercase();
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let own_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains(['#', '?', '*']);
    if !is_bare || authority.as_str().contains('@') || authority.host().is_empty() {
        return None;
    }
    Some(match port(authority)? {
        Some(port) if port != own_port => format!("{scheme}://{}:{port}", authority.host()).into(),
        _ => format!("{scheme}://{}", authority.host()).into(),
    })
}

/// The port of an authority, None within if it has none; None if what stands there is no port.
fn port(authority: &axum::http::uri::Authority) -> Option<Option<u16>> {
    let after = authority.as_str().strip_prefix(authority.host())?;
    match after.strip_prefix(':') {
        Some(digits) => digits.parse().ok().map(Some),
        None => after.is_empty().then_some(None),
    }
}

fn set_takeover_words(settings: &mut Settings, value: &str) -> Result<(), SettingError> {
    settings.takeover_words = match value {
        "permit_warn_block" => TakeoverWords::PermitWarnBlock,
        "allow_review_prevent" => TakeoverWords::AllowReviewPrevent,
        _ => {
            let expected = "permit_warn_block or allow_review_prevent";
            return Err(SettingError::Wrong { key: "takeover_words", expected });
        }
    };
    Ok(())
}

/// A hook as an operator asks for it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct NewHook {
    /// `standard`, `ravelin`, `rupt` or `sumsub`.
    pub(crate) style: String,
    pub(crate) url: String,
    /// None to have one made, where the style signs.
    pub(crate) secret: Option<String>,
}

// It may carry a secret.
impl std::fmt::Debug for NewHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewHook").field("style", &self.style).finish_non_exhaustive()
    }
}

/// What a hook's address may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What everybody can reach, by TLS.
    Public,
    /// The same, by TLS or not: a test application's.
    PublicOrPlain,
    /// Anything: the configuration allows it.
    Any,
}

impl Reach {
    /// That of an application, where private addresses are allowed to everybody or to nobody.
    pub(crate) const fn of(application: &Application, private_hooks: bool) -> Self {
        match (private_hooks, application.test) {
            (true, _) => Self::Any,
            (false, true) => Self::PublicOrPlain,
            (false, false) => Self::Public,
        }
    }
}

/// A hook and its secret in clear, this once; the hook's own is sealed with `seal`.
pub(crate) fn hook(
    new: &NewHook,
    reach: Reach,
    seal: impl FnOnce(&[u8]) -> Box<[u8]>,
) -> Result<(Hook, Option<String>), SettingError> {
    let style = style(&new.style).ok_or_else(|| SettingError::Style(new.style.clone()))?;
    check_hook_url(&new.url, reach)?;
    let secret = secret(style, new.secret.as_deref())?;
    let number: String = clock::random::<6>().iter().map(|byte| format!("{byte:02x}")).collect();
    let hook = Hook {
        id: format!("hook_{number}").into(),
        style,
        url: new.url.as_str().into(),
        sealed_secret: secret.as_ref().map(|secret| seal(Secrets::first(style, secret).text().as_bytes())),
        enabled: true,
    };
    Ok((hook, secret))
}

/// The secret of a hook of a style: as given, or made where the style signs.
pub(crate) fn secret(style: HookStyle, given: Option<&str>) -> Result<Option<String>, SettingError> {
    match (style, given) {
        (HookStyle::Standard | HookStyle::Rupt, Some(given)) if is_signing_secret(given) => Ok(Some(given.into())),
        (HookStyle::Standard | HookStyle::Rupt, Some(_)) => Err(SettingError::SigningSecret),
        (HookStyle::Standard | HookStyle::Rupt, None) => {
            Ok(Some(format!("{SIGNING_SECRET_PREFIX}{}", STANDARD.encode(clock::random::<32>()))))
        }
        (HookStyle::Ravelin | HookStyle::Sumsub, Some(given)) if is_header_text(given) => Ok(Some(given.into())),
        (HookStyle::Ravelin | HookStyle::Sumsub, Some(_)) => Err(SettingError::Authorization),
        (HookStyle::Ravelin, None) => Ok(None),
        (HookStyle::Sumsub, None) => Ok(Some(clock::random::<24>().iter().map(|byte| format!("{byte:02x}")).collect())),
    }
}

fn is_signing_secret(text: &str) -> bool {
    let bytes = text.strip_prefix(SIGNING_SECRET_PREFIX).and_then(|text| STANDARD.decode(text).ok());
    bytes.is_some_and(|bytes| SIGNING_SECRET_BYTES.contains(&bytes.len()))
}

fn is_header_text(text: &str) -> bool {
    (1..=HOOK_SECRET_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

const STYLES: [(HookStyle, &str); 4] = [
    (HookStyle::Standard, "standard"),
    (HookStyle::Ravelin, "ravelin"),
    (HookStyle::Rupt, "rupt"),
    (HookStyle::Sumsub, "sumsub"),
];

fn style(text: &str) -> Option<HookStyle> {
    STYLES.iter().find(|(_, word)| *word == text).map(|(style, _)| *style)
}

/// All styles, in words.
pub(crate) fn style_words() -> String {
    STYLES.map(|(_, word)| word).join(", ")
}

/// A style in a word.
pub(crate) fn style_word(style: HookStyle) -> &'static str {
    STYLES.iter().find(|(known, _)| *known == style).map_or("", |(_, word)| word)
}

/// A line of a hook's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownTry {
    pub(crate) message_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) attempt: u16,
    /// In ms since 1970.
    pub(crate) at_ms: i64,
    pub(crate) duration_ms: u32,
    /// The status, or why there was none.
    pub(crate) ended: String,
    /// In ms since 1970; None if it was taken or given up.
    pub(crate) next_at_ms: Option<i64>,
}

impl From<&DeliveryShown> for ShownTry {
    fn from(shown: &DeliveryShown) -> Self {
        let tried = &shown.line.tried;
        Self {
            message_id: shown.message.to_string(),
            kind: tried.topic.as_str().into(),
            attempt: tried.n,
            at_ms: tried.at.as_millis(),
            duration_ms: tried.took_ms,
            ended: match tried.ended {
                TryEnd::Answered(status) => status.to_string(),
                TryEnd::Failed(failure) => failure.as_str().into(),
            },
            next_at_ms: tried.next_at.map(Timestamp::as_millis),
        }
    }
}

/// A message that a hook never took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownMessage {
    pub(crate) message_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) event_id: String,
    /// In ms since 1970.
    pub(crate) since_ms: i64,
    pub(crate) n_attempts: u16,
}

impl From<&UndeliveredShown> for ShownMessage {
    fn from(shown: &UndeliveredShown) -> Self {
        Self {
            message_id: shown.message.to_string(),
            kind: shown.topic.as_str().into(),
            event_id: shown.event.to_string(),
            since_ms: shown.since.as_millis(),
            n_attempts: shown.n_tried,
        }
    }
}

/// An application as an operator sees it: no key and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) application_id: String,
    pub(crate) name: String,
    pub(crate) test: bool,
    pub(crate) mode: String,
    pub(crate) deadline_ms: u32,
    pub(crate) fallback_mild: String,
    pub(crate) fallback_strict: String,
    pub(crate) settings: ShownSettings,
    pub(crate) hooks: Vec<ShownHook>,
}

/// Its settings, as they are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownSettings {
    pub(crate) origins: Vec<String>,
    pub(crate) takeover_words: String,
    pub(crate) account_events_per_minute_max: u32,
    pub(crate) devices_per_account_max: u16,
    pub(crate) blocks_over_device_limit: bool,
    pub(crate) pages_may_list_devices: bool,
    pub(crate) recommendation_words: String,
    pub(crate) action_types: Vec<String>,
    pub(crate) ask_url: Option<String>,
}

/// A hook of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownHook {
    pub(crate) id: String,
    pub(crate) style: String,
    pub(crate) url: String,
    pub(crate) has_secret: bool,
    pub(crate) enabled: bool,
}

impl From<&Application> for Shown {
    fn from(application: &Application) -> Self {
        let settings = &application.settings;
        Self {
            application_id: application.id.as_str().into(),
            name: application.name.to_string(),
            test: application.test,
            mode: application.mode.as_str().into(),
            deadline_ms: application.deadline_ms,
            fallback_mild: application.fallback_mild.as_str().into(),
            fallback_strict: application.fallback_strict.as_str().into(),
            settings: ShownSettings {
                origins: settings.origins.iter().map(ToString::to_string).collect(),
                takeover_words: match settings.takeover_words {
                    TakeoverWords::PermitWarnBlock => "permit_warn_block".into(),
                    TakeoverWords::AllowReviewPrevent => "allow_review_prevent".into(),
                },
                account_events_per_minute_max: settings.account_events_per_minute_max,
                devices_per_account_max: settings.devices_per_account_max,
                blocks_over_device_limit: settings.blocks_over_device_limit,
                pages_may_list_devices: settings.pages_may_list_devices,
                recommendation_words: match settings.recommendation_words {
                    RecommendationWords::LowerCase => "lower_case".into(),
                    RecommendationWords::UpperCase => "upper_case".into(),
                },
                action_types: settings.action_types.iter().map(ToString::to_string).collect(),
                ask_url: settings.ask_url.as_ref().map(ToString::to_string),
            },
            hooks: settings.hooks.iter().map(ShownHook::from).collect(),
        }
    }
}

impl From<&Hook> for ShownHook {
    fn from(hook: &Hook) -> Self {
        Self {
            id: hook.id.to_string(),
            style: style_word(hook.style).into(),
            url: hook.url.to_string(),
            has_secret: hook.sealed_secret.is_some(),
            enabled: hook.enabled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_origin(text: &str, expected: Option<&str>) {
        assert_eq!(origin(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn an_origin_is_kept_as_browsers_spell_it() {
        check_origin("https://shop.example", Some("https://shop.example"));
        check_origin("HTTPS://Shop.Example:443/", Some("https://shop.example"));
        check_origin("http://shop.example:80", Some("http://shop.example"));
        check_origin("http://shop.example:443", Some("http://shop.example:443"));
        check_origin("https://[2001:db8::1]:8443", Some("https://[2001:db8::1]:8443"));
        for wrong in [
            "shop.example",
            "//shop.example",
            "https://",
            "https://shop.example/path",
            "https://shop.example?query",
            "https://shop.example#part",
            "https://ann@shop.example",
            "https://*.shop.example",
            "https://shop.example:99999",
            "ftp://shop.example",
            "null",
            "*",
        ] {
            check_origin(wrong, None);
        }
    }

    #[track_caller]
    fn check_change(change: &str, expected: &str) {
        let error = changed(&Settings::default(), &[change.into()]).unwrap_err().to_string();
        assert!(error.contains(expected), "{change}: {error}");
    }

    #[test]
    fn what_is_no_setting_is_an_error_that_helps() {
        check_change("origin=https://a.example", "unknown setting \"origin\", did you mean \"origins\"?");
        check_change("frobnicate=1", "unknown setting \"frobnicate\"");
        check_change("origins", "not of the form key=value");
        check_change("origins=shop.example", "\"shop.example\" is not an origin");
        check_change("takeover_words=PERMIT", "permit_warn_block or allow_review_prevent");
        check_change("devices_per_account_max=65536", "a number up to 65535");
        check_change("blocks_over_device_limit=yes", "true or false");
        check_change("pages_may_list_devices=yes", "true or false");
        let origins: Vec<String> = (0..=SETTINGS_ENTRIES_MAX).map(|n| format!("https://{n}.example")).collect();
        check_change(&format!("origins={}", origins.join(",")), "64 origins at most");
    }

    #[test]
    fn settings_are_changed_all_or_none() {
        let changes = ["origins=https://a.example, https://b.example,https://a.example/", "devices_per_account_max=3"];
        let settings = changed(&Settings::default(), &changes.map(String::from)).unwrap();
        assert_eq!(settings.origins, ["https://a.example".into(), "https://b.example".into()]);
        assert_eq!(settings.devices_per_account_max, 3);
        assert_eq!(changed(&settings, &["origins=".into()]).unwrap().origins, []);
    }

    #[track_caller]
    fn check_hook(style: &str, url: &str, secret: Option<&str>, reach: Reach, expected: &str) {
        let new = NewHook { style: style.into(), url: url.into(), secret: secret.map(String::from) };
        let made = hook(&new, reach, |secret| secret.into());
        let said = made.map_or_else(|error| error.to_string(), |(_, secret)| secret.unwrap_or_else(|| "none".into()));
        assert!(said.starts_with(expected) || said.contains(expected), "{style} {url}: {said}");
    }

    #[test]
    fn a_hook_is_reached_in_secret_and_in_public() {
        let url = "https://hooks.example/in?x=1";
        check_hook("standard", url, None, Reach::Public, "whsec_");
        check_hook("rupt", url, Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Reach::Public, "whsec_MfKQ");
        check_hook("rupt", url, Some("whsec_c2hvcnQ="), Reach::Public, "24 to 64 bytes");
        check_hook("standard", url, Some("mine"), Reach::Public, "24 to 64 bytes");
        check_hook("ravelin", url, None, Reach::Public, "none");
        check_hook("ravelin", url, Some("mine"), Reach::Public, "mine");
        check_hook("ravelin", url, Some("two\r\nlines"), Reach::Public, "visible characters");
        check_hook("slack", url, None, Reach::Public, "unknown style \"slack\"");
        for (wrong, why) in [
            ("http://hooks.example/", "must be https"),
            ("hooks.example", "must begin with https://"),
            ("ftp://hooks.example/", "must begin with https://"),
            ("https://a:b@hooks.example/", "must not have a name and password"),
            ("https://hooks.example/#a", "must not have a # part"),
            ("https://hooks.example:99999/", "must have a port from 1 to 65535"),
            ("https://hooks example/", "must be of the form https://host/path"),
        ] {
            check_hook("standard", wrong, None, Reach::Public, why);
        }
        check_hook(
            "standard",
            &format!("https://hooks.example/{:2048}", "").replace(' ', "a"),
            None,
            Reach::Any,
            "2048 bytes",
        );
        for private in ["https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3:8/", "https://localhost/"] {
            check_hook("standard", private, None, Reach::Public, "is private");
            check_hook("standard", private, None, Reach::Any, "whsec_");
        }
        check_hook("standard", "http://127.0.0.1:8080/", None, Reach::Any, "whsec_");
        check_hook("standard", "http://hooks.example/", None, Reach::PublicOrPlain, "whsec_");
        check_hook("standard", "http://127.0.0.1/", None, Reach::PublicOrPlain, "is private");
        check_hook("standard", "https://hooks.example:25/", None, Reach::Any, "port is that of another protocol");
        // What delivery refuses, however it is spelled.
        for private in [
            "100.64.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "[64:ff9b::a00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[::ffff:10.0.0.1]",
            "2130706433",
            "0x7f000001",
            "0X7F.1",
            "127.1",
            "10.0x10203",
            "0177.0.0.1",
            "127.0.0.1.",
            "LOCALHOST.",
            "a.localhost",
            "[fe80::1%25eth0]",
            "[fe80::1%eth0]",
            "vault.internal",
            "printer.local.",
            "intranet",
        ] {
            check_hook("standard", &format!("https://{private}/"), None, Reach::Public, "is private");
        }
        for public in ["8.8.8.8", "[2606:4700::1111]", "134744072", "0x8.8.8.8", "hooks.example.", "internal.example"] {
            check_hook("standard", &format!("https://{public}/"), None, Reach::Public, "whsec_");
        }
    }
}
