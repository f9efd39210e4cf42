//! The names that rules may use: each with its type, its meaning, and where its value is read.
//!
//! Numbers and flags that judgement has derived are slots of the feature vector, so that a rule can be asked about an
//! event of last month, too. Texts are read from the event when a rule asks for them.

use rightful_domain::{Action, DetailKind, MechanismKind, Outcome, ReasonCode, Source, Verdict};

use super::types::WordType;
use crate::features::{FEATURE_SCHEMA, feature_names};

/// What every feature's name begins with.
pub(super) const FEATURES: &str = "features.";
/// What the name of each field of the caller's own begins with.
pub(super) const CUSTOM: &str = "custom.";
/// What the name of each field begins with that was told and kept as it was.
pub(super) const TOLD: &str = "told.";

/// One name that rules may use.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// As it is written.
    pub name: &'static str,
    /// The type of its value.
    pub kind: WordType,
    /// What it says, with its unit and range.
    pub meaning: &'static str,
    pub(super) reading: Reading,
}

/// Where a name's value is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// A slot of the feature vector.
    Slot(&'static str),
    Number(NumberWord),
    Text(TextWord),
    Flag(FlagWord),
    List(ListWord),
}

/// Numbers that are no features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberWord {
    Amount,
    Asn,
    Devices,
    Hour,
    Score,
}

/// Texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextWord {
    Account,
    Action,
    Address,
    App,
    Browser,
    BrowserName,
    City,
    Country,
    Currency,
    Device,
    DeviceFingerprint,
    DeviceKey,
    DeviceKind,
    DeviceModel,
    Direction,
    Language,
    Manufacturer,
    Method,
    Organization,
    Os,
    OsVersion,
    Outcome,
    PersonCountry,
    Platform,
    Region,
    Source,
    TimeZone,
    Verdict,
}

/// Flags that are no features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlagWord {
    DeviceNew,
    EmailTold,
    PasswordChanged,
    PhoneTold,
}

/// Lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListWord {
    Changes,
    Mechanisms,
    MechanismsPassed,
    Reasons,
}

const fn slot(name: &'static str, kind: WordType, slot: &'static str, meaning: &'static str) -> Word {
    Word { name, kind, meaning, reading: Reading::Slot(slot) }
}

const fn number(name: &'static str, word: NumberWord, meaning: &'static str) -> Word {
    Word { name, kind: WordType::Number, meaning, reading: Reading::Number(word) }
}

const fn text(name: &'static str, word: TextWord, meaning: &'static str) -> Word {
    Word { name, kind: WordType::Text, meaning, reading: Reading::Text(word) }
}

const fn flag(name: &'static str, word: FlagWord, meaning: &'static str) -> Word {
    Word { name, kind: WordType::Flag, meaning, reading: Reading::Flag(word) }
}

const fn list(name: &'static str, word: ListWord, meaning: &'static str) -> Word {
    Word { name, kind: WordType::List, meaning, reading: Reading::List(word) }
}

