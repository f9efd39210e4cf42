//! What is counted of one event after the other.

use std::collections::BTreeMap;

use rightful_domain::{
    Aggregate, AggregateId, Backtest, BacktestSample, Entry, FeedbackKind, Labelled, Matched, Record, RuleBacktest,
    Timestamp, Verdict,
};
use rightful_engine::{Judged, Rule};

use super::distinct::{Distinct, hashed};
use super::{DAY_MICROS, Plan};

/// Whether an event is known to have been a takeover, by what was said of it last; None if nobody said anything that tells.
pub(super) fn is_bad(record: &Record) -> Option<bool> {
    record.feedback.iter().rev().find_map(|feedback| match feedback.kind {
        FeedbackKind::ConfirmedTakeover | FeedbackKind::Reclaimed => Some(true),
        FeedbackKind::ConfirmedLegitimate => Some(false),
        FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed | FeedbackKind::ChallengeIgnored => None,
    })
}

/// What one worker has counted.
#[derive(Debug)]
pub(super) struct Tally {
    looked_at: Labelled,
    by_day: Vec<u64>,
    rules: Vec<Matches>,
    asked: Vec<Asked>,
    together: Matches,
}

impl Tally {
    pub(super) fn new(plan: &Plan) -> Self {
        let rules = plan.policy.rules().iter().map(|_| Matches::default()).collect();
        let asked = plan.policy.rules().iter().map(Asked::of).collect();
        Self { looked_at: Labelled::default(), by_day: Vec::new(), rules, asked, together: Matches::default() }
    }

    /// Looks at one event as it was written down.
    pub(super) fn add(&mut self, plan: &Plan, record: &Record) {
        if !plan.is_about(record) {
            return;
        }
        let seen = Seen::of(plan, record);
        let Some(retrospect) = plan.policy.in_hindsight(&record.entry) else { return };
        self.look_at(plan, &seen, &record.entry);
        for hindsight in &retrospect.rules {
            if let Some(matches) = self.rules.get_mut(hindsight.place) {
                matches.add(&seen, retrospect.before, hindsight.after);
            }
        }
        if retrospect.n_in_effect > 0 {
            self.together.add(&seen, retrospect.before, retrospect.together);
        }
    }

    /// Looks at one event that was judged anew: what was judged of it then is what it is compared with as a whole.
    pub(super) fn add_anew(&mut self, plan: &Plan, record: &Record, anew: &Entry) {
        let Some(then) = record.entry.assessment.as_ref().filter(|_| plan.is_about(record)) else { return };
        let (seen, Some(retrospect)) = (Seen::of(plan, record), plan.policy.in_hindsight(anew)) else { return };
        self.look_at(plan, &seen, anew);
        for hindsight in &retrospect.rules {
            if let Some(matches) = self.rules.get_mut(hindsight.place) {
                matches.add(&seen, retrospect.before, hindsight.after);
            }
        }
        let now = anew.assessment.as_ref().map(|now| Judged { verdict: now.verdict, score: now.risk_score });
        let then = Judged { verdict: then.verdict, score: then.risk_score };
        if let Some(now) = now.filter(|now| *now != then) {
            self.together.add(&seen, then, now);
        }
    }

    fn look_at(&mut self, plan: &Plan, seen: &Seen<'_>, entry: &Entry) {
        self.looked_at.add(seen.is_bad);
        let rules = plan.policy.rules().iter().zip(&mut self.asked);
        rules.filter(|(rule, _)| rule.is_about(&entry.event.action)).for_each(|(_, asked)| asked.add(entry));
        *of_day(&mut self.by_day, seen.day) += 1;
    }

    pub(super) fn merge(&mut self, other: Self) {
        add_labelled(&mut self.looked_at, other.looked_at);
        for (day, n) in other.by_day.into_iter().enumerate() {
            *of_day(&mut self.by_day, day) += n;
        }
        self.rules.iter_mut().zip(other.rules).for_each(|(matches, others)| matches.merge(others));
        for (asked, others) in self.asked.iter_mut().zip(other.asked) {
            asked.n += others.n;
            asked.n_not_counted += others.n_not_counted;
        }
        self.together.merge(other.together);
    }

