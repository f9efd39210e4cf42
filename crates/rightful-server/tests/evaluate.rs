//! `rightful evaluate` through its door: logs in, scores, measures and reports out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "evaluate/odd_runs.rs"]
mod odd_runs;
mod testkit;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::rightful;

const HEADS: [&str; 19] = [
    "index",
    "Login Timestamp",
    "User ID",
    "Round-Trip Time [ms]",
    "IP Address",
    "Country",
    "Region",
    "City",
    "ASN",
    "User Agent String",
    "Browser Name and Version",
    "OS Name and Version",
    "Device Type",
    "Login Successful",
    "Is Attack IP",
    "Is Account Takeover",
    "Device Token",
    "Failure Reason",
    "Attack Kind",
];
const TIME: usize = 1;
const IP: usize = 4;
const COUNTRY: usize = 5;
const REGION: usize = 6;
const CITY: usize = 7;
const ASN: usize = 8;
const AGENT: usize = 9;
const BROWSER: usize = 10;
const SYSTEM: usize = 11;
const KIND_OF_DEVICE: usize = 12;
const SUCCEEDED: usize = 13;
const TAKEOVER: usize = 15;
const TOKEN: usize = 16;
const ATTACK: usize = 18;

/// Where the RBA data set pools users that do not exist.
const NOBODY: &str = "-4324475583306591935";
const USERS: usize = 12;
const DAYS: usize = 59;

type Row = Vec<String>;

/// Two months of twelve users who log in most days, one typing error a week, a few strangers late in the second month.
fn log() -> Vec<Row> {
    let mut rows = Vec::new();
    for day in 0..DAYS {
        for user in 0..USERS {
            if (day + user) % 3 == 0 {
                continue;
            }
            let minute = (user * 37 + day * 13) % 50;
            if (day + user) % 7 == 0 {
                rows.push(row(day, 8, minute, user, "False", "bad_password", "typo"));
            }
            rows.push(row(day, 8, minute + 1, user, "True", "", "legit"));
        }
        if day > 50 {
            rows.push(stranger(day, day % USERS, if day % 2 == 0 { "vpn" } else { "far away" }));
            rows.push(nobody(day));
        }
    }
    for (index, row) in rows.iter_mut().enumerate() {
        row[0] = index.to_string();
    }
    rows
}

fn row(day: usize, hour: usize, minute: usize, user: usize, succeeded: &str, failure: &str, kind: &str) -> Row {
    let (month, day) = (1 + day / 30, 1 + day % 30);
    let agent =
        format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:1{user:02}.0) Gecko/20100101 Firefox/1{user:02}.0");
    [
        "",
        &format!("2024-{month:02}-{day:02} {hour:02}:{minute:02}:00.250"),
        &format!("{}", 7_000_000_000_000_000_000_i64 + user as i64),
        "31",
        &format!("198.51.{user}.7"),
        "NO",
        "Oslo",
        "Oslo",
        "2119",
        &agent,
        &format!("Firefox 1{user:02}.0"),
        "Windows 10",
        "desktop",
        succeeded,
        "False",
        "False",
        &format!("device-of-{user}"),
        failure,
        kind,
    ]
    .map(str::to_owned)
    .to_vec()
}

