//! What a dialect is: routes, a way to present a key, and the two directions of translation.

use std::net::IpAddr;

use crate::attempts::{Ask, DeviceProof, Finish, PresentedInBody, Sealed, TokenIn};
use crate::route::{Presented, Route};
use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, Application, ApplicationId, Assessment, CaseChange, CaseSearch,
    DeviceId, Event, EventId, Excerpt, Feedback, Happening, Network, Note, Outcome, PasswordHashes, Pii, Record,
    Report, RetryKey, Search, Sentences, Telling, Timestamp,
};

use crate::hooks::HooksAsk;
use crate::refusal_kind::RefusalKind;
use crate::rules::RulesIntake;
use crate::scalars::{LABEL_BYTES_MAX, USER_AGENT_BYTES_MAX, cut};
use crate::vendor_rules::{RuleTitle, VendorRule, VendorRuleKept, VendorRulesAsked};
use crate::{
    Around, BacktestAsked, EventOf, Following, Fresh, Lines, ListsIntake, Reply, SeveralAsk, Signed, SignedRequest,
    Tolerance, VendorHooksAsked,
};

/// A vendor's words for our verbs. Stateless: everything it may know is an argument.
pub trait Dialect: Sync {
    /// As spelled in logs, metrics and settings.
    fn name(&self) -> &'static str;

    /// The paths it answers on.
    fn routes(&self) -> &'static [Route];

    /// The key a request presents, if it presents one in this dialect's way. Not yet believed.
    fn presented<'a>(&self, call_header: &dyn Fn(&str) -> Option<&'a str>, query: Query<'a>) -> Option<Presented<'a>>;

    /// What a request that presents a public half alone says it has signed, where this dialect's callers prove their secret
    /// by a signature. A request that is not signed as it should be, or not in time, is refused.
    fn signed(&self, _request: &SignedRequest<'_>) -> Result<Signed, Refusal> {
        let detail = "the key is not valid here".to_owned();
        Err(Refusal { kind: RefusalKind::Unauthorized, detail, path: None })
    }

    /// The application that a signed link claims to belong to, on a route with [`crate::Access::Link`]. Not yet believed:
    /// [`Dialect::decode`] checks the signature.
    fn linked_application(&self, _query: Query<'_>) -> Option<ApplicationId> {
        None
    }

    /// The key that a body names, on a route whose callers say it there. Not yet believed.
    fn presented_in_body(&self, _route: &Route, _body: &[u8]) -> Option<PresentedInBody> {
        None
    }

    /// What of a body is sealed for the server, on a route with [`crate::Access::PageInBody`]; None where the body is plain.
    fn sealed(&self, _route: &Route, _body: &[u8]) -> Result<Option<Sealed>, Refusal> {
        Ok(None)
    }

    /// Whether browsers send cookies along with what its pages call, so that they insist on being allowed to. None is read.
    fn is_sent_cookies(&self) -> bool {
        false
    }

    /// Reads what a page attempted, once somebody asks for a verdict: the report that says so, and all that its device has
    /// reported lately. The event has the report's id.
    fn told(&self, _call: &Call<'_>, _attempt: &Report, _device: Option<&Report>) -> Result<Told, Refusal> {
        Err(Refusal { kind: RefusalKind::NotFound, detail: "nothing was attempted".to_owned(), path: None })
    }

    /// What the device that reports has signed by its key, in a request that is a report; None where it signs nothing. What
    /// does not hold is refused: it is not that device that reports.
    fn device_proof(&self, _call: &Call<'_>) -> Result<Option<DeviceProof>, Refusal> {
        Ok(None)
    }

    /// Reads the rule that a request writes, once the server knows what it is to stand in the place of.
    fn vendor_rule(&self, _call: &Call<'_>, _before: Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> {
        Err(Refusal { kind: RefusalKind::NotFound, detail: "no rules are written here".to_owned(), path: None })
    }

