//! What was changed, by whom and when, as an operator reads it: applications, keys, rules, lists.

use std::collections::{BTreeMap, VecDeque};

use rightful_dialects::rfc3339;
use rightful_domain::{Application, ApplicationId, AuditRow, AuditedChange, AuditedRules, ListChange, Timestamp};
use rightful_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::keys::{self, ShownKey};
use crate::rule_desk::OPERATOR;
use crate::settings::Shown;

/// Rows that are read at once.
const ROWS_AT_ONCE: usize = 1_000;
/// The most changes that are shown at once.
pub(crate) const CHANGES_MAX: usize = 10_000;

/// What earlier versions called [`OPERATOR`], of all but rules.
const OPERATOR_BEFORE: &str = "command line";

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownChange {
    /// When; of an application's change that was noted without a time, when the last event or noted change before it was.
    pub(crate) at: Option<String>,
    /// Whose; null of what is about all.
    pub(crate) application_id: Option<String>,
    /// What was done: `application.changed`, `keys.changed`, `rules.published`, `list.put`, `backup.begun`, ….
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
            let is_asked = of.is_none_or(|of| row.change.application() == Some(of));
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
        let application_id = row.change.application().map(|id| id.as_str().to_owned());
        let row = AuditRow { by: row.by.map(called_today), ..row };
        let (change, by, detail) = match row.change {
            AuditedChange::Made(made) => {
                let detail = format!("{:?}, {}", made.name, made.mode.as_str());
                self.before.insert(made.id.clone(), *made);
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
            AuditedChange::BackedUp { place } => ("backup.begun".to_owned(), row.by, format!("to {place}")),
        };
        let at = self.moment.map(rfc3339);
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

/// Who it was, as is said today.
fn called_today(by: Box<str>) -> Box<str> {
    if *by == *OPERATOR_BEFORE { OPERATOR.into() } else { by }
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
        application_id: Some(application.as_str().to_owned()),
        change: format!("list.{}", change.verb.as_str()),
        by: change.by.name.clone().map(|by| called_today(by).into()),
        detail: format!("{}, {} entries", change.list, change.n_entries),
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::{ApplicationMode, Author, Settings, Verdict};
    use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Office};

    use super::*;
    use crate::desk_lists::{self, ListCommand};

    #[tokio::test]
    async fn who_earlier_versions_called_otherwise_is_shown_as_today() {
        let folder = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions::new(MasterKey::from_bytes([1; 32]), [2; 32]);
        let (store, _) = EmbeddedStore::open(folder.path(), options).unwrap();
        let shop = Application {
            id: ApplicationId::new("shop").unwrap(),
            name: "shop".into(),
            test: false,
            mode: ApplicationMode::Enforce,
            credentials: Vec::new(),
            fallback_mild: Verdict::Allow,
            fallback_strict: Verdict::Challenge,
            deadline_ms: 500,
            created_at: Timestamp::from_seconds(1),
            settings: Settings::default(),
        };
        let by = |name: &str, seconds| Author { name: Some(name.into()), at: Timestamp::from_seconds(seconds) };
        store.create_application(shop.clone(), by("command line", 1)).await.unwrap();
        store.change_application(shop.clone(), by("operator", 2)).await.unwrap();
        for (list, hand) in [("one", by("command line", 3)), ("two", by("key-0123456789abcdef", 4))] {
            let (name, effect, of) = (list.to_owned(), "watch".to_owned(), "account".to_owned());
            let keep = ListCommand::Keep { name, effect, of, note: None };
            desk_lists::carry_out(&store, &shop, &keep, hand).await.unwrap_or_else(|_| panic!("{list} is kept"));
        }
        let shown = newest(&store, None, 10).await.unwrap();
        let hands: Vec<_> = shown.iter().map(|change| change.by.as_deref().unwrap()).collect();
        assert_eq!(hands, ["operator", "operator", "operator", "key-0123456789abcdef"]);
    }
}
