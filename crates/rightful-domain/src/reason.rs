//! Reasons: the codes a finding may carry, and the evidence beside them.
//!
//! Codes are spelled as the vendors spell them. The numbers are stored: one is never changed or used again. A code that no
//! detector raises any more stays here, so that an old record can still be read.

use std::borrow::Cow;

/// The most findings one assessment carries; the heaviest stay.
pub const FINDINGS_MAX: usize = 32;

/// Why something was judged as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReasonCode {
    /// `ACTION_IS_LEGIT`.
    ActionIsLegit = 1,
    /// `ACTION_IS_SUSPECTED_FRAUD`.
    ActionIsSuspectedFraud = 2,
    /// `BEHAVIOR_BOT`.
    BehaviorBot = 3,
    /// `BEHAVIOR_BOT_TYPING`.
    BehaviorBotTyping = 4,
    /// `BEHAVIOR_INHUMAN_INPUT`.
    BehaviorInhumanInput = 5,
    /// `BEHAVIOR_SUSPICIOUS_INPUT`.
    BehaviorSuspiciousInput = 6,
    /// `BEHAVIOR_SUSPICIOUS_MOVEMENT`.
    BehaviorSuspiciousMovement = 7,
    /// `DEVICE_BOT`.
    DeviceBot = 8,
    /// `DEVICE_COOKIE_REUSED`.
    DeviceCookieReused = 9,
    /// `DEVICE_EMULATED_GPU`.
    DeviceEmulatedGpu = 10,
    /// `DEVICE_EMULATOR`.
    DeviceEmulator = 11,
    /// `DEVICE_HISTORY_SUSPICIOUS_FINGERPRINT`.
    DeviceHistorySuspiciousFingerprint = 12,
    /// `DEVICE_IMPOSSIBLE_TRAVEL`.
    DeviceImpossibleTravel = 13,
    /// `DEVICE_INCOGNITO_BROWSER`.
    DeviceIncognitoBrowser = 14,
    /// `DEVICE_PRIVATE_BROWSER`.
    DevicePrivateBrowser = 15,
    /// `DEVICE_OLD_VERSION`.
    DeviceOldVersion = 16,
    /// `DEVICE_ORIGIN_ANOMALY`.
    DeviceOriginAnomaly = 17,
    /// `DEVICE_PAYEE_VELOCITY`.
    DevicePayeeVelocity = 18,
    /// `DEVICE_PAYER_VELOCITY`.
    DevicePayerVelocity = 19,
    /// `DEVICE_PLATFORM_ANOMALY`.
    DevicePlatformAnomaly = 20,
    /// `DEVICE_PLATFORM_AUTOMATION`.
    DevicePlatformAutomation = 21,
    /// `DEVICE_PROFILE_VELOCITY`.
    DeviceProfileVelocity = 22,
    /// `DEVICE_RISKY_REPUTATION`.
    DeviceRiskyReputation = 23,
    /// `DEVICE_ROOTED`.
    DeviceRooted = 24,
    /// `DEVICE_TAMPERED`.
    DeviceTampered = 25,
    /// `DEVICE_SPOOFED`.
    DeviceSpoofed = 26,
    /// `DEVICE_SUSPECTED_BOT`.
    DeviceSuspectedBot = 27,
    /// `DEVICE_SUSPICIOUS_ATTRIBUTE`.
    DeviceSuspiciousAttribute = 28,
    /// `DEVICE_SUSPICIOUS_CPU_CORE`.
    DeviceSuspiciousCpuCore = 29,
    /// `DEVICE_SUSPICIOUS_DISPLAY`.
    DeviceSuspiciousDisplay = 30,
    /// `DEVICE_SUSPICIOUS_LANGUAGE`.
    DeviceSuspiciousLanguage = 31,
    /// `DEVICE_SUSPICIOUS_NETWORK`.
    DeviceSuspiciousNetwork = 32,
    /// `DEVICE_SUSPICIOUS_PLATFORM`.
    DeviceSuspiciousPlatform = 33,
    /// `DEVICE_SUSPICIOUS_TIMEZONE`.
    DeviceSuspiciousTimezone = 34,
    /// `DEVICE_SUSPICIOUS_USERAGENT`.
    DeviceSuspiciousUseragent = 35,
    /// `DEVICE_SUSPICIOUS_VELOCITY`.
    DeviceSuspiciousVelocity = 36,
    /// `DEVICE_TAKEOVER`.
    DeviceTakeover = 37,
    /// `DEVICE_VM`.
    DeviceVm = 38,
    /// `IP_ACTION_VELOCITY`.
    IpActionVelocity = 39,
    /// `IP_COUNTRY_BLOCKED`.
    IpCountryBlocked = 40,
    /// `IP_IS_BIZ`.
    IpIsBiz = 41,
    /// `IP_IS_GOV`.
    IpIsGov = 42,
    /// `IP_IS_MIL`.
    IpIsMil = 43,
    /// `IP_IS_VPN`.
    IpIsVpn = 44,
    /// `IP_PAYER_VELOCITY`.
    IpPayerVelocity = 45,
    /// `IP_RISKY_ANONYMIZE`.
    IpRiskyAnonymize = 46,
    /// `IP_RISKY_REPUTATION`.
    IpRiskyReputation = 47,
    /// `IP_TRUSTED`.
    IpTrusted = 48,
    /// `PROFILE_ACTION_VELOCITY`.
    ProfileActionVelocity = 49,
    /// `PROFILE_ACTIVITY_ANOMALY`.
    ProfileActivityAnomaly = 50,
    /// `PROFILE_DEVICE_ANOMALY`.
    ProfileDeviceAnomaly = 51,
    /// `PROFILE_DEVICE_FAMILIAR`.
    ProfileDeviceFamiliar = 52,
    /// `PROFILE_DEVICE_FAMILIAR_MODEL`.
    ProfileDeviceFamiliarModel = 53,
    /// `PROFILE_DEVICE_NEW`.
    ProfileDeviceNew = 54,
    /// `PROFILE_DEVICE_VELOCITY`.
    ProfileDeviceVelocity = 55,
    /// `PROFILE_FAMILIAR`.
    ProfileFamiliar = 56,
    /// `PROFILE_IMPOSSIBLE_TRAVEL`.
    ProfileImpossibleTravel = 57,
    /// `PROFILE_IP_FAMILIAR`.
    ProfileIpFamiliar = 58,
    /// `PROFILE_LOCATION_ANOMALY`.
    ProfileLocationAnomaly = 59,
    /// `PROFILE_LOCATION_NEW`.
    ProfileLocationNew = 60,
    /// `PROFILE_NETWORK_ANOMALY`.
    ProfileNetworkAnomaly = 61,
    /// `PROFILE_TRUSTED`.
    ProfileTrusted = 62,
    /// `USER_PROFILE_ANOMALY`.
    UserProfileAnomaly = 63,
    /// `USER_TRUSTED`.
    UserTrusted = 64,
    /// `CREDENTIAL_BREACHED`.
    CredentialBreached = 65,
    /// `CREDENTIAL_PAIR_BREACHED`.
    CredentialPairBreached = 66,
    /// `CREDENTIAL_STUFFING_CAMPAIGN`.
    CredentialStuffingCampaign = 67,
    /// `CREDENTIAL_SPRAY_CAMPAIGN`.
    CredentialSprayCampaign = 68,
    /// `CREDENTIAL_CRACKING`.
    CredentialCracking = 69,
    /// `CREDENTIAL_ENUMERATION`.
    CredentialEnumeration = 70,
    /// `PROFILE_DORMANT_RETURN`.
    ProfileDormantReturn = 71,
    /// `PROFILE_RECOVERY_CHAIN`.
    ProfileRecoveryChain = 72,
    /// `PROFILE_CHALLENGE_FATIGUE`.
    ProfileChallengeFatigue = 73,
    /// `PROFILE_PAYMENT_METHOD_NEW`.
    ProfilePaymentMethodNew = 74,
    /// `PROFILE_PAYEE_NEW`.
    ProfilePayeeNew = 75,
    /// `USER_REPORTED_COMPROMISE`.
    UserReportedCompromise = 76,
    /// `USER_RECENTLY_RECLAIMED`.
    UserRecentlyReclaimed = 77,
    /// `SESSION_TOKEN_REPLAYED`.
    SessionTokenReplayed = 78,
    /// `EMAIL_DISPOSABLE`.
    EmailDisposable = 79,
    /// `ENGINE_DEGRADED`.
    EngineDegraded = 80,
    /// `USER_SECOND_FACTOR_PASSED`.
    UserSecondFactorPassed = 81,
    /// `USER_ACCOUNT_CLOSED`.
    UserAccountClosed = 82,
    /// `DEVICE_LOCATION_ANOMALY`.
    DeviceLocationAnomaly = 83,
    /// `PROFILE_PAYOUT_BY_NEWCOMER`.
    ProfilePayoutByNewcomer = 84,
}

