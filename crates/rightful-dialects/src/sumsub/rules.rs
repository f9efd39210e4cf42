//! Rules of transaction monitoring, as the vendor's own tools administer them (`sumsub-create-kyt-rules` of
//! `SUMSUB/agent-skills`).
//!
//! Each is a rule of the application's own book, in the group `sumsub`. Its points are told in the score and decide nothing,
//! as there: its action does. What of a rule has no meaning here is refused, and nothing is kept that is not judged by.
//!
//! What the tools leave open: a rule that says `dryRun` or `disabled` as it is made is made so; without, it is in dry run.
//! The vendor changes a rule's mode in its dashboard: here `PATCH` and `DELETE` of `…/tm/rules/{id}` do, with the fields that
//! are to change in the envelope of `POST`. The id is another after each change, as there; the name stays.

use serde_json::{Map, Value, json};

use super::condition::{self, Condition};
use super::words::{Doing, Kind};
use super::{date, encode, response, sumscript, words};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::rules::{RulesRefusal, RulesRefusalKind};
use crate::scalars::{flag, text};
use crate::vendor_rules::{
    VendorRule, VendorRuleKept, VendorRuleRef, VendorRulesAsked, VendorRulesReply, VendorRulesShown, book_name,
};
use crate::{Call, Intake, Method, Refusal, RefusalKind, Response};

pub(super) const RULES: &str = "/resources/api/agent/tm/rules";
pub(super) const INSTALLED: &str = "/resources/api/agent/tm/rules/-/installed";
pub(super) const BUNDLE: &str = "/resources/api/agent/tm/rules/-/bundle/{bundle}/{category}";
pub(super) const RULE: &str = "/resources/api/agent/tm/rules/{id}";
pub(super) const TAGS: &str = "/resources/api/agent/tm/settings/tags";

/// The group of all rules that this API writes.
const GROUP: &str = "sumsub";
/// The longest title and name of a bundle, in characters, as documented.
const TITLE_CHARS_MAX: usize = 128;
/// The longest description, in bytes: as a note in the book.
const DESC_BYTES_MAX: usize = 1_024;
/// The longest tag, in bytes, and the most of one rule: as in the book.
const TAG_BYTES_MAX: usize = 64;
const TAGS_MAX: usize = 16;
const TYPES_MAX: usize = 7;
const PRIORITY_MAX: i64 = 1_000_000;
const SCORE_MAX: i64 = 100;
/// Rules of one page: as documented, and at most as many as a book has.
const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 500;

/// What a rule may say.
const FIELDS: [&str; 33] = [
    "id",
    "name",
    "title",
    "desc",
    "bundleName",
    "types",
    "stage",
    "priority",
    "stopOnMatch",
    "sourceKeys",
    "conditionEl",
    "score",
    "action",
    "tags",
    "dryRun",
    "disabled",
    "caseAction",
    "applicantChange",
    "applicantActions",
    "txnActions",
    "varDefinitions",
    "varValues",
    "noEventTrigger",
    "clientId",
    "actual",
    "revision",
    "scope",
    "bgCheckTargets",
    "createdAt",
    "modifiedAt",
    "archivedAt",
    "createdBy",
    "modifiedBy",
];
/// What is said in vain unless it is empty: nothing of it is done here.
const NOT_DONE: [&str; 8] = [
    "sourceKeys",
    "caseAction",
    "applicantChange",
    "applicantActions",
    "txnActions",
    "varDefinitions",
    "varValues",
    "noEventTrigger",
];

/// Reads what is asked of rules.
pub(super) fn asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    let named = || VendorRuleRef::Id(call.parameter("id").to_owned());
    let asked = match (call.route.method, call.route.path) {
        (Method::Post, RULES) => {
            let envelope = envelope(call)?;
            let revised = revised(&envelope)?;
            if revised.is_none() {
                // What is wrong with a new one is said before anything else is done.
                rule(call, None)?;
            }
            VendorRulesAsked::Put(revised)
        }
        (Method::Patch, RULE) => {
            envelope(call)?;
            VendorRulesAsked::Put(Some(named()))
        }
        (Method::Delete, RULE) => VendorRulesAsked::Remove(named()),
        _ => {
            page(call)?;
            VendorRulesAsked::All
        }
    };
    Ok(Intake::VendorRules(asked))
}

