//! What the browser's client reports: its device, how people type and point, who is signed in, and what is attempted.
//!
//! The client repeats itself: it opens with two requests at once, and sends again what was not acknowledged. So all that is
//! made of a request follows from what it says: the same device has the same id, the same action the same token.

use std::borrow::Cow;

use rightful_domain::{
    AccountId, Action, CorrelationId, CredentialKind, Device, EventId, FreeFields, ID_BYTES_MAX, KEY_COMPONENT,
    PasswordHashes, Report, Settings, Timestamp, origin_of,
};
use zeroize::Zeroizing;

use super::attempt::{Said, SaidBy};
use super::behavior::Gathered;
use super::{device, token};
use crate::fields::Fields;
use crate::json::{self, Node};
use crate::scalars::{self, LABEL_BYTES_MAX, WORD_BYTES_MAX, cut};
use crate::time::{clamped, moment};
use crate::{Call, Intake, Packing, PresentedInBody, Refusal, RefusalKind, Sealed, digest};

/// The most events of one request: the client sends a few, and queues for a while what was refused.
const EVENTS_MAX: usize = 256;
const REPORT: &str = "transmit report";
/// The component that says at which origin a page was that is none of the application's.
const FOREIGN_ORIGIN: &str = "foreign_origin";

/// What one request of the client says.
pub(super) struct Batch {
    /// What is kept of it.
    pub(super) report: Report,
    /// The device's id: the one it presented wherever that holds.
    pub(super) device: String,
    /// What the device calls its key.
    pub(super) key_name: Option<String>,
    /// Whether it asks for a session token.
    pub(super) wants_session: bool,
    /// Whether something was attempted, which is the last thing that was.
    pub(super) has_attempt: bool,
}

/// What of a request is sealed.
pub(super) fn sealed(body: &[u8]) -> Result<Sealed, Refusal> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let mut body = Fields::new(json::parse_object(body)?);
    let mut bytes = |name: &str| {
        let text = body.take(name).and_then(Node::into_text);
        let bytes = text.and_then(|text| STANDARD.decode(text.as_bytes()).ok());
        bytes.ok_or_else(|| Refusal {
            kind: RefusalKind::Malformed,
            detail: "must be a text in base64".to_owned(),
            path: Some(name.to_owned()),
        })
    };
    let (key, content) = (bytes("key")?, bytes("data")?);
    let packing = match body.take("dataType").and_then(Node::into_text).as_deref() {
        Some("uncompressed") => Packing::Plain,
        _ => Packing::Gzip,
    };
    Ok(Sealed { key, content, packing })
}

/// The application that a page's body names.
pub(super) fn client(body: &[u8]) -> Option<PresentedInBody> {
    let told = Fields::new(json::parse_object(body).ok()?).take("clientId").and_then(Node::into_text)?;
    (!told.is_empty()).then(|| PresentedInBody {
        kind: CredentialKind::TransmitClient,
        public_id: told.into_owned(),
        secret: Zeroizing::new(String::new()),
    })
}

/// Reads what the client reports.
pub(super) fn events(call: &Call<'_>) -> Result<Intake, Refusal> {
    Ok(Intake::Report(Box::new(batch(call)?.report)))
}

