//! The population: what all accounts of an application do, as far as one account's event must be compared with it.
//!
//! Counted in accounts, not in events, so that nobody can make a value common by repeating it. Values that one account
//! alone has shown say nothing of the others: they are the first to go when there are too many (lossy counting, Manku
//! and Motwani, VLDB 2002). Nothing here is undone when an account is rolled back: one account weighs next to nothing.

mod sharing;
mod turnover;

use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use indexmap::IndexMap;

use crate::circumstances::{Circumstances, Level, StepTag, TURNOVER_LEVELS, Version};
use crate::habits::RATED_LEVELS;
use crate::news::{FAILURE_CLASSES, NameContext, NameState};
use crate::tag_table::{TagCount, TagTable};
use crate::{BudgetThresholds, News, Profile, ScoreBudget, Timestamp};

/// The most values that are counted at once: some 2 MB an application.
pub const VALUES_MAX: usize = 131_072;
/// The most browsers whose versions are followed; beyond, newcomers are not.
const FAMILIES_MAX: usize = 1_024;
/// The most versions of one browser that are followed; the rarest go first.
const VERSIONS_MAX: usize = 48;
/// Sets the keys of first visits apart from tags.
const ARRIVALS: u32 = 0x4152_5256;
/// After this time a version that was seen counts for half: browsers ship every four weeks.
const VERSION_HALF_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// The most countries whose hours are counted.
const COUNTRIES_MAX: usize = 512;
/// Edges of the classes of accounts: days since the last event, and events learned.
const GAP_DAYS: [f64; 5] = [1.0 / 24.0, 0.25, 1.0, 7.0, 30.0];
const LENGTHS: [u32; 3] = [2, 4, 12];
/// Classes of accounts, by type of device, time since the last event, and length of history.
const CELLS: usize = 2 * GAPS_N * LENGTHS_N;
const GAPS_N: usize = GAP_DAYS.len() + 1;
const LENGTHS_N: usize = LENGTHS.len() + 1;
/// What each gap is called in a class's number, from the shortest on. Classes are stored by number, and those of before
/// the hours of a day were told apart keep theirs: what was then within a day is now the last of its hours.
const GAP_NUMBERS: [usize; GAPS_N] = [4, 5, 0, 1, 2, 3];
/// Those within a day.
const GAPS_WITHIN_DAY: [usize; 3] = [4, 5, 0];
/// How many classes there were, the first ones, before types of device and the hours of a day were told apart.
pub const COARSE_CELLS: usize = 4 * LENGTHS_N;
/// What was counted in one of them weighs at most as much as so many events: so that its finer classes soon speak for
/// themselves.
const COARSE_EVENTS_MAX: f32 = 1_000.0;
/// A type of device roams if its provider is so many times as often new as that of all; held at all by so many events.
const ROAMS_FROM: f32 = 1.2;
const ROAMS_HOLD: f32 = 200.0;
/// The most types of devices whose mobility is followed.
const TYPES_MAX: usize = 32;

/// How often each rated step is new before anything was seen. Set by reasoning, not fitted: people rarely change country,
/// and often address. It weighs as much as [`PSEUDO_EVENTS`] events.
const PRIOR_NOVELTY: [f32; RATED_LEVELS] =
    [0.02, 0.12, 0.10, 0.10, 0.12, 0.15, 0.20, 0.05, 0.05, 0.10, 0.10, 0.08, 0.15, 0.08];
const PSEUDO_EVENTS: f32 = 20.0;
/// What all classes but for the type of device and the hours of a day say weighs as much as so many events of one.
const FINE_EVENTS: f32 = 200.0;
/// Known, new, nameless: by what could be expected.
const PRIOR_NAMES: [[f32; 3]; 3] = [[6.0, 12.0, 2.0], [18.0, 1.0, 1.0], [2.0, 2.0, 16.0]];
/// Newer, older: updates go one way.
const PRIOR_DIRECTION: [f32; 2] = [8.0, 2.0];
const PRIOR_FAILURES: [f32; FAILURE_CLASSES] = [20.0, 1.0, 1.0, 1.0, 1.0];

/// How often a step was compared, and how often it was new.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NoveltyCount {
    /// New.
    pub novel: f32,
    /// Compared.
    pub tried: f32,
}

