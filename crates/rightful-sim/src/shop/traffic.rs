//! The shop's day: who comes when, customers and intruders, in order of time.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::attack::{Underway, rest_s};
use super::customer::{Customer, Timed, exponential, populate};
use super::event::SimulatedEvent;
use crate::campaign::CampaignKind;

/// The hour of the day at which the story begins.
pub const OPENING_HOUR: u64 = 8;
/// Before this, nobody attacks, so that there is something to know first.
const QUIET_START: Duration = Duration::from_secs(3_600);
/// A small shop is attacked more than its share, so that there is something to see: each kind as often as this.
const ATTACK_GAP_MAX_S: f64 = 5.0 * 3_600.0;
/// What customers do in a day, on average.
const LOGINS_PER_CUSTOMER_AND_DAY: f64 = 4.0;

/// All that happens at a shop of so many customers, without end. The same seed tells the same story.
#[must_use]
pub fn traffic(seed: u64, n_customers: usize) -> Traffic {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let customers = populate(&mut rng, n_customers);
    let mut traffic = Traffic {
        rng,
        customers,
        agenda: BTreeMap::new(),
        n_planned: 0,
        campaigns: BTreeMap::new(),
        now: Duration::ZERO,
    };
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
    /// What is under way, by the number of the plan that began it.
    campaigns: BTreeMap<u64, Underway>,
    now: Duration,
}

enum Planned {
    Visit(usize),
    Campaign(CampaignKind),
    /// An attempt of a customer's.
    Attempt(Box<SimulatedEvent>),
    /// An attempt of a campaign's.
    Attacked(u64, Box<SimulatedEvent>),
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
        for (nth, kind) in (0_u32..).zip(CampaignKind::ALL) {
            self.plan(QUIET_START + Duration::from_secs(20 * 60) * nth, Planned::Campaign(kind));
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

    fn begin_campaign(&mut self, kind: CampaignKind, at: Duration) {
        let number = self.n_planned;
        let campaign = Underway::begin(kind, &mut self.rng, &self.customers);
        self.campaigns.insert(number, campaign);
        self.go_on_with(number, at);
    }

    /// Plans a campaign's next attempt; after its last, when the next of its kind begins.
    fn go_on_with(&mut self, number: u64, at: Duration) {
        let Some(campaign) = self.campaigns.get_mut(&number) else { return };
        if let Some((after, event)) = campaign.next(&mut self.rng, &self.customers) {
            return self.plan(at + after, Planned::Attacked(number, Box::new(event)));
        }
        let kind = campaign.kind;
        self.campaigns.remove(&number);
        let logins_per_s = self.customers.len() as f64 * LOGINS_PER_CUSTOMER_AND_DAY / 86_400.0;
        let mean_s = rest_s(kind, logins_per_s).min(ATTACK_GAP_MAX_S);
        let next = at + exponential(&mut self.rng, mean_s);
        self.plan(next, Planned::Campaign(kind));
    }

    fn happen(&mut self, mut event: SimulatedEvent, at: Duration) -> SimulatedEvent {
        event.after = at - self.now;
        self.now = at;
        event
    }

    /// Calls off what is under way. What has been attempted stays, and others begin in time.
    pub fn call_off_campaigns(&mut self) {
        self.campaigns.values_mut().for_each(Underway::call_off);
        self.agenda.retain(|_, planned| !matches!(planned, Planned::Attacked(..)));
        for number in self.campaigns.keys().copied().collect::<Vec<_>>() {
            self.go_on_with(number, self.now);
        }
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
                Planned::Campaign(kind) => self.begin_campaign(kind, at),
                Planned::Attempt(event) => return Some(self.happen(*event, at)),
                Planned::Attacked(number, event) => {
                    self.go_on_with(number, at);
                    return Some(self.happen(*event, at));
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
        let mut n_by_kind: BTreeMap<Option<CampaignKind>, u32> = BTreeMap::new();
        for event in traffic(4, 500) {
            at += event.after;
            if at > Duration::from_secs(86_400) {
                break;
            }
            *n_by_kind.entry(event.attack).or_default() += 1;
        }
        assert_eq!(n_by_kind.len(), 1 + CampaignKind::ALL.len(), "{n_by_kind:?}");
        let attempts: u32 = CampaignKind::ALL.iter().filter_map(|kind| n_by_kind.get(&Some(*kind))).sum();
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
    fn what_is_called_off_stops_at_once_and_others_come_in_time() {
        let mut shop = traffic(8, 200);
        let n_before = shop.by_ref().take(4_000).filter(|event| event.attack.is_some()).count();
        assert!(n_before > 0);
        while shop.campaigns.is_empty() {
            assert!(shop.next().is_some());
        }
        shop.call_off_campaigns();
        assert!(shop.campaigns.is_empty());
        assert!(shop.take(4_000).any(|event| event.attack.is_some()));
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
