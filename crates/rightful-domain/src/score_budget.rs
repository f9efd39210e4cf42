//! The challenge budget: from which score on so many in a hundred of an application's own people would be asked.
//!
//! A histogram of the evidence against events that were let through and believed, counted by day and decayed, and for
//! each of a few budgets the threshold that would spend it. A threshold moves once a day and a few points at most, and
//! what was refused, reported, or left in quarantine is never counted: a flood of attacks cannot move it.
//!
//! Who is asked for a proof and never tells us that it was given is not counted, either. Then nothing is seen above the
//! threshold, and a plain quantile would take that for room and sink day after day. So where next to nothing was seen
//! above a threshold while it stood, as much is assumed there as in the [`SLICE`] below it: enough not to sink, and where
//! it is several times the budget, to rise.
//!
//! The order of events within a day does not matter. An event that comes late counts for the newest day.

use crate::{LogOdds, Timestamp};

/// The budgets that have a threshold of their own, as shares of events; between them it is interpolated.
pub const BUDGET_SHARES: [f64; 7] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
const RUNGS: usize = BUDGET_SHARES.len();

/// Buckets of one 64th of a nat, so that an edge is within 4 % of the share that it should cut off, and the two ends.
pub const SCORE_BUCKETS: usize = 162;
const BUCKETS_PER_NAT: f64 = 64.0;
/// The lowest edge, in nats: half a nat below [`ScoreBudget::FLOOR_POINTS`], and some room.
const LOWEST: f64 = -0.5;
/// How many edges there are: one fewer than buckets.
const EDGES: usize = SCORE_BUCKETS - 1;
/// Half a nat, in buckets: where people are looked for who would be asked if the threshold were a little lower.
const SLICE: usize = 32;
/// Fewer than one above the threshold for so many in the slice below it are next to nothing. Honest scores thin out by
/// a factor of two to ten in half a nat.
const THINNING_MAX: f32 = 32.0;

/// A guess of what is above a threshold lifts it only beyond so many budgets: scores come in lumps, and a lump below the
/// threshold says nothing of what is above.
const GUESS_SLACK: f32 = 3.0;

/// After so many days an event counts for half.
const HALF_LIFE_DAYS: f64 = 14.0;
/// The same of what was seen around a threshold: less, as it tells how the caller behaves now.
const SEEN_HALF_LIFE_DAYS: f64 = 7.0;

/// The threshold of one budget.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BudgetThreshold {
    /// In nats; None until there has been enough traffic to move it from [`ScoreBudget::START_POINTS`].
    pub nats: Option<f32>,
    /// The day when it last moved; None if it never did.
    pub moved_on: Option<i64>,
    /// Events at or above it, while it stood where it did; decayed.
    pub seen_above: f32,
    /// Events in the slice below it, while it stood where it did; decayed.
    pub seen_below: f32,
}

/// What is remembered of an application's scores. Some 1.5 KB.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreBudget {
    /// The newest day of which an event was counted, in days since 1970-01-01 in UTC; None before the first.
    pub day: Option<i64>,
    /// Events of that day: below the lowest edge, between edges, above the highest.
    pub today: [u32; SCORE_BUCKETS],
    /// Events of the days before, decayed.
    pub settled: [f32; SCORE_BUCKETS],
    /// By [`BUDGET_SHARES`].
    pub thresholds: [BudgetThreshold; RUNGS],
}

impl Default for ScoreBudget {
    fn default() -> Self {
        Self {
            day: None,
            today: [0; SCORE_BUCKETS],
            settled: [0.0; SCORE_BUCKETS],
            thresholds: [BudgetThreshold::default(); RUNGS],
        }
    }
}