impl NoveltyCount {
    /// What was counted in one class of before, which began with what is thought before anything was seen.
    fn of_coarse(self, prior: f32) -> Self {
        // Both were counted in whole events.
        let tried = (self.tried - PSEUDO_EVENTS).round().max(0.0);
        let novel = (self.novel - prior * PSEUDO_EVENTS).round().clamp(0.0, tried);
        let share = (COARSE_EVENTS_MAX / tried.max(1.0)).min(1.0);
        Self { novel: novel * share, tried: tried * share }
    }

    /// How often it was new, held at another rate by so many events.
    fn rate(self, events: f32, at: f32) -> f32 {
        (self.novel + events * at) / (self.tried + events)
    }
}

/// One value of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ValueCount {
    /// Accounts that have shown it.
    pub accounts: u32,
    /// Different values that were seen below it.
    pub children: u32,
}

impl TagCount for ValueCount {
    // As they are stored.
    const KEEPS_ORDER: bool = true;

    fn is_nothing(&self) -> bool {
        self.accounts | self.children == 0
    }
}

/// The versions of one browser, and of the systems it runs on, as seen lately.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VersionShares {
    /// When the weights were last brought up to date.
    pub at: Timestamp,
    /// Version and decayed weight, by version.
    pub weights: Vec<(Version, f32)>,
}

/// Takes a tag, which is a keyed hash, for what it is.
#[derive(Debug, Clone, Default)]
pub struct TagHasher(u64);

impl Hasher for TagHasher {
    fn finish(&self) -> u64 {
        // A map wants its high bits filled, too.
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u32(&mut self, tag: u32) {
        self.0 = u64::from(tag);
    }

    fn write_u64(&mut self, tag: u64) {
        self.0 = tag;
    }
}

pub(crate) type ByTag<V> = IndexMap<u32, V, BuildHasherDefault<TagHasher>>;

/// What all accounts of an application do.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    /// Accounts that have learned something.
    pub n_accounts: u32,
    /// Events whose device had a name; 0 where the caller names no devices, so that its lack says nothing.
    pub n_named: u32,
    /// Values by tag.
    pub values: TagTable<ValueCount>,
    /// By rated step, then class of accounts: as counted, nothing thought before.
    pub novelty: [[NoveltyCount; CELLS]; RATED_LEVELS],
    /// By type of device: how often its provider was new.
    pub mobility: ByTag<NoveltyCount>,
    /// Versions that were new to an account: newer and older ones, of systems and of browsers.
    pub direction: [[f32; 2]; 2],
    /// By browser: versions of systems, versions of browsers.
    pub versions: ByTag<[VersionShares; 2]>,
    /// By [`NameContext`], then [`NameState`].
    pub names: [[f32; 3]; 3],
    /// By country (0 where it is not known): events by hour.
    pub hours: ByTag<Vec<u32>>,
    /// By what failed around an event (see [`News::failures`]), then class.
    pub failures: [[f32; FAILURE_CLASSES]; 3],
    /// The evidence against events that were let through, for the challenge budget.
    pub scores: ScoreBudget,
}

impl Default for Population {
    fn default() -> Self {
        Self {
            n_accounts: 0,
            n_named: 0,
            values: TagTable::default(),
            novelty: [[NoveltyCount::default(); CELLS]; RATED_LEVELS],
            mobility: ByTag::default(),
            direction: [PRIOR_DIRECTION; 2],
            versions: ByTag::default(),
            names: PRIOR_NAMES,
            hours: ByTag::default(),
            failures: [PRIOR_FAILURES; 3],
            scores: ScoreBudget::default(),
        }
    }
}

/// What the population says of one step of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepBackdrop {
    /// Accounts that have shown this value.
    pub accounts: u32,
    /// Accounts that have shown its parent.
    pub parent_accounts: u32,
    /// Different values that were seen below its parent.
    pub siblings: u32,
}

/// What the population says of a version: shares, 0 to 1, of what was seen lately of the same browser.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VersionBackdrop {
    /// Of this version.
    pub same: f32,
    /// Of versions on the same side of the account's newest as this one: newer if it is newer, else older.
    pub beyond: f32,
    /// How many of those versions that were new to an account lay on that side.
    pub direction: f32,
}

/// With which types of devices accounts first come: through one provider, and through any. None is counted where the caller
/// tells no types or no providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ArrivalBackdrop {
    /// First visits of an account to this provider with this type of device.
    pub of_type_here: u32,
    /// First visits of an account to this provider.
    pub here: u32,
    /// First visits of an account to any provider with this type of device.
    pub of_type: u32,
    /// First visits of an account to any provider.
    pub all: u32,
}

