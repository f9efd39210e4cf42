//! When something is said, and that it is said once.

use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits {
    campaign_events_min: 20,
    challenge_rate_events_min: 100,
    data_age_max: Duration::from_secs(45 * 86_400),
    hook_failing_max: Duration::from_secs(15 * 60),
    cool_down: Duration::from_secs(60 * 60),
};

fn at(minute: u64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600).plus(Duration::from_secs(minute * 60))
}

fn shop() -> ApplicationId {
    ApplicationId::new("shop").unwrap()
}

const fn counts(judged: u32, stopped: u32, campaign: u32) -> Counts {
    Counts { judged, stopped, campaign }
}

fn activity(last_10min: Counts, last_15min: Counts, usual: Counts) -> Observation {
    let activity = AppActivity { application: shop(), last_10min, last_15min, usual, usual_minutes: 1_440 };
    Observation { applications: vec![activity], ..Observation::default() }
}

fn campaign_of(n: u32) -> Observation {
    activity(counts(n, 0, n), counts(n, 0, n), Counts::default())
}

fn hook(failing_since: Option<Timestamp>, n_given_up: u64) -> Observation {
    let hook = HookState { application: shop(), hook: "h".into(), failing_since, n_given_up };
    Observation { hooks: vec![hook], ..Observation::default() }
}

/// The kinds that begin with what is seen.
fn begins(seen: &Observation) -> Vec<&'static str> {
    let alerts = judge(&mut Episodes::default(), seen, &LIMITS, at(1_000));
    assert!(alerts.iter().all(|alert| alert.turn == Turn::Started));
    alerts.iter().map(|alert| alert.key.kind.as_str()).collect()
}

#[test]
fn both_sides_of_a_campaign() {
    assert_eq!(begins(&campaign_of(20)), ["campaign"]);
    assert_eq!(begins(&campaign_of(19)), [""; 0]);
    // 14 400 a day are 100 in ten minutes: who is always attacked is alerted when it doubles.
    let always = |n| activity(counts(n, 0, n), Counts::default(), counts(14_400, 0, 14_400));
    assert_eq!(begins(&always(199)), [""; 0]);
    assert_eq!(begins(&always(200)), ["campaign"]);
}

#[test]
fn both_sides_of_a_jump_of_challenges() {
    let rate = |judged, stopped, usual| begins(&activity(Counts::default(), counts(judged, stopped, 0), usual));
    let usual = counts(10_000, 100, 0);
    assert_eq!(rate(3, 3, usual), [""; 0], "three logins");
    assert_eq!(rate(99, 99, usual), [""; 0]);
    assert_eq!(rate(100, 100, usual), ["challenge_rate"]);
    // One in a hundred is usual; six in a hundred is five points above it, and beyond chance from some hundred on.
    assert_eq!(rate(1_000, 61, usual), ["challenge_rate"]);
    assert_eq!(rate(1_000, 55, usual), [""; 0]);
    assert_eq!(rate(1_000, 900, counts(199, 0, 0)), [""; 0], "what is usual is not known yet");
    assert_eq!(rate(1_000, 900, counts(10_000, 5_000, 0)), [""; 0], "less than twice the usual");
}

#[test]
fn both_sides_of_old_data_and_failing_hooks() {
    let data = |days: u64| Observation {
        data_sets: vec![DataAge { file: "city.mmdb".into(), age: Duration::from_secs(days * 86_400) }],
        ..Observation::default()
    };
    assert_eq!((begins(&data(45)), begins(&data(46))), (vec![], vec!["stale_data"]));
    let broken = BrokenFile { file: "vpn.txt".into(), why: "vpn.txt, line 2: wrong".into(), has_former: true };
    assert_eq!(begins(&Observation { broken_files: vec![broken], ..Observation::default() }), ["broken_data"]);
    assert_eq!(begins(&hook(None, 0)), [""; 0]);
    assert_eq!(begins(&hook(Some(at(986)), 0)), [""; 0]);
    assert_eq!(begins(&hook(Some(at(985)), 0)), ["failing_hook"]);
    assert_eq!(begins(&hook(Some(at(999)), 1)), ["failing_hook"]);
}

