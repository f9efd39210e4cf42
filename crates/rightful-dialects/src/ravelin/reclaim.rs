//! Accounts given back to their owners, and what is asked of credentials: the two paths with error shapes of their own.

use rightful_domain::{EventId, PasswordHashes};

use super::words::{account, id_text};
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{device_id, personal_told, sha256, text};
use crate::time::moment;
use crate::{Call, FirstEvent, Intake, Reclaim, Refusal, RefusalKind};

/// The most customers of one request, as documented.
const CUSTOMERS_MAX: usize = 1_000;
/// The most events of one customer: the documentation speaks of the first that was seen.
const ATO_EVENTS_MAX: usize = 100;
/// What is said where no customer is named, word for word as documented.
pub(super) const NO_CUSTOMERS: &str =
    "No customer accounts provided. Check https://developer.ravelin.com/apis/ato/#reclaiming for more details";

/// Reads who has their accounts again.
pub(super) fn accounts(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    body.required("timestamp", moment)?;
    body.optional("source", source)?;
    match body.take("customers") {
        Some(Node::List(items)) if items.is_empty() => {
            return Err(Refusal { kind: RefusalKind::Malformed, detail: NO_CUSTOMERS.to_owned(), path: None });
        }
        Some(customers) => body.put("customers", customers),
        None => return Err(Fault::new("is required").within("customers").into()),
    }
    Ok(Intake::Reclaim(body.objects("customers", CUSTOMERS_MAX, customer)?))
}

fn customer(fields: &mut Fields<'_>) -> Result<Reclaim, Fault> {
    let account = fields.required("customerId", account)?;
    let closed = fields.required("method", |node| match text(node)?.as_ref() {
        "PasswordReset" | "Other" => Ok(false),
        "AccountDeleted" => Ok(true),
        _ => Err(Fault::new("must be one of PasswordReset, AccountDeleted, Other")),
    })?;
    fields.optional("reportedBy", |node| match text(node)?.as_ref() {
        "CUSTOMER" | "MERCHANT" | "RAVELIN" => Ok(()),
        _ => Err(Fault::new("must be one of CUSTOMER, MERCHANT, RAVELIN")),
    })?;
    fields.optional("source", source)?;
    let first = fields.objects("atoEvents", ATO_EVENTS_MAX, first_event)?.into_iter().flatten().collect();
    Ok(Reclaim { account, first, closed })
}

/// Deprecated, and of one value.
fn source(node: Node<'_>) -> Result<(), Fault> {
    if text(node)? == "ATO" { Ok(()) } else { Err(Fault::new("must be ATO")) }
}

/// The beginning of a takeover by the one id that names it. An order names none of our events, and a login that is no
/// UUID is none of ours: both are passed over.
fn first_event(fields: &mut Fields<'_>) -> Result<Option<FirstEvent>, Fault> {
    let login = fields.optional("loginId", |node| text(id_text(node)))?;
    let device = fields.optional("deviceId", |node| device_id(id_text(node)))?;
    let order = fields.optional("orderId", |node| text(id_text(node)))?;
    match (login, device, order) {
        (Some(login), None, None) => Ok(EventId::parse(&login).ok().map(FirstEvent::Event)),
        (None, Some(device), None) => Ok(device.map(FirstEvent::Device)),
        (None, None, Some(_)) => Ok(None),
        _ => Err(Fault::new("must have exactly one of loginId, deviceId, orderId")),
    }
}

/// Reads what is asked of credentials.
pub(super) fn credentials(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let username = body.required("username", personal_told)?;
    let hash = body.required("passwordHash", sha256)?;
    let hashes = PasswordHashes { sha256: Some(hash), ..PasswordHashes::default() };
    Ok(Intake::LookUp { username: Some(username), hashes })
}
