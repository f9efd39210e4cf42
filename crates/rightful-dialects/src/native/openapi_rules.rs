//! The contract of our own API about an application's rules: one function, never called, for each path, in the form that
//! utoipa reads; and the bodies that are read.

use utoipa::ToSchema;

use super::rules::RulesProblem;
use crate::rule_library::{RuleLibraryShown, RuleUpdates};
use crate::rules::{
    RuleBookShown, RuleCountsShown, RuleShown, RuleSnoozes, RuleTold, RuleVersionShown, RuleVersions, RulesChecked,
    RulesDiff, RulesStep, SnoozeShown,
};

/// Rules as a text.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
struct RulesImported {
    /// `[[rules]]` in TOML, as in a policy file.
    text: String,
    /// Only if this is the revision; 409 if it is another.
    revision: Option<u64>,
    /// Who changes it; the key's public name if it is not told.
    author: Option<String>,
}

/// What is to be checked: one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
struct RulesToCheck {
    /// One rule.
    rule: Option<RuleTold>,
    /// Rules as a text: `[[rules]]` in TOML.
    text: Option<String>,
}

/// How a ready rule is put in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
struct RuleToInstall {
    /// `active`, `shadow` or `off`; `shadow` if it is not told.
    mode: Option<String>,
    /// Only if this is the revision; 409 if it is another.
    revision: Option<u64>,
    /// Who changes it; the key's public name if it is not told.
    author: Option<String>,
}

/// Which ready rules are brought up to date.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
struct RulesToUpdate {
    /// The ready rules; all if none is told.
    ids: Option<Vec<String>>,
    /// Only if this is the revision; 409 if it is another.
    revision: Option<u64>,
    /// Who changes it; the key's public name if it is not told.
    author: Option<String>,
}

/// A snooze: either `minutes` or `until`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
struct SnoozeTold {
    /// The account.
    account: String,
    /// For how many minutes; at most 180 days.
    minutes: Option<u32>,
    /// Until when: RFC 3339 or Unix time; at most 180 days ahead.
    until: Option<String>,
    /// Why; at most 1024 bytes.
    note: Option<String>,
    /// Who says so; the key's public name if it is not told.
    author: Option<String>,
}

/// The application's rules: what is published, and what is different in the draft
#[utoipa::path(
    get, path = "/v1/rules", operation_id = "list_rules",
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_rules() {}

