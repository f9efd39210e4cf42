//! What people do about events that wait for them: queues, claims, notes, decisions.

use rightful_domain::{
    AccountId, CASE_LABELS_MAX, CASE_LIMIT_MAX, CASE_TEXT_BYTES_MAX, CASE_WORD_BYTES_MAX, Case, CaseChange, CaseNote,
    CasePage, CaseRefusal, CaseSearch, CaseState, Decision, DecisionKind, EventId, Pii, Record, Timestamp, UNDO_WITHIN,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::AssessmentBody;
use super::decode::event_of_path;
use super::encode;
use super::response::{json, refused};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::{flag, text};
use crate::time::{rfc3339, text_moment};
use crate::{Call, Intake, Refusal, RefusalKind, Response, asking};

/// How many cases a page holds unless asked otherwise.
const LIMIT_DEFAULT: u16 = 50;

/// Reads which cases are asked for.
pub(super) fn search(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut search = CaseSearch {
        application: call.application.id.clone(),
        account: None,
        queue: None,
        assignee: None,
        state: None,
        due_before: None,
        limit: LIMIT_DEFAULT,
        after: None,
    };
    for (name, value) in call.query.pairs()? {
        set_condition(&mut search, &name, &value).map_err(|fault| {
            let Refusal { detail, .. } = Refusal::from(fault);
            let shown: String = name.chars().filter(char::is_ascii_graphic).take(CASE_WORD_BYTES_MAX).collect();
            let detail = format!("the query parameter {shown} {detail}");
            Refusal { kind: RefusalKind::Malformed, detail, path: None }
        })?;
    }
    Ok(Intake::Cases(search))
}

fn set_condition(search: &mut CaseSearch, name: &str, value: &str) -> Result<(), Fault> {
    match name {
        "account" => {
            search.account = Some(AccountId::new(value).map_err(|invalid| Fault::new(invalid.to_string()))?);
        }
        "queue" => search.queue = Some(value.into()),
        "assigned_to" => search.assignee = Some(value.into()),
        "state" => {
            let words = CaseState::ALL.map(CaseState::as_str).join(", ");
            let state = CaseState::parse(value).ok_or_else(|| Fault::new(format!("must be one of {words}")))?;
            search.state = Some(state);
        }
        "due_before" => search.due_before = Some(text_moment(value)?),
        "limit" => {
            let limit = value.parse().ok().filter(|limit| (1..=CASE_LIMIT_MAX).contains(limit));
            let detail = || format!("must be a whole number from 1 to {CASE_LIMIT_MAX}");
            search.limit = limit.ok_or_else(|| Fault::new(detail()))?;
        }
        "cursor" => search.after = Some(cursor(value)?),
        _ => return Err(Fault::new("is not known here")),
    }
    Ok(())
}

fn cursor(value: &str) -> Result<(Timestamp, EventId), Fault> {
    let told = value
        .split_once('.')
        .and_then(|(at, event)| Some((Timestamp::from_micros(at.parse().ok()?), EventId::parse(event).ok()?)));
    told.ok_or_else(|| Fault::new("must be a next_cursor as it was answered"))
}

/// Somebody begins to work on a case.
pub(super) fn claim(call: &Call<'_>) -> Result<Intake, Refusal> {
    let by = whose(&mut body(call)?)?;
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Claim { by } })
}

/// Somebody no longer works on it.
pub(super) fn release(call: &Call<'_>) -> Result<Intake, Refusal> {
    let by = whose(&mut body(call)?)?;
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Release { by } })
}

/// Somebody notes something.
pub(super) fn note(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = body(call)?;
    let note = CaseNote { id: 0, by: whose(&mut body)?, at: call.received_at, text: body.required("text", said)? };
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Note(note) })
}

/// Somebody decides.
pub(super) fn decision(call: &Call<'_>) -> Result<Intake, Refusal> {
    let decision = read_decision(call, &mut body(call)?)?;
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Decide(decision) })
}

