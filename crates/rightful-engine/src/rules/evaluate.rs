//! A compiled rule, and what it says of one event. Total: what is missing makes a comparison unknown, never an error.
//!
//! Truth has three values, as Kleene has them: what is unknown stays unknown under `!`, and a rule matches only where its
//! condition is true. Numbers that are missing are NaN in here, as they are in the feature vector. Depth is bounded where
//! rules are read, so that evaluation cannot overflow the stack, and each part is evaluated once at most.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::net::IpAddr;

use rightful_domain::{
    AccountId, AggregateId, AggregateValue, DetailChange, Enrichment, Entry, Event, FINGERPRINT_COMPONENT, Facts,
    FeatureVector, Finding, FreeFields, KEY_COMPONENT, LogOdds, Outcome, PaymentDirection, Sighting, Verdict,
    hour_of_week, innermost_address,
};
use serde_json::{Map, Value};

use super::vocabulary::{FlagWord, ListWord, NumberWord, TOLD, TextWord};
use crate::policy::AddressRange;

/// What a rule may see of one event.
pub struct Scene<'a> {
    event: &'a Event,
    enrichment: &'a Enrichment,
    account: Option<&'a AccountId>,
    sighting: Option<Sighting>,
    changes: &'a [DetailChange],
    features: &'a [f32],
    /// The lists it is on, by name, sorted.
    listed: &'a [Box<str>],
    /// What aggregates come to, by their ids.
    aggregates: &'a [AggregateValue],
    /// The rules that are not to act on its account, by name, sorted.
    snoozed: &'a [Box<str>],
    score_points: f64,
    verdict: Verdict,
    /// One bit for each reason, by its number.
    reasons: u128,
    custom: OnceCell<Map<String, Value>>,
    told: OnceCell<Map<String, Value>>,
}

impl<'a> Scene<'a> {
    /// An event that is being judged, as it stands before rules.
    pub(crate) fn of_facts(
        facts: &'a Facts,
        features: &'a FeatureVector,
        findings: &[Finding],
        judged: (f64, Verdict),
    ) -> Self {
        let (event, history) = (&facts.event, &facts.history);
        Self {
            event,
            enrichment: &facts.enrichment,
            account: event.account.as_ref().or(history.resolved_account.as_ref()),
            sighting: history.sighting,
            changes: &history.changes,
            features: &features.values,
            listed: &history.listed.names,
            aggregates: &history.aggregates,
            snoozed: &history.snoozed,
            score_points: judged.0,
            verdict: judged.1,
            reasons: bits(findings),
            custom: OnceCell::new(),
            told: OnceCell::new(),
        }
    }

    /// An event as it was written down; None if it was not judged.
    #[must_use]
    pub fn of_entry(entry: &'a Entry) -> Option<Self> {
        let assessment = entry.assessment.as_ref()?;
        Some(Self {
            event: &entry.event,
            enrichment: &entry.enrichment,
            account: entry.event.account.as_ref(),
            sighting: entry.sighting,
            changes: &entry.changes,
            features: &assessment.features.values,
            listed: &assessment.listed,
            aggregates: &assessment.aggregates,
            // What is tried on history is tried on all of it.
            snoozed: &[],
            score_points: LogOdds::score(assessment.log_odds).points(),
            verdict: assessment.without_rules(),
            reasons: bits(&assessment.findings),
            custom: OnceCell::new(),
            told: OnceCell::new(),
        })
    }

