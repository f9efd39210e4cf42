//! What an event changed of a customer's account: the device, and the details an intruder would change to stay in.

use rightful_domain::{
    Assessment, DetailChange, DetailKind, DetailValue, DeviceSnapshot, Entry, Event, Location, Outcome,
};
use serde_json::{Map, Value, json};

use super::endpoints::VERIFY_PATH;
use super::verify::{VERIFY_KEPT, VERIFY_PURPOSE};
use super::wire::CustomerChange;
use crate::link::{self, Link};
use crate::time::rfc3339;
use crate::{Call, digest};

const CHANGE_ID: &str = "rightful ravelin changeId v1";
const CHANGE_SET_ID: &str = "rightful ravelin changeSetId v1";
/// How many of the last characters of a way to pay are told: as many as are printed on a receipt.
const SHOWN_OF_METHOD: usize = 4;

/// How Ravelin's answers spell a detail, and the name of its value. Only `DEVICE` is documented; these follow it.
const fn spelled(kind: DetailKind) -> (&'static str, &'static str) {
    match kind {
        DetailKind::Email => ("EMAIL", "email"),
        DetailKind::Phone => ("PHONE", "telephone"),
        DetailKind::Password => ("PASSWORD", "password"),
        DetailKind::Country => ("COUNTRY", "country"),
        DetailKind::DeliveryAddress => ("DELIVERY_ADDRESS", "deliveryAddress"),
        DetailKind::BillingAddress => ("BILLING_ADDRESS", "billingAddress"),
        DetailKind::PaymentMethod => ("PAYMENT_METHOD", "paymentMethod"),
        DetailKind::SocialAccount => ("SOCIAL_ACCOUNT", "socialAccount"),
    }
}

/// All that an event changed, the device first; what waits for its outcome has changed no detail yet.
pub(super) fn of<'a>(call: &Call<'_>, entry: &'a Entry, assessment: &Assessment) -> Vec<CustomerChange<'a>> {
    let device = entry.previous_device.as_ref().and_then(|previous| {
        let now = DeviceSnapshot::of(&entry.event)?;
        let values = [json!({"device": snapshot(&now)}), json!({"device": snapshot(previous)})];
        Some(change(call, &entry.event, assessment, 0, "DEVICE", values))
    });
    // The first part of an event is its device; a link has one byte for the others.
    let has_changed = entry.event.outcome == Outcome::Succeeded;
    let changes = if has_changed { &entry.changes[..] } else { &[] };
    let details = changes.iter().zip(1..=u8::MAX).map(|(detail, part)| {
        let (spelling, name) = spelled(detail.kind);
        let previous = detail.previous.as_ref().map(|previous| &previous.value);
        let values = [value(detail.kind, name, Some(&detail.value)), value(detail.kind, name, previous)];
        let mut told = change(call, &entry.event, assessment, part, spelling, values);
        told.notify = notice(detail, name);
        told
    });
    device.into_iter().chain(details).collect()
}

fn change<'a>(
    call: &Call<'_>,
    event: &'a Event,
    assessment: &Assessment,
    part: u8,
    change_type: &'static str,
    [new_value, previous_value]: [Value; 2],
) -> CustomerChange<'a> {
    let expires_at = assessment.judged_at.plus(VERIFY_KEPT);
    let link = Link { application: event.application.clone(), event: event.id, part, expires_at };
    let token = link::sign(&link, VERIFY_PURPOSE, call.link_key);
    CustomerChange {
        change_id: digest::uuid_from_part(event.id, part, CHANGE_ID),
        customer_id: event.account.as_ref().map(|account| account.as_str()),
        timestamp: rfc3339(event.at),
        change_type,
        new_value,
        previous_value,
        verification_url: format!("{}{VERIFY_PATH}?id={token}", call.public_url),
        change_set_id: digest::uuid_from(event.id, CHANGE_SET_ID),
        notify: None,
    }
}

fn snapshot(device: &DeviceSnapshot) -> Value {
    let DeviceSnapshot { id, kind, manufacturer, model, os, ip, user_agent, at } = device;
    let told = |text: &Option<Box<str>>| text.as_deref().map(Value::from);
    let fields = [
        ("deviceId", Some(id.as_str().into())),
        ("deviceType", told(kind)),
        ("deviceManufacturer", told(manufacturer)),
        ("deviceModel", told(model)),
        ("deviceOS", told(os)),
        ("ipAddress", ip.map(|ip| ip.to_string().into())),
        ("userAgent", told(user_agent)),
        ("timestamp", Some(rfc3339(*at).into())),
    ];
    object(fields)
}

/// Only the fields that are told, in their order.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let told = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(told.collect())
}

/// The value of a detail as an object with one field; empty where it is not told: a password, or what is not known.
fn value(kind: DetailKind, name: &'static str, told: Option<&DetailValue>) -> Value {
    let value = match told {
        Some(DetailValue::Text(text)) if kind == DetailKind::PaymentMethod => Some(masked(text.reveal()).into()),
        Some(DetailValue::Text(text)) => Some(text.reveal().as_ref().into()),
        Some(DetailValue::Country(country)) => Some(country.as_str().into()),
        Some(DetailValue::Address(location)) => Some(address(location)),
        Some(DetailValue::Unsaid) | None => None,
    };
    object([(name, value)])
}

fn masked(text: &str) -> String {
    let n_hidden = text.chars().count().saturating_sub(SHOWN_OF_METHOD);
    // A short one is hidden whole, or the mask would hide nothing.
    let shown = if n_hidden < SHOWN_OF_METHOD { String::new() } else { text.chars().skip(n_hidden).collect() };
    format!("****{shown}")
}

fn address(location: &Location) -> Value {
    let Location { country, latitude, longitude, city, region, address } = location;
    let mut fields = Map::new();
    for (name, line) in address {
        fields.insert(name.to_string(), line.reveal().as_ref().into());
    }
    let text = |text: &Option<Box<str>>| text.as_deref().map(Value::from);
    let named = [
        ("city", text(city)),
        ("region", text(region)),
        ("country", country.map(|country| country.as_str().into())),
        ("latitude", latitude.map(Value::from)),
        ("longitude", longitude.map(Value::from)),
    ];
    fields.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Value::Object(fields)
}

/// Where the notice of a changed contact goes: to the one before, since the new one may be the intruder's.
fn notice(detail: &DetailChange, name: &'static str) -> Option<Value> {
    let previous = detail.previous.as_ref().filter(|_| detail.kind.is_contact())?;
    let DetailValue::Text(contact) = &previous.value else { return None };
    Some(object([(name, Some(contact.reveal().as_ref().into()))]))
}
