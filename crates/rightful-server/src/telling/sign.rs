//! How a receiver knows that a message is ours.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use rightful_domain::HookDigest;
use ring::hmac;

/// What the secrets of signatures begin with.
const SECRET_PREFIX: &str = "whsec_";

/// The signatures of a message, one of each secret, separated by spaces: a receiver takes it if any is right.
pub(super) fn signatures<'a>(secrets: impl Iterator<Item = &'a str>, id: &str, timestamp: &str, body: &[u8]) -> String {
    let each: Vec<String> = secrets.map(|secret| signature(secret, id, timestamp, body)).collect();
    each.join(" ")
}

/// The signature of a message as Standard Webhooks say, which is also Rupt's: HMAC-SHA256 over id, time and body, under
/// the bytes that the secret is the base64 of; under its text, where it is none.
pub(crate) fn signature(secret: &str, id: &str, timestamp: &str, body: &[u8]) -> String {
    let text = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
    let key = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_deref().unwrap_or(text.as_bytes()));
    let mut signing = hmac::Context::with_key(&key);
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        signing.update(part);
    }
    format!("v1,{}", STANDARD.encode(signing.sign()))
}

/// The digest of a message as Sumsub's receivers check it: the algorithm's name, and the HMAC over the body in hexadecimal.
pub(super) fn payload_digest(digest: HookDigest, secret: &str, body: &[u8]) -> (&'static str, String) {
    let (name, algorithm) = match digest {
        HookDigest::Sha1 => ("HMAC_SHA1_HEX", hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        HookDigest::Sha256 => ("HMAC_SHA256_HEX", hmac::HMAC_SHA256),
        HookDigest::Sha512 => ("HMAC_SHA512_HEX", hmac::HMAC_SHA512),
    };
    let signed = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), body);
    (name, signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_rfc_2202_and_4231() {
        let digest = |digest| payload_digest(digest, "Jefe", b"what do ya want for nothing?").1;
        assert_eq!(digest(HookDigest::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(digest(HookDigest::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(digest(HookDigest::Sha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd6"));
    }

    #[test]
    fn it_is_what_standard_webhooks_says() {
        // The example of the specification's own libraries.
        let signature = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
