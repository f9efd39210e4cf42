//! How well scores tell owners from intruders.
//!
//! Thresholds are taken on the legitimate logins of a slice; a login is challenged where its score is strictly above, so
//! that ties never help. All shares may be weighted by user, for resampling.

use rightful_domain::Verdict;
use serde::Serialize;

use super::EvaluateError;
use super::scores::Scored;
use super::truth::{Slice, Truth};

/// The shares of legitimate logins that may be challenged.
pub(super) const BUDGETS: [f64; 4] = [0.005, 0.01, 0.02, 0.05];
/// Their names, in percent.
pub(super) const BUDGET_NAMES: [&str; 4] = ["tpr@0.5%", "tpr@1%", "tpr@2%", "tpr@5%"];
/// The share of takeovers whose price in challenges is asked for.
pub(super) const TPR_GOAL: f64 = 0.98;
/// The user's earlier logins, from and to.
const BUCKETS: [(u32, u32); 4] = [(1, 3), (4, 11), (12, 38), (39, 1_000_000_000)];
/// The history lengths of the published curves.
const REAUTH_AT: [u32; 2] = [12, 39];
/// Two shares nearer than this are the same.
const EQUAL: f64 = 1e-12;
/// The part of the logins whose takeovers are counted against what the scores promise.
const RISKIEST: f64 = 0.01;

/// The published operating points of a kind.
fn reauth_tprs(kind: &str) -> &'static [f64] {
    match kind {
        "naive" | "vpn" | "targeted" => &[0.98, 0.99, 0.995],
        "very_targeted" => &[0.7816, 0.8276, 0.8966, 0.9425],
        _ => &[0.98],
    }
}

/// Labels and scores side by side.
pub(super) struct Marked<'a> {
    pub(super) truth: &'a Truth,
    /// By place in [`Truth::logins`]; None where the file has no score.
    pub(super) scored: Vec<Option<Scored>>,
}

impl Marked<'_> {
    pub(super) fn score(&self, place: usize) -> Option<f64> {
        self.scored.get(place).copied().flatten().map(|scored| scored.score)
    }

    /// How many logins that are judged have no score.
    pub(super) fn n_missing(&self) -> usize {
        let needed = |slice| self.truth.slice(slice).into_iter().filter(|place| self.score(*place).is_none());
        needed(Slice::Late).chain(needed(Slice::DayZero)).collect::<std::collections::BTreeSet<_>>().len()
    }

    /// The scores of some places, one kind or the owners.
    fn of_kind(&self, places: &[usize], kind: Option<u16>) -> Ranking {
        let logins = places.iter().filter_map(|place| Some((*place, self.truth.logins.get(*place)?)));
        let own = logins.filter(|(_, login)| login.kind == kind);
        Ranking::new(own.filter_map(|(place, login)| Some((self.score(place)?, login.user))).collect())
    }
}

/// Scores with their users, highest first.
pub(super) struct Ranking {
    pub(super) scores: Vec<f64>,
    users: Vec<u32>,
}

impl Ranking {
    fn new(mut all: Vec<(f64, u32)>) -> Self {
        all.sort_by(|one, other| other.0.total_cmp(&one.0));
        Self {
            scores: all.iter().map(|(score, _)| *score).collect(),
            users: all.iter().map(|(_, user)| *user).collect(),
        }
    }

    fn n_above(&self, score: f64) -> usize {
        self.scores.partition_point(|other| *other > score)
    }

    fn n_at_least(&self, score: f64) -> usize {
        self.scores.partition_point(|other| *other >= score)
    }

    fn weight(&self, place: usize, weights: Option<&[f64]>) -> f64 {
        let user = self.users.get(place).copied().unwrap_or(0) as usize;
        weights.map_or(1.0, |weights| weights.get(user).copied().unwrap_or(0.0))
    }

    /// The part of the whole weight that the highest 0, 1, 2, … have.
    pub(super) fn cumulative(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let mut sums = Vec::with_capacity(self.scores.len() + 1);
        let mut sum = 0.0;
        sums.push(0.0);
        for place in 0..self.scores.len() {
            sum += self.weight(place, weights);
            sums.push(sum);
        }
        let whole = sum.max(EQUAL);
        sums.iter_mut().for_each(|sum| *sum /= whole);
        sums
    }

    /// The lowest score above which no more than the budget lies.
    fn threshold(&self, cumulative: &[f64], budget: f64) -> f64 {
        let within = cumulative.get(1..).unwrap_or_default().partition_point(|part| *part <= budget + EQUAL);
        let place = within.min(self.scores.len().saturating_sub(1));
        self.scores.get(place).copied().unwrap_or(f64::NEG_INFINITY)
    }
}