/// What the population says of one event's circumstances.
#[derive(Debug, Clone, PartialEq)]
pub struct Backdrop {
    /// Accounts that have learned something.
    pub n_accounts: u32,
    /// The class of accounts that this one belongs to.
    pub cell: u8,
    /// By [`Level::number`].
    pub steps: [StepBackdrop; Level::COUNT],
    /// With what others come through its provider; None where its type of device or its provider is not known.
    pub arrivals: Option<ArrivalBackdrop>,
    /// How many of the addresses that were new to an account others had shown before, 0 to 1: in this block of addresses
    /// as far as it is known, else at this provider, else anywhere.
    pub shared_addresses: f32,
    /// How many times as often as expected those who come through its provider show a new prefix, by [`TURNOVER_LEVELS`];
    /// 1 where that is not known.
    pub turnover: [f32; TURNOVER_LEVELS.len()],
    /// How often each rated step is new in this class, 0 to 1.
    pub rates: [f32; RATED_LEVELS],
    /// Of the system's version and the browser's.
    pub versions: [VersionBackdrop; 2],
    /// Whether the caller names devices at all.
    pub names_devices: bool,
    /// What can be expected of the device's name.
    pub name_context: NameContext,
    /// How names were in this context: known, new, none; adds up to more than 0.
    pub names: [f32; 3],
    /// Share of this hour among the hours of weekdays, or of weekends, of this country.
    pub hour_share: f32,
    /// By what failed around an event, then class: how many events had it so; each adds up to more than 0.
    pub failures: [[f32; FAILURE_CLASSES]; 3],
    /// From which log-odds on to challenge, by budget.
    pub challenge_from: BudgetThresholds,
}

impl Population {
    /// What is said of an event of an account with this profile.
    #[must_use]
    pub fn backdrop(&self, profile: &Profile, circumstances: &Circumstances, at: Timestamp) -> Backdrop {
        let cell = cell_of(profile, at, self.roams(circumstances));
        let mut rates = PRIOR_NOVELTY;
        for (rate, counts) in rates.iter_mut().zip(&self.novelty) {
            *rate = rate_in(usize::from(cell), counts, *rate);
        }
        let name_context = name_context(profile, circumstances);
        Backdrop {
            n_accounts: self.n_accounts,
            cell,
            steps: self.steps(circumstances),
            arrivals: self.arrivals(circumstances),
            shared_addresses: self.shared_addresses(circumstances),
            turnover: self.turnover(profile, circumstances),
            rates,
            versions: self.versions_of(profile, circumstances),
            names_devices: self.n_named > 0,
            name_context,
            names: self.names.get(name_context as usize).copied().unwrap_or_default(),
            hour_share: self.hour_share(circumstances),
            failures: self.failures,
            challenge_from: self.scores.thresholds_now(),
        }
    }

    /// Takes up what was counted in the classes of before types of device and the hours of a day were told apart: by rated
    /// step, then class. Every class says what its coarse one said, until it has seen events of its own.
    pub fn take_up_coarse(&mut self, coarse: &[[NoveltyCount; COARSE_CELLS]; RATED_LEVELS]) {
        for ((counts, coarse), prior) in self.novelty.iter_mut().zip(coarse).zip(PRIOR_NOVELTY) {
            for (count, coarse) in counts.iter_mut().zip(coarse) {
                *count = coarse.of_coarse(prior);
            }
        }
    }

