//! What somebody who knows says, and what comes of it.

use std::sync::Arc;

use rightful_domain::{Family, FeedbackKind, Verdict};

use super::sample::{login, private_login};
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
    same("what the device learned", there("it", history.device)?.profile.n_learned, 0)
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
    same("bad", profile.standing.bad.len(), 0)
}

pub(super) async fn feedback_on_an_unknown_event_is_refused(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (known, unknown) = (login(1, "anna", "phone", "192.0.2.1"), login(2, "anna", "phone", "192.0.2.1"));
    script.record(&known, Verdict::Allow).await?;
    for refused in [
        script.say(&unknown, FeedbackKind::ConfirmedTakeover).await.err(),
        script.conclude(&unknown, rightful_domain::Outcome::Failed).await.err(),
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
        FeedbackKind::ChallengePassed { mechanism: Some(rightful_domain::MechanismKind::Other("palm".into())) },
        FeedbackKind::ConfirmedTakeover,
    ];
    for kind in kinds.clone() {
        script.say(&event, kind).await?;
    }
    script.conclude(&event, rightful_domain::Outcome::Failed).await?;
    let record = script.find(&event).await?;
    same("its feedback", record.feedback.iter().map(|said| said.kind.clone()).collect(), kinds.to_vec())?;
    same("its outcome", record.outcome(), rightful_domain::Outcome::Failed)
}
