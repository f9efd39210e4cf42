//! What a policy holds, key by key, as `default.toml` documents it.

use std::time::Duration;

use rightful_domain::{LogOdds, RiskScore, ScoreBudget};
use serde::Deserialize;

use super::evidence_limits::{
    ActionIsSuspectedFraud, BehaviorBot, BehaviorBotTyping, BehaviorInhumanInput, BehaviorSuspiciousMovement,
    CredentialCracking, CredentialEnumeration, CredentialSprayCampaign, CredentialStuffingCampaign, DeviceCookieReused,
    DeviceLocationAnomaly, DevicePayeeVelocity, DevicePayerVelocity, DeviceSpoofed, DeviceSuspectedBot,
    DeviceSuspiciousLanguage, DeviceSuspiciousTimezone, DeviceVm, ImpossibleTravel, IpPayerVelocity, IpRiskyAnonymize,
    IpTrusted, ProfileActivityAnomaly, ProfileChallengeFatigue, ProfileDeviceVelocity, ProfileDormantReturn,
    ProfileFamiliar, ProfileLocationAnomaly, ProfileLocationNew, ProfilePayeeNew, ProfilePaymentMethodNew,
    ProfilePayoutByNewcomer, ProfileRecoveryChain, ProfileTrusted, SessionTokenReplayed, Stranger,
    UserRecentlyReclaimed, UserTrusted,
};
use super::scale::{Days, Factor, Fraction, Growing, Limit, Nats, Points, Share, Tempered, Within};

/// How far below denial the budget leaves challenges at least, in points: the last thing that people notice of a policy
/// should not be the first.
const DENY_DISTANCE_POINTS: f64 = 5.0;

/// From which scores on each verdict is given.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bands {
    pub(super) deny_min: Points,
    pub(super) challenge_min: Points,
    pub(super) trust_max: Points,
}

impl Bands {
    /// The most log-odds whose score is still below challenge.
    pub(super) fn below_challenge(&self) -> LogOdds {
        let hundredths = hundredths(self.challenge_min).saturating_sub(1);
        let probability = f64::from(hundredths) / 10_000.0;
        LogOdds::new((probability / (1.0 - probability)).ln())
    }

    /// The least log-odds whose score is challenged.
    pub(super) fn at_challenge(&self) -> LogOdds {
        let probability = f64::from(hundredths(self.challenge_min)) / 10_000.0;
        LogOdds::new((probability / (1.0 - probability)).ln())
    }

    /// The bands with the challenge threshold where the budget has it: between trust and denial, with a band of
    /// challenges left in between. A policy that names another challenge threshold than the shipped one keeps it.
    pub(super) fn following(self, challenge_from: Option<LogOdds>) -> Self {
        self.following_points(challenge_from.map(|from| from.score().points()))
    }

    /// The same, by the points at which the budget has it.
    pub(super) fn following_points(self, challenge_from: Option<f64>) -> Self {
        let Some(from) = challenge_from.filter(|_| self.challenge_min.get() == ScoreBudget::START_POINTS) else {
            return self;
        };
        let highest = self.deny_min.get() - DENY_DISTANCE_POINTS;
        let least = self.trust_max.get() + 0.01;
        let points = from.min(highest).max(least);
        Points::try_from(points).map_or(self, |challenge_min| Self { challenge_min, ..self })
    }

    pub(super) fn denies(&self, score: RiskScore) -> bool {
        score.hundredths() >= hundredths(self.deny_min)
    }

    pub(super) fn challenges(&self, score: RiskScore) -> bool {
        score.hundredths() >= hundredths(self.challenge_min)
    }

    pub(super) fn may_trust(&self, score: RiskScore) -> bool {
        score.hundredths() <= hundredths(self.trust_max)
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.trust_max < self.challenge_min && self.challenge_min <= self.deny_min
    }
}

fn hundredths(points: Points) -> u16 {
    // Points are at most 100, so hundredths at most 10 000.
    (points.get() * 100.0).round() as u16
}

/// How findings are put together.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Combining {
    pub(super) family_fraction: Fraction,
}

/// The challenge budget.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spending {
    pub(super) challenge_share: Share,
}

/// From when on the account knows whom it was let through with.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Knowing {
    pub(super) young_days: Within<0, 3_650>,
}

impl Knowing {
    pub(super) fn youth(self) -> Duration {
        // Neither negative nor more than ten years.
        Duration::from_secs_f64(self.young_days.get() * 86_400.0)
    }
}

