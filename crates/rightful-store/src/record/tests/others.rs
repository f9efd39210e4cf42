//! The same laws for what is noted, reported and told, and for applications with their settings.

use rightful_domain::{
    AccountDeviceId, Action, AuditedChange, Author, DeliveryTry, Event, Hook, HookStyle, Label, LabelValue, NoteKind,
    Pii, RecommendationWords, Reopening, Report, Settings, Source, TakeoverWords, Telling, Topic, TryEnd, TryFailure,
    Waiting,
};

use super::super::{
    AuditVerb, Consumption, Dated, NoteRow, Noted, decode_audit, decode_noted, decode_report, decode_try,
    decode_waiting, encode_audit, encode_noted, encode_report, encode_try, encode_waiting, note_number, note_words,
};
use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600 + second)
}

fn label() -> Label {
    let hidden = |text: &str| Some(Pii::new(text.into()));
    Label {
        value: LabelValue::PotentiallyFraudster,
        comment: hidden("odd"),
        reviewer_name: hidden("Rita"),
        reviewer_email: None,
        at: at(1),
    }
}

fn note() -> NoteRow {
    let kind = NoteKind::Labelled(label());
    NoteRow {
        application: application(),
        account: AccountId::new("anna").unwrap(),
        device: Some(AccountDeviceId::from_bytes([9; 12])),
        kind: note_number(&kind),
        label: Some(LabelValue::PotentiallyFraudster),
        received_at: at(1),
        sealed: note_words(&kind).unwrap().to_vec(),
    }
}

fn note_effects() -> Effects {
    let changes = vec![
        Effect::Closed(at(1)),
        Effect::Reviewed(LabelValue::Fraudster),
        Effect::Detached(AccountDeviceId::from_bytes([9; 12]), at(2)),
    ];
    Effects { subject: Some(Tag::new(1)), changes }
}

fn consumption() -> Consumption {
    Consumption { application: application(), event: EventId::from_bytes([1; 16]), received_at: at(1) }
}

fn noted() -> Noted {
    let fields = vec![("plan".into(), vec!["gold".into(), "silver".into()])];
    Noted {
        labels: vec![label()],
        tags: vec!["vip".into()],
        closed_at: Some(at(3)),
        reopened: None,
        metadata: vec![(AccountDeviceId::from_bytes([9; 12]), fields)],
    }
}

/// The same, closed by mistake.
fn noted_reopened() -> Noted {
    let Label { comment, reviewer_name, reviewer_email, at: _, value: _ } = label();
    Noted {
        closed_at: None,
        reopened: Some(Reopening { comment, reviewer_name, reviewer_email, at: at(4) }),
        ..noted()
    }
}

fn report() -> Report {
    let event = Dice::full(1).entry().event;
    Report {
        id: event.id,
        application: application(),
        device: event.device,
        network: event.network,
        behavior: event.behavior,
        opened_at: Some(at(4)),
        received_at: at(5),
        said: None,
    }
}

/// The same, with single strokes and moves.
fn telling_report() -> Report {
    let mut report = report();
    report.behavior.get_or_insert_default().interaction = Some(Box::new(Dice::full(2).interaction()));
    report
}

fn waiting() -> Waiting {
    Waiting {
        number: 7,
        application: application(),
        telling: Telling { hook: "a".into(), topic: Topic::ChallengeEnded },
        sequence: 300,
        since: at(6),
        n_tried: 2,
        due_at: at(7),
    }
}

fn tried() -> DeliveryTry {
    DeliveryTry {
        number: 15,
        event: Dice::full(1).entry().event.id,
        topic: Topic::Challenged,
        n: 2,
        at: at(8),
        took_ms: 120,
        ended: TryEnd::Failed(TryFailure::Timeout),
        next_at: Some(at(9)),
    }
}

fn with_settings() -> Application {
    let hook = Hook {
        id: "a".into(),
        style: HookStyle::Rupt,
        url: "https://shop.example/hook".into(),
        sealed_secret: Some([4, 5].into()),
        enabled: true,
    };
    let settings = Settings {
        origins: vec!["https://shop.example".into()],
        takeover_words: TakeoverWords::AllowReviewPrevent,
        account_events_per_minute_max: 7,
        devices_per_account_max: 3,
        blocks_over_device_limit: true,
        pages_may_list_devices: true,
        hooks: vec![hook],
        ..Settings::default()
    };
    Application { settings, ..an_application() }
}

