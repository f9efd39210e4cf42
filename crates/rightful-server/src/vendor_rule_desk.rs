//! What is done with rules that a vendor's API has written. They are rules of the application's own book, each with what the
//! vendor told under its key `origin`:
//!
//! ```toml
//! origin = { vendor = "transmit", id = "transmit-office-1a2b", told = { name = "Office", priority = 2, … } }
//! ```
//!
//! A vendor's API has no drafts: what it writes is published, beside the draft that somebody may be editing, in which the
//! same is done. Where publishing takes two it is proposed, and in effect once somebody else has approved it.

use rightful_dialects::{
    Refusal, RulesRefusal, RulesRefusalKind, RulesStep, VendorRule, VendorRuleKept, VendorRuleRef, VendorRulesAsked,
    VendorRulesReply, VendorRulesShown,
};
use rightful_domain::{RuleBook, RuleBookChangeKind};
use rightful_store::StoreError;
use toml::{Table, Value};

use crate::rule_desk::{Asking, Done, NotDone, RuleDesk, published, refused};
use crate::rule_faults;
use crate::rule_text::{self, ORIGIN, name_of};

/// Reads what is to be written, once it is known in whose place.
pub(crate) type Read<'a> = &'a (dyn Fn(Option<&VendorRuleKept>) -> Result<VendorRule, Refusal> + Sync);

impl RuleDesk<'_> {
    /// Does what a vendor's API asks. A refusal is an answer, unless it is of what was told.
    pub(crate) async fn carry_out_vendors(
        &self,
        asking: Asking<'_>,
        vendor: &str,
        asked: &VendorRulesAsked,
        read: Read<'_>,
    ) -> Result<VendorRulesReply, StoreError> {
        match self.answer_vendors(asking, vendor, asked, read).await {
            Ok(shown) => Ok(VendorRulesReply::Done(Box::new(shown))),
            Err(NotDone::Refused(refusal)) => Ok(VendorRulesReply::Refused(refusal)),
            Err(NotDone::Store(error)) => Err(error),
        }
    }

    async fn answer_vendors(
        &self,
        asking: Asking<'_>,
        vendor: &str,
        asked: &VendorRulesAsked,
        read: Read<'_>,
    ) -> Done<VendorRulesShown> {
        let book = self.store.rule_book(asking.application).await?;
        let Some(wanted) = wanted(asked) else {
            return Ok(VendorRulesShown { rules: kept(&published(&book), vendor), ..VendorRulesShown::default() });
        };
        let base = base(&book, asking.key)?;
        let before = wanted.map(|wanted| find(&base, vendor, wanted)).transpose()?;
        let (change, changed) = match asked {
            VendorRulesAsked::Remove(_) => {
                let before = before.ok_or_else(no_such_rule)?;
                (Change::Out(before.name.clone()), before)
            }
            VendorRulesAsked::All | VendorRulesAsked::Put(_) => {
                let told = read(before.as_ref()).map_err(unread)?;
                unlike_others(&base, vendor, &told, before.as_ref())?;
                self.lists_are_there(asking, &told).await?;
                let changed = VendorRuleKept {
                    name: told.name.clone(),
                    id: told.id.clone(),
                    told: told.told.clone(),
                    author: asking.key.to_owned(),
                };
                (Change::In(Box::new(table(vendor, told, asking.key))), changed)
            }
        };
        let kind = amended(&book, base, &change);
        if let RuleBookChangeKind::Amend { rules, .. } = &kind {
            faults_of(&changed.name, rule_faults::of_text(self.policies.file(), rules))?;
        }
        let note = Some(format!("{} by the API of {vendor}: {}", change.verb(), changed.name));
        let step = RulesStep { revision: book.revision, note };
        self.step(asking, asking.key, &step, kind).await?;
        let book = self.store.rule_book(asking.application).await?;
        let rules = kept(&published(&book), vendor);
        Ok(VendorRulesShown { rules, changed: Some(changed), waits: book.needs_two })
    }
}

