//! Who calls: found out from a request's head where it says so, from its body where only that does, and believed once what
//! is to be signed is signed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use rightful_dialects::{Access, Dialect, Presented, Query, Refusal, RefusalKind, Route, SignedRequest};
use rightful_domain::{Application, Timestamp};

use super::{address as addresses, body, origin};
use crate::access_tokens::InvalidToken;
use crate::app::App;
use crate::page_keys::Unopened;

/// A request that is not carried out, and how long to wait before it may be.
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    pub(super) wait: Option<Duration>,
    /// The status, where it is not the refusal's.
    pub(super) status: Option<u16>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, wait: None, status: None }
    }
}

/// A header's value; None if absent or not text. Beyond ASCII as well, so that a dialect can refuse what it must not
/// overlook.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// The caller's address, through trusted proxies only.
pub(super) fn address(app: &App, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    peer.map(|peer| addresses::caller(peer, headers, &app.trusted_proxies))
}

/// Who a request claims to be, as far as its head says.
pub(super) struct Known {
    application: Arc<Application>,
    /// The sealed secret that the request is to be signed under, where the head alone proves nothing.
    signs_under: Option<Box<[u8]>>,
}

impl Known {
    const fn already(application: Arc<Application>) -> Self {
        Self { application, signs_under: None }
    }

    /// Whose request it is, now that all of it is here: who proves it by a signature must have signed it.
    pub(super) fn believed(
        self,
        app: &App,
        dialect: &dyn Dialect,
        route: &Route,
        whole: (&Parts, &[u8]),
        now: Timestamp,
    ) -> Result<Arc<Application>, Refusal> {
        if let Some(sealed) = &self.signs_under {
            check_signature(app, dialect, route, whole, sealed, now)?;
        }
        Ok(self.application)
    }
}

/// Who a request is, by its head; of pages, those that may ask, as often as they may.
pub(super) fn known(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    head: &Parts,
    peer: Option<IpAddr>,
    now: Timestamp,
) -> Result<Known, Refused> {
    let query = Query(head.uri.query().unwrap_or(""));
    let header = |name: &str| text(&head.headers, name);
    let token = match route.access {
        Access::Token(_) => dialect.presented(&header, query).map(|presented| presented.secret),
        Access::Key(_) | Access::Link | Access::Page(_) | Access::Body(_) | Access::PageInBody(_) => None,
    };
    if let Some((token, status)) = token.zip(dialect.blocked_status())
        && let Some(kind) = app.misused_tokens.blocked((None, token), now)
    {
        app.pipeline.meters.blocked_request();
        return Err(blocked(kind, status));
    }
    let known = authenticate(app, dialect, route, &header, (query, now)).inspect_err(|refusal| {
        if token.is_some_and(|token| app.misused_tokens.refused((None, token), refusal.kind, now)) {
            app.pipeline.meters.blocked_token();
        }
    })?;
    match route.access {
        Access::Page(_) => admit_page(app, known.application, &head.headers, peer).map(Known::already),
        Access::Key(_) | Access::Link | Access::Token(_) | Access::Body(_) | Access::PageInBody(_) => Ok(known),
    }
}

/// Whether a request is signed with the secret of the key that it names.
fn check_signature(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    (head, body): (&Parts, &[u8]),
    sealed: &[u8],
    received_at: Timestamp,
) -> Result<(), Refusal> {
    let header = |name: &str| text(&head.headers, name);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let signed = dialect.signed(&SignedRequest { method: route.method, target, header: &header, body, received_at })?;
    let unsigned = || Refusal { kind: RefusalKind::Unauthorized, detail: "the signature is wrong".into(), path: None };
    let secret = app.master_key.open(sealed).map_err(|_| {
        tracing::error!("the secret of a key cannot be opened: the master key is another");
        unsigned()
    })?;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    // In constant time.
    ring::hmac::verify(&key, &signed.message, &signed.mac).map_err(|_| unsigned())
}

