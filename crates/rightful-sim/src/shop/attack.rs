//! Campaigns at the shop: who the victims are, what the intruders hold in their hands, and how often they come.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;

use super::address;
use super::customer::{Customer, describe, hashed, username};
use super::device::{COMPUTERS, PHONES, SimulatedDevice, SimulatedModel, TOOLS};
use super::event::{Proof, ProofResult, Purpose, SimulatedEvent};
use crate::campaign::{Aim, Attempt, Attempts, COMMON_PASSWORDS, Campaign, CampaignKind, Credential, Origin, Target};

/// How large and how frequent a kind of campaign is.
struct Habit {
    /// Attempts of a typical campaign.
    attempts: u32,
    /// The mean time from one to the next, in seconds.
    gap_s: f64,
    /// How many attempts come with one of a customer's, in the long run, in a shop that is large.
    per_login: f64,
}

const fn habit(kind: CampaignKind) -> Habit {
    let (attempts, gap_s, per_login) = match kind {
        CampaignKind::StuffingFromOneAddress => (60, 1.3, 0.08),
        CampaignKind::StuffingFromManyAddresses => (50, 70.0, 0.04),
        CampaignKind::PasswordSpray => (60, 25.0, 0.04),
        CampaignKind::PasswordGuessing => (25, 11.0, 0.02),
        CampaignKind::TargetedTakeover => (2, 100.0, 0.004),
        CampaignKind::PhishingRelay => (6, 150.0, 0.004),
        CampaignKind::SessionTheft => (4, 90.0, 0.003),
        CampaignKind::RemoteSupportScam => (2, 240.0, 0.002),
    };
    Habit { attempts, gap_s, per_login }
}

/// The mean time from one campaign of a kind to the next, in seconds, in a shop with so many logins a second.
pub(super) fn rest_s(kind: CampaignKind, logins_per_s: f64) -> f64 {
    let habit = habit(kind);
    f64::from(habit.attempts) / (habit.per_login * logins_per_s)
}

/// A campaign under way.
pub(super) struct Underway {
    pub(super) kind: CampaignKind,
    attempts: Attempts,
    /// What an origin is, once it has been seen: a server keeps its address.
    sources: BTreeMap<(u8, u32), Source>,
}

/// What an intruder's attempts come from.
#[derive(Clone)]
struct Source {
    device: Arc<SimulatedDevice>,
    address: IpAddr,
}

impl Underway {
    /// Begins a campaign, between half and one and a half of its usual size.
    pub(super) fn begin(kind: CampaignKind, rng: &mut impl Rng, customers: &[Customer]) -> Self {
        let habit = habit(kind);
        // Of what is done at one victim's, both steps.
        let attempts_max = (habit.attempts / 2 + rng.random_range(0..=habit.attempts)).max(2);
        let gap = Duration::from_secs_f64(habit.gap_s);
        let campaign = Campaign { kind, attempts_max, gap, seed: rng.random() };
        let n_customers = u32::try_from(customers.len()).unwrap_or(u32::MAX);
        Self { kind, attempts: campaign.begin(n_customers), sources: BTreeMap::new() }
    }

    /// Calls the rest off.
    pub(super) const fn call_off(&mut self) {
        self.attempts.call_off();
    }

    /// The next attempt, and how long after the one before it; None at the end.
    pub(super) fn next(&mut self, rng: &mut impl Rng, customers: &[Customer]) -> Option<(Duration, SimulatedEvent)> {
        let attempt = self.attempts.next()?;
        let victim = match attempt.target {
            Target::Customer(number) => customers.get(number as usize),
            Target::Nobody(_) => None,
        };
        let source = self.source(attempt.origin, rng, victim);
        Some((attempt.after, event(self.kind, &attempt, victim, source)))
    }

    fn source(&mut self, origin: Origin, rng: &mut impl Rng, victim: Option<&Customer>) -> Source {
        let (sort, number) = match origin {
            Origin::Server(number) => (0, number),
            Origin::Line(number) => (1, number),
            Origin::Relay => (2, 0),
            Origin::StolenCookie(number) => (3, number),
            Origin::VictimsDevice => (4, 0),
        };
        if let (Origin::VictimsDevice, Some(victim)) = (origin, victim) {
            let (device, address) = victim.at_home();
            return Source { device, address };
        }
        let known = self.sources.entry((sort, number));
        known.or_insert_with(|| new_source(origin, rng, victim)).clone()
    }
}

