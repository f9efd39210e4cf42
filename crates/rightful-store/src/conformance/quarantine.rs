//! What waits before it is learned, and what lets it go.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{Action, Event, FeedbackKind, MechanismKind, Outcome, Profile, Verdict};

use super::sample::{answered, login, proof};
use super::{Backend, Script, Told, same, there};

fn passed(mechanism: Option<MechanismKind>) -> FeedbackKind {
    FeedbackKind::ChallengePassed { mechanism }
}

/// A login that was challenged, on a phone.
async fn challenged(script: &Script, n: u64) -> Result<Event, String> {
    let event = login(n, "anna", "phone", "192.0.2.1");
    script.recall(&event).await?;
    script.record(&event, Verdict::Challenge).await?;
    Ok(event)
}

pub(super) async fn a_challenged_event_teaches_nothing(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = challenged(&script, 1).await?;
    same("times its device was seen", script.familiarity(&event).await?, 0)?;
    let history = script.look(&event).await?;
    same("held", there("the account", history.account)?.profile.held.len(), 1)?;
    same("what the device learned", there("the device", history.device)?.profile.n_learned, 0)
}

pub(super) async fn a_passed_challenge_releases_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = challenged(&script, 1).await?;
    for n_released in [1, 0] {
        let applied = script.say(&event, passed(Some(MechanismKind::Passkey))).await?;
        same("released", (applied.n_released, applied.n_unlearned), (n_released, 0))?;
        same("times its device was seen", script.familiarity(&event).await?, 1)?;
    }
    let history = script.look(&event).await?;
    same("held", there("the account", history.account)?.profile.held.len(), 0)?;
    same("what the device learned", there("the device", history.device)?.profile.n_learned, 1)?;
    same("what the address learned", there("the address", history.address)?.profile.n_learned, 1)?;
    same("the latest device", there("it", history.latest_device)?.id.as_str(), "phone")
}

pub(super) async fn a_captcha_releases_nothing(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = challenged(&script, 1).await?;
    same("released", script.say(&event, passed(Some(MechanismKind::Recaptcha))).await?.n_released, 0)?;
    let mut captcha = login(2, "anna", "phone", "192.0.2.1");
    captcha.mechanisms = vec![proof(MechanismKind::Recaptcha)];
    script.record(&captcha, Verdict::Allow).await?;
    same("times the device was seen", script.familiarity(&event).await?, 1)
}

pub(super) async fn a_fresh_contact_releases_nothing(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut change = login(1, "anna", "laptop", "192.0.2.1");
    change.action = Action::AccountDetailsChange;
    script.record(&change, Verdict::Allow).await?;
    let event = challenged(&script, 2).await?;
    same("by SMS", script.say(&event, passed(Some(MechanismKind::SmsCode))).await?.n_released, 0)?;
    let mut by_sms = login(3, "anna", "phone", "192.0.2.1");
    by_sms.mechanisms = vec![proof(MechanismKind::SmsCode)];
    script.record(&by_sms, Verdict::Allow).await?;
    same("times the device was seen", script.familiarity(&event).await?, 1)?;
    same("by a key", script.say(&event, passed(Some(MechanismKind::U2f))).await?.n_released, 1)
}

pub(super) async fn a_second_factor_releases_what_its_device_left(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = challenged(&script, 1).await?;
    let mut elsewhere = login(2, "anna", "laptop", "192.0.2.1");
    script.record(&elsewhere, Verdict::Challenge).await?;
    let mut proved = login(3, "anna", "phone", "192.0.2.2");
    proved.mechanisms.push(proof(MechanismKind::OneTimeCode));
    script.recall(&proved).await?;
    script.record(&proved, Verdict::Challenge).await?;
    same("times the device was seen", script.familiarity(&event).await?, 2)?;
    same("times the other was seen", script.familiarity(&elsewhere).await?, 0)?;
    same("released by feedback as well", script.say(&event, passed(None)).await?.n_released, 0)?;
    elsewhere.id = event.id;
    same("times the device was seen", script.familiarity(&event).await?, 2)
}

