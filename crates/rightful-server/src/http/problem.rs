//! The only place that turns our errors into refusals. The caller sees the outer words, the log the inner.

use rightful_dialects::{Refusal, RefusalKind};
use rightful_domain::CaseRefusal;
use rightful_store::StoreError;

use crate::lists::ListError;
use crate::pipeline::PipelineError;

/// What the caller is told; what only we should know is logged here, once.
pub(crate) fn refusal(error: &PipelineError) -> Refusal {
    let (kind, detail) = match error {
        PipelineError::Asked => (RefusalKind::Internal, "an error was asked for by a magic account"),
        PipelineError::NoToken => (RefusalKind::NotFound, "there is no such token, or no longer"),
        PipelineError::Spent => (RefusalKind::Conflict, "it was used before, and it is good for one use"),
        PipelineError::Known => (RefusalKind::Conflict, "it was told before"),
        PipelineError::Case(refusal) => case_refusal(*refusal),
        PipelineError::List(error @ (ListError::NoList | ListError::NoEntry | ListError::Store(_))) => {
            return Refusal { kind: RefusalKind::NotFound, detail: error.to_string(), path: None };
        }
        PipelineError::List(ListError::Taken) => (RefusalKind::Conflict, "there is another list of that name"),
        PipelineError::List(ListError::Unfit(detail)) => {
            return Refusal { kind: RefusalKind::Malformed, detail: detail.clone(), path: None };
        }
        PipelineError::Store(StoreError::NotFound { .. }) => (RefusalKind::NotFound, "there is no such event"),
        PipelineError::Store(StoreError::Conflict) => {
            (RefusalKind::Conflict, "the idempotency key was used before with another request")
        }
        PipelineError::Store(StoreError::TooMuch { what }) => (RefusalKind::Malformed, *what),
        PipelineError::Store(StoreError::RuleBook(_)) => (RefusalKind::Conflict, "the rules have changed since"),
        PipelineError::Store(StoreError::Busy) => (RefusalKind::Unavailable, "the store is busy; try again"),
        PipelineError::Store(StoreError::Unavailable { source }) => {
            tracing::error!(error = %source, "the store is unavailable");
            (RefusalKind::Unavailable, "the store is unavailable; try again")
        }
        PipelineError::Store(
            inner @ (StoreError::Corrupt { .. } | StoreError::Locked | StoreError::UnknownApplication { .. }),
        ) => {
            tracing::error!(error = %inner, "a request failed");
            (RefusalKind::Internal, "internal error")
        }
    };
    Refusal { kind, detail: detail.into(), path: None }
}

/// Why a case is not changed.
const fn case_refusal(refusal: CaseRefusal) -> (RefusalKind, &'static str) {
    let kind = match refusal {
        CaseRefusal::NoCase | CaseRefusal::NoNote => RefusalKind::NotFound,
        CaseRefusal::ClaimedByAnother | CaseRefusal::NotClaimed | CaseRefusal::Closed | CaseRefusal::NothingToUndo => {
            RefusalKind::CaseConflict
        }
        CaseRefusal::TooManyNotes | CaseRefusal::TooManyTags | CaseRefusal::TooManyFields => RefusalKind::Malformed,
    };
    (kind, refusal.as_str())
}
