//! The label-free likelihood: how much better "somebody who knows some things about the owner" explains an event than
//! "the owner" does. Works from an account's second event, without a single label.
//!
//! A sum of natural logarithms of ratios, one term a kind of circumstance. Chains go from coarse to fine, and back off:
//!
//! ```text
//! p(v | owner)    = (1 - e) · own share of v under its parent + e · p(v)    something new with chance e
//! p(v)            = share of v among other accounts under the same parent
//! p(v | stranger) = K · p(v | owner) + (1 - K) · q(v)                       knows the owner's value with chance K
//! q(v)            = (1 - m) · p(v) + m · 1 / (different values seen there)  or comes from anywhere
//! ```
//!
//! This is interpolated back-off (Witten and Bell 1991) in the ratio of Freeman et al. (NDSS 2016). Seven things are our
//! own: `q` mixes in the uniform distribution, since intruders rent where few customers live; prefixes of addresses
//! stand as steps between the network and the address, since neighbors share a town; a device's name is judged by
//! what its agent did the last time, since a browser that keeps no names never will; where a chain ends at something new,
//! an address at which others are let through calms as far as that is unusual there; below a country or a provider that
//! is new, both sides are compared among its other customers; a new device is also asked whose it is, and whether its
//! type belongs on this line; and some strangers have all of one side, a copy of the owner's browser or a place on the
//! owner's line, so that neither calms without bound. The chance of something new is learned from the stream, by the
//! time since the last event and the length of history, times how fickle the account has been, or the people of its
//! provider until that is known. Constants are set by reasoning or chosen among two or three round values on simulated
//! logins; the result is flat around all of them.

use rightful_domain::{
    Backdrop, Circumstances, Facts, Fickleness, Habits, HandShares, Hands, Level, NOTED_LEVELS, NameContext, NameState,
    News, Notoriety, Profile, Span, StepBackdrop, TURNOVER_LEVELS, VersionBackdrop, hour_of,
};

use super::sharing::familiar_accounts;
use super::{Slot, number_slot};

/// The chance that a stranger knows, and can show, the owner's value of a rated step. Home lines are for rent by the city,
/// and half of all browsers, an intruder's among them, run the version of the month.
const KNOWS: [f64; rightful_domain::RATED_LEVELS] =
    [0.5, 0.3, 0.3, 0.05, 0.05, 0.03, 0.02, 0.7, 0.3, 0.5, 0.4, 0.5, 0.5, 0.05];