    /// Whether this request may be about an attempt that was judged before. One that was judged as somebody's must not be
    /// carried over to somebody else.
    fn check_attempt(&self, _call: &Call<'_>, _judged: &Record) -> Result<(), Refusal> {
        Ok(())
    }

    /// The longest body of a route, in bytes, where that is not the server's limit.
    fn body_bytes_max(&self, _route: &Route) -> Option<usize> {
        None
    }

    /// Reads a request of an authenticated caller. Total: any bytes give an intake or a refusal.
    fn decode(&self, call: &Call<'_>) -> Result<Intake, Refusal>;

    /// Writes what a request has brought about; None where there is no more to say than that it is done, or where none of
    /// its requests brings it about. Each dialect names every kind, so that a new one is not passed over.
    fn reply(&self, call: &Call<'_>, reply: &Reply) -> Option<Response>;

    /// Writes that a request was carried out.
    fn done(&self, call: &Call<'_>) -> Response;

    /// The answer to a request that was carried out.
    fn answer(&self, call: &Call<'_>, reply: &Reply) -> Response {
        self.reply(call, reply).unwrap_or_else(|| self.done(call))
    }

    /// Reads one line of a file, as a request of its own. Total, as [`Dialect::decode`] is.
    fn decode_line(&self, _call: &Call<'_>, _line: &[u8]) -> Result<Told, Refusal> {
        let detail = "lines are not taken here".to_owned();
        Err(Refusal { kind: RefusalKind::Malformed, detail, path: None })
    }

    /// Writes a message to a page that listens, as the text of one server-sent event; None if this dialect has no words
    /// for it.
    fn tell(&self, _notice: &Notice) -> Option<String> {
        None
    }

    /// Writes what happened, for who follows it; None if this dialect has no words for it.
    fn happened(&self, _glossary: Glossary, _happening: &Happening) -> Option<StreamMessage> {
        None
    }

    /// Writes an event as a line of an export, without a line break; None if this dialect exports nothing.
    fn exported(&self, _glossary: Glossary, _record: &Record) -> Option<Vec<u8>> {
        None
    }

    /// Writes a message to a hook of the application; None if this dialect's hooks are not told of such things.
    fn hook_message(&self, _telling: &Telling, _told: &ToldOf<'_>) -> Option<HookMessage> {
        None
    }

    /// The same, where the message says more than its event does.
    fn hook_message_of(&self, telling: &Telling, told: &ToldOf<'_>, _around: &Around<'_>) -> Option<HookMessage> {
        self.hook_message(telling, told)
    }

    /// The status of refusing a token without looking at it, once it was refused often enough; None where the vendor has
    /// none: then no refusals are counted.
    fn blocked_status(&self) -> Option<u16> {
        None
    }

    /// The token that a request stands or falls with, beside its caller's key, and whether it holds by itself.
    fn token_in(&self, _call: &Call<'_>) -> Option<TokenIn> {
        None
    }

    /// Writes the answer to a request that was not.
    fn refuse(&self, route: Option<&Route>, refusal: &Refusal, now: Timestamp) -> Response;
}

/// A request of an authenticated caller.
pub struct Call<'a> {
    /// The path it matched.
    pub route: &'static Route,
    /// The values of the path's parameters, percent-decoded.
    pub parameters: &'a [(&'a str, &'a str)],
    /// The query.
    pub query: Query<'a>,
    /// A header's value by its lower-case name; None if absent or not text.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body, at most as long as the server's limit.
    pub body: &'a [u8],
    /// Whose key it was.
    pub application: &'a Application,
    /// A fresh id, should this become an event.
    pub event_id: EventId,
    /// The moment of receipt.
    pub received_at: Timestamp,
    /// The address of the caller, through trusted proxies only.
    pub peer: Option<IpAddr>,
    /// Where this server is reached from outside, without a slash at the end, for links it hands out.
    pub public_url: &'a str,
    /// The key under which links are signed.
    pub link_key: &'a [u8; 32],
    /// The engine's words for what it found.
    pub glossary: Glossary,
    /// What people call a rule of the application by its name in the book; None if there is no such rule any more.
    pub rule_title: &'a dyn Fn(&str) -> Option<RuleTitle>,
}

/// The engine's words for what it found, since a dialect cannot see the engine.
#[derive(Clone, Copy)]
pub struct Glossary {
    /// The names of a feature schema's slots, in order; empty for a schema this build does not know.
    pub feature_names: fn(schema: u16) -> &'static [&'static str],
    /// An assessment in words.
    pub sentences: fn(&Event, &Assessment) -> Sentences,
}

impl Call<'_> {
    /// The value of a path parameter; empty if the route has none of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// Where a page calls from, as the connection and its headers say.
    pub(crate) fn page_network(&self) -> Network {
        let header = |name: &str, bytes_max| {
            let told = (self.header)(name).filter(|told| !told.is_empty());
            told.map(|told| cut(told, bytes_max).into())
        };
        Network {
            ip: self.peer.map(|ip| ip.to_canonical()),
            user_agent: header("user-agent", USER_AGENT_BYTES_MAX),
            origin: header("origin", LABEL_BYTES_MAX),
        }
    }
}

