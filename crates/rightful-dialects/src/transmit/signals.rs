//! The risk signals of a recommendation: what the device, the network and the person's ways are, one by one.
//!
//! A signal that is not known is left out, but for those of the documentation's sample, which callers expect: these say
//! whether judgement found it so.

use rightful_domain::{Device, Entry, NetworkKind, ReasonCode};
use serde_json::{Map, Value};

use super::device::component;
use super::encode::put;
use crate::Call;

/// Mean and spread of the logarithm of the time between two keys, in ms: 239 ms on average, with a deviation of 112 ms, of
/// 168 000 people (Dhakal, Feit, Kristensson, Oulasvirta 2018).
const FLIGHT_LOG_MEAN: f64 = 5.376;
const FLIGHT_LOG_SPREAD: f64 = 0.445;
/// Makes a logistic curve of a normal distribution's.
const LOGISTIC: f64 = 1.702;

/// The signals, in the order of the documentation.
pub(super) fn of(call: &Call<'_>, entry: &Entry) -> Map<String, Value> {
    let mut all = Map::new();
    put(&mut all, "device", Some(of_device(entry)));
    put(&mut all, "network", Some(of_network(entry)));
    put(&mut all, "behavior", Some(of_behavior(entry)));
    put(&mut all, "history", Some(of_history(call, entry)).filter(|history| !history.is_empty()));
    all
}

fn of_device(entry: &Entry) -> Map<String, Value> {
    let device = &entry.event.device;
    let found = |reasons: &[ReasonCode]| {
        let judged = entry.assessment.iter().flat_map(|judged| &judged.findings);
        judged.into_iter().any(|finding| reasons.contains(&finding.reason))
    };
    let mut told = Map::new();
    put(&mut told, "incognito", Some(found(&[ReasonCode::DeviceIncognitoBrowser, ReasonCode::DevicePrivateBrowser])));
    put(&mut told, "tampered", Some(found(&[ReasonCode::DeviceTampered, ReasonCode::DeviceRooted])));
    let emulated = [ReasonCode::DeviceEmulator, ReasonCode::DeviceEmulatedGpu, ReasonCode::DeviceVm];
    put(&mut told, "emulated", Some(found(&emulated)));
    put(&mut told, "spoofed", Some(found(&[ReasonCode::DeviceSpoofed, ReasonCode::DevicePlatformAnomaly])));
    put(&mut told, "tz_mismatch", Some(found(&[ReasonCode::DeviceSuspiciousTimezone])));
    for (signal, name) in [
        ("ram", "memory_gb"),
        ("total_storage", "storage_quota"),
        ("battery_level", "battery_level"),
        ("core_number", "cores"),
        ("screen_width", "screen_width"),
        ("screen_height", "screen_height"),
        ("screen_pixel_depth", "pixel_depth"),
        ("screen_color_depth", "color_depth"),
        ("screen_avail_width", "screen_avail_width"),
        ("screen_avail_height", "screen_avail_height"),
        ("font_count", "font_count"),
        ("device_timezone_offset", "timezone_offset"),
    ] {
        put(&mut told, signal, number(device, name));
    }
    let bytes = |name| component(device, name)?.parse::<u64>().ok();
    let storage = bytes("storage_quota").zip(bytes("storage_usage"));
    put(&mut told, "available_storage", storage.map(|(quota, usage)| quota.saturating_sub(usage)));
    put(&mut told, "device_power_state", power(device));
    put(&mut told, "graphic_card", component(device, "gpu"));
    put(&mut told, "model", device.model.as_deref());
    put(&mut told, "cpu_arch", component(device, "architecture"));
    let languages: Option<Vec<&str>> = component(device, "languages").map(|all| all.split(',').collect());
    put(&mut told, "accept_languages", languages);
    let header = entry.event.network.user_agent.as_deref();
    put(&mut told, "navigator_useragent", component(device, "page_agent").or(header));
    put(&mut told, "true_useragent", header);
    told
}

