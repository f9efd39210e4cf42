//! The JSON of what is noted of accounts and of what an intruder changed: the shapes, and how they are written.

use rightful_domain::{
    AccountDevice, DetailChange, DetailKind, DetailValue, DeviceSnapshot, Dossier, IntruderEvent, Label, LabelValue,
    Reopening, Replaced, Sighting, Takeover,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::answers::PreviousDeviceBody;
use super::encode::{location, personal, previous};
use super::wire::LocationBody;
use super::words;
use crate::time::rfc3339;

/// Signs at the end of a way to pay that are told; the others are not.
const SHOWN_OF_PAYMENT_METHOD: usize = 4;

/// The event's device, as its account knew it when the event was counted.
#[derive(Serialize, ToSchema)]
#[schema(as = DeviceSighting)]
pub(super) struct SightingBody {
    /// The device's id on this account: 24 hexadecimal digits.
    pub(super) id: String,
    /// True if no event on it has ended well before, as far as your servers have said: once for each account and device.
    pub(super) first: bool,
    /// The account's devices that are not detached, this one included.
    pub(super) devices: u16,
}

pub(super) fn sighting(sighting: &Sighting) -> SightingBody {
    let Sighting { id, is_first, is_listed: _, n_devices } = *sighting;
    SightingBody { id: id.to_string(), first: is_first, devices: n_devices }
}

/// A detail's value: a text, an address, or null where it is not kept. Of a way to pay, the last four signs.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DetailValue)]
pub(super) enum DetailBody<'a> {
    /// A contact, a country, a way to pay, an account elsewhere.
    Text(String),
    /// A postal address.
    Address(Box<LocationBody<'a>>),
}

fn detail(kind: DetailKind, value: &DetailValue) -> Option<DetailBody<'_>> {
    match value {
        DetailValue::Text(text) if kind == DetailKind::PaymentMethod => Some(DetailBody::Text(masked(text.reveal()))),
        DetailValue::Text(text) => Some(DetailBody::Text(text.reveal().to_string())),
        DetailValue::Country(country) => Some(DetailBody::Text(country.as_str().to_owned())),
        DetailValue::Address(place) => Some(DetailBody::Address(Box::new(location(place)))),
        DetailValue::Unsaid => None,
    }
}

/// The last signs of a text, or none of one so short that they would tell half of it.
fn masked(text: &str) -> String {
    let n_signs = text.chars().count();
    let shown = if n_signs >= 2 * SHOWN_OF_PAYMENT_METHOD { SHOWN_OF_PAYMENT_METHOD } else { 0 };
    let end: String = text.chars().skip(n_signs - shown).collect();
    format!("…{end}")
}

/// One change of an account's details that an event made.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct ChangeBody<'a> {
    /// What sort.
    #[schema(schema_with = words::detail_schema)]
    pub(super) kind: &'static str,
    /// What it is now; null for a password.
    pub(super) new: Option<DetailBody<'a>>,
    /// What it was; null for what an account may have many of, and for what is not kept.
    pub(super) previous: Option<DetailBody<'a>>,
    /// Of a contact: where to tell the owner of the change. It is where they were reached before it, but for what a
    /// stranger has changed in the last seven days; null where nothing else is known.
    pub(super) notify: Option<&'a str>,
}

pub(super) fn change(change: &DetailChange) -> ChangeBody<'_> {
    let DetailChange { kind, value, previous, notify } = change;
    let before = previous.as_ref().map(|previous| &previous.value);
    ChangeBody {
        kind: kind.as_str(),
        new: detail(*kind, value),
        previous: before.and_then(|before| detail(*kind, before)),
        notify: notify.as_ref().filter(|_| kind.is_contact()).and_then(|notify| contact(&notify.value)),
    }
}

fn contact(value: &DetailValue) -> Option<&str> {
    match value {
        DetailValue::Text(text) => Some(text.reveal()),
        DetailValue::Country(_) | DetailValue::Address(_) | DetailValue::Unsaid => None,
    }
}

/// All that is noted of an account. One that was never heard of is empty.
#[derive(Serialize, ToSchema)]
#[schema(as = Dossier)]
pub(super) struct DossierBody<'a> {
    /// Whose.
    pub(super) account: &'a str,
    /// What a reviewer made of it last.
    #[schema(schema_with = words::label_schema)]
    pub(super) label: &'static str,
    /// What reviewers said of it, oldest first.
    pub(super) labels: Vec<LabelBody<'a>>,
    /// Your tags.
    pub(super) tags: &'a [Box<str>],
    /// Since when it is closed: every event on it is denied.
    pub(super) closed_at: Option<String>,
    /// Who opened it again, and why; null if it is closed, or never was.
    pub(super) reopened: Option<ReopeningBody<'a>>,
    /// Since when a takeover is reported and not reclaimed.
    pub(super) reported_at: Option<String>,
    /// When it was last reclaimed.
    pub(super) reclaimed_at: Option<String>,
    /// Its devices, the latest seen first.
    pub(super) devices: Vec<AccountDeviceBody<'a>>,
}

