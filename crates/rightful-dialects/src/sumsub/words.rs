//! Sumsub's words and ours.

use rightful_domain::{
    Action, Assessment, Case, DecisionKind, FeedbackKind, Outcome, ReasonCode, Record, RuleEffect, RuleMatch,
    RuleStatus, Verdict,
};

/// What a participant may be told to be, beside what judgement reads.
pub(super) const PARTY_KEPT: [&str; 18] = [
    "type",
    "fullNameEn",
    "firstNameEn",
    "lastNameEn",
    "middleName",
    "middleNameEn",
    "nameType",
    "dob",
    "placeOfBirth",
    "institutionExtractedInfo",
    "idDoc",
    "companyType",
    "registrationNumber",
    "licenseNumber",
    "leiCode",
    "ceo",
    "applicantId",
    "tin",
];
/// The finer lines of an address.
pub(super) const ADDRESS_LINES: [&str; 8] = [
    "postCode",
    "street",
    "subStreet",
    "buildingName",
    "flatNumber",
    "buildingNumber",
    "formattedAddress",
    "countryName",
];
/// What a transaction of a rarer type is about: kept as it is, and read by rules alone.
pub(super) const PASSED_THROUGH: [&str; 6] = [
    "gamblingBonusChangeInfo",
    "gamblingLimitChangeInfo",
    "iGamingSessionInfo",
    "auditTrailEventInfo",
    "kytTxnKycInfo",
    "triggerInfo",
];

/// The type of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Finance,
    TravelRule,
    Kyc,
    AuditTrailEvent,
    UserPlatformEvent,
    ScheduledEvent,
    IGamingSession,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Finance,
        Self::TravelRule,
        Self::Kyc,
        Self::AuditTrailEvent,
        Self::UserPlatformEvent,
        Self::ScheduledEvent,
        Self::IGamingSession,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Finance => "finance",
            Self::TravelRule => "travelRule",
            Self::Kyc => "kyc",
            Self::AuditTrailEvent => "auditTrailEvent",
            Self::UserPlatformEvent => "userPlatformEvent",
            Self::ScheduledEvent => "scheduledEvent",
            Self::IGamingSession => "iGamingSession",
        }
    }

    /// Whether it must say how much money goes where.
    pub(super) const fn is_payment(self) -> bool {
        matches!(self, Self::Finance | Self::TravelRule)
    }
}

/// The type of that spelling; a transaction that names none is of money.
pub(super) fn kind(told: Option<&str>) -> Option<Kind> {
    told.map_or(Some(Kind::Finance), |told| Kind::ALL.into_iter().find(|kind| kind.as_str() == told))
}

/// The types that are taken, as a part of a sentence.
pub(super) fn kinds() -> String {
    Kind::ALL.map(Kind::as_str).join(", ")
}

/// What is done by a transaction of that type. Money that goes out is a withdrawal, unless it is said to be a transfer.
pub(super) fn action(kind: Kind, direction: Option<&str>, sub: Option<&str>) -> Action {
    let is_transfer = sub.is_some_and(|sub| sub.to_ascii_lowercase().contains("transfer"));
    match kind {
        Kind::Finance | Kind::TravelRule if direction == Some("out") && !is_transfer => Action::Withdraw,
        Kind::Finance | Kind::TravelRule => Action::Transaction,
        Kind::Kyc | Kind::AuditTrailEvent | Kind::UserPlatformEvent | Kind::ScheduledEvent | Kind::IGamingSession => {
            Action::Custom(kind.as_str().into())
        }
    }
}

/// Why an event of the platform is none.
pub(super) const NO_PLATFORM_EVENT: &str =
    "must be one of login, failedLogin, signup, passwordReset, twoFaReset, general";

/// What is done by an event of the platform, and how it ended.
pub(super) fn platform_event(told: &str) -> Option<(Action, Outcome)> {
    Some(match told {
        "login" => (Action::Login, Outcome::Succeeded),
        "failedLogin" => (Action::Login, Outcome::Failed),
        "signup" => (Action::Register, Outcome::Succeeded),
        "passwordReset" => (Action::PasswordReset, Outcome::Succeeded),
        "twoFaReset" => (Action::AccountAuthChange, Outcome::Succeeded),
        "general" => (Action::Custom("general".into()), Outcome::Succeeded),
        _ => return None,
    })
}

/// What to do about a transaction; a later one is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doing {
    Score,
    OnHold,
    AwaitUser,
    Reject,
}

impl Doing {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::OnHold => "onHold",
            Self::AwaitUser => "awaitUser",
            Self::Reject => "reject",
        }
    }
}

/// What a rule asks for.
pub(super) fn doing_of_rule(effect: &RuleEffect) -> Doing {
    let needs_people = effect.queue.is_some() || effect.status == Some(RuleStatus::RequiresAction);
    match effect.floor {
        Some(Verdict::Deny) => Doing::Reject,
        Some(Verdict::Challenge) if !needs_people => Doing::AwaitUser,
        Some(Verdict::Trust | Verdict::Allow | Verdict::Challenge) | None if needs_people => Doing::OnHold,
        Some(Verdict::Trust | Verdict::Allow | Verdict::Challenge) | None => Doing::Score,
    }
}

