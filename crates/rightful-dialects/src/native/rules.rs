//! Our own API's words for an application's rules: how they are asked and answered.

use rightful_domain::{RULE_BOOK_BYTES_MAX, RULE_COUNT_DAYS, SNOOZE_NOTE_BYTES_MAX};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::response::{PROBLEM_JSON, json, written};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::rules::{
    RuleFault, RuleJson, RulesAsked, RulesIntake, RulesRefusal, RulesRefusalKind, RulesReply, RulesStep, SnoozeAsked,
};
use crate::scalars::{account, count, personal, text};
use crate::time::moment;
use crate::{Call, Intake, Method, Refusal, RefusalKind, Response};

pub(super) const RULES: &str = "/v1/rules";
pub(super) const RULE: &str = "/v1/rules/{name}";
pub(super) const CHECK: &str = "/v1/rules/check";
pub(super) const DIFF: &str = "/v1/rules/diff";
pub(super) const DRAFT: &str = "/v1/rules/draft";
pub(super) const LIBRARY: &str = "/v1/rules/library";
pub(super) const INSTALL: &str = "/v1/rules/library/{id}/install";
pub(super) const UPDATE: &str = "/v1/rules/library/update";
pub(super) const PUBLISH: &str = "/v1/rules/publish";
pub(super) const APPROVE: &str = "/v1/rules/approve";
pub(super) const REJECT: &str = "/v1/rules/reject";
pub(super) const ROLLBACK: &str = "/v1/rules/rollback";
pub(super) const VERSIONS: &str = "/v1/rules/versions";
pub(super) const VERSION: &str = "/v1/rules/versions/{version}";
pub(super) const COUNTS: &str = "/v1/rules/{name}/counts";
pub(super) const SNOOZES: &str = "/v1/rules/{name}/snoozes";
pub(super) const SNOOZE: &str = "/v1/rules/{name}/snoozes/{account}";

/// The longest note of a step, in bytes.
const NOTE_BYTES_MAX: usize = 1_024;
/// The longest author, in bytes.
const AUTHOR_BYTES_MAX: usize = 64;
/// Ready rules that are named at once: as many as a policy has rules.
const IDS_MAX: usize = 500;
/// Days whose counts are told unless asked otherwise.
const DAYS_DEFAULT: u32 = 30;

/// The longest body that brings a whole book: in JSON, a line break or a quotation mark takes two bytes.
pub(super) const BODY_BYTES_MAX: usize = 2 * RULE_BOOK_BYTES_MAX + 1_024;

/// Whether a path takes whole books.
pub(super) fn takes_books(path: &str) -> bool {
    [DRAFT, CHECK].contains(&path)
}

/// Reads what is asked of rules; None if the path is about something else.
pub(super) fn decode(call: &Call<'_>) -> Option<Result<Intake, Refusal>> {
    let name = || call.parameter("name").to_owned();
    let asked = match (call.route.method, call.route.path) {
        (Method::Get, RULES) => Ok((None, RulesAsked::All)),
        (Method::Get, RULE) => Ok((None, RulesAsked::One(name()))),
        (Method::Put, RULE) => put(call, name()),
        (Method::Delete, RULE) => revision(call).map(|revision| (None, RulesAsked::Remove { name: name(), revision })),
        (Method::Put, DRAFT) => import(call),
        (Method::Delete, DRAFT) => revision(call).map(|revision| (None, RulesAsked::Discard { revision })),
        (Method::Post, CHECK) => check(call),
        (Method::Get, DIFF) => Ok((None, RulesAsked::Diff)),
        (Method::Get, LIBRARY) => Ok((None, RulesAsked::Library)),
        (Method::Post, INSTALL) => install(call),
        (Method::Post, UPDATE) => update(call),
        (Method::Post, PUBLISH) => step(call, RulesAsked::Publish),
        (Method::Post, APPROVE) => step(call, RulesAsked::Approve),
        (Method::Post, REJECT) => step(call, RulesAsked::Reject),
        (Method::Post, ROLLBACK) => step(call, RulesAsked::RollBack),
        (Method::Get, VERSIONS) => Ok((None, RulesAsked::Versions)),
        (Method::Get, VERSION) => version(call),
        (Method::Get, COUNTS) => days(call).map(|days| (None, RulesAsked::Counts { rule: name(), days })),
        (Method::Get, SNOOZES) => Ok((None, RulesAsked::Snoozes(name()))),
        (Method::Post, SNOOZES) => snooze(call, name()),
        (Method::Delete, SNOOZE) => {
            Ok((None, RulesAsked::EndSnooze { rule: name(), account: call.parameter("account").to_owned() }))
        }
        _ => return None,
    };
    Some(asked.map(|(author, asked)| Intake::Rules(Box::new(RulesIntake { author, asked }))))
}