/// A reviewer's word on an account. It is about payments: it changes the payment view, and no verdict.
#[derive(Serialize, ToSchema)]
#[schema(as = Label)]
pub(super) struct LabelBody<'a> {
    /// The word.
    #[schema(schema_with = words::label_schema)]
    pub(super) value: &'static str,
    /// Why.
    pub(super) comment: Option<&'a str>,
    /// Whose word.
    pub(super) reviewer: ReviewerBody<'a>,
    /// When.
    pub(super) at: String,
}

/// A reviewer.
#[derive(Serialize, ToSchema)]
#[schema(as = Reviewer)]
pub(super) struct ReviewerBody<'a> {
    /// The name.
    pub(super) name: Option<&'a str>,
    /// The e-mail address.
    pub(super) email: Option<&'a str>,
}

/// Who opened a closed account again, and why.
#[derive(Serialize, ToSchema)]
#[schema(as = Reopening)]
pub(super) struct ReopeningBody<'a> {
    /// Why.
    pub(super) comment: Option<&'a str>,
    /// Who.
    pub(super) reviewer: ReviewerBody<'a>,
    /// When.
    pub(super) at: String,
}

/// A device of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountDevice)]
pub(super) struct AccountDeviceBody<'a> {
    /// Its id on this account: 24 hexadecimal digits.
    pub(super) id: String,
    /// The device as it was last seen.
    pub(super) latest: PreviousDeviceBody<'a>,
    /// The latest event on it.
    pub(super) latest_event_id: String,
    /// When it was first seen on the account.
    pub(super) first_at: String,
    /// When it was detached; null while it is attached.
    pub(super) detached_at: Option<String>,
    /// Your fields.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub(super) metadata: Metadata<'a>,
}

/// Values by field, in order.
pub(super) struct Metadata<'a>(&'a [(Box<str>, Vec<Box<str>>)]);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

pub(super) fn dossier(dossier: &Dossier) -> DossierBody<'_> {
    let Dossier { account, labels, tags, closed_at, reopened, reported_at, reclaimed_at, devices } = dossier;
    let label_now = labels.last().map_or(LabelValue::Unreviewed, |label| label.value);
    DossierBody {
        account: account.as_str(),
        label: label_now.as_str(),
        labels: labels.iter().map(label).collect(),
        tags,
        closed_at: closed_at.map(rfc3339),
        reopened: reopened.as_ref().map(reopening),
        reported_at: reported_at.map(rfc3339),
        reclaimed_at: reclaimed_at.map(rfc3339),
        devices: devices.iter().map(device).collect(),
    }
}

fn label(label: &Label) -> LabelBody<'_> {
    let Label { value, comment, reviewer_name, reviewer_email, at } = label;
    let reviewer = ReviewerBody { name: personal(reviewer_name.as_ref()), email: personal(reviewer_email.as_ref()) };
    LabelBody { value: value.as_str(), comment: personal(comment.as_ref()), reviewer, at: rfc3339(*at) }
}

fn reopening(reopening: &Reopening) -> ReopeningBody<'_> {
    let Reopening { comment, reviewer_name, reviewer_email, at } = reopening;
    let reviewer = ReviewerBody { name: personal(reviewer_name.as_ref()), email: personal(reviewer_email.as_ref()) };
    ReopeningBody { comment: personal(comment.as_ref()), reviewer, at: rfc3339(*at) }
}

pub(super) fn device(device: &AccountDevice) -> AccountDeviceBody<'_> {
    let AccountDevice { id, latest, latest_event, first_at, detached_at, metadata } = device;
    AccountDeviceBody {
        id: id.to_string(),
        latest: previous(latest),
        latest_event_id: latest_event.to_string(),
        first_at: rfc3339(*first_at),
        detached_at: detached_at.map(rfc3339),
        metadata: Metadata(metadata),
    }
}

