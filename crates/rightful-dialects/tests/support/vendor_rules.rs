//! Rules that a vendor's API writes: what one becomes in the book, and how it is answered.

use rightful_dialects::{
    Dialect, Refusal, Reply, RuleFault, RulesRefusal, RulesRefusalKind, VendorReply, VendorRule, VendorRuleKept,
    VendorRuleRef, VendorRulesAsked, VendorRulesReply, VendorRulesShown,
};
use serde_json::{Value, json};

use super::Request;

/// What is in the book already, as the example gives it.
fn kept(given: &Value) -> Vec<VendorRuleKept> {
    let text = |rule: &Value, key: &str| rule[key].as_str().expect("a text").to_owned();
    let all = given.get("kept").and_then(Value::as_array).into_iter().flatten();
    all.map(|rule| VendorRuleKept {
        name: text(rule, "name"),
        id: text(rule, "id"),
        told: rule["told"].clone(),
        author: "sk_1".to_owned(),
    })
    .collect()
}

/// What is asked, as it is shown, and what is answered.
pub(crate) fn outcome(
    dialect: &dyn Dialect,
    request: &Request<'_>,
    asked: &VendorRulesAsked,
    given: &Value,
) -> Result<(Value, Reply), Refusal> {
    let rules = kept(given);
    let find = |wanted: &VendorRuleRef| {
        rules.iter().find(|rule| match wanted {
            VendorRuleRef::Id(id) => rule.id == *id,
            VendorRuleRef::Name(name) => rule.name == *name,
        })
    };
    let mut shown = VendorRulesShown { rules: rules.clone(), changed: None, waits: given.get("waits").is_some() };
    let intake = match asked {
        VendorRulesAsked::All => json!({"verb": "vendor rules"}),
        VendorRulesAsked::Put(wanted) => {
            let before = wanted.as_ref().and_then(find);
            let written = request.with_call(|call| dialect.vendor_rule(call, before))?;
            let VendorRule { name, id, rule, told, unique, lists } = written;
            let intake = json!({
                "verb": "put vendor rule", "wanted": format!("{wanted:?}"), "name": name, "id": id, "rule": rule,
                "told": told, "unique": unique, "lists": format!("{lists:?}"),
            });
            shown.changed = Some(VendorRuleKept { name, id, told, author: "sk_1".to_owned() });
            intake
        }
        VendorRulesAsked::Remove(wanted) => {
            shown.changed = find(wanted).cloned();
            json!({"verb": "remove vendor rule", "wanted": format!("{wanted:?}")})
        }
    };
    let reply = match given.get("refused").and_then(Value::as_str) {
        Some(detail) => VendorRulesReply::Refused(refused(detail)),
        None => VendorRulesReply::Done(Box::new(shown)),
    };
    Ok((intake, Reply::Vendors(VendorReply::VendorRules(reply))))
}

fn refused(detail: &str) -> RulesRefusal {
    let kind = if detail.contains("another") { RulesRefusalKind::Conflict } else { RulesRefusalKind::NotFound };
    RulesRefusal { kind, detail: detail.to_owned(), faults: Vec::<RuleFault>::new() }
}
