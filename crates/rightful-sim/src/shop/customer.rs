//! A customer: who they are, what they own, and how they come to the shop.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use rand::seq::IndexedRandom;
use ring::digest::{SHA256, digest};

use super::address;
use super::device::{COMPUTERS, PHONES, SimulatedDevice};
use super::event::{Proof, ProofResult, Purpose, SimulatedEvent};
use super::geography::{City, FAR_CITIES, HOME_CITIES};
use super::traffic::OPENING_HOUR;

/// Customers who share a home and a computer.
const HOUSEHOLD_SIZE: usize = 2;
/// Visits at which one of these is the case.
const MISTYPED: f64 = 0.06;
const FORGOTTEN: f64 = 0.015;
const NEW_PHONE: f64 = 0.004;
const DEPARTURE: f64 = 0.008;
const DETAILS_CHANGE: f64 = 0.01;

/// A customer.
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) username: String,
    /// Counted up at each reset, so that the hash changes.
    password: u32,
    way_in: WayIn,
    city: &'static City,
    home: IpAddr,
    office: IpAddr,
    /// The customer's own, most used first: a phone, then what else there is.
    devices: Vec<Arc<SimulatedDevice>>,
    family_computer: Option<Arc<SimulatedDevice>>,
    trip: Option<Trip>,
    wakes_at_hour: u64,
    pub(super) visits_per_day: f64,
}

