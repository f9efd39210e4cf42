//! The logins of a soak: each with a customer of its own, so that it can be looked for by name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rightful_sim::http::{Connection, body_of, request};
use rightful_sim::load::{self, LoadEnd};
use rightful_sim::shop::{Traffic, traffic};
use serde_json::Value;

use super::server::{Keys, Server};
use super::{PATIENCE, Sent, SoakError, plan};

/// Customers of the shop that the logins are modelled on.
const SHOP_CUSTOMERS: usize = 300;
/// Entries a page, when the whole ledger is read.
const PAGE_ENTRIES: usize = 500;

/// Requests without end; each is noted as unanswered the moment it is taken.
pub(super) struct Logins {
    traffic: Traffic,
    /// What the customers of this round are called, before their number.
    prefix: String,
    n_made: u64,
    authorization: String,
    sent: Arc<Mutex<Sent>>,
}

impl Logins {
    pub(super) fn new((seed, round): (u64, u32), keys: &Keys, sent: Arc<Mutex<Sent>>) -> Self {
        Self {
            traffic: traffic(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(round)), SHOP_CUSTOMERS),
            prefix: format!("soak-{seed}-{round}"),
            n_made: 0,
            authorization: format!("token {}", keys.secret_key),
            sent,
        }
    }
}

impl Iterator for Logins {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut event = self.traffic.next()?;
        self.n_made += 1;
        let id = format!("{}-{}", self.prefix, self.n_made);
        event.username = format!("{id}@example.com");
        event.customer_id = Some(id.clone());
        let body = event.ravelin_login_body(unix_ms()).to_string();
        let headers = [("authorization", self.authorization.as_str()), ("content-type", "application/json")];
        let request = request("POST", "/v3/login?score=true", &headers, body.as_bytes());
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.unanswered.insert(id, request.clone());
        Some(request)
    }
}

/// Notes the answer to a login.
pub(super) fn note(sent: &mut Sent, request: &[u8], status: u16) {
    let body: Value = serde_json::from_slice(body_of(request)).unwrap_or_default();
    let id = body.pointer("/login/customerId").and_then(Value::as_str).unwrap_or_default();
    if status == 200 {
        sent.unanswered.remove(id);
        sent.acknowledged.insert(id.to_owned());
    } else {
        *sent.refused.entry(status).or_default() += 1;
    }
}

/// What looking for logins has found.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) n_lost: usize,
    pub(super) n_doubled: usize,
    n_looked: usize,
}

impl Answers {
    /// Looks for each login by its account.
    pub(super) async fn look_for(server: &Server, keys: &Keys, ids: &BTreeSet<String>) -> Result<Self, SoakError> {
        let authorization = format!("Bearer {}", keys.api_key);
        let headers = [("authorization", authorization.as_str())];
        let requests: Vec<Vec<u8>> = ids
            .iter()
            .map(|id| request("GET", &format!("/v1/assessments?account={id}&limit=3"), &headers, b""))
            .collect();
        let found = Arc::new(Mutex::new(Self::default()));
        let counted = Arc::clone(&found);
        let on_answer = move |_: &[u8], status: u16, body: &[u8]| {
            let page: Value = serde_json::from_slice(body).unwrap_or_default();
            let n_items = page.get("items").and_then(Value::as_array).map(Vec::len);
            if let (200, Some(n_items)) = (status, n_items) {
                counted.lock().unwrap_or_else(PoisonError::into_inner).count(n_items);
            }
        };
        let plan = plan(server, LoadEnd::Requests(u64::MAX));
        load::run(plan, requests.into_iter(), Arc::new(on_answer)).await?;
        let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        if found.n_looked == ids.len() {
            return Ok(found);
        }
        Err(SoakError::Server(format!("looked for {} logins and got {} answers", ids.len(), found.n_looked)))
    }

    fn count(&mut self, n_items: usize) {
        self.n_looked += 1;
        self.n_lost += usize::from(n_items == 0);
        self.n_doubled += usize::from(n_items > 1);
    }

    /// Reads the whole ledger: how often each account is in it.
    pub(super) async fn read_ledger(server: &Server, keys: &Keys) -> Result<BTreeMap<String, u32>, SoakError> {
        let authorization = format!("Bearer {}", keys.api_key);
        let mut connection = Connection::new(server.address, PATIENCE)?;
        let mut entries: BTreeMap<String, u32> = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let target = format!("/v1/assessments?limit={PAGE_ENTRIES}{cursor}");
            let answer =
                connection.exchange(&request("GET", &target, &[("authorization", &authorization)], b"")).await?;
            let page: Value = serde_json::from_slice(answer.body).unwrap_or_default();
            let Some(items) = page.get("items").and_then(Value::as_array) else {
                return Err(SoakError::Server(format!(
                    "reading the ledger was answered with status {}",
                    answer.status
                )));
            };
            for item in items {
                let account = item.get("account").and_then(Value::as_str);
                let account = account.ok_or_else(|| SoakError::Server("an entry names no account".into()))?;
                *entries.entry(account.to_owned()).or_default() += 1;
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(entries),
            }
        }
    }
}

fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