/// The part of strangers who come from anywhere rather than from where other customers do. Customers travel to where
/// few others live, so a rare country says little more than a common one; a rare provider says most, since servers are
/// for rent where nobody lives.
const ANYWHERE_COUNTRY: f64 = 0.02;
const ANYWHERE_PROVIDER: f64 = 0.6;
const ANYWHERE_PREFIX: f64 = 0.4;
const ANYWHERE_DEVICE: f64 = 0.4;
/// A value that nobody has shown is taken for half an account's (Krichevsky and Trofimov 1981): the rarer the unseen is taken
/// for, the more a provider's first customer looks like somebody who rents.
const UNSEEN: f64 = 0.5;
/// Accounts below a parent from which on what is rare among them is taken for half as rare as it looks.
const ANYWHERE_ACCOUNTS: f64 = 5.0;
/// So much is believed of what lies below a country or a provider that is new to the account: its steps say nearly the same
/// thing, one prefix within the other.
const BELOW_NEW: f64 = 0.5;
/// However rare a value is, a stranger is at most so many times likelier to show it.
const ANYWHERE_RATIO_MAX: f64 = 20.0;
/// Novelties that hold an account's fickleness at the average.
const FICKLE_PSEUDO: f64 = 2.0;
/// The range of the chance of something new.
const NOVELTY_MIN: f64 = 0.0005;
const NOVELTY_MAX: f64 = 0.9;
/// How a stranger's device presents itself: known, new, nameless.
const STRANGER_NAMES: [f64; 3] = [0.03, 0.67, 0.30];
/// Whose a stranger's new device is: nobody's, another's, several people's. One in fourteen is an insider, a colleague or
/// somebody at home, with a device that is known for another account.
const STRANGER_HANDS: [f64; Hands::ALL.len()] = [0.92, 0.07, 0.01];
/// What a shared device calms at most, in nats: an intruder's, let through at several accounts, looks like one.
const SHARED_CALMS_MAX: f64 = 1.0;
/// The part of strangers who come with a copy of the owner's browser, its name and agent included: stolen by malware, and
/// sold by the thousand. Small, since nothing but the network can tell them from owners on a journey.
const COPIED: f64 = 0.015;
/// The same of strangers whose browser is older than the device's was: copies are shown as they were when they were taken.
const COPIED_AND_OLDER: f64 = 0.5;
/// After so many logins half of that is believed. Nobody has lost a browser with the first ones, and an account whose
/// journeys are not known yet is on one more likely than it is copied.
const COPIED_LEARNED: f64 = 12.0;
/// The part of strangers who are where the owner is: in the household, among colleagues, or behind malware that lends the
/// owner's line. Small for the same reason: nothing but the device tells them from owners with a new one.
const ON_THE_LINE: f64 = 0.006;
/// The same of strangers whose new device is one other account's, which owners' seldom is: they are of the household, or
/// colleagues.
const INSIDER_ON_THE_LINE: f64 = 0.5;
/// After so many logins half of that is believed: the places of an account are learned sooner than its journeys.
const ON_THE_LINE_LEARNED: f64 = 6.0;
/// How far an address that is new to the account calms where others were let through before today: owners go where others
/// are at home, intruders rent where nobody is. Half of it for one other account, which may be the intruder's own, and
/// never all of it. It is the part of strangers who rent where nobody else is.
const PEOPLED: f64 = 0.7;
/// Where all are behind few addresses, so is half of what is for rent.
const RENTED_ALIKE: f64 = 0.5;
/// However usual, one new address in ten is taken for somebody's own.
const SHARED_MAX: f64 = 0.9;
/// First visits that hold the types of devices at a provider at those anywhere, and how many types there are at the least.
const OUT_OF_PLACE_HOLD: f64 = 5.0;
const TYPES_AT_LEAST: f64 = 3.0;
/// However rare a type of device is at a provider, a stranger is at most so many times likelier to show it there.
const OUT_OF_PLACE_RATIO_MAX: f64 = 20.0;
/// The part of strangers who come from where strangers fail: by provider, by /24. The second sees some of the first again.
const NOTORIOUS: [f64; NOTED_LEVELS.len()] = [0.5, 0.4];
/// However much strangers fail somewhere, a stranger is at most so many times likelier to come from there.
const NOTORIOUS_RATIO_MAX: f64 = 20.0;
/// The least chance that a name's state is given.
const NAME_MIN: f64 = 0.002;
/// Events that hold an agent's habit of being nameless at the average.
const NAMELESS_PSEUDO: f64 = 2.0;
/// A share of versions beyond the newest is taken for at least this.
const BEYOND_MIN: f64 = 0.05;
/// One version says at most this where devices have names, in nats: two devices of one model update apart.
const NAMED_VERSION_MAX: f64 = 2.5;
/// The hour is smoothed over its neighbors, two each way.
const HOUR_KERNEL: [f64; 5] = [0.1, 0.2, 0.4, 0.2, 0.1];
/// What a weekday says of the weekend.
const OTHER_DAY_TYPE: f64 = 0.5;
/// Events that hold an account's hours at its country's.
const HOUR_PSEUDO: f64 = 2.0;
/// The chance that a stranger keeps the owner's hours.
const HOUR_KNOWS: f64 = 0.1;
/// Edges of the classes of failures around an event.
const FAILURE_EDGES: [u32; 4] = [1, 2, 5, 20];
/// A stranger's chance of each class.
const STRANGER_FAILURES: [f64; rightful_domain::FAILURE_CLASSES] = [0.70, 0.10, 0.08, 0.06, 0.06];
/// The three counts of failures see the same thing.
const FAILURE_SHARE: f64 = 0.4;
/// Days and events that hold an account's pace at one event in ten days.
const PACE_DAYS: f64 = 10.0;
const PACE_EVENTS: f64 = 0.5;
/// An event so much likelier a stranger's, in nats, teaches half as much; and none teaches less than a tenth.
const TEACHES_HALF_AT: f64 = 8.0;
const TEACHES_LEAST: f64 = 0.1;
/// Within a quarter of a day, one sitting; its later events teach a quarter.
const SITTING_DAYS: f64 = 0.25;
const SITTING_TEACHES: f64 = 0.25;