/// Somebody decides about many at once.
pub(super) fn decisions(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = body(call)?;
    let decision = read_decision(call, &mut body)?;
    let events = body.required("event_ids", event_ids)?;
    Ok(Intake::ChangeMany(events.into_iter().map(|event| (event, CaseChange::Decide(decision.clone()))).collect()))
}

/// Somebody takes a decision back.
pub(super) fn undo(call: &Call<'_>) -> Result<Intake, Refusal> {
    let by = whose(&mut body(call)?)?;
    Ok(Intake::Change { event: event_of_path(call)?, change: CaseChange::Undo { by } })
}

fn body<'a>(call: &Call<'a>) -> Result<Fields<'a>, Refusal> {
    json::parse_object(call.body).map(Fields::new)
}

fn whose(body: &mut Fields<'_>) -> Result<Box<str>, Fault> {
    body.required("by", reviewer)
}

fn reviewer(node: Node<'_>) -> Result<Box<str>, Fault> {
    let by = word(node)?;
    if Decision::is_reviewers_name(&by) { Ok(by) } else { Err(Fault::new("is what others than reviewers decide by")) }
}

fn word(node: Node<'_>) -> Result<Box<str>, Fault> {
    let told = text(node)?;
    let fits = (1..=CASE_WORD_BYTES_MAX).contains(&told.len()) && !told.chars().any(char::is_control);
    if fits { Ok(told.into()) } else { Err(Fault::new(format!("must be 1 to {CASE_WORD_BYTES_MAX} bytes"))) }
}

fn said(node: Node<'_>) -> Result<Pii<Box<str>>, Fault> {
    let told = text(node)?;
    let fits = (1..=CASE_TEXT_BYTES_MAX).contains(&told.len());
    if fits { Ok(Pii::new(told.into())) } else { Err(Fault::new(format!("must be 1 to {CASE_TEXT_BYTES_MAX} bytes"))) }
}

fn words(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = list_of(node, CASE_LABELS_MAX)?.into_iter().enumerate();
    items.map(|(index, item)| word(item).map_err(|fault| fault.within_item(index))).collect()
}

fn event_ids(node: Node<'_>) -> Result<Vec<EventId>, Fault> {
    let items = list_of(node, CASE_LIMIT_MAX.into())?.into_iter().enumerate();
    let read = |item| EventId::parse(&text(item)?).map_err(|invalid| Fault::new(invalid.to_string()));
    items.map(|(index, item)| read(item).map_err(|fault| fault.within_item(index))).collect()
}

fn read_decision(call: &Call<'_>, body: &mut Fields<'_>) -> Result<Decision, Fault> {
    let kind = body.required("decision", |node| {
        let words = DecisionKind::ALL.map(DecisionKind::as_str).join(", ");
        DecisionKind::parse(&text(node)?).ok_or_else(|| Fault::new(format!("must be one of {words}")))
    })?;
    let is_at_once = body.optional("at_once", flag)?.unwrap_or(false);
    let at = call.received_at;
    Ok(Decision {
        kind,
        by: whose(body)?,
        at,
        effective_at: if is_at_once { at } else { at.plus(UNDO_WITHIN) },
        is_done: false,
        comment: body.optional("comment", said)?,
        labels: body.optional("labels", words)?.unwrap_or_default(),
        may_retry: body.optional("may_retry", flag)?.unwrap_or(false),
    })
}