#[test]
fn an_episode_is_told_once_and_so_is_its_end_and_then_it_is_quiet_for_a_while() {
    let mut episodes = Episodes::default();
    let mut told = Vec::new();
    // Attacked from minute 10 to 20 with a pause of three, then from 30 on, and for good from 100.
    for minute in 0..200 {
        let is_attacked = matches!(minute, 10..15 | 18..20 | 30..40 | 100..);
        let seen = if is_attacked { campaign_of(50) } else { Observation::default() };
        for alert in judge(&mut episodes, &seen, &LIMITS, at(minute)) {
            told.push((minute, alert.turn.as_str(), alert.since));
        }
    }
    let (first, second) = (at(10), at(100));
    assert_eq!(told, [(10, "started", first), (24, "resolved", first), (100, "started", second)]);
    assert_eq!(episodes.firing().count(), 1);
}

#[test]
fn what_lingers_goes_on_and_begins_nothing() {
    let mut episodes = Episodes::default();
    assert_eq!(judge(&mut episodes, &campaign_of(6), &LIMITS, at(0)), []);
    assert_eq!(judge(&mut episodes, &campaign_of(20), &LIMITS, at(1)).len(), 1);
    for minute in 2..60 {
        assert_eq!(judge(&mut episodes, &campaign_of(5), &LIMITS, at(minute)), []);
    }
    assert_eq!(judge(&mut episodes, &campaign_of(4), &LIMITS, at(64)).len(), 1);
}

proptest! {
    /// Whatever comes: starts and ends take turns, no two starts are closer than the cool-down, nothing is said of what was
    /// never seen, and nothing is kept of what is long over.
    #[test]
    fn starts_and_ends_take_turns(steps in proptest::collection::vec((0_u32..60, 1_u64..40, any::<bool>()), 1..200)) {
        let mut episodes = Episodes::default();
        let mut minute = 0;
        let mut last: BTreeMap<Key, (Turn, Timestamp)> = BTreeMap::new();
        for (n, pause, fails) in steps {
            minute += pause;
            let mut seen = campaign_of(n);
            seen.hooks = hook(fails.then(|| at(minute.saturating_sub(u64::from(n)))), 0).hooks;
            for alert in judge(&mut episodes, &seen, &LIMITS, at(minute)) {
                let before = last.insert(alert.key.clone(), (alert.turn, alert.at));
                match (alert.turn, before) {
                    (Turn::Started, None) => prop_assert_eq!(alert.since, alert.at),
                    (Turn::Started, Some((turn, ended_at))) => {
                        prop_assert_eq!(turn, Turn::Resolved);
                        prop_assert!(alert.at.since(ended_at) >= LIMITS.cool_down);
                    }
                    (Turn::Resolved, Some((turn, began_at))) => {
                        prop_assert_eq!(turn, Turn::Started);
                        prop_assert_eq!(alert.since, began_at);
                        prop_assert!(alert.at.since(began_at) >= CALM);
                    }
                    (Turn::Resolved, None) => prop_assert!(false, "an end without a start"),
                }
            }
            let going_on: Vec<&Key> = episodes.firing().map(|(key, ..)| key).collect();
            let started: Vec<&Key> =
                last.iter().filter(|(_, (turn, _))| *turn == Turn::Started).map(|(key, _)| key).collect();
            prop_assert_eq!(going_on, started);
        }
        for _ in 0..2 {
            minute += 1_000;
            judge(&mut episodes, &Observation::default(), &LIMITS, at(minute));
        }
        judge(&mut episodes, &Observation::default(), &LIMITS, at(minute + 1_000));
        prop_assert_eq!(episodes, Episodes::default());
    }
}
