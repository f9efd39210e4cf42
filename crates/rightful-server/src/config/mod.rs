//! Configuration: `default.toml` is both the defaults and the reference.
//!
//! Four layers, later wins: defaults, file, environment, flags. Unknown keys are errors with a suggestion, so that a
//! misspelled limit is not silently absent.

mod secret;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use rightful_domain::Verdict;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

pub(crate) use secret::Secret;

use crate::alerts::Channel;

/// The defaults, which are also the reference.
pub(crate) const DEFAULTS: &str = include_str!("default.toml");
/// What the names of environment variables begin with.
const ENVIRONMENT_PREFIX: &str = "RIGHTFUL_";
/// Variables of that prefix that are no settings.
const NOT_SETTINGS: [&str; 1] = ["RIGHTFUL_MASTER_KEY"];

/// How long a judgement may be told to take, in ms.
pub(crate) const DEADLINE_MS: std::ops::RangeInclusive<u32> = 10..=60_000;

/// The effective configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) pages: Pages,
    pub(crate) hooks: Hooks,
    pub(crate) store: StoreConfig,
    pub(crate) judgement: Judgement,
    pub(crate) alerts: Alerts,
    pub(crate) log: Log,
}

/// See `[server]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: String,
    pub(crate) public_url: String,
    pub(crate) body_bytes_max: usize,
    pub(crate) connections_max: usize,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) tls_certificate: PathBuf,
    pub(crate) tls_key: PathBuf,
}

/// See `[pages]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pages {
    pub(crate) requests_per_minute_max: u32,
    pub(crate) burst_max: u32,
}

/// See `[hooks]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hooks {
    pub(crate) allow_private_addresses: bool,
}

/// See `[alerts]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alerts {
    pub(crate) webhooks: Vec<Secret>,
    pub(crate) webhook_secret: Secret,
    pub(crate) slack_webhooks: Vec<Secret>,
    pub(crate) email_to: Vec<String>,
    pub(crate) email_from: String,
    pub(crate) smtp_host: String,
    pub(crate) smtp_port: u16,
    pub(crate) smtp_security: SmtpSecurity,
    pub(crate) smtp_username: String,
    pub(crate) smtp_password: Secret,
    pub(crate) allow_private_addresses: bool,
    pub(crate) campaign_events_min: u32,
    pub(crate) challenge_rate_events_min: u32,
    pub(crate) hook_failing_minutes: u32,
    pub(crate) cool_down_minutes: u32,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SmtpSecurity {
    /// TLS from the first byte on.
    Tls,
    /// TLS before anything is said.
    Starttls,
    /// In clear.
    None,
}

/// See `[store]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreConfig {
    pub(crate) data: PathBuf,
    pub(crate) master_key_file: PathBuf,
    pub(crate) master_key_command: String,
    pub(crate) replay_max: u64,
    pub(crate) queue_max: usize,
    pub(crate) go_on_after_loss: bool,
}

/// See `[judgement]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judgement {
    pub(crate) intelligence: PathBuf,
    pub(crate) policy: PathBuf,
    pub(crate) data_age_days_max: u32,
    pub(crate) deadline_ms: u32,
    pub(crate) fallback_mild: FallbackVerdict,
    pub(crate) fallback_strict: FallbackVerdict,
}

/// A verdict that may be a fallback: trust may not, since nothing was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FallbackVerdict {
    Allow,
    Challenge,
    Deny,
}

impl From<FallbackVerdict> for Verdict {
    fn from(verdict: FallbackVerdict) -> Self {
        match verdict {
            FallbackVerdict::Allow => Self::Allow,
            FallbackVerdict::Challenge => Self::Challenge,
            FallbackVerdict::Deny => Self::Deny,
        }
    }
}

/// See `[log]` in `default.toml`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

