//! What ravelinjs reports from a page: the device's cookie, its clock's zone, the window, and what was pasted.
//!
//! Pages are anybody's: what cannot be read of an event is passed over, and nothing of what the site itself adds is kept.

use rightful_domain::{
    Behavior, Device, DeviceAlias, DeviceAliasKind, EventId, Network, PasswordHashes, Report, Timestamp,
};

use super::words::id_text;
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{LABEL_BYTES_MAX, cut, device_id};
use crate::time::{clamped, moment};
use crate::{Call, Intake, Refusal, digest};

/// The most events of one report; ravelinjs sends one.
const EVENTS_MAX: usize = 64;
/// Names a report that is sent again, as ravelinjs does after an error.
const REPORT_PURPOSE: &str = "rightful ravelin report v1";
/// The most minutes that a clock differs from UTC.
const OFFSET_MINUTES_MAX: i64 = 14 * 60;
/// The widest and highest window believed, in pixels.
const PIXELS_MAX: u64 = 100_000;

/// Reads a report: all of its events as one.
pub(super) fn report(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let mut events = body.objects("events", EVENTS_MAX, |event| Ok(read_event(call, event)))?.into_iter();
    let Some((mut report, first)) = events.next() else {
        return Err(Fault::new("must have at least one item").within("events").into());
    };
    let mut marks = vec![first];
    for (later, mark) in events {
        report.merge(later);
        marks.push(mark);
    }
    report.id = report_id(call, &marks);
    Ok(Intake::Report(Box::new(report)))
}

/// Takes note that a page failed, and keeps nothing: to ask about no credentials is to ask nothing.
pub(super) fn page_error(call: &Call<'_>) -> Result<Intake, Refusal> {
    json::parse_object(call.body)?;
    Ok(Intake::LookUp { username: None, hashes: PasswordHashes::default() })
}

/// What makes an event of a page another than all others.
#[derive(Default)]
struct Mark {
    device: String,
    window: String,
    name: String,
    at: Option<Timestamp>,
}

/// The same events make the same id, so that a report sent again is known again. It keeps the layout of our other ids,
/// with the page's time in place of ours; events without a time or a device have nothing to be known by.
fn report_id(call: &Call<'_>, marks: &[Mark]) -> EventId {
    let at = marks.first().filter(|mark| !mark.device.is_empty()).and_then(|mark| mark.at);
    let Some(unix_ms) = at.and_then(|at| u64::try_from(at.as_micros() / 1_000).ok()) else { return call.event_id };
    let times: Vec<[u8; 8]> = marks.iter().map(|mark| mark.at.map_or(0, Timestamp::as_micros).to_be_bytes()).collect();
    let mut parts: Vec<&[u8]> = vec![call.application.id.as_str().as_bytes()];
    for (mark, time) in marks.iter().zip(&times) {
        parts.extend([mark.device.as_bytes(), mark.window.as_bytes(), mark.name.as_bytes(), time.as_slice()]);
    }
    let [digits @ .., _, _, _, _, _, _] = digest::keyed(call.link_key, REPORT_PURPOSE, &parts);
    EventId::from_parts(unix_ms, digits)
}

fn read_event(call: &Call<'_>, event: &mut Fields<'_>) -> (Report, Mark) {
    let mut mark = Mark::default();
    let mut device = Device::default();
    let mut origin = None;
    if let Some(Node::Object(members)) = event.take("eventMeta") {
        let mut meta = Fields::new(members);
        let id = meta.take("ravelinDeviceId").and_then(|node| device_id(id_text(node)).ok().flatten());
        mark.device = id.as_ref().map_or_else(String::new, |id| id.as_str().to_owned());
        device.aliases.extend(id.map(|id| DeviceAlias { kind: DeviceAliasKind::Vendor, id }));
        mark.window = told_text(&mut meta, "ravelinWindowId");
        mark.at = meta.take("clientEventTimeMilliseconds").and_then(|node| moment(node).ok());
        origin = page_origin(&told_text(&mut meta, "url"));
        set_zone(&mut device, &mut meta);
    }
    let kind = told_text(event, "eventType");
    let mut data = match event.take("eventData") {
        Some(Node::Object(members)) => Fields::new(members),
        _ => Fields::new(Vec::new()),
    };
    mark.name = told_text(&mut data, "eventName");
    if kind == "resize" {
        device.screen = window_size(&mut data);
    }
    let pastes = (kind == "paste").then_some(1);
    let is_opening = kind == "track" && mark.name == "PAGE_LOADED";
    let opened_at = mark.at.filter(|_| is_opening).map(|at| clamped(at, call.received_at).0);
    let report = Report {
        id: call.event_id,
        application: call.application.id.clone(),
        device,
        network: network(call, origin),
        behavior: pastes.map(|pastes| Behavior { pastes: Some(pastes), ..Behavior::default() }),
        opened_at,
        received_at: call.received_at,
        said: None,
    };
    (report, mark)
}