    /// What came of it.
    pub(super) fn told(mut self, plan: &Plan) -> Backtest {
        let n_days = day_of(plan.from, Timestamp::from_micros(plan.to.as_micros().saturating_sub(1))) + 1;
        self.by_day.resize(n_days, 0);
        let rules = plan.policy.rules().iter().zip(self.asked).zip(self.rules);
        let rules = rules.map(|((rule, asked), matches)| RuleBacktest {
            rule: rule.name.clone(),
            version: rule.version,
            mode: rule.mode.as_str(),
            n_asked: asked.n,
            n_not_counted: asked.n_not_counted,
            matched: matches.told(n_days, plan.n_samples),
        });
        Backtest {
            from: plan.from,
            to: plan.to,
            is_replay: false,
            looked_at: self.looked_at,
            by_day: self.by_day,
            rules: rules.collect(),
            together: self.together.told(n_days, plan.n_samples),
        }
    }
}

/// Of how many events one rule was asked, and of how many of them what it asks for had not been counted.
#[derive(Debug)]
struct Asked {
    aggregates: Box<[AggregateId]>,
    n: u64,
    n_not_counted: u64,
}

impl Asked {
    fn of(rule: &Rule) -> Self {
        Self { aggregates: rule.when.aggregates().iter().map(Aggregate::id).collect(), n: 0, n_not_counted: 0 }
    }

    /// An aggregate that is not there was not counted; one that is there and no number had nothing to be counted by.
    fn add(&mut self, entry: &Entry) {
        let counted = entry.assessment.as_ref().map_or(&[][..], |assessment| &*assessment.aggregates);
        let is_counted = |id: &AggregateId| counted.binary_search_by_key(id, |value| value.id).is_ok();
        self.n += 1;
        self.n_not_counted += u64::from(!self.aggregates.iter().all(is_counted));
    }
}

/// What is told of one event, whatever matched it.
struct Seen<'a> {
    record: &'a Record,
    is_bad: Option<bool>,
    day: usize,
    account: Option<u64>,
    /// Its place among all: the smallest are shown.
    rank: u64,
    n_samples: usize,
}

impl<'a> Seen<'a> {
    fn of(plan: &Plan, record: &'a Record) -> Self {
        let event = &record.entry.event;
        Self {
            record,
            is_bad: is_bad(record),
            day: day_of(plan.from, event.received_at),
            account: event.account.as_ref().map(|account| hashed(account.as_str())),
            rank: hashed((plan.seed, event.id.as_bytes())),
            n_samples: plan.n_samples,
        }
    }

    fn sample(&self, before: Judged, after: Judged) -> BacktestSample {
        let event = &self.record.entry.event;
        BacktestSample {
            event: event.id,
            received_at: event.received_at,
            account: event.account.clone(),
            action: event.action.clone(),
            is_bad: self.is_bad,
            before: (before.verdict, before.score),
            after: (after.verdict, after.score),
        }
    }
}

/// The day of a moment, in UTC, counted from that of another.
fn day_of(from: Timestamp, at: Timestamp) -> usize {
    let day = |at: Timestamp| at.as_micros().div_euclid(DAY_MICROS);
    usize::try_from(day(at).saturating_sub(day(from))).unwrap_or(0)
}

fn of_day<T: Default>(days: &mut Vec<T>, day: usize) -> &mut T {
    if days.len() <= day {
        days.resize_with(day + 1, T::default);
    }
    days.get_mut(day).expect("there are more days than this")
}

fn add_labelled(to: &mut Labelled, more: Labelled) {
    to.good += more.good;
    to.bad += more.bad;
    to.unknown += more.unknown;
}

/// What one rule has matched.
#[derive(Debug, Default)]
struct Matches {
    matched: Matched,
    accounts: Distinct,
    samples: BTreeMap<u64, BacktestSample>,
}

