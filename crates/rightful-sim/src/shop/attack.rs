//! Attacks: four ways to get at accounts that are not one's own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rand::seq::IndexedRandom;

use super::address;
use super::customer::{Customer, Timed, describe, hashed, username};
use super::device::{COMPUTERS, PHONES, SimulatedDevice, TOOLS};
use super::event::{ProofResult, Purpose, SimulatedEvent};

/// A way to get at accounts that are not one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttackKind {
    /// Stolen pairs of name and password tried quickly, from one address with one tool.
    StuffingFromOneAddress,
    /// Stolen pairs tried slowly, each from another address and as another device.
    SlowStuffing,
    /// One customer's right password, on a new device in another network; then the details are changed.
    TargetedTakeover,
    /// One customer's password guessed from a list of common ones.
    PasswordGuessing,
}

impl AttackKind {
    /// All four.
    pub const ALL: [Self; 4] =
        [Self::StuffingFromOneAddress, Self::SlowStuffing, Self::TargetedTakeover, Self::PasswordGuessing];

    /// In words, for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StuffingFromOneAddress => "stuffing from one address",
            Self::SlowStuffing => "slow stuffing from many",
            Self::TargetedTakeover => "targeted takeover",
            Self::PasswordGuessing => "password guessing",
        }
    }

    /// The attempts of a typical attack of this kind.
    pub(super) const fn typical_attempts(self) -> f64 {
        match self {
            Self::StuffingFromOneAddress => 60.0,
            Self::SlowStuffing => 50.0,
            Self::TargetedTakeover => 2.0,
            Self::PasswordGuessing => 25.0,
        }
    }

    /// How many attempts of this kind come with one of a customer's, in the long run, in a shop that is large.
    pub(super) const fn attempts_per_login(self) -> f64 {
        match self {
            Self::StuffingFromOneAddress => 0.08,
            Self::SlowStuffing => 0.04,
            Self::TargetedTakeover => 0.004,
            Self::PasswordGuessing => 0.02,
        }
    }

    /// The attempts of one attack of this kind. Empty if there are no customers.
    pub(super) fn launch(self, rng: &mut impl Rng, customers: &[Customer]) -> Vec<Timed> {
        let Some(victim) = customers.choose(rng) else { return Vec::new() };
        match self {
            Self::StuffingFromOneAddress => stuffing_from_one_address(rng, customers),
            Self::SlowStuffing => slow_stuffing(rng, customers),
            Self::TargetedTakeover => targeted_takeover(rng, victim),
            Self::PasswordGuessing => password_guessing(rng, victim),
        }
    }
}

/// Stolen pairs that still open a door: one or two in a hundred is what merchants report.
const PAIR_STILL_WORKS: f64 = 0.015;
/// Stolen names that are known at this shop at all.
const NAME_IS_KNOWN: f64 = 0.35;
/// Passwords that are guessed first.
const COMMON_PASSWORDS: [&str; 12] = [
    "123456",
    "password",
    "12345678",
    "qwerty",
    "password1",
    "111111",
    "iloveyou",
    "abc123",
    "letmein",
    "dragon",
    "monkey",
    "welcome1",
];

fn stuffing_from_one_address(rng: &mut impl Rng, customers: &[Customer]) -> Vec<Timed> {
    let source = Source { device: new_device(rng, &TOOLS), address: address::rented(rng) };
    let mut at = Duration::ZERO;
    let n = rng.random_range(30..90);
    (0..n)
        .map(|_| {
            at += Duration::from_millis(rng.random_range(200..2_500));
            (at, stuffed(rng, customers, AttackKind::StuffingFromOneAddress, &source))
        })
        .collect()
}

fn slow_stuffing(rng: &mut impl Rng, customers: &[Customer]) -> Vec<Timed> {
    let mut at = Duration::ZERO;
    let n = rng.random_range(30..70);
    (0..n)
        .map(|_| {
            at += Duration::from_secs(rng.random_range(20..120));
            let source = Source { device: new_device(rng, &COMPUTERS), address: address::residential_proxy(rng) };
            (at, stuffed(rng, customers, AttackKind::SlowStuffing, &source))
        })
        .collect()
}