    /// What is done in it.
    pub(super) const fn event(&self) -> &'a Event {
        self.event
    }

    /// Whether a rule is not to act on its account.
    pub(super) fn is_snoozed(&self, rule: &str) -> bool {
        self.snoozed.binary_search_by(|name| (**name).cmp(rule)).is_ok()
    }

    /// Whether it is on a list.
    fn is_on(&self, list: &str) -> bool {
        self.listed.binary_search_by(|name| (**name).cmp(list)).is_ok()
    }

    fn slot(&self, slot: u16) -> f32 {
        // A vector of an older schema is shorter: what it has not is missing.
        self.features.get(usize::from(slot)).copied().unwrap_or(f32::NAN)
    }

    /// What was not counted then is missing.
    fn aggregate(&self, id: AggregateId) -> f64 {
        let found = self.aggregates.binary_search_by_key(&id, |aggregate| aggregate.id);
        found.ok().and_then(|place| self.aggregates.get(place)).map_or(f64::NAN, |aggregate| aggregate.value)
    }

    /// A field of the caller's own: by its name, or by its path where it was told and kept.
    fn custom(&self, name: &str) -> Option<&Value> {
        let members = |fields: &Option<FreeFields>| {
            let json = fields.as_ref().map(FreeFields::as_json);
            // Free fields are checked where they come in; what is none after all has no fields.
            json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
        };
        let found = match name.strip_prefix(TOLD) {
            None => self.custom.get_or_init(|| members(&self.event.custom)).get(name),
            Some(path) => {
                let mut parts = path.split('.');
                let told = self.told.get_or_init(|| members(&self.event.unknown));
                let first = parts.next().and_then(|part| told.get(part));
                parts.fold(first, |value, part| value?.get(part))
            }
        };
        found.filter(|value| value.is_number() || value.is_string() || value.is_boolean())
    }

    fn number(&self, word: NumberWord) -> f64 {
        let number = match word {
            NumberWord::Amount => self
                .event
                .payment
                .as_ref()
                .and_then(|payment| payment.amount)
                .map(|money| money.ten_thousandths as f64 / 10_000.0),
            NumberWord::Asn => self.enrichment.asn.map(f64::from),
            NumberWord::Devices => self.sighting.map(|sighting| f64::from(sighting.n_devices)),
            NumberWord::Hour => Some(f64::from(hour_of_week(self.event.at) % 24)),
            NumberWord::Score => Some(self.score_points),
        };
        number.unwrap_or(f64::NAN)
    }

    fn flag(&self, word: FlagWord) -> Option<bool> {
        match word {
            FlagWord::DeviceNew => self.sighting.map(|sighting| sighting.is_first),
            FlagWord::PasswordChanged => Some(self.event.person.password_changed),
            FlagWord::EmailTold => Some(self.event.person.email.is_some()),
            FlagWord::PhoneTold => Some(self.event.person.phone.is_some()),
        }
    }

    fn text(&self, word: TextWord) -> Option<Cow<'a, str>> {
        if word == TextWord::Address {
            return self.address().map(|ip| Cow::Owned(ip.to_string()));
        }
        if word == TextWord::BrowserName {
            return self.browser_name().map(Cow::Owned);
        }
        self.borrowed(word).map(Cow::Borrowed)
    }

    fn browser_name(&self) -> Option<String> {
        let agent = self.enrichment.agent.as_ref().and_then(|agent| agent.browser.as_deref());
        agent.or(self.event.device.browser.as_deref()).map(str::to_lowercase)
    }

    fn component(&self, name: &str) -> Option<&'a str> {
        self.event.device.components.iter().find(|(known, _)| **known == *name).map(|(_, value)| &**value)
    }

    fn borrowed(&self, word: TextWord) -> Option<&'a str> {
        let (event, enrichment, device) = (self.event, self.enrichment, &self.event.device);
        let agent = enrichment.agent.as_ref();
        let payment = event.payment.as_ref();
        let app = event.app.as_ref();
        match word {
            TextWord::Account => self.account.map(AccountId::as_str),
            TextWord::Action => Some(event.action.as_str()),
            TextWord::Address | TextWord::BrowserName => None,
            TextWord::App => app.and_then(|app| app.name.as_deref()),
            TextWord::Browser => device.browser.as_deref().or_else(|| agent.and_then(|agent| agent.browser.as_deref())),
            TextWord::City => enrichment.city.as_deref(),
            TextWord::Country => enrichment.country.as_ref().map(|country| country.as_str()),
            TextWord::Currency => {
                let money = payment.and_then(|payment| payment.amount.as_ref());
                money.and_then(|money| std::str::from_utf8(&money.currency).ok())
            }
            TextWord::Device => device.id().map(|id| id.as_str()),
            TextWord::DeviceFingerprint => self.component(FINGERPRINT_COMPONENT),
            TextWord::DeviceKey => self.component(KEY_COMPONENT),
            TextWord::DeviceKind => device.kind.as_deref(),
            TextWord::DeviceModel => device.model.as_deref(),
            TextWord::Direction => payment.and_then(|payment| payment.direction).map(direction),
            TextWord::Language => device.language.as_deref(),
            TextWord::Manufacturer => device.manufacturer.as_deref(),
            TextWord::Method => payment.and_then(|payment| payment.method.as_deref()),
            TextWord::Organization => enrichment.organization.as_deref(),
            TextWord::Os => device.os.as_deref().or_else(|| agent.and_then(|agent| agent.os.as_deref())),
            TextWord::OsVersion => self.component("os_version"),
            TextWord::Outcome => Some(Outcome::as_str(event.outcome)),
            TextWord::PersonCountry => event.person.country.as_ref().map(|country| country.as_str()),
            TextWord::Platform => app.and_then(|app| app.platform.as_deref()),
            TextWord::Region => enrichment.region.as_deref(),
            TextWord::Source => Some(event.source.as_str()),
            TextWord::TimeZone => device.time_zone.as_deref(),
            TextWord::Verdict => Some(Verdict::as_str(self.verdict)),
        }
    }

    fn address(&self) -> Option<IpAddr> {
        self.event.network.ip.map(|ip| ip.to_canonical())
    }

    fn list_has(&self, list: ListWord, is_it: impl Fn(&str) -> bool) -> bool {
        let mut mechanisms = self.event.mechanisms.iter();
        match list {
            ListWord::Changes => self.changes.iter().any(|change| is_it(change.kind.as_str())),
            ListWord::Mechanisms => mechanisms.any(|mechanism| is_it(mechanism.kind.as_str())),
            ListWord::MechanismsPassed => {
                mechanisms.any(|mechanism| mechanism.succeeded == Some(true) && is_it(mechanism.kind.as_str()))
            }
            ListWord::Reasons => rightful_domain::ReasonCode::ALL
                .into_iter()
                .any(|reason| self.reasons & bit(reason.number()) != 0 && is_it(reason.as_str())),
        }
    }

    fn size(&self, list: ListWord) -> f64 {
        let mechanisms = &self.event.mechanisms;
        let n = match list {
            ListWord::Changes => self.changes.len(),
            ListWord::Mechanisms => mechanisms.len(),
            ListWord::MechanismsPassed => mechanisms.iter().filter(|its| its.succeeded == Some(true)).count(),
            ListWord::Reasons => self.reasons.count_ones() as usize,
        };
        n as f64
    }
}

