//! The JSON of backtests: what is asked, and what came of it. The answers are read back by the command line, which asks a
//! running server.

use rightful_domain::{
    Action, BACKTEST_DAYS_MAX, BACKTEST_RULES_MAX, BACKTEST_SAMPLES_MAX, Backtest, BacktestJob, BacktestSample,
    BacktestState, EventId, Labelled, Matched, RiskScore, RuleBacktest, Timestamp, Verdict, nearest_within,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::{count, text};
use crate::time::rfc3339;
use crate::{BacktestAsked, Call, Intake, Refusal};

/// How many days a backtest goes back unless asked otherwise.
const DAYS_DEFAULT: u32 = 30;
/// How many samples of each rule it shows unless asked otherwise.
const SAMPLES_DEFAULT: u32 = 5;
/// The most actions that one asks about.
const ACTIONS_MAX: usize = 64;
/// The keys of what is asked.
const KEYS: [&str; 5] = ["rules", "days", "actions", "samples", "seed"];
/// As far from a known key as this, a key is a slip of it.
const SLIP_MAX: usize = 4;
/// How long a day is.
const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// Rules to be tried on the events of the last days.
#[derive(Serialize, ToSchema)]
#[schema(as = BacktestTold)]
pub(super) struct BacktestTold {
    /// Rules with the keys that a policy's `[[rules]]` have: `name`, `when`, `score`, `floor`, `ceiling`, … At most 500.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, Value>>, max_items = 500)]
    rules: Value,
    /// How many days back. Default 30.
    #[schema(minimum = 1, maximum = 3650, required = false)]
    days: u32,
    /// Events of these actions alone. Default: all.
    #[schema(required = false, max_items = 64)]
    actions: Vec<String>,
    /// How many samples of each rule. Default 5.
    #[schema(minimum = 0, maximum = 100, required = false)]
    samples: u32,
    /// Another number shows other samples. Default 0.
    #[schema(required = false)]
    seed: u32,
}

/// Reads what is to be tried.
pub(super) fn asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    Ok(read(&mut body).map(|asked| Intake::Backtest(Box::new(asked)))?)
}

fn read(body: &mut Fields<'_>) -> Result<BacktestAsked, Fault> {
    if let Some(unknown) = body.names().find(|name| !KEYS.contains(name)) {
        let told = format!("is not known here{}", meant(unknown, &KEYS));
        return Err(Fault::new(told).within(unknown));
    }
    Ok(BacktestAsked {
        rules: body.required("rules", rules)?,
        days: body.optional("days", |node| between(node, 1, BACKTEST_DAYS_MAX))?.unwrap_or(DAYS_DEFAULT),
        actions: body.optional("actions", actions)?.unwrap_or_default(),
        n_samples: body.optional("samples", |node| between(node, 0, BACKTEST_SAMPLES_MAX))?.unwrap_or(SAMPLES_DEFAULT),
        seed: body.optional("seed", count)?.unwrap_or_default(),
    })
}

/// Rules as they were sent: whoever knows the policy's keys reads them.
fn rules(node: Node<'_>) -> Result<Box<str>, Fault> {
    let rules = list_of(node, BACKTEST_RULES_MAX)?;
    if rules.is_empty() {
        return Err(Fault::new("must have at least one"));
    }
    if let Some(place) = rules.iter().position(|rule| !matches!(rule, Node::Object(_))) {
        return Err(Fault::new("must be an object").within_item(place));
    }
    // What was JSON when it came can be written as JSON.
    Ok(serde_json::to_string(&Node::List(rules)).unwrap_or_default().into())
}

fn between(node: Node<'_>, min: u32, max: u32) -> Result<u32, Fault> {
    let number = node.number().and_then(serde_json::Number::as_u64).and_then(|number| u32::try_from(number).ok());
    let within = number.filter(|number| (min..=max).contains(number));
    within.ok_or_else(|| Fault::new(format!("must be a whole number from {min} to {max}")))
}