impl Log {
    /// What is logged.
    pub(crate) fn filter(&self) -> Result<EnvFilter, ConfigError> {
        let wrong = || ConfigError::Wrong {
            origin: "log.level".into(),
            message: "must be error, warn, info, debug, trace, off, or a filter like \"info,rightful_store=debug\""
                .into(),
        };
        // A lone word that is no level would be taken for a module's name, and everything else fall silent.
        let is_level = |part: &str| part.contains(['=', '[']) || part.trim().parse::<LevelFilter>().is_ok();
        if !self.level.split(',').all(is_level) {
            return Err(wrong());
        }
        EnvFilter::try_new(&self.level).map_err(|_| wrong())
    }
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Why there is no effective configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{origin}: {message}")]
    Wrong { origin: String, message: String },
    #[error("{origin}: unknown key \"{key}\"{suggestion}")]
    UnknownKey { origin: String, key: String, suggestion: String },
    #[error("{key} must be between {min} and {max}")]
    OutOfRange { key: &'static str, min: u64, max: u64 },
}

impl Config {
    /// The defaults, overridden by a file and by the given variables of the environment.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut effective = table(DEFAULTS, "default.toml")?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
            let origin = path.display().to_string();
            let given = table(&text, &origin)?;
            overlay(&mut effective, given, &origin)?;
            typed(&effective, &origin)?;
        }
        for (name, value) in environment {
            if let Some(setting) = name.strip_prefix(ENVIRONMENT_PREFIX)
                && let Some((section, key)) = setting.split_once("__")
                && !NOT_SETTINGS.contains(&name.as_str())
            {
                let given = from_environment(&effective, &section.to_lowercase(), &key.to_lowercase(), &value);
                overlay(&mut effective, given, &name)?;
                typed(&effective, &name)?;
            }
        }
        let config = typed(&effective, "configuration")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let within = |key, value: u64, min, max| {
            if (min..=max).contains(&value) { Ok(()) } else { Err(ConfigError::OutOfRange { key, min, max }) }
        };
        within("server.body_bytes_max", self.server.body_bytes_max as u64, 1024, 16 << 20)?;
        within("server.connections_max", self.server.connections_max as u64, 1, 100_000)?;
        within("pages.requests_per_minute_max", self.pages.requests_per_minute_max.into(), 0, 1_000_000)?;
        within("pages.burst_max", self.pages.burst_max.into(), 1, 1_000_000)?;
        within("store.replay_max", self.store.replay_max, 1_000, 10_000_000)?;
        within("store.queue_max", self.store.queue_max as u64, 16, 1_000_000)?;
        within("judgement.data_age_days_max", self.judgement.data_age_days_max.into(), 1, 3_650)?;
        let (least, most) = (*DEADLINE_MS.start(), *DEADLINE_MS.end());
        within("judgement.deadline_ms", self.judgement.deadline_ms.into(), least.into(), most.into())?;
        let url = self.public_url();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(ConfigError::Wrong {
                origin: "server.public_url".into(),
                message: "must begin with https:// or http://".into(),
            });
        }
        let (certificate, key) = (&self.server.tls_certificate, &self.server.tls_key);
        if certificate.as_os_str().is_empty() != key.as_os_str().is_empty() {
            return Err(ConfigError::Wrong {
                origin: "server.tls_certificate, server.tls_key".into(),
                message: "set both or none".into(),
            });
        }
        within("alerts.hook_failing_minutes", self.alerts.hook_failing_minutes.into(), 1, 10_080)?;
        within("alerts.cool_down_minutes", self.alerts.cool_down_minutes.into(), 0, 10_080)?;
        Channel::configured(&self.alerts)?;
        self.trusted_proxies()?;
        self.log.filter()?;
        self.metrics_listen()?;
        Ok(())
    }

    /// The proxies that are believed.
    pub(crate) fn trusted_proxies(&self) -> Result<Vec<IpNet>, ConfigError> {
        let parse = |text: &String| {
            text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from)).map_err(|_| {
                ConfigError::Wrong {
                    origin: "server.trusted_proxies".into(),
                    message: format!("\"{text}\" is neither an address nor a network"),
                }
            })
        };
        self.server.trusted_proxies.iter().map(parse).collect()
    }

    /// Where metrics are served; None if they are off.
    pub(crate) fn metrics_listen(&self) -> Result<Option<SocketAddr>, ConfigError> {
        if self.server.metrics_listen.is_empty() {
            return Ok(None);
        }
        let wrong = |_| ConfigError::Wrong {
            origin: "server.metrics_listen".into(),
            message: "must be an address and a port, or empty".into(),
        };
        self.server.metrics_listen.parse().map(Some).map_err(wrong)
    }

    /// The master key's file.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        if self.store.master_key_file.as_os_str().is_empty() {
            let mut beside = self.store.data.clone().into_os_string();
            beside.push(".master-key");
            beside.into()
        } else {
            self.store.master_key_file.clone()
        }
    }

    /// How this server is reached from outside, without a slash at the end.
    pub(crate) fn public_url(&self) -> String {
        match self.server.public_url.trim_end_matches('/') {
            "" => format!("{}://{}", self.scheme(), self.server.listen),
            url => url.to_owned(),
        }
    }

    /// What the API itself speaks; a proxy before it may speak another.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls().is_some() { "https" } else { "http" }
    }

    /// The certificate's file and its key's; None if the API speaks in clear.
    pub(crate) fn tls(&self) -> Option<(&Path, &Path)> {
        let (certificate, key) = (&self.server.tls_certificate, &self.server.tls_key);
        (!certificate.as_os_str().is_empty()).then_some((certificate, key))
    }

    /// The data sets' folder; None if none is there.
    pub(crate) fn intelligence(&self) -> Option<PathBuf> {
        if !self.judgement.intelligence.as_os_str().is_empty() {
            return Some(self.judgement.intelligence.clone());
        }
        Some(self.store.data.join("intelligence")).filter(|folder| folder.is_dir())
    }
}

fn table(text: &str, origin: &str) -> Result<Table, ConfigError> {
    text.parse()
        .map_err(|error: toml::de::Error| ConfigError::Wrong { origin: origin.into(), message: error.to_string() })
}