const fn direction(direction: PaymentDirection) -> &'static str {
    match direction {
        PaymentDirection::In => "in",
        PaymentDirection::Out => "out",
    }
}

fn bits(findings: &[Finding]) -> u128 {
    findings.iter().fold(0, |bits, finding| bits | bit(finding.reason.number()))
}

/// The bit of a reason's number.
pub(super) fn bit(number: u8) -> u128 {
    // Numbers are below 128: a test of the rules sees to it.
    1_u128.checked_shl(u32::from(number)).unwrap_or(0)
}

/// How two values of one type are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// False where either side is no number.
    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left.partial_cmp(right).is_some_and(Ordering::is_ne),
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }

    /// None where either side is no number.
    fn truth<T: PartialOrd>(self, left: &T, right: &T) -> Option<bool> {
        left.partial_cmp(right).map(|_| self.holds(left, right))
    }
}

/// What is done with two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// How a text is looked for in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// What is true or false of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Constant(bool),
    /// A slot that is a flag has this value; false if it is missing.
    SlotIs(u16, bool),
    FlagIs(FlagWord, bool),
    /// The commonest comparison, in the slot's own precision: 0.1 is written, and 0.1 is what the slot holds.
    Slot(u16, Comparison, f32),
    Numbers(Comparison, Number, Number),
    TextIs(TextWord, Box<str>),
    TextIsNot(TextWord, Box<str>),
    Texts(Comparison, Text, Text),
    NumberIn(Number, Box<[f64]>),
    /// In order, to be searched by halves.
    TextIn(Text, Box<[Box<str>]>),
    /// Any of these reasons.
    Reasons(u128),
    ListHas(ListWord, Text),
    Tested(TextTest, Text, Text),
    InNetwork(Text, Box<[AddressRange]>),
    /// It is on the list of that name.
    OnList(Box<str>),
    Custom(Box<str>, Comparison, Literal),
    CustomIn(Box<str>, Box<[Literal]>),
    Same(Box<[Condition; 2]>),
    Has(Presence),
    Not(Box<Condition>),
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Choice(Box<[Condition; 3]>),
}