    /// Counts one event that was let through. What is new of it is what was new when it was judged.
    pub fn learn(&mut self, at: Timestamp, circumstances: &Circumstances, news: &News) {
        self.n_accounts = self.n_accounts.saturating_add(u32::from(news.is_first));
        self.count_new_address(circumstances, news);
        self.count_turnover(circumstances, news);
        self.n_named = self.n_named.saturating_add(u32::from(circumstances.tag(Level::Device).is_some()));
        for chain in [&Level::NETWORK[..], &Level::DEVICE, &[Level::Language], &[Level::TimeZone]] {
            self.count_chain(chain, circumstances, news);
        }
        self.count_arrival(circumstances, news);
        for (level, counts) in Level::ALL.into_iter().zip(&mut self.novelty) {
            if news.is_tried(level)
                && let Some(count) = counts.get_mut(usize::from(news.cell))
            {
                count.tried += 1.0;
                count.novel += f32::from(u8::from(news.is_novel(level)));
            }
        }
        if let Some((context, state)) = news.name
            && let Some(count) = self.names.get_mut(context as usize).and_then(|row| row.get_mut(state as usize))
        {
            *count += 1.0;
        }
        if news.tried != 0 {
            for (row, class) in self.failures.iter_mut().zip(news.failures) {
                if let Some(count) = row.get_mut(usize::from(class)) {
                    *count += 1.0;
                }
            }
        }
        // The first event of an account is compared with nothing, so its evidence says nothing of a usual one's.
        if let Some(nats) = news.nats.filter(|_| !news.is_first) {
            self.scores.learn(at, nats);
        }
        self.count_versions(at, circumstances, news);
        self.count_mobility(circumstances, news);
        self.count_hour(circumstances);
    }

    fn steps(&self, circumstances: &Circumstances) -> [StepBackdrop; Level::COUNT] {
        let mut steps = [StepBackdrop::default(); Level::COUNT];
        for chain in [&Level::NETWORK[..], &Level::DEVICE, &[Level::Language], &[Level::TimeZone]] {
            let mut parent = self.root(chain);
            for level in chain {
                let Some(tag) = circumstances.tag(*level) else { continue };
                let count = self.values.get(tag.get());
                if let Some(place) = steps.get_mut(level.number()) {
                    *place = StepBackdrop {
                        accounts: count.accounts,
                        parent_accounts: parent.accounts,
                        siblings: parent.children,
                    };
                }
                parent = count;
            }
        }
        steps
    }

    fn arrivals(&self, circumstances: &Circumstances) -> Option<ArrivalBackdrop> {
        let keys = arrival_keys(circumstances)?;
        let [of_type_here, here, of_type, all] = keys.map(|key| self.values.get(key).accounts);
        Some(ArrivalBackdrop { of_type_here, here, of_type, all })
    }

    /// Counts the first visit of an account to a provider.
    fn count_arrival(&mut self, circumstances: &Circumstances, news: &News) {
        let is_arrival = [Level::Country, Level::Asn].into_iter().any(|level| news.is_novel(level)) || news.is_first;
        for key in arrival_keys(circumstances).filter(|_| is_arrival).into_iter().flatten() {
            if self.values.len() >= VALUES_MAX {
                self.make_room();
            }
            self.values.change(key, |count| count.accounts = count.accounts.saturating_add(1));
        }
    }

    /// Whether devices of this type are carried about more than others: phones are, and computers stay, whatever the
    /// caller calls them.
    fn roams(&self, circumstances: &Circumstances) -> bool {
        let count = circumstances.tag(Level::DeviceType).and_then(|tag| self.mobility.get(&tag.get()));
        let Some(count) = count else { return false };
        let (novel, tried) = self.mobility.values().fold((0.0, 0.0), |all, one| (all.0 + one.novel, all.1 + one.tried));
        let usual = novel / f32::max(tried, 1.0);
        count.rate(ROAMS_HOLD, usual) > ROAMS_FROM * usual
    }

    fn count_mobility(&mut self, circumstances: &Circumstances, news: &News) {
        let Some(tag) = circumstances.tag(Level::DeviceType) else { return };
        let is_there = self.mobility.contains_key(&tag.get());
        if !news.is_tried(Level::Asn) || !is_there && self.mobility.len() >= TYPES_MAX {
            return;
        }
        let count = self.mobility.entry(tag.get()).or_default();
        count.tried += 1.0;
        count.novel += f32::from(u8::from(news.is_novel(Level::Asn)));
    }

    fn root(&self, chain: &[Level]) -> ValueCount {
        ValueCount { accounts: self.n_accounts, ..self.values.get(root_tag(chain)) }
    }

    fn count_chain(&mut self, chain: &[Level], circumstances: &Circumstances, news: &News) {
        // Below a value that is new to the account, everything is.
        let mut is_new = news.is_first;
        let mut parent = root_tag(chain);
        for level in chain {
            let Some(tag) = circumstances.tag(*level) else { continue };
            is_new |= news.is_novel(*level);
            if is_new {
                self.count_value(parent, tag);
            }
            parent = tag.get();
        }
    }

