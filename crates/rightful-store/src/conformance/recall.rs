//! Counting, and what is known of each key.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{Family, Outcome, Pii, Span, Verdict};

use super::sample::{START, account_id, login};
use super::{Backend, Script, Told, same, there};

pub(super) async fn fifty_parallel_attempts_count_one_to_fifty(backend: Arc<dyn Backend>) -> Told {
    let mut tasks = Vec::new();
    for n in 0..50 {
        let script = Script::on(&backend);
        tasks.push(tokio::spawn(async move {
            let mut event = login(n, "anna", "phone", "192.0.2.1");
            (event.at, event.received_at) = (START, START);
            let history = script.recall(&event).await?;
            Ok::<_, String>(there("the account", history.account)?.tally.span(Span::Minute).attempts)
        }));
    }
    let mut counts = Vec::new();
    for task in tasks {
        counts.push(task.await.map_err(|error| error.to_string())??);
    }
    counts.sort_unstable();
    same("the counts", counts, (1..=50).collect())
}

pub(super) async fn an_attempt_is_counted_once_on_each_key(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut event = login(1, "anna", "phone", "192.0.2.1");
    event.outcome = Outcome::Failed;
    for _ in 0..2 {
        let history = script.recall(&event).await?;
        for (name, key) in [("account", history.account), ("device", history.device), ("address", history.address)] {
            let tally = there(name, key)?.tally.span(Span::Minute);
            same(name, (tally.attempts, tally.failures, tally.distinct), (1, 1, [1, 1]))?;
        }
        script.record(&event, Verdict::Allow).await?;
    }
    let other = login(2, "berta", "phone", "192.0.2.2");
    let history = script.recall(&other).await?;
    let device = there("the device", history.device)?.tally.span(Span::Minute);
    same("accounts and addresses of the device", (device.attempts, device.distinct), (2, [2, 2]))?;
    same("the other account", there("it", history.account)?.tally.span(Span::Minute).attempts, 1)
}

pub(super) async fn an_attempt_of_yesterday_is_judged_and_not_counted(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut old = login(1, "anna", "phone", "192.0.2.1");
    old.received_at = old.at.plus(Span::Day.duration()).plus(Duration::from_secs(1));
    let history = script.recall(&old).await?;
    same("its count", there("the account", history.account)?.tally.span(Span::Week).attempts, 0)?;
    script.record(&old, Verdict::Allow).await?;
    let history = script.recall(&login(2, "anna", "phone", "192.0.2.1")).await?;
    same("the next one's", there("the account", history.account)?.tally.span(Span::Week).attempts, 1)
}

pub(super) async fn a_late_attempt_is_counted_as_of_its_own_time(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.recall(&login(0, "anna", "phone", "192.0.2.1")).await?;
    script.recall(&login(3_600, "anna", "phone", "192.0.2.1")).await?;
    let mut late = login(30, "anna", "phone", "192.0.2.1");
    late.received_at = late.at.plus(Duration::from_secs(7_200));
    let history = script.recall(&late).await?;
    same("itself and the one before it", there("it", history.account)?.tally.span(Span::Week).attempts, 2)?;
    // A neighbour a little ahead counts for one judged as it happens.
    script.recall(&login(3_602, "anna", "phone", "192.0.2.1")).await?;
    let history = script.recall(&login(3_601, "anna", "phone", "192.0.2.1")).await?;
    same("with its neighbours", there("it", history.account)?.tally.span(Span::Minute).attempts, 3)
}

pub(super) async fn a_username_is_resolved_to_its_last_account(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let name = || Some(Pii::new("anna@example.com".into()));
    let mut nameless = login(1, "unused", "phone", "192.0.2.1");
    (nameless.account, nameless.username) = (None, name());
    same("before", script.recall(&nameless).await?.resolved_account, None)?;
    for (n, account) in [(2, "anna-1"), (3, "anna-2")] {
        let mut event = login(n, account, "phone", "192.0.2.1");
        event.username = name();
        script.recall(&event).await?;
        script.record(&event, Verdict::Allow).await?;
    }
    let mut nameless = login(4, "unused", "phone", "192.0.2.1");
    (nameless.account, nameless.username) = (None, name());
    let history = script.recall(&nameless).await?;
    same("the account", history.resolved_account, Some(account_id("anna-2")))?;
    let account = there("the account", history.account)?;
    same("its attempts", account.tally.span(Span::Minute).attempts, 2)?;
    same("what it learned", account.profile.n_learned, 1)
}

pub(super) async fn usernames_without_an_account_count_as_accounts(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for n in 1..=5 {
        let mut event = login(n, "unused", "phone", "192.0.2.1");
        (event.account, event.outcome) = (None, Outcome::Failed);
        event.username = Some(Pii::new(format!("user{n}").into()));
        let history = script.recall(&event).await?;
        let address = there("the address", history.address)?.tally.span(Span::Minute);
        let n = u32::try_from(n).unwrap_or(0);
        same("names tried from there", (address.attempts, address.distinct), (n, [n, 1]))?;
        same("attempts on the name", there("it", history.account)?.tally.span(Span::Minute).attempts, 1)?;
        script.record(&event, Verdict::Allow).await?;
    }
    Ok(())
}

pub(super) async fn the_latest_device_is_the_one_of_the_last_success(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let events = [
        (login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow, "phone"),
        (login(2, "anna", "laptop", "192.0.2.1"), Verdict::Trust, "laptop"),
        (login(3, "anna", "strange", "192.0.2.1"), Verdict::Challenge, "laptop"),
    ];
    for (event, verdict, latest) in events {
        script.recall(&event).await?;
        script.record(&event, verdict).await?;
        let history = script.look(&event).await?;
        let device = there("the latest device", history.latest_device)?;
        same("its name", device.id.as_str(), latest)?;
        same("its address", device.ip, event.network.ip)?;
    }
    let mut failed = login(4, "anna", "other", "192.0.2.1");
    failed.outcome = Outcome::Failed;
    script.record(&failed, Verdict::Allow).await?;
    let history = script.look(&failed).await?;
    same("after a failure", there("it", history.latest_device)?.id.as_str(), "laptop")?;
    let profile = there("the account", history.account)?.profile;
    same("devices it knows", profile.facts(Family::Device).len(), 2)
}
