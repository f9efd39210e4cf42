//! Following and exporting, through the whole router.

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

use crate::clock;
use crate::config::Config;
use crate::desk::{Answer, Command, Desk};
use crate::http::router;
use crate::provisioning::{Keys, NewApplication};
use crate::server::Server;

/// A server's insides with one application.
struct Shop {
    server: Server,
    router: TowerToHyperService<axum::Router>,
    keys: Keys,
    _folder: tempfile::TempDir,
}

/// One event of a stream.
#[derive(Debug, PartialEq)]
struct Event {
    kind: String,
    id: u64,
    data: Value,
}

impl Shop {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        let server = Server::start(&config, false).await.unwrap();
        let router = TowerToHyperService::new(router::api(server.app.clone(), rightful_dialects::ALL));
        let app = &server.app;
        let store = &*app.pipeline.store;
        let desk = Desk {
            store,
            master_key: &app.master_key,
            nonces: &app.nonces,
            private_hooks: false,
            policies: &app.pipeline.policies,
        };
        let new = NewApplication {
            name: "shop".into(),
            test: true,
            observe: false,
            deadline_ms: 10_000,
            fallback_mild: "allow".into(),
            fallback_strict: "challenge".into(),
        };
        let made = desk.carry_out(&Command::AppCreate(new), clock::now()).await.unwrap();
        app.applications.replace(store.applications().await.unwrap());
        let Answer::Created(keys) = made else { panic!("no keys") };
        Self { server, router, keys: *keys, _folder: folder }
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {}", self.keys.native.api_key));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.call(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    }

    async fn post(&self, path: &str, body: &str) -> Value {
        let response = self.call("POST", path, &[], body).await;
        let (status, bytes) = (response.status(), response.into_body().collect().await.unwrap().to_bytes());
        assert!(status.is_success(), "{bytes:?}");
        serde_json::from_slice(&bytes).unwrap()
    }