/// Reads a request of the client, which is the same each time it is read.
pub(super) fn batch(call: &Call<'_>) -> Result<Batch, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let key_name = text(&mut body, "keyIdentifier").filter(|name| is_key_name(name));
    let presented = text(&mut body, "deviceId");
    let known = token::known(call, presented.as_deref(), key_name.as_deref());
    let user = text(&mut body, "userId").and_then(|id| AccountId::new(id).ok());
    let wants_session = matches!(body.take("sessionToken"), Some(Node::Flag(true)));
    let mut read = Read::new(text(&mut body, "sdkPlatform").as_deref());
    read.device.aliases.extend(device::alias(&known.id));
    if let Some(key_name) = &key_name {
        read.device.components.push((KEY_COMPONENT.into(), key_name.as_str().into()));
    }
    if known.is_anothers {
        read.device.components.push(("presented_id".into(), "of another device".into()));
    }
    let Some(Node::List(events)) = body.take("events") else {
        return Err(refused("must be a list", "events"));
    };
    if events.is_empty() || events.len() > EVENTS_MAX {
        return Err(refused(&format!("must have 1 to {EVENTS_MAX} items"), "events"));
    }
    for event in events {
        if let Node::Object(members) = event {
            read.event(call, Fields::new(members), user.as_ref());
        }
    }
    let id = report_id(call, key_name.as_deref().unwrap_or(&known.id), &read);
    let has_attempt = read.attempt.is_some();
    let report = Report {
        id,
        application: call.application.id.clone(),
        device: read.device,
        network: call.page_network(),
        behavior: read.gathered.behavior(),
        opened_at: read.opened_at,
        received_at: call.received_at,
        said: read.attempt,
    };
    Ok(Batch { report, device: known.id, key_name, wants_session, has_attempt })
}

/// What the events of one request say together.
struct Read {
    device: Device,
    gathered: Gathered,
    opened_at: Option<Timestamp>,
    attempt: Option<FreeFields>,
    /// What makes the last action, or else the last event, another than all others.
    mark: Mark,
}

#[derive(Default)]
struct Mark {
    is_action: bool,
    tab: String,
    index: i64,
    at: Option<Timestamp>,
}

impl Read {
    fn new(platform: Option<&str>) -> Self {
        let kind = match platform {
            Some("desktop_web") => Some("computer".into()),
            Some("mobile_web") => Some("phone".into()),
            Some(_) | None => None,
        };
        Self {
            device: Device { kind, ..Device::default() },
            gathered: Gathered::default(),
            opened_at: None,
            attempt: None,
            mark: Mark::default(),
        }
    }

    fn event(&mut self, call: &Call<'_>, mut event: Fields<'_>, user: Option<&AccountId>) {
        let kind = text(&mut event, "type").unwrap_or_default();
        let mark = Mark {
            is_action: kind == "action",
            tab: text(&mut event, "tabId").unwrap_or_default(),
            index: event
                .take("index")
                .as_ref()
                .and_then(Node::number)
                .and_then(serde_json::Number::as_i64)
                .unwrap_or(-1),
            at: event.take("timestamp").and_then(|node| moment(node).ok()),
        };
        self.page_told(call, event.take("location"));
        let attributes = event.take("attributes");
        match kind.as_str() {
            "device" => self.device_told(call, attributes),
            "interaction" => {
                let mut attributes = device::object(attributes);
                let is_opening = attributes.has("interaction_type") && attributes.has("window_historyLength");
                if is_opening {
                    self.opened_at = mark.at.map(|at| clamped(at, call.received_at).0).or(self.opened_at);
                }
                self.gathered.add(&mut attributes);
            }
            "action" => {
                if let Some(Node::Object(members)) = &attributes {
                    let said = said(call, &mut Fields::new(members.clone()), &mut event, (user, mark.at));
                    self.attempt = said.or(self.attempt.take());
                    if members.iter().any(|(name, _)| name == "navigatorUserAgent") {
                        self.device_told(call, attributes);
                    }
                }
            }
            _ => {}
        }
        if mark.is_action || !self.mark.is_action {
            self.mark = mark;
        }
    }

    /// Where the page is by its own word, which is sealed: what is between it and us can make the request's headers say
    /// anything, and not this. Only what is foreign is kept.
    fn page_told(&mut self, call: &Call<'_>, location: Option<Node<'_>>) {
        let application = call.application;
        // Where no origin is the application's, none is foreign to it.
        if !application.test && application.settings.origins.is_empty() {
            return;
        }
        let origin = location.and_then(Node::into_text).and_then(|address| origin_of(&address));
        let foreign = origin.filter(|origin| !application.takes_origin(origin));
        let components = &mut self.device.components;
        if let Some(origin) = foreign
            && !components.iter().any(|(known, _)| **known == *FOREIGN_ORIGIN)
        {
            components.push((FOREIGN_ORIGIN.into(), cut(&origin, LABEL_BYTES_MAX).into()));
        }
    }

