//! Pages for the person at the door: accessible, in their language, and inert.
//!
//! No script, nothing loaded, nothing indexed, no address leaked onwards; the content security policy says so too.

use crate::Response;

/// All the style there is. Its digest stands in [`POLICY`], which a test holds it to.
const STYLE: &str = "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;min-height:3rem;padding:0 1.5rem;margin:.5rem .5rem .5rem 0}:root{color-scheme:light dark}";

/// Only our own style, and forms only to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'sha256-3Q2W4xHPAvB5weqXzQnS0voaY9EgYfXexlAFRaxO/kk='; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the pages say, in one language. Plain text without a character that HTML minds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// BCP 47.
    pub(crate) lang: &'static str,
    /// Of a page that asks nothing.
    pub(crate) title: &'static str,
    /// The question.
    pub(crate) question: &'static str,
    /// What it is about; a time follows.
    pub(crate) seen: &'static str,
    /// It was.
    pub(crate) yes: &'static str,
    /// It was not.
    pub(crate) no: &'static str,
    /// After the answer.
    pub(crate) thanks: &'static str,
    /// What to do then, whatever the answer.
    pub(crate) next: &'static str,
    /// The link does not hold.
    pub(crate) gone: &'static str,
    /// We cannot answer now.
    pub(crate) later: &'static str,
}

impl Words {
    /// Where no other language is asked for.
    pub(crate) const ENGLISH: Self = Self {
        lang: "en",
        title: "Confirm a sign-in",
        question: "Was this you?",
        seen: "We noticed a sign-in to your account from a device we had not seen before, at",
        yes: "Yes, this was me",
        no: "No, this was not me",
        thanks: "Thank you",
        next: "Your answer has been received. If this was not you, change your password now in the app or on the site \
               where you have your account.",
        gone: "This link is not valid or has expired. Sign in to your account as usual to check recent activity.",
        later: "We cannot take your answer right now. Please try again in a few minutes.",
    };

    const GERMAN: Self = Self {
        lang: "de",
        title: "Anmeldung bestätigen",
        question: "Waren Sie das?",
        seen: "Wir haben eine Anmeldung an Ihrem Konto von einem bisher unbekannten Gerät bemerkt:",
        yes: "Ja, das war ich",
        no: "Nein, das war ich nicht",
        thanks: "Vielen Dank",
        next: "Ihre Antwort ist angekommen. Falls Sie es nicht waren, ändern Sie jetzt Ihr Passwort in der App oder auf \
               der Website Ihres Kontos.",
        gone: "Dieser Link ist ungültig oder abgelaufen. Melden Sie sich wie gewohnt an, um die letzten Aktivitäten zu \
               prüfen.",
        later: "Wir können Ihre Antwort gerade nicht annehmen. Bitte versuchen Sie es in einigen Minuten noch einmal.",
    };

    const SPANISH: Self = Self {
        lang: "es",
        title: "Confirmar un inicio de sesión",
        question: "¿Has sido tú?",
        seen: "Hemos detectado un inicio de sesión en tu cuenta desde un dispositivo desconocido hasta ahora:",
        yes: "Sí, he sido yo",
        no: "No, no he sido yo",
        thanks: "Gracias",
        next: "Hemos recibido tu respuesta. Si no has sido tú, cambia ahora tu contraseña en la aplicación o en el sitio \
               web de tu cuenta.",
        gone: "Este enlace no es válido o ha caducado. Inicia sesión como siempre para revisar la actividad reciente.",
        later: "Ahora mismo no podemos recibir tu respuesta. Vuelve a intentarlo dentro de unos minutos.",
    };

    /// All languages.
    pub(crate) const ALL: [Self; 3] = [Self::ENGLISH, Self::GERMAN, Self::SPANISH];
}

/// The most languages of an `accept-language` header that are looked at.
const LANGUAGES_MAX: usize = 32;

/// The words that a reader prefers, by RFC 9110's `accept-language`; English where it names none of ours.
pub(crate) fn preferred(accept_language: Option<&str>) -> &'static Words {
    const ALL: &[Words] = &Words::ALL;
    let mut best: (f32, &Words) = (0.0, &Words::ENGLISH);
    for range in accept_language.unwrap_or("").split(',').take(LANGUAGES_MAX) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0_f32);
        let language = tag.trim().split('-').next().unwrap_or("");
        let known = ALL.iter().find(|words| words.lang.eq_ignore_ascii_case(language));
        if let Some(words) = known.filter(|_| weight > best.0) {
            best = (weight, words);
        }
    }
    best.1
}

/// A whole page around a body.
pub(crate) fn page(status: u16, words: &Words, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex, nofollow\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        lang = words.lang,
    );
    let headers = vec![
        ("content-security-policy", POLICY.to_owned()),
        ("content-language", words.lang.to_owned()),
        ("vary", "accept-language".to_owned()),
        ("cache-control", "no-store".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-robots-tag", "noindex, nofollow".to_owned()),
    ];
    Response { status, content_type: Some("text/html; charset=utf-8"), headers, body: html.into_bytes() }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn the_policy_allows_exactly_our_style() {
        let digest = ring::digest::digest(&ring::digest::SHA256, STYLE.as_bytes());
        let digest = base64::engine::general_purpose::STANDARD.encode(digest);
        assert!(POLICY.contains(&format!("'sha256-{digest}'")), "the style's digest is {digest}");
    }

    #[test]
    fn the_reader_s_language_is_used() {
        for (header, lang) in [
            (None, "en"),
            (Some(""), "en"),
            (Some("de"), "de"),
            (Some("fr-FR, de-AT;q=0.8, en;q=0.7"), "de"),
            (Some("en;q=0.3,ES-mx;q=0.9"), "es"),
            (Some("de;q=0"), "en"),
            (Some("de;q=NaN, xx;;;,,"), "en"),
        ] {
            assert_eq!(preferred(header).lang, lang, "{header:?}");
        }
    }

    #[test]
    fn the_words_need_no_escaping() {
        for words in Words::ALL {
            let Words { lang, title, question, seen, yes, no, thanks, next, gone, later } = words;
            for text in [lang, title, question, seen, yes, no, thanks, next, gone, later] {
                assert!(!text.is_empty() && !text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
    }
}
