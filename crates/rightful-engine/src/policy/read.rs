//! Reads a policy's text: what it names is laid over the shipped policy, checked key by key and number by number.

use std::collections::BTreeMap;

use rightful_domain::{Action, PolicySource, PolicyVersion};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::likelihood_scale::LikelihoodScale;
use super::lists::NamedLists;
use super::thresholds::{Bands, Combining, Knowing, Spending, Thresholds};
use super::{DEFAULT_POLICY, Policy, PolicyError};
use crate::rules::{RULES, nearest, read_rules, rule_faults};

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
    let likelihood: LikelihoodScale = section(policy, &whole, "", "likelihood")?;
    let budget: Spending = section(policy, &whole, "", "budget")?;
    let acquaintance: Knowing = section(policy, &whole, "", "acquaintance")?;
    let lists = section::<NamedLists>(policy, &whole, "", "lists")?.into();
    let rules = read_rules(policy, &given)?;
    let version = policy.clone();
    Ok(Policy {
        version,
        bands,
        bands_by_action,
        combining,
        likelihood,
        budget,
        acquaintance,
        lists,
        thresholds,
        rules,
    })
}

pub(super) fn faults(source: &PolicySource) -> Vec<PolicyError> {
    let Err(first) = read(source) else { return Vec::new() };
    let tables: Table = source.text.parse().unwrap_or_default();
    let of_rules = rule_faults(&source.version, &tables);
    let others = Some(first).filter(|first| !of_rules.contains(first));
    others.into_iter().chain(of_rules).collect()
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
    // Their keys are checked where they are read.
    known.insert(RULES.to_owned(), Value::Array(Vec::new()));
    known
}

fn check_keys(policy: &PolicyVersion, given: &Table, known: &Table, path: &str) -> Result<(), PolicyError> {
    for (name, value) in given {
        let key = format!("{path}{name}");
        let Some(known_value) = known.get(name) else {
            let suggestion = nearest(name, known.keys().map(String::as_str)).map(|meant| format!("{path}{meant}"));
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
        let message = error.inner().message().to_owned();
        bad(format!("{path}{name}.{}", error.path()), message)
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

impl Checked for LikelihoodScale {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        Ok(())
    }
}

impl Checked for Spending {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        Ok(())
    }
}

impl Checked for Knowing {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        Ok(())
    }
}