impl ScoreBudget {
    /// Where a threshold stands before it has moved, in points of the score: the shipped policy's own.
    pub const START_POINTS: f64 = 70.0;
    /// No threshold goes below this score. At 50 the evidence says nothing, and nobody is asked for that.
    pub const FLOOR_POINTS: f64 = 55.0;
    /// No threshold goes above this score: what the shipped policy denies begins at 90, and must not be the first thing
    /// that people notice.
    pub const CEILING_POINTS: f64 = 85.0;
    /// The most that a threshold moves in a day, in points of the score.
    pub const POINTS_PER_DAY_MAX: f64 = 5.0;
    /// A threshold moves once so many events, decayed, would have been above it: 2 000 events at a budget of 1 %.
    pub const TAIL_EVENTS_MIN: f64 = 20.0;

    /// Counts an event that was let through and believed, of an account that had learned something before.
    pub fn learn(&mut self, at: Timestamp, nats: f32) {
        const DAY_MICROS: i64 = 86_400_000_000;
        if nats.is_nan() {
            return;
        }
        let day = at.as_micros().div_euclid(DAY_MICROS);
        match self.day {
            Some(newest) if day <= newest => {}
            Some(newest) => {
                self.close_day(newest, day.saturating_sub(newest));
                self.day = Some(day);
            }
            None => self.day = Some(day),
        }
        if let Some(count) = self.today.get_mut(bucket(f64::from(nats))) {
            *count = count.saturating_add(1);
        }
    }

    /// The log-odds from which on `share` of the events counted would be challenged; None where the share is not above
    /// 0, or there has not been enough traffic. Does not change within a day.
    #[must_use]
    pub fn threshold(&self, share: f64) -> Option<LogOdds> {
        self.thresholds_now().at(share)
    }

    /// All thresholds, to be carried to where the budget is known.
    #[must_use]
    pub fn thresholds_now(&self) -> BudgetThresholds {
        BudgetThresholds(self.thresholds.map(|threshold| threshold.nats))
    }

    /// Settles the newest day, moves the thresholds, and ages everything by the days since.
    fn close_day(&mut self, closed: i64, n_days: i64) {
        let kept = |half_life: f64| (-(n_days as f64) / half_life).exp2() as f32;
        let (kept_seen, kept_settled) = (kept(SEEN_HALF_LIFE_DAYS), kept(HALF_LIFE_DAYS));
        let today = std::mem::replace(&mut self.today, [0; SCORE_BUCKETS]).map(|count| count as f32);
        for threshold in &mut self.thresholds {
            let edge = threshold.edge();
            threshold.seen_above += above(&today, edge);
            threshold.seen_below += slice_below(&today, edge);
        }
        for (settled, count) in self.settled.iter_mut().zip(today) {
            *settled += count;
        }
        let n_events: f32 = self.settled.iter().sum();
        for (threshold, share) in self.thresholds.iter_mut().zip(BUDGET_SHARES) {
            let allowed = f64::from(n_events) * share;
            if allowed >= Self::TAIL_EVENTS_MIN {
                threshold.move_towards(wanted(&self.settled, threshold, allowed as f32), closed);
            }
            threshold.seen_above *= kept_seen;
            threshold.seen_below *= kept_seen;
        }
        self.settled.iter_mut().for_each(|count| *count *= kept_settled);
    }
}

impl BudgetThreshold {
    fn nats_now(&self) -> f64 {
        self.nats.map_or_else(|| nats_of_points(ScoreBudget::START_POINTS), f64::from)
    }

    /// The first edge at or above it.
    fn edge(&self) -> usize {
        edge_from(self.nats_now())
    }

    fn move_towards(&mut self, wanted: usize, day: i64) {
        let from = points(self.nats_now());
        let lowest = (from - ScoreBudget::POINTS_PER_DAY_MAX).max(ScoreBudget::FLOOR_POINTS);
        let highest = (from + ScoreBudget::POINTS_PER_DAY_MAX).min(ScoreBudget::CEILING_POINTS);
        // The last edge at or below the highest: one below the first edge above it.
        let last = edge_from(nats_of_points(highest)).saturating_sub(1);
        let to = nats_of_edge(wanted.max(edge_from(nats_of_points(lowest))).min(last)) as f32;
        if self.nats != Some(to) {
            (self.nats, self.moved_on) = (Some(to), Some(day));
        }
    }
}

