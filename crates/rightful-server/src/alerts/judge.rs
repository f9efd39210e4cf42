//! When the operator is alerted: pure, with the time as an argument.
//!
//! An episode of one thing begins with one alert and ends with another that says so; in between, and for a while after,
//! nothing is said of it again.

use std::collections::BTreeMap;
use std::time::Duration;

use rightful_domain::{ApplicationId, Timestamp};
use rightful_enrich::BrokenFile;

/// How long a thing must be well before its episode is over, so that one that comes and goes is one.
pub(crate) const CALM: Duration = Duration::from_secs(5 * 60);
/// A campaign must also be this many times what is usual: who is always attacked is alerted when it gets worse.
const CAMPAIGN_FACTOR: f64 = 2.0;
/// A campaign goes on until it is below this share of what begins one.
const CAMPAIGN_LINGERS_SHARE: f64 = 0.25;
/// A rate of challenges has jumped when it is this many times the usual one…
const RATE_FACTOR: f64 = 2.0;
/// …and this much above it, as a share…
const RATE_ABOVE: f64 = 0.05;
/// …and further off than chance explains, in standard deviations.
const RATE_DEVIATIONS: f64 = 4.0;
/// It is no longer one when it is below this many times the usual rate.
const RATE_LINGERS_FACTOR: f64 = 1.5;
/// What is usual is only known after so many events.
const USUAL_MIN: u32 = 200;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AlertKind {
    /// Somebody tries many accounts of an application.
    Campaign,
    /// Far more of an application's events are challenged or denied than usual.
    ChallengeRate,
    /// A data set is older than it may be.
    StaleData,
    /// A data set's file cannot be read any more.
    BrokenData,
    /// A hook does not take what it is sent.
    FailingHook,
}

impl AlertKind {
    /// All of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Campaign, Self::ChallengeRate, Self::StaleData, Self::BrokenData, Self::FailingHook];

    /// As spelled in messages and metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::ChallengeRate => "challenge_rate",
            Self::StaleData => "stale_data",
            Self::BrokenData => "broken_data",
            Self::FailingHook => "failing_hook",
        }
    }
}

/// What an episode is of: a kind, and an application, a data set or a hook. Never a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: AlertKind,
    pub(crate) about: String,
}

/// How many events there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Judged.
    pub(crate) judged: u32,
    /// Of these, challenged or denied, in observe mode as well.
    pub(crate) stopped: u32,
    /// Of these, with a reason of a campaign.
    pub(crate) campaign: u32,
}

/// What happened in one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppActivity {
    pub(crate) application: ApplicationId,
    /// In the last 10 min.
    pub(crate) last_10min: Counts,
    /// In the last 15 min.
    pub(crate) last_15min: Counts,
    /// In the 24 h before these 15 min, as far as they are known.
    pub(crate) usual: Counts,
    /// Of which so many minutes are known.
    pub(crate) usual_minutes: u32,
}

/// How a hook is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookState {
    pub(crate) application: ApplicationId,
    pub(crate) hook: String,
    /// When it failed for the first time since it took something; None if it took what came last.
    pub(crate) failing_since: Option<Timestamp>,
    /// Messages that it will not get unless they are sent again by hand.
    pub(crate) n_given_up: u64,
}

/// A data set and its age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataAge {
    pub(crate) file: String,
    pub(crate) age: Duration,
}

/// What is seen at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Observation {
    pub(crate) applications: Vec<AppActivity>,
    pub(crate) data_sets: Vec<DataAge>,
    pub(crate) broken_files: Vec<BrokenFile>,
    pub(crate) hooks: Vec<HookState>,
}

/// From where on it is said. See `[alerts]` in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    /// 0 never.
    pub(crate) campaign_events_min: u32,
    /// 0 never.
    pub(crate) challenge_rate_events_min: u32,
    pub(crate) data_age_max: Duration,
    pub(crate) hook_failing_max: Duration,
    pub(crate) cool_down: Duration,
}

/// How a thing is.
enum Level {
    /// Bad enough for an alert, in words.
    Raised(String),
    /// Not well: it begins no episode and ends none.
    Lingering,
}

/// The episodes that are under way, or were lately.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Episodes(BTreeMap<Key, Episode>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Episode {
    since: Timestamp,
    /// When it was last not well.
    seen_at: Timestamp,
    /// When it was said to be over; None while it goes on.
    over_at: Option<Timestamp>,
    summary: String,
}

/// Whether an episode begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Started,
    Resolved,
}

impl Turn {
    /// As spelled in messages.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Resolved => "resolved",
        }
    }
}

/// Something to be told to the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) key: Key,
    pub(crate) turn: Turn,
    pub(crate) at: Timestamp,
    /// When the episode began.
    pub(crate) since: Timestamp,
    /// In words, as it was when it began.
    pub(crate) summary: String,
}

/// What is to be told, given what is seen now.
pub(crate) fn judge(episodes: &mut Episodes, seen: &Observation, limits: &Limits, now: Timestamp) -> Vec<Alert> {
    let mut levels = levels(seen, limits, now);
    let mut alerts = Vec::new();
    episodes.0.retain(|key, episode| {
        let level = levels.remove(key);
        if let Some(over_at) = episode.over_at {
            // What comes back within the cool-down waits for its end.
            if now.since(over_at) < limits.cool_down {
                return true;
            }
            if let Some(level) = level {
                levels.insert(key.clone(), level);
            }
            return false;
        }
        if level.is_some() {
            episode.seen_at = now;
        } else if now.since(episode.seen_at) >= CALM {
            episode.over_at = Some(now);
            alerts.push(alert(key, Turn::Resolved, episode, now));
        }
        true
    });
    for (key, level) in levels {
        let Level::Raised(summary) = level else { continue };
        let episode = Episode { since: now, seen_at: now, over_at: None, summary };
        alerts.push(alert(&key, Turn::Started, &episode, now));
        episodes.0.insert(key, episode);
    }
    alerts
}

