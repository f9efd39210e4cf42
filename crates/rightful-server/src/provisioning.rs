//! New applications and their keys: one set for each dialect, shown once.

use rightful_domain::{
    Application, ApplicationId, ApplicationMode, Credential, CredentialKind, InvalidId, Settings, Timestamp, Verdict,
};
use rightful_store::{MasterKey, Nonces};
use serde::{Deserialize, Serialize};

use crate::applications::digest;
use crate::clock;

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

/// The longest name of an application, in bytes.
const NAME_BYTES_MAX: usize = 128;

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
    let name = new.name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(ProvisioningError::Name);
    }
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
    let kind = if test { "test" } else { "live" };
    // Sumsub's own scripts insist on these two prefixes.
    let sumsub = if test { "sbx" } else { "prd" };
    Keys {
        application_id: format!("app_{}", letters::<12>()),
        native: Native { api_key: format!("sk_{kind}_{}", letters::<32>()) },
        ravelin: Ravelin {
            secret_key: format!("sk_{kind}_{}", letters::<32>()),
            publishable_key: format!("publishable_key_{kind}_{}", letters::<16>()),
        },
        transmit: Transmit { client_id: format!("{kind}_{}", letters::<12>()), client_secret: letters::<32>() },
        sumsub: Sumsub { app_token: format!("{sumsub}:{}", letters::<16>()), secret_key: letters::<32>() },
        rupt: Rupt { client_id: format!("{kind}_{}", letters::<12>()), api_secret: letters::<32>() },
    }
}

fn credentials(keys: &Keys, master_key: &MasterKey, nonces: &Nonces) -> Vec<Credential> {
    let hashed = |kind, public_id: &str, secret: &str| Credential {
        kind,
        public_id: public_id.into(),
        secret_digest: Some(digest(secret)),
        sealed_secret: None,
    };
    // Sumsub's requests are signed with the secret, so it is needed back: sealed, not digested.
    let sumsub = Credential {
        kind: CredentialKind::SumsubAppToken,
        public_id: keys.sumsub.app_token.as_str().into(),
        secret_digest: None,
        sealed_secret: Some(master_key.seal(keys.sumsub.secret_key.as_bytes(), nonces)),
    };
    vec![
        hashed(CredentialKind::NativeApiKey, "", &keys.native.api_key),
        hashed(CredentialKind::RavelinSecretKey, "", &keys.ravelin.secret_key),
        hashed(CredentialKind::RavelinPublishableKey, "", &keys.ravelin.publishable_key),
        hashed(CredentialKind::TransmitClient, &keys.transmit.client_id, &keys.transmit.client_secret),
        sumsub,
        hashed(CredentialKind::RuptClient, &keys.rupt.client_id, &keys.rupt.api_secret),
    ]
}

/// `N` random bytes in letters and digits that survive a double click, a URL and a shell.
fn letters<const N: usize>() -> String {
    clock::random::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
}
