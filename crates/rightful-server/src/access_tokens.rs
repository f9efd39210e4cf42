//! Access tokens: who has shown a key of an application gets a token that stands for it for an hour.
//!
//! A token is a JSON Web Token signed with Ed25519 (RFC 8037) under a key that follows from the master key, so that it
//! holds across restarts and nothing has to be kept. It names the public half of the key: a key that is taken away takes
//! its tokens with it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rightful_domain::Timestamp;
use rightful_store::MasterKey;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

/// How long a token holds.
pub(crate) const TOKEN_KEPT: Duration = Duration::from_secs(60 * 60);
/// For whom tokens are, as Transmit's documents name it.
pub(crate) const AUDIENCE: &str = "https://risk.identity.security";
/// The longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 2_048;

/// Why a token does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidToken {
    /// It is none of ours.
    Forged,
    /// It held once.
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// The key that signs tokens.
pub(crate) struct AccessTokens {
    key: Ed25519KeyPair,
    name: String,
    issuer: String,
}

impl AccessTokens {
    /// The key that follows from the master key.
    pub(crate) fn new(master_key: &MasterKey, issuer: &str) -> Self {
        let seed = zeroize::Zeroizing::new(master_key.derive("rightful access tokens v1"));
        let key = Ed25519KeyPair::from_seed_unchecked(&*seed).expect("32 bytes are a seed");
        let digest = ring::digest::digest(&ring::digest::SHA256, key.public_key().as_ref());
        let name = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { key, name, issuer: issuer.to_owned() }
    }

    /// A token for who has shown the key with this public half.
    pub(crate) fn grant(&self, public_id: &str, now: Timestamp) -> String {
        let header = serde_json::json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.name }).to_string();
        let seconds = now.as_micros().div_euclid(1_000_000);
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: public_id.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: seconds,
            exp: seconds + TOKEN_KEPT.as_secs().cast_signed(),
        };
        let claims = serde_json::to_string(&claims).expect("texts and numbers can always be written");
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The public half of the key that a token stands for.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Result<String, InvalidToken> {
        let claims = self.claims(token).ok_or(InvalidToken::Forged)?;
        let seconds = now.as_micros().div_euclid(1_000_000);
        if seconds < claims.exp { Ok(claims.sub) } else { Err(InvalidToken::Expired) }
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= TOKEN_BYTES_MAX)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // What the header says of the algorithm is not asked: there is one.
        let public = UnparsedPublicKey::new(&ED25519, self.key.public_key().as_ref());
        public.verify(signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        (claims.aud == AUDIENCE).then_some(claims)
    }

    /// The public half of the signing key, as a JSON Web Key Set.
    pub(crate) fn key_set(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref());
        let key = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.name, "x": x });
        serde_json::json!({ "keys": [key] }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_for_its_key_for_an_hour() {
        let tokens = AccessTokens::new(&MasterKey::from_bytes([1; 32]), "https://rightful.example");
        let now = Timestamp::from_seconds(1_700_000_000);
        let token = tokens.grant("client", now);
        assert_eq!(tokens.check(&token, now.plus(TOKEN_KEPT - Duration::from_secs(1))), Ok("client".to_owned()));
        assert_eq!(tokens.check(&token, now.plus(TOKEN_KEPT)), Err(InvalidToken::Expired));
        let again = AccessTokens::new(&MasterKey::from_bytes([1; 32]), "https://elsewhere.example");
        assert_eq!(again.check(&token, now), Ok("client".to_owned()), "across restarts");
        let other = AccessTokens::new(&MasterKey::from_bytes([2; 32]), "https://rightful.example");
        assert_eq!(other.check(&token, now), Err(InvalidToken::Forged));
    }

    #[test]
    fn a_token_with_any_letter_changed_is_forged() {
        let tokens = AccessTokens::new(&MasterKey::from_bytes([1; 32]), "https://rightful.example");
        let now = Timestamp::from_seconds(1_700_000_000);
        let token = tokens.grant("client", now);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(tokens.check(&changed, now), Err(InvalidToken::Forged), "{changed}");
        }
        // No algorithm at all, as some libraries believe.
        let claims = token.split('.').nth(1).unwrap();
        let unsigned = format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(tokens.check(&unsigned, now), Err(InvalidToken::Forged));
        assert_eq!(tokens.check("", now), Err(InvalidToken::Forged));
    }
}
