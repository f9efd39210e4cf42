//! What is done with an application's own rules: the same for the API, the command line, and a folder without a server.
//!
//! One at a time: whoever calls this holds the office's turn. The store refuses what was made for another revision all
//! the same, so that nothing is lost where two processes were to meet.

use std::time::Duration;

use rightful_dialects::{
    RuleState, RuleVersions, RulesAsked, RulesChecked, RulesDiff, RulesIntake, RulesRefusal, RulesRefusalKind,
    RulesReply, RulesStep, SnoozeAsked,
};
use rightful_domain::{
    AGGREGATES_MAX, AccountId, Aggregate, ApplicationId, RULE_BOOK_VERSIONS_MAX, RuleBook, RuleBookChange,
    RuleBookChangeKind, RuleBookRefusal, RuleHand, SNOOZE_MAX, Snooze, Timestamp,
};
use rightful_store::{Store, StoreError};
use serde_json::Value;
use toml::Table;

use crate::aggregates;
use crate::counting::{Counted, Counting};
use crate::policies::{self, Policies};
use crate::rule_faults::{self, RESERVED};
use crate::rule_shown;
use crate::rule_text::{self, name_of};
use crate::vendor_rule_desk;

/// Who uses the command line, in all that is noted of changes: who may write to the data folder.
pub(crate) const OPERATOR: &str = "operator";

/// What doing it takes.
pub(crate) struct RuleDesk<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) policies: &'a Policies,
    /// Who goes on with what takes long to be counted; None where it is waited for to the end.
    pub(crate) counting: Option<&'a Counting>,
}

/// Whose rules, who asks, and when.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) application: &'a ApplicationId,
    /// The caller's key, by its public name; or [`OPERATOR`].
    pub(crate) key: &'a str,
    pub(crate) now: Timestamp,
}

/// Why it is not done.
pub(crate) enum NotDone {
    Store(StoreError),
    Refused(RulesRefusal),
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::RuleBook(refusal) => Self::Refused(RulesRefusal {
                kind: match refusal {
                    RuleBookRefusal::Changed | RuleBookRefusal::NothingProposed | RuleBookRefusal::NothingBefore => {
                        RulesRefusalKind::Conflict
                    }
                    RuleBookRefusal::SameHand => RulesRefusalKind::Forbidden,
                    RuleBookRefusal::TooLong => RulesRefusalKind::Invalid,
                },
                detail: refusal.to_string(),
                faults: Vec::new(),
            }),
            error => Self::Store(error),
        }
    }
}

impl From<RulesRefusal> for NotDone {
    fn from(refusal: RulesRefusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(crate) fn refused(kind: RulesRefusalKind, detail: impl Into<String>) -> RulesRefusal {
    RulesRefusal { kind, detail: detail.into(), faults: Vec::new() }
}

/// Why who proposed does not approve, and who can. A name is what somebody says of themselves: two of them are no two hands.
fn own_proposal(key: &str) -> &'static str {
    if key == OPERATOR {
        "this was proposed on the command line, which is one hand under any name: it is approved with a key of the \
         application (POST /v1/rules/approve), or dropped by `rightful rules reject`"
    } else {
        "this was proposed with this key, which is one hand under any name: it is approved with another key of the \
         application, or by the operator (`rightful rules approve`)"
    }
}

fn no_rule(name: &str) -> RulesRefusal {
    refused(RulesRefusalKind::NotFound, format!("there is no rule {name:?}"))
}

pub(crate) type Done<T> = Result<T, NotDone>;

impl RuleDesk<'_> {
    /// Does what is asked. A refusal is an answer.
    pub(crate) async fn carry_out(&self, asking: Asking<'_>, intake: &RulesIntake) -> Result<RulesReply, StoreError> {
        let author = intake.author.as_deref().unwrap_or(asking.key);
        match self.answer(asking, author, &intake.asked).await {
            Ok(reply) => Ok(reply),
            Err(NotDone::Refused(refusal)) => Ok(RulesReply::Refused(refusal)),
            Err(NotDone::Store(error)) => Err(error),
        }
    }

