//! What is sealed with a hook whose vendor lets its receiver choose how it is signed and what it is told: one text, so that
//! a hook is stored as any other.

use rightful_domain::{HookDigest, HookTerms};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    #[serde(borrow)]
    secret: std::borrow::Cow<'a, str>,
    name: std::borrow::Cow<'a, str>,
    digest: &'a str,
    types: Vec<std::borrow::Cow<'a, str>>,
    tries_once: bool,
}

const fn digest_text(digest: HookDigest) -> &'static str {
    match digest {
        HookDigest::Sha256 => "sha256",
        HookDigest::Sha512 => "sha512",
        HookDigest::Sha1 => "sha1",
    }
}

/// A secret and its terms, to be sealed.
pub(crate) fn to_text(secret: &str, terms: &HookTerms) -> Zeroizing<String> {
    let sealed = Sealed {
        secret: secret.into(),
        name: (&*terms.name).into(),
        digest: digest_text(terms.digest),
        types: terms.types.iter().map(|kind| (&**kind).into()).collect(),
        tries_once: terms.tries_once,
    };
    // Texts and flags can always be written.
    Zeroizing::new(serde_json::to_string(&sealed).unwrap_or_default())
}

/// What was sealed; None if it is something else.
pub(crate) fn of_text(text: &str) -> Option<(Zeroizing<String>, HookTerms)> {
    let sealed: Sealed<'_> = serde_json::from_str(text).ok()?;
    let all = [HookDigest::Sha256, HookDigest::Sha512, HookDigest::Sha1];
    let terms = HookTerms {
        name: sealed.name.into(),
        digest: all.into_iter().find(|digest| digest_text(*digest) == sealed.digest)?,
        types: sealed.types.into_iter().map(Into::into).collect(),
        tries_once: sealed.tries_once,
    };
    Some((Zeroizing::new(sealed.secret.into_owned()), terms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_reads_back() {
        let terms = HookTerms {
            name: "Payouts \"live\"".into(),
            digest: HookDigest::Sha512,
            types: vec!["applicantKytOnHold".into()],
            tries_once: true,
        };
        let (secret, read) = of_text(&to_text("s\"ecret", &terms)).expect("terms");
        assert_eq!((&**secret, read), ("s\"ecret", terms));
        assert!(of_text("whsec_abc").is_none());
    }
}