/// All names but the features and the caller's own fields, in the order of the reference.
pub(super) static WORDS: [Word; 49] = [
    text("event.action", TextWord::Action, "What is done: `login`, `withdraw`, …, or the application's own word."),
    text("event.outcome", TextWord::Outcome, "How it ended so far: `pending`, `succeeded`, `failed`."),
    text("event.source", TextWord::Source, "The API that told it: `native`, `ravelin`, `transmit`, `sumsub`, `rupt`."),
    text("event.app", TextWord::App, "The app it was done in, by name."),
    text("event.platform", TextWord::Platform, "The app's platform, as the caller spells it: `ios`, `web`, …"),
    number("event.hour", NumberWord::Hour, "The hour of the day in UTC, 0 to 23."),
    text("account.id", TextWord::Account, "The account, as the caller spells it."),
    slot("account.age_days", WordType::Number, "account_age_days", "Days since the account was first let through."),
    slot("account.idle_days", WordType::Number, "account_idle_days", "Days since the account was last let through."),
    slot("account.logins", WordType::Number, "account_history", "Events that the account has learned from."),
    text("device.id", TextWord::Device, "The strongest of the device's names."),
    text("device.kind", TextWord::DeviceKind, "`phone`, `computer`, …, as the caller spells it."),
    text("device.manufacturer", TextWord::Manufacturer, "The maker, as the caller spells it."),
    text("device.model", TextWord::DeviceModel, "The model, as the caller spells it."),
    text("device.os", TextWord::Os, "The operating system, as told, else from the agent string: `Windows 10`, …"),
    text("device.browser", TextWord::Browser, "The browser, as told, else from the agent string: `Chrome`, …"),
    text(
        "device.os_version",
        TextWord::OsVersion,
        "The version of the operating system, as the page's client tells it: `14.4.2`, …",
    ),
    text(
        "device.browser_name",
        TextWord::BrowserName,
        "The browser by the agent string, else as told, in small letters: `chrome`, …",
    ),
    text(
        "device.fingerprint",
        TextWord::DeviceFingerprint,
        "The fingerprint that Transmit's answers tell as `device_fingerprint`.",
    ),
    text(
        "device.key",
        TextWord::DeviceKey,
        "The name of the key that Transmit's client keeps in the browser: `device_public_key`.",
    ),
    text("device.language", TextWord::Language, "The language it asks for: `de-CH`, …"),
    text("device.time_zone", TextWord::TimeZone, "The time zone it reports: `Europe/Zurich`, …"),
    flag("device.new", FlagWord::DeviceNew, "The account was never seen on this device before."),
    number("device.count", NumberWord::Devices, "The account's devices, this one included."),
    text("ip.address", TextWord::Address, "The network address. For networks, see `inNetwork`."),
    text("ip.country", TextWord::Country, "The country of the address, in two capitals: `DE`, …"),
    text("ip.region", TextWord::Region, "The region of the address, in English."),
    text("ip.city", TextWord::City, "The city of the address, in English."),
    number("ip.asn", NumberWord::Asn, "The number of the autonomous system that announces the address."),
    text("ip.organization", TextWord::Organization, "Who runs that system."),
    slot("ip.is_vpn", WordType::Flag, "network_vpn", "A virtual private network that anybody can buy."),
    slot("ip.is_hosting", WordType::Flag, "network_hosting", "A data center."),
    slot("ip.is_tor", WordType::Flag, "network_tor", "An exit of the Tor network."),
    slot("ip.is_relay", WordType::Flag, "network_relay", "A privacy relay of a browser."),
    slot("ip.is_proxy", WordType::Flag, "network_proxy", "An open proxy, or a home that lets strangers through."),
    slot("ip.is_mobile", WordType::Flag, "network_mobile", "A carrier of mobile phones: one address, many people."),
    number("payment.amount", NumberWord::Amount, "How much, in the currency's unit: 12.5 is twelve and a half euros."),
    text("payment.currency", TextWord::Currency, "The currency: `EUR`, …"),
    text("payment.method", TextWord::Method, "The kind of method: `card`, `bank`, `crypto`, …"),
    text("payment.direction", TextWord::Direction, "Seen from the account: `in` or `out`."),
    list("mechanisms", ListWord::Mechanisms, "How it tried to prove itself: `password`, `passkey`, …"),
    list("mechanisms_passed", ListWord::MechanismsPassed, "Those of them that succeeded."),
    list(
        "changes",
        ListWord::Changes,
        "What it changes of the account: `email`, `phone`, `password`, …; a first value is no change.",
    ),
    text("person.country", TextWord::PersonCountry, "The country of residence that the event tells."),
    flag("person.password_changed", FlagWord::PasswordChanged, "The password is another since this event."),
    flag("person.email_told", FlagWord::EmailTold, "The event tells an e-mail address."),
    flag("person.phone_told", FlagWord::PhoneTold, "The event tells a phone number."),
    number("score", NumberWord::Score, "The risk score before rules, 0 to 100."),
    text("verdict", TextWord::Verdict, "The verdict before rules and lists: `trust`, `allow`, `challenge`, `deny`."),
];

