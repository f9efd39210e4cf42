//! Rupt's answers, field by field in the order of its documentation.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The answer to a page that identifies its device: a token, and nothing else.
#[derive(Serialize)]
pub(super) struct Identification {
    pub(super) identification: String,
}

/// The answer to a server that completes an identification.
#[derive(Serialize)]
pub(super) struct Completed<'a> {
    pub(super) access: String,
    /// Null where no judgement could be had in time.
    pub(super) device: Option<String>,
    pub(super) new_device: bool,
    pub(super) metadata_fields: Metadata<'a>,
}

/// Fields of a device, in the order they came.
pub(super) struct Metadata<'a>(pub(super) &'a [(Box<str>, Vec<Box<str>>)]);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in self.0 {
            map.serialize_entry(name, values)?;
        }
        map.end()
    }
}

/// It is done.
#[derive(Serialize)]
pub(super) struct Done {
    pub(super) success: bool,
}

/// The answer to a page that attaches its device.
#[derive(Serialize)]
pub(super) struct Attached<'a> {
    pub(super) success: bool,
    pub(super) attached_devices: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device_id: Option<&'a str>,
    pub(super) default_device_limit: u16,
    pub(super) block_over_usage: bool,
    pub(super) suspended: bool,
    pub(super) new_device: bool,
    pub(super) access: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<&'a str>,
    pub(super) metadata: Metadata<'a>,
    pub(super) verification_status: &'static str,
}

/// The answer to who detaches a device.
#[derive(Serialize)]
pub(super) struct Detached<'a> {
    pub(super) success: bool,
    pub(super) attached_devices: usize,
    pub(super) device_id: &'a str,
    pub(super) default_device_limit: u16,
    pub(super) block_over_usage: bool,
}

/// The answer to a page that asks for its fingerprint's id.
#[derive(Serialize)]
pub(super) struct Fingerprint {
    pub(super) fingerprint_id: String,
    pub(super) confidence: f64,
}

/// The answer to an evaluation of the second generation.
#[derive(Serialize)]
pub(super) struct Evaluated {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) challenge_id: Option<String>,
    pub(super) verdict: &'static str,
    pub(super) reasons: Vec<&'static str>,
    pub(super) evaluation_id: String,
}

/// A device, as servers are told of it.
#[derive(Serialize)]
pub(super) struct Device<'a> {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) project: Option<&'a str>,
    pub(super) info: DeviceInfo<'a>,
    pub(super) status: &'static str,
    pub(super) metadata: Metadata<'a>,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(rename = "updatedAt")]
    pub(super) updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detached_at: Option<String>,
    #[serde(rename = "attachedAt")]
    pub(super) attached_at: String,
}

/// The same in the third generation.
#[derive(Serialize)]
pub(super) struct DeviceV3<'a> {
    pub(super) id: String,
    pub(super) user: &'a str,
    pub(super) status: &'static str,
    pub(super) metadata: Metadata<'a>,
    pub(super) info: DeviceInfo<'a>,
    pub(super) attached_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detached_at: Option<String>,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(rename = "updatedAt")]
    pub(super) updated_at: String,
}

/// The same, as pages are told of it: enough to choose one.
#[derive(Serialize)]
pub(super) struct DeviceOfPage<'a> {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) info: DeviceInfo<'a>,
    pub(super) status: &'static str,
    #[serde(rename = "attachedAt")]
    pub(super) attached_at: String,
}

/// What a device is.
#[derive(Serialize)]
pub(super) struct DeviceInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ua: Option<&'a str>,
    pub(super) os: Named<'a>,
    pub(super) device: DeviceMake<'a>,
}

#[derive(Serialize)]
pub(super) struct Named<'a> {
    pub(super) name: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct DeviceMake<'a> {
    pub(super) vendor: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) kind: Option<&'a str>,
}

/// A page of accesses.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Accesses<'a> {
    pub(super) docs: Vec<Access<'a>>,
    pub(super) total_docs: usize,
    pub(super) limit: u16,
    pub(super) total_pages: usize,
    pub(super) page: u16,
    pub(super) paging_counter: u16,
    pub(super) has_prev_page: bool,
    pub(super) has_next_page: bool,
    pub(super) prev_page: Option<u16>,
    pub(super) next_page: Option<u16>,
}

