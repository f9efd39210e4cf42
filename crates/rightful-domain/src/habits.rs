//! Habits: what an account usually does, as decayed weights of the steps of its circumstances.
//!
//! An event at time *t* weighs 2^(t / [`Habits::HALF_LIFE`]), counted from a fixed day (forward decay, Cormode et al.,
//! ICDE 2009): ratios of such weights are exponentially decayed counts, and nothing ever needs to be aged. A weight can
//! be taken back as it was given, so habits unlearn as profiles do.

use std::ops::Range;
use std::time::Duration;

use crate::circumstances::{Circumstances, Level, StepTag, Version};
use crate::{News, Timestamp};

/// The most values of one step that an account keeps; the lightest go first.
pub const HABITS_PER_LEVEL_MAX: usize = 12;
/// The most agents whose versions an account keeps; the longest unseen go first.
pub const AGENTS_MAX: usize = 8;
/// Room for so many steps is made at once: a first event brings some sixteen.
const STEPS_MORE: usize = 8;
/// What a processor fetches at once.
pub(crate) const CACHE_LINE_BYTES: usize = 64;
/// A habit lighter than this part of one event is none.
const NEXT_TO_NOTHING: f32 = 0.001;
/// The day that weights are counted from: 2026-01-01. Never changed, since stored weights rest on it.
const ORIGIN: Timestamp = Timestamp::from_seconds(1_767_225_600);
/// Exponents beyond this would leave the range of a weight: 25 years before and after the origin.
const EXPONENT_MAX: f64 = 100.0;

/// The steps whose novelty has a rate of its own: those that are compared with what the account did before.
pub const RATED_LEVELS: usize = 14;

/// One value of a step, and how often it was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habit {
    /// The value.
    pub tag: StepTag,
    /// Decayed weight, to be compared with other weights of the same account.
    pub weight: f32,
}

/// How often a step was new to the account, and how often that was to be expected: decayed as weights are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fickleness {
    /// How often it was new.
    pub novel: f32,
    /// How often an account like this would have shown something new.
    pub expected: f32,
}

/// What is remembered of one agent beside its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgentHabit {
    /// The agent, as [`Level::Agent`].
    pub tag: StepTag,
    /// The newest version of the operating system that it showed.
    pub os_version: Version,
    /// The newest version of the browser that it showed.
    pub browser_version: Version,
    /// How much of its weight came without a device's name.
    pub nameless_weight: f32,
    /// Whether it came without one the last time.
    pub was_nameless: bool,
    /// When it was last seen.
    pub last_at: Timestamp,
}

/// What an account usually does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Habits {
    /// The weight of all events.
    pub weight: f32,
    /// By step, then tag.
    steps: Vec<Habit>,
    /// By step: where its values end.
    ends: [u16; Level::COUNT],
    /// How fickle the account is, by step.
    pub fickleness: [Fickleness; RATED_LEVELS],
    /// Its agents, by tag.
    agents: Vec<AgentHabit>,
}

