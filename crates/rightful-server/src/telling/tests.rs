//! What is told, and a receiver on this machine that fails, moves or goes, as receivers do.

mod asked;
mod connections;
mod outage;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use parking_lot::Mutex;
use rightful_dialects::{Around, Call, Dialect, HookMessage, Intake, Presented, Query, Refusal, Reply, Route, ToldOf};
use rightful_domain::{
    AccountDevice, AccountDeviceId, Application, ApplicationId, ApplicationMode, Case, Hook, HookStyle, Note, NoteKind,
    NoteTarget, Record, Settings, Sighting, Telling, Timestamp, Topic, Verdict, Waiting,
};
use rightful_store::conformance::{APPLICATION, judged, login};
use tokio::sync::mpsc;

use super::delivery::Delivery;
use super::schedule::Schedule;
use super::sign::signature;
use crate::app::App;
use crate::config::Config;
use crate::server::Server;
use crate::shutdown::Shutdown;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Tells the topic.
struct Made;

impl Dialect for Made {
    fn name(&self) -> &'static str {
        "made"
    }

    fn routes(&self) -> &'static [Route] {
        &[]
    }

    fn presented<'a>(&self, _header: &dyn Fn(&str) -> Option<&'a str>, _query: Query<'a>) -> Option<Presented<'a>> {
        None
    }

    fn decode(&self, _call: &Call<'_>) -> Result<Intake, Refusal> {
        panic!("no request comes")
    }

    fn reply(&self, _call: &Call<'_>, _reply: &Reply) -> Option<rightful_dialects::Response> {
        panic!("no request comes")
    }

    fn done(&self, _call: &Call<'_>) -> rightful_dialects::Response {
        panic!("no request comes")
    }

    fn hook_message(&self, telling: &Telling, told: &ToldOf<'_>) -> Option<HookMessage> {
        let ToldOf::Event(record) = told else { return None };
        let body = format!("{} {}", telling.topic.as_str(), record.sequence).into_bytes();
        Some(HookMessage { kind: telling.topic.as_str(), body })
    }

    fn refuse(&self, _route: Option<&Route>, _refusal: &Refusal, _now: Timestamp) -> rightful_dialects::Response {
        panic!("no request comes")
    }
}

/// One request as a receiver saw it.
struct Received {
    headers: HeaderMap,
    body: String,
    status: u16,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A receiver that answers with these in turn, and then with 200.
struct Receiver {
    url: String,
    received: mpsc::UnboundedReceiver<Received>,
    _serving: tokio::task::JoinSet<()>,
}

impl Receiver {
    async fn new(answers: Vec<(u16, Option<String>)>) -> Self {
        let answers = Mutex::new(answers.into_iter());
        Self::answering(move || {
            let (status, location) = answers.lock().next().unwrap_or((200, None));
            (status, ("location", location.unwrap_or_default()))
        })
        .await
    }

    /// One that answers so, with a header.
    async fn answering(answer: impl Fn() -> (u16, (&'static str, String)) + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        let answer = move |headers: HeaderMap, body: Bytes| {
            let (status, header) = answer();
            let body = String::from_utf8(body.to_vec()).unwrap();
            sender.send(Received { headers, body, status }).unwrap();
            async move { (axum::http::StatusCode::from_u16(status).unwrap(), [header]) }
        };
        let router = axum::Router::new().route("/hook", axum::routing::post(answer));
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(crate::http::listener::serve(listener, None, router, 16, Shutdown::new()));
        Self { url, received, _serving: serving }
    }

    async fn next(&mut self) -> Received {
        tokio::time::timeout(Duration::from_secs(20), self.received.recv()).await.expect("it comes").unwrap()
    }
}

/// A server's insides with one application, whose own sender is stopped, and a sender to be sent with.
struct Bench {
    app: Arc<App>,
    application: Application,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new(hooks: Vec<Hook>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        let server = Server::start(&config, false).await.unwrap();
        let app = Arc::clone(&server.app);
        drop(server);
        let sealed =
            |hook: Hook| Hook { sealed_secret: Some(app.master_key.seal(SECRET.as_bytes(), &app.nonces)), ..hook };
        let application = application(hooks.into_iter().map(sealed).collect());
        app.pipeline
            .store
            .create_application(application.clone(), crate::desk::by_command_line(crate::clock::now()))
            .await
            .unwrap();
        app.applications.replace(vec![application.clone()]);
        Self { app, application, _folder: folder }
    }

    fn delivery(&self, n_tries: usize, allows_private: bool) -> Delivery {
        let schedule = Schedule::of(vec![Duration::ZERO; n_tries]);
        Delivery::new(Arc::clone(&self.app), schedule, allows_private).unwrap().speaking(|_| Some(&Made))
    }