/// The thresholds and weights of all detectors: all that a detector may know of the policy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) struct Thresholds {
    pub(crate) profile_device_new: Tempered,
    pub(crate) profile_device_familiar: Growing,
    pub(crate) profile_device_familiar_model: Fixed,
    pub(crate) profile_ip_familiar: Growing,
    pub(crate) profile_action_velocity: ProfileActionVelocity,
    pub(crate) ip_action_velocity: IpActionVelocity,
    pub(crate) device_profile_velocity: DeviceProfileVelocity,
    pub(crate) device_suspicious_velocity: DeviceSuspiciousVelocity,
    pub(crate) device_risky_reputation: DeviceRiskyReputation,
    pub(crate) ip_risky_reputation: IpRiskyReputation,
    pub(crate) user_reported_compromise: Fixed,
    pub(crate) user_second_factor_passed: UserSecondFactorPassed,
    pub(crate) action_is_suspected_fraud: ActionIsSuspectedFraud,
    pub(crate) behavior_bot: BehaviorBot,
    pub(crate) behavior_bot_typing: BehaviorBotTyping,
    pub(crate) behavior_inhuman_input: BehaviorInhumanInput,
    pub(crate) behavior_suspicious_input: Fixed,
    pub(crate) behavior_suspicious_movement: BehaviorSuspiciousMovement,
    pub(crate) credential_breached: Fixed,
    pub(crate) credential_pair_breached: Fixed,
    pub(crate) credential_stuffing_campaign: CredentialStuffingCampaign,
    pub(crate) credential_spray_campaign: CredentialSprayCampaign,
    pub(crate) credential_cracking: CredentialCracking,
    pub(crate) credential_enumeration: CredentialEnumeration,
    pub(crate) device_bot: Fixed,
    pub(crate) device_cookie_reused: DeviceCookieReused,
    pub(crate) device_emulated_gpu: Fixed,
    pub(crate) device_emulator: Fixed,
    pub(crate) device_incognito_browser: Fixed,
    pub(crate) device_origin_anomaly: Fixed,
    pub(crate) device_suspicious_attribute: Fixed,
    pub(crate) device_suspicious_network: Fixed,
    pub(crate) device_spoofed: DeviceSpoofed,
    pub(crate) device_suspected_bot: DeviceSuspectedBot,
    pub(crate) device_suspicious_cpu_core: Fixed,
    pub(crate) device_suspicious_display: Fixed,
    pub(crate) device_vm: DeviceVm,
    pub(crate) device_impossible_travel: ImpossibleTravel,
    pub(crate) device_location_anomaly: DeviceLocationAnomaly,
    pub(crate) device_payee_velocity: DevicePayeeVelocity,
    pub(crate) device_payer_velocity: DevicePayerVelocity,
    pub(crate) device_platform_anomaly: Fixed,
    pub(crate) device_platform_automation: Fixed,
    pub(crate) device_suspicious_language: DeviceSuspiciousLanguage,
    pub(crate) device_suspicious_platform: Fixed,
    pub(crate) device_suspicious_timezone: DeviceSuspiciousTimezone,
    pub(crate) device_suspicious_useragent: Fixed,
    pub(crate) email_disposable: Fixed,
    pub(crate) ip_country_blocked: Fixed,
    pub(crate) ip_is_vpn: Fixed,
    pub(crate) ip_payer_velocity: IpPayerVelocity,
    pub(crate) ip_risky_anonymize: IpRiskyAnonymize,
    pub(crate) ip_trusted: IpTrusted,
    pub(crate) profile_activity_anomaly: ProfileActivityAnomaly,
    pub(crate) profile_challenge_fatigue: ProfileChallengeFatigue,
    pub(crate) profile_device_anomaly: Stranger,
    pub(crate) profile_device_velocity: ProfileDeviceVelocity,
    pub(crate) profile_dormant_return: ProfileDormantReturn,
    pub(crate) profile_familiar: ProfileFamiliar,
    pub(crate) profile_impossible_travel: ImpossibleTravel,
    pub(crate) profile_location_anomaly: ProfileLocationAnomaly,
    pub(crate) profile_location_new: ProfileLocationNew,
    pub(crate) profile_network_anomaly: Stranger,
    pub(crate) profile_payee_new: ProfilePayeeNew,
    pub(crate) profile_payment_method_new: ProfilePaymentMethodNew,
    pub(crate) profile_payout_by_newcomer: ProfilePayoutByNewcomer,
    pub(crate) profile_recovery_chain: ProfileRecoveryChain,
    pub(crate) profile_trusted: ProfileTrusted,
    pub(crate) session_token_replayed: SessionTokenReplayed,
    pub(crate) user_account_closed: Fixed,
    pub(crate) user_profile_anomaly: Stranger,
    pub(crate) user_recently_reclaimed: UserRecentlyReclaimed,
    pub(crate) user_trusted: UserTrusted,
}

