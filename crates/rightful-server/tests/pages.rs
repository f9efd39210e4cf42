//! What an operator does about pages and hooks, and what strangers must not find: real processes, real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Server, create_app, rightful};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

/// A command about applications: what it answers, or why it does not.
fn app(data: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = rightful().arg("app").args(arguments).arg("--data").arg(data).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

fn app_json(data: &Path, arguments: &[&str]) -> Value {
    let answer = app(data, &[arguments, &["--json"]].concat()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// A request as a browser writes it, on a connection of its own.
fn said(server: &Server, request: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    // What does not come fails the test; what comes is not waited for so long.
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head =
        format!("{request} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + body).as_bytes()).unwrap();
    stream
}

/// The same, and all of the answer: its head in lower case, and its body.
fn exchanged(server: &Server, request: &str, headers: &[(&str, &str)], body: &str) -> (String, String) {
    let mut answer = String::new();
    said(server, request, headers, body).read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

/// What a page hears, up to and with this.
fn heard_upto(stream: &mut TcpStream, wanted: &str) -> String {
    let mut heard = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&heard).contains(wanted) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&heard));
        heard.push(byte[0]);
    }
    String::from_utf8(heard).unwrap()
}

const LOCALHOST: (&str, &str) = ("origin", "http://localhost:3000");

/// A device as the browser client describes it.
fn signals(zone: &str) -> Value {
    json!({
        "platform": {"value": "Linux x86_64"}, "timezone": {"value": zone}, "screenResolution": {"value": [720, 1280]},
        "fonts": {"value": ["Arial", "Noto"]}, "touchSupport": {"value": {"maxTouchPoints": 0}},
    })
}

#[test]
fn a_page_attaches_listens_and_is_signed_out_when_its_device_is_detached() {
    let folder = tempfile::tempdir().unwrap();
    let keys = create_app(&folder.path().join("data"), &["--test"]);
    let server = Server::start(&folder.path().join("data"));
    let client = keys["rupt"]["client_id"].as_str().unwrap();
    let (basic, bearer) =
        (format!("Basic {client}:"), format!("Bearer {}", keys["rupt"]["api_secret"].as_str().unwrap()));
    let attach = |user: &str| {
        let body =
            json!({"user": user, "signals": signals("Europe/London"), "client": "javascript", "version": "2.24.1"});
        let headers = [LOCALHOST, ("authorization", basic.as_str()), ("content-type", "application/json")];
        let (head, body) = exchanged(&server, "POST /v2/device/attach", &headers, &body.to_string());
        assert!(
            head.starts_with("http/1.1 200") && head.contains("access-control-allow-origin: http://localhost:3000"),
            "{head}"
        );
        serde_json::from_str::<Value>(&body).unwrap()["device_id"].as_str().unwrap().to_owned()
    };
    let listen = |device: &str| {
        let path = format!("GET /v2/access/device/{device}/listen?access=&version=2.24.1&auth=Basic%20{client}:");
        let mut stream = said(&server, &path, &[LOCALHOST, ("accept", "text/event-stream")], "");
        let head = heard_upto(&mut stream, "retry:").to_lowercase();
        assert!(
            head.contains("200 ok") && head.contains("text/event-stream") && head.contains("localhost:3000"),
            "{head}"
        );
        stream
    };
    let device = attach("ann");
    let mut page = listen(&device);
    let mut stranger = listen("0123456789abcdef01234567");
    let path = format!("/v2/proj/device/{device}/detach");
    let as_page = server.post(&path, &[("authorization", &basic)], r#"{"user":"ann"}"#);
    assert_eq!(as_page.status, 401, "a client id is no secret");
    assert_eq!(server.post(&path, &[("authorization", &bearer)], r#"{"user":"ann"}"#).status, 200);
    assert!(heard_upto(&mut page, "}\n").contains(r#"data: {"action":"logout"}"#));

    // Challenged at once: the page listens only after it was told, and hears of it all the same.
    let mut challenged = listen(&attach("magic_challenge"));
    assert!(heard_upto(&mut challenged, "_id").contains(r#""action":"challenge""#));
    server.signal("TERM");
    for page in [&mut page, &mut stranger, &mut challenged] {
        page.read_to_end(&mut Vec::new()).unwrap();
    }
    assert!(server.stop_and_read_log().contains("stopped"));
}

/// A computer as the browser client describes it, with these fonts.
fn computer(system: &str, fonts: &str) -> Value {
    let hints = json!({"architecture": "x86", "bitness": "64", "platform": system, "mobile": false});
    json!({
        "platform": {"value": system}, "timezone": {"value": "Europe/London"}, "fonts": {"value": [fonts]},
        "screenResolution": {"value": [1920, 1080]}, "touchSupport": {"value": {"maxTouchPoints": 0}},
        "math": {"value": {"acos": 1.4}}, "languages": {"value": [["en-GB"]]}, "highEntropyValues": {"value": hints},
    })
}

/// A shop whose pages and servers speak Rupt's words.
struct RuptShop {
    _folder: tempfile::TempDir,
    server: Server,
    page: String,
    secret: String,
    bearer: String,
}

impl RuptShop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let keys = create_app(&data, &["--test"]);
        let server = Server::start_with(&data, &[("RIGHTFUL_PAGES__REQUESTS_PER_MINUTE_MAX", "0")]);
        let key = |path: &str| keys.pointer(path).unwrap().as_str().unwrap().to_owned();
        let (page, secret) =
            (format!("Basic {}:", key("/rupt/client_id")), format!("Bearer {}", key("/rupt/api_secret")));
        let bearer = format!("Bearer {}", key("/native/api_key"));
        Self { _folder: folder, server, page, secret, bearer }
    }

    fn by_page(&self, path: &str, body: &Value) -> Value {
        let headers = [LOCALHOST, ("authorization", self.page.as_str()), ("content-type", "application/json")];
        let (head, body) = exchanged(&self.server, &format!("POST {path}"), &headers, &body.to_string());
        assert!(head.starts_with("http/1.1 200"), "{head} {body}");
        serde_json::from_str(&body).unwrap()
    }

    fn attach(&self, user: &str, signals: &Value) -> Value {
        self.by_page("/v2/device/attach", &json!({"user": user, "signals": signals, "email": "eve@example.com"}))
    }

    /// Somebody signs in as that user in that browser.
    fn complete(&self, user: &str, signals: &Value) -> Value {
        let token = self.by_page("/v2/identity/initiate", &json!({"signals": signals}))["identification"].clone();
        let path = format!("/v2/proj/identification/{}/complete", token.as_str().unwrap());
        let body = json!({"account": user}).to_string();
        let answer = self.server.post(&path, &[("authorization", &self.secret)], body);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// A login, and what is found of it: its verdict, and its reasons.
    fn login(&self, user: &str, device: &str, ip: &str) -> (Value, Vec<Value>) {
        let body = json!({"action": "login", "account": user, "outcome": "succeeded",
            "device": {"id": device}, "network": {"ip": ip}});
        let answer = self.server.post("/v1/assessments", &[("authorization", &self.bearer)], body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = answer.json();
        let findings = answer["findings"].as_array().unwrap();
        (answer["verdict"].clone(), findings.iter().map(|finding| finding["reason"].clone()).collect())
    }
}

#[test]
fn who_attaches_as_another_a_hundred_times_is_still_new_and_the_owner_is_none_the_worse() {
    let (own, evil) = (computer("MacIntel", "Arial"), computer("Win32", "Calibri"));
    let login_after = |n_attaches: usize| {
        let shop = RuptShop::new();
        shop.login("ann", "phone", "203.0.113.7");
        assert_eq!(shop.complete("ann", &own)["new_device"], true);
        for _ in 0..n_attaches {
            assert_eq!(shop.attach("ann", &evil)["new_device"], true);
            // The owner's signals are no secret, either.
            assert_eq!(shop.attach("ann", &own)["new_device"], false);
        }
        let login = shop.login("ann", "phone", "203.0.113.7");
        assert_eq!(shop.complete("ann", &own)["new_device"], false);
        assert_eq!(shop.complete("ann", &evil)["new_device"], true);
        assert_eq!(shop.complete("ann", &evil)["new_device"], false);
        login
    };
    assert_eq!(login_after(100), login_after(0), "as if nothing had been");
}

#[test]
fn a_browser_that_drifts_is_one_device_whoever_tells_of_it() {
    let shop = RuptShop::new();
    let first = shop.complete("ann", &computer("MacIntel", "Arial"));
    let attached = shop.attach("ann", &computer("MacIntel", "Arial,Installed"));
    assert_eq!((&attached["device_id"], &attached["attached_devices"]), (&first["device"], &json!(1)), "{attached}");
    let again = shop.complete("ann", &computer("MacIntel", "Arial,Another"));
    assert_eq!((&again["device"], &again["new_device"]), (&first["device"], &json!(false)), "{again}");
    // A common computer is nobody else's device.
    let other = shop.complete("bob", &computer("MacIntel", "Arial"));
    assert_eq!(other["new_device"], true);
    assert_ne!(other["device"], first["device"]);
}

#[test]
fn a_publishable_key_reports_and_opens_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let keys = create_app(&data, &[]);
    let server = Server::start(&data);
    let key = keys["ravelin"]["publishable_key"].as_str().unwrap();
    let body = json!({"events": [{
        "eventType": "track", "eventData": {"eventName": "PAGE_LOADED"}, "libVer": "1.8.1-ravelinjs",
        "eventMeta": {
            "trackingSource": "browser", "url": "https://shop.example/", "ravelinDeviceId": "rjs-1", "ravelinSessionId": "s",
            "ravelinWindowId": "w", "clientEventTimeMilliseconds": 1_700_000_000_000_u64, "timezoneOffset": 0,
        },
    }]});
    let report = |origin: &str| {
        let headers = [("origin", origin), ("content-type", "text/plain;charset=UTF-8")];
        exchanged(&server, &format!("POST /z?key={key}"), &headers, &body.to_string()).0
    };
    let refused = report("https://shop.example");
    assert!(refused.starts_with("http/1.1 403"), "{refused}");
    app(&data, &["set", "shop", "origins=https://shop.example"]).unwrap();
    let taken = report("https://shop.example");
    assert!(
        taken.starts_with("http/1.1 20") && taken.contains("access-control-allow-origin: https://shop.example"),
        "{taken}"
    );
    let foreign = report("https://evil.example");
    assert!(foreign.starts_with("http/1.1 403") && !foreign.contains("access-control"), "{foreign}");
    let token = format!("token {key}");
    for path in ["/v3/login", "/v2/reclaim", "/v2/customer"] {
        assert_eq!(server.post(&format!("{path}?key={key}"), &[], "{}").status, 401, "{path}");
        assert_eq!(server.post(path, &[("authorization", &token)], "{}").status, 401, "{path}");
    }
}

#[test]
fn each_path_that_pages_call_answers_a_preflight() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &["--test"]);
    let server = Server::start(&data);
    for path in [
        "/z",
        "/z/err",
        "/v2/identity/initiate",
        "/v2/device/attach",
        "/v2/device/0123456789abcdef01234567/detach",
        "/v2/access/user/ann/attached_devices",
        "/v2/device/fingerprint",
        "/v2/device/evaluate",
        "/v2/access/device/0123456789abcdef01234567/listen",
    ] {
        let (head, _) = exchanged(&server, &format!("OPTIONS {path}"), &[LOCALHOST], "");
        assert!(head.starts_with("http/1.1 204"), "{path}: {head}");
        assert!(head.contains("access-control-allow-headers: authorization, content-type"), "{path}: {head}");
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

#[test]
fn settings_are_set_in_a_folder_and_in_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let id = create_app(&data, &[])["application_id"].as_str().unwrap().to_owned();
    let set = |change: &str| app_json(&data, &["set", &id, change])[0]["settings"].clone();
    assert_eq!(set("origins=https://Shop.example/")["origins"], json!(["https://shop.example"]));
    let server = Server::start(&data);
    assert_eq!(set("devices_per_account_max=3")["origins"], json!(["https://shop.example"]));
    let error = app(&data, &["set", &id, "origin=https://shop.example"]).unwrap_err();
    assert!(error.contains("did you mean \"origins\"?"), "{error}");
    assert!(server.stop());
    let shown = app_json(&data, &["show", "shop"]);
    assert_eq!((&shown[0]["application_id"], &shown[0]["mode"]), (&json!(id), &json!("enforce")));
    let settings = &shown[0]["settings"];
    assert_eq!(
        (&settings["devices_per_account_max"], &settings["takeover_words"]),
        (&json!(3), &json!("permit_warn_block"))
    );
    assert!(app(&data, &["show"]).unwrap().contains("https://shop.example"));
    assert!(app(&data, &["show", "nobody"]).unwrap_err().contains("no application \"nobody\""));
    let elsewhere = folder.path().join("elsewhere");
    assert!(app(&elsewhere, &["show"]).unwrap_err().contains("no data folder"));
    assert!(!elsewhere.exists());
}

#[test]
fn a_hook_shows_its_secret_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &[]);
    let server = Server::start(&data);
    let added = app_json(&data, &["hook", "add", "shop", "https://hooks.example/in"]);
    let secret = added["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let plain = app_json(&data, &["hook", "add", "shop", "https://hooks.example/r", "--style", "ravelin"]);
    assert_eq!(plain["secret"], Value::Null);
    let listed = app_json(&data, &["hook", "list", "shop"]);
    assert_eq!((&listed[0]["id"], &listed[0]["has_secret"]), (&added["hook"], &json!(true)));
    assert_eq!((&listed[1]["style"], &listed[1]["has_secret"]), (&json!("ravelin"), &json!(false)));
    assert!(!listed.to_string().contains(secret));
    let private = app(&data, &["hook", "add", "shop", "https://127.0.0.1/in"]).unwrap_err();
    assert!(private.contains("hooks.allow_private_addresses"), "{private}");
    let id = added["hook"].as_str().unwrap();
    assert!(app(&data, &["hook", "test", "shop", id]).unwrap_err().contains("no event yet"));
    assert!(app(&data, &["hook", "remove", "shop", id]).is_ok());
    assert!(app(&data, &["hook", "remove", "shop", id]).unwrap_err().contains("no hook"));
    let log = server.stop_and_read_log();
    assert!(!log.contains(secret), "{log}");
}

#[test]
fn no_secret_of_an_address_is_logged_or_counted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &[]);
    let server = Server::start_with(&data, &[("RIGHTFUL_LOG__LEVEL", "trace")]);
    for path in [
        "/v2/change/verify?id=hush",
        "/z?key=hush",
        "/v2/access/device/hush/listen?access=hush&auth=Basic%20hush:hush",
        "/v1/events/hush",
        "/nowhere/hush?auth=hush",
    ] {
        for headers in [&[][..], &[("authorization", "Bearer hush")], &[("authorization", "Basic hush")]] {
            assert!(server.get(path, headers).status >= 400, "{path}");
            assert!(server.post(path, headers, r#"{"hush":"hush"}"#).status >= 400, "{path}");
        }
    }
    let log = server.stop_and_read_log();
    assert!(log.contains("stopped"), "{log}");
    assert!(!log.contains("hush"), "{log}");
}

#[test]
fn tls_is_spoken_where_a_certificate_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &[]);
    let (certificate, key) = (fixture("certificate.pem"), fixture("key.pem"));
    let environment = [
        ("RIGHTFUL_SERVER__TLS_CERTIFICATE", certificate.to_str().unwrap()),
        ("RIGHTFUL_SERVER__TLS_KEY", key.to_str().unwrap()),
    ];
    let server = Server::start_with(&data, &environment);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(server.address).unwrap());
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("live"), "{answer}");

    let mut in_clear = TcpStream::connect(server.address).unwrap();
    in_clear.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut heard = Vec::new();
    let _reset = in_clear.read_to_end(&mut heard);
    assert!(!String::from_utf8_lossy(&heard).contains("live"));
    assert!(server.stop());
}

#[test]
fn a_certificate_without_its_key_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = fixture("certificate.pem");
    for (key, expected) in
        [("", "set both or none"), (certificate.to_str().unwrap(), "cannot read the certificate's key")]
    {
        let output = rightful()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .env("RIGHTFUL_SERVER__TLS_CERTIFICATE", &certificate)
            .env("RIGHTFUL_SERVER__TLS_KEY", key)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
}
