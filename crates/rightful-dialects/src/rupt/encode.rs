//! From our answers to Rupt's.

use rightful_domain::{
    AccountDevice, AccountId, DeviceSnapshot, Dossier, Entry, EventId, Page, Record, Settings, Timestamp,
};

use super::decode::{Pages, told_fingerprints, tolerance_of};
use super::wire::{
    Access, AccessDevice, Accesses, Attached, Completed, Detached, Device, DeviceInfo, DeviceMake, DeviceOfPage,
    DeviceV3, Done, ErrorAnswer, Evaluated, Fingerprint, Identification, Metadata, Named,
};
use super::{device, token, words};
use crate::time::rfc3339_seconds;
use crate::{Call, Refusal, RefusalKind, Response};

/// What a caller should wait before it tries again, in s.
const RETRY_AFTER_S: &str = "1";

/// The answer to a page that identifies its device.
pub(super) fn identification(call: &Call<'_>, report: EventId) -> Response {
    json(200, &Identification { identification: token::of_report(report, tolerance_of(call)) })
}

/// The answer to a server that completes an identification. Where no judgement could be had in time, the device is taken
/// for new, which asks for more proof rather than for none.
pub(super) fn completed(record: &Record, device: Option<&AccountDevice>) -> Response {
    let entry = &record.entry;
    json(
        200,
        &Completed {
            access: token::access(entry.event.id),
            device: entry.sighting.map(|sighting| sighting.id.to_string()),
            new_device: entry.sighting.is_none_or(|sighting| sighting.is_first),
            metadata_fields: Metadata(device.map_or(&[], |device| &device.metadata)),
        },
    )
}

/// The answer to a page that attaches its device: no score, no reason, no verdict.
pub(super) fn attached(settings: &Settings, record: &Record) -> Response {
    let sighting = record.entry.sighting;
    let id = sighting.map(|sighting| sighting.id.to_string());
    json(
        200,
        &Attached {
            success: true,
            attached_devices: sighting.map_or(1, |sighting| sighting.n_devices),
            device_id: id.as_deref(),
            default_device_limit: device_limit(settings),
            block_over_usage: settings.blocks_over_device_limit,
            suspended: false,
            new_device: sighting.is_none_or(|sighting| sighting.is_first),
            access: token::access(record.entry.event.id),
            identity: id.as_deref(),
            metadata: Metadata(&[]),
            verification_status: "unverified",
        },
    )
}

/// The answer to who detaches a device.
pub(super) fn detached(call: &Call<'_>, dossier: &Dossier) -> Response {
    let settings = &call.application.settings;
    json(
        200,
        &Detached {
            success: true,
            attached_devices: dossier.devices.iter().filter(|device| device.detached_at.is_none()).count(),
            device_id: call.parameter("id"),
            default_device_limit: device_limit(settings),
            block_over_usage: settings.blocks_over_device_limit,
        },
    )
}

/// How many devices a client takes for allowed: it compares, so where there is no limit, as many as it can count.
const fn device_limit(settings: &Settings) -> u16 {
    match settings.devices_per_account_max {
        0 => u16::MAX,
        limit => limit,
    }
}

/// It is done.
pub(super) fn done() -> Response {
    json(200, &Done { success: true })
}

/// It is done, and there is nothing to say.
pub(super) const fn nothing() -> Response {
    Response { status: 204, content_type: None, headers: Vec::new(), body: Vec::new() }
}

/// The answer to a page that asks for its fingerprint's id.
pub(super) fn fingerprint(call: &Call<'_>) -> Response {
    let told = told_fingerprints(call).map(|(present, last)| of_fingerprints(call, &present, last.as_deref()));
    told.map_or_else(
        |refusal| refused(&refusal),
        |(fingerprint_id, confidence)| json(200, &Fingerprint { fingerprint_id, confidence }),
    )
}

/// The id of a fingerprint, and how alike the browser is to what it was.
fn of_fingerprints(call: &Call<'_>, present: &str, last: Option<&str>) -> (String, f64) {
    let id = EventId::from_bytes(device::fingerprint_id(call, present)).to_string();
    (id, last.map_or(1.0, |last| device::alike(present, last)))
}

