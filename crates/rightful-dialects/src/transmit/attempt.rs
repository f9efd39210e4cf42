//! An attempt as it waits for whoever asks about it: written down here, and read again here, as JSON of our own.
//!
//! A page says what it likes, and of any account. So an account counts as named only where a server names it, in the
//! report of the attempt or in asking about it; an event of an account that the page alone names is one that nobody
//! vouches for, and changes nothing of what is known of that account.

use rightful_domain::{
    AccountId, Action, Behavior, CorrelationId, Device, Event, FreeFields, Network, PasswordHashes, Pii, Report,
    Source, Timestamp,
};

use super::{device, money};
use crate::fields::Fields;
use crate::json::{self, Member, Node};
use crate::{Call, Refusal, RefusalKind, Told};

/// Who says that something was attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SaidBy {
    Page,
    Server,
}

/// What is said of an attempt.
pub(super) struct Said<'a> {
    pub(super) by: SaidBy,
    pub(super) action: Action,
    /// When, by the page's clock.
    pub(super) device_at: Option<Timestamp>,
    /// The user who is signed in.
    pub(super) user: Option<AccountId>,
    /// The user that somebody claims to be.
    pub(super) claimed: Option<AccountId>,
    pub(super) claimed_type: Option<Box<str>>,
    pub(super) correlation: Option<CorrelationId>,
    /// As it was sent.
    pub(super) transaction: Option<Node<'a>>,
    /// As it was sent.
    pub(super) custom: Option<Node<'a>>,
}

impl<'a> Said<'a> {
    /// As JSON; None if that is longer than may be kept.
    pub(super) fn write(&self) -> Option<FreeFields> {
        let node = Node::Object(self.members());
        // A tree of texts and finite numbers can always be written.
        serde_json::to_string(&node).ok().and_then(FreeFields::new)
    }

    /// The same, without what makes it too long: first the caller's own fields, then of the transaction what is not judged,
    /// then all of it.
    pub(super) fn write_shortened(mut self) -> Option<FreeFields> {
        if let Some(whole) = self.write() {
            return Some(whole);
        }
        self.custom = None;
        if let Some(own) = self.write() {
            return Some(own);
        }
        self.transaction = self.transaction.take().map(money::judged_alone);
        if let Some(judged) = self.write() {
            return Some(judged);
        }
        self.transaction = None;
        self.write()
    }

    fn members(&self) -> Vec<Member<'a>> {
        let text = |value: &str| Node::Text(value.to_owned().into());
        let by = match self.by {
            SaidBy::Page => "page",
            SaidBy::Server => "server",
        };
        let mut members = vec![("by".into(), text(by)), ("action_type".into(), text(self.action.as_str()))];
        let mut add = |name: &'static str, node: Option<Node<'a>>| {
            members.extend(node.map(|node| (name.into(), node)));
        };
        add("device_timestamp", self.device_at.map(|at| Node::Number(at.as_millis().into())));
        add("user_id", self.user.as_ref().map(|id| text(id.as_str())));
        add("claimed_user_id", self.claimed.as_ref().map(|id| text(id.as_str())));
        add("claimed_user_id_type", self.claimed_type.as_deref().map(text));
        add("correlation_id", self.correlation.as_ref().map(|id| text(id.as_str())));
        add("transaction_data", self.transaction.clone());
        add("custom_attributes", self.custom.clone());
        members
    }

    /// From what was written; what does not read back was not there.
    pub(super) fn read(written: &'a FreeFields) -> Option<Self> {
        let mut told = Fields::new(json::parse_object(written.as_json().as_bytes()).ok()?);
        let mut text = |name: &str| told.take(name).and_then(Node::into_text);
        let (by, action) = (text("by")?, Action::parse(&text("action_type")?)?);
        let user = text("user_id").and_then(|id| AccountId::new(id.as_ref()).ok());
        let claimed = text("claimed_user_id").and_then(|id| AccountId::new(id.as_ref()).ok());
        let claimed_type = text("claimed_user_id_type").map(|kind| kind.as_ref().into());
        let correlation = text("correlation_id").and_then(|id| CorrelationId::new(id.as_ref()).ok());
        let device_at = told.take("device_timestamp");
        let device_at = device_at.as_ref().and_then(Node::number).and_then(serde_json::Number::as_i64);
        Some(Self {
            by: if by == "server" { SaidBy::Server } else { SaidBy::Page },
            action,
            device_at: device_at.map(|ms| Timestamp::from_micros(ms.saturating_mul(1_000))),
            user,
            claimed,
            claimed_type,
            correlation,
            transaction: told.take("transaction_data"),
            custom: told.take("custom_attributes"),
        })
    }
}