    async fn answer(&self, asking: Asking<'_>, author: &str, asked: &RulesAsked) -> Done<RulesReply> {
        match asked {
            RulesAsked::All => self.shown(asking).await,
            RulesAsked::One(name) => self.one(asking, name).await,
            RulesAsked::Put { name, rule, revision } => {
                self.put(asking, author, (name, &rule.0), *revision).await?;
                self.one(asking, name).await
            }
            RulesAsked::Import { text, revision } => {
                self.import(asking, author, text, *revision).await?;
                self.shown(asking).await
            }
            RulesAsked::Remove { name, revision } => {
                self.remove(asking, author, name, *revision).await?;
                Ok(RulesReply::Gone)
            }
            RulesAsked::Discard { revision } => {
                let book = self.store.rule_book(asking.application).await?;
                self.edit(asking, author, &book, (*revision, None)).await?;
                self.shown(asking).await
            }
            RulesAsked::Check { rule, text } => {
                self.check(asking, rule.as_ref().map(|rule| &rule.0), text.as_deref()).await
            }
            RulesAsked::Diff => self.diff(asking).await,
            RulesAsked::Publish(step) => self.publish(asking, author, step).await,
            RulesAsked::Approve(step) => self.approve(asking, author, step).await,
            RulesAsked::Reject(step) => self.step(asking, author, step, RuleBookChangeKind::Reject).await,
            RulesAsked::RollBack(step) => self.roll_back(asking, author, step).await,
            RulesAsked::NeedTwo(needs_two) => self.need_two(asking, author, *needs_two).await,
            RulesAsked::Versions => self.versions(asking).await,
            RulesAsked::Version(number) => {
                let version = self.store.rule_book_version(asking.application, *number).await?;
                let version = version.ok_or_else(|| {
                    refused(RulesRefusalKind::NotFound, format!("there is no version {number}, or no longer"))
                })?;
                Ok(RulesReply::Version(Box::new(rule_shown::version(&version))))
            }
            RulesAsked::Snooze(snooze) => self.snooze(asking, author, snooze).await,
            RulesAsked::Snoozes(rule) => self.snoozes(asking, rule).await,
            RulesAsked::EndSnooze { rule, account } => {
                let account = AccountId::new(account.as_str()).map_err(|invalid| no_account(&invalid.to_string()))?;
                if !self.store.end_snooze(asking.application, rule, &account).await? {
                    return Err(refused(RulesRefusalKind::NotFound, "the rule is not snoozed for the account").into());
                }
                Ok(RulesReply::Gone)
            }
            RulesAsked::Library => self.library(asking).await,
            RulesAsked::Install { id, mode, revision } => {
                self.install(asking, author, (id, mode.as_deref()), *revision).await?;
                self.one(asking, id).await
            }
            RulesAsked::Update { ids, revision } => self.update(asking, author, ids, *revision).await,
            RulesAsked::Counts { rule, days } => self.counts(asking, rule, *days).await,
        }
    }

    async fn shown(&self, asking: Asking<'_>) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        self.policies.keep_counts(self.store, rightful_domain::Day::of(asking.now)).await?;
        let counts = self.store.rule_counts(asking.application, rule_shown::first_day(asking.now)).await?;
        let snoozes = self.store.snoozes(asking.application, asking.now).await?;
        let in_effect = self.policies.of(asking.application);
        let lists = self.store.lists(asking.application).await?;
        let edited = rule_text::rules_of(book.edited());
        let warnings = rule_faults::doubts_of_rules(self.policies.file(), &edited, &lists);
        let shown = rule_shown::book(&book, &in_effect, self.policies.file(), &counts, &snoozes, warnings);
        Ok(RulesReply::Book(Box::new(shown)))
    }

    async fn one(&self, asking: Asking<'_>, name: &str) -> Done<RulesReply> {
        let RulesReply::Book(book) = self.shown(asking).await? else { return Err(no_rule(name).into()) };
        let found = book.rules.into_iter().find(|rule| rule.name == name);
        Ok(RulesReply::One(Box::new(found.ok_or_else(|| no_rule(name))?)))
    }

