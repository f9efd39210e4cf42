//! Features: the numbers that judgement rests on, one family a file. Derived from the facts and from nothing else.
//!
//! A missing fact is `None` here and NaN in the vector, never a zero: absence is not evidence. The vector's slots are
//! stored with every assessment, so their order belongs to [`FEATURE_SCHEMA`]: a slot is only ever added at the end
//! of the list, together with a new schema number.

mod acquaintance;
mod activity;
mod aftermath;
mod agent;
mod behavior;
mod browser;
mod budget;
mod campaign;
mod configuration;
mod context;
mod coordinates;
mod interaction;
mod likelihood;
mod lists;
mod network;
mod novelty;
mod payment;
mod place;
mod proof;
mod reputation;
mod sharing;
mod standing;
mod tenure;
mod time_zones;
mod velocity;
mod versions;
mod words;

use std::time::Duration;

use rightful_domain::{Facts, FeatureVector, Level, News};

use crate::policy::Policy;

pub(crate) use acquaintance::Acquaintance;
#[cfg(test)]
pub(crate) use acquaintance::ByProof;
pub(crate) use activity::Activity;
pub(crate) use aftermath::Aftermath;
pub(crate) use agent::{Agent, Form, System};
pub(crate) use behavior::Behavior;
pub(crate) use browser::{Browser, Renderer};
pub(crate) use budget::Budget;
pub(crate) use campaign::{Campaign, part};
pub(crate) use configuration::Configuration;
#[cfg(test)]
pub(crate) use configuration::OddAttributes;
pub(crate) use context::Context;
pub(crate) use coordinates::Coordinates;
pub(crate) use interaction::Interaction;
pub(crate) use likelihood::Likelihood;
pub(crate) use lists::Lists;
pub(crate) use network::Network;
pub(crate) use novelty::Novelty;
pub(crate) use payment::Dealing;
pub(crate) use payment::Payment;
pub(crate) use place::{Place, Travel};
pub(crate) use proof::{Factor, Proof};
pub(crate) use reputation::Reputation;
pub(crate) use sharing::Sharing;
pub(crate) use standing::Standing;
pub(crate) use tenure::Tenure;
pub(crate) use velocity::Velocity;

/// The version of the feature vector's slots that [`crate::assess()`] fills.
pub const FEATURE_SCHEMA: u16 = 5;

/// How many slots the vectors of schema 1 had: the first ones of schema 2.
const SLOTS_OF_SCHEMA_1: usize = 76;
/// How many slots those of schema 2 had: the first ones of schema 3.
const SLOTS_OF_SCHEMA_2: usize = SLOTS_OF_SCHEMA_3 - lists::LATER_SLOTS.len();
/// How many those of schema 3 had: the first ones of schema 4.
const SLOTS_OF_SCHEMA_3: usize = SLOTS_OF_SCHEMA_4 - browser::SLOTS.len() - sharing::HOUR_SLOTS.len();
/// How many those of schema 4 had: the first ones of schema 5.
const SLOTS_OF_SCHEMA_4: usize = N_SLOTS
    - activity::MONEY_SLOTS.len()
    - coordinates::SLOTS.len()
    - payment::CHECK_SLOTS.len()
    - interaction::SLOTS.len()
    - configuration::SLOTS.len()
    - acquaintance::SLOTS.len();

/// What the slots of a schema mean, in order; empty for a schema that this engine does not know.
#[must_use]
pub fn feature_names(schema: u16) -> &'static [&'static str] {
    match schema {
        1 => NAMES.get(..SLOTS_OF_SCHEMA_1).unwrap_or_default(),
        2 => NAMES.get(..SLOTS_OF_SCHEMA_2).unwrap_or_default(),
        3 => NAMES.get(..SLOTS_OF_SCHEMA_3).unwrap_or_default(),
        4 => NAMES.get(..SLOTS_OF_SCHEMA_4).unwrap_or_default(),
        FEATURE_SCHEMA => &NAMES,
        _ => &[],
    }
}

/// All numbers of one event, by family.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Features {
    /// How fast things come.
    pub(crate) velocity: Velocity,
    /// Who else is there.
    pub(crate) sharing: Sharing,
    /// What the account has seen before.
    pub(crate) novelty: Novelty,
    /// How long things have been known.
    pub(crate) tenure: Tenure,
    /// What is remembered as bad.
    pub(crate) reputation: Reputation,
    /// What the event and the data sets say by themselves.
    pub(crate) context: Context,
    /// Where the event came from.
    pub(crate) place: Place,
    /// What data sets call its network.
    pub(crate) network: Network,
    /// What the client says of itself.
    pub(crate) agent: Agent,
    /// How the form was typed and moved.
    pub(crate) behavior: Behavior,
    /// Who else was at the door.
    pub(crate) campaign: Campaign,
    /// Money, as the account has moved it before.
    pub(crate) payment: Payment,
    /// Where the account stands.
    pub(crate) standing: Standing,
    /// What is done, and whether the account is used to it.
    pub(crate) activity: Activity,
    /// How much better a stranger explains it than the owner.
    pub(crate) likelihood: Likelihood,
    /// What the application's lists say.
    pub(crate) lists: Lists,
    /// What the event proves on the spot.
    pub(crate) proof: Proof,
    /// Where challenges begin.
    pub(crate) budget: Budget,
    /// What a reclaim left behind.
    pub(crate) aftermath: Aftermath,
    /// What a browser's own report says.
    pub(crate) browser: Browser,
    /// Where the device says that it is.
    pub(crate) coordinates: Coordinates,
    /// What single strokes, inputs and moves say.
    pub(crate) interaction: Interaction,
    /// What a browser's report says beside what it claims.
    pub(crate) configuration: Configuration,
    /// How well the account knows whom it has before it.
    pub(crate) acquaintance: Acquaintance,
}