/// What may be there or not.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Presence {
    Slot(u16),
    Number(NumberWord),
    Flag(FlagWord),
    Text(TextWord),
    List(ListWord),
    Custom(Box<str>),
    Aggregate(AggregateId),
}

/// A number of an event; NaN if it is missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Number {
    Constant(f64),
    Slot(u16),
    Word(NumberWord),
    Aggregate(AggregateId),
    Calculated(Arithmetic, Box<[Number; 2]>),
    /// Characters.
    Length(Box<Text>),
    Size(ListWord),
    Choice(Box<(Condition, [Number; 2])>),
}

/// A text of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Text {
    Constant(Box<str>),
    Word(TextWord),
    Choice(Box<(Condition, [Text; 2])>),
}

/// A value that is written into a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Flag(bool),
    Number(f64),
    Text(Box<str>),
}

impl Literal {
    /// Whether a field of the caller's own compares so with it; None if it is of another type.
    fn compares(&self, value: &Value, comparison: Comparison) -> Option<bool> {
        match self {
            Self::Flag(flag) => value.as_bool().and_then(|value| comparison.truth(&value, flag)),
            Self::Number(number) => value.as_f64().and_then(|value| comparison.truth(&value, number)),
            Self::Text(text) => value.as_str().and_then(|value| comparison.truth(&value, &&**text)),
        }
    }
}

impl Condition {
    /// Whether it is true of an event: neither false nor unknown. What most rules are made of ends at the first part that
    /// is not true, without asking whether that is false or unknown.
    pub(super) fn holds(&self, scene: &Scene<'_>) -> bool {
        match self {
            Self::SlotIs(slot, is) => scene.slot(*slot) == if *is { 1.0 } else { 0.0 },
            Self::FlagIs(word, is) => scene.flag(*word) == Some(*is),
            Self::Slot(slot, comparison, value) => comparison.holds(&scene.slot(*slot), value),
            Self::Reasons(bits) => scene.reasons & bits != 0,
            Self::All(sides) => sides.iter().all(|side| side.holds(scene)),
            Self::Any(sides) => sides.iter().any(|side| side.holds(scene)),
            Self::Constant(_)
            | Self::Numbers(..)
            | Self::TextIs(..)
            | Self::TextIsNot(..)
            | Self::Texts(..)
            | Self::NumberIn(..)
            | Self::TextIn(..)
            | Self::ListHas(..)
            | Self::Tested(..)
            | Self::InNetwork(..)
            | Self::OnList(_)
            | Self::Custom(..)
            | Self::CustomIn(..)
            | Self::Same(_)
            | Self::Has(_)
            | Self::Not(_)
            | Self::Choice(_) => self.truth(scene) == Some(true),
        }
    }

    /// Whether it is true of an event or false; None if that is not known.
    fn truth(&self, scene: &Scene<'_>) -> Option<bool> {
        match self {
            Self::Constant(constant) => Some(*constant),
            Self::SlotIs(slot, is) => Comparison::Equal.truth(&scene.slot(*slot), if *is { &1.0 } else { &0.0 }),
            Self::FlagIs(word, is) => scene.flag(*word).map(|flag| flag == *is),
            Self::Slot(slot, comparison, value) => comparison.truth(&scene.slot(*slot), value),
            Self::Numbers(comparison, left, right) => comparison.truth(&left.of(scene), &right.of(scene)),
            Self::TextIs(word, text) => scene.text(*word).map(|its| *its == **text),
            Self::TextIsNot(word, text) => scene.text(*word).map(|its| *its != **text),
            Self::Texts(comparison, left, right) => {
                left.of(scene).zip(right.of(scene)).and_then(|(left, right)| comparison.truth(&left, &right))
            }
            Self::NumberIn(number, list) => {
                let number = number.of(scene);
                (!number.is_nan()).then(|| list.contains(&number))
            }
            Self::TextIn(text, list) => {
                text.of(scene).map(|text| list.binary_search_by(|element| (**element).cmp(&text)).is_ok())
            }
            Self::Reasons(bits) => Some(scene.reasons & bits != 0),
            Self::ListHas(list, text) => text.of(scene).map(|text| scene.list_has(*list, |element| element == text)),
            Self::Tested(test, text, part) => text.of(scene).zip(part.of(scene)).map(|(text, part)| match test {
                TextTest::StartsWith => text.starts_with(&*part),
                TextTest::EndsWith => text.ends_with(&*part),
                TextTest::Contains => text.contains(&*part),
            }),
            Self::InNetwork(text, networks) => text.address(scene).map(|ip| {
                // As it is written, and as what stands inside: a translator's own network can be asked for as well.
                let inner = innermost_address(ip);
                networks.iter().any(|network| network.contains(ip) || network.contains(inner))
            }),
            Self::OnList(list) => Some(scene.is_on(list)),
            Self::Custom(name, comparison, literal) => literal.compares(scene.custom(name)?, *comparison),
            Self::CustomIn(name, list) => {
                let value = scene.custom(name)?;
                any(list.iter().map(|literal| literal.compares(value, Comparison::Equal)))
            }
            Self::Same(sides) => {
                let [left, right] = &**sides;
                Some(left.truth(scene)? == right.truth(scene)?)
            }
            Self::Has(presence) => Some(presence.is_in(scene)),
            Self::Not(inner) => inner.truth(scene).map(|truth| !truth),
            Self::All(sides) => any(sides.iter().map(|side| side.truth(scene).map(|truth| !truth))).map(|any| !any),
            Self::Any(sides) => any(sides.iter().map(|side| side.truth(scene))),
            Self::Choice(parts) => {
                let [condition, then, otherwise] = &**parts;
                if condition.truth(scene)? { then.truth(scene) } else { otherwise.truth(scene) }
            }
        }
    }
}