    /// Replaces the draft, or drops it.
    pub(crate) async fn edit(
        &self,
        asking: Asking<'_>,
        author: &str,
        book: &RuleBook,
        (revision, rules): (Option<u64>, Option<&[Table]>),
    ) -> Done<()> {
        let text = rules.map(|rules| {
            let mut rules = rules.to_vec();
            rule_text::number(&mut rules, &published(book), book.next_number());
            rule_text::text_of(&rules).into()
        });
        let expected = revision.unwrap_or(book.revision);
        let kind = RuleBookChangeKind::Edit(text);
        self.store.change_rule_book(change(asking, author, (expected, ""), kind)).await?;
        Ok(())
    }

    async fn put(
        &self,
        asking: Asking<'_>,
        author: &str,
        (name, rule): (&str, &Value),
        revision: Option<u64>,
    ) -> Done<()> {
        let mut rule = named(name, rule)?;
        rule.remove("version");
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited());
        vendor_rule_desk::keeps_origin(&rule, &rules)?;
        rule_text::put(&mut rules, rule, author);
        // Of others that cannot be read any more, one is mended at a time.
        let faults = rule_faults::of_rules(self.policies.file(), &rules);
        let own: Vec<_> =
            faults.into_iter().filter(|fault| fault.rule.as_deref().is_none_or(|faulty| faulty == name)).collect();
        rule_faults::none(own)?;
        self.edit(asking, author, &book, (revision, Some(&rules))).await
    }

    async fn import(&self, asking: Asking<'_>, author: &str, text: &str, revision: Option<u64>) -> Done<()> {
        rule_faults::none(rule_faults::of_text(self.policies.file(), text))?;
        let mut rules = Vec::new();
        for rule in rule_text::rules_of(text) {
            rule_text::put(&mut rules, rule, author);
        }
        let book = self.store.rule_book(asking.application).await?;
        self.edit(asking, author, &book, (revision, Some(&rules))).await
    }

    async fn remove(&self, asking: Asking<'_>, author: &str, name: &str, revision: Option<u64>) -> Done<()> {
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited());
        let n_before = rules.len();
        rules.retain(|rule| name_of(rule) != name);
        if rules.len() == n_before {
            return Err(no_rule(name).into());
        }
        self.edit(asking, author, &book, (revision, Some(&rules))).await
    }

    async fn check(&self, asking: Asking<'_>, rule: Option<&Value>, text: Option<&str>) -> Done<RulesReply> {
        let file = self.policies.file();
        let lists = self.store.lists(asking.application).await?;
        let (n_rules, warnings) = match (rule, text.unwrap_or_default()) {
            (Some(rule), _) => {
                let mut rule = named("", rule)?;
                rule.entry("name").or_insert_with(|| "rule".into());
                let rules = [rule];
                rule_faults::none(rule_faults::of_rules(file, &rules))?;
                (1, rule_faults::doubts_of_rules(file, &rules, &lists))
            }
            (None, text) => {
                rule_faults::none(rule_faults::of_text(file, text))?;
                (rule_text::rules_of(text).len(), rule_faults::doubts_of_text(file, text, &lists))
            }
        };
        Ok(RulesReply::Checked(RulesChecked { ok: true, n_rules, warnings }))
    }

    async fn diff(&self, asking: Asking<'_>) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        let rules = rule_text::diff(&published(&book), &rule_text::rules_of(book.edited()));
        let published = book.in_effect().map(|version| version.number);
        Ok(RulesReply::Diff(RulesDiff { revision: book.revision, published, rules }))
    }

    async fn publish(&self, asking: Asking<'_>, author: &str, step: &RulesStep) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited());
        rule_text::number(&mut rules, &published(&book), book.next_number());
        let text = rule_text::text_of(&rules);
        let is_published = book.in_effect().map_or(text.is_empty(), |version| *version.text.text == *text);
        if book.revision == step.revision && is_published {
            let detail = "the draft is what is published: there is nothing to publish";
            return Err(refused(RulesRefusalKind::Conflict, detail).into());
        }
        self.step(asking, author, step, RuleBookChangeKind::Publish(text.into())).await
    }

    async fn approve(&self, asking: Asking<'_>, author: &str, step: &RulesStep) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        let is_own = book.proposal.is_some_and(|proposal| *proposal.by.key == *asking.key);
        if book.revision == step.revision && is_own {
            return Err(refused(RulesRefusalKind::Forbidden, own_proposal(asking.key)).into());
        }
        self.step(asking, author, step, RuleBookChangeKind::Approve).await
    }

    async fn roll_back(&self, asking: Asking<'_>, author: &str, step: &RulesStep) -> Done<RulesReply> {
        self.step(asking, author, step, RuleBookChangeKind::RollBack).await
    }

    async fn need_two(&self, asking: Asking<'_>, author: &str, needs_two: bool) -> Done<RulesReply> {
        if asking.key != OPERATOR {
            return Err(refused(RulesRefusalKind::Forbidden, "only the operator says how many it takes").into());
        }
        let revision = self.store.rule_book(asking.application).await?.revision;
        let step = RulesStep { revision, note: None };
        self.step(asking, author, &step, RuleBookChangeKind::NeedTwo(needs_two)).await
    }

    /// Takes a step of the whole book. What would judge from then on is read first: nothing is published that cannot be.
    pub(crate) async fn step(
        &self,
        asking: Asking<'_>,
        author: &str,
        step: &RulesStep,
        kind: RuleBookChangeKind,
    ) -> Done<RulesReply> {
        let change = change(asking, author, (step.revision, step.note.as_deref().unwrap_or_default()), kind);
        let mut then = self.store.rule_book(asking.application).await?;
        let judges = then.change(&change).map_err(StoreError::RuleBook)?;
        let offered = if judges { then.in_effect().map(|version| &version.text) } else { then.proposal.as_ref() };
        if let Some(offered) = offered {
            rule_faults::none(rule_faults::of_text(self.policies.file(), &offered.text))?;
        }
        if let Some(offered) = offered.filter(|_| judges) {
            self.count_for(asking.application, &offered.text).await?;
        }
        self.store.change_rule_book(change).await?;
        if judges {
            self.policies.load(self.store, asking.application).await?;
            let asked = self.policies.of(asking.application).policy.rules().aggregates();
            // All of it is counted: what nobody asks for any more may be forgotten later.
            self.keep(asking.application, asked).await?;
        }
        self.shown(asking).await
    }

    /// Counts from the ledger what these rules ask for beside what judges now, so that nothing is missing once they do. What
    /// is no longer asked for then is forgotten after they are published, not before.
    async fn count_for(&self, application: &ApplicationId, text: &str) -> Done<()> {
        let file = self.policies.file();
        // Read a moment ago, without a fault.
        let Ok(offered) = file.with_book(&policies::book(file, text, 1)) else { return Ok(()) };
        let asked = offered.rules().aggregates();
        let mut both = self.policies.of(application).policy.rules().aggregates();
        both.retain(|aggregate| !asked.contains(aggregate));
        both.extend(asked.iter().cloned());
        match self.keep(application, if both.len() > AGGREGATES_MAX { asked } else { both }).await? {
            Counted::Whole => Ok(()),
            Counted::GoesOn(how_far) => {
                let detail = format!(
                    "nothing is in effect yet: what the rules newly ask for is being counted from the history, {how_far}"
                );
                Err(refused(RulesRefusalKind::Counting, detail).into())
            }
        }
    }

    async fn keep(&self, application: &ApplicationId, asked: Vec<Aggregate>) -> Result<Counted, StoreError> {
        match self.counting {
            Some(counting) => counting.begin(self.store, application, asked).await,
            None => aggregates::ensure(self.store, application, asked, &|_| {}).await.map(|()| Counted::Whole),
        }
    }

    async fn versions(&self, asking: Asking<'_>) -> Done<RulesReply> {
        let book = self.store.rule_book(asking.application).await?;
        let newest = book.in_effect().map_or(0, |version| version.number);
        let kept = u32::try_from(RULE_BOOK_VERSIONS_MAX).unwrap_or(u32::MAX);
        let mut items = Vec::new();
        for number in (newest.saturating_sub(kept)..newest).rev() {
            let version = self.store.rule_book_version(asking.application, number + 1).await?;
            items.extend(version.map(|version| rule_shown::version_info(&version)));
        }
        Ok(RulesReply::Versions(RuleVersions { items }))
    }

    /// Whether there is a rule of that name: the server's, one that judges, or one that is edited.
    async fn must_be_there(&self, asking: Asking<'_>, rule: &str) -> Done<()> {
        let judges = self.policies.of(asking.application).policy.rules().find(rule).is_some();
        if judges {
            return Ok(());
        }
        let book = self.store.rule_book(asking.application).await?;
        let mut rules = rule_text::rules_of(book.edited()).into_iter().chain(published(&book));
        if rules.any(|its| name_of(&its) == rule) { Ok(()) } else { Err(no_rule(rule).into()) }
    }

    async fn snooze(&self, asking: Asking<'_>, author: &str, asked: &SnoozeAsked) -> Done<RulesReply> {
        self.must_be_there(asking, &asked.rule).await?;
        let now = asking.now;
        let until = match (asked.minutes, asked.until_micros) {
            (Some(minutes), _) => now.plus(Duration::from_secs(u64::from(minutes) * 60)),
            (None, until) => Timestamp::from_micros(until.unwrap_or_default()),
        };
        if until <= now || until > now.plus(SNOOZE_MAX) {
            let detail = "a rule is snoozed for at least a minute and at most 180 days";
            return Err(refused(RulesRefusalKind::Invalid, detail).into());
        }
        let snooze = Snooze {
            application: asking.application.clone(),
            rule: asked.rule.as_str().into(),
            account: AccountId::new(asked.account.as_str()).map_err(|invalid| no_account(&invalid.to_string()))?,
            until,
            note: asked.note.clone(),
            author: author.into(),
            at: now,
        };
        self.store.snooze(snooze.clone()).await?;
        Ok(RulesReply::Snoozed(rule_shown::snooze(&snooze)))
    }

    async fn snoozes(&self, asking: Asking<'_>, rule: &str) -> Done<RulesReply> {
        self.must_be_there(asking, rule).await?;
        let mut all = self.store.snoozes(asking.application, asking.now).await?;
        all.retain(|snooze| *snooze.rule == *rule);
        Ok(RulesReply::Snoozes(rule_shown::snoozes(&all)))
    }

    async fn counts(&self, asking: Asking<'_>, rule: &str, days: u32) -> Done<RulesReply> {
        self.policies.keep_counts(self.store, rightful_domain::Day::of(asking.now)).await?;
        let from = rule_shown::days_before(asking.now, days);
        let mut counts = self.store.rule_counts(asking.application, from).await?;
        counts.retain(|(counted, _)| *counted.rule == *rule);
        if counts.is_empty() {
            self.must_be_there(asking, rule).await?;
        }
        Ok(RulesReply::Counts(rule_shown::counts(rule, &counts)))
    }
}

