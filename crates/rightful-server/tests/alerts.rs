//! `rightful alerts`, with a server running on the folder and without one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use testkit::{Server, create_app, rightful};

#[test]
fn the_operator_sees_what_goes_on_and_whether_alerts_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    create_app(&data, &[]);
    let alerts = |more: &[&str]| {
        let done = rightful().args(["alerts", "--data"]).arg(&data).args(more).output().unwrap();
        (done.status.success(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (is_well, _, said) = alerts(&[]);
    assert!(!is_well && said.contains("no server runs on"), "{said}");
    let server = Server::start(&data);
    assert_eq!(alerts(&[]), (true, "All is well.\n".into(), String::new()));
    assert_eq!(alerts(&["--json"]), (true, "[]\n".into(), String::new()));
    assert!(server.stop());

    let done = rightful().args(["alerts", "test"]).output().unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("no way to alert anybody is configured"), "{said}");
}
