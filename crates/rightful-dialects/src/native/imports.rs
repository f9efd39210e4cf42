//! Files of many transactions that were brought lately: how far they are, and what became of their lines.

use serde::Serialize;
use utoipa::ToSchema;

use super::response;
use crate::time::rfc3339;
use crate::{ImportShown, Response};

/// Files, newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportsBody<'a> {
    items: Vec<ImportBody<'a>>,
}

/// A file that is being taken, or was.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportBody<'a> {
    import_id: String,
    begun_at: String,
    /// Null while it is under way.
    ended_at: Option<String>,
    /// How many lines it has, but for empty ones.
    n_lines: u32,
    /// How many of them are done.
    n_done: u32,
    /// Lines that became events.
    n_created: u32,
    /// Lines whose event was there before.
    n_known: u32,
    /// Lines that could not be taken.
    n_refused: u32,
    /// Those, by their number from 1: the first thousand.
    refused: Vec<RefusedLine<'a>>,
}

/// A line that could not be taken.
#[derive(Serialize, ToSchema)]
pub(super) struct RefusedLine<'a> {
    line: u32,
    /// As in our other errors.
    code: &'static str,
    /// The path of the field at fault, if it is one's.
    path: Option<&'a str>,
    detail: &'a str,
}

fn body(import: &ImportShown) -> ImportBody<'_> {
    let ImportShown { id, begun_at, ended_at, n_lines, taken } = import;
    let refused = taken.refused.iter().map(|(line, refusal)| RefusedLine {
        line: *line,
        code: refusal.kind.code(),
        path: refusal.path.as_deref(),
        detail: &refusal.detail,
    });
    ImportBody {
        import_id: id.to_string(),
        begun_at: rfc3339(*begun_at),
        ended_at: ended_at.map(rfc3339),
        n_lines: *n_lines,
        n_done: taken.n_created + taken.n_known + taken.n_refused,
        n_created: taken.n_created,
        n_known: taken.n_known,
        n_refused: taken.n_refused,
        refused: refused.collect(),
    }
}

/// Files that were brought lately.
pub(super) fn shown(imports: &[ImportShown]) -> Response {
    response::json(200, &ImportsBody { items: imports.iter().map(body).collect() })
}

/// Files of many transactions that were brought lately, newest first, with their progress
#[utoipa::path(
    get, path = "/v1/imports", operation_id = "imports",
    responses(
        (status = 200, description = "The files", body = ImportsBody),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn imports() {}
