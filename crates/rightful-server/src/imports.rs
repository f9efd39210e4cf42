//! Files of many lines: each line is a request of its own, judged while the caller waits. A line that cannot be taken is
//! named in the answer, and the good ones around it are kept.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::Bytes;
use parking_lot::Mutex;
use rightful_dialects::{
    Call, Dialect, FILE_LINES_REFUSED_MAX, Fresh, ImportShown, Lines, LinesTaken, Refusal, RefusalKind, Told,
};
use rightful_domain::{Application, ApplicationId, EventId, Timestamp};
use rightful_store::StoreError;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock;
use crate::http::problem;
use crate::pipeline::{Asked, PipelineError};

/// Lines that are judged at once: each waits for the disk, and those that wait together share one sync.
const LINES_AT_ONCE_MAX: usize = 64;

/// The most files whose progress is kept; of more, the oldest go. In RAM alone: after a restart, nobody waits for them.
const KEPT_MAX: usize = 64;
/// The most lines that the progress of a file names.
const NAMED_MAX: usize = 1_000;

/// Files that were brought lately.
#[derive(Default)]
pub(crate) struct Imports(Mutex<VecDeque<(ApplicationId, ImportShown)>>);

impl Imports {
    /// An application's, newest first.
    pub(crate) fn of(&self, application: &ApplicationId) -> Vec<ImportShown> {
        let kept = self.0.lock();
        kept.iter().rev().filter(|(whose, _)| whose == application).map(|(_, shown)| shown.clone()).collect()
    }

    fn begin(&self, application: &ApplicationId, shown: ImportShown) {
        let mut kept = self.0.lock();
        while kept.len() >= KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((application.clone(), shown));
    }

    fn note(&self, id: EventId, became: &Became) {
        if let Some((_, shown)) = self.0.lock().iter_mut().rev().find(|(_, shown)| shown.id == id) {
            count(&mut shown.taken, became.clone(), NAMED_MAX);
        }
    }

    fn end(&self, id: EventId, now: Timestamp) {
        if let Some((_, shown)) = self.0.lock().iter_mut().rev().find(|(_, shown)| shown.id == id) {
            shown.ended_at = Some(now);
            shown.taken.refused.sort_by_key(|(number, _)| *number);
        }
    }
}

/// What a line is read with: the request it came in, as an event of its own.
pub(crate) type WithCall<'a> = dyn Fn(EventId, &mut dyn FnMut(&Call<'_>)) + Send + Sync + 'a;

/// What became of one line.
type Became = (u32, Result<(), Refusal>, bool);

/// Takes a file, line by line.
pub(crate) async fn take(
    app: &Arc<App>,
    dialect: &'static dyn Dialect,
    (lines, body): (Lines, &Bytes),
    application: &Arc<Application>,
    with_call: &WithCall<'_>,
    now: Timestamp,
) -> LinesTaken {
    let mut taken = LinesTaken::default();
    let mut under_way: JoinSet<Became> = JoinSet::new();
    // Where the first error ends it, no line may begin before the one before it is known to be good.
    let at_once_max = if lines.stops_at_error { 1 } else { LINES_AT_ONCE_MAX };
    let told = content(body).split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    let n_lines = u32::try_from(told.clone().count()).unwrap_or(u32::MAX);
    let id = clock::event_id(now);
    let shown = ImportShown { id, begun_at: now, ended_at: None, n_lines, taken: LinesTaken::default() };
    app.imports.begin(&application.id, shown);
    let note = |taken: &mut LinesTaken, became: Option<Became>| {
        let panicked = || Refusal { kind: RefusalKind::Internal, detail: "internal error".into(), path: None };
        let became = became.unwrap_or_else(|| (0, Err(panicked()), false));
        app.imports.note(id, &became);
        count(taken, became, FILE_LINES_REFUSED_MAX);
    };
    for (index, line) in told {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        if under_way.len() >= at_once_max
            && let Some(done) = under_way.join_next().await
        {
            note(&mut taken, done.ok());
        }
        if lines.stops_at_error && taken.n_refused > 0 {
            break;
        }
        let mut read = None;
        with_call(clock::event_id(now), &mut |call| read = Some(dialect.decode_line(call, line)));
        match read {
            Some(Ok(told)) => {
                let (app, application) = (Arc::clone(app), Arc::clone(application));
                under_way.spawn(async move { line_of(&app, told, &application, lines, number, now).await });
            }
            Some(Err(refusal)) => note(&mut taken, Some((number, Err(refusal), false))),
            None => {}
        }
    }
    while let Some(done) = under_way.join_next().await {
        note(&mut taken, done.ok());
    }
    taken.refused.sort_by_key(|(number, _)| *number);
    app.imports.end(id, clock::now());
    taken
}

