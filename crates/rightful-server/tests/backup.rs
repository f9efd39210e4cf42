//! `rightful backup`, of a server that goes on judging and of a folder that none runs on, and what a copy is good for.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};
use testkit::{Server, create_app, rightful};

/// What the command printed, or why it failed.
fn back_up(data: &Path, place: &Path) -> Result<Value, String> {
    let done = rightful().args(["backup", "--json", "--data"]).arg(data).arg(place).output().unwrap();
    if done.status.success() {
        Ok(serde_json::from_slice(&done.stdout).unwrap())
    } else {
        Err(String::from_utf8(done.stderr).unwrap())
    }
}

#[track_caller]
fn refused(done: Result<Value, String>, says: &str) {
    let error = done.expect_err("it was backed up");
    assert!(error.contains(says), "it says: {error}");
}

/// A folder with an application.
struct Site {
    folder: tempfile::TempDir,
    data: PathBuf,
    bearer: String,
}

fn site() -> Site {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let keys = create_app(&data, &[]);
    let bearer = format!("Bearer {}", keys["native"]["api_key"].as_str().unwrap());
    Site { folder, data, bearer }
}

impl Site {
    fn log_in(&self, server: &Server, n: u64) -> Value {
        let body = json!({
            "action": "login", "account": format!("ann{}", n % 7), "outcome": "succeeded",
            "device": {"id": format!("phone{}", n % 7)}, "network": {"ip": "192.0.2.1"},
        });
        let answer = server.post("/v1/assessments", &[("authorization", &self.bearer)], body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Puts a copy where another server finds it, with the key beside it.
    fn restore(&self, copy: &Path, name: &str) -> PathBuf {
        let restored = self.folder.path().join(name);
        std::fs::rename(copy, &restored).unwrap();
        let key = |data: &Path| data.with_extension("master-key");
        std::fs::copy(key(&self.data), key(&restored)).unwrap();
        restored
    }

    fn sees(&self, server: &Server, id: &str) -> bool {
        server.get(&format!("/v1/assessments/{id}"), &[("authorization", &self.bearer)]).status == 200
    }
}

fn audit(data: &Path) -> Value {
    let done = rightful().args(["audit", "--json", "--data"]).arg(data).output().unwrap();
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn a_server_under_load_is_backed_up_and_what_it_acknowledged_is_there_elsewhere() {
    let site = site();
    let server = Server::start(&site.data);
    let place = site.folder.path().join("monday");
    let before: Vec<String> = (0..40).map(|n| site.log_in(&server, n)["id"].as_str().unwrap().to_owned()).collect();
    let (n_logins, is_over) = (AtomicU64::new(40), AtomicBool::new(false));
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                site.log_in(&server, n_logins.fetch_add(1, Ordering::AcqRel));
            }
        });
        let done = back_up(&site.data, &place);
        is_over.store(true, Ordering::Release);
        done.unwrap()
    });
    assert_eq!(done["place"], place.to_str().unwrap());
    let sequence = done["sequence"].as_u64().unwrap();
    assert!((40..=n_logins.load(Ordering::Acquire)).contains(&sequence), "{done}");
    assert_eq!((&done["rows"], &done["missing_rows"], &done["damaged_rows"]), (&json!(sequence), &json!(0), &json!(0)));
    assert_eq!(done["master_key_included"], false);

    let audited = audit(&site.data);
    let row = audited.as_array().unwrap().last().unwrap();
    assert_eq!((&row["change"], &row["by"]), (&json!("backup.begun"), &json!("operator")));
    assert_eq!((&row["detail"], &row["application_id"]), (&json!(format!("to {}", place.display())), &Value::Null));
    // What comes now is for the original alone.
    let after = site.log_in(&server, 1)["id"].as_str().unwrap().to_owned();
    server.kill();

    let restored = site.restore(&place, "restored");
    let server = Server::start(&restored);
    assert!(before.iter().all(|id| site.sees(&server, id)));
    assert!(!site.sees(&server, &after));
    let (known, strange) =
        (site.log_in(&server, 3), json!({"action": "login", "account": "ann3", "network": {"ip": "203.0.113.9"}}));
    assert_eq!(known["verdict"], "allow", "an own device is known there, too: {known}");
    let strange = server.post("/v1/assessments", &[("authorization", &site.bearer)], strange.to_string()).json();
    let score = |answer: &Value| answer["risk_score"].as_f64().unwrap();
    assert!(score(&strange) > score(&known), "{strange}");
    assert!(server.stop());
    let server = Server::start(&restored);
    assert!(site.sees(&server, known["id"].as_str().unwrap()), "it goes on");
}

#[test]
fn a_folder_that_no_server_runs_on_is_backed_up_by_the_command() {
    let site = site();
    let server = Server::start(&site.data);
    let id = site.log_in(&server, 1)["id"].as_str().unwrap().to_owned();
    assert!(server.stop());
    let place = site.folder.path().join("copy");
    assert_eq!(back_up(&site.data, &place).unwrap()["sequence"], 1);
    let server = Server::start(&site.restore(&place, "restored"));
    assert!(site.sees(&server, &id));
    let words = rightful().args(["backup", "--data"]).arg(&site.data).arg(&place).output().unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("holds all up to number 1") && words.contains("The master key is not in it"), "{words}");
}

#[test]
fn what_cannot_be_is_said_and_leaves_nothing() {
    let site = site();
    let taken = site.folder.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    let checks = || {
        refused(back_up(&site.data, &taken), "is there already");
        refused(back_up(&site.data, &site.folder.path().join("nowhere/copy")), "there is no folder");
        refused(back_up(&site.data, &site.data.join("copy")), "is in the data folder itself");
        refused(back_up(&site.data, Path::new("/proc/copy")), "cannot write /proc/copy.partial");
    };
    checks();
    let server = Server::start(&site.data);
    checks();
    assert_eq!(site.log_in(&server, 1)["verdict"], "allow");
    refused(back_up(&site.folder.path().join("misspelled"), &taken.join("copy")), "there is no data folder");
    let mut names: Vec<_> =
        std::fs::read_dir(site.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["data", "data.master-key", "taken"]);
    assert_eq!(audit(&site.data).as_array().unwrap().len(), 1, "what never began is no change");
}
