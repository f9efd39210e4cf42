//! How alike two devices are in what they say of themselves, where neither has a name.
//!
//! A browser is updated, a font installed, an owner travels: of a device's signals some change, and it is the same device.
//! So they are compared one by one, each by what it tells apart, and what changes with every update is not compared.

use std::collections::BTreeMap;

use crate::Device;

/// The least share of the weight of signals, or of a fingerprint's, that must be compared: of two that have little in common,
/// nothing is known.
const COMPARED_MIN: f32 = 0.5;
/// What a signal weighs that is not in the list, and each part of a fingerprint.
const OTHER_WEIGHT: f32 = 0.25;
/// What signals weigh, by what their names hold, the first that fits: how much it says against two being one device that
/// they differ in it.
///
/// A machine's build (platform, architecture, model) does not change, so it says most. Fonts change with an application that
/// is installed, the screen with a monitor that is plugged in, the time zone with a journey: each weighs less than a seventh
/// of what a browser usually tells, so that one of them alone makes no other device at a tolerance of 0.85, and two do.
/// Both sides of a screen are one signal, since they change together.
const WEIGHTS: [(&str, f32); 14] = [
    ("font", 1.25),
    ("screenlong", 0.625),
    ("screenshort", 0.625),
    ("screen", 1.25),
    ("model", 2.0),
    ("timezone", 1.25),
    ("canvas", 1.25),
    ("webgl", 1.25),
    ("language", 1.0),
    ("math", 1.5),
    ("touch", 1.5),
    ("architecture", 2.0),
    ("platform", 2.0),
    ("bitness", 0.5),
];
/// Names that begin so are parts of a fingerprint.
const FINGERPRINT: &str = "fingerprint";
/// Names that hold these change with each update, so they say nothing of whose device it is.
/// Those that begin with `named` name the device as a whole, and are there to be looked up.
const FLEETING: [&str; 5] = ["version", "brand", "useragent", "highentropyvalues", "named"];

/// How alike two devices are, from 0 (nothing, or too little to tell) to 1. Those that share a name are alike; of others, it
/// is the share of the weight of what both tell in which they are equal. The order does not matter. O(n log n).
///
/// Enough is told by at least half of the signals of the one that tells more, or of its fingerprint: a device that tells
/// its fingerprint alone is known by it.
#[must_use]
pub fn likeness(one: &Device, other: &Device) -> f32 {
    if one.aliases.iter().any(|alias| other.aliases.contains(alias)) {
        return 1.0;
    }
    let [one, other] = [signals(one), signals(other)];
    let (mut equal, mut compared) = (0.0, Compared::default());
    for (name, value) in &one {
        if let Some(its) = other.get(name) {
            compared.add(name);
            equal += if its == value { weight(name) } else { 0.0 };
        }
    }
    let [told, its] = [Compared::of(&one), Compared::of(&other)];
    let is_enough = |compared: f32, told: f32, its: f32| compared > 0.0 && compared >= COMPARED_MIN * told.max(its);
    let is_comparable = is_enough(compared.signals, told.signals, its.signals)
        || is_enough(compared.fingerprint, told.fingerprint, its.fingerprint);
    if is_comparable { equal / (compared.signals + compared.fingerprint) } else { 0.0 }
}

/// The weight of what is told, or compared.
#[derive(Default)]
struct Compared {
    signals: f32,
    fingerprint: f32,
}

impl Compared {
    fn of(signals: &BTreeMap<String, &str>) -> Self {
        let mut all = Self::default();
        signals.keys().for_each(|name| all.add(name));
        all
    }

    fn add(&mut self, name: &str) {
        let sum = if name.starts_with(FINGERPRINT) { &mut self.fingerprint } else { &mut self.signals };
        *sum += weight(name);
    }
}

