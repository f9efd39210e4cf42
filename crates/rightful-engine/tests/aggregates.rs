//! Aggregates in conditions: how they are written, what is refused and where, and what they mean of an event.

mod facts;

use facts::Scene;
use rightful_domain::{
    AGGREGATES_MAX, Action, Aggregate, AggregateKey, AggregateValue, Counted, Entry, Measure, PaymentDirection,
    PolicySource, PolicyVersion,
};
use rightful_engine::{Policy, PolicyError, Scene as Seen, When, assess};

fn parsed(text: &str) -> Result<Policy, PolicyError> {
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: text.into() })
}

fn rule(name: &str, when: &str, rest: &str) -> String {
    format!("[[rules]]\nname = \"{name}\"\nwhen = '''{when}'''\n{rest}\n")
}

#[track_caller]
fn check(when: &str, canonical: &str) {
    let when = When::parse(&format!("{when} > 1")).expect("a condition");
    let told: Vec<String> = when.aggregates().iter().map(ToString::to_string).collect();
    assert_eq!(told, [canonical]);
    let again = When::parse(&format!("{canonical} > 1")).expect("a condition");
    assert_eq!(again.aggregates(), when.aggregates());
}

#[test]
fn an_aggregate_is_read_with_its_parts_in_any_order() {
    check("events.byAccount.lastMinutes(5).count()", "events.byAccount.lastMinutes(5).count()");
    check(
        "events.excludeCurrent.out.withdraw.byPayee.lastDays(7).sum(payment.amount)",
        "events.withdraw.byPayee.out.excludeCurrent.lastDays(7).sum(payment.amount)",
    );
    check("events.failed.login.byDevice.lastHours(24).count()", "events.login.byDevice.failed.lastDays(1).count()");
    check(
        "events . byPaymentMethod . in . lastWeeks(2) . distinctCount(account.id)",
        "events.byPaymentMethod.in.lastDays(14).distinctCount(account.id)",
    );
    check(
        "events.check_in.byAddress.succeeded.lastMonths(13).distinctCount(ip.country)",
        "events.check_in.byAddress.succeeded.lastDays(390).distinctCount(ip.country)",
    );
    let when = When::parse("events.withdraw.byPayee.out.lastHours(36).distinctCount(payment.payee) > 1");
    assert!(when.is_err(), "one payee has one payee");
    let when = When::parse("events.withdraw.byAccount.lastMinutes(90).distinctCount(payment.payee) > 1");
    let expected = Aggregate {
        by: AggregateKey::Account,
        action: Some(Action::Withdraw),
        direction: None,
        succeeded: None,
        excludes_current: false,
        minutes: 90,
        measure: Measure::Distinct(Counted::Payees),
    };
    assert_eq!(when.expect("a condition").aggregates(), [expected]);
}

#[track_caller]
fn check_refused(when: &str, expected: &str) {
    let error = When::parse(when).expect_err(when);
    assert_eq!(format!("{error}\n{}", error.pointed().lines().last().unwrap_or_default()), expected, "{when}");
}

/// What is refused, and how.
const REFUSED: [(&str, &str); 20] = [
    (
        "events.byAcount.lastDays(1).count() > 1",
        "1:8: unknown key `byAcount`, did you mean `byAccount`?\n       ^^^^^^^^",
    ),
    (
        "events.byWeather.lastDays(1).count() > 1",
        "1:8: unknown key `byWeather`: one of `byAccount`, `byDevice`, `byAddress`, `byPaymentMethod`, `byPayee`\n       \
             ^^^^^^^^^",
    ),
    (
        "events.witdraw.byAccount.lastDays(1).count() > 1",
        "1:8: unknown part `witdraw`, did you mean `withdraw`?\n       ^^^^^^^",
    ),
    (
        "events.byAccount.sucseeded.lastDays(1).count() > 1",
        "1:18: unknown part `sucseeded`, did you mean `succeeded`?\n                 ^^^^^^^^^",
    ),
    (
        "events.login.byAccount.logout_all.lastDays(1).count() > 1",
        "1:24: `logout_all` says again what was said before it\n                       ^^^^^^^^^^",
    ),
    (
        "events.withdraw.lastDays(1).count() > 1",
        "1:1: expected what the events share: `byAccount`, `byDevice`, `byAddress`, `byPaymentMethod`, `byPayee`\n\
             ^^^^^^^^^^^^^^^",
    ),
    (
        "events.byAccount.lastDay(1).count() > 1",
        "1:18: unknown span `lastDay`, did you mean `lastDays`?\n                 ^^^^^^^",
    ),
    (
        "events.byAccount.lastDays(401).count() > 1",
        "1:27: `lastDays` takes a whole number from 1 to 400\n                          ^^^",
    ),
    (
        "events.byAccount.lastMonths(0).count() > 1",
        "1:29: `lastMonths` takes a whole number from 1 to 13\n                            ^",
    ),
    (
        "events.byAccount.lastHours(1.5).count() > 1",
        "1:28: `lastHours` takes a whole number from 1 to 9600\n                           ^^^",
    ),
    (
        "events.byAccount.lastHours().count() > 1",
        "1:18: `lastHours` takes a whole number from 1 to 9600\n                 ^^^^^^^^^",
    ),
    (
        "events.byAccount.lastHours(1).total() > 1",
        "1:31: unknown measure `total`: one of `count`, `sum`, `distinctCount`\n                              ^^^^^",
    ),
    (
        "events.byAccount.lastHours(1).sum(device.os) > 1",
        "1:35: only amounts are added up, did you mean `payment.amount`?\n                                  ^^^^^^^^^",
    ),
    (
        "events.byAccount.lastHours(1).distinctCount(ip.contry) > 1",
        "1:45: unknown word `ip.contry`, did you mean `ip.country`?\n                                            ^^^^^^^^^",
    ),
    (
        "events.byAccount.lastHours(1).count(account.id) > 1",
        "1:37: `count` takes nothing: what is counted is said before the span\n                                    ^^^^^^^^^^",
    ),
    (
        "events.byAccount.count() > 1",
        "1:18: expected a span before `.count(…)`, as in `.lastHours(24).count(…)`\n                 ^^^^^",
    ),
    (
        "events.byAccount.lastHours(1) > 1",
        "1:18: expected what is made of the events after `.lastHours(…)`: `.count()`, …\n                 ^^^^^^^^^",
    ),
    (
        "events.byAccount > 1",
        "1:1: an aggregate ends in a span and in what is made of it, as in \
             `events.withdraw.byAccount.lastHours(24).count()`\n^^^^^^^^^^^^^^^^",
    ),
    (
        "events.byAccount.lastHours(1).count().contains('a')",
        "1:39: an aggregate is a number: nothing more is asked of it\n                                      ^^^^^^^^",
    ),
    (
        "events.byDevice.lastHours(1).distinctCount(device.id) > 1",
        "1:30: events that are counted `byDevice` share it: there is always one\n                             ^^^^^^^^^^^^^",
    ),
];