/// The edge above which no more than `allowed` events are, as far as that can be seen.
fn wanted(counts: &[f32; SCORE_BUCKETS], threshold: &BudgetThreshold, allowed: f32) -> usize {
    let mut edge = threshold.edge();
    let is_blind = threshold.seen_above * THINNING_MAX < threshold.seen_below;
    let beyond = |edge: usize| if is_blind { slice_below(counts, edge) } else { above(counts, edge) };
    let mut spent = beyond(edge);
    if spent > allowed {
        let tolerated = if is_blind { allowed * GUESS_SLACK } else { allowed };
        while edge + 1 < EDGES && beyond(edge) > tolerated {
            edge += 1;
        }
        return edge;
    }
    // The bucket below an edge has the edge's own number.
    while let Some(below) = counts.get(edge).filter(|below| edge > 0 && spent + **below <= allowed) {
        spent += below;
        edge -= 1;
    }
    edge
}

fn above(counts: &[f32; SCORE_BUCKETS], edge: usize) -> f32 {
    counts.iter().skip(edge + 1).sum()
}

// Never the lowest bucket, which has no lower end.
fn slice_below(counts: &[f32; SCORE_BUCKETS], edge: usize) -> f32 {
    counts.get((edge + 1).saturating_sub(SLICE).max(1)..=edge).unwrap_or_default().iter().sum()
}

fn bucket(nats: f64) -> usize {
    // Negative ends at 0, and what is too large at the last.
    (((nats - LOWEST) * BUCKETS_PER_NAT).floor() + 1.0).clamp(0.0, EDGES as f64) as usize
}

/// The first edge at or above.
fn edge_from(nats: f64) -> usize {
    ((nats - LOWEST) * BUCKETS_PER_NAT).ceil().clamp(0.0, (EDGES - 1) as f64) as usize
}

fn nats_of_edge(edge: usize) -> f64 {
    LOWEST + edge as f64 / BUCKETS_PER_NAT
}

fn points(nats: f64) -> f64 {
    100.0 / (1.0 + (-nats).exp())
}

fn nats_of_points(points: f64) -> f64 {
    (points / (100.0 - points)).ln()
}

/// The thresholds of one moment, in nats, by [`BUDGET_SHARES`]; None for one that has not moved yet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BudgetThresholds(pub [Option<f32>; RUNGS]);