type Asked = Result<(Option<String>, RulesAsked), Refusal>;

fn malformed(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: None }
}

/// The revision of the query, if it has one.
fn revision(call: &Call<'_>) -> Result<Option<u64>, Refusal> {
    call.query.check_once(&["revision"])?;
    let told = call.query.value("revision").map(|told| told.parse());
    told.transpose().map_err(|_| malformed("revision must be a whole number"))
}

fn days(call: &Call<'_>) -> Result<u32, Refusal> {
    call.query.check_once(&["days"])?;
    let Some(told) = call.query.value("days") else { return Ok(DAYS_DEFAULT) };
    let days = told.parse().ok().filter(|days| (1..=RULE_COUNT_DAYS).contains(days));
    days.ok_or_else(|| malformed(&format!("days must be a whole number from 1 to {RULE_COUNT_DAYS}")))
}

fn version(call: &Call<'_>) -> Asked {
    let number = call.parameter("version").parse();
    let number = number.map_err(|_| malformed("the version of the path must be a whole number"))?;
    Ok((None, RulesAsked::Version(number)))
}

fn limited(node: Node<'_>, bytes_max: usize) -> Result<String, Fault> {
    let text = text(node)?;
    if text.len() > bytes_max {
        return Err(Fault::new(format!("must be at most {bytes_max} bytes")));
    }
    Ok(text.into_owned())
}

fn whole(node: Node<'_>) -> Result<u64, Fault> {
    let whole = node.number().and_then(serde_json::Number::as_u64);
    whole.ok_or_else(|| Fault::new("must be a whole number"))
}

/// A rule's keys, or whatever else was sent: the reader of rules says what is wrong with it.
fn value(body: &[u8]) -> Result<Value, Refusal> {
    // For its limits, and for its words for what is no JSON.
    json::parse_object(body)?;
    serde_json::from_slice(body).map_err(|_| malformed("the body must be a JSON object"))
}

fn put(call: &Call<'_>, name: String) -> Asked {
    let revision = revision(call)?;
    Ok((None, RulesAsked::Put { name, rule: RuleJson(value(call.body)?), revision }))
}

fn import(call: &Call<'_>) -> Asked {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let text = body.required("text", text)?.into_owned();
    Ok((author(&mut body)?, RulesAsked::Import { text, revision: body.optional("revision", whole)? }))
}

fn install(call: &Call<'_>) -> Asked {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let mode = body.optional("mode", text)?.map(|mode| mode.into_owned());
    let revision = body.optional("revision", whole)?;
    let author = author(&mut body)?;
    nothing_else(body)?;
    Ok((author, RulesAsked::Install { id: call.parameter("id").to_owned(), mode, revision }))
}

fn update(call: &Call<'_>) -> Asked {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let ids = body.optional("ids", texts)?.unwrap_or_default();
    let revision = body.optional("revision", whole)?;
    let author = author(&mut body)?;
    nothing_else(body)?;
    Ok((author, RulesAsked::Update { ids, revision }))
}

fn texts(node: Node<'_>) -> Result<Vec<String>, Fault> {
    let elements = list_of(node, IDS_MAX)?.into_iter();
    elements.map(|element| Ok(text(element)?.into_owned())).collect()
}

/// Nothing in such a body is required: a field that is misspelled would mean that it was not told.
fn nothing_else(body: Fields<'_>) -> Result<(), Refusal> {
    if body.rest().n_unknown() == 0 { Ok(()) } else { Err(malformed("the body has a field that is not known here")) }
}

