//! The device an event came from, and the names it goes by.

use crate::DeviceId;

/// The component that holds what a dialect's answers call the device's fingerprint. Rules look it up; it is not compared.
pub const FINGERPRINT_COMPONENT: &str = "named_fingerprint";
/// The component that holds what a browser calls the key that it keeps. Rules look it up; it is not compared.
pub const KEY_COMPONENT: &str = "named_key";

/// The device an event came from, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Device {
    /// Its names, strongest first (see [`DeviceAliasKind`]); at most eight.
    pub aliases: Vec<DeviceAlias>,
    /// `phone`, `tablet`, `computer`… as the caller spells it.
    pub kind: Option<Box<str>>,
    /// The maker.
    pub manufacturer: Option<Box<str>>,
    /// The model.
    pub model: Option<Box<str>>,
    /// The operating system.
    pub os: Option<Box<str>>,
    /// The browser, where told apart from the agent string.
    pub browser: Option<Box<str>>,
    /// The language it asks for, as a BCP 47 tag.
    pub language: Option<Box<str>>,
    /// The IANA time zone it reports.
    pub time_zone: Option<Box<str>>,
    /// The screen, as `width x height` in the caller's spelling.
    pub screen: Option<Box<str>>,
    /// Fingerprint components by name; compared one by one, never as one hash. At most 64.
    pub components: Vec<(Box<str>, Box<str>)>,
}

impl Device {
    /// The strongest name of the device, the first of equally strong ones; None when it has none.
    #[must_use]
    pub fn id(&self) -> Option<&DeviceId> {
        self.alias().map(|alias| &alias.id)
    }

    /// The same, with how far it can be trusted.
    #[must_use]
    pub fn alias(&self) -> Option<&DeviceAlias> {
        // Of equals, `max_by_key` takes the last, so it looks from the end.
        self.aliases.iter().rev().max_by_key(|alias| alias.kind)
    }

    /// True if it is known by its likeness alone: alike devices share that, so it is one device among one account's own
    /// only.
    #[must_use]
    pub fn has_likeness_only(&self) -> bool {
        self.alias().is_some_and(|alias| alias.kind == DeviceAliasKind::Likeness)
    }
}

impl Device {
    /// What kind of device it is, as one text: maker and model where told, else system and browser; None if neither.
    #[must_use]
    pub fn model_key(&self) -> Option<String> {
        let told = |parts: [&Option<Box<str>>; 2]| {
            let words: Vec<String> = parts.into_iter().flatten().map(|part| part.to_lowercase()).collect();
            (!words.is_empty()).then(|| words.join(" "))
        };
        match &self.model {
            Some(_) => told([&self.manufacturer, &self.model]),
            None => told([&self.os, &self.browser]),
        }
    }
}

/// One name of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAlias {
    /// How far it can be trusted.
    pub kind: DeviceAliasKind,
    /// The name.
    pub id: DeviceId,
}

/// How far a device's name can be trusted; later is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceAliasKind {
    /// A likeness of what a browser says of itself: alike devices share it.
    Likeness,
    /// The caller's or vendor's own cookie or SDK id.
    Vendor,
    /// Our own id, signed by us.
    Signed,
}
