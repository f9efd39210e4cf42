//! Detectors: one file per reason; this is the list.
//!
//! A detector reads the features and the thresholds and nothing else, and says at most one thing. It fires on what was
//! seen, never on an absence of data. What several of them together mean is the policy's to decide.

pub(crate) mod action;
mod behavior;
mod credential;
mod device;
mod email;
mod ip;
mod not_raised;
mod profile;
mod session;
mod user;

use std::borrow::Cow;

use rightful_domain::{Evidence, EvidenceValue, Finding, ReasonCode};

pub use not_raised::NOT_RAISED;

use crate::features::{Features, Travel};
use crate::policy::{Days, Factor, ImpossibleTravel, Stranger, Thresholds};

/// All detectors, in the order of their reasons' spelling.
pub const DETECTORS: &[Detector] = &LIST;

/// One reason: what it is called, what it means, and how it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Detector {
    /// The reason it gives.
    pub reason: ReasonCode,
    /// What it saw, as a part of a sentence: `device is new to the account`.
    pub title: &'static str,
    /// What that means, in a sentence or two, for the documentation and the console.
    pub explains: &'static str,
    /// The evidence that it needs: without it, it says nothing.
    pub sees: &'static str,
    /// The false alarm that it must not raise.
    pub never: &'static str,
    /// The first release that has it.
    pub since: &'static str,
    /// Whether it may decide alone.
    pub strength: Strength,
    /// Which findings it is correlated with: of one family, the strongest counts in full.
    pub family: EvidenceFamily,
    /// Whether it adds to the likelihood, or says what the likelihood has weighed.
    pub role: Role,
    /// The names of the evidence it may give, units last.
    pub evidence: &'static [&'static str],
    pub(crate) detect: fn(&Features, &Thresholds) -> Option<Finding>,
}

impl Detector {
    /// Whether it may decide alone.
    #[must_use]
    pub fn is_strong(&self) -> bool {
        self.strength == Strength::Strong
    }
}

/// Whether a finding may lift a verdict to challenge by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Needs another finding beside it.
    Supporting,
    /// Strong proof: may decide alone.
    Strong,
}

impl Strength {
    /// As spelled in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supporting => "supporting",
            Self::Strong => "strong",
        }
    }
}

/// What a finding is beside the likelihood of the account's own history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Evidence that the likelihood does not see.
    Evidence,
    /// Says in words what the likelihood, or the score, rests on.
    Explanation,
}

impl Role {
    /// As spelled in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Explanation => "explanation",
        }
    }
}

/// Findings that tend to come together, since they see the same thing from several sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceFamily {
    /// How fast things come.
    Velocity,
    /// Who else is there.
    Sharing,
    /// Whether the account knows the device.
    Device,
    /// Whether the account knows the network.
    Network,
    /// What is remembered as bad.
    Reputation,
    /// What was proved on the spot.
    Proof,
    /// Whom money goes to, and out of what.
    Payment,
    /// Where it comes from.
    Place,
    /// What the client says of itself.
    Client,
    /// How it was typed and moved.
    Behavior,
    /// What is known of the credential.
    Credential,
    /// Who else is at the door.
    Campaign,
    /// What is done, and in which order.
    Activity,
    /// Where the account stands.
    Standing,
    /// What the score itself says.
    Score,
}

impl EvidenceFamily {
    /// As spelled in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Velocity => "velocity",
            Self::Sharing => "sharing",
            Self::Device => "device",
            Self::Network => "network",
            Self::Reputation => "reputation",
            Self::Place => "place",
            Self::Client => "client",
            Self::Behavior => "behavior",
            Self::Credential => "credential",
            Self::Campaign => "campaign",
            Self::Activity => "activity",
            Self::Standing => "standing",
            Self::Score => "score",
            Self::Proof => "proof",
            Self::Payment => "payment",
        }
    }
}

const N_DETECTORS: usize = action::DETECTORS.len()
    + behavior::DETECTORS.len()
    + credential::DETECTORS.len()
    + device::DETECTORS.len()
    + email::DETECTORS.len()
    + ip::DETECTORS.len()
    + profile::DETECTORS.len()
    + session::DETECTORS.len()
    + user::DETECTORS.len();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it would be an error")]