const DAY_S: f64 = 86_400.0;

/// How much better a stranger explains an event than the owner, in nats; None without history of the account.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Likelihood {
    /// The sum of all below.
    pub(crate) nats: Option<f64>,
    /// Where from: country, system, city, prefixes, address.
    pub(crate) network: Option<f64>,
    /// With what: type, system, browser, agent.
    pub(crate) device: Option<f64>,
    /// Its versions; None if the agent is new.
    pub(crate) versions: Option<f64>,
    /// The device's name; None where the caller names no devices.
    pub(crate) name: Option<f64>,
    /// When in the week.
    pub(crate) hour: Option<f64>,
    /// What failed around it.
    pub(crate) failures: Option<f64>,
    /// Strangers come per account, owners per event: an account that is used daily is rarely a stranger's.
    pub(crate) pace: Option<f64>,
}

/// The likelihood of an event, and what was new about it. Of an account's first event there is nothing to say but that
/// it is the first. `may_be_copied` says that the browser is older than the device's was.
pub(crate) fn derive(facts: &Facts, may_be_copied: bool) -> (Likelihood, News) {
    let history = &facts.history;
    let (Some(account), Some(backdrop)) = (&history.account, &history.backdrop) else {
        return (Likelihood::default(), News::default());
    };
    let profile = account.profile.as_ref();
    if profile.n_learned == 0 || profile.habits.weight <= 0.0 {
        return (Likelihood::default(), News { is_first: profile.n_learned == 0, ..News::default() });
    }
    let mut comparison = Comparison::of(facts, profile, backdrop);
    let (network, _) = comparison.chain(&Level::NETWORK);
    let network = network + told_twice(comparison.below_new(), comparison.peopled(facts));
    // What anybody can rent is familiar to everybody: it may speak against the owner, never for them.
    let network = if facts.enrichment.is_for_rent() { network.max(0.0) } else { network };
    let (device, is_known_agent) = comparison.chain(&Level::DEVICE);
    let device = device + comparison.out_of_place(is_known_agent);
    let versions = is_known_agent.then(|| comparison.versions());
    let hands = comparison.hands(facts);
    let whose = hands.map_or(0.0, |hands| in_hands(hands, &history.hand_shares).ln().max(-SHARED_CALMS_MAX));
    let name = backdrop.names_devices.then(|| comparison.name(is_known_agent) + whose);
    let hour = comparison.hour();
    let failures = comparison.failures(facts);
    let pace = comparison.pace();
    let network = network + comparison.notoriety(history.notoriety);
    let insider = hands.map_or(0.0, |hands| as_insider(hands, &history.hand_shares));
    let with_what = device + versions.unwrap_or(0.0) + name.unwrap_or(0.0);
    let copied = comparison.copied(with_what, may_be_copied);
    let network = network + comparison.on_the_line(network, copied, insider);
    let name = name.map(|name| name + copied);
    let terms = [Some(network), Some(device), versions, name, Some(hour), Some(failures), Some(pace)];
    let nats: f64 = terms.into_iter().flatten().sum();
    let news = comparison.news(nats);
    let likelihood = Likelihood {
        nats: Some(nats),
        network: Some(network),
        device: Some(device),
        versions,
        name,
        hour: Some(hour),
        failures: Some(failures),
        pace: Some(pace),
    };
    (likelihood, news)
}

/// One event beside what its account does.
struct Comparison<'a> {
    profile: &'a Profile,
    habits: &'a Habits,
    circumstances: &'a Circumstances,
    backdrop: &'a Backdrop,
    /// What one event weighs now.
    unit: f64,
    at: rightful_domain::Timestamp,
    news: News,
}