fn stranger(day: usize, user: usize, kind: &str) -> Row {
    let mut row = row(day, 22, 5, user, "True", "", kind);
    for (place, value) in [
        (IP, "203.0.113.9"),
        (COUNTRY, "RO"),
        (REGION, "-"),
        (CITY, "-"),
        (ASN, "9009"),
        (AGENT, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/90.0.4430 Safari/537.36"),
        (BROWSER, "Chrome 90.0.4430"),
        (SYSTEM, "Linux"),
        (TAKEOVER, "True"),
        (TOKEN, ""),
    ] {
        row[place] = value.to_owned();
    }
    row
}

fn nobody(day: usize) -> Row {
    let mut row = row(day, 22, 7, 0, "False", "unknown_user", "stuffing");
    row[2] = NOBODY.to_owned();
    row[IP] = "203.0.113.9".to_owned();
    row
}

/// A log as text, its columns in the given order.
fn text(rows: &[Row], columns: &[usize]) -> String {
    let mut out = columns.iter().map(|column| HEADS[*column]).collect::<Vec<_>>().join(",") + "\n";
    for row in rows {
        let fields: Vec<String> = columns.iter().map(|column| format!("\"{}\"", row[*column])).collect();
        writeln!(out, "{}", fields.join(",")).unwrap();
    }
    out
}

fn all_columns() -> Vec<usize> {
    (0..HEADS.len()).collect()
}

/// A folder in which logs are evaluated.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, log: &[u8], more: &[&str]) -> std::process::Output {
        let (file, scores) = (self.path("log.csv"), self.path("scores.csv"));
        std::fs::write(&file, log).unwrap();
        rightful().arg("evaluate").arg(file).arg("--scores").arg(scores).args(more).output().unwrap()
    }

    /// The scores of a log, as written.
    #[track_caller]
    fn scores(&self, rows: &[Row], more: &[&str]) -> String {
        self.scores_of(text(rows, &all_columns()).as_bytes(), more)
    }

    #[track_caller]
    fn scores_of(&self, log: &[u8], more: &[&str]) -> String {
        let output = self.run(log, more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(self.path("scores.csv")).unwrap()
    }

    #[track_caller]
    fn json(&self, rows: &[Row], more: &[&str]) -> Value {
        let mut options = vec!["--json"];
        options.extend(more);
        let output = self.run(text(rows, &all_columns()).as_bytes(), &options);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    #[track_caller]
    fn error(&self, log: &[u8], more: &[&str]) -> String {
        let output = self.run(log, more);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}

fn with(rows: &[Row], change: impl Fn(&mut Row)) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.iter_mut().for_each(change);
    rows
}

#[test]
fn the_same_log_gives_the_same_bytes_packed_or_not_and_in_any_order_of_columns() {
    let (bench, rows) = (Bench::new(), log());
    let first = bench.scores(&rows, &[]);
    assert_eq!(first.lines().count(), rows.len() + 1);
    assert_eq!(first.lines().next(), Some("row,score,verdict,reasons"));
    assert_eq!(bench.scores(&rows, &[]), first);
    let backwards: Vec<usize> = all_columns().into_iter().rev().collect();
    assert_eq!(bench.scores_of(text(&rows, &backwards).as_bytes(), &[]), first);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text(&rows, &all_columns()).as_bytes()).unwrap();
    assert_eq!(bench.scores_of(&packed.finish().unwrap(), &[]), first);
}

#[test]
fn labels_change_no_score() {
    let (bench, rows) = (Bench::new(), log());
    let first = bench.scores(&rows, &[]);
    let renamed = with(&rows, |row| row[ATTACK] = "legit".to_owned());
    assert_eq!(bench.scores(&renamed, &[]), first);
    let unlabeled = with(&rows, |row| row[TAKEOVER] = "False".to_owned());
    assert_eq!(bench.scores(&unlabeled, &[]), first);
    let blamed = with(&rows, |row| row[TAKEOVER] = "True".to_owned());
    assert_eq!(bench.scores(&blamed, &[]), first);
}

#[test]
fn without_labels_there_are_scores_and_no_measures() {
    let (bench, rows) = (Bench::new(), log());
    let told: Vec<usize> = all_columns().into_iter().filter(|column| ![TAKEOVER, ATTACK].contains(column)).collect();
    let output = bench.run(text(&rows, &told).as_bytes(), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["scored"].as_u64(), &json["measures"]), (Some(rows.len() as u64), &Value::Null));
    let error = bench.error(text(&rows, &told).as_bytes(), &["--forget-attacks"]);
    assert!(error.contains("no column \"Is Account Takeover\""), "{error}");
}

