//! How a receiver knows that a message is ours.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
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

#[cfg(test)]
mod tests {
    use super::*;

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