impl<'a> Comparison<'a> {
    fn of(facts: &'a Facts, profile: &'a Profile, backdrop: &'a Backdrop) -> Self {
        let at = facts.event.at;
        Self {
            profile,
            habits: &profile.habits,
            circumstances: &facts.history.circumstances,
            backdrop,
            unit: f64::from(Habits::unit(at)),
            at,
            news: News { cell: backdrop.cell, ..News::default() },
        }
    }

    /// The chance that this account shows something new at a step, and how often accounts like it do. Until an account
    /// has shown how fickle it is, it is taken for as fickle as those who come through the same provider.
    fn novelty(&self, level: Level) -> (f64, f64) {
        let rate = self.backdrop.rates.get(level.number()).map_or(1.0, |rate| f64::from(*rate));
        let Fickleness { novel, expected } = self.habits.fickleness.get(level.number()).copied().unwrap_or_default();
        let hold = FICKLE_PSEUDO * self.unit;
        let chance = rate * (f64::from(novel) + hold * self.turnover(level)) / (f64::from(expected) + hold);
        (chance.clamp(NOVELTY_MIN, NOVELTY_MAX), rate)
    }

    fn turnover(&self, level: Level) -> f64 {
        let place = TURNOVER_LEVELS.into_iter().position(|its_level| its_level == level);
        place.and_then(|place| self.backdrop.turnover.get(place)).map_or(1.0, |times| f64::from(*times))
    }

    fn own(&self, level: Level) -> Option<f64> {
        let tag = self.circumstances.tag(level)?;
        self.habits.weight_of(level, tag).map(f64::from)
    }

    fn note(&mut self, level: Level, rate: f64, is_new: bool) {
        self.news.note(level, rate as f32, is_new);
    }

    /// The sum of a chain's terms down to the first new value, and whether it was known to its end.
    fn chain(&mut self, levels: &[Level]) -> (f64, bool) {
        let mut total = 0.0;
        let mut parent = f64::from(self.habits.weight);
        let mut is_known = false;
        for level in levels.iter().copied().filter(|level| self.circumstances.tag(*level).is_some()) {
            let own = self.own(level);
            let (novelty, rate) = self.novelty(level);
            self.note(level, rate, own.is_none());
            let step = self.backdrop.steps.get(level.number()).copied().unwrap_or_default();
            let knows = knows(level);
            let Some(own) = own else {
                let ratio = stranger_ratio(level, &step, share_of_new(&step)) / novelty;
                return (total + (knows + (1.0 - knows) * ratio).ln(), false);
            };
            let others = share_of_known(&step);
            let owner = (1.0 - novelty) * (own / parent).min(1.0) + novelty * others;
            let ratio = stranger_ratio(level, &step, others) * others / owner.max(f64::MIN_POSITIVE);
            total += (knows + (1.0 - knows) * ratio).ln();
            (parent, is_known) = (own, true);
        }
        (total, is_known)
    }

    /// Of a country or a provider that is new to the account: what lies below it is new to the owner, too, who is there by
    /// chance where others are, as strangers are but for those from anywhere. So a known prefix in it calms, and what nobody
    /// has come from speaks against the owner. The address itself is asked by [`Self::peopled`].
    fn below_new(&self) -> f64 {
        let is_new = |level: &Level| self.circumstances.tag(*level).is_some() && self.own(*level).is_none();
        let Some(new) = [Level::Country, Level::Asn].into_iter().find(is_new) else { return 0.0 };
        let below = Level::NETWORK.into_iter().filter(|level| *level > new && *level < Level::Address);
        let terms = below.filter(|level| self.circumstances.tag(*level).is_some()).map(|level| {
            let step = self.backdrop.steps.get(level.number()).copied().unwrap_or_default();
            stranger_ratio(level, &step, share_of_new(&step)).ln()
        });
        BELOW_NEW * terms.sum::<f64>()
    }

