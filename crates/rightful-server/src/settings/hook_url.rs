//! Where a hook may be, as it is written: each fault is told in words of its own.

use axum::http::Uri;

use super::{Reach, SettingError, port};
use crate::telling;

/// The longest address of a hook, in bytes.
const HOOK_URL_BYTES_MAX: usize = 2_048;

/// Why an address is none that can be told, to follow its name. Carries nothing of the address.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub(crate) enum UrlFault {
    #[error("must be of the form https://host/path")]
    Malformed,
    #[error("must begin with https://")]
    Scheme,
    #[error("must be https: only a test application's may be http")]
    Plain,
    #[error("must not have a name and password in it")]
    NamesUser,
    #[error("must not have a # part")]
    Fragment,
    #[error("must have a port from 1 to 65535, or none")]
    Port,
    #[error("must be {HOOK_URL_BYTES_MAX} bytes at most")]
    Long,
}

/// Whether a hook may have this address, as far as can be seen without looking its name up.
pub(crate) fn check_hook_url(text: &str, reach: Reach) -> Result<(), SettingError> {
    if text.len() > HOOK_URL_BYTES_MAX {
        return Err(UrlFault::Long.into());
    }
    if text.contains('#') {
        return Err(UrlFault::Fragment.into());
    }
    let uri: Uri = text.parse().map_err(|_| UrlFault::Malformed)?;
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if reach != Reach::Public => {}
        Some("http") => return Err(UrlFault::Plain.into()),
        Some(_) | None => return Err(UrlFault::Scheme.into()),
    }
    let authority = uri.authority().ok_or(UrlFault::Malformed)?;
    if authority.as_str().contains('@') {
        return Err(UrlFault::NamesUser.into());
    }
    if authority.host().is_empty() {
        return Err(UrlFault::Malformed.into());
    }
    if port(authority).ok_or(UrlFault::Port)?.is_some_and(telling::is_bad_port) {
        return Err(SettingError::Port);
    }
    // A name is looked at when it is resolved; an address, and a name of a private network, can be seen here.
    if reach != Reach::Any && telling::is_plainly_private(authority.host()) {
        return Err(SettingError::Private("the address"));
    }
    Ok(())
}
