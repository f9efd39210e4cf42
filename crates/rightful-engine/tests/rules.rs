//! Rules that people write: what their conditions mean, how errors point, and what they change of a judgement.

mod facts;

use facts::Scene;
use proptest::prelude::*;
use rightful_domain::{
    AccountDeviceId, AccountId, Action, Assessment, CountryCode, DeviceAlias, DeviceAliasKind, DeviceId, Entry, Facts,
    FreeFields, Mechanism, MechanismKind, Money, NetworkClaim, NetworkKind, Payment, PaymentDirection, PolicySource,
    PolicyVersion, RULE_MATCHES_MAX, ReasonCode, Sighting, Verdict,
};
use rightful_engine::{Policy, PolicyError, When, assess, rule_features, rule_words};

fn parsed(text: &str) -> Result<Policy, PolicyError> {
    let version = PolicyVersion { id: "mine".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: text.into() })
}

fn policy(text: &str) -> Policy {
    parsed(text).expect("a policy")
}

fn rule(name: &str, when: &str, rest: &str) -> String {
    format!("[[rules]]\nname = \"{name}\"\nwhen = '''{when}'''\n{rest}\n")
}

/// A withdrawal of Ann's, on a new phone, from a German VPN.
fn withdrawal() -> Facts {
    let mut facts = Scene::default().used(20, 1, facts::LAPTOP, facts::HOME).facts(Action::Withdraw);
    let event = &mut facts.event;
    event.account = Some(AccountId::new("ann").expect("an id"));
    event.network.ip = Some("192.0.2.7".parse().expect("an address"));
    let id = DeviceId::new("phone-1").expect("an id");
    event.device.aliases = vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id }];
    event.device.os = Some("Android 16".into());
    let mechanism = |kind, succeeded| Mechanism { kind, succeeded, failure: None, provider: None, sent_to: None };
    event.mechanisms = vec![mechanism(MechanismKind::Password, Some(true)), mechanism(MechanismKind::SmsCode, None)];
    event.payment = Some(Payment {
        amount: Some(Money { ten_thousandths: 12_345_000, currency: *b"EUR" }),
        direction: Some(PaymentDirection::Out),
        ..Payment::default()
    });
    let custom = r#"{"tier": "gold", "age": 41, "is_staff": true, "nested": {"a": 1}, "nothing": null}"#;
    event.custom = FreeFields::new(custom);
    facts.enrichment.country = CountryCode::new("DE").ok();
    facts.enrichment.asn = Some(3_320);
    facts.enrichment.networks = vec![NetworkClaim { kind: NetworkKind::Vpn, said_by: "a set".into() }];
    facts.history.sighting =
        Some(Sighting { id: AccountDeviceId::from_bytes([7; 12]), is_first: true, is_listed: true, n_devices: 2 });
    facts
}

fn matches(facts: &Facts, when: &str) -> bool {
    !assess(facts, &policy(&rule("it", when, ""))).rules.is_empty()
}

#[test]
fn conditions_mean_what_they_say() {
    let facts = withdrawal();
    for (when, expected) in [
        ("true", true),
        ("event.action == \"withdraw\"", true),
        ("event.action in ['login', 'withdraw']", true),
        ("event.action != 'withdraw'", false),
        ("event.outcome == 'failed'", false),
        ("account.id == 'ann' && account.logins == 20", true),
        ("account.age_days > 19.5 && account.age_days < 21", true),
        ("device.id.startsWith('phone') && device.id.endsWith('-1') && device.id.contains('one')", true),
        ("device.os.startsWith('Android') && size(device.os) == 10", true),
        ("device.new && device.count == 2", true),
        ("!device.new", false),
        ("ip.address == '192.0.2.7' && ip.country == 'DE' && ip.asn == 3320", true),
        ("ip.country in ['AT', 'CH']", false),
        ("!(ip.country in ['AT', 'CH'])", true),
        ("ip.is_vpn && !ip.is_tor", true),
        ("inNetwork(ip.address, '192.0.2.0/24')", true),
        ("inNetwork(ip.address, ['10.0.0.0/8', '2001:db8::/32'])", false),
        ("payment.amount > 1000 && payment.amount <= 1234.5 && payment.currency == 'EUR'", true),
        ("payment.amount / 2 + 1 == 618.25 && -payment.amount < 0 && payment.amount % 1000 == 234.5", true),
        ("payment.direction == 'out'", true),
        ("'password' in mechanisms && size(mechanisms) == 2 && size(mechanisms_passed) == 1", true),
        ("'sms_code' in mechanisms_passed", false),
        ("custom.tier == 'gold' && custom.age >= 41 && custom.is_staff == true", true),
        ("custom.tier in ['silver', 'gold'] && 40 < custom.age", true),
        ("custom.tier == 7 || custom.age == '41' || custom.nested == 1", false),
        ("score >= 0 && score <= 100", true),
        ("verdict in ['trust', 'allow', 'challenge', 'deny']", true),
        ("features.account_attempts_60s == 1", true),
        ("features.account_attempts_60s in [1, 2]", true),
        ("1 <= features.account_attempts_60s", true),
        ("(payment.amount > 1000 ? 'large' : 'small') == 'large'", true),
        ("(device.new ? 2 : 1) * 10 == 20", true),
        ("device.new ? ip.is_vpn : false", true),
        ("device.new == ip.is_vpn", true),
        ("device.new == false", false),
        ("device.new != false", true),
    ] {
        assert_eq!(matches(&facts, when), expected, "{when}");
    }
}

