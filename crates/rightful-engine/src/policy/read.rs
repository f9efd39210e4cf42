//! Reads a policy's text: what it names is laid over the shipped policy, checked key by key and number by number.

use std::collections::BTreeMap;

use rightful_domain::{Action, PolicySource, PolicyVersion};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::thresholds::{Bands, Combining, Thresholds};
use super::{DEFAULT_POLICY, Policy, PolicyError};

/// Beyond this edit distance a key is not a slip of another.
const SUGGESTION_DISTANCE_MAX: usize = 4;

const VERDICTS: &str = "verdicts";
const DEFAULT: &str = "default";
const CUSTOM: &str = "custom";

pub(super) fn read(source: &PolicySource) -> Result<Policy, PolicyError> {
    let policy = &source.version;
    let syntax = |error: toml::de::Error| PolicyError::Syntax { policy: policy.clone(), message: error.to_string() };
    let given: Table = source.text.parse().map_err(syntax)?;
    let shipped: Table = DEFAULT_POLICY.parse().map_err(syntax)?;
    check_keys(policy, &given, &known(&shipped, &given), "")?;

    let whole = overlaid(&shipped, &given);
    let verdicts = table(&whole, VERDICTS);
    let bands: Bands = section(policy, &verdicts, &format!("{VERDICTS}."), DEFAULT)?;
    let thresholds: Thresholds = section(policy, &whole, "", "detectors")?;
    let bands_by_action = bands_by_action(policy, &verdicts)?;
    let combining: Combining = section(policy, &whole, "", "combining")?;
    Ok(Policy { version: policy.clone(), bands, bands_by_action, combining, thresholds })
}

/// All keys that a policy may have: the shipped ones, and bands for each action, known or the application's own.
fn known(shipped: &Table, given: &Table) -> Table {
    let mut known = shipped.clone();
    let mut verdicts = table(shipped, VERDICTS);
    let bands = Value::Table(table(&verdicts, DEFAULT));
    let custom = table(&table(given, VERDICTS), CUSTOM);
    verdicts.insert(CUSTOM.to_owned(), Value::Table(custom.keys().map(|name| (name.clone(), bands.clone())).collect()));
    for action in Action::KNOWN {
        verdicts.insert(action.as_str().to_owned(), bands.clone());
    }
    known.insert(VERDICTS.to_owned(), Value::Table(verdicts));
    known
}

fn check_keys(policy: &PolicyVersion, given: &Table, known: &Table, path: &str) -> Result<(), PolicyError> {
    for (name, value) in given {
        let key = format!("{path}{name}");
        let Some(known_value) = known.get(name) else {
            let suggestion = nearest(name, known).map(|meant| format!("{path}{meant}"));
            return Err(PolicyError::UnknownKey { policy: policy.clone(), key, suggestion });
        };
        match (value, known_value) {
            (Value::Table(given), Value::Table(known)) => check_keys(policy, given, known, &format!("{key}."))?,
            (_, Value::Table(_)) => {
                return Err(PolicyError::BadValue { policy: policy.clone(), key, message: "must be a table".into() });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The shipped policy with what is given laid over it, table by table.
fn overlaid(shipped: &Table, given: &Table) -> Table {
    let mut whole = shipped.clone();
    for (name, value) in given {
        let value = match (whole.get(name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => Value::Table(overlaid(under, over)),
            _ => value.clone(),
        };
        whole.insert(name.clone(), value);
    }
    whole
}

/// The bands of the actions that differ: each is the policy's own default with what the action names laid over it.
fn bands_by_action(policy: &PolicyVersion, verdicts: &Table) -> Result<BTreeMap<Box<str>, Bands>, PolicyError> {
    let default = table(verdicts, DEFAULT);
    let mut all = BTreeMap::new();
    let own = table(verdicts, CUSTOM);
    let known = verdicts.iter().filter(|(name, _)| *name != DEFAULT && *name != CUSTOM);
    let by_path = known.map(|pair| (VERDICTS.to_owned(), pair)).chain(own.iter().map(|pair| {
        // An own action has a table of its own, so that a slip in a known one is not taken for a new one.
        (format!("{VERDICTS}.{CUSTOM}"), pair)
    }));
    for (path, (name, value)) in by_path {
        let over = value.as_table().cloned().unwrap_or_default();
        let whole = Table::from_iter([(name.clone(), Value::Table(overlaid(&default, &over)))]);
        all.insert(name.as_str().into(), section::<Bands>(policy, &whole, &format!("{path}."), name)?);
    }
    Ok(all)
}

fn section<T: DeserializeOwned + Checked>(
    policy: &PolicyVersion,
    tables: &Table,
    path: &str,
    name: &str,
) -> Result<T, PolicyError> {
    let bad = |key: String, message: String| PolicyError::BadValue { policy: policy.clone(), key, message };
    let value = Value::Table(table(tables, name));
    let section: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let message = error.inner().to_string();
        bad(format!("{path}{name}.{}", error.path()), message.trim_end().to_owned())
    })?;
    section.check().map_err(|(key, message)| bad(format!("{path}{name}.{key}"), message.to_owned()))?;
    Ok(section)
}

/// What must hold between the numbers of one section.
trait Checked {
    /// The key at fault under the section's own, and what is wrong with it.
    fn check(&self) -> Result<(), (&'static str, &'static str)>;
}

impl Checked for Bands {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let ordered = self.is_ordered();
        if ordered { Ok(()) } else { Err(("challenge_min", "must be above trust_max and at most deny_min")) }
    }
}

impl Checked for Combining {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        Ok(())
    }
}

impl Checked for Thresholds {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        self.disordered().map_or(Ok(()), |key| Err((key, "must not be above the weight's own maximum")))
    }
}

fn table(of: &Table, name: &str) -> Table {
    of.get(name).and_then(Value::as_table).cloned().unwrap_or_default()
}

fn nearest<'a>(name: &str, known: &'a Table) -> Option<&'a str> {
    known
        .keys()
        .map(|candidate| (edit_distance(name, candidate), candidate.as_str()))
        .min()
        .filter(|(distance, _)| *distance <= SUGGESTION_DISTANCE_MAX.min(name.len() / 2))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's, a row at a time. O(n·m).
fn edit_distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