/// The owners against one kind of attack.
pub(super) struct Contest {
    pub(super) kind: usize,
    pub(super) attacks: Ranking,
    /// By attack: the owners that score higher, and those that score at least as high.
    above: Vec<(usize, usize)>,
}

/// The measures of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Figures {
    #[serde(rename = "tpr@0.5%")]
    pub(super) tpr_at_half_percent: f64,
    #[serde(rename = "tpr@1%")]
    pub(super) tpr_at_1_percent: f64,
    #[serde(rename = "tpr@2%")]
    pub(super) tpr_at_2_percent: f64,
    #[serde(rename = "tpr@5%")]
    pub(super) tpr_at_5_percent: f64,
    #[serde(rename = "challenge@tpr0.98")]
    pub(super) challenge_at_goal: f64,
    pub(super) auc: f64,
}

impl Figures {
    /// How many there are.
    pub(super) const COUNT: usize = 6;
    /// As spelled in the results.
    pub(super) const NAMES: [&str; Self::COUNT] =
        [BUDGET_NAMES[0], BUDGET_NAMES[1], BUDGET_NAMES[2], BUDGET_NAMES[3], "challenge@tpr0.98", "auc"];

    pub(super) fn values(self) -> [f64; Self::COUNT] {
        let Self { tpr_at_half_percent: a, tpr_at_1_percent: b, tpr_at_2_percent: c, tpr_at_5_percent: d, .. } = self;
        [a, b, c, d, self.challenge_at_goal, self.auc]
    }

    pub(super) fn of(values: [f64; Self::COUNT]) -> Self {
        let [a, b, c, d, challenge_at_goal, auc] = values;
        Self {
            tpr_at_half_percent: a,
            tpr_at_1_percent: b,
            tpr_at_2_percent: c,
            tpr_at_5_percent: d,
            challenge_at_goal,
            auc,
        }
    }

    /// The mean over kinds; None of none.
    pub(super) fn mean(all: &[Self]) -> Option<Self> {
        let mut sums = [0.0; Self::COUNT];
        for figures in all {
            sums.iter_mut().zip(figures.values()).for_each(|(sum, value)| *sum += value);
        }
        (!all.is_empty()).then(|| Self::of(sums.map(|sum| sum / all.len() as f64)))
    }
}

/// A slice: the owners, and each kind of attack that is in it.
pub(super) struct Field {
    pub(super) legit: Ranking,
    pub(super) contests: Vec<Contest>,
}

impl Field {
    pub(super) fn of(marked: &Marked<'_>, slice: Slice) -> Self {
        let places = marked.truth.slice(slice);
        let legit = marked.of_kind(&places, None);
        let kinds = 0..marked.truth.kinds.len();
        let contest = |kind: usize| {
            let attacks = marked.of_kind(&places, Some(u16::try_from(kind).unwrap_or(u16::MAX)));
            let above = attacks.scores.iter().map(|score| (legit.n_above(*score), legit.n_at_least(*score))).collect();
            Contest { kind, attacks, above }
        };
        let is_there = |contest: &Contest| !contest.attacks.scores.is_empty() && !legit.scores.is_empty();
        Self { contests: kinds.map(contest).filter(is_there).collect(), legit }
    }

    /// The measures of every kind, in the order of the contests.
    pub(super) fn figures(&self, weights: Option<&[f64]>) -> Vec<Figures> {
        let cumulative = self.legit.cumulative(weights);
        let thresholds = BUDGETS.map(|budget| self.legit.threshold(&cumulative, budget));
        self.contests.iter().map(|contest| contest.figures(&self.legit, &cumulative, thresholds, weights)).collect()
    }

    /// The share of owners above a threshold and the share of each kind, at so many budgets.
    pub(super) fn curve(&self, budgets: &[f64]) -> Vec<Vec<f64>> {
        let cumulative = self.legit.cumulative(None);
        let thresholds: Vec<f64> = budgets.iter().map(|budget| self.legit.threshold(&cumulative, *budget)).collect();
        let tpr = |attacks: &Ranking, threshold: f64| share(attacks.n_above(threshold), attacks.scores.len());
        let of = |contest: &Contest| thresholds.iter().map(|cut| tpr(&contest.attacks, *cut).unwrap_or(0.0)).collect();
        self.contests.iter().map(of).collect()
    }
}

