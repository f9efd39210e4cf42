//! A body that is made as it is read: who reads slowly has the next part made later, and who is gone, none.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use hyper::body::{Body, Frame};

/// The rest cannot be made: the answer breaks off, so that nobody takes it for whole.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the answer cannot be made")]
pub(super) struct BrokenOff;

/// What a body is made of.
pub(super) trait Source: Sized + Send + 'static {
    /// The next part, and what makes the rest; None at the end.
    fn next(self) -> impl Future<Output = Option<(Result<Bytes, BrokenOff>, Self)>> + Send;
}

type Making<S> = Pin<Box<dyn Future<Output = Option<(Result<Bytes, BrokenOff>, S)>> + Send>>;

/// The body; None once it has ended.
pub(super) struct Unfolding<S>(Option<Making<S>>);

impl<S: Source> Unfolding<S> {
    pub(super) fn of(source: S) -> Self {
        Self(Some(Box::pin(source.next())))
    }
}

impl<S: Source> Body for Unfolding<S> {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let Self(making) = self.get_mut();
        let Some(current) = making else { return Poll::Ready(None) };
        let Some((part, rest)) = ready!(current.as_mut().poll(context)) else {
            *making = None;
            return Poll::Ready(None);
        };
        *making = if part.is_ok() { Some(Box::pin(rest.next())) } else { None };
        Poll::Ready(Some(part.map(Frame::data)))
    }
}
