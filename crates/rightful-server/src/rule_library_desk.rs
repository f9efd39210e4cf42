//! Ready rules and an application's own: which are here, putting one in, bringing them up to date.
//!
//! All of it happens in the draft: nothing judges before it is published.

use rightful_dialects::{
    InstalledRule, ReadyRule, RuleConflict, RuleLibraryShown, RuleUpdate, RuleUpdates, RulesRefusal, RulesRefusalKind,
    RulesReply,
};
use rightful_engine::{LibraryRule, LibraryUpdate, RuleMode, library_origin, rule_library};
use toml::Table;

use crate::rule_desk::{Asking, Done, RuleDesk, refused};
use crate::rule_faults;
use crate::rule_text::{self, name_of};

impl RuleDesk<'_> {
    /// All ready rules, with the draft's rules that come from them.
    pub(crate) async fn library(&self, asking: Asking<'_>) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        let rules = rule_text::rules_of(book.edited());
        let items = rule_library().iter().map(|ready| shown(ready, &rules)).collect();
        Ok(RulesReply::Library(RuleLibraryShown { items }))
    }

    /// Puts a ready rule into the draft.
    pub(crate) async fn install(
        &self,
        asking: Asking<'_>,
        author: &str,
        (id, mode): (&str, Option<&str>),
        revision: Option<u64>,
    ) -> Done<()> {
        let mode = mode.map_or(Some(RuleMode::Shadow), RuleMode::parse);
        let mode = mode.ok_or_else(|| refused(RulesRefusalKind::Invalid, "mode must be active, shadow or off"))?;
        let library = rule_library();
        let ready = library.iter().find(|ready| *ready.rule.name == *id).ok_or_else(|| no_ready_rule(id))?;
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited());
        if rules.iter().any(|rule| name_of(rule) == id) {
            let detail = format!("there is a rule {id:?} already: update it, or rename it first");
            return Err(refused(RulesRefusalKind::Conflict, detail).into());
        }
        let mut rule = ready.to_install(mode);
        // The book counts its own versions, and says who put it in.
        rule.remove("version");
        rule.remove("author");
        rule_text::put(&mut rules, rule, author);
        self.check_and_edit(asking, author, &rules, revision.or(Some(book.revision))).await
    }

    /// Brings the draft's rules that come from these, or all, up to date.
    pub(crate) async fn update(
        &self,
        asking: Asking<'_>,
        author: &str,
        ids: &[String],
        revision: Option<u64>,
    ) -> Done<RulesReply> {
        let library = rule_library();
        let unknown = ids.iter().find(|id| !library.iter().any(|ready| *ready.rule.name == ***id));
        if let Some(unknown) = unknown {
            return Err(no_ready_rule(unknown).into());
        }
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited());
        let items = updated(&mut rules, &library, ids);
        if !items.is_empty() {
            self.check_and_edit(asking, author, &rules, revision.or(Some(book.revision))).await?;
        }
        let revision = self.store.rule_book(asking.application).await?.revision;
        Ok(RulesReply::Updated(RuleUpdates { revision, items }))
    }

    async fn check_and_edit(
        &self,
        asking: Asking<'_>,
        author: &str,
        rules: &[Table],
        revision: Option<u64>,
    ) -> Done<()> {
        rule_faults::none(rule_faults::of_rules(self.policies.file(), rules))?;
        let book = self.store.rule_book(asking.application).await?;
        self.edit(asking, author, &book, (revision, Some(rules))).await
    }
}

fn no_ready_rule(id: &str) -> RulesRefusal {
    refused(RulesRefusalKind::NotFound, format!("there is no rule {id:?} in the library"))
}

fn shown(ready: &LibraryRule, rules: &[Table]) -> ReadyRule {
    let id = &*ready.rule.name;
    let from_it = |rule: &&Table| library_origin(rule).is_some_and(|(origin, _)| origin == id);
    let installed = rules.iter().filter(from_it).map(|rule| InstalledRule {
        name: name_of(rule).to_owned(),
        version: library_origin(rule).map_or(0, |(_, version)| version),
        is_outdated: ready.update(rule).is_some(),
        edited: ready.edits_of(rule),
    });
    ReadyRule {
        id: id.to_owned(),
        group: ready.group.to_string(),
        title: ready.title.to_string(),
        explanation: ready.explanation.to_string(),
        version: ready.rule.version,
        rule: rule_text::json_of(&ready.table),
        installed: installed.collect(),
    }
}

/// Brings rules up to date; what became of those that were not.
fn updated(rules: &mut [Table], library: &[LibraryRule], ids: &[String]) -> Vec<RuleUpdate> {
    let mut items = Vec::new();
    for rule in rules {
        let Some((id, _)) = library_origin(rule) else { continue };
        let ready = library.iter().find(|ready| *ready.rule.name == *id);
        let is_asked = ids.is_empty() || ids.iter().any(|asked| asked == id);
        let Some(update) = ready.filter(|_| is_asked).and_then(|ready| ready.update(rule)) else { continue };
        let id = id.to_owned();
        let LibraryUpdate { rule: new, from, to, followed, kept, conflicts } = update;
        *rule = new;
        let conflicts = conflicts.into_iter().map(|conflict| RuleConflict {
            key: conflict.key,
            local: conflict.local.as_ref().map(rule_text::json_value),
            library: conflict.library.as_ref().map(rule_text::json_value),
        });
        let conflicts = conflicts.collect();
        items.push(RuleUpdate { name: name_of(rule).to_owned(), id, from, to, followed, kept, conflicts });
    }
    items
}

#[cfg(test)]
mod tests {
    use toml::Value;

    use super::*;

    #[test]
    fn an_update_touches_what_is_asked_and_tells_what_became_of_it() {
        let mut library = rule_library();
        let newer = &mut library[0];
        newer.rule.version += 1;
        newer.earlier.push(newer.table.clone());
        newer.table.insert("library_version".into(), Value::Integer(newer.rule.version.into()));
        newer.table.insert("queue".into(), "new-queue".into());
        newer.table.insert("floor".into(), "deny".into());
        let mut mine = newer.earlier[0].clone();
        mine.insert("name".into(), "mine".into());
        mine.insert("floor".into(), "allow".into());
        let other = library[1].to_install(RuleMode::Active);
        let mut rules = vec![mine, other.clone()];
        assert_eq!(updated(&mut rules.clone(), &library, &[other["name"].as_str().unwrap().to_owned()]), []);
        let items = updated(&mut rules, &library, &[]);
        let [item] = &items[..] else { panic!("one was outdated: {items:?}") };
        assert_eq!((item.name.as_str(), item.from, item.to), ("mine", 1, 2));
        assert_eq!((&item.followed[..], item.conflicts.len()), (&["queue".to_owned()][..], 1));
        assert_eq!((rules[0]["floor"].as_str(), rules[0]["queue"].as_str()), (Some("allow"), Some("new-queue")));
        assert_eq!(rules[1], other);
        assert!(updated(&mut rules, &library, &[]).is_empty());
    }
}
