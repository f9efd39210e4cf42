//! The challenge budget, from what was learned to what is challenged.

mod facts;

use facts::{DAY_S, Key, NOW, Scene};
use rightful_domain::{
    Action, Circumstances, Facts, Habits, News, Outcome, PolicySource, PolicyVersion, Population, Profile, ReasonCode,
    Teaching, Timestamp, Verdict,
};
use rightful_engine::{Policy, assess, feature_names, sentences};

fn policy(text: &str) -> Policy {
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: text.into() }).expect("a policy")
}

/// An application that has let through so many events a day for forty days: one in fifty of them at these log-odds, the
/// others far below.
fn lived(doubtful_nats: f32) -> Population {
    const EVENTS_PER_DAY: usize = 1_000;
    let mut population = Population::default();
    for day in 0..=40 {
        let at = Timestamp::from_seconds(NOW.as_micros() / 1_000_000 - (41 - day) * DAY_S);
        for n in 0..EVENTS_PER_DAY {
            let nats = Some(if n % 50 == 0 { doubtful_nats } else { -3.0 });
            population.learn(at, &Circumstances::default(), &News { nats, ..News::default() });
        }
    }
    population
}

fn before(scene: &Scene, population: &Population) -> Facts {
    let mut facts = scene.facts(Action::Login);
    // Judged by findings alone: what is tested is the threshold.
    if let Some(account) = &mut facts.history.account {
        std::sync::Arc::make_mut(&mut account.profile).habits = Habits::default().into();
    }
    facts.history.backdrop = Some(population.backdrop(&Profile::default(), &Circumstances::default(), NOW));
    facts
}

/// A new device in a burst, at a score of 86.31.
fn doubtful() -> Scene {
    Scene::default().used(20, 1, 11, 101).attempts(Key::Account, 33, 5, [99, 999])
}

/// A new device where others have failed today, at a score of 74.25.
fn milder() -> Scene {
    Scene::default().used(1, 1, 11, 101).attempts(Key::Account, 10, 5, [99, 999])
}

#[test]
fn the_threshold_follows_what_honest_people_score() {
    // One in fifty scores 81.76: more than the budget has room for, less than a budget of 5 % has.
    let population = lived(1.5);
    let facts = before(&milder(), &population);
    let verdict = |text: &str| assess(&facts, &policy(text)).verdict;
    assert_eq!(verdict("[budget]\nchallenge_share = 0"), Verdict::Challenge);
    assert_eq!(verdict(""), Verdict::Allow);
    assert_eq!(verdict("[budget]\nchallenge_share = 0.05"), Verdict::Challenge);
    // A number of one's own stays.
    assert_eq!(verdict("[verdicts.login]\nchallenge_min = 71"), Verdict::Challenge);
    // Somebody who scores more than honest people do is challenged all the same.
    let assessment = assess(&before(&doubtful(), &population), &policy(""));
    assert_eq!(assessment.verdict, Verdict::Challenge);
    let said = sentences(&facts.event, &assessment).analyst;
    assert!(said.contains("the budget has challenges begin at 81."), "{said}");
}

#[test]
fn the_vector_says_where_challenges_begin() {
    let place = feature_names(3).iter().position(|name| *name == "challenge_from").expect("a slot");
    let slot = |population: &Population, text: &str| {
        assess(&before(&milder(), population), &policy(text)).features.values[place]
    };
    assert!((76.0..78.0).contains(&slot(&lived(1.2), "")));
    assert!(slot(&lived(1.2), "[budget]\nchallenge_share = 0").is_nan());
    assert!(slot(&Population::default(), "").is_nan());
}

#[test]
fn with_no_traffic_the_policys_own_number_holds() {
    let population = Population::default();
    assert_eq!(assess(&before(&milder(), &population), &policy("")).verdict, Verdict::Challenge);
}

#[test]
fn a_low_threshold_challenges_nobody_for_what_is_not_known() {
    let population = lived(-3.0);
    let nothing = before(&Scene::default(), &population);
    let assessment = assess(&nothing, &policy(""));
    assert_eq!((assessment.verdict, assessment.risk_score.to_string()), (Verdict::Allow, "50.00".to_owned()));
    // And a lone finding is still held below.
    let new_device = before(&Scene::default().used(20, 1, 11, 101), &population);
    let assessment = assess(&new_device, &policy(""));
    let adverse = assessment.findings.iter().filter(|finding| finding.is_adverse());
    assert_eq!(adverse.map(|finding| finding.reason).collect::<Vec<_>>(), [ReasonCode::ProfileDeviceNew]);
    assert_eq!(assessment.verdict, Verdict::Allow);
}

#[test]
fn a_flood_that_is_not_let_through_moves_nothing() {
    let mut population = lived(1.2);
    let threshold = population.scores.threshold(0.01);
    let policy = policy("");
    for (scene, outcome, n) in [
        (doubtful(), Outcome::Failed, 30_000_i64),
        (doubtful(), Outcome::Pending, 30_000),
        (doubtful(), Outcome::Succeeded, 30_000),
    ] {
        let mut facts = before(&scene, &population);
        facts.event.outcome = outcome;
        let mut assessment = assess(&facts, &policy);
        assessment.answered = Some(assessment.verdict);
        for event in 0..n {
            // Over ten days, as the store would: what teaches at once is learned.
            let at = Timestamp::from_seconds(NOW.as_micros() / 1_000_000 + event * 10 * DAY_S / n);
            if Teaching::given(&facts.event, &facts.enrichment, Some(&assessment), outcome, None, None)
                == Teaching::Learn
            {
                population.learn(at, &Circumstances::default(), &assessment.news);
            }
        }
    }
    assert_eq!(population.scores.threshold(0.01), threshold);
}

#[test]
fn an_accounts_first_event_is_not_counted() {
    let mut population = Population::default();
    let first = News { is_first: true, nats: Some(1.0), ..News::default() };
    population.learn(NOW, &Circumstances::default(), &first);
    population.learn(NOW, &Circumstances::default(), &News::default());
    assert_eq!(population.scores, rightful_domain::ScoreBudget::default());
}
