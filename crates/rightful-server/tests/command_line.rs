//! The command line as people meet it: what is wrong is named, and who stops reading is no failure.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rightful_domain::Verdict;
use rightful_store::conformance::{judged, login};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Memory};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use testkit::{Server, create_app, rightful};

/// What a command said, and whether it ended well.
fn run(command: &[&str], environment: &[(&str, &Path)]) -> (bool, String) {
    let done = rightful().args(command).envs(environment.iter().copied()).output().unwrap();
    (done.status.success(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn who_stops_reading_is_no_failure() {
    for command in [
        &["openapi"][..],
        &["config", "reference"],
        &["rules", "library"],
        &["completions", "bash"],
        &["completions", "elvish"],
        &["completions", "fish"],
        &["completions", "powershell"],
        &["completions", "zsh"],
    ] {
        let mut child = rightful().args(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended_well = child.wait().unwrap().success();
        let mut error = String::new();
        child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
        assert!(ended_well && error.is_empty(), "{command:?}: {error}");
    }
}

#[test]
fn the_files_that_a_configuration_names_are_looked_at_before_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "[budget]\nchallenge_shar = 0.1\n").unwrap();
    let (is_well, error) = run(&["config", "check"], &[("RIGHTFUL_JUDGEMENT__POLICY", &policy)]);
    assert!(!is_well && error.contains("policy.toml") && error.contains("challenge_share"), "{error}");

    let nowhere = folder.path().join("nowhere.pem");
    let tls = [("RIGHTFUL_SERVER__TLS_CERTIFICATE", &*nowhere), ("RIGHTFUL_SERVER__TLS_KEY", &*nowhere)];
    let (is_well, error) = run(&["config", "check"], &tls);
    assert!(!is_well && error.contains("cannot read the certificate") && error.contains("nowhere.pem"), "{error}");
}

#[test]
fn a_data_folder_that_is_none_is_named_and_gets_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    std::fs::write(&file, "").unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", file.to_str().unwrap()];
    let (is_well, error) = run(&serve, &[]);
    assert!(!is_well && error.contains(&format!("the data folder {} is no folder", file.display())), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was made beside it");
}

/// A certificate and a key, as the environment names them.
fn tls<'a>(certificate: &'a Path, key: &'a Path) -> Vec<(&'static str, &'a Path)> {
    vec![("RIGHTFUL_SERVER__TLS_CERTIFICATE", certificate), ("RIGHTFUL_SERVER__TLS_KEY", key)]
}

#[test]
fn a_server_whose_files_are_wrong_says_so_before_it_makes_or_opens_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let policy = put("policy.toml", "[budget]\nchallenge_shar = 0.1\n");
    let (nowhere, garbage) = (folder.path().join("nowhere"), put("garbage.pem", "no certificate\n"));
    let intelligence = folder.path().join("sets");
    std::fs::create_dir(&intelligence).unwrap();
    std::fs::write(intelligence.join("city.mmdb"), "no database").unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    let (certificate, key) = (fixtures.join("certificate.pem"), fixtures.join("key.pem"));
    let stranger =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &ring::rand::SystemRandom::new()).unwrap();
    let stranger = STANDARD.encode(stranger);
    let other = put("other.pem", &format!("-----BEGIN PRIVATE KEY-----\n{stranger}\n-----END PRIVATE KEY-----\n"));
    let data = folder.path().join("data");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let n_before = std::fs::read_dir(folder.path()).unwrap().count();
    for (environment, words) in [
        (vec![("RIGHTFUL_JUDGEMENT__POLICY", &*policy)], ["policy.toml", "challenge_share"]),
        (vec![("RIGHTFUL_JUDGEMENT__POLICY", &*nowhere)], ["nowhere", "No such file"]),
        (vec![("RIGHTFUL_JUDGEMENT__INTELLIGENCE", &*intelligence)], ["city.mmdb", "broken database"]),
        (tls(&nowhere, &key), ["nowhere", "cannot read the certificate"]),
        (tls(&garbage, &key), ["garbage.pem", "holds no certificate"]),
        (tls(&certificate, &nowhere), ["nowhere", "cannot read the certificate's key"]),
        (tls(&certificate, &other), ["certificate.pem and its key", "other.pem"]),
    ] {
        let (is_well, error) = run(&serve, &environment);
        assert!(!is_well && words.iter().all(|word| error.contains(word)), "{words:?}: {error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), n_before, "{words:?}: nothing was made");
    }
}

#[test]
fn a_clock_that_was_set_back_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let key = ("RIGHTFUL_MASTER_KEY", "07".repeat(32));
    let start = || Server::start_with(folder.path(), &[(key.0, &key.1)]).stop_and_read_log();
    assert!(!start().contains("the clock is"), "nothing is in the ledger");
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let is_said_of_an_event = |at_s: u64| {
        let first_s = login(0, "ann", "phone", "192.0.2.1").received_at.as_millis().unsigned_abs() / 1_000;
        let entry = judged(&login(at_s - first_s, "ann", "phone", "192.0.2.1"), Verdict::Allow);
        let options = EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]);
        let (store, _) = EmbeddedStore::open(folder.path(), options).unwrap();
        tokio::runtime::Runtime::new().unwrap().block_on(store.record(entry)).unwrap();
        store.close();
        drop(store);
        let log = start();
        log.lines().find(|line| line.contains("the clock is")).map(str::to_owned)
    };
    assert_eq!(is_said_of_an_event(now_s), None);
    let said = is_said_of_an_event(now_s + 86_400).unwrap();
    assert!(said.contains("WARN") && said.contains("behind_s=86") && said.contains("was it set back?"), "{said}");
    assert!(!said.contains("ann") && !said.contains("192.0.2.1"), "{said}");
}

#[test]
fn metrics_are_turned_off_by_a_flag_as_by_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    std::fs::write(&file, "").unwrap();
    let serve = |listen: &str| run(&["serve", "--metrics-listen", listen, "--data", file.to_str().unwrap()], &[]).1;
    // Past the flags, it stops at the folder that is none.
    assert!(serve("").contains("is no folder"), "{}", serve(""));
    assert!(serve("9464").contains("must be an address with a port"), "{}", serve("9464"));
}

#[test]
fn a_server_that_serves_nobody_says_what_is_next() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let log = Server::start(&data).stop_and_read_log();
    assert!(log.contains(&format!("`rightful app create NAME --data {}`", data.display())), "{log}");
    create_app(&data, &[]);
    let log = Server::start(&data).stop_and_read_log();
    assert!(!log.contains("rightful app create"), "{log}");
}

#[test]
fn a_folder_that_was_not_named_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, "").unwrap();
    for command in [
        &["app", "set", "shop", "mode=enforce"][..],
        &["list", "show", "shop"],
        &["export", "--app", "shop", "--out", "x"],
        &["backtest", policy.to_str().unwrap()],
    ] {
        let (is_well, error) = run(command, &[("RIGHTFUL_STORE__DATA", &nowhere)]);
        assert!(!is_well && error.contains("no data folder") && error.contains("--data"), "{command:?}: {error}");
    }
}

#[test]
fn an_entry_that_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &[]);
    let list = |words: &[&str]| {
        let done = rightful().arg("list").args(words).arg("--data").arg(&data).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    list(&["create", "shop", "leak", "--effect", "block", "--of", "address"]);
    let told = list(&["add", "shop", "leak", "192.0.2.9", "198.51.100.7/24"]);
    assert!(told.contains("1 added") && told.contains("  198.51.100.7/24: value has bits"), "{told}");
}