/// One rule
#[utoipa::path(
    get, path = "/v1/rules/{name}", operation_id = "show_rule",
    params(("name" = String, Path, description = "The rule")),
    responses(
        (status = 200, description = "The rule", body = RuleShown),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn show_rule() {}

/// Put a rule into the draft, or replace it there
#[utoipa::path(
    put, path = "/v1/rules/{name}", operation_id = "put_rule", request_body = RuleTold,
    params(("name" = String, Path, description = "The rule"), ("revision" = Option<u64>, Query, description = "Only if this is the revision; 409 if it is another")),
    responses(
        (status = 200, description = "The rule as it is in the draft", body = RuleShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn put_rule() {}

/// Take a rule out of the draft
#[utoipa::path(
    delete, path = "/v1/rules/{name}", operation_id = "remove_rule",
    params(("name" = String, Path, description = "The rule"), ("revision" = Option<u64>, Query, description = "Only if this is the revision; 409 if it is another")),
    responses(
        (status = 204, description = "It is not in the draft any more"),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn remove_rule() {}

/// Replace the whole draft by the rules of a text
#[utoipa::path(
    put, path = "/v1/rules/draft", operation_id = "import_rules", request_body = RulesImported,
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn import_rules() {}

/// Drop the draft: what is edited is what is published again
#[utoipa::path(
    delete, path = "/v1/rules/draft", operation_id = "discard_draft",
    params(("revision" = Option<u64>, Query, description = "Only if this is the revision; 409 if it is another")),
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn discard_draft() {}

/// Whether something could be rules. Nothing is kept
#[utoipa::path(
    post, path = "/v1/rules/check", operation_id = "check_rules", request_body = RulesToCheck,
    responses(
        (status = 200, description = "They could", body = RulesChecked),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn check_rules() {}

/// What is different in the draft, rule by rule
#[utoipa::path(
    get, path = "/v1/rules/diff", operation_id = "diff_rules",
    responses(
        (status = 200, description = "The differences", body = RulesDiff),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn diff_rules() {}

/// Publish the draft: the next event is judged by it. Where that takes two persons, it becomes a proposal
#[utoipa::path(
    post, path = "/v1/rules/publish", operation_id = "publish_rules", request_body = RulesStep,
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn publish_rules() {}

/// Publish the proposal, with another key than it was proposed with
#[utoipa::path(
    post, path = "/v1/rules/approve", operation_id = "approve_rules", request_body = RulesStep,
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 403, description = "Not with this key", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn approve_rules() {}

/// Drop the proposal
#[utoipa::path(
    post, path = "/v1/rules/reject", operation_id = "reject_rules", request_body = RulesStep,
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn reject_rules() {}

/// The ready rules of the library, and which rules of the draft come from them
#[utoipa::path(
    get, path = "/v1/rules/library", operation_id = "list_ready_rules",
    responses(
        (status = 200, description = "The ready rules", body = RuleLibraryShown),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_ready_rules() {}

/// Put a ready rule into the draft
#[utoipa::path(
    post, path = "/v1/rules/library/{id}/install", operation_id = "install_ready_rule", request_body = RuleToInstall,
    params(("id" = String, Path, description = "The ready rule")),
    responses(
        (status = 200, description = "The rule as it is in the draft", body = RuleShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such ready rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "There is a rule of its name, or the rules have changed since the revision told", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn install_ready_rule() {}

/// Bring the draft's rules from the library up to date; what was changed here stays
#[utoipa::path(
    post, path = "/v1/rules/library/update", operation_id = "update_ready_rules", request_body = RulesToUpdate,
    responses(
        (status = 200, description = "What became of them", body = RuleUpdates),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such ready rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn update_ready_rules() {}

/// Publish again, as a new version, what was published before
#[utoipa::path(
    post, path = "/v1/rules/rollback", operation_id = "roll_rules_back", request_body = RulesStep,
    responses(
        (status = 200, description = "The rules", body = RuleBookShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 409, description = "The rules have changed since the revision told, or it cannot be done as they are", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn roll_rules_back() {}

/// What was published, newest first
#[utoipa::path(
    get, path = "/v1/rules/versions", operation_id = "list_rule_versions",
    responses(
        (status = 200, description = "The versions", body = RuleVersions),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_rule_versions() {}

/// A published version with its rules
#[utoipa::path(
    get, path = "/v1/rules/versions/{version}", operation_id = "show_rule_version",
    params(("version" = u32, Path, description = "Its number")),
    responses(
        (status = 200, description = "The version", body = RuleVersionShown),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn show_rule_version() {}

/// What a rule did, day by day and version by version
#[utoipa::path(
    get, path = "/v1/rules/{name}/counts", operation_id = "count_rule",
    params(("name" = String, Path, description = "The rule"), ("days" = Option<u32>, Query, minimum = 1, maximum = 90, description = "Of so many days, today included; default 30, at most 90")),
    responses(
        (status = 200, description = "The counts", body = RuleCountsShown),
        (status = 400, description = "The days are not 1 to 90"),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn count_rule() {}

/// The accounts on which a rule does not act for now
#[utoipa::path(
    get, path = "/v1/rules/{name}/snoozes", operation_id = "list_snoozes",
    params(("name" = String, Path, description = "The rule")),
    responses(
        (status = 200, description = "The accounts", body = RuleSnoozes),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_snoozes() {}

/// Let a rule not act on an account for a while. It is still asked, and what it would have done is told
#[utoipa::path(
    post, path = "/v1/rules/{name}/snoozes", operation_id = "snooze_rule", request_body = SnoozeTold,
    params(("name" = String, Path, description = "The rule")),
    responses(
        (status = 201, description = "It is snoozed", body = SnoozeShown),
        (status = 400, description = "The request is malformed, or is not what a rule may be", body = RulesProblem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn snooze_rule() {}

/// Let a rule act on an account again
#[utoipa::path(
    delete, path = "/v1/rules/{name}/snoozes/{account}", operation_id = "end_snooze",
    params(("name" = String, Path, description = "The rule"), ("account" = String, Path, description = "The account, percent-encoded")),
    responses(
        (status = 204, description = "It acts again"),
        (status = 404, description = "There is no such rule", body = RulesProblem, content_type = "application/problem+json"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn end_snooze() {}