/// True if any is true; else unknown if any is unknown; else false.
fn any(mut truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut is_known = true;
    let is_any = truths.any(|truth| {
        is_known &= truth.is_some();
        truth == Some(true)
    });
    if is_any { Some(true) } else { is_known.then_some(false) }
}

impl Presence {
    fn is_in(&self, scene: &Scene<'_>) -> bool {
        match self {
            Self::Slot(slot) => !scene.slot(*slot).is_nan(),
            Self::Number(word) => !scene.number(*word).is_nan(),
            Self::Flag(word) => scene.flag(*word).is_some(),
            Self::Text(word) => scene.text(*word).is_some(),
            Self::List(list) => scene.size(*list) > 0.0,
            Self::Custom(name) => scene.custom(name).is_some(),
            Self::Aggregate(id) => !scene.aggregate(*id).is_nan(),
        }
    }
}

impl Number {
    fn of(&self, scene: &Scene<'_>) -> f64 {
        match self {
            Self::Constant(constant) => *constant,
            Self::Slot(slot) => f64::from(scene.slot(*slot)),
            Self::Word(word) => scene.number(*word),
            Self::Aggregate(id) => scene.aggregate(*id),
            Self::Calculated(arithmetic, sides) => {
                let [left, right] = &**sides;
                arithmetic.of(left.of(scene), right.of(scene))
            }
            Self::Length(text) => text.of(scene).map_or(f64::NAN, |text| text.chars().count() as f64),
            Self::Size(list) => scene.size(*list),
            Self::Choice(parts) => {
                let (condition, [then, otherwise]) = &**parts;
                match condition.truth(scene) {
                    Some(true) => then.of(scene),
                    Some(false) => otherwise.of(scene),
                    None => f64::NAN,
                }
            }
        }
    }
}

impl Arithmetic {
    /// What is no number any more, such as a part of nothing, is missing.
    pub(super) fn of(self, left: f64, right: f64) -> f64 {
        let number = match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Remainder => left % right,
        };
        if number.is_finite() { number } else { f64::NAN }
    }
}

impl Text {
    fn of<'a>(&'a self, scene: &Scene<'a>) -> Option<Cow<'a, str>> {
        match self {
            Self::Constant(text) => Some(Cow::Borrowed(text)),
            Self::Word(word) => scene.text(*word),
            Self::Choice(parts) => {
                let (condition, [then, otherwise]) = &**parts;
                if condition.truth(scene)? { then.of(scene) } else { otherwise.of(scene) }
            }
        }
    }

    fn address(&self, scene: &Scene<'_>) -> Option<IpAddr> {
        match self {
            Self::Word(TextWord::Address) => scene.address(),
            Self::Constant(_) | Self::Word(_) | Self::Choice(_) => {
                self.of(scene)?.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
            }
        }
    }
}