fn change(asking: Asking<'_>, author: &str, (expected, note): (u64, &str), kind: RuleBookChangeKind) -> RuleBookChange {
    RuleBookChange {
        application: asking.application.clone(),
        expected,
        by: RuleHand { author: author.into(), key: asking.key.into() },
        note: note.into(),
        at: asking.now,
        kind,
    }
}

/// The rules that are published.
pub(crate) fn published(book: &RuleBook) -> Vec<Table> {
    book.in_effect().map(|version| rule_text::rules_of(&version.text.text)).unwrap_or_default()
}

fn no_account(why: &str) -> RulesRefusal {
    refused(RulesRefusalKind::Invalid, format!("the account {why}"))
}

/// A rule as it is sent, under the name that the path gives it.
fn named(name: &str, rule: &Value) -> Result<Table, RulesRefusal> {
    let invalid = |detail: &str| refused(RulesRefusalKind::Invalid, detail);
    let mut rule = rule_text::table_of(rule).ok_or_else(|| invalid("a rule must be an object"))?;
    if name.is_empty() {
        return Ok(rule);
    }
    if RESERVED.contains(&name) {
        return Err(invalid("the name is a path of its own: choose another"));
    }
    let told = rule.insert("name".to_owned(), name.into());
    if told.is_some_and(|told| told.as_str() != Some(name)) {
        return Err(invalid("the rule's name must be that of the path"));
    }
    Ok(rule)
}

