//! Campaigns: what intruders do to many accounts, or to one, as values. Stories and the shop give them names and places.
//!
//! A campaign is a function of its seed, and bounded: it ends after [`Campaign::attempts_max`] attempts, or when it is
//! called off. It knows neither people nor addresses; it says which customer by number, and from what sort of place.

mod kind;
mod plan;

use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use kind::CampaignKind;
use plan::Plan;

/// The most attempts of one campaign: more would be a load test.
pub const ATTEMPTS_MAX: u32 = 10_000;

/// A campaign, before it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Campaign {
    /// What is done.
    pub kind: CampaignKind,
    /// How many attempts it makes at most; at most [`ATTEMPTS_MAX`].
    pub attempts_max: u32,
    /// The mean time from one attempt to the next.
    pub gap: Duration,
    /// The same seed makes the same attempts.
    pub seed: u64,
}

/// One attempt of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// How long after the attempt before it.
    pub after: Duration,
    /// At whose door.
    pub target: Target,
    /// What is attempted there.
    pub aim: Aim,
    /// With what.
    pub credential: Credential,
    /// From where.
    pub origin: Origin,
}

/// At whose door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A customer, by number from 0.
    Customer(u32),
    /// A name that is nobody's here, by number.
    Nobody(u32),
}

/// What is attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To sign in.
    SignIn,
    /// To look around in a session that was opened elsewhere.
    UseSession,
    /// To put one's own contact in the place of the customer's.
    ChangeContact,
    /// To add a factor of one's own.
    ChangeFactor,
    /// To take the money.
    TakeMoney,
}

/// With what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A password of somewhere else, by number; it does not hold.
    StolenElsewhere(u32),
    /// One of [`COMMON_PASSWORDS`], by its place.
    Common(u32),
    /// One of [`COMMON_PASSWORDS`] that happens to be right.
    CommonAndRight(u32),
    /// The customer's own password.
    Right,
    /// The customer's own password and second factor.
    RightWithFactor,
    /// The customer's own session.
    Session,
}

impl Credential {
    /// Whether the application lets it in.
    #[must_use]
    pub const fn holds(self) -> bool {
        match self {
            Self::StolenElsewhere(_) | Self::Common(_) => false,
            Self::CommonAndRight(_) | Self::Right | Self::RightWithFactor | Self::Session => true,
        }
    }
}

/// From what sort of place, on what sort of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A script on a rented server, by the server's number from 1.
    Server(u32),
    /// A browser of its own on a stranger's line, by number from 1.
    Line(u32),
    /// A phishing site that passes on what it is told.
    Relay,
    /// The victim's cookie in a browser of the thief's, on a stranger's line by number from 1.
    StolenCookie(u32),
    /// The victim's own device at home, under somebody else's hand.
    VictimsDevice,
}

/// Passwords that are tried first.
pub const COMMON_PASSWORDS: [&str; 12] = [
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

impl Campaign {
    /// The attempts, against so many customers; none if there are no customers.
    #[must_use]
    pub fn begin(self, n_customers: u32) -> Attempts {
        let rng = ChaCha8Rng::seed_from_u64(self.seed);
        let n_left = if n_customers == 0 { 0 } else { self.attempts_max.min(ATTEMPTS_MAX) };
        Attempts { plan: Plan::new(self, n_customers, rng), n_left }
    }
}

/// A campaign under way.
pub struct Attempts {
    plan: Plan,
    n_left: u32,
}

impl Attempts {
    /// Calls the rest off.
    pub const fn call_off(&mut self) {
        self.n_left = 0;
    }
}

impl Iterator for Attempts {
    type Item = Attempt;

    fn next(&mut self) -> Option<Attempt> {
        self.n_left = self.n_left.checked_sub(1)?;
        Some(self.plan.next())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn campaign(kind: CampaignKind, seed: u64) -> Campaign {
        Campaign { kind, attempts_max: 600, gap: Duration::from_secs(20), seed }
    }

    #[test]
    fn a_seed_makes_the_same_attempts_and_another_others() {
        for kind in CampaignKind::ALL {
            let attempts = |seed| campaign(kind, seed).begin(300).collect::<Vec<_>>();
            assert_eq!(attempts(1), attempts(1));
            assert_ne!(attempts(1), attempts(2), "{kind:?}");
        }
    }

    #[test]
    fn a_campaign_ends_and_can_be_called_off() {
        for kind in CampaignKind::ALL {
            assert_eq!(campaign(kind, 1).begin(300).count(), 600);
            assert_eq!(campaign(kind, 1).begin(0).count(), 0);
            let endless = Campaign { attempts_max: u32::MAX, ..campaign(kind, 1) };
            assert_eq!(endless.begin(3).count(), ATTEMPTS_MAX as usize);
            let mut attempts = endless.begin(3);
            assert!(attempts.next().is_some());
            attempts.call_off();
            assert_eq!(attempts.next(), None);
        }
    }

    #[test]
    fn only_customers_that_there_are_are_targets_and_the_gap_is_kept_on_average() {
        for kind in CampaignKind::ALL {
            let attempts: Vec<_> = campaign(kind, 3).begin(40).collect();
            let is_there = |attempt: &Attempt| match attempt.target {
                Target::Customer(number) => number < 40,
                Target::Nobody(_) => true,
            };
            assert!(attempts.iter().all(is_there), "{kind:?}");
            let mean_s = attempts.iter().map(|attempt| attempt.after.as_secs_f64()).sum::<f64>() / 600.0;
            assert!((15.0..25.0).contains(&mean_s), "{kind:?}: {mean_s}");
        }
    }

    #[test]
    fn each_kind_is_what_its_name_says() {
        let attempts = |kind| campaign(kind, 5).begin(5_000).collect::<Vec<_>>();
        let origins =
            |attempts: &[Attempt]| attempts.iter().map(|a| format!("{:?}", a.origin)).collect::<BTreeSet<_>>();
        let n_held = |attempts: &[Attempt]| attempts.iter().filter(|a| a.credential.holds()).count();
        let one = attempts(CampaignKind::StuffingFromOneAddress);
        assert_eq!(origins(&one).len(), 1);
        assert!((1..30).contains(&n_held(&one)), "{}", n_held(&one));
        let many = attempts(CampaignKind::StuffingFromManyAddresses);
        assert!(origins(&many).len() > 400);
        let spray = attempts(CampaignKind::PasswordSpray);
        let words: BTreeSet<_> = spray
            .iter()
            .filter_map(|a| match a.credential {
                Credential::Common(word) | Credential::CommonAndRight(word) => Some(word),
                _ => None,
            })
            .collect();
        assert!(words.len() <= 2 && n_held(&spray) > 0);
        let guessed = attempts(CampaignKind::PasswordGuessing);
        assert!(guessed.iter().all(|a| a.target == guessed[0].target && !a.credential.holds()));
        for kind in [CampaignKind::PhishingRelay, CampaignKind::SessionTheft, CampaignKind::RemoteSupportScam] {
            assert!(attempts(kind).iter().all(|a| a.credential.holds()), "{kind:?}");
        }
        assert_eq!(origins(&attempts(CampaignKind::RemoteSupportScam)), BTreeSet::from(["VictimsDevice".to_owned()]));
    }
}
