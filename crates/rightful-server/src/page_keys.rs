//! The keys under which pages seal what they say, and opening it.
//!
//! A page draws a key of its own for each request and seals it under ours (RSA-OAEP with SHA-256). Ours are made when the
//! first page asks, kept in the data folder sealed under the master key, and replaced every [`MADE_EVERY`]; the one before
//! still opens what pages sealed that were open meanwhile. Whatever is wrong with a request, it is refused in the same
//! words: what does not open tells nothing of the key.

use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use parking_lot::RwLock;
use rightful_dialects::{Packing, Sealed};
use rightful_domain::Timestamp;
use rightful_store::{MasterKey, Nonces};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use zeroize::{Zeroize, Zeroizing};

/// The name of their file in the data folder.
pub(crate) const FILE: &str = "page-keys";
/// How long a key is given to pages.
const MADE_EVERY: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Keys that open: the present one, and the one before.
const KEYS_MAX: usize = 2;
/// Requests that are opened at once. An RSA operation costs about a millisecond of a core; more would only wait there.
const OPENED_AT_ONCE_MAX: usize = 4;
/// The longest content, unpacked, in bytes: a device tells about 5 KB of itself, and of a long visit some tens.
const CONTENT_BYTES_MAX: usize = 1024 * 1024;
/// What a 2048-bit RSA key with the exponent 65537 begins with as `SubjectPublicKeyInfo`, before its modulus.
const SPKI_HEAD: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00,
];
const MODULUS_BYTES: usize = 256;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageKeyError {
    #[error("cannot read or write {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} is not what was written: remove it, and pages get new keys")]
    Damaged { path: PathBuf },
    #[error("a key could not be made")]
    Unmade,
    #[error("the task that makes keys ended: {0}")]
    Ended(#[from] tokio::task::JoinError),
}

/// What was sealed does not open, or is no text when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unopened;

/// A key as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// In ms since 1970.
    made_at: i64,
    /// PKCS#8, in base64.
    pkcs8: String,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.pkcs8.zeroize();
    }
}

struct Key {
    made_at: Timestamp,
    opening: OaepPrivateDecryptingKey,
    /// As a JSON Web Key.
    public: String,
}

/// The keys of this server.
pub(crate) struct PageKeys {
    path: PathBuf,
    master_key: MasterKey,
    nonces: Nonces,
    /// The present one first; empty until somebody asks.
    keys: RwLock<Vec<Arc<Key>>>,
    opening: Arc<Semaphore>,
    /// One at a time makes keys.
    making: Semaphore,
}

impl PageKeys {
    /// Keys in a file of the data folder; nothing is read or made yet.
    pub(crate) fn new(path: PathBuf, master_key: MasterKey, nonces: Nonces) -> Self {
        let opening = Arc::new(Semaphore::new(OPENED_AT_ONCE_MAX));
        Self { path, master_key, nonces, keys: RwLock::default(), opening, making: Semaphore::new(1) }
    }

    /// The public half of the present key, as a JSON Web Key; made if there is none, or if it has been given for long.
    pub(crate) async fn public(&self, now: Timestamp) -> Result<String, PageKeyError> {
        if let Some(public) = self.present(now) {
            return Ok(public);
        }
        let _turn = self.making.acquire().await;
        if let Some(public) = self.present(now) {
            return Ok(public);
        }
        self.load()?;
        if let Some(public) = self.present(now) {
            return Ok(public);
        }
        let made = tokio::task::spawn_blocking(|| PrivateDecryptingKey::generate(KeySize::Rsa2048)).await?;
        let made = key(now, made.map_err(|_| PageKeyError::Unmade)?).ok_or(PageKeyError::Unmade)?;
        let public = made.1.public.clone();
        self.keep(made)?;
        Ok(public)
    }

    fn present(&self, now: Timestamp) -> Option<String> {
        let keys = self.keys.read();
        let is_young = |key: &&Arc<Key>| now.since(key.made_at) < MADE_EVERY;
        keys.first().filter(is_young).map(|key| key.public.clone())
    }

    /// Reads what an earlier run has made, if there is any and it was not read.
    fn load(&self) -> Result<(), PageKeyError> {
        if !self.keys.read().is_empty() {
            return Ok(());
        }
        let sealed = match std::fs::read(&self.path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(PageKeyError::File { path: self.path.clone(), source }),
        };
        let damaged = || PageKeyError::Damaged { path: self.path.clone() };
        let plain = self.master_key.open(&sealed).map_err(|_| damaged())?;
        let kept: Vec<Kept> = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let mut keys = Vec::with_capacity(kept.len());
        for one in &kept {
            let pkcs8 = Zeroizing::new(STANDARD.decode(&one.pkcs8).map_err(|_| damaged())?);
            let private = PrivateDecryptingKey::from_pkcs8(&pkcs8).map_err(|_| damaged())?;
            let made_at = Timestamp::from_micros(one.made_at.saturating_mul(1_000));
            keys.push(Arc::new(key(made_at, private).ok_or_else(damaged)?.1));
        }
        *self.keys.write() = keys;
        Ok(())
    }