static LIST: [Detector; N_DETECTORS] = {
    let list = ([profile::DETECTORS[0]; N_DETECTORS], 0);
    let list = with_detectors(list, action::DETECTORS);
    let list = with_detectors(list, behavior::DETECTORS);
    let list = with_detectors(list, credential::DETECTORS);
    let list = with_detectors(list, device::DETECTORS);
    let list = with_detectors(list, email::DETECTORS);
    let list = with_detectors(list, ip::DETECTORS);
    let list = with_detectors(list, profile::DETECTORS);
    let list = with_detectors(list, session::DETECTORS);
    with_detectors(list, user::DETECTORS).0
};

#[expect(clippy::indexing_slicing, reason = "runs at compile time, where an index out of bounds is an error")]
const fn with_detectors(
    (mut list, start): ([Detector; N_DETECTORS], usize),
    more: &[Detector],
) -> ([Detector; N_DETECTORS], usize) {
    let mut n = 0;
    while n < more.len() {
        list[start + n] = more[n];
        n += 1;
    }
    (list, start + n)
}

/// Everything the detectors have to say, in their order.
pub(crate) fn run(features: &Features, thresholds: &Thresholds) -> Vec<Finding> {
    DETECTORS.iter().filter_map(|detector| (detector.detect)(features, thresholds)).collect()
}

/// The detector that gives a reason; None for a reason that none gives (yet).
pub(crate) fn of(reason: ReasonCode) -> Option<&'static Detector> {
    PLACES.get(reason as usize).copied().flatten().and_then(|place| DETECTORS.get(usize::from(place)))
}

/// The place of each reason's detector, by the reason's number: a judgement asks several times for each finding.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it would be an error")]
static PLACES: [Option<u8>; 256] = {
    let mut places = [None; 256];
    let mut n = 0;
    while n < N_DETECTORS {
        // Reasons are numbered in a byte, so fewer than 256 can have a detector.
        places[LIST[n].reason as usize] = Some(n as u8);
        n += 1;
    }
    places
};

fn count(name: &'static str, value: u32) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Count(u64::from(value)) }
}

fn number(name: &'static str, value: f64) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Number(value) }
}

fn flag(name: &'static str, value: bool) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Flag(value) }
}

fn text(name: &'static str, value: &str) -> Evidence {
    Evidence { name: Cow::Borrowed(name), value: EvidenceValue::Text(value.into()) }
}

/// How many times likelier something is, of a ratio in nats; at most a million, beyond which nobody would check it.
fn times_likelier(nats: f64) -> f64 {
    const TIMES_MAX: f64 = 1e6;
    nats.exp().min(TIMES_MAX)
}

/// What remains of a weight so long after: half after each half-life.
fn halved(nats: f64, age_days: f64, half_life: Days) -> f64 {
    nats * (-age_days / half_life.get()).exp2()
}

/// The account was let through on this device before, for long enough or with a proof.
fn knows_device(features: &Features) -> bool {
    features.novelty.device_known == Some(true) && !features.acquaintance.is_young()
}

/// The account knows this device, and nobody speaks against either.
fn is_on_own_device(features: &Features) -> bool {
    let reputation = &features.reputation;
    knows_device(features) && reputation.device_bad != Some(true) && reputation.account_reported != Some(true)
}

/// The account was let through in this network before, and nobody speaks against either.
fn is_in_own_network(features: &Features) -> bool {
    let reputation = &features.reputation;
    let acquaintance = &features.acquaintance;
    let address_known = features.novelty.address_known == Some(true) && !acquaintance.is_address_young();
    // What is known of a network only since a newcomer has come from there, is the newcomer's.
    let net_known = features.place.net_known == Some(true) && !acquaintance.is_young();
    (address_known || net_known) && reputation.address_bad != Some(true) && reputation.account_reported != Some(true)
}

/// The account was let through from this provider before, so that it is its way to come; not that of a device that it
/// does not know.
fn comes_its_usual_way(features: &Features) -> bool {
    let reputation = &features.reputation;
    features.place.asn_known == Some(true)
        && features.novelty.device_known != Some(false)
        && !features.acquaintance.is_young()
        && reputation.address_bad != Some(true)
        && reputation.account_reported != Some(true)
        || is_in_own_network(features)
}

