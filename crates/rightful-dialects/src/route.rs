//! The paths of a dialect: which there are, and who may call them.

use rightful_domain::CredentialKind;

/// One path of a dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces: `/v1/events/{id}/outcome`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `DELETE`.
    Delete,
}

/// Who may call a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Who presents a key of this kind.
    Key(CredentialKind),
    /// A page that names its application by the public half of a key of this kind. It may report and nothing else, and
    /// its origin must be one of the application's. Answers carry CORS headers, and a preflight is answered.
    Page(CredentialKind),
    /// Who holds a link that we signed.
    Link,
    /// Who presents an access token that we gave to the holder of a key of this kind.
    Token(CredentialKind),
    /// Who says a key of this kind in the body, both halves of it.
    Body(CredentialKind),
    /// As [`Access::Page`], but the body names the application, and may be sealed under the server's key.
    PageInBody(CredentialKind),
}

impl Access {
    /// Whether pages call it, from their own origins.
    #[must_use]
    pub const fn is_of_pages(self) -> bool {
        matches!(self, Self::Page(_) | Self::PageInBody(_))
    }
}

/// A key as presented; whether it is right is for the server to find out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a> {
    /// What it is presented as.
    pub kind: CredentialKind,
    /// The public half; empty where the secret stands alone.
    pub public_id: &'a str,
    /// The secret half.
    pub secret: &'a str,
}