fn new_source(origin: Origin, rng: &mut impl Rng, victim: Option<&Customer>) -> Source {
    match (origin, victim) {
        (Origin::Server(_), _) => Source { device: new_device(rng, &TOOLS), address: address::rented(rng) },
        (Origin::Relay, _) => Source { device: new_device(rng, &COMPUTERS), address: address::rented(rng) },
        (Origin::StolenCookie(_), Some(victim)) => {
            let thiefs = SimulatedDevice::any_of(rng, &COMPUTERS, "en-US");
            let device = SimulatedDevice { id: victim.at_home().0.id.clone(), ..thiefs };
            Source { device: Arc::new(device), address: address::residential_proxy(rng) }
        }
        (Origin::Line(_) | Origin::StolenCookie(_) | Origin::VictimsDevice, _) => {
            let shelf: &'static [_] = if rng.random_bool(0.3) { &PHONES } else { &COMPUTERS };
            Source { device: new_device(rng, shelf), address: address::residential_proxy(rng) }
        }
    }
}

fn new_device(rng: &mut impl Rng, shelf: &'static [SimulatedModel]) -> Arc<SimulatedDevice> {
    Arc::new(SimulatedDevice::any_of(rng, shelf, "en-US"))
}

/// An attempt as the shop's door sees it. The shop asks for the password before whatever matters.
fn event(kind: CampaignKind, attempt: &Attempt, victim: Option<&Customer>, source: Source) -> SimulatedEvent {
    let username = match (victim, attempt.target) {
        (Some(victim), _) => victim.username.clone(),
        (None, Target::Nobody(number) | Target::Customer(number)) => username(1_000_000 + number as usize),
    };
    let succeeded = victim.is_some() && attempt.credential.holds();
    let Source { device, address } = source;
    SimulatedEvent {
        after: Duration::ZERO,
        description: describe(&username, &device, address, succeeded),
        attack: Some(kind),
        purpose: purpose(attempt.aim),
        username,
        customer_id: victim.map(|victim| victim.id.clone()),
        succeeded,
        proofs: proofs(attempt.credential, victim),
        device,
        address,
        city: None,
    }
}

const fn purpose(aim: Aim) -> Purpose {
    match aim {
        Aim::SignIn | Aim::UseSession => Purpose::Shopping,
        Aim::ChangeContact | Aim::ChangeFactor => Purpose::DetailsChange,
        Aim::TakeMoney => Purpose::Payout,
    }
}

fn proofs(credential: Credential, victim: Option<&Customer>) -> Vec<ProofResult> {
    let common = |place: u32| COMMON_PASSWORDS.get(place as usize).copied().unwrap_or_default();
    match (credential, victim) {
        (Credential::StolenElsewhere(number), Some(_)) => {
            vec![ProofResult::failed(hashed(&format!("stolen elsewhere {number}")), "BAD_PASSWORD")]
        }
        (Credential::StolenElsewhere(number), None) => {
            vec![ProofResult::failed(hashed(&format!("stolen elsewhere {number}")), "UNKNOWN_USERNAME")]
        }
        (Credential::Common(place), _) => vec![ProofResult::failed(hashed(common(place)), "BAD_PASSWORD")],
        // Whose password is that common has it for a hash.
        (Credential::CommonAndRight(place), _) => vec![ProofResult::held(hashed(common(place)))],
        (Credential::RightWithFactor, Some(victim)) => {
            vec![ProofResult::held(victim.password_proof()), ProofResult::held(Proof::OneTimeCode)]
        }
        // Who has the session has the saved password, too.
        (Credential::Right | Credential::Session, Some(victim)) => vec![ProofResult::held(victim.password_proof())],
        (Credential::Right | Credential::RightWithFactor | Credential::Session, None) => Vec::new(),
    }
}
