//! What the client says of its device: the attribute map, as a device.
//!
//! All of it is chosen by whoever holds the browser, so nothing of it is refused: what has another type is passed over,
//! and what is long is kept as its digest.

use std::borrow::Cow;

use rightful_domain::{Device, DeviceAlias, DeviceAliasKind, DeviceId, FINGERPRINT_COMPONENT};

use crate::fields::Fields;
use crate::json::Node;
use crate::scalars::{LABEL_BYTES_MAX, cut};
use crate::{Call, digest};

/// The longest value kept as it is, in bytes: a longer one is only ever compared, so its digest serves.
const VALUE_BYTES_MAX: usize = 160;
/// The most names in a list that is looked at.
const NAMES_MAX: usize = 512;
const VALUE: &str = "transmit attribute";

/// What is said under a name of the map, and under which name it is kept.
const PLAIN: [(&str, &str); 15] = [
    ("hardwareConcurrency", "cores"),
    ("deviceMemory", "memory_gb"),
    ("webGlRenderer", "gpu"),
    ("platform", "platform"),
    ("timezone", "time_zone"),
    ("timezoneOffset", "timezone_offset"),
    ("audioFingerprint", "audio"),
    ("math", "math"),
    ("vendor", "vendor"),
    ("productSub", "product"),
    ("webdriver", "webdriver"),
    ("CDPRuntimeDomainTest", "devtools_protocol"),
    ("windowConstructorAliasTest", "driver_alias"),
    ("windowDocumentAuxVarsTest", "driver_variables"),
    ("webRTCDisabled", "webrtc_disabled"),
];

/// Names of driver programs' own variables, as the client finds them on the document, the navigator and the window.
const DRIVER_NAMES: [&str; 10] = [
    "cdc_",
    "$cdc",
    "__webdriver",
    "__selenium",
    "__driver",
    "__fxdriver",
    "__nightmare",
    "_phantom",
    "callphantom",
    "domautomation",
];

/// The device, as its map says.
pub(super) fn of_attributes(call: &Call<'_>, device: &mut Device, attributes: Node<'_>) {
    let Node::Object(members) = attributes else { return };
    let mut told = Fields::new(members);
    let mut add = |device: &mut Device, name: &str, value: Option<Cow<'_, str>>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            device.components.push((name.into(), kept(call, name, &value)));
        }
    };
    for (named, name) in PLAIN {
        let value = told.take(named).and_then(plain);
        match name {
            "time_zone" => device.time_zone.clone_from(&value),
            "platform" if device.os.is_none() => device.os.clone_from(&value),
            _ => {}
        }
        add(device, name, value.map(|value| Cow::Owned(value.into())));
    }
    let agent = told.take("navigatorUserAgent").and_then(Node::into_text);
    let header = (call.header)("user-agent").unwrap_or("");
    add(device, "page_agent", agent.filter(|agent| agent != header));
    hints(device, &mut told, &mut add);
    screen(device, &mut told, &mut add);
    let languages = told.take("languages").map(names).unwrap_or_default();
    device.language = languages.first().map(|first| cut(first, LABEL_BYTES_MAX).into());
    add(device, "languages", Some(languages.join(",").into()));
    parts(device, &mut told, &mut add);
}

/// Client hints, as far as they do not change with each update.
fn hints(device: &mut Device, told: &mut Fields<'_>, add: &mut impl FnMut(&mut Device, &str, Option<Cow<'_, str>>)) {
    let mut hints = object(told.take("navigatorHighEntropyData"));
    let low = object(told.take("navigatorUAData"));
    let mut of_any = low;
    let mut hint = |name: &str| hints.take(name).and_then(plain).or_else(|| of_any.take(name).and_then(plain));
    let (platform, model) = (hint("platform"), hint("model"));
    let os_version = hint("platformVersion");
    for (name, value) in [("architecture", hint("architecture")), ("bitness", hint("bitness"))] {
        add(device, name, value.map(|value| Cow::Owned(value.into())));
    }
    add(device, "system", platform.as_deref().map(Cow::Borrowed));
    add(device, "os_version", os_version.as_deref().map(Cow::Borrowed));
    add(device, "mobile", hint("mobile").map(|value| Cow::Owned(value.into())));
    let brand = hints.take("brands").and_then(brand);
    let version = hints.take("uaFullVersion").and_then(plain);
    add(device, "browser_version", version.map(|value| Cow::Owned(value.into())));
    device.os = platform.or_else(|| device.os.take());
    device.model = model.or_else(|| device.model.take());
    device.browser = brand.or_else(|| device.browser.take());
}

