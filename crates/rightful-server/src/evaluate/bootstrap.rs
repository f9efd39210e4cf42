//! Intervals by resampling users: a user's logins resemble each other, so users are drawn, not logins.
//!
//! Each round gives each user a weight drawn from Poisson's distribution of mean 1, the limit of drawing with
//! replacement. The same weights serve both engines of a comparison, so their difference is paired. Deterministic.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::measures::{Field, Figures};

/// How often users are drawn.
pub(super) const ROUNDS: usize = 200;
/// Where drawing begins: any number, the same at each run.
const SEED: u64 = 0;
/// The ends of a 95 % interval.
const ENDS: [f64; 2] = [0.025, 0.975];
/// The weights with a probability above 2⁻³²; beyond, the last is taken.
const WEIGHT_MAX: usize = 12;

/// An interval of each measure of each kind, in the order of the contests.
pub(super) struct Spread {
    pub(super) intervals: Vec<[[f64; 2]; Figures::COUNT]>,
    /// Of the mean over kinds.
    pub(super) macro_interval: [[f64; 2]; Figures::COUNT],
    /// Of this engine less the other, by kind, and of their means; empty without another.
    pub(super) differences: Vec<[[f64; 2]; Figures::COUNT]>,
    pub(super) macro_difference: Option<[[f64; 2]; Figures::COUNT]>,
}

/// Draws users, and measures anew each time.
pub(super) fn spread(own: &Field, other: Option<&Field>, n_users: usize) -> Spread {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let cumulative = poisson_cumulative();
    let mut weights = vec![0.0; n_users];
    let mut draws: Vec<Vec<Figures>> = Vec::with_capacity(ROUNDS);
    let mut differences: Vec<Vec<Figures>> = Vec::new();
    for _ in 0..ROUNDS {
        weights.fill_with(|| draw(&mut generator, &cumulative));
        let mine = with_mean(own.figures(Some(&weights)));
        if let Some(other) = other {
            let theirs = with_mean(other.figures(Some(&weights)));
            differences.push(mine.iter().zip(&theirs).map(|(mine, theirs)| difference(*mine, *theirs)).collect());
        }
        draws.push(mine);
    }
    let mut intervals = intervals_of(&draws);
    let mut of_differences = intervals_of(&differences);
    Spread {
        macro_interval: intervals.pop().unwrap_or_default(),
        intervals,
        macro_difference: of_differences.pop(),
        differences: of_differences,
    }
}

/// One engine's measures less another's.
pub(super) fn difference(one: Figures, other: Figures) -> Figures {
    let mut values = one.values();
    values.iter_mut().zip(other.values()).for_each(|(value, other)| *value -= other);
    Figures::of(values)
}

fn with_mean(mut figures: Vec<Figures>) -> Vec<Figures> {
    figures.extend(Figures::mean(&figures));
    figures
}

/// The intervals of each place of the rounds' results.
fn intervals_of(rounds: &[Vec<Figures>]) -> Vec<[[f64; 2]; Figures::COUNT]> {
    let n = rounds.first().map_or(0, Vec::len);
    let interval = |place: usize, name: usize| {
        let values = rounds.iter().filter_map(|round| round.get(place)?.values().get(name).copied());
        ends(values.collect())
    };
    (0..n).map(|place| std::array::from_fn(|name| interval(place, name))).collect()
}

fn ends(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    ENDS.map(|end| quantile(&values, end))
}

/// A quantile of sorted values, between two neighbours in proportion.
fn quantile(sorted: &[f64], at: f64) -> f64 {
    let place = at * sorted.len().saturating_sub(1) as f64;
    let value = |place: usize| sorted.get(place).or(sorted.last()).copied().unwrap_or(0.0);
    let (below, above) = (value(place as usize), value(place.ceil() as usize));
    below + (above - below) * place.fract()
}

/// The probability of each weight or a smaller one, of 2³².
fn poisson_cumulative() -> [f64; WEIGHT_MAX] {
    let (mut probability, mut sum) = ((-1.0_f64).exp(), 0.0);
    std::array::from_fn(|weight| {
        if weight > 0 {
            probability /= weight as f64;
        }
        sum += probability;
        sum * 2.0_f64.powi(32)
    })
}

fn draw(generator: &mut ChaCha8Rng, cumulative: &[f64]) -> f64 {
    let drawn = f64::from(generator.next_u32());
    cumulative.iter().take_while(|bound| drawn >= **bound).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_mean_and_variance_of_one() {
        let (mut generator, cumulative) = (ChaCha8Rng::seed_from_u64(1), poisson_cumulative());
        let drawn: Vec<f64> = (0..100_000).map(|_| draw(&mut generator, &cumulative)).collect();
        let n = drawn.len() as f64;
        let mean = drawn.iter().sum::<f64>() / n;
        let variance = drawn.iter().map(|weight| (weight - mean).powi(2)).sum::<f64>() / n;
        assert!((mean - 1.0).abs() < 0.01 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        for (at, expected) in [(0.0, 1.0), (0.5, 2.5), (1.0, 4.0), (0.025, 1.075)] {
            assert!((quantile(&[1.0, 2.0, 3.0, 4.0], at) - expected).abs() < 1e-12, "{at}");
        }
    }
}
