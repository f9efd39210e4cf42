//! The payment view: limits, labels and what is new, and that none of it touches the verdict.

mod facts;

use facts::{HOME, Key, LAPTOP, NOW, Scene};
use rightful_domain::{
    AccountId, Action, Allowances, DetailChange, DetailKind, DetailValue, Event, Fact, Facts, Family, LabelValue,
    Money, Payment, PaymentAction, PaymentDirection, PaymentSource, PaymentView, Pii, Tag, Verdict,
};
use rightful_engine::{Policy, assess};

/// Somebody who has paid from home for weeks.
fn payer() -> Scene {
    let mut scene = Scene::default().used(30, 1, LAPTOP, HOME);
    for (family, tag) in [(Family::Payee, 7), (Family::PaymentMethod, 8)] {
        let at = NOW.minus(std::time::Duration::from_secs(86_400));
        let fact = Fact { tag: Tag::new(tag), first_at: at, last_at: at, n: 3, is_vouched: false };
        scene.account().see(family, fact);
    }
    scene
}

fn of_ann(mut facts: Facts) -> Facts {
    facts.event.account = Some(AccountId::new("ann").expect("an id"));
    facts
}

fn paying(scene: &Scene, payee: u64, direction: PaymentDirection) -> Facts {
    let mut scene = scene.clone();
    scene.payee = Some(payee);
    let mut facts = of_ann(scene.facts(Action::Checkout));
    let amount = Some(Money { ten_thousandths: 199_900, currency: *b"EUR" });
    let payment = Payment { amount, direction: Some(direction), ..Payment::default() };
    facts.event = Event { payment: Some(payment), ..facts.event };
    facts
}

fn view(facts: &Facts) -> PaymentView {
    assess(facts, &Policy::default()).payment
}

const fn told(action: PaymentAction, score: u8, source: PaymentSource) -> PaymentView {
    PaymentView { action, score, source }
}

const ALLOWED: PaymentView = told(PaymentAction::Allow, 0, PaymentSource::Judgement);

#[test]
fn an_account_that_never_paid_is_allowed_whatever_is_thought_of_it() {
    let mut doubtful = Scene::default().used(30, 1, 20, 200);
    doubtful.device().remember_bad(Family::Device, Tag::new(LAPTOP), NOW);
    let facts = of_ann(doubtful.facts(Action::Login));
    assert_eq!(assess(&facts, &Policy::default()).verdict, Verdict::Deny);
    assert_eq!(view(&facts), ALLOWED);
    assert_eq!(view(&paying(&Scene::default(), 7, PaymentDirection::In)), ALLOWED);
    // One that pays is looked at, if only because the person is doubtful.
    let mut paid = doubtful;
    paid.account().see(Family::Payee, Fact { tag: Tag::new(7), first_at: NOW, last_at: NOW, n: 1, is_vouched: false });
    assert_eq!(view(&of_ann(paid.facts(Action::Login))).action, PaymentAction::Review);
}

#[test]
fn what_is_new_is_reviewed_and_signs_add_up() {
    assert_eq!(view(&paying(&payer(), 7, PaymentDirection::Out)), ALLOWED);
    let review = |score| told(PaymentAction::Review, score, PaymentSource::Judgement);
    assert_eq!(view(&paying(&payer(), 9, PaymentDirection::Out)), review(30));
    let mut both = paying(&payer(), 9, PaymentDirection::Out);
    let value = DetailValue::Text(Pii::new("card-2".into()));
    both.history.changes = vec![DetailChange { kind: DetailKind::PaymentMethod, value, previous: None, notify: None }];
    assert_eq!(view(&both), review(51));
    // The first payment ever has nobody to be compared with.
    assert_eq!(view(&paying(&Scene::default(), 9, PaymentDirection::Out)), ALLOWED);
}

#[test]
fn a_reviewers_label_holds_and_is_about_payments_alone() {
    let source = PaymentSource::Label;
    for (label, payee, expected) in [
        (LabelValue::Fraudster, 7, told(PaymentAction::Prevent, 100, source)),
        (LabelValue::PotentiallyFraudster, 7, told(PaymentAction::Review, 75, source)),
        (LabelValue::PotentiallyGenuine, 9, told(PaymentAction::Allow, 30, source)),
        (LabelValue::Genuine, 9, told(PaymentAction::Allow, 0, source)),
        (LabelValue::Unreviewed, 7, ALLOWED),
    ] {
        let mut labelled = payer();
        labelled.account().standing.label = Some(label);
        let (with, without) =
            (paying(&labelled, payee, PaymentDirection::Out), paying(&payer(), payee, PaymentDirection::Out));
        assert_eq!(view(&with), expected, "{label:?}");
        let policy = Policy::default();
        let (with, without) = (assess(&with, &policy), assess(&without, &policy));
        assert_eq!((with.verdict, with.log_odds), (without.verdict, without.log_odds), "{label:?}");
    }
}

#[test]
fn a_flood_stops_payments_and_nothing_else() {
    let allowances = Allowances { account_events_per_minute_max: 50 };
    // The attempt that is judged is one of them.
    for (others, expected) in [(49, PaymentAction::Allow), (50, PaymentAction::Prevent)] {
        let scene = payer().attempts(Key::Account, others, 30, [LAPTOP, HOME]);
        let free = paying(&scene, 7, PaymentDirection::Out);
        let limited = Facts { allowances, ..free.clone() };
        let policy = Policy::default();
        let (limited, free) = (assess(&limited, &policy), assess(&free, &policy));
        let is_limited = expected == PaymentAction::Prevent;
        assert_eq!(limited.payment.action == PaymentAction::Prevent, is_limited, "{others}");
        assert_eq!(limited.payment.source == PaymentSource::RateLimit, is_limited, "{others}");
        assert_eq!(limited.payment.score, free.payment.score, "{others}");
        assert_eq!((limited.verdict, limited.findings), (free.verdict, free.findings), "{others}");
    }
    // Nobody's account, nobody's flood; and what was a minute ago is over.
    let scene = payer().attempts(Key::Account, 60, 30, [LAPTOP, HOME]);
    let nobodys = Facts { allowances, ..scene.facts(Action::Login) };
    assert_eq!(view(&nobodys).source, PaymentSource::Judgement);
    let earlier = payer().attempts(Key::Account, 60, 61, [LAPTOP, HOME]);
    let earlier = Facts { allowances, ..of_ann(earlier.facts(Action::Login)) };
    assert_eq!(view(&earlier).source, PaymentSource::Judgement);
}