impl ReasonCode {
    /// Every code, by number.
    pub const ALL: [Self; 84] = [
        Self::ActionIsLegit,
        Self::ActionIsSuspectedFraud,
        Self::BehaviorBot,
        Self::BehaviorBotTyping,
        Self::BehaviorInhumanInput,
        Self::BehaviorSuspiciousInput,
        Self::BehaviorSuspiciousMovement,
        Self::DeviceBot,
        Self::DeviceCookieReused,
        Self::DeviceEmulatedGpu,
        Self::DeviceEmulator,
        Self::DeviceHistorySuspiciousFingerprint,
        Self::DeviceImpossibleTravel,
        Self::DeviceIncognitoBrowser,
        Self::DevicePrivateBrowser,
        Self::DeviceOldVersion,
        Self::DeviceOriginAnomaly,
        Self::DevicePayeeVelocity,
        Self::DevicePayerVelocity,
        Self::DevicePlatformAnomaly,
        Self::DevicePlatformAutomation,
        Self::DeviceProfileVelocity,
        Self::DeviceRiskyReputation,
        Self::DeviceRooted,
        Self::DeviceTampered,
        Self::DeviceSpoofed,
        Self::DeviceSuspectedBot,
        Self::DeviceSuspiciousAttribute,
        Self::DeviceSuspiciousCpuCore,
        Self::DeviceSuspiciousDisplay,
        Self::DeviceSuspiciousLanguage,
        Self::DeviceSuspiciousNetwork,
        Self::DeviceSuspiciousPlatform,
        Self::DeviceSuspiciousTimezone,
        Self::DeviceSuspiciousUseragent,
        Self::DeviceSuspiciousVelocity,
        Self::DeviceTakeover,
        Self::DeviceVm,
        Self::IpActionVelocity,
        Self::IpCountryBlocked,
        Self::IpIsBiz,
        Self::IpIsGov,
        Self::IpIsMil,
        Self::IpIsVpn,
        Self::IpPayerVelocity,
        Self::IpRiskyAnonymize,
        Self::IpRiskyReputation,
        Self::IpTrusted,
        Self::ProfileActionVelocity,
        Self::ProfileActivityAnomaly,
        Self::ProfileDeviceAnomaly,
        Self::ProfileDeviceFamiliar,
        Self::ProfileDeviceFamiliarModel,
        Self::ProfileDeviceNew,
        Self::ProfileDeviceVelocity,
        Self::ProfileFamiliar,
        Self::ProfileImpossibleTravel,
        Self::ProfileIpFamiliar,
        Self::ProfileLocationAnomaly,
        Self::ProfileLocationNew,
        Self::ProfileNetworkAnomaly,
        Self::ProfileTrusted,
        Self::UserProfileAnomaly,
        Self::UserTrusted,
        Self::CredentialBreached,
        Self::CredentialPairBreached,
        Self::CredentialStuffingCampaign,
        Self::CredentialSprayCampaign,
        Self::CredentialCracking,
        Self::CredentialEnumeration,
        Self::ProfileDormantReturn,
        Self::ProfileRecoveryChain,
        Self::ProfileChallengeFatigue,
        Self::ProfilePaymentMethodNew,
        Self::ProfilePayeeNew,
        Self::UserReportedCompromise,
        Self::UserRecentlyReclaimed,
        Self::SessionTokenReplayed,
        Self::EmailDisposable,
        Self::EngineDegraded,
        Self::UserSecondFactorPassed,
        Self::UserAccountClosed,
        Self::DeviceLocationAnomaly,
        Self::ProfilePayoutByNewcomer,
    ];