/// The rule in its envelope.
fn envelope(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    body.only(&["rule", "metadata"])?;
    let told = body.take("rule").ok_or_else(|| Fault::new("is required").within("rule"))?;
    if !matches!(told, Node::Object(_)) {
        return Err(Fault::new("must be an object").within("rule").into());
    }
    match serde_json::to_value(&told) {
        Ok(Value::Object(rule)) => Ok(rule),
        _ => Err(Fault::new("must be an object").within("rule").into()),
    }
}

/// The rule of which this is to be a new revision; None if it is a new rule.
fn revised(rule: &Map<String, Value>) -> Result<Option<VendorRuleRef>, Refusal> {
    let of_rule = |fault: Fault| Refusal::from(fault.within("rule"));
    match rule.get("id") {
        None | Some(Value::Null) => {}
        Some(_) => return Err(of_rule(Fault::new("must be null: each revision has its own").within("id"))),
    }
    match rule.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(VendorRuleRef::Name(name.clone()))),
        Some(_) => Err(of_rule(Fault::new("must be a text").within("name"))),
    }
}

/// A rule as it is told.
struct Rule {
    title: String,
    desc: Option<String>,
    bundle: Option<String>,
    types: Vec<Kind>,
    priority: Option<i64>,
    stops: bool,
    /// None for all transactions of its types, which none but a dry run may be about.
    condition_el: Option<String>,
    condition: Option<Condition>,
    score: i64,
    action: Doing,
    tags: Vec<String>,
    dry_run: bool,
    disabled: bool,
}

/// The rule of the book that a request writes; in the place of another, if it names one.
pub(super) fn rule(call: &Call<'_>, before: Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> {
    let mut told = envelope(call)?;
    let kept = before.and_then(|before| before.told.as_object());
    if let Some(kept) = kept {
        // A revision is told whole, but for its mode; of a rule that is only changed, what is not told stays.
        let stays = |name: &str| call.route.method == Method::Patch || ["dryRun", "disabled"].contains(&name);
        for (name, value) in kept.iter().filter(|(name, _)| stays(name)) {
            told.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let body = serde_json::to_vec(&told).unwrap_or_default();
    let mut fields = Fields::new(json::parse_object(&body)?);
    let rule = read(&mut fields).map_err(|fault| fault.within("rule"))?;
    let digits = encode::id_of(call.event_id);
    let tail: String = digits.chars().rev().take(8).collect();
    let name = before.map_or_else(|| book_name(GROUP, &rule.title, &tail), |before| before.name.clone());
    let id: String = digits.chars().rev().take(24).collect();
    let was = |field: &str| kept.and_then(|kept| kept.get(field));
    let revision = was("revision").and_then(Value::as_u64).map_or(1, |before| before + 1);
    let now = Value::from(date::seconds(call.received_at));
    let created_at = was("createdAt").cloned().unwrap_or_else(|| now.clone());
    let mut read_back = told_of(&rule);
    read_back.extend([
        ("revision".to_owned(), revision.into()),
        ("createdAt".to_owned(), created_at),
        ("modifiedAt".to_owned(), now),
    ]);
    Ok(VendorRule {
        name,
        id,
        rule: book_rule(&rule),
        told: Value::Object(read_back),
        unique: &[],
        lists: rule.condition.map(|condition| condition.lists).unwrap_or_default(),
    })
}

fn read(fields: &mut Fields<'_>) -> Result<Rule, Fault> {
    fields.only(&FIELDS)?;
    for name in NOT_DONE {
        let told = fields.take(name).map(|node| serde_json::to_value(&node).unwrap_or(Value::Null));
        if told.as_ref().is_some_and(|told| !is_empty(told)) {
            return Err(Fault::new("is not done here: leave it out").within(name));
        }
    }
    if fields.optional("stage", text)?.is_some_and(|stage| stage != "eval") {
        return Err(Fault::new("must be eval: no other is there").within("stage"));
    }
    let condition_el = fields.optional("conditionEl", |node| Ok(text(node)?.into_owned()))?;
    let condition = condition_el.as_deref().map(|told| condition(told).map_err(|fault| fault.within("conditionEl")));
    let condition = condition.transpose()?;
    let dry_run = fields.optional("dryRun", flag)?.unwrap_or(true);
    let disabled = fields.optional("disabled", flag)?.unwrap_or(false);
    if condition.is_none() && !dry_run && !disabled {
        return Err(Fault::new("is required of a rule that is not in dry run").within("conditionEl"));
    }
    Ok(Rule {
        title: fields.required("title", title)?,
        desc: fields.optional("desc", |node| short(node, DESC_BYTES_MAX))?,
        bundle: fields.optional("bundleName", title)?,
        types: fields.required("types", types)?,
        priority: fields.optional("priority", |node| whole(node, PRIORITY_MAX))?,
        stops: fields.optional("stopOnMatch", flag)?.unwrap_or(false),
        condition_el,
        condition,
        score: fields.optional("score", |node| whole(node, SCORE_MAX))?.unwrap_or(0),
        action: fields.optional("action", action)?.unwrap_or(Doing::Score),
        tags: fields.optional("tags", tags)?.unwrap_or_default(),
        dry_run,
        disabled,
    })
}

/// Whether there is nothing in it, however deep.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(members) => members.values().all(is_empty),
        Value::Number(_) | Value::String(_) => false,
    }
}