    /// Sends until it is dropped.
    fn sending(&self, n_tries: usize) -> tokio::task::JoinSet<()> {
        let mut sending = tokio::task::JoinSet::new();
        sending.spawn(self.delivery(n_tries, true).run(Shutdown::new()));
        sending
    }

    /// Records the n-th event, challenged, to be told to whom it is told.
    async fn challenge(&self, n: u64) {
        self.challenge_of(n, "anna").await;
    }

    async fn challenge_of(&self, n: u64, account: &str) {
        let mut entry = judged(&login(n, account, "phone", "192.0.2.1"), Verdict::Challenge);
        entry.tellings = super::of(&self.application, &entry, None);
        self.app.pipeline.store.record(entry).await.unwrap();
    }

    async fn first(&self) -> Waiting {
        self.app.pipeline.store.due(crate::clock::now(), 1).await.unwrap().remove(0)
    }
}

fn application(hooks: Vec<Hook>) -> Application {
    Application {
        id: ApplicationId::new(APPLICATION).unwrap(),
        name: "The shop".into(),
        test: false,
        mode: ApplicationMode::Enforce,
        credentials: Vec::new(),
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: Timestamp::default(),
        settings: Settings { hooks, devices_per_account_max: 2, ..Settings::default() },
    }
}

fn hook(id: &str, style: HookStyle, url: &str) -> Hook {
    Hook { id: id.into(), style, url: url.into(), sealed_secret: None, enabled: true }
}

#[tokio::test]
async fn a_receiver_that_fails_gets_everything_later_in_order_and_under_one_id_each() {
    let mut receiver = Receiver::new(vec![(503, None); 5]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    for n in 1..=3 {
        bench.challenge(n).await;
    }
    let _sending = bench.sending(10);
    let mut taken = Vec::new();
    let mut failed = Vec::new();
    while taken.len() < 3 {
        let received = receiver.next().await;
        let (id, time) = (received.header("webhook-id").to_owned(), received.header("webhook-timestamp"));
        let signed = signature(SECRET, &id, time, received.body.as_bytes());
        assert_eq!(received.header("webhook-signature"), signed);
        assert_eq!(received.header("content-type"), "application/json");
        let kept = if received.status == 200 { &mut taken } else { &mut failed };
        kept.push((id, received.body));
    }
    let bodies: Vec<&str> = taken.iter().map(|(_, body)| body.as_str()).collect();
    assert_eq!(bodies, ["challenge.initiated 1", "challenge.initiated 2", "challenge.initiated 3"]);
    assert_eq!(failed.len(), 5);
    assert!(failed.iter().all(|one| *one == taken[0]), "{failed:?}");
    assert!(taken[0].0 != taken[1].0 && taken[1].0 != taken[2].0);
}

#[tokio::test]
async fn what_is_tried_often_enough_is_given_up_and_the_next_is_sent() {
    let mut receiver = Receiver::new(vec![(500, None), (500, None), (500, None)]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Rupt, &receiver.url)]).await;
    for n in 1..=2 {
        bench.challenge(n).await;
    }
    let _sending = bench.sending(2);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let received = receiver.next().await;
        seen.push((received.status, received.body.rsplit(' ').next().unwrap().to_owned()));
    }
    let expected = [(500, "1"), (500, "1"), (500, "1"), (200, "2")];
    assert_eq!(seen, expected.map(|(status, row)| (status, row.to_owned())));
}

#[tokio::test]
async fn a_hook_that_is_gone_is_told_no_more() {
    let mut receiver = Receiver::new(vec![(410, None)]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Rupt, &receiver.url)]).await;
    for n in 1..=3 {
        bench.challenge(n).await;
    }
    for _ in 1..=3 {
        bench.delivery(9, true).send(bench.first().await).await;
    }
    assert_eq!(receiver.next().await.status, 410);
    assert!(receiver.received.try_recv().is_err());
    let store = &bench.app.pipeline.store;
    assert!(store.next_due().await.unwrap().is_none());
    assert!(!store.applications().await.unwrap()[0].settings.hooks[0].enabled);
    // What happens while it is off is given up untried and kept, and sent again when it is on and that is asked.
    let off = bench.app.applications.find(&bench.application.id).unwrap();
    let mut entry = judged(&login(4, "anna", "phone", "192.0.2.1"), Verdict::Challenge);
    entry.tellings = super::of(&off, &entry, None);
    store.record(entry).await.unwrap();
    let detached = Note {
        application: off.id.clone(),
        about: NoteTarget::Device(AccountDeviceId::parse("651e72eccc64cb48d6f860c0").unwrap()),
        kind: NoteKind::Detached,
        received_at: Timestamp::default(),
    };
    assert_eq!(super::of_note(&off, &detached).len(), 1);
    bench.delivery(9, true).send(bench.first().await).await;
    let kept = store.given_up(&off.id, "a", 0, 9).await.unwrap();
    assert_eq!(kept.iter().map(|it| (it.sequence, it.n_tried)).collect::<Vec<_>>(), [(1, 1), (2, 0), (3, 0), (4, 0)]);
    bench.app.applications.replace(vec![bench.application.clone()]);
    assert_eq!(
        store.redeliver(&off.id, "a", None, crate::desk::by_command_line(crate::clock::now())).await.unwrap(),
        4
    );
    for n in 1..=4 {
        bench.delivery(9, true).send(bench.first().await).await;
        assert_eq!(receiver.next().await.body, format!("challenge.initiated {n}"));
    }
}