/// The query of a request, still percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query<'a>(pub &'a str);

/// What a request asks for, in the verbs that every vendor's API reduces to.
#[derive(Debug)]
pub enum Intake {
    /// Judge this and remember it.
    Assess(Box<Told>),
    /// Remember this; nobody waits for a verdict.
    Observe(Box<Told>),
    /// This is how an earlier event ended.
    Conclude {
        /// Which event.
        event: EventId,
        /// How it ended; never pending.
        outcome: Outcome,
    },
    /// What was answered to an earlier event?
    Recall(EventId),
    /// Which earlier events are there?
    Search(Search),
    /// This is what somebody says of earlier events or accounts.
    Feedback(Vec<Feedback>),
    /// Remember this as history: it is judged as of its own time, believed, and nobody waits for a verdict.
    Backfill(Box<Told>),
    /// This is what a browser says of itself.
    Report(Box<Report>),
    /// Judge this, whose device and network are in an earlier report, and remember it. The report is consumed by its
    /// token: `told.retry` must name it, with a body that no other request has.
    Identify {
        /// The report's token.
        token: EventId,
        /// How alike two devices must be to be one.
        tolerance: Tolerance,
        /// The event, without device and network.
        told: Box<Told>,
    },
    /// Are these credentials known to be breached? Nothing is remembered.
    LookUp {
        /// The username.
        username: Option<Pii<Box<str>>>,
        /// Hashes of the password, to be looked up and wiped.
        hashes: PasswordHashes,
    },
    /// What is noted of an account?
    Dossier(AccountId),
    /// What did the intruder do in an account?
    Takeover(AccountId),
    /// Note this of an account or a device.
    Note(Box<Note>),
    /// The owners have these accounts again.
    Reclaim(Vec<Reclaim>),
    /// The answer to an earlier event, given once.
    Consume(EventId),
    /// Tell this page what happens to its device, as long as it listens.
    Listen(AccountDeviceId),
    /// Nothing: the answer follows from the request.
    Nothing,
    /// Judge this and remember it, unless its retry key is known: then it is a conflict, however alike the two are.
    AssessNew(Box<Fresh>),
    /// How does an earlier event stand?
    Standing(EventOf),
    /// Judge an earlier event again, as of now.
    Rescore(EventId),
    /// Somebody does something about an earlier event.
    Change {
        /// Which event.
        event: EventId,
        /// What is done.
        change: CaseChange,
    },
    /// Somebody does something about many events: each by itself.
    ChangeMany(Vec<(EventId, CaseChange)>),
    /// Which events wait for somebody?
    Cases(CaseSearch),
    /// How long do cases wait? Of those that are over, only those opened since.
    CaseTimes(Timestamp),
    /// Judge each line of the body by itself, as [`Dialect::decode_line`] reads it.
    Lines(Lines),
    /// How far are the files that were brought lately?
    Imports,
    /// This is asked of the application's hooks in its vendor's administration.
    VendorHooks(VendorHooksAsked),
    /// Something of the application's own rules.
    Rules(Box<RulesIntake>),
    /// Tell this caller what happens in its application, as long as it follows. Answered by [`Dialect::happened`].
    Stream(Box<Following>),
    /// Hand out the events of this part of the ledger, all of them. Answered by [`Dialect::exported`].
    Export(Box<Excerpt>),
    /// What would these rules have made of the last days?
    Backtest(Box<BacktestAsked>),
    /// How far is a backtest that was begun before?
    LookAtBacktest(EventId),
    /// Stop it.
    CancelBacktest(EventId),
    /// This is asked of the application's hooks.
    Hooks(HooksAsk),
    /// About lists.
    Lists(Box<ListsIntake>),
    /// Under which key may a page seal what it says?
    SealingKey,
    /// Give the caller a token that stands for its key for a while.
    Grant,
    /// Something of the rules that the vendor's API has written. What is to be written is read by
    /// [`Dialect::vendor_rule`].
    VendorRules(VendorRulesAsked),
    /// Judge what a page attempted, once: a later call gets the first answer.
    Ask(Box<Ask>),
    /// This is how something ended that a page attempted; if nobody has asked about it, it is judged now.
    Finish(Box<Finish>),
    /// This is asked of several events at once.
    Several(Box<SeveralAsk>),
}

