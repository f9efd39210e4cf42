//! Receivers that fail for a while, by a clock that only the test moves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use rightful_domain::TryEnd;

use super::*;

/// A clock that stands until it is moved.
#[derive(Clone)]
struct Standing(Arc<AtomicI64>);

impl Standing {
    fn at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_millis())))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }

    fn move_to(&self, at: Timestamp) {
        // Up to the next millisecond, in which what was due before it is due.
        self.0.store(at.as_millis() + 1, Ordering::SeqCst);
    }

    fn reader(&self) -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// After all that the sample events say.
fn begin() -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + 10_000)
}

impl Bench {
    fn at(&self, clock: &Standing) -> Delivery {
        Delivery::new(Arc::clone(&self.app), Schedule::standard(), true)
            .unwrap()
            .speaking(|_| Some(&Made))
            .at(clock.reader())
    }

    /// Sends all that becomes due until nothing waits, moving the clock on where nothing is.
    async fn send_all(&self, delivery: &Delivery, clock: &Standing) {
        let store = &self.app.pipeline.store;
        while let Some(next) = store.next_due().await.unwrap() {
            if next > clock.now() {
                clock.move_to(next);
            }
            for waiting in store.due(clock.now(), 100).await.unwrap() {
                delivery.send(waiting).await;
            }
        }
    }

    async fn health(&self) -> rightful_domain::HookHealth {
        self.app.pipeline.store.hook_health(&self.application.id, "a").await.unwrap()
    }
}

#[tokio::test]
async fn a_receiver_that_fails_for_an_hour_gets_everything_later_in_order_per_account_and_once() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let clock = Standing::at(begin());
    let (up_at, reader) = (begin().plus(HOUR), clock.reader());
    let mut receiver = Receiver::answering(move || {
        let is_up = reader() >= up_at;
        (if is_up { 200 } else { 503 }, ("x-up", is_up.to_string()))
    })
    .await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let delivery = bench.at(&clock);
    let accounts: Vec<String> = (0..12).map(|n| format!("account {n}")).collect();
    for n in 0..60 {
        bench.challenge_of(n + 1, &accounts[usize::try_from(n).unwrap() % 12]).await;
    }
    for waiting in bench.app.pipeline.store.due(clock.now(), 100).await.unwrap() {
        delivery.send(waiting).await;
    }
    assert_eq!(bench.health().await.failing_since, Some(begin()));
    bench.send_all(&delivery, &clock).await;

    let (mut taken, mut rows_of): (Vec<String>, BTreeMap<u64, Vec<u64>>) = Default::default();
    while let Ok(received) = receiver.received.try_recv() {
        if received.status == 200 {
            taken.push(received.header("webhook-id").to_owned());
            let row: u64 = received.body.rsplit(' ').next().unwrap().parse().unwrap();
            rows_of.entry(row % 12).or_default().push(row);
        }
    }
    assert_eq!(taken.len(), 60);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 60, "each id once");
    assert!(rows_of.len() == 12 && rows_of.values().all(|rows| rows.is_sorted()), "{rows_of:?}");
    // Its fourth retry is due two hours after the third, which was half an hour in: all is there soon after.
    assert!(clock.now() < begin().plus(3 * HOUR), "{:?}", clock.now());
    let health = bench.health().await;
    assert_eq!((health.n_waiting, health.n_given_up, health.failing_since), (0, 0, None));
}

#[tokio::test]
async fn what_is_never_taken_is_given_up_after_three_days_and_can_be_sent_again() {
    let clock = Standing::at(begin());
    let is_up = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let up = Arc::clone(&is_up);
    let mut receiver =
        Receiver::answering(move || (if up.load(Ordering::SeqCst) { 204 } else { 500 }, ("x-a", String::new()))).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let delivery = bench.at(&clock);
    bench.challenge(1).await;
    bench.challenge(2).await;
    bench.send_all(&delivery, &clock).await;
    let ids = |receiver: &mut Receiver| {
        let mut ids = Vec::new();
        while let Ok(received) = receiver.received.try_recv() {
            ids.push(received.header("webhook-id").to_owned());
        }
        ids
    };
    let tried = ids(&mut receiver);
    assert_eq!(tried.len(), 20, "ten tries each");
    assert!(clock.now() > begin().plus(Duration::from_secs(2 * 75 * 3_600)));
    let health = bench.health().await;
    assert_eq!((health.n_given_up, health.failing_since), (2, Some(begin())));
    let store = &bench.app.pipeline.store;
    let lines = store.tries(&bench.application.id, "a", None, 500).await.unwrap();
    let said: Vec<(u16, TryEnd, bool)> =
        lines.iter().map(|line| (line.tried.n, line.tried.ended, line.tried.next_at.is_some())).collect();
    assert_eq!(said[0], (10, TryEnd::Answered(500), false));
    assert_eq!(said[1], (9, TryEnd::Answered(500), true));

    is_up.store(true, Ordering::SeqCst);
    assert_eq!(
        store.redeliver(&bench.application.id, "a", None, crate::desk::by_command_line(clock.now())).await.unwrap(),
        2
    );
    bench.send_all(&delivery, &clock).await;
    assert_eq!(ids(&mut receiver), [tried[0].clone(), tried[10].clone()], "in order, under the same ids");
    let health = bench.health().await;
    assert_eq!((health.n_waiting, health.n_given_up, health.failing_since), (0, 0, None));
}

