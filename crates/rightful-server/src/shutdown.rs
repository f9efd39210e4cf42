//! Stopping: asked for once, seen by everybody.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A request to stop that any task can await.
#[derive(Debug, Clone)]
pub(crate) struct Shutdown {
    requested: watch::Sender<bool>,
}

impl Shutdown {
    /// Not requested yet.
    pub(crate) fn new() -> Self {
        Self { requested: watch::Sender::new(false) }
    }

    /// Asks everybody to stop.
    pub(crate) fn request(&self) {
        self.requested.send_replace(true);
    }

    /// Whether it was asked for.
    pub(crate) fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Returns once it is asked for.
    pub(crate) async fn requested(&self) {
        let mut requested = self.requested.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _sender_is_ours = requested.wait_for(|requested| *requested).await;
    }

    /// Asks everybody to stop when the process is told to: SIGTERM or Ctrl-C. Listens from the call on, not from when
    /// the future is first polled, so that no signal falls between.
    pub(crate) fn on_signal(self) -> std::io::Result<impl Future<Output = ()>> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = self.requested() => {}
            }
            self.request();
        })
    }
}