fn screen(device: &mut Device, told: &mut Fields<'_>, add: &mut impl FnMut(&mut Device, &str, Option<Cow<'_, str>>)) {
    let mut screen = object(told.take("screen"));
    let mut pixels = |name: &str| {
        let told = screen.take(name)?;
        told.number().and_then(serde_json::Number::as_u64).filter(|pixels| *pixels <= PIXELS_MAX)
    };
    let sides = pixels("width").zip(pixels("height"));
    device.screen = sides.map(|(width, height)| format!("{width}x{height}").into()).or_else(|| device.screen.take());
    for (name, kept) in [
        ("width", "screen_width"),
        ("height", "screen_height"),
        ("availWidth", "screen_avail_width"),
        ("availHeight", "screen_avail_height"),
        ("colorDepth", "color_depth"),
        ("pixelDepth", "pixel_depth"),
    ] {
        let value = match name {
            "width" => sides.map(|(width, _)| width),
            "height" => sides.map(|(_, height)| height),
            other => pixels(other),
        };
        add(device, kept, value.map(|value| value.to_string().into()));
    }
    let mut window = object(told.take("windowOuter"));
    let outer = |node: Option<Node<'_>>| node.and_then(plain).map(|value| Cow::Owned(value.into()));
    add(device, "window_width", outer(window.take("outerWidth")));
    add(device, "window_height", outer(window.take("outerHeight")));
}

/// The widest and highest screen believed, in pixels.
const PIXELS_MAX: u64 = 100_000;

/// What is in the map's objects and lists.
fn parts(device: &mut Device, told: &mut Fields<'_>, add: &mut impl FnMut(&mut Device, &str, Option<Cow<'_, str>>)) {
    let owned = |node: Option<Node<'_>>| node.and_then(plain).map(|value| Cow::Owned(value.into()));
    let mut canvas = object(told.take("canvas"));
    add(device, "canvas_geometry", owned(canvas.take("geometry")));
    add(device, "canvas_text", owned(canvas.take("text")));
    let fonts = told.take("fonts").map(names);
    add(device, "font_count", fonts.as_ref().map(|fonts| fonts.len().to_string().into()));
    add(device, "fonts", fonts.map(|fonts| fonts.join(",").into()));
    let mut touch = object(told.take("touchSupport"));
    add(device, "touch_points", owned(touch.take("maxTouchPoints")));
    let mut battery = object(told.take("battery"));
    add(device, "battery_level", owned(battery.take("level")));
    add(device, "battery_charging", owned(battery.take("charging")));
    let mut storage = object(told.take("navigatorStorageEstimation"));
    add(device, "storage_quota", owned(storage.take("quota")));
    add(device, "storage_usage", owned(storage.take("usage")));
    let mut getters = object(told.take("navigatorPrototype"));
    let natives: Vec<String> = ["hardwareConcurrency", "languages"]
        .into_iter()
        .filter_map(|name| getters.take(name).and_then(Node::into_text).map(|source| (name, source)))
        .filter(|(_, source)| !source.contains("[native code]"))
        .map(|(name, _)| name.to_owned())
        .collect();
    add(device, "replaced_getters", Some(natives.join(",").into()));
    let lists = ["documentBasedKeys", "navigatorBasedKeys", "windowBasedKeys"];
    let found = lists.into_iter().filter_map(|name| told.take(name)).flat_map(names);
    let drivers: Vec<String> = found.filter(|name| is_driver_name(name)).take(4).collect();
    add(device, "driver_names", Some(drivers.join(",").into()));
}

fn is_driver_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    DRIVER_NAMES.iter().any(|driver| name.contains(driver))
}