impl BudgetThresholds {
    /// The threshold of a budget, as [`ScoreBudget::threshold`].
    #[must_use]
    pub fn at(&self, share: f64) -> Option<LogOdds> {
        let start = nats_of_points(ScoreBudget::START_POINTS);
        let mut rungs = BUDGET_SHARES.into_iter().zip(self.0);
        let (mut lower_share, mut lower) = rungs.next().filter(|_| share > 0.0)?;
        for (upper_share, upper) in rungs {
            if share <= upper_share {
                let (from, to) = match (lower, upper) {
                    (None, None) => return None,
                    (lower, upper) => (lower.map_or(start, f64::from), upper.map_or(start, f64::from)),
                };
                let way = ((share / lower_share).ln() / (upper_share / lower_share).ln()).max(0.0);
                return Some(LogOdds::new(from + (to - from) * way));
            }
            (lower_share, lower) = (upper_share, upper);
        }
        lower.map(|nats| LogOdds::new(f64::from(nats)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY_S: i64 = 86_400;

    /// Numbers that look random, from 0 to 1, both excluded (SplitMix64).
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.0;
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64 + f64::MIN_POSITIVE
        }

        /// The evidence against an honest event: a logistic distribution.
        fn honest(&mut self, mean: f64, scale: f64) -> f32 {
            let chance = self.roll();
            (mean + scale * (chance / (1.0 - chance)).ln()) as f32
        }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_seconds(day * DAY_S)
    }

    fn threshold_points(budget: &ScoreBudget, share: f64) -> Option<f64> {
        budget.threshold(share).map(|threshold| points(threshold.nats()))
    }

    /// So many days of honest traffic; what of it is learned is the caller's to say, given the threshold that stands.
    /// Returns the share of events at or above the threshold on the last twenty days.
    fn challenged(
        budget: &mut ScoreBudget,
        share: f64,
        days: std::ops::Range<i64>,
        mut honest: impl FnMut() -> f32,
        is_learned: impl Fn(bool) -> bool,
    ) -> f64 {
        const EVENTS_PER_DAY: i64 = 2_500;
        let (mut n_challenged, mut n_seen) = (0, 0);
        for day in days.clone() {
            for _ in 0..EVENTS_PER_DAY {
                let nats = honest();
                let from = budget.threshold(share).map_or(nats_of_points(ScoreBudget::START_POINTS), LogOdds::nats);
                let is_challenged = f64::from(nats) >= from;
                if day >= days.end - 20 {
                    n_challenged += i64::from(is_challenged);
                    n_seen += 1;
                }
                if is_learned(is_challenged) {
                    budget.learn(at(day), nats);
                }
            }
        }
        n_challenged as f64 / n_seen as f64
    }

    const TRAFFIC: [(f64, f64, f64); 7] = [
        (0.01, -2.0, 0.6),
        (0.01, -3.0, 0.9),
        (0.01, -0.5, 0.25),
        (0.01, -4.0, 1.2),
        (0.005, -2.0, 0.6),
        (0.02, -2.0, 0.7),
        (0.05, -2.0, 1.0),
    ];

    #[test]
    fn what_is_challenged_is_what_the_budget_says() {
        for (seed, (share, mean, scale)) in TRAFFIC.into_iter().enumerate() {
            let mut dice = Dice(seed as u64);
            let mut budget = ScoreBudget::default();
            let realised = challenged(&mut budget, share, 0..50, || dice.honest(mean, scale), |_| true);
            let standing = threshold_points(&budget, share);
            assert!((realised / share - 1.0).abs() < 0.2, "{share} {mean} {scale}: {realised} at {standing:?}");
        }
    }

    #[test]
    fn a_caller_who_never_tells_of_proofs_spends_three_budgets_at_most() {
        // Here the policy's own number would challenge six budgets.
        let worse = (0.01, -0.8, 0.6);
        for (seed, (share, mean, scale)) in TRAFFIC.into_iter().chain([worse]).enumerate() {
            let mut dice = Dice(seed as u64);
            let mut budget = ScoreBudget::default();
            let realised = challenged(&mut budget, share, 0..120, || dice.honest(mean, scale), |asked| !asked);
            let standing = threshold_points(&budget, share);
            assert!(realised < 3.0 * share, "{share} {mean} {scale}: {realised} at {standing:?}");
        }
    }

    #[test]
    fn without_enough_traffic_there_is_no_threshold() {
        let mut budget = ScoreBudget::default();
        assert_eq!(budget.threshold(0.01), None);
        (0..1_999).for_each(|_| budget.learn(at(0), -1.0));
        budget.learn(at(1), -1.0);
        assert_eq!((budget.threshold(0.01), budget.threshold(0.0)), (None, None));
        assert!(budget.threshold(0.02).is_some());
        (0..200).for_each(|_| budget.learn(at(1), -1.0));
        budget.learn(at(2), -1.0);
        let threshold = threshold_points(&budget, 0.01).expect("enough traffic");
        assert!((65.0..66.0).contains(&threshold), "{threshold}");
        assert_eq!((budget.threshold(0.0), budget.threshold(-1.0), budget.threshold(f64::NAN)), (None, None, None));
    }

    #[test]
    fn a_day_moves_a_threshold_by_a_few_points_whatever_is_learned() {
        let mut dice = Dice(7);
        let mut budget = ScoreBudget::default();
        challenged(&mut budget, 0.01, 0..50, || dice.honest(-2.0, 0.6), |_| true);
        let before = threshold_points(&budget, 0.01).expect("a threshold");
        (0..1_000_000).for_each(|_| budget.learn(at(50), 3.0));
        budget.learn(at(51), -2.0);
        let after = threshold_points(&budget, 0.01).expect("a threshold");
        assert!(after - before <= ScoreBudget::POINTS_PER_DAY_MAX, "{before} {after}");
        // And never beyond the ceiling.
        for day in 51..200 {
            (0..10_000).for_each(|_| budget.learn(at(day), 3.0));
        }
        assert!(threshold_points(&budget, 0.01).expect("a threshold") <= ScoreBudget::CEILING_POINTS);
    }

    #[test]
    fn a_million_equal_scores_are_not_all_challenged() {
        for nats in [-1.0, 0.0, 0.3, 0.85, 0.9, 1.0, 1.5, 1.7] {
            let mut budget = ScoreBudget::default();
            for day in 0..40 {
                (0..25_000).for_each(|_| budget.learn(at(day), nats));
            }
            let threshold = budget.threshold(0.01).expect("a threshold").nats();
            assert!(threshold > f64::from(nats), "{nats} {threshold}");
        }
    }

    #[test]
    fn a_bigger_budget_asks_from_a_lower_score_on() {
        let mut dice = Dice(3);
        let mut budget = ScoreBudget::default();
        challenged(&mut budget, 0.01, 0..50, || dice.honest(-2.0, 0.6), |_| true);
        let thresholds =
            [0.0001, 0.001, 0.003, 0.007, 0.01, 0.015, 0.03, 0.1, 0.5].map(|share| budget.threshold(share));
        assert!(thresholds.windows(2).all(|pair| pair[0] >= pair[1]), "{thresholds:?}");
    }

    proptest! {
        #[test]
        fn the_order_within_a_day_does_not_matter(
            nats in proptest::collection::vec(-1.0_f32..3.0, 1..60), turn in 0_usize..60,
        ) {
            let learned = |nats: &[f32]| {
                let mut budget = ScoreBudget::default();
                for day in 0..20 {
                    (0..20).for_each(|_| nats.iter().for_each(|nats| budget.learn(at(day), *nats)));
                }
                budget
            };
            let mut turned = nats.clone();
            turned.rotate_left(turn % nats.len());
            turned.reverse();
            prop_assert_eq!(learned(&nats), learned(&turned));
        }

        #[test]
        fn thresholds_stay_in_their_range_and_move_slowly_at_any_time(
            events in proptest::collection::vec((-5_i64..40, -2.0_f32..4.0, 1_u32..4_000), 1..40),
        ) {
            let mut budget = ScoreBudget::default();
            for (day, nats, n) in events {
                let before = (budget.day, threshold_points(&budget, 0.01).unwrap_or(ScoreBudget::START_POINTS));
                (0..n).for_each(|_| budget.learn(at(day), nats));
                let after = (budget.day, threshold_points(&budget, 0.01).unwrap_or(ScoreBudget::START_POINTS));
                prop_assert!((after.1 - before.1).abs() <= ScoreBudget::POINTS_PER_DAY_MAX + 1e-4);
                prop_assert!(before.0 != after.0 || before.1 == after.1);
                prop_assert!((ScoreBudget::FLOOR_POINTS..=ScoreBudget::CEILING_POINTS).contains(&after.1));
            }
        }

        #[test]
        fn any_time_and_any_number_is_taken(at in any::<i64>(), then in any::<i64>(), nats in any::<f32>()) {
            let mut budget = ScoreBudget::default();
            budget.learn(Timestamp::from_micros(at), nats);
            budget.learn(Timestamp::from_micros(then), nats);
            prop_assert!(budget.settled.iter().all(|count| count.is_finite()));
        }
    }

    #[test]
    fn it_is_small() {
        assert!(size_of::<ScoreBudget>() < 4_096, "{}", size_of::<ScoreBudget>());
    }
}