#[test]
fn what_is_missing_is_unknown_and_so_is_what_is_said_of_it() {
    let mut facts = withdrawal();
    facts.enrichment.country = None;
    facts.enrichment.networks.clear();
    facts.event.payment = None;
    facts.event.custom = None;
    for (when, expected) in [
        ("ip.country == 'DE'", false),
        ("ip.country != 'DE'", false),
        ("ip.country in ['DE']", false),
        ("has(ip.country)", false),
        ("ip.country == null", true),
        ("ip.country != null", false),
        ("ip.is_vpn", false),
        ("!ip.is_vpn", false),
        ("ip.is_vpn == false", false),
        ("has(ip.is_vpn)", false),
        ("payment.amount < 1", false),
        ("payment.amount >= 1", false),
        ("payment.amount != 1", false),
        ("payment.amount + 1 > 0", false),
        ("!(payment.amount < 1)", false),
        ("!(ip.country in ['DE'])", false),
        ("!(ip.country == 'DE')", false),
        ("!!(ip.country == 'DE')", false),
        ("!has(ip.country) || !(ip.country in ['DE'])", true),
        ("!(ip.country == 'DE' && false)", true),
        ("!(ip.country == 'DE' && true)", false),
        ("!(ip.country == 'DE' || false)", false),
        ("ip.country == 'DE' || true", true),
        ("(ip.country == 'DE') == (ip.city == 'Bern')", false),
        ("(ip.country == 'DE') != (ip.city == 'Bern')", false),
        ("(ip.country == 'DE') == true", false),
        ("ip.country == 'DE' ? true : true", false),
        ("(ip.country == 'DE' ? 1 : 2) > 0", false),
        ("!('password' in mechanisms && ip.country == 'DE')", false),
        ("!(custom.tier in ['gold'])", false),
        ("!inNetwork(ip.address, '192.0.2.0/24') || inNetwork(ip.address, '192.0.2.0/24')", true),
        ("has(payment.amount)", false),
        ("custom.tier == 'gold' || custom.tier != 'gold' || has(custom.tier)", false),
        ("features.form_ms < 5 || features.form_ms >= 5", false),
        ("size(ip.country) >= 0", false),
        ("ip.country.startsWith('')", false),
        // A part of nothing is missing, too.
        ("1 / 0 > 0", false),
        ("1 / 0 != 1", false),
        ("has(reasons) == (size(reasons) > 0)", true),
    ] {
        assert_eq!(matches(&facts, when), expected, "{when}");
    }
}

#[test]
fn rules_see_the_reasons() {
    let facts = withdrawal();
    let found = assess(&facts, &Policy::default()).findings;
    for reason in ReasonCode::ALL {
        assert!(reason.number() < 128, "{reason:?} has no bit");
        let is_found = found.iter().any(|finding| finding.reason == reason);
        assert_eq!(matches(&facts, &format!("'{}' in reasons", reason.as_str())), is_found, "{reason:?}");
    }
    assert!(matches(&facts, &format!("size(reasons) == {}", found.len())));
}

