//! How often each ready rule matches in the demo's shop: of what its customers do, and of what its intruders do.
//!
//! The road is the server's, over memory without a disk. No rule is in effect while it is measured, so that each is
//! measured alone. Customers prove themselves whenever they are asked to, and so are learned from.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rightful_domain::{
    Action, Allowances, ApplicationId, Enrichment, Entry, Event, Facts, InvalidId, NetworkClaim, NetworkKind, Outcome,
    PasswordHashes, Teaching,
};
use rightful_engine::{LibraryRule, Policy, Rule, Scene};
use rightful_enrich::{EnrichError, Enricher};
use rightful_store::Rehearsal;
use zeroize::Zeroizing;

use super::shop_day::{ShopDay, is_rented};
use crate::campaign::CampaignKind;
use crate::shop::traffic;
use crate::story::FIRST_MIDNIGHT;

const DAY: Duration = Duration::from_secs(86_400);

/// How much is measured. The default is what the reference tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The same seed measures the same.
    pub seed: u64,
    /// The shop's customers.
    pub n_customers: usize,
    /// Days before counting begins, in which the shop gets to know its customers.
    pub days_before: u32,
    /// Days that are counted.
    pub days: u32,
}

impl Default for Extent {
    fn default() -> Self {
        Self { seed: 5, n_customers: 300, days_before: 2, days: 4 }
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// All events of customers into whose accounts no intruder has got before: of an account that was taken over, who can
    /// say what is a false alarm.
    pub honest: u64,
    /// All events of intruders.
    pub attacks: u64,
    /// Of each rule, in the order given.
    pub rules: Vec<RuleHits>,
}

/// How often one rule matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleHits {
    /// Customers' events.
    pub honest: Hits,
    /// Intruders' events, by campaign; without those that have none the rule is about.
    pub attacks: BTreeMap<CampaignKind, Hits>,
}

/// How often, of how many events that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// Events of the actions that it is about.
    pub asked: u64,
    /// Those of them that it matched.
    pub matched: u64,
}

impl RuleHits {
    /// Of all campaigns together.
    #[must_use]
    pub fn all_attacks(&self) -> Hits {
        self.attacks.values().fold(Hits::default(), |all, hits| Hits {
            asked: all.asked + hits.asked,
            matched: all.matched + hits.matched,
        })
    }
}

impl Hits {
    /// From 0 to 1; 0 where there was nothing to ask.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.asked == 0 { 0.0 } else { self.matched as f64 / self.asked as f64 }
    }

    fn count(&mut self, matched: bool) {
        self.asked += 1;
        self.matched += u64::from(matched);
    }
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The application's name is none.
    #[error("the shop's name")]
    Name(#[from] InvalidId),
    /// The enricher cannot be made.
    #[error("the enricher")]
    Enricher(#[from] EnrichError),
}

/// Measures rules. O(n) in the extent's events; a second for a few thousand of them.
///
/// # Errors
/// See [`MeasureError`].
pub fn measure(library: &[LibraryRule], extent: Extent) -> Result<Measured, MeasureError> {
    let application = ApplicationId::new("shop")?;
    let mut memory = Rehearsal::new();
    let aggregates = library.iter().flat_map(|ready| ready.rule.when.aggregates()).cloned().collect();
    memory.keep_aggregates(&application, aggregates);
    let mut judge = Judge { memory, enricher: Enricher::open(None, [9; 32])?, policy: Policy::default() };
    let mut day = ShopDay::new(application, extent.seed);
    let mut measured = Measured { honest: 0, attacks: 0, rules: vec![RuleHits::default(); library.len()] };
    let (mut at, mut taken) = (FIRST_MIDNIGHT, BTreeSet::new());
    let begin = FIRST_MIDNIGHT.plus(DAY * extent.days_before);
    let end = begin.plus(DAY * extent.days);
    for seen in traffic(extent.seed, extent.n_customers) {
        at = at.plus(seen.after);
        if at > end {
            break;
        }
        for (event, password) in day.events(&seen, at) {
            let entry = judge.judge(event, password, seen.attack);
            let is_taken = seen.attack.is_none() && taken.contains(&seen.username);
            if at >= begin && !is_taken {
                measured.count(library, &entry, seen.attack);
            }
            if seen.attack.is_some() && seen.succeeded {
                taken.insert(seen.username.clone());
            }
        }
    }
    Ok(measured)
}

impl Measured {
    fn count(&mut self, library: &[LibraryRule], entry: &Entry, attack: Option<CampaignKind>) {
        *if attack.is_some() { &mut self.attacks } else { &mut self.honest } += 1;
        let Some(scene) = Scene::of_entry(entry) else { return };
        for (ready, hits) in library.iter().zip(&mut self.rules) {
            if is_about(&ready.rule, &entry.event.action) {
                let hits = match attack {
                    Some(kind) => hits.attacks.entry(kind).or_default(),
                    None => &mut hits.honest,
                };
                hits.count(ready.rule.matches(&scene));
            }
        }
    }
}

fn is_about(rule: &Rule, action: &Action) -> bool {
    rule.actions.is_empty() || rule.actions.contains(action)
}

struct Judge {
    memory: Rehearsal,
    enricher: Enricher,
    policy: Policy,
}

impl Judge {
    fn judge(&mut self, mut event: Event, password: Option<[u8; 32]>, attack: Option<CampaignKind>) -> Entry {
        let now = event.at;
        let sha256 = password.map(Zeroizing::new);
        let mut enrichment = self.enricher.enrich(&event, PasswordHashes { sha256, ..PasswordHashes::default() });
        say_who_rents(&event, &mut enrichment);
        let history = self.memory.recall(&event, &enrichment, now);
        event.account = event.account.or_else(|| history.resolved_account.clone());
        let succeeded = event.outcome == Outcome::Succeeded;
        let facts = Facts { event, enrichment, history, allowances: Allowances::default(), now };
        let mut assessment = rightful_engine::assess(&facts, &self.policy);
        assessment.answered = Some(assessment.verdict);
        let mut entry = Entry::judged(facts, assessment, None);
        if attack.is_none() && succeeded {
            entry.teaching = Teaching::Learn;
        }
        self.memory.record(&entry);
        entry
    }
}

/// What a list of data centers would say of the addresses that the shop's intruders rent.
fn say_who_rents(event: &Event, enrichment: &mut Enrichment) {
    if event.network.ip.is_some_and(is_rented) {
        enrichment.networks = vec![NetworkClaim { kind: NetworkKind::Hosting, said_by: "shop".into() }];
    }
}