/// The state of a rule that is published and edited.
pub(crate) fn state_of(published: Option<&Table>, edited: Option<&Table>) -> RuleState {
    match (published, edited) {
        (_, None) => RuleState::Removed,
        (None, Some(_)) => RuleState::Added,
        (Some(published), Some(edited)) if rule_text::is_same(published, edited) => RuleState::Published,
        (Some(_), Some(_)) => RuleState::Changed,
    }
}

#[cfg(test)]
mod tests {
    use rightful_dialects::{RuleBookShown, RuleJson};
    use rightful_domain::{Application, ApplicationMode, PolicySource, PolicyVersion, Settings, Verdict};
    use rightful_engine::Policy;
    use rightful_store::{Aggregates as _, EmbeddedOptions, EmbeddedStore, MasterKey, Memory as _, Office};
    use serde_json::json;

    use super::*;

    /// A store with an application, and its rules.
    struct Shelf {
        store: EmbeddedStore,
        policies: Policies,
        counting: Counting,
        application: ApplicationId,
        _folder: tempfile::TempDir,
    }

    impl Shelf {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let options = EmbeddedOptions::new(MasterKey::from_bytes([1; 32]), [2; 32]);
            let (store, _) = EmbeddedStore::open(folder.path(), options).unwrap();
            let application = ApplicationId::new("shop").unwrap();
            let shop = Application {
                id: application.clone(),
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
            store.create_application(shop, crate::desk::by_command_line(crate::clock::now())).await.unwrap();
            Self {
                store,
                policies: Policies::new(Policy::default()),
                counting: Counting::default(),
                application,
                _folder: folder,
            }
        }