impl RuleDesk<'_> {
    /// Refuses a rule that names a list that is not there, or is of something else: it would match nobody, or others.
    async fn lists_are_there(&self, asking: Asking<'_>, told: &VendorRule) -> Done<()> {
        if told.lists.is_empty() {
            return Ok(());
        }
        let all = self.store.lists(asking.application).await?;
        for (name, of) in &told.lists {
            let invalid = |detail: String| Err(refused(RulesRefusalKind::Invalid, detail).into());
            match all.iter().find(|sized| *sized.list.name == **name) {
                None => return invalid(format!("there is no list {name:?}")),
                Some(found) if found.list.of != *of => {
                    let detail = format!("the list {name:?} is of {}, not of {}", found.list.of.as_str(), of.as_str());
                    return invalid(detail);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// What becomes of one rule.
enum Change {
    In(Box<Table>),
    Out(String),
}

impl Change {
    const fn verb(&self) -> &'static str {
        match self {
            Self::In(_) => "written",
            Self::Out(_) => "taken out",
        }
    }

    fn of(&self, rules: &mut Vec<Table>) {
        match self {
            Self::In(rule) => match rules.iter_mut().find(|known| name_of(known) == name_of(rule)) {
                Some(known) => known.clone_from(rule),
                None => rules.push((**rule).clone()),
            },
            Self::Out(name) => rules.retain(|rule| name_of(rule) != name),
        }
    }
}

/// Which rule a change is about; None if nothing is to change.
fn wanted(asked: &VendorRulesAsked) -> Option<Option<&VendorRuleRef>> {
    match asked {
        VendorRulesAsked::All => None,
        VendorRulesAsked::Put(wanted) => Some(wanted.as_ref()),
        VendorRulesAsked::Remove(wanted) => Some(Some(wanted)),
    }
}

/// The rules that a change goes on from: those in effect, or what the same key has proposed already. What another has
/// proposed is not added to, since whoever approves it would approve what nobody else has seen.
fn base(book: &RuleBook, key: &str) -> Result<Vec<Table>, RulesRefusal> {
    match book.proposal.as_ref().filter(|_| book.needs_two) {
        None => Ok(published(book)),
        Some(proposal) if *proposal.by.key == *key => Ok(rule_text::rules_of(&proposal.text)),
        Some(_) => {
            let detail = "another key has proposed a change of the rules: it is to be approved or rejected first";
            Err(refused(RulesRefusalKind::Conflict, detail))
        }
    }
}

/// The book with the change: as it is to be in effect, and the draft if there is one.
fn amended(book: &RuleBook, mut rules: Vec<Table>, change: &Change) -> RuleBookChangeKind {
    let before = published(book);
    let text = |rules: &mut Vec<Table>| {
        rule_text::number(rules, &before, book.next_number());
        rule_text::text_of(rules).into()
    };
    change.of(&mut rules);
    let rules = text(&mut rules);
    let draft = book.draft.as_ref().map(|draft| {
        let mut draft = rule_text::rules_of(&draft.text);
        change.of(&mut draft);
        text(&mut draft)
    });
    RuleBookChangeKind::Amend { draft: draft.filter(|draft| *draft != rules), rules }
}

/// What the vendor's API has written among these rules.
fn kept(rules: &[Table], vendor: &str) -> Vec<VendorRuleKept> {
    rules.iter().filter_map(|rule| kept_of(rule, vendor)).collect()
}

fn kept_of(rule: &Table, vendor: &str) -> Option<VendorRuleKept> {
    let origin = rule.get(ORIGIN)?.as_table()?;
    let text = |table: &Table, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    if text(origin, "vendor")? != vendor {
        return None;
    }
    Some(VendorRuleKept {
        name: name_of(rule).to_owned(),
        id: text(origin, "id")?,
        told: rule_text::json_value(origin.get("told")?),
        author: text(rule, "author").unwrap_or_default(),
    })
}

fn find(rules: &[Table], vendor: &str, wanted: &VendorRuleRef) -> Result<VendorRuleKept, RulesRefusal> {
    let is_it = |rule: &VendorRuleKept| match wanted {
        VendorRuleRef::Id(id) => rule.id == *id,
        VendorRuleRef::Name(name) => rule.name == *name,
    };
    let found = kept(rules, vendor).into_iter().find(is_it);
    found.ok_or_else(no_such_rule)
}

fn no_such_rule() -> RulesRefusal {
    refused(RulesRefusalKind::NotFound, "there is no such rule")
}

/// Refuses a rule that has what only one may have alike with another of the vendor's.
fn unlike_others(
    rules: &[Table],
    vendor: &str,
    told: &VendorRule,
    before: Option<&VendorRuleKept>,
) -> Result<(), RulesRefusal> {
    let conflict = |what: &str| Err(refused(RulesRefusalKind::Conflict, format!("another rule has this {what}")));
    for other in kept(rules, vendor).iter().filter(|other| before.is_none_or(|before| before.name != other.name)) {
        let is_alike = |field: &&&str| told.told.get(**field) == other.told.get(**field);
        if let Some(field) = told.unique.iter().find(is_alike) {
            return conflict(field);
        }
    }
    // A name of the book is drawn for each rule, so that two are alike once in a lifetime, if ever.
    if before.is_none() && rules.iter().any(|rule| name_of(rule) == told.name) { conflict("id") } else { Ok(()) }
}

/// The rule as it is in the book.
fn table(vendor: &str, told: VendorRule, author: &str) -> Table {
    let mut rule = rule_text::table_of(&told.rule).unwrap_or_default();
    let words = rule_text::table_of(&told.told).unwrap_or_default();
    let origin = [("vendor", vendor.into()), ("id", told.id.into()), ("told", Value::Table(words))];
    rule.insert("name".to_owned(), told.name.into());
    rule.insert("author".to_owned(), author.into());
    rule.insert(
        ORIGIN.to_owned(),
        Value::Table(origin.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()),
    );
    rule
}

/// What was told cannot be a rule, as its dialect reads it now that it knows in whose place.
fn unread(refusal: Refusal) -> RulesRefusal {
    let place = refusal.path.map(|path| format!("{path} ")).unwrap_or_default();
    refused(RulesRefusalKind::Invalid, format!("{place}{}", refusal.detail))
}

/// Refuses if anything is wrong with the rule that was written, or with all together.
fn faults_of(name: &str, faults: Vec<rightful_dialects::RuleFault>) -> Result<(), RulesRefusal> {
    let own = |fault: &rightful_dialects::RuleFault| fault.rule.as_deref().is_none_or(|rule| rule == name);
    rule_faults::none(faults.into_iter().filter(own).collect())
}

/// Refuses to change by our own API what a vendor's API has written and still reads back: it would say there what is not so.
pub(crate) fn keeps_origin(rule: &Table, known: &[Table]) -> Result<(), RulesRefusal> {
    let Some(origin) = rule.get(ORIGIN) else { return Ok(()) };
    let before = known.iter().find(|before| name_of(before) == name_of(rule));
    if before.is_some_and(|before| rule_text::is_same(before, rule)) {
        return Ok(());
    }
    let vendor = origin.get("vendor").and_then(Value::as_str).unwrap_or("another");
    let detail = format!(
        "the rule is written by the API of {vendor}: change it there, or leave out \"origin\" to make it a rule of your own"
    );
    Err(refused(RulesRefusalKind::Conflict, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_reads_back_through_the_text_of_the_book() {
        let told = serde_json::json!({
            "name": "Block \"it\"\nall", "priority": 3, "matcher": { "user_ids": ["a'b", "é\\", "'''"] },
            "enabled": true, "weight": 0.5, "nothing": [],
        });
        let rule = VendorRule {
            name: "transmit-it".into(),
            id: "it".into(),
            rule: serde_json::json!({ "when": "true", "floor": "deny" }),
            told: told.clone(),
            unique: &[],
            lists: Vec::new(),
        };
        let text = rule_text::text_of(&[table("transmit", rule, "key")]);
        let read = rule_text::rules_of(&text);
        assert_eq!(read.len(), 1, "{text}");
        let kept = kept(&read, "transmit");
        assert_eq!((kept.len(), &kept[0].told, kept[0].id.as_str()), (1, &told, "it"), "{text}");
        assert_eq!(rule_text::text_of(&read), text);
    }

    /// Whatever a dialect's example writes into the book can be read by the engine.
    #[test]
    fn what_dialects_write_is_a_rule() {
        let mut n_rules = 0;
        for dialect in ["transmit", "sumsub"] {
            let folder = format!("{}/../rightful-dialects/src/{dialect}/examples", env!("CARGO_MANIFEST_DIR"));
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let example: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                let intake = &example["intake"];
                if intake["verb"] != "put vendor rule" {
                    continue;
                }
                let text = |key: &str| intake[key].as_str().unwrap().to_owned();
                let (name, id, rule, told) = (text("name"), text("id"), intake["rule"].clone(), intake["told"].clone());
                let rule = VendorRule { name, id, rule, told, unique: &[], lists: Vec::new() };
                let text = rule_text::text_of(&[table(dialect, rule, "key")]);
                let faults = rule_faults::of_text(&rightful_engine::Policy::default(), &text);
                assert!(faults.is_empty(), "{}: {faults:#?}\n{text}", path.display());
                n_rules += 1;
            }
        }
        assert!(n_rules > 10, "{n_rules}");
    }
}
