//! A book's text as rules by name, and back: what is edited, versioned and compared. Whether a rule can be read is the
//! engine's to say.

use std::collections::BTreeMap;

use rightful_dialects::{RuleDiff, RuleFieldDiff, RuleState};
use serde_json::{Map, Value as Json};
use toml::{Table, Value};

/// The key under which rules are.
const RULES: &str = "rules";
const NAME: &str = "name";
const VERSION: &str = "version";
const AUTHOR: &str = "author";
/// The key under which a vendor's own words for a rule are.
pub(crate) const ORIGIN: &str = "origin";
/// In which order a rule's keys are written; others come last.
const ORDER: [&str; 21] = [
    NAME,
    "title",
    VERSION,
    "mode",
    "priority",
    "group",
    "actions",
    "when",
    "score",
    "moves_verdict",
    "floor",
    "ceiling",
    "status",
    "tags",
    "queue",
    "stop_on_match",
    AUTHOR,
    "note",
    "library",
    "library_version",
    ORIGIN,
];

/// The rules of a text, in its order. What is no table is passed over: the engine has refused it.
pub(crate) fn rules_of(text: &str) -> Vec<Table> {
    let tables: Table = text.parse().unwrap_or_default();
    let rules = tables.get(RULES).and_then(Value::as_array);
    rules.map(|rules| rules.iter().filter_map(Value::as_table).cloned().collect()).unwrap_or_default()
}

/// Rules as a text. Comments of an imported text are not kept, but in conditions.
pub(crate) fn text_of(rules: &[Table]) -> String {
    let texts: Vec<String> = rules.iter().map(rule_text).collect();
    texts.join("\n")
}

fn rule_text(rule: &Table) -> String {
    let mut text = format!("[[{RULES}]]\n");
    let others = rule.keys().map(String::as_str).filter(|key| !ORDER.contains(key));
    for key in ORDER.into_iter().chain(others) {
        if let Some(Value::Table(value)) = rule.get(key) {
            // In a line of its own, or it would be a table of the whole text and not of the rule.
            text.push_str(&format!("{key} = {}\n", Value::Table(value.clone())));
        } else if let Some(value) = rule.get(key) {
            text.push_str(&Table::from_iter([(key.to_owned(), value.clone())]).to_string());
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
    text
}

/// A rule's name; empty if it has none.
pub(crate) fn name_of(rule: &Table) -> &str {
    rule.get(NAME).and_then(Value::as_str).unwrap_or_default()
}

/// A rule as it is answered.
pub(crate) fn json_of(rule: &Table) -> Json {
    let order = ORDER.into_iter().filter_map(|key| rule.get_key_value(key));
    let others = rule.iter().filter(|(key, _)| !ORDER.contains(&key.as_str()));
    let members = order.chain(others).map(|(key, value)| (key.clone(), json_value(value)));
    Json::Object(members.collect())
}

pub(crate) fn json_value(value: &Value) -> Json {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(at) => at.to_string().into(),
        Value::Array(list) => list.iter().map(json_value).collect(),
        Value::Table(table) => {
            Json::Object(table.iter().map(|(key, value)| (key.clone(), json_value(value))).collect())
        }
    }
}

/// A rule from what a caller sends; None if it is no object. Null is the same as absent.
pub(crate) fn table_of(rule: &Json) -> Option<Table> {
    rule.as_object().map(table)
}

fn table(members: &Map<String, Json>) -> Table {
    members.iter().filter_map(|(key, value)| Some((key.clone(), toml_value(value)?))).collect()
}

fn toml_value(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(list) => Value::Array(list.iter().filter_map(toml_value).collect()),
        Json::Object(members) => Value::Table(table(members)),
    })
}

/// Puts a rule in the place of the one of its name, or at the end. Who wrote it is said, unless it says so itself.
pub(crate) fn put(rules: &mut Vec<Table>, mut rule: Table, author: &str) {
    rule.entry(AUTHOR).or_insert_with(|| author.into());
    match rules.iter_mut().find(|known| name_of(known) == name_of(&rule)) {
        Some(known) => *known = rule,
        None => rules.push(rule),
    }
}

