//! Keys in the `authorization` header: a scheme, spaces, and a secret.

/// The secret under a scheme, whose case does not matter; None if the header says another scheme, or nothing.
pub(crate) fn secret_of<'a>(header: &'a str, scheme: &str) -> Option<&'a str> {
    let (told, secret) = header.trim().split_once(' ')?;
    let secret = secret.trim_start();
    (told.eq_ignore_ascii_case(scheme) && !secret.is_empty()).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_stands_behind_its_scheme() {
        assert_eq!(secret_of("token sk_live_1", "token"), Some("sk_live_1"));
        assert_eq!(secret_of("TOKEN   sk_live_1 ", "token"), Some("sk_live_1"));
        for other in ["", "token", "token ", "tokensk_live_1", "Bearer sk_live_1"] {
            assert_eq!(secret_of(other, "token"), None, "{other}");
        }
    }
}