#[test]
fn a_forgotten_takeover_is_as_if_it_had_never_come() {
    let (bench, rows) = (Bench::new(), log());
    let forgotten = bench.scores(&rows, &["--forget-attacks"]);
    let learned = bench.scores(&rows, &[]);
    let owners: Vec<Row> = rows.iter().filter(|row| row[TAKEOVER] == "False").cloned().collect();
    let without = bench.scores(&owners, &["--forget-attacks"]);
    let is_owner = |line: &&str| {
        let row: usize = line.split(',').next().unwrap().parse().unwrap();
        rows[row][TAKEOVER] == "False"
    };
    let of_owners: Vec<&str> = forgotten.lines().skip(1).filter(is_owner).collect();
    assert_eq!(of_owners, without.lines().skip(1).collect::<Vec<_>>());
    // The first takeover is scored before its label is read, so alike in both.
    let first = rows.iter().position(|row| row[TAKEOVER] == "True").unwrap();
    assert_eq!(forgotten.lines().nth(first + 1), learned.lines().nth(first + 1));
    assert_eq!(bench.json(&rows, &["--forget-attacks"])["forgotten"], rows.len() - owners.len());
}

#[test]
fn strangers_score_above_owners() {
    let json = Bench::new().json(&log(), &["--forget-attacks"]);
    let main = &json["measures"]["main"];
    for kind in ["vpn", "far away"] {
        assert!(main["kinds"][kind]["auc"].as_f64().unwrap() > 0.9, "{main}");
    }
    assert_eq!(json["measures"]["simulated"], true);
}

#[test]
fn a_missing_column_is_named_and_nothing_is_left_behind() {
    let (bench, rows) = (Bench::new(), log());
    let some: Vec<usize> = all_columns().into_iter().filter(|column| ![IP, SUCCEEDED].contains(column)).collect();
    let error = bench.error(text(&rows, &some).as_bytes(), &[]);
    assert!(error.contains("no column \"IP Address\", \"Login Successful\""), "{error}");
    let left: Vec<_> = std::fs::read_dir(bench.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["log.csv"]);
}

#[test]
fn scores_never_take_the_place_of_what_is_read() {
    let (bench, rows) = (Bench::new(), log());
    let scores = bench.scores(&rows, &[]);
    let error =
        bench.error(text(&rows, &all_columns()).as_bytes(), &["--vs", bench.path("scores.csv").to_str().unwrap()]);
    assert!(error.contains("would be written over"), "{error}");
    assert_eq!(std::fs::read_to_string(bench.path("scores.csv")).unwrap(), scores);
    let file = bench.path("log.csv");
    let output = rightful().arg("evaluate").arg(&file).arg("--scores").arg(&file).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(std::fs::read_to_string(file).unwrap(), text(&rows, &all_columns()));
}

#[test]
fn a_column_that_is_there_twice_is_refused_and_so_is_what_is_no_log() {
    let (bench, rows) = (Bench::new(), log());
    let twice: Vec<usize> = all_columns().into_iter().chain([IP, ATTACK]).collect();
    let error = bench.error(text(&rows, &twice).as_bytes(), &[]);
    assert!(error.contains("more than one column \"IP Address\""), "{error}");
    let twice: Vec<usize> = all_columns().into_iter().chain([ATTACK, TAKEOVER]).collect();
    let error = bench.error(text(&rows, &twice).as_bytes(), &[]);
    assert!(error.contains("more than one column \"Is Account Takeover\", \"Attack Kind\""), "{error}");
    let error = bench.error(text(&rows, &all_columns()).replace(',', ";").as_bytes(), &[]);
    assert!(error.contains("separated by commas"), "{error}");
}

#[test]
fn labels_that_cannot_be_read_are_told_and_are_nobodys() {
    let (bench, rows) = (Bench::new(), log());
    let first = bench.json(&rows, &["--forget-attacks"]);
    // One word for yes that we do not know would make owners of intruders, and of their habits the owner's.
    let odd = with(&rows, |row| {
        if row[TAKEOVER] == "True" {
            row[TAKEOVER] = "yes".to_owned();
        }
    });
    let json = bench.json(&odd, &["--forget-attacks"]);
    assert_eq!(json["unlabeled"], first["forgotten"]);
    assert_eq!(json["measures"]["main"]["legit"], first["measures"]["main"]["legit"]);
    assert_eq!(json["measures"]["main"]["kinds"], serde_json::json!({}));
    let none = with(&rows, |row| row[TAKEOVER].clear());
    let output = bench.run(text(&none, &all_columns()).as_bytes(), &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("successful logins are not measured") && said.contains("No measures: the last third"),
        "{said}"
    );
}