/// An event that waits for people, or did.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseBody<'a> {
    /// The event, which names the case.
    event_id: String,
    /// Its account.
    account: Option<&'a str>,
    /// Where it waits; null if nobody needs to decide.
    queue: Option<&'a str>,
    /// `open`, `claimed`, `deciding` (for a minute, it can be undone), `awaiting_user` or `decided`.
    state: &'static str,
    /// When it was opened.
    opened_at: String,
    /// When it is to be decided.
    due_at: String,
    /// Whether it is too late for that.
    is_overdue: bool,
    /// Who works on it: for 15 min, then it is anybody's again.
    claimed_by: Option<&'a str>,
    /// Whose it is to look at, as Transmit's API has assigned it; it blocks nobody.
    assigned_to: Option<&'a str>,
    /// From opening to the first claim, in seconds; null while nobody has claimed it.
    to_claim_s: Option<u64>,
    /// From opening to the decision, in seconds; null while nobody has decided.
    to_decide_s: Option<u64>,
    /// From opening until now, in seconds; null once it is decided.
    age_s: Option<u64>,
    /// How its person is asked, or has answered; null if nobody was asked.
    ask: Option<AskBody>,
    /// Tags that people put on it.
    #[schema(value_type = Vec<String>)]
    tags: &'a [Box<str>],
    /// What was noted, oldest first.
    notes: Vec<CaseNoteBody<'a>>,
    /// What was decided last: by whom you name, by `person` who was asked, or by `feedback` that said otherwise since.
    decision: Option<DecisionBody<'a>>,
    /// What a reviewer had decided before, and was decided otherwise since.
    overruled: Option<DecisionBody<'a>>,
    /// When its event was deleted by its caller.
    deleted_at: Option<String>,
    /// How often it was changed.
    revision: u32,
    /// What was judged of the event; null in lists.
    assessment: Option<AssessmentBody<'a>>,
}

/// How a person is asked to prove who they are.
#[derive(Serialize, ToSchema)]
pub(super) struct AskBody {
    /// `waiting`, `expired`, `passed` or `failed`.
    status: &'static str,
    /// Where to send the person, by a contact that you trust; null once it is answered.
    url: Option<String>,
    /// `page` for a page of ours, `provider` for the one that the setting `ask_url` names; null once it is answered.
    at: Option<&'static str>,
    /// When the person was asked; null once it is answered.
    asked_at: Option<String>,
    /// Until when they may answer; null once it is answered.
    valid_until: Option<String>,
    /// When they answered.
    answered_at: Option<String>,
}

/// A note.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseNoteBody<'a> {
    by: &'a str,
    at: String,
    text: &'a str,
}

/// A decision.
#[derive(Serialize, ToSchema)]
pub(super) struct DecisionBody<'a> {
    /// `approve`, `reject` or `ask_user`.
    decision: &'static str,
    by: &'a str,
    at: String,
    /// Until then it can be undone, and nobody is told.
    effective_at: String,
    /// Whether it has taken effect.
    is_done: bool,
    comment: Option<&'a str>,
    #[schema(value_type = Vec<String>)]
    labels: &'a [Box<str>],
    may_retry: bool,
}

/// Some cases, oldest first.
#[derive(Serialize, ToSchema)]
pub(super) struct CasesBody<'a> {
    items: Vec<CaseBody<'a>>,
    /// Where to go on; null at the end.
    next_cursor: Option<String>,
}

/// What became of each of many.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangedBody<'a> {
    items: Vec<ChangedItem<'a>>,
}

/// What became of one of many.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangedItem<'a> {
    event_id: String,
    /// The case as it is now; null if it was not changed.
    case: Option<CaseBody<'a>>,
    /// Why it was not.
    error: Option<&'static str>,
}

/// Somebody's name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct ByTold {
    /// Who does it, as you name people: at most 128 bytes.
    pub(super) by: String,
}

/// A note.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct CaseNoteTold {
    /// Who notes it.
    pub(super) by: String,
    /// What: at most 4 KiB.
    pub(super) text: String,
}

/// A decision.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct DecisionTold {
    /// Who decides.
    pub(super) by: String,
    /// `approve`, `reject` or `ask_user`.
    pub(super) decision: String,
    /// Why: at most 4 KiB.
    pub(super) comment: Option<String>,
    /// Why, in codes of your own: at most 16.
    pub(super) labels: Option<Vec<String>>,
    /// Of a rejection: whether the person may try again.
    pub(super) may_retry: Option<bool>,
    /// Take effect now, so that it cannot be undone, whoever has claimed it.
    pub(super) at_once: Option<bool>,
}

/// A decision about many events.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct DecisionsTold {
    /// The events: at most 500.
    #[schema(max_items = 500)]
    pub(super) event_ids: Vec<String>,
    /// Who decides.
    pub(super) by: String,
    /// `approve`, `reject` or `ask_user`.
    pub(super) decision: String,
    /// Why: at most 4 KiB.
    pub(super) comment: Option<String>,
}