fn alert(key: &Key, turn: Turn, episode: &Episode, now: Timestamp) -> Alert {
    Alert { key: key.clone(), turn, at: now, since: episode.since, summary: episode.summary.clone() }
}

impl Episodes {
    /// Those that go on: what they are of, since when, and in words.
    pub(crate) fn firing(&self) -> impl Iterator<Item = (&Key, Timestamp, &str)> {
        let firing = self.0.iter().filter(|(_, episode)| episode.over_at.is_none());
        firing.map(|(key, episode)| (key, episode.since, &*episode.summary))
    }
}

/// What is not well.
fn levels(seen: &Observation, limits: &Limits, now: Timestamp) -> BTreeMap<Key, Level> {
    let mut levels = BTreeMap::new();
    let mut put = |kind, about: &str, level: Option<Level>| {
        if let Some(level) = level {
            levels.insert(Key { kind, about: about.to_owned() }, level);
        }
    };
    for activity in &seen.applications {
        let application = activity.application.as_str();
        put(AlertKind::Campaign, application, campaign(activity, limits));
        put(AlertKind::ChallengeRate, application, challenge_rate(activity, limits));
    }
    for set in &seen.data_sets {
        put(AlertKind::StaleData, &set.file, stale(set, limits));
    }
    for broken in &seen.broken_files {
        let what = if broken.has_former { "what it held before stays in use" } else { "it is not used" };
        let summary = format!("a data set is broken, and {what}: {}", broken.why);
        put(AlertKind::BrokenData, &broken.file, Some(Level::Raised(summary)));
    }
    for hook in &seen.hooks {
        let about = format!("{}/{}", hook.application.as_str(), hook.hook);
        put(AlertKind::FailingHook, &about, failing(hook, limits, now));
    }
    levels
}

fn campaign(activity: &AppActivity, limits: &Limits) -> Option<Level> {
    let min = limits.campaign_events_min;
    if min == 0 {
        return None;
    }
    let n = f64::from(activity.last_10min.campaign);
    let usual = f64::from(activity.usual.campaign) * 10.0 / f64::from(activity.usual_minutes.max(10));
    let begins_at = f64::from(min).max(CAMPAIGN_FACTOR * usual);
    if n >= begins_at {
        let (n, application) = (activity.last_10min.campaign, activity.application.as_str());
        return Some(Level::Raised(format!(
            "{n} events of application {application} were part of a campaign against many accounts in the last 10 \
             minutes; usual are {usual:.0}"
        )));
    }
    (n >= CAMPAIGN_LINGERS_SHARE * begins_at).then_some(Level::Lingering)
}

fn challenge_rate(activity: &AppActivity, limits: &Limits) -> Option<Level> {
    let (recent, usual) = (activity.last_15min, activity.usual);
    let min = limits.challenge_rate_events_min;
    if min == 0 || recent.judged < min || usual.judged < USUAL_MIN {
        return None;
    }
    let n = f64::from(recent.judged);
    let rate = f64::from(recent.stopped) / n;
    // As if one more had been stopped: never is not known to be never.
    let usual_rate = f64::from(usual.stopped + 1) / f64::from(usual.judged + 1);
    let off_by_chance = RATE_DEVIATIONS * (usual_rate * (1.0 - usual_rate) / n).sqrt();
    let is_jump = rate >= RATE_FACTOR * usual_rate && rate >= usual_rate + RATE_ABOVE.max(off_by_chance);
    if is_jump {
        let application = activity.application.as_str();
        return Some(Level::Raised(format!(
            "{:.0} % of {} events of application {application} were challenged or denied in the last 15 minutes; usual \
             are {:.1} %",
            100.0 * rate,
            recent.judged,
            100.0 * usual_rate
        )));
    }
    (rate >= RATE_LINGERS_FACTOR * usual_rate && rate >= usual_rate + RATE_ABOVE / 2.0).then_some(Level::Lingering)
}

fn stale(set: &DataAge, limits: &Limits) -> Option<Level> {
    let days = |span: Duration| span.as_secs() / 86_400;
    (set.age > limits.data_age_max).then(|| {
        let (age, max) = (days(set.age), days(limits.data_age_max));
        Level::Raised(format!("the data set {} is {age} days old; it may be {max}", set.file))
    })
}

fn failing(hook: &HookState, limits: &Limits, now: Timestamp) -> Option<Level> {
    let (application, id, n_given_up) = (hook.application.as_str(), &hook.hook, hook.n_given_up);
    let failing = hook.failing_since.map(|since| now.since(since));
    if n_given_up > 0 {
        return Some(Level::Raised(format!(
            "the hook {id} of application {application} did not take {n_given_up} messages, which were given up"
        )));
    }
    let failing = failing?;
    if failing < limits.hook_failing_max {
        return Some(Level::Lingering);
    }
    let minutes = failing.as_secs() / 60;
    Some(Level::Raised(format!("the hook {id} of application {application} has taken nothing for {minutes} minutes")))
}

#[cfg(test)]
mod tests;