/// The event comes from where the owner is at home, as far as that can be told: from an own device, or, where devices
/// have no names, from an own network. Whatever others do to the account elsewhere says nothing against it.
fn comes_from_home(features: &Features) -> bool {
    match features.novelty.device_known {
        Some(true) => is_on_own_device(features),
        Some(false) => false,
        None => is_in_own_network(features),
    }
}

/// The speed that a journey would have taken, in km/h, beyond both radii; None where somebody could have made it.
fn impossible_speed_kmh(travel: &Travel, thresholds: &ImpossibleTravel) -> Option<f64> {
    /// No time at all is no divisor.
    const HOURS_MIN: f64 = 1.0 / 60.0;
    let distance_km = travel.beyond_radii_km(thresholds.accuracy_assumed_km.get());
    let speed_kmh = distance_km / travel.hours.max(HOURS_MIN);
    let is_impossible = distance_km > thresholds.distance_km_min.get() && speed_kmh > thresholds.speed_kmh_min.get();
    is_impossible.then_some(speed_kmh)
}

/// The finding of a journey that nobody could have made, on top of [`impossible_speed_kmh`].
fn impossible_journey(reason: ReasonCode, travel: &Travel, thresholds: &ImpossibleTravel) -> Option<Finding> {
    let speed_kmh = impossible_speed_kmh(travel, thresholds)?;
    Some(Finding {
        reason,
        nats: thresholds.weight.of_ratio(speed_kmh / thresholds.speed_kmh_min.get()),
        evidence: vec![
            number("distance_km", travel.distance_km),
            number("travel_hours", travel.hours),
            number("speed_kmh", speed_kmh),
        ],
    })
}

/// The finding that a stranger is much likelier, by a term of the likelihood in nats.
fn stranger_likelier(reason: ReasonCode, term: Option<f64>, thresholds: &Stranger) -> Option<Finding> {
    let nats = term.filter(|nats| *nats >= thresholds.stranger_nats_min.get())?;
    let evidence = vec![number("stranger_ratio", times_likelier(nats))];
    Some(Finding { reason, nats: thresholds.nats.get(), evidence })
}

/// By how much the worst of several counts exceeds its limit, as a ratio above 1; None if none does. O(n).
fn worst_excess(counts_and_limits: &[(u32, f64)]) -> Option<f64> {
    counts_and_limits
        .iter()
        .map(|(count, limit)| f64::from(*count) / limit.max(1.0))
        .filter(|ratio| *ratio > 1.0)
        .reduce(f64::max)
}

/// How many times the usual limit a key that familiar accounts share may do.
///
/// Many people behind one address or device do many things. Only accounts that were let through and not reported
/// count, so an intruder cannot buy a limit with attempts.
fn sharing_factor(familiar_accounts: Option<u32>, accounts_per_limit: Factor) -> f64 {
    (f64::from(familiar_accounts.unwrap_or(0)) / accounts_per_limit.get()).max(1.0)
}

#[cfg(test)]
mod tests {
    use rightful_domain::{Mark, Outcome, PolicySource, PolicyVersion, Tally, Timestamp, Window};

    use super::*;
    use crate::features::{Browser, Interaction};

    /// What a window says of so many attempts in 60 s, in 10 min and in 1 h, all of which failed.
    pub(super) fn tally(attempts_60s: u32, attempts_10min: u32, attempts_1h: u32) -> Tally {
        let ages_s = [(attempts_60s, 0), (attempts_10min - attempts_60s, 300), (attempts_1h - attempts_10min, 1_800)];
        let mut window = Window::default();
        let mut event = 0;
        for (n, age_s) in ages_s.into_iter().rev() {
            for _ in 0..n {
                event += 1;
                let at = Timestamp::from_seconds(-age_s);
                window.count(Mark { at, event, counterparts: [None, None], outcome: Outcome::Failed });
            }
        }
        window.tally(Timestamp::from_seconds(0), Timestamp::from_seconds(0))
    }