/// What is compared of a device, by name: its components, and what it tells beside them that none of them tells.
fn signals(device: &Device) -> BTreeMap<String, &str> {
    let told = [
        ("screen", &device.screen),
        ("timezone", &device.time_zone),
        ("language", &device.language),
        ("model", &device.model),
    ];
    let components = device.components.iter().map(|(name, value)| (plain(name), &**value));
    let mut signals: BTreeMap<String, &str> = components.filter(|(name, _)| weight(name) > 0.0).collect();
    for (name, value) in told {
        if let Some(value) = value.as_deref()
            && !signals.keys().any(|told| told.contains(name))
        {
            signals.insert(name.to_owned(), value);
        }
    }
    signals
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
    use crate::{DeviceAlias, DeviceAliasKind, DeviceId};

    fn device(components: &[(&str, &str)]) -> Device {
        let components = components.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Device { components, ..Device::default() }
    }

    /// What a browser tells of a computer.
    const LAPTOP: [(&str, &str); 13] = [
        ("fonts", "Arial,Courier"),
        ("touch", "0"),
        ("math", "1.557"),
        ("screen_long", "1280"),
        ("screen_short", "720"),
        ("time_zone", "Europe/Lisbon"),
        ("platform", "Linux x86_64"),
        ("architecture", "x86"),
        ("bitness", "64"),
        ("system", "Linux"),
        ("languages", "pt-PT"),
        ("highEntropyValues.uaFullVersion", "150.0.1"),
        ("highEntropyValues.platformVersion", "6.12.0"),
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

    /// Alike at the default tolerance.
    const ALIKE: (f32, f32) = (0.85, 0.99);
    /// Not so.
    const NOT_ALIKE: (f32, f32) = (0.0, 0.849);

    #[test]
    fn an_update_changes_nothing_and_one_thing_that_changes_makes_no_other_device() {
        check(&device(&LAPTOP), 1.0, 1.0);
        let updated = [("highEntropyValues.uaFullVersion", "151.0.0"), ("highEntropyValues.platformVersion", "6.13.0")];
        check(&changed(&updated), 1.0, 1.0);
        let monitor = [("screen_long", "3840"), ("screen_short", "2160")];
        for changes in [&[("time_zone", "Asia/Tokyo")][..], &[("fonts", "Arial")], &monitor, &[("languages", "en")]] {
            check(&changed(changes), ALIKE.0, ALIKE.1);
        }
        let mut turned = LAPTOP;
        turned.reverse();
        check(&device(&turned), 1.0, 1.0);
    }

    #[test]
    fn another_build_or_two_things_that_differ_are_another_device() {
        let other = [("fonts", "Roboto"), ("screen_long", "844"), ("platform", "iPhone"), ("touch", "5")];
        check(&changed(&other), 0.0, 0.6);
        let two = [("fonts", "Roboto"), ("time_zone", "Asia/Tokyo")];
        for changes in [&two[..], &[("platform", "MacIntel")], &[("architecture", "arm")]] {
            check(&changed(changes), NOT_ALIKE.0, NOT_ALIKE.1);
        }
    }

    /// Without what only one engine tells.
    #[test]
    fn the_same_holds_of_a_browser_that_gives_no_hints() {
        let all = |fonts, screen| {
            device(&[
                ("fonts", fonts),
                ("touch", "0"),
                ("math", "1.5"),
                ("screen_long", screen),
                ("time_zone", "Europe/Lisbon"),
                ("platform", "MacIntel"),
                ("languages", "pt"),
            ])
        };
        let alike = |fonts, screen| likeness(&all("Arial", "1280"), &all(fonts, screen));
        assert!(alike("Roboto", "1280") >= ALIKE.0 && alike("Arial", "3840") >= ALIKE.0);
        assert!(alike("Roboto", "3840") < ALIKE.0);
    }

    #[test]
    fn a_fingerprint_alone_is_enough_and_the_screen_alone_is_not() {
        let parts = |n_changed: usize| -> Vec<(String, String)> {
            let value = |n: usize| if n < n_changed { "new".to_owned() } else { format!("part {n}") };
            (0..16).map(|n| (format!("fingerprint_{n:02}"), value(n))).collect()
        };
        let with = |signals: &[(&str, &str)], n_changed: usize| {
            let mut whole = device(signals);
            let parts = parts(n_changed).into_iter();
            whole.components.extend(parts.map(|(name, value)| (name.into(), value.into())));
            whole
        };
        let known = with(&LAPTOP, 0);
        for (n_changed, expected) in [(0, 1.0), (2, 0.875), (8, 0.5)] {
            let alike = likeness(&with(&[], n_changed), &known);
            assert!((alike - expected).abs() < 0.001, "{n_changed} {alike}");
        }
        assert!((likeness(&device(&LAPTOP), &known) - 1.0).abs() < f32::EPSILON);
        // What contradicts counts, though it would not be enough.
        assert!(likeness(&with(&[("platform", "iPhone"), ("touch", "5")], 0), &known) < 0.7);
        assert!(likeness(&device(&[("screen_long", "1280"), ("screen_short", "720")]), &known) < f32::EPSILON);
    }

    #[test]
    fn who_shares_a_name_is_alike() {
        let name = |id: &str| DeviceAlias { kind: DeviceAliasKind::Likeness, id: DeviceId::new(id).unwrap() };
        let named = |ids: &[&str]| Device { aliases: ids.iter().map(|id| name(id)).collect(), ..Device::default() };
        assert!((likeness(&named(&["a", "b"]), &named(&["b"])) - 1.0).abs() < f32::EPSILON);
        assert!(likeness(&named(&["a"]), &named(&["b"])) < f32::EPSILON);
    }

    #[test]
    fn of_what_has_little_in_common_nothing_is_known() {
        check(&Device::default(), 0.0, 0.0);
        check(&device(&LAPTOP[3..6]), 0.0, 0.0);
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
