//! Pages through the whole router, with a dialect made for it: who is let in, what a browser is told, who listens.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rightful_dialects::{Access, Call, Dialect, Intake, Method, Notice, Presented, Query, Refusal, Reply, Route};
use rightful_domain::{
    AccountDeviceId, ApplicationId, CredentialKind, Note, NoteKind, NoteTarget, SEARCH_LIMIT_MAX, Search, Timestamp,
};

use super::router;
use crate::clock;
use crate::config::Config;
use crate::desk::{Answer, Command, Desk};
use crate::provisioning::{Keys, NewApplication};
use crate::server::Server;

const PAGE: Access = Access::Page(CredentialKind::RuptClient);
const KEY: Access = Access::Key(CredentialKind::RuptClient);

/// Answers each search with 200, and listens.
struct Made;

impl Dialect for Made {
    fn name(&self) -> &'static str {
        "made"
    }

    fn routes(&self) -> &'static [Route] {
        const ROUTES: &[Route] = &[
            Route { method: Method::Post, path: "/made/page", access: PAGE },
            Route { method: Method::Get, path: "/made/page", access: PAGE },
            Route { method: Method::Get, path: "/made/listen/{device}", access: PAGE },
            Route { method: Method::Post, path: "/made/key", access: KEY },
            Route { method: Method::Get, path: "/made/link", access: Access::Link },
        ];
        ROUTES
    }

    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, _query: Query<'a>) -> Option<Presented<'a>> {
        let (scheme, value) = call_header("authorization")?.split_once(' ')?;
        let (public_id, secret) = match scheme {
            "Basic" => value.split_once(':').unwrap_or((value, "")),
            _ => ("", value),
        };
        Some(Presented { kind: CredentialKind::RuptClient, public_id, secret })
    }

    fn linked_application(&self, query: Query<'_>) -> Option<ApplicationId> {
        ApplicationId::new(query.0).ok()
    }

    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal> {
        match AccountDeviceId::parse(call.parameter("device")) {
            Some(device) => Ok(Intake::Listen(device)),
            None => Ok(Intake::Search(Search::of(call.application.id.clone(), SEARCH_LIMIT_MAX))),
        }
    }

    fn reply(&self, _call: &Call<'_>, _reply: &Reply) -> Option<rightful_dialects::Response> {
        None
    }

    fn done(&self, _call: &Call<'_>) -> rightful_dialects::Response {
        rightful_dialects::Response { status: 200, content_type: None, headers: Vec::new(), body: b"done".to_vec() }
    }

    fn tell(&self, notice: &Notice) -> Option<String> {
        Some(match notice {
            Notice::Detached => "logout".into(),
            Notice::Challenged { event } => format!("challenge {event}"),
        })
    }

    fn refuse(&self, _route: Option<&Route>, refusal: &Refusal, _now: Timestamp) -> rightful_dialects::Response {
        let body = refusal.detail.clone().into_bytes();
        rightful_dialects::Response { status: refusal.kind.status(), content_type: None, headers: Vec::new(), body }
    }
}

/// A server's insides, with two applications.
struct Edge {
    server: Server,
    router: TowerToHyperService<axum::Router>,
    test: Keys,
    live: Keys,
    _folder: tempfile::TempDir,
}

impl Edge {
    async fn new(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        change(&mut config);
        let server = Server::start(&config, false).await.unwrap();
        let router = TowerToHyperService::new(router::api(server.app.clone(), &[&Made]));
        let test = created(&server, "test", true).await;
        let live = created(&server, "live", false).await;
        let edge = Self { server, router, test, live, _folder: folder };
        edge.ask(Command::AppSet {
            application: edge.live.application_id.clone(),
            changes: vec!["origins=https://shop.example".into()],
        })
        .await;
        edge
    }

    async fn ask(&self, command: Command) -> Answer {
        ask(&self.server, command).await
    }

    async fn call(&self, request: Request<Body>) -> Response<Body> {
        self.router.call(request).await.unwrap()
    }

    /// The status, the origin that is let read, and the body.
    async fn page(&self, method: &str, path: &str, authorization: &str, origin: Option<&str>) -> (u16, String, String) {
        let response = self.call(request(method, path, authorization, origin)).await;
        assert_eq!(response.headers()["vary"], "origin", "{method} {path}");
        let (status, let_read) =
            (response.status().as_u16(), header(response.headers(), "access-control-allow-origin"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, let_read, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Checks the status of a page's POST.
    #[track_caller]
    fn check_page<'a>(
        &'a self,
        authorization: &'a str,
        origin: Option<&'a str>,
        expected: (u16, &'a str),
    ) -> impl Future<Output = ()> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let (status, let_read, body) = self.page("POST", "/made/page", authorization, origin).await;
            assert_eq!((status, let_read.as_str()), expected, "{place}: {body}");
        }
    }

    async fn listen(&self, device: &str) -> Body {
        let path = format!("/made/listen/{device}");
        let response = self.call(request("GET", &path, &self.basic(), Some("https://shop.example"))).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(response.headers(), "content-type"), "text/event-stream");
        assert_eq!(header(response.headers(), "access-control-allow-origin"), "https://shop.example");
        let mut body = response.into_body();
        assert!(heard(&mut body).await.unwrap().starts_with(": "));
        body
    }

