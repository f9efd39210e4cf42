//! An application's keys, one by one: a second of a kind is added before the first is taken away, so that nothing stands
//! still while keys are replaced. A secret is shown once.

use rightful_domain::{Application, Credential, CredentialKind};
use rightful_store::{MasterKey, Nonces};
use serde::{Deserialize, Serialize};

use crate::applications::{digest, name_of_digest};
use crate::clock;

/// The kinds of keys, as an operator writes them.
const KINDS: [(CredentialKind, &str); 6] = [
    (CredentialKind::NativeApiKey, "native"),
    (CredentialKind::RavelinSecretKey, "ravelin"),
    (CredentialKind::RavelinPublishableKey, "ravelin_publishable"),
    (CredentialKind::TransmitClient, "transmit"),
    (CredentialKind::SumsubAppToken, "sumsub"),
    (CredentialKind::RuptClient, "rupt"),
];

/// What is asked about keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyCommand {
    /// Show them, without their secrets.
    List,
    /// Make one more of a kind.
    Add { kind: String },
    /// Take one away, by its name.
    Revoke { name: String, may_be_last: bool },
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownKey {
    /// By which it is revoked, and by which logs and authors name it.
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// A new key, in clear, this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The public half; None where the secret stands alone.
    pub(crate) public_id: Option<String>,
    pub(crate) secret: String,
}

// A key in clear: a careless `{:?}` must not write it to a log.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("unknown kind of key \"{0}\": it must be one of {words}", words = words())]
    Kind(String),
    #[error("the application has no key \"{0}\": `rightful app key list` names them")]
    NoKey(String),
    #[error("\"{0}\" is the last key of its kind: add another first, or say --last")]
    Last(String),
    #[error("the application has as many keys as it may: revoke one")]
    TooMany,
}

/// A key's two halves.
pub(crate) struct Halves {
    pub(crate) public_id: String,
    pub(crate) secret: String,
}

/// Makes the halves of a key of a kind.
pub(crate) fn mint(kind: CredentialKind, test: bool) -> Halves {
    let of = if test { "test" } else { "live" };
    // Sumsub's own scripts insist on these two prefixes.
    let sumsub = if test { "sbx" } else { "prd" };
    let (public_id, secret) = match kind {
        CredentialKind::NativeApiKey | CredentialKind::RavelinSecretKey => {
            (String::new(), format!("sk_{of}_{}", letters::<32>()))
        }
        CredentialKind::RavelinPublishableKey => (String::new(), format!("publishable_key_{of}_{}", letters::<16>())),
        CredentialKind::TransmitClient | CredentialKind::RuptClient => {
            (format!("{of}_{}", letters::<12>()), letters::<32>())
        }
        CredentialKind::SumsubAppToken => (format!("{sumsub}:{}", letters::<16>()), letters::<32>()),
    };
    Halves { public_id, secret }
}

/// A key as it is kept: by its digest, or sealed where requests are signed with it and it is needed back.
pub(crate) fn credential(kind: CredentialKind, halves: &Halves, master_key: &MasterKey, nonces: &Nonces) -> Credential {
    let is_signed_with = kind == CredentialKind::SumsubAppToken;
    Credential {
        kind,
        public_id: halves.public_id.as_str().into(),
        secret_digest: (!is_signed_with).then(|| digest(&halves.secret)),
        sealed_secret: is_signed_with.then(|| master_key.seal(halves.secret.as_bytes(), nonces)),
    }
}

/// One more key of a kind: as it is shown once, and as it is kept.
pub(crate) fn new_key(
    application: &Application,
    kind: &str,
    master_key: &MasterKey,
    nonces: &Nonces,
) -> Result<(NewKey, Credential), KeyError> {
    let known = KINDS.iter().find(|(_, word)| *word == kind);
    let (kind, word) = known.ok_or_else(|| KeyError::Kind(kind.to_owned()))?;
    let halves = mint(*kind, application.test);
    let credential = credential(*kind, &halves, master_key, nonces);
    let Halves { public_id, secret } = halves;
    let public_id = (!public_id.is_empty()).then_some(public_id);
    Ok((NewKey { name: name_of(&credential), kind: (*word).to_owned(), public_id, secret }, credential))
}

/// An application's keys, in the order in which they were made.
pub(crate) fn shown(application: &Application) -> Vec<ShownKey> {
    let shown = |key: &Credential| ShownKey { name: name_of(key), kind: word_of(key.kind).to_owned() };
    application.credentials.iter().map(shown).collect()
}

/// The key of a name. The last of its kind is only found if that is meant: without it, whoever uses it is shut out.
pub(crate) fn to_revoke(application: &Application, name: &str, may_be_last: bool) -> Result<Credential, KeyError> {
    let found = application.credentials.iter().find(|key| name_of(key) == name);
    let found = found.ok_or_else(|| KeyError::NoKey(name.to_owned()))?;
    let n_of_kind = application.credentials.iter().filter(|key| key.kind == found.kind).count();
    if n_of_kind == 1 && !may_be_last {
        return Err(KeyError::Last(name.to_owned()));
    }
    Ok(found.clone())
}

/// A key's name for people: its public half, or the beginning of its digest.
fn name_of(key: &Credential) -> String {
    match key.secret_digest {
        Some(digest) if key.public_id.is_empty() => name_of_digest(digest),
        _ => key.public_id.to_string(),
    }
}

fn word_of(kind: CredentialKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, word)| word)
}

fn words() -> String {
    KINDS.map(|(_, word)| word).join(", ")
}

/// `N` random bytes in letters and digits that survive a double click, a URL and a shell.
pub(crate) fn letters<const N: usize>() -> String {
    clock::random::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
}