    /// Of a device that is new to the account: by how much rarer its type is among those who first come through this
    /// provider than anywhere. Owners bring phones to carriers and computers to offices; strangers take the line that they
    /// rent, and the device that they have. It speaks against the owner, never for them: most lines take any device.
    fn out_of_place(&self, is_known_agent: bool) -> f64 {
        let is_new = !is_known_agent || NameState::of(self.profile, self.circumstances) == NameState::New;
        let Some(arrivals) = self.backdrop.arrivals.filter(|_| is_new) else { return 0.0 };
        let anywhere = (f64::from(arrivals.of_type) + 1.0) / (f64::from(arrivals.all) + TYPES_AT_LEAST);
        let hold = OUT_OF_PLACE_HOLD;
        let here = (f64::from(arrivals.of_type_here) + hold * anywhere) / (f64::from(arrivals.here) + hold);
        (anywhere / here).clamp(1.0, OUT_OF_PLACE_RATIO_MAX).ln()
    }

    /// The versions of a known agent: the same again, newer, or older. An update that everybody makes is expected of a
    /// stranger, too, so one version newer says next to nothing.
    fn versions(&mut self) -> f64 {
        let agent = self.own(Level::Agent).unwrap_or(1.0);
        let newest = self.circumstances.tag(Level::Agent).and_then(|agent| self.habits.agent(agent)).copied();
        let shown = [self.circumstances.os_version, self.circumstances.browser_version];
        let newest = newest.map(|agent| [agent.os_version, agent.browser_version]).unwrap_or(shown);
        let is_other_device = NameState::of(self.profile, self.circumstances) == NameState::New;
        let mut total = 0.0;
        let sides = [Level::OsVersion, Level::BrowserVersion].into_iter().zip(self.backdrop.versions);
        for ((level, backdrop), (shown, newest)) in sides.zip(shown.into_iter().zip(newest)) {
            let own = self.own(level);
            let (novelty, rate) = self.novelty(level);
            self.note(level, rate, own.is_none());
            if shown > newest {
                self.news.newer |= 1 << level.number();
            }
            let knows = knows(level);
            let term = (knows + (1.0 - knows) * version_ratio(own, agent, novelty, &backdrop)).ln();
            // Another device of the same model has its own versions: they say nothing against the owner.
            let most = match (is_other_device, self.backdrop.names_devices) {
                (true, _) => 0.0,
                (false, true) => NAMED_VERSION_MAX,
                (false, false) => f64::INFINITY,
            };
            total += term.min(most);
        }
        total
    }

    /// The device's name: known, new or none, given what its agent did the last time. A new phone brings a new name:
    /// that is one surprise, not two.
    fn name(&mut self, is_known_agent: bool) -> f64 {
        let state = NameState::of(self.profile, self.circumstances);
        let context = if is_known_agent { self.backdrop.name_context } else { NameContext::AgentNew };
        self.news.name = Some((context, state));
        let (novelty, rate) = self.novelty(Level::Device);
        if state != NameState::Nameless {
            self.note(Level::Device, rate, state == NameState::New);
        }
        let [known, new, nameless] = self.backdrop.names.map(f64::from);
        let all = known + new + nameless;
        let (nameless_weight, weight) = self.nameless_weight(is_known_agent);
        let hold = NAMELESS_PSEUDO * self.unit;
        let is_nameless = (nameless_weight + hold * nameless / all) / (weight + hold);
        let is_new = (novelty / rate * new / (all - nameless)).min(NOVELTY_MAX);
        let owner = match state {
            NameState::Nameless => is_nameless,
            NameState::New => (1.0 - is_nameless) * is_new,
            NameState::Known => (1.0 - is_nameless) * (1.0 - is_new),
        };
        let stranger = STRANGER_NAMES.get(state as usize).copied().unwrap_or(NAME_MIN);
        (stranger / owner.max(NAME_MIN)).ln()
    }

    /// Of a new name: whose the device is.
    fn hands(&self, facts: &Facts) -> Option<Hands> {
        let is_new = NameState::of(self.profile, self.circumstances) == NameState::New;
        let device = facts.history.device.as_ref().filter(|_| is_new)?;
        Some(Hands::of(&device.profile, facts.history.account_tag, self.at))
    }