fn ask_body(call: &Call<'_>, case: &Case) -> Option<AskBody> {
    if let Some(asking) = asking::of_case(call, case) {
        let is_expired = asking.is_hosted && asking.valid_until <= call.received_at;
        return Some(AskBody {
            status: if is_expired { "expired" } else { "waiting" },
            url: Some(asking.url),
            at: Some(if asking.is_hosted { "page" } else { "provider" }),
            asked_at: Some(rfc3339(asking.asked_at)),
            valid_until: Some(rfc3339(asking.valid_until)),
            answered_at: None,
        });
    }
    let answered = case.decision.as_ref().filter(|decision| decision.is_by_person())?;
    let status = if answered.kind == DecisionKind::Approve { "passed" } else { "failed" };
    let answered_at = Some(rfc3339(answered.at));
    Some(AskBody { status, url: None, at: None, asked_at: None, valid_until: None, answered_at })
}

fn case_body<'a>(call: &Call<'_>, case: &'a Case, assessment: Option<AssessmentBody<'a>>) -> CaseBody<'a> {
    let now = call.received_at;
    let since_opening = |at: Timestamp| at.since(case.opened_at).as_secs();
    let body = |decision: &'a Decision| DecisionBody {
        decision: decision.kind.as_str(),
        by: &decision.by,
        at: rfc3339(decision.at),
        effective_at: rfc3339(decision.effective_at),
        is_done: decision.is_done,
        comment: decision.comment.as_ref().map(|said| &**said.reveal()),
        labels: &decision.labels,
        may_retry: decision.may_retry,
    };
    let note = |note: &'a CaseNote| CaseNoteBody { by: &note.by, at: rfc3339(note.at), text: note.text.reveal() };
    CaseBody {
        event_id: case.event.to_string(),
        account: case.account.as_ref().map(|account| account.as_str()),
        queue: case.queue.as_deref(),
        state: case.state(now).as_str(),
        opened_at: rfc3339(case.opened_at),
        due_at: rfc3339(case.due_at),
        is_overdue: case.is_open() && case.due_at < now,
        claimed_by: case.claimed_by(now),
        assigned_to: case.assignee.as_deref(),
        to_claim_s: case.first_claimed_at.map(since_opening),
        to_decide_s: case.decided_at().map(since_opening),
        age_s: (case.state(now) != CaseState::Decided).then(|| since_opening(now)),
        ask: ask_body(call, case),
        tags: &case.tags,
        notes: case.notes.iter().map(note).collect(),
        decision: case.decision.as_ref().map(body),
        overruled: case.overruled.as_deref().map(body),
        deleted_at: case.deleted_at.map(rfc3339),
        revision: case.revision,
        assessment,
    }
}

/// A case with what was judged of its event.
pub(super) fn standing(call: &Call<'_>, record: &Record, case: Option<&Case>) -> Response {
    match case {
        Some(case) => {
            let judged = encode::assessment(call.glossary, &record.entry, Some(record));
            json(200, &case_body(call, case, Some(judged)))
        }
        None => {
            let detail = CaseRefusal::NoCase.as_str().to_owned();
            refused(&Refusal { kind: RefusalKind::NotFound, detail, path: None })
        }
    }
}

/// What became of many.
pub(super) fn changed(call: &Call<'_>, changed: &[(EventId, Result<Case, CaseRefusal>)]) -> Response {
    let items = changed.iter().map(|(event, became)| ChangedItem {
        event_id: event.to_string(),
        case: became.as_ref().ok().map(|case| case_body(call, case, None)),
        error: became.as_ref().err().map(|refusal| refusal.as_str()),
    });
    json(200, &ChangedBody { items: items.collect() })
}

/// Some cases.
pub(super) fn page(call: &Call<'_>, found: &CasePage) -> Response {
    let next_cursor = found.next.map(|(at, event)| format!("{}.{event}", at.as_micros()));
    let items = found.cases.iter().map(|case| case_body(call, case, None)).collect();
    json(200, &CasesBody { items, next_cursor })
}
