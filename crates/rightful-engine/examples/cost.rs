//! Prints what one judgement costs. For measuring: run it in a release build.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "../tests/facts/mod.rs"]
mod facts;

use std::hint::black_box;

use facts::{ANN, HOME, Key, LAPTOP, Scene};
use rightful_domain::{Action, Facts};
use rightful_engine::{Policy, assess, sentences};

const ROUNDS: u32 = 1_000_000;

#[expect(clippy::disallowed_methods, reason = "measuring needs a clock; judgement has none")]
fn spent_ns(mut judge: impl FnMut()) -> u128 {
    let start = std::time::Instant::now();
    for _ in 0..ROUNDS {
        judge();
    }
    start.elapsed().as_nanos() / u128::from(ROUNDS)
}

fn main() {
    let policy = Policy::default();
    let attack = Scene::default()
        .used(60, 1, 11, 101)
        .attempts(Key::Account, 100, 5, [LAPTOP, HOME])
        .attempts(Key::Device, 100, 5, [ANN, HOME])
        .attempts(Key::Address, 100, 5, [ANN, LAPTOP]);
    let crowd = (1..64).fold(Scene::default().used(60, 1, LAPTOP, HOME), |scene, n| scene.shared_with(n, 3));
    let cases: [(&str, Facts); 4] = [
        ("first sight", Scene::default().facts(Action::Login)),
        ("familiar", Scene::default().used(60, 1, LAPTOP, HOME).facts(Action::Login)),
        ("familiar, in a crowd", crowd.facts(Action::Login)),
        ("attack", attack.facts(Action::Login)),
    ];
    for (name, facts) in &cases {
        let judging = spent_ns(|| drop(black_box(assess(black_box(facts), &policy))));
        let assessment = assess(facts, &policy);
        let wording = spent_ns(|| drop(black_box(sentences(&facts.event, black_box(&assessment)))));
        println!("{name}: assess {judging} ns, sentences {wording} ns");
    }
}
