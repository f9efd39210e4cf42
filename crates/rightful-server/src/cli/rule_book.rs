//! `rightful rules` about an application's own rules: through the server that runs on the data folder, or in the folder.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rightful_dialects::{
    RuleBookShown, RuleConflict, RuleCountsShown, RuleFault, RuleJson, RuleShown, RuleSnoozes, RuleState, RuleTally,
    RuleTextInfo, RuleUpdate, RuleUpdates, RuleVersionInfo, RulesAsked, RulesDiff, RulesIntake, RulesRefusal,
    RulesReply, RulesStep, SnoozeAsked,
};
use rightful_domain::{Pii, RULE_COUNT_DAYS};

use super::app::{OfApplication, ask, unexpected};
use super::{CommandError, print};
use crate::desk::{Answer, Command};
use crate::rule_text;

/// Whose rules, and how to answer.
#[derive(Debug, Args)]
pub(super) struct Whose {
    #[command(flatten)]
    of: OfApplication,
    /// Who does it, for people: `operator` without
    #[arg(long)]
    author: Option<String>,
}

/// An application's rules.
#[derive(Debug, Args)]
pub(super) struct All {
    #[command(flatten)]
    whose: Whose,
}

/// One rule of an application.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    whose: Whose,
    /// The rule
    rule: String,
}

/// Ready rules to be put in.
#[derive(Debug, Args)]
pub(super) struct Ready {
    #[command(flatten)]
    whose: Whose,
    /// Their ids
    #[arg(required = true)]
    ids: Vec<String>,
    /// Whether they are in effect: active, shadow or off
    #[arg(long, default_value = "shadow")]
    mode: String,
}

/// Rules that come from the library.
#[derive(Debug, Args)]
pub(super) struct Outdated {
    #[command(flatten)]
    whose: Whose,
    /// The ids of ready rules; all without
    ids: Vec<String>,
}

/// Rules of a file.
#[derive(Debug, Args)]
pub(super) struct OfFile {
    #[command(flatten)]
    whose: Whose,
    /// TOML with `[[rules]]`; `-` for standard input
    file: PathBuf,
}

/// A step of the whole book.
#[derive(Debug, Args)]
pub(super) struct Step {
    #[command(flatten)]
    whose: Whose,
    /// Why, for people
    #[arg(long)]
    note: Option<String>,
    /// Only if this is the revision, as `rightful rules list` tells it
    #[arg(long)]
    revision: Option<u64>,
}

/// Published versions.
#[derive(Debug, Args)]
pub(super) struct Versions {
    #[command(flatten)]
    whose: Whose,
    /// The version to print; a list of all without
    // By another name than the flag `--version` that every command has.
    #[arg(value_name = "VERSION")]
    number: Option<u32>,
}

/// A rule that is not to act on an account for a while.
#[derive(Debug, Args)]
pub(super) struct Snooze {
    #[command(flatten)]
    whose: Whose,
    /// The rule
    rule: String,
    /// The account; the list of all without
    account: Option<String>,
    /// For how long; at most 180 days
    #[arg(long, default_value_t = 24 * 60, conflicts_with = "end")]
    minutes: u32,
    /// Let it act again
    #[arg(long, requires = "account")]
    end: bool,
    /// Why, for people
    #[arg(long)]
    note: Option<String>,
}

/// What a rule did.
#[derive(Debug, Args)]
pub(super) struct Counts {
    #[command(flatten)]
    whose: Whose,
    /// The rule
    rule: String,
    /// Of so many days, today included; at most 90
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(RULE_COUNT_DAYS)))]
    days: u32,
}

/// Whether publishing takes a second person.
#[derive(Debug, Args)]
pub(super) struct SecondPerson {
    #[command(flatten)]
    whose: Whose,
    /// Whether it does
    needed: Needed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Needed {
    On,
    Off,
}

impl All {
    pub(super) fn list(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::All)
    }

    pub(super) fn diff(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::Diff)
    }

    pub(super) fn discard(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::Discard { revision: None })
    }

    /// Prints the rules that are edited, as in a policy file.
    pub(super) fn export(self) -> Result<(), CommandError> {
        let rules = self.whose.book()?.rules;
        let own = rules.iter().filter(|rule| !matches!(rule.state, RuleState::File | RuleState::Removed));
        let tables: Vec<_> = own.filter_map(|rule| rule_text::table_of(&rule.rule)).collect();
        if self.whose.of.json {
            return print(&serde_json::to_string_pretty(&tables.iter().map(rule_text::json_of).collect::<Vec<_>>())?);
        }
        print(&rule_text::text_of(&tables))
    }
}

impl One {
    pub(super) fn show(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::One(self.rule))
    }

    pub(super) fn remove(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::Remove { name: self.rule, revision: None })
    }
}

impl Ready {
    pub(super) fn install(self) -> Result<(), CommandError> {
        for id in self.ids {
            self.whose.show(RulesAsked::Install { id, mode: Some(self.mode.clone()), revision: None })?;
        }
        Ok(())
    }
}

impl Outdated {
    pub(super) fn update(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::Update { ids: self.ids, revision: None })
    }
}

