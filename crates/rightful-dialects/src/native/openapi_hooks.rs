//! The paths of hooks in the contract of our own API. The functions are never called; see `openapi`.

use super::hook_bodies::{
    DeliveriesBody, HookBody, HookChangeTold, HookTold, HooksBody, RedeliverTold, Redelivered, SecretTold,
    UndeliveredPage,
};

/// The hooks of your application, and how they are
#[utoipa::path(
    get, path = "/v1/hooks", operation_id = "list_hooks",
    responses(
        (status = 200, description = "All hooks", body = HooksBody),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_hooks() {}

/// Tell one more address of what happens. Its secret is answered this once
#[utoipa::path(
    post, path = "/v1/hooks", operation_id = "add_hook", request_body = HookTold,
    responses(
        (status = 200, description = "The hook, with its secret", body = HookBody),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn add_hook() {}

/// One hook, and how it is
#[utoipa::path(
    get, path = "/v1/hooks/{id}", operation_id = "show_hook",
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 200, description = "The hook", body = HookBody),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn show_hook() {}

/// Change a hook's address, or turn it on or off. What is absent stays
#[utoipa::path(
    put, path = "/v1/hooks/{id}", operation_id = "change_hook", request_body = HookChangeTold,
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 200, description = "The hook as it is now", body = HookBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn change_hook() {}

/// Tell an address no more. What waits for it, and its log, are forgotten
#[utoipa::path(
    delete, path = "/v1/hooks/{id}", operation_id = "remove_hook",
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn remove_hook() {}

/// Tell a hook of the application's latest event. No body is needed
#[utoipa::path(
    post, path = "/v1/hooks/{id}/test", operation_id = "test_hook",
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 202, description = "It is on its way"),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn test_hook() {}

/// Replace a hook's secret. The one before it signs as well for 24 hours
#[utoipa::path(
    post, path = "/v1/hooks/{id}/rotate", operation_id = "rotate_hook_secret", request_body = Option<SecretTold>,
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 200, description = "The hook, with its new secret", body = HookBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn rotate_hook_secret() {}

/// A hook's log: its newest 1000 tries, newest first
#[utoipa::path(
    get, path = "/v1/hooks/{id}/deliveries", operation_id = "hook_deliveries",
    params(("id" = String, Path, description = "The hook"), ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "At most this many; default 50"), ("cursor" = Option<String>, Query, description = "Continue after the page that answered this as next_cursor")),
    responses(
        (status = 200, description = "One page", body = DeliveriesBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn hook_deliveries() {}

/// Messages that a hook never took, oldest first
#[utoipa::path(
    get, path = "/v1/hooks/{id}/undelivered", operation_id = "hook_undelivered",
    params(("id" = String, Path, description = "The hook"), ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "At most this many; default 50"), ("cursor" = Option<String>, Query, description = "Continue after the page that answered this as next_cursor")),
    responses(
        (status = 200, description = "One page", body = UndeliveredPage),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn hook_undelivered() {}

/// Send again what a hook never took, under the same ids: all, or the messages named
#[utoipa::path(
    post, path = "/v1/hooks/{id}/redeliver", operation_id = "redeliver_to_hook", request_body = Option<RedeliverTold>,
    params(("id" = String, Path, description = "The hook")),
    responses(
        (status = 200, description = "They wait again", body = Redelivered),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such hook"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn redeliver_to_hook() {}