/// The same, with what came in version 3.
fn with_recommendations() -> Application {
    let settings = Settings {
        recommendation_words: RecommendationWords::UpperCase,
        action_types: vec!["wire_template".into()],
        ..with_settings().settings
    };
    Application { settings, ..an_application() }
}

/// The same, with what came in version 4.
fn with_asking() -> Application {
    let ask_url = Some("https://verify.example/{event}".into());
    Application { settings: Settings { ask_url, ..with_recommendations().settings }, ..an_application() }
}

fn redelivered() -> Vec<u8> {
    super::super::encode_redelivery(&application(), "hook_1", at(1), &[3, 4])
}

/// Each verb with what became, and the change that it is.
fn audited() -> [(AuditVerb, Vec<u8>, AuditedChange); 5] {
    let (whole, boxed) = (encode_application(&with_asking()), || Box::new(with_asking()));
    let redelivery = AuditedChange::Redelivered { application: application(), hook: "hook_1".into(), n_messages: 2 };
    [
        (AuditVerb::Made, whole.clone(), AuditedChange::Made(boxed())),
        (AuditVerb::Changed, whole.clone(), AuditedChange::Changed(boxed())),
        (AuditVerb::Keys, whole, AuditedChange::Keys(boxed())),
        (AuditVerb::Redelivered, redelivered(), redelivery),
        (AuditVerb::BackedUp, b"/backups/monday".to_vec(), AuditedChange::BackedUp { place: "/backups/monday".into() }),
    ]
}

#[test]
fn what_was_noted_of_changes_reads_back_with_its_time_and_its_hand() {
    for (verb, became, change) in audited() {
        for name in [None, Some("key-1".into())] {
            let by = Author { name, at: at(5) };
            let row = decode_audit(&encode_audit(verb, &by, &became)).unwrap();
            assert_eq!((row.dated, row.by, row.change), (Dated::At(at(5)), by.name, change.clone()));
        }
    }
}

/// The first form: a letter, where the ledger stood, and what became.
#[test]
fn what_was_noted_of_changes_without_a_time_is_read_still() {
    let created = with_asking().created_at;
    let dated = [Dated::At(created), Dated::After(258), Dated::After(258), Dated::At(at(1)), Dated::After(258)];
    for ((verb, became, change), dated) in audited().into_iter().zip(dated) {
        let old = [&[verb as u8, 0, 0, 0, 0, 0, 0, 1, 2], &became[..]].concat();
        let row = decode_audit(&old).unwrap();
        assert_eq!((row.dated, row.by, row.change), (dated, None, change));
    }
    for length in 0..9 {
        assert!(decode_audit(&b"u00000000"[..length]).is_err());
    }
    assert!(decode_audit(b"x00000000").is_err());
}

#[test]
fn these_too_are_written_as_they_always_were() {
    let row = row_of(1, Draft::note(&note(), 2), &note_effects());
    check_golden("note", include_str!("../golden/note_v1.hex"), &row);
    let row = row_of(2, Draft::consumption(&consumption(), 2), &Effects::default());
    check_golden("consumption", include_str!("../golden/consumption_v1.hex"), &row);
    check_golden("noted", include_str!("../golden/noted_v1.hex"), &encode_noted(&noted()));
    check_golden("noted", include_str!("../golden/noted_v2.hex"), &encode_noted(&noted_reopened()));
    check_golden("report", include_str!("../golden/report_v1.hex"), &encode_report(&report(), None));
    check_golden("report", include_str!("../golden/report_v2.hex"), &encode_report(&report(), Some(&[1, 2, 3])));
    let bytes = encode_report(&telling_report(), Some(&[1, 2, 3]));
    check_golden("report", include_str!("../golden/report_v3.hex"), &bytes);
    check_golden("waiting", include_str!("../golden/waiting_v1.hex"), &encode_waiting(&waiting()));
    check_golden("try", include_str!("../golden/try_v1.hex"), &encode_try(&tried()));
    let bytes = encode_application(&with_asking());
    check_golden("application", include_str!("../golden/application_v4.hex"), &bytes);
    let by = Author { name: Some("key-1".into()), at: at(5) };
    let bytes = encode_audit(AuditVerb::Redelivered, &by, &redelivered());
    check_golden("audit", include_str!("../golden/audit_v2.hex"), &bytes);
}

