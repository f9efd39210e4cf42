//! What waits to be told.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    Delivery, DeliveryTry, FeedbackKind, FeedbackTarget, Hook, HookHealth, HookStyle, Note, NoteKind, NoteTarget,
    TRIES_KEPT, Telling, Timestamp, Topic, TryEnd, TryFailure, Verdict, Waiting,
};

use super::sample::{START, account_id, application, id, judged, login, operator, shop};
use super::{Backend, Ending, Script, Told, same, there};

/// After everything that these cases do.
fn later() -> Timestamp {
    START.plus(Duration::from_secs(1_000))
}

/// Records the n-th event, to be told to these hooks.
async fn tell(script: &Script, n: u64, hooks: &[&str]) -> Told {
    let mut entry = judged(&login(n, "anna", "phone", "192.0.2.1"), Verdict::Allow);
    entry.tellings = hooks.iter().map(|hook| Telling { hook: (*hook).into(), topic: Topic::Assessed }).collect();
    script.store().record(entry).await?;
    Ok(())
}

/// What is due, as hooks and rows.
async fn due(script: &Script, now: Timestamp) -> Result<Vec<(String, u64)>, String> {
    let due = script.store().due(now, 100).await?;
    Ok(due.iter().map(|waiting| (waiting.telling.hook.to_string(), waiting.sequence)).collect())
}

async fn settle_all(script: &Script, now: Timestamp, delivery: Delivery) -> Result<Vec<Waiting>, String> {
    let due = script.store().due(now, 100).await?;
    for waiting in &due {
        script.store().settle(waiting, delivery).await?;
    }
    Ok(due)
}

pub(super) async fn messages_of_a_hook_go_in_order_one_at_a_time(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    same("next", script.store().next_due().await?, None)?;
    for (n, hooks) in [(1, &["a"][..]), (2, &["a", "b"]), (3, &["a"])] {
        tell(&script, n, hooks).await?;
    }
    same("too early", due(&script, START).await?, Vec::new())?;
    same("next", script.store().next_due().await?, Some(START.plus(Duration::from_secs(1))))?;
    let told = |all: &[(&str, u64)]| all.iter().map(|(hook, n)| ((*hook).to_owned(), *n)).collect::<Vec<_>>();
    same("due", due(&script, later()).await?, told(&[("a", 1), ("b", 2)]))?;
    settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, told(&[("a", 2)]))?;
    settle_all(&script, later(), Delivery::Taken).await?;
    let last = settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, Vec::new())?;
    let record = there("what it is about", script.store().record_at(3).await?)?;
    same("when", last.first().map(|waiting| waiting.since), Some(record.entry.event.received_at))?;
    // By itself, about a row that was written before.
    let by_itself = there("the last", last.into_iter().next())?;
    script.store().enqueue(vec![Waiting { sequence: 1, ..by_itself.clone() }]).await?;
    let found = there("it", script.store().due(later(), 1).await?.into_iter().next())?;
    same("about", found.sequence, 1)?;
    same("a new number", found.number > by_itself.number, true)
}

pub(super) async fn what_was_not_taken_waits_over_restarts_under_its_number(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 2, &["a"]).await?;
    let first = settle_all(&script, later(), Delivery::Retry(later().plus(Duration::from_secs(5)))).await?;
    let first = there("the first", first.into_iter().next())?;
    for ending in [Ending::Closed, Ending::Closed] {
        script.store().hurry(&application(), "a", later()).await?;
        let hurried = there("the hurried", script.store().due(later(), 100).await?.into_iter().next())?;
        let expected = Waiting { n_tried: 1, due_at: later().plus(Duration::from_secs(5)), ..first.clone() };
        same("hurried, as it was", &hurried, &expected)?;
        same("next", script.store().next_due().await?, Some(later()))?;
        // Tried in vain before its time: neither counted nor put off, and not tried at once again.
        script
            .store()
            .settle_try(&hurried, Delivery::StillWaits(hurried.due_at), &tried(&hurried, 1, TryEnd::Answered(503)))
            .await?;
        same("not again", due(&script, later()).await?, Vec::new())?;
        same("logged", script.store().tries(&application(), "a", None, 9).await?.is_empty(), false)?;
        script.store().hurry(&application(), "a", later()).await?;
        backend.restart(ending).await?;
        same("too early", due(&script, later()).await?, Vec::new())?;
        let again = script.store().due(later().plus(Duration::from_secs(5)), 100).await?;
        let expected = Waiting { n_tried: 1, due_at: later().plus(Duration::from_secs(5)), ..first.clone() };
        same("again", again, vec![expected])?;
    }
    let now = later().plus(Duration::from_secs(5));
    settle_all(&script, now, Delivery::Taken).await?;
    let second = settle_all(&script, now, Delivery::Taken).await?;
    let second = there("the second", second.into_iter().next())?;
    tell(&script, 3, &["a"]).await?;
    backend.restart(Ending::Abandoned).await?;
    let next = there("the next", script.store().due(now, 1).await?.into_iter().next())?;
    same("its number is newer", next.number > second.number, true)
}

