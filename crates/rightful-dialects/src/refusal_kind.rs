//! The sorts of refusal: what the caller can do, with a status and a code that are promised.

/// What sort of refusal; each has one HTTP status, unless a dialect's seed has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalKind {
    /// 400: not JSON, or not what the path takes.
    Malformed,
    /// 401: no key, or a wrong one.
    Unauthorized,
    /// 403: a right key for something else.
    Forbidden,
    /// 404: no such path, or no such thing.
    NotFound,
    /// 405: the path takes another method.
    MethodNotAllowed,
    /// 409: the same idempotency key came with another body.
    Conflict,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the body is of another type.
    UnsupportedType,
    /// 429: too many requests.
    RateLimited,
    /// 500: our fault.
    Internal,
    /// 503: the store is away; try again.
    Unavailable,
    /// Somebody else works on the case, or it is decided.
    CaseConflict,
}

impl RefusalKind {
    /// Every sort, by status.
    pub const ALL: [Self; 12] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::TooLarge,
        Self::UnsupportedType,
        Self::RateLimited,
        Self::Internal,
        Self::Unavailable,
        Self::CaseConflict,
    ];

    /// What it means and what to do about it, for the developer who met it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Malformed => {
                "The request is not what this path takes. `errors` names the place in the body. Correct it; sending it \
                 again unchanged will fail again."
            }
            Self::Unauthorized => {
                "No key was presented, or one that is not valid here. Each dialect has a key of its own; \
                 `rightful app create` shows them once."
            }
            Self::Forbidden => "The link is not valid: it was altered, it has expired, or it belongs elsewhere.",
            Self::NotFound => "There is no such path, or no such event in the key's application.",
            Self::MethodNotAllowed => "The path exists and takes another method.",
            Self::Conflict => {
                "The idempotency key was used before, within 24 hours, with another path or body. Use a fresh key for \
                 each request, and the same only to repeat it."
            }
            Self::CaseConflict => {
                "Somebody else works on the case, or it is decided, or there is no decision that can still be taken back. \
                 Look at the case again."
            }
            Self::TooLarge => "The body is larger than `server.body_bytes_max`.",
            Self::UnsupportedType => "The body is of a type that this path does not take. Send JSON.",
            Self::RateLimited => "Too many requests. Wait, then send it again.",
            Self::Internal => "The fault is ours, and it is in the server's log. Nothing was stored.",
            Self::Unavailable => "The store is away or busy. Nothing was stored; send it again.",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict | Self::CaseConflict => 409,
            Self::TooLarge => 413,
            Self::UnsupportedType => 415,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A stable code, as spelled in our API and documentation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "idempotency_conflict",
            Self::CaseConflict => "case_conflict",
            Self::TooLarge => "body_too_large",
            Self::UnsupportedType => "unsupported_media_type",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal_error",
            Self::Unavailable => "unavailable",
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable)
    }
}
