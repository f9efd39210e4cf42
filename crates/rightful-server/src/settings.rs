//! How an application likes things, as an operator writes it and reads it: `origins=https://shop.example`.
//!
//! A value is checked where it is written, so that nothing else ever sees a wrong one.

mod hook;
mod hook_url;

use axum::http::Uri;
use rightful_dialects::{DeliveryShown, UndeliveredShown};
use rightful_domain::{
    Action, Application, ApplicationMode, Hook, RecommendationWords, SETTINGS_ENTRIES_MAX, Settings, TakeoverWords,
    Timestamp, TryEnd, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::config::{DEADLINE_MS, nearest};
use hook::{HOOK_SECRET_BYTES_MAX, SIGNING_SECRET_PREFIX};
pub(crate) use hook::{NewHook, Reach, hook, secret, style_word, style_words};
pub(crate) use hook_url::{UrlFault, check_hook_url};

/// The longest name of an application, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 128;

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

/// What an operator may change of an application.
struct Setting {
    key: &'static str,
    set: fn(&mut Application, &str) -> Result<(), SettingError>,
}

const SETTINGS: [Setting; 14] = [
    Setting { key: "name", set: set_name },
    Setting { key: "mode", set: set_mode },
    Setting { key: "deadline_ms", set: set_deadline },
    Setting {
        key: "fallback_mild",
        set: |application, value| {
            application.fallback_mild = fallback("fallback_mild", value)?;
            Ok(())
        },
    },
    Setting {
        key: "fallback_strict",
        set: |application, value| {
            application.fallback_strict = fallback("fallback_strict", value)?;
            Ok(())
        },
    },
    Setting { key: "origins", set: |application, value| set_origins(&mut application.settings, value) },
    Setting { key: "takeover_words", set: |application, value| set_takeover_words(&mut application.settings, value) },
    Setting {
        key: "account_events_per_minute_max",
        set: |application, value| {
            let expected = "a number, 0 for no limit";
            let wrong = |_| SettingError::Wrong { key: "account_events_per_minute_max", expected };
            application.settings.account_events_per_minute_max = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "devices_per_account_max",
        set: |application, value| {
            let expected = "a number up to 65535, 0 for no limit";
            let wrong = |_| SettingError::Wrong { key: "devices_per_account_max", expected };
            application.settings.devices_per_account_max = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "blocks_over_device_limit",
        set: |application, value| {
            let wrong = |_| SettingError::Wrong { key: "blocks_over_device_limit", expected: "true or false" };
            application.settings.blocks_over_device_limit = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "pages_may_list_devices",
        set: |application, value| {
            let wrong = |_| SettingError::Wrong { key: "pages_may_list_devices", expected: "true or false" };
            application.settings.pages_may_list_devices = value.parse().map_err(wrong)?;
            Ok(())
        },
    },
    Setting {
        key: "recommendation_words",
        set: |application, value| set_recommendation_words(&mut application.settings, value),
    },
    Setting { key: "action_types", set: |application, value| set_action_types(&mut application.settings, value) },
    Setting { key: "ask_url", set: |application, value| set_ask_url(&mut application.settings, value) },
];

/// The application with changes of the form `key=value` made to it: all of them or none. What it has learned stays its
/// own whatever is changed, so that who has watched for a month can act on it.
pub(crate) fn changed(application: &Application, changes: &[String]) -> Result<Application, SettingError> {
    let mut application = application.clone();
    for change in changes {
        let (key, value) = change.split_once('=').ok_or_else(|| SettingError::NoValue(change.clone()))?;
        let known = SETTINGS.iter().find(|setting| setting.key == key.trim());
        let setting = known.ok_or_else(|| SettingError::UnknownKey {
            key: key.into(),
            suggestion: nearest(key, SETTINGS.iter().map(|setting| setting.key)),
        })?;
        (setting.set)(&mut application, value.trim())?;
    }
    Ok(application)
}

fn set_name(application: &mut Application, value: &str) -> Result<(), SettingError> {
    let expected = "1 to 128 bytes without control characters";
    application.name = name(value).ok_or(SettingError::Wrong { key: "name", expected })?.into();
    Ok(())
}

/// An application's name as it is kept; None if it cannot be one.
pub(crate) fn name(text: &str) -> Option<&str> {
    let name = text.trim();
    ((1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control)).then_some(name)
}

fn set_mode(application: &mut Application, value: &str) -> Result<(), SettingError> {
    let known = [ApplicationMode::Observe, ApplicationMode::Enforce].into_iter().find(|mode| mode.as_str() == value);
    application.mode = known.ok_or(SettingError::Wrong { key: "mode", expected: "observe or enforce" })?;
    Ok(())
}

fn set_deadline(application: &mut Application, value: &str) -> Result<(), SettingError> {
    let told = value.parse().ok().filter(|ms| DEADLINE_MS.contains(ms));
    let expected = "a number of milliseconds, 10 to 60000";
    application.deadline_ms = told.ok_or(SettingError::Wrong { key: "deadline_ms", expected })?;
    Ok(())
}

fn fallback(key: &'static str, value: &str) -> Result<Verdict, SettingError> {
    let told = Verdict::parse(value).filter(|verdict| *verdict != Verdict::Trust);
    told.ok_or(SettingError::Wrong { key, expected: "allow, challenge or deny" })
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

/// Separated by commas; replaces those that were there.
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
    use rightful_domain::ApplicationId;

    use super::*;

    fn application() -> Application {
        Application {
            id: ApplicationId::new("shop").unwrap(),
            name: "shop".into(),
            test: false,
            mode: ApplicationMode::Enforce,
            credentials: Vec::new(),
            fallback_mild: Verdict::Allow,
            fallback_strict: Verdict::Allow,
            deadline_ms: 750,
            created_at: Timestamp::default(),
            settings: Settings::default(),
        }
    }

    #[test]
    fn operators_read_of_every_setting_and_style() {
        let page = include_str!("../../../docs/operations.md");
        for word in SETTINGS.iter().map(|setting| setting.key).chain(style_words().split(", ")) {
            let is_told = page.lines().any(|line| line.starts_with("| ") && line.contains(&format!("`{word}`")));
            assert!(is_told, "{word} is in no table of docs/operations.md");
        }
    }

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
        let error = changed(&application(), &[change.into()]).unwrap_err().to_string();
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
        let application = changed(&application(), &changes.map(String::from)).unwrap();
        assert_eq!(application.settings.origins, ["https://a.example".into(), "https://b.example".into()]);
        assert_eq!(application.settings.devices_per_account_max, 3);
        assert_eq!(changed(&application, &["origins=".into()]).unwrap().settings.origins, []);
    }

    #[test]
    fn what_it_is_called_and_how_it_answers_can_be_changed() {
        let changes =
            ["name= The shop ", "mode=observe", "deadline_ms=250", "fallback_mild=challenge", "fallback_strict=deny"];
        let now = changed(&application(), &changes.map(String::from)).unwrap();
        assert_eq!((&*now.name, now.mode, now.deadline_ms), ("The shop", ApplicationMode::Observe, 250));
        assert_eq!((now.fallback_mild, now.fallback_strict), (Verdict::Challenge, Verdict::Deny));
        check_change("name= ", "1 to 128 bytes");
        check_change("mode=watch", "observe or enforce");
        check_change("deadline_ms=5", "10 to 60000");
        check_change("fallback_mild=trust", "allow, challenge or deny");
    }
}