/// What an intruder did in an account, and what is to be undone. Of an account that nobody took over, all of it is empty.
#[derive(Serialize, ToSchema)]
#[schema(as = Takeover)]
pub(super) struct TakeoverBody<'a> {
    /// Whose account.
    pub(super) account: &'a str,
    /// Since when it is reported; null once it is reclaimed.
    pub(super) reported_at: Option<String>,
    /// When the owner had the account again.
    pub(super) reclaimed_at: Option<String>,
    /// The intruder's devices: sign them out.
    pub(super) devices: Vec<IntruderDeviceBody<'a>>,
    /// The addresses that the intruder came from.
    pub(super) addresses: Vec<String>,
    /// What the intruder added: remove it.
    pub(super) remove: Vec<AddedBody<'a>>,
    /// What the intruder replaced: set it back. What is not kept, as a password, must be chosen anew.
    pub(super) set_back: Vec<ReplacedBody<'a>>,
    /// The owner's contacts, from before the takeover: tell the owner there.
    pub(super) notify: Vec<AddedBody<'a>>,
    /// The intruder's events, oldest first, at most 500.
    pub(super) events: Vec<IntruderEventBody<'a>>,
}

/// A device of an intruder, as it was first seen in the takeover.
#[derive(Serialize, ToSchema)]
#[schema(as = IntruderDevice)]
pub(super) struct IntruderDeviceBody<'a> {
    /// Its id on this account: 24 hexadecimal digits; null where nothing succeeded on it.
    pub(super) id: Option<String>,
    /// Its name, as in assessments.
    pub(super) device: &'a str,
    /// Its kind.
    #[serde(rename = "type")]
    pub(super) kind: Option<&'a str>,
    /// Its maker.
    pub(super) manufacturer: Option<&'a str>,
    /// Its model.
    pub(super) model: Option<&'a str>,
    /// Its operating system.
    pub(super) os: Option<&'a str>,
    /// The address it came from.
    pub(super) ip: Option<String>,
    /// Its agent string.
    pub(super) user_agent: Option<&'a str>,
    /// When.
    pub(super) at: String,
}

/// A detail.
#[derive(Serialize, ToSchema)]
#[schema(as = Detail)]
pub(super) struct AddedBody<'a> {
    /// What sort.
    #[schema(schema_with = words::detail_schema)]
    pub(super) kind: &'static str,
    /// Its value.
    pub(super) value: Option<DetailBody<'a>>,
}

/// A detail that was replaced.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplacedDetail)]
pub(super) struct ReplacedBody<'a> {
    /// What sort.
    #[schema(schema_with = words::detail_schema)]
    pub(super) kind: &'static str,
    /// What the intruder made of it.
    pub(super) now: Option<DetailBody<'a>>,
    /// What it was before; null where that is not kept.
    pub(super) before: Option<DetailBody<'a>>,
}

/// An event of an intruder.
#[derive(Serialize, ToSchema)]
#[schema(as = IntruderEvent)]
pub(super) struct IntruderEventBody<'a> {
    /// The event.
    pub(super) event_id: String,
    /// When it happened.
    pub(super) at: String,
    /// The device's name, as in assessments.
    pub(super) device: Option<&'a str>,
    /// The device's id on this account; null where it did not succeed.
    pub(super) device_id: Option<String>,
    /// The address.
    pub(super) ip: Option<String>,
    /// What it changed.
    pub(super) changes: Vec<ChangeBody<'a>>,
}

pub(super) fn takeover<'a>(account: &'a str, takeover: &'a Takeover) -> TakeoverBody<'a> {
    let undoing = takeover.undoing();
    let added =
        |(kind, value): &(DetailKind, &'a DetailValue)| AddedBody { kind: kind.as_str(), value: detail(*kind, value) };
    TakeoverBody {
        account,
        reported_at: takeover.reported_at.map(rfc3339),
        reclaimed_at: takeover.reclaimed_at.map(rfc3339),
        devices: undoing.devices.iter().map(|device| intruder_device(takeover, device)).collect(),
        addresses: undoing.addresses.iter().map(ToString::to_string).collect(),
        remove: undoing.added.iter().map(added).collect(),
        set_back: undoing.replaced.iter().map(replaced).collect(),
        notify: undoing.contacts.iter().map(added).collect(),
        events: takeover.events.iter().map(intruder_event).collect(),
    }
}

fn intruder_device<'a>(takeover: &Takeover, device: &'a DeviceSnapshot) -> IntruderDeviceBody<'a> {
    let is_its = |event: &&IntruderEvent| event.device.as_ref().is_some_and(|its| its.id == device.id);
    let known = takeover.events.iter().filter(is_its).find_map(|event| event.account_device);
    let PreviousDeviceBody { id, kind, manufacturer, model, os, ip, user_agent, at } = previous(device);
    let known = known.map(|id| id.to_string());
    IntruderDeviceBody { id: known, device: id, kind, manufacturer, model, os, ip, user_agent, at }
}

