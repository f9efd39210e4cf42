//! The stored form of what all accounts of an application do.

use rightful_domain::{
    BudgetThreshold, COARSE_CELLS, FAILURE_CLASSES, NoveltyCount, Population, RATED_LEVELS, ScoreBudget, Timestamp,
    ValueCount, VersionShares,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::lesson::StoredVersion;

/// Versions of one thing: when their weights were brought up to date, and each with its weight.
type StoredShares = (i64, Vec<(StoredVersion, f32)>);

/// By class: novel, tried.
type StoredClasses = Vec<(f32, f32)>;

/// Type of device: novel, tried.
type StoredMobility = Vec<([u8; 4], f32, f32)>;

/// As written by the second version of states: of types of device, nothing, not even a length.
pub(crate) type CoarsePopulation = StoredPopulation<()>;

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredPopulation<M = StoredMobility> {
    n_accounts: u32,
    n_named: u32,
    /// Tag, accounts, children.
    values: Vec<([u8; 4], u32, u32)>,
    /// Level by level, cell by cell: novel, tried.
    novelty: Vec<StoredClasses>,
    mobility: M,
    direction: [[f32; 2]; 2],
    versions: Vec<([u8; 4], [StoredShares; 2])>,
    names: [[f32; 3]; 3],
    hours: Vec<([u8; 4], Vec<u32>)>,
    failures: [[f32; FAILURE_CLASSES]; 3],
    scores: StoredScores,
}

#[derive(Serialize, Deserialize)]
struct StoredScores {
    day: Option<i64>,
    /// By bucket.
    today: Vec<u32>,
    /// By bucket.
    settled: Vec<f32>,
    /// By budget: where it stands, when it moved, seen above, seen below.
    thresholds: Vec<(Option<f32>, Option<i64>, f32, f32)>,
}

/// Hours of a day, on weekdays and at weekends.
const HOURS: usize = 48;

impl StoredPopulation {
    pub(crate) fn of(population: &Population) -> Self {
        let value = |(tag, count): (u32, ValueCount)| (tag.to_le_bytes(), count.accounts, count.children);
        let shares = |shares: &VersionShares| {
            let weights = shares.weights.iter().map(|(version, weight)| (StoredVersion::of(*version), *weight));
            (shares.at.as_micros(), weights.collect())
        };
        let mobility = |(tag, count): (&u32, &NoveltyCount)| (tag.to_le_bytes(), count.novel, count.tried);
        let cells = |counts: &[NoveltyCount]| counts.iter().map(|count| (count.novel, count.tried)).collect();
        Self {
            n_accounts: population.n_accounts,
            n_named: population.n_named,
            values: population.values.iter().map(value).collect(),
            novelty: population.novelty.iter().map(|counts| cells(counts)).collect(),
            mobility: population.mobility.iter().map(mobility).collect(),
            direction: population.direction,
            versions: population
                .versions
                .iter()
                .map(|(tag, both)| (tag.to_le_bytes(), both.each_ref().map(shares)))
                .collect(),
            names: population.names,
            hours: population.hours.iter().map(|(tag, hours)| (tag.to_le_bytes(), hours.clone())).collect(),
            failures: population.failures,
            scores: StoredScores::of(&population.scores),
        }
    }

    pub(crate) fn restore(mut self) -> Result<Population, Undecodable> {
        let mobility = std::mem::take(&mut self.mobility);
        let (mut population, novelty) = self.restore_but_classes()?;
        let mobility = mobility.into_iter();
        population
            .mobility
            .extend(mobility.map(|(tag, novel, tried)| (u32::from_le_bytes(tag), NoveltyCount { novel, tried })));
        for (cells, stored) in population.novelty.iter_mut().zip(novelty) {
            *cells = classes(stored)?;
        }
        Ok(population)
    }
}

impl CoarsePopulation {
    pub(crate) fn restore_coarse(self) -> Result<Population, Undecodable> {
        let (mut population, novelty) = self.restore_but_classes()?;
        let mut coarse = [[NoveltyCount::default(); COARSE_CELLS]; RATED_LEVELS];
        for (cells, stored) in coarse.iter_mut().zip(novelty) {
            *cells = classes(stored)?;
        }
        population.take_up_coarse(&coarse);
        Ok(population)
    }
}

impl<M> StoredPopulation<M> {
    /// All but how often what is new in which class; and that, as stored, for every level.
    fn restore_but_classes(self) -> Result<(Population, Vec<StoredClasses>), Undecodable> {
        let shares = |(at, weights): StoredShares| VersionShares {
            at: Timestamp::from_micros(at),
            weights: weights.into_iter().map(|(version, weight)| (version.restore(), weight)).collect(),
        };
        let mut population = Population {
            n_accounts: self.n_accounts,
            n_named: self.n_named,
            direction: self.direction,
            names: self.names,
            failures: self.failures,
            scores: self.scores.restore()?,
            ..Population::default()
        };
        let count = |(tag, accounts, children)| (u32::from_le_bytes(tag), ValueCount { accounts, children });
        population.values.extend(self.values.into_iter().map(count));
        let versions = self.versions.into_iter().map(|(tag, both)| (u32::from_le_bytes(tag), both.map(shares)));
        population.versions.extend(versions);
        if self.hours.iter().any(|(_, hours)| hours.len() != HOURS) {
            return Err(Undecodable("a day without its hours"));
        }
        population.hours.extend(self.hours.into_iter().map(|(tag, hours)| (u32::from_le_bytes(tag), hours)));
        if self.novelty.len() != RATED_LEVELS {
            return Err(Undecodable("a population without its levels"));
        }
        Ok((population, self.novelty))
    }
}

fn classes<const N: usize>(stored: StoredClasses) -> Result<[NoveltyCount; N], Undecodable> {
    let counts: Vec<NoveltyCount> = stored.into_iter().map(|(novel, tried)| NoveltyCount { novel, tried }).collect();
    counts.try_into().map_err(|_| Undecodable("a population without its classes"))
}

impl StoredScores {
    fn of(scores: &ScoreBudget) -> Self {
        let threshold = |one: &BudgetThreshold| (one.nats, one.moved_on, one.seen_above, one.seen_below);
        Self {
            day: scores.day,
            today: scores.today.to_vec(),
            settled: scores.settled.to_vec(),
            thresholds: scores.thresholds.iter().map(threshold).collect(),
        }
    }

    fn restore(self) -> Result<ScoreBudget, Undecodable> {
        let threshold =
            |(nats, moved_on, seen_above, seen_below)| BudgetThreshold { nats, moved_on, seen_above, seen_below };
        let thresholds: Vec<BudgetThreshold> = self.thresholds.into_iter().map(threshold).collect();
        Ok(ScoreBudget {
            day: self.day,
            today: self.today.try_into().map_err(|_| Undecodable("scores without their buckets"))?,
            settled: self.settled.try_into().map_err(|_| Undecodable("scores without their buckets"))?,
            thresholds: thresholds.try_into().map_err(|_| Undecodable("scores without their budgets"))?,
        })
    }
}