fn actions(node: Node<'_>) -> Result<Vec<Action>, Fault> {
    let items = list_of(node, ACTIONS_MAX)?.into_iter().enumerate();
    items.map(|(place, node)| action(node).map_err(|fault| fault.within_item(place))).collect()
}

/// An action, or one of the caller's own: but no slip of one that is known, as in rules.
fn action(node: Node<'_>) -> Result<Action, Fault> {
    let action = Action::parse(&text(node)?).ok_or_else(|| Fault::new("cannot be an action"))?;
    match action.slip_of() {
        Some(meant) => Err(Fault::new(format!("is not known, did you mean {meant:?}?"))),
        None => Ok(action),
    }
}

/// What was probably meant, as the end of a sentence; empty if nothing is near.
fn meant(word: &str, known: &[&str]) -> String {
    let meant = nearest_within(SLIP_MAX, word, known.iter().copied());
    meant.map_or_else(String::new, |meant| format!(", did you mean {meant:?}?"))
}

/// A backtest: how far it is, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Backtest)]
pub struct BacktestBody {
    /// Its id, to ask again by.
    pub id: String,
    /// `running`, `done`, `cancelled` or `failed`.
    pub status: String,
    /// How far it is, 0 to 100.
    pub percent: u8,
    /// What came of it, once it is done.
    pub result: Option<BacktestReport>,
}

/// What rules would have made of the events of some days.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BacktestReport {
    /// Received at or after this.
    pub from: String,
    /// Received before this.
    pub to: String,
    /// Whether the events were judged anew, in order; else they were taken as they were written down.
    pub replay: bool,
    /// Judged events that were looked at.
    pub events: Counts,
    /// The same by day, in UTC.
    pub days: Vec<DayOfEvents>,
    /// Each rule, as if it were active and alone, in the order in which they are asked.
    pub rules: Vec<RuleReport>,
    /// The active ones together. In a replay: the policy as a whole, against what was judged then.
    pub together: Matches,
    /// What these figures do not say.
    pub caution: String,
}

/// Events by what is known of them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestCounts)]
pub struct Counts {
    /// All of them.
    pub all: u64,
    /// Said to be the owner's.
    pub good: u64,
    /// Said to be a takeover.
    pub bad: u64,
    /// Of which nobody said anything.
    pub unknown: u64,
}

/// How many events a day had.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestDay)]
pub struct DayOfEvents {
    /// The day: `2026-03-01`.
    pub day: String,
    /// Its events.
    pub events: u64,
}

/// What one rule would have done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestRule)]
pub struct RuleReport {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// Its mode: `active`, `shadow`, `off`.
    pub mode: String,
    /// Events that were looked at and are of its actions.
    pub asked: u64,
    /// Those of them for which an aggregate that it asks for had not been counted, so that it could not match by it.
    pub not_counted: u64,
    /// True if nothing can be said of it: what it asks for had been counted for no event. `matches` says nothing then.
    pub untried: bool,
    /// What its figures do not say, if there is anything.
    pub caution: Option<String>,
    /// What it matched.
    pub matches: Matches,
}

/// Events that were matched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestMatches)]
pub struct Matches {
    /// How many.
    pub events: Counts,
    /// Those whose verdict would have been another.
    pub changed: Counts,
    /// How many went from which verdict to which, where any did; those that stayed are here as well.
    pub verdicts: Vec<VerdictMove>,
    /// What the score would have been.
    pub score: ScoreMoves,
    /// Accounts, each counted once: exact up to a thousand, within some 3 % above.
    pub accounts: u64,
    /// By day, in UTC; days without any are left out.
    pub days: Vec<DayOfMatches>,
    /// Some of them, spread over all, newest first.
    pub samples: Vec<Sample>,
}

/// Events that went from one verdict to another.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerdictMove {
    /// Without the rule.
    pub from: String,
    /// With it.
    pub to: String,
    /// How many.
    pub events: u64,
}

