//! A hook as an operator writes it: where to, in whose words, and with which secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rightful_domain::{Application, Hook, HookStyle};
use serde::{Deserialize, Serialize};

use super::{SettingError, check_hook_url};
use crate::clock;
use crate::telling::Secrets;

/// The longest secret of a hook, in bytes.
pub(super) const HOOK_SECRET_BYTES_MAX: usize = 512;
/// What the secret of a hook that signs begins with; base64 follows.
pub(super) const SIGNING_SECRET_PREFIX: &str = "whsec_";
/// How many bytes such a secret stands for, as Standard Webhooks say.
const SIGNING_SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

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

#[cfg(test)]
mod tests {
    use super::*;

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
