//! The answer when no judgement can be had: the application's stated verdict, never a silent allow.

use rightful_domain::{
    Action, Application, Assessment, Enrichment, Entry, Event, Evidence, EvidenceValue, FeatureVector, Finding,
    LogOdds, News, PaymentAction, PaymentSource, PaymentView, PolicyVersion, ReasonCode, Record, Teaching, Timestamp,
    Verdict,
};

/// Why no judgement could be had.
#[derive(Debug)]
pub(crate) enum Cause {
    /// It took longer than the application's deadline.
    Deadline,
    /// The store cannot be reached or written.
    StoreAway(Box<dyn std::error::Error + Send + Sync>),
    /// The store's queue is full.
    StoreBusy,
}

impl Cause {
    /// As spelled in metrics and logs.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::StoreAway(_) => "store_away",
            Self::StoreBusy => "store_busy",
        }
    }
}

/// The stated verdict for this action. Where a mistake costs money or the account itself, the stricter one.
pub(crate) fn verdict(application: &Application, action: &Action) -> Verdict {
    match action {
        Action::Login | Action::Register | Action::Logout | Action::CreditsChange => application.fallback_mild,
        Action::Transaction
        | Action::Checkout
        | Action::PasswordReset
        | Action::AccountDetailsChange
        | Action::AccountAuthChange
        | Action::Withdraw
        | Action::Custom(_) => application.fallback_strict,
    }
}

/// A record that was not recorded: it carries the fallback to the caller and says so.
pub(crate) fn answer(event: Event, application: &Application, now: Timestamp) -> Record {
    let verdict = verdict(application, &event.action);
    let evidence =
        vec![Evidence { name: "fallback_verdict".into(), value: EvidenceValue::Text(verdict.as_str().into()) }];
    let neutral = LogOdds::default();
    let assessment = Assessment {
        event: event.id,
        judged_at: now,
        log_odds: neutral,
        risk_score: neutral.score(),
        verdict,
        answered: Some(application.mode.answered(verdict)),
        findings: vec![Finding { reason: ReasonCode::EngineDegraded, nats: 0.0, evidence }],
        features: FeatureVector::default(),
        policy: PolicyVersion { id: "fallback".into(), version: 1 },
        suggested_challenges: Vec::new(),
        history_depth: 0,
        payment: PaymentView { action: PaymentAction::Allow, score: 0, source: PaymentSource::Judgement },
        news: News::default(),
        rules: Vec::new(),
        verdict_before_rules: None,
        listed: Vec::new(),
        aggregates: Vec::new(),
    };
    let entry = Entry {
        event,
        enrichment: Enrichment::default(),
        assessment: Some(assessment),
        teaching: Teaching::Nothing,
        previous_device: None,
        sighting: None,
        changes: Vec::new(),
        tellings: Vec::new(),
        retry: None,
        tagged: None,
    };
    Record { sequence: 0, entry, conclusion: None, feedback: Vec::new(), consumed_at: None }
}
