//! Applicants' ids: reversible, so that nothing has to be remembered to find the account again, and opaque, so that an id in
//! a log or a link names nobody.
//!
//! A synthetic initialization vector: a keyed digest of the account, which is also the key stream's seed. Whoever makes one
//! up, or takes one of another application, is found out.

use rightful_domain::{AccountId, ApplicationId, ID_BYTES_MAX};

use crate::digest;
use crate::query::digit;

const PURPOSE: &str = "sumsub applicant";
const STREAM: &str = "sumsub applicant stream";
const TAG_BYTES: usize = 8;

/// The id of an account's applicant, in hexadecimal.
pub(super) fn id_of(key: &[u8; 32], application: &ApplicationId, account: &AccountId) -> String {
    let plain = account.as_str().as_bytes();
    let tag = tag_of(key, application, plain);
    let mut bytes = tag.to_vec();
    bytes.extend(masked(key, tag, plain));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The account of an applicant's id; None if it is none of ours.
pub(super) fn account_of(key: &[u8; 32], application: &ApplicationId, id: &str) -> Option<AccountId> {
    if id.len() > 2 * (TAG_BYTES + ID_BYTES_MAX) || !id.len().is_multiple_of(2) {
        return None;
    }
    let (pairs, _) = id.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<Vec<u8>>>()?;
    let (tag, rest) = bytes.split_first_chunk::<TAG_BYTES>()?;
    let plain: Vec<u8> = masked(key, *tag, rest).collect();
    let is_ours = tag_of(key, application, &plain) == *tag;
    let account = String::from_utf8(plain).ok().filter(|_| is_ours)?;
    AccountId::new(account).ok()
}

fn tag_of(key: &[u8; 32], application: &ApplicationId, plain: &[u8]) -> [u8; TAG_BYTES] {
    let [tag @ .., _, _, _, _, _, _, _, _] = digest::keyed(key, PURPOSE, &[application.as_str().as_bytes(), plain]);
    tag
}

fn masked<'a>(key: &'a [u8; 32], tag: [u8; TAG_BYTES], bytes: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
    let block = move |n: u64| digest::keyed(key, STREAM, &[&tag, &n.to_be_bytes()]);
    let stream = (0_u64..).flat_map(block);
    bytes.iter().zip(stream).map(|(byte, mask)| byte ^ mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_here_and_nowhere_else() {
        let application = |id: &str| ApplicationId::new(id).expect("an id");
        for name in ["a", "anna@example.com", "éé", &"x".repeat(ID_BYTES_MAX)] {
            let account = AccountId::new(name).expect("an id");
            let id = id_of(&[7; 32], &application("shop"), &account);
            assert_eq!(account_of(&[7; 32], &application("shop"), &id), Some(account), "{name}");
            assert_eq!(account_of(&[7; 32], &application("other"), &id), None, "{name}");
            assert_eq!(account_of(&[8; 32], &application("shop"), &id), None, "{name}");
            assert!(!id.contains(name) || name == "a");
        }
        for id in ["", "-", "5c9e", "67c590dafa06707def346e15", "zz"] {
            assert_eq!(account_of(&[7; 32], &application("shop"), id), None, "{id}");
        }
    }
}