/// Reads the numbers out of the facts, looks into the policy's lists, and says what was new, for learning it.
pub(crate) fn derive(facts: &Facts, policy: &Policy) -> (Features, News) {
    let browser = browser::derive(facts);
    // What looks older than it was may be a copy.
    let may_be_copied = browser.went_back == Some(true);
    let (likelihood, news) = likelihood::derive(facts, may_be_copied);
    let features = Features {
        velocity: velocity::derive(&facts.history),
        sharing: sharing::derive(facts),
        novelty: novelty::derive(facts),
        tenure: tenure::derive(facts),
        reputation: reputation::derive(facts),
        context: context::derive(facts),
        place: place::derive(facts),
        network: network::derive(facts),
        agent: agent::derive(facts),
        behavior: behavior::derive(facts),
        campaign: campaign::derive(facts),
        payment: payment::derive(facts),
        standing: standing::derive(facts),
        activity: activity::derive(facts),
        likelihood,
        lists: policy.lists().look_up(facts).with(&facts.history.listed),
        proof: proof::derive(facts),
        budget: budget::derive(facts, policy.challenge_share()),
        aftermath: aftermath::derive(facts),
        browser,
        coordinates: coordinates::derive(facts),
        interaction: interaction::derive(facts),
        configuration: configuration::derive(facts),
        acquaintance: acquaintance::derive(facts, policy.youth(), may_be_copied),
    };
    (features, news)
}

impl Features {
    /// The numbers in the order of [`feature_names`].
    pub(crate) fn vector(&self) -> FeatureVector {
        let mut values = Vec::with_capacity(N_SLOTS);
        values.extend(velocity::SLOTS.iter().map(|slot| (slot.read)(&self.velocity)));
        values.extend(sharing::SLOTS.iter().map(|slot| (slot.read)(&self.sharing)));
        values.extend(novelty::SLOTS.iter().map(|slot| (slot.read)(&self.novelty)));
        values.extend(tenure::SLOTS.iter().map(|slot| (slot.read)(&self.tenure)));
        values.extend(reputation::SLOTS.iter().map(|slot| (slot.read)(&self.reputation)));
        values.extend(context::SLOTS.iter().map(|slot| (slot.read)(&self.context)));
        values.extend(place::SLOTS.iter().map(|slot| (slot.read)(&self.place)));
        values.extend(network::SLOTS.iter().map(|slot| (slot.read)(&self.network)));
        values.extend(agent::SLOTS.iter().map(|slot| (slot.read)(&self.agent)));
        values.extend(behavior::SLOTS.iter().map(|slot| (slot.read)(&self.behavior)));
        values.extend(campaign::SLOTS.iter().map(|slot| (slot.read)(&self.campaign)));
        values.extend(payment::SLOTS.iter().map(|slot| (slot.read)(&self.payment)));
        values.extend(standing::SLOTS.iter().map(|slot| (slot.read)(&self.standing)));
        values.extend(activity::SLOTS.iter().map(|slot| (slot.read)(&self.activity)));
        values.extend(likelihood::SLOTS.iter().map(|slot| (slot.read)(&self.likelihood)));
        values.extend(lists::SLOTS.iter().map(|slot| (slot.read)(&self.lists)));
        values.extend(proof::SLOTS.iter().map(|slot| (slot.read)(&self.proof)));
        values.extend(budget::SLOTS.iter().map(|slot| (slot.read)(&self.budget)));
        values.extend(lists::LATER_SLOTS.iter().map(|slot| (slot.read)(&self.lists)));
        values.extend(browser::SLOTS.iter().map(|slot| (slot.read)(&self.browser)));
        values.extend(sharing::HOUR_SLOTS.iter().map(|slot| (slot.read)(&self.sharing)));
        values.extend(activity::MONEY_SLOTS.iter().map(|slot| (slot.read)(&self.activity)));
        values.extend(coordinates::SLOTS.iter().map(|slot| (slot.read)(&self.coordinates)));
        values.extend(payment::CHECK_SLOTS.iter().map(|slot| (slot.read)(&self.payment)));
        values.extend(interaction::SLOTS.iter().map(|slot| (slot.read)(&self.interaction)));
        values.extend(configuration::SLOTS.iter().map(|slot| (slot.read)(&self.configuration)));
        values.extend(acquaintance::SLOTS.iter().map(|slot| (slot.read)(&self.acquaintance)));
        FeatureVector { schema: FEATURE_SCHEMA, values }
    }
}