fn condition(told: &str) -> Result<Condition, Fault> {
    let read = sumscript::read(told).and_then(|whole| condition::translated(&whole));
    read.map_err(|error| Fault::new(error.told(told)))
}

fn title(node: Node<'_>) -> Result<String, Fault> {
    let told = text(node)?;
    let fits = (1..=TITLE_CHARS_MAX).contains(&told.chars().count()) && told.len() <= 2 * TITLE_CHARS_MAX;
    if fits && !told.chars().any(char::is_control) {
        return Ok(told.into_owned());
    }
    Err(Fault::new(format!("must be 1 to {TITLE_CHARS_MAX} characters")))
}

fn short(node: Node<'_>, bytes_max: usize) -> Result<String, Fault> {
    let told = text(node)?;
    if told.len() <= bytes_max {
        Ok(told.into_owned())
    } else {
        Err(Fault::new(format!("must be at most {bytes_max} bytes")))
    }
}

fn whole(node: Node<'_>, most: i64) -> Result<i64, Fault> {
    let told = node.number().and_then(serde_json::Number::as_i64).filter(|number| number.abs() <= most);
    told.ok_or_else(|| Fault::new(format!("must be a whole number from -{most} to {most}")))
}

fn action(node: Node<'_>) -> Result<Doing, Fault> {
    let told = text(node)?;
    let all = [Doing::Score, Doing::OnHold, Doing::AwaitUser, Doing::Reject];
    let known = all.into_iter().find(|doing| doing.as_str() == told);
    known.ok_or_else(|| Fault::new("must be score, onHold, awaitUser or reject"))
}

fn each<T>(node: Node<'_>, most: usize, read: impl Fn(Node<'_>) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let items = list_of(node, most)?.into_iter().enumerate();
    items.map(|(index, item)| read(item).map_err(|fault| fault.within_item(index))).collect()
}

fn types(node: Node<'_>) -> Result<Vec<Kind>, Fault> {
    let read = |node: Node<'_>| {
        words::kind(Some(&text(node)?)).ok_or_else(|| Fault::new("is no type of transaction that is known here"))
    };
    let kinds = each(node, TYPES_MAX, read)?;
    match kinds.as_slice() {
        [] => Err(Fault::new("must have at least one item")),
        [_, _, ..] if kinds.contains(&Kind::ScheduledEvent) => Err(Fault::new("scheduledEvent stands alone")),
        _ => Ok(kinds),
    }
}