#[test]
fn rows_of_one_index_are_scored_and_not_measured() {
    let (bench, rows) = (Bench::new(), log());
    let json = bench.json(&with(&rows, |row| row[0] = "7".to_owned()), &[]);
    assert_eq!((json["scored"].as_u64(), &json["measures"]), (Some(rows.len() as u64), &Value::Null));
    let why = json["unmeasured"].as_str().unwrap();
    assert!(why.contains(&format!("{} rows have the index of an earlier row", rows.len() - 1)), "{why}");
}

#[test]
fn why_there_is_no_report_is_said_beside_what_became_of_the_rows() {
    let (bench, rows) = (Bench::new(), log());
    let folder = bench.path("report");
    let report = ["--report", folder.to_str().unwrap()];
    let broken = with(&rows, |row| row[TIME].clear());
    let output = bench.run(text(&broken, &all_columns()).as_bytes(), &report);
    let (said, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(!output.status.success());
    assert!(said.contains("broken lines skipped") && said.contains("\"Login Timestamp\": is empty"), "{said}");
    assert!(error.contains("no report without measures: the last third"), "{error}");
    let told: Vec<usize> = all_columns().into_iter().filter(|column| *column != TAKEOVER).collect();
    let error = bench.error(text(&rows, &told).as_bytes(), &report);
    assert!(error.contains("no report without measures: the log has no column \"Is Account Takeover\""), "{error}");
}

#[test]
fn what_stands_beside_the_log_is_looked_at_before_it() {
    let (bench, rows) = (Bench::new(), log());
    let file = bench.path("a file");
    std::fs::write(&file, "").unwrap();
    for (option, path) in [("--vs", bench.path("nowhere.csv")), ("--report", file)] {
        bench.error(text(&rows, &all_columns()).as_bytes(), &[option, path.to_str().unwrap()]);
        assert!(!bench.path("scores.csv").exists(), "{option}");
    }
}

#[cfg(unix)]
#[test]
fn scores_take_the_place_of_files_alone() {
    let (bench, rows) = (Bench::new(), log());
    // A socket stands for a device and a pipe: whoever is root would replace the machine's own.
    let socket = bench.path("socket");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let log = bench.path("log.csv");
    std::fs::write(&log, text(&rows, &all_columns())).unwrap();
    let run = |scores: &Path| rightful().arg("evaluate").arg(&log).arg("--scores").arg(scores).output().unwrap();
    let output = run(&socket);
    assert!(String::from_utf8_lossy(&output.stderr).contains("is no file"), "{output:?}");
    assert!(!std::fs::metadata(&socket).unwrap().is_file());
    let (file, link) = (bench.path("elsewhere.csv"), bench.path("link.csv"));
    std::fs::write(&file, "").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(run(&link).status.success());
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), rows.len() + 1);
}

