//! Rules as they come over HTTP: the policy's keys, in JSON, and read by the policy's own reader.

use rightful_dialects::{Refusal, RefusalKind};
use rightful_engine::{Policy, PolicyError};
use serde_json::Value;
use toml::{Table, Value as Toml};

/// A policy with these rules instead of its own: a JSON list of tables.
pub(crate) fn with_rules(policy: &Policy, json: &str) -> Result<Policy, Refusal> {
    let rules: Value = serde_json::from_str(json).map_err(|_| refusal("rules", "must be a list"))?;
    let Some(Toml::Array(rules)) = toml_of(rules) else { return Err(refusal("rules", "must be a list")) };
    policy.with_rules(rules).map_err(|error| refused(&error))
}

/// The same value in TOML; None for what it has no word for, which is then as if it had not been told.
fn toml_of(json: Value) -> Option<Toml> {
    Some(match json {
        Value::Null => return None,
        Value::Bool(flag) => Toml::Boolean(flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Toml::Integer(whole),
            None => Toml::Float(number.as_f64()?),
        },
        Value::String(text) => Toml::String(text),
        Value::Array(all) => Toml::Array(all.into_iter().filter_map(toml_of).collect()),
        Value::Object(all) => {
            let members = all.into_iter().filter_map(|(name, value)| Some((name, toml_of(value)?)));
            Toml::Table(members.collect::<Table>())
        }
    })
}

/// What is wrong with the rules, and where.
fn refused(error: &PolicyError) -> Refusal {
    match error {
        PolicyError::Syntax { message, .. } => refusal("rules", message),
        PolicyError::UnknownKey { key, suggestion: None, .. } => refusal(key, "is not a key of a rule"),
        PolicyError::UnknownKey { key, suggestion: Some(meant), .. } => {
            refusal(key, &format!("is not a key of a rule, did you mean {meant:?}?"))
        }
        PolicyError::BadValue { key, message, .. } => refusal(key, message),
        PolicyError::Rule { key, error, .. } => refusal(key, &error.to_string()),
    }
}

fn refusal(path: &str, detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: Some(path.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(json: &str, path: &str, detail: &str) {
        let refusal = with_rules(&Policy::default(), json).expect_err("refused");
        assert_eq!((refusal.path.as_deref(), &*refusal.detail), (Some(path), detail), "{json}");
    }

    #[test]
    fn rules_are_read_as_the_policy_reads_them() {
        let json = r#"[{"name": "a", "when": "device.new && score > 10", "score": 5, "note": null},
                       {"name": "b", "when": "ip.country in ['DE']", "floor": "challenge", "actions": ["login"], "priority": 3}]"#;
        let policy = with_rules(&Policy::default(), json).expect("two rules");
        assert_eq!(policy.rules().iter().map(|rule| &*rule.name).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(policy.version(), Policy::default().version());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check_refused("{}", "rules", "must be a list");
        check_refused(r#"[{"name": "a"}]"#, "rules[0].when", "must be given");
        check_refused(
            r#"[{"name": "a", "when": "true"}, {"name": "b", "whn": "true"}]"#,
            "rules[1].whn",
            r#"is not a key of a rule, did you mean "rules[1].when"?"#,
        );
        check_refused(
            r#"[{"name": "a", "when": "ip.contry == 'DE'"}]"#,
            "rules[0].when",
            "1:1: unknown name `ip.contry`, did you mean `ip.country`?",
        );
    }

    #[test]
    fn bombs_are_refused_at_once() {
        let deep = format!(r#"[{{"name": "a", "when": "{}true{}"}}]"#, "(".repeat(1_500), ")".repeat(1_500));
        let list = format!(r#"[{{"name": "a", "when": "score in [{}]"}}]"#, vec!["1"; 300].join(","));
        let long = format!(r#"[{{"name": "a", "when": "{} true"}}]"#, "true || ".repeat(600));
        let many = format!("[{}]", vec![r#"{"name": "a", "when": "true"}"#; 501].join(","));
        for bomb in [deep, list, long, many] {
            let refusal = with_rules(&Policy::default(), &bomb).expect_err("refused");
            assert!(refusal.path.is_some_and(|path| path.starts_with("rules")), "{}", refusal.detail);
        }
    }
}