    async fn login(&self, account: &str) -> String {
        let body =
            format!(r#"{{"action":"login","account":"{account}","person":{{"email":"{account}@example.com"}}}}"#);
        self.post("/v1/assessments", &body).await["id"].as_str().unwrap().to_owned()
    }

    async fn stream(&self, query: &str, headers: &[(&str, &str)]) -> Heard {
        let response = self.call("GET", &format!("/v1/stream{query}"), headers, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut heard = Heard { body: response.into_body(), text: String::new() };
        assert!(heard.more().await, "the welcome");
        heard
    }

    async fn lines(&self, query: &str) -> Vec<Value> {
        let response = self.call("GET", &format!("/v1/export{query}"), &[], "").await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"application/x-ndjson".parse().unwrap())
        );
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = std::str::from_utf8(&bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// What was heard of a stream.
struct Heard {
    body: Body,
    text: String,
}

impl Heard {
    async fn more(&mut self) -> bool {
        match self.body.frame().await {
            Some(frame) => {
                self.text.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
                true
            }
            None => false,
        }
    }

    /// The next event.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
                let event = field("data: ").map(|data| Event {
                    kind: field("event: ").unwrap(),
                    id: field("id: ").unwrap().parse().unwrap(),
                    data: serde_json::from_str(&data).unwrap(),
                });
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    async fn kinds(&mut self, n: usize) -> Vec<(String, u64)> {
        let mut kinds = Vec::new();
        for _ in 0..n {
            let event = self.next().await.unwrap();
            kinds.push((event.kind, event.id));
        }
        kinds
    }
}

fn told(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(kind, id)| ((*kind).to_owned(), *id)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_told_as_it_is_recorded_and_who_comes_again_misses_nothing() {
    let shop = Shop::new().await;
    shop.login("before").await;
    let mut stream = shop.stream("", &[]).await;
    let id = shop.login("ann").await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.kind.as_str(), event.id, &event.data["event_id"]), ("assessment", 2, &Value::from(id.as_str())));
    assert_eq!(event.data["account"], "ann");
    shop.post(&format!("/v1/events/{id}/outcome"), r#"{"outcome":"succeeded"}"#).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.kind.as_str(), event.id, &event.data["outcome"]), ("conclusion", 3, &Value::from("succeeded")));
    shop.post("/v1/feedback", &format!(r#"{{"kind":"confirmed_legitimate","event_id":"{id}"}}"#)).await;
    let event = stream.next().await.unwrap();
    assert_eq!((event.kind.as_str(), event.id), ("feedback", 4));
    drop(stream);
    shop.login("berta").await;
    let mut stream = shop.stream("?after=0", &[("last-event-id", "3")]).await;
    assert_eq!(stream.kinds(2).await, told(&[("feedback", 4), ("assessment", 5)]));
    let mut stream = shop.stream("?after=0", &[]).await;
    assert_eq!(stream.kinds(5).await.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_slowly_is_behind_and_misses_nothing() {
    let shop = Shop::new().await;
    let mut stream = shop.stream("", &[]).await;
    for n in 0..200 {
        shop.login(&format!("a{n}")).await;
    }
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(stream.next().await.unwrap().id);
    }
    assert_eq!(ids, (1..=200).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_told_of_some() {
    let shop = Shop::new().await;
    for body in [
        r#"{"action":"login","account":"magic_deny"}"#,
        r#"{"action":"logout","account":"ann"}"#,
        r#"{"action":"login","account":"ann"}"#,
    ] {
        shop.post("/v1/assessments", body).await;
    }
    let mut stream = shop.stream("?after=0&action=logout", &[]).await;
    assert_eq!(stream.kinds(1).await, told(&[("assessment", 2)]));
    let mut stream = shop.stream("?after=0&verdict=trust,allow,challenge&action=login", &[]).await;
    assert_eq!(stream.kinds(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_says_why_it_ends_and_where_to_go_on() {
    let shop = Shop::new().await;
    let mut stream = shop.stream("", &[]).await;
    shop.login("ann").await;
    assert_eq!(stream.kinds(1).await, told(&[("assessment", 1)]));
    shop.server.app.shutdown.request();
    let end = stream.next().await.unwrap();
    assert_eq!((end.kind.as_str(), end.id, &end.data["reason"]), ("end", 1, &Value::from("stopping")));
    assert_eq!(stream.next().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_are_refused_and_so_is_a_place_that_is_not_there() {
    let shop = Shop::new().await;
    let beyond = shop.call("GET", "/v1/stream?after=1000000", &[], "").await;
    assert_eq!(beyond.status(), 400);
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(shop.stream("", &[]).await);
    }
    assert_eq!(shop.call("GET", "/v1/stream", &[], "").await.status(), 429);
    held.pop();
    held.push(shop.stream("", &[]).await);
    assert_eq!(shop.server.app.pipeline.followers.n_followers(), 8);
    drop(held);
    assert_eq!(shop.call("HEAD", "/v1/stream", &[], "").await.status(), 200);
    assert_eq!(shop.server.app.pipeline.followers.n_followers(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_all_events_with_what_was_said_of_them_and_nothing_erased() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for n in 0..150 {
        ids.push(shop.login(if n % 2 == 0 { "ann" } else { "berta" }).await);
    }
    shop.post("/v1/feedback", &format!(r#"{{"kind":"confirmed_takeover","event_id":"{}"}}"#, ids[1])).await;
    let lines = shop.lines("").await;
    let exported: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(exported, ids);
    assert_eq!(lines[1]["feedback"][0]["kind"], "confirmed_takeover");
    assert_eq!(lines[0]["event"]["person"]["email"], "ann@example.com");
    let after = lines[147]["sequence"].as_u64().unwrap();
    assert_eq!(shop.lines(&format!("?after={after}")).await.len(), 2);
    assert_eq!(shop.lines("?to=2000-01-01T00:00:00Z").await.len(), 0);
    let app = rightful_domain::ApplicationId::new(shop.keys.application_id.as_str()).unwrap();
    let ann = rightful_domain::AccountId::new("ann").unwrap();
    shop.server.app.pipeline.store.erase_account(&app, &ann, clock::now()).await.unwrap();
    let lines = shop.lines("").await;
    assert_eq!(lines.len(), 150);
    assert!(!lines.iter().any(|line| line.to_string().contains("ann@example.com")));
    assert_eq!(lines[1]["event"]["person"]["email"], "berta@example.com");
}