impl Checked for NamedLists {
    fn check(&self) -> Result<(), (&'static str, &'static str)> {
        self.overlong().map_or(Ok(()), |key| Err((key, "must have at most 10000 entries")))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Policy, PolicyError> {
        let version = PolicyVersion { id: "mine".into(), version: 7 };
        Policy::parse(&PolicySource { version, text: text.into() })
    }

    #[test]
    fn a_policy_names_only_what_it_changes() {
        let shipped = parsed("").expect("a policy");
        assert_eq!(parsed(DEFAULT_POLICY).as_ref(), Ok(&shipped));
        assert_eq!((&*shipped.version().id, shipped.version().version), ("mine", 7));
        let changed =
            parsed("[detectors.IP_ACTION_VELOCITY]\nweight.max = 2\nattempts_1h_max = 500").expect("a policy");
        let thresholds = &changed.thresholds.ip_action_velocity;
        assert_eq!((thresholds.attempts_1h_max.get(), thresholds.attempts_60s_max.get()), (500.0, 20.0));
        assert_eq!(thresholds.weight.of_ratio(1e9), 2.0);
        assert_eq!(thresholds.weight.of_ratio(1.0), 0.6);
    }

    #[test]
    fn an_action_of_its_own_takes_the_rest_from_the_policys_default() {
        let policy = parsed(
            "[verdicts.default]\ndeny_min = 95\n[verdicts.withdraw]\nchallenge_min = 60\n\
             [verdicts.custom.send_gift]\ntrust_max = 5",
        )
        .expect("a policy");
        let numbers = |action: &Action| {
            let bands = policy.bands(action);
            (bands.trust_max.get(), bands.challenge_min.get(), bands.deny_min.get())
        };
        assert_eq!(numbers(&Action::Login), (10.0, 70.0, 95.0));
        assert_eq!(numbers(&Action::Withdraw), (10.0, 60.0, 95.0));
        assert_eq!(numbers(&Action::Custom("send_gift".into())), (5.0, 70.0, 95.0));
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = parsed(text).expect_err("refused").to_string();
        assert_eq!(error, format!("policy \"mine\" version 7: {expected}"), "{text}");
    }

    #[test]
    fn unknown_keys_are_refused_with_what_was_meant() {
        check_refused("[verdict.default]", r#"unknown key "verdict", did you mean "verdicts"?"#);
        check_refused(
            "[verdicts.pasword_reset]",
            r#"unknown key "verdicts.pasword_reset", did you mean "verdicts.password_reset"?"#,
        );
        check_refused("[verdicts.login]\ndeny = 90", r#"unknown key "verdicts.login.deny""#);
        check_refused(
            "[verdicts.custom.gift]\ndeny_mn = 90",
            r#"unknown key "verdicts.custom.gift.deny_mn", did you mean "verdicts.custom.gift.deny_min"?"#,
        );
        check_refused(
            "[detectors.IP_ACTION_VELOCITY]\nweight = { nat = 1 }",
            r#"unknown key "detectors.IP_ACTION_VELOCITY.weight.nat", did you mean "detectors.IP_ACTION_VELOCITY.weight.nats"?"#,
        );
        check_refused("x = 1", r#"unknown key "x""#);
    }

    #[test]
    fn values_out_of_range_are_refused_with_their_key() {
        check_refused("[verdicts.login]\ndeny_min = 101", r#""verdicts.login.deny_min": must be from 0 to 100"#);
        check_refused("[verdicts.login]\ndeny_min = nan", r#""verdicts.login.deny_min": must be from 0 to 100"#);
        check_refused(
            "[verdicts.login]\ndeny_min = 60",
            r#""verdicts.login.challenge_min": must be above trust_max and at most deny_min"#,
        );
        check_refused(
            "[detectors.DEVICE_RISKY_REPUTATION]\nnats = -1",
            r#""detectors.DEVICE_RISKY_REPUTATION.nats": must be from 0 to 10"#,
        );
        check_refused(
            "[detectors.IP_ACTION_VELOCITY]\nattempts_60s_max = 0",
            r#""detectors.IP_ACTION_VELOCITY.attempts_60s_max": must be from 1 to 10000"#,
        );
        check_refused(
            "[detectors.PROFILE_DEVICE_NEW]\nmin = 2",
            r#""detectors.PROFILE_DEVICE_NEW.min": must not be above the weight's own maximum"#,
        );
        check_refused("[combining]\nfamily_fraction = 1.5", r#""combining.family_fraction": must be from 0 to 1"#);
        check_refused("combining = 3", r#""combining": must be a table"#);
        check_refused(
            "[verdicts.login]\ndeny_min = \"high\"",
            "\"verdicts.login.deny_min\": invalid type: string \"high\", expected f64",
        );
    }

    #[test]
    fn a_wrong_entry_of_a_list_is_refused_with_its_place() {
        check_refused(
            "[lists]\nblock_addresses = [\"192.0.2.0/24\", \"192.0.2.7/24\"]",
            r#""lists.block_addresses[1]": has bits beyond its prefix; did you mean 192.0.2.0/24?"#,
        );
        check_refused(
            "[lists]\nblocked_countries = [\"DE\", \"UK\"]",
            r#""lists.blocked_countries[1]": must be a country of ISO 3166-1, in two letters or three; did you mean GB?"#,
        );
        check_refused("[lists]\nallow_accounts = [\"\"]", r#""lists.allow_accounts[0]": must not be empty"#);
        check_refused(
            "[lists]\nblock_devices = [\"a\\u0000\"]",
            r#""lists.block_devices[0]": must not contain control characters"#,
        );
        check_refused(
            "[lists]\nblock_adresses = []",
            r#"unknown key "lists.block_adresses", did you mean "lists.block_addresses"?"#,
        );
        check_refused(
            "[lists]\nallow_accounts = \"ann\"",
            r#""lists.allow_accounts": invalid type: string "ann", expected a sequence"#,
        );
        check_refused(
            "[lists]\nallow_accounts = [7]",
            "\"lists.allow_accounts[0]\": invalid type: integer `7`, expected a string",
        );
    }

    #[test]
    fn a_list_has_a_longest_length() {
        let text = |n: usize| {
            let ids: Vec<String> = (0..n).map(|id| format!("\"{id}\"")).collect();
            format!("[lists]\nblock_accounts = [{}]", ids.join(","))
        };
        assert!(parsed(&text(10_000)).is_ok());
        check_refused(&text(10_001), r#""lists.block_accounts": must have at most 10000 entries"#);
    }

    #[test]
    fn a_budget_is_a_share_or_off() {
        for (share, is_read) in
            [("0", true), ("0.001", true), ("0.1", true), ("0.0005", false), ("1", false), ("nan", false)]
        {
            assert_eq!(parsed(&format!("[budget]\nchallenge_share = {share}")).is_ok(), is_read, "{share}");
        }
        check_refused(
            "[budget]\nchallenge_share = 5",
            r#""budget.challenge_share": must be from 0.001 to 0.1, or 0 for off"#,
        );
    }

    #[test]
    fn what_is_no_toml_is_refused_with_its_line() {
        let error = parsed("[verdicts.default]\ndeny_min 90").expect_err("refused").to_string();
        assert!(error.starts_with("policy \"mine\" version 7: TOML parse error at line 2"), "{error}");
    }
}