fn tags(node: Node<'_>) -> Result<Vec<String>, Fault> {
    each(node, TAGS_MAX, |node| {
        let told = text(node)?;
        let is_tag = (1..=TAG_BYTES_MAX).contains(&told.len())
            && told.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        if is_tag { Ok(told.into_owned()) } else { Err(Fault::new("must be letters, digits, `_` and `-`, at most 64")) }
    })
}

/// The rule in the words of the book.
fn book_rule(rule: &Rule) -> Value {
    let of_types: Vec<String> = rule.types.iter().map(|kind| condition::of_kind(*kind)).collect();
    let types = of_types.join(" || ");
    let when = match &rule.condition {
        Some(condition) => format!("({types}) && ({})", condition.text),
        None => types,
    };
    let mode = match (rule.disabled, rule.dry_run) {
        (true, _) => "off",
        (false, true) => "shadow",
        (false, false) => "active",
    };
    let mut keys = Map::from_iter([
        ("title".to_owned(), rule.title.as_str().into()),
        ("group".to_owned(), GROUP.into()),
        ("mode".to_owned(), mode.into()),
        ("priority".to_owned(), rule.priority.unwrap_or(0).into()),
        ("when".to_owned(), when.into()),
        ("stop_on_match".to_owned(), rule.stops.into()),
    ]);
    let mut put = |key: &str, value: Value| keys.insert(key.to_owned(), value);
    if rule.score != 0 {
        put("score", rule.score.into());
        // A score decides nothing there: the action does.
        put("moves_verdict", false.into());
    }
    match rule.action {
        Doing::Score => {}
        Doing::OnHold => {
            put("floor", "challenge".into());
            put("status", "requires_action".into());
        }
        Doing::AwaitUser => {
            put("floor", "challenge".into());
        }
        Doing::Reject => {
            put("floor", "deny".into());
        }
    }
    if !rule.tags.is_empty() {
        put("tags", rule.tags.clone().into());
    }
    if let Some(desc) = rule.desc.as_deref().filter(|desc| !desc.is_empty()) {
        put("note", desc.into());
    }
    Value::Object(keys)
}