/// The list of reasons, apart because its values are a catalogue of their own.
pub(super) static REASONS: Word =
    list("reasons", ListWord::Reasons, "The reasons that were found, as codes: `PROFILE_DEVICE_NEW`, …");

/// Features that are true or false; the others are numbers.
const FLAGS: [&str; 76] = [
    "account_saturated",
    "device_saturated",
    "address_saturated",
    "account_in_household",
    "device_known",
    "device_held",
    "address_known",
    "model_known",
    "device_bad",
    "address_bad",
    "account_reported",
    "address_public",
    "address_carrier_nat",
    "agent_mobile",
    "agent_crawler",
    "agent_automation",
    "password_breached",
    "username_breached",
    "second_factor_passed",
    "failed",
    "country_known",
    "asn_known",
    "city_known",
    "net_known",
    "place_hidden",
    "network_vpn",
    "network_tor",
    "network_proxy",
    "network_relay",
    "network_hosting",
    "network_mobile",
    "network_residential",
    "agent_known",
    "os_known",
    "agent_framework",
    "agent_headless",
    "agent_malformed",
    "language_known",
    "zone_known",
    "contact_changed_by_stranger",
    "action_known",
    "moves_money",
    "changes_access",
    "proof_relayed",
    "list_address_allowed",
    "list_account_allowed",
    "list_address_blocked",
    "list_account_blocked",
    "list_device_blocked",
    "list_country_blocked",
    "list_device_allowed",
    "list_asn_allowed",
    "list_country_allowed",
    "list_email_domain_allowed",
    "list_payee_allowed",
    "list_asn_blocked",
    "list_email_domain_blocked",
    "list_payee_blocked",
    "list_account_watched",
    "list_device_watched",
    "list_address_watched",
    "list_asn_watched",
    "list_country_watched",
    "list_email_domain_watched",
    "list_payee_watched",
    "browser_driven",
    "browser_cores_odd",
    "browser_display_odd",
    "browser_copied_id",
    "currency_known",
    "direction_known",
    "money_leaves",
    "coordinates_in_address_country",
    "coordinates_in_address_town",
    "payment_method_valid",
    "payee_valid",
];

/// What a name means; None if no name is spelled so.
pub(super) fn look_up(name: &str) -> Option<Word> {
    if let Some(feature) = name.strip_prefix(FEATURES) {
        return features().find(|word| word.name == feature);
    }
    words().find(|word| word.name == name)
}

/// All names but the features and the caller's own fields.
pub(super) fn words() -> impl Iterator<Item = Word> {
    WORDS.iter().copied().chain([REASONS])
}

/// The features, without what their names begin with.
pub(super) fn features() -> impl Iterator<Item = Word> {
    feature_names(FEATURE_SCHEMA).iter().map(|name| {
        let kind = if FLAGS.contains(name) { WordType::Flag } else { WordType::Number };
        slot(name, kind, name, "")
    })
}

/// The place of a slot in the vector.
pub(super) fn place_of(slot: &str) -> Option<u16> {
    let place = feature_names(FEATURE_SCHEMA).iter().position(|name| *name == slot)?;
    u16::try_from(place).ok()
}

/// The values that a text or a list is known to have, and whether it may have others: an application's own actions, and
/// mechanisms that nobody has heard of yet.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) known: Vec<&'static str>,
    pub(super) is_open: bool,
}

impl Values {
    fn closed(known: impl Into<Vec<&'static str>>) -> Option<Self> {
        Some(Self { known: known.into(), is_open: false })
    }
}

