//! The page behind a `verificationURL`: was this you?
//!
//! Whoever holds the link may answer for seven days. The page says nothing that an intruder who reads the mail could use,
//! loads nothing, runs nothing, and changes nothing until a button is pressed.

use std::time::Duration;

use rightful_domain::Record;

use crate::{Call, Intake, Refusal, Response, link, page};

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

/// Asks the owner. The first part of an event is its device; the others are what was changed. What it is now, the reader
/// need not see.
pub(super) fn question_page(call: &Call<'_>, record: &Record) -> Response {
    let is_change = link::of_call(call, VERIFY_PURPOSE).is_ok_and(|link| link.part > 0);
    page::question(call, &record.entry.event, is_change)
}
