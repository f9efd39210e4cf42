//! What people do about transactions, and who an applicant is.

use rightful_domain::{
    AccountId, CASE_LABELS_MAX, CASE_TEXT_BYTES_MAX, CASE_WORD_BYTES_MAX, CaseChange, Decision, DecisionKind, EventId,
    Pii, Search,
};

use super::{applicant, decode};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::{custom, text};
use crate::{Call, EventOf, Intake, Refusal, RefusalKind};

/// As whom a decision is made that comes by the vendor's API, which names nobody.
pub(super) const OFFICER: &str = "api";
/// How many of an applicant's latest events tell its labels.
const EVENTS_READ: u16 = 100;

/// The transaction that a path names by our id.
pub(super) fn event_of_path(call: &Call<'_>) -> Result<EventId, Refusal> {
    match decode::transaction_of_path(call)? {
        EventOf::Id(event) => Ok(event),
        EventOf::Key(_) => Err(not_found("there is no such transaction")),
    }
}

/// Reads somebody's decision, which takes effect at once.
pub(super) fn decision(call: &Call<'_>) -> Result<Intake, Refusal> {
    let event = event_of_path(call)?;
    let mut body = Fields::new(json::parse_object(call.body)?);
    let kind = body.required("reviewAnswer", |node| match &*text(node)? {
        "GREEN" => Ok(DecisionKind::Approve),
        "RED" => Ok(DecisionKind::Reject),
        _ => Err(Fault::new("must be GREEN or RED")),
    })?;
    let may_retry = body.optional("reviewRejectType", |node| match &*text(node)? {
        "FINAL" => Ok(false),
        "RETRY" => Ok(true),
        _ => Err(Fault::new("must be FINAL or RETRY")),
    })?;
    let decision = Decision {
        kind,
        by: OFFICER.into(),
        at: call.received_at,
        effective_at: call.received_at,
        is_done: false,
        comment: body.optional("clientComment", comment)?,
        labels: body.optional("rejectLabels", labels)?.unwrap_or_default(),
        may_retry: may_retry.unwrap_or(false),
    };
    Ok(Intake::Change { event, change: CaseChange::Decide(decision) })
}

fn comment(node: Node<'_>) -> Result<Pii<Box<str>>, Fault> {
    let told = text(node)?;
    let fits = told.len() <= CASE_TEXT_BYTES_MAX;
    if fits {
        Ok(Pii::new(told.into()))
    } else {
        Err(Fault::new(format!("must be at most {CASE_TEXT_BYTES_MAX} bytes")))
    }
}

fn labels(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let label = |(index, node)| {
        let told = text(node).map_err(|fault: Fault| fault.within_item(index))?;
        let fits = (1..=CASE_WORD_BYTES_MAX).contains(&told.len());
        let fault = || Fault::new(format!("must be 1 to {CASE_WORD_BYTES_MAX} bytes")).within_item(index);
        if fits { Ok(told.into()) } else { Err(fault()) }
    };
    list_of(node, CASE_LABELS_MAX)?.into_iter().enumerate().map(label).collect()
}

/// Reads that a transaction is to be deleted.
pub(super) fn deletion(call: &Call<'_>) -> Result<Intake, Refusal> {
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Delete })
}

/// Reads which properties of a transaction are others, and which one is no longer. All else stays as it was.
pub(super) fn amendment(call: &Call<'_>) -> Result<Intake, Refusal> {
    let event = event_of_path(call)?;
    let unset = call.query.value("unsetKey").filter(|name| !name.is_empty());
    // Only to take one away, nothing needs to be said.
    let mut props = if call.body.is_empty() && unset.is_some() { Vec::new() } else { json::parse_object(call.body)? };
    // As the vendor's schema has it, or by themselves.
    if let [(name, Node::Object(inner))] = &mut props[..]
        && name == "props"
    {
        props = std::mem::take(inner);
    }
    if let Some((name, _)) = props.iter().find(|(_, node)| !matches!(node, Node::Text(_))) {
        return Err(Fault::new("must be a text").within(name).into());
    }
    if let Some(name) = unset {
        props.retain(|(told, _)| *told != *name);
        props.push((name.to_string().into(), Node::Null));
    }
    let fields =
        custom(Node::Object(props))?.ok_or_else(|| Fault::new("must have at least one field").within("props"))?;
    Ok(Intake::Change { event, change: CaseChange::Amend(fields) })
}

/// Reads which applicant is asked for.
pub(super) fn applicant(call: &Call<'_>) -> Result<Intake, Refusal> {
    let told = call.parameter("id");
    let account = match told.strip_prefix("-;externalUserId=") {
        Some(user) => AccountId::new(user).ok(),
        None => applicant::account_of(call.link_key, &call.application.id, told),
    };
    let account = account.ok_or_else(|| not_found("Applicant not found"))?;
    Ok(Intake::Search(Search { account: Some(account), ..Search::of(call.application.id.clone(), EVENTS_READ) }))
}

fn not_found(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::NotFound, detail: detail.to_owned(), path: None }
}