/// An access: one event of an account.
#[derive(Serialize)]
pub(super) struct Access<'a> {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) signed: bool,
    pub(super) device: Option<AccessDevice<'a>>,
    pub(super) project: &'a str,
    pub(super) user: Option<&'a str>,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<&'a str>,
    pub(super) new_device: bool,
    pub(super) verdict: &'static str,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(rename = "updatedAt")]
    pub(super) updated_at: String,
}

#[derive(Serialize)]
pub(super) struct AccessDevice<'a> {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) user: Option<&'a str>,
    pub(super) project: &'a str,
    pub(super) info: DeviceInfo<'a>,
}

/// An evaluation of the third generation.
#[derive(Serialize)]
pub(super) struct Evaluation<'a> {
    pub(super) id: &'a str,
    /// As previews and the vendor's own client spell it.
    #[serde(rename = "_id")]
    pub(super) older_id: &'a str,
    pub(super) action: &'static str,
    pub(super) verdict: &'static str,
    pub(super) reasons: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) challenge: Option<ChallengeOf<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<Policy<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) geolocation: Option<Geolocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<String>,
    pub(super) access: String,
    pub(super) risks: Vec<Risk>,
    pub(super) risk_summary: Vec<RiskSummary>,
    pub(super) consumed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumed_at: Option<String>,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(rename = "updatedAt")]
    pub(super) updated_at: String,
}

#[derive(Serialize)]
pub(super) struct User<'a> {
    pub(super) rupt_id: &'a str,
    pub(super) id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct ChallengeOf<'a> {
    pub(super) id: &'a str,
    pub(super) status: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Policy<'a> {
    pub(super) id: String,
    pub(super) name: &'a str,
    pub(super) action: PolicyAction,
}

#[derive(Serialize)]
pub(super) struct PolicyAction {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Geolocation<'a> {
    pub(super) city: Option<&'a str>,
    pub(super) region: Option<&'a str>,
    pub(super) country_code: Option<&'a str>,
    pub(super) ip: String,
    pub(super) security: Security,
}

#[derive(Serialize)]
pub(super) struct Security {
    pub(super) vpn: bool,
    pub(super) proxy: bool,
    pub(super) tor: bool,
    pub(super) hosting: bool,
}

#[derive(Serialize)]
pub(super) struct Risk {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) severity: &'static str,
    /// 0 to 10.
    pub(super) score: u16,
    pub(super) indicators: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct RiskSummary {
    pub(super) category: &'static str,
    pub(super) severity: &'static str,
}

/// A challenge.
#[derive(Serialize)]
pub(super) struct Challenge<'a> {
    pub(super) id: &'a str,
    #[serde(rename = "_id")]
    pub(super) older_id: &'a str,
    pub(super) status: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<&'a str>,
    pub(super) evaluation: &'a str,
    pub(super) reasons: Vec<&'static str>,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(rename = "updatedAt")]
    pub(super) updated_at: String,
}

/// What a request that cannot be taken is told.
#[derive(Serialize)]
pub(super) struct ErrorAnswer<'a> {
    pub(super) success: bool,
    pub(super) error: &'static str,
    pub(super) message: &'a str,
    #[serde(rename = "statusCode")]
    pub(super) status: u16,
}

/// A message to a page that listens.
#[derive(Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub(super) enum PageMessage {
    Logout,
    Challenge { challenge: ChallengeId, url: &'static str },
}

#[derive(Serialize)]
pub(super) struct ChallengeId {
    #[serde(rename = "_id")]
    pub(super) id: String,
}

/// A message to a hook about a challenge.
#[derive(Serialize)]
pub(super) struct ChallengeHook<'a> {
    pub(super) event: &'static str,
    pub(super) account: Option<&'a str>,
    pub(super) challenge: Challenge<'a>,
}

/// A message to a hook about a device.
#[derive(Serialize)]
pub(super) struct DeviceHook<'a> {
    pub(super) event: &'static str,
    pub(super) account: &'a str,
    pub(super) device: Device<'a>,
}

/// A message to a hook about an account on too many devices.
#[derive(Serialize)]
pub(super) struct SharingHook<'a> {
    pub(super) event: &'static str,
    pub(super) account: Option<&'a str>,
    pub(super) attached_devices: Option<u16>,
    pub(super) device: Option<String>,
    pub(super) access: String,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
}