/// What is to be done about a transaction that was judged so.
pub(super) fn doing(record: &Record) -> Doing {
    let Some(assessment) = &record.entry.assessment else { return Doing::Score };
    let waits = assessment.queue(&record.entry.event).is_some();
    match assessment.effective() {
        Verdict::Deny => Doing::Reject,
        Verdict::Challenge if assessment.rules.iter().any(asks_the_user) => Doing::AwaitUser,
        Verdict::Challenge if !waits => Doing::AwaitUser,
        Verdict::Challenge => Doing::OnHold,
        // Told to let it through in observe mode, though it would wait.
        Verdict::Trust | Verdict::Allow if waits && !is_overruled(assessment) => Doing::OnHold,
        Verdict::Trust | Verdict::Allow => Doing::Score,
    }
}

/// Whether a rule that the vendor's own API has written says to ask the person, which is stronger there than to hold.
fn asks_the_user(matched: &RuleMatch) -> bool {
    matched.acts()
        && matched.rule.starts_with(super::rules::PREFIX)
        && doing_of_rule(&matched.effect) == Doing::AwaitUser
}

fn is_overruled(assessment: &Assessment) -> bool {
    assessment.answered.is_some_and(|answered| answered != assessment.verdict)
}

/// How a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    OnHold,
    AwaitingUser,
    Green,
    Red,
}

impl Standing {
    /// As `reviewStatus`.
    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::OnHold => "onHold",
            Self::AwaitingUser => "awaitingUser",
            Self::Green | Self::Red => "completed",
        }
    }

    /// As `reviewAnswer`; None while it is open.
    pub(super) const fn answer(self) -> Option<&'static str> {
        match self {
            Self::OnHold | Self::AwaitingUser => None,
            Self::Green => Some("GREEN"),
            Self::Red => Some("RED"),
        }
    }
}

/// How a transaction stands: as people decided, or as the person answered, else as it was judged.
pub(super) fn standing(record: &Record, case: Option<&Case>) -> Standing {
    let decided = case.and_then(|case| case.decision.as_ref()).filter(|decision| decision.is_done);
    let answered = record.feedback.iter().rev().find_map(|said| {
        let standing = match said.kind {
            FeedbackKind::ConfirmedLegitimate | FeedbackKind::ChallengePassed { .. } => Standing::Green,
            FeedbackKind::ConfirmedTakeover | FeedbackKind::ChallengeFailed => Standing::Red,
            FeedbackKind::ChallengeIgnored | FeedbackKind::Reclaimed => return None,
        };
        Some((said.received_at, standing))
    });
    match (decided, answered) {
        (Some(decision), answered) if answered.is_none_or(|(at, _)| at < decision.effective_at) => {
            match decision.kind {
                DecisionKind::Approve => Standing::Green,
                DecisionKind::Reject => Standing::Red,
                DecisionKind::AskUser => Standing::AwaitingUser,
            }
        }
        (_, Some((_, standing))) => standing,
        (_, None) => match case
            .and_then(|case| case.rescored)
            .map_or_else(|| doing(record), |again| rescored(record, again.verdict))
        {
            Doing::Score => Standing::Green,
            Doing::OnHold => Standing::OnHold,
            Doing::AwaitUser => Standing::AwaitingUser,
            Doing::Reject => Standing::Red,
        },
    }
}

/// What is to be done about a transaction that was judged again.
fn rescored(record: &Record, verdict: Verdict) -> Doing {
    let mut again = record.clone();
    if let Some(assessment) = &mut again.entry.assessment {
        let is_enforced = assessment.answered.is_none_or(|answered| answered == assessment.verdict);
        assessment.verdict = verdict;
        if is_enforced {
            assessment.answered = Some(verdict);
        }
    }
    doing(&again)
}

/// The device labels, and the reasons that they stand for.
const DEVICE_LABELS: [(&str, &[ReasonCode]); 11] = [
    ("vpnUsage", &[ReasonCode::IpIsVpn]),
    ("torUsage", &[ReasonCode::IpRiskyAnonymize]),
    ("highRiskIp", &[ReasonCode::IpRiskyReputation]),
    ("manyApplicantsSameDevice", &[ReasonCode::DeviceSuspiciousVelocity]),
    ("multipleDevices", &[ReasonCode::ProfileDeviceVelocity]),
    ("emulator", &[ReasonCode::DeviceEmulator, ReasonCode::DeviceEmulatedGpu]),
    ("virtualMachine", &[ReasonCode::DeviceVm]),
    ("rooted", &[ReasonCode::DeviceRooted]),
    ("badBot", &[ReasonCode::DeviceBot, ReasonCode::BehaviorBot, ReasonCode::DevicePlatformAutomation]),
    ("tampering", &[ReasonCode::DeviceSpoofed, ReasonCode::DevicePlatformAnomaly, ReasonCode::DeviceTampered]),
    ("incognito", &[ReasonCode::DeviceIncognitoBrowser, ReasonCode::DevicePrivateBrowser]),
];

/// The reasons that a device label stands for; None if it is none of them.
pub(super) fn reasons_of_label(told: &str) -> Option<&'static [ReasonCode]> {
    DEVICE_LABELS.iter().find(|(label, _)| *label == told).map(|(_, reasons)| *reasons)
}

/// The device labels of what was found, in the order of the documentation.
pub(super) fn device_labels<'a>(found: impl Iterator<Item = ReasonCode> + Clone + 'a) -> Vec<&'static str> {
    let is_found = |reasons: &[ReasonCode]| found.clone().any(|reason| reasons.contains(&reason));
    DEVICE_LABELS.into_iter().filter(|(_, reasons)| is_found(reasons)).map(|(label, _)| label).collect()
}