    fn count_value(&mut self, parent: u32, tag: StepTag) {
        if self.values.len() >= VALUES_MAX {
            self.make_room();
        }
        let mut is_first = false;
        self.values.change(tag.get(), |count| {
            is_first = count.accounts == 0;
            count.accounts = count.accounts.saturating_add(1);
        });
        if is_first {
            self.values.change(parent, |count| count.children = count.children.saturating_add(1));
        }
    }

    fn make_room(&mut self) {
        let mut rare = 1;
        while self.values.len() > VALUES_MAX / 4 * 3 {
            self.values.retain(|_, count| count.accounts > rare || count.children > rare);
            rare = rare.saturating_mul(2);
        }
    }

    fn versions_of(&self, profile: &Profile, circumstances: &Circumstances) -> [VersionBackdrop; 2] {
        let shares = circumstances.tag(Level::Browser).and_then(|browser| self.versions.get(&browser.get()));
        let agent = circumstances.tag(Level::Agent).and_then(|agent| profile.habits.agent(agent));
        let newest = agent.map(|agent| [agent.os_version, agent.browser_version]).unwrap_or_default();
        let shown = [circumstances.os_version, circumstances.browser_version];
        std::array::from_fn(|side| {
            let (newest, shown) =
                (newest.get(side).copied().unwrap_or_default(), shown.get(side).copied().unwrap_or_default());
            let weights = shares.and_then(|shares| shares.get(side)).map_or(&[][..], |shares| &shares.weights);
            let total: f32 = weights.iter().map(|(_, weight)| weight).sum();
            let is_newer = shown > newest;
            let same = weights.iter().filter(|(version, _)| *version == shown);
            let beyond = weights.iter().filter(|(version, _)| *version != newest && (*version > newest) == is_newer);
            let share = |weight: f32| if total > 0.0 { weight / total } else { 0.0 };
            let [newer, older] = self.direction.get(side).copied().unwrap_or(PRIOR_DIRECTION);
            VersionBackdrop {
                same: share(same.map(|(_, weight)| weight).sum()),
                beyond: share(beyond.map(|(_, weight)| weight).sum()),
                direction: if is_newer { newer } else { older } / (newer + older),
            }
        })
    }

    fn count_versions(&mut self, at: Timestamp, circumstances: &Circumstances, news: &News) {
        for (direction, level) in self.direction.iter_mut().zip([Level::OsVersion, Level::BrowserVersion]) {
            if news.is_novel(level) {
                let [newer, older] = direction;
                *(if news.is_newer(level) { newer } else { older }) += 1.0;
            }
        }
        let Some(browser) = circumstances.tag(Level::Browser) else { return };
        if !self.versions.contains_key(&browser.get()) && self.versions.len() >= FAMILIES_MAX {
            return;
        }
        let [os, own] = self.versions.entry(browser.get()).or_default();
        os.see(at, circumstances.os_version);
        own.see(at, circumstances.browser_version);
    }

    fn hour_share(&self, circumstances: &Circumstances) -> f32 {
        let Some(hour) = circumstances.tag(Level::Hour).map(hour_of) else { return 1.0 / 24.0 };
        let Some(hours) = self.hours.get(&country_of(circumstances)) else { return 1.0 / 24.0 };
        let day = hours.get(hour / 24 * 24..).and_then(|hours| hours.get(..24)).unwrap_or_default();
        let all: u32 = day.iter().sum();
        let one = hours.get(hour).copied().unwrap_or(0);
        (one as f32 + 1.0) / (all as f32 + 24.0)
    }

    fn count_hour(&mut self, circumstances: &Circumstances) {
        let Some(hour) = circumstances.tag(Level::Hour).map(hour_of) else { return };
        let country = country_of(circumstances);
        if !self.hours.contains_key(&country) && self.hours.len() >= COUNTRIES_MAX {
            return;
        }
        let hours = self.hours.entry(country).or_insert_with(|| vec![0; 48]);
        if let Some(count) = hours.get_mut(hour) {
            *count = count.saturating_add(1);
        }
    }
}

