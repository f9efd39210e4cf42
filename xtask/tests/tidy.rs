//! Holds the repository to its own rules, and each rule to its specimen: one named test each.

use std::path::Path;

use libtest_mimic::{Arguments, Failed, Trial};
use xtask::tidy::{Complaint, RULES, Rule, Tree};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = move || Tree::read(&root).map_err(|error| Failed::from(error.to_string()));
    let mut trials = Vec::new();
    for rule in RULES {
        let read = read.clone();
        trials.push(Trial::test(format!("here::{}", rule.name), move || here(rule, &read()?)));
        trials.push(Trial::test(format!("specimen::{}", rule.name), move || specimen(rule)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn here(rule: &Rule, tree: &Tree) -> Result<(), Failed> {
    let complaints: Vec<String> = (rule.check)(tree).iter().map(Complaint::to_string).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}

fn specimen(rule: &Rule) -> Result<(), Failed> {
    if (rule.check)(&(rule.specimen)()).is_empty() { Err("does not see its own specimen".into()) } else { Ok(()) }
}