/// A weight that does not grow.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixed {
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileActionVelocity {
    pub(crate) attempts_60s_max: Limit,
    pub(crate) attempts_1h_max: Limit,
    pub(crate) usual_factor: Factor,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpActionVelocity {
    pub(crate) attempts_60s_max: Limit,
    pub(crate) attempts_10min_max: Limit,
    pub(crate) attempts_1h_max: Limit,
    pub(crate) carrier_nat_factor: Factor,
    pub(crate) private_factor: Factor,
    pub(crate) familiar_accounts_per_limit: Factor,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceProfileVelocity {
    pub(crate) attempts_60s_max: Limit,
    pub(crate) attempts_1h_max: Limit,
    pub(crate) familiar_accounts_per_limit: Factor,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceSuspiciousVelocity {
    pub(crate) accounts_24h_min: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceRiskyReputation {
    pub(crate) nats: Nats,
    pub(crate) labelled_nats: Nats,
    pub(crate) known_days_min: Days,
    pub(crate) half_life_days: Days,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpRiskyReputation {
    pub(crate) nats: Nats,
    pub(crate) failing_nats: Nats,
    pub(crate) half_life_days: Days,
    pub(crate) attempts_24h_min: Limit,
    pub(crate) failure_ratio_min: Fraction,
    pub(crate) familiar_accounts_max: Limit,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSecondFactorPassed {
    pub(crate) resistant: Nats,
    pub(crate) phishable: Nats,
    pub(crate) by_contact: Nats,
    pub(crate) relayed_fraction: Fraction,
}

impl Thresholds {
    /// The first weight whose least is above its most, if any.
    pub(super) fn disordered(&self) -> Option<&'static str> {
        let ordered = [
            ("PROFILE_DEVICE_NEW.min", self.profile_device_new.is_ordered()),
            ("PROFILE_DEVICE_FAMILIAR.nats", self.profile_device_familiar.is_ordered()),
            ("PROFILE_IP_FAMILIAR.nats", self.profile_ip_familiar.is_ordered()),
            ("PROFILE_ACTION_VELOCITY.weight.nats", self.profile_action_velocity.weight.is_ordered()),
            ("IP_ACTION_VELOCITY.weight.nats", self.ip_action_velocity.weight.is_ordered()),
            ("DEVICE_PROFILE_VELOCITY.weight.nats", self.device_profile_velocity.weight.is_ordered()),
            ("DEVICE_SUSPICIOUS_VELOCITY.weight.nats", self.device_suspicious_velocity.weight.is_ordered()),
            ("CREDENTIAL_STUFFING_CAMPAIGN.weight.nats", self.credential_stuffing_campaign.weight.is_ordered()),
            ("CREDENTIAL_SPRAY_CAMPAIGN.weight.nats", self.credential_spray_campaign.weight.is_ordered()),
            ("CREDENTIAL_CRACKING.weight.nats", self.credential_cracking.weight.is_ordered()),
            ("CREDENTIAL_ENUMERATION.weight.nats", self.credential_enumeration.weight.is_ordered()),
            ("DEVICE_IMPOSSIBLE_TRAVEL.weight.nats", self.device_impossible_travel.weight.is_ordered()),
            ("DEVICE_PAYEE_VELOCITY.weight.nats", self.device_payee_velocity.weight.is_ordered()),
            ("DEVICE_PAYER_VELOCITY.weight.nats", self.device_payer_velocity.weight.is_ordered()),
            ("IP_PAYER_VELOCITY.weight.nats", self.ip_payer_velocity.weight.is_ordered()),
            ("PROFILE_ACTIVITY_ANOMALY.weight.nats", self.profile_activity_anomaly.weight.is_ordered()),
            ("PROFILE_CHALLENGE_FATIGUE.weight.nats", self.profile_challenge_fatigue.weight.is_ordered()),
            ("PROFILE_DEVICE_VELOCITY.weight.nats", self.profile_device_velocity.weight.is_ordered()),
            ("PROFILE_IMPOSSIBLE_TRAVEL.weight.nats", self.profile_impossible_travel.weight.is_ordered()),
        ];
        ordered.into_iter().find(|(_, is_ordered)| !is_ordered).map(|(key, _)| key)
    }
}