#[track_caller]
fn check_refused(when: &str, expected: &str) {
    let error = When::parse(when).expect_err("refused");
    assert_eq!(format!("{error}\n{}", error.pointed()), expected, "{when}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn errors_say_what_was_meant_and_where() {
    for (when, expected) in [
        (
            "ip.contry == 'DE'",
            "1:1: unknown name `ip.contry`, did you mean `ip.country`?\nip.contry == 'DE'\n^^^^^^^^^",
        ),
        (
            "score > 50 &&\n  devce.new",
            "2:3: unknown name `devce.new`, did you mean `device.new`?\n  devce.new\n  ^^^^^^^^^",
        ),
        (
            "features.acount_attempts_60s > 3",
            "1:1: unknown name `features.acount_attempts_60s`, did you mean `features.account_attempts_60s`?\n\
             features.acount_attempts_60s > 3\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "account_attempts_60s > 3",
            "1:1: unknown name `account_attempts_60s`, did you mean `features.account_attempts_60s`?\n\
             account_attempts_60s > 3\n^^^^^^^^^^^^^^^^^^^^",
        ),
        ("weather > 3", "1:1: unknown name `weather`\nweather > 3\n^^^^^^^"),
        ("ip.asn == 'DTAG'", "1:1: `==` cannot compare a number with a text\nip.asn == 'DTAG'\n^^^^^^^^^^^^^^^^"),
        ("é == 1", "1:1: 'é' is not part of the language\né == 1\n^"),
        ("score = 1", "1:7: `=` is not part of the language, did you mean `==`?\nscore = 1\n      ^"),
        (
            "device.new and ip.is_vpn",
            "1:12: `and` is not part of the language, did you mean `&&`?\ndevice.new and ip.is_vpn\n           ^^^",
        ),
        ("not device.new", "1:1: `not` is not part of the language, did you mean `!`?\nnot device.new\n^^^"),
        (
            "'PROFILE_DEVICE_NWE' in reasons",
            "1:1: \"PROFILE_DEVICE_NWE\" is never a value here, did you mean \"PROFILE_DEVICE_NEW\"?\n\
             'PROFILE_DEVICE_NWE' in reasons\n^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "event.action == 'logn'",
            "1:17: \"logn\" is never a value here, did you mean \"login\"?\nevent.action == 'logn'\n                ^^^^^^",
        ),
        (
            "verdict == 'block'",
            "1:12: \"block\" is never a value here; values are \"trust\", \"allow\", \"challenge\", \"deny\"\n\
             verdict == 'block'\n           ^^^^^^^",
        ),
        (
            "ip.country == 'Germany'",
            "1:15: \"Germany\" is no country: two capitals are, like \"DE\"\nip.country == 'Germany'\n              ^^^^^^^^^",
        ),
        (
            "ip.address == '10.0.0.0/8'",
            "1:15: \"10.0.0.0/8\" is no address; for a network, use `inNetwork(ip.address, \"10.0.0.0/8\")`\n\
             ip.address == '10.0.0.0/8'\n              ^^^^^^^^^^^^",
        ),
        (
            "inNetwork(ip.address, '10.0.0.7/8')",
            "1:23: \"10.0.0.7/8\" has bits beyond its prefix; did you mean 10.0.0.0/8?\n\
             inNetwork(ip.address, '10.0.0.7/8')\n                      ^^^^^^^^^^^^",
        ),
        (
            "device.os.startswith('A')",
            "1:1: unknown function `startswith`, did you mean `startsWith`?\n\
             device.os.startswith('A')\n^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "startsWith(device.os, 'A')",
            "1:1: `startsWith` is asked of a text, as in `device.os.startsWith(\"…\")`\n\
             startsWith(device.os, 'A')\n^^^^^^^^^^^^^^^^^^^^^^^^^^",
        ),
        ("score", "1:1: expected a flag (true or false), found a number\nscore\n^^^^^"),
        ("device.os + 1 > 2", "1:1: `+` takes numbers, found a text\ndevice.os + 1 > 2\n^^^^^^^^^"),
        (
            "custom.tier == device.os",
            "1:16: `custom.tier` is compared with literals only, found a text\n\
             custom.tier == device.os\n               ^^^^^^^^^",
        ),
        (
            "custom.tier",
            "1:1: `custom.tier` may be anything: compare it, as in `custom.tier == true`\ncustom.tier\n^^^^^^^^^^^",
        ),
        ("1 < score < 5", "1:11: comparisons are not chained: write `a < b && b < c`\n1 < score < 5\n          ^"),
        (
            "score in [1, 'a']",
            "1:10: the list holds a text, which a number never is\nscore in [1, 'a']\n         ^^^^^^^^",
        ),
        (
            "'a' in device.os",
            "1:8: `in` takes a list; for a part of a text, use `text.contains(\"part\")`\n\
             'a' in device.os\n       ^^^^^^^^^",
        ),
        ("(score > 1", "1:11: expected `)` for what was opened at 1:1, found the end\n(score > 1\n          ^"),
        ("", "1:1: expected a value, found the end\n\n^"),
        ("has(1)", "1:5: `has` takes a name, as in `has(ip.country)`\nhas(1)\n    ^"),
        (
            "device.new ? 1 : 'a'",
            "1:1: both sides of `:` must be flags, numbers or texts alike, found a number and a text\n\
             device.new ? 1 : 'a'\n^^^^^^^^^^^^^^^^^^^^",
        ),
        ("[1, 2, 3].all(x, x > 0)", "1:1: unknown function `all`\n[1, 2, 3].all(x, x > 0)\n^^^^^^^^^^^^^^^^^^^^^^^"),
        (
            "device.os.matches('a*')",
            "1:1: `matches` is not part of the language: use `startsWith`, `endsWith` or `contains`\n\
             device.os.matches('a*')\n^^^^^^^^^^^^^^^^^^^^^^^",
        ),
    ] {
        check_refused(when, expected);
    }
}

#[test]
fn a_rule_bomb_is_refused() {
    for bomb in [
        "(".repeat(4_000),
        "!".repeat(4_000),
        "[".repeat(4_000),
        "-".repeat(4_000),
        "has(".repeat(1_000),
        "a?".repeat(2_000),
        "a.b(".repeat(1_000),
        "(".repeat(1_000_000),
        "a".repeat(4_096),
        format!("score in [{}]", "1,".repeat(1_000)),
        format!("true{}", " && true".repeat(511)),
        format!("\"{}\" == device.os", "a".repeat(66_000)),
        format!("features.{} > 1", "a".repeat(60_000)),
    ] {
        assert!(When::parse(&bomb).is_err(), "{}…", &bomb[..20]);
    }
}

/// Each part is evaluated once, however deep: else this would take minutes.
#[test]
fn what_is_nested_costs_no_more_than_its_parts() {
    let mut when = "ip.country == 'DE'".to_owned();
    for _ in 0..9 {
        when = format!("!(({when}) == (score > 1 ? ip.is_vpn : true))");
    }
    let mut number = "score".to_owned();
    for _ in 0..9 {
        number = format!("(!({number} > 1) ? payment.amount : 3)");
    }
    let facts = withdrawal();
    assert!(!matches(&facts, &format!("({when}) && false")));
    assert!(!matches(&facts, &format!("{number} > 1 && false")));
}

#[test]
fn a_book_comes_after_the_policys_own_rules() {
    let own = policy(&(rule("own", "true", "priority = -9") + &rule("other", "true", "priority = -10")));
    let book =
        |text: String| PolicySource { version: PolicyVersion { id: "both".into(), version: 7 }, text: text.into() };
    let both = own.with_book(&book(rule("low", "true", "") + &rule("high", "true", "priority = 9"))).unwrap();
    let names: Vec<&str> = both.rules().iter().map(|rule| &*rule.name).collect();
    assert_eq!(names, ["own", "other", "high", "low"]);
    assert_eq!((&*both.version().id, both.version().version), ("both", 7));
    let faults = own.book_faults(&book(rule("own", "true", "") + &rule("typo", "scroe > 1", "")));
    let told: Vec<_> = faults.iter().map(|fault| (fault.to_string(), fault.suggestion())).collect();
    let of = "policy \"both\" version 7: ";
    assert_eq!(
        told,
        [
            (
                format!("{of}\"rules[1].when\": rule \"typo\": 1:1: unknown name `scroe`, did you mean `score`?"),
                Some("score")
            ),
            (format!("{of}\"rules.own.name\": is the name of a rule of the server's policy file"), None),
        ]
    );
    let faults = own.book_faults(&book("[verdicts]\n".into()));
    assert_eq!(faults.len(), 1, "a book is rules and nothing else: {faults:?}");
}

#[test]
fn every_word_of_the_vocabulary_can_be_asked_for() {
    let features = rule_features().map(|word| format!("features.{}", word.name));
    for name in rule_words().map(|word| word.name.to_owned()).chain(features) {
        assert!(When::parse(&format!("has({name})")).is_ok(), "{name}");
    }
}

fn ruled(rules: &str) -> Assessment {
    assess(&withdrawal(), &policy(rules))
}

#[test]
fn scores_add_up_and_verdicts_are_bounded() {
    let plain = assess(&withdrawal(), &Policy::default());
    let judged = |rules: &[(&str, &str)]| {
        let text: String =
            rules.iter().enumerate().map(|(n, (when, rest))| rule(&format!("rule-{n}"), when, rest)).collect();
        ruled(&text)
    };
    let untouched = judged(&[("false", "floor = \"deny\"")]);
    assert_eq!((untouched.verdict, untouched.risk_score), (plain.verdict, plain.risk_score));
    assert_eq!((&untouched.findings, untouched.rules.len()), (&plain.findings, 0));
    let more = judged(&[("true", "score = 2.5"), ("true", "score = 3")]);
    assert_eq!(more.risk_score.hundredths(), plain.risk_score.hundredths() + 550);
    assert_eq!(more.log_odds, plain.log_odds);
    assert_eq!(judged(&[("true", "score = 100")]).verdict, Verdict::Deny);
    assert_eq!(judged(&[("true", "score = -100")]).risk_score.hundredths(), 0);
    let denied = judged(&[("true", "floor = \"deny\"")]);
    assert_eq!((denied.verdict, denied.verdict_before_rules), (Verdict::Deny, Some(plain.verdict)));
    let challenged = judged(&[("true", "floor = \"challenge\"")]);
    assert_eq!(challenged.verdict, Verdict::Challenge.max(plain.verdict));
    assert!(!challenged.suggested_challenges.is_empty());
    let let_in = judged(&[("true", "score = 100\nceiling = \"allow\"")]);
    assert_eq!(let_in.verdict, Verdict::Allow);
    // Who asks for more proof wins.
    let both = judged(&[("true", "ceiling = \"allow\""), ("true", "floor = \"challenge\"")]);
    assert_eq!(both.verdict, Verdict::Challenge);
}

#[test]
fn rules_see_the_event_as_it_stands_before_rules() {
    let rules = rule("first", "true", "floor = \"deny\"\nscore = 50\npriority = 9")
        + &rule("second", "verdict == 'deny' || score >= 50", "tags = [\"seen\"]");
    let names: Vec<_> = ruled(&rules).rules.into_iter().map(|matched| matched.rule).collect();
    assert_eq!(names, ["first".into()]);
}

#[test]
fn a_shadow_does_nothing_and_is_told_last_and_what_is_off_is_not_asked() {
    let rules = rule("shadow", "true", "floor = \"deny\"\nmode = \"shadow\"\npriority = 5\nstop_on_match = true")
        + &rule("off", "true", "floor = \"deny\"\nmode = \"off\"")
        + &rule("active", "true", "tags = [\"seen\"]\nqueue = \"takeovers\"\nstatus = \"suspicious\"\nversion = 3");
    let assessment = ruled(&rules);
    assert_eq!(assessment.verdict, assess(&withdrawal(), &Policy::default()).verdict);
    let told: Vec<_> = assessment.rules.iter().map(|its| (&*its.rule, its.version, its.is_shadow)).collect();
    assert_eq!(told, [("active", 3, false), ("shadow", 1, true)]);
    let effect = &assessment.rules[0].effect;
    assert_eq!((effect.tags.len(), effect.queue.as_deref()), (1, Some("takeovers")));
}

#[test]
fn rules_are_asked_by_priority_and_one_may_stop_the_others() {
    let names = |rules: &str| ruled(rules).rules.into_iter().map(|its| its.rule.into_string()).collect::<Vec<_>>();
    let rules = rule("low", "true", "priority = -1")
        + &rule("one", "true", "")
        + &rule("other", "true", "")
        + &rule("high", "true", "priority = 10");
    assert_eq!(names(&rules), ["high", "one", "other", "low"]);
    let stopped = rule("after", "true", "priority = -1") + &rule("stop", "true", "stop_on_match = true");
    assert_eq!(names(&stopped), ["stop"]);
    let actions = rule("login", "true", "actions = [\"login\"]") + &rule("out", "true", "actions = [\"withdraw\"]");
    assert_eq!(names(&actions), ["out"]);
    let many: String = (0..40).map(|n| rule(&format!("rule-{n}"), "true", "score = 0.01")).collect();
    assert_eq!(names(&many).len(), RULE_MATCHES_MAX);
}

#[test]
fn of_a_group_the_first_stops_the_others_of_it_alone() {
    let names = |rules: &str| {
        let told = ruled(rules).rules.into_iter().map(|its| (its.rule.into_string(), its.is_shadow));
        told.collect::<Vec<_>>()
    };
    let of_group = |name: &str, priority: i32, more: &str| {
        rule(name, "true", &format!("group = \"v\"\nstop_on_match = true\npriority = {priority}\n{more}"))
    };
    let active = |name: &str| (name.to_owned(), false);
    let shadow = |name: &str| (name.to_owned(), true);
    let rules = rule("own", "true", "priority = -9")
        + &of_group("first", 5, "")
        + &of_group("second", 4, "")
        + &of_group("before", 6, "mode = \"shadow\"")
        + &of_group("after", 3, "mode = \"shadow\"");
    assert_eq!(names(&rules), [active("first"), active("own"), shadow("before")]);
    let entry = Entry::judged(withdrawal(), assess(&withdrawal(), &Policy::default()), None);
    let policy = policy(&rules);
    assert_eq!(policy.in_hindsight(&entry).expect("it was judged").n_in_effect, 2, "and so in hindsight");
    let all = rule("stop", "true", "priority = 5\nstop_on_match = true") + &of_group("late", 4, "");
    assert_eq!(names(&all), [active("stop")]);
}

#[test]
fn points_that_move_no_verdict_are_told() {
    let without = assess(&withdrawal(), &Policy::default());
    let told = ruled(&rule("it", "true", "score = 100\nmoves_verdict = false"));
    assert_eq!((told.verdict, told.risk_score.points()), (without.verdict, 100.0));
    let moved = ruled(&rule("it", "true", "score = 100"));
    assert_eq!((moved.verdict, moved.risk_score.points()), (Verdict::Deny, 100.0));
    let bounded = ruled(&rule("it", "true", "score = 1\nmoves_verdict = false\nfloor = \"deny\""));
    assert_eq!(bounded.verdict, Verdict::Deny, "its bounds hold");
}

#[test]
fn no_rule_trusts_who_registers() {
    let trusts = rule("it", "true", "ceiling = \"trust\"");
    let mut facts = withdrawal();
    let policy = parsed(&trusts).expect("a policy");
    assert_eq!(assess(&facts, &policy).verdict, Verdict::Trust);
    facts.event.action = Action::Register;
    assert_eq!(assess(&facts, &policy).verdict, Verdict::Allow);
}

#[test]
fn what_was_told_and_kept_is_read_by_its_path() {
    let mut facts = withdrawal();
    facts.event.unknown =
        FreeFields::new(r#"{"data":{"info":{"mcc":7995,"type":"transfer"},"tags":["a"]}}"#.to_owned());
    let holds = |when: &str| {
        let policy = parsed(&rule("it", when, "")).expect("a policy");
        !assess(&facts, &policy).rules.is_empty()
    };
    assert!(holds("told.data.info.mcc == 7995 && told.data.info.type in ['transfer', 'deposit']"));
    assert!(holds("!has(told.data.info.memo) && told.data.tags == null"));
    assert!(!holds("told.data.info.mcc != 7995 || told.data.info.memo != 'x'"));
    check_refused(
        "told.a > ip.asn",
        "1:10: `told.a` is compared with literals only, found a number\ntold.a > ip.asn\n         ^^^^^^",
    );
}

#[test]
fn lists_beat_rules() {
    let deny = rule("deny", "true", "floor = \"deny\"");
    let allow = rule("allow", "true", "ceiling = \"allow\"");
    let verdict = |lists: &str, rules: &str| ruled(&format!("[lists]\n{lists}\n{rules}")).verdict;
    assert_eq!(verdict("allow_accounts = [\"ann\"]", &deny), Verdict::Allow);
    assert_eq!(verdict("allow_addresses = [\"192.0.2.0/24\"]", &deny), Verdict::Allow);
    assert_eq!(verdict("block_accounts = [\"ann\"]", &allow), Verdict::Deny);
}

#[track_caller]
fn check_policy_refused(text: &str, expected: &str) {
    let error = parsed(text).expect_err("refused").to_string();
    assert_eq!(error, format!("policy \"mine\" version 1: {expected}"), "{text}");
}

#[test]
fn a_wrong_rule_is_refused_with_its_key() {
    let with = |rest: &str| rule("it", "true", rest);
    for (text, expected) in [
        ("[[rule]]\nname = \"a\"".to_owned(), r#"unknown key "rule", did you mean "rules"?"#),
        ("rules = 3".to_owned(), r#""rules": must be tables, each headed [[rules]]"#),
        ("[[rules]]\nwhen = \"true\"".to_owned(), r#""rules[0].name": must be given"#),
        ("[[rules]]\nname = \"a\"".to_owned(), r#""rules[0].when": must be given"#),
        (with("") + &with(""), r#""rules[1].name": must not be the name of another rule"#),
        (with("scor = 1"), r#"unknown key "rules[0].scor", did you mean "rules[0].score"?"#),
        (with("score = 101"), r#""rules[0].score": must be a number from -100 to 100"#),
        (with("floor = \"denny\""), r#""rules[0].floor": "denny" is not known, did you mean "deny"?"#),
        (with("mode = \"on\""), r#""rules[0].mode": "on" is not known: one of active, shadow, off"#),
        (with("floor = \"trust\""), r#""rules[0].floor": says nothing: every verdict is within it"#),
        (
            with("floor = \"deny\"\nceiling = \"allow\""),
            r#""rules[0].floor": must not be stricter than the rule's own ceiling"#,
        ),
        (with("actions = [\"logn\"]"), r#""rules[0].actions": "logn" is not known, did you mean "login"?"#),
        (
            rule("it", "ip.contry == 'DE'", ""),
            r#""rules[0].when": rule "it": 1:1: unknown name `ip.contry`, did you mean `ip.country`?"#,
        ),
    ] {
        check_policy_refused(&text, expected);
    }
}

#[test]
fn hindsight_says_what_judgement_would_have_said() {
    for rest in [
        "",
        "score = 5",
        "score = 60",
        "score = 100",
        "score = -90",
        "score = 100\nmoves_verdict = false",
        "score = 3\nmoves_verdict = false\nfloor = \"deny\"",
        "floor = \"challenge\"",
        "ceiling = \"allow\"",
        "ceiling = \"trust\"",
    ] {
        for when in ["device.new", "!device.new", "score < 50 && 'IP_IS_VPN' in reasons"] {
            let policy = policy(&rule("it", when, rest));
            let judged = assess(&withdrawal(), &policy);
            // Written down without the rule, or with it: it is tried on what was there before rules.
            for written in [assess(&withdrawal(), &Policy::default()), judged.clone()] {
                let entry = Entry::judged(withdrawal(), written, None);
                let told = policy.in_hindsight(&entry).expect("it was judged");
                assert_eq!(told.rules.len(), judged.rules.len(), "{when} {rest}");
                assert!(told.rules.iter().all(|its| its.after.verdict == judged.verdict), "{when} {rest}");
                assert!(told.rules.iter().all(|its| its.after.score == judged.risk_score), "{when} {rest}");
                assert_eq!(
                    (told.together.verdict, told.together.score),
                    (judged.verdict, judged.risk_score),
                    "{when} {rest}"
                );
            }
        }
    }
}

/// Conditions of all types, well or badly put together.
fn condition() -> impl Strategy<Value = String> {
    let names = rule_words().map(|word| word.name.to_owned());
    let features = rule_features().map(|word| format!("features.{}", word.name));
    let names: Vec<String> =
        names.chain(features).chain(["custom.tier", "told.data.tier"].map(str::to_owned)).collect();
    let literal = proptest::sample::select(vec!["1", "0.5", "'DE'", "'in'", "true", "null", "['DE', 'AT']", "[1, 2]"]);
    let leaf = prop_oneof![2 => proptest::sample::select(names), 1 => literal.prop_map(str::to_owned)];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = proptest::sample::select(vec!["==", "!=", "<", ">=", "in", "+", "/", "%", "&&", "||"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| {
                format!("({left} {operator} {right})")
            }),
            1 => inner.clone().prop_map(|inner| format!("!{inner}")),
            1 => inner.clone().prop_map(|inner| format!("has({inner})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_compiled_can_be_asked_of_anything(when in condition(), is_bare in any::<bool>()) {
        let facts = if is_bare { Scene::default().facts(Action::Login) } else { withdrawal() };
        if When::parse(&when).is_ok() {
            let both = rule("it", &when, "") + &rule("not", &format!("!({when})"), "");
            let n = assess(&facts, &policy(&both)).rules.len();
            prop_assert!(n <= 1, "{when} and its opposite");
        }
    }
}
