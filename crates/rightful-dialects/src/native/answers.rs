//! The JSON of our answers, and of what is told of an earlier event.

use rightful_domain::{Evidence, EvidenceValue};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::dossiers::{ChangeBody, SightingBody};
use super::wire::EventBody;
use super::words;

/// What was judged of an event, and the event. The judged fields are null where nobody asked for a verdict.
#[derive(Serialize, ToSchema)]
#[schema(as = Assessment)]
pub(super) struct AssessmentBody<'a> {
    /// The assessment's id: the event's.
    pub(super) id: String,
    /// The event's id: a UUID.
    pub(super) event_id: String,
    /// The tenant.
    pub(super) application_id: &'a str,
    /// Which dialect it was told in.
    #[schema(schema_with = words::source_schema)]
    pub(super) source: &'static str,
    /// The account; where only a username was told, the account it is known to belong to.
    pub(super) account: Option<&'a str>,
    /// The name typed at the door.
    pub(super) username: Option<&'a str>,
    /// The device's strongest name.
    pub(super) device: Option<&'a str>,
    /// The address.
    pub(super) ip: Option<String>,
    /// What was attempted.
    #[schema(schema_with = words::action_schema)]
    pub(super) action: &'a str,
    /// How it ended, as far as is known by now.
    #[schema(schema_with = words::outcome_schema)]
    pub(super) outcome: &'static str,
    /// When it happened, by your clock: RFC 3339.
    pub(super) at: String,
    /// True if your clock was more than five minutes ahead, so that `at` was set back.
    pub(super) at_clamped: bool,
    /// When we received it.
    pub(super) received_at: String,
    /// When it was judged.
    pub(super) judged_at: Option<String>,
    /// 0.00 to 100.00: 100 × the probability of takeover at even prior, with what rules added to it.
    #[schema(minimum = 0, maximum = 100)]
    pub(super) risk_score: Option<f64>,
    /// The evidence summed, in nats.
    pub(super) log_odds: Option<f64>,
    /// What was judged.
    #[schema(schema_with = words::verdict_or_null_schema)]
    pub(super) verdict: Option<&'static str>,
    /// What you were told: the verdict, or `allow` in observe mode; null where nobody asked.
    #[schema(schema_with = words::verdict_or_null_schema)]
    pub(super) answered: Option<&'static str>,
    /// The reasons, heaviest first.
    #[schema(schema_with = words::reasons_schema)]
    pub(super) reasons: Vec<&'static str>,
    /// The same with their evidence.
    pub(super) findings: Vec<FindingBody<'a>>,
    /// The rules that matched, those in effect first.
    pub(super) rules: Vec<RuleBody<'a>>,
    /// What would have been judged without rules, where they made it another verdict.
    #[schema(schema_with = words::verdict_or_null_schema)]
    pub(super) verdict_before_rules: Option<&'static str>,
    /// The lists it was on, by name.
    #[schema(value_type = Vec<String>)]
    pub(super) lists: &'a [Box<str>],
    /// The numbers it rests on; null where the fact is missing.
    #[schema(value_type = BTreeMap<String, Option<f64>>)]
    pub(super) features: Features<'a>,
    /// The version of the features' schema.
    pub(super) feature_schema: Option<u16>,
    /// In words.
    pub(super) sentences: Option<SentencesBody>,
    /// What to ask for when challenging, best first.
    #[schema(schema_with = words::challenges_schema)]
    pub(super) suggested_challenges: Vec<&'static str>,
    /// Events that the account's profile had learned from: how sure this can be.
    pub(super) history_depth: Option<u32>,
    /// The policy that judged.
    pub(super) policy: Option<PolicyBody<'a>>,
    /// The payment view of the account, which is apart from the takeover's.
    pub(super) payment_view: Option<PaymentViewBody>,
    /// Whether the credential has been seen in public breaches; null where it could not be looked up.
    pub(super) credential_status: Option<CredentialStatusBody>,
    /// What data sets say of the address.
    pub(super) enrichment: EnrichmentBody<'a>,
    /// The account's device before this one, where this one is another.
    pub(super) previous_device: Option<PreviousDeviceBody<'a>>,
    /// The device among the account's; null where either is not told, and for what failed.
    pub(super) device_sighting: Option<SightingBody>,
    /// What the event changed of the account's details.
    pub(super) changes: Vec<ChangeBody<'a>>,
    /// True if refusing is not enough, since whoever was refused is signed in: revoke the session.
    pub(super) revoke_session: bool,
    /// What was said of it since, oldest first.
    pub(super) feedback: Vec<FeedbackSaid<'a>>,
    /// The event as it is kept, in the shape in which it can be sent.
    pub(super) event: EventBody<'a>,
}