#[tokio::test]
async fn a_receiver_that_says_when_is_asked_then() {
    let clock = Standing::at(begin());
    let mut answers =
        vec![("retry-after", "7200".to_owned()), ("retry-after", "Fri, 02 Jan 2026 00:00:00 GMT".to_owned())];
    let answers = Mutex::new(std::mem::take(&mut answers).into_iter());
    let receiver =
        Receiver::answering(move || answers.lock().next().map_or((200, ("x-a", String::new())), |it| (429, it))).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let delivery = bench.at(&clock);
    bench.challenge(1).await;
    let store = &bench.app.pipeline.store;
    delivery.send(bench.first().await).await;
    assert_eq!(store.next_due().await.unwrap(), Some(begin().plus(Duration::from_secs(7_200))));
    delivery.send(store.due(begin().plus(Duration::from_secs(7_200)), 1).await.unwrap().remove(0)).await;
    let midnight = Timestamp::from_seconds(1_767_312_000);
    assert_eq!(store.next_due().await.unwrap(), Some(midnight));
}

#[tokio::test]
async fn a_try_by_hand_takes_none_of_the_ten_away_and_puts_nothing_off() {
    let clock = Standing::at(begin());
    let receiver = Receiver::new(vec![(503, None); 100]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let (delivery, store) = (bench.at(&clock), &bench.app.pipeline.store);
    bench.challenge(1).await;
    delivery.send(bench.first().await).await;
    let due_at = store.next_due().await.unwrap().unwrap();
    for _ in 0..12 {
        store.hurry(&bench.application.id, "a", clock.now()).await.unwrap();
        delivery.send(store.due(clock.now(), 1).await.unwrap().remove(0)).await;
        assert_eq!(store.due(clock.now(), 1).await.unwrap(), [], "not again by itself");
        assert_eq!(store.next_due().await.unwrap(), Some(due_at));
    }
    assert_eq!(store.tries(&bench.application.id, "a", None, 100).await.unwrap().len(), 13, "each is in the log");
    clock.move_to(due_at);
    let waiting = store.due(clock.now(), 1).await.unwrap().remove(0);
    assert_eq!(waiting.n_tried, 1);
    bench.send_all(&delivery, &clock).await;
    assert_eq!(store.tries(&bench.application.id, "a", None, 100).await.unwrap().len(), 12 + 10);
    assert_eq!(store.given_up(&bench.application.id, "a", 0, 9).await.unwrap()[0].n_tried, 10);
}

#[tokio::test]
async fn a_try_by_hand_waits_for_what_the_receiver_asked() {
    let clock = Standing::at(begin());
    let receiver = Receiver::answering(|| (429, ("retry-after", "7200".to_owned()))).await;
    let mut bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let delivery = bench.at(&clock);
    bench.challenge(1).await;
    delivery.send(bench.first().await).await;
    let store = Arc::clone(&bench.app.pipeline.store);
    store.hurry(&bench.application.id, "a", clock.now()).await.unwrap();
    let waiting = store.due(clock.now(), 1).await.unwrap().remove(0);
    assert!(delivery.is_paused(&waiting));
    // One that was moved asked for nothing.
    bench.application.settings.hooks[0].url = "https://hooks.example/".into();
    bench.app.applications.replace(vec![bench.application.clone()]);
    assert!(!delivery.is_paused(&waiting));
    bench.application.settings.hooks[0].url = receiver.url.as_str().into();
    bench.app.applications.replace(vec![bench.application.clone()]);
    clock.move_to(begin().plus(Duration::from_secs(7_200)));
    assert!(!delivery.is_paused(&waiting));
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_sign_and_a_day_later_one() {
    let clock = Standing::at(begin());
    let mut receiver = Receiver::new(Vec::new()).await;
    let mut bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    let newer = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    let secrets = super::super::Secrets::new(SECRET).replaced(newer, begin());
    let sealed = bench.app.master_key.seal(secrets.text().as_bytes(), &bench.app.nonces);
    bench.application.settings.hooks[0].sealed_secret = Some(sealed);
    bench.app.applications.replace(vec![bench.application.clone()]);
    let delivery = bench.at(&clock);
    for (n, both) in [(1, true), (2, false)] {
        bench.challenge(n).await;
        delivery.send(bench.first().await).await;
        let received = receiver.next().await;
        let (id, time) = (received.header("webhook-id"), received.header("webhook-timestamp"));
        let signed = |secret| signature(secret, id, time, received.body.as_bytes());
        let expected = if both { format!("{} {}", signed(newer), signed(SECRET)) } else { signed(newer) };
        assert_eq!(received.header("webhook-signature"), expected);
        clock.move_to(begin().plus(Duration::from_secs(24 * 3_600)));
    }
}
