//! What was changed, by whom and when, as an operator reads it: applications, keys, rules, lists.

use std::collections::{BTreeMap, VecDeque};

use rightful_dialects::rfc3339;
use rightful_domain::{Application, ApplicationId, AuditRow, AuditedChange, AuditedRules, ListChange, Timestamp};
use rightful_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::{self, ShownKey};
use crate::settings::Shown;

/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 1_000;
/// The most changes that are shown at once.
pub(crate) const CHANGES_MAX: usize = 10_000;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownChange {
    /// When; of an application's change that was noted without a time, when the last event or noted change before it was.
    pub(crate) at: Option<String>,
    pub(crate) application_id: String,
    /// What was done: `application.changed`, `keys.changed`, `rules.published`, `list.put`, ….
    pub(crate) change: String,
    /// Who did it, where that is noted: a name, and the key that was used.
    pub(crate) by: Option<String>,
    /// What was different after it, in words.
    pub(crate) detail: String,
}

/// The newest changes, oldest of them first; of one application, or of all.
pub(crate) async fn newest(
    store: &dyn Store,
    of: Option<&ApplicationId>,
    limit: usize,
) -> Result<Vec<ShownChange>, StoreError> {
    let limit = limit.min(CHANGES_MAX);
    let mut reader = Reader::default();
    let mut after = 0;
    loop {
        let rows = store.audit(after, ROWS_AT_ONCE).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        for row in rows {
            let is_asked = of.is_none_or(|of| row.change.application() == of);
            let shown = reader.shown(row);
            if is_asked {
                reader.newest.push_back(shown);
            }
            if reader.newest.len() > limit {
                reader.newest.pop_front();
            }
        }
    }
    let mut all: Vec<_> = reader.newest.into();
    let applications: Vec<_> = reader.before.into_keys().filter(|id| of.is_none_or(|of| of == id)).collect();
    for application in applications {
        let changes = store.list_changes(&application, limit).await?;
        all.extend(changes.iter().rev().map(|change| (Some(change.by.at), of_list(&application, change))));
    }
    // Rows are in their order already, and what was noted at the same moment stays in it.
    all.sort_by_key(|(at, _)| *at);
    let n_older = all.len().saturating_sub(limit);
    Ok(all.into_iter().skip(n_older).map(|(_, shown)| shown).collect())
}

#[derive(Default)]
struct Reader {
    /// No row so far is later: a row that has no date of its own, or one from before it, was made at this moment or later.
    moment: Option<Timestamp>,
    /// Each application as it was before the row that is read.
    before: BTreeMap<ApplicationId, Application>,
    newest: VecDeque<(Option<Timestamp>, ShownChange)>,
}

impl Reader {
    fn shown(&mut self, row: AuditRow) -> (Option<Timestamp>, ShownChange) {
        self.moment = self.moment.max(row.at);
        let application = row.change.application().clone();
        let (change, by, detail) = match row.change {
            AuditedChange::Made(made) => {
                let detail = format!("{:?}, {}", made.name, made.mode.as_str());
                self.before.insert(application.clone(), *made);
                ("application.made".to_owned(), row.by, detail)
            }
            AuditedChange::Changed(now) => ("application.changed".to_owned(), row.by, self.settings_changed(*now)),
            AuditedChange::Keys(now) => ("keys.changed".to_owned(), row.by, self.keys_changed(*now)),
            AuditedChange::Rules(rules) => {
                let by = Some(hand(&rules.author, row.by));
                (format!("rules.{}", rules.step.as_str()), by, rules_detail(&rules))
            }
            AuditedChange::Redelivered { hook, n_messages, .. } => {
                ("hook.redelivered".to_owned(), row.by, format!("{n_messages} messages of {hook}"))
            }
        };
        let (at, application_id) = (self.moment.map(rfc3339), application.as_str().to_owned());
        (self.moment, ShownChange { at, application_id, change, by: by.map(Into::into), detail })
    }

    fn settings_changed(&mut self, now: Application) -> String {
        let shown = |application: &Application| serde_json::to_value(Shown::from(application)).unwrap_or_default();
        let after = shown(&now);
        let before = self.before.insert(now.id.clone(), now);
        let mut changed = Vec::new();
        compare("", &before.as_ref().map(shown).unwrap_or_default(), &after, &mut changed);
        if changed.is_empty() {
            // All else is shown.
            changed.push("the secret of a hook".to_owned());
        }
        changed.join(", ")
    }

    fn keys_changed(&mut self, now: Application) -> String {
        let after = keys::shown(&now);
        let before = self.before.insert(now.id.clone(), now).map(|before| keys::shown(&before)).unwrap_or_default();
        let told = |what: &str, some: &[ShownKey], others: &[ShownKey]| {
            let only = some.iter().filter(|key| !others.contains(key));
            only.map(|key| format!("{what} {} {}", key.kind, key.name)).collect::<Vec<_>>()
        };
        [told("added", &after, &before), told("revoked", &before, &after)].concat().join(", ")
    }
}

/// Adds what is different, key by key: `settings.origins: [] → ["https://shop.example"]`.
fn compare(path: &str, before: &Value, after: &Value, changed: &mut Vec<String>) {
    if let (Value::Object(one), Value::Object(other)) = (before, after) {
        for (key, value) in other {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            compare(&path, one.get(key).unwrap_or(&Value::Null), value, changed);
        }
    } else if before != after {
        changed.push(format!("{path}: {before} → {after}"));
    }
}

/// A name, and the key that was used if it is not that.
fn hand(author: &str, key: Option<Box<str>>) -> Box<str> {
    key.filter(|key| **key != *author).map_or_else(|| author.into(), |key| format!("{author} ({key})").into())
}

fn rules_detail(rules: &AuditedRules) -> String {
    let published = rules.published.map(|number| format!(", version {number} in effect")).unwrap_or_default();
    let note = if rules.note.is_empty() { String::new() } else { format!(": {}", rules.note) };
    format!("revision {}{published}{note}", rules.revision)
}

fn of_list(application: &ApplicationId, change: &ListChange) -> ShownChange {
    ShownChange {
        at: Some(rfc3339(change.by.at)),
        application_id: application.as_str().to_owned(),
        change: format!("list.{}", change.verb.as_str()),
        by: change.by.name.as_deref().map(str::to_owned),
        detail: format!("{}, {} entries", change.list, change.n_entries),
    }
}