impl Matches {
    fn add(&mut self, seen: &Seen<'_>, before: Judged, after: Judged) {
        let is_changed = before.verdict != after.verdict;
        self.matched.events.add(seen.is_bad);
        if is_changed {
            self.matched.changed.add(seen.is_bad);
        }
        *cell(&mut self.matched.verdicts, before.verdict, after.verdict) += 1;
        let hundredths = i64::from(after.score.hundredths()) - i64::from(before.score.hundredths());
        self.matched.hundredths += hundredths;
        self.matched.n_raised += u64::from(hundredths > 0);
        self.matched.n_lowered += u64::from(hundredths < 0);
        let (n, n_changed) = of_day(&mut self.matched.by_day, seen.day);
        *n += 1;
        *n_changed += u64::from(is_changed);
        seen.account.into_iter().for_each(|account| self.accounts.see(account));
        if self.has_room(seen.rank, seen.n_samples) {
            self.samples.insert(seen.rank, seen.sample(before, after));
            self.cut(seen.n_samples);
        }
    }

    fn has_room(&self, rank: u64, n_samples: usize) -> bool {
        self.samples.len() < n_samples || self.samples.last_key_value().is_some_and(|(last, _)| rank < *last)
    }

    fn cut(&mut self, n_samples: usize) {
        while self.samples.len() > n_samples {
            self.samples.pop_last();
        }
    }

    fn merge(&mut self, other: Self) {
        let (to, more) = (&mut self.matched, other.matched);
        add_labelled(&mut to.events, more.events);
        add_labelled(&mut to.changed, more.changed);
        to.verdicts.as_flattened_mut().iter_mut().zip(more.verdicts.as_flattened()).for_each(|(to, n)| *to += n);
        to.n_raised += more.n_raised;
        to.n_lowered += more.n_lowered;
        to.hundredths += more.hundredths;
        for (day, (n, n_changed)) in more.by_day.into_iter().enumerate() {
            let of_day = of_day(&mut to.by_day, day);
            *of_day = (of_day.0 + n, of_day.1 + n_changed);
        }
        self.accounts.merge(other.accounts);
        self.samples.extend(other.samples);
    }

    fn told(mut self, n_days: usize, n_samples: usize) -> Matched {
        // Of two workers, each has as many.
        self.cut(n_samples);
        let Self { mut matched, accounts, samples } = self;
        matched.n_accounts = accounts.n();
        matched.by_day.resize(n_days, (0, 0));
        matched.samples = samples.into_values().collect();
        matched.samples.sort_by_key(|sample| std::cmp::Reverse((sample.received_at, *sample.event.as_bytes())));
        matched
    }
}