impl VersionShares {
    fn see(&mut self, at: Timestamp, version: Version) {
        if self.at < at {
            let halves = at.since(self.at).as_secs_f64() / VERSION_HALF_LIFE.as_secs_f64();
            let factor = (-halves).exp2() as f32;
            self.weights.iter_mut().for_each(|(_, weight)| *weight *= factor);
            self.at = at;
        }
        match self.weights.binary_search_by_key(&version, |(version, _)| *version) {
            Ok(place) => {
                if let Some((_, weight)) = self.weights.get_mut(place) {
                    *weight += 1.0;
                }
            }
            Err(place) => {
                self.weights.insert(place, (version, 1.0));
                if self.weights.len() > VERSIONS_MAX
                    && let Some((rarest, _)) =
                        self.weights.iter().enumerate().min_by(|(_, (_, one)), (_, (_, other))| one.total_cmp(other))
                {
                    self.weights.remove(rarest);
                }
            }
        }
    }
}

/// How often something is new in a class: held at that of all classes that differ in the type of device and the hours of
/// a day alone, which is held at what was thought before.
fn rate_in(cell: usize, counts: &[NoveltyCount; CELLS], prior: f32) -> f32 {
    let (gap, length) = (cell / LENGTHS_N % GAPS_N, cell % LENGTHS_N);
    let own = [gap];
    let gaps = if GAPS_WITHIN_DAY.contains(&gap) { &GAPS_WITHIN_DAY[..] } else { &own };
    let like = gaps.iter().flat_map(|gap| [*gap, GAPS_N + gap]).filter_map(|gap| counts.get(gap * LENGTHS_N + length));
    let all = like.fold(NoveltyCount::default(), |all, one| NoveltyCount {
        novel: all.novel + one.novel,
        tried: all.tried + one.tried,
    });
    let rate = all.rate(PSEUDO_EVENTS, prior);
    counts.get(cell).map_or(rate, |own| own.rate(FINE_EVENTS, rate))
}

/// The class of an account: by whether its device roams, the time since its last event, and how much it has learned.
fn cell_of(profile: &Profile, at: Timestamp, roams: bool) -> u8 {
    let gap = profile.last_at.map_or(0.0, |last| at.since(last).as_secs_f64() / 86_400.0);
    let gap = GAP_DAYS.iter().filter(|edge| gap >= **edge).count();
    let gap = GAP_NUMBERS.get(gap).copied().unwrap_or(0);
    let length = LENGTHS.iter().filter(|edge| profile.n_learned >= **edge).count();
    let roams = usize::from(roams);
    u8::try_from((roams * GAPS_N + gap) * LENGTHS_N + length).unwrap_or(0)
}

fn name_context(profile: &Profile, circumstances: &Circumstances) -> NameContext {
    match circumstances.tag(Level::Agent).and_then(|agent| profile.habits.agent(agent)) {
        None => NameContext::AgentNew,
        Some(agent) if agent.was_nameless => NameContext::AgentNameless,
        Some(_) => NameContext::AgentNamed,
    }
}

// Level numbers are never a keyed hash by more than chance.
fn root_tag(chain: &[Level]) -> u32 {
    chain.first().map_or(0, |level| *level as u32)
}

/// Where first visits are counted: with this type of device through this provider, with any through it, with this type
/// through any, and with any through any. Apart from what was counted of providers before there were these counts.
fn arrival_keys(circumstances: &Circumstances) -> Option<[u32; 4]> {
    let provider = circumstances.tag(Level::Asn)?.get();
    let kind = circumstances.tag(Level::DeviceType)?.get();
    // Tags are keyed hashes, so any mixture of two is as good as one.
    let key = |provider: u32, kind: u32| {
        (provider ^ ARRIVALS).wrapping_mul(0x9E37_79B1).rotate_left(15).wrapping_add(kind.wrapping_mul(0x85EB_CA77))
    };
    Some([key(provider, kind), key(provider, 0), key(0, kind), key(0, 0)])
}

fn country_of(circumstances: &Circumstances) -> u32 {
    circumstances.tag(Level::Country).map_or(0, StepTag::get)
}

/// The hour of its tag: 0 to 47.
#[must_use]
pub fn hour_of(tag: StepTag) -> usize {
    usize::try_from(tag.get() - 1).unwrap_or(0).min(47)
}

/// Which known names a device has shown.
impl NameState {
    /// The state of an event's device, given what the account has seen.
    #[must_use]
    pub fn of(profile: &Profile, circumstances: &Circumstances) -> Self {
        match circumstances.tag(Level::Device) {
            None => Self::Nameless,
            Some(name) if profile.habits.weight_of(Level::Device, name).is_some() => Self::Known,
            Some(_) => Self::New,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, Lesson};

    fn circumstances(country: u32, asn: u32) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        tags[Level::Country.number()] = StepTag::new(country);
        tags[Level::Asn.number()] = StepTag::new(asn);
        tags[Level::Browser.number()] = StepTag::new(77);
        Circumstances::from_tags(tags, Version::default(), Version::of_major(138))
    }

