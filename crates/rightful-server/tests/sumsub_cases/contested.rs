//! What two say at once, or one after another, of one transaction; and what is refused rather than taken for something else.

use serde_json::json;

use super::receiver::{Message, Receiver};
use super::testkit::Answer;
use super::{Bank, NEW, TYPES, id_of, told};

#[test]
fn of_two_reviewers_at_once_the_second_learns_that_it_is_decided() {
    let bank = Bank::new();
    for _ in 0..8 {
        let id = id_of(&bank.submit("held")).to_owned();
        let path = format!("/resources/kyt/txns/{id}/review/status/completed");
        let say = |answer: &str| bank.signed("POST", &path, &json!({ "reviewAnswer": answer }).to_string());
        let both: Vec<(&str, Answer)> = std::thread::scope(|scope| {
            let reviewers = ["GREEN", "RED"].map(|answer| (answer, scope.spawn(move || say(answer))));
            reviewers.into_iter().map(|(answer, reviewer)| (answer, reviewer.join().unwrap())).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = both.into_iter().partition(|(_, answer)| answer.status == 200);
        let ([(won, seen)], [(lost, refused)]) = (&won[..], &lost[..]) else { panic!("both were taken, or none") };
        assert_eq!(seen.json()["review"]["reviewResult"]["reviewAnswer"], *won);
        assert_eq!((refused.status, &refused.json()["code"]), (409, &json!(409)), "{}", refused.text);
        // Said again, it is the same; the contrary is not, while it may be of somebody who has not seen the first.
        assert_eq!((say(won).status, say(lost).status), (200, 409));
        assert_eq!(bank.status(&id)["reviewResult"]["reviewAnswer"], *won);
    }
}

#[test]
fn a_no_is_heard_after_a_yes_and_not_the_other_way_round() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    for mark in ["held", "asked"] {
        let transaction = bank.submit(mark);
        let id = id_of(&transaction);
        if mark == "held" {
            bank.case(id, "decision", json!({ "by": "ann", "decision": "ask_user", "at_once": true }));
        }
        let standing = bank.signed("GET", &format!("/resources/kyt/txns/{id}/one"), "").json();
        let link = standing["applicantActions"][0]["url"].as_str().unwrap();
        let path = &link[link.find("/resources/applicantActions").unwrap()..];
        let form = [("content-type", "application/x-www-form-urlencoded")];
        for (says, status, stands) in
            [("yes", 200, "GREEN"), ("no", 200, "RED"), ("no", 200, "RED"), ("yes", 409, "RED")]
        {
            let answered = bank.server.post(path, &form, format!("answer={says}"));
            assert_eq!(answered.status, status, "{mark} {says}: {}", answered.text);
            assert_eq!(bank.status(id)["reviewResult"]["reviewAnswer"], stands, "{mark} {says}");
        }
        let event = bank.own(
            "GET",
            &format!("/v1/assessments?account={}", transaction["externalUserId"].as_str().unwrap()),
            "",
        );
        assert_eq!(
            event.json()["items"][0]["feedback"].as_array().unwrap().last().unwrap()["kind"],
            "confirmed_takeover"
        );
    }
    let rejected = told(&receiver.take(14)).into_iter().filter(|told| told == "applicantKytTxnRejected completed RED");
    assert_eq!(rejected.count(), 2);
}

#[test]
fn a_no_that_comes_after_the_reviewers_yes_is_what_case_and_transaction_say() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let id = id_of(&bank.submit("held")).to_owned();
    let yes = json!({ "by": "ann", "decision": "approve", "comment": "a regular", "labels": ["OK"], "at_once": true });
    bank.case(&id, "decision", yes);
    let green = json!({ "reviewAnswer": "GREEN", "rejectLabels": ["OK"], "clientComment": "a regular" });
    assert_eq!(bank.status(&id)["reviewResult"], green);
    let event = bank.case(&id, "notes", json!({ "by": "ann", "text": "called her" }))["event_id"].clone();
    let say = |kind: &str| {
        let said = bank.own("POST", "/v1/feedback", &json!({ "event_id": event, "kind": kind }).to_string());
        assert_eq!(said.status, 200, "{}", said.text);
        bank.own("GET", &format!("/v1/cases/{id}"), "").json()
    };
    let decided = |case: &serde_json::Value| {
        [&case["decision"], &case["overruled"]].map(|it| [it["decision"].clone(), it["by"].clone()])
    };
    let expected = [
        "applicantKytTxnCreated init -",
        "applicantKytOnHold onHold -",
        "kytCaseCreated init -",
        "applicantKytTxnApproved completed GREEN",
        "applicantKytTxnReviewed completed GREEN",
        "kytCaseReviewed completed GREEN",
        "kytCaseStatusChanged completed GREEN",
    ];
    assert_eq!(told(&receiver.take(expected.len())), expected);
    let case = say("confirmed_takeover");
    assert_eq!(decided(&case), [[json!("reject"), json!("feedback")], [json!("approve"), json!("ann")]], "{case}");
    assert_eq!((&case["state"], &case["ask"]), (&json!("decided"), &json!(null)));
    // Why it was let through is no reason for why it is refused.
    assert_eq!(bank.status(&id)["reviewResult"], json!({ "reviewAnswer": "RED", "reviewRejectType": "FINAL" }));
    assert_eq!(
        told(&receiver.take(2)),
        ["applicantKytTxnRejected completed RED", "kytCaseReviewed completed RED"],
        "nobody has reviewed it"
    );
    // And the other way round.
    let case = say("confirmed_legitimate");
    assert_eq!(decided(&case)[0], [json!("approve"), json!("feedback")], "{case}");
    assert_eq!(bank.status(&id)["reviewResult"], json!({ "reviewAnswer": "GREEN" }));
}

