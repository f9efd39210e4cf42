//! Pages for the person at the door: accessible, in their language, and inert.
//!
//! No script, nothing loaded, nothing indexed, no address leaked onwards; the content security policy says so too.

use rightful_domain::Event;

use crate::time::rfc3339_seconds;
use crate::{Call, Refusal, RefusalKind, Response};

/// All the style there is. Its digest stands in [`POLICY`], which a test holds it to.
const STYLE: &str = "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;min-height:3rem;padding:0 1.5rem;margin:.5rem .5rem .5rem 0}:root{color-scheme:light dark}";

/// Only our own style, and forms only to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'sha256-3Q2W4xHPAvB5weqXzQnS0voaY9EgYfXexlAFRaxO/kk='; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the pages say, in one language. Plain text without a character that HTML minds.
#[derive(Debug, PartialEq, Eq)]
struct Words {
    /// BCP 47.
    lang: &'static str,
    /// Of a page that asks nothing.
    title: &'static str,
    /// The question.
    question: &'static str,
    /// What it is about; a time and a full stop follow.
    seen: &'static str,
    /// The same of a change of details; a time and a full stop follow.
    changed: &'static str,
    /// It was.
    yes: &'static str,
    /// It was not.
    no: &'static str,
    /// After the answer.
    thanks: &'static str,
    /// What to do then, whatever the answer.
    next: &'static str,
    /// The link does not hold.
    gone: &'static str,
    /// We cannot answer now.
    later: &'static str,
}

impl Words {
    /// Where no other language is asked for.
    const ENGLISH: Self = Self {
        lang: "en",
        title: "Confirm a sign-in",
        question: "Was this you?",
        seen: "We noticed a sign-in to your account from a device we had not seen before, at",
        changed: "We noticed a change to your account, at",
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
        changed: "Wir haben eine Änderung an Ihrem Konto bemerkt:",
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
        changed: "Hemos detectado un cambio en tu cuenta:",
        yes: "Sí, he sido yo",
        no: "No, no he sido yo",
        thanks: "Gracias",
        next: "Hemos recibido tu respuesta. Si no has sido tú, cambia ahora tu contraseña en la aplicación o en el sitio \
               web de tu cuenta.",
        gone: "Este enlace no es válido o ha caducado. Inicia sesión como siempre para revisar la actividad reciente.",
        later: "Ahora mismo no podemos recibir tu respuesta. Vuelve a intentarlo dentro de unos minutos.",
    };

    const FRENCH: Self = Self {
        lang: "fr",
        title: "Confirmer une connexion",
        question: "Était-ce vous ?",
        seen: "Nous avons remarqué une connexion à votre compte depuis un appareil inconnu jusqu’ici :",
        changed: "Nous avons remarqué une modification de votre compte :",
        yes: "Oui, c’était moi",
        no: "Non, ce n’était pas moi",
        thanks: "Merci",
        next: "Votre réponse a bien été reçue. Si ce n’était pas vous, changez dès maintenant votre mot de passe dans \
               l’application ou sur le site de votre compte.",
        gone: "Ce lien n’est pas valide ou a expiré. Connectez-vous comme d’habitude pour vérifier l’activité récente.",
        later: "Nous ne pouvons pas recevoir votre réponse pour le moment. Réessayez dans quelques minutes.",
    };

    const ITALIAN: Self = Self {
        lang: "it",
        title: "Conferma un accesso",
        question: "Sei stato tu?",
        seen: "Abbiamo notato un accesso al tuo account da un dispositivo finora sconosciuto:",
        changed: "Abbiamo notato una modifica al tuo account:",
        yes: "Sì, sono stato io",
        no: "No, non sono stato io",
        thanks: "Grazie",
        next: "Abbiamo ricevuto la tua risposta. Se non sei stato tu, cambia subito la password nell’app o sul sito del \
               tuo account.",
        gone: "Questo link non è valido o è scaduto. Accedi come al solito per controllare l’attività recente.",
        later: "Al momento non possiamo ricevere la tua risposta. Riprova tra qualche minuto.",
    };

    const PORTUGUESE: Self = Self {
        lang: "pt",
        title: "Confirmar um início de sessão",
        question: "Foi você?",
        seen: "Notámos um início de sessão na sua conta a partir de um dispositivo até agora desconhecido:",
        changed: "Notámos uma alteração na sua conta:",
        yes: "Sim, fui eu",
        no: "Não, não fui eu",
        thanks: "Obrigado",
        next: "Recebemos a sua resposta. Se não foi você, altere já a sua palavra-passe na aplicação ou no site da sua \
               conta.",
        gone: "Esta ligação não é válida ou expirou. Inicie sessão como habitualmente para verificar a atividade recente.",
        later: "De momento não podemos receber a sua resposta. Tente novamente dentro de alguns minutos.",
    };

