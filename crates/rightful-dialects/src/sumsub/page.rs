//! Pages: what Fisherman asks for and says of its browser.
//!
//! A page's server asks for a token for a session. Everything that the page says is kept under that session, until a
//! transaction names it by the token, or by the visitor id that the page was given. No third party is asked: the client is
//! told to simulate its vendor's fingerprinting, and its own signals are what a device is known by.

use std::time::Duration;

use rightful_domain::{Behavior, Device, DeviceAlias, DeviceAliasKind, DeviceId, REPORT_KEPT, Report};

use super::{auth, decode, response};
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{LABEL_BYTES_MAX, cut, text};
use crate::{Call, Intake, Refusal, Response, digest};

/// The longest session id, in bytes.
const SESSION_BYTES_MAX: usize = 256;
/// How long a token holds whose server does not say.
pub(super) const TOKEN_KEPT: Duration = Duration::from_secs(600);
/// The longest that a token may hold: a report is not kept longer.
const TOKEN_KEPT_MAX: Duration = REPORT_KEPT;
/// The most events of one batch; the client sends one every two seconds.
const EVENTS_MAX: usize = 1_000;
/// The longest signal kept as it is, in bytes: a longer one is only ever compared, so its digest serves.
const SIGNAL_BYTES_MAX: usize = 64;
/// The longest time that a key is held, or between two, in ms: who pauses longer is not typing.
const KEY_MS_MAX: f64 = 5_000.0;
const SIGNAL: &str = "sumsub signal";
const LIKENESS: &str = "sumsub likeness";

/// What stays as it is while a browser is used. What changes by itself (sizes of windows, batteries, languages) is not here.
const SIGNALS: [&str; 21] = [
    "screen",
    "colorDepth",
    "deviceMemory",
    "hardwareConcurrency",
    "timezone",
    "platform",
    "plugins",
    "canvas",
    "webgl",
    "webglVendorAndRenderer",
    "touchSupport",
    "fonts",
    "audio",
    "productSub",
    "evalLength",
    "sessionStorage",
    "localStorage",
    "indexedDb",
    "openDatabase",
    "hasLiedOs",
    "hasLiedBrowser",
];

/// Reads for which session a token is asked, and how long it is to hold.
pub(super) fn token_asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    read_token(call)?;
    Ok(Intake::Nothing)
}

fn read_token(call: &Call<'_>) -> Result<(String, Duration), Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let session = body.required("sessionId", text)?;
    if session.is_empty() || session.len() > SESSION_BYTES_MAX {
        let detail = format!("must be 1 to {SESSION_BYTES_MAX} bytes");
        return Err(Fault::new(detail).within("sessionId").into());
    }
    let seconds = body.optional("ttlInSecs", |node| {
        let told = node.number().and_then(serde_json::Number::as_u64).filter(|seconds| *seconds > 0);
        told.ok_or_else(|| Fault::new("must be a whole number above 0"))
    })?;
    let kept = seconds.map_or(TOKEN_KEPT, Duration::from_secs).min(TOKEN_KEPT_MAX);
    Ok((auth::session(call, &session), kept))
}

/// The token asked for.
pub(super) fn token(call: &Call<'_>) -> Response {
    // Read before, when it was decoded.
    let Ok((session, kept)) = read_token(call) else { return response::done() };
    let token = auth::token(call, &session, call.received_at.plus(kept));
    response::json(200, &serde_json::json!({ "token": token }))
}

/// Takes note of a page that says nothing to be kept.
pub(super) fn nothing(call: &Call<'_>) -> Result<Intake, Refusal> {
    auth::session_of_page(call)?;
    Ok(Intake::Nothing)
}

/// What the client is to do: ask nobody else, and say what its browser is like.
pub(super) fn info(call: &Call<'_>) -> Response {
    let session = auth::session_of_page(call).unwrap_or_default();
    let visitor = format!("{}{session}", decode::VISITOR_PREFIX);
    response::json(
        200,
        &serde_json::json!({
            "simulation": { "enabled": true, "conf": { "visitorId": visitor, "requestId": session } },
            "bhvEnabled": true,
            "logEnabled": true,
            "logLevel": "error",
        }),
    )
}

/// Reads what a browser says of itself and of what is done in it.
pub(super) fn events(call: &Call<'_>) -> Result<Intake, Refusal> {
    let session = auth::session_of_page(call)?;
    // The body is a list, and what is read elsewhere is an object.
    let mut body = Fields::new(vec![("events".into(), Node::List(json::parse_list(call.body)?))]);
    let (mut device, mut seen) = (Device::default(), Seen::default());
    body.objects("events", EVENTS_MAX, |event| {
        if let Some(Node::Object(signals)) = event.take("initData") {
            device = device_of(call, Fields::new(signals));
        }
        if let Some(Node::Object(interaction)) = event.take("interactionData") {
            seen.add(Fields::new(interaction));
        }
        Ok(())
    })?;
    let name = auth::report_name(&session).ok_or_else(|| Fault::new("is none of ours").within("session"))?;
    // The strongest name is what a report is kept under.
    device.aliases.insert(0, DeviceAlias { kind: DeviceAliasKind::Signed, id: name });
    Ok(Intake::Report(Box::new(Report {
        id: call.event_id,
        application: call.application.id.clone(),
        device,
        network: call.page_network(),
        behavior: seen.behavior(),
        opened_at: None,
        received_at: call.received_at,
        said: None,
    })))
}

