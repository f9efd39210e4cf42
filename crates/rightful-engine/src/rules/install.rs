//! A ready rule in somebody's own rules: put there, told apart from what was changed of it, and brought up to date.
//!
//! A rule from the library remembers its id and the library's version of it. So there are three of each key: as it was put
//! there, as it is now, and as the library has it today. What was changed locally stays, always; other keys follow.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::library::LibraryRule;
use super::set::RuleMode;

/// The key that names the ready rule that a rule comes from.
pub(super) const LIBRARY: &str = "library";
/// The key that says which version of it.
pub(super) const LIBRARY_VERSION: &str = "library_version";
/// What is no part of what a rule says: it differs without anybody's edit. Whether it is in effect is for each to decide.
const OWN: [&str; 6] = ["name", "version", "author", "mode", LIBRARY, LIBRARY_VERSION];

/// A rule that the library has a newer version of, brought up to date.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryUpdate {
    /// As it is to be from now on.
    pub rule: Table,
    /// The library's version of it so far.
    pub from: u32,
    /// The library's version of it now.
    pub to: u32,
    /// Keys that follow the library.
    pub followed: Vec<String>,
    /// Keys that were changed locally and not by the library.
    pub kept: Vec<String>,
    /// Keys that both have changed; the local one stays.
    pub conflicts: Vec<UpdateConflict>,
}

/// A key that was changed locally and by the library, each in its own way.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateConflict {
    /// The key.
    pub key: String,
    /// As it is locally, and stays; None if it was taken out.
    pub local: Option<Value>,
    /// As the library has it; None if it was taken out.
    pub library: Option<Value>,
}

/// The id and version of the ready rule that a rule comes from; None if it comes from none.
#[must_use]
pub fn library_origin(rule: &Table) -> Option<(&str, u32)> {
    let id = rule.get(LIBRARY)?.as_str()?;
    let version = rule.get(LIBRARY_VERSION).and_then(Value::as_integer).unwrap_or(1);
    Some((id, u32::try_from(version).ok()?))
}

impl LibraryRule {
    /// The rule to be put into somebody's rules.
    #[must_use]
    pub fn to_install(&self, mode: RuleMode) -> Table {
        let mut rule = self.table.clone();
        rule.insert("mode".to_owned(), mode.as_str().into());
        rule
    }

    /// What was changed locally of a rule that comes from this one, by key; None if it comes from another, or from a version
    /// that the library does not know.
    #[must_use]
    pub fn edits_of(&self, local: &Table) -> Option<Vec<String>> {
        let base = self.as_installed(local)?;
        Some(keys([base, local]).into_iter().filter(|key| base.get(*key) != local.get(*key)).map(Into::into).collect())
    }

    /// Brings a rule up to date; None if it comes from another one, or is up to date.
    #[must_use]
    pub fn update(&self, local: &Table) -> Option<LibraryUpdate> {
        let (id, from) = library_origin(local)?;
        let to = self.rule.version;
        if *self.rule.name != *id || from >= to {
            return None;
        }
        let mut update =
            LibraryUpdate { rule: local.clone(), from, to, followed: vec![], kept: vec![], conflicts: vec![] };
        let base = self.as_installed(local);
        for key in keys([base.unwrap_or(local), local, &self.table]) {
            let [mine, theirs] = [local, &self.table].map(|side| side.get(key));
            // Where nobody knows how it was put there, whatever differs may be somebody's edit.
            let was = base.map(|base| base.get(key));
            match was {
                _ if mine == theirs => {}
                Some(was) if was == mine => update.follow(key, theirs),
                Some(was) if was == theirs => update.kept.push(key.to_owned()),
                Some(_) | None => update.conflicts.push(UpdateConflict {
                    key: key.to_owned(),
                    local: mine.cloned(),
                    library: theirs.cloned(),
                }),
            }
        }
        update.rule.insert(LIBRARY_VERSION.to_owned(), Value::Integer(to.into()));
        Some(update)
    }

    /// This rule in the version from which another comes; None if it comes from none that is known.
    fn as_installed(&self, local: &Table) -> Option<&Table> {
        let (id, version) = library_origin(local).filter(|(id, _)| *id == &*self.rule.name)?;
        let is_it = |table: &&Table| library_origin(table) == Some((id, version));
        std::iter::once(&self.table).chain(&self.earlier).find(is_it)
    }
}

impl LibraryUpdate {
    fn follow(&mut self, key: &str, theirs: Option<&Value>) {
        match theirs {
            Some(value) => self.rule.insert(key.to_owned(), value.clone()),
            None => self.rule.remove(key),
        };
        self.followed.push(key.to_owned());
    }
}