    const DUTCH: Self = Self {
        lang: "nl",
        title: "Een aanmelding bevestigen",
        question: "Was u dit?",
        seen: "We hebben een aanmelding bij uw account opgemerkt vanaf een tot nu toe onbekend apparaat:",
        changed: "We hebben een wijziging van uw account opgemerkt:",
        yes: "Ja, dat was ik",
        no: "Nee, dat was ik niet",
        thanks: "Dank u wel",
        next: "Uw antwoord is ontvangen. Als u dit niet was, wijzig dan nu uw wachtwoord in de app of op de website van uw \
               account.",
        gone: "Deze link is ongeldig of verlopen. Meld u aan zoals gewoonlijk om recente activiteit te controleren.",
        later: "We kunnen uw antwoord nu niet aannemen. Probeer het over een paar minuten opnieuw.",
    };

    const POLISH: Self = Self {
        lang: "pl",
        title: "Potwierdź logowanie",
        question: "Czy to Ty?",
        seen: "Zauważyliśmy logowanie na Twoje konto z nieznanego dotąd urządzenia:",
        changed: "Zauważyliśmy zmianę na Twoim koncie:",
        yes: "Tak, to ja",
        no: "Nie, to nie ja",
        thanks: "Dziękujemy",
        next: "Otrzymaliśmy Twoją odpowiedź. Jeśli to nie Ty, zmień teraz hasło w aplikacji lub na stronie, na której masz \
               konto.",
        gone: "Ten link jest nieprawidłowy lub wygasł. Zaloguj się jak zwykle, aby sprawdzić ostatnią aktywność.",
        later: "Nie możemy teraz przyjąć Twojej odpowiedzi. Spróbuj ponownie za kilka minut.",
    };

    /// All languages.
    const ALL: [Self; 8] = [
        Self::ENGLISH,
        Self::GERMAN,
        Self::SPANISH,
        Self::FRENCH,
        Self::ITALIAN,
        Self::PORTUGUESE,
        Self::DUTCH,
        Self::POLISH,
    ];
}

/// The most languages of an `accept-language` header that are looked at.
const LANGUAGES_MAX: usize = 32;

/// The words that a reader prefers, by RFC 9110's `accept-language`; English where it names none of ours.
fn preferred(accept_language: Option<&str>) -> &'static Words {
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

/// Asks the person of an event whether it was them; of a change of details, in other words.
///
/// Without an action, a form posts to the very address of its page, token included.
pub(crate) fn question(call: &Call<'_>, event: &Event, is_change: bool) -> Response {
    let words = preferred((call.header)("accept-language"));
    let at = rfc3339_seconds(event.at);
    // The date and time in digits, in the order every language of ours can read.
    let shown = at.replace('T', " ").replace('Z', " UTC");
    let Words { question, seen, changed, yes, no, .. } = words;
    let seen = if is_change { changed } else { seen };
    let body = format!(
        "<h1>{question}</h1>\n<p>{seen} <time datetime=\"{at}\">{shown}</time>.</p>\n\
         <form method=\"post\">\n\
         <button name=\"answer\" value=\"yes\">{yes}</button>\n\
         <button name=\"answer\" value=\"no\">{no}</button>\n</form>"
    );
    page(200, words, question, &body)
}

/// Thanks the person, and says what to do next, whatever the answer was.
pub(crate) fn thanks(call: &Call<'_>) -> Response {
    let words = preferred((call.header)("accept-language"));
    page(200, words, words.thanks, &format!("<h1>{}</h1>\n<p>{}</p>", words.thanks, words.next))
}

/// Says that a link leads nowhere. It does not say why, and in every language, since a refusal is not told the reader's.
pub(crate) fn refusal(refusal: &Refusal) -> Response {
    let text: fn(&Words) -> &'static str = match refusal.kind {
        RefusalKind::RateLimited | RefusalKind::Internal | RefusalKind::Unavailable => |words| words.later,
        RefusalKind::Malformed
        | RefusalKind::Unauthorized
        | RefusalKind::Forbidden
        | RefusalKind::NotFound
        | RefusalKind::MethodNotAllowed
        | RefusalKind::Conflict
        | RefusalKind::CaseConflict
        | RefusalKind::TooLarge
        | RefusalKind::UnsupportedType => |words| words.gone,
    };
    let line = |words: &Words| format!("<p lang=\"{}\">{}</p>", words.lang, text(words));
    let lines = Words::ALL.iter().map(line).collect::<Vec<_>>().join("\n");
    // A link without a token is presented by nobody, which for the reader is the same as a wrong one.
    let status = if refusal.kind == RefusalKind::Unauthorized { 403 } else { refusal.kind.status() };
    let words = &Words::ENGLISH;
    page(status, words, words.title, &format!("<h1>{}</h1>\n{lines}", words.title))
}

/// A whole page around a body.
fn page(status: u16, words: &Words, title: &str, body: &str) -> Response {
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
            (Some("sv-SE, de-AT;q=0.8, en;q=0.7"), "de"),
            (Some("fr-CA, de;q=0.8"), "fr"),
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
            let Words { lang, title, question, seen, changed, yes, no, thanks, next, gone, later } = words;
            for text in [lang, title, question, seen, changed, yes, no, thanks, next, gone, later] {
                assert!(!text.is_empty() && !text.contains(['<', '>', '&', '"']), "{text}");
            }
        }
    }
}
