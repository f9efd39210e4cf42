//! The page behind a `verificationURL`: was this you?
//!
//! Whoever holds the link may answer for seven days. The page says nothing that an intruder who reads the mail could use,
//! loads nothing, runs nothing, and changes nothing until a button is pressed.

use std::time::Duration;

use rightful_domain::Record;

use crate::link;
use crate::page::{Words, page, preferred};
use crate::time::rfc3339_seconds;
use crate::{Call, Intake, Refusal, RefusalKind, Response};

/// What a verification link is signed for, and for nothing else.
pub(super) const VERIFY_PURPOSE: &str = "rightful ravelin change/verify v1";
/// How long the owner may say whether it was them.
pub(super) const VERIFY_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Reads a request for the page.
pub(super) fn question(call: &Call<'_>) -> Result<Intake, Refusal> {
    link::question(call, VERIFY_PURPOSE)
}

/// Reads the answer.
pub(super) fn answer(call: &Call<'_>) -> Result<Intake, Refusal> {
    link::answer(call, VERIFY_PURPOSE)
}

/// Asks the owner.
pub(super) fn question_page(call: &Call<'_>, record: &Record) -> Response {
    let words = preferred((call.header)("accept-language"));
    let at = rfc3339_seconds(record.entry.event.at);
    // The date and time in digits, in the order every language of ours can read.
    let shown = at.replace('T', " ").replace('Z', " UTC");
    let Words { question, seen, changed, yes, no, .. } = words;
    // The first part is the device; the others are what was changed. What it is now, the reader need not see.
    let seen = if link::of_call(call, VERIFY_PURPOSE).is_ok_and(|link| link.part > 0) { changed } else { seen };
    // Without an action, a form posts to the very address of its page, token included.
    let body = format!(
        "<h1>{question}</h1>\n<p>{seen} <time datetime=\"{at}\">{shown}</time></p>\n\
         <form method=\"post\">\n\
         <button name=\"answer\" value=\"yes\">{yes}</button>\n\
         <button name=\"answer\" value=\"no\">{no}</button>\n</form>"
    );
    page(200, words, question, &body)
}

/// Thanks the owner, and says what to do next, whatever the answer was.
pub(super) fn thanks_page(call: &Call<'_>) -> Response {
    let words = preferred((call.header)("accept-language"));
    page(200, words, words.thanks, &format!("<h1>{}</h1>\n<p>{}</p>", words.thanks, words.next))
}

/// Says that the link leads nowhere. It does not say why, and in every language, since a refusal is not told the
/// reader's.
pub(super) fn refusal_page(refusal: &Refusal) -> Response {
    let lines = |text: fn(&Words) -> &'static str| {
        let line = |words: &Words| format!("<p lang=\"{}\">{}</p>", words.lang, text(words));
        Words::ALL.iter().map(line).collect::<Vec<_>>().join("\n")
    };
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
    // A link without a token is presented by nobody, which for the reader is the same as a wrong one.
    let status = if refusal.kind == RefusalKind::Unauthorized { 403 } else { refusal.kind.status() };
    let words = &Words::ENGLISH;
    page(status, words, words.title, &format!("<h1>{}</h1>\n{}", words.title, lines(text)))
}
