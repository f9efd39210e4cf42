//! The stored form of an application.

use rightful_domain::{
    Application, ApplicationId, ApplicationMode, Credential, CredentialKind, Hook, HookStyle, KeyDigest,
    RecommendationWords, Settings, TakeoverWords, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

/// The first version: without settings.
const OLD_VERSION: u8 = 1;
/// The second: with settings, without how it likes recommendations.
const SETTINGS_VERSION: u8 = 2;
/// The third: without where a person is sent who is asked.
const RECOMMENDATIONS_VERSION: u8 = 3;
/// The version that is written.
const VERSION: u8 = 4;

#[derive(Serialize, Deserialize)]
struct StoredApplication<'a> {
    #[serde(borrow)]
    id: &'a str,
    name: &'a str,
    test: bool,
    mode: u8,
    credentials: Vec<StoredCredential<'a>>,
    fallback_mild: u8,
    fallback_strict: u8,
    deadline_ms: u32,
    created_at: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredCredential<'a> {
    kind: u8,
    #[serde(borrow)]
    public_id: &'a str,
    secret_digest: Option<[u8; 32]>,
    sealed_secret: Option<&'a [u8]>,
}

/// What follows an application's own words from version 2 on.
#[derive(Serialize, Deserialize)]
struct StoredSettings<'a> {
    #[serde(borrow)]
    origins: Vec<&'a str>,
    takeover_words: u8,
    account_events_per_minute_max: u32,
    devices_per_account_max: u16,
    blocks_over_device_limit: bool,
    pages_may_list_devices: bool,
    hooks: Vec<StoredHook<'a>>,
}

/// What follows its settings from version 3 on.
#[derive(Serialize, Deserialize)]
struct StoredRecommendations<'a> {
    words: u8,
    #[serde(borrow)]
    action_types: Vec<&'a str>,
}

/// What follows that from version 4 on.
#[derive(Serialize, Deserialize)]
struct StoredAsking<'a> {
    #[serde(borrow)]
    ask_url: Option<&'a str>,
}

impl<'a> StoredAsking<'a> {
    fn of(settings: &'a Settings) -> Self {
        Self { ask_url: settings.ask_url.as_deref() }
    }

    fn restore(self, settings: Settings) -> Settings {
        Settings { ask_url: self.ask_url.map(Into::into), ..settings }
    }
}

impl<'a> StoredRecommendations<'a> {
    fn of(settings: &'a Settings) -> Self {
        Self {
            words: settings.recommendation_words.number(),
            action_types: settings.action_types.iter().map(|name| &**name).collect(),
        }
    }

    fn restore(self, settings: Settings) -> Result<Settings, Undecodable> {
        Ok(Settings {
            recommendation_words: RecommendationWords::of_number(self.words)?,
            action_types: self.action_types.into_iter().map(Into::into).collect(),
            ..settings
        })
    }
}

#[derive(Serialize, Deserialize)]
struct StoredHook<'a> {
    #[serde(borrow)]
    id: &'a str,
    style: u8,
    url: &'a str,
    sealed_secret: Option<&'a [u8]>,
    enabled: bool,
}

impl<'a> StoredSettings<'a> {
    fn of(settings: &'a Settings) -> Self {
        Self {
            origins: settings.origins.iter().map(|origin| &**origin).collect(),
            takeover_words: settings.takeover_words.number(),
            account_events_per_minute_max: settings.account_events_per_minute_max,
            devices_per_account_max: settings.devices_per_account_max,
            blocks_over_device_limit: settings.blocks_over_device_limit,
            pages_may_list_devices: settings.pages_may_list_devices,
            hooks: settings.hooks.iter().map(StoredHook::of).collect(),
        }
    }

    fn restore(self) -> Result<Settings, Undecodable> {
        Ok(Settings {
            origins: self.origins.into_iter().map(Into::into).collect(),
            takeover_words: TakeoverWords::of_number(self.takeover_words)?,
            account_events_per_minute_max: self.account_events_per_minute_max,
            devices_per_account_max: self.devices_per_account_max,
            blocks_over_device_limit: self.blocks_over_device_limit,
            pages_may_list_devices: self.pages_may_list_devices,
            hooks: self.hooks.into_iter().map(StoredHook::restore).collect::<Result<_, _>>()?,
            ..Settings::default()
        })
    }
}

