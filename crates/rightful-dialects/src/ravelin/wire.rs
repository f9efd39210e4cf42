//! Ravelin's answers, field by field in the order of its documentation.

use serde::Serialize;
use serde_json::Value;

/// The answer to a scored event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScoredAnswer<'a> {
    pub(super) status: u16,
    /// A text, as in the documentation.
    pub(super) success: &'static str,
    pub(super) timestamp: String,
    pub(super) data: Data<'a>,
    /// Of logins and registrations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credential_status: Option<CredentialStatus>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) customer_changes: Vec<CustomerChange<'a>>,
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
    /// There only where it is true: whoever is signed in should be signed out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) revoke_session: bool,
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
    pub(super) new_value: Value,
    pub(super) previous_value: Value,
    #[serde(rename = "verificationURL")]
    pub(super) verification_url: String,
    pub(super) change_set_id: String,
    /// Of a changed contact: whom to tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notify: Option<Value>,
}

/// What is told of a request that cannot be carried out.
#[derive(Serialize)]
pub(super) struct ErrorAnswer<'a> {
    pub(super) status: u16,
    pub(super) message: &'a str,
    pub(super) timestamp: String,
    pub(super) retryable: bool,
}

/// The same of the two paths that have a shape of their own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TracedError<'a> {
    pub(super) status: u16,
    pub(super) message: &'a str,
    pub(super) trace_id: String,
    pub(super) timestamp: i64,
}

/// The answer to what is taken without a verdict, where a client reads one.
#[derive(Serialize)]
pub(super) struct Taken {
    pub(super) status: u16,
    pub(super) success: &'static str,
    pub(super) timestamp: String,
}

/// What is known of credentials.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialsAnswer {
    pub(super) username_breached: bool,
    pub(super) password_breached: bool,
}

/// The answer to a reclaim.
#[derive(Serialize)]
pub(super) struct ReclaimAnswer {
    pub(super) status: u16,
    pub(super) message: String,
}

/// A reviewer's word.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelAnswer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<&'a str>,
    pub(super) label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reviewer: Option<Reviewer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_time: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Reviewer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
}

/// All that reviewers said, oldest first.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelsAnswer<'a> {
    pub(super) customer_id: &'a str,
    pub(super) labels: Vec<LabelAnswer<'a>>,
}

/// The answer to a review in the newer form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_time: Option<String>,
}

/// A customer's tags, with the label that holds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagsAnswer<'a> {
    pub(super) customer_id: &'a str,
    pub(super) tag_names: &'a [Box<str>],
    pub(super) label: &'static str,
}

/// A message to a callback.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Callback<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer_id: Option<&'a str>,
    pub(super) action: &'static str,
    pub(super) score: u8,
    pub(super) source: &'static str,
    pub(super) score_id: &'a str,
    pub(super) comment: String,
}