    fn first() -> News {
        News { is_first: true, ..News::default() }
    }

    const DAY: Timestamp = Timestamp::from_seconds(1_767_225_600);

    #[test]
    fn values_are_counted_in_accounts_and_siblings_below_their_parent() {
        let mut population = Population::default();
        population.learn(DAY, &circumstances(1_000, 2_000), &first());
        population.learn(DAY, &circumstances(1_000, 2_001), &first());
        // The same account again: nothing is new.
        population.learn(DAY, &circumstances(1_000, 2_001), &News::default());
        let backdrop = population.backdrop(&Profile::default(), &circumstances(1_000, 2_001), DAY);
        let step = |level: Level| backdrop.steps[level.number()];
        assert_eq!(step(Level::Country), StepBackdrop { accounts: 2, parent_accounts: 2, siblings: 1 });
        assert_eq!(step(Level::Asn), StepBackdrop { accounts: 1, parent_accounts: 2, siblings: 2 });
    }

    #[test]
    fn first_visits_are_counted_by_type_of_device() {
        let visit = |asn: u32, kind: u32| {
            let mut tags = [None; Level::COUNT];
            tags[Level::Asn.number()] = StepTag::new(asn);
            tags[Level::DeviceType.number()] = StepTag::new(kind);
            Circumstances::from_tags(tags, Version::default(), Version::default())
        };
        let mut population = Population::default();
        for (asn, kind) in [(2_000, 7), (2_000, 7), (2_000, 8), (3_000, 8)] {
            population.learn(DAY, &visit(asn, kind), &first());
        }
        // Back again, with whatever: nothing is new.
        population.learn(DAY, &visit(2_000, 8), &News::default());
        let backdrop = population.backdrop(&Profile::default(), &visit(2_000, 8), DAY);
        assert_eq!(backdrop.arrivals, Some(ArrivalBackdrop { of_type_here: 1, here: 3, of_type: 2, all: 4 }));
        assert_eq!(population.arrivals(&circumstances(1_000, 2_000)), None);
    }

    #[test]
    fn values_stay_within_their_cap_and_the_rare_go_first() {
        let mut population = Population::default();
        for _ in 0..3 {
            population.learn(DAY, &circumstances(1_000, 2_000), &first());
        }
        for asn in 0..u32::try_from(VALUES_MAX).expect("fits") {
            population.learn(DAY, &circumstances(1_000, 10_000 + asn), &first());
        }
        assert!(population.values.len() <= VALUES_MAX);
        assert_eq!(population.values.get(2_000).accounts, 3);
    }

    #[test]
    fn versions_fade_and_are_bounded() {
        let mut shares = VersionShares::default();
        for major in 0..100 {
            shares.see(DAY.plus(Duration::from_secs(u64::from(major) * 86_400)), Version::of_major(major));
        }
        assert!(shares.weights.len() <= VERSIONS_MAX);
        let weight = |major| {
            let of = |(version, _): &&(Version, f32)| *version == Version::of_major(major);
            shares.weights.iter().find(of).map_or(0.0, |(_, weight)| *weight)
        };
        assert!((weight(99) / weight(69) - 2.0).abs() < 0.01);
    }

    #[test]
    fn a_class_follows_the_gap_and_the_length_of_history() {
        let cell = |n_learned, gap_days: u64| {
            let mut profile = Profile::default();
            (profile.n_learned, profile.last_at) = (n_learned, Some(DAY));
            let at = DAY.plus(Duration::from_secs(gap_days * 86_400));
            [cell_of(&profile, at, false), cell_of(&profile, at, true)]
        };
        assert_eq!([cell(1, 0), cell(2, 0), cell(4, 1), cell(12, 7)], [[16, 40], [17, 41], [6, 30], [11, 35]]);
        assert_eq!(usize::from(cell(u32::MAX, 4_000)[0]), COARSE_CELLS - 1);
        let hours = |hours: u64| {
            let mut profile = Profile::default();
            profile.last_at = Some(DAY);
            cell_of(&profile, DAY.plus(Duration::from_secs(hours * 3_600)), false)
        };
        assert_eq!([hours(0), hours(1), hours(6), hours(23), hours(24)], [16, 20, 0, 0, 4]);
    }

