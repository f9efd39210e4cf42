//! The risk signals of a recommendation: what the device, the network and the person's ways are, one by one.
//!
//! A signal is true where something was seen, false where it was looked for and not seen, and left out where nothing could
//! be seen: the documentation's own sample has all of them, since its client tells enough.

use rightful_domain::{Behavior, Device, Entry, InputKind, Interaction, NetworkKind, share};
use serde_json::{Map, Value};

use super::device::component;
use super::response::put;
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
    put(&mut all, "device", Some(of_device(call, entry)));
    put(&mut all, "network", Some(of_network(entry)));
    put(&mut all, "behavior", Some(of_behavior(entry)));
    put(&mut all, "history", Some(of_history(call, entry)).filter(|history| !history.is_empty()));
    all
}

/// At least so many hours between the device's clock and any at its address are a mismatch: as for the reason.
const GAP_HOURS_MIN: f32 = 2.0;
/// One contradiction has another cause now and then: as for the reason.
const CONTRADICTIONS_MIN: f32 = 2.0;

/// A number that judgement rested on; None if there was no judgement, or nothing to make it of.
fn feature(call: &Call<'_>, entry: &Entry, name: &str) -> Option<f32> {
    let judged = entry.assessment.as_ref()?;
    let names = (call.glossary.feature_names)(judged.features.schema);
    let place = names.iter().position(|known| *known == name)?;
    judged.features.values.get(place).copied().filter(|value| value.is_finite())
}

/// Whether either is so; None if neither is known.
fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    if one == Some(true) || other == Some(true) { Some(true) } else { one.or(other) }
}

fn of_device(call: &Call<'_>, entry: &Entry) -> Map<String, Value> {
    let device = &entry.event.device;
    let feature = |name: &str| feature(call, entry, name);
    let is = |name: &str| feature(name).map(|value| value > 0.0);
    let mut told = Map::new();
    put(&mut told, "incognito", is("browser_private_window"));
    let natives_told = component(device, "natives_told").map(|_| component(device, "replaced_getters").is_some());
    put(&mut told, "tampered", natives_told);
    put(&mut told, "emulated", either(is("browser_renderer"), is("browser_emulated")));
    let contradictions = feature("browser_contradictions").map(|n| n >= CONTRADICTIONS_MIN);
    put(&mut told, "spoofed", either(contradictions, is("browser_odd_attributes")));
    put(&mut told, "tz_mismatch", feature("zone_gap_hours").map(|gap| gap >= GAP_HOURS_MIN));
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

/// The most a share is told to, in parts of one.
const SHARE_PARTS: f64 = 1_000.0;

fn of_behavior(entry: &Entry) -> Map<String, Value> {
    let mut told = Map::new();
    // Where no page told anything, nothing is known of anybody.
    let Some(behavior) = &entry.event.behavior else { return told };
    put(&mut told, "typing_velocity", behavior.key_flight_ms.map(slower_share));
    let single = behavior.interaction.as_deref();
    let rounded = |share: Option<f64>| share.map(|share| (share * SHARE_PARTS).round() / SHARE_PARTS);
    put(&mut told, "movement_velocity", single.and_then(Interaction::velocity).map(f64::round));
    let methods = input_methods(behavior);
    let has_methods = !methods.is_empty();
    put(&mut told, "input_method", Some(methods).filter(|_| has_methods));
    put(&mut told, "no_user_interaction", no_user_interaction(behavior, has_methods));
    let turns = |of: fn(&Interaction) -> u32| single.and_then(|single| share(of(single), single.turns));
    put(&mut told, "straight_line_ratio", rounded(turns(|single| single.straight_turns)));
    put(&mut told, "right_angels_ratio", rounded(turns(|single| single.right_turns)));
    put(&mut told, "minor_angels_ratio", rounded(turns(|single| single.small_turns)));
    put(&mut told, "movement_latency", single.and_then(Interaction::latency).map(f64::round));
    // Of the other corners the client does not tell enough, so that there was none cannot be said.
    let corners = single.filter(|single| single.corner_clicks > 0);
    put(&mut told, "corner_click", corners.map(|_| true));
    told
}

/// Whether nobody did anything; None where only a click came that keys, assistive technology and scripts all make.
fn no_user_interaction(behavior: &Behavior, has_methods: bool) -> Option<bool> {
    let is_some = |count: Option<u32>| count.unwrap_or(0) > 0;
    let single = behavior.interaction.as_deref();
    let did = has_methods
        || is_some(behavior.keys)
        || is_some(behavior.pastes)
        || is_some(behavior.pointer_moves)
        || single.is_some_and(|single| single.clicks > 0);
    let may_have_clicked = single.is_some_and(|single| single.other_clicks > 0);
    if did { Some(false) } else { (!may_have_clicked).then_some(true) }
}

/// The ways by which text came into fields, in the order of the documentation.
fn input_methods(behavior: &Behavior) -> Vec<&'static str> {
    let single = behavior.interaction.as_deref();
    let has = |kind: InputKind| single.is_some_and(|single| single.inputs.has(kind));
    let has_keys = behavior.keys.unwrap_or(0) > 0;
    let has_told = single.is_some_and(|single| single.inputs.bits() != 0);
    // Keys alone are typing where it is not told what they did: in a field, they may have led to the next.
    let typed = has_keys && (has(InputKind::Text) || !has_told);
    let pasted = behavior.pastes.unwrap_or(0) > 0;
    let mut all = Vec::new();
    for kind in InputKind::ALL {
        match kind {
            InputKind::Text if typed => all.push("is_typing"),
            InputKind::Text => {}
            InputKind::Paste if pasted || has(kind) => all.push("is_paste"),
            kind if has(kind) => all.push(method(kind)),
            _ => {}
        }
    }
    all
}

