//! What the tests of the dialects share: a tenant, a moment, a call, and a judgement to answer with.

#![allow(dead_code, reason = "each test file is its own crate and uses its own part")]

pub(crate) mod accounts;
pub(crate) mod attempts;
pub(crate) mod backtests;
pub(crate) mod changed;
pub(crate) mod noted;
pub(crate) mod reviewed;
pub(crate) mod several;
pub(crate) mod vendor_rules;

use std::net::IpAddr;

use rightful_dialects::{
    ALL, Call, Dialect, Glossary, Intake, Method, Query, Refusal, Reply, Response, Route, RuleTitle,
};
use rightful_domain::{
    Application, ApplicationId, ApplicationMode, Assessment, ChallengeKind, Enrichment, Entry, Event, EventId,
    Evidence, EvidenceValue, FeatureVector, Finding, LogOdds, News, PaymentAction, PaymentSource, PaymentView,
    PolicyVersion, ReasonCode, Record, RuleEffect, RuleMatch, RuleStatus, ScoreChange, Sentences, Settings, Teaching,
    Timestamp, Verdict,
};

pub(crate) const LINK_KEY: [u8; 32] = [7; 32];
pub(crate) const PUBLIC_URL: &str = "https://rightful.example";
/// 2021-08-27T12:19:31.035741Z, as in the vendor's answer.
pub(crate) const RECEIVED_AT: Timestamp = Timestamp::from_micros(1_630_066_771_035_741);

pub(crate) fn event_id() -> EventId {
    EventId::from_parts(1_630_066_771_035, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
}

pub(crate) fn application() -> Application {
    Application {
        id: ApplicationId::new("shop").expect("an id"),
        name: "Shop".into(),
        test: false,
        mode: ApplicationMode::Enforce,
        credentials: Vec::new(),
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: RECEIVED_AT,
        settings: Settings::default(),
    }
}

pub(crate) fn glossary() -> Glossary {
    fn feature_names(schema: u16) -> &'static [&'static str] {
        match schema {
            1 => &["account_attempts_60s", "device_age_days", "novelty"],
            SIGNAL_SCHEMA => &SIGNALS,
            _ => &[],
        }
    }
    fn sentences(_event: &Event, assessment: &Assessment) -> Sentences {
        Sentences {
            analyst: format!("Judged {} with {} findings.", assessment.verdict.as_str(), assessment.findings.len()),
            person: "Please confirm that it is you.".to_owned(),
        }
    }
    Glossary { feature_names, sentences }
}

pub(crate) fn dialect(name: &str) -> &'static dyn Dialect {
    *ALL.iter().find(|dialect| dialect.name() == name).expect("a dialect of that name")
}

pub(crate) fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "PATCH" => Method::Patch,
        _ => Method::Post,
    }
}

/// A request, as a test tells it.
pub(crate) struct Request<'a> {
    pub(crate) route: &'static Route,
    pub(crate) parameters: Vec<(&'a str, &'a str)>,
    pub(crate) query: &'a str,
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) body: &'a [u8],
    pub(crate) received_at: Timestamp,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) settings: Settings,
}

impl<'a> Request<'a> {
    pub(crate) fn new(dialect: &dyn Dialect, name: &str, path: &'a str, body: &'a [u8]) -> Option<Self> {
        let routes = dialect.routes().iter().filter(|route| route.method == method(name));
        let (route, parameters) = routes.filter_map(|route| Some((route, parameters(route.path, path)?))).next()?;
        Some(Self::of(route, parameters, body))
    }

    pub(crate) fn of(route: &'static Route, parameters: Vec<(&'a str, &'a str)>, body: &'a [u8]) -> Self {
        let (query, headers, settings) = ("", Vec::new(), Settings::default());
        Self { route, parameters, query, headers, body, received_at: RECEIVED_AT, peer: None, settings }
    }

    pub(crate) fn query(mut self, query: &'a str) -> Self {
        self.query = query;
        self
    }

