//! How long cases wait: what a service level is measured by.

use std::time::Duration;

use rightful_domain::{CaseTimes, Percentiles, QueueTimes, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::response;
use crate::fields::Fault;
use crate::time::{rfc3339, text_moment};
use crate::{Call, Intake, Refusal, RefusalKind, Response};

/// How far back cases that are over are looked at, unless asked otherwise.
const DEFAULT_SPAN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Reads since when cases are asked for.
pub(super) fn asked(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut from = call.received_at.minus(DEFAULT_SPAN);
    for (name, value) in call.query.pairs()? {
        let read = if name == "from" { text_moment(&value) } else { Err(Fault::new("is not known here")) };
        from = read.map_err(|fault| {
            let Refusal { detail, .. } = Refusal::from(fault);
            let shown: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
            let detail = format!("the query parameter {shown} {detail}");
            Refusal { kind: RefusalKind::Malformed, detail, path: None }
        })?;
    }
    Ok(Intake::CaseTimes(from))
}

/// How long cases waited, queue by queue.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseTimesBody<'a> {
    items: Vec<QueueTimesBody<'a>>,
    /// Whether there were more cases than were looked at.
    is_partial: bool,
}

/// How long the cases of one queue waited.
#[derive(Serialize, ToSchema)]
pub(super) struct QueueTimesBody<'a> {
    queue: &'a str,
    /// Cases that wait for people now.
    n_waiting: u32,
    /// Those of them that are late.
    n_overdue: u32,
    /// Cases that wait for their person now.
    n_asked: u32,
    /// Cases that were opened since `from` and are decided.
    n_decided: u32,
    /// When the oldest of those that wait for people was opened.
    oldest_opened_at: Option<String>,
    /// How long that one waits, in seconds.
    oldest_age_s: Option<u64>,
    /// From opening to the first claim.
    to_claim_s: Option<PercentilesBody>,
    /// From opening to the decision.
    to_decide_s: Option<PercentilesBody>,
    /// From opening until now, of those that wait for people.
    age_s: Option<PercentilesBody>,
}

/// In seconds: half, nine of ten, and all but one of a hundred took no longer.
#[derive(Serialize, ToSchema)]
pub(super) struct PercentilesBody {
    p50: u64,
    p90: u64,
    p99: u64,
}

fn percentiles(told: Option<Percentiles>) -> Option<PercentilesBody> {
    let [p50, p90, p99] = told.map(|told| [told.p50, told.p90, told.p99].map(|span| span.as_secs()))?;
    Some(PercentilesBody { p50, p90, p99 })
}

fn queue_times<'a>(queue: &'a str, times: &QueueTimes, now: Timestamp) -> QueueTimesBody<'a> {
    QueueTimesBody {
        queue,
        n_waiting: times.n_waiting,
        n_overdue: times.n_overdue,
        n_asked: times.n_asked,
        n_decided: times.n_decided,
        oldest_opened_at: times.oldest_opened_at.map(rfc3339),
        oldest_age_s: times.oldest_opened_at.map(|at| now.since(at).as_secs()),
        to_claim_s: percentiles(times.to_claim()),
        to_decide_s: percentiles(times.to_decide()),
        age_s: percentiles(times.age()),
    }
}

/// How long cases wait.
pub(super) fn shown(call: &Call<'_>, times: &CaseTimes) -> Response {
    let items = times.queues.iter().map(|(queue, times)| queue_times(queue, times, call.received_at)).collect();
    response::json(200, &CaseTimesBody { items, is_partial: times.is_partial })
}

/// How long cases wait, queue by queue
#[utoipa::path(
    get, path = "/v1/cases/times", operation_id = "case_times",
    params(("from" = Option<String>, Query, description = "Of cases that are decided, those opened since: RFC 3339 or Unix time; default 7 days ago")),
    responses(
        (status = 200, description = "The queues", body = CaseTimesBody),
        (status = 400, description = "The request is malformed"),
        (status = 503, description = "Try again"),
    )
)]
#[expect(dead_code, reason = "carries a description")]
pub(super) fn case_times() {}
