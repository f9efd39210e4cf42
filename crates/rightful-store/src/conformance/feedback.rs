//! What somebody who knows says, and what comes of it.

use std::sync::Arc;

use rightful_domain::{Action, Event, Family, FeedbackKind, MechanismKind, Outcome, Verdict};

use super::sample::{login, private_login, proof};
use super::{Backend, Script, Told, holds, same, there};

pub(super) async fn a_confirmed_takeover_is_unlearned_and_remembered_as_bad(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (own, strange) = (login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "strange", "198.51.100.7"));
    for event in [&own, &strange] {
        script.recall(event).await?;
        script.record(event, Verdict::Allow).await?;
    }
    for n_unlearned in [1, 0] {
        let applied = script.say(&strange, FeedbackKind::ConfirmedTakeover).await?;
        same("unlearned", (applied.n_released, applied.n_unlearned), (0, n_unlearned))?;
    }
    same("times its device was seen", script.familiarity(&strange).await?, 0)?;
    same("times the owner's was", script.familiarity(&own).await?, 1)?;
    let history = script.look(&strange).await?;
    let profile = there("the account", history.account)?.profile;
    for (family, tag) in [(Family::Device, history.device_tag), (Family::Address, history.address_tag)] {
        holds("it is bad", profile.is_bad(family, there("the tag", tag)?))?;
    }
    same("reported", profile.standing.reported_at, Some(strange.received_at))?;
    let device = there("the device", history.device)?.profile;
    same("what the device learned", device.n_learned, 0)?;
    let address = there("the address", history.address)?.profile;
    let labels = [device.standing.labelled_at, address.standing.labelled_at];
    same("labels", labels, [Some(strange.received_at); 2])?;
    let own = there("the owner's device", script.look(&own).await?.device)?.profile;
    same("its label", own.standing.labelled_at, None)
}

pub(super) async fn who_proved_to_be_the_owner_and_who_refused_is_remembered(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let held = login(1, "anna", "phone", "192.0.2.1");
    script.record(&held, Verdict::Challenge).await?;
    for kind in [FeedbackKind::ChallengeIgnored, FeedbackKind::ChallengeFailed, FeedbackKind::ChallengeFailed] {
        script.say(&held, kind).await?;
    }
    let standing = there("it", script.look(&held).await?.account)?.profile.standing.clone();
    same("refused", (standing.refused_at.len(), standing.proved_at), (2, None))?;
    script.say(&held, FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::Recaptcha) }).await?;
    script.say(&held, FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::Passkey) }).await?;
    let standing = there("it", script.look(&held).await?.account)?.profile.standing.clone();
    same("proved", standing.proved_at, Some(held.received_at))?;
    let mut proved = login(9, "anna", "phone", "192.0.2.1");
    proved.mechanisms.push(proof(MechanismKind::OneTimeCode));
    script.record(&proved, Verdict::Allow).await?;
    let standing = there("it", script.look(&proved).await?.account)?.profile.standing.clone();
    same("proved on the spot", standing.proved_at, Some(proved.at))
}