fn network(call: &Call<'_>, origin: Option<Box<str>>) -> Network {
    let of_header = || (call.header)("origin").filter(|origin| !origin.is_empty()).and_then(page_origin);
    Network { origin: origin.or_else(of_header), ..call.page_network() }
}

/// A text that is there, cut; empty if there is none.
fn told_text(fields: &mut Fields<'_>, name: &str) -> String {
    match fields.take(name) {
        Some(Node::Text(text)) => cut(&text, ADDRESS_BYTES_MAX).to_owned(),
        _ => String::new(),
    }
}

/// The longest address of a page that is looked at, in bytes; only its beginning matters.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// Scheme, host and port of a page's address; None for what is no page of the web.
fn page_origin(url: &str) -> Option<Box<str>> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let origin = format!("{scheme}://{host}").to_ascii_lowercase();
    (is_web && origin.len() <= LABEL_BYTES_MAX && !origin.contains(char::is_control)).then(|| origin.into())
}

/// Minutes behind UTC, as browsers count them: kept as they are, and, in whole hours, as the zone that has that clock.
fn set_zone(device: &mut Device, meta: &mut Fields<'_>) {
    let told = meta.take("timezoneOffset");
    let minutes = told.as_ref().and_then(Node::number).and_then(serde_json::Number::as_i64);
    let Some(minutes) = minutes.filter(|minutes| minutes.abs() <= OFFSET_MINUTES_MAX) else { return };
    device.components.push(("timezone_offset".into(), minutes.to_string().into()));
    // The names of these zones count as browsers do: Etc/GMT-2 is two hours ahead.
    device.time_zone = match minutes {
        0 => Some("Etc/UTC".into()),
        hours if hours % 60 == 0 && hours / 60 <= 12 => Some(format!("Etc/GMT{:+}", hours / 60).into()),
        _ => None,
    };
}

/// The window's new size.
fn window_size(data: &mut Fields<'_>) -> Option<Box<str>> {
    let Some(Node::Object(members)) = data.take("properties") else { return None };
    let Some(Node::Object(members)) = Fields::new(members).take("resolutionNew") else { return None };
    let mut size = Fields::new(members);
    let mut pixels = |name| {
        let told = size.take(name)?;
        told.number().and_then(serde_json::Number::as_u64).filter(|pixels| *pixels <= PIXELS_MAX)
    };
    Some(format!("{}x{}", pixels("w")?, pixels("h")?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_beginning_of_a_page_s_address() {
        assert_eq!(page_origin("https://Shop.example:8443/a?b#c").as_deref(), Some("https://shop.example:8443"));
        assert_eq!(page_origin("http://localhost").as_deref(), Some("http://localhost"));
        for none in ["", "shop.example", "file:///etc", "https:///a", "https://a@b/", "data://x"] {
            assert_eq!(page_origin(none), None, "{none}");
        }
    }

    #[test]
    fn a_zone_is_named_by_whole_hours() {
        for (minutes, zone) in [
            ("-120", Some("Etc/GMT-2")),
            ("300", Some("Etc/GMT+5")),
            ("0", Some("Etc/UTC")),
            ("-330", None),
            ("9e9", None),
        ] {
            let body = format!("{{\"timezoneOffset\":{minutes}}}");
            let mut meta = Fields::new(json::parse_object(body.as_bytes()).expect("JSON"));
            let mut device = Device::default();
            set_zone(&mut device, &mut meta);
            assert_eq!(device.time_zone.as_deref(), zone, "{minutes}");
        }
    }
}