/// The event of an attempt, once somebody asks about it, who may name the account.
pub(super) fn told(
    call: &Call<'_>,
    attempt: &Report,
    device: Option<&Report>,
    named: Option<AccountId>,
) -> Result<Told, Refusal> {
    let unknown = || Refusal { kind: RefusalKind::NotFound, detail: "the action is not known".to_owned(), path: None };
    let written = attempt.said.as_ref().ok_or_else(unknown)?;
    let mut said = Said::read(written).ok_or_else(unknown)?;
    let is_vouched = named.is_some() || said.by == SaidBy::Server || (said.user.is_none() && said.claimed.is_none());
    let username = username(&said);
    // A name at the door is no user id: whose it is, the memory says. What a server says of the user comes before what it says
    // that somebody claims; of a page, the claim is this action's, and its user may be of before.
    let claimed = said.claimed.clone().filter(|_| username.is_none());
    let account = match said.by {
        SaidBy::Server => named.clone().or_else(|| said.user.clone()).or(claimed),
        SaidBy::Page if username.is_some() => named.clone(),
        SaidBy::Page => named.clone().or(claimed).or_else(|| said.user.clone()),
    };
    // By our clock: a page must not choose in which minute it counts.
    let at = attempt.received_at;
    let mut event = Event::new(attempt.id, call.application.id.clone(), Source::Transmit, said.action.clone(), at);
    event.received_at = call.received_at;
    event.vouched = is_vouched;
    event.username = username;
    event.account = account;
    event.device = merged(&attempt.device, device.map(|report| &report.device));
    device::name_fingerprint(call, &mut event.device);
    event.network = network(&attempt.network, device.map(|report| &report.network));
    event.behavior = behavior(&said, attempt, device);
    event.payment = said.transaction.clone().and_then(money::payment);
    event.correlation = said.correlation.clone();
    event.unknown = Some(written.clone());
    if said.by == SaidBy::Server && said.user.is_none() && named.is_some() {
        // That somebody has named the user is what tells it from one that was only claimed: see `check_user`.
        said.user = named;
        event.unknown = said.write_shortened().or(event.unknown);
    }
    Ok(Told { event, hashes: PasswordHashes::default(), retry: None, n_unknown: 0 })
}

/// That who is named now is whom an event was judged as. A token that could be carried from one's own login into that of
/// somebody else would bring its verdict along. Whom a page alone has named, and who is claimed to be somebody in other
/// words than a user id, may still turn out to be anybody.
pub(super) fn check_user(event: &Event, named: Option<&AccountId>) -> Result<(), Refusal> {
    let judged = event.account.as_ref().filter(|_| event.vouched);
    let Some((judged, _)) = judged.zip(named).filter(|(judged, named)| judged != named) else { return Ok(()) };
    let said = event.unknown.as_ref().and_then(Said::read);
    let is_claimed = |said: &Said<'_>| {
        let by_name = said.by == SaidBy::Server && said.user.is_none() && username(said).is_some();
        by_name || said.claimed.as_ref() == Some(judged)
    };
    if said.as_ref().is_some_and(is_claimed) {
        return Ok(());
    }
    let detail = "the action is of another user than the user_id says".to_owned();
    Err(Refusal { kind: RefusalKind::Forbidden, detail, path: None })
}

/// What somebody claims to be by another name than a user id: a contact, or a number of a document. People type it at the
/// door, so case and blanks make no other name, nor do the marks between the digits of a phone number.
fn username(said: &Said<'_>) -> Option<Pii<Box<str>>> {
    let is_user_id = matches!(said.claimed_type.as_deref(), None | Some("account_id" | "other"));
    let claimed = said.claimed.as_ref().filter(|_| !is_user_id)?;
    let is_phone = said.claimed_type.as_deref() == Some("phone_number");
    let is_dropped = |c: &char| c.is_whitespace() || (is_phone && matches!(c, '-' | '(' | ')' | '.' | '/'));
    Some(Pii::new(claimed.as_str().chars().filter(|c| !is_dropped(c)).flat_map(char::to_lowercase).collect()))
}

/// What the attempt itself says of the device, and what was said before where it says nothing.
fn merged(own: &Device, earlier: Option<&Device>) -> Device {
    let mut device = own.clone();
    let Some(earlier) = earlier else { return device };
    for (known, told) in [
        (&mut device.kind, &earlier.kind),
        (&mut device.model, &earlier.model),
        (&mut device.os, &earlier.os),
        (&mut device.browser, &earlier.browser),
        (&mut device.language, &earlier.language),
        (&mut device.time_zone, &earlier.time_zone),
        (&mut device.screen, &earlier.screen),
    ] {
        if known.is_none() {
            known.clone_from(told);
        }
    }
    for (name, value) in &earlier.components {
        if !device.components.iter().any(|(known, _)| known == name) {
            device.components.push((name.clone(), value.clone()));
        }
    }
    device.components.truncate(COMPONENTS_MAX);
    device
}

/// The most components of a device; see [`Device::components`].
const COMPONENTS_MAX: usize = 64;

fn network(own: &Network, earlier: Option<&Network>) -> Network {
    match earlier {
        Some(earlier) if own.ip.is_none() => earlier.clone(),
        Some(_) | None => own.clone(),
    }
}

/// What the device's reports of the last half hour tell together; this one's is among them.
fn behavior(said: &Said<'_>, attempt: &Report, device: Option<&Report>) -> Option<Behavior> {
    let all = device.and_then(|report| report.behavior.clone()).or_else(|| attempt.behavior.clone());
    let opened_at = device.and_then(|report| report.opened_at).or(attempt.opened_at);
    let form_ms = said.device_at.zip(opened_at).filter(|(at, opened_at)| at >= opened_at);
    // Within half an hour, so it fits many times.
    let form_ms = form_ms.map(|(at, opened_at)| at.since(opened_at).as_millis() as f64);
    let mut all = all?;
    all.form_ms = form_ms.or(all.form_ms);
    Some(all)
}