/// What a rule says, but for its version and who wrote it.
fn essence(rule: &Table) -> Table {
    rule.iter().filter(|(key, _)| *key != VERSION && *key != AUTHOR).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// Whether two rules say the same, but for their versions and who wrote them.
pub(crate) fn is_same(one: &Table, other: &Table) -> bool {
    essence(one) == essence(other)
}

/// Gives each rule its version: that of the published rule that says the same, or, where it says something else, the
/// number under which it will be published. So a version tells where a rule last changed, and none is used twice.
pub(crate) fn number(rules: &mut [Table], published: &[Table], number: u32) {
    for rule in rules {
        let before = published.iter().find(|before| name_of(before) == name_of(rule));
        let same = before.filter(|before| essence(before) == essence(rule));
        let version = same.and_then(|before| before.get(VERSION)).cloned();
        rule.insert(VERSION.to_owned(), version.unwrap_or_else(|| Value::Integer(number.into())));
        if let Some(author) = same.and_then(|before| before.get(AUTHOR)) {
            rule.insert(AUTHOR.to_owned(), author.clone());
        }
    }
}

/// What is different, rule by rule, by name.
pub(crate) fn diff(published: &[Table], draft: &[Table]) -> Vec<RuleDiff> {
    let mut sides: BTreeMap<&str, [Option<&Table>; 2]> = BTreeMap::new();
    for rule in published {
        sides.entry(name_of(rule)).or_default()[0] = Some(rule);
    }
    for rule in draft {
        sides.entry(name_of(rule)).or_default()[1] = Some(rule);
    }
    sides.into_iter().filter_map(|(name, [from, to])| rule_diff(name, from, to)).collect()
}

fn rule_diff(name: &str, from: Option<&Table>, to: Option<&Table>) -> Option<RuleDiff> {
    let state = match (from, to) {
        (None, _) => RuleState::Added,
        (_, None) => RuleState::Removed,
        (Some(from), Some(to)) if essence(from) == essence(to) => return None,
        (Some(_), Some(_)) => RuleState::Changed,
    };
    let [from, to] = [from, to].map(|side| side.map(essence).unwrap_or_default());
    let known = ORDER.into_iter().filter(|key| from.contains_key(*key) || to.contains_key(*key));
    let fields: Vec<RuleFieldDiff> = known
        .filter(|key| *key != NAME && from.get(*key) != to.get(*key))
        .map(|key| RuleFieldDiff {
            key: key.to_owned(),
            from: from.get(key).map(json_value),
            to: to.get(key).map(json_value),
        })
        .collect();
    let words = match state {
        RuleState::Added => format!("{name} is added: {}", told(&fields, |field| field.to.as_ref())),
        RuleState::Removed => format!("{name} is removed"),
        RuleState::Changed | RuleState::File | RuleState::Published => {
            let changes: Vec<String> = fields.iter().map(field_words).collect();
            format!("{name}: {}", changes.join(", "))
        }
    };
    Some(RuleDiff { name: name.to_owned(), state, fields, words })
}

fn told(fields: &[RuleFieldDiff], side: impl Fn(&RuleFieldDiff) -> Option<&Json>) -> String {
    let fields = fields.iter().filter_map(|field| Some(format!("{} {}", field.key, side(field)?)));
    fields.collect::<Vec<_>>().join(", ")
}

fn field_words(RuleFieldDiff { key, from, to }: &RuleFieldDiff) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{key} was {from} and is {to}"),
        (None, Some(to)) => format!("{key} is {to}"),
        (Some(from), None) => format!("{key} was {from} and is gone"),
        (None, None) => key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[rules]]\nname = \"abroad\"\nversion = 2\nwhen = \"ip.country != \\\"DE\\\"\"\n\
                        floor = \"challenge\"\nauthor = \"Rita\"\n\n\
                        [[rules]]\nname = \"fast\"\nversion = 1\nwhen = \"score > 50\"\nscore = 2.5\ntags = [\"a\", \"b\"]\n";

    #[test]
    fn a_text_reads_back() {
        let rules = rules_of(TEXT);
        let names: Vec<&str> = rules.iter().map(name_of).collect();
        assert_eq!(names, ["abroad", "fast"]);
        let text = text_of(&rules);
        assert_eq!(rules_of(&text), rules, "{text}");
        assert_eq!(table_of(&json_of(&rules[1])).as_ref(), rules.get(1));
        assert!(text.starts_with("[[rules]]\nname = \"abroad\"\nversion = 2\nwhen = "), "{text}");
    }

    #[test]
    fn a_rule_that_changes_gets_the_number_it_is_published_under() {
        let published = rules_of(TEXT);
        let mut draft = published.clone();
        draft[0].insert("floor".into(), "deny".into());
        draft[1].remove(VERSION);
        let new = Table::from_iter([(NAME.to_owned(), Value::from("new"))]);
        put(&mut draft, new, "Otto");
        number(&mut draft, &published, 7);
        let versions: Vec<_> = draft.iter().map(|rule| rule[VERSION].as_integer().unwrap()).collect();
        assert_eq!(versions, [7, 1, 7]);
        assert_eq!(draft[2][AUTHOR].as_str(), Some("Otto"));
    }

    #[test]
    fn a_difference_is_told_in_words_and_as_data() {
        let published = rules_of(TEXT);
        let mut draft = published.clone();
        draft[0].insert("floor".into(), "deny".into());
        draft[0].insert("queue".into(), "night".into());
        draft[0].insert(VERSION.into(), Value::Integer(9));
        draft.remove(1);
        draft.push(rules_of("[[rules]]\nname = \"new\"\nwhen = 'true'\nscore = 3")[0].clone());
        let words: Vec<String> = diff(&published, &draft).into_iter().map(|diff| diff.words).collect();
        assert_eq!(
            words,
            [
                "abroad: floor was \"challenge\" and is \"deny\", queue is \"night\"",
                "fast is removed",
                "new is added: when \"true\", score 3",
            ]
        );
        assert!(diff(&published, &published).is_empty());
    }
}
