//! Recommendation rules, as Transmit's API writes them: one matcher, one recommendation, and the first that matches wins.
//!
//! Each is a rule of the application's own book, in the group `transmit`, whose rules stop each other. What the API leaves
//! open: the recommendation is given whatever the score, within what lists say; a trust rule trusts nobody who registers or
//! resets a password; names of browsers are compared in any case.

use std::borrow::Cow;

use rightful_domain::{Action, Assessment, ListNetwork, Verdict, country_spellings};
use serde_json::{Map, Value, json};

use super::{response, words};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::rules::{RulesRefusal, RulesRefusalKind};
use crate::scalars::{flag, text};
use crate::vendor_rules::{
    VendorRule, VendorRuleKept, VendorRuleRef, VendorRulesAsked, VendorRulesReply, VendorRulesShown, book_name,
    quoted_list, verdict_of,
};
use crate::{Call, Intake, Method, Refusal, RefusalKind, Response};

pub(super) const RULES: &str = "/risk/v1/recommendation/rules";
pub(super) const RULE: &str = "/risk/v1/recommendation/rules/{rule_id}";

/// The group of all rules that this API writes.
const GROUP: &str = "transmit";
/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 128;
/// The most values of one matcher.
const VALUES_MAX: usize = 256;
/// The longest value, in bytes: a device id is a token.
const VALUE_BYTES_MAX: usize = 512;
const PRIORITIES: std::ops::RangeInclusive<i64> = 1..=1_000;
const FIELDS: [&str; 6] = ["name", "priority", "matcher", "recommendation", "enabled", "mode"];
const RECOMMENDATIONS: [&str; 3] = ["CHALLENGE", "DENY", "TRUST"];
const MODES: [&str; 2] = ["PREVIEW", "PRODUCTION"];

/// The matchers, and where each looks.
const MATCHERS: [(&str, &str); 8] = [
    ("ip_cidrs", "ip.address"),
    ("device_ids", "device.id"),
    ("device_fingerprints", "device.fingerprint"),
    ("device_public_keys", "device.key"),
    ("user_ids", "account.id"),
    ("country_codes", "ip.country"),
    ("browser_names", "device.browser_name"),
    ("os_versions", "device.os_version"),
];

/// Reads what is asked of rules.
pub(super) fn asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    let named = || VendorRuleRef::Id(call.parameter("rule_id").to_owned());
    let asked = match (call.route.method, call.route.path) {
        (Method::Post, RULES) => {
            read(call)?;
            VendorRulesAsked::Put(None)
        }
        (Method::Put, RULE) => {
            read(call)?;
            VendorRulesAsked::Put(Some(named()))
        }
        (Method::Delete, RULE) => VendorRulesAsked::Remove(named()),
        _ => VendorRulesAsked::All,
    };
    Ok(Intake::VendorRules(asked))
}

/// A rule as it is told.
struct Rule {
    name: Option<String>,
    priority: i64,
    matcher: (&'static str, Vec<String>),
    recommendation: &'static str,
    enabled: bool,
    mode: &'static str,
}

fn read(call: &Call<'_>) -> Result<Rule, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    body.only(&FIELDS)?;
    Ok(Rule {
        name: body.optional("name", name)?,
        priority: body.required("priority", priority)?,
        matcher: body.required_object("matcher", matcher)?,
        recommendation: body.required("recommendation", |node| one_of(node, &RECOMMENDATIONS))?,
        enabled: body.required("enabled", flag)?,
        mode: body.required("mode", |node| one_of(node, &MODES))?,
    })
}

fn name(node: Node<'_>) -> Result<String, Fault> {
    let told = text(node)?;
    let fits = (1..=NAME_BYTES_MAX).contains(&told.len()) && !told.chars().any(char::is_control);
    if fits { Ok(told.into_owned()) } else { Err(Fault::new(format!("must be 1 to {NAME_BYTES_MAX} bytes"))) }
}

fn priority(node: Node<'_>) -> Result<i64, Fault> {
    let told = node.number().and_then(serde_json::Number::as_i64);
    told.filter(|priority| PRIORITIES.contains(priority))
        .ok_or_else(|| Fault::new("must be a whole number from 1 to 1000"))
}

fn one_of(node: Node<'_>, all: &[&'static str]) -> Result<&'static str, Fault> {
    let told = text(node)?;
    let known = all.iter().copied().find(|known| *known == told);
    known.ok_or_else(|| Fault::new(format!("must be one of {}", all.join(", "))))
}