/// What data sets say of an event's address. Null where none knows, which is held against nobody.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrichment)]
pub(super) struct EnrichmentBody<'a> {
    /// What the address is by its number: public, private, carrier_nat, loopback, reserved, documentation.
    pub(super) address_kind: Option<&'static str>,
    /// The country of the address: ISO 3166-1, two letters.
    pub(super) country: Option<&'a str>,
    /// The region, state or province, in English.
    pub(super) region: Option<&'a str>,
    /// The city, in English.
    pub(super) city: Option<&'a str>,
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub(super) latitude: Option<f64>,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub(super) longitude: Option<f64>,
    /// The radius around there in which the address probably is, in km.
    pub(super) accuracy_km: Option<u16>,
    /// The number of the autonomous system that announces the address.
    pub(super) asn: Option<u32>,
    /// Who runs that system.
    pub(super) organization: Option<&'a str>,
    /// What data sets call the network; empty where none names it.
    pub(super) networks: Vec<NetworkClaimBody<'a>>,
}

/// What one data set calls the network of an address.
#[derive(Serialize, ToSchema)]
#[schema(as = NetworkClaim)]
pub(super) struct NetworkClaimBody<'a> {
    /// residential, hosting, vpn, tor, relay, proxy, mobile_carrier, business, government or military.
    pub(super) kind: &'static str,
    /// Which data set says so.
    pub(super) said_by: &'a str,
}

/// One rule that matched, and what it asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = RuleMatch)]
pub(super) struct RuleBody<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its version, counted from 1.
    #[schema(minimum = 1)]
    pub(super) version: u32,
    /// True if it only watches: what it asks for was not done.
    pub(super) shadow: bool,
    /// True if it was not to act on the account for now: what it asks for was not done.
    pub(super) snoozed: bool,
    /// What it adds to the score, in points.
    #[schema(minimum = -100, maximum = 100)]
    pub(super) score: f64,
    /// The mildest verdict that it allows.
    #[schema(schema_with = words::verdict_or_null_schema)]
    pub(super) floor: Option<&'static str>,
    /// The strictest verdict that it allows.
    #[schema(schema_with = words::verdict_or_null_schema)]
    pub(super) ceiling: Option<&'static str>,
    /// What the account is to be marked as.
    #[schema(schema_with = words::rule_status_or_null_schema)]
    pub(super) status: Option<&'static str>,
    /// What the event is to be found under.
    pub(super) tags: Vec<&'a str>,
    /// Which queue of people is to look at it.
    pub(super) queue: Option<&'a str>,
}

/// One reason with its evidence and its share.
#[derive(Serialize, ToSchema)]
#[schema(as = Finding)]
pub(super) struct FindingBody<'a> {
    /// Which.
    #[schema(schema_with = words::reason_schema)]
    pub(super) reason: &'static str,
    /// Its share of the log-odds: above zero speaks for takeover, below zero for the owner.
    pub(super) nats: f64,
    /// What it saw, by name with its unit.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub(super) evidence: EvidenceMap<'a>,
}

/// An assessment in words.
#[derive(Serialize, ToSchema)]
#[schema(as = Sentences)]
pub(super) struct SentencesBody {
    /// For a colleague.
    pub(super) analyst: String,
    /// For the person at the door: generic.
    pub(super) person: String,
}

/// A policy.
#[derive(Serialize, ToSchema)]
#[schema(as = Policy)]
pub(super) struct PolicyBody<'a> {
    /// Its name.
    pub(super) id: &'a str,
    /// Its version, from 1.
    pub(super) version: u32,
}

/// The payment view of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = PaymentView)]
pub(super) struct PaymentViewBody {
    /// What to do about payments.
    #[schema(schema_with = words::payment_schema)]
    pub(super) action: &'static str,
    /// 0 to 100.
    #[schema(maximum = 100)]
    pub(super) score: u8,
    /// What it rests on: judgement, your limit of events in a minute, or a reviewer's label.
    #[schema(schema_with = words::payment_source_schema)]
    pub(super) source: &'static str,
}

/// Whether a credential has been seen in public breaches.
#[derive(Serialize, ToSchema)]
#[schema(as = CredentialStatus)]
pub(super) struct CredentialStatusBody {
    /// The password has.
    pub(super) password_breached: bool,
    /// The username has.
    pub(super) username_breached: bool,
}