/// The name under which the device goes.
pub(super) fn alias(id: &str) -> Option<DeviceAlias> {
    DeviceId::new(id).ok().map(|id| DeviceAlias { kind: DeviceAliasKind::Signed, id })
}

/// What changes with no update.
const STABLE: [&str; 14] = [
    "architecture",
    "audio",
    "bitness",
    "canvas_geometry",
    "canvas_text",
    "cores",
    "fonts",
    "gpu",
    "math",
    "memory_gb",
    "platform",
    "screen_height",
    "screen_width",
    "touch_points",
];

/// Keeps the fingerprint with the device, so that rules can name it; not of a device that says nothing of itself.
pub(super) fn name_fingerprint(call: &Call<'_>, device: &mut Device) {
    if device.components.iter().any(|(name, _)| STABLE.contains(&&**name)) {
        let told = fingerprint(call, device);
        device.components.retain(|(name, _)| **name != *FINGERPRINT_COMPONENT);
        device.components.push((FINGERPRINT_COMPONENT.into(), told.into()));
    }
}

/// A fingerprint as one name of 64 hexadecimal digits, of what changes with no update: for callers that want one. Devices
/// are not compared by it.
pub(super) fn fingerprint(call: &Call<'_>, device: &Device) -> String {
    let mut told: Vec<&[u8]> = vec![call.application.id.as_str().as_bytes()];
    for (name, value) in &device.components {
        if STABLE.contains(&&**name) {
            told.extend([name.as_bytes(), value.as_bytes()]);
        }
    }
    let half = |purpose| hexadecimal(&digest::keyed(call.link_key, purpose, &told));
    half("transmit fingerprint 1") + &half("transmit fingerprint 2")
}

/// A component of a device by its name.
pub(super) fn component<'d>(device: &'d Device, name: &str) -> Option<&'d str> {
    device.components.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value as it is kept.
fn kept(call: &Call<'_>, name: &str, told: &str) -> Box<str> {
    if told.len() <= VALUE_BYTES_MAX && !told.chars().any(char::is_control) {
        return told.into();
    }
    hexadecimal(&digest::keyed(call.link_key, VALUE, &[name.as_bytes(), told.as_bytes()])).into()
}

/// The fields of an object; none of what is something else.
pub(super) fn object(node: Option<Node<'_>>) -> Fields<'_> {
    Fields::new(if let Some(Node::Object(members)) = node { members } else { Vec::new() })
}

/// A text, a number or a flag as a label; None of what is something else, or empty.
fn plain(node: Node<'_>) -> Option<Box<str>> {
    let told: Cow<'_, str> = match node {
        Node::Flag(flag) => flag.to_string().into(),
        Node::Number(number) => number.to_string().into(),
        Node::Text(text) => text,
        Node::Null
        | Node::List(_)
        | Node::Object(_)
        | Node::Taken
        | Node::Kept(_)
        | Node::ObjectRest(_)
        | Node::ListRest(_) => return None,
    };
    (!told.is_empty()).then(|| cut(&told, LABEL_BYTES_MAX).into())
}

/// The texts of a list.
fn names(node: Node<'_>) -> Vec<String> {
    let Node::List(items) = node else { return Vec::new() };
    let texts = items.into_iter().take(NAMES_MAX).filter_map(Node::into_text);
    texts.map(|text| cut(&text, LABEL_BYTES_MAX).to_owned()).collect()
}

/// The brand of a browser among those it says: neither the one that is made up on purpose, nor the engine if there is
/// another.
fn brand(brands: Node<'_>) -> Option<Box<str>> {
    let Node::List(brands) = brands else { return None };
    let told: Vec<Box<str>> =
        brands.into_iter().filter_map(|brand| object(Some(brand)).take("brand").and_then(plain)).collect();
    let mut real = told.into_iter().filter(|name| !name.to_ascii_lowercase().starts_with("not")).collect::<Vec<_>>();
    let place = real.iter().position(|name| name.as_ref() != "Chromium").unwrap_or(0);
    (place < real.len()).then(|| real.swap_remove(place))
}