#[tokio::test]
async fn one_hook_does_not_wait_for_another() {
    let mut good = Receiver::new(Vec::new()).await;
    let bad = Receiver::new(vec![(500, None); 1_000]).await;
    let hooks = vec![hook("bad", HookStyle::Rupt, &bad.url), hook("good", HookStyle::Standard, &good.url)];
    let bench = Bench::new(hooks).await;
    bench.challenge(1).await;
    bench.challenge(2).await;
    let _sending = bench.sending(1_000);
    assert_eq!(good.next().await.body, "challenge.initiated 1");
    assert_eq!(good.next().await.body, "challenge.initiated 2");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut elsewhere = Receiver::new(Vec::new()).await;
    let mut receiver = Receiver::new(vec![(307, Some(elsewhere.url.clone()))]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    bench.challenge(1).await;
    let _sending = bench.sending(3);
    assert_eq!(receiver.next().await.status, 307);
    assert_eq!(receiver.next().await.status, 200);
    assert!(elsewhere.received.try_recv().is_err());
}

#[tokio::test]
async fn a_private_address_is_not_connected_to_unless_that_is_allowed() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    bench.challenge(1).await;
    bench.delivery(1, false).send(bench.first().await).await;
    assert!(receiver.received.try_recv().is_err());
    assert_eq!(bench.first().await.n_tried, 1);
    bench.delivery(1, true).send(bench.first().await).await;
    assert_eq!(receiver.next().await.status, 200);
    assert!(bench.app.pipeline.store.next_due().await.unwrap().is_none());
}

#[tokio::test]
async fn ravelins_callback_carries_its_token() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Ravelin, &receiver.url)]).await;
    bench.challenge(1).await;
    bench.delivery(1, true).send(bench.first().await).await;
    let received = receiver.next().await;
    assert_eq!(received.header("authorization"), format!("token {SECRET}"));
    assert_eq!((received.header("webhook-id"), received.body.as_str()), ("", "assessment.made 1"));
}

/// The topics that a hook of a style is told of, of a login that was answered so on such a device.
#[track_caller]
fn check(style: HookStyle, verdict: Verdict, n_devices: u16, is_first: bool, expected: &[Topic]) {
    let application = application(vec![hook("a", style, "https://shop.example/")]);
    let mut entry = judged(&login(1, "anna", "phone", "192.0.2.1"), verdict);
    entry.sighting = Some(Sighting { id: AccountDeviceId::from_bytes([1; 12]), is_first, is_listed: false, n_devices });
    let told: Vec<Topic> = super::of(&application, &entry, None).iter().map(|telling| telling.topic).collect();
    assert_eq!(told, expected, "{style:?} {verdict:?}");
}

#[test]
fn each_style_is_told_of_its_own() {
    use HookStyle::{Ravelin, Rupt, Standard};
    check(Standard, Verdict::Allow, 1, false, &[]);
    check(Standard, Verdict::Allow, 1, true, &[Topic::DeviceNew]);
    check(Standard, Verdict::Allow, 3, true, &[Topic::DeviceNew, Topic::Sharing]);
    check(Standard, Verdict::Allow, 3, false, &[]);
    check(Standard, Verdict::Challenge, 1, false, &[Topic::Challenged]);
    check(Standard, Verdict::Deny, 1, false, &[Topic::Assessed]);
    check(Ravelin, Verdict::Allow, 3, true, &[Topic::Assessed]);
    check(Ravelin, Verdict::Challenge, 1, false, &[Topic::Assessed]);
    check(Rupt, Verdict::Allow, 3, true, &[Topic::Sharing]);
    check(Rupt, Verdict::Challenge, 1, true, &[Topic::Challenged]);
    check(Rupt, Verdict::Deny, 1, false, &[]);
}

