//! E-mail addresses that an account is given: what is said of those to throw away, and what keeps it unsaid.

mod facts;

use facts::{LAPTOP, Scene};
use rightful_domain::{
    Action, Assessment, DetailChange, DetailKind, DetailValue, Enrichment, Facts, ReasonCode, Verdict,
};
use rightful_engine::{Policy, assess};

/// An owner whose device is new, and who gives an address.
fn given(email_disposable: Option<bool>) -> Facts {
    let mut scene = Scene::default().used(20, 1, LAPTOP + 1, 101);
    scene.enrichment = Enrichment { email_disposable, ..Enrichment::default() };
    scene.facts(Action::AccountDetailsChange)
}

fn change(kind: DetailKind) -> DetailChange {
    DetailChange { kind, value: DetailValue::Unsaid, previous: None, notify: None }
}

#[track_caller]
fn check(facts: &Facts, is_found: bool) -> Assessment {
    let assessment = assess(facts, &Policy::default());
    let found = assessment.findings.iter().any(|finding| finding.reason == ReasonCode::EmailDisposable);
    assert_eq!(found, is_found, "{:?}", assessment.findings);
    assessment
}

#[test]
fn an_address_to_throw_away_speaks_against_a_change_of_contact_on_a_new_device() {
    let to_throw_away = check(&given(Some(true)), true);
    let ordinary = check(&given(Some(false)), false);
    assert!(to_throw_away.log_odds > ordinary.log_odds);
    assert_eq!(check(&given(None), false).log_odds, ordinary.log_odds);
}

#[test]
fn an_address_that_the_account_has_is_not_held_against_a_change_of_something_else() {
    for (kinds, is_found) in [
        (&[][..], true),
        (&[DetailKind::Email], true),
        (&[DetailKind::Phone, DetailKind::Email], true),
        (&[DetailKind::Phone], false),
        (&[DetailKind::DeliveryAddress, DetailKind::Country], false),
    ] {
        let mut facts = given(Some(true));
        facts.history.changes = kinds.iter().copied().map(change).collect();
        check(&facts, is_found);
    }
}

#[test]
fn whoever_registers_with_one_is_let_in_and_it_is_said() {
    let mut scene = Scene::default();
    scene.enrichment = Enrichment { email_disposable: Some(true), ..Enrichment::default() };
    assert_eq!(check(&scene.facts(Action::Register), true).verdict, Verdict::Allow);
}