    fn basic(&self) -> String {
        format!("Basic {}", self.live.rupt.client_id)
    }

    fn detach(&self, device: &str) {
        self.server.app.pipeline.listeners.noted(&Note {
            application: ApplicationId::new(self.live.application_id.as_str()).unwrap(),
            about: NoteTarget::Device(AccountDeviceId::parse(device).unwrap()),
            kind: NoteKind::Detached,
            received_at: clock::now(),
        });
    }
}

async fn ask(server: &Server, command: Command) -> Answer {
    let app = &server.app;
    let store = &*app.pipeline.store;
    let desk = Desk {
        store,
        master_key: &app.master_key,
        nonces: &app.nonces,
        private_hooks: false,
        policies: &app.pipeline.policies,
    };
    let answer = desk.carry_out(&command, clock::now()).await.unwrap();
    app.applications.replace(store.applications().await.unwrap());
    answer
}

async fn created(server: &Server, name: &str, test: bool) -> Keys {
    created_as(server, name, (test, false)).await
}

/// The keys of a new application: whether it is for tests, and whether it only observes.
pub(super) async fn created_as(server: &Server, name: &str, (test, observe): (bool, bool)) -> Keys {
    let new = NewApplication {
        name: name.into(),
        test,
        observe,
        // Of what is judged here, nothing is to be answered by the fallback, however busy the machine.
        deadline_ms: 20_000,
        fallback_mild: "allow".into(),
        fallback_strict: "challenge".into(),
    };
    match ask(server, Command::AppCreate(new)).await {
        Answer::Created(keys) => *keys,
        other => panic!("{other:?}"),
    }
}

fn request(method: &str, path: &str, authorization: &str, origin: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("authorization", authorization);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    // As the listener adds it.
    request.extension(crate::app::Peer("192.0.2.1".parse().unwrap())).body(Body::empty()).unwrap()
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map_or_else(String::new, |value| value.to_str().unwrap().into())
}

/// The next piece of an answer that goes on; None at its end.
async fn heard(body: &mut Body) -> Option<String> {
    let data = body.frame().await?.unwrap().into_data().unwrap();
    Some(String::from_utf8(data.to_vec()).unwrap())
}

const ANY_DEVICE: &str = "0123456789abcdef01234567";

#[tokio::test]
async fn a_page_is_let_in_from_its_origins_and_no_other() {
    let edge = Edge::new(|_| {}).await;
    let (live, test) = (edge.basic(), format!("Basic {}:", edge.test.rupt.client_id));
    edge.check_page(&live, Some("https://shop.example"), (200, "https://shop.example")).await;
    edge.check_page(&live, Some("https://evil.example"), (403, "")).await;
    // Some application's page, but not this one's: its developer may read why not.
    edge.check_page(&live, Some("http://localhost:3000"), (403, "http://localhost:3000")).await;
    edge.check_page(&live, None, (403, "")).await;
    edge.check_page(&test, Some("http://localhost:3000"), (200, "http://localhost:3000")).await;
    edge.check_page(&test, Some("http://localhost.evil.example"), (403, "")).await;
    edge.check_page(&test, None, (200, "")).await;
    edge.check_page("Basic nobody", Some("https://shop.example"), (401, "https://shop.example")).await;
    edge.check_page("Basic undefined:", Some("https://evil.example"), (401, "")).await;
}

#[tokio::test]
async fn a_live_application_without_origins_has_no_pages() {
    let edge = Edge::new(|_| {}).await;
    edge.ask(Command::AppSet { application: "live".into(), changes: vec!["origins=".into()] }).await;
    for origin in [Some("https://shop.example"), Some("http://localhost"), None] {
        let (status, _, body) = edge.page("POST", "/made/page", &edge.basic(), origin).await;
        assert_eq!((status, body.contains("origins=")), (403, true), "{origin:?}: {body}");
    }
}

