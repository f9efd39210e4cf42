//! `rightful rules`: work on the rules of a policy before a server reads them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rightful_dialects::RulesAsked;
use rightful_domain::{AGGREGATES_MAX, PolicySource, PolicyVersion};
use rightful_engine::{Place, Policy, PolicyError, RuleMode, rule_library};

use super::{CommandError, print, rule_book};

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// Check a policy and its rules; each fault is shown with its place
    Check {
        /// The policy
        file: PathBuf,
    },
    /// Ready rules, by group; those named as they are written into a policy
    Library {
        /// Their ids
        ids: Vec<String>,
        /// Measure how often each matches in the demo's shop, and print that
        #[arg(long, conflicts_with = "ids")]
        measure: bool,
    },
    /// Put ready rules into the draft
    Install(rule_book::Ready),
    /// Bring rules from the library up to date in the draft; what was changed here stays
    Update(rule_book::Outdated),
    /// List an application's rules, and what is different in its draft
    List(rule_book::All),
    /// Show one rule
    Show(rule_book::One),
    /// Put the rules of a file into the draft, each in the place of the one of its name
    Put(rule_book::OfFile),
    /// Take a rule out of the draft
    Remove(rule_book::One),
    /// Drop the draft
    Discard(rule_book::All),
    /// Say what is different in the draft
    Diff(rule_book::All),
    /// Publish the draft, or propose it where that takes two
    Publish(rule_book::Step),
    /// Publish what was proposed
    Approve(rule_book::Step),
    /// Drop what was proposed
    Reject(rule_book::Step),
    /// Publish again what was published before
    Rollback(rule_book::Step),
    /// List what was published, or print a version
    Versions(rule_book::Versions),
    /// Let a rule not act on an account for a while
    Snooze(rule_book::Snooze),
    /// Say what a rule did, day by day
    Counts(rule_book::Counts),
    /// Say whether publishing takes a second person
    SecondPerson(rule_book::SecondPerson),
    /// Print the draft as a file of rules
    Export(rule_book::All),
    /// Replace the draft by a file of rules
    Import(rule_book::OfFile),
}

impl Rules {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Check { file } => check(&file),
            Self::Library { ids: _, measure: true } => measure(),
            Self::Library { ids, measure: false } => library(&ids),
            Self::Install(ready) => ready.install(),
            Self::Update(outdated) => outdated.update(),
            Self::List(all) => all.list(),
            Self::Show(one) => one.show(),
            Self::Put(file) => file.put(),
            Self::Remove(one) => one.remove(),
            Self::Discard(all) => all.discard(),
            Self::Diff(all) => all.diff(),
            Self::Publish(step) => step.take(RulesAsked::Publish),
            Self::Approve(step) => step.take(RulesAsked::Approve),
            Self::Reject(step) => step.take(RulesAsked::Reject),
            Self::Rollback(step) => step.take(RulesAsked::RollBack),
            Self::Versions(versions) => versions.show(),
            Self::Snooze(snooze) => snooze.run(),
            Self::Counts(counts) => counts.show(),
            Self::SecondPerson(second) => second.set(),
            Self::Export(all) => all.export(),
            Self::Import(file) => file.import(),
        }
    }
}

fn library(ids: &[String]) -> Result<(), CommandError> {
    let all = rule_library();
    if let Some(unknown) = ids.iter().find(|id| !all.iter().any(|ready| *ready.rule.name == ***id)) {
        return Err(format!("there is no rule {unknown:?} in the library: `rightful rules library` lists them").into());
    }
    let mut text = String::new();
    let mut group = "";
    for ready in &all {
        if ids.iter().any(|id| *ready.rule.name == **id) {
            text.push_str(&format!("{}\n", ready.text));
        } else if ids.is_empty() {
            if *ready.group != *group {
                text.push_str(&format!("{}{}\n", if group.is_empty() { "" } else { "\n" }, ready.group));
                group = &ready.group;
            }
            text.push_str(&format!("    {:<36} {}\n", ready.rule.name, ready.title));
        }
    }
    print(&text)
}

/// Says of each ready rule how often it matches, of customers' and of intruders' events.
fn measure() -> Result<(), CommandError> {
    let all = rule_library();
    let measured = rightful_sim::library::measure(&all, rightful_sim::library::Extent::default())?;
    let mut text = format!("{:<36} {:>15} {:>15}\n", "of events that it is about", "customers'", "intruders'");
    for (ready, hits) in all.iter().zip(&measured.rules) {
        let [honest, attacks] =
            [hits.honest, hits.all_attacks()].map(|hits| format!("{}/{}", hits.matched, hits.asked));
        text.push_str(&format!("{:<36} {honest:>15} {attacks:>15}\n", ready.rule.name));
    }
    print(&text)
}