#[test]
fn broken_lines_are_counted_and_quoted_without_their_values() {
    let (bench, mut rows) = (Bench::new(), log());
    rows[3][TIME] = "yesterday".to_owned();
    rows[5][IP] = "198.51.100.300".to_owned();
    rows[8][SUCCEEDED] = "perhaps".to_owned();
    let mut text = text(&rows, &all_columns());
    text.push_str("1,2,3\n");
    let output = bench.run(text.as_bytes(), &["--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["bad_lines"].as_u64(), json["scored"].as_u64()), (Some(4), Some(rows.len() as u64 - 3)));
    let quoted: Vec<&str> = json["bad_lines_quoted"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(quoted[0], "line 5, column \"Login Timestamp\": cannot be read");
    assert_eq!(quoted[1], "line 7, column \"IP Address\": cannot be read");
    assert_eq!(quoted[2], "line 10, column \"Login Successful\": cannot be read");
    assert!(quoted[3].ends_with("3 fields where the header has 19"), "{quoted:?}");
    assert!(!json.to_string().contains("198.51.100.300"));
}

#[test]
fn a_file_that_is_no_log_is_given_up() {
    let mut text = text(&log(), &all_columns());
    text.push_str(&"no,such,line\n".repeat(10_001));
    let error = Bench::new().error(text.as_bytes(), &[]);
    assert!(error.contains("more than 10000 broken lines"), "{error}");
}

/// At most two in a hundred owners are challenged, whatever the log does not say.
#[track_caller]
fn check_calm(rows: &[Row]) {
    let json = Bench::new().json(rows, &["--forget-attacks"]);
    assert_eq!((json["bad_lines"].as_u64(), json["scored"].as_u64()), (Some(0), Some(rows.len() as u64)));
    let challenged = json["measures"]["verdicts"]["legit"]["challenged"].as_f64().unwrap();
    assert!(challenged <= 0.02, "{challenged}");
}

#[test]
fn what_a_log_does_not_say_challenges_nobody() {
    let rows = log();
    check_calm(&rows);
    check_calm(&with(&rows, |row| row[TOKEN].clear()));
    check_calm(&with(&rows, |row| {
        for column in [AGENT, BROWSER, SYSTEM, KIND_OF_DEVICE] {
            row[column].clear();
        }
    }));
    check_calm(&with(&rows, |row| {
        for column in [COUNTRY, REGION, CITY, ASN] {
            row[column] = "-".to_owned();
        }
    }));
    check_calm(&with(&rows, |row| row[IP].clear()));
    check_calm(&with(&rows, |row| row[IP] = format!("2001:db8:{}::1", row[IP].replace('.', ":"))));
    check_calm(&with(&rows, |row| row[AGENT] = "\u{1f600} ".repeat(900)));
}

#[test]
fn the_references_inputs_are_no_more_than_it_reads() {
    let (bench, rows) = (Bench::new(), log());
    let first = bench.scores(&rows, &["--reference-inputs"]);
    let n_successes = rows.iter().filter(|row| row[SUCCEEDED] == "True").count();
    assert_eq!(first.lines().count(), n_successes + 1);
    let renamed = with(&rows, |row| {
        row[TOKEN] = "another".to_owned();
        row[CITY] = "Elsewhere".to_owned();
        row[REGION] = "-".to_owned();
    });
    assert_eq!(bench.scores(&renamed, &["--reference-inputs"]), first);
    let successes: Vec<Row> = rows.iter().filter(|row| row[SUCCEEDED] == "True").cloned().collect();
    assert_eq!(bench.scores(&successes, &["--reference-inputs"]), first);
}

#[test]
fn so_many_rows_and_no_more() {
    let (bench, rows) = (Bench::new(), log());
    let all = bench.scores(&rows, &[]);
    let some = bench.scores(&rows, &["--max-rows", "100"]);
    assert_eq!(some.lines().collect::<Vec<_>>(), all.lines().take(101).collect::<Vec<_>>());
}

#[test]
fn a_policy_is_obeyed_and_a_wrong_one_refused() {
    let (bench, rows) = (Bench::new(), log());
    let policy = bench.path("policy.toml");
    std::fs::write(&policy, "[verdicts.default]\ntrust_max = 0\nchallenge_min = 0.01\ndeny_min = 0.01\n").unwrap();
    let denied = bench.scores(&rows, &["--policy", policy.to_str().unwrap()]);
    assert_ne!(denied, bench.scores(&rows, &[]));
    std::fs::write(&policy, "[verdicts.default]\ndeny = 5\n").unwrap();
    let error = bench.error(text(&rows, &all_columns()).as_bytes(), &["--policy", policy.to_str().unwrap()]);
    assert!(error.contains("unknown key \"verdicts.default.deny\""), "{error}");
}

#[test]
fn the_report_needs_nothing_else_and_names_nobody() {
    let (bench, rows) = (Bench::new(), log());
    let folder = bench.path("report");
    bench.scores(&rows, &["--forget-attacks", "--report", folder.to_str().unwrap()]);
    let html = std::fs::read_to_string(folder.join("report.html")).unwrap();
    for outside in ["http://", "https://", "src=", "<link", "<script", "url(", "@import"] {
        assert!(!html.contains(outside), "{outside}");
    }
    for person in ["198.51.", "203.0.113.", "device-of-", "7000000000"] {
        assert!(!html.contains(person), "{person}");
    }
    for (opening, of) in [("<figcaption>", "plot"), ("<caption>", "table")] {
        let captions: Vec<&str> = html.split(opening).skip(1).collect();
        assert!(!captions.is_empty() && captions.iter().all(|text| text.starts_with("Simulated.")), "a {of}");
    }
    assert_eq!(html.matches("<svg class=\"plot\"").count(), html.matches("role=\"img\"><title>").count());
    let measures: Value = serde_json::from_slice(&std::fs::read(folder.join("measures.json")).unwrap()).unwrap();
    assert_eq!(measures["measures"]["simulated"], true);
}

#[test]
fn a_log_of_the_world_is_simulated_only_if_one_says_so() {
    let (bench, rows) = (Bench::new(), log());
    let told: Vec<usize> = all_columns().into_iter().filter(|column| *column != ATTACK).collect();
    let report = |more: &[&str]| {
        let folder = bench.path("report");
        let mut options = vec!["--report", folder.to_str().unwrap()];
        options.extend(more);
        bench.scores_of(text(&rows, &told).as_bytes(), &options);
        std::fs::read_to_string(folder.join("report.html")).unwrap()
    };
    assert!(!report(&[]).contains("Simulated"));
    assert!(report(&["--simulated"]).contains("Simulated"));
}

#[track_caller]
fn check_equal(expected: &Value, actual: &Value, path: &str) {
    match expected {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| check_equal(value, &actual[key], &format!("{path}/{key}")));
        }
        Value::Array(items) => {
            let pairs = items.iter().zip(actual.as_array().unwrap()).enumerate();
            pairs.for_each(|(place, (one, other))| check_equal(one, other, &format!("{path}/{place}")));
        }
        Value::Number(number) => {
            let actual = actual.as_f64().unwrap_or_else(|| panic!("{path}: {actual}"));
            assert!((number.as_f64().unwrap() - actual).abs() < 1e-9, "{path}: {number} {actual}");
        }
        Value::Null | Value::Bool(_) | Value::String(_) => assert_eq!(expected, actual, "{path}"),
    }
}

/// `evaluate/measures.json` was computed beforehand from `log.csv` and `scores.csv` beside it by another program, in
/// another language, from the same definitions. The scores are on a coarse grid, so that there are ties.
#[test]
fn measures_are_those_of_an_independent_program() {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluate");
    let (bench, scores) = (Bench::new(), made.join("scores.csv"));
    let log = std::fs::read(made.join("log.csv")).unwrap();
    let output = bench.run(&log, &["--json", "--vs", scores.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected: Value = serde_json::from_slice(&std::fs::read(made.join("measures.json")).unwrap()).unwrap();
    check_equal(&expected, &json["measures"]["vs"], "");
}

#[test]
fn an_engine_against_itself_differs_by_nothing() {
    let (bench, rows) = (Bench::new(), log());
    bench.scores(&rows, &[]);
    let other = bench.path("other.csv");
    std::fs::rename(bench.path("scores.csv"), &other).unwrap();
    let json = bench.json(&rows, &["--vs", other.to_str().unwrap()]);
    let of_vpn = &json["measures"]["bootstrap"]["vpn"];
    assert_eq!(of_vpn["difference"]["auc"]["value"], 0.0);
    assert_eq!(of_vpn["difference"]["tpr@1%"]["ci95"], serde_json::json!([0.0, 0.0]));
    std::fs::write(&other, "row,score\n1,0.5\n").unwrap();
    let error = bench.error(text(&rows, &all_columns()).as_bytes(), &["--vs", other.to_str().unwrap()]);
    assert!(error.contains("judged rows have no score"), "{error}");
}