/// One message of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamMessage {
    /// Its kind, as the receiver spells it.
    pub kind: &'static str,
    /// The body: JSON in one line.
    pub body: Vec<u8>,
}

/// An account whose owner has it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclaim {
    /// The account.
    pub account: AccountId,
    /// What the caller knows of the takeover's beginning, each by one event; the earliest that is the account's holds, and
    /// those that are not are passed over.
    pub first: Vec<FirstEvent>,
    /// The account was deleted: it is closed as well.
    pub closed: bool,
}

/// By what the beginning of a takeover is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstEvent {
    /// By the event.
    Event(EventId),
    /// By the intruder's device: the account's first event on it.
    Device(DeviceId),
}

/// Something that happened to a device, for a page that listens.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// It was detached: whoever is signed in there should be signed out.
    Detached,
    /// It is to be challenged.
    Challenged {
        /// The event that is challenged, which also names the challenge.
        event: EventId,
    },
}

/// What a message to a hook is about, as it is found when the message is sent.
#[derive(Debug, Clone, Copy)]
pub enum ToldOf<'a> {
    /// An event, with all that was said of it since.
    Event(&'a Record),
    /// A device of an account.
    Device(&'a AccountId, &'a AccountDevice),
}

/// A message to a hook, not signed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookMessage {
    /// Its type, as the receiver spells it.
    pub kind: &'static str,
    /// The body: JSON.
    pub body: Vec<u8>,
}

/// An event as told, with what travels beside it.
#[derive(Debug)]
pub struct Told {
    /// The event.
    pub event: Event,
    /// Password hashes, to be looked up and wiped.
    pub hashes: PasswordHashes,
    /// Set where the same request may come again.
    pub retry: Option<RetryKey>,
    /// Fields, mechanisms and failure reasons that the dialect does not name: kept with the event, and counted.
    pub n_unknown: u32,
}

/// Why a request was not carried out. The text is for the developer who sent it; it never carries a value of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What sort.
    pub kind: RefusalKind,
    /// What is wrong, as a sentence without a full stop.
    pub detail: String,
    /// Where in the body, as a JSON path: `login.authenticationMechanism.password.success`.
    pub path: Option<String>,
}

/// An answer, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The content type; None with an empty body.
    pub content_type: Option<&'static str>,
    /// Further headers, lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}
