//! The live stream and the export: the ledger read from a place on, as fast as it is listened to.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use rightful_dialects::{Dialect, Following, Glossary};
use rightful_domain::{ApplicationId, Excerpt, ExcerptKinds, Happening};
use rightful_store::{Store, StoreError};
use tokio::time::Instant;

use super::events::{self, KEEP_ALIVE, LISTENING_MAX};
use super::unfolding::{BrokenOff, Source, Unfolding};
use super::watched::{Watch, Watching};
use crate::app::App;
use crate::followers::{Follower, Place};
use crate::shutdown::Shutdown;

/// Happenings of one part of an answer, which is all of it that is in memory.
const PART_MAX: u16 = 64;
/// How long after one look at the ledger's end the next comes: what was written in between is then read at once.
const PACE: Duration = Duration::from_millis(50);
/// How often the ledger's end is looked at unasked: what is written by other ways than requests wakes nobody.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The first words: who was let go comes again after 2 s, and misses nothing.
const WELCOME: &[u8] = b": following\nretry: 2000\n\n";

/// A stream.
struct Stream {
    store: Arc<dyn Store>,
    dialect: &'static dyn Dialect,
    glossary: Glossary,
    following: Following,
    excerpt: Excerpt,
    follower: Follower,
    shutdown: Shutdown,
    stage: Stage,
    /// When it ends; its key is then looked at again.
    ends_at: Instant,
    /// When something is to be sent, if nothing else is.
    silent_until: Instant,
    /// When the ledger is looked at next, at the earliest.
    look_at: Instant,
    /// Held, not read: while it is, a caller that is gone ends the connection, and with it this.
    _watching: Option<Watching>,
}

enum Stage {
    Welcome,
    Reading,
    Waiting,
    Over,
}

/// Why a stream does not begin.
pub(super) enum NoStream {
    TooMany,
    /// The place to go on after is not there yet: it is of another ledger, or this one has lost its end.
    Beyond(u64),
    Store(StoreError),
}

/// The answer to who follows an application.
pub(super) async fn follow(
    app: &App,
    dialect: &'static dyn Dialect,
    application: &ApplicationId,
    following: Following,
    watch: Option<Watch>,
) -> Result<Response, NoStream> {
    let store = Arc::clone(&app.pipeline.store);
    let follower = app.pipeline.followers.follow(application).map_err(|_| NoStream::TooMany)?;
    let newest = store.health().await.map_err(NoStream::Store)?.sequence;
    let after = following.after.unwrap_or(newest);
    if after > newest {
        return Err(NoStream::Beyond(after));
    }
    let excerpt = Excerpt { after, kinds: ExcerptKinds::All, limit: PART_MAX, ..whole(application) };
    let now = Instant::now();
    let stream = Stream {
        store,
        dialect,
        glossary: app.glossary,
        following,
        excerpt,
        follower,
        shutdown: app.shutdown.clone(),
        stage: Stage::Welcome,
        ends_at: now + LISTENING_MAX,
        silent_until: now + KEEP_ALIVE,
        look_at: now,
        _watching: watch.map(Watch::begin),
    };
    Ok(events::dressed(Body::new(Unfolding::of(stream))))
}

fn whole(application: &ApplicationId) -> Excerpt {
    Excerpt {
        application: application.clone(),
        after: 0,
        upto: None,
        from: None,
        to: None,
        kinds: ExcerptKinds::Events,
        limit: PART_MAX,
    }
}

