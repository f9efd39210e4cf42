//! Events to test with, and the steps that most cases take.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    AccountId, Action, Application, ApplicationId, ApplicationMode, Assessment, Author, Behavior, Conclusion,
    Credential, CredentialKind, Device, DeviceAlias, DeviceAliasKind, DeviceId, Enrichment, Entry, Event, EventId,
    Evidence, EvidenceValue, FeatureVector, Feedback, FeedbackKind, FeedbackTarget, Finding, FreeFields, History,
    KeyDigest, Location, LogOdds, Mechanism, MechanismKind, Network, News, Outcome, Payment, PaymentAction,
    PaymentSource, PaymentView, Person, Pii, PolicyVersion, ReasonCode, Record, RiskScore, Search, Settings, Source,
    Span, Teaching, Timestamp, Verdict,
};

use super::{Backend, there};
use crate::{Applied, Recorded, Store};

/// The application of most cases.
pub const APPLICATION: &str = "shop";

/// When the first event happens: 2026-01-01.
pub(super) const START: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Who changes an application, a while after the first event.
pub(super) fn operator() -> Author {
    Author { name: Some("operator".into()), at: START.plus(Duration::from_secs(1_000)) }
}

/// Steps on a backend.
#[derive(Clone)]
pub struct Script {
    backend: Arc<dyn Backend>,
}

impl Script {
    /// On a backend.
    #[must_use]
    pub fn on(backend: &Arc<dyn Backend>) -> Self {
        Self { backend: Arc::clone(backend) }
    }

    /// The store as it is now.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.backend.store()
    }

    /// Counts an event, as of its receipt.
    pub async fn recall(&self, event: &Event) -> Result<History, String> {
        Ok(self.store().recall(event, &Enrichment::default(), event.received_at).await?)
    }

    /// Remembers an event that was judged so, with what it then may teach.
    pub async fn record(&self, event: &Event, verdict: Verdict) -> Result<Recorded, String> {
        Ok(self.store().record(judged(event, verdict)).await?)
    }

    /// Tells how an event ended.
    pub async fn conclude(&self, event: &Event, outcome: Outcome) -> Result<Record, String> {
        let (application, received_at) = (event.application.clone(), event.received_at);
        Ok(self.store().conclude(Conclusion { application, event: event.id, outcome, received_at }).await?)
    }

    /// Says something of an event.
    pub async fn say(&self, event: &Event, kind: FeedbackKind) -> Result<Applied, String> {
        let target = FeedbackTarget::Event(event.id);
        let (application, received_at) = (event.application.clone(), event.received_at);
        Ok(self.store().apply_feedback(Feedback { application, target, kind, received_at }).await?)
    }

    /// Says something of an account.
    pub async fn say_of_account(
        &self,
        account: &str,
        first_event: Option<&Event>,
        kind: FeedbackKind,
        received_at: Timestamp,
    ) -> Result<Applied, String> {
        let first_event = first_event.map(|event| event.id);
        let target = FeedbackTarget::Account { account: account_id(account), first_event };
        Ok(self.store().apply_feedback(Feedback { application: application(), target, kind, received_at }).await?)
    }

    /// What an event's keys remember, without leaving a trace: it is asked as if it were very late.
    pub async fn look(&self, event: &Event) -> Result<History, String> {
        // Too old to be counted (a week, so that its hour of the week is the same), and asked when the event itself came,
        // so that nothing matures on the way.
        let at = event.received_at.minus(Span::Week.duration());
        let asked = Event { id: id(u64::MAX), at, ..event.clone() };
        let now = event.received_at;
        Ok(self.store().recall(&asked, &Enrichment::default(), now).await?)
    }

    /// How often an event's account has seen its device, on events let through.
    pub async fn familiarity(&self, event: &Event) -> Result<u32, String> {
        let history = self.look(event).await?;
        let tag = there("the device's tag", history.device_tag)?;
        let account = there("the account's memory", history.account)?;
        Ok(account.profile.fact(rightful_domain::Family::Device, tag).map_or(0, |fact| fact.n))
    }

    /// Finds an event again.
    pub async fn find(&self, event: &Event) -> Result<Record, String> {
        there("the event", self.store().find(&event.application, event.id).await?)
    }
}

/// The application of most cases.
pub(super) fn application() -> ApplicationId {
    application_id(APPLICATION)
}

pub(super) fn application_id(name: &str) -> ApplicationId {
    ApplicationId::new(name).expect("the cases use proper ids")
}

pub(super) fn account_id(name: &str) -> AccountId {
    AccountId::new(name).expect("the cases use proper ids")
}

pub(super) fn device_id(name: &str) -> DeviceId {
    DeviceId::new(name).expect("the cases use proper ids")
}