    /// Puts a new key before the others, on disk first.
    fn keep(&self, (kept, made): (Kept, Key)) -> Result<(), PageKeyError> {
        let mut all = vec![kept];
        let mut keys = vec![Arc::new(made)];
        if let Some(sealed) = std::fs::read(&self.path).ok().filter(|_| !self.keys.read().is_empty())
            && let Ok(plain) = self.master_key.open(&sealed)
            && let Ok(earlier) = serde_json::from_slice::<Vec<Kept>>(&plain)
        {
            all.extend(earlier);
        }
        keys.extend(self.keys.read().iter().map(Arc::clone));
        all.truncate(KEYS_MAX);
        keys.truncate(KEYS_MAX);
        let plain = Zeroizing::new(serde_json::to_vec(&all).expect("texts and numbers can always be written"));
        self.write(&self.master_key.seal(&plain, &self.nonces))
            .map_err(|source| PageKeyError::File { path: self.path.clone(), source })?;
        *self.keys.write() = keys;
        Ok(())
    }

    /// Whole or not at all.
    fn write(&self, sealed: &[u8]) -> std::io::Result<()> {
        let draft = self.path.with_extension("new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        std::io::Write::write_all(&mut file, sealed)?;
        file.sync_all()?;
        std::fs::rename(&draft, &self.path)
    }

    /// What a page has sealed.
    pub(crate) async fn open(&self, sealed: Sealed) -> Result<Vec<u8>, Unopened> {
        if self.keys.read().is_empty() {
            // After a restart a page may speak before any asks for the key.
            let _turn = self.making.acquire().await;
            if let Err(error) = self.load() {
                tracing::error!(%error, "the keys of pages cannot be read");
            }
        }
        let keys = self.keys.read().clone();
        let permit = Arc::clone(&self.opening).acquire_owned().await.map_err(|_closed| Unopened)?;
        let opened = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            open(&keys, sealed)
        });
        opened.await.unwrap_or(Err(Unopened))
    }
}

/// The page's own key, as it seals it.
#[derive(Deserialize)]
struct PageKey<'a> {
    #[serde(rename = "symKey", borrow)]
    key: &'a str,
    #[serde(borrow)]
    iv: &'a str,
}