/// A device as the account last used it.
#[derive(Serialize, ToSchema)]
#[schema(as = PreviousDevice)]
pub(super) struct PreviousDeviceBody<'a> {
    /// Its name.
    pub(super) id: &'a str,
    /// Its kind.
    #[serde(rename = "type")]
    pub(super) kind: Option<&'a str>,
    /// Its maker.
    pub(super) manufacturer: Option<&'a str>,
    /// Its model.
    pub(super) model: Option<&'a str>,
    /// Its operating system.
    pub(super) os: Option<&'a str>,
    /// The address it came from.
    pub(super) ip: Option<String>,
    /// Its agent string.
    pub(super) user_agent: Option<&'a str>,
    /// When.
    pub(super) at: String,
}

/// What was said of an event.
#[derive(Serialize, ToSchema)]
#[schema(as = FeedbackSaid)]
pub(super) struct FeedbackSaid<'a> {
    /// What.
    #[schema(schema_with = words::feedback_schema)]
    pub(super) kind: &'static str,
    /// How a challenge was passed.
    #[schema(schema_with = words::mechanism_or_null_schema)]
    pub(super) mechanism: Option<&'a str>,
    /// The event it was said of.
    pub(super) event_id: Option<String>,
    /// The account it was said of.
    pub(super) account: Option<&'a str>,
    /// The first event of the takeover.
    pub(super) first_event_id: Option<String>,
    /// When.
    pub(super) received_at: String,
}

/// One page, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = AssessmentPage)]
pub(super) struct PageBody<'a> {
    /// The assessments.
    pub(super) items: Vec<AssessmentBody<'a>>,
    /// Where to continue; null when there is no more.
    pub(super) next_cursor: Option<String>,
}

/// An event that is remembered.
#[derive(Serialize, ToSchema)]
pub(super) struct EventRemembered {
    /// Its id: a UUID.
    pub(super) event_id: String,
}

/// How an event ended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct OutcomeTold {
    /// How.
    #[schema(schema_with = words::conclusion_schema)]
    pub(super) outcome: String,
}

/// What you know of an event (`event_id`) or of an account (`account`): one of the two.
#[derive(ToSchema)]
#[expect(dead_code, reason = "stands for what is read, in the schema alone")]
pub(super) struct FeedbackTold {
    /// What.
    #[schema(schema_with = words::feedback_schema)]
    pub(super) kind: String,
    /// The event; required for what is said of a challenge.
    pub(super) event_id: Option<String>,
    /// The account.
    pub(super) account: Option<String>,
    /// With an account: the first event that was not the owner's.
    pub(super) first_event_id: Option<String>,
    /// With `challenge_passed`: how.
    #[schema(schema_with = words::mechanism_or_null_schema, required = false)]
    pub(super) mechanism: Option<String>,
}

/// What came of feedback.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedbackTaken {
    /// Events or accounts it was about.
    pub(super) n_targets: u32,
    /// Events that left quarantine.
    pub(super) n_released: u32,
    /// Events that were unlearned.
    pub(super) n_unlearned: u32,
}

/// Why a request was not carried out: RFC 9457.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem<'a> {
    /// Where this sort of problem is documented, relative to this server.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The sort in words.
    pub(super) title: &'static str,
    /// The HTTP status.
    pub(super) status: u16,
    /// What is wrong.
    pub(super) detail: &'a str,
    /// The sort as a stable code.
    pub(super) code: &'static str,
    /// What is wrong where in the body.
    pub(super) errors: Vec<ProblemPlace<'a>>,
}

/// One thing wrong in a body.
#[derive(Serialize, ToSchema)]
pub(super) struct ProblemPlace<'a> {
    /// Where: `device.components`.
    pub(super) path: &'a str,
    /// What, as the rest of a sentence: `must be an object`.
    pub(super) detail: &'a str,
}

/// What a finding saw, by name.
pub(super) struct EvidenceMap<'a>(pub(super) &'a [Evidence]);

impl Serialize for EvidenceMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Evidence { name, value } in self.0 {
            match value {
                EvidenceValue::Count(count) => map.serialize_entry(name, count)?,
                EvidenceValue::Number(number) => map.serialize_entry(name, number)?,
                EvidenceValue::Text(text) => map.serialize_entry(name, text)?,
                EvidenceValue::Flag(flag) => map.serialize_entry(name, flag)?,
            }
        }
        map.end()
    }
}

/// Features by name, in the order of their schema. What is not a number is written as null.
pub(super) struct Features<'a> {
    pub(super) names: &'static [&'static str],
    pub(super) values: &'a [f32],
}

impl Serialize for Features<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.names.iter().zip(self.values))
    }
}