/// The id of the n-th event.
pub(super) fn id(n: u64) -> EventId {
    let [a, b, c, d, e, f, g, h] = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    EventId::from_parts(u64::try_from(START.as_millis()).unwrap_or(0) + n % 1_000_000, [a, b, c, d, e, f, g, h, 1, 2])
}

/// The n-th event: a successful login with a password, n seconds after the start.
#[must_use]
pub fn login(n: u64, account: &str, device: &str, ip: &str) -> Event {
    let at = START.plus(std::time::Duration::from_secs(n));
    Event {
        outcome: Outcome::Succeeded,
        account: Some(account_id(account)),
        username: Some(Pii::new(format!("{account}@example.com").into())),
        mechanisms: vec![proof(MechanismKind::Password)],
        device: Device {
            aliases: vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id: device_id(device) }],
            os: Some("Android 16".into()),
            ..Device::default()
        },
        network: Network { ip: ip.parse::<IpAddr>().ok(), user_agent: None, origin: None },
        ..Event::new(id(n), application(), Source::Native, Action::Login, at)
    }
}

/// A mechanism that succeeded.
pub(super) fn proof(kind: MechanismKind) -> Mechanism {
    Mechanism { kind, succeeded: Some(true), failure: None, provider: None, sent_to: None }
}

/// An event with something in every field that is people's data.
pub(super) fn private_login(n: u64, account: &str) -> Event {
    let hidden = |text: &str| Some(Pii::new(text.into()));
    let mut event = login(n, account, "phone", "192.0.2.1");
    event.person = Person {
        email: hidden("anna@example.com"),
        phone: hidden("+4915100000"),
        name: hidden("Anna"),
        ..Person::default()
    };
    event.location = Some(Location {
        city: Some("Aachen".into()),
        address: vec![("street".into(), Pii::new("Am Dom 1".into()))],
        ..Location::default()
    });
    let mut code = proof(MechanismKind::MagicLink);
    code.sent_to = hidden("anna@example.com");
    event.mechanisms.push(code);
    event.payment = Some(Payment { payee: hidden("DE02"), method: Some("bank".into()), ..Payment::default() });
    event.custom = FreeFields::new(r#"{"tier":"gold"}"#);
    event.unknown = FreeFields::new(r#"{"x":1}"#);
    event.behavior = Some(Behavior { keys: Some(12), ..Behavior::default() });
    event
}

/// An event as judged, asked for and answered.
#[must_use]
pub fn judged(event: &Event, verdict: Verdict) -> Entry {
    answered(event, verdict, Some(verdict))
}

/// An event as judged, and what was told of it.
pub(super) fn answered(event: &Event, verdict: Verdict, answered: Option<Verdict>) -> Entry {
    let nats = f64::from(verdict as u8) - 1.5;
    let assessment = Assessment {
        event: event.id,
        judged_at: event.received_at,
        log_odds: LogOdds::new(nats),
        risk_score: RiskScore::default(),
        verdict,
        answered,
        findings: vec![Finding {
            reason: ReasonCode::ProfileDeviceNew,
            nats,
            evidence: vec![Evidence { name: "devices_known".into(), value: EvidenceValue::Count(3) }],
        }],
        features: FeatureVector { schema: 1, values: vec![1.0, 0.0, 0.25] },
        policy: PolicyVersion { id: "default".into(), version: 1 },
        suggested_challenges: Vec::new(),
        history_depth: 3,
        payment: PaymentView { action: PaymentAction::Allow, score: 0, source: PaymentSource::Judgement },
        news: News::default(),
        rules: Vec::new(),
        verdict_before_rules: None,
        listed: Vec::new(),
        aggregates: Vec::new(),
    };
    Entry {
        event: event.clone(),
        enrichment: Enrichment::default(),
        teaching: Teaching::of(event, Some(&assessment), event.outcome),
        assessment: Some(assessment),
        previous_device: None,
        sighting: None,
        changes: Vec::new(),
        tellings: Vec::new(),
        retry: None,
        tagged: None,
    }
}

/// A search for everything in the application of most cases.
pub(super) fn everything() -> Search {
    Search::of(application(), 100)
}

/// An application with one key.
pub(super) fn shop(name: &str) -> Application {
    Application {
        id: application_id(name),
        name: name.into(),
        test: false,
        mode: ApplicationMode::Enforce,
        credentials: vec![Credential {
            kind: CredentialKind::RavelinSecretKey,
            public_id: "".into(),
            secret_digest: Some(KeyDigest([7; 32])),
            sealed_secret: Some([1, 2, 3].into()),
        }],
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: START,
        settings: Settings::default(),
    }
}
