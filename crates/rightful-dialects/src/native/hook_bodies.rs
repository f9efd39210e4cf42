//! The JSON of hooks: the shapes alone.

use serde::Serialize;
use utoipa::ToSchema;

/// A hook: an address of yours that is told of what happens.
#[derive(Serialize, ToSchema)]
#[schema(as = Hook)]
pub(super) struct HookBody<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// In whose words: standard is our own.
    pub(super) style: &'static str,
    /// Where messages are posted.
    pub(super) url: &'a str,
    /// False if nothing is sent: you said so, or it answered 410.
    pub(super) enabled: bool,
    /// True if it has a secret.
    pub(super) has_secret: bool,
    /// The secret: answered once, when it is made or replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<&'a str>,
    /// Until when the secret before the current one signs as well: RFC 3339.
    pub(super) earlier_secret_until: Option<String>,
    /// Messages that wait.
    pub(super) n_waiting: u64,
    /// Messages that were given up, and can be sent again.
    pub(super) n_undelivered: u64,
    /// When it failed for the first time since it last took something; null if it took what came last.
    pub(super) failing_since: Option<String>,
}

/// All hooks.
#[derive(Serialize, ToSchema)]
#[schema(as = Hooks)]
pub(super) struct HooksBody<'a> {
    /// In the order in which they were added; at most 64.
    pub(super) items: Vec<HookBody<'a>>,
}

/// A hook to add.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct HookTold {
    /// Where to post: https, without a name and password in it, and no private address. A test application's may be http.
    #[schema(max_length = 2048)]
    pub(super) url: String,
    /// In whose words: standard (the default), or a vendor's.
    pub(super) style: Option<String>,
    /// The secret: whsec_ and 24 to 64 bytes in base64 where the style signs, which is made if there is none; else the token
    /// that is sent.
    #[schema(write_only, max_length = 512)]
    pub(super) secret: Option<String>,
}

/// What to change of a hook. What is absent stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct HookChangeTold {
    /// Where to post.
    #[schema(max_length = 2048)]
    pub(super) url: Option<String>,
    /// Whether anything is sent. What waits for a hook that is off is given up, and can be sent again.
    pub(super) enabled: Option<bool>,
}

/// A hook's next secret.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct SecretTold {
    /// As for a new hook; made if there is none and the style signs.
    #[schema(write_only, max_length = 512)]
    pub(super) secret: Option<String>,
}

/// One page of a hook's log.
#[derive(Serialize, ToSchema)]
#[schema(as = Deliveries)]
pub(super) struct DeliveriesBody<'a> {
    /// Newest first.
    pub(super) items: Vec<DeliveryBody<'a>>,
    /// Ask for older ones with this; null at the end.
    pub(super) next_cursor: Option<String>,
}

/// One try to deliver a message.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct DeliveryBody<'a> {
    /// The message's id, as in the header webhook-id.
    pub(super) message_id: &'a str,
    /// Its type, as in our own words.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// The event it is about.
    pub(super) event_id: String,
    /// Which try of the message it was, from 1.
    pub(super) attempt: u16,
    /// When it began.
    pub(super) at: String,
    /// How long it took.
    pub(super) duration_ms: u32,
    /// The HTTP status; null if there was no answer.
    pub(super) status: Option<u16>,
    /// Why there was none: bad_address, unknown_host, private_address, no_connection, tls, timeout or broken.
    pub(super) error: Option<&'static str>,
    /// True if it was taken.
    pub(super) delivered: bool,
    /// When it is tried again; null if it was taken or is given up.
    pub(super) next_at: Option<String>,
}

/// One page of messages that were given up.
#[derive(Serialize, ToSchema)]
#[schema(as = Undelivered)]
pub(super) struct UndeliveredPage<'a> {
    /// Oldest first.
    pub(super) items: Vec<UndeliveredBody<'a>>,
    /// Ask for newer ones with this; null at the end.
    pub(super) next_cursor: Option<String>,
}

/// A message that was given up.
#[derive(Serialize, ToSchema)]
#[schema(as = UndeliveredMessage)]
pub(super) struct UndeliveredBody<'a> {
    /// Its id, as in the header webhook-id.
    pub(super) message_id: &'a str,
    /// Its type, as in our own words.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// The event it is about.
    pub(super) event_id: String,
    /// When that happened.
    pub(super) since: String,
    /// How often it was tried.
    pub(super) n_attempts: u16,
}

/// Which messages to send again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct RedeliverTold {
    /// Their ids; all without. Those that are not undelivered are passed over.
    #[schema(min_items = 1, max_items = 500)]
    pub(super) messages: Option<Vec<String>>,
}

/// How many messages wait again.
#[derive(Serialize, ToSchema)]
pub(super) struct Redelivered {
    /// So many.
    pub(super) n_messages: u64,
}
