//! What the server relies on at the seam: keys, links, retries, and answers that repeat.

mod support;

use rightful_dialects::{ALL, Access, Intake, Query, Reply, Told, ToldOf};
use rightful_domain::{
    Conclusion, CredentialKind, DeviceId, DeviceSnapshot, Feedback, FeedbackKind, FeedbackTarget, Outcome, Telling,
    Topic, Verdict,
};
use support::{Request, application, dialect, record};

const LOGIN: &[u8] = br#"{"timestamp":1630066771,"login":{"username":"a","customerId":"ann","success":true,
    "authenticationMechanism":{"password":{"success":true}}},"device":{"deviceId":"d"}}"#;

fn login(query: &str, body: &[u8]) -> Option<Told> {
    let ravelin = dialect("ravelin");
    match Request::new(ravelin, "POST", "/v3/login", body)?.query(query).decode(ravelin) {
        Ok(Intake::Assess(told) | Intake::Observe(told)) => Some(*told),
        _ => None,
    }
}

#[test]
fn no_two_dialects_answer_on_one_path() {
    let mut routes: Vec<String> = Vec::new();
    for dialect in ALL {
        routes.extend(dialect.routes().iter().map(|route| format!("{:?} {}", route.method, route.path)));
    }
    let n_routes = routes.len();
    routes.sort();
    routes.dedup();
    assert_eq!(routes.len(), n_routes);
}

#[test]
fn a_key_is_presented_in_its_dialect_s_way() {
    let presented = |name: &str, header: &'static str| {
        let presented = dialect(name).presented(&|asked| (asked == "authorization").then_some(header), Query(""));
        presented.map(|presented| (presented.kind, presented.secret.to_owned()))
    };
    let ravelin = Some((CredentialKind::RavelinSecretKey, "sk_live_1".to_owned()));
    assert_eq!(presented("ravelin", "token sk_live_1"), ravelin);
    assert_eq!(presented("ravelin", "Token sk_live_1"), ravelin);
    assert_eq!(presented("ravelin", "Bearer sk_live_1"), None);
    assert_eq!(presented("native", "Bearer key"), Some((CredentialKind::NativeApiKey, "key".to_owned())));
    assert_eq!(presented("native", "token key"), None);
}

#[test]
fn the_same_login_again_is_a_retry_and_another_is_not() {
    let key = |query, body: &[u8]| login(query, body).and_then(|told| told.retry).expect("a retry key").key;
    let spaced = [LOGIN, b" "].concat();
    assert_eq!(key("score=true", LOGIN), key("score=true", LOGIN));
    assert_ne!(key("score=true", LOGIN), key("", LOGIN));
    assert_ne!(key("score=true", LOGIN), key("score=true", &spaced));
}