/// The keys of any of these that say something, in order, each once.
fn keys<const N: usize>(tables: [&Table; N]) -> BTreeSet<&str> {
    let all = tables.into_iter().flat_map(|table| table.keys().map(String::as_str));
    all.filter(|key| !OWN.contains(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::library::of_group;
    use super::*;

    /// A rule that the library has changed twice.
    fn ready() -> LibraryRule {
        let text = r#"
            group = "Velocity"
            [[rules]]
            id = "fast"
            version = 3
            title = "Fast"
            explanation = "It is fast."
            when = "score > 60"
            floor = "challenge"
            tags = ["fast"]
            [[rules.earlier]]
            version = 1
            when = "score > 40"
            score = 10
            [[rules.earlier]]
            version = 2
            when = "score > 50"
            floor = "challenge"
            queue = "fast"
        "#;
        of_group(text).into_iter().next().expect("one")
    }

    fn local(edits: &str) -> Table {
        let mut rule: Table = "name = 'my-fast'\nlibrary = 'fast'\nlibrary_version = 2\nversion = 9\nauthor = 'Rita'\n\
                               mode = 'shadow'\nwhen = 'score > 50'\nfloor = 'challenge'\nqueue = 'fast'\n\
                               note = 'Fast. It is fast.'"
            .parse()
            .expect("a table");
        for (key, value) in edits.parse::<Table>().expect("a table") {
            if value.as_str() == Some("GONE") {
                rule.remove(&key)
            } else {
                rule.insert(key, value)
            };
        }
        rule
    }

    #[track_caller]
    fn check(edits: &str, followed: &[&str], kept: &[&str], conflicts: &[&str]) {
        let local = local(edits);
        let update = ready().update(&local).expect("there is a newer version");
        assert_eq!((update.from, update.to), (2, 3));
        assert_eq!(update.followed, followed, "followed");
        assert_eq!(update.kept, kept, "kept");
        let in_conflict: Vec<&str> = update.conflicts.iter().map(|conflict| conflict.key.as_str()).collect();
        assert_eq!(in_conflict, conflicts, "conflicts");
        for key in kept.iter().chain(conflicts).chain(&OWN[..5]) {
            assert_eq!(update.rule.get(*key), local.get(*key), "what is local stays: {key}");
        }
        for key in followed {
            assert_eq!(update.rule.get(*key), ready().table.get(*key), "what follows is the library's: {key}");
        }
        assert_eq!(library_origin(&update.rule), Some(("fast", 3)));
        assert_eq!(ready().update(&update.rule), None, "an update is done once");
    }

    #[test]
    fn what_nobody_edited_follows_and_what_somebody_did_stays() {
        check("", &["queue", "tags", "when"], &[], &[]);
        check("floor = 'deny'", &["queue", "tags", "when"], &["floor"], &[]);
        check("floor = 'GONE'", &["queue", "tags", "when"], &["floor"], &[]);
        check("when = 'score > 70'", &["queue", "tags"], &[], &["when"]);
        check("when = 'score > 60'", &["queue", "tags"], &[], &[]);
        check("queue = 'GONE'", &["tags", "when"], &[], &[]);
        check("queue = 'mine'\ntags = ['mine']", &["when"], &[], &["queue", "tags"]);
        check("priority = 7\nnote = 'Ours.'", &["queue", "tags", "when"], &["note", "priority"], &[]);
        check("mode = 'active'\nname = 'other'", &["queue", "tags", "when"], &[], &[]);
    }

    #[test]
    fn a_version_that_nobody_knows_any_more_loses_nothing() {
        let mut local = local("when = 'score > 55'");
        local.insert(LIBRARY_VERSION.to_owned(), Value::Integer(2));
        let mut ready = ready();
        ready.earlier.clear();
        let update = ready.update(&local).expect("there is a newer version");
        assert!(update.followed.is_empty() && update.kept.is_empty());
        let keys: Vec<&str> = update.conflicts.iter().map(|conflict| conflict.key.as_str()).collect();
        assert_eq!(keys, ["queue", "tags", "when"]);
        assert_eq!(update.rule.get("when").and_then(Value::as_str), Some("score > 55"));
    }

    #[test]
    fn what_is_put_in_is_up_to_date_and_unedited() {
        let ready = ready();
        let installed = ready.to_install(RuleMode::Shadow);
        assert_eq!(installed.get("mode").and_then(Value::as_str), Some("shadow"));
        assert_eq!(ready.update(&installed), None);
        assert_eq!(ready.edits_of(&installed), Some(vec![]));
        assert_eq!(ready.edits_of(&local("floor = 'deny'\nmode = 'off'")), Some(vec!["floor".to_owned()]));
        let of_another = Table::from_iter([(LIBRARY.to_owned(), Value::from("slow"))]);
        assert_eq!((ready.update(&of_another), ready.edits_of(&of_another)), (None, None));
        assert_eq!((ready.update(&Table::new()), ready.edits_of(&Table::new())), (None, None));
    }
}