impl Stream {
    /// Ends, and says why and how far it was.
    fn end(mut self, reason: &str) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        self.stage = Stage::Over;
        let text = format!("event: end\nid: {}\ndata: {{\"reason\":\"{reason}\"}}\n\n", self.excerpt.after);
        Some((Ok(text.into()), self))
    }

    fn send(mut self, bytes: Bytes) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        self.silent_until = Instant::now() + KEEP_ALIVE;
        Some((Ok(bytes), self))
    }

    /// Says how far it was looked, so that who comes again need not have that looked at again.
    fn still_here(self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        let text = format!(": still here\nid: {}\n\n", self.excerpt.after);
        self.send(text.into())
    }

    /// Reads on; what is wanted of it, in writing.
    async fn read(&mut self) -> Result<Vec<u8>, StoreError> {
        // Before reading, so that what is written meanwhile counts as growth.
        self.follower.grew.mark_unchanged();
        let passage = self.store.passage(&self.excerpt).await?;
        let mut text = Vec::new();
        for happening in passage.happenings.iter().filter(|happening| self.following.wants(happening)) {
            self.write(&mut text, happening);
        }
        self.excerpt.after = passage.upto;
        self.look_at = Instant::now() + PACE;
        self.stage = if passage.is_end { Stage::Waiting } else { Stage::Reading };
        Ok(text)
    }

    fn write(&self, text: &mut Vec<u8>, happening: &Happening) {
        let Some(message) = self.dialect.happened(self.glossary, happening) else { return };
        text.extend_from_slice(format!("event: {}\nid: {}\ndata: ", message.kind, happening.sequence()).as_bytes());
        text.extend_from_slice(&message.body);
        text.extend_from_slice(b"\n\n");
    }

    /// Waits until the ledger may have grown, or until something else is to be done.
    async fn wait(&mut self) {
        let (shutdown, grew) = (self.shutdown.clone(), &mut self.follower.grew);
        let grown = async {
            tokio::time::sleep_until(self.look_at).await;
            // Either is a reason to look.
            let _grew_or_lasted = tokio::time::timeout(LOOK_EVERY, grew.changed()).await;
        };
        tokio::select! {
            () = grown => self.stage = Stage::Reading,
            () = tokio::time::sleep_until(self.silent_until.min(self.ends_at)) => {}
            () = shutdown.requested() => {}
        }
    }
}

impl Source for Stream {
    async fn next(mut self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        loop {
            if matches!(self.stage, Stage::Over) {
                return None;
            }
            if self.shutdown.is_requested() {
                return self.end("stopping");
            }
            let now = Instant::now();
            if now >= self.ends_at {
                return self.end("lasted");
            }
            match self.stage {
                Stage::Over => return None,
                Stage::Welcome => {
                    self.stage = Stage::Reading;
                    return self.send(Bytes::from_static(WELCOME));
                }
                Stage::Reading | Stage::Waiting if now >= self.silent_until => return self.still_here(),
                Stage::Waiting => self.wait().await,
                Stage::Reading => match self.read().await {
                    Ok(text) if text.is_empty() => {}
                    Ok(text) => return self.send(text.into()),
                    Err(error) => {
                        tracing::warn!(%error, "a stream ends, since the ledger cannot be read");
                        return self.end("unavailable");
                    }
                },
            }
        }
    }
}

/// An export.
struct Export {
    store: Arc<dyn Store>,
    dialect: &'static dyn Dialect,
    glossary: Glossary,
    excerpt: Excerpt,
    shutdown: Shutdown,
    is_over: bool,
    /// Held, not read: dropping it frees the place.
    _place: Place,
}

/// The answer to who takes events away: all there are at this moment, and no later ones, so that it ends.
pub(super) async fn export(
    app: &App,
    dialect: &'static dyn Dialect,
    mut excerpt: Excerpt,
) -> Result<Response, NoStream> {
    let store = Arc::clone(&app.pipeline.store);
    let place = app.pipeline.followers.export(&excerpt.application).map_err(|_| NoStream::TooMany)?;
    excerpt.upto = Some(store.health().await.map_err(NoStream::Store)?.sequence);
    excerpt.limit = PART_MAX;
    let (glossary, shutdown) = (app.glossary, app.shutdown.clone());
    let export = Export { store, dialect, glossary, excerpt, shutdown, is_over: false, _place: place };
    Ok(lines(Body::new(Unfolding::of(export))))
}

/// The answer to who asks only what an export would answer.
pub(super) fn export_head() -> Response {
    lines(Body::empty())
}

fn lines(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Source for Export {
    async fn next(mut self) -> Option<(Result<Bytes, BrokenOff>, Self)> {
        while !self.is_over {
            if self.shutdown.is_requested() {
                return Some((Err(BrokenOff), self));
            }
            let passage = match self.store.passage(&self.excerpt).await {
                Ok(passage) => passage,
                Err(error) => {
                    tracing::warn!(%error, "an export breaks off, since the ledger cannot be read");
                    return Some((Err(BrokenOff), self));
                }
            };
            let mut text = Vec::new();
            for record in passage.happenings.iter().filter_map(Happening::about) {
                if let Some(line) = self.dialect.exported(self.glossary, record) {
                    text.extend_from_slice(&line);
                    text.push(b'\n');
                }
            }
            (self.excerpt.after, self.is_over) = (passage.upto, passage.is_end);
            if !text.is_empty() {
                return Some((Ok(text.into()), self));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
