//! Sumsub's words and ours.

use rightful_domain::{Action, Case, EventStanding, Outcome, ReasonCode, Record, RuleEffect, RuleStatus, Verdict};

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

/// What is to be done about a transaction as it was judged last.
pub(super) fn doing(record: &Record, case: Option<&Case>) -> Doing {
    match EventStanding::scored(record, case) {
        EventStanding::LetThrough => Doing::Score,
        EventStanding::Held => Doing::OnHold,
        EventStanding::Asked => Doing::AwaitUser,
        EventStanding::Refused => Doing::Reject,
    }
}

/// As `reviewStatus`.
pub(super) const fn review_status(standing: EventStanding) -> &'static str {
    match standing {
        EventStanding::Held => "onHold",
        EventStanding::Asked => "awaitingUser",
        EventStanding::LetThrough | EventStanding::Refused => "completed",
    }
}

/// As `reviewAnswer`; None while it is open.
pub(super) const fn review_answer(standing: EventStanding) -> Option<&'static str> {
    match standing {
        EventStanding::Held | EventStanding::Asked => None,
        EventStanding::LetThrough => Some("GREEN"),
        EventStanding::Refused => Some("RED"),
    }
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
