//! Arbitrary values, from a number: so that a case that fails can be thrown again.

mod states;

use std::borrow::Cow;
use std::net::IpAddr;

use rightful_domain::{
    AccountDeviceId, AccountId, Action, AddressKind, AgentKind, AgentTraits, AggregateId, AggregateValue, App,
    ApplicationId, Assessment, Behavior, ChallengeKind, Coordinates, CorrelationId, CountryCode, CredentialStatus,
    DetailChange, DetailValue, Device, DeviceAlias, DeviceAliasKind, DeviceId, DeviceSnapshot, Enrichment, Entry,
    Event, EventId, Evidence, EvidenceValue, FailureReason, FeatureVector, Finding, FreeFields, InputKinds,
    Interaction, Location, LogOdds, Mechanism, MechanismKind, Money, Network, NetworkClaim, NetworkKind, News, Outcome,
    Payment, PaymentAction, PaymentDirection, PaymentSource, PaymentView, Person, Pii, PolicyVersion, PreviousDetail,
    ReasonCode, RetryKey, RiskScore, RuleEffect, RuleMatch, RuleStatus, ScoreChange, SessionId, Sighting, Source, Tag,
    Teaching, Timestamp, Verdict,
};

use super::super::Numbered;

pub(super) struct Dice {
    state: u64,
    /// Nothing is left out.
    full: bool,
}

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed, full: false }
    }

    /// With a value wherever there may be one.
    pub(super) const fn full(seed: u64) -> Self {
        Self { state: seed, full: true }
    }

    /// SplitMix64.
    const fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let n = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        n ^ (n >> 31)
    }

    const fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    const fn flag(&mut self) -> bool {
        self.roll() & 1 == 1
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let is_there = self.flag() || self.full;
        is_there.then(|| make(self))
    }

    fn some<T>(&mut self, max: u64, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..=self.below(max)).map(|_| make(self)).collect()
    }

    fn of<T: Numbered>(&mut self, n: u8) -> T {
        let number = u8::try_from(self.below(u64::from(n))).unwrap();
        T::of_number(number).unwrap()
    }

    fn text(&mut self) -> Box<str> {
        let letters: Vec<char> = "abc äß€😀 \"{}\\/:@1".chars().collect();
        self.some(12, |dice| letters[usize::try_from(dice.below(letters.len() as u64)).unwrap()])
            .into_iter()
            .collect::<String>()
            .into()
    }

    fn pii(&mut self) -> Pii<Box<str>> {
        Pii::new(self.text())
    }

    fn float(&mut self) -> f64 {
        // Any but NaN, which is not equal to itself.
        let float = f64::from_bits(self.roll());
        if float.is_nan() { -0.5 } else { float }
    }

    fn at(&mut self) -> Timestamp {
        Timestamp::from_micros(self.roll().cast_signed())
    }

    fn ip(&mut self) -> IpAddr {
        let bits = (u128::from(self.roll()) << 64) | u128::from(self.roll());
        if self.flag() { IpAddr::V6(bits.into()) } else { IpAddr::V4((self.roll() as u32).into()) }
    }

    fn tag(&mut self) -> Tag {
        Tag::new(self.roll())
    }

    fn event_id(&mut self) -> EventId {
        let [a, b] = [self.roll(), self.roll()].map(u64::to_be_bytes);
        EventId::from_bytes([a, b].concat().try_into().unwrap())
    }

    fn action(&mut self) -> Action {
        let n = usize::try_from(self.below(11)).unwrap();
        Action::KNOWN.get(n).cloned().unwrap_or_else(|| Action::Custom("redeem-voucher".into()))
    }

    fn mechanism(&mut self) -> Mechanism {
        let kinds = [
            MechanismKind::Password,
            MechanismKind::Social,
            MechanismKind::OneTimeCode,
            MechanismKind::U2f,
            MechanismKind::RsaKey,
            MechanismKind::SmsCode,
            MechanismKind::MagicLink,
            MechanismKind::Recaptcha,
            MechanismKind::BioMetric,
            MechanismKind::PushNotification,
            MechanismKind::Passkey,
            MechanismKind::Other(self.text()),
        ];
        let failures = [
            FailureReason::UnknownUsername,
            FailureReason::BadPassword,
            FailureReason::InvalidProof,
            FailureReason::Timeout,
            FailureReason::RateLimit,
            FailureReason::BannedUser,
            FailureReason::Provider,
            FailureReason::InternalError,
            FailureReason::AuthenticationFailure,
            FailureReason::Other(self.text()),
        ];
        Mechanism {
            kind: kinds[usize::try_from(self.below(12)).unwrap()].clone(),
            succeeded: self.maybe(Self::flag),
            failure: self.maybe(|dice| failures[usize::try_from(dice.below(10)).unwrap()].clone()),
            provider: self.maybe(Self::text),
            sent_to: self.maybe(Self::pii),
        }
    }

    fn device(&mut self) -> Device {
        Device {
            aliases: self.some(4, |dice| DeviceAlias {
                kind: dice.of::<DeviceAliasKind>(2),
                id: DeviceId::new(dice.text()).unwrap(),
            }),
            kind: self.maybe(Self::text),
            manufacturer: self.maybe(Self::text),
            model: self.maybe(Self::text),
            os: self.maybe(Self::text),
            browser: self.maybe(Self::text),
            language: self.maybe(Self::text),
            time_zone: self.maybe(Self::text),
            screen: self.maybe(Self::text),
            components: self.some(5, |dice| (dice.text(), dice.text())),
        }
    }

    fn location(&mut self) -> Location {
        Location {
            country: self.maybe(|dice| CountryCode::new(if dice.flag() { "DE" } else { "DEU" }).unwrap()),
            latitude: self.maybe(Self::float),
            longitude: self.maybe(Self::float),
            city: self.maybe(Self::text),
            region: self.maybe(Self::text),
            address: self.some(3, |dice| (dice.text(), dice.pii())),
        }
    }

    fn payment(&mut self) -> Payment {
        Payment {
            amount: self.maybe(|dice| Money { ten_thousandths: dice.roll().cast_signed(), currency: *b"EUR" }),
            method: self.maybe(Self::text),
            method_id: self.maybe(Self::pii),
            payee: self.maybe(Self::pii),
            direction: self.maybe(|dice| dice.of::<PaymentDirection>(2)),
            counterparty: self.maybe(Self::pii),
            ..Payment::default()
        }
    }

    fn behavior(&mut self) -> Behavior {
        Behavior {
            keys: self.maybe(|dice| dice.roll() as u32),
            pastes: self.maybe(|dice| dice.roll() as u32),
            key_hold_ms: self.maybe(Self::float),
            key_flight_ms: self.maybe(Self::float),
            pointer_moves: self.maybe(|dice| dice.roll() as u32),
            form_ms: self.maybe(Self::float),
            // It came later: see `interaction`.
            interaction: None,
        }
    }

    /// What single strokes and moves come to, each count another.
    pub(super) fn interaction(&mut self) -> Interaction {
        let mut n = || self.roll() as u32;
        Interaction {
            inputs: InputKinds::from_bits(n()),
            keyless_inputs: n(),
            holds: n(),
            tight_holds: n(),
            gaps: n(),
            tight_gaps: n(),
            flights: n(),
            even_flights: n(),
            clicks: n(),
            far_clicks: n(),
            jumps: n(),
            pathless_clicks: n(),
            other_clicks: n(),
            corner_clicks: n(),
            strokes: n(),
            straight_strokes: n(),
            slanted_strokes: n(),
            turns: n(),
            straight_turns: n(),
            small_turns: n(),
            right_turns: n(),
            path_px: n(),
            moving_ms: n(),
            latencies: n(),
            latency_ms: n(),
            moved_ms: Some((n().into(), n().into())),
        }
    }

    fn event(&mut self) -> Event {
        Event {
            id: self.event_id(),
            application: ApplicationId::new(self.text()).unwrap(),
            source: self.of::<Source>(5),
            action: self.action(),
            outcome: self.of::<Outcome>(3),
            account: self.maybe(|dice| AccountId::new(dice.text()).unwrap()),
            authenticated_account: self.maybe(|dice| AccountId::new(dice.text()).unwrap()),
            username: self.maybe(Self::pii),
            mechanisms: self.some(4, Self::mechanism),
            device: self.maybe(Self::device).unwrap_or_default(),
            network: Network {
                ip: self.maybe(Self::ip),
                user_agent: self.maybe(Self::text),
                origin: self.maybe(Self::text),
            },
            location: self.maybe(Self::location),
            behavior: self.maybe(Self::behavior),
            payment: self.maybe(Self::payment),
            person: Person {
                email: self.maybe(Self::pii),
                phone: self.maybe(Self::pii),
                name: self.maybe(Self::pii),
                ..Person::default()
            },
            app: self.maybe(|dice| App {
                name: dice.maybe(Self::text),
                platform: dice.maybe(Self::text),
                domain: dice.maybe(Self::text),
            }),
            session: self.maybe(|dice| SessionId::new(dice.text()).unwrap()),
            correlation: self.maybe(|dice| CorrelationId::new(dice.text()).unwrap()),
            custom: self.maybe(|dice| FreeFields::new(dice.text()).unwrap()),
            unknown: self.maybe(|dice| FreeFields::new(dice.text()).unwrap()),
            incumbent_verdict: self.maybe(|dice| dice.of::<Verdict>(4)),
            at: self.at(),
            at_clamped: self.flag(),
            vouched: true,
            received_at: self.at(),
        }
    }

    fn finding(&mut self) -> Finding {
        let value = |dice: &mut Self| match dice.below(4) {
            0 => EvidenceValue::Count(dice.roll()),
            1 => EvidenceValue::Number(dice.float()),
            2 => EvidenceValue::Text(dice.text()),
            _ => EvidenceValue::Flag(dice.flag()),
        };
        Finding {
            reason: ReasonCode::ALL[usize::try_from(self.below(80)).unwrap()],
            nats: self.float(),
            evidence: self.some(3, |dice| Evidence { name: Cow::Owned(dice.text().into_string()), value: value(dice) }),
        }
    }

    fn assessment(&mut self, event: EventId) -> Assessment {
        Assessment {
            event,
            judged_at: self.at(),
            log_odds: LogOdds::new(self.float()),
            risk_score: RiskScore::from_hundredths(u16::try_from(self.below(10_001)).unwrap()).unwrap(),
            verdict: self.of::<Verdict>(4),
            answered: self.maybe(|dice| dice.of::<Verdict>(4)),
            findings: self.some(8, Self::finding),
            features: FeatureVector {
                schema: self.roll() as u16,
                values: self.some(50, |dice| if dice.flag() { dice.below(100) as f32 } else { dice.float() as f32 }),
            },
            policy: PolicyVersion { id: self.text(), version: self.roll() as u32 },
            suggested_challenges: self.some(3, |dice| dice.of::<ChallengeKind>(7)),
            history_depth: self.roll() as u32,
            payment: PaymentView {
                action: self.of::<PaymentAction>(3),
                score: self.roll() as u8,
                source: PaymentSource::Judgement,
            },
            news: News::default(),
            rules: Vec::new(),
            verdict_before_rules: None,
            listed: Vec::new(),
            aggregates: Vec::new(),
        }
    }

    fn enrichment(&mut self) -> Enrichment {
        Enrichment {
            address: self.maybe(|dice| dice.of::<AddressKind>(6)),
            agent: self.maybe(|dice| AgentTraits {
                kind: dice.of::<AgentKind>(5),
                browser: dice.maybe(Self::text),
                browser_major: dice.maybe(|dice| dice.roll() as u32),
                os: dice.maybe(Self::text),
            }),
            credential: self
                .maybe(|dice| CredentialStatus { password_breached: dice.flag(), username_breached: dice.flag() }),
            ..Enrichment::default()
        }
    }

    /// An entry with all that its second version has; the dice fall for the rest as they did for the first.
    pub(super) fn entry_v2(&mut self) -> Entry {
        let mut entry = self.entry();
        let text = |dice: &mut Self| dice.text().into();
        let n_claims = if self.full { 3 } else { self.below(4) };
        entry.enrichment = Enrichment {
            country: self.maybe(|_| CountryCode::new("PT").unwrap()),
            region: self.maybe(text),
            city: self.maybe(text),
            coordinates: self.maybe(|dice| {
                let up_to = |dice: &mut Self, max: u64| i32::try_from(dice.below(2 * max)).unwrap() - max as i32;
                let (latitude, longitude) = (up_to(dice, 90_000_000), up_to(dice, 180_000_000));
                Coordinates::from_microdegrees(latitude, longitude).unwrap()
            }),
            accuracy_km: self.maybe(|dice| dice.roll() as u16),
            asn: self.maybe(|dice| dice.roll() as u32),
            organization: self.maybe(text),
            networks: (0..n_claims)
                .map(|_| NetworkClaim { kind: self.of::<NetworkKind>(7), said_by: self.text().into() })
                .collect(),
            ..entry.enrichment
        };
        entry
    }

    fn snapshot(&mut self) -> DeviceSnapshot {
        DeviceSnapshot {
            id: DeviceId::new(self.text()).unwrap(),
            kind: self.maybe(Self::text),
            manufacturer: self.maybe(Self::text),
            model: self.maybe(Self::text),
            os: self.maybe(Self::text),
            ip: self.maybe(Self::ip),
            user_agent: self.maybe(Self::text),
            at: self.at(),
        }
    }

    pub(super) fn entry(&mut self) -> Entry {
        let event = self.event();
        let teachings = [
            Teaching::Nothing,
            Teaching::AtConclusion,
            Teaching::Learn,
            Teaching::Quarantine { matures: true },
            Teaching::Quarantine { matures: false },
        ];
        let mut enrichment = self.enrichment();
        let assessment = self.maybe(|dice| dice.assessment(event.id));
        // What is known of the contact is what was found of it.
        let mut findings = assessment.iter().flat_map(|assessment| &assessment.findings);
        enrichment.email_disposable =
            findings.any(|finding| finding.reason == ReasonCode::EmailDisposable).then_some(true);
        Entry {
            enrichment,
            assessment,
            teaching: teachings[usize::try_from(self.below(5)).unwrap()],
            previous_device: self.maybe(Self::snapshot),
            sighting: None,
            changes: Vec::new(),
            tellings: Vec::new(),
            tagged: None,
            retry: self.maybe(|dice| RetryKey {
                key: *dice.event_id().as_bytes(),
                body: *dice.event_id().as_bytes(),
                until: dice.at(),
            }),
            event,
        }
    }

    /// An entry with all that its third version has.
    pub(super) fn entry_v3(&mut self) -> Entry {
        let mut entry = self.entry_v2();
        if let Some(assessment) = &mut entry.assessment {
            assessment.news = self.news();
        }
        entry
    }

    /// An entry with all that its fourth version has. What was before a change is read from other entries.
    pub(super) fn entry_v4(&mut self) -> Entry {
        let mut entry = self.entry_v3();
        if let Some(assessment) = &mut entry.assessment {
            assessment.payment.source = self.of::<PaymentSource>(3);
        }
        let address = |dice: &mut Self| Box::new(dice.location());
        entry.event.person = Person {
            country: self.maybe(|_| CountryCode::new("PT").unwrap()),
            delivery_address: self.maybe(address),
            billing_address: self.maybe(address),
            payment_methods: self.maybe(|dice| dice.some(3, Self::pii)).unwrap_or_default(),
            social_accounts: self.maybe(|dice| dice.some(3, Self::pii)).unwrap_or_default(),
            password_changed: self.flag() || self.full,
            ..entry.event.person
        };
        entry.event.vouched = self.full || self.flag();
        if self.full {
            entry.event.outcome = Outcome::Succeeded;
        }
        entry.sighting = self.maybe(|dice| Sighting {
            id: AccountDeviceId::from_bytes([dice.roll() as u8; 12]),
            is_first: dice.flag(),
            is_listed: dice.flag(),
            n_devices: dice.roll() as u16,
        });
        let details: Vec<_> = entry.event.details().collect();
        for (kind, value) in details {
            let previous =
                self.maybe(|dice| PreviousDetail { value: DetailValue::Unsaid, sequence: dice.below(1_000) });
            let previous = previous.filter(|_| kind.is_single());
            let notify = self.maybe(|dice| PreviousDetail { value: DetailValue::Unsaid, sequence: dice.below(1_000) });
            entry.changes.extend(self.maybe(|_| DetailChange { kind, value, previous, notify }));
        }
        if let Some(assessment) = &mut entry.assessment {
            assessment.rules = self.some(3, Self::rule_match);
            assessment.verdict_before_rules = self.maybe(|dice| dice.of::<Verdict>(4));
        }
        entry
    }

    /// An entry with all that its fifth version has.
    pub(super) fn entry_v5(&mut self) -> Entry {
        let mut entry = self.entry_v4();
        if let Some(assessment) = &mut entry.assessment {
            assessment.listed = self.some(3, Self::text);
            assessment.aggregates =
                self.some(3, |dice| AggregateValue { id: AggregateId(dice.roll()), value: dice.float() });
            for matched in &mut assessment.rules {
                matched.is_snoozed = self.flag();
            }
        }
        entry
    }

    /// An entry with all that its sixth version has.
    pub(super) fn entry_v6(&mut self) -> Entry {
        let mut entry = self.entry_v5();
        if let Some(payment) = &mut entry.event.payment {
            payment.told_currency = self.maybe(Self::text);
            (payment.method_valid, payment.payee_valid) = (self.maybe(Self::flag), self.maybe(Self::flag));
        }
        entry
    }

    /// An entry with all that its seventh version has.
    pub(super) fn entry_v7(&mut self) -> Entry {
        let mut entry = self.entry_v6();
        if let Some(assessment) = &mut entry.assessment {
            for matched in &mut assessment.rules {
                matched.origin = self.maybe(|dice| dice.of::<Source>(5));
            }
        }
        entry
    }

    fn rule_match(&mut self) -> RuleMatch {
        RuleMatch {
            rule: self.text(),
            version: self.roll() as u32,
            origin: None,
            is_shadow: self.flag(),
            is_snoozed: false,
            effect: RuleEffect {
                score: ScoreChange::from_hundredths(i16::try_from(self.below(20_001)).unwrap() - 10_000).unwrap(),
                floor: self.maybe(|dice| dice.of::<Verdict>(4)),
                ceiling: self.maybe(|dice| dice.of::<Verdict>(4)),
                status: self.maybe(|dice| dice.of::<RuleStatus>(4)),
                tags: self.some(3, Self::text),
                queue: self.maybe(Self::text),
            },
        }
    }
}