#[test]
fn an_idempotency_key_names_the_request_and_its_body_is_compared() {
    let native = dialect("native");
    let key = |path: &'static str, key: &'static str, body: &'static [u8]| {
        let mut request = Request::new(native, "POST", path, body).expect("a route");
        request.headers.push(("idempotency-key", key));
        match request.decode(native) {
            Ok(Intake::Assess(told) | Intake::Observe(told)) => told.retry.expect("a retry key"),
            other => panic!("an event is one: {other:?}"),
        }
    };
    let first = key("/v1/assessments", "k", br#"{"action":"login"}"#);
    assert_eq!(first, key("/v1/assessments", "k", br#"{"action":"login"}"#));
    assert_ne!(first.key, key("/v1/assessments", "l", br#"{"action":"login"}"#).key);
    let other_body = key("/v1/assessments", "k", br#"{"action":"logout"}"#);
    assert_eq!((first.key, first.body == other_body.body), (other_body.key, false));
    let other_path = key("/v1/events", "k", br#"{"action":"login"}"#);
    assert_eq!((first.key, first.body == other_path.body), (other_path.key, false));
}

#[test]
fn a_retry_is_answered_with_the_same_bytes_whatever_was_said_since() {
    for (name, path, body, query) in [
        ("ravelin", "/v3/login", LOGIN, "score=true"),
        ("native", "/v1/assessments", br#"{"action":"login","account":"ann"}"#, ""),
    ] {
        let dialect = dialect(name);
        let request = Request::new(dialect, "POST", path, body).expect("a route").query(query);
        let Ok(Intake::Assess(told)) = request.decode(dialect) else { panic!("{name} assesses") };
        let first = record(told.event, Some(Verdict::Challenge));
        let mut later = first.clone();
        later.sequence += 1;
        let (application, event) = (application().id, first.entry.event.id);
        let received_at = support::RECEIVED_AT;
        later.feedback.push(Feedback {
            application: application.clone(),
            target: FeedbackTarget::Event(event),
            kind: FeedbackKind::ConfirmedTakeover,
            received_at,
        });
        later.conclusion = Some(Conclusion { application, event, outcome: Outcome::Failed, received_at });
        let answer = |record| request.reply(dialect, &Reply::Assessed(Box::new(record)));
        assert_eq!(answer(first), answer(later), "{name}");
    }
}

#[test]
fn a_link_leads_to_its_application_and_its_event() {
    let ravelin = dialect("ravelin");
    let told = login("score=true", LOGIN).expect("a login");
    let mut record = record(told.event, Some(Verdict::Allow));
    record.entry.previous_device = Some(DeviceSnapshot {
        id: DeviceId::new("other").expect("an id"),
        kind: None,
        manufacturer: None,
        model: None,
        os: None,
        ip: None,
        user_agent: None,
        at: support::RECEIVED_AT,
    });
    let event = record.entry.event.id;
    let request = Request::new(ravelin, "POST", "/v3/login", LOGIN).expect("a route");
    let response = request.reply(ravelin, &Reply::Assessed(Box::new(record)));
    let answer: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    let url = answer["customerChanges"][0]["verificationURL"].as_str().expect("a link");
    let (address, query) = url.split_once('?').expect("a query");
    assert_eq!(address, "https://rightful.example/v2/change/verify");
    assert_eq!(ravelin.linked_application(Query(query)), Some(application().id));

    let request = Request::new(ravelin, "GET", "/v2/change/verify", b"").expect("a route").query(query);
    assert_eq!(request.route.access, Access::Link);
    assert!(matches!(request.decode(ravelin), Ok(Intake::Recall(found)) if found == event));
}

#[test]
fn a_page_presents_its_key_in_the_query_and_a_server_in_a_header() {
    let ravelin = dialect("ravelin");
    let page = ravelin.presented(&|_| None, Query("key=pk_live_1")).expect("a key");
    assert_eq!((page.kind, page.public_id, page.secret), (CredentialKind::RavelinPublishableKey, "pk_live_1", ""));
    let server = ravelin.presented(&|_| Some("token sk_1"), Query("key=pk_live_1")).expect("a key");
    assert_eq!((server.kind, server.secret), (CredentialKind::RavelinSecretKey, "sk_1"));
    assert!(ravelin.presented(&|_| None, Query("key=")).is_none());
    assert!(ravelin.presented(&|_| Some("Basic x"), Query("key=pk_live_1")).is_none());
}

#[test]
fn a_callback_is_told_of_what_was_judged_and_of_nothing_else() {
    let ravelin = dialect("ravelin");
    let told = login("score=true", LOGIN).expect("a login");
    let record = record(told.event, Some(Verdict::Challenge));
    let telling = |topic| Telling { hook: "h".into(), topic };
    let message = ravelin.hook_message(&telling(Topic::Assessed), &ToldOf::Event(&record)).expect("a message");
    let body: serde_json::Value = serde_json::from_slice(&message.body).expect("JSON");
    let score_id = record.entry.event.id.to_string();
    let expected = serde_json::json!({"customerId": "ann", "action": "ALLOW", "score": 20, "source": "RAVELIN",
        "scoreId": score_id, "comment": "login: challenge"});
    assert_eq!(body, expected);
    for topic in Topic::ALL.into_iter().filter(|topic| *topic != Topic::Assessed) {
        assert_eq!(ravelin.hook_message(&telling(topic), &ToldOf::Event(&record)), None);
    }
}

#[test]
fn a_parameter_that_is_said_twice_and_differently_is_refused() {
    for (name, method, path, query, is_right) in [
        ("ravelin", "POST", "/v3/login", "score=true&score=true", true),
        ("ravelin", "POST", "/v3/login", "score=true&score=login", false),
        ("ravelin", "GET", "/v2/tag/customer", "customerId=ann&customerId=bob", false),
        ("rupt", "GET", "/v2/proj/access-history", "user=ann&user=ann", true),
        ("rupt", "GET", "/v2/proj/access-history", "user=ann&user=bob", false),
        ("rupt", "GET", "/v2/proj/user/ann/devices", "status=attached&status=detached", false),
        ("rupt", "GET", "/v2/evaluate", "action=login&user=ann&user=ann&fingerprint=1", true),
        ("rupt", "GET", "/v2/evaluate", "action=login&user=ann&user=bob&fingerprint=1", false),
        ("native", "GET", "/v1/assessments", "account=ann&account=bob", false),
    ] {
        let body: &[u8] = if method == "POST" { LOGIN } else { b"" };
        let request = Request::new(dialect(name), method, path, body).expect("a route").query(query);
        let decoded = request.decode(dialect(name));
        assert_eq!(decoded.is_ok(), is_right, "{path}?{query}: {decoded:?}");
    }
}

#[test]
fn two_answers_of_a_link_are_none() {
    let ravelin = dialect("ravelin");
    let told = login("score=true", LOGIN).expect("a login");
    let mut judged = record(told.event, Some(Verdict::Challenge));
    judged.entry.changes = support::changed::changes(&serde_json::json!({
        "changes": [{"kind": "email", "value": "a@b.example"}]
    }));
    let request = Request::new(ravelin, "POST", "/v3/login", LOGIN).expect("a route").query("score=true");
    let response = request.reply(ravelin, &Reply::Assessed(Box::new(judged)));
    let answer: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    let url = answer["customerChanges"][0]["verificationURL"].as_str().expect("a link").to_owned();
    let (_, query) = url.split_once('?').expect("a token");
    for (body, is_right) in [("answer=yes", true), ("answer=yes&answer=yes", true), ("answer=yes&answer=no", false)] {
        let request = Request::new(ravelin, "POST", "/v2/change/verify", body.as_bytes()).expect("a route");
        assert_eq!(request.query(query).decode(ravelin).is_ok(), is_right, "{body}");
    }
}

#[test]
fn a_report_sent_again_is_the_same_report() {
    let ravelin = dialect("ravelin");
    let id = |body: &str, received_at| {
        let mut request = Request::new(ravelin, "POST", "/z", body.as_bytes()).expect("a route");
        request.received_at = received_at;
        match request.decode(ravelin) {
            Ok(Intake::Report(report)) => report.id,
            other => panic!("a report is one: {other:?}"),
        }
    };
    let body = |ms: u64| {
        format!(
            "{{\"events\":[{{\"eventType\":\"paste\",\"eventData\":{{\"eventName\":\"paste\"}},\"eventMeta\":\
             {{\"ravelinDeviceId\":\"d\",\"ravelinWindowId\":\"w\",\"clientEventTimeMilliseconds\":{ms}}}}}]}}"
        )
    };
    let (first, later) = (support::RECEIVED_AT, support::RECEIVED_AT.plus(std::time::Duration::from_secs(1)));
    assert_eq!(id(&body(1_630_066_770_123), first), id(&body(1_630_066_770_123), later));
    assert_ne!(id(&body(1_630_066_770_123), first), id(&body(1_630_066_770_124), first));
}

#[test]
fn a_thousand_accounts_are_reclaimed_at_once_and_not_one_more() {
    let native = dialect("native");
    let reclaim = |n: u32| {
        let accounts: Vec<String> = (0..n).map(|n| format!("{{\"account\":\"a{n}\"}}")).collect();
        let body = format!("{{\"accounts\":[{}]}}", accounts.join(","));
        let request = Request::new(native, "POST", "/v1/reclaims", body.as_bytes()).expect("a route");
        request.decode(native)
    };
    assert!(matches!(reclaim(1_000), Ok(Intake::Reclaim(all)) if all.len() == 1_000));
    assert!(matches!(reclaim(1_001), Err(refusal) if refusal.path.as_deref() == Some("accounts")));
}

#[test]
fn where_parcels_go_is_no_contact() {
    let native = dialect("native");
    let changes_contact = |action: &str, person: &str| {
        let body = format!("{{\"action\":\"{action}\",\"outcome\":\"succeeded\",\"person\":{person}}}");
        let request = Request::new(native, "POST", "/v1/events", body.as_bytes()).expect("a route");
        let Ok(Intake::Observe(told)) = request.decode(native) else { panic!("an event: {body}") };
        told.event.changes_contact()
    };
    let details = "account_details_change";
    for (action, person, expected) in [
        (details, r#"{"delivery_address":{"city":"Porto"}}"#, false),
        (details, r#"{"country":"PT","payment_methods":["card-1"]}"#, false),
        (details, r#"{"delivery_address":{"city":"Porto"},"email":"ann@example.com"}"#, true),
        (details, r#"{"phone":"+15550100"}"#, true),
        (details, r#"{"social_accounts":["google:ann"]}"#, true),
        // Who tells nothing of it may have changed anything.
        (details, "{}", true),
        ("account_auth_change", r#"{"country":"PT"}"#, true),
        ("password_reset", "{}", true),
        ("login", r#"{"email":"ann@example.com"}"#, false),
    ] {
        assert_eq!(changes_contact(action, person), expected, "{action} {person}");
    }
}