#[test]
fn what_is_no_aggregate_is_refused_with_its_place() {
    for (when, expected) in REFUSED {
        check_refused(when, expected);
    }
}

#[test]
fn an_aggregate_is_what_was_counted_and_missing_where_nothing_was() {
    let text = "events.withdraw.byAccount.lastHours(1).count()";
    let aggregate = When::parse(&format!("{text} > 1")).expect("a condition").aggregates().first().cloned();
    let id = aggregate.expect("one").id();
    let mut facts = Scene::default().used(20, 1, facts::LAPTOP, facts::HOME).facts(Action::Withdraw);
    let policy = parsed(&rule("third", &format!("{text} == 3"), "")).expect("a policy");
    let known = parsed(&rule("known", &format!("has({text}) && {text} < 10"), "")).expect("a policy");
    assert_eq!(assess(&facts, &policy).rules, []);
    assert_eq!(assess(&facts, &known).rules, []);
    for (value, is_third, is_known) in [(3.0, 1, 1), (2.0, 0, 1), (f64::NAN, 0, 0)] {
        facts.history.aggregates = vec![AggregateValue { id, value }];
        let assessment = assess(&facts, &policy);
        assert_eq!(assessment.rules.len(), is_third, "{value}");
        assert_eq!(assess(&facts, &known).rules.len(), is_known, "{value}");
        // The same of what was written down.
        let entry = Entry::judged(facts.clone(), assessment, None);
        let seen = Seen::of_entry(&entry).expect("it was judged");
        let rule = policy.rules().iter().next().expect("one");
        assert_eq!(usize::from(rule.matches(&seen)), is_third, "{value}");
    }
}

#[test]
fn a_policy_says_which_aggregates_it_asks_for() {
    let one = "events.byAccount.lastDays(1).count() > 3";
    let other = "events.login.byDevice.lastHours(1).count() > 3";
    let text = [
        rule("one", &format!("{one} || {one} && {other}"), ""),
        rule("again", "events.byAccount.lastHours(24).count() > 9", "mode = \"shadow\""),
        rule("off", "events.byAddress.lastHours(24).count() > 9", "mode = \"off\""),
    ];
    let aggregates = parsed(&text.concat()).expect("a policy").rules().aggregates();
    assert_eq!(aggregates.len(), 2);
    assert!(aggregates.is_sorted_by_key(Aggregate::id));
    let out = Some(PaymentDirection::Out);
    assert!(aggregates.iter().all(|aggregate| aggregate.direction != out && aggregate.by != AggregateKey::Address));
}

#[test]
fn a_policy_asks_for_no_more_than_are_kept() {
    let text = |n: usize| -> String {
        let when = |hours: usize| format!("events.byAccount.lastHours({hours}).count() > 1");
        (1..=n).map(|n| rule(&format!("rule-{n}"), &when(n), "")).collect()
    };
    assert!(parsed(&text(AGGREGATES_MAX)).is_ok());
    let refused = parsed(&text(AGGREGATES_MAX + 1)).expect_err("too many").to_string();
    assert!(refused.contains("ask for 65 aggregates, at most 64 are kept"), "{refused}");
}
