//! Where the person of an event is sent who is asked to prove who they are: to a page of ours behind a signed link, or to
//! the application's own provider, whose result its server tells by `POST /v1/feedback`.

use std::time::Duration;

use rightful_domain::{Case, CaseState, Decision, DecisionKind, Event, EventId, Timestamp};

use crate::link::{self, Link};
use crate::{Call, Intake, Query, Refusal};

/// The path of our page.
pub(crate) const PATH: &str = "/resources/applicantActions/confirm";
/// What a link to it is signed for, and for nothing else.
const PURPOSE: &str = "rightful sumsub applicant action v1";
/// How long a person may answer, from when they were asked.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Where a person is sent, and until when.
pub(crate) struct Asking {
    /// The address.
    pub(crate) url: String,
    /// Whether it is a page of ours.
    pub(crate) is_hosted: bool,
    /// When they were asked.
    pub(crate) asked_at: Timestamp,
    /// Until when they may answer there.
    pub(crate) valid_until: Timestamp,
}

/// When somebody has asked the person of a case.
fn asked_at(case: &Case) -> Option<Timestamp> {
    let is_asked = |decision: &&Decision| decision.is_done && decision.kind == DecisionKind::AskUser;
    case.decision.as_ref().filter(is_asked).map(|decision| decision.effective_at)
}

/// Where the person of an event is sent: asked as it came, unless people asked later.
pub(crate) fn of_event(call: &Call<'_>, event: &Event, case: Option<&Case>) -> Asking {
    let at = case.and_then(asked_at).unwrap_or(event.received_at);
    let account = event.account.as_ref().map_or("", |account| account.as_str());
    asking(call, event.id, account, at)
}

/// Where the person of a case is sent who is asked now; None if nobody is.
pub(crate) fn of_case(call: &Call<'_>, case: &Case) -> Option<Asking> {
    if case.state(call.received_at) != CaseState::AwaitingUser {
        return None;
    }
    let account = case.account.as_ref().map_or("", |account| account.as_str());
    Some(asking(call, case.event, account, asked_at(case)?))
}

fn asking(call: &Call<'_>, event: EventId, account: &str, asked_at: Timestamp) -> Asking {
    // Whole seconds, as the link tells it.
    let valid_until = Timestamp::from_seconds(asked_at.plus(KEPT).as_micros().div_euclid(1_000_000));
    if let Some(provider) = &call.application.settings.ask_url {
        let named = provider.replace("{event}", &event.to_string()).replace("{account}", &encoded(account));
        return Asking { url: named, is_hosted: false, asked_at, valid_until };
    }
    let link = Link { application: call.application.id.clone(), event, part: 0, expires_at: valid_until };
    let token = link::sign(&link, PURPOSE, call.link_key);
    Asking { url: format!("{}{PATH}?id={token}", call.public_url), is_hosted: true, asked_at, valid_until }
}

/// As a part of an address: what is not unreserved is percent-encoded (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            told.push(char::from(byte));
        } else {
            told.push_str(&format!("%{byte:02X}"));
        }
    }
    told
}

/// Whose link it claims to be.
pub(crate) fn application(query: Query<'_>) -> Option<rightful_domain::ApplicationId> {
    link::application_of_query(query)
}

/// Reads a request for our page.
pub(crate) fn question(call: &Call<'_>) -> Result<Intake, Refusal> {
    link::question(call, PURPOSE)
}

/// Reads the answer. It is worth what a link is worth, and no more.
pub(crate) fn answer(call: &Call<'_>) -> Result<Intake, Refusal> {
    link::answer(call, PURPOSE)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_account_cannot_write_the_address() {
        assert_eq!(super::encoded("ann@x.example/../?a=b&c#\u{e9}"), "ann%40x.example%2F..%2F%3Fa%3Db%26c%23%C3%A9");
    }
}
