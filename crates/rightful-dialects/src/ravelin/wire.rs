//! Ravelin's answers, field by field in the order of its documentation.

use serde::Serialize;

/// The answer to a scored login.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoginAnswer<'a> {
    pub(super) status: u16,
    /// A text, as in the documentation.
    pub(super) success: &'static str,
    pub(super) timestamp: String,
    pub(super) data: Data<'a>,
    pub(super) credential_status: CredentialStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_changes: Option<[CustomerChange<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<&'a str>,
    pub(super) action: &'static str,
    pub(super) score: u8,
    pub(super) source: &'static str,
    pub(super) score_id: &'a str,
    pub(super) ato: Takeover<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Takeover<'a> {
    pub(super) action: &'static str,
    pub(super) login_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialStatus {
    pub(super) password_breached: bool,
    pub(super) username_breached: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerChange<'a> {
    pub(super) change_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<&'a str>,
    pub(super) timestamp: String,
    pub(super) change_type: &'static str,
    pub(super) new_value: ChangedValue<'a>,
    pub(super) previous_value: ChangedValue<'a>,
    #[serde(rename = "verificationURL")]
    pub(super) verification_url: String,
    pub(super) change_set_id: String,
}

#[derive(Serialize)]
pub(super) struct ChangedValue<'a> {
    pub(super) device: ChangedDevice<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangedDevice<'a> {
    pub(super) device_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_manufacturer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_model: Option<&'a str>,
    #[serde(rename = "deviceOS", skip_serializing_if = "Option::is_none")]
    pub(super) device_os: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_agent: Option<&'a str>,
    pub(super) timestamp: String,
}

/// What a login that cannot be taken is told.
#[derive(Serialize)]
pub(super) struct ErrorAnswer<'a> {
    pub(super) status: u16,
    pub(super) message: &'a str,
    pub(super) timestamp: String,
    pub(super) retryable: bool,
}