    /// How much of what was done came without a name, and of how much: of this agent if it is known, else of all.
    fn nameless_weight(&self, is_known_agent: bool) -> (f64, f64) {
        if is_known_agent {
            let agent = self.circumstances.tag(Level::Agent).and_then(|agent| self.habits.agent(agent));
            let nameless = agent.map_or(0.0, |agent| f64::from(agent.nameless_weight));
            return (nameless, self.own(Level::Agent).unwrap_or(0.0));
        }
        let nameless: f32 = self.habits.agents().iter().map(|agent| agent.nameless_weight).sum();
        (f64::from(nameless), f64::from(self.habits.weight))
    }

    /// The hour of the week, weekdays and weekends apart, smoothed over its neighbors and towards the country's hours.
    fn hour(&self) -> f64 {
        let Some(hour) = self.circumstances.tag(Level::Hour).map(hour_of) else { return 0.0 };
        let (mut near, mut all) = (0.0, 0.0);
        for habit in self.habits.of_level(Level::Hour) {
            let its_hour = hour_of(habit.tag);
            let share = if its_hour / 24 == hour / 24 { 1.0 } else { OTHER_DAY_TYPE };
            let weight = share * f64::from(habit.weight);
            // -2 to 2, around midnight.
            let apart = (its_hour % 24 + 26 - hour % 24) % 24;
            near += weight * HOUR_KERNEL.get(apart).copied().unwrap_or(0.0);
            all += weight;
        }
        let everyone = f64::from(self.backdrop.hour_share);
        let hold = HOUR_PSEUDO * self.unit;
        let owner = (near + hold * everyone) / (all + hold);
        let stranger = 0.5 * everyone + 0.5 / 24.0;
        (HOUR_KNOWS + (1.0 - HOUR_KNOWS) * stranger / owner.max(f64::MIN_POSITIVE)).ln()
    }

    /// Failures of others at the address, of others in its network, and of strangers on the account.
    fn failures(&mut self, facts: &Facts) -> f64 {
        let history = &facts.history;
        let own = history.failures_here_24h;
        let address = history.address.as_ref().map_or(0, |address| address.tally.span(Span::Day).failures);
        let net = history.net_crowd.map_or(0, |crowd| crowd.failures);
        let counts = [address.saturating_sub(own), net.saturating_sub(own), history.strange_failures_24h];
        let mut total = 0.0;
        for ((count, row), class) in counts.into_iter().zip(&self.backdrop.failures).zip(&mut self.news.failures) {
            let place = FAILURE_EDGES.iter().filter(|edge| count >= **edge).count();
            *class = u8::try_from(place).unwrap_or(0);
            let all: f32 = row.iter().sum();
            let owner = row.get(place).map_or(1.0, |share| f64::from(share / all));
            let stranger = STRANGER_FAILURES.get(place).copied().unwrap_or(1.0);
            total += FAILURE_SHARE * (stranger / owner.max(f64::MIN_POSITIVE)).ln();
        }
        total
    }

    /// Of networks that are new to the account: how much of what comes from there are strangers who fail. Where nobody
    /// fails, somebody may still rent: that says nothing for the owner.
    fn notoriety(&self, Notoriety(ratios): Notoriety) -> f64 {
        let news = NOTED_LEVELS
            .into_iter()
            .zip(ratios)
            .zip(NOTORIOUS)
            .filter(|((level, _), _)| self.circumstances.tag(*level).is_some() && self.own(*level).is_none());
        news.map(|((_, ratio), part)| (1.0 - part + part * f64::from(ratio).clamp(1.0, NOTORIOUS_RATIO_MAX)).ln()).sum()
    }