impl Habits {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        let none = Fickleness { novel: 0.0, expected: 0.0 };
        Self {
            weight: 0.0,
            steps: Vec::new(),
            ends: [0; Level::COUNT],
            fickleness: [none; RATED_LEVELS],
            agents: Vec::new(),
        }
    }

    /// After this time, what was done counts for half.
    pub const HALF_LIFE: Duration = Duration::from_secs(90 * 86_400);

    /// What one event at this time weighs.
    #[must_use]
    pub fn unit(at: Timestamp) -> f32 {
        let micros = at.as_micros().saturating_sub(ORIGIN.as_micros()) as f64;
        let exponent = micros / (Self::HALF_LIFE.as_secs_f64() * 1e6);
        exponent.clamp(-EXPONENT_MAX, EXPONENT_MAX).exp2() as f32
    }

    /// The weight of a value; None if it was never seen.
    #[must_use]
    pub fn weight_of(&self, level: Level, tag: StepTag) -> Option<f32> {
        let place = self.place(level, tag).ok()?;
        self.steps.get(place).map(|habit| habit.weight)
    }

    /// All values of a step, by tag.
    #[must_use]
    pub fn of_level(&self, level: Level) -> &[Habit] {
        self.steps.get(self.range(level)).unwrap_or_default()
    }

    /// All values, by step, then tag.
    pub fn steps(&self) -> impl Iterator<Item = (Level, &Habit)> {
        Level::ALL.into_iter().flat_map(|level| self.of_level(level).iter().map(move |habit| (level, habit)))
    }

    /// Reads a little of its own place (see [`crate::Profile::glance`]).
    pub(crate) fn glance_itself(&self) -> u32 {
        let rates = self.fickleness.iter().step_by(CACHE_LINE_BYTES / size_of::<Fickleness>());
        rates.fold(self.weight.to_bits(), |all, rate| all ^ rate.novel.to_bits())
    }

    /// The same of the places that this leads to.
    pub(crate) fn glance_behind(&self) -> u32 {
        let steps = self.steps.iter().step_by(CACHE_LINE_BYTES / size_of::<Habit>());
        let all = steps.fold(0, |all, habit| all ^ habit.tag.get());
        self.agents.iter().fold(all, |all, agent| all ^ agent.tag.get())
    }

    /// What is remembered of an agent.
    #[must_use]
    pub fn agent(&self, tag: StepTag) -> Option<&AgentHabit> {
        let place = self.agents.binary_search_by_key(&tag, |agent| agent.tag).ok()?;
        self.agents.get(place)
    }

    /// All agents, by tag.
    #[must_use]
    pub fn agents(&self) -> &[AgentHabit] {
        &self.agents
    }

    /// From what was stored; anything in order again.
    #[must_use]
    pub fn restore(
        weight: f32,
        fickleness: [Fickleness; RATED_LEVELS],
        mut steps: Vec<(Level, Habit)>,
        mut agents: Vec<AgentHabit>,
    ) -> Self {
        steps.sort_unstable_by_key(|(level, habit)| (*level, habit.tag));
        agents.sort_unstable_by_key(|agent| agent.tag);
        let ends = Level::ALL.map(|level| end(steps.partition_point(|(its_level, _)| *its_level <= level)));
        Self { weight, steps: steps.into_iter().map(|(_, habit)| habit).collect(), ends, fickleness, agents }
    }

    /// Adds one event.
    pub fn learn(&mut self, at: Timestamp, circumstances: &Circumstances, news: &News) {
        let unit = Self::unit(at);
        let weight = unit * news.weight;
        self.weight += weight;
        for level in Level::ALL {
            if let Some(tag) = circumstances.tag(level) {
                self.add(level, tag, weight);
            }
        }
        for ((fickleness, rate), level) in self.fickleness.iter_mut().zip(news.rates).zip(Level::ALL) {
            if news.is_tried(level) {
                fickleness.expected += rate.get() * unit;
                fickleness.novel += if news.is_novel(level) { unit } else { 0.0 };
            }
        }
        self.see_agent(at, circumstances, weight);
    }

    /// Takes one event back, as far as sums go: the newest version of an agent stays.
    pub fn unlearn(&mut self, at: Timestamp, circumstances: &Circumstances, news: &News) {
        let unit = Self::unit(at);
        let weight = unit * news.weight;
        self.weight = (self.weight - weight).max(0.0);
        for level in Level::ALL {
            if let Some(tag) = circumstances.tag(level) {
                self.take(level, tag, weight);
            }
        }
        for ((fickleness, rate), level) in self.fickleness.iter_mut().zip(news.rates).zip(Level::ALL) {
            if news.is_tried(level) {
                fickleness.expected = (fickleness.expected - rate.get() * unit).max(0.0);
                fickleness.novel = (fickleness.novel - if news.is_novel(level) { unit } else { 0.0 }).max(0.0);
            }
        }
        let agents = std::mem::take(&mut self.agents);
        self.agents = agents.into_iter().filter(|agent| self.weight_of(Level::Agent, agent.tag).is_some()).collect();
        if let Some(tag) = circumstances.tag(Level::Agent)
            && circumstances.tag(Level::Device).is_none()
            && let Some(agent) = self.agents.iter_mut().find(|agent| agent.tag == tag)
        {
            agent.nameless_weight = (agent.nameless_weight - weight).max(0.0);
        }
    }

    fn range(&self, level: Level) -> Range<usize> {
        let end = |place: usize| self.ends.get(place).copied().map_or(0, usize::from);
        level.number().checked_sub(1).map_or(0, end)..end(level.number())
    }

    fn place(&self, level: Level, tag: StepTag) -> Result<usize, usize> {
        let start = self.range(level).start;
        let place = self.of_level(level).binary_search_by_key(&tag, |habit| habit.tag);
        place.map(|place| start + place).map_err(|place| start + place)
    }

    fn insert(&mut self, level: Level, place: usize, habit: Habit) {
        if self.steps.len() == self.steps.capacity() {
            // Doubling would leave half of it empty, account after account.
            self.steps.reserve_exact(STEPS_MORE);
        }
        self.steps.insert(place, habit);
        self.ends.iter_mut().skip(level.number()).for_each(|end| *end += 1);
    }

    fn remove(&mut self, level: Level, place: usize) {
        self.steps.remove(place);
        self.ends.iter_mut().skip(level.number()).for_each(|end| *end -= 1);
    }

    fn add(&mut self, level: Level, tag: StepTag, weight: f32) {
        match self.place(level, tag) {
            Ok(place) => {
                if let Some(habit) = self.steps.get_mut(place) {
                    habit.weight += weight;
                }
            }
            Err(place) => {
                self.insert(level, place, Habit { tag, weight });
                self.make_room(level, tag);
            }
        }
    }

    /// Lets the lightest other value of a step go, if there are too many; hours are few by themselves.
    fn make_room(&mut self, level: Level, newest: StepTag) {
        let values = self.of_level(level);
        if level == Level::Hour || values.len() <= HABITS_PER_LEVEL_MAX {
            return;
        }
        let others = values.iter().filter(|habit| habit.tag != newest);
        let lightest = others.min_by(|one, other| one.weight.total_cmp(&other.weight)).map(|habit| habit.tag);
        if let Some(place) = lightest.and_then(|tag| self.place(level, tag).ok()) {
            self.remove(level, place);
        }
    }

    fn take(&mut self, level: Level, tag: StepTag, weight: f32) {
        let Ok(place) = self.place(level, tag) else { return };
        if let Some(habit) = self.steps.get_mut(place) {
            habit.weight -= weight;
            if habit.weight <= weight * NEXT_TO_NOTHING {
                self.remove(level, place);
            }
        }
    }

    fn see_agent(&mut self, at: Timestamp, circumstances: &Circumstances, weight: f32) {
        let Some(tag) = circumstances.tag(Level::Agent) else { return };
        let was_nameless = circumstances.tag(Level::Device).is_none();
        let nameless_weight = if was_nameless { weight } else { 0.0 };
        let Circumstances { os_version, browser_version, .. } = *circumstances;
        match self.agents.binary_search_by_key(&tag, |agent| agent.tag) {
            Ok(place) => {
                let Some(agent) = self.agents.get_mut(place) else { return };
                agent.os_version = agent.os_version.max(os_version);
                agent.browser_version = agent.browser_version.max(browser_version);
                agent.nameless_weight += nameless_weight;
                if agent.last_at <= at {
                    (agent.was_nameless, agent.last_at) = (was_nameless, at);
                }
            }
            Err(place) => {
                let agent = AgentHabit { tag, os_version, browser_version, nameless_weight, was_nameless, last_at: at };
                self.agents.reserve_exact(1);
                self.agents.insert(place, agent);
                if self.agents.len() > AGENTS_MAX
                    && let Some((oldest, _)) = self.agents.iter().enumerate().min_by_key(|(_, agent)| agent.last_at)
                {
                    self.agents.remove(oldest);
                }
            }
        }
    }
}

