//! The alert rules for Prometheus, as far as a file can be wrong without Prometheus: they name metrics and labels that a
//! scrape has, and runbooks that are there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use testkit::{Server, create_app};

fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)).unwrap()
}

/// What each rule says: values by key, those of labels and annotations beside the others. A value that is folded
/// (`>-`) is one line. Enough of YAML for this file, and no more.
fn rules() -> Vec<BTreeMap<String, String>> {
    let file = text("deploy/rightful.rules.yml");
    let (mut rules, mut key) = (Vec::<BTreeMap<String, String>>::new(), String::new());
    for line in file.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let (depth, mut said) = (line.len() - line.trim_start().len(), line.trim());
        if let Some(first) = said.strip_prefix("- alert:") {
            rules.push(BTreeMap::new());
            said = said.strip_prefix("- ").unwrap();
            assert!(!first.is_empty());
        }
        let Some(rule) = rules.last_mut() else { continue };
        match said.split_once(':').filter(|(name, _)| depth <= 10 && name.chars().all(|sign| sign.is_ascii_lowercase()))
        {
            Some((name, value)) => {
                key = name.to_owned();
                let value = value.trim().trim_start_matches(">-").trim_matches('"').to_owned();
                assert!(rule.insert(key.clone(), value).is_none(), "{key} twice in {rule:?}");
            }
            None => rule.get_mut(&key).unwrap().push_str(&format!(" {said}")),
        }
    }
    rules
}

/// The metrics that an expression names, each with what it asks of labels.
fn selectors(expression: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for rest in expression.split("rightful_").skip(1) {
        let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let labels = rest.strip_prefix('{').map_or("", |rest| rest.split('}').next().unwrap());
        found.push((format!("rightful_{name}"), labels.to_owned()));
    }
    found
}

/// What a scrape of a server with a data set shows.
fn scrape() -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let sets = folder.path().join("sets");
    std::fs::create_dir(&sets).unwrap();
    std::fs::write(sets.join("countries.csv"), "192.0.2.0/24,GB\n").unwrap();
    create_app(&data, &[]);
    let server = Server::start_with(&data, &[("RIGHTFUL_JUDGEMENT__INTELLIGENCE", sets.to_str().unwrap())]);
    server.metrics()
}

#[test]
fn alert_rules_name_what_a_scrape_has() {
    let scrape = scrape();
    let samples = || scrape.lines().filter(|line| !line.starts_with('#'));
    let rules = rules();
    assert!(rules.len() >= 15, "only {} rules were read", rules.len());
    let mut n_labels = 0;
    for rule in &rules {
        let named = selectors(&rule["expr"]);
        assert!(!named.is_empty(), "{rule:?}");
        for (metric, labels) in named {
            let of_it = || {
                samples().filter(|sample| sample.strip_prefix(&metric).is_some_and(|rest| rest.starts_with(['{', ' '])))
            };
            assert!(of_it().count() > 0, "{} asks for {metric}, which no scrape has:\n{scrape}", rule["alert"]);
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (name, values) = label.split_once('=').unwrap();
                for value in values.trim_start_matches('~').trim_matches('"').split('|') {
                    let pair = format!("{name}=\"{value}\"");
                    assert!(of_it().any(|sample| sample.contains(&pair)), "{}: no {metric} has {pair}", rule["alert"]);
                    n_labels += 1;
                }
            }
        }
    }
    assert!(n_labels >= 5, "only {n_labels} labels were read");
}

#[test]
fn every_alert_says_how_bad_it_is_and_what_to_do() {
    let page = text("docs/operations.md");
    let headings: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let mut names = BTreeSet::new();
    for rule in rules() {
        for key in ["alert", "expr", "for", "severity", "summary", "description", "runbook"] {
            assert!(rule.get(key).is_some_and(|value| !value.is_empty()), "{key} is missing in {rule:?}");
        }
        assert!(["critical", "warning"].contains(&rule["severity"].as_str()), "{rule:?}");
        let (file, anchor) = rule["runbook"].split_once('#').unwrap();
        assert!(file == "docs/operations.md" && headings.contains(anchor), "{} is nowhere", rule["runbook"]);
        assert!(page.contains(&format!("`{}`", rule["alert"])), "operators do not read of {}", rule["alert"]);
        assert!(names.insert(rule["alert"].clone()), "{} twice", rule["alert"]);
    }
}
