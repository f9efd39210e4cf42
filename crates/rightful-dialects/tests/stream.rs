//! What is told to who follows an application, or takes its events away.

mod support;

use rightful_dialects::{Following, Intake};
use rightful_domain::{
    Action, Conclusion, Feedback, FeedbackKind, FeedbackTarget, Happening, Outcome, Record, Verdict,
};
use serde_json::Value;
use support::{Request, dialect, record};

fn challenged() -> Record {
    let native = dialect("native");
    let body =
        b"{\"action\":\"login\",\"outcome\":\"pending\",\"account\":\"ann\",\"device\":{\"id\":\"a\\nevent: b\"}}";
    let request = Request::new(native, "POST", "/v1/assessments", body).expect("a route");
    let told = match request.decode(native) {
        Ok(Intake::Assess(told)) => Some(told),
        _ => None,
    };
    record(told.expect("it is to be judged").event, Some(Verdict::Challenge))
}

fn all() -> [Happening; 4] {
    let record = challenged();
    let (application, event) = (record.entry.event.application.clone(), record.entry.event.id);
    let received_at = support::RECEIVED_AT;
    let outcome = Outcome::Failed;
    let conclusion = Conclusion { application: application.clone(), event, outcome, received_at };
    let said = |target| Feedback {
        application: application.clone(),
        target,
        kind: FeedbackKind::ConfirmedTakeover,
        received_at,
    };
    let account = record.entry.event.account.clone().expect("an account");
    let about = Some(Box::new(record.clone()));
    [
        Happening::Assessed(Box::new(record)),
        Happening::Concluded { sequence: 2, conclusion, about: about.clone() },
        Happening::Said { sequence: 3, feedback: said(FeedbackTarget::Event(event)), about },
        Happening::Said {
            sequence: 4,
            feedback: said(FeedbackTarget::Account { account, first_event: None }),
            about: None,
        },
    ]
}

#[test]
fn each_happening_is_one_line_in_the_words_of_our_answers() {
    let native = dialect("native");
    let mut kinds = Vec::new();
    for happening in all() {
        let message = native.happened(support::glossary(), &happening).expect("words for it");
        assert!(!message.body.contains(&b'\n') && !message.body.contains(&b'\r'));
        let data: Value = serde_json::from_slice(&message.body).expect("JSON");
        kinds.push((message.kind, data["event_id"].is_string(), data["account"] == "ann", data["outcome"].clone()));
    }
    assert_eq!(
        kinds,
        [
            ("assessment", true, true, "pending".into()),
            ("conclusion", true, true, "failed".into()),
            ("feedback", true, false, Value::Null),
            ("feedback", false, true, Value::Null),
        ]
    );
}

#[test]
fn who_follows_some_is_told_of_them_and_of_what_is_said_of_them() {
    let (deny, challenge) = (vec![Verdict::Deny], vec![Verdict::Deny, Verdict::Challenge]);
    for (verdicts, actions, expected) in [
        (vec![], vec![], [true; 4]),
        (challenge.clone(), vec![], [true, true, true, false]),
        (challenge.clone(), vec![Action::Login], [true, true, true, false]),
        (challenge, vec![Action::Logout], [false; 4]),
        (deny, vec![], [false; 4]),
    ] {
        let following = Following { after: None, verdicts, actions };
        assert_eq!(all().map(|happening| following.wants(&happening)), expected, "{following:?}");
    }
}

#[test]
fn a_line_of_an_export_is_the_answer_of_a_recall_with_its_place() {
    let native = dialect("native");
    let record = challenged();
    let line = native.exported(support::glossary(), &record).expect("words for it");
    assert!(!line.contains(&b'\n'));
    let mut line: Value = serde_json::from_slice(&line).expect("JSON");
    assert_eq!(line.as_object_mut().and_then(|line| line.remove("sequence")), Some(record.sequence.into()));
    let path = format!("/v1/assessments/{}", record.entry.event.id);
    let request = Request::new(native, "GET", &path, b"").expect("a route");
    let recalled = request.reply(native, &rightful_dialects::Reply::Recalled(Box::new(record)));
    assert_eq!(line, serde_json::from_slice::<Value>(&recalled.body).expect("JSON"));
}