/// One slot of the vector: its name beside its reader, so that they cannot drift apart.
struct Slot<F> {
    name: &'static str,
    read: fn(&F) -> f32,
}

const N_SLOTS: usize = velocity::SLOTS.len()
    + sharing::SLOTS.len()
    + novelty::SLOTS.len()
    + tenure::SLOTS.len()
    + reputation::SLOTS.len()
    + context::SLOTS.len()
    + place::SLOTS.len()
    + network::SLOTS.len()
    + agent::SLOTS.len()
    + behavior::SLOTS.len()
    + campaign::SLOTS.len()
    + payment::SLOTS.len()
    + standing::SLOTS.len()
    + activity::SLOTS.len()
    + likelihood::SLOTS.len()
    + lists::SLOTS.len()
    + proof::SLOTS.len()
    + budget::SLOTS.len()
    + lists::LATER_SLOTS.len()
    + browser::SLOTS.len()
    + sharing::HOUR_SLOTS.len()
    + activity::MONEY_SLOTS.len()
    + coordinates::SLOTS.len()
    + payment::CHECK_SLOTS.len()
    + interaction::SLOTS.len()
    + configuration::SLOTS.len()
    + acquaintance::SLOTS.len();

static NAMES: [&str; N_SLOTS] = {
    let names = ([""; N_SLOTS], 0);
    let names = with_names(names, velocity::SLOTS);
    let names = with_names(names, sharing::SLOTS);
    let names = with_names(names, novelty::SLOTS);
    let names = with_names(names, tenure::SLOTS);
    let names = with_names(names, reputation::SLOTS);
    let names = with_names(names, context::SLOTS);
    let names = with_names(names, place::SLOTS);
    let names = with_names(names, network::SLOTS);
    let names = with_names(names, agent::SLOTS);
    let names = with_names(names, behavior::SLOTS);
    let names = with_names(names, campaign::SLOTS);
    let names = with_names(names, payment::SLOTS);
    let names = with_names(names, standing::SLOTS);
    let names = with_names(names, activity::SLOTS);
    let names = with_names(names, likelihood::SLOTS);
    let names = with_names(names, lists::SLOTS);
    let names = with_names(names, proof::SLOTS);
    let names = with_names(names, budget::SLOTS);
    let names = with_names(names, lists::LATER_SLOTS);
    let names = with_names(names, browser::SLOTS);
    let names = with_names(names, sharing::HOUR_SLOTS);
    let names = with_names(names, activity::MONEY_SLOTS);
    let names = with_names(names, coordinates::SLOTS);
    let names = with_names(names, payment::CHECK_SLOTS);
    let names = with_names(names, interaction::SLOTS);
    let names = with_names(names, configuration::SLOTS);
    with_names(names, acquaintance::SLOTS).0
};

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where an index out of bounds is an error")]
const fn with_names<F>(
    (mut names, start): ([&'static str; N_SLOTS], usize),
    slots: &[Slot<F>],
) -> ([&'static str; N_SLOTS], usize) {
    let mut n = 0;
    while n < slots.len() {
        names[start + n] = slots[n].name;
        n += 1;
    }
    (names, start + n)
}

fn count_slot(count: Option<u32>) -> f32 {
    // Counts stay far below 2^24, where f32 would begin to round.
    count.map_or(f32::NAN, |count| count as f32)
}

fn number_slot(number: Option<f64>) -> f32 {
    number.map_or(f32::NAN, |number| number as f32)
}

fn flag_slot(flag: Option<bool>) -> f32 {
    flag.map_or(f32::NAN, |flag| if flag { 1.0 } else { 0.0 })
}

/// Whether the account was let through in this way before; None without a tag, or without anything to compare it with.
fn known(facts: &Facts, level: Level) -> Option<bool> {
    let habits = &facts.history.account_profile()?.habits;
    let tag = facts.history.circumstances.tag(level)?;
    (!habits.of_level(level).is_empty()).then(|| habits.weight_of(level, tag).is_some())
}

fn days(span: Duration) -> f64 {
    span.as_secs_f64() / 86_400.0
}

fn count_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_slot_has_its_own_name() {
        let names: BTreeSet<&str> = NAMES.iter().copied().collect();
        assert_eq!(names.len(), N_SLOTS);
        assert!(!names.contains(""));
        assert_eq!(feature_names(FEATURE_SCHEMA).len(), Features::default().vector().values.len());
        assert_eq!(feature_names(1).last(), Some(&"failed"));
        assert!(feature_names(0).is_empty() && feature_names(FEATURE_SCHEMA + 1).is_empty());
    }

    #[test]
    fn what_is_not_known_is_not_a_number() {
        assert!(Features::default().vector().values.iter().all(|value| value.is_nan()));
    }
}
