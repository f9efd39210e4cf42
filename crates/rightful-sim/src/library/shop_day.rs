//! The shop's attempts as events, with what its people do once they are in: they buy, sell, move house.
//!
//! The shop tells only of its door (see [`crate::shop`]). What happens behind it is made up here, from the same seed: what
//! intruders come for, and the like of it that customers do every day.

use std::collections::BTreeSet;
use std::net::IpAddr;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rightful_domain::{
    AccountId, Action, ApplicationId, Device, DeviceAlias, DeviceAliasKind, DeviceId, Event, EventId, FailureReason,
    Location, Mechanism, MechanismKind, Money, Network, Outcome, Payment, PaymentDirection, Person, Pii, Source,
    Timestamp,
};

use crate::campaign::CampaignKind;
use crate::shop::{Proof, ProofResult, Purpose, SimulatedEvent};

/// Visits after which one of these is done.
const BUYS: f64 = 0.4;
const SELLS: f64 = 0.02;
/// Purchases with another card than usual.
const OTHER_CARD: f64 = 0.05;
/// Of changes of details: where parcels go, else the phone number, else the e-mail address.
const MOVES_HOUSE: f64 = 0.6;
const NEW_PHONE_NUMBER: f64 = 0.6;
const CITIES: [&str; 5] = ["London", "Lisbon", "Berlin", "Paris", "Warsaw"];

/// Turns what the shop sees into events.
pub(super) struct ShopDay {
    application: ApplicationId,
    rng: ChaCha8Rng,
    n_events: u64,
    /// Whose contacts have been told.
    introduced: BTreeSet<String>,
}

impl ShopDay {
    pub(super) fn new(application: ApplicationId, seed: u64) -> Self {
        Self { application, rng: ChaCha8Rng::seed_from_u64(seed), n_events: 0, introduced: BTreeSet::new() }
    }

    /// The events of one attempt, in order: the sign-in or what it is for, and what follows it. With each sign-in, its
    /// password's SHA-256.
    pub(super) fn events(&mut self, seen: &SimulatedEvent, at: Timestamp) -> Vec<(Event, Option<[u8; 32]>)> {
        let mut event = self.bare(seen, at);
        event.mechanisms = seen.proofs.iter().map(mechanism).collect();
        match (seen.purpose, seen.attack) {
            (Purpose::Shopping, _) => {}
            (Purpose::DetailsChange, Some(CampaignKind::PhishingRelay)) => event.action = Action::AccountAuthChange,
            (Purpose::DetailsChange, attack) => {
                event.action = Action::AccountDetailsChange;
                event.person = self.changed(attack.is_some());
            }
            (Purpose::Payout, _) => {
                event.action = Action::Withdraw;
                event.payment = Some(self.loot());
            }
        }
        let first_factor = seen.proofs.first().filter(|_| event.action == Action::Login);
        if first_factor.is_some_and(|first| first.proof == Proof::MagicLink) {
            event.action = Action::PasswordReset;
        }
        let is_owner = seen.attack.is_none() && seen.succeeded;
        if is_owner && self.introduced.insert(seen.username.clone()) {
            event.person = introduction(&seen.username);
        }
        let visits = is_owner && event.action == Action::Login;
        let mut events = vec![(event, password(seen))];
        if visits && self.rng.random_bool(BUYS) {
            events.push((self.purchase(seen, at), None));
        }
        if visits && self.rng.random_bool(SELLS) {
            events.push((self.payout(seen, at), None));
        }
        events
    }