#[tokio::test]
async fn a_challenge_that_a_note_says_was_passed_is_told_once() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Rupt, &receiver.url)]).await;
    bench.challenge(1).await;
    let (pipeline, application) = (&bench.app.pipeline, bench.application.id.clone());
    let account = login(1, "anna", "phone", "192.0.2.1").account.unwrap();
    let device = pipeline.dossier(&application, &account).await.unwrap().devices.remove(0);
    let now = crate::clock::now();
    for received_at in [now, now.plus(Duration::from_secs(1))] {
        let kind = NoteKind::Metadata(vec![("2fa_verified".into(), vec!["yes".into()])]);
        let note = Note { application: application.clone(), about: NoteTarget::Device(device.id), kind, received_at };
        pipeline.note(&bench.application, note).await.unwrap();
    }
    bench.challenge(2).await;
    let _sending = bench.sending(3);
    let ended = format!("{} 1", Topic::ChallengeEnded.as_str());
    for expected in ["challenge.initiated 1", &ended, "challenge.initiated 4"] {
        assert_eq!(receiver.next().await.body, expected);
    }
}

#[tokio::test]
async fn a_hook_of_our_own_style_is_told_in_our_own_words() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    bench.challenge(1).await;
    let delivery = Delivery::new(Arc::clone(&bench.app), Schedule::of(vec![Duration::ZERO]), true).unwrap();
    delivery.send(bench.first().await).await;
    let body: serde_json::Value = serde_json::from_str(&receiver.next().await.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["account"]), (&"challenge.initiated".into(), &"anna".into()));
    assert!(body["timestamp"].is_string() && body["data"]["event_id"].is_string(), "{body}");
}

#[tokio::test]
async fn what_there_are_no_words_for_is_not_counted_as_taken() {
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, "http://127.0.0.1:9/")]).await;
    bench.challenge(1).await;
    bench.delivery(1, true).speaking(|_| None).send(bench.first().await).await;
    assert!(bench.app.pipeline.store.next_due().await.unwrap().is_none());
    let metrics = bench.app.pipeline.meters.render(&bench.app.pipeline.store.health().await.unwrap());
    assert!(metrics.contains("rightful_hook_messages_total{outcome=\"skipped\"} 1"), "{metrics}");
    assert!(metrics.contains("rightful_hook_messages_total{outcome=\"taken\"} 0"), "{metrics}");
}

#[test]
fn sumsubs_receivers_have_five_seconds() {
    assert_eq!(super::delivery::deadline(HookStyle::Sumsub), Duration::from_secs(5));
    assert_eq!(super::delivery::deadline(HookStyle::Standard), Duration::from_secs(15));
}

#[test]
fn each_style_has_words_for_all_that_its_hooks_are_told_of() {
    let entry = judged(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Challenge);
    let account = entry.event.account.clone().unwrap();
    let device = AccountDevice {
        id: AccountDeviceId::from_bytes([1; 12]),
        latest: rightful_domain::DeviceSnapshot::of(&entry.event).unwrap(),
        latest_event: entry.event.id,
        first_at: entry.event.at,
        detached_at: None,
        metadata: Vec::new(),
    };
    let passed = rightful_domain::Feedback {
        application: entry.event.application.clone(),
        target: rightful_domain::FeedbackTarget::Event(entry.event.id),
        kind: rightful_domain::FeedbackKind::ChallengePassed { mechanism: None },
        received_at: entry.event.received_at,
    };
    let record = Record { sequence: 1, entry, conclusion: None, feedback: vec![passed], consumed_at: None };
    let case = Case::new(&record.entry.event, Some("payouts"), record.entry.event.received_at);
    let application = application(Vec::new());
    for style in HookStyle::ALL {
        let dialect = rightful_dialects::of_hook(style).unwrap();
        for topic in style.topics() {
            let told = match topic {
                Topic::DeviceNew | Topic::DeviceDetached => ToldOf::Device(&account, &device),
                Topic::Assessed
                | Topic::Challenged
                | Topic::ChallengeEnded
                | Topic::Sharing
                | Topic::Taken
                | Topic::Standing
                | Topic::Reviewed
                | Topic::Deleted
                | Topic::DataChanged
                | Topic::LetThrough
                | Topic::Held
                | Topic::Asked
                | Topic::Refused
                | Topic::CaseOpened
                | Topic::CaseTaken
                | Topic::CaseReturned
                | Topic::CaseWaits
                | Topic::CaseReviewed
                | Topic::CaseClosed => ToldOf::Event(&record),
            };
            let telling = Telling { hook: "a".into(), topic: *topic };
            let around = Around {
                application: &application,
                link_key: &[7; 32],
                case: Some(&case),
                since: Timestamp::default(),
            };
            assert!(dialect.hook_message_of(&telling, &told, &around).is_some(), "{style:?} {topic:?}");
        }
    }
}