    fn device_told(&mut self, call: &Call<'_>, attributes: Option<Node<'_>>) {
        if let Some(attributes) = attributes {
            let kept: Vec<_> = std::mem::take(&mut self.device.components);
            device::of_attributes(call, &mut self.device, attributes);
            // What was told before, and is told no more.
            for (name, value) in kept {
                if !self.device.components.iter().any(|(known, _)| *known == name) {
                    self.device.components.push((name, value));
                }
            }
        }
    }
}

/// An action, as it waits; None for one that this application's pages do not report.
fn said(
    call: &Call<'_>,
    attributes: &mut Fields<'_>,
    event: &mut Fields<'_>,
    (user, at): (Option<&AccountId>, Option<Timestamp>),
) -> Option<FreeFields> {
    let action = text(attributes, "action_type").and_then(|name| action(&call.application.settings, &name))?;
    let id = |text: Option<String>| text.and_then(|id| AccountId::new(id).ok());
    let said = Said {
        by: SaidBy::Page,
        action,
        device_at: at,
        user: user.cloned(),
        claimed: id(attributes.take("claimed_user_id").and_then(label)),
        claimed_type: text(attributes, "claimed_user_id_type").map(|kind| cut(&kind, WORD_BYTES_MAX).into()),
        correlation: attributes.take("correlation_id").and_then(label).and_then(|id| CorrelationId::new(id).ok()),
        transaction: attributes.take("transactionData"),
        custom: event.take("customAttributes"),
    };
    said.write_shortened()
}

/// The action of that spelling, of the known ones and the application's own.
pub(super) fn action(settings: &Settings, name: &str) -> Option<Action> {
    let action = Action::parse(name)?;
    match &action {
        Action::Custom(own) if !settings.action_types.contains(own) => None,
        _ => Some(action),
    }
}

/// The same events make the same id, so that what is sent again is known again. It keeps the layout of our other ids, with
/// the page's time in place of ours, as far as that may be true.
fn report_id(call: &Call<'_>, device: &str, read: &Read) -> EventId {
    let Some(at) = read.mark.at else { return call.event_id };
    let (index, told_at) = (read.mark.index.to_be_bytes(), at.as_micros().to_be_bytes());
    let kind: &[u8] = if read.attempt.is_some() { b"action" } else { b"other" };
    let parts: [&[u8]; 6] =
        [call.application.id.as_str().as_bytes(), device.as_bytes(), read.mark.tab.as_bytes(), &index, &told_at, kind];
    let [digits @ .., _, _, _, _, _, _] = digest::keyed(call.link_key, REPORT, &parts);
    EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), digits)
}

/// Keeps nothing of what went wrong in a page: to ask about no credentials is to ask nothing.
pub(super) fn logs(call: &Call<'_>) -> Result<Intake, Refusal> {
    Fields::new(json::parse_object(call.body)?).required("clientId", scalars::text)?;
    Ok(Intake::LookUp { username: None, hashes: PasswordHashes::default() })
}

/// The id of a device that asks for one before it says anything else.
pub(super) fn migrated(call: &Call<'_>) -> Result<String, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    Ok(token::kept(call, text(&mut body, "deviceId")))
}

/// What a key may be called: the digits of its digest.
fn is_key_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

fn text(fields: &mut Fields<'_>, name: &str) -> Option<String> {
    let told = fields.take(name).and_then(Node::into_text)?;
    (!told.is_empty()).then(|| cut(&told, 2 * ID_BYTES_MAX).to_owned())
}

/// A text, or a number as its digits: the client passes both through.
fn label(node: Node<'_>) -> Option<String> {
    let told: Cow<'_, str> = match node.number() {
        Some(number) => number.to_string().into(),
        None => node.into_text()?,
    };
    (!told.is_empty()).then(|| told.into_owned())
}

fn refused(detail: &str, path: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: Some(path.to_owned()) }
}
