//! The breach index: digests of passwords and usernames that were seen in public breaches, from two small files.
//!
//! - `breached-passwords.txt`: one hexadecimal digest a line. 64 digits are the SHA-256 of the password; 40 are its
//!   SHA-1, as public lists have it, from which the SHA-256 of the lower-case hexadecimal SHA-1 is derived. Each form
//!   can only be compared with a caller's hash of the same form. `:` and a count may follow, and are not used.
//! - `breached-usernames.txt`: one SHA-256 a line, of the lower-case username without spaces around it. Digests, so
//!   that the folder is no list of people.
//!
//! Blank lines and lines that begin with `#` are skipped; any other line is an error with its number.

use std::path::Path;
use std::sync::Arc;

use rightful_domain::{CredentialStatus, PasswordHashes};
use ring::digest::{SHA256, digest};

use crate::lines::each_entry;
use crate::{BadLine, EnrichError};

/// The file of breached passwords in the data folder.
pub const BREACHED_PASSWORDS_FILE: &str = "breached-passwords.txt";
/// The file of breached usernames in the data folder.
pub const BREACHED_USERNAMES_FILE: &str = "breached-usernames.txt";
/// The longest line: a digest, a count, and room for white space.
const LINE_BYTES_MAX: u64 = 128;

/// The first half of a digest: 128 bits, at which a false match is less likely than a fault of memory.
type Short = [u8; 16];

/// What was seen in public breaches.
#[derive(Debug, Clone, Default)]
pub(crate) struct BreachIndex {
    /// None without the file: unknown, not empty.
    pub(crate) passwords: Option<Arc<BreachedPasswords>>,
    /// None without the file.
    pub(crate) usernames: Option<Arc<Digests>>,
}

/// The file of passwords.
#[derive(Debug)]
pub(crate) struct BreachedPasswords {
    /// By SHA-256 of the password; None where the file has none.
    sha256: Option<Digests>,
    /// By SHA-256 of the lower-case hexadecimal SHA-1 of the password; None where the file has none.
    sha1_sha256: Option<Digests>,
}

impl BreachedPasswords {
    /// Reads the folder's file of passwords.
    pub(crate) fn read(folder: &Path) -> Result<Self, EnrichError> {
        let (mut sha256, mut sha1_sha256) = (Vec::new(), Vec::new());
        each_digest(folder, BREACHED_PASSWORDS_FILE, |hexadecimal| {
            match hexadecimal.len() {
                SHA256_DIGITS => sha256.push(short_of(hexadecimal)?),
                SHA1_DIGITS => sha1_sha256.push(sha256_of_text(hexadecimal)?),
                _ => return Err(BadLine::WrongLength),
            }
            Ok(())
        })?;
        let some = |entries: Vec<Short>| (!entries.is_empty()).then(|| Digests::of(entries));
        Ok(Self { sha256: some(sha256), sha1_sha256: some(sha1_sha256) })
    }
}

impl BreachIndex {
    /// What is known of a credential; None where no hash that was sent can be looked up. O(log n).
    pub(crate) fn status(&self, hashes: &PasswordHashes, username: Option<&str>) -> Option<CredentialStatus> {
        let look_up = |hash: Option<&[u8; 32]>, index: &Option<Digests>| Some(index.as_ref()?.contains(hash?));
        let passwords = self.passwords.as_ref()?;
        let by_sha256 = look_up(hashes.sha256.as_deref(), &passwords.sha256);
        let by_sha1 = look_up(hashes.sha1_sha256.as_deref(), &passwords.sha1_sha256);
        let password_breached = by_sha256.into_iter().chain(by_sha1).reduce(|one, other| one || other)?;
        Some(CredentialStatus { password_breached, username_breached: self.knows_username(username) })
    }