fn matcher(fields: &mut Fields<'_>) -> Result<(&'static str, Vec<String>), Fault> {
    fields.only(&MATCHERS.map(|(key, _)| key))?;
    let mut told = MATCHERS.into_iter().map(|(key, _)| key).filter(|key| fields.has(key));
    let (Some(key), None) = (told.next(), told.next()) else {
        return Err(Fault::new(format!("must have exactly one of {}", MATCHERS.map(|(key, _)| key).join(", "))));
    };
    Ok((key, fields.required(key, |node| values(key, node))?))
}

fn values(key: &str, node: Node<'_>) -> Result<Vec<String>, Fault> {
    let items = list_of(node, VALUES_MAX)?;
    if items.is_empty() {
        return Err(Fault::new("must have at least one item"));
    }
    let read = |(index, node)| value(key, node).map_err(|fault: Fault| fault.within_item(index));
    items.into_iter().enumerate().map(read).collect()
}

fn value(key: &str, node: Node<'_>) -> Result<String, Fault> {
    let told = text(node)?;
    if !(1..=VALUE_BYTES_MAX).contains(&told.len()) || told.chars().any(char::is_control) {
        return Err(Fault::new(format!("must be 1 to {VALUE_BYTES_MAX} bytes")));
    }
    match key {
        "ip_cidrs" => {
            ListNetwork::parse(&told).map_err(|invalid| Fault::new(invalid.to_string()))?;
        }
        "country_codes" if told.len() != 2 || country_spellings(&told).is_none() => {
            return Err(Fault::new("must be a country of ISO 3166-1 in two letters"));
        }
        _ => {}
    }
    Ok(told.into_owned())
}

/// The rule of the book that a request writes; in the place of another, if it names one.
pub(super) fn rule(call: &Call<'_>, before: Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> {
    let told = read(call)?;
    let tail: String = call.event_id.to_string().chars().rev().filter(|c| *c != '-').take(8).collect();
    let known = before.and_then(|before| before.told.get("name")?.as_str().map(str::to_owned));
    let name = told.name.clone().or(known).unwrap_or_else(|| format!("rule-{tail}"));
    let book_name = match before {
        Some(before) => before.name.clone(),
        None => book_name(GROUP, told.name.as_deref().unwrap_or("rule"), &tail),
    };
    let mode = match (told.enabled, told.mode) {
        (false, _) => "off",
        (true, "PREVIEW") => "shadow",
        (true, _) => "active",
    };
    let mut rule = json!({
        "title": name,
        "group": GROUP,
        "stop_on_match": true,
        "mode": mode,
        // The smallest goes first there, and the highest here.
        "priority": -told.priority,
        "when": condition(&told.matcher),
    });
    let bounds: &[(&str, &str)] = match told.recommendation {
        "DENY" => &[("floor", "deny")],
        "CHALLENGE" => &[("floor", "challenge"), ("ceiling", "challenge")],
        _ => &[("ceiling", "trust")],
    };
    for (bound, verdict) in bounds {
        response::put(rule.as_object_mut().unwrap_or(&mut Map::new()), bound, Some(*verdict));
    }
    let (key, values) = &told.matcher;
    let read_back = json!({
        "name": name,
        "priority": told.priority,
        "matcher": { *key: values },
        "recommendation": told.recommendation,
        "enabled": told.enabled,
        "mode": told.mode,
    });
    let id = before.map_or_else(|| book_name.clone(), |before| before.id.clone());
    Ok(VendorRule { name: book_name, id, rule, told: read_back, unique: &["name", "priority"], lists: Vec::new() })
}