/// How a customer usually signs in.
#[derive(Clone, Copy)]
enum WayIn {
    Password,
    PasswordAndCode,
    Social(&'static str),
}

struct Trip {
    until: Duration,
    city: &'static City,
    hotel: IpAddr,
}

/// One attempt, so long after the visit began.
pub(super) type Timed = (Duration, SimulatedEvent);

/// The customers of a shop, household by household.
pub(super) fn populate(rng: &mut impl Rng, n_customers: usize) -> Vec<Customer> {
    let mut customers = Vec::with_capacity(n_customers);
    while customers.len() < n_customers {
        let household = u32::try_from(customers.len() / HOUSEHOLD_SIZE).unwrap_or(u32::MAX);
        let city = HOME_CITIES.choose(rng).expect("there are cities");
        let family_computer =
            rng.random_bool(0.3).then(|| Arc::new(SimulatedDevice::any_of(rng, &COMPUTERS, city.language)));
        for _ in 0..HOUSEHOLD_SIZE.min(n_customers - customers.len()) {
            let number = customers.len();
            customers.push(Customer::new(rng, number, (city, address::home(household)), family_computer.clone()));
        }
    }
    customers
}

impl Customer {
    fn new(
        rng: &mut impl Rng,
        number: usize,
        (city, home): (&'static City, IpAddr),
        family_computer: Option<Arc<SimulatedDevice>>,
    ) -> Self {
        let mut devices = vec![Arc::new(SimulatedDevice::any_of(rng, &PHONES, city.language))];
        for chance in [0.5, 0.15] {
            if rng.random_bool(chance) {
                devices.push(Arc::new(SimulatedDevice::any_of(rng, &COMPUTERS, city.language)));
            }
        }
        let way_in = match rng.random_range(0..20) {
            0..3 => WayIn::PasswordAndCode,
            3..5 => WayIn::Social("google"),
            5 => WayIn::Social("apple"),
            _ => WayIn::Password,
        };
        Self {
            id: format!("heron-{number:06}"),
            username: username(number),
            password: 0,
            way_in,
            city,
            home,
            office: address::office(rng),
            devices,
            family_computer,
            trip: None,
            wakes_at_hour: rng.random_range(6..11),
            visits_per_day: rng.random_range(2.0..6.0),
        }
    }

    /// When the customer comes next, after `now`: some time later, at an hour when they are awake.
    pub(super) fn next_visit(&self, rng: &mut impl Rng, now: Duration) -> Duration {
        // Awake two thirds of the day, so while awake the gaps are shorter by as much.
        let mean_s = 86_400.0 / self.visits_per_day * 2.0 / 3.0;
        let at = now + exponential(rng, mean_s) + Duration::from_secs(30);
        let hour = (at.as_secs() / 3_600 + OPENING_HOUR) % 24;
        let since_waking = (hour + 24 - self.wakes_at_hour) % 24;
        if since_waking < 16 { at } else { at + Duration::from_secs((24 - since_waking) * 3_600) }
    }

    /// The attempts of one visit.
    pub(super) fn visit(&mut self, rng: &mut impl Rng, now: Duration) -> Vec<Timed> {
        self.live(rng, now);
        let device = self.take_device(rng);
        let mut attempts =
            Attempts { address: self.whereabouts(rng, &device), device, at: Duration::ZERO, out: vec![] };
        match self.way_in {
            WayIn::Social(provider) => {
                let proofs = vec![ProofResult::held(Proof::Social(provider))];
                attempts.push(self, rng, (Purpose::Shopping, proofs));
            }
            WayIn::Password | WayIn::PasswordAndCode if rng.random_bool(FORGOTTEN) => self.forget(rng, &mut attempts),
            WayIn::Password | WayIn::PasswordAndCode => self.sign_in(rng, &mut attempts),
        }
        if rng.random_bool(DETAILS_CHANGE) {
            attempts.at += Duration::from_secs(rng.random_range(40..200));
            attempts.push(self, rng, (Purpose::DetailsChange, self.right_proofs()));
        }
        attempts.out
    }

    /// What happened in the customer's life since the last visit.
    fn live(&mut self, rng: &mut impl Rng, now: Duration) {
        self.trip.take_if(|trip| trip.until <= now);
        if self.trip.is_none() && rng.random_bool(DEPARTURE) {
            let city = FAR_CITIES.choose(rng).expect("there are cities");
            let until = now + Duration::from_secs(rng.random_range(1..6) * 86_400);
            self.trip = Some(Trip { until, city, hotel: address::hotel(rng) });
        }
        if rng.random_bool(NEW_PHONE)
            && let Some(phone) = self.devices.first_mut()
        {
            *phone = Arc::new(SimulatedDevice::any_of(rng, &PHONES, self.city.language));
        }
    }

    fn take_device(&self, rng: &mut impl Rng) -> Arc<SimulatedDevice> {
        let at_hand = match (&self.family_computer, &self.trip) {
            (Some(computer), None) if rng.random_bool(0.15) => Some(computer),
            _ if rng.random_bool(0.7) => self.devices.first(),
            _ => self.devices.choose(rng),
        };
        Arc::clone(at_hand.expect("everybody owns a phone"))
    }

    fn whereabouts(&self, rng: &mut impl Rng, device: &SimulatedDevice) -> IpAddr {
        let at_the_desk = device.model.kind == "computer";
        match (&self.trip, rng.random_range(0..10)) {
            (Some(trip), _) => trip.hotel,
            (None, 0..2) if !self.is_family_computer(device) => self.office,
            (None, 2..5) if !at_the_desk => address::mobile(rng),
            (None, _) => self.home,
        }
    }

    fn is_family_computer(&self, device: &SimulatedDevice) -> bool {
        self.family_computer.as_ref().is_some_and(|computer| computer.id == device.id)
    }

    fn sign_in(&self, rng: &mut impl Rng, attempts: &mut Attempts) {
        if rng.random_bool(MISTYPED) {
            for _ in 0..rng.random_range(1..3) {
                let slip = mistyped(rng);
                attempts.push(self, rng, (Purpose::Shopping, vec![slip]));
            }
        }
        attempts.push(self, rng, (Purpose::Shopping, self.right_proofs()));
    }

    fn forget(&mut self, rng: &mut impl Rng, attempts: &mut Attempts) {
        for _ in 0..rng.random_range(3..6) {
            let slip = mistyped(rng);
            attempts.push(self, rng, (Purpose::Shopping, vec![slip]));
        }
        attempts.at += Duration::from_secs(rng.random_range(60..300));
        attempts.push(self, rng, (Purpose::Shopping, vec![ProofResult::held(Proof::MagicLink)]));
        self.password += 1;
    }

    /// What the customer's own proofs are; an intruder who has the password has the first.
    pub(super) fn right_proofs(&self) -> Vec<ProofResult> {
        let password = || ProofResult::held(self.password_proof());
        match self.way_in {
            WayIn::Password => vec![password()],
            WayIn::PasswordAndCode => vec![password(), ProofResult::held(Proof::OneTimeCode)],
            WayIn::Social(provider) => vec![ProofResult::held(Proof::Social(provider))],
        }
    }

    /// The device the customer uses most, and the line at home.
    pub(super) fn at_home(&self) -> (Arc<SimulatedDevice>, IpAddr) {
        let device = self.devices.first().or(self.family_computer.as_ref());
        (Arc::clone(device.expect("everybody owns a phone")), self.home)
    }

    /// The customer's password of today.
    pub(super) fn password_proof(&self) -> Proof {
        hashed(&format!("{} {} correct horse", self.id, self.password))
    }
}

/// The attempts of one visit, as they gather.
struct Attempts {
    address: IpAddr,
    device: Arc<SimulatedDevice>,
    at: Duration,
    out: Vec<Timed>,
}

impl Attempts {
    fn push(&mut self, customer: &Customer, rng: &mut impl Rng, (purpose, proofs): (Purpose, Vec<ProofResult>)) {
        let succeeded = proofs.iter().all(|result| result.failure.is_none());
        let city = customer.trip.as_ref().map_or(customer.city, |trip| trip.city);
        let event = SimulatedEvent {
            after: Duration::ZERO,
            description: describe(&customer.username, &self.device, self.address, succeeded),
            attack: None,
            purpose,
            username: customer.username.clone(),
            customer_id: Some(customer.id.clone()),
            succeeded,
            proofs,
            device: Arc::clone(&self.device),
            address: self.address,
            city: matches!(self.device.model.platform, "ios" | "android").then_some(city),
        };
        self.out.push((self.at, event));
        self.at += Duration::from_millis(rng.random_range(4_000..15_000));
    }
}

/// What an onlooker sees of an attempt.
pub(super) fn describe(username: &str, device: &SimulatedDevice, address: IpAddr, succeeded: bool) -> String {
    let did = if succeeded { "signs in" } else { "fails to sign in" };
    let (maker, model) = (device.model.manufacturer, device.model.model);
    format!("{username} {did} on {maker} {model} from {address}")
}

/// A password as Ravelin wants it: the hexadecimal SHA-256.
pub(super) fn hashed(password: &str) -> Proof {
    Proof::Password(digest(&SHA256, password.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A time span with the given mean, in seconds: what lies between things that happen independently.
pub(super) fn exponential(rng: &mut impl Rng, mean_s: f64) -> Duration {
    let uniform: f64 = rng.random_range(1e-6..1.0);
    Duration::from_secs_f64(-uniform.ln() * mean_s)
}

fn mistyped(rng: &mut impl Rng) -> ProofResult {
    ProofResult::failed(hashed(&format!("slip of the finger {}", rng.random::<u32>())), "BAD_PASSWORD")
}

/// A name made of a color, a bird and a number, so that it is nobody's.
pub(super) fn username(number: usize) -> String {
    const COLORS: [&str; 16] = [
        "amber", "azure", "coral", "cream", "crimson", "ebony", "emerald", "golden", "indigo", "ivory", "jade",
        "lilac", "olive", "russet", "silver", "teal",
    ];
    const BIRDS: [&str; 16] = [
        "avocet", "bittern", "crane", "dunlin", "egret", "fulmar", "gannet", "heron", "ibis", "jackdaw", "kestrel",
        "lapwing", "merlin", "osprey", "plover", "wren",
    ];
    // A step coprime to 16 walks through all the birds before it repeats.
    let color = COLORS.get(number % 16).copied().unwrap_or_default();
    let bird = BIRDS.get((number / 16 + number * 7) % 16).copied().unwrap_or_default();
    format!("{color}.{bird}{number}@example.com")
}
