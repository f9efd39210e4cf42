//! Asking the person: a hosted page behind a signed link, which is handed to the application's server with a transaction
//! that awaits its user. It is the server that brings the link to the person, through a contact that it trusts.

use std::time::Duration;

use rightful_domain::{ApplicationId, Event, Feedback, FeedbackKind, FeedbackTarget, MechanismKind, Record, Timestamp};

use super::wire::Action;
use super::{ASK, date};
use crate::link::{self, Link};
use crate::page::{Words, page, preferred};
use crate::time::rfc3339_seconds;
use crate::{Call, Intake, Query, Refusal, RefusalKind, Response, digest};

const PURPOSE: &str = "rightful sumsub applicant action v1";
/// How long a person may answer, from when the transaction came.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The longest answer that is read, in bytes; ours is ten.
const ANSWER_BYTES_MAX: usize = 256;

/// What the person of a transaction is asked.
pub(super) fn action(call: &Call<'_>, event: &Event) -> Action {
    let expires_at = event.received_at.plus(KEPT);
    let link = Link { application: event.application.clone(), event: event.id, part: 0, expires_at };
    let token = link::sign(&link, PURPOSE, call.link_key);
    Action {
        id: digest::uuid_from(event.id, "sumsub applicant action").replace('-', ""),
        kind: "confirmation",
        url: format!("{}{ASK}?id={token}", call.public_url),
        valid_until: date::seconds(expires_at),
    }
}

/// Whose link it claims to be.
pub(super) fn application(query: Query<'_>) -> Option<ApplicationId> {
    link::claimed_application(&query.value("id")?)
}

/// Reads a request for the page.
pub(super) fn question(call: &Call<'_>) -> Result<Intake, Refusal> {
    checked(call).map(|link| Intake::Recall(link.event))
}

/// Reads the answer. It is worth what a link is worth, and no more.
pub(super) fn answer(call: &Call<'_>) -> Result<Intake, Refusal> {
    let link = checked(call)?;
    let form = std::str::from_utf8(call.body).ok().filter(|form| form.len() <= ANSWER_BYTES_MAX).unwrap_or("");
    Query(form).check_once(&["answer"])?;
    let kind = match Query(form).value("answer").as_deref() {
        Some("yes") => FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::MagicLink) },
        Some("no") => FeedbackKind::ConfirmedTakeover,
        _ => return Err(refusal(RefusalKind::Malformed, "answer must be yes or no")),
    };
    let (application, target) = (call.application.id.clone(), FeedbackTarget::Event(link.event));
    Ok(Intake::Feedback(vec![Feedback { application, target, kind, received_at: call.received_at }]))
}

fn checked(call: &Call<'_>) -> Result<Link, Refusal> {
    let token = call.query.value("id").unwrap_or_default();
    let link = link::check(&token, PURPOSE, call.link_key, call.received_at).ok();
    let ours = link.filter(|link| link.application == call.application.id);
    ours.ok_or_else(|| refusal(RefusalKind::Forbidden, "the link is not valid, or no longer"))
}

fn refusal(kind: RefusalKind, detail: &str) -> Refusal {
    Refusal { kind, detail: detail.to_owned(), path: None }
}

/// Asks the person.
pub(super) fn question_page(call: &Call<'_>, record: &Record) -> Response {
    let words = preferred((call.header)("accept-language"));
    let at = rfc3339_seconds(record.entry.event.at);
    let shown = at.replace('T', " ").replace('Z', " UTC");
    let Words { question, changed, yes, no, .. } = words;
    let body = format!(
        "<h1>{question}</h1>\n<p>{changed} <time datetime=\"{at}\">{shown}</time></p>\n\
         <form method=\"post\">\n\
         <button name=\"answer\" value=\"yes\">{yes}</button>\n\
         <button name=\"answer\" value=\"no\">{no}</button>\n</form>"
    );
    page(200, words, question, &body)
}

/// Thanks the person, whatever the answer was.
pub(super) fn thanks_page(call: &Call<'_>) -> Response {
    let words = preferred((call.header)("accept-language"));
    page(200, words, words.thanks, &format!("<h1>{}</h1>\n<p>{}</p>", words.thanks, words.next))
}

/// Says that the link leads nowhere, in every language, since a refusal is not told the reader's.
pub(super) fn refusal_page(refusal: &Refusal, _now: Timestamp) -> Response {
    let is_ours = refusal.kind.status() >= 500 || refusal.kind == RefusalKind::RateLimited;
    let line = |words: &Words| {
        let text = if is_ours { words.later } else { words.gone };
        format!("<p lang=\"{}\">{text}</p>", words.lang)
    };
    let lines = Words::ALL.iter().map(line).collect::<Vec<_>>().join("\n");
    let status = if refusal.kind == RefusalKind::Unauthorized { 403 } else { refusal.kind.status() };
    let words = &Words::ENGLISH;
    page(status, words, words.title, &format!("<h1>{}</h1>\n{lines}", words.title))
}