    /// Whether a detector says something of the features under the shipped policy.
    #[track_caller]
    pub(super) fn check(detector: &Detector, features: &Features, fires: bool) -> Option<Finding> {
        let finding = (detector.detect)(features, crate::Policy::default().thresholds());
        assert_eq!(finding.is_some(), fires, "{finding:?}");
        let names = finding.iter().flat_map(|finding| &finding.evidence).map(|evidence| evidence.name.as_ref());
        assert!(!fires || names.eq(detector.evidence.iter().copied()), "{finding:?}");
        finding
    }

    /// A journey from the last place, with radii of 50 km.
    pub(super) const fn travel(distance_km: f64, hours: f64) -> Travel {
        Travel { distance_km, hours, accuracy_km: Some(50.0), last_accuracy_km: Some(50.0) }
    }

    #[test]
    fn how_many_signs_a_browser_must_show_is_the_policys_to_say() {
        let browser = Browser {
            contradictions: Some(2),
            driver_hints: Some(2),
            driven: Some(false),
            cores_odd: Some(true),
            display_odd: Some(true),
            ..Browser::default()
        };
        let interaction = Interaction { keyless_inputs: Some(1), pathless_clicks: Some(1), ..Interaction::default() };
        let seen = Features { browser, interaction, ..Features::default() };
        for (key, reason) in [
            ("BEHAVIOR_BOT.signs_min", ReasonCode::BehaviorBot),
            ("DEVICE_SPOOFED.contradictions_min", ReasonCode::DeviceSpoofed),
            ("DEVICE_SUSPECTED_BOT.hints_min", ReasonCode::DeviceSuspectedBot),
            ("DEVICE_VM.traits_min", ReasonCode::DeviceVm),
        ] {
            for (min, fires) in [(2, true), (3, false)] {
                let version = PolicyVersion { id: "strict".into(), version: 1 };
                let text = format!("[detectors]\n{key} = {min}\n").into();
                let policy = crate::Policy::parse(&PolicySource { version, text }).unwrap();
                let detector = DETECTORS.iter().find(|detector| detector.reason == reason).unwrap();
                let finding = (detector.detect)(&seen, policy.thresholds());
                assert_eq!(finding.is_some(), fires, "{key} = {min}: {finding:?}");
            }
        }
    }

    #[test]
    fn every_detector_is_told_in_full() {
        for detector in DETECTORS {
            let told = [detector.title, detector.explains, detector.sees, detector.never];
            assert!(told.iter().all(|text| !text.is_empty()), "{:?}", detector.reason);
            assert!(!detector.title.ends_with('.') && detector.explains.ends_with('.'), "{:?}", detector.reason);
            assert!(!detector.evidence.is_empty(), "{:?}", detector.reason);
        }
    }

    #[test]
    fn every_reason_is_raised_or_it_is_said_why_not() {
        for reason in ReasonCode::ALL {
            let n_said = NOT_RAISED.iter().filter(|(not_raised, _)| *not_raised == reason).count();
            assert_eq!(n_said + usize::from(of(reason).is_some()), 1, "{reason:?}");
        }
    }

    #[test]
    fn the_list_is_sorted_by_spelling_and_names_each_reason_once() {
        let spellings: Vec<&str> = DETECTORS.iter().map(|detector| detector.reason.as_str()).collect();
        assert!(spellings.windows(2).all(|pair| pair[0] < pair[1]), "{spellings:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is_known() {
        let policy = crate::Policy::default();
        assert_eq!(run(&Features::default(), policy.thresholds()), vec![]);
    }

    #[test]
    fn an_excess_is_the_worst_ratio_above_one() {
        for (counts, expected) in [
            (&[(10, 10.0), (5, 60.0)][..], None),
            (&[(11, 10.0), (5, 60.0)], Some(1.1)),
            (&[(11, 10.0), (120, 60.0)], Some(2.0)),
            (&[], None),
        ] {
            assert_eq!(worst_excess(counts), expected);
        }
    }

    #[test]
    fn a_shared_key_may_do_more_only_once_enough_share_it() {
        for (familiar, expected) in [(None, 1.0), (Some(0), 1.0), (Some(4), 1.0), (Some(5), 1.25), (Some(64), 16.0)] {
            let per_limit = Factor::try_from(4.0).expect("within its range");
            assert!((sharing_factor(familiar, per_limit) - expected).abs() < 1e-9, "{familiar:?}");
        }
    }
}