fn open(keys: &[Arc<Key>], sealed: Sealed) -> Result<Vec<u8>, Unopened> {
    let Sealed { key, mut content, packing } = sealed;
    let mut room = Zeroizing::new([0_u8; MODULUS_BYTES]);
    let mut opened = None;
    for ours in keys {
        let text = ours.opening.decrypt(&OAEP_SHA256_MGF1SHA256, &key, room.as_mut_slice(), None);
        if let Ok(text) = text {
            opened = Some(text.len());
            break;
        }
    }
    let text = opened.and_then(|length| room.get(..length)).ok_or(Unopened)?;
    let page: PageKey<'_> = serde_json::from_slice(text).map_err(|_| Unopened)?;
    let secret = Zeroizing::new(STANDARD.decode(page.key).map_err(|_| Unopened)?);
    let nonce = STANDARD.decode(page.iv).map_err(|_| Unopened)?;
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| Unopened)?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &secret).map_err(|_| Unopened)?);
    let length = key.open_in_place(nonce, Aad::empty(), &mut content).map_err(|_| Unopened)?.len();
    content.truncate(length);
    match packing {
        Packing::Plain => Some(content).filter(|content| content.len() <= CONTENT_BYTES_MAX).ok_or(Unopened),
        Packing::Gzip => unpack(&content),
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, Unopened> {
    let mut content = Vec::new();
    // One byte more than may be tells a content that is too long from one that just fits.
    let mut reader = flate2::read::GzDecoder::new(packed).take(CONTENT_BYTES_MAX as u64 + 1);
    reader.read_to_end(&mut content).map_err(|_| Unopened)?;
    if content.len() <= CONTENT_BYTES_MAX { Ok(content) } else { Err(Unopened) }
}

/// A key for use, and as it is kept; None for what is no key of ours.
fn key(made_at: Timestamp, private: PrivateDecryptingKey) -> Option<(Kept, Key)> {
    let public = private.public_key().as_der().ok()?;
    let rest = public.as_ref().strip_prefix(SPKI_HEAD.as_slice())?;
    let modulus = rest.get(..MODULUS_BYTES)?;
    let public = serde_json::json!({
        "kty": "RSA",
        "n": URL_SAFE_NO_PAD.encode(modulus),
        "e": "AQAB",
        "alg": "RSA-OAEP-256",
        "ext": true,
        "key_ops": ["encrypt"],
    });
    let pkcs8 = STANDARD.encode(private.as_der().ok()?.as_ref());
    let kept = Kept { made_at: made_at.as_micros() / 1_000, pkcs8 };
    let opening = OaepPrivateDecryptingKey::new(private).ok()?;
    Some((kept, Key { made_at, opening, public: public.to_string() }))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey};

    use super::*;

    fn keys(folder: &tempfile::TempDir) -> PageKeys {
        let path = folder.path().join("page-keys");
        PageKeys::new(path, MasterKey::from_bytes([1; 32]), Nonces::from_seed([2; 32]))
    }

    /// As the client seals, given the public key as it is handed out.
    pub(crate) fn seal(public: &str, content: &[u8], packing: Packing) -> Sealed {
        let jwk: serde_json::Value = serde_json::from_str(public).unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
        let mut der = SPKI_HEAD.to_vec();
        der.extend(modulus);
        der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        let rsa = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&der).unwrap()).unwrap();
        let page =
            serde_json::json!({ "symKey": STANDARD.encode([3; 32]), "iv": STANDARD.encode([4; 12]) }).to_string();
        let mut room = vec![0; MODULUS_BYTES];
        let key = rsa.encrypt(&OAEP_SHA256_MGF1SHA256, page.as_bytes(), &mut room, None).unwrap().to_vec();
        let mut content = match packing {
            Packing::Plain => content.to_vec(),
            Packing::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                packer.write_all(content).unwrap();
                packer.finish().unwrap()
            }
        };
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[3; 32]).unwrap());
        aead.seal_in_place_append_tag(Nonce::assume_unique_for_key([4; 12]), Aad::empty(), &mut content).unwrap();
        Sealed { key, content, packing }
    }

    #[tokio::test]
    async fn what_a_page_seals_opens_here_and_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, now) = (keys(&folder), Timestamp::from_seconds(1_700_000_000));
        let public = ours.public(now).await.unwrap();
        assert_eq!(ours.public(now).await.unwrap(), public);
        for packing in [Packing::Plain, Packing::Gzip] {
            assert_eq!(ours.open(seal(&public, b"{}", packing)).await, Ok(b"{}".to_vec()));
        }
        let restarted = keys(&folder);
        assert_eq!(restarted.open(seal(&public, b"{}", Packing::Plain)).await, Ok(b"{}".to_vec()));
        assert_eq!(restarted.public(now).await.unwrap(), public);
        let stolen =
            PageKeys::new(folder.path().join("page-keys"), MasterKey::from_bytes([9; 32]), Nonces::from_seed([2; 32]));
        assert!(matches!(stolen.public(now).await, Err(PageKeyError::Damaged { .. })));
    }

    #[tokio::test]
    async fn a_key_opens_while_it_is_the_present_one_or_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, now) = (keys(&folder), Timestamp::from_seconds(1_700_000_000));
        let first = ours.public(now).await.unwrap();
        let second = ours.public(now.plus(MADE_EVERY)).await.unwrap();
        assert_ne!(first, second);
        assert!(ours.open(seal(&first, b"{}", Packing::Plain)).await.is_ok());
        let restarted = keys(&folder);
        assert!(restarted.open(seal(&first, b"{}", Packing::Plain)).await.is_ok(), "also after a restart");
        let third = restarted.public(now.plus(2 * MADE_EVERY)).await.unwrap();
        assert_eq!(restarted.open(seal(&first, b"{}", Packing::Plain)).await, Err(Unopened));
        assert!(restarted.open(seal(&second, b"{}", Packing::Plain)).await.is_ok());
        assert!(restarted.open(seal(&third, b"{}", Packing::Plain)).await.is_ok());
    }

    #[tokio::test]
    async fn whatever_was_changed_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let ours = keys(&folder);
        let public = ours.public(Timestamp::from_seconds(1_700_000_000)).await.unwrap();
        let good = seal(&public, b"{\"clientId\":\"a\"}", Packing::Gzip);
        for at in 0..good.content.len() {
            let mut changed = good.clone();
            changed.content[at] ^= 1;
            assert_eq!(ours.open(changed).await, Err(Unopened), "{at}");
        }
        for at in [0, 100, 255] {
            let mut changed = good.clone();
            changed.key[at] ^= 1;
            assert_eq!(ours.open(changed).await, Err(Unopened), "{at}");
        }
        for key in [vec![], vec![0; 256], vec![0xff; 256], good.key[1..].to_vec(), vec![7; 10_000]] {
            assert_eq!(ours.open(Sealed { key, ..good.clone() }).await, Err(Unopened));
        }
        assert_eq!(ours.open(Sealed { packing: Packing::Plain, ..good.clone() }).await.map(|plain| plain[0]), Ok(0x1f));
        assert_eq!(ours.open(Sealed { content: Vec::new(), ..good }).await, Err(Unopened));
    }

    #[tokio::test]
    async fn a_content_may_be_so_long_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let ours = keys(&folder);
        let public = ours.public(Timestamp::from_seconds(1_700_000_000)).await.unwrap();
        let fits = seal(&public, &vec![b' '; CONTENT_BYTES_MAX], Packing::Gzip);
        assert!(fits.content.len() < 4_096, "as small as a bomb");
        assert_eq!(ours.open(fits).await.map(|content| content.len()), Ok(CONTENT_BYTES_MAX));
        let bomb = seal(&public, &vec![b' '; CONTENT_BYTES_MAX + 1], Packing::Gzip);
        assert_eq!(ours.open(bomb).await, Err(Unopened));
        assert_eq!(ours.open(seal(&public, b"{}", Packing::Plain)).await, Ok(b"{}".to_vec()));
    }
}