#[test]
fn these_too_are_read_for_ever() {
    let bytes = bytes_of(include_str!("../golden/note_v1.hex"));
    let (Said::Note(said), effects) = read(1, &bytes).unwrap() else { panic!("not a note") };
    assert_eq!((said, effects), (note(), note_effects()));
    let bytes = bytes_of(include_str!("../golden/consumption_v1.hex"));
    let (Said::Consumption(said), _) = read(2, &bytes).unwrap() else { panic!("not a consumption") };
    assert_eq!(said, consumption());
    assert_eq!(decode_noted(&bytes_of(include_str!("../golden/noted_v1.hex"))), Ok(noted()));
    assert_eq!(decode_noted(&bytes_of(include_str!("../golden/noted_v2.hex"))), Ok(noted_reopened()));
    assert_eq!(decode_report(&bytes_of(include_str!("../golden/report_v1.hex"))), Ok((report(), None)));
    let sealed: &[u8] = &[1, 2, 3];
    assert_eq!(decode_report(&bytes_of(include_str!("../golden/report_v2.hex"))), Ok((report(), Some(sealed))));
    let bytes = bytes_of(include_str!("../golden/report_v3.hex"));
    assert_eq!(decode_report(&bytes), Ok((telling_report(), Some(sealed))));
    assert_eq!(decode_report(&encode_report(&telling_report(), None)), Ok((telling_report(), None)));
    assert_eq!(decode_waiting(&bytes_of(include_str!("../golden/waiting_v1.hex"))), Ok(waiting()));
    assert_eq!(decode_try(&bytes_of(include_str!("../golden/try_v1.hex"))), Ok(tried()));
    let answered = DeliveryTry { ended: TryEnd::Answered(503), next_at: None, ..tried() };
    assert_eq!(decode_try(&encode_try(&answered)), Ok(answered));
    assert_eq!(decode_application(&bytes_of(include_str!("../golden/application_v2.hex"))), Ok(with_settings()));
    let bytes = bytes_of(include_str!("../golden/application_v3.hex"));
    assert_eq!(decode_application(&bytes), Ok(with_recommendations()));
    let bytes = bytes_of(include_str!("../golden/application_v4.hex"));
    assert_eq!(decode_application(&bytes), Ok(with_asking()));
}

#[test]
fn strokes_and_moves_are_sealed_behind_what_else_is() {
    let mut entry = Dice::full(1).entry_v5();
    let without = private_bytes(&entry).unwrap();
    entry.event.behavior.get_or_insert_default().interaction = Some(Box::new(Dice::full(2).interaction()));
    let sealed = private_bytes(&entry).unwrap();
    assert!(sealed.starts_with(&without));
    check_golden("interaction", include_str!("../golden/interaction_v1.hex"), &sealed[without.len()..]);
    let row = row_of(1, Draft::entry(&entry, 9, &private(), &sealed), &Effects::default());
    assert_eq!(read_whole(&row).map(|(entry, ..)| entry), Ok(entry.clone()));
    // Without any other of people's data, too; and not a byte of it outside what is sealed.
    entry.event = Event {
        behavior: entry.event.behavior,
        ..Event::new(entry.event.id, application(), Source::Native, Action::Login, at(1))
    };
    let sealed = private_bytes(&entry).unwrap();
    let row = row_of(1, Draft::entry(&entry, 9, &PrivateTags::default(), &sealed), &Effects::default());
    assert_eq!(read_whole(&row).map(|(entry, ..)| entry.event.behavior), Ok(entry.event.behavior));
}

proptest! {
    #[test]
    fn any_bytes_of_these_read_as_something_or_as_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut record = vec![1];
        record.extend_from_slice(&bytes);
        record.extend_from_slice(&crc32fast::hash(&record).to_le_bytes());
        for bytes in [&bytes, &record] {
            let _ = decode_noted(bytes).is_ok();
            let _ = decode_report(bytes).is_ok();
            let _ = decode_waiting(bytes).is_ok();
            let _ = decode_try(bytes).is_ok();
        }
    }
}
