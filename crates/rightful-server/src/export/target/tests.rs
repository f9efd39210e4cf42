//! Exports that break off and go on, and tables read back.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, RowAccessor};

use super::*;

fn asked(format: Format) -> Asked {
    Asked { application_id: "shop".into(), format, after: 0, from: None, to: None }
}

fn row(n: u64) -> Row {
    let mut features = vec![None; n_features()];
    features[0] = Some(n as f32);
    Row {
        sequence: n,
        event_id: format!("event-{n}"),
        application_id: "shop".into(),
        source: "native".into(),
        received_at: 1_767_225_600_000_000,
        at: 1_767_225_600_000_000,
        account: n.is_multiple_of(2).then(|| "ann".into()),
        device: None,
        ip: None,
        country: None,
        region: None,
        city: None,
        asn: Some(64_500),
        organization: None,
        action: "login".into(),
        outcome: "succeeded".into(),
        verdict: Some("allow".into()),
        answered: None,
        risk_score: Some(12.5),
        log_odds: None,
        history_depth: None,
        policy: None,
        policy_version: None,
        reasons: (0..n % 3).map(|n| format!("REASON_{n}")).collect(),
        rules: Vec::new(),
        shadow_rules: Vec::new(),
        feedback: Vec::new(),
        label: Some("takeover".into()),
        feature_schema: Some(2),
        features,
    }
}

fn rows(numbers: std::ops::Range<u64>) -> Events {
    Events::Rows(numbers.map(row).collect())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn lines_that_broke_off_go_on_where_they_were_noted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("events.ndjson");
    let lines = |text: &str| Events::Lines(vec![text.to_owned()]);
    let mut target = Target::begin(&out, asked(Format::Ndjson)).unwrap();
    target.take(lines("one"), 10).unwrap();
    target.keep(10).unwrap();
    target.take(lines("never noted"), 20).unwrap();
    drop(target);
    assert!(!out.exists());
    let mut target = Target::resume(&out, &asked(Format::Ndjson)).unwrap();
    assert_eq!((target.after(), target.n_events()), (10, 1));
    target.take(lines("two"), 20).unwrap();
    target.finish(20).unwrap();
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "one\ntwo\n");
    assert_eq!(names(folder.path()), ["events.ndjson"]);
}

#[test]
fn another_export_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("events");
    let resumed = |asked: &Asked| Target::resume(&out, asked).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(resumed(&asked(Format::Ndjson)).contains("nothing to resume"));
    let mut target = Target::begin(&out, asked(Format::Ndjson)).unwrap();
    target.take(Events::Lines(vec!["one".into()]), 10).unwrap();
    target.keep(10).unwrap();
    assert!(resumed(&Asked { to: Some(1), ..asked(Format::Ndjson) }).contains("something else"));
    std::fs::write(partial_path(&out), "on").unwrap();
    assert!(resumed(&asked(Format::Ndjson)).contains("not as this export has left it"));
}

#[test]
fn a_table_reads_back_whole_whatever_it_broke_off_at() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("events.parquet");
    let mut target = Target::begin(&out, asked(Format::Parquet)).unwrap();
    target.take(rows(0..5), 4).unwrap();
    target.keep(4).unwrap();
    target.take(rows(5..9), 8).unwrap();
    drop(target);
    let mut target = Target::resume(&out, &asked(Format::Parquet)).unwrap();
    assert_eq!(target.after(), 4);
    target.take(rows(5..12), 11).unwrap();
    target.finish(11).unwrap();
    assert_eq!(names(folder.path()), ["events.parquet"]);

    let reader = SerializedFileReader::new(File::open(&out).unwrap()).unwrap();
    assert_eq!(reader.metadata().row_groups().len(), 2);
    let read: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(read.len(), 12);
    for (n, read) in (0_u64..).zip(&read) {
        let column = |name: &str| read.get_column_iter().find(|(known, _)| *known == name).unwrap().1.clone();
        assert_eq!(read.get_long(0).unwrap(), i64::try_from(n).unwrap());
        assert_eq!(column("event_id"), Field::Str(format!("event-{n}")));
        assert_eq!(column("account"), if n.is_multiple_of(2) { Field::Str("ann".into()) } else { Field::Null });
        assert_eq!(column("received_at"), Field::TimestampMicros(1_767_225_600_000_000));
        assert_eq!((column("asn"), column("risk_score")), (Field::Long(64_500), Field::Double(12.5)));
        assert_eq!(column("label"), Field::Str("takeover".into()));
        let Field::ListInternal(reasons) = column("reasons") else { panic!("no list") };
        let expected: Vec<Field> = (0..n % 3).map(|n| Field::Str(format!("REASON_{n}"))).collect();
        assert_eq!(reasons.elements(), expected);
        let first = rightful_engine::feature_names(rightful_engine::FEATURE_SCHEMA)[0];
        assert_eq!(column(&format!("feature_{first}")), Field::Float(n as f32));
    }
}

#[test]
fn a_table_without_events_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("events.parquet");
    Target::begin(&out, asked(Format::Parquet)).unwrap().finish(0).unwrap();
    let reader = SerializedFileReader::new(File::open(&out).unwrap()).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

#[test]
fn rows_of_another_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut target = Target::begin(&folder.path().join("events"), asked(Format::Parquet)).unwrap();
    let events = Events::Rows(vec![Row { features: Vec::new(), ..row(1) }]);
    assert!(matches!(target.take(events, 1), Err(ExportError::OtherVersion)));
}