/// A component that is a number.
fn number(device: &Device, name: &str) -> Option<Value> {
    let told = component(device, name)?;
    let whole = told.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| told.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
}

fn power(device: &Device) -> Option<&'static str> {
    match component(device, "battery_charging")? {
        "true" => Some("charging"),
        _ => Some("discharging"),
    }
}

fn of_network(entry: &Entry) -> Map<String, Value> {
    let mut told = Map::new();
    let enrichment = &entry.enrichment;
    for (signal, kind) in [
        ("vpn", NetworkKind::Vpn),
        ("tor", NetworkKind::Tor),
        ("hosting", NetworkKind::Hosting),
        ("proxy", NetworkKind::Proxy),
        ("anonymizer", NetworkKind::Relay),
    ] {
        put(&mut told, signal, Some(enrichment.is_network(kind)));
    }
    told
}

fn of_behavior(entry: &Entry) -> Map<String, Value> {
    let behavior = entry.event.behavior.clone().unwrap_or_default();
    let mut told = Map::new();
    put(&mut told, "typing_velocity", behavior.key_flight_ms.map(slower_share));
    let (typed, pasted) = (behavior.keys.unwrap_or(0) > 0, behavior.pastes.unwrap_or(0) > 0);
    let methods: Vec<&str> =
        [(typed, "is_typing"), (pasted, "is_paste")].into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    put(&mut told, "input_method", Some(methods).filter(|methods| !methods.is_empty()));
    let moved = behavior.pointer_moves.unwrap_or(0) > 0;
    put(&mut told, "no_user_interaction", Some(!typed && !pasted && !moved));
    told
}

/// The share of people who type more slowly, 0 to 1, in thousandths.
fn slower_share(flight_ms: f64) -> f64 {
    let score = (flight_ms.max(1.0).ln() - FLIGHT_LOG_MEAN) / FLIGHT_LOG_SPREAD;
    let share = 1.0 / (1.0 + (LOGISTIC * score).exp());
    (share * 1_000.0).round() / 1_000.0
}

/// What was counted when it was judged, this action included. Each over the time that its name says; the links, whose
/// names say none, over the longest that is remembered: those that were let through ever (of a device's users, before the
/// last 24 h), or those of the last 24 h whatever came of them, whichever are more. So there are at least so many.
fn of_history(call: &Call<'_>, entry: &Entry) -> Map<String, Value> {
    let mut told = Map::new();
    let Some(judged) = &entry.assessment else { return told };
    let names = (call.glossary.feature_names)(judged.features.schema);
    let feature = |name: &str| {
        let place = names.iter().position(|known| *known == name)?;
        judged.features.values.get(place).copied().filter(|value| value.is_finite())
    };
    for (signal, name) in [
        ("ip_action_rate_60_sec", "address_attempts_60s"),
        ("user_action_rate_60_sec", "account_attempts_60s"),
        ("device_action_rate_60_sec", "device_attempts_60s"),
        ("ip_user_count_last_hour", "address_accounts_1h"),
        ("ip_device_count_last_hour", "address_devices_1h"),
    ] {
        // Counts are whole, and far below 2^24.
        put(&mut told, signal, feature(name).map(|count| count as u64));
    }
    for (signal, ever, lately) in [
        ("linking_device_to_users_count", "device_familiar_accounts", "device_accounts_24h"),
        ("linking_user_to_device_count", "account_devices_known", "account_devices_24h"),
    ] {
        let more = [ever, lately].into_iter().filter_map(feature).reduce(f32::max);
        put(&mut told, signal, more.map(|count| count as u64));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::slower_share;

    #[test]
    fn fast_typists_are_faster_than_most() {
        assert!((slower_share(216.0) - 0.5).abs() < 0.01);
        assert!(slower_share(80.0) > 0.97);
        assert!(slower_share(900.0) < 0.02);
        assert!(slower_share(0.0) <= 1.0);
    }
}