fn condition((key, values): &(&'static str, Vec<String>)) -> String {
    let word = MATCHERS.into_iter().find(|(known, _)| known == key).map_or("", |(_, word)| word);
    let spelled = values.iter().map(|value| match *key {
        "country_codes" => Cow::Owned(value.to_ascii_uppercase()),
        "browser_names" => Cow::Owned(value.to_lowercase()),
        _ => Cow::Borrowed(value.as_str()),
    });
    let spelled: Vec<Cow<'_, str>> = spelled.collect();
    let list = quoted_list(spelled.iter().map(|value| &**value));
    if *key == "ip_cidrs" { format!("inNetwork({word}, {list})") } else { format!("{word} in {list}") }
}

/// Writes what is answered of rules.
pub(super) fn reply(call: &Call<'_>, reply: &VendorRulesReply) -> Response {
    let shown = match reply {
        VendorRulesReply::Done(shown) => shown,
        VendorRulesReply::Refused(refusal) => return response::refused(None, &refused(refusal)),
    };
    match (call.route.method, call.route.path) {
        (Method::Post, _) => {
            let id = shown.changed.as_ref().map(|rule| rule.id.as_str());
            response::json(201, &json!({ "message": message(shown, "Rule created"), "rule_id": id }))
        }
        (Method::Put, _) => response::json(200, &json!({ "message": message(shown, "Rule updated") })),
        (Method::Delete, _) => response::json(200, &json!({ "message": message(shown, "Rule deleted") })),
        (_, RULE) => match shown.rules.iter().find(|rule| rule.id == call.parameter("rule_id")) {
            Some(rule) => response::json(200, &json!({ "id": rule.id, "data": rule.told })),
            None => {
                let detail = "there is no such rule, or none that is in effect yet".to_owned();
                response::refused(None, &Refusal { kind: RefusalKind::NotFound, detail, path: None })
            }
        },
        _ => response::json(200, &json!({ "data": in_order(&shown.rules) })),
    }
}

/// All rules, those that are asked first at first.
fn in_order(rules: &[VendorRuleKept]) -> Vec<Value> {
    let mut rules: Vec<&VendorRuleKept> = rules.iter().collect();
    rules.sort_by_key(|rule| rule.told.get("priority").and_then(Value::as_i64));
    let shown = rules.into_iter().map(|rule| {
        let mut members = Map::from_iter([("id".to_owned(), Value::from(rule.id.as_str()))]);
        members.extend(rule.told.as_object().cloned().unwrap_or_default());
        Value::Object(members)
    });
    shown.collect()
}

fn message(shown: &VendorRulesShown, done: &str) -> String {
    if shown.waits {
        format!("{done}; it takes effect once another key or the operator has approved it")
    } else {
        done.to_owned()
    }
}

fn refused(refusal: &RulesRefusal) -> Refusal {
    let kind = match refusal.kind {
        RulesRefusalKind::Invalid => RefusalKind::Malformed,
        RulesRefusalKind::NotFound => RefusalKind::NotFound,
        RulesRefusalKind::Conflict | RulesRefusalKind::Counting => RefusalKind::Conflict,
        RulesRefusalKind::Forbidden => RefusalKind::Forbidden,
    };
    Refusal { kind, detail: refusal.detail.clone(), path: None }
}

/// The rule in preview that would have decided, had it been in production.
pub(super) fn preview(call: &Call<'_>, action: &Action, judged: &Assessment) -> Option<Value> {
    // Of the group, none is asked after one that is in effect: whichever is told here came before it.
    let previews = judged.rules.iter().filter(|matched| matched.is_shadow && !matched.is_snoozed);
    let (matched, title) = previews
        .filter_map(|matched| Some((matched, (call.rule_title)(&matched.rule)?)))
        .find(|(_, title)| title.origin.as_ref().is_some_and(|(vendor, _)| vendor == GROUP))?;
    let verdict = match verdict_of(&matched.effect)? {
        Verdict::Trust if matches!(action, Action::Register | Action::PasswordReset) => Verdict::Allow,
        verdict => verdict,
    };
    Some(json!({
        "rule_name": title.title,
        "recommendation": words::recommendation(verdict, call.application.settings.recommendation_words),
        "risk_score": judged.risk_score.points(),
    }))
}

/// The rules that were in effect, whoever wrote them; None if none was.
pub(super) fn matched(call: &Call<'_>, judged: &Assessment) -> Option<Vec<Value>> {
    let told = judged.rules.iter().filter(|matched| matched.acts()).map(|matched| {
        let title = (call.rule_title)(&matched.rule);
        let id = title.as_ref().and_then(|title| title.origin.as_ref()).filter(|(vendor, _)| vendor == GROUP);
        json!({
            "rule_id": id.map_or(&*matched.rule, |(_, id)| id),
            "rule_name": title.as_ref().map_or(&*matched.rule, |title| &title.title),
        })
    });
    let told: Vec<Value> = told.collect();
    (!told.is_empty()).then_some(told)
}
