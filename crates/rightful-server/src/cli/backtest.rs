//! `rightful backtest`: what the rules of a policy would have done to the events of the last days.

use std::path::PathBuf;

use clap::Args;
use rightful_domain::{ApplicationId, Cursor, EventId, FeedbackKind, Record, SEARCH_LIMIT_MAX, Search, Timestamp};
use rightful_engine::{Policy, Rule};
use rightful_store::{EmbeddedStore, Ledger, Office};
use serde::Serialize;

use super::{CommandError, print};
use crate::{clock, master_key, server};

/// Events of a rule that are shown.
const SAMPLES_MAX: usize = 5;
const DAY_MICROS: i64 = 86_400_000_000;

/// Try a policy's rules on the events of the last days
#[derive(Debug, Args)]
pub(super) struct Backtest {
    /// The policy
    file: PathBuf,
    /// How many days back
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// The data folder; no server may run on it
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Tried {
    days: u32,
    n_events: u64,
    rules: Vec<TriedRule>,
}

/// What one rule would have done, alone and active. Most events are labelled by nobody, so what it matched of those is a
/// rate of matching and not of being wrong.
#[derive(Debug, Serialize)]
struct TriedRule {
    name: String,
    version: u32,
    mode: &'static str,
    matched: u64,
    takeover: u64,
    legitimate: u64,
    unlabelled: u64,
    verdicts_changed: u64,
    stricter: u64,
    samples: Vec<String>,
}

impl TriedRule {
    fn of(rule: &Rule) -> Self {
        Self {
            name: rule.name.to_string(),
            version: rule.version,
            mode: rule.mode.as_str(),
            matched: 0,
            takeover: 0,
            legitimate: 0,
            unlabelled: 0,
            verdicts_changed: 0,
            stricter: 0,
            samples: Vec::new(),
        }
    }
}

impl Backtest {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut config = super::load(self.config)?;
        if let Some(data) = self.data {
            config.store.data = data;
        }
        let policy = server::policy(&self.file)?;
        let store = server::open_store(&config, &master_key::load(&config)?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let from = clock::now().as_micros().saturating_sub(i64::from(self.days) * DAY_MICROS);
        let tried = runtime.block_on(tried(&store, &policy, self.days, Timestamp::from_micros(from)));
        store.close();
        let tried = tried?;
        print(&if self.json { serde_json::to_string_pretty(&tried)? } else { readable(&tried) })
    }
}

async fn tried(store: &EmbeddedStore, policy: &Policy, days: u32, from: Timestamp) -> Result<Tried, CommandError> {
    let rules = policy.rules().iter().map(TriedRule::of).collect();
    let mut tried = Tried { days, n_events: 0, rules };
    for application in store.applications().await? {
        let mut cursor = None;
        loop {
            let page = store.search(&search(&application.id, from, cursor)).await?;
            for record in &page.records {
                tried.n_events += 1;
                add(&mut tried.rules, policy, record);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(tried)
}

fn search(application: &ApplicationId, from: Timestamp, cursor: Option<Cursor>) -> Search {
    Search {
        application: application.clone(),
        account: None,
        device: None,
        subnet: None,
        from: Some(from),
        to: None,
        limit: SEARCH_LIMIT_MAX,
        cursor,
    }
}

fn add(rules: &mut [TriedRule], policy: &Policy, record: &Record) {
    for hindsight in policy.in_hindsight(&record.entry) {
        let Some(rule) = rules.iter_mut().find(|rule| *rule.name == *hindsight.rule.name) else { continue };
        rule.matched += 1;
        match label(record) {
            Some(true) => rule.takeover += 1,
            Some(false) => rule.legitimate += 1,
            None => rule.unlabelled += 1,
        }
        rule.verdicts_changed += u64::from(hindsight.before != hindsight.after);
        rule.stricter += u64::from(hindsight.before < hindsight.after);
        if rule.samples.len() < SAMPLES_MAX {
            rule.samples.push(EventId::to_string(&record.entry.event.id));
        }
    }
}

/// Whether it is known to have been a takeover, by what was said last.
fn label(record: &Record) -> Option<bool> {
    record.feedback.iter().rev().find_map(|feedback| match feedback.kind {
        FeedbackKind::ConfirmedTakeover => Some(true),
        FeedbackKind::ConfirmedLegitimate => Some(false),
        FeedbackKind::ChallengePassed { .. }
        | FeedbackKind::ChallengeFailed
        | FeedbackKind::ChallengeIgnored
        | FeedbackKind::Reclaimed => None,
    })
}

fn readable(tried: &Tried) -> String {
    let mut text = format!(
        "{} events of {} days\n\n{:<32} {:<8} {:>9} {:>9} {:>11} {:>11} {:>9} {:>9}\n",
        tried.n_events,
        tried.days,
        "rule",
        "mode",
        "matched",
        "takeover",
        "legitimate",
        "unlabelled",
        "changed",
        "stricter"
    );
    for rule in &tried.rules {
        let TriedRule { name, mode, matched, takeover, legitimate, unlabelled, verdicts_changed, stricter, .. } = rule;
        text.push_str(&format!(
            "{name:<32} {mode:<8} {matched:>9} {takeover:>9} {legitimate:>11} {unlabelled:>11} {verdicts_changed:>9} {stricter:>9}\n"
        ));
        for sample in &rule.samples {
            text.push_str(&format!("    {sample}\n"));
        }
    }
    text
}
