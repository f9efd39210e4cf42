//! The shop's day: who comes when, customers and intruders, in order of time.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::attack::AttackKind;
use super::customer::{Customer, Timed, exponential, populate};
use super::event::SimulatedEvent;

/// The hour of the day at which the story begins.
pub const OPENING_HOUR: u64 = 8;
/// Before this, nobody attacks, so that there is something to know first.
const QUIET_START: Duration = Duration::from_secs(3_600);
/// A small shop is attacked more than its share, so that there is something to see: each kind as often as this.
const ATTACK_GAP_MAX_S: f64 = 3.0 * 3_600.0;
/// What customers do in a day, on average.
const LOGINS_PER_CUSTOMER_AND_DAY: f64 = 4.0;

/// All that happens at a shop of so many customers, without end. The same seed tells the same story.
#[must_use]
pub fn traffic(seed: u64, n_customers: usize) -> Traffic {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let customers = populate(&mut rng, n_customers);
    let mut traffic = Traffic { rng, customers, agenda: BTreeMap::new(), n_planned: 0, now: Duration::ZERO };
    traffic.open();
    traffic
}

/// The events of a shop, in order of time. See [`traffic`].
pub struct Traffic {
    rng: ChaCha8Rng,
    customers: Vec<Customer>,
    /// What is to come, by time and then by when it was planned.
    agenda: BTreeMap<(Duration, u64), Planned>,
    n_planned: u64,
    now: Duration,
}

enum Planned {
    Visit(usize),
    Attack(AttackKind),
    Attempt(Box<SimulatedEvent>),
}

impl Traffic {
    fn open(&mut self) {
        for number in 0..self.customers.len() {
            // As if the shop had been open before: the first visits are spread over a customer's usual gap.
            self.plan_visit(number, Duration::ZERO);
        }
        if self.customers.is_empty() {
            return;
        }
        for (nth, kind) in (0_u32..).zip(AttackKind::ALL) {
            self.plan(QUIET_START + Duration::from_secs(20 * 60) * nth, Planned::Attack(kind));
        }
    }

    fn plan(&mut self, at: Duration, planned: Planned) {
        self.agenda.insert((at, self.n_planned), planned);
        self.n_planned += 1;
    }

    fn plan_visit(&mut self, number: usize, now: Duration) {
        let Some(customer) = self.customers.get(number) else { return };
        let at = customer.next_visit(&mut self.rng, now);
        self.plan(at, Planned::Visit(number));
    }

    fn plan_attempts(&mut self, start: Duration, attempts: Vec<Timed>) {
        for (offset, event) in attempts {
            self.plan(start + offset, Planned::Attempt(Box::new(event)));
        }
    }

    fn begin_visit(&mut self, number: usize, at: Duration) {
        let Some(customer) = self.customers.get_mut(number) else { return };
        let attempts = customer.visit(&mut self.rng, at);
        let end = at + attempts.last().map_or(Duration::ZERO, |(offset, _)| *offset);
        self.plan_attempts(at, attempts);
        self.plan_visit(number, end);
    }

    fn begin_attack(&mut self, kind: AttackKind, at: Duration) {
        let attempts = kind.launch(&mut self.rng, &self.customers);
        let end = at + attempts.last().map_or(Duration::ZERO, |(offset, _)| *offset);
        self.plan_attempts(at, attempts);
        let logins_per_s = self.customers.len() as f64 * LOGINS_PER_CUSTOMER_AND_DAY / 86_400.0;
        let mean_s = kind.typical_attempts() / (kind.attempts_per_login() * logins_per_s);
        let next = end + exponential(&mut self.rng, mean_s.min(ATTACK_GAP_MAX_S));
        self.plan(next, Planned::Attack(kind));
    }
}

impl Iterator for Traffic {
    type Item = SimulatedEvent;

    /// None only if there are no customers.
    fn next(&mut self) -> Option<SimulatedEvent> {
        loop {
            let ((at, _), planned) = self.agenda.pop_first()?;
            match planned {
                Planned::Visit(number) => self.begin_visit(number, at),
                Planned::Attack(kind) => self.begin_attack(kind, at),
                Planned::Attempt(mut event) => {
                    event.after = at - self.now;
                    self.now = at;
                    return Some(*event);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::address::is_nobodys;
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story_and_another_another() {
        let story = |seed| -> Vec<_> { traffic(seed, 50).take(500).collect() };
        assert_eq!(story(1), story(1));
        assert_ne!(story(1), story(2));
    }

    #[test]
    fn every_address_is_nobodys() {
        for event in traffic(3, 300).take(20_000) {
            assert!(is_nobodys(event.address), "{}", event.address);
            assert!(event.username.ends_with("@example.com"));
        }
    }

    #[test]
    fn all_attacks_happen_within_the_first_day_and_customers_are_not_outnumbered() {
        let mut at = Duration::ZERO;
        let mut n_by_kind: BTreeMap<Option<AttackKind>, u32> = BTreeMap::new();
        for event in traffic(4, 500) {
            at += event.after;
            if at > Duration::from_secs(86_400) {
                break;
            }
            *n_by_kind.entry(event.attack).or_default() += 1;
        }
        assert_eq!(n_by_kind.len(), 5, "{n_by_kind:?}");
        let attempts: u32 = AttackKind::ALL.iter().filter_map(|kind| n_by_kind.get(&Some(*kind))).sum();
        let logins = n_by_kind.get(&None).copied().unwrap_or_default();
        assert!((1_500..3_500).contains(&logins) && attempts < logins, "{n_by_kind:?}");
    }

    #[test]
    fn customers_keep_to_few_devices_and_sleep() {
        let mut devices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut by_hour = [0_u32; 24];
        let mut at = Duration::ZERO;
        for event in traffic(5, 200).take(6_000) {
            at += event.after;
            let (None, Some(customer)) = (event.attack, event.customer_id) else { continue };
            devices.entry(customer).or_default().insert(event.device.id.clone());
            by_hour[((at.as_secs() / 3_600 + OPENING_HOUR) % 24) as usize] += 1;
        }
        assert!(devices.values().all(|own| own.len() <= 8));
        assert!(by_hour[4] * 5 < by_hour[19], "{by_hour:?}");
    }

    #[test]
    fn an_empty_shop_is_quiet() {
        assert_eq!(traffic(1, 0).next(), None);
    }

    #[test]
    fn a_body_has_the_shape_of_the_seed() {
        let event = traffic(6, 20).next().expect("somebody comes");
        let body = event.ravelin_login_body(1_512_828_988_826);
        assert_eq!(body["timestamp"], 1_512_828_988_826_i64);
        assert_eq!(body["login"]["username"], event.username.as_str());
        assert_eq!(body["login"]["success"], event.succeeded);
        assert!(body["login"]["authenticationMechanism"].as_object().is_some_and(|all| !all.is_empty()));
        for field in ["deviceId", "ipAddress", "language", "userAgent", "model", "os", "type", "manufacturer"] {
            assert!(body["device"][field].is_string(), "{field}");
        }
    }
}