/// What would have become of scores.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct ScoreMoves {
    /// Events with a higher one.
    pub raised: u64,
    /// Events with a lower one.
    pub lowered: u64,
    /// By how many points, in the mean over all that were matched.
    pub mean_points: f64,
}

/// How many events a day had that were matched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestDayOfMatches)]
pub struct DayOfMatches {
    /// The day: `2026-03-01`.
    pub day: String,
    /// Events that were matched.
    pub matched: u64,
    /// Those whose verdict would have been another.
    pub changed: u64,
}

/// One event that was matched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BacktestSample)]
pub struct Sample {
    /// The event.
    pub event_id: String,
    /// When it was received.
    pub received_at: String,
    /// Whose.
    pub account: Option<String>,
    /// What was done.
    pub action: String,
    /// `good`, `bad` or `unknown`.
    pub label: String,
    /// The verdict without the rule.
    pub verdict: String,
    /// The score without it.
    pub score: f64,
    /// The verdict with it.
    pub verdict_after: String,
    /// The score with it.
    pub score_after: f64,
}

/// A backtest as it is told.
#[must_use]
pub fn backtest_body(job: &BacktestJob) -> BacktestBody {
    let BacktestJob { id, state } = job;
    let (status, percent, result) = match state {
        BacktestState::Running(percent) => ("running", *percent, None),
        BacktestState::Done(backtest) => ("done", 100, Some(backtest_report(backtest))),
        BacktestState::Cancelled => ("cancelled", 0, None),
        BacktestState::Failed => ("failed", 0, None),
    };
    BacktestBody { id: EventId::to_string(id), status: status.to_owned(), percent, result }
}

/// What came of a backtest, as it is told.
#[must_use]
pub fn backtest_report(backtest: &Backtest) -> BacktestReport {
    let Backtest { from, to, is_replay, looked_at, by_day, rules, together } = backtest;
    let days = by_day.iter().enumerate();
    BacktestReport {
        from: rfc3339(*from),
        to: rfc3339(*to),
        replay: *is_replay,
        events: counts(*looked_at),
        days: days.map(|(n, events)| DayOfEvents { day: day(*from, n), events: *events }).collect(),
        rules: rules.iter().map(|rule| rule_report(*from, *is_replay, rule)).collect(),
        together: matches(*from, together),
        caution: caution(*looked_at, *is_replay, rules),
    }
}

fn caution(looked_at: Labelled, is_replay: bool, rules: &[RuleBacktest]) -> String {
    let (all, unlabelled) = (looked_at.n(), looked_at.unknown);
    let labels = match (all, unlabelled) {
        (0, _) => "There was no judged event in these days.".to_owned(),
        (_, 0) => "All of the events are labelled.".to_owned(),
        _ if unlabelled == all => "None of the events is labelled: the figures say how often a rule matches, not how \
                                   often it is wrong."
            .to_owned(),
        // In numbers: a share would be rounded to all or to none.
        _ => format!(
            "{unlabelled} of the {all} events are labelled by nobody: of those, the figures say how often a rule \
             matches, not how often it is wrong."
        ),
    };
    let how = if is_replay {
        "The events were judged anew over a memory that began empty, and what was said of them later was taken as said at once."
    } else {
        "The events were taken as they were judged then: challenges that a rule would have put, and what would have come \
         of them, are not in these figures."
    };
    let not_counted = match rules.iter().filter(|rule| rule.n_not_counted > 0).count() {
        0 => String::new(),
        n => format!(
            " Of {n} of the {} rules, what they ask for was not counted on some of the events: the matches that they lack \
             are not in the figures of all together either.",
            rules.len()
        ),
    };
    format!("{labels} {how}{not_counted}")
}