/// Where a text can be one of few: which.
pub(super) fn values_of_text(word: TextWord) -> Option<Values> {
    match word {
        TextWord::Outcome => {
            Values::closed([Outcome::Pending, Outcome::Succeeded, Outcome::Failed].map(Outcome::as_str))
        }
        TextWord::Direction => Values::closed(["in", "out"]),
        TextWord::Verdict => Values::closed(Verdict::ALL.map(Verdict::as_str)),
        TextWord::Source => {
            let all = [Source::Native, Source::Ravelin, Source::Transmit, Source::Sumsub, Source::Rupt];
            Values::closed(all.map(Source::as_str))
        }
        TextWord::Action => Some(Values { known: known_actions(), is_open: true }),
        TextWord::Account
        | TextWord::Address
        | TextWord::App
        | TextWord::Browser
        | TextWord::BrowserName
        | TextWord::City
        | TextWord::Country
        | TextWord::Currency
        | TextWord::Device
        | TextWord::DeviceFingerprint
        | TextWord::DeviceKey
        | TextWord::DeviceKind
        | TextWord::DeviceModel
        | TextWord::Language
        | TextWord::Manufacturer
        | TextWord::Method
        | TextWord::Organization
        | TextWord::Os
        | TextWord::OsVersion
        | TextWord::PersonCountry
        | TextWord::Platform
        | TextWord::Region
        | TextWord::TimeZone => None,
    }
}

/// The values that a list can have.
pub(super) fn values_of_list(word: ListWord) -> Option<Values> {
    match word {
        ListWord::Reasons => Values::closed(ReasonCode::ALL.map(ReasonCode::as_str)),
        ListWord::Changes => Values::closed(DetailKind::ALL.map(DetailKind::as_str)),
        ListWord::Mechanisms | ListWord::MechanismsPassed => Some(Values { known: known_mechanisms(), is_open: true }),
    }
}

/// The actions that every application has.
pub(super) fn known_actions() -> Vec<&'static str> {
    static KNOWN: [Action; 10] = Action::KNOWN;
    KNOWN.iter().map(Action::as_str).collect()
}

fn known_mechanisms() -> Vec<&'static str> {
    static KNOWN: [MechanismKind; 11] = MechanismKind::KNOWN;
    KNOWN.iter().map(MechanismKind::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_that_is_named_is_there_and_no_name_twice() {
        for word in words().chain(features()) {
            if let Reading::Slot(slot) = word.reading {
                assert!(place_of(slot).is_some(), "{slot}");
            }
        }
        let mut names: Vec<&str> = words().map(|word| word.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), WORDS.len() + 1);
    }

    #[test]
    fn the_flags_are_the_slots_that_are_read_as_flags() {
        let sources = [
            include_str!("../features/velocity.rs"),
            include_str!("../features/sharing.rs"),
            include_str!("../features/novelty.rs"),
            include_str!("../features/tenure.rs"),
            include_str!("../features/reputation.rs"),
            include_str!("../features/context.rs"),
            include_str!("../features/coordinates.rs"),
            include_str!("../features/place.rs"),
            include_str!("../features/network.rs"),
            include_str!("../features/agent.rs"),
            include_str!("../features/behavior.rs"),
            include_str!("../features/campaign.rs"),
            include_str!("../features/payment.rs"),
            include_str!("../features/standing.rs"),
            include_str!("../features/activity.rs"),
            include_str!("../features/likelihood.rs"),
            include_str!("../features/lists.rs"),
            include_str!("../features/proof.rs"),
            include_str!("../features/budget.rs"),
            include_str!("../features/browser.rs"),
        ];
        const READERS: [&str; 4] = ["flag_slot(", "address_is(", "agent_is(", "saturated("];
        let slots = sources.iter().flat_map(|source| source.lines()).filter(|line| line.contains("Slot { name: \""));
        let mut flags: Vec<&str> = slots
            .filter(|line| READERS.iter().any(|reader| line.contains(reader)))
            .filter_map(|line| line.split('"').nth(1))
            .collect();
        flags.sort_unstable();
        let mut told = FLAGS.to_vec();
        told.sort_unstable();
        assert_eq!(told, flags);
    }
}
