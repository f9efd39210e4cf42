//! `rightful export`, with a server running on the folder and without one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::Path;

use serde_json::{Value, json};
use testkit::{Server, create_app, rightful};

fn export(data: &Path, out: &Path, more: &[&str]) -> Value {
    let mut command = rightful();
    command.args(["export", "--app", "shop", "--json", "--data"]).arg(data).arg("--out").arg(out).args(more);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn events_are_taken_away_from_a_running_server_and_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let keys = create_app(&data, &[]);
    let bearer = format!("Bearer {}", keys["native"]["api_key"].as_str().unwrap());
    let server = Server::start(&data);
    for account in ["ann", "berta", "ann"] {
        let body = json!({"action": "login", "account": account}).to_string();
        assert_eq!(server.post("/v1/assessments", &[("authorization", &bearer)], body).status, 200);
    }
    let out = folder.path().join("running.ndjson");
    let summary = export(&data, &out, &[]);
    assert_eq!((&summary["events"], &summary["upto"]), (&json!(3), &json!(3)));
    let lines = std::fs::read_to_string(&out).unwrap();
    let over_http = server.get("/v1/export", &[("authorization", &bearer)]);
    assert_eq!(lines, over_http.text);
    let tables = folder.path().join("running.parquet");
    assert_eq!(export(&data, &tables, &["--format", "parquet", "--after", "1"])["events"], 2);
    assert_eq!(std::fs::read(&tables).unwrap().get(..4), Some(&b"PAR1"[..]));
    assert!(server.stop());

    let again = folder.path().join("stopped.ndjson");
    assert_eq!(export(&data, &again, &["--from", "2000-01-01"])["events"], 3);
    assert_eq!(std::fs::read_to_string(&again).unwrap(), lines);
    assert_eq!(export(&data, &again, &["--to", "2000-01-02"])["events"], 0);
}