#[test]
fn a_type_is_said_back_as_it_was_told() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    for kind in ["travelRule", "finance"] {
        let body = json!({
            "txnId": kind, "type": kind, "applicant": { "externalUserId": "ida" },
            "info": { "direction": "in", "amount": 5, "currencyCode": "EUR" },
        });
        let answer = bank.signed("POST", NEW, &body.to_string()).json();
        assert_eq!((&answer["type"], &answer["data"]["type"]), (&json!(kind), &json!(kind)), "{answer}");
        for message in receiver.take(2) {
            assert_eq!(message.json()["kytTxnType"], kind);
        }
    }
}

#[test]
fn a_mark_or_a_form_around_a_file_costs_no_line() {
    let bank = Bank::new();
    let line = |n: u32| {
        json!({ "data": { "txnId": format!("marked-{n}"), "type": "userPlatformEvent", "applicant": { "externalUserId": "ida" }, "userPlatformEventInfo": { "type": "login" } } }).to_string()
    };
    let form = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\nContent-Type: application/json\r\n\r\n";
    for body in [format!("\u{feff}{}\n{}", line(0), line(1)), format!("{form}{}\r\n{}\r\n--B--\r\n", line(2), line(3))]
    {
        let taken = bank.signed("POST", "/resources/kyt/misc/txns/import", &body).json();
        assert_eq!((&taken["createdCnt"], &taken["errorCnt"]), (&json!(2), &json!(0)), "{taken}");
    }
}

#[test]
fn what_is_not_written_down_is_not_answered_as_if_it_were() {
    let bank = Bank::new();
    let told = |txn: &str| {
        json!({
            "txnId": txn, "type": "userPlatformEvent", "applicant": { "externalUserId": "magic_fallback" },
            "userPlatformEventInfo": { "type": "login" },
        })
    };
    let answer = bank.signed("POST", NEW, &told("late").to_string());
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!(503)), "{}", answer.text);
    assert_eq!(bank.signed("GET", "/resources/kyt/txns/-;data.txnId=late/one", "").status, 404);
    for query in ["", "&scoreSavedTxns=false"] {
        let path = format!("/resources/kyt/misc/txns/import?ignoreErrors=true{query}");
        let taken = bank.signed("POST", &path, &json!({ "data": told("late too") }).to_string()).json();
        assert_eq!((&taken["createdCnt"], &taken["errors"][0]["code"]), (&json!(0), &json!(503)), "{taken}");
    }
}