        async fn ask(&self, key: &str, asked: RulesAsked) -> RulesReply {
            let desk = RuleDesk { store: &self.store, policies: &self.policies, counting: Some(&self.counting) };
            let now = Timestamp::from_seconds(1_767_225_600);
            let asking = Asking { application: &self.application, key, now };
            desk.carry_out(asking, &RulesIntake { author: None, asked }).await.unwrap()
        }

        async fn book(&self) -> RuleBookShown {
            match self.ask("one", RulesAsked::All).await {
                RulesReply::Book(book) => *book,
                other => panic!("{other:?}"),
            }
        }

        /// Takes a step at the revision of now; why not, if it is refused.
        async fn step(&self, key: &str, asked: fn(RulesStep) -> RulesAsked) -> Option<RulesRefusalKind> {
            let step = RulesStep { revision: self.book().await.revision, note: None };
            match self.ask(key, asked(step)).await {
                RulesReply::Refused(refusal) => Some(refusal.kind),
                _ => None,
            }
        }

        async fn put(&self, name: &str, when: &str) -> Option<RulesRefusalKind> {
            let rule = RuleJson(json!({ "when": when, "floor": "deny" }));
            match self.ask("one", RulesAsked::Put { name: name.into(), rule, revision: None }).await {
                RulesReply::Refused(refusal) => Some(refusal.kind),
                _ => None,
            }
        }
    }

    #[tokio::test]
    async fn another_key_approves_and_the_same_does_not() {
        let shelf = Shelf::new().await;
        assert!(matches!(shelf.ask("one", RulesAsked::NeedTwo(true)).await, RulesReply::Refused(_)));
        shelf.ask(OPERATOR, RulesAsked::NeedTwo(true)).await;
        shelf.put("abroad", "ip.country != 'DE'").await;
        assert_eq!(shelf.step("one", RulesAsked::Publish).await, None);
        assert_eq!(shelf.step("one", RulesAsked::Approve).await, Some(RulesRefusalKind::Forbidden));
        assert_eq!(shelf.step("other", RulesAsked::Approve).await, None);
        assert_eq!(shelf.step("other", RulesAsked::Approve).await, Some(RulesRefusalKind::Conflict));
        assert_eq!(shelf.book().await.version_in_effect, Some(1));
        assert_eq!(shelf.step("one", RulesAsked::Publish).await, Some(RulesRefusalKind::Conflict), "nothing is new");
    }