    fn knows_username(&self, username: Option<&str>) -> bool {
        let Some((index, username)) = self.usernames.as_ref().zip(username) else { return false };
        let folded = username.trim().to_lowercase();
        first_half(digest(&SHA256, folded.as_bytes()).as_ref()).is_some_and(|short| index.has(short))
    }
}

/// Sorted digests, searched by halving.
#[derive(Debug)]
pub(crate) struct Digests(Box<[Short]>);

impl Digests {
    /// Reads the folder's file of usernames.
    pub(crate) fn usernames(folder: &Path) -> Result<Self, EnrichError> {
        let mut usernames = Vec::new();
        each_digest(folder, BREACHED_USERNAMES_FILE, |hexadecimal| match hexadecimal.len() {
            SHA256_DIGITS => {
                usernames.push(short_of(hexadecimal)?);
                Ok(())
            }
            _ => Err(BadLine::WrongLength),
        })?;
        Ok(Self::of(usernames))
    }

    fn of(mut entries: Vec<Short>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self(entries.into_boxed_slice())
    }

    fn has(&self, short: Short) -> bool {
        self.0.binary_search(&short).is_ok()
    }

    fn contains(&self, hash: &[u8; 32]) -> bool {
        first_half(hash).is_some_and(|short| self.has(short))
    }
}

const SHA256_DIGITS: usize = 64;
const SHA1_DIGITS: usize = 40;

fn first_half(digest: &[u8]) -> Option<Short> {
    digest.first_chunk().copied()
}

/// The first half of a digest in hexadecimal; the other half must be hexadecimal, too.
fn short_of(hexadecimal: &[u8]) -> Result<Short, BadLine> {
    let mut short = Short::default();
    let mut bytes = hexadecimal.chunks_exact(2).map(|pair| match pair {
        [high, low] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    });
    for (to, byte) in short.iter_mut().zip(&mut bytes) {
        *to = byte.ok_or(BadLine::NotHexadecimal)?;
    }
    if bytes.all(|byte| byte.is_some()) { Ok(short) } else { Err(BadLine::NotHexadecimal) }
}