/// The rule as it is read back, but for what is said of its revisions.
fn told_of(rule: &Rule) -> Map<String, Value> {
    let types: Vec<&str> = rule.types.iter().map(|kind| kind.as_str()).collect();
    let told = json!({
        "title": rule.title,
        "desc": rule.desc,
        "bundleName": rule.bundle,
        "types": types,
        "stage": "eval",
        "priority": rule.priority,
        "stopOnMatch": rule.stops,
        "conditionEl": rule.condition_el,
        "score": rule.score,
        "action": rule.action.as_str(),
        "tags": rule.tags,
        "dryRun": rule.dry_run,
        "disabled": rule.disabled,
    });
    let members = if let Value::Object(members) = told { members } else { Map::new() };
    members.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// From where on, and how many.
fn page(call: &Call<'_>) -> Result<(usize, usize), Refusal> {
    let whole = |name: &str, otherwise: usize| match call.query.value(name) {
        None => Ok(otherwise),
        Some(told) => told.parse().map_err(|_| Refusal {
            kind: RefusalKind::Malformed,
            detail: "must be a whole number".to_owned(),
            path: Some(name.to_owned()),
        }),
    };
    Ok((whole("offset", 0)?, whole("limit", PAGE_DEFAULT)?.min(PAGE_MAX)))
}

/// Writes what is answered of rules.
pub(super) fn reply(call: &Call<'_>, reply: &VendorRulesReply) -> Response {
    let shown = match reply {
        VendorRulesReply::Done(shown) => shown,
        VendorRulesReply::Refused(refusal) => return refused(call, refusal),
    };
    match (call.route.method, call.route.path) {
        (Method::Delete, _) => response::done(),
        (Method::Post | Method::Patch, _) => match &shown.changed {
            Some(rule) => response::json(200, &written(call, rule, shown)),
            None => response::done(),
        },
        (_, TAGS) => response::json(200, &json!({ "tags": tags_of(&shown.rules) })),
        (_, RULE) => match shown.rules.iter().find(|rule| rule.id == call.parameter("id")) {
            Some(rule) => response::json(200, &document(call, rule)),
            None => refused(call, &no_such_rule()),
        },
        _ => response::json(200, &json!({ "list": { "items": listed(call, &shown.rules) } })),
    }
}

fn no_such_rule() -> RulesRefusal {
    let detail = "there is no such rule, or none that is in effect yet".to_owned();
    RulesRefusal { kind: RulesRefusalKind::NotFound, detail, faults: Vec::new() }
}

fn refused(call: &Call<'_>, refusal: &RulesRefusal) -> Response {
    let kind = match refusal.kind {
        RulesRefusalKind::Invalid => RefusalKind::Malformed,
        RulesRefusalKind::NotFound => RefusalKind::NotFound,
        RulesRefusalKind::Conflict | RulesRefusalKind::Counting => RefusalKind::Conflict,
        RulesRefusalKind::Forbidden => RefusalKind::Forbidden,
    };
    let refusal = Refusal { kind, detail: refusal.detail.clone(), path: None };
    response::refused(Some(call.route), &refusal, call.received_at)
}

/// A rule as it is told, with all that is known of it.
fn document(call: &Call<'_>, rule: &VendorRuleKept) -> Map<String, Value> {
    let mut members = Map::from_iter([
        ("id".to_owned(), rule.id.as_str().into()),
        ("name".to_owned(), rule.name.as_str().into()),
        ("clientId".to_owned(), call.application.id.as_str().into()),
        ("actual".to_owned(), true.into()),
        ("modifiedBy".to_owned(), rule.author.as_str().into()),
    ]);
    members.extend(rule.told.as_object().cloned().unwrap_or_default());
    members
}

/// A rule that was written; if it waits for a second person, that it is not the one in effect, and why.
fn written(call: &Call<'_>, rule: &VendorRuleKept, shown: &VendorRulesShown) -> Map<String, Value> {
    let mut members = document(call, rule);
    if shown.waits {
        members.insert("actual".to_owned(), false.into());
        let message = "it takes effect once another key or the operator has approved it";
        members.insert("message".to_owned(), message.into());
    }
    members
}

/// One page of the rules; of a bundle, those that are of it.
fn listed(call: &Call<'_>, rules: &[VendorRuleKept]) -> Vec<Map<String, Value>> {
    let (bundle, category) = (call.parameter("bundle"), call.parameter("category"));
    let is_of_bundle = |rule: &&VendorRuleKept| {
        bundle.is_empty() || rule.told.get("bundleName").and_then(Value::as_str) == Some(bundle)
    };
    let is_installed = category.is_empty() || category == "installed";
    // Read before, so that it reads again.
    let (offset, limit) = page(call).unwrap_or((0, PAGE_DEFAULT));
    let all = rules.iter().filter(|_| is_installed).filter(is_of_bundle);
    all.skip(offset).take(limit).map(|rule| document(call, rule)).collect()
}

/// The tags that rules put on transactions, each with its rules.
fn tags_of(rules: &[VendorRuleKept]) -> Vec<Value> {
    let tags = |rule: &VendorRuleKept| {
        let tags = rule.told.get("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let names: std::collections::BTreeSet<String> = rules.iter().flat_map(tags).collect();
    let shown = names.into_iter().map(|name| {
        let linked = rules.iter().filter(|rule| tags(rule).contains(&name));
        let linked: Vec<Value> =
            linked.map(|rule| json!({ "id": rule.id, "name": rule.name, "title": rule.told.get("title") })).collect();
        json!({ "name": name, "rules": linked })
    });
    shown.collect()
}