pub(super) async fn an_event_recorded_twice_is_told_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 1, &["a"]).await?;
    settle_all(&script, later(), Delivery::Taken).await?;
    same("due", due(&script, later()).await?, Vec::new())?;
    same(
        "whose",
        application(),
        script.store().record_at(1).await?.map_or_else(application, |it| it.entry.event.application),
    )
}

pub(super) async fn what_is_given_up_lets_the_next_go(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    tell(&script, 1, &["a"]).await?;
    tell(&script, 2, &["a"]).await?;
    let given_up = settle_all(&script, later(), Delivery::GivenUp).await?;
    // Settled again, as by who was slow, it changes nothing.
    for waiting in &given_up {
        script.store().settle(waiting, Delivery::Taken).await?;
    }
    same("due", due(&script, later()).await?, vec![("a".to_owned(), 2)])?;
    backend.restart(Ending::Closed).await?;
    same("due", due(&script, later()).await?, vec![("a".to_owned(), 2)])
}

pub(super) async fn messages_of_one_account_wait_for_each_other_and_for_no_other(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let accounts: Vec<String> = (0..24).map(|n| format!("account {n}")).collect();
    for n in 0..72 {
        let account = accounts.get(n % accounts.len()).map_or("", String::as_str);
        let mut entry = judged(&login(n as u64 + 1, account, "phone", "192.0.2.1"), Verdict::Allow);
        entry.tellings = vec![Telling { hook: "a".into(), topic: Topic::Assessed }];
        script.store().record(entry).await?;
    }
    backend.restart(Ending::Abandoned).await?;
    // What is first is never taken: its lane stands, and all others empty.
    let stuck = there("the first", script.store().due(later(), 1).await?.into_iter().next())?;
    let mut taken = Vec::new();
    loop {
        let due = script.store().due(later(), 100).await?;
        let open: Vec<_> = due.into_iter().filter(|waiting| waiting.lane() != stuck.lane()).collect();
        if open.is_empty() {
            break;
        }
        for waiting in open {
            script.store().settle(&waiting, Delivery::Taken).await?;
            taken.push(waiting.sequence);
        }
    }
    same("others go on", taken.len() > 24, true)?;
    for row in 1..=24 {
        let told: Vec<u64> = taken.iter().copied().filter(|sequence| sequence % 24 == row % 24).collect();
        same("all of an account or nothing, in order", told.is_empty() || told == [row, row + 24, row + 48], true)?;
    }
    Ok(())
}

pub(super) async fn what_was_given_up_waits_again_in_its_place_when_asked(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().create_application(shop("shop"), operator()).await?;
    for n in 1..=4 {
        tell(&script, n, &["a", "b"]).await?;
    }
    let mut given_up = Vec::new();
    for _ in 0..3 {
        given_up.extend(settle_all(&script, later(), Delivery::GivenUp).await?);
    }
    let numbers = |hook: &str, all: &[Waiting]| -> Vec<u64> {
        all.iter().filter(|waiting| *waiting.telling.hook == *hook).map(|waiting| waiting.number).collect()
    };
    let of_a = numbers("a", &given_up);
    backend.restart(Ending::Abandoned).await?;
    let kept = script.store().given_up(&application(), "a", 0, 500).await?;
    same("kept", (numbers("a", &kept), kept.iter().map(|it| it.n_tried).collect()), (of_a.clone(), vec![0; 3]))?;
    let second = there("the second", of_a.get(1).copied())?;
    let after = script.store().given_up(&application(), "a", there("the first", of_a.first().copied())?, 1).await?;
    same("after the first", numbers("a", &after), vec![second])?;
    same("none of its own", script.store().redeliver(&application(), "a", Some(&[u64::MAX]), operator()).await?, 0)?;
    same("one", script.store().redeliver(&application(), "a", Some(&[second]), operator()).await?, 1)?;
    same("once", script.store().redeliver(&application(), "a", Some(&[second]), operator()).await?, 0)?;
    same("before what is newer", due(&script, later()).await?, vec![("a".into(), 2), ("b".into(), 4)])?;
    same("the rest", script.store().redeliver(&application(), "a", None, operator()).await?, 2)?;
    let health = HookHealth { n_waiting: 4, n_given_up: 0, failing_since: None };
    for _ in 0..2 {
        same("how it is", script.store().hook_health(&application(), "a").await?, health)?;
        backend.restart(Ending::Abandoned).await?;
    }
    same("the other's", script.store().given_up(&application(), "b", 0, 500).await?.len(), 3)?;
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.extend(settle_all(&script, later(), Delivery::Taken).await?);
    }
    let rows: Vec<u64> = taken.iter().filter(|it| *it.telling.hook == *"a").map(|it| it.sequence).collect();
    same("in order", rows, vec![1, 2, 3, 4])?;
    let again: Vec<u64> = numbers("a", &taken).into_iter().take(3).collect();
    same("under their numbers", again, of_a)
}

