//! The stored form of what all accounts of an application do.

use rightful_domain::{FAILURE_CLASSES, NoveltyCount, Population, RATED_LEVELS, Timestamp, ValueCount, VersionShares};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::lesson::StoredVersion;

/// Versions of one thing: when their weights were brought up to date, and each with its weight.
type StoredShares = (i64, Vec<(StoredVersion, f32)>);

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredPopulation {
    n_accounts: u32,
    n_named: u32,
    /// Tag, accounts, children.
    values: Vec<([u8; 4], u32, u32)>,
    /// Level by level, cell by cell: novel, tried.
    novelty: Vec<Vec<(f32, f32)>>,
    direction: [[f32; 2]; 2],
    versions: Vec<([u8; 4], [StoredShares; 2])>,
    names: [[f32; 3]; 3],
    hours: Vec<([u8; 4], Vec<u32>)>,
    failures: [[f32; FAILURE_CLASSES]; 3],
}

/// Hours of a day, on weekdays and at weekends.
const HOURS: usize = 48;

impl StoredPopulation {
    pub(crate) fn of(population: &Population) -> Self {
        let value = |(tag, count): (&u32, &ValueCount)| (tag.to_le_bytes(), count.accounts, count.children);
        let shares = |shares: &VersionShares| {
            let weights = shares.weights.iter().map(|(version, weight)| (StoredVersion::of(*version), *weight));
            (shares.at.as_micros(), weights.collect())
        };
        let cells = |counts: &[NoveltyCount]| counts.iter().map(|count| (count.novel, count.tried)).collect();
        Self {
            n_accounts: population.n_accounts,
            n_named: population.n_named,
            values: population.values.iter().map(value).collect(),
            novelty: population.novelty.iter().map(|counts| cells(counts)).collect(),
            direction: population.direction,
            versions: population
                .versions
                .iter()
                .map(|(tag, both)| (tag.to_le_bytes(), both.each_ref().map(shares)))
                .collect(),
            names: population.names,
            hours: population.hours.iter().map(|(tag, hours)| (tag.to_le_bytes(), hours.clone())).collect(),
            failures: population.failures,
        }
    }

    pub(crate) fn restore(self) -> Result<Population, Undecodable> {
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
        for (cells, stored) in population.novelty.iter_mut().zip(self.novelty) {
            if cells.len() != stored.len() {
                return Err(Undecodable("a population without its classes"));
            }
            for (count, (novel, tried)) in cells.iter_mut().zip(stored) {
                *count = NoveltyCount { novel, tried };
            }
        }
        Ok(population)
    }
}