impl<'a> StoredHook<'a> {
    fn of(hook: &'a Hook) -> Self {
        Self {
            id: &hook.id,
            style: hook.style.number(),
            url: &hook.url,
            sealed_secret: hook.sealed_secret.as_deref(),
            enabled: hook.enabled,
        }
    }

    fn restore(self) -> Result<Hook, Undecodable> {
        Ok(Hook {
            id: self.id.into(),
            style: HookStyle::of_number(self.style)?,
            url: self.url.into(),
            sealed_secret: self.sealed_secret.map(Into::into),
            enabled: self.enabled,
        })
    }
}

impl<'a> StoredCredential<'a> {
    fn of(key: &'a Credential) -> Self {
        Self {
            kind: key.kind.number(),
            public_id: &key.public_id,
            secret_digest: key.secret_digest.map(|digest| digest.0),
            sealed_secret: key.sealed_secret.as_deref(),
        }
    }
}

/// An application as bytes.
pub(crate) fn encode_application(application: &Application) -> Vec<u8> {
    let stored = StoredApplication {
        id: application.id.as_str(),
        name: &application.name,
        test: application.test,
        mode: application.mode.number(),
        credentials: application.credentials.iter().map(StoredCredential::of).collect(),
        fallback_mild: application.fallback_mild.number(),
        fallback_strict: application.fallback_strict.number(),
        deadline_ms: application.deadline_ms,
        created_at: application.created_at.as_micros(),
    };
    let settings = &application.settings;
    let recommendations = StoredRecommendations::of(settings);
    let asking = StoredAsking::of(settings);
    super::to_versioned_bytes(VERSION, &(stored, StoredSettings::of(settings), recommendations, asking))
}

/// An application from its bytes.
pub(crate) fn decode_application(bytes: &[u8]) -> Result<Application, Undecodable> {
    if bytes.first() == Some(&OLD_VERSION) {
        return super::from_versioned_bytes::<StoredApplication<'_>>(OLD_VERSION, bytes)?.restore(Settings::default());
    }
    if bytes.first() == Some(&SETTINGS_VERSION) {
        let (stored, settings): (StoredApplication<'_>, StoredSettings<'_>) =
            super::from_versioned_bytes(SETTINGS_VERSION, bytes)?;
        return stored.restore(settings.restore()?);
    }
    type Third<'a> = (StoredApplication<'a>, StoredSettings<'a>, StoredRecommendations<'a>);
    type Fourth<'a> = (StoredApplication<'a>, StoredSettings<'a>, StoredRecommendations<'a>, StoredAsking<'a>);
    if bytes.first() == Some(&RECOMMENDATIONS_VERSION) {
        let (stored, settings, recommendations): Third<'_> =
            super::from_versioned_bytes(RECOMMENDATIONS_VERSION, bytes)?;
        return stored.restore(recommendations.restore(settings.restore()?)?);
    }
    let (stored, settings, recommendations, asking): Fourth<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    stored.restore(asking.restore(recommendations.restore(settings.restore()?)?))
}

impl StoredApplication<'_> {
    fn restore(self, settings: Settings) -> Result<Application, Undecodable> {
        let credential = |key: StoredCredential<'_>| {
            Ok(Credential {
                kind: CredentialKind::of_number(key.kind)?,
                public_id: key.public_id.into(),
                secret_digest: key.secret_digest.map(KeyDigest),
                sealed_secret: key.sealed_secret.map(Into::into),
            })
        };
        Ok(Application {
            id: super::id(self.id, ApplicationId::new)?,
            name: self.name.into(),
            test: self.test,
            mode: ApplicationMode::of_number(self.mode)?,
            credentials: self.credentials.into_iter().map(credential).collect::<Result<_, _>>()?,
            fallback_mild: Verdict::of_number(self.fallback_mild)?,
            fallback_strict: Verdict::of_number(self.fallback_strict)?,
            deadline_ms: self.deadline_ms,
            created_at: Timestamp::from_micros(self.created_at),
            settings,
        })
    }
}