fn replaced<'a>(replaced: &Replaced<'a>) -> ReplacedBody<'a> {
    let Replaced { kind, now, before } = *replaced;
    ReplacedBody { kind: kind.as_str(), now: detail(kind, now), before: detail(kind, before) }
}

fn intruder_event(event: &IntruderEvent) -> IntruderEventBody<'_> {
    let IntruderEvent { event, at, device, account_device, ip, changes } = event;
    IntruderEventBody {
        event_id: event.to_string(),
        at: rfc3339(*at),
        device: device.as_ref().map(|device| device.id.as_str()),
        device_id: account_device.map(|id| id.to_string()),
        ip: ip.map(|ip| ip.to_string()),
        // What the owner was reached by is told once, for the whole: in the middle of a takeover it is the intruder's.
        changes: changes.iter().map(|it| ChangeBody { notify: None, ..change(it) }).collect(),
    }
}

/// What is noted of an account: one of the four.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct NoteTold {
    /// A reviewer's word. The last one holds.
    pub(super) label: Option<LabelTold>,
    /// Tags to put on: at most 64, each at most 256 bytes.
    #[schema(max_items = 64)]
    pub(super) add_tags: Option<Vec<String>>,
    /// Tags to take off.
    #[schema(max_items = 64)]
    pub(super) remove_tags: Option<Vec<String>>,
    /// True: the account is closed, and every event on it denied. False: it was closed by mistake and is as it was, for
    /// which `comment` and `reviewer` answer. Of one that is not closed, false says nothing.
    pub(super) closed: Option<bool>,
    /// With `closed` false: why.
    #[schema(max_length = 512)]
    pub(super) comment: Option<String>,
    /// With `closed` false: who opens it again.
    pub(super) reviewer: Option<ReviewerTold>,
}

/// A reviewer's word.
#[derive(ToSchema)]
#[schema(as = LabelTold)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct LabelTold {
    /// The word.
    #[schema(schema_with = words::label_schema)]
    pub(super) value: String,
    /// Why.
    #[schema(max_length = 512)]
    pub(super) comment: Option<String>,
    /// Whose word.
    pub(super) reviewer: Option<ReviewerTold>,
}

/// A reviewer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct ReviewerTold {
    /// The name.
    pub(super) name: Option<String>,
    /// The e-mail address.
    pub(super) email: Option<String>,
}

/// Your fields of a device.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct MetadataTold {
    /// At most 32 fields of at most 32 values each, names and values at most 256 bytes. A field without values, or null, is
    /// removed; others stay as they are. `2fa_verified` with a value is a challenge passed on this device.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub(super) metadata: String,
}

/// Accounts whose owners have them again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct ReclaimsTold {
    /// 1 to 1000.
    #[schema(min_items = 1, max_items = 1000)]
    pub(super) accounts: Vec<ReclaimTold>,
}

/// An account whose owner has it again. It goes back to before the takeover, and what the intruder used is remembered.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct ReclaimTold {
    /// The account.
    pub(super) account: String,
    /// What you know of the takeover's beginning; the earliest holds.
    #[schema(max_items = 32)]
    pub(super) first: Option<Vec<FirstTold>>,
    /// True if the account was deleted: it is closed as well.
    pub(super) closed: Option<bool>,
}

/// By what the beginning of a takeover is known: one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct FirstTold {
    /// The intruder's first event.
    pub(super) event_id: Option<String>,
    /// The intruder's device: the account's first event on it.
    pub(super) device: Option<String>,
}

/// How many accounts are reclaimed.
#[derive(Serialize, ToSchema)]
pub(super) struct Reclaimed {
    /// So many.
    pub(super) n_accounts: u32,
}

/// Credentials to look up. Nothing of them is kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct CredentialsTold {
    /// The username, e-mail address or phone number.
    #[schema(max_length = 512)]
    pub(super) username: Option<String>,
    /// SHA-256 of the password in 64 hexadecimal digits.
    #[schema(write_only, pattern = "^[0-9a-fA-F]{64}$")]
    pub(super) password_sha256: Option<String>,
    /// SHA-256 of the lower-case hexadecimal SHA-1 of the password.
    #[schema(write_only, pattern = "^[0-9a-fA-F]{64}$")]
    pub(super) password_sha1_sha256: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_way_to_pay_little_is_told() {
        for (text, shown) in [("4111111111111111", "…1111"), ("card-123", "…-123"), ("card-12", "…"), ("", "…")]
        {
            assert_eq!(masked(text), shown, "{text}");
        }
    }
}
