//! The applications in memory: whose key is this, and whose page?
//!
//! Keys are 256 random bits and only their digests are kept, so a lookup by digest is safe; the final comparison takes
//! the same time whether or not it holds.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::RwLock;
use rightful_dialects::Presented;
use rightful_domain::{Application, ApplicationId, Credential, CredentialKind, KeyDigest};
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use crate::http::origin;

/// The applications, shared by all requests and replaced when the office changes.
#[derive(Debug, Default)]
pub(crate) struct Applications {
    current: RwLock<Arc<Directory>>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Directory {
    by_id: HashMap<ApplicationId, Arc<Application>>,
    by_key: HashMap<(CredentialKind, KeyDigest), (Arc<Application>, Credential)>,
    by_public_id: HashMap<(CredentialKind, Box<str>), Arc<Application>>,
    /// The origins of all live applications' pages, and of test applications'.
    origins: HashSet<Box<str>>,
    /// Whether pages of this machine are some application's.
    has_test: bool,
}

impl Applications {
    /// Replaces all that is known.
    pub(crate) fn replace(&self, applications: Vec<Application>) {
        let mut directory = Directory::default();
        for application in applications {
            let application = Arc::new(application);
            for credential in &application.credentials {
                if let Some(digest) = credential.secret_digest {
                    let owner = (Arc::clone(&application), credential.clone());
                    directory.by_key.insert((credential.kind, digest), owner);
                }
                if !credential.public_id.is_empty() {
                    let named = (credential.kind, credential.public_id.clone());
                    directory.by_public_id.insert(named, Arc::clone(&application));
                }
            }
            directory.origins.extend(application.settings.origins.iter().cloned());
            directory.has_test |= application.test;
            directory.by_id.insert(application.id.clone(), application);
        }
        *self.current.write() = Arc::new(directory);
        self.changed.send_replace(());
    }

    /// Whose key this is; None if nobody's. A secret that stands alone is matched by itself.
    pub(crate) fn owner(&self, presented: &Presented<'_>) -> Option<Arc<Application>> {
        let digest = digest(presented.secret);
        let directory = self.directory();
        let (application, credential) = directory.by_key.get(&(presented.kind, digest))?;
        let secret_is_right = credential.secret_digest?.0.ct_eq(&digest.0);
        let public_is_right = credential.public_id.as_bytes().ct_eq(presented.public_id.as_bytes());
        let stands_alone = subtle::Choice::from(u8::from(presented.public_id.is_empty()));
        bool::from(secret_is_right & (public_is_right | stands_alone)).then(|| Arc::clone(application))
    }

    /// Whose public half this is, where requests are signed under the secret half, with that secret as it is sealed; None
    /// if it is nobody's, or its secret is presented and not signed with. Not yet believed: check the signature.
    pub(crate) fn signer(&self, presented: &Presented<'_>) -> Option<(Arc<Application>, Box<[u8]>)> {
        let named = (presented.kind, Box::from(presented.public_id));
        let application = self.directory().by_public_id.get(&named).cloned()?;
        let is_it = |credential: &&Credential| {
            credential.kind == presented.kind && *credential.public_id == *presented.public_id
        };
        let sealed = application.credentials.iter().find(is_it)?.sealed_secret.clone()?;
        presented.secret.is_empty().then_some((application, sealed))
    }

    /// All of them, by id.
    pub(crate) fn all(&self) -> Vec<Arc<Application>> {
        let mut all: Vec<Arc<Application>> = self.directory().by_id.values().map(Arc::clone).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// Whose page names itself so; None if nobody's. The public half is enough, and it is all that a page may know; a
    /// secret that is presented beside it must be right all the same. What a page may do is less than what a key may:
    /// never ask this for a path that takes keys.
    pub(crate) fn owner_of_page(&self, presented: &Presented<'_>) -> Option<Arc<Application>> {
        if !presented.secret.is_empty() {
            return self.owner(presented);
        }
        let directory = self.directory();
        let named = (presented.kind, Box::from(presented.public_id));
        // A key that is public as a whole is kept like one that is not, without a public half.
        directory.by_public_id.get(&named).cloned().or_else(|| {
            let (application, credential) = directory.by_key.get(&(presented.kind, digest(presented.public_id)))?;
            credential.public_id.is_empty().then(|| Arc::clone(application))
        })
    }

    /// Whether pages of this origin may be any application's: for preflights, which name none.
    pub(crate) fn any_takes(&self, origin: &str) -> bool {
        let directory = self.directory();
        directory.origins.contains(origin) || (directory.has_test && origin::is_local(origin))
    }

    /// Tells whenever all that is known is replaced.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The ids of all of them. O(n).
    pub(crate) fn ids(&self) -> Vec<ApplicationId> {
        self.directory().by_id.keys().cloned().collect()
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.current.read())
    }