fn stuffed(rng: &mut impl Rng, customers: &[Customer], kind: AttackKind, source: &Source) -> SimulatedEvent {
    let known = customers.choose(rng).filter(|_| rng.random_bool(NAME_IS_KNOWN));
    let Some(customer) = known else {
        let stranger = username(1_000_000 + rng.random_range(0..1_000_000));
        let guess = hashed(&format!("stolen elsewhere {}", rng.random::<u32>()));
        return source.attempt(kind, (&stranger, None), vec![ProofResult::failed(guess, "UNKNOWN_USERNAME")]);
    };
    let proof = if rng.random_bool(PAIR_STILL_WORKS) {
        ProofResult::held(customer.password_proof())
    } else {
        ProofResult::failed(hashed(&format!("stolen elsewhere {}", rng.random::<u32>())), "BAD_PASSWORD")
    };
    source.attempt(kind, (&customer.username, Some(&customer.id)), vec![proof])
}

fn targeted_takeover(rng: &mut impl Rng, victim: &Customer) -> Vec<Timed> {
    let shelf: &'static [_] = if rng.random_bool(0.5) { &PHONES } else { &COMPUTERS };
    let source = Source { device: new_device(rng, shelf), address: address::residential_proxy(rng) };
    let door = (victim.username.as_str(), Some(victim.id.as_str()));
    let password = || vec![ProofResult::held(victim.password_proof())];
    let login = source.attempt(AttackKind::TargetedTakeover, door, password());
    let mut change = source.attempt(AttackKind::TargetedTakeover, door, password());
    change.purpose = Purpose::DetailsChange;
    vec![(Duration::ZERO, login), (Duration::from_secs(rng.random_range(30..180)), change)]
}

fn password_guessing(rng: &mut impl Rng, victim: &Customer) -> Vec<Timed> {
    let source = Source { device: new_device(rng, &TOOLS), address: address::rented(rng) };
    let mut at = Duration::ZERO;
    let n: u32 = rng.random_range(12..40);
    (0..n)
        .map(|nth| {
            at += Duration::from_secs(rng.random_range(2..20));
            let common = COMMON_PASSWORDS.get(nth as usize % COMMON_PASSWORDS.len()).copied().unwrap_or_default();
            let round = nth as usize / COMMON_PASSWORDS.len();
            let guess = if round == 0 { common.to_owned() } else { format!("{common}{round}") };
            let proofs = vec![ProofResult::failed(hashed(&guess), "BAD_PASSWORD")];
            let door = (victim.username.as_str(), Some(victim.id.as_str()));
            (at, source.attempt(AttackKind::PasswordGuessing, door, proofs))
        })
        .collect()
}

fn new_device(rng: &mut impl Rng, shelf: &'static [super::device::SimulatedModel]) -> Arc<SimulatedDevice> {
    Arc::new(SimulatedDevice::any_of(rng, shelf, "en-US"))
}

/// Where an intruder's attempts come from.
struct Source {
    device: Arc<SimulatedDevice>,
    address: IpAddr,
}

impl Source {
    fn attempt(
        &self,
        kind: AttackKind,
        (username, customer_id): (&str, Option<&str>),
        proofs: Vec<ProofResult>,
    ) -> SimulatedEvent {
        let succeeded = proofs.iter().all(|result| result.failure.is_none());
        SimulatedEvent {
            after: Duration::ZERO,
            description: describe(username, &self.device, self.address, succeeded),
            attack: Some(kind),
            purpose: Purpose::Shopping,
            username: username.to_owned(),
            customer_id: customer_id.map(str::to_owned),
            succeeded,
            proofs,
            device: Arc::clone(&self.device),
            address: self.address,
            city: None,
        }
    }
}