impl Contest {
    fn figures(
        &self,
        legit: &Ranking,
        legit_cumulative: &[f64],
        thresholds: [f64; BUDGETS.len()],
        weights: Option<&[f64]>,
    ) -> Figures {
        let cumulative = self.attacks.cumulative(weights);
        let part = |sums: &[f64], n: usize| sums.get(n).copied().unwrap_or(1.0);
        let [a, b, c, d] = thresholds.map(|threshold| part(&cumulative, self.attacks.n_above(threshold)));
        let short = cumulative.get(1..).unwrap_or_default().partition_point(|sum| *sum < TPR_GOAL - EQUAL);
        let lowest = self.attacks.scores.get(short.min(self.attacks.scores.len().saturating_sub(1)));
        let challenged = lowest.map_or(0, |score| legit.n_at_least(*score));
        let (mut beaten, mut whole) = (0.0, 0.0);
        for (place, (above, at_least)) in self.above.iter().enumerate() {
            let weight = self.attacks.weight(place, weights);
            beaten += weight * (1.0 - (part(legit_cumulative, *above) + part(legit_cumulative, *at_least)) / 2.0);
            whole += weight;
        }
        Figures::of([a, b, c, d, part(legit_cumulative, challenged), beaten / f64::max(whole, EQUAL)])
    }
}

/// The judged logins of one length of history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bucket {
    pub(super) history: String,
    pub(super) n_legit: usize,
    /// The share of owners challenged at 1 % and 5 % of the whole slice; None where there are none.
    pub(super) challenged: [Option<f64>; 2],
    /// The share caught at 1 % and 5 %, by kind.
    pub(super) tpr: Vec<[Option<f64>; 2]>,
    /// The share of owners challenged where the anchor kind is caught at the goal.
    pub(super) challenged_at_goal: Option<f64>,
}

/// The kind whose goal is the anchor of the table by history: the published one, else the first.
pub(super) fn anchor(truth: &Truth) -> Option<usize> {
    truth.kinds.iter().position(|kind| &**kind == "targeted").or((!truth.kinds.is_empty()).then_some(0))
}

/// The last third by the user's earlier logins, with thresholds of the whole slice.
pub(super) fn by_history(marked: &Marked<'_>) -> Vec<Bucket> {
    let places = marked.truth.slice(Slice::Late);
    let legit = marked.of_kind(&places, None);
    let n = legit.scores.len();
    // Truncated as the published tables were; scores are highest first.
    let cut = |budget: f64| legit.scores.get((budget * n as f64) as usize).copied().unwrap_or(f64::INFINITY);
    let cuts = [cut(0.01), cut(0.05)];
    let goal = anchor(marked.truth).and_then(|kind| {
        let attacks = marked.of_kind(&places, Some(u16::try_from(kind).unwrap_or(u16::MAX)));
        lowest_caught(&attacks, TPR_GOAL)
    });
    let bucket = |(low, high): (u32, u32)| {
        let is_inside = |place: &&usize| {
            marked.truth.logins.get(**place).is_some_and(|login| (low..=high).contains(&login.history))
        };
        let inside: Vec<usize> = places.iter().filter(is_inside).copied().collect();
        let own = marked.of_kind(&inside, None);
        let shares = |ranking: &Ranking| cuts.map(|cut| share(ranking.n_above(cut), ranking.scores.len()));
        let kinds = 0..u16::try_from(marked.truth.kinds.len()).unwrap_or(u16::MAX);
        Bucket {
            history: if high < 1_000_000_000 { format!("{low}-{high}") } else { format!("{low}+") },
            n_legit: own.scores.len(),
            challenged: shares(&own),
            tpr: kinds.map(|kind| shares(&marked.of_kind(&inside, Some(kind)))).collect(),
            challenged_at_goal: goal.and_then(|cut| share(own.n_at_least(cut), own.scores.len())),
        }
    };
    BUCKETS.into_iter().map(bucket).collect()
}

/// The score at and above which the share of attacks lies; None of none.
fn lowest_caught(attacks: &Ranking, tpr: f64) -> Option<f64> {
    let n = attacks.scores.len();
    let missed = ((1.0 - tpr) * n as f64) as usize;
    attacks.scores.get(n.checked_sub(1 + missed)?).copied()
}

/// The published unit: the median over users of the share of a user's first logins that is challenged, at the threshold
/// that catches a share of one kind. By kind, share and number of logins.
pub(super) fn median_reauthentication(marked: &Marked<'_>) -> Vec<(String, Option<f64>)> {
    let truth = marked.truth;
    let places = truth.slice(Slice::Late);
    let legit: Vec<(u32, u32, f64)> = truth
        .logins
        .iter()
        .enumerate()
        .filter(|(_, login)| Truth::is_judged(login) && login.kind.is_none())
        .filter_map(|(place, login)| Some((login.user, login.history, marked.score(place)?)))
        .collect();
    let mut longest = vec![0; truth.n_users];
    for (user, history, _) in &legit {
        if let Some(longest) = longest.get_mut(*user as usize) {
            *longest = (*history).max(*longest);
        }
    }
    let mut out = Vec::new();
    for (kind, number) in truth.kinds.iter().zip(0..) {
        let attacks = marked.of_kind(&places, Some(number));
        for tpr in reauth_tprs(kind) {
            let Some(cut) = lowest_caught(&attacks, *tpr) else { continue };
            for at in REAUTH_AT {
                out.push((format!("{kind} tpr{tpr} @{at}"), median_share(&legit, &longest, at, cut)));
            }
        }
    }
    out
}