/// The answer to an evaluation of the second generation.
pub(super) fn evaluated(call: &Call<'_>, record: &Record) -> Response {
    let entry = &record.entry;
    let told = told_fingerprints(call).ok();
    let told = told.map(|(present, last)| of_fingerprints(call, &present, last.as_deref()));
    let (fingerprint_id, confidence) = told.unzip();
    json(
        200,
        &Evaluated {
            fingerprint_id,
            confidence,
            challenge_id: words::challenge_status(record).map(|_| entry.event.id.to_string()),
            verdict: words::verdict_text(words::verdict(entry)),
            reasons: words::reasons(entry, &call.application.settings),
            evaluation_id: entry.event.id.to_string(),
        },
    )
}

/// The devices of an account, as servers are told of them: those that the query asks for.
pub(super) fn devices(call: &Call<'_>, dossier: &Dossier) -> Response {
    let project = Some(call.application.id.as_str());
    let devices = asked_for(call, dossier).into_iter();
    json(200, &devices.map(|device| device_body(project, &dossier.account, device)).collect::<Vec<_>>())
}

/// The same in the third generation.
pub(super) fn devices_v3(call: &Call<'_>, dossier: &Dossier) -> Response {
    let devices = asked_for(call, dossier).into_iter().map(|device| DeviceV3 {
        id: device.id.to_string(),
        user: dossier.account.as_str(),
        status: status(device),
        metadata: Metadata(&device.metadata),
        info: info(&device.latest),
        attached_at: moment(device.first_at),
        detached_at: device.detached_at.map(moment),
        created_at: moment(device.first_at),
        updated_at: moment(updated_at(device)),
    });
    json(200, &devices.collect::<Vec<_>>())
}

/// The attached devices of an account, as pages are told of them: neither addresses, nor agents, nor what is noted of them.
/// Of each account none, unless the application lets pages know.
pub(super) fn attached_devices(settings: &Settings, dossier: &Dossier) -> Response {
    let is_told = |device: &&AccountDevice| settings.pages_may_list_devices && device.detached_at.is_none();
    let attached = dossier.devices.iter().filter(is_told);
    let devices = attached.map(|device| DeviceOfPage {
        id: device.id.to_string(),
        info: DeviceInfo { ua: None, ..info(&device.latest) },
        status: status(device),
        attached_at: moment(device.first_at),
    });
    json(200, &devices.collect::<Vec<_>>())
}

fn asked_for<'a>(call: &Call<'_>, dossier: &'a Dossier) -> Vec<&'a AccountDevice> {
    let status_asked = call.query.value("status");
    let is = |name: &str| call.query.value(name).as_deref() == Some("true");
    let (only_attached, only_detached) = (is("attached"), is("detached"));
    let is_asked_for = |device: &&AccountDevice| {
        let is_attached = device.detached_at.is_none();
        let by_status = match status_asked.as_deref() {
            Some("attached") => is_attached,
            Some("detached") => !is_attached,
            Some(_) | None => true,
        };
        by_status && (is_attached || !only_attached) && (!is_attached || !only_detached)
    };
    dossier.devices.iter().filter(is_asked_for).collect()
}

/// A device, as servers are told of it.
pub(super) fn device_body<'a>(project: Option<&'a str>, user: &'a AccountId, device: &'a AccountDevice) -> Device<'a> {
    Device {
        id: device.id.to_string(),
        user: user.as_str(),
        project,
        info: info(&device.latest),
        status: status(device),
        metadata: Metadata(&device.metadata),
        created_at: moment(device.first_at),
        updated_at: moment(updated_at(device)),
        detached_at: device.detached_at.map(moment),
        attached_at: moment(device.first_at),
    }
}

const fn status(device: &AccountDevice) -> &'static str {
    if device.detached_at.is_some() { "detached" } else { "attached" }
}

fn updated_at(device: &AccountDevice) -> Timestamp {
    device.detached_at.map_or(device.latest.at, |detached_at| detached_at.max(device.latest.at))
}