fn device_of(call: &Call<'_>, mut signals: Fields<'_>) -> Device {
    let mut device = Device::default();
    let pixels = |node: Option<Node<'_>>| node.and_then(|node| node.number().and_then(serde_json::Number::as_u64));
    let (width, height) = (pixels(signals.take("width")), pixels(signals.take("height")));
    // Whichever way the device is held.
    let screen = width.zip(height).map(|(width, height)| format!("{}x{}", width.max(height), width.min(height)));
    device.screen = screen.as_deref().map(Into::into);
    device.language = plain(signals.take("language"));
    device.kind = match signals.take("mobile") {
        Some(Node::Flag(true)) => Some("phone".into()),
        Some(Node::Flag(false)) => Some("computer".into()),
        _ => None,
    };
    device.browser = plain(signals.take("browser"));
    for name in SIGNALS {
        let told = match name {
            "screen" => screen.clone(),
            _ => signals.take(name).and_then(|node| serde_json::to_string(&node).ok()),
        };
        let Some(told) = told.filter(|told| !told.is_empty() && told != "\"\"") else { continue };
        let told = told.trim_matches('"');
        match name {
            "timezone" => device.time_zone = Some(cut(told, LABEL_BYTES_MAX).into()),
            "platform" => device.os = Some(cut(told, LABEL_BYTES_MAX).into()),
            _ => {}
        }
        device.components.push((name.into(), kept(call, name, told)));
    }
    if !device.components.is_empty() {
        device.aliases.extend(likeness(call, &device));
    }
    device
}

fn plain(node: Option<Node<'_>>) -> Option<Box<str>> {
    let told = node.and_then(Node::into_text)?;
    (!told.is_empty()).then(|| cut(&told, LABEL_BYTES_MAX).into())
}

fn kept(call: &Call<'_>, name: &str, told: &str) -> Box<str> {
    if told.len() <= SIGNAL_BYTES_MAX && !told.chars().any(char::is_control) {
        return told.into();
    }
    let digest = digest::keyed(call.link_key, SIGNAL, &[name.as_bytes(), told.as_bytes()]);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn likeness(call: &Call<'_>, device: &Device) -> Option<DeviceAlias> {
    let mut parts = vec![call.application.id.as_str().as_bytes()];
    parts.extend(device.components.iter().flat_map(|(name, told)| [name.as_bytes(), told.as_bytes()]));
    let digest = digest::keyed(call.link_key, LIKENESS, &parts);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let id = DeviceId::new(format!("sumsub-likeness:{digest}")).ok()?;
    Some(DeviceAlias { kind: DeviceAliasKind::Likeness, id })
}

/// What was done in a page.
#[derive(Default)]
struct Seen {
    n_events: u32,
    keys: u32,
    pastes: u32,
    moves: u32,
    holds: Vec<f64>,
    flights: Vec<f64>,
}

impl Seen {
    fn add(&mut self, mut interaction: Fields<'_>) {
        self.n_events = self.n_events.saturating_add(1);
        match interaction.take("event").and_then(Node::into_text).as_deref() {
            Some("paste") => self.pastes = self.pastes.saturating_add(1),
            Some("mousemove") => self.moves = self.moves.saturating_add(1),
            Some(_) | None => {}
        }
        let Some(Node::List(presses)) = interaction.take("cadence") else { return };
        let mut before: Option<f64> = None;
        for press in presses.into_iter().take(EVENTS_MAX) {
            let Node::Object(press) = press else { continue };
            let mut press = Fields::new(press);
            let mut ms =
                |name: &str| press.take(name).and_then(|node| node.number().and_then(serde_json::Number::as_f64));
            let (Some(start), Some(end)) = (ms("start"), ms("end")) else { continue };
            let is_typed = |ms: f64| (0.0..=KEY_MS_MAX).contains(&ms);
            self.keys = self.keys.saturating_add(1);
            self.holds.extend(Some(end - start).filter(|ms| is_typed(*ms)));
            self.flights.extend(before.map(|before| start - before).filter(|ms| is_typed(*ms)));
            before = Some(start);
        }
    }

    fn behavior(mut self) -> Option<Behavior> {
        (self.n_events > 0).then(|| Behavior {
            keys: Some(self.keys),
            pastes: Some(self.pastes),
            key_hold_ms: median(&mut self.holds),
            key_flight_ms: median(&mut self.flights),
            pointer_moves: Some(self.moves),
            form_ms: None,
            interaction: None,
        })
    }
}

fn median(all: &mut [f64]) -> Option<f64> {
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}
