//! The thresholds of single detectors, as `default.toml` documents them; those of velocities are beside the list.

use serde::Deserialize;

use super::scale::{Days, Factor, Fraction, Growing, Hours, Km, Limit, Milliseconds, Minutes, Nats, Speed};

/// From which speed on nobody travels; see `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImpossibleTravel {
    pub(crate) speed_kmh_min: Speed,
    pub(crate) distance_km_min: Km,
    pub(crate) accuracy_assumed_km: Km,
    pub(crate) weight: Growing,
}

/// From where on a stranger is much likelier than the owner; see `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stranger {
    pub(crate) stranger_nats_min: Nats,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionIsSuspectedFraud {
    pub(crate) findings_min: Limit,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceCookieReused {
    pub(crate) nats: Nats,
    pub(crate) went_back_nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehaviorBot {
    pub(crate) signs_min: Limit,
    pub(crate) keys_min: Limit,
    pub(crate) hold_ms_max: Milliseconds,
    pub(crate) flight_ms_max: Milliseconds,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehaviorInhumanInput {
    pub(crate) keys_min: Limit,
    pub(crate) keys_per_second_max: Limit,
    pub(crate) even_share_min: Fraction,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehaviorBotTyping {
    pub(crate) keys_min: Limit,
    pub(crate) at_once_share_min: Fraction,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehaviorSuspiciousMovement {
    pub(crate) jumps_min: Limit,
    pub(crate) lines_min: Limit,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialStuffingCampaign {
    pub(crate) net_failed_subjects_min: Limit,
    pub(crate) agent_failed_subjects_min: Limit,
    pub(crate) failure_ratio_min: Fraction,
    pub(crate) attempts_per_subject_max: Limit,
    pub(crate) agent_nats: Nats,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialSprayCampaign {
    pub(crate) subjects_min: Limit,
    pub(crate) failure_ratio_min: Fraction,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialCracking {
    pub(crate) strange_failures_24h_min: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CredentialEnumeration {
    pub(crate) unknown_usernames_min: Limit,
    pub(crate) unknown_ratio_min: Fraction,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceLocationAnomaly {
    pub(crate) distance_km_min: Km,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DevicePayeeVelocity {
    pub(crate) payees_24h_max: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DevicePayerVelocity {
    pub(crate) payers_24h_min: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpPayerVelocity {
    pub(crate) payers_24h_max: Limit,
    pub(crate) familiar_accounts_per_limit: Factor,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceSpoofed {
    pub(crate) contradictions_min: Limit,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceSuspectedBot {
    pub(crate) hints_min: Limit,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceSuspiciousLanguage {
    pub(crate) accounts_min: Limit,
    pub(crate) share_max: Fraction,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceSuspiciousTimezone {
    pub(crate) hours_min: Hours,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceVm {
    pub(crate) traits_min: Limit,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpRiskyAnonymize {
    pub(crate) tor: Nats,
    pub(crate) proxy: Nats,
    pub(crate) hosting: Nats,
    pub(crate) vpn: Nats,
    pub(crate) relay: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IpTrusted {
    pub(crate) life_days_min: Days,
    pub(crate) familiar_accounts_min: Limit,
    pub(crate) failure_ratio_max: Fraction,
    pub(crate) nats: Nats,
    pub(crate) allowed_nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileActivityAnomaly {
    pub(crate) amount_doublings_min: Limit,
    pub(crate) events_min: Limit,
    pub(crate) sequence_hours_max: Hours,
    pub(crate) hour_share_max: Fraction,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePayoutByNewcomer {
    pub(crate) account_days_min: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileChallengeFatigue {
    pub(crate) refused_10min_min: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileDeviceVelocity {
    pub(crate) devices_24h_max: Limit,
    pub(crate) weight: Growing,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileDormantReturn {
    pub(crate) idle_days_min: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileFamiliar {
    pub(crate) events_min: Limit,
    pub(crate) days_min: Days,
    pub(crate) owner_nats_min: Nats,
    pub(crate) family_nats_min: Nats,
    pub(crate) families_min: Limit,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileLocationAnomaly {
    pub(crate) stranger_nats_min: Nats,
    pub(crate) distance_km_min: Km,
    pub(crate) accuracy_assumed_km: Km,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileLocationNew {
    pub(crate) accuracy_assumed_km: Km,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePayeeNew {
    pub(crate) period_days: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePaymentMethodNew {
    pub(crate) period_days: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileRecoveryChain {
    pub(crate) days_max: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileTrusted {
    pub(crate) events_min: Limit,
    pub(crate) days_min: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionTokenReplayed {
    pub(crate) minutes_max: Minutes,
    pub(crate) distance_km_min: Km,
    pub(crate) accuracy_assumed_km: Km,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRecentlyReclaimed {
    pub(crate) days_max: Days,
    pub(crate) nats: Nats,
}

/// See `default.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserTrusted {
    pub(crate) days_min: Days,
    pub(crate) quiet_days_min: Days,
    pub(crate) nats: Nats,
    pub(crate) allowed_nats: Nats,
}