impl OfFile {
    /// Puts each rule of a file into the draft.
    pub(super) fn put(self) -> Result<(), CommandError> {
        let text = read(&self.file)?;
        let tables: toml::Table = text.parse()?;
        let rules = rule_text::rules_of(&text);
        if rules.is_empty() || tables.len() != 1 {
            return Err(format!("{}: there must be [[rules]] and nothing else", self.file.display()).into());
        }
        for rule in rules {
            let name = rule_text::name_of(&rule).to_owned();
            let rule = RuleJson(rule_text::json_of(&rule));
            self.whose.show(RulesAsked::Put { name, rule, revision: None })?;
        }
        Ok(())
    }

    pub(super) fn import(self) -> Result<(), CommandError> {
        let text = read(&self.file)?;
        self.whose.show(RulesAsked::Import { text, revision: None })
    }
}

fn read(file: &Path) -> Result<String, CommandError> {
    if file.as_os_str() == "-" {
        return Ok(std::io::read_to_string(std::io::stdin().lock())?);
    }
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()).into())
}

impl Step {
    pub(super) fn take(self, asked: impl Fn(RulesStep) -> RulesAsked) -> Result<(), CommandError> {
        let revision = match self.revision {
            Some(revision) => revision,
            None => self.whose.book()?.revision,
        };
        self.whose.show(asked(RulesStep { revision, note: self.note }))
    }
}

impl Versions {
    pub(super) fn show(self) -> Result<(), CommandError> {
        self.whose.show(self.number.map_or(RulesAsked::Versions, RulesAsked::Version))
    }
}

impl Snooze {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let Self { whose, rule, account, minutes, end, note } = self;
        whose.show(match account {
            None => RulesAsked::Snoozes(rule),
            Some(account) if end => RulesAsked::EndSnooze { rule, account },
            Some(account) => RulesAsked::Snooze(SnoozeAsked {
                rule,
                account,
                minutes: Some(minutes),
                until_micros: None,
                note: note.map(|note| Pii::new(note.into())),
            }),
        })
    }
}

impl Counts {
    pub(super) fn show(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::Counts { rule: self.rule, days: self.days })
    }
}

impl SecondPerson {
    pub(super) fn set(self) -> Result<(), CommandError> {
        self.whose.show(RulesAsked::NeedTwo(self.needed == Needed::On))
    }
}

impl Whose {
    fn ask(&self, asked: RulesAsked) -> Result<RulesReply, CommandError> {
        let asked = Box::new(RulesIntake { author: self.author.clone(), asked });
        let command = Command::Rules { application: self.of.application.clone(), asked };
        match ask(&self.of.folder.clone().config()?, &command)? {
            Answer::Rules(reply) => match *reply {
                RulesReply::Refused(refusal) => Err(refused(&refusal).into()),
                reply => Ok(reply),
            },
            other => unexpected(&other),
        }
    }

    fn book(&self) -> Result<RuleBookShown, CommandError> {
        match self.ask(RulesAsked::All)? {
            RulesReply::Book(book) => Ok(*book),
            other => unexpected(&other),
        }
    }

    fn show(&self, asked: RulesAsked) -> Result<(), CommandError> {
        let reply = self.ask(asked)?;
        if !self.of.json {
            return print(&readable(&reply));
        }
        // As the API answers: without the name of what it is.
        let told = serde_json::to_value(&reply)?;
        let inner = told.as_object().and_then(|told| told.values().next()).cloned();
        print(&serde_json::to_string_pretty(&inner.unwrap_or_default())?)
    }
}

fn refused(refusal: &RulesRefusal) -> String {
    let mut text = refusal.detail.clone();
    text.extend(
        refusal.faults.iter().filter(|fault| fault.pointed.is_some()).map(|fault| format!("\n{}", pointed_out(fault))),
    );
    text
}

fn pointed_out(fault: &RuleFault) -> String {
    let RuleFault { rule, line, column, detail, pointed, .. } = fault;
    let place = line.zip(*column).map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
    let mut text = format!("{}: {place}{detail}", rule.as_deref().unwrap_or_default());
    text.extend(pointed.iter().flat_map(|pointed| pointed.lines()).map(|line| format!("\n    {line}")));
    text
}

fn warnings_text(warnings: &[RuleFault]) -> String {
    warnings.iter().map(|warning| format!("warning: {}\n", pointed_out(warning))).collect()
}

fn readable(reply: &RulesReply) -> String {
    match reply {
        RulesReply::Book(book) => book_text(book),
        RulesReply::One(rule) => rule_shown(rule),
        RulesReply::Checked(checked) => {
            format!("{} rules could be published\n{}", checked.n_rules, warnings_text(&checked.warnings))
        }
        RulesReply::Diff(diff) => diff_text(diff),
        RulesReply::Versions(versions) if versions.items.is_empty() => "Nothing was ever published.".to_owned(),
        RulesReply::Versions(versions) => versions.items.iter().map(version_line).collect(),
        RulesReply::Version(version) => format!("# {}\n{}", version_line(&version.info), version.text),
        RulesReply::Snoozes(snoozes) => snoozes_text(snoozes),
        RulesReply::Snoozed(snooze) => {
            format!("{} does not act on {} until {}", snooze.rule, snooze.account, snooze.until)
        }
        RulesReply::Gone => "Done.".to_owned(),
        RulesReply::Library(library) => library.items.iter().map(|ready| format!("{}\n", ready.id)).collect(),
        RulesReply::Updated(updates) => updates_text(updates),
        RulesReply::Counts(counts) => counts_text(counts),
        RulesReply::Refused(refusal) => refused(refusal),
    }
}