/// As it is kept: an account has some three hundred values at most.
fn end(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn circumstances(country: u32, agent: u32, version: u64, named: bool) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        let mut put = |level: Level, value: u32| tags[level.number()] = StepTag::new(value * 100 + level as u32 + 1);
        put(Level::Country, country);
        put(Level::Agent, agent);
        put(Level::OsVersion, agent * 10 + version as u32);
        put(Level::Hour, agent % 24);
        if named {
            put(Level::Device, agent + 50);
        }
        Circumstances::from_tags(tags, Version::from_number(version), Version::default())
    }

    fn news(novel: bool) -> News {
        let mut news = News { weight: 0.5, ..News::default() };
        news.note(Level::Country, 0.1, novel);
        news
    }

    fn lessons() -> impl Strategy<Value = Vec<(Timestamp, Circumstances, News)>> {
        let one = (0_i64..400, 1_u32..5, 1_u32..4, 0_u64..3, any::<bool>(), any::<bool>());
        let lesson = |(day, country, agent, version, named, novel)| {
            let at = ORIGIN.plus(Duration::from_secs(86_400 * day as u64));
            (at, circumstances(country, agent, version, named), news(novel))
        };
        proptest::collection::vec(one.prop_map(lesson), 0..30)
    }

    fn is_near(one: f32, other: f32) -> bool {
        (one - other).abs() <= 1e-3 * (1.0 + one.abs().max(other.abs()))
    }

    proptest! {
        #[test]
        fn what_is_taken_back_was_never_learned(before in lessons(), after in lessons()) {
            let mut habits = Habits::default();
            for (at, circumstances, news) in &before {
                habits.learn(*at, circumstances, news);
            }
            let wanted = habits.clone();
            for (at, circumstances, news) in &after {
                habits.learn(*at, circumstances, news);
            }
            for (at, circumstances, news) in after.iter().rev() {
                habits.unlearn(*at, circumstances, news);
            }
            prop_assert!(is_near(habits.weight, wanted.weight));
            for (level, habit) in wanted.steps() {
                let now = habits.weight_of(level, habit.tag).unwrap_or(0.0);
                prop_assert!(is_near(now, habit.weight), "{:?} {now}", habit);
            }
            for (level, habit) in habits.steps() {
                let then = wanted.weight_of(level, habit.tag).unwrap_or(0.0);
                prop_assert!(is_near(then, habit.weight), "{:?} {then}", habit);
            }
        }

        #[test]
        fn habits_stay_within_their_caps(lessons in lessons()) {
            let mut habits = Habits::default();
            for (n, (at, ..)) in lessons.iter().enumerate() {
                let circumstances = circumstances(n as u32 + 1, n as u32 + 1, 1, true);
                habits.learn(*at, &circumstances, &News::default());
            }
            prop_assert!(Level::ALL.iter().all(|level| habits.of_level(*level).len() <= HABITS_PER_LEVEL_MAX.max(48)));
            prop_assert!(habits.of_level(Level::Country).len() <= HABITS_PER_LEVEL_MAX);
            prop_assert!(habits.agents().len() <= AGENTS_MAX);
        }
    }

    #[test]
    fn after_a_half_life_an_event_counts_for_half() {
        let later = ORIGIN.plus(Habits::HALF_LIFE);
        assert!((Habits::unit(later) / Habits::unit(ORIGIN) - 2.0).abs() < 1e-6);
        let far = Timestamp::from_micros(i64::MAX);
        assert!(Habits::unit(far).is_finite() && Habits::unit(Timestamp::from_micros(i64::MIN)) > 0.0);
    }
}