fn info(device: &DeviceSnapshot) -> DeviceInfo<'_> {
    let DeviceSnapshot { id: _, kind, manufacturer, model, os, ip: _, user_agent, at: _ } = device;
    DeviceInfo {
        ua: user_agent.as_deref(),
        os: Named { name: os.as_deref() },
        device: DeviceMake { vendor: manufacturer.as_deref(), model: model.as_deref(), kind: kind.as_deref() },
    }
}

/// A page of accesses. Rupt counts pages and we do not: what there is beyond what was read counts as one more.
pub(super) fn accesses(call: &Call<'_>, found: &Page) -> Response {
    // Read before, when it was decoded.
    let Ok(pages) = Pages::of(call) else { return done() };
    let device = call.query.value("device");
    let is_asked_for = |entry: &Entry| match (&device, entry.sighting) {
        (None, _) => true,
        (Some(id), Some(sighting)) => sighting.id.to_string().eq_ignore_ascii_case(id),
        (Some(_), None) => false,
    };
    let project = call.application.id.as_str();
    let shown = found.records.iter().skip(pages.n_before().into());
    let docs = shown.map(|record| &record.entry).filter(|entry| is_asked_for(entry));
    let (has_next, n_read) = (found.next.is_some(), found.records.len());
    let total_docs = n_read + usize::from(has_next);
    json(
        200,
        &Accesses {
            docs: docs.map(|entry| access(project, entry)).collect(),
            total_docs,
            limit: pages.per,
            total_pages: total_docs.div_ceil(pages.per.into()).max(1),
            page: pages.page,
            paging_counter: pages.n_before() + 1,
            has_prev_page: pages.page > 1,
            has_next_page: has_next,
            prev_page: (pages.page > 1).then(|| pages.page - 1),
            next_page: has_next.then(|| pages.page + 1),
        },
    )
}

fn access<'a>(project: &'a str, entry: &'a Entry) -> Access<'a> {
    let event = &entry.event;
    let user = event.account.as_ref().map(|account| account.as_str());
    let network = &event.network;
    let made = &event.device;
    let info = DeviceInfo {
        ua: network.user_agent.as_deref(),
        os: Named { name: made.os.as_deref() },
        device: DeviceMake {
            vendor: made.manufacturer.as_deref(),
            model: made.model.as_deref(),
            kind: made.kind.as_deref(),
        },
    };
    Access {
        id: token::access(event.id),
        signed: false,
        device: entry.sighting.map(|sighting| AccessDevice { id: sighting.id.to_string(), user, project, info }),
        project,
        user,
        ip: network.ip.map(|ip| ip.to_string()),
        user_agent: network.user_agent.as_deref(),
        new_device: entry.sighting.is_some_and(|sighting| sighting.is_first),
        verdict: words::verdict_text(words::verdict(entry)),
        created_at: moment(event.at),
        updated_at: moment(event.received_at),
    }
}

/// The answer to a request that was not taken.
pub(super) fn refused(refusal: &Refusal) -> Response {
    let Refusal { kind, detail, path } = refusal;
    let message = match path {
        Some(path) => format!("{path} {detail}"),
        None => detail.clone(),
    };
    let status = kind.status();
    let error = if *kind == RefusalKind::Conflict { "conflict" } else { kind.code() };
    let mut response = json(status, &ErrorAnswer { success: false, error, message: &message, status });
    if kind.is_retryable() {
        response.headers.push(("retry-after", RETRY_AFTER_S.to_owned()));
    }
    response
}

/// RFC 3339 in UTC with three decimals, as a browser writes it: `2022-09-24T20:14:37.512Z`.
pub(super) fn moment(at: Timestamp) -> String {
    let seconds = rfc3339_seconds(at);
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), at.as_millis().rem_euclid(1_000))
}

pub(super) fn json(status: u16, answer: &impl serde::Serialize) -> Response {
    // Names are texts, and everything inside is a text, a finite number or a flag, so this can always be written.
    let body = serde_json::to_vec(answer).unwrap_or_default();
    Response { status, content_type: Some("application/json"), headers: Vec::new(), body }
}