pub(super) async fn a_contact_changed_by_a_stranger_says_so_until_the_owner_proves_it(
    backend: Arc<dyn Backend>,
) -> Told {
    let script = Script::on(&backend);
    let change =
        |n, device: &str| Event { action: Action::AccountDetailsChange, ..login(n, "anna", device, "192.0.2.1") };
    let of = |event: Event| {
        let script = script.clone();
        async move {
            script.record(&event, Verdict::Allow).await?;
            let standing = there("it", script.look(&event).await?.account)?.profile.standing.clone();
            Ok::<_, String>((standing.contact_changed_at, standing.contact_changed_by_stranger))
        }
    };
    let at = |n| login(n, "anna", "phone", "").at;
    same("an account that knows nobody", of(change(1, "phone")).await?, (Some(at(1)), false))?;
    same("a device that it knows", of(change(2, "phone")).await?, (Some(at(2)), false))?;
    same("one that it does not", of(change(3, "strange")).await?, (Some(at(3)), true))?;
    // Learned by now, and a stranger's all the same.
    same("the same again", of(change(4, "strange")).await?, (Some(at(4)), true))?;
    let mut proved = login(5, "anna", "phone", "192.0.2.1");
    proved.mechanisms.push(proof(MechanismKind::Passkey));
    script.record(&proved, Verdict::Allow).await?;
    same("after a proof", of(change(6, "phone")).await?, (Some(at(6)), false))?;
    let reset = Event { action: Action::PasswordReset, ..login(7, "anna", "third", "192.0.2.1") };
    same("a reset", of(reset).await?, (Some(at(7)), true))?;
    // Told to have succeeded only later.
    let pending = Event { outcome: Outcome::Pending, ..change(8, "fourth") };
    same("a pending change", of(pending.clone()).await?, (Some(at(7)), true))?;
    script.conclude(&pending, Outcome::Succeeded).await?;
    let standing = there("it", script.look(&pending).await?.account)?.profile.standing.clone();
    same("concluded", (standing.contact_changed_at, standing.contact_changed_by_stranger), (Some(at(8)), true))
}

pub(super) async fn a_legitimate_event_is_learned_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (held, learned) = (login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "laptop", "192.0.2.1"));
    script.record(&held, Verdict::Challenge).await?;
    script.record(&learned, Verdict::Allow).await?;
    for (event, n_released) in [(&held, 1), (&held, 0), (&learned, 0)] {
        let applied = script.say(event, FeedbackKind::ConfirmedLegitimate).await?;
        same("released", applied.n_released, n_released)?;
        same("times its device was seen", script.familiarity(event).await?, 1)?;
    }
    // Denied, and it was the owner after all.
    let denied = login(3, "anna", "tablet", "192.0.2.1");
    script.record(&denied, Verdict::Deny).await?;
    script.say(&denied, FeedbackKind::ConfirmedLegitimate).await?;
    same("times its device was seen", script.familiarity(&denied).await?, 1)
}

pub(super) async fn a_false_alarm_is_taken_back(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = login(1, "anna", "phone", "192.0.2.1");
    script.record(&event, Verdict::Allow).await?;
    script.say(&event, FeedbackKind::ConfirmedTakeover).await?;
    script.say(&event, FeedbackKind::ConfirmedLegitimate).await?;
    same("times its device was seen", script.familiarity(&event).await?, 1)?;
    let profile = there("the account", script.look(&event).await?.account)?.profile;
    same("reported", profile.standing.reported_at, None)?;
    same("bad", profile.standing.bad.len(), 0)?;
    let device = there("the device", script.look(&event).await?.device)?.profile;
    same("its label", device.standing.labelled_at, None)
}

pub(super) async fn feedback_on_an_unknown_event_is_refused(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (known, unknown) = (login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "phone", "192.0.2.1"));
    script.record(&known, Verdict::Allow).await?;
    for refused in [
        script.say(&unknown, FeedbackKind::ConfirmedTakeover).await.err(),
        script.conclude(&unknown, Outcome::Failed).await.err(),
        script.say_of_account("berta", Some(&known), FeedbackKind::Reclaimed, known.at).await.err(),
    ] {
        holds("it says so", refused.is_some_and(|refused| refused.contains("not known")))?;
    }
    let next = login(3, "anna", "phone", "192.0.2.1");
    same("rows so far", script.record(&next, Verdict::Allow).await?, crate::Recorded::New { sequence: 2 })
}

pub(super) async fn what_was_said_is_found_with_the_event(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = private_login(1, "anna");
    script.record(&event, Verdict::Challenge).await?;
    let kinds = [
        FeedbackKind::ChallengeIgnored,
        FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::Other("palm".into())) },
        FeedbackKind::ConfirmedTakeover,
    ];
    for kind in kinds.clone() {
        script.say(&event, kind).await?;
    }
    script.conclude(&event, Outcome::Failed).await?;
    let record = script.find(&event).await?;
    same("its feedback", record.feedback.iter().map(|said| said.kind.clone()).collect(), kinds.to_vec())?;
    same("its outcome", record.outcome(), Outcome::Failed)
}