async fn line_of(
    app: &App,
    told: Told,
    application: &Application,
    lines: Lines,
    number: u32,
    now: Timestamp,
) -> Became {
    app.pipeline.meters.unknown_fields(told.n_unknown);
    let event = told.event.id;
    let judged = match lines.is_history {
        true => {
            let judged = app.pipeline.judge(told, application, Asked::Long, now).await;
            // Number 0 has what is not written down.
            let kept = judged.and_then(|record| (record.sequence > 0).then_some(record).ok_or(StoreError::Busy.into()));
            kept.map(|record| record.entry.event.id == event)
        }
        false => app.pipeline.assess_new(Fresh { told, reported_as: None }, application, now).await.map(|_| true),
    };
    match judged {
        Ok(is_new) => (number, Ok(()), !is_new),
        Err(PipelineError::Known) => (number, Ok(()), true),
        Err(error) => (number, Err(problem::refusal(&error)), false),
    }
}

/// What stands before the first sign of a file that some editors and spreadsheets write: U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file: without its mark, and without the form around it that browsers and `curl -F` put there (RFC 7578).
/// Of several parts, the first is the file. No line of JSON begins with two dashes, as a form does.
fn content(body: &[u8]) -> &[u8] {
    let file = if body.starts_with(b"--") { first_part(body).unwrap_or(body) } else { body };
    file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file)
}

/// What stands in the first part of a form; None if it is no form.
fn first_part(form: &[u8]) -> Option<&[u8]> {
    let end = form.iter().position(|byte| *byte == b'\n')?;
    let (boundary, mut rest) = (form[..end].trim_ascii_end(), &form[end + 1..]);
    // Its headers end with an empty line.
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (header, after) = rest.split_at(end);
        rest = &after[1..];
        if header.trim_ascii().is_empty() {
            break;
        }
    }
    let mut begin = 0;
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(boundary) {
            return Some(&rest[..begin]);
        }
        begin += line.len();
    }
    None
}

/// Counts what became of a line; names it if it was refused, and not too many were.
fn count(taken: &mut LinesTaken, (number, result, is_known): Became, named_max: usize) {
    match result {
        Ok(()) if is_known => taken.n_known += 1,
        Ok(()) => taken.n_created += 1,
        Err(refusal) => {
            taken.n_refused += 1;
            if taken.refused.len() < named_max {
                taken.refused.push((number, refusal));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn a_file_is_its_lines_without_mark_and_form() {
        let check = |body: &[u8], expected: &[u8]| assert_eq!(content(body), expected);
        check(b"{}\n{}", b"{}\n{}");
        check(b"\xef\xbb\xbf{}\n{}", b"{}\n{}");
        check(b"--B\r\nContent-Disposition: form-data\r\n\r\n\xef\xbb\xbf{}\r\n{}\r\n--B--\r\n", b"{}\r\n{}\r\n");
        check(b"--B\nA: b\n\n{}\n--B\nA: b\n\nother\n--B--", b"{}\n");
        check(b"--B\r\n\r\n--B--", b"");
        // No form is a line that is refused.
        for broken in [&b"--"[..], b"--B", b"--B\n", b"--B\nA: b", b"--B\n\n{}"] {
            check(broken, broken);
        }
    }
}
