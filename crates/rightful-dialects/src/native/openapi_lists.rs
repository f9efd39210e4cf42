//! The contract of our paths about lists.

use super::lists::{
    EntriesTold, EntryBody, EntrySaid, GoneBody, ListBody, ListPageBody, ListTold, ListsBody, MatchesBody, ReportBody,
};

/// All lists of the application
#[utoipa::path(
    get, path = "/v1/lists", operation_id = "lists",
    responses(
        (status = 200, description = "By name", body = ListsBody),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn lists() {}

/// Keep a list: made if there is none of that name, else changed in its effect and note
#[utoipa::path(
    post, path = "/v1/lists", operation_id = "keep_list", request_body = ListTold,
    responses(
        (status = 200, description = "It was there and is changed", body = ListBody),
        (status = 201, description = "It is made", body = ListBody),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn keep_list() {}

/// Which lists is this on? One parameter must be given
#[utoipa::path(
    get, path = "/v1/lists/lookup", operation_id = "look_up_lists",
    params(
        ("account" = Option<String>, Query, description = "An account"),
        ("device" = Option<String>, Query, description = "A device, by any of its names"),
        ("ip" = Option<String>, Query, description = "An address, found by every network around it"),
        ("asn" = Option<String>, Query, description = "An autonomous system"),
        ("country" = Option<String>, Query, description = "A country"),
        ("email_domain" = Option<String>, Query, description = "A domain, found by those above it"),
        ("payee" = Option<String>, Query, description = "A payee"),
    ),
    responses(
        (status = 200, description = "The lists, with the entry that it is on each by", body = MatchesBody),
        (status = 400, description = "The request is malformed"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn look_up_lists() {}

/// A list
#[utoipa::path(
    get, path = "/v1/lists/{name}", operation_id = "list",
    params(
        ("name" = String, Path, description = "The list"),
    ),
    responses(
        (status = 200, description = "The list", body = ListBody),
        (status = 404, description = "There is no such list"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list() {}

/// Drop a list with all that is on it
#[utoipa::path(
    delete, path = "/v1/lists/{name}", operation_id = "drop_list",
    params(
        ("name" = String, Path, description = "The list"),
    ),
    responses(
        (status = 200, description = "It is gone", body = GoneBody),
        (status = 404, description = "There is no such list"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn drop_list() {}

/// What is on a list, a page at a time
#[utoipa::path(
    get, path = "/v1/lists/{name}/entries", operation_id = "list_entries",
    params(
        ("name" = String, Path, description = "The list"),
        ("after" = Option<String>, Query, description = "Begin after this entry: next_after of the page before"),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 1000, description = "At most this many; default 100"),
    ),
    responses(
        (status = 200, description = "One page", body = ListPageBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such list"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_entries() {}

/// Put one entry on a list, or up to 10 000 under `entries`. Of many, those that are wrong are told and the others are put
#[utoipa::path(
    post, path = "/v1/lists/{name}/entries", operation_id = "put_on_list", request_body = EntriesTold,
    params(
        ("name" = String, Path, description = "The list"),
    ),
    responses(
        (status = 200, description = "What became of them", body = ReportBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such list"),
        (status = 413, description = "The body is too large"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn put_on_list() {}

/// An entry of a list
#[utoipa::path(
    get, path = "/v1/lists/{name}/entries/{value}", operation_id = "list_entry",
    params(
        ("name" = String, Path, description = "The list"),
        ("value" = String, Path, description = "The entry, percent-encoded: 192.0.2.0%2F24"),
    ),
    responses(
        (status = 200, description = "The entry", body = EntryBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such entry"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn list_entry() {}

/// Put an entry on a list. No body is needed
#[utoipa::path(
    put, path = "/v1/lists/{name}/entries/{value}", operation_id = "put_list_entry", request_body = Option<EntrySaid>,
    params(
        ("name" = String, Path, description = "The list"),
        ("value" = String, Path, description = "The entry, percent-encoded: 192.0.2.0%2F24"),
    ),
    responses(
        (status = 200, description = "What became of it", body = ReportBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such list"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn put_list_entry() {}

/// Take an entry off a list
#[utoipa::path(
    delete, path = "/v1/lists/{name}/entries/{value}", operation_id = "take_off_list",
    params(
        ("name" = String, Path, description = "The list"),
        ("value" = String, Path, description = "The entry, percent-encoded: 192.0.2.0%2F24"),
    ),
    responses(
        (status = 200, description = "It is gone", body = GoneBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such entry"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn take_off_list() {}

/// Put lines of CSV (`value,expires_at,note,author`) or NDJSON on a list, up to 32 MiB
#[utoipa::path(
    post, path = "/v1/lists/{name}/import", operation_id = "import_list", request_body(content = String, content_type = "text/csv"),
    params(
        ("name" = String, Path, description = "The list"),
    ),
    responses(
        (status = 200, description = "What became of them", body = ReportBody),
        (status = 400, description = "The request is malformed"),
        (status = 404, description = "There is no such list"),
        (status = 413, description = "The body is too large"),
        (status = 415, description = "The body is of another type"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn import_list() {}

/// All that is on a list, as lines of NDJSON or CSV
#[utoipa::path(
    get, path = "/v1/lists/{name}/export", operation_id = "export_list",
    params(
        ("name" = String, Path, description = "The list"),
        ("format" = Option<String>, Query, description = "ndjson or csv; default: as the header accept says, else ndjson"),
    ),
    responses(
        (status = 200, description = "The lines", body = String, content_type = "application/x-ndjson"),
        (status = 404, description = "There is no such list"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn export_list() {}