    #[test]
    fn what_was_counted_in_coarse_classes_is_said_of_all_their_finer_ones() {
        let mut coarse = PRIOR_NOVELTY
            .map(|prior| [NoveltyCount { novel: prior * PSEUDO_EVENTS, tried: PSEUDO_EVENTS }; COARSE_CELLS]);
        let mut population = Population::default();
        population.take_up_coarse(&coarse);
        assert_eq!(population.novelty, Population::default().novelty);
        let asn = Level::Asn.number();
        for (count, events) in coarse[asn].iter_mut().zip([50_u8, 200, 0]) {
            count.tried += f32::from(events);
            count.novel += f32::from(events / 2);
        }
        population.take_up_coarse(&coarse);
        for (class, count) in coarse[asn].iter().take(3).enumerate() {
            // The class that has the events is held less at what was thought before.
            for (finer, most) in [(class, 0.03), (class + 4 * LENGTHS_N, 1e-4), (class + 11 * LENGTHS_N, 1e-4)] {
                let rate = rate_in(finer, &population.novelty[asn], PRIOR_NOVELTY[asn]);
                assert!((count.novel / count.tried - rate).abs() < most, "{rate} {count:?}");
            }
        }
        coarse[asn][0] = NoveltyCount { novel: 3e6, tried: 1e7 };
        population.take_up_coarse(&coarse);
        assert!((population.novelty[asn][0].novel / 300.0 - 1.0).abs() < 0.001);
        assert_eq!(population.novelty[asn][0].tried, COARSE_EVENTS_MAX);
    }

    #[test]
    fn a_class_is_held_at_its_like() {
        let mut counts = [NoveltyCount::default(); CELLS];
        assert_eq!(rate_in(0, &counts, 0.1), 0.1);
        // Often new after half a day on what roams: half of that is believed of what stays, too, but not of a week later.
        counts[GAPS_N * LENGTHS_N] = NoveltyCount { novel: 900.0, tried: 1_000.0 };
        let [roams, stays, later] = [GAPS_N * LENGTHS_N, 0, LENGTHS_N];
        assert!((rate_in(roams, &counts, 0.1) - 0.9).abs() < 0.02);
        counts[stays] = NoveltyCount { novel: 0.0, tried: 1_000.0 };
        assert!(rate_in(stays, &counts, 0.1) < 0.1 && rate_in(roams, &counts, 0.1) > 0.8);
        assert_eq!(rate_in(later, &counts, 0.1), 0.1);
    }

    #[test]
    fn what_shows_new_providers_more_often_than_the_rest_roams() {
        let of_type = |tag: u32| {
            let mut tags = [None; Level::COUNT];
            tags[Level::DeviceType.number()] = StepTag::new(tag);
            Circumstances::from_tags(tags, Version::default(), Version::default())
        };
        let (phone, computer) = (of_type(1), of_type(2));
        let mut population = Population::default();
        assert!(!population.roams(&phone));
        for n in 0..2_000 {
            for (circumstances, one_in) in [(&phone, 5), (&computer, 50)] {
                let mut news = News::default();
                news.note(Level::Asn, 0.1, n % one_in == 0);
                population.learn(DAY, circumstances, &news);
            }
        }
        assert!(population.roams(&phone));
        assert!(!population.roams(&computer) && !population.roams(&Circumstances::default()));
        for tag in 10..1_000 {
            let mut news = News::default();
            news.note(Level::Asn, 0.1, true);
            population.learn(DAY, &of_type(tag), &news);
        }
        assert!(population.mobility.len() <= TYPES_MAX);
    }

    #[test]
    fn a_profile_that_learned_knows_the_names_it_has_seen() {
        let mut tags = [None; Level::COUNT];
        tags[Level::Device.number()] = StepTag::new(9);
        let named = Circumstances::from_tags(tags, Version::default(), Version::default());
        let mut profile = Profile::default();
        assert_eq!(NameState::of(&profile, &named), NameState::New);
        profile.learn(&Lesson { circumstances: named, ..Lesson::new(EventId::from_parts(0, [1; 10]), DAY) });
        assert_eq!(NameState::of(&profile, &named), NameState::Known);
        assert_eq!(NameState::of(&profile, &Circumstances::default()), NameState::Nameless);
    }
}
