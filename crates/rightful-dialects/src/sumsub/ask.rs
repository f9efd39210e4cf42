//! Asking the person: a hosted page behind a signed link, which is handed to the application's server with a transaction
//! that awaits its user. It is the server that brings the link to the person, through a contact that it trusts.

use rightful_domain::{Case, Event, Record, Timestamp};

use super::date;
use super::wire::Action;
use crate::page::{Words, page, preferred};
use crate::time::rfc3339_seconds;
use crate::{Call, Refusal, RefusalKind, Response, asking, digest};

/// What the person of a transaction is asked.
pub(super) fn action(call: &Call<'_>, event: &Event, case: Option<&Case>) -> Action {
    let asked = asking::of_event(call, event, case);
    Action {
        id: digest::uuid_from(event.id, "sumsub applicant action").replace('-', ""),
        kind: if asked.is_hosted { "confirmation" } else { "external" },
        url: asked.url,
        valid_until: date::seconds(asked.valid_until),
    }
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