    /// Of an address that is new to the account: whether others are at home there, beside how usual that is around it. On
    /// a fixed line hardly anybody is, unless it is the owner's family or work. Behind a carrier's gateways somebody
    /// always is, so that this says little for the owner there, and nobody at all rather speaks against them.
    fn peopled(&self, facts: &Facts) -> f64 {
        let is_new = self.circumstances.tag(Level::Address).is_some() && self.own(Level::Address).is_none();
        if !is_new {
            return 0.0;
        }
        let others = f64::from(familiar_accounts(facts, facts.history.address.as_ref()).unwrap_or(0));
        let usual = f64::from(self.backdrop.shared_addresses).min(SHARED_MAX);
        let alone = PEOPLED * (1.0 - RENTED_ALIKE * usual);
        if others > 0.0 {
            (1.0 - alone * others / (others + 1.0)).ln()
        } else {
            ((1.0 - usual * (1.0 - alone)) / (1.0 - usual)).ln()
        }
    }

    /// What is to be added to a known name, where the whole device speaks for the owner by `device` nats: a thief who has
    /// copied the browser shows all that the owner's would show. So the device calms as far as it could not have been
    /// copied, and what is left of an event is where and when. More of them if the browser is
    /// older than the device's was.
    fn copied(&self, device: f64, is_older: bool) -> f64 {
        let is_known = self.news.name.is_some_and(|(_, state)| state == NameState::Known);
        let part = if is_older { COPIED_AND_OLDER } else { COPIED };
        if is_known { or_all_of_it(self.believed(part, COPIED_LEARNED), device).ln() } else { 0.0 }
    }

    /// The same of the owner's places: what is to be added to a known /24, where the whole network speaks for the owner by
    /// `network` nats. Who has a copy of the browser need not be on the line as well: `copied` was added for that.
    /// `insider` is the part of strangers with such a device who are there at the least.
    fn on_the_line(&self, network: f64, copied: f64, insider: f64) -> f64 {
        let is_known = [Level::Net, Level::Address].into_iter().any(|level| self.own(level).is_some());
        let part = if is_known { self.believed(insider.max(ON_THE_LINE), ON_THE_LINE_LEARNED) } else { 0.0 };
        (1.0 + (or_all_of_it(part, network) - 1.0) * (-copied).exp()).ln()
    }

    /// As much of a part of strangers as is believed of an account with this history.
    fn believed(&self, part: f64, half_after: f64) -> f64 {
        let learned = f64::from(self.profile.n_learned);
        part * learned / (learned + half_after)
    }

    /// Events a day, decayed, against one in ten days.
    fn pace(&self) -> f64 {
        let half_life = Habits::HALF_LIFE.as_secs_f64() / DAY_S;
        let age = self.profile.first_at.map_or(0.0, |first| self.at.since(first).as_secs_f64() / DAY_S);
        let days = half_life / std::f64::consts::LN_2 * (1.0 - (-age / half_life).exp2()) + PACE_DAYS;
        let events = f64::from(self.habits.weight) / self.unit + PACE_EVENTS;
        -(events / days * PACE_DAYS).ln()
    }

    fn news(mut self, nats: f64) -> News {
        let trust = 1.0 / (1.0 + (nats - TEACHES_HALF_AT).min(50.0).exp());
        let gap = self.profile.last_at.map_or(f64::MAX, |last| self.at.since(last).as_secs_f64() / DAY_S);
        let sitting = if gap < SITTING_DAYS { SITTING_TEACHES } else { 1.0 };
        self.news.weight = (trust.max(TEACHES_LEAST) * sitting) as f32;
        self.news
    }
}

/// The sum of two terms, but where both calm, that of the one that calms more: they see the same people.
fn told_twice(one: f64, other: f64) -> f64 {
    if one < 0.0 && other < 0.0 { one.min(other) } else { one + other }
}

/// How much likelier a stranger's new device is in such hands than an owner's. Where few owners use another's, it is an
/// insider's; where people share machines, a shared one is rather an owner's.
fn in_hands(hands: Hands, owners: &HandShares) -> f64 {
    let stranger = STRANGER_HANDS.get(hands as usize).copied().unwrap_or(NAME_MIN);
    stranger / f64::from(owners.share(hands)).max(NAME_MIN)
}

/// The part of strangers with a new device in such hands who are where the owner is.
fn as_insider(hands: Hands, owners: &HandShares) -> f64 {
    match hands {
        Hands::Anothers => INSIDER_ON_THE_LINE * in_hands(hands, owners).min(1.0),
        Hands::Nobodys | Hands::Several => 0.0,
    }
}

