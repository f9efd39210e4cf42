//! One thing that happens at the shop's door, with the truth beside it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::device::SimulatedDevice;
use super::geography::City;
use crate::campaign::CampaignKind;

/// One attempt to sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedEvent {
    /// How long after the event before it, in the shop's own time.
    pub after: Duration,
    /// What an onlooker would see; it does not tell whether it is an attack.
    pub description: String,
    /// The truth: None where it is the customer.
    pub attack: Option<CampaignKind>,
    /// What for.
    pub purpose: Purpose,
    /// What was typed as a name.
    pub username: String,
    /// The customer of that name; None where there is none.
    pub customer_id: Option<String>,
    /// Whether the shop let it in.
    pub succeeded: bool,
    /// How it tried to prove itself, in order.
    pub proofs: Vec<ProofResult>,
    /// What it came from.
    pub device: Arc<SimulatedDevice>,
    /// Where it came from.
    pub address: IpAddr,
    /// Where the device says it is; None where it does not say.
    pub city: Option<&'static City>,
}

/// What somebody signs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To shop.
    Shopping,
    /// To change an address or a contact, before which the shop asks for the password once more.
    DetailsChange,
    /// To be paid out what is in the account, before which it asks, too.
    Payout,
}

/// One proof, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofResult {
    /// Which.
    pub proof: Proof,
    /// Why it failed, as Ravelin spells it; None where it held.
    pub failure: Option<&'static str>,
}

/// A way to prove oneself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password, as the hexadecimal SHA-256 of it.
    Password(String),
    /// A code from an authenticator.
    OneTimeCode,
    /// A link by e-mail.
    MagicLink,
    /// The account at a provider.
    Social(&'static str),
}

impl ProofResult {
    /// A proof that held.
    pub(super) const fn held(proof: Proof) -> Self {
        Self { proof, failure: None }
    }

    /// A proof that did not.
    pub(super) const fn failed(proof: Proof, failure: &'static str) -> Self {
        Self { proof, failure: Some(failure) }
    }

    /// The mechanism's key and object in Ravelin's shape.
    fn ravelin(&self, username: &str) -> (&'static str, Value) {
        let mut fields = Map::new();
        let key = match &self.proof {
            Proof::Password(hash) => {
                fields.insert("passwordHashed".into(), json!(hash));
                "password"
            }
            Proof::OneTimeCode => "oneTimeCode",
            Proof::MagicLink => {
                fields.insert("transport".into(), json!("email"));
                fields.insert("email".into(), json!(username));
                "magiclink"
            }
            Proof::Social(provider) => {
                fields.insert("socialProvider".into(), json!(provider));
                "social"
            }
        };
        fields.insert("success".into(), json!(self.failure.is_none()));
        if let Some(failure) = self.failure {
            fields.insert("failureReason".into(), json!(failure));
        }
        (key, Value::Object(fields))
    }
}

impl SimulatedEvent {
    /// The body of Ravelin's `POST /v3/login` for this attempt, at a Unix time in ms.
    ///
    /// A change of details is told as the login that the shop asks for before it, with its purpose in `custom`.
    #[must_use]
    pub fn ravelin_login_body(&self, at_ms: i64) -> Value {
        let mut body = json!({
            "timestamp": at_ms,
            "login": self.ravelin_login(),
            "device": {
                "deviceId": self.device.id,
                "ipAddress": self.address.to_string(),
                "language": self.device.language,
                "userAgent": self.device.model.user_agent,
                "model": self.device.model.model,
                "os": self.device.model.os,
                "type": self.device.model.kind,
                "manufacturer": self.device.model.manufacturer,
            },
        });
        if let (Some(city), Value::Object(fields)) = (self.city, &mut body) {
            let location = json!({
                "country": city.country,
                "city": city.name,
                "latitude": city.latitude,
                "longitude": city.longitude,
            });
            fields.insert("location".into(), location);
        }
        body
    }

    fn ravelin_login(&self) -> Value {
        let mechanisms: Map<String, Value> = self
            .proofs
            .iter()
            .map(|result| result.ravelin(&self.username))
            .map(|(key, fields)| (key.to_owned(), fields))
            .collect();
        let mut login = Map::new();
        login.insert("username".into(), json!(self.username));
        if let Some(customer_id) = &self.customer_id {
            login.insert("customerId".into(), json!(customer_id));
        }
        login.insert("success".into(), json!(self.succeeded));
        login.insert("authenticationMechanism".into(), Value::Object(mechanisms));
        let app = json!({
            "name": "Heron Market",
            "platform": self.device.model.platform,
            "domain": "www.heron-market.example",
        });
        login.insert("app".into(), app);
        match self.purpose {
            Purpose::Shopping => {}
            Purpose::DetailsChange => {
                login.insert("custom".into(), json!({ "purpose": "account_details_change" }));
            }
            Purpose::Payout => {
                login.insert("custom".into(), json!({ "purpose": "withdraw" }));
            }
        }
        Value::Object(login)
    }
}