fn sha256_of_text(hexadecimal: &[u8]) -> Result<Short, BadLine> {
    if !hexadecimal.iter().all(u8::is_ascii_hexdigit) {
        return Err(BadLine::NotHexadecimal);
    }
    first_half(digest(&SHA256, &hexadecimal.to_ascii_lowercase()).as_ref()).ok_or(BadLine::WrongLength)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Hands over each digest of a file; false if there is no such file.
fn each_digest(
    folder: &Path,
    file: &str,
    mut take: impl FnMut(&[u8]) -> Result<(), BadLine>,
) -> Result<bool, EnrichError> {
    each_entry(folder, file, LINE_BYTES_MAX, |entry| {
        take(entry.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use zeroize::Zeroizing;

    use super::*;

    /// `password`, from sha256sum and sha1sum.
    const SHA256_OF_PASSWORD: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    const SHA1_OF_PASSWORD: &str = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";

    fn index(passwords: Option<&str>, usernames: Option<&str>) -> Result<BreachIndex, EnrichError> {
        let folder = tempfile::tempdir().expect("a folder");
        for (file, text) in [(BREACHED_PASSWORDS_FILE, passwords), (BREACHED_USERNAMES_FILE, usernames)] {
            if let Some(text) = text {
                fs::write(folder.path().join(file), text).expect("written");
            }
        }
        let passwords = passwords.map(|_| BreachedPasswords::read(folder.path())).transpose()?;
        let usernames = usernames.map(|_| Digests::usernames(folder.path())).transpose()?;
        Ok(BreachIndex { passwords: passwords.map(Arc::new), usernames: usernames.map(Arc::new) })
    }

    fn sha256(text: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(digest(&SHA256, text.as_bytes()).as_ref().try_into().expect("32 bytes"))
    }

    fn hexadecimal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn sent_sha256(password: &str) -> PasswordHashes {
        PasswordHashes { sha256: Some(sha256(password)), ..Default::default() }
    }

    fn sent_sha1_sha256(sha1: &str) -> PasswordHashes {
        PasswordHashes { sha1_sha256: Some(sha256(&sha1.to_lowercase())), ..Default::default() }
    }

    #[test]
    fn a_password_is_found_by_the_form_that_the_file_has() {
        let by_sha256 = index(Some(SHA256_OF_PASSWORD), None).expect("read");
        let by_sha1 = index(Some(&format!("# public list\n\n{SHA1_OF_PASSWORD}:9545824\r\n")), None).expect("read");
        let breached = |index: &BreachIndex, hashes: PasswordHashes| {
            index.status(&hashes, None).map(|status| status.password_breached)
        };
        assert_eq!(breached(&by_sha256, sent_sha256("password")), Some(true));
        assert_eq!(breached(&by_sha256, sent_sha256("correct horse")), Some(false));
        assert_eq!(breached(&by_sha256, sent_sha1_sha256(SHA1_OF_PASSWORD)), None);
        assert_eq!(breached(&by_sha1, sent_sha1_sha256(SHA1_OF_PASSWORD)), Some(true));
        assert_eq!(breached(&by_sha1, sent_sha256("password")), None);
        assert_eq!(breached(&by_sha1, PasswordHashes::default()), None);
    }

    #[test]
    fn without_files_nothing_is_known() {
        let index = index(None, None).expect("read");
        assert_eq!(index.status(&sent_sha256("password"), Some("ann")), None);
    }

    #[test]
    fn a_username_is_found_in_any_case() {
        let usernames = hexadecimal(sha256("ann@example.com").as_slice());
        let index = index(Some(SHA256_OF_PASSWORD), Some(&usernames)).expect("read");
        for (username, breached) in [(Some(" Ann@Example.com"), true), (Some("bob@example.com"), false), (None, false)]
        {
            let status = index.status(&sent_sha256("x"), username).expect("known");
            assert_eq!(status.username_breached, breached, "{username:?}");
        }
    }

    #[test]
    fn a_broken_line_is_an_error_with_its_number() {
        let long = "a".repeat(1_000);
        let not_hexadecimal_at_the_end = format!("{}zz", &SHA256_OF_PASSWORD[2..]);
        for (text, line, why) in [
            ("hello", 1, BadLine::WrongLength),
            (&format!("# fine\n\n{SHA256_OF_PASSWORD}\n{}", &SHA256_OF_PASSWORD[1..]), 4, BadLine::WrongLength),
            (&not_hexadecimal_at_the_end, 1, BadLine::NotHexadecimal),
            (&SHA1_OF_PASSWORD.replace('5', "g"), 1, BadLine::NotHexadecimal),
            (&format!("{SHA256_OF_PASSWORD}\n{long}\n"), 2, BadLine::TooLong),
        ] {
            match index(Some(text), None) {
                Err(EnrichError::BadLine { line: at, why: because, .. }) => assert_eq!((at, because), (line, why)),
                other => panic!("{text}: {other:?}"),
            }
        }
        let sha1_of_a_name = index(None, Some(SHA1_OF_PASSWORD));
        assert!(matches!(sha1_of_a_name, Err(EnrichError::BadLine { why: BadLine::WrongLength, .. })));
    }

    #[test]
    fn a_long_comment_is_a_comment() {
        let text = format!("# {}\n{SHA256_OF_PASSWORD}\n", "x".repeat(1_000));
        let index = index(Some(&text), None).expect("read");
        assert!(index.status(&sent_sha256("password"), None).is_some_and(|status| status.password_breached));
    }

    #[test]
    fn errors_do_not_tell_what_is_written() {
        let error = index(Some("hunter2"), None).expect_err("broken");
        assert_eq!(
            error.to_string(),
            "breached-passwords.txt, line 1: the digest has a length that is neither SHA-256's nor, for passwords, \
             SHA-1's"
        );
    }
}
