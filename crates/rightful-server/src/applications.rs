//! The applications in memory: whose key is this?
//!
//! Keys are 256 random bits and only their digests are kept, so a lookup by digest is safe; the final comparison takes
//! the same time whether or not it holds.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use rightful_dialects::Presented;
use rightful_domain::{Application, ApplicationId, Credential, CredentialKind, KeyDigest};
use subtle::ConstantTimeEq;

/// The applications, shared by all requests and replaced when the office changes.
#[derive(Debug, Default)]
pub(crate) struct Applications {
    current: RwLock<Arc<Directory>>,
}

#[derive(Debug, Default)]
struct Directory {
    by_id: HashMap<ApplicationId, Arc<Application>>,
    by_key: HashMap<(CredentialKind, KeyDigest), (Arc<Application>, Credential)>,
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
            }
            directory.by_id.insert(application.id.clone(), application);
        }
        *self.current.write() = Arc::new(directory);
    }

    /// Whose key this is; None if nobody's.
    pub(crate) fn owner(&self, presented: &Presented<'_>) -> Option<Arc<Application>> {
        let digest = digest(presented.secret);
        let directory = Arc::clone(&self.current.read());
        let (application, credential) = directory.by_key.get(&(presented.kind, digest))?;
        let secret_is_right = credential.secret_digest?.0.ct_eq(&digest.0);
        let public_is_right = credential.public_id.as_bytes().ct_eq(presented.public_id.as_bytes());
        bool::from(secret_is_right & public_is_right).then(|| Arc::clone(application))
    }

    /// The application of that id.
    pub(crate) fn find(&self, id: &ApplicationId) -> Option<Arc<Application>> {
        self.current.read().by_id.get(id).cloned()
    }
}

/// The digest under which a key is kept.
pub(crate) fn digest(secret: &str) -> KeyDigest {
    let digest = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    KeyDigest(bytes)
}
