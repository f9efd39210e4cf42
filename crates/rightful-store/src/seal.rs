//! Sealing: what must be read back, but by nobody who only has the disk.
//!
//! AES-256-GCM. Two kinds of key: the master key, which lives outside the data folder, and one key a person, which is
//! stored sealed under it, so that forgetting that one key forgets what was sealed with it. Never the place for
//! password hashes: those are never stored at all.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Why something sealed does not open: another key, or other bytes than were sealed. Which, nobody can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open with this key")]
pub struct SealError;

/// The key under which everything that must be readable again is sealed. Kept outside the data folder.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    sealing: SubjectKey,
}

impl MasterKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let sealing = SubjectKey(blake3::derive_key("rightful 2026 master seal", bytes.as_slice()));
        Self { bytes, sealing }
    }

    /// The same key, for another owner.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self { bytes: self.bytes.clone(), sealing: self.sealing.clone() }
    }

    /// Seals a secret: 28 bytes longer than it.
    #[must_use]
    pub fn seal(&self, secret: &[u8], nonces: &Nonces) -> Box<[u8]> {
        self.sealing.seal(secret, &[], nonces).into_boxed_slice()
    }

    /// Opens what [`MasterKey::seal`] sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.sealing.open(sealed, &[])
    }

    /// A key to seal with for one purpose; see [`MasterKey::derive`].
    pub(crate) fn sealing_key(&self, context: &str) -> SubjectKey {
        SubjectKey(self.derive(context))
    }

    /// A key for one purpose, which says nothing about the others. `context` is a constant of the code, with a date in
    /// it so that nobody coins it again.
    #[must_use]
    pub fn derive(&self, context: &str) -> [u8; 32] {
        blake3::derive_key(context, self.bytes.as_slice())
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(‹secret›)")
    }
}

/// Nonces that never repeat: a random 96-bit start, then counted up. Randomness is an argument.
///
/// Two sources overlap only if their starts lie within a count of each other, so a fresh seed for each run is as good as
/// a fresh nonce for each use, at the price of an addition.
pub struct Nonces {
    start: u128,
    used: AtomicU64,
    drawn: Zeroizing<[u8; 32]>,
}

impl Nonces {
    /// From 32 random bytes, used for nothing else.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let start = blake3::derive_key("rightful 2026 nonce start", &seed);
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = start;
        let start = u128::from_be_bytes([0, 0, 0, 0, a, b, c, d, e, f, g, h, i, j, k, l]);
        let drawn = Zeroizing::new(blake3::derive_key("rightful 2026 drawn keys", &seed));
        Self { start, used: AtomicU64::new(0), drawn }
    }

    fn next_nonce(&self) -> [u8; NONCE_LEN] {
        let n = self.used.fetch_add(1, Ordering::Relaxed);
        let [_, _, _, _, nonce @ ..] = self.start.wrapping_add(u128::from(n)).to_be_bytes();
        nonce
    }

    /// 32 random bytes that were never drawn before.
    pub(crate) fn draw_key(&self) -> SubjectKey {
        SubjectKey(*blake3::keyed_hash(&self.drawn, &self.next_nonce()).as_bytes())
    }
}

/// The key of one person's data.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct SubjectKey([u8; 32]);

impl SubjectKey {
    /// From what [`SubjectKey::seal_under`] sealed.
    pub(crate) fn open_under(master: &MasterKey, sealed: &[u8]) -> Result<Self, SealError> {
        let bytes = master.open(sealed)?;
        bytes.as_slice().try_into().map(Self).map_err(|_| SealError)
    }

    pub(crate) fn seal_under(&self, master: &MasterKey, nonces: &Nonces) -> Box<[u8]> {
        master.seal(&self.0, nonces)
    }

    /// Nonce, ciphertext, tag: 28 bytes longer than `plain`. `bound` must be the same when it is opened.
    pub(crate) fn seal(&self, plain: &[u8], bound: &[u8], nonces: &Nonces) -> Vec<u8> {
        let nonce = nonces.next_nonce();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, text) = sealed.split_at_mut(NONCE_LEN);
        let tag = self
            .key()
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), text)
            .expect("AES-GCM seals whatever is shorter than 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    pub(crate) fn open(&self, sealed: &[u8], bound: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut plain = Zeroizing::new(text.to_vec());
        let length = self.key().open_in_place(nonce, Aad::from(bound), &mut plain).map_err(|_| SealError)?.len();
        plain.truncate(length);
        Ok(plain)
    }

    // Made anew at each use: expanding a key costs about as much as sealing 200 bytes, and kept it would take
    // twenty times the room.
    fn key(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0).expect("an AES-256 key has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_only() {
        let nonces = Nonces::from_seed([7; 32]);
        let key = MasterKey::from_bytes([1; 32]);
        let sealed = key.seal(b"secret", &nonces);
        assert_eq!(sealed.len(), 6 + 28);
        assert_eq!(key.open(&sealed).expect("its own key").as_slice(), b"secret");
        assert_eq!(MasterKey::from_bytes([2; 32]).open(&sealed), Err(SealError));
        assert_eq!(key.open(&sealed[1..]), Err(SealError));
        assert_eq!(key.open(b""), Err(SealError));
    }

    #[test]
    fn the_same_secret_is_never_sealed_alike() {
        let nonces = Nonces::from_seed([7; 32]);
        let key = MasterKey::from_bytes([1; 32]);
        assert_ne!(key.seal(b"secret", &nonces), key.seal(b"secret", &nonces));
        assert_ne!(key.derive("one"), key.derive("two"));
    }

    #[test]
    fn what_is_bound_to_something_does_not_open_elsewhere() {
        let nonces = Nonces::from_seed([7; 32]);
        let key = nonces.draw_key();
        let sealed = key.seal(b"anna@example.com", b"event 1", &nonces);
        assert!(key.open(&sealed, b"event 1").is_ok());
        assert_eq!(key.open(&sealed, b"event 2"), Err(SealError));
        assert_eq!(nonces.draw_key().open(&sealed, b"event 1"), Err(SealError));
    }
}