/// A try of the n-th event's message.
fn tried(waiting: &Waiting, n: u64, ended: TryEnd) -> DeliveryTry {
    DeliveryTry {
        number: waiting.number,
        event: id(n),
        topic: waiting.telling.topic,
        n: waiting.n_tried + 1,
        at: START.plus(Duration::from_secs(n)),
        took_ms: 7,
        ended,
        next_at: None,
    }
}

pub(super) async fn a_hooks_log_keeps_the_newest_tries_and_says_since_when_it_fails(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut shop = shop("shop");
    shop.settings.hooks = vec![Hook {
        id: "a".into(),
        style: HookStyle::Standard,
        url: "https://shop.example/".into(),
        sealed_secret: None,
        enabled: true,
    }];
    script.store().create_application(shop.clone(), operator()).await?;
    tell(&script, 1, &["a", "b"]).await?;
    let waiting = there("the message", script.store().due(later(), 1).await?.into_iter().next())?;
    let n_tries = TRIES_KEPT + 10;
    for n in 1..=n_tries {
        let ended = if n <= 20 { TryEnd::Answered(204) } else { TryEnd::Failed(TryFailure::Timeout) };
        let delivery = Delivery::Retry(later());
        script.store().settle_try(&waiting, delivery, &tried(&waiting, n, ended)).await?;
    }
    let failing_since = Some(START.plus(Duration::from_secs(21)));
    for ending in [None, Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let newest = script.store().tries(&application(), "a", None, 2).await?;
        let failed = |n| tried(&waiting, n, TryEnd::Failed(TryFailure::Timeout));
        same("newest", newest.iter().map(|it| it.tried).collect(), vec![failed(n_tries), failed(n_tries - 1)])?;
        let before = there("a place", newest.last())?.place;
        let older = script.store().tries(&application(), "a", Some(before), u16::MAX).await?;
        same("kept", older.len() as u64, TRIES_KEPT - 2)?;
        same("health", script.store().hook_health(&application(), "a").await?.failing_since, failing_since)?;
    }
    same("of another", script.store().tries(&application(), "b", None, 9).await?.len(), 0)?;
    // What waits no longer is written down as well.
    script.store().settle(&waiting, Delivery::Taken).await?;
    let taken = tried(&waiting, 1, TryEnd::Answered(200));
    script.store().settle_try(&waiting, Delivery::Taken, &taken).await?;
    let health = script.store().hook_health(&application(), "a").await?;
    same("it took one", health, HookHealth::default())?;
    shop.settings.hooks.clear();
    script.store().change_application(shop, operator()).await?;
    same("of one that is gone", script.store().tries(&application(), "a", None, 9).await?.len(), 0)
}

fn to_hook(topic: Topic) -> Vec<Telling> {
    vec![Telling { hook: "a".into(), topic }]
}

pub(super) async fn what_is_said_and_noted_is_told_with_its_row_and_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = [1, 2].map(|n| login(n, "anna", "phone", "192.0.2.1"));
    for event in &events {
        script.record(event, Verdict::Challenge).await?;
    }
    let said = |kind| rightful_domain::Feedback {
        application: application(),
        target: FeedbackTarget::Event(id(1)),
        kind,
        received_at: START,
    };
    for _ in 0..2 {
        let said = said(FeedbackKind::ChallengeFailed);
        script.store().apply_feedback_telling(said, to_hook(Topic::ChallengeEnded)).await?;
    }
    let dossier = script.store().dossier(&application(), &account_id("anna")).await?;
    let phone = there("the phone", dossier.devices.first())?.id;
    let note = |kind| Note { application: application(), about: NoteTarget::Device(phone), kind, received_at: START };
    let proof = || NoteKind::Metadata(vec![("2fa_verified".into(), vec!["yes".into()])]);
    let both = || [to_hook(Topic::ChallengeEnded), to_hook(Topic::DeviceDetached)].concat();
    for kind in [proof(), proof(), NoteKind::Detached, NoteKind::Detached] {
        script.store().note_telling(note(kind), both()).await?;
    }
    // Of what is said of an account nobody is told.
    let target = FeedbackTarget::Account { account: account_id("anna"), first_event: Some(id(2)) };
    let of_account = rightful_domain::Feedback { target, ..said(FeedbackKind::ConfirmedTakeover) };
    script.store().apply_feedback_telling(of_account, to_hook(Topic::ChallengeEnded)).await?;
    backend.restart(Ending::Abandoned).await?;
    let mut told = Vec::new();
    loop {
        let taken = settle_all(&script, later(), Delivery::Taken).await?;
        if taken.is_empty() {
            break;
        }
        told.extend(taken.into_iter().map(|waiting| (waiting.telling.topic, waiting.sequence)));
    }
    same("told", told, vec![(Topic::ChallengeEnded, 1), (Topic::ChallengeEnded, 2), (Topic::DeviceDetached, 2)])
}