    #[tokio::test]
    async fn what_takes_long_to_count_is_said_and_goes_on() {
        let mut shelf = Shelf::new().await;
        for n in 1..=5 {
            let event = rightful_store::conformance::login(n, "anna", "phone", "192.0.2.1");
            let entry = rightful_store::conformance::judged(&event, Verdict::Allow);
            shelf.store.record(entry).await.unwrap();
        }
        shelf.put("often", "events.byAccount.lastHours(1).count() > 3").await;
        shelf.counting = Counting::with_patience(std::time::Duration::ZERO);
        let step = RulesStep { revision: shelf.book().await.revision, note: None };
        let RulesReply::Refused(refusal) = shelf.ask("one", RulesAsked::Publish(step.clone())).await else {
            panic!("nobody waited")
        };
        assert_eq!(refusal.kind, RulesRefusalKind::Counting);
        assert!(refusal.detail.contains("ask again in"), "{}", refusal.detail);
        assert_eq!((shelf.book().await.version_in_effect, shelf.book().await.revision), (None, step.revision));
        // It goes on though nobody asks, and is done when somebody does.
        shelf.counting.wished().await;
        shelf.counting.go_on(&shelf.store, &|_| {}).await.unwrap();
        let kept = shelf.store.kept_aggregates(&shelf.application).await.unwrap();
        assert!(kept.len() == 1 && kept[0].is_ready, "{kept:?}");
        shelf.counting = Counting::default();
        assert!(matches!(shelf.ask("one", RulesAsked::Publish(step)).await, RulesReply::Book(_)));
    }

    #[tokio::test]
    async fn of_two_editors_the_one_who_looked_before_is_refused() {
        let shelf = Shelf::new().await;
        let revision = Some(shelf.book().await.revision);
        let rule = || RuleJson(json!({ "when": "true" }));
        let put = |name: &str| RulesAsked::Put { name: name.into(), rule: rule(), revision };
        assert!(matches!(shelf.ask("one", put("a")).await, RulesReply::One(_)));
        let RulesReply::Refused(refusal) = shelf.ask("other", put("b")).await else { panic!("it is another by now") };
        assert_eq!(refusal.kind, RulesRefusalKind::Conflict);
        assert_eq!(shelf.book().await.rules.len(), 1);
        assert_eq!(shelf.put("diff", "true").await, Some(RulesRefusalKind::Invalid), "a word of the paths");
    }

    #[tokio::test]
    async fn what_cannot_be_read_any_more_leaves_the_last_good_version_in_effect() {
        let mut shelf = Shelf::new().await;
        shelf.put("one", "score > 1").await;
        shelf.step("one", RulesAsked::Publish).await;
        shelf.put("two", "score > 2").await;
        shelf.step("one", RulesAsked::Publish).await;
        // The operator's file takes the name.
        let policy = |rules: &str| {
            let version = PolicyVersion { id: "file".into(), version: 9 };
            Policies::new(Policy::parse(&PolicySource { version, text: rules.into() }).unwrap())
        };
        shelf.policies = policy("[[rules]]\nname = 'two'\nwhen = 'true'\n");
        shelf.policies.load_all(&shelf.store).await.unwrap();
        let book = shelf.book().await;
        assert_eq!((book.version_in_effect, &*book.policy), (Some(1), "file-9+rules version 1"));
        assert!(book.fault.unwrap().contains("policy file"));
        // And both: then the file alone.
        shelf.policies = policy("[[rules]]\nname = 'two'\nwhen = 'true'\n[[rules]]\nname = 'one'\nwhen = 'true'\n");
        shelf.policies.load_all(&shelf.store).await.unwrap();
        let book = shelf.book().await;
        assert_eq!((book.version_in_effect, &*book.policy), (None, "file version 9"));
        assert_eq!(shelf.policies.of(&shelf.application).policy.rules().iter().count(), 2);
    }
}