fn median_share(legit: &[(u32, u32, f64)], longest: &[u32], at: u32, cut: f64) -> Option<f64> {
    let mut counts = vec![(0_u32, 0_u32); longest.len()];
    for (user, history, score) in legit {
        let place = *user as usize;
        let is_long = longest.get(place).is_some_and(|longest| *longest >= at);
        if let Some((n, hits)) = counts.get_mut(place).filter(|_| is_long && *history <= at) {
            *n += 1;
            *hits += u32::from(*score >= cut);
        }
    }
    let shares = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, hits)| f64::from(hits) / f64::from(n)).collect();
    median(shares)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = values.get(half).copied()?;
    let is_odd = values.len() % 2 == 1;
    if is_odd { Some(upper) } else { values.get(half - 1).map(|lower| f64::midpoint(*lower, upper)) }
}

/// Whether the scores keep what they promise, in the riskiest part of the last third.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Calibration {
    /// The part of the judged logins that is looked at.
    pub(super) riskiest_share: f64,
    /// So many logins.
    pub(super) n: usize,
    /// The takeovers among all judged logins of the slice.
    pub(super) base_rate: f64,
    pub(super) observed_takeovers: usize,
    /// The sum of the probabilities: the scores are at even prior, so the base rate is put to them.
    pub(super) expected_takeovers: f64,
    /// None where nothing is expected.
    pub(super) observed_over_expected: Option<f64>,
}

/// Takeovers observed and expected among the riskiest of the last third.
pub(super) fn calibration(marked: &Marked<'_>) -> Option<Calibration> {
    let places = marked.truth.slice(Slice::Late);
    let is_takeover = |place: usize| marked.truth.logins.get(place).is_some_and(|login| login.kind.is_some());
    let mut all: Vec<(f64, bool)> =
        places.iter().filter_map(|place| Some((marked.score(*place)?, is_takeover(*place)))).collect();
    let base_rate = share(all.iter().filter(|(_, takeover)| *takeover).count(), all.len())?;
    // Of equal scores the owner first, so that ties never help.
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    all.truncate((RISKIEST * all.len() as f64).ceil() as usize);
    let prior = (base_rate / (1.0 - base_rate)).ln();
    let observed = all.iter().filter(|(_, takeover)| *takeover).count();
    let expected: f64 = all.iter().map(|(score, _)| 1.0 / (1.0 + (-(score + prior)).exp())).sum();
    Some(Calibration {
        riskiest_share: RISKIEST,
        n: all.len(),
        base_rate,
        observed_takeovers: observed,
        expected_takeovers: expected,
        observed_over_expected: (expected > 0.0).then(|| observed as f64 / expected),
    })
}

/// What was judged of the owners, or of one kind, in the last third.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VerdictShares {
    /// None for the owners.
    pub(super) kind: Option<usize>,
    pub(super) n: usize,
    /// By [`Verdict::ALL`].
    pub(super) shares: [f64; 4],
}

/// The verdicts of the owners and of each kind; empty where the scores have none.
pub(super) fn verdicts(marked: &Marked<'_>) -> Vec<VerdictShares> {
    let places = marked.truth.slice(Slice::Late);
    let groups = std::iter::once(None).chain((0..marked.truth.kinds.len()).map(Some));
    let of = |kind: Option<usize>| {
        let mut counts = [0_usize; 4];
        for place in &places {
            let is_own = marked.truth.logins.get(*place).is_some_and(|login| login.kind.map(usize::from) == kind);
            let verdict = marked.scored.get(*place).copied().flatten().and_then(|scored| scored.verdict);
            let slot = verdict.and_then(|verdict| Verdict::ALL.iter().position(|other| *other == verdict));
            if let Some(count) = slot.filter(|_| is_own).and_then(|slot| counts.get_mut(slot)) {
                *count += 1;
            }
        }
        let n: usize = counts.iter().sum();
        VerdictShares { kind, n, shares: counts.map(|count| share(count, n).unwrap_or(0.0)) }
    };
    groups.map(of).filter(|shares| shares.n > 0).collect()
}

/// A part of a whole; None of nothing.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Scores beside the labels, or an error where a judged login has none.
pub(super) fn mark<'a>(
    truth: &'a Truth,
    scores: &super::scores::ScoreFile,
    path: &std::path::Path,
) -> Result<Marked<'a>, EvaluateError> {
    let marked = Marked { truth, scored: truth.logins.iter().map(|login| scores.get(login.row)).collect() };
    match marked.n_missing() {
        0 => Ok(marked),
        n => Err(EvaluateError::MissingScores { path: path.to_owned(), n }),
    }
}