/// Settings as they are used; what is not of its type is blamed on who set something last.
fn typed(effective: &Table, origin: &str) -> Result<Config, ConfigError> {
    effective.clone().try_into().map_err(|error: toml::de::Error| {
        let message = error.to_string().trim().replace('\n', " ");
        ConfigError::Wrong { origin: origin.into(), message }
    })
}

/// A variable's text in the type that the default has.
fn from_environment(effective: &Table, section: &str, key: &str, text: &str) -> Table {
    let default = effective.get(section).and_then(|section| section.get(key));
    let value = match default {
        Some(Value::Integer(_)) => text.parse().map(Value::Integer).ok(),
        Some(Value::Boolean(_)) => text.parse().map(Value::Boolean).ok(),
        Some(Value::Array(_)) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::Array(items.map(|item| Value::String(item.into())).collect()))
        }
        _ => None,
    };
    let mut inner = Table::new();
    inner.insert(key.into(), value.unwrap_or_else(|| Value::String(text.into())));
    let mut outer = Table::new();
    outer.insert(section.into(), Value::Table(inner));
    outer
}

/// Lays given settings over effective ones; what is not there yet is not a setting.
fn overlay(effective: &mut Table, given: Table, origin: &str) -> Result<(), ConfigError> {
    for (key, value) in given {
        let Some(slot) = effective.get_mut(&key) else {
            let suggestion = nearest(&key, effective.keys().map(String::as_str));
            return Err(ConfigError::UnknownKey { origin: origin.into(), key, suggestion });
        };
        match (slot, value) {
            (Value::Table(inner), Value::Table(given)) => overlay(inner, given, origin)?,
            (slot, value) => *slot = value,
        }
    }
    Ok(())
}

/// The known key that is most like this one, as the end of a sentence; empty if none is.
pub(crate) fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|candidate| (distance(key, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or_else(String::new, |(_, candidate)| format!(", did you mean \"{candidate}\"?"))
}

/// Edit distance: letters added, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.chars().zip(row.windows(2)) {
            let &[diagonal, above] = above else { continue };
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rightful.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), environment.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn the_defaults_are_a_configuration() {
        let config = Config::load(None, []).unwrap();
        assert_eq!(config.server.listen.port(), 8700);
        assert_eq!(config.master_key_file(), PathBuf::from("rightful-data.master-key"));
    }

    #[test]
    fn the_reference_page_is_made_from_the_defaults() {
        let page = format!(
            "# Configuration\n\n<!-- Made from crates/rightful-server/src/config/default.toml: \
             UPDATE_EXPECT=1 cargo test -p rightful-server. -->\n\n`rightful config reference` prints this, \
             `rightful config check` what is in effect.\n\n```toml\n{DEFAULTS}```\n"
        );
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&file, &page).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), page);
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let config = load(
            "[server]\nbody_bytes_max = 2048\nlisten = \"127.0.0.1:1\"",
            &[
                ("RIGHTFUL_SERVER__LISTEN", "127.0.0.1:2"),
                ("RIGHTFUL_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
            ],
        )
        .unwrap();
        assert_eq!((config.server.listen.port(), config.server.body_bytes_max), (2, 2048));
        assert_eq!(config.trusted_proxies().unwrap().len(), 2);
    }

    #[test]
    fn a_wrong_value_is_blamed_on_where_it_stands() {
        let message = |text, environment| load(text, environment).unwrap_err().to_string();
        let in_file = message("[judgement]\ndeadline_ms = -5", &[("RIGHTFUL_STORE__QUEUE_MAX", "100")]);
        assert!(in_file.contains("rightful.toml: ") && in_file.ends_with("in `judgement.deadline_ms`"), "{in_file}");
        let in_variable = message("", &[("RIGHTFUL_SERVER__LISTEN", "here")]);
        assert!(in_variable.starts_with("RIGHTFUL_SERVER__LISTEN: "), "{in_variable}");
    }

    #[test]
    fn a_misspelled_key_is_an_error_with_a_suggestion() {
        for (text, expected) in [
            ("[server]\nlisen = \"127.0.0.1:1\"", "unknown key \"lisen\", did you mean \"listen\"?"),
            ("[servr]\n", "unknown key \"servr\", did you mean \"server\"?"),
            ("[server]\nfrobnicate = 1", "unknown key \"frobnicate\""),
            ("[server]\nbody_bytes_max = 1", "server.body_bytes_max must be between 1024 and 16777216"),
            ("[server]\ntrusted_proxies = [\"all\"]", "\"all\" is neither an address nor a network"),
            ("[log]\nlevel = \"loud\"", "log.level: must be error"),
            ("[log]\nlevel = \"rightful=loud\"", "log.level: must be error"),
            ("[judgement]\nfallback_mild = \"trust\"", "unknown variant `trust`"),
        ] {
            let message = load(text, &[]).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
