//! Asking the person: a hosted page behind a signed link, which is handed to the application's server with a transaction
//! that awaits its user. It is the server that brings the link to the person, through a contact that it trusts.

use rightful_domain::{Case, Event};

use super::date;
use super::wire::Action;
use crate::{Call, asking, digest};

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
