//! A connection that is listened to while an answer goes on without an end: hyper, which lets a caller end its side and
//! still read, would notice that a page is gone only when the next word to it fails.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is read ahead at most: a page that listens says nothing more.
const AHEAD_BYTES_MAX: usize = 1_024;

/// Whether the other end is watched. One of a connection, which every request on it carries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<AtomicBool>);

/// Watches until it is dropped.
#[derive(Debug)]
pub(crate) struct Watching(Watch);

impl Watch {
    /// Ends the connection as soon as the other end has said its last, until this is dropped.
    pub(crate) fn begin(self) -> Watching {
        self.0.store(true, Ordering::Relaxed);
        Watching(self)
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// A stream that can be watched.
pub(super) struct Watched<S> {
    stream: S,
    watch: Watch,
    ahead: Vec<u8>,
}

impl<S> Watched<S> {
    /// Not watched yet.
    pub(super) const fn new(stream: S, watch: Watch) -> Self {
        Self { stream, watch, ahead: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// An error once the other end is gone. What it said instead is kept to be read.
    fn look(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if !self.watch.is_on() || !self.ahead.is_empty() {
            return Ok(());
        }
        let mut bytes = [0; AHEAD_BYTES_MAX];
        let mut read = ReadBuf::new(&mut bytes);
        match Pin::new(&mut self.stream).poll_read(context, &mut read) {
            Poll::Pending => Ok(()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) if read.filled().is_empty() => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Ready(Ok(())) => {
                self.ahead.extend_from_slice(read.filled());
                // Who waits to read was not told of it.
                context.waker().wake_by_ref();
                Ok(())
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let n = self.ahead.len().min(into.remaining());
        into.put_slice(self.ahead.get(..n).unwrap_or_default());
        self.ahead.drain(..n);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        all: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, all)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called whenever the connection wakes, so that this is where it is looked at.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        Poll::Ready(self.look(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