    /// As spelled everywhere: API, console, logs, metrics.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table, one line a code")]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActionIsLegit => "ACTION_IS_LEGIT",
            Self::ActionIsSuspectedFraud => "ACTION_IS_SUSPECTED_FRAUD",
            Self::BehaviorBot => "BEHAVIOR_BOT",
            Self::BehaviorBotTyping => "BEHAVIOR_BOT_TYPING",
            Self::BehaviorInhumanInput => "BEHAVIOR_INHUMAN_INPUT",
            Self::BehaviorSuspiciousInput => "BEHAVIOR_SUSPICIOUS_INPUT",
            Self::BehaviorSuspiciousMovement => "BEHAVIOR_SUSPICIOUS_MOVEMENT",
            Self::DeviceBot => "DEVICE_BOT",
            Self::DeviceCookieReused => "DEVICE_COOKIE_REUSED",
            Self::DeviceEmulatedGpu => "DEVICE_EMULATED_GPU",
            Self::DeviceEmulator => "DEVICE_EMULATOR",
            Self::DeviceHistorySuspiciousFingerprint => "DEVICE_HISTORY_SUSPICIOUS_FINGERPRINT",
            Self::DeviceImpossibleTravel => "DEVICE_IMPOSSIBLE_TRAVEL",
            Self::DeviceIncognitoBrowser => "DEVICE_INCOGNITO_BROWSER",
            Self::DevicePrivateBrowser => "DEVICE_PRIVATE_BROWSER",
            Self::DeviceOldVersion => "DEVICE_OLD_VERSION",
            Self::DeviceOriginAnomaly => "DEVICE_ORIGIN_ANOMALY",
            Self::DevicePayeeVelocity => "DEVICE_PAYEE_VELOCITY",
            Self::DevicePayerVelocity => "DEVICE_PAYER_VELOCITY",
            Self::DevicePlatformAnomaly => "DEVICE_PLATFORM_ANOMALY",
            Self::DevicePlatformAutomation => "DEVICE_PLATFORM_AUTOMATION",
            Self::DeviceProfileVelocity => "DEVICE_PROFILE_VELOCITY",
            Self::DeviceRiskyReputation => "DEVICE_RISKY_REPUTATION",
            Self::DeviceRooted => "DEVICE_ROOTED",
            Self::DeviceTampered => "DEVICE_TAMPERED",
            Self::DeviceSpoofed => "DEVICE_SPOOFED",
            Self::DeviceSuspectedBot => "DEVICE_SUSPECTED_BOT",
            Self::DeviceSuspiciousAttribute => "DEVICE_SUSPICIOUS_ATTRIBUTE",
            Self::DeviceSuspiciousCpuCore => "DEVICE_SUSPICIOUS_CPU_CORE",
            Self::DeviceSuspiciousDisplay => "DEVICE_SUSPICIOUS_DISPLAY",
            Self::DeviceSuspiciousLanguage => "DEVICE_SUSPICIOUS_LANGUAGE",
            Self::DeviceSuspiciousNetwork => "DEVICE_SUSPICIOUS_NETWORK",
            Self::DeviceSuspiciousPlatform => "DEVICE_SUSPICIOUS_PLATFORM",
            Self::DeviceSuspiciousTimezone => "DEVICE_SUSPICIOUS_TIMEZONE",
            Self::DeviceSuspiciousUseragent => "DEVICE_SUSPICIOUS_USERAGENT",
            Self::DeviceSuspiciousVelocity => "DEVICE_SUSPICIOUS_VELOCITY",
            Self::DeviceTakeover => "DEVICE_TAKEOVER",
            Self::DeviceVm => "DEVICE_VM",
            Self::IpActionVelocity => "IP_ACTION_VELOCITY",
            Self::IpCountryBlocked => "IP_COUNTRY_BLOCKED",
            Self::IpIsBiz => "IP_IS_BIZ",
            Self::IpIsGov => "IP_IS_GOV",
            Self::IpIsMil => "IP_IS_MIL",
            Self::IpIsVpn => "IP_IS_VPN",
            Self::IpPayerVelocity => "IP_PAYER_VELOCITY",
            Self::IpRiskyAnonymize => "IP_RISKY_ANONYMIZE",
            Self::IpRiskyReputation => "IP_RISKY_REPUTATION",
            Self::IpTrusted => "IP_TRUSTED",
            Self::ProfileActionVelocity => "PROFILE_ACTION_VELOCITY",
            Self::ProfileActivityAnomaly => "PROFILE_ACTIVITY_ANOMALY",
            Self::ProfileDeviceAnomaly => "PROFILE_DEVICE_ANOMALY",
            Self::ProfileDeviceFamiliar => "PROFILE_DEVICE_FAMILIAR",
            Self::ProfileDeviceFamiliarModel => "PROFILE_DEVICE_FAMILIAR_MODEL",
            Self::ProfileDeviceNew => "PROFILE_DEVICE_NEW",
            Self::ProfileDeviceVelocity => "PROFILE_DEVICE_VELOCITY",
            Self::ProfileFamiliar => "PROFILE_FAMILIAR",
            Self::ProfileImpossibleTravel => "PROFILE_IMPOSSIBLE_TRAVEL",
            Self::ProfileIpFamiliar => "PROFILE_IP_FAMILIAR",
            Self::ProfileLocationAnomaly => "PROFILE_LOCATION_ANOMALY",
            Self::ProfileLocationNew => "PROFILE_LOCATION_NEW",
            Self::ProfileNetworkAnomaly => "PROFILE_NETWORK_ANOMALY",
            Self::ProfileTrusted => "PROFILE_TRUSTED",
            Self::UserProfileAnomaly => "USER_PROFILE_ANOMALY",
            Self::UserTrusted => "USER_TRUSTED",
            Self::CredentialBreached => "CREDENTIAL_BREACHED",
            Self::CredentialPairBreached => "CREDENTIAL_PAIR_BREACHED",
            Self::CredentialStuffingCampaign => "CREDENTIAL_STUFFING_CAMPAIGN",
            Self::CredentialSprayCampaign => "CREDENTIAL_SPRAY_CAMPAIGN",
            Self::CredentialCracking => "CREDENTIAL_CRACKING",
            Self::CredentialEnumeration => "CREDENTIAL_ENUMERATION",
            Self::ProfileDormantReturn => "PROFILE_DORMANT_RETURN",
            Self::ProfileRecoveryChain => "PROFILE_RECOVERY_CHAIN",
            Self::ProfileChallengeFatigue => "PROFILE_CHALLENGE_FATIGUE",
            Self::ProfilePaymentMethodNew => "PROFILE_PAYMENT_METHOD_NEW",
            Self::ProfilePayeeNew => "PROFILE_PAYEE_NEW",
            Self::UserReportedCompromise => "USER_REPORTED_COMPROMISE",
            Self::UserRecentlyReclaimed => "USER_RECENTLY_RECLAIMED",
            Self::SessionTokenReplayed => "SESSION_TOKEN_REPLAYED",
            Self::EmailDisposable => "EMAIL_DISPOSABLE",
            Self::EngineDegraded => "ENGINE_DEGRADED",
            Self::UserSecondFactorPassed => "USER_SECOND_FACTOR_PASSED",
            Self::UserAccountClosed => "USER_ACCOUNT_CLOSED",
            Self::DeviceLocationAnomaly => "DEVICE_LOCATION_ANOMALY",
            Self::ProfilePayoutByNewcomer => "PROFILE_PAYOUT_BY_NEWCOMER",
        }
    }

    /// The number under which it is stored.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The code of that number; None if there is none (yet).
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// The code of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// One reason with its evidence and its share of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which.
    pub reason: ReasonCode,
    /// Its share of the log-odds, in nats: above zero speaks for takeover, below zero for the owner.
    pub nats: f64,
    /// What it saw, so that a person can check it.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// True if it speaks for takeover.
    #[must_use]
    pub fn is_adverse(&self) -> bool {
        self.nats > 0.0
    }

    /// Its share in hundredths of a nat, as it is told to people.
    #[must_use]
    pub fn hundredths(&self) -> i32 {
        // Saturates, far beyond what any evidence weighs.
        (self.nats * 100.0).round() as i32
    }
}

/// One thing a finding saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What, with its unit: `attempts_60s`, `device_age_days`.
    pub name: Cow<'static, str>,
    /// How much.
    pub value: EvidenceValue,
}

/// How much of something was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum EvidenceValue {
    /// A count.
    Count(u64),
    /// A measure; the name says the unit.
    Number(f64),
    /// A word. Never a person's data.
    Text(Box<str>),
    /// A yes or no.
    Flag(bool),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_number_and_one_spelling() {
        for code in ReasonCode::ALL {
            assert_eq!(ReasonCode::from_number(code.number()), Some(code));
            assert_eq!(ReasonCode::parse(code.as_str()), Some(code));
        }
        let mut numbers: Vec<u8> = ReasonCode::ALL.iter().map(|code| code.number()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ReasonCode::ALL.len());
    }
}
