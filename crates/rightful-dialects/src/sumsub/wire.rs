//! Sumsub's answers, field by field.

use std::borrow::Cow;

use serde::Serialize;

/// A transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KytTxn<'a> {
    pub(super) id: String,
    pub(super) created_at: String,
    pub(super) client_id: &'a str,
    pub(super) applicant_id: Option<String>,
    pub(super) external_user_id: Option<&'a str>,
    pub(super) txn_id: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) kind: Cow<'a, str>,
    pub(super) data: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f64>,
    pub(super) review: Review<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scoring_result: Option<ScoringResult<'a>>,
    pub(super) txn_inactive: bool,
    pub(super) risk_labels: RiskLabels,
    pub(super) tags: Vec<&'a str>,
    /// What its person is asked, while it awaits that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) applicant_actions: Vec<Action>,
}

/// Something that a person is asked to do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: String,
    pub(super) valid_until: String,
}

/// How it stands.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review<'a> {
    pub(super) review_id: String,
    pub(super) attempt_id: String,
    pub(super) attempt_cnt: u32,
    pub(super) level_name: &'static str,
    pub(super) create_date: String,
    pub(super) review_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) review_result: Option<ReviewResult<'a>>,
}

/// How it ended.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewResult<'a> {
    pub(super) review_answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) review_reject_type: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) reject_labels: &'a [Box<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_comment: Option<&'a str>,
}

/// What was judged.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScoringResult<'a> {
    pub(super) score: f64,
    pub(super) dry_score: f64,
    pub(super) matched_rules: Vec<MatchedRule<'a>>,
    pub(super) action: &'static str,
    pub(super) rule_cnt: usize,
    pub(super) dry_run_rule_cnt: usize,
}

/// A rule that matched, or a reason that was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MatchedRule<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) name: &'a str,
    pub(super) revision: u32,
    pub(super) title: Cow<'a, str>,
    pub(super) score: f64,
    pub(super) dry_run: bool,
    pub(super) action: &'static str,
}

/// Labels of what was found.
#[derive(Serialize)]
pub(super) struct RiskLabels {
    pub(super) device: Vec<&'static str>,
}

/// An applicant.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Applicant<'a> {
    pub(super) id: String,
    pub(super) created_at: String,
    pub(super) client_id: &'a str,
    pub(super) inspection_id: String,
    pub(super) external_user_id: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) risk_labels: RiskLabels,
    pub(super) review: Review<'a>,
}

/// What became of a file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Imported {
    pub(super) created_cnt: u32,
    pub(super) duplicate_cnt: u32,
    pub(super) error_cnt: u32,
    pub(super) errors: Vec<LineError>,
}

/// A line that was not taken.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineError {
    pub(super) line: u32,
    pub(super) code: u16,
    pub(super) description: String,
}

/// What was not done, and why.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure<'a> {
    pub(super) description: &'a str,
    pub(super) code: u16,
    pub(super) correlation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_name: Option<&'static str>,
}

/// A message to a hook.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applicant_id: Option<String>,
    pub(super) applicant_type: &'static str,
    pub(super) correlation_id: String,
    pub(super) sandbox_mode: bool,
    pub(super) external_user_id: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) review_result: Option<ReviewResult<'a>>,
    pub(super) review_status: &'static str,
    pub(super) created_at: String,
    pub(super) created_at_ms: String,
    pub(super) client_id: &'a str,
    pub(super) kyt_txn_id: String,
    pub(super) kyt_data_txn_id: Option<&'a str>,
    pub(super) kyt_txn_type: Cow<'a, str>,
}

/// A message to a hook about a case.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseMessage<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applicant_id: Option<String>,
    pub(super) correlation_id: String,
    pub(super) sandbox_mode: bool,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) review_result: Option<ReviewResult<'a>>,
    pub(super) review_status: &'static str,
    pub(super) created_at: String,
    pub(super) created_at_ms: String,
    pub(super) kyt_case_id: String,
    pub(super) client_id: &'a str,
    pub(super) kyt_txn_id: String,
}