fn authenticate<'a>(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    header: &dyn Fn(&str) -> Option<&'a str>,
    (query, now): (Query<'a>, Timestamp),
) -> Result<Known, Refusal> {
    let refused = |detail: &str| Refusal { kind: RefusalKind::Unauthorized, detail: detail.into(), path: None };
    match route.access {
        Access::Token(kind) => {
            let presented = dialect.presented(header, query).ok_or_else(|| refused("no access token was presented"))?;
            let client = app.access_tokens.check(presented.secret, now).map_err(|invalid| match invalid {
                InvalidToken::Forged => refused("the access token is not valid here"),
                InvalidToken::Expired => refused("the access token has expired: get another"),
            })?;
            let named = Presented { kind, public_id: &client, secret: "" };
            app.applications
                .owner_of_page(&named)
                .map(Known::already)
                .ok_or_else(|| refused("the access token's key is not there any more"))
        }
        Access::Key(kind) | Access::Page(kind) => {
            let presented = dialect.presented(header, query).ok_or_else(|| refused("no key was presented"))?;
            let presented = Some(presented).filter(|presented| presented.kind == kind);
            let presented = presented.ok_or_else(|| refused("the key is not valid here"))?;
            let owner = match route.access {
                Access::Page(_) => app.applications.owner_of_page(&presented).map(Known::already),
                Access::Key(_) | Access::Link | Access::Token(_) | Access::Body(_) | Access::PageInBody(_) => {
                    app.applications.owner(&presented).map(Known::already).or_else(|| {
                        let (application, sealed) = app.applications.signer(&presented)?;
                        Some(Known { application, signs_under: Some(sealed) })
                    })
                }
            };
            owner.ok_or_else(|| refused("the key is not valid here"))
        }
        // Known from its body, before this is asked.
        Access::Body(_) | Access::PageInBody(_) => Err(refused("no key was presented")),
        Access::Link => {
            let application = dialect.linked_application(query).and_then(|id| app.applications.find(&id));
            application.map(Known::already).ok_or_else(|| Refusal {
                kind: RefusalKind::Forbidden,
                detail: "the link is not valid".into(),
                path: None,
            })
        }
    }
}

/// Finds out from a body whose it is. Anybody may send a page's, and a sealed one costs more to open than to send, so each
/// address may only do it so often; what does not open is refused before anything is looked up. A server's right secret is
/// never held up by what pages behind its address have sent.
pub(super) async fn named_in_body(
    app: &App,
    dialect: &dyn Dialect,
    route: &Route,
    headers: &HeaderMap,
    request_body: axum::body::Body,
    peer: Option<IpAddr>,
) -> Result<(Arc<Application>, Bytes), Refused> {
    let is_page = route.access.is_of_pages();
    let strikes = |is_counted: bool| {
        peer.filter(|_| is_counted).map_or(Ok(()), |ip| app.page_rate.take_unnamed(ip)).map_err(asks_too_often)
    };
    if let Err(refused) = strikes(is_page) {
        let _thrown_away = body::read(request_body, 0).await;
        return Err(refused);
    }
    let mut bytes = body::read(request_body, app.body_bytes_max).await?;
    if let Some(sealed) = dialect.sealed(route, &bytes)? {
        let opened = app.page_keys.open(sealed).await.map_err(|Unopened| {
            let detail = "what is sealed does not open: ask for the key again".into();
            Refusal { kind: RefusalKind::Malformed, detail, path: None }
        })?;
        bytes = Bytes::from(opened);
    }
    let refused = |detail: &str| Refusal { kind: RefusalKind::Unauthorized, detail: detail.into(), path: None };
    let told = dialect.presented_in_body(route, &bytes).ok_or_else(|| refused("no key was presented"))?;
    let presented = Presented { kind: told.kind, public_id: &told.public_id, secret: &told.secret };
    let owner = if is_page {
        app.applications.owner_of_page(&presented)
    } else {
        // Both halves, though the secret would do: who has another's secret has something wrong.
        app.applications.owner(&presented).filter(|_| !presented.public_id.is_empty())
    };
    let Some(application) = owner else {
        strikes(!is_page)?;
        return Err(refused("the key is not valid here").into());
    };
    let application = if is_page { admit_page(app, application, headers, peer)? } else { application };
    Ok((application, bytes))
}

/// A token that was misused too often: with the kind for which it was refused before.
pub(super) fn blocked(kind: RefusalKind, status: u16) -> Refused {
    let detail = "the token was refused too often, and is not looked at for some minutes: get another".into();
    Refused { refusal: Refusal { kind, detail, path: None }, wait: None, status: Some(status) }
}

fn asks_too_often(wait: Duration) -> Refused {
    let detail = "this address asks too often; wait, then ask again".into();
    Refused { refusal: Refusal { kind: RefusalKind::RateLimited, detail, path: None }, wait: Some(wait), status: None }
}

/// Lets a page in that is one of the application's, as often as pages may ask.
fn admit_page(
    app: &App,
    application: Arc<Application>,
    headers: &HeaderMap,
    peer: Option<IpAddr>,
) -> Result<Arc<Application>, Refused> {
    origin::check(&application, headers, &app.without_origins)?;
    let taken = peer.map_or(Ok(()), |ip| app.page_rate.take(ip, &application.id));
    taken.map(|()| application).map_err(asks_too_often)
}