fn text_line(info: &RuleTextInfo) -> String {
    let RuleTextInfo { author, key: _, note, at } = info;
    format!("{at} by {author}{}", if note.is_empty() { String::new() } else { format!(": {note}") })
}

fn version_line(version: &RuleVersionInfo) -> String {
    let RuleVersionInfo { number, info, approved_by, restores } = version;
    let restores = restores.map(|restores| format!(", as version {restores} was")).unwrap_or_default();
    let approved = approved_by.as_ref().map(|by| format!(", approved by {by}")).unwrap_or_default();
    format!("version {number}{restores}, {}{approved}\n", text_line(info))
}

fn book_text(book: &RuleBookShown) -> String {
    let mut text = format!("revision   {}\njudged by  {}\n", book.revision, book.policy);
    if let Some(fault) = &book.fault {
        text.push_str(&format!("FAULT      what was published last cannot be read any more: {fault}\n"));
    }
    if book.needs_two {
        text.push_str("publishing takes a second person\n");
    }
    if let Some(published) = &book.published {
        text.push_str(&format!("published  {}", version_line(published)));
    }
    for (what, info) in [("proposed ", &book.proposal), ("draft of ", &book.draft)] {
        text.extend(info.as_ref().map(|info| format!("{what}  {}\n", text_line(info))));
    }
    if book.rules.is_empty() {
        text.push_str("There are no rules yet: put one with `rightful rules put`.\n");
    }
    for rule in &book.rules {
        let mode = rule.rule.get("mode").and_then(serde_json::Value::as_str).unwrap_or("active");
        let counts = &rule.counts;
        text.push_str(&format!(
            "{:<32} {:<9} {mode:<7} matched {} of {}\n",
            rule.name,
            state_word(rule.state),
            counts.matched,
            counts.asked
        ));
    }
    text.push_str(&warnings_text(&book.warnings));
    text
}

const fn state_word(state: RuleState) -> &'static str {
    match state {
        RuleState::File => "file",
        RuleState::Published => "published",
        RuleState::Added => "added",
        RuleState::Changed => "changed",
        RuleState::Removed => "removed",
    }
}

fn rule_shown(rule: &RuleShown) -> String {
    let table = rule_text::table_of(&rule.rule).unwrap_or_default();
    let counts = tally_text(&rule.counts);
    format!("# {}; {counts}\n{}", state_word(rule.state), rule_text::text_of(&[table]))
}

fn diff_text(diff: &RulesDiff) -> String {
    if diff.rules.is_empty() {
        return "The draft is what is published.".to_owned();
    }
    diff.rules.iter().map(|rule| format!("{}\n", rule.words)).collect()
}

fn updates_text(updates: &RuleUpdates) -> String {
    if updates.items.is_empty() {
        return "All rules from the library are up to date.".to_owned();
    }
    let mut text = String::new();
    for RuleUpdate { name, id: _, from, to, followed, kept, conflicts } in &updates.items {
        text.push_str(&format!("{name}: version {from} of the library to {to}\n"));
        for (what, keys) in [("follows the library", followed), ("was changed here, and stays", kept)] {
            if !keys.is_empty() {
                text.push_str(&format!("  {what}: {}\n", keys.join(", ")));
            }
        }
        for RuleConflict { key, local, library } in conflicts {
            let told =
                |side: &Option<serde_json::Value>| side.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            text.push_str(&format!("  CONFLICT {key}: stays {}, the library has {}\n", told(local), told(library)));
        }
    }
    text
}

fn snoozes_text(snoozes: &RuleSnoozes) -> String {
    if snoozes.items.is_empty() {
        return "It acts on every account.".to_owned();
    }
    let note = |note: &Option<String>| note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let line = snoozes
        .items
        .iter()
        .map(|its| format!("{:<32} until {} by {}{}\n", its.account, its.until, its.author, note(&its.note)));
    line.collect()
}

fn tally_text(tally: &RuleTally) -> String {
    let RuleTally { asked, matched, shadow, snoozed, changed, good, bad } = tally;
    let changes: String = changed.iter().map(|its| format!(", {} to {} {}", its.from, its.to, its.n)).collect();
    format!("matched {matched} of {asked} (shadow {shadow}, snoozed {snoozed}){changes}, good {good}, bad {bad}")
}

fn counts_text(counts: &RuleCountsShown) -> String {
    let days = counts.days.iter().map(|day| format!("{} v{:<4} {}\n", day.day, day.version, tally_text(&day.counts)));
    format!("{}total            {}\n", days.collect::<String>(), tally_text(&counts.total))
}
