//! The context of a recommendation: what was attempted, by whom, on what, from where.

use rightful_domain::{AgentKind, CredentialKind, Event, KEY_COMPONENT, Record};
use serde_json::{Map, Value};

use super::attempt::Said;
use super::decode::ms;
use super::device::{self, component};
use super::response::{ms_of, put};
use super::token;
use crate::Call;

/// What of an attempt was only kept, to be told again.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) transaction: Option<Value>,
    pub(super) custom: Option<Value>,
    claimed: Option<String>,
    device_at: Option<rightful_domain::Timestamp>,
}

impl Kept {
    /// As it stands with the event.
    pub(super) fn of(event: &Event) -> Self {
        let Some(said) = event.unknown.as_ref().and_then(Said::read) else { return Self::default() };
        Self {
            transaction: said.transaction.and_then(|node| serde_json::to_value(&node).ok()),
            custom: said.custom.and_then(|node| serde_json::to_value(&node).ok()),
            claimed: said.claimed.map(|id| id.as_str().to_owned()),
            device_at: said.device_at,
        }
    }
}

/// The context, in the order of the documentation.
pub(super) fn of(call: &Call<'_>, record: &Record, kept: &Kept) -> Map<String, Value> {
    let (event, enrichment) = (&record.entry.event, &record.entry.enrichment);
    let told = &event.device;
    let agent = enrichment.agent.as_ref();
    let mut context = Map::new();
    let mut text = |name: &str, value: Option<&str>| put(&mut context, name, value);
    text("action_id", Some(&token::action_name(call, event.id)));
    text("action_type", Some(event.action.as_str()));
    put(&mut context, "action_performed_at", Some(ms(event.at)));
    put(&mut context, "device_timestamp", ms_of(kept.device_at));
    let mut text = |name: &str, value: Option<&str>| put(&mut context, name, value);
    let client = call.application.credentials.iter().find(|key| key.kind == CredentialKind::TransmitClient);
    text("client_id", client.map(|key| &*key.public_id));
    text("device_id", Some(told.id().map_or("", |id| id.as_str())));
    text("correlation_id", event.correlation.as_ref().map(|id| id.as_str()));
    text("device_fingerprint", Some(&device::fingerprint(call, told)));
    text("device_public_key", component(told, KEY_COMPONENT));
    text("user_id", event.account.as_ref().map(|id| id.as_str()));
    text("claimed_user_id", kept.claimed.as_deref());
    text("application_id", Some(call.application.id.as_str()));
    // One application is one tenant.
    text("tenant_id", Some(call.application.id.as_str()));
    text("location", event.network.origin.as_deref());
    text("ip", event.network.ip.map(|ip| ip.to_string()).as_deref());
    text("ip_country", enrichment.country.as_ref().map(|country| country.as_str()));
    text("ip_location_region", enrichment.region.as_deref());
    text("ip_location_city", enrichment.city.as_deref());
    let place = enrichment.coordinates;
    text("ip_location_longitude", place.map(|place| place.longitude().to_string()).as_deref());
    text("ip_location_latitude", place.map(|place| place.latitude().to_string()).as_deref());
    text("ip_asn_id", enrichment.asn.map(|asn| asn.to_string()).as_deref());
    text("ip_asn_name", enrichment.organization.as_deref());
    text("ip_organization_name", enrichment.organization.as_deref());
    text("device_timezone", told.time_zone.as_deref());
    let languages: Option<Vec<&str>> = component(told, "languages").map(|all| all.split(',').collect());
    put(&mut context, "device_languages", languages);
    let mut text = |name: &str, value: Option<&str>| put(&mut context, name, value);
    text("device_platform", platform(event, agent.map(|agent| agent.kind)));
    text("os_name", told.os.as_deref().or_else(|| agent.and_then(|agent| agent.os.as_deref())));
    text("os_version", component(told, "os_version"));
    text("browser_name", agent.and_then(|agent| agent.browser.as_deref()).or(told.browser.as_deref()));
    let major = agent.and_then(|agent| agent.browser_major).map(|major| major.to_string());
    text("browser_version", component(told, "browser_version").or(major.as_deref()));
    text("user_agent", event.network.user_agent.as_deref());
    context
}

fn platform(event: &Event, agent: Option<AgentKind>) -> Option<&'static str> {
    match (event.device.kind.as_deref(), agent) {
        (Some("phone" | "tablet"), _) | (None, Some(AgentKind::Mobile)) => Some("mobile"),
        (Some(_), _) | (None, Some(AgentKind::Desktop)) => Some("desktop"),
        (None, Some(AgentKind::Crawler | AgentKind::Automation | AgentKind::Unknown) | None) => None,
    }
}
