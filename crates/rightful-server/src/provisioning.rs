//! New applications and their keys: one set for each dialect, shown once.

use rightful_domain::{
    Application, ApplicationId, ApplicationMode, Credential, CredentialKind, InvalidId, Settings, Timestamp, Verdict,
};
use rightful_store::{MasterKey, Nonces};
use serde::{Deserialize, Serialize};

use crate::keys::{self, Halves};
use crate::settings::{self, NAME_BYTES_MAX};

/// What a new application should be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NewApplication {
    pub(crate) name: String,
    pub(crate) test: bool,
    pub(crate) observe: bool,
    pub(crate) deadline_ms: u32,
    /// As spelled in the configuration.
    pub(crate) fallback_mild: String,
    /// As spelled in the configuration.
    pub(crate) fallback_strict: String,
}

/// A new application's keys, in clear, this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keys {
    pub(crate) application_id: String,
    pub(crate) native: Native,
    pub(crate) ravelin: Ravelin,
    pub(crate) transmit: Transmit,
    pub(crate) sumsub: Sumsub,
    pub(crate) rupt: Rupt,
}

// Keys in clear: a careless `{:?}` must not write them to a log.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("application_id", &self.application_id).finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Native {
    pub(crate) api_key: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ravelin {
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transmit {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sumsub {
    pub(crate) app_token: String,
    pub(crate) secret_key: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rupt {
    pub(crate) client_id: String,
    pub(crate) api_secret: String,
}

/// Why there is no new application.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProvisioningError {
    #[error("the name must have 1 to {NAME_BYTES_MAX} bytes and no control characters")]
    Name,
    #[error("{key} must be allow, challenge or deny")]
    Fallback { key: &'static str },
    #[error("could not make an id: {0}")]
    Id(#[from] InvalidId),
}

/// Makes an application with its keys: what is stored, and what is shown once.
pub(crate) fn provision(
    new: &NewApplication,
    master_key: &MasterKey,
    nonces: &Nonces,
    now: Timestamp,
) -> Result<(Application, Keys), ProvisioningError> {
    let name = settings::name(&new.name).ok_or(ProvisioningError::Name)?;
    let keys = mint(new.test);
    let application = Application {
        id: ApplicationId::new(keys.application_id.as_str())?,
        name: name.into(),
        test: new.test,
        mode: if new.observe { ApplicationMode::Observe } else { ApplicationMode::Enforce },
        credentials: credentials(&keys, master_key, nonces),
        fallback_mild: fallback(&new.fallback_mild, "fallback_mild")?,
        fallback_strict: fallback(&new.fallback_strict, "fallback_strict")?,
        deadline_ms: new.deadline_ms,
        created_at: now,
        // Nobody's devices are in a test application.
        settings: Settings { pages_may_list_devices: new.test, ..Settings::default() },
    };
    Ok((application, keys))
}

fn fallback(text: &str, key: &'static str) -> Result<Verdict, ProvisioningError> {
    Verdict::parse(text).filter(|verdict| *verdict != Verdict::Trust).ok_or(ProvisioningError::Fallback { key })
}

fn mint(test: bool) -> Keys {
    let of = |kind| keys::mint(kind, test);
    let [transmit, sumsub, rupt] =
        [CredentialKind::TransmitClient, CredentialKind::SumsubAppToken, CredentialKind::RuptClient].map(of);
    Keys {
        application_id: format!("app_{}", keys::letters::<12>()),
        native: Native { api_key: of(CredentialKind::NativeApiKey).secret },
        ravelin: Ravelin {
            secret_key: of(CredentialKind::RavelinSecretKey).secret,
            publishable_key: of(CredentialKind::RavelinPublishableKey).secret,
        },
        transmit: Transmit { client_id: transmit.public_id, client_secret: transmit.secret },
        sumsub: Sumsub { app_token: sumsub.public_id, secret_key: sumsub.secret },
        rupt: Rupt { client_id: rupt.public_id, api_secret: rupt.secret },
    }
}

fn credentials(keys: &Keys, master_key: &MasterKey, nonces: &Nonces) -> Vec<Credential> {
    let halves = [
        (CredentialKind::NativeApiKey, "", &keys.native.api_key),
        (CredentialKind::RavelinSecretKey, "", &keys.ravelin.secret_key),
        (CredentialKind::RavelinPublishableKey, "", &keys.ravelin.publishable_key),
        (CredentialKind::TransmitClient, keys.transmit.client_id.as_str(), &keys.transmit.client_secret),
        (CredentialKind::SumsubAppToken, &keys.sumsub.app_token, &keys.sumsub.secret_key),
        (CredentialKind::RuptClient, &keys.rupt.client_id, &keys.rupt.api_secret),
    ];
    let kept = halves.map(|(kind, public_id, secret)| {
        let halves = Halves { public_id: public_id.to_owned(), secret: secret.clone() };
        keys::credential(kind, &halves, master_key, nonces)
    });
    kept.into()
}