    /// The application of that id.
    pub(crate) fn find(&self, id: &ApplicationId) -> Option<Arc<Application>> {
        self.directory().by_id.get(id).cloned()
    }
}

/// How many bytes of a key's digest tell it from the others of its application.
const NAME_BYTES: usize = 8;

/// How a key is named to people: its public half, or where it has none the beginning of its digest, which says nothing of
/// a key of 256 random bits.
pub(crate) fn public_name(presented: &Presented<'_>) -> String {
    if !presented.public_id.is_empty() {
        return presented.public_id.to_owned();
    }
    name_of_digest(digest(presented.secret))
}

/// How a key without a public half is named.
pub(crate) fn name_of_digest(KeyDigest(bytes): KeyDigest) -> String {
    bytes.iter().take(NAME_BYTES).fold("key-".to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

/// The digest under which a key is kept.
pub(crate) fn digest(secret: &str) -> KeyDigest {
    let digest = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    KeyDigest(bytes)
}

#[cfg(test)]
mod tests {
    use rightful_domain::{ApplicationMode, Settings, Timestamp, Verdict};

    use super::*;

    fn directory() -> Applications {
        let credential = |kind, public_id: &str, secret: &str| Credential {
            kind,
            public_id: public_id.into(),
            secret_digest: Some(digest(secret)),
            sealed_secret: None,
        };
        let applications = Applications::default();
        applications.replace(vec![Application {
            id: ApplicationId::new("app_a").unwrap(),
            name: "a".into(),
            test: false,
            mode: ApplicationMode::Enforce,
            credentials: vec![
                credential(CredentialKind::RuptClient, "client", "secret"),
                credential(CredentialKind::RavelinPublishableKey, "", "publishable"),
                credential(CredentialKind::RavelinSecretKey, "", "sk"),
            ],
            fallback_mild: Verdict::Allow,
            fallback_strict: Verdict::Challenge,
            deadline_ms: 500,
            created_at: Timestamp::from_micros(0),
            settings: Settings { origins: vec!["https://shop.example".into()], ..Settings::default() },
        }]);
        applications
    }

    /// Whether a key is right for a path that takes keys, and whether it names a page.
    #[track_caller]
    fn check(kind: CredentialKind, public_id: &str, secret: &str, expected: (bool, bool)) {
        let (applications, presented) = (directory(), Presented { kind, public_id, secret });
        let found = (applications.owner(&presented).is_some(), applications.owner_of_page(&presented).is_some());
        assert_eq!(found, expected, "{public_id}:{secret}");
    }

    #[test]
    fn the_public_half_names_a_page_and_is_no_key() {
        use CredentialKind::{RavelinPublishableKey, RavelinSecretKey, RuptClient};
        check(RuptClient, "client", "secret", (true, true));
        check(RuptClient, "", "secret", (true, true));
        check(RuptClient, "client", "", (false, true));
        check(RuptClient, "client", "wrong", (false, false));
        check(RuptClient, "other", "secret", (false, false));
        check(RuptClient, "secret", "", (false, false));
        check(RuptClient, "", "", (false, false));
        check(RuptClient, "", "client", (false, false));
        check(RavelinPublishableKey, "publishable", "", (false, true));
        check(RavelinPublishableKey, "", "publishable", (true, true));
        check(RavelinPublishableKey, "", "sk", (false, false));
        check(RavelinSecretKey, "", "publishable", (false, false));
    }

    #[test]
    fn a_preflight_is_answered_for_the_origins_of_all() {
        let applications = directory();
        assert!(applications.any_takes("https://shop.example"));
        assert!(!applications.any_takes("https://shop.example.evil"));
        assert!(!applications.any_takes("http://localhost:3000"), "no test application is there");
    }
}
