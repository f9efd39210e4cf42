//! How alike two devices are in what they say of themselves, where neither has a name.
//!
//! A browser is updated, a font installed, an owner travels: of a device's signals some change, and it is the same device.
//! So they are compared one by one, each by what it tells apart, and what changes with every update is not compared.

use std::collections::BTreeMap;

use crate::Device;

/// The least share of the weight that must be compared: of two that have little in common, nothing is known.
const COMPARED_MIN: f32 = 0.5;
/// What a signal weighs that is not in the list: it may tell little apart, or the same of all.
const OTHER_WEIGHT: f32 = 0.25;
/// What signals weigh, by what their names hold, the first that fits: fonts and the screen tell most apart, the floats of
/// `math` only engines. What one maker's devices share (model, architecture) still tells makers apart.
const WEIGHTS: [(&str, f32); 12] = [
    ("font", 3.0),
    ("screen", 2.0),
    ("model", 2.0),
    ("timezone", 1.5),
    ("canvas", 1.5),
    ("webgl", 1.5),
    ("language", 1.0),
    ("math", 1.0),
    ("touch", 1.0),
    ("architecture", 1.0),
    ("platform", 1.0),
    ("bitness", 0.5),
];
/// Names that hold these change with each update, so they say nothing of whose device it is.
const FLEETING: [&str; 4] = ["version", "brand", "useragent", "highentropyvalues"];

/// How alike two devices are in their signals, from 0 (nothing, or too little to tell) to 1: the share of the weight of
/// those that both tell in which they are equal. The order does not matter. O(n log n).
#[must_use]
pub fn likeness(one: &Device, other: &Device) -> f32 {
    let [one, other] = [signals(one), signals(other)];
    let total = |signals: &BTreeMap<String, &str>| -> f32 { signals.keys().map(|name| weight(name)).sum() };
    let (mut equal, mut compared) = (0.0, 0.0);
    for (name, value) in &one {
        if let Some(its) = other.get(name) {
            let weight = weight(name);
            compared += weight;
            equal += if its == value { weight } else { 0.0 };
        }
    }
    let is_enough = compared > 0.0 && compared >= COMPARED_MIN * total(&one).max(total(&other));
    if is_enough { equal / compared } else { 0.0 }
}

/// What is compared of a device, by name: its components, and what it tells beside them.
fn signals(device: &Device) -> BTreeMap<String, &str> {
    let told = [
        ("screen", &device.screen),
        ("timezone", &device.time_zone),
        ("language", &device.language),
        ("model", &device.model),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_deref()?)));
    let components = device.components.iter().map(|(name, value)| (plain(name), &**value));
    // What is told of the device itself comes last, and holds.
    components.chain(told).filter(|(name, _)| weight(name) > 0.0).collect()
}

/// A name in small letters without signs: `timeZone`, `time_zone` and `timezone` are one.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn weight(name: &str) -> f32 {
    // `highEntropyValues` as a whole holds versions; one of its parts by name (`highEntropyValues.model`) does not.
    let part = name.strip_prefix("highentropyvalues").filter(|part| !part.is_empty()).unwrap_or(name);
    if FLEETING.iter().any(|fleeting| part.contains(fleeting)) {
        return 0.0;
    }
    WEIGHTS.iter().find(|(held, _)| part.contains(held)).map_or(OTHER_WEIGHT, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(components: &[(&str, &str)]) -> Device {
        let components = components.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Device { components, ..Device::default() }
    }

    const LAPTOP: [(&str, &str); 9] = [
        ("fonts", "Arial,Courier"),
        ("screenResolution", "720,1280"),
        ("timezone", "Europe/Lisbon"),
        ("languages", "pt-PT"),
        ("platform", "Linux x86_64"),
        ("math", "1.557"),
        ("touchSupport", "0"),
        ("highEntropyValues.architecture", "x86"),
        ("highEntropyValues.uaFullVersion", "150.0.1"),
    ];

    fn changed(changes: &[(&str, &str)]) -> Device {
        let mut all = LAPTOP.to_vec();
        for (name, value) in &mut all {
            if let Some((_, other)) = changes.iter().find(|(changed, _)| changed == name) {
                *value = other;
            }
        }
        device(&all)
    }

    #[track_caller]
    fn check(other: &Device, from: f32, to: f32) {
        let laptop = device(&LAPTOP);
        let alike = likeness(&laptop, other);
        assert!((from..=to).contains(&alike), "{alike}");
        assert!((alike - likeness(other, &laptop)).abs() < f32::EPSILON);
    }

    #[test]
    fn an_update_changes_nothing_and_a_journey_little() {
        check(&device(&LAPTOP), 1.0, 1.0);
        check(&changed(&[("highEntropyValues.uaFullVersion", "151.0.0")]), 1.0, 1.0);
        check(&changed(&[("timezone", "Asia/Tokyo")]), 0.85, 0.9);
        check(&changed(&[("fonts", "Arial")]), 0.7, 0.8);
        let mut turned = LAPTOP;
        turned.reverse();
        check(&device(&turned), 1.0, 1.0);
    }

    #[test]
    fn another_device_is_another() {
        let other =
            [("fonts", "Roboto"), ("screenResolution", "390,844"), ("platform", "iPhone"), ("touchSupport", "5")];
        check(&changed(&other), 0.0, 0.5);
    }

    #[test]
    fn of_what_has_little_in_common_nothing_is_known() {
        check(&Device::default(), 0.0, 0.0);
        check(&device(&LAPTOP[2..4]), 0.0, 0.0);
        check(&device(&[("localStorage", "true")]), 0.0, 0.0);
        assert!(likeness(&Device::default(), &Device::default()) < f32::EPSILON);
    }

    #[test]
    fn a_name_is_one_however_it_is_spelled_and_what_is_told_beside_counts() {
        let spelled = device(&[("time_zone", "Europe/Lisbon"), ("Fonts", "Arial")]);
        let mut told = device(&[("fonts", "Arial")]);
        told.time_zone = Some("Europe/Lisbon".into());
        assert!((likeness(&spelled, &told) - 1.0).abs() < f32::EPSILON);
    }
}
