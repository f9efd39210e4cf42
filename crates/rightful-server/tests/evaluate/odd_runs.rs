//! Runs that somebody stops, and logs with a clock that is wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::testkit::rightful;
use super::{Bench, Row, TIME, all_columns, log, text};

#[test]
fn a_row_from_another_century_is_set_aside_and_spoils_no_other() {
    let (bench, rows) = (Bench::new(), log());
    let first = bench.scores(&rows, &[]);
    let json = bench.json(&rows, &[]);
    let of_log = |json: &Value| (json["out_of_order"].clone(), json["measures"].clone());
    let unspoiled = of_log(&json);
    let mut spoiled = rows.clone();
    let mut wild = rows[200].clone();
    (wild[0], wild[TIME]) = ("9999999".to_owned(), "2099-01-01 00:00:00".to_owned());
    spoiled.insert(200, wild);
    assert_eq!(bench.scores(&spoiled, &[]), first);
    let json = bench.json(&spoiled, &[]);
    assert_eq!((&json["set_aside"], &json["set_aside_lines"]), (&json!(1), &json!([202])));
    assert!(of_log(&json) == unspoiled, "{json}");
    let output = bench.run(text(&spoiled, &all_columns()).as_bytes(), &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("1 rows set aside, unscored") && said.contains("(line 202)"), "{said}");

    // Nothing comes back after a pause, however long.
    let paused: Vec<Row> = rows
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, mut row)| {
            if place > 200 {
                row[TIME].replace_range(0..4, "2032");
            }
            row
        })
        .collect();
    assert_eq!(bench.json(&paused, &[])["set_aside"], 0);
    assert_eq!(bench.scores(&paused, &[]).lines().count(), rows.len() + 1);
}

#[test]
fn what_is_interrupted_leaves_nothing_behind() {
    for signal in ["TERM", "INT"] {
        let bench = Bench::new();
        // A log that goes on for as long as its writer has more: the run is under way for as long as it is wanted.
        let mut command = rightful();
        command.args(["evaluate", "/dev/stdin", "--scores"]).arg(bench.path("scores.csv"));
        let piped = command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.stdout(Stdio::null()).spawn().unwrap();
        let mut log_in = child.stdin.take().unwrap();
        log_in.write_all(text(&log(), &all_columns()).as_bytes()).unwrap();
        let partial = bench.path(&format!("scores.csv.{}.partial", child.id()));
        while !partial.exists() {
            std::thread::yield_now();
        }
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert!(!output.status.success());
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "rightful: interrupted\n");
        assert_eq!(std::fs::read_dir(bench.0.path()).unwrap().count(), 0);
        drop(log_in);
    }
}