fn cell(verdicts: &mut [[u64; 4]; 4], before: Verdict, after: Verdict) -> &mut u64 {
    let place = |verdict| Verdict::ALL.into_iter().position(|one| one == verdict).unwrap_or(0);
    let row = verdicts.get_mut(place(before)).expect("there is a row for each verdict");
    row.get_mut(place(after)).expect("there is a column for each verdict")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rightful_domain::{FeedbackTarget, RiskScore, Settings};
    use rightful_engine::Policy;
    use rightful_store::conformance::{APPLICATION, judged, login};

    use super::*;
    use crate::backtest::rules::with_rules;

    const RULES: &str = r#"[
        {"name": "all", "when": "true", "score": 70},
        {"name": "even", "when": "event.hour % 2 == 0", "floor": "challenge"},
        {"name": "none", "when": "false"}
    ]"#;

    fn plan() -> Plan {
        let start = login(0, "a", "d", "192.0.2.1").received_at;
        Plan {
            policy: Arc::new(with_rules(&Policy::default(), RULES).expect("rules")),
            application: rightful_domain::Application {
                id: rightful_domain::ApplicationId::new(APPLICATION).expect("an id"),
                name: "shop".into(),
                test: false,
                mode: rightful_domain::ApplicationMode::Enforce,
                credentials: Vec::new(),
                fallback_mild: Verdict::Allow,
                fallback_strict: Verdict::Challenge,
                deadline_ms: 500,
                created_at: start,
                settings: Settings::default(),
            },
            from: start,
            to: Timestamp::from_micros(start.as_micros() + 10 * DAY_MICROS),
            actions: Vec::new(),
            n_samples: 7,
            seed: 1,
        }
    }

    /// Ten days of an event an hour, every tenth of them labelled.
    fn records() -> Vec<Record> {
        let record = |n: u64| {
            let event = login(n * 3_600, &format!("account-{}", n % 50), "d", "192.0.2.1");
            let kind = if n.is_multiple_of(20) { FeedbackKind::Reclaimed } else { FeedbackKind::ConfirmedLegitimate };
            let said = rightful_domain::Feedback {
                application: event.application.clone(),
                target: FeedbackTarget::Event(event.id),
                kind,
                received_at: event.received_at,
            };
            let feedback = if n.is_multiple_of(10) { vec![said] } else { Vec::new() };
            let entry = judged(&event, Verdict::Allow);
            Record { sequence: n + 1, entry, conclusion: None, feedback, consumed_at: None }
        };
        (0..240).map(record).collect()
    }

    #[test]
    fn tallies_of_many_workers_add_up_to_that_of_one() {
        let (plan, records) = (plan(), records());
        let told = |n_workers: usize| {
            let mut tallies: Vec<Tally> = (0..n_workers).map(|_| Tally::new(&plan)).collect();
            for (n, record) in records.iter().enumerate() {
                tallies.get_mut(n * 7 % n_workers).expect("a worker").add(&plan, record);
            }
            let all = tallies.into_iter().rev().reduce(|mut all, tally| {
                all.merge(tally);
                all
            });
            all.expect("a worker").told(&plan)
        };
        let one = told(1);
        assert_eq!(told(2), one);
        assert_eq!(told(5), one);
        assert_eq!(one.looked_at, Labelled { good: 12, bad: 12, unknown: 216 });
        assert_eq!(one.by_day, vec![24; 10]);
        let n: Vec<u64> = one.rules.iter().map(|rule| rule.matched.events.n()).collect();
        assert_eq!(n, [240, 120, 0]);
    }

    #[test]
    fn what_was_not_counted_is_no_match_and_no_miss() {
        const BY: &str = "events.byAccount.lastDays(1).count()";
        let rules = serde_json::json!([
            {"name": "often", "when": format!("{BY} > 1")},
            {"name": "never-asked", "when": "events.byDevice.lastDays(2).count() > 1"},
            {"name": "plain", "when": "device.new"},
            {"name": "elsewhere", "when": format!("{BY} > 1"), "actions": ["withdraw"]},
        ]);
        let policy = with_rules(&Policy::default(), &rules.to_string()).expect("rules");
        let often = policy.rules().find("often").expect("it is there").when.aggregates()[0].id();
        let plan = Plan { policy: Arc::new(policy), ..plan() };
        let mut tallies = [Tally::new(&plan), Tally::new(&plan)];
        for (n, mut record) in records().into_iter().enumerate() {
            // From the hundredth on it was counted; of every tenth there was nothing to count by.
            if n >= 100 {
                let value = if n.is_multiple_of(10) { f64::NAN } else { 2.0 };
                let assessment = record.entry.assessment.as_mut().expect("it was judged");
                assessment.aggregates = vec![rightful_domain::AggregateValue { id: often, value }];
            }
            tallies[n % 2].add(&plan, &record);
        }
        let [mut one, other] = tallies;
        one.merge(other);
        let told = one.told(&plan);
        let told: Vec<_> = told
            .rules
            .iter()
            .map(|rule| (rule.n_asked, rule.n_not_counted, rule.matched.events.n(), rule.is_untried()))
            .collect();
        assert_eq!(told[0], (240, 100, 126, false));
        assert_eq!(told[1], (240, 240, 0, true));
        assert_eq!((told[2].0, told[2].1, told[2].3), (240, 0, false));
        assert_eq!(told[3], (0, 0, 0, false));
    }

    #[test]
    fn samples_are_spread_and_newest_first() {
        let plan = plan();
        let mut tally = Tally::new(&plan);
        records().iter().for_each(|record| tally.add(&plan, record));
        let told = tally.told(&plan);
        let samples = &told.rules.first().expect("a rule").matched.samples;
        assert_eq!(samples.len(), 7);
        assert!(samples.is_sorted_by_key(|sample| std::cmp::Reverse(sample.received_at)));
        let days: std::collections::BTreeSet<usize> =
            samples.iter().map(|sample| day_of(plan.from, sample.received_at)).collect();
        assert!(days.len() >= 4, "{days:?}");
        let sample = samples.first().expect("a sample");
        assert_eq!(sample.before.0, Verdict::Allow);
        assert!(sample.after.0 > Verdict::Allow && sample.after.1 > sample.before.1, "{sample:?}");
        assert_ne!(sample.after.1, RiskScore::default());
    }
}
