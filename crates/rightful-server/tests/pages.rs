//! What an operator does about pages and hooks, and what strangers must not find: real processes, real sockets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
