//! Secrets in passing: they travel beside an event, are looked up, and are wiped. Nothing here can be cloned or printed.

use zeroize::Zeroizing;

/// Password hashes as a caller sent them. Looked up, reduced to a tag, and wiped when dropped.
#[derive(Default)]
pub struct PasswordHashes {
    /// SHA-256 of the password.
    pub sha256: Option<Zeroizing<[u8; 32]>>,
    /// SHA-256 of the lower-case hexadecimal SHA-1 of the password.
    pub sha1_sha256: Option<Zeroizing<[u8; 32]>>,
    /// A digest of e-mail and password together, whose recipe its vendor does not publish: opaque.
    pub email_password_sha256: Option<Zeroizing<[u8; 32]>>,
}

impl PasswordHashes {
    /// True if the caller sent none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sha256.is_none() && self.sha1_sha256.is_none() && self.email_password_sha256.is_none()
    }
}

impl std::fmt::Debug for PasswordHashes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHashes(‹secret›)")
    }
}
