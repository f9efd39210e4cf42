//! The page behind a `verificationURL`: was this you?
//!
//! Whoever holds the link may answer for seven days. The page says nothing that an intruder who reads the mail could use,
//! loads nothing, runs nothing, and changes nothing until a button is pressed.

use std::time::Duration;

use rightful_domain::{Feedback, FeedbackKind, FeedbackTarget, MechanismKind, Record};

use crate::link::{self, InvalidLink};
use crate::page::{Words, page, preferred};
use crate::time::rfc3339_seconds;
use crate::{Call, Intake, Query, Refusal, RefusalKind, Response};

/// What a verification link is signed for, and for nothing else.
pub(super) const VERIFY_PURPOSE: &str = "rightful ravelin change/verify v1";
/// How long the owner may say whether it was them.
pub(super) const VERIFY_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The longest answer that is read, in bytes; ours is ten.
const ANSWER_BYTES_MAX: usize = 256;

/// Reads a request for the page.
pub(super) fn question(call: &Call<'_>) -> Result<Intake, Refusal> {
    checked(call).map(|link| Intake::Recall(link.event))
}

/// Reads the answer.
pub(super) fn answer(call: &Call<'_>) -> Result<Intake, Refusal> {
    let link = checked(call)?;
    let form = std::str::from_utf8(call.body).ok().filter(|form| form.len() <= ANSWER_BYTES_MAX).unwrap_or("");
    // Two answers are none: neither is to be taken for what the owner said.
    Query(form).check_once(&["answer"])?;
    let kind = match Query(form).value("answer").as_deref() {
        // Who reads the owner's mail can press this, so it is worth a link sent there and no more: it releases what was
        // challenged unless the contact is new, and takes back no report.
        Some("yes") => FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::MagicLink) },
        Some("no") => FeedbackKind::ConfirmedTakeover,
        _ => return Err(refusal(RefusalKind::Malformed, "answer must be yes or no")),
    };
    Ok(Intake::Feedback(vec![Feedback {
        application: call.application.id.clone(),
        target: FeedbackTarget::Event(link.event),
        kind,
        received_at: call.received_at,
    }]))
}

fn checked(call: &Call<'_>) -> Result<link::Link, Refusal> {
    let token = call.query.value("id").unwrap_or_default();
    let link =
        link::check(&token, VERIFY_PURPOSE, call.link_key, call.received_at).map_err(|invalid| match invalid {
            InvalidLink::Forged => refusal(RefusalKind::Forbidden, "the link is not valid"),
            InvalidLink::Expired => refusal(RefusalKind::Forbidden, "the link has expired"),
        })?;
    if link.application == call.application.id {
        Ok(link)
    } else {
        Err(refusal(RefusalKind::Forbidden, "the link is not valid"))
    }
}

fn refusal(kind: RefusalKind, detail: &str) -> Refusal {
    Refusal { kind, detail: detail.to_owned(), path: None }
}

/// Asks the owner.
pub(super) fn question_page(call: &Call<'_>, record: &Record) -> Response {
    let words = preferred((call.header)("accept-language"));
    let at = rfc3339_seconds(record.entry.event.at);
    // The date and time in digits, in the order every language of ours can read.
    let shown = at.replace('T', " ").replace('Z', " UTC");
    let Words { question, seen, changed, yes, no, .. } = words;
    // The first part is the device; the others are what was changed. What it is now, the reader need not see.
    let seen = if checked(call).is_ok_and(|link| link.part > 0) { changed } else { seen };
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
        | RefusalKind::TooLarge
        | RefusalKind::UnsupportedType => |words| words.gone,
    };
    // A link without a token is presented by nobody, which for the reader is the same as a wrong one.
    let status = if refusal.kind == RefusalKind::Unauthorized { 403 } else { refusal.kind.status() };
    let words = &Words::ENGLISH;
    page(status, words, words.title, &format!("<h1>{}</h1>\n{}", words.title, lines(text)))
}
