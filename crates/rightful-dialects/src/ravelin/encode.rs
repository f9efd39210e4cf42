//! From our answers to Ravelin's.

use std::time::Duration;

use rightful_domain::{Assessment, DeviceSnapshot, Entry, Event, Record, Verdict};

use super::wire::{
    ChangedDevice, ChangedValue, CredentialStatus, CustomerChange, Data, ErrorAnswer, LoginAnswer, Takeover,
};
use super::{VERIFY_PATH, VERIFY_PURPOSE, reasons};
use crate::link::{self, Link};
use crate::time::{rfc3339, rfc3339_seconds};
use crate::{Call, Refusal, RefusalKind, Response, digest};
use rightful_domain::Timestamp;

/// How long the owner may say whether it was them.
const VERIFY_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The only change that Ravelin documents.
const CHANGE_DEVICE: &str = "DEVICE";
const CHANGE_ID: &str = "rightful ravelin changeId v1";
const CHANGE_SET_ID: &str = "rightful ravelin changeSetId v1";

/// The answer to a login that was scored. All of it comes from the record, so a retry is answered with the same bytes.
pub(super) fn scored(call: &Call<'_>, record: &Record) -> Response {
    let entry = &record.entry;
    let Some(assessment) = &entry.assessment else {
        let refusal = Refusal {
            kind: RefusalKind::Internal,
            detail: "the login is remembered, but was not judged".to_owned(),
            path: None,
        };
        return refused(&refusal, call.received_at);
    };
    let event_id = entry.event.id.to_string();
    let credential = entry.enrichment.credential.unwrap_or_default();
    json(
        200,
        &LoginAnswer {
            status: 200,
            success: "true",
            timestamp: rfc3339_seconds(assessment.judged_at),
            data: data(&entry.event, assessment, &event_id),
            credential_status: CredentialStatus {
                password_breached: credential.password_breached,
                username_breached: credential.username_breached,
            },
            customer_changes: changed_device(call, entry, assessment).map(|change| [change]),
        },
    )
}

fn data<'a>(event: &'a Event, assessment: &Assessment, event_id: &'a str) -> Data<'a> {
    // Whoever asks is answered; `answered` is None only where nobody did.
    let verdict: Verdict = assessment.answered.unwrap_or(assessment.verdict);
    Data {
        customer_id: event.account.as_ref().map(|account| account.as_str()),
        action: reasons::payment_action(assessment.payment.action),
        score: assessment.payment.score,
        source: "RAVELIN",
        score_id: event_id,
        ato: Takeover { action: reasons::takeover_action(verdict), login_id: event_id },
    }
}

fn changed_device<'a>(call: &Call<'_>, entry: &'a Entry, assessment: &Assessment) -> Option<CustomerChange<'a>> {
    let previous = entry.previous_device.as_ref()?;
    let event = &entry.event;
    let id = event.device.id()?;
    let link = Link {
        application: event.application.clone(),
        event: event.id,
        expires_at: assessment.judged_at.plus(VERIFY_KEPT),
    };
    let token = link::sign(&link, VERIFY_PURPOSE, call.link_key);
    Some(CustomerChange {
        change_id: digest::uuid_from(event.id, CHANGE_ID),
        customer_id: event.account.as_ref().map(|account| account.as_str()),
        timestamp: rfc3339(event.at),
        change_type: CHANGE_DEVICE,
        new_value: ChangedValue {
            device: ChangedDevice {
                device_id: id.as_str(),
                device_type: event.device.kind.as_deref(),
                device_manufacturer: event.device.manufacturer.as_deref(),
                device_model: event.device.model.as_deref(),
                device_os: event.device.os.as_deref(),
                ip_address: event.network.ip.map(|ip| ip.to_string()),
                user_agent: event.network.user_agent.as_deref(),
                timestamp: rfc3339(event.at),
            },
        },
        previous_value: ChangedValue { device: snapshot(previous) },
        verification_url: format!("{}{VERIFY_PATH}?id={token}", call.public_url),
        change_set_id: digest::uuid_from(event.id, CHANGE_SET_ID),
    })
}

fn snapshot(device: &DeviceSnapshot) -> ChangedDevice<'_> {
    let DeviceSnapshot { id, kind, manufacturer, model, os, ip, user_agent, at } = device;
    ChangedDevice {
        device_id: id.as_str(),
        device_type: kind.as_deref(),
        device_manufacturer: manufacturer.as_deref(),
        device_model: model.as_deref(),
        device_os: os.as_deref(),
        ip_address: ip.map(|ip| ip.to_string()),
        user_agent: user_agent.as_deref(),
        timestamp: rfc3339(*at),
    }
}

/// The answer to a login that nobody waits for: empty, as documented.
pub(super) const fn unscored() -> Response {
    Response { status: 200, content_type: None, headers: Vec::new(), body: Vec::new() }
}

/// The answer to a login that was not taken.
pub(super) fn refused(refusal: &Refusal, now: Timestamp) -> Response {
    let Refusal { kind, detail, path } = refusal;
    let message = match path {
        Some(path) => format!("{path} {detail}"),
        None => detail.clone(),
    };
    let status = kind.status();
    let answer =
        ErrorAnswer { status, message: &message, timestamp: rfc3339_seconds(now), retryable: kind.is_retryable() };
    json(status, &answer)
}

fn json(status: u16, answer: &impl serde::Serialize) -> Response {
    // Texts and whole numbers can always be written.
    let body = serde_json::to_vec(answer).unwrap_or_default();
    Response { status, content_type: Some("application/json"), headers: Vec::new(), body }
}