const fn method(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Text => "is_typing",
        InputKind::Paste => "is_paste",
        InputKind::Filled => "is_autocomplete",
        InputKind::Script => "is_password_manager",
        InputKind::Replacement => "is_insert_replacement_text",
        InputKind::Composition => "is_insert_composition",
        InputKind::FromComposition => "is_insert_from_composition",
        InputKind::LineBreak => "is_insert_line_break",
        InputKind::Drop => "is_insert_from_drop",
        InputKind::Delete => "is_delete",
        InputKind::DeleteBackward => "is_delete_content_backward",
        InputKind::DeleteForward => "is_delete_content_forward",
        InputKind::DeleteContent => "is_delete_content",
        InputKind::DeleteWordBackward => "is_delete_word_backward",
        InputKind::DeleteSoftLineBackward => "is_delete_softline_backward",
        InputKind::DeleteHardLineBackward => "is_delete_hardline_backward",
        InputKind::DeleteByCut => "is_delete_by_cut",
        InputKind::DeleteByDrag => "is_delete_by_drag",
        InputKind::DeleteComposition => "is_delete_composition_text",
        InputKind::Undo => "is_history_undo",
        InputKind::Redo => "is_history_redo",
    }
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
    for (signal, name) in [
        ("ip_action_rate_60_sec", "address_attempts_60s"),
        ("user_action_rate_60_sec", "account_attempts_60s"),
        ("device_action_rate_60_sec", "device_attempts_60s"),
        ("ip_user_count_last_hour", "address_accounts_1h"),
        ("ip_device_count_last_hour", "address_devices_1h"),
    ] {
        // Counts are whole, and far below 2^24.
        put(&mut told, signal, feature(call, entry, name).map(|count| count as u64));
    }
    for (signal, ever, lately) in [
        ("linking_device_to_users_count", "device_familiar_accounts", "device_accounts_24h"),
        ("linking_user_to_device_count", "account_devices_known", "account_devices_24h"),
    ] {
        let known = |name: &str| feature(call, entry, name);
        let more = [ever, lately].into_iter().filter_map(known).reduce(f32::max);
        put(&mut told, signal, more.map(|count| count as u64));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: u32, inputs: &[InputKind], expected: &[&str]) {
        let mut single = Interaction::default();
        inputs.iter().for_each(|kind| single.inputs.put(*kind));
        let interaction = Some(Box::new(single));
        let behavior = Behavior { keys: Some(keys), interaction, ..Behavior::default() };
        assert_eq!(input_methods(&behavior), expected);
    }

    #[test]
    fn text_comes_by_the_ways_that_are_told() {
        check(4, &[InputKind::Text, InputKind::DeleteBackward], &["is_typing", "is_delete_content_backward"]);
        // A voice puts text in, and presses no key.
        check(0, &[InputKind::Text], &[]);
        check(1, &[InputKind::Filled], &["is_autocomplete"]);
        check(2, &[], &["is_typing"]);
        check(0, &[InputKind::Paste, InputKind::Script], &["is_paste", "is_password_manager"]);
        let all: std::collections::BTreeSet<&str> = InputKind::ALL.map(method).into();
        assert_eq!(all.len(), InputKind::ALL.len());
    }

    #[test]
    fn that_nobody_did_anything_is_said_only_where_it_is_known() {
        let single = |clicks, other_clicks| Interaction { clicks, other_clicks, ..Interaction::default() };
        for (keys, single, expected) in [
            (None, single(0, 0), Some(true)),
            (Some(0), single(0, 0), Some(true)),
            (Some(1), single(0, 0), Some(false)),
            (None, single(1, 0), Some(false)),
            (None, single(0, 1), None),
            (Some(3), single(0, 1), Some(false)),
        ] {
            let behavior = Behavior { keys, interaction: Some(Box::new(single)), ..Behavior::default() };
            assert_eq!(no_user_interaction(&behavior, false), expected, "{keys:?} {single:?}");
        }
    }

    #[test]
    fn a_signal_of_two_parts_is_known_if_either_is() {
        assert_eq!(either(Some(true), None), Some(true));
        assert_eq!(either(Some(false), Some(true)), Some(true));
        assert_eq!(either(None, Some(false)), Some(false));
        assert_eq!(either(None, None), None);
    }

    #[test]
    fn fast_typists_are_faster_than_most() {
        assert!((slower_share(216.0) - 0.5).abs() < 0.01);
        assert!(slower_share(80.0) > 0.97);
        assert!(slower_share(900.0) < 0.02);
        assert!(slower_share(0.0) <= 1.0);
    }
}