    /// Runs `act` with this request as a call.
    pub(crate) fn with_call<T>(&self, act: impl FnOnce(&Call<'_>) -> T) -> T {
        self.with_event(event_id(), act)
    }

    /// The same, as the request that becomes this event.
    pub(crate) fn with_event<T>(&self, event_id: EventId, act: impl FnOnce(&Call<'_>) -> T) -> T {
        let application = Application { settings: self.settings.clone(), ..application() };
        let header = |name: &str| self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        act(&Call {
            route: self.route,
            parameters: &self.parameters,
            query: Query(self.query),
            header: &header,
            body: self.body,
            application: &application,
            event_id,
            received_at: self.received_at,
            peer: self.peer,
            public_url: PUBLIC_URL,
            link_key: &LINK_KEY,
            glossary: glossary(),
            rule_title: &rule_title,
        })
    }

    pub(crate) fn decode(&self, dialect: &dyn Dialect) -> Result<Intake, Refusal> {
        self.with_call(|call| dialect.decode(call))
    }

    pub(crate) fn reply(&self, dialect: &dyn Dialect, reply: &Reply) -> Response {
        self.with_call(|call| dialect.answer(call, reply))
    }
}

/// The schema of a vector whose slots are [`SIGNALS`].
pub(crate) const SIGNAL_SCHEMA: u16 = 1_000;
/// What judgement finds out of a device, by the engine's names.
pub(crate) const SIGNALS: [&str; 7] = [
    "browser_private_window",
    "browser_renderer",
    "browser_emulated",
    "browser_contradictions",
    "browser_odd_attributes",
    "zone_gap_hours",
    "address_attempts_60s",
];

fn parameters<'a>(template: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut known, mut told) = (template.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (known.next(), told.next()) {
            (None, None) => return Some(parameters),
            (Some(known), Some(told)) => match known.strip_prefix('{').and_then(|known| known.strip_suffix('}')) {
                Some(name) => parameters.push((name, told)),
                None if known == told => {}
                None => return None,
            },
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}

/// What a rule is called whose name begins with a vendor's.
fn rule_title(name: &str) -> Option<RuleTitle> {
    let (vendor, _) = name.split_once('-').filter(|(vendor, _)| ["transmit", "sumsub"].contains(vendor))?;
    let origin = Some((vendor.to_owned(), format!("id-of-{name}")));
    Some(RuleTitle { title: format!("Title of {name}"), origin })
}

/// A judgement of an event, with something in every field.
pub(crate) fn assessment(event: EventId, verdict: Verdict) -> Assessment {
    Assessment {
        event,
        judged_at: RECEIVED_AT,
        log_odds: LogOdds::new(1.25),
        risk_score: LogOdds::new(1.25).score(),
        verdict,
        answered: Some(verdict),
        findings: vec![
            Finding {
                reason: ReasonCode::ProfileDeviceNew,
                nats: 1.5,
                evidence: vec![
                    Evidence { name: "known_devices".into(), value: EvidenceValue::Count(2) },
                    Evidence { name: "attempted".into(), value: EvidenceValue::Flag(true) },
                ],
            },
            Finding {
                reason: ReasonCode::ProfileIpFamiliar,
                nats: -0.25,
                evidence: vec![
                    Evidence { name: "days_seen".into(), value: EvidenceValue::Number(12.5) },
                    Evidence { name: "network".into(), value: EvidenceValue::Text("home".into()) },
                ],
            },
        ],
        features: FeatureVector { schema: 1, values: vec![3.0, f32::NAN, 0.1] },
        policy: PolicyVersion { id: "default".into(), version: 1 },
        suggested_challenges: vec![ChallengeKind::SecondFactor, ChallengeKind::EmailOrSms],
        history_depth: 12,
        payment: PaymentView { action: PaymentAction::Allow, score: 20, source: PaymentSource::Judgement },
        news: News::default(),
        rules: vec![RuleMatch {
            rule: "new-device-abroad".into(),
            version: 2,
            origin: None,
            is_shadow: false,
            is_snoozed: false,
            effect: RuleEffect {
                score: ScoreChange::from_hundredths(1_250).expect("in range"),
                floor: Some(Verdict::Challenge),
                ceiling: None,
                status: Some(RuleStatus::Suspicious),
                tags: vec!["travel".into()],
                queue: Some("takeovers".into()),
            },
        }],
        verdict_before_rules: Some(Verdict::Allow),
        listed: vec!["colleagues".into()],
        aggregates: Vec::new(),
    }
}

/// An event as it is remembered, judged or not.
pub(crate) fn record(event: Event, verdict: Option<Verdict>) -> Record {
    let assessment = verdict.map(|verdict| assessment(event.id, verdict));
    Record {
        sequence: 41,
        entry: Entry {
            event,
            enrichment: Enrichment::default(),
            assessment,
            teaching: Teaching::Nothing,
            previous_device: None,
            sighting: None,
            changes: Vec::new(),
            tellings: Vec::new(),
            retry: None,
            tagged: None,
        },
        conclusion: None,
        feedback: Vec::new(),
        consumed_at: None,
    }
}

/// An event in our own API's words.
pub(crate) fn event_json(event: &Event) -> serde_json::Value {
    let native = dialect("native");
    let request = Request::new(native, "GET", "/v1/assessments/x", b"").expect("a route");
    let response = request.reply(native, &Reply::Recalled(Box::new(record(event.clone(), None))));
    let body: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    body.get("event").cloned().expect("an event")
}