/// By how much likelier a stranger shows what speaks for the owner by `nats`, if a part of strangers have all of it.
fn or_all_of_it(part: f64, nats: f64) -> f64 {
    1.0 - part + part * (-nats).exp()
}

fn knows(level: Level) -> f64 {
    KNOWS.get(level.number()).copied().unwrap_or(0.0)
}

fn anywhere(level: Level) -> f64 {
    match level {
        Level::Country => ANYWHERE_COUNTRY,
        Level::Asn => ANYWHERE_PROVIDER,
        Level::City | Level::Block | Level::Range | Level::Net | Level::Address => ANYWHERE_PREFIX,
        Level::DeviceType
        | Level::Os
        | Level::Browser
        | Level::Agent
        | Level::OsVersion
        | Level::BrowserVersion
        | Level::Device
        | Level::Language
        | Level::TimeZone
        | Level::Action
        | Level::Hour
        | Level::Amount
        | Level::Currency
        | Level::Direction => ANYWHERE_DEVICE,
    }
}

/// How many different values there are below one parent, at the least: what has not been seen yet exists, too.
fn values_min(level: Level) -> f64 {
    match level {
        Level::Range | Level::Net => 16.0,
        Level::Address => 64.0,
        Level::Country | Level::Asn | Level::City | Level::Block => 4.0,
        Level::DeviceType
        | Level::Os
        | Level::Browser
        | Level::Agent
        | Level::OsVersion
        | Level::BrowserVersion
        | Level::Device
        | Level::Language
        | Level::TimeZone
        | Level::Action
        | Level::Hour
        | Level::Amount
        | Level::Currency
        | Level::Direction => 1.0,
    }
}

/// How many times likelier a stranger who does not know the owner shows a value than another account does.
fn stranger_ratio(level: Level, step: &StepBackdrop, share: f64) -> f64 {
    let uniform = 1.0 / (f64::from(step.siblings) + 1.0).max(values_min(level));
    // Of how few others a value is known says nothing until there are some.
    let others = f64::from(step.parent_accounts);
    let part = anywhere(level) * others / (others + ANYWHERE_ACCOUNTS);
    1.0 - part + part * (uniform / share.max(f64::MIN_POSITIVE)).min(ANYWHERE_RATIO_MAX)
}

/// The share of a value that the account has not shown, among accounts that have shown its parent.
fn share_of_new(step: &StepBackdrop) -> f64 {
    (f64::from(step.accounts) + UNSEEN) / (f64::from(step.parent_accounts) + 2.0)
}

/// The share of a value that the account has shown, itself left out.
fn share_of_known(step: &StepBackdrop) -> f64 {
    ((f64::from(step.accounts) - 0.9).max(0.1) / (f64::from(step.parent_accounts) + 1.0)).min(1.0)
}

fn version_ratio(own: Option<f64>, agent: f64, novelty: f64, backdrop: &VersionBackdrop) -> f64 {
    match own {
        Some(own) => {
            let same = f64::from(backdrop.same);
            same / ((1.0 - novelty) * (own / agent).min(1.0) + novelty * same + 1e-9)
        }
        None => f64::from(backdrop.beyond).max(BEYOND_MIN) / (novelty * f64::from(backdrop.direction)).max(1e-9),
    }
}

pub(super) const SLOTS: &[Slot<Likelihood>] = &[
    Slot { name: "likelihood_nats", read: |l| number_slot(l.nats) },
    Slot { name: "likelihood_network", read: |l| number_slot(l.network) },
    Slot { name: "likelihood_device", read: |l| number_slot(l.device) },
    Slot { name: "likelihood_versions", read: |l| number_slot(l.versions) },
    Slot { name: "likelihood_name", read: |l| number_slot(l.name) },
    Slot { name: "likelihood_hour", read: |l| number_slot(l.hour) },
    Slot { name: "likelihood_failures", read: |l| number_slot(l.failures) },
    Slot { name: "likelihood_pace", read: |l| number_slot(l.pace) },
];