fn check(call: &Call<'_>) -> Asked {
    let Value::Object(mut body) = value(call.body)? else { return Err(malformed("the body must be a JSON object")) };
    let (rule, text) = (body.remove("rule"), body.remove("text"));
    let text = match text {
        Some(Value::String(text)) => Some(text),
        None | Some(Value::Null) => None,
        Some(_) => return Err(Fault::new("must be a text").within("text").into()),
    };
    if rule.is_some() == text.is_some() {
        return Err(malformed("the body must tell either rule or text"));
    }
    Ok((None, RulesAsked::Check { rule: rule.map(RuleJson), text }))
}

fn author(body: &mut Fields<'_>) -> Result<Option<String>, Fault> {
    let author = body.optional("author", |node| limited(node, AUTHOR_BYTES_MAX))?;
    Ok(author.filter(|author| !author.is_empty()))
}

fn step(call: &Call<'_>, asked: impl Fn(RulesStep) -> RulesAsked) -> Asked {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let note = body.optional("note", |node| limited(node, NOTE_BYTES_MAX))?;
    let step = RulesStep { revision: body.required("revision", whole)?, note };
    Ok((author(&mut body)?, asked(step)))
}

fn snooze(call: &Call<'_>, rule: String) -> Asked {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let account = body.required("account", account)?.as_str().to_owned();
    let minutes = body.optional("minutes", count)?;
    let until_micros = body.optional("until", moment)?.map(|until| until.as_micros());
    if minutes.is_some() == until_micros.is_some() {
        return Err(malformed("the body must tell either minutes or until"));
    }
    let note = body.optional("note", personal)?.flatten();
    if note.as_ref().is_some_and(|note| note.reveal().len() > SNOOZE_NOTE_BYTES_MAX) {
        return Err(Fault::new(format!("must be at most {SNOOZE_NOTE_BYTES_MAX} bytes")).within("note").into());
    }
    Ok((author(&mut body)?, RulesAsked::Snooze(SnoozeAsked { rule, account, minutes, until_micros, note })))
}

/// Why something was not done to rules: RFC 9457, with each fault and its place.
#[derive(Serialize, ToSchema)]
pub(super) struct RulesProblem<'a> {
    /// Where this sort of problem is documented, relative to this server.
    #[serde(rename = "type")]
    kind: String,
    /// The sort in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong.
    detail: &'a str,
    /// The sort as a stable code: `rules_invalid`, `not_found`, `rules_changed`, `rules_counting` or `forbidden`.
    code: &'static str,
    /// What is wrong, rule by rule.
    errors: &'a [RuleFault],
}

/// Writes what is answered of rules.
pub(super) fn reply(reply: &RulesReply) -> Response {
    match reply {
        RulesReply::Book(book) => json(200, book),
        RulesReply::One(rule) => json(200, rule),
        RulesReply::Checked(checked) => json(200, checked),
        RulesReply::Diff(diff) => json(200, diff),
        RulesReply::Versions(versions) => json(200, versions),
        RulesReply::Version(version) => json(200, version),
        RulesReply::Snoozes(snoozes) => json(200, snoozes),
        RulesReply::Snoozed(snooze) => json(201, snooze),
        RulesReply::Gone => Response { status: 204, content_type: None, headers: Vec::new(), body: Vec::new() },
        RulesReply::Library(library) => json(200, library),
        RulesReply::Updated(updates) => json(200, updates),
        RulesReply::Counts(counts) => json(200, counts),
        RulesReply::Refused(RulesRefusal { kind, detail, faults }) => {
            let (status, code, title) = match kind {
                RulesRefusalKind::Invalid => (400, "rules_invalid", "The rules are not what rules may be"),
                RulesRefusalKind::NotFound => (404, "not_found", "There is no such thing"),
                RulesRefusalKind::Conflict => (409, "rules_changed", "The rules are not as they were, or must be"),
                RulesRefusalKind::Counting => (409, "rules_counting", "What the rules ask for is being counted"),
                RulesRefusalKind::Forbidden => (403, "forbidden", "The key is for something else"),
            };
            let kind = format!("/errors/{code}");
            written(status, PROBLEM_JSON, &RulesProblem { kind, title, status, detail, code, errors: faults })
        }
    }
}