pub(super) async fn a_failed_challenge_waits_for_its_device_to_prove_itself(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = challenged(&script, 1).await?;
    script.say(&event, FeedbackKind::ChallengeFailed).await?;
    same("times the device was seen", script.familiarity(&event).await?, 0)?;
    let history = script.look(&event).await?;
    let device = there("the device's tag", history.device_tag)?;
    same("whether it is held", there("the account", history.account)?.profile.held_of(device).is_empty(), false)?;
    let mut proved = login(2, "anna", "phone", "192.0.2.1");
    proved.mechanisms.push(proof(MechanismKind::OneTimeCode));
    script.record(&proved, Verdict::Allow).await?;
    same("times the device was seen", script.familiarity(&event).await?, 2)
}

pub(super) async fn what_could_not_be_challenged_matures(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.store().record(answered(&event, Verdict::Challenge, Some(Verdict::Allow))).await?;
    same("times its device was seen", script.familiarity(&event).await?, 0)?;
    let mut later = login(2, "anna", "laptop", "192.0.2.9");
    (later.at, later.received_at) = (event.at.plus(Profile::MATURITY), event.at.plus(Profile::MATURITY));
    let history = script.recall(&later).await?;
    same("what is believed", there("it", history.account)?.profile.n_learned, 1)?;
    script.record(&later, Verdict::Allow).await?;
    same("times its device was seen", script.familiarity(&event).await?, 1)?;
    let device = there("the device", script.look(&event).await?.device)?;
    same("what the device learned", device.profile.n_learned, 1)
}

pub(super) async fn a_pending_event_is_learned_at_its_conclusion(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (n, verdict, outcome, times) in [
        (1, Verdict::Allow, Outcome::Failed, 0),
        (2, Verdict::Allow, Outcome::Succeeded, 1),
        (3, Verdict::Challenge, Outcome::Succeeded, 1),
        (4, Verdict::Deny, Outcome::Succeeded, 1),
    ] {
        let mut event = login(n, "anna", "phone", "192.0.2.1");
        event.outcome = Outcome::Pending;
        script.recall(&event).await?;
        script.record(&event, verdict).await?;
        let record = script.conclude(&event, outcome).await?;
        same("its outcome", record.outcome(), outcome)?;
        same("times its device was seen", script.familiarity(&event).await?, times)?;
    }
    let mut next = login(5, "anna", "phone", "192.0.2.1");
    next.outcome = Outcome::Pending;
    let tally = there("it", script.recall(&next).await?.account)?.tally.span(rightful_domain::Span::Minute);
    same("attempts and failures", (tally.attempts, tally.failures), (5, 1))
}

pub(super) async fn a_conclusion_twice_is_one_and_another_replaces_it(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut event = login(1, "anna", "phone", "192.0.2.1");
    event.outcome = Outcome::Pending;
    script.record(&event, Verdict::Allow).await?;
    for (outcome, times) in [
        (Outcome::Succeeded, 1),
        (Outcome::Succeeded, 1),
        (Outcome::Failed, 0),
        (Outcome::Failed, 0),
        (Outcome::Succeeded, 1),
    ] {
        same("its outcome", script.conclude(&event, outcome).await?.outcome(), outcome)?;
        same("times its device was seen", script.familiarity(&event).await?, times)?;
    }
    let next = login(2, "anna", "phone", "192.0.2.1");
    same("rows so far", script.record(&next, Verdict::Allow).await?, crate::Recorded::New { sequence: 5 })
}

pub(super) async fn an_event_vouched_for_before_its_conclusion_is_learned(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut event = login(1, "anna", "phone", "192.0.2.1");
    event.outcome = Outcome::Pending;
    script.record(&event, Verdict::Challenge).await?;
    same("released", script.say(&event, passed(Some(MechanismKind::BioMetric))).await?.n_released, 0)?;
    script.conclude(&event, Outcome::Succeeded).await?;
    same("times its device was seen", script.familiarity(&event).await?, 1)?;
    let later = login(2, "anna", "phone", "192.0.2.1").at.plus(Duration::from_secs(1));
    same("it is later", later > event.at, true)
}