fn check(file: &Path) -> Result<(), CommandError> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let id = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let version = PolicyVersion { id: id.into(), version: 1 };
    let source = PolicySource { version, text: text.as_str().into() };
    let faults = Policy::faults(&source);
    if faults.is_empty() {
        let policy = Policy::parse(&source)?;
        // Which lists there are, the server knows.
        let doubts = policy.doubts(|_| true).into_iter();
        let doubts = doubts.map(|doubt| format!("warning: {}\n", told(file, &text, &doubt)));
        return print(&format!("{}{}", doubts.collect::<String>(), counted(&policy)));
    }
    let told: Vec<String> = faults.iter().map(|fault| told(file, &text, fault)).collect();
    print(&told.join("\n"))?;
    let n_faults = faults.len();
    Err(format!("{}: {n_faults} {}", file.display(), if n_faults == 1 { "fault" } else { "faults" }).into())
}

fn counted(policy: &Policy) -> String {
    let n = |mode| policy.rules().iter().filter(|rule| rule.mode == mode).count();
    let [active, shadow, off] = RuleMode::ALL.map(n);
    let all = active + shadow + off;
    let rules = if all == 1 { "rule" } else { "rules" };
    let mut text = format!("{all} {rules}: {active} active, {shadow} shadow, {off} off");
    let aggregates = policy.rules().aggregates();
    if !aggregates.is_empty() {
        let n = aggregates.len();
        text.push_str(&format!("\nThey ask for {n} of at most {AGGREGATES_MAX} aggregates:"));
        let mut told: Vec<String> = aggregates.iter().map(ToString::to_string).collect();
        told.sort_unstable();
        told.iter().for_each(|aggregate| text.push_str(&format!("\n  {aggregate}")));
    }
    text
}

/// A fault with the place in the file, as far as it is known, and a mark under it.
fn told(file: &Path, text: &str, fault: &PolicyError) -> String {
    let place = match fault.place(text) {
        Some(Place { line, column: Some(column) }) => format!("{}:{line}:{column}", file.display()),
        Some(Place { line, column: None }) => format!("{}:{line}", file.display()),
        None => file.display().to_string(),
    };
    match fault {
        PolicyError::Rule { policy: _, rule, key: _, error } => {
            let mut told = format!("{place}: rule {rule:?}: {}", error.message());
            for line in error.pointed().lines() {
                // Writing to a string cannot fail.
                let _ = write!(told, "\n    {line}");
            }
            told
        }
        PolicyError::Syntax { .. } | PolicyError::UnknownKey { .. } | PolicyError::BadValue { .. } => {
            format!("{place}: {fault}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_place_in_the_file() {
        let text = "[[rules]]\nname = \"one\"\nwhen = 'ip.contry == \"DE\"'\n\n[[rules]]\nname = \"two\"\nwhen = '''\n\
                    score > 50 &&\n  devce.new'''\n\n[[rules]]\nname = \"three\"\nwhen = \"ip.contry == \\\"DE\\\"\"\n\n[[rules]]\nname = \"four\"\nwhen = 'score > 1'\nflor = \"deny\"\n\n\
                    [[rules]]\nname = \"five\"\nwhen = 'score > 1'\n  floor = \"dny\"\n";
        let version = PolicyVersion { id: "mine".into(), version: 1 };
        let faults = Policy::faults(&PolicySource { version, text: text.into() });
        let told: Vec<String> = faults.iter().map(|fault| told(Path::new("mine.toml"), text, fault)).collect();
        assert_eq!(
            told,
            [
                "mine.toml:3:9: rule \"one\": unknown name `ip.contry`, did you mean `ip.country`?\n    \
                 ip.contry == \"DE\"\n    ^^^^^^^^^",
                "mine.toml:9:3: rule \"two\": unknown name `devce.new`, did you mean `device.new`?\n      \
                 devce.new\n      ^^^^^^^^^",
                "mine.toml:13: rule \"three\": unknown name `ip.contry`, did you mean `ip.country`?\n    \
                 ip.contry == \"DE\"\n    ^^^^^^^^^",
                "mine.toml:18:1: policy \"mine\" version 1: unknown key \"rules[3].flor\", did you mean \
                 \"rules[3].floor\"?",
                "mine.toml:23:3: policy \"mine\" version 1: \"rules[4].floor\": \"dny\" is not known, did you mean \
                 \"deny\"?",
            ]
        );
    }
}