#[tokio::test]
async fn the_public_half_opens_pages_alone() {
    let edge = Edge::new(|_| {}).await;
    let rupt = &edge.live.rupt;
    let status = async |authorization: &str| {
        edge.call(request("POST", "/made/key", authorization, Some("https://shop.example"))).await.status().as_u16()
    };
    assert_eq!(status(&format!("Basic {}", rupt.client_id)).await, 401);
    assert_eq!(status(&format!("Basic {}:", rupt.client_id)).await, 401);
    assert_eq!(status(&format!("Bearer {}", rupt.client_id)).await, 401);
    assert_eq!(status(&format!("Basic {}:{}", rupt.client_id, rupt.api_secret)).await, 200);
    assert_eq!(status(&format!("Bearer {}", rupt.api_secret)).await, 200);
    let answer = edge.call(request("POST", "/made/key", "", Some("https://shop.example"))).await;
    assert_eq!(header(answer.headers(), "access-control-allow-origin"), "", "a path that takes keys is no page's");
}

#[tokio::test]
async fn a_preflight_tells_what_pages_may_send() {
    let edge = Edge::new(|_| {}).await;
    let preflight = async |path: &str, origin: &str| {
        let request = Request::builder().method("OPTIONS").uri(path).header("origin", origin);
        edge.call(request.header("access-control-request-method", "GET").body(Body::empty()).unwrap()).await
    };
    for (path, origin, methods) in [
        ("/made/page", "https://shop.example", "POST, GET, HEAD"),
        ("/made/listen/x", "http://localhost:5173", "GET, HEAD"),
    ] {
        let answer = preflight(path, origin).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let told = |name| header(answer.headers(), name);
        assert_eq!(told("access-control-allow-origin"), origin);
        assert_eq!(told("access-control-allow-methods"), methods);
        assert_eq!(told("access-control-allow-headers"), "authorization, content-type, x-access-token, x-client-id");
        assert_eq!(told("access-control-max-age"), "600");
        assert_eq!(told("access-control-allow-credentials"), "");
        assert_eq!(told("vary"), "origin");
    }
    let foreign = preflight("/made/page", "https://evil.example").await;
    assert_eq!(header(foreign.headers(), "access-control-allow-origin"), "");
    assert_eq!(preflight("/made/key", "https://shop.example").await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn one_address_asks_only_so_often() {
    let edge = Edge::new(|config| config.pages.burst_max = 3).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = edge.call(request("POST", "/made/page", &edge.basic(), Some("https://shop.example"))).await;
        statuses.push((answer.status().as_u16(), header(answer.headers(), "retry-after")));
        assert_eq!(header(answer.headers(), "access-control-allow-origin"), "https://shop.example");
    }
    let (let_in, refused) = statuses.split_at(3);
    assert!(let_in.iter().all(|(status, _)| *status == 200), "{statuses:?}");
    assert_eq!(refused, [(429, "1".into())]);
}

#[tokio::test]
async fn a_link_is_looked_at_like_a_page_without_a_body() {
    let edge = Edge::new(|_| {}).await;
    let link = format!("/made/link?{}", edge.live.application_id);
    let (got, looked_at) =
        (edge.call(request("GET", &link, "", None)).await, edge.call(request("HEAD", &link, "", None)).await);
    assert_eq!((got.status(), looked_at.status()), (StatusCode::OK, StatusCode::OK));
    assert!(looked_at.into_body().collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_detached_device_is_told_at_each_of_its_pages_and_no_other() {
    let edge = Edge::new(|config| config.pages.requests_per_minute_max = 0).await;
    let (mut first, mut second) = (edge.listen(ANY_DEVICE).await, edge.listen(ANY_DEVICE).await);
    let mut other = edge.listen("ffffffffffffffffffffffff").await;
    edge.detach(ANY_DEVICE);
    assert_eq!(heard(&mut first).await.as_deref(), Some("data: logout\n\n"));
    assert_eq!(heard(&mut second).await.as_deref(), Some("data: logout\n\n"));
    // Nothing but the sign of life comes to the other.
    assert_eq!(heard(&mut other).await.as_deref(), Some(": still here\n\n"));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_heard_waits_for_half_a_minute_and_is_told_once() {
    let edge = Edge::new(|config| config.pages.requests_per_minute_max = 0).await;
    edge.detach(ANY_DEVICE);
    let mut late = edge.listen(ANY_DEVICE).await;
    assert_eq!(heard(&mut late).await.as_deref(), Some("data: logout\n\n"));
    let mut again = edge.listen(ANY_DEVICE).await;
    assert_eq!(heard(&mut again).await.as_deref(), Some(": still here\n\n"));
    drop((late, again));
    edge.detach(ANY_DEVICE);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(heard(&mut edge.listen(ANY_DEVICE).await).await.as_deref(), Some(": still here\n\n"));
}

#[tokio::test]
async fn the_ninth_page_of_a_device_lets_the_first_go_and_places_are_given_back() {
    let edge = Edge::new(|config| config.pages.requests_per_minute_max = 0).await;
    let listeners = &edge.server.app.pipeline.listeners;
    let mut pages = Vec::new();
    for _ in 0..9 {
        pages.push(edge.listen(ANY_DEVICE).await);
    }
    let mut first = pages.remove(0);
    assert_eq!(heard(&mut first).await, None);
    drop(first);
    assert_eq!(listeners.n_listeners(), 8);
    drop(pages);
    assert_eq!(listeners.n_listeners(), 0);
}

#[tokio::test]
async fn who_asks_for_the_head_alone_does_not_listen() {
    let edge = Edge::new(|_| {}).await;
    let path = format!("/made/listen/{ANY_DEVICE}");
    let response = edge.call(request("HEAD", &path, &edge.basic(), Some("https://shop.example"))).await;
    assert_eq!(edge.server.app.pipeline.listeners.n_listeners(), 0);
    assert_eq!(
        (response.status(), header(response.headers(), "content-type").as_str()),
        (StatusCode::OK, "text/event-stream")
    );
}

#[tokio::test]
async fn who_does_not_keep_up_is_let_go() {
    let edge = Edge::new(|_| {}).await;
    let mut page = edge.listen(ANY_DEVICE).await;
    for _ in 0..5 {
        edge.detach(ANY_DEVICE);
    }
    let mut n_heard = 0;
    while heard(&mut page).await.is_some() {
        n_heard += 1;
    }
    assert_eq!(n_heard, 4);
}

#[tokio::test]
async fn listeners_leave_connections_to_others() {
    let edge = Edge::new(|config| config.server.connections_max = 4).await;
    let pages = [edge.listen(ANY_DEVICE).await, edge.listen("ffffffffffffffffffffffff").await];
    let path = format!("/made/listen/{ANY_DEVICE}");
    let refused = edge.page("GET", &path, &edge.basic(), Some("https://shop.example")).await;
    assert_eq!((refused.0, refused.1.as_str()), (429, "https://shop.example"));
    drop(pages);
    drop(edge.listen(ANY_DEVICE).await);
}

#[tokio::test]
async fn listening_ends_with_the_server() {
    let edge = Edge::new(|_| {}).await;
    let mut page = edge.listen(ANY_DEVICE).await;
    edge.server.app.shutdown.request();
    assert_eq!(heard(&mut page).await, None);
}

#[tokio::test]
async fn the_keys_of_two_applications_open_two_doors() {
    let edge = Edge::new(|_| {}).await;
    let ids: BTreeSet<&str> = [edge.live.rupt.client_id.as_str(), edge.test.rupt.client_id.as_str()].into();
    assert_eq!(ids.len(), 2);
    let mixed = format!("Basic {}:{}", edge.live.rupt.client_id, edge.test.rupt.api_secret);
    assert_eq!(edge.page("POST", "/made/page", &mixed, Some("https://shop.example")).await.0, 401);
}

/// What an error is made of, by which its dialect is known.
#[track_caller]
fn check_refusal(said: &(u16, serde_json::Value), status: u16, member: &str) {
    assert_eq!(said.0, status, "{said:?}");
    assert!(said.1.get(member).is_some(), "{said:?} has no {member}");
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_caller_s_own_words() {
    let edge = Edge::new(|_| {}).await;
    let router = TowerToHyperService::new(router::api(edge.server.app.clone(), rightful_dialects::ALL));
    let say = async |method: &str, path: &str, authorization: &str| {
        let response = router.call(request(method, path, authorization, None)).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    };
    // `statusCode` is Rupt's, `retryable` Ravelin's, `traceId` of two of Ravelin's paths, `code` ours.
    for (path, authorization, member) in [
        ("/v2/none", "Bearer x", "statusCode"),
        ("/v2/none", "Basic x", "statusCode"),
        ("/v3/none", "Bearer x", "statusCode"),
        ("/v2/none", "token x", "retryable"),
        ("/v3/none", "token x", "retryable"),
        ("/v2/none", "", "code"),
        ("/v1/none", "Bearer x", "code"),
        ("/v1/none", "Basic x", "code"),
        ("/none", "Bearer x", "code"),
    ] {
        check_refusal(&say("GET", path, authorization).await, 404, member);
    }
    for (method, path, authorization, member) in [
        ("GET", "/v3/login", "Bearer x", "retryable"),
        ("GET", "/v2/reclaim", "token x", "traceId"),
        ("GET", "/v2/lookup/credentials/check", "token x", "traceId"),
        ("PUT", "/v2/identity/initiate", "token x", "statusCode"),
        ("DELETE", "/v1/feedback", "token x", "code"),
    ] {
        check_refusal(&say(method, path, authorization).await, 405, member);
    }
}