/// What a rule's figures do not say.
fn rule_caution(rule: &RuleBacktest, is_replay: bool) -> Option<String> {
    let RuleBacktest { n_asked, n_not_counted, .. } = rule;
    let told = match n_not_counted {
        0 => return None,
        _ if rule.is_untried() => {
            format!("could not be tried: it asks for what was not counted on any of the {n_asked} events")
        }
        _ => format!(
            "asks for what was not counted on {n_not_counted} of {n_asked} events: its matches are at least so many"
        ),
    };
    let way_out = if is_replay { "" } else { "; use `rightful backtest --replay`" };
    Some(format!("{told}{way_out}"))
}

const fn counts(labelled: Labelled) -> Counts {
    let Labelled { good, bad, unknown } = labelled;
    Counts { all: labelled.n(), good, bad, unknown }
}

/// The n-th day from that of a moment, in UTC.
fn day(from: Timestamp, n: usize) -> String {
    let at = from.plus(DAY.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX)));
    rfc3339(at).get(..10).unwrap_or_default().to_owned()
}

fn rule_report(from: Timestamp, is_replay: bool, rule: &RuleBacktest) -> RuleReport {
    RuleReport {
        name: rule.rule.to_string(),
        version: rule.version,
        mode: rule.mode.to_owned(),
        asked: rule.n_asked,
        not_counted: rule.n_not_counted,
        untried: rule.is_untried(),
        caution: rule_caution(rule, is_replay),
        matches: matches(from, &rule.matched),
    }
}

fn matches(from: Timestamp, matched: &Matched) -> Matches {
    let n = matched.events.n();
    let days = matched.by_day.iter().enumerate().filter(|(_, (matched, _))| *matched > 0);
    let rows = Verdict::ALL.into_iter().zip(&matched.verdicts);
    let moves = rows.flat_map(|(from, row)| Verdict::ALL.into_iter().zip(row).map(move |(to, n)| (from, to, *n)));
    Matches {
        events: counts(matched.events),
        changed: counts(matched.changed),
        verdicts: moves
            .filter(|(_, _, n)| *n > 0)
            .map(|(from, to, events)| VerdictMove {
                from: from.as_str().to_owned(),
                to: to.as_str().to_owned(),
                events,
            })
            .collect(),
        score: ScoreMoves {
            raised: matched.n_raised,
            lowered: matched.n_lowered,
            // To a hundredth, as scores are.
            mean_points: (matched.hundredths as f64 / n.max(1) as f64).round() / 100.0,
        },
        accounts: matched.n_accounts,
        days: days
            .map(|(n, (matched, changed))| DayOfMatches { day: day(from, n), matched: *matched, changed: *changed })
            .collect(),
        samples: matched.samples.iter().map(sample).collect(),
    }
}

fn sample(sample: &BacktestSample) -> Sample {
    let BacktestSample { event, received_at, account, action, is_bad, before, after } = sample;
    let points = |score: RiskScore| score.points();
    Sample {
        event_id: event.to_string(),
        received_at: rfc3339(*received_at),
        account: account.as_ref().map(|account| account.as_str().to_owned()),
        action: action.as_str().to_owned(),
        label: match is_bad {
            Some(true) => "bad",
            Some(false) => "good",
            None => "unknown",
        }
        .to_owned(),
        verdict: before.0.as_str().to_owned(),
        score: points(before.1),
        verdict_after: after.0.as_str().to_owned(),
        score_after: points(after.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_labels_there_are_is_said_plainly() {
        for (good, bad, unknown, said) in [
            (0, 0, 0, "There was no judged event"),
            (2, 1, 0, "All of the events are labelled."),
            (0, 0, 2_780, "None of the events is labelled: "),
            (3, 1, 9_996, "9996 of the 10000 events are labelled by nobody: "),
            (9_000, 999, 1, "1 of the 10000 events are labelled by nobody: "),
        ] {
            let told = caution(Labelled { good, bad, unknown }, false, &[]);
            assert!(told.starts_with(said), "{told}");
        }
    }
}
