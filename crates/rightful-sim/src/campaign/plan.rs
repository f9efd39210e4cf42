//! What each kind of campaign attempts next.

use std::collections::VecDeque;
use std::time::Duration;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Aim, Attempt, COMMON_PASSWORDS, Campaign, CampaignKind, Credential, Origin, Target};

/// Stolen pairs that still open a door: one or two in a hundred is what merchants report.
const PAIR_STILL_WORKS: f64 = 0.015;
/// Stolen names that are known here at all.
const NAME_IS_KNOWN: f64 = 0.35;
/// Customers whose password is one of those that everybody tries.
const COMMON_IS_RIGHT: f64 = 0.01;
/// Servers that a spray comes from.
const SPRAY_SERVERS: u32 = 5;
/// Numbers of lines and of passwords are below this.
const NUMBERS: u32 = 4_000;

/// What is left to do.
pub(super) struct Plan {
    campaign: Campaign,
    n_customers: u32,
    rng: ChaCha8Rng,
    /// The rest of what was begun at one victim's.
    begun: VecDeque<(Aim, Credential)>,
    /// Whom the campaign, or what is begun, is about.
    victim: u32,
    origin: Origin,
    /// The first name that a spray comes to, and how far it is.
    n_made: u32,
}

impl Plan {
    pub(super) fn new(campaign: Campaign, n_customers: u32, mut rng: ChaCha8Rng) -> Self {
        let victim = rng.random_range(0..n_customers.max(1));
        Self { campaign, n_customers, victim, rng, begun: VecDeque::new(), origin: Origin::Relay, n_made: 0 }
    }

    pub(super) fn next(&mut self) -> Attempt {
        let (target, aim, credential, origin) = match self.campaign.kind {
            CampaignKind::StuffingFromOneAddress => self.pair(Origin::Server(1)),
            CampaignKind::StuffingFromManyAddresses => {
                let line = self.line();
                self.pair(Origin::Line(line))
            }
            CampaignKind::PasswordSpray => self.spray(),
            CampaignKind::PasswordGuessing => self.guess(),
            CampaignKind::TargetedTakeover
            | CampaignKind::PhishingRelay
            | CampaignKind::SessionTheft
            | CampaignKind::RemoteSupportScam => self.at_a_victims(),
        };
        self.n_made += 1;
        Attempt { after: self.gap(), target, aim, credential, origin }
    }

    /// From half to one and a half of the mean.
    fn gap(&mut self) -> Duration {
        self.campaign.gap.mul_f64(self.rng.random_range(0.5..1.5))
    }

    fn line(&mut self) -> u32 {
        self.rng.random_range(1..NUMBERS)
    }

    fn pair(&mut self, origin: Origin) -> (Target, Aim, Credential, Origin) {
        let elsewhere = Credential::StolenElsewhere(self.rng.random_range(0..NUMBERS));
        if !self.rng.random_bool(NAME_IS_KNOWN) {
            return (Target::Nobody(self.rng.random_range(0..1_000_000)), Aim::SignIn, elsewhere, origin);
        }
        let target = Target::Customer(self.rng.random_range(0..self.n_customers));
        let credential = if self.rng.random_bool(PAIR_STILL_WORKS) { Credential::Right } else { elsewhere };
        (target, Aim::SignIn, credential, origin)
    }

    /// One name after the other, so that no account is tried twice with one word.
    fn spray(&mut self) -> (Target, Aim, Credential, Origin) {
        let number = (self.victim + self.n_made) % self.n_customers;
        let word = self.n_made / self.n_customers % 2;
        let held = self.rng.random_bool(COMMON_IS_RIGHT);
        let credential = if held { Credential::CommonAndRight(word) } else { Credential::Common(word) };
        let server = Origin::Server(self.rng.random_range(1..=SPRAY_SERVERS));
        (Target::Customer(number), Aim::SignIn, credential, server)
    }

    fn guess(&mut self) -> (Target, Aim, Credential, Origin) {
        let word = self.n_made % u32::try_from(COMMON_PASSWORDS.len()).unwrap_or(1);
        (Target::Customer(self.victim), Aim::SignIn, Credential::Common(word), Origin::Server(1))
    }

    /// The next thing at a victim's; the first at the next one's when that is done.
    fn at_a_victims(&mut self) -> (Target, Aim, Credential, Origin) {
        if self.begun.is_empty() {
            self.victim = self.rng.random_range(0..self.n_customers);
            let line = self.line();
            let (origin, steps): (Origin, &[(Aim, Credential)]) = match self.campaign.kind {
                CampaignKind::PhishingRelay => (
                    Origin::Relay,
                    &[(Aim::SignIn, Credential::RightWithFactor), (Aim::ChangeFactor, Credential::Session)],
                ),
                CampaignKind::SessionTheft => (
                    Origin::StolenCookie(line),
                    &[(Aim::UseSession, Credential::Session), (Aim::TakeMoney, Credential::Session)],
                ),
                CampaignKind::RemoteSupportScam => (
                    Origin::VictimsDevice,
                    &[(Aim::SignIn, Credential::RightWithFactor), (Aim::TakeMoney, Credential::Session)],
                ),
                // The others are not about one victim at a time.
                CampaignKind::TargetedTakeover
                | CampaignKind::StuffingFromOneAddress
                | CampaignKind::StuffingFromManyAddresses
                | CampaignKind::PasswordSpray
                | CampaignKind::PasswordGuessing => {
                    (Origin::Line(line), &[(Aim::SignIn, Credential::Right), (Aim::ChangeContact, Credential::Right)])
                }
            };
            self.origin = origin;
            self.begun.extend(steps);
        }
        let (aim, credential) = self.begun.pop_front().unwrap_or((Aim::SignIn, Credential::Right));
        (Target::Customer(self.victim), aim, credential, self.origin)
    }
}
