//! The stored form of an application.

use rightful_domain::{
    Application, ApplicationId, ApplicationMode, Credential, CredentialKind, KeyDigest, Settings, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;

/// The version of the bytes below.
const VERSION: u8 = 1;

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
    super::to_versioned_bytes(VERSION, &stored)
}

/// An application from its bytes.
pub(crate) fn decode_application(bytes: &[u8]) -> Result<Application, Undecodable> {
    let stored: StoredApplication<'_> = super::from_versioned_bytes(VERSION, bytes)?;
    let credential = |key: StoredCredential<'_>| {
        Ok(Credential {
            kind: CredentialKind::of_number(key.kind)?,
            public_id: key.public_id.into(),
            secret_digest: key.secret_digest.map(KeyDigest),
            sealed_secret: key.sealed_secret.map(Into::into),
        })
    };
    Ok(Application {
        id: super::id(stored.id, ApplicationId::new)?,
        name: stored.name.into(),
        test: stored.test,
        mode: ApplicationMode::of_number(stored.mode)?,
        credentials: stored.credentials.into_iter().map(credential).collect::<Result<_, _>>()?,
        fallback_mild: Verdict::of_number(stored.fallback_mild)?,
        fallback_strict: Verdict::of_number(stored.fallback_strict)?,
        deadline_ms: stored.deadline_ms,
        created_at: Timestamp::from_micros(stored.created_at),
        settings: Settings::default(),
    })
}