    fn bare(&mut self, seen: &SimulatedEvent, at: Timestamp) -> Event {
        self.n_events += 1;
        let [a, b, c, d, e, f, g, h] = self.n_events.to_be_bytes();
        let id = EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [0, 0, a, b, c, d, e, f, g, h]);
        let account = seen.customer_id.as_deref().and_then(|id| AccountId::new(id).ok());
        Event {
            account,
            username: Some(Pii::new(seen.username.as_str().into())),
            outcome: if seen.succeeded { Outcome::Succeeded } else { Outcome::Failed },
            device: device(seen),
            network: Network {
                ip: Some(seen.address),
                user_agent: Some(seen.device.model.user_agent.into()),
                origin: None,
            },
            location: seen.city.map(|city| Location {
                latitude: Some(city.latitude),
                longitude: Some(city.longitude),
                city: Some(city.name.into()),
                ..Location::default()
            }),
            ..Event::new(id, self.application.clone(), Source::Native, Action::Login, at)
        }
    }

    fn changed(&mut self, by_intruder: bool) -> Person {
        let number = self.rng.random_range(0..1_000_000);
        if by_intruder {
            let email = Some(Pii::new(format!("mallory-{number}@example.net").into()));
            return Person { email, ..Person::default() };
        }
        if self.rng.random_bool(MOVES_HOUSE) {
            let city = CITIES.get(number % CITIES.len()).copied().unwrap_or_default();
            return Person { delivery_address: Some(Box::new(in_city(city))), ..Person::default() };
        }
        if self.rng.random_bool(NEW_PHONE_NUMBER) {
            return Person { phone: Some(Pii::new(format!("+1555{number:06}").into())), ..Person::default() };
        }
        Person { email: Some(Pii::new(format!("new-{number}@example.com").into())), ..Person::default() }
    }

    fn purchase(&mut self, seen: &SimulatedEvent, at: Timestamp) -> Event {
        let amount = money(self.rng.random_range(10..120));
        let card = if self.rng.random_bool(OTHER_CARD) { 2 } else { 1 };
        let method_id = Some(Pii::new(format!("card-{card}-of-{}", seen.username).into()));
        let payment = paid(amount, ("card", method_id), None);
        Event { action: Action::Checkout, payment: Some(payment), ..self.bare(seen, at) }
    }

    /// What a customer has sold at the shop is paid out to their own bank.
    fn payout(&mut self, seen: &SimulatedEvent, at: Timestamp) -> Event {
        let amount = money(self.rng.random_range(20..200));
        let own = Some(Pii::new(format!("bank-of-{}", seen.username).into()));
        let payment = paid(amount, ("bank", own.clone()), own);
        Event { action: Action::Withdraw, payment: Some(payment), ..self.bare(seen, at) }
    }

    fn loot(&mut self) -> Payment {
        let amount = money(self.rng.random_range(200..900));
        let mule = Some(Pii::new(format!("mule-{}", self.rng.random_range(0..3)).into()));
        paid(amount, ("bank", mule.clone()), mule)
    }
}

fn introduction(username: &str) -> Person {
    Person {
        email: Some(Pii::new(username.into())),
        phone: Some(Pii::new(format!("+1444{}", username.len()).into())),
        delivery_address: Some(Box::new(in_city("Dublin"))),
        ..Person::default()
    }
}

fn in_city(city: &str) -> Location {
    Location { city: Some(city.into()), ..Location::default() }
}

fn money(euros: i64) -> Money {
    Money { ten_thousandths: euros * 10_000, currency: *b"EUR" }
}

fn paid(amount: Money, (method, method_id): (&str, Option<Pii<Box<str>>>), payee: Option<Pii<Box<str>>>) -> Payment {
    Payment {
        amount: Some(amount),
        method: Some(method.into()),
        method_id,
        payee,
        direction: Some(PaymentDirection::Out),
        ..Payment::default()
    }
}

fn device(seen: &SimulatedEvent) -> Device {
    let model = seen.device.model;
    let id = DeviceId::new(seen.device.id.as_str()).ok();
    Device {
        aliases: id.into_iter().map(|id| DeviceAlias { kind: DeviceAliasKind::Vendor, id }).collect(),
        kind: Some(model.kind.into()),
        manufacturer: Some(model.manufacturer.into()),
        model: Some(model.model.into()),
        os: Some(model.os.into()),
        language: Some(seen.device.language.into()),
        ..Device::default()
    }
}

fn mechanism(result: &ProofResult) -> Mechanism {
    let kind = match &result.proof {
        Proof::Password(_) => MechanismKind::Password,
        Proof::OneTimeCode => MechanismKind::OneTimeCode,
        Proof::MagicLink => MechanismKind::MagicLink,
        Proof::Social(_) => MechanismKind::Social,
    };
    let failure = result.failure.map(|failure| match failure {
        "UNKNOWN_USERNAME" => FailureReason::UnknownUsername,
        _ => FailureReason::BadPassword,
    });
    Mechanism { kind, succeeded: Some(result.failure.is_none()), failure, provider: None, sent_to: None }
}

/// The SHA-256 that the shop sends in hexadecimal.
fn password(seen: &SimulatedEvent) -> Option<[u8; 32]> {
    let hex = seen.proofs.iter().find_map(|result| match &result.proof {
        Proof::Password(hex) => Some(hex),
        Proof::OneTimeCode | Proof::MagicLink | Proof::Social(_) => None,
    })?;
    let mut hash = [0; 32];
    for (nth, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * nth..2 * nth + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Whether an address is one that the shop's intruders rent (RFC 5737, the second and third block).
pub(super) fn is_rented(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if matches!(v4.octets(), [203, 0, 113, _] | [198, 51, 100, _]))
}
