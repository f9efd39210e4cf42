//! A backtest that judges events anew, in their order, over a memory that begins empty: for features, weights and lists
//! that were not there when the events were judged.
//!
//! What was said of an event later is taken as said at once, since the memory of a replay keeps no ledger to look back
//! into: who was confirmed to be the owner or has passed a challenge teaches, who was reported does not.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use rightful_domain::{
    AGGREGATES_MAX, Aggregate, Allowances, Backtest, Entry, Facts, FeedbackKind, Outcome, Record, Teaching,
};
use rightful_engine::RuleSet;
use rightful_store::{Rehearsal, Scan, ScanDepth, Store, StoreError};

use super::tally::{Tally, is_bad};
use super::{Course, PART_ROWS, Plan, scan_of};

/// Records that wait to be judged: what is read ahead.
const AHEAD_MAX: usize = 1_024;

/// Judges an application's events anew, all that the plan's span has and so many days of those before it, which are
/// remembered and not counted; None if it was stopped.
pub(crate) async fn replay(
    store: &Arc<dyn Store>,
    plan: &Arc<Plan>,
    course: &Arc<Course>,
    warm_up_days: u32,
) -> Result<Option<Backtest>, StoreError> {
    let (begin, _) = Plan::days_until(plan.from, warm_up_days);
    let extent = store.extent(begin, plan.to).await?;
    course.begin(extent);
    let (told, to_judge) = sync_channel(AHEAD_MAX);
    let judging = {
        let plan = Arc::clone(plan);
        tokio::task::spawn_blocking(move || judge_all(&plan, &to_judge))
    };
    let parts = (0..).map_while(|n| extent.part(n, PART_ROWS));
    for part in parts {
        if course.is_stopped() {
            break;
        }
        let scan = Scan { from: begin, ..scan_of(plan, part, ScanDepth::Whole) };
        let told = told.clone();
        let visit = move |record| match told.send(record) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_nobody_judges) => ControlFlow::Break(()),
        };
        store.scan(&scan, Box::new(visit)).await?;
        course.went_over(part);
    }
    drop(told);
    let tally = judging.await.map_err(|error| StoreError::Unavailable { source: Box::new(error) })?;
    let mut backtest = tally.told(plan);
    backtest.is_replay = true;
    Ok((!course.is_stopped()).then_some(backtest))
}

fn judge_all(plan: &Plan, to_judge: &Receiver<Record>) -> Tally {
    let mut memory = Rehearsal::new();
    memory.keep_aggregates(&plan.application.id, aggregates(plan.policy.rules()));
    let mut tally = Tally::new(plan);
    while let Ok(mut record) = to_judge.recv() {
        let anew = judged_anew(&mut memory, plan, &mut record);
        if record.entry.event.received_at >= plan.from {
            tally.add_anew(plan, &record, &anew);
        }
    }
    tally
}

/// What the rules ask for: those that are off as well, since they are tried like the others, as far as there is room.
fn aggregates(rules: &RuleSet) -> Vec<Aggregate> {
    let mut aggregates = rules.aggregates();
    for aggregate in rules.iter().flat_map(|rule| rule.when.aggregates()) {
        if aggregates.len() < AGGREGATES_MAX && !aggregates.contains(aggregate) {
            aggregates.push(aggregate.clone());
        }
    }
    aggregates
}

/// Judges an event as it came, and remembers how it ended. What the record says of its event is given away.
fn judged_anew(memory: &mut Rehearsal, plan: &Plan, record: &mut Record) -> Entry {
    let (event, enrichment) = (record.entry.event.clone(), std::mem::take(&mut record.entry.enrichment));
    let now = event.received_at;
    let history = memory.recall(&event, &enrichment, now);
    let allowances = Allowances::from(&plan.application.settings);
    let mut facts = Facts { event, enrichment, history, allowances, now };
    let mut assessment = rightful_engine::assess(&facts, &plan.policy);
    let was_asked = record.entry.assessment.as_ref().is_some_and(|then| then.answered.is_some());
    assessment.answered = was_asked.then(|| plan.application.mode.answered(assessment.verdict));
    let (outcome, was_pending) = (record.outcome(), facts.event.outcome == Outcome::Pending);
    facts.event.outcome = outcome;
    let mut entry = Entry::judged(facts, assessment, None);
    entry.teaching = teaching(record, entry.teaching);
    memory.record(&entry);
    if was_pending && outcome != Outcome::Pending {
        memory.conclude(&entry, outcome);
    }
    entry
}

/// What profiles may learn of an event, by what is known of it by now.
fn teaching(record: &Record, judged: Teaching) -> Teaching {
    let has_passed = record.feedback.iter().any(|said| matches!(said.kind, FeedbackKind::ChallengePassed { .. }));
    match is_bad(record) {
        Some(true) => Teaching::Nothing,
        _ if record.outcome() != Outcome::Succeeded || !record.entry.event.vouched => judged,
        Some(false) => Teaching::Learn,
        None if has_passed && matches!(judged, Teaching::Quarantine { .. }) => Teaching::Learn,
        None => judged,
    }
}