#[test]
fn nothing_is_told_of_a_transaction_before_it_is_created() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let n = 30;
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let bank = &bank;
            scope.spawn(move || {
                for _ in 0..n / 3 {
                    let id = id_of(&bank.submit("held")).to_owned();
                    let answer = if worker == 0 { "RED" } else { "GREEN" };
                    let body = json!({ "reviewAnswer": answer }).to_string();
                    let path = format!("/resources/kyt/txns/{id}/review/status/completed");
                    assert_eq!(bank.signed("POST", &path, &body).status, 200);
                }
            });
        }
    });
    let mut by_transaction = std::collections::BTreeMap::<String, Vec<String>>::new();
    for message in receiver.take(n * 7) {
        let id = message.json()["kytTxnId"].as_str().unwrap().to_owned();
        by_transaction.entry(id).or_default().push(message.kind());
    }
    assert_eq!(by_transaction.len(), n);
    for told in by_transaction.into_values() {
        assert_eq!((&*told[0], &*told[1], &*told[2]), (TYPES[0], "applicantKytOnHold", "kytCaseCreated"), "{told:?}");
        assert_eq!(told[4], "applicantKytTxnReviewed", "{told:?}");
    }
}

#[test]
fn what_is_deleted_is_changed_no_more() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    bank.hook(&receiver.url, "HMAC_SHA256_HEX", "secret");
    let path = format!("/resources/kyt/txns/{}", id_of(&bank.submit("held")));
    assert_eq!(bank.signed("DELETE", &path, "").json(), json!({ "deleted": 1 }));
    assert_eq!(bank.signed("POST", &format!("{path}/-/score"), "").status, 409);
    assert_eq!(bank.signed("PATCH", &format!("{path}/props"), r#"{"tier":"vip"}"#).status, 409);
    bank.submit("fine");
    let kinds: Vec<String> = receiver.take(7).iter().map(Message::kind).collect();
    let last = kinds.iter().rposition(|kind| kind == "applicantKytTxnDeleted");
    assert!(
        kinds.iter().filter(|kind| *kind == "applicantKytTxnDataChanged").count() == 0 && last.is_some(),
        "{kinds:?}"
    );
}

#[test]
fn what_contradicts_itself_or_is_misspelled_is_refused_by_name() {
    let (bank, receiver) = (Bank::new(), Receiver::new());
    let told = |user: &str, txn: &str| {
        json!({
            "txnId": txn, "type": "userPlatformEvent", "applicant": { "externalUserId": user },
            "userPlatformEventInfo": { "type": "login" },
        })
    };
    let alice = bank.signed("POST", NEW, &told("alice", "a").to_string()).json()["applicantId"].clone();
    let path = format!("/resources/applicants/{}/kyt/txns/-/data", alice.as_str().unwrap());
    for (user, txn, status) in [("bob", "b", 400), ("alice", "c", 200)] {
        let answer = bank.signed("POST", &path, &told(user, txn).to_string());
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    for (flag, status) in [(json!("yes"), 400), (json!(true), 200)] {
        let body = json!({ "options": { "async": flag }, "data": told("ida", "d") });
        let answer = bank.signed("POST", "/resources/api/applicants/tm/-/submit", &body.to_string());
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    for (kind, status) in [("applicantKytTxnAproved", 400), ("applicantReviewed", 200)] {
        let wish = json!({ "name": "w", "target": receiver.url, "targetType": "http", "types": [kind] });
        let answer = bank.signed("POST", "/resources/api/agent/clientWebhooks", &wish.to_string());
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.text.contains(kind), "{}", answer.text);
    }
}

#[test]
fn what_a_page_says_is_one_list() {
    let bank = Bank::new();
    let asked = bank.signed("POST", "/resources/accessTokens/behavior", r#"{"sessionId":"s","ttlInSecs":600}"#).json();
    let token = asked["token"].as_str().unwrap();
    let headers = [("x-access-token", token), ("x-client-id", "fisherman"), ("content-type", "application/json")];
    let say = |body: &str| bank.server.ask("POST", "/resources/bhv/evts/page", &headers, body).status;
    assert_eq!([say("[]"), say(r#"[{"id":"u"}]"#)], [200, 200]);
    for body in [r#"[],"x":[]"#, "{}", "null", "", "[] []"] {
        assert_eq!(say(body), 400, "{body}");
    }
}
