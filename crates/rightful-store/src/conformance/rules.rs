//! Applications' own rules: two editors lose nothing, versions are kept, snoozes are told at recall, counts add up.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    ApplicationId, Day, Pii, RULE_BOOK_VERSIONS_MAX, RULE_COUNT_DAYS, RuleBook, RuleBookChange, RuleBookChangeKind,
    RuleBookRefusal, RuleCounted, RuleCounts, RuleHand, Snooze, Verdict,
};

use super::sample::{START, account_id, application, login, operator, shop};
use super::{Backend, Ending, Script, Told, holds, same, there};
use crate::StoreError;

fn change(expected: u64, kind: RuleBookChangeKind) -> RuleBookChange {
    let by = RuleHand { author: "Rita".into(), key: "k1".into() };
    RuleBookChange { application: application(), expected, by, note: "".into(), at: START, kind }
}

fn publish(expected: u64, text: &str) -> RuleBookChange {
    change(expected, RuleBookChangeKind::Publish(text.into()))
}

pub(super) async fn a_rule_book_reads_back_and_keeps_its_versions(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let unknown = script.store().change_rule_book(publish(0, "a")).await;
    holds("an unknown application is refused", matches!(unknown, Err(StoreError::UnknownApplication { .. })))?;
    for name in ["shop", "shop2"] {
        script.store().create_application(shop(name), operator()).await?;
    }
    same("a book that nobody opened", script.store().rule_book(&application()).await?, RuleBook::default())?;
    let n_versions = u32::try_from(RULE_BOOK_VERSIONS_MAX).unwrap_or(u32::MAX) + 2;
    for n in 1..=n_versions {
        script.store().change_rule_book(publish(u64::from(n) - 1, &format!("# {n}"))).await?;
    }
    let edited = change(n_versions.into(), RuleBookChangeKind::Edit(Some("# draft".into())));
    let book = script.store().change_rule_book(edited).await?;
    backend.restart(Ending::Abandoned).await?;
    let store = script.store();
    same("the book", store.rule_book(&application()).await?, book.clone())?;
    same("what is edited", book.edited(), "# draft")?;
    for (n, is_kept) in [(1, false), (2, false), (3, true), (n_versions, true), (n_versions + 1, false)] {
        let version = store.rule_book_version(&application(), n).await?;
        let text = version.map(|version| version.text.text);
        same(&format!("version {n}"), text, is_kept.then(|| format!("# {n}").into()))?;
    }
    let other = ApplicationId::new("shop2").map_err(|error| error.to_string())?;
    same("another's book", store.rule_book(&other).await?, RuleBook::default())?;
    same("another's version", store.rule_book_version(&other, 3).await?, None)
}

pub(super) async fn of_two_changes_of_one_revision_one_is_refused(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().create_application(shop("shop"), operator()).await?;
    let (one, other) = (script.store(), script.store());
    let edits = ["a", "b"].map(|text| change(0, RuleBookChangeKind::Edit(Some(text.into()))));
    let [first, second] = edits;
    let (first, second) = tokio::join!(one.change_rule_book(first), other.change_rule_book(second));
    let n_refused = [&first, &second]
        .into_iter()
        .filter(|done| matches!(done, Err(StoreError::RuleBook(RuleBookRefusal::Changed))))
        .count();
    same("refused", n_refused, 1)?;
    same("the revision", script.store().rule_book(&application()).await?.revision, 1)
}

fn snooze(rule: &str, account: &str, seconds: u64) -> Snooze {
    Snooze {
        application: application(),
        rule: rule.into(),
        account: account_id(account),
        until: START.plus(Duration::from_secs(seconds)),
        note: Some(Pii::new("on holiday".into())),
        author: "Rita".into(),
        at: START,
    }
}

pub(super) async fn a_snooze_is_told_at_recall_until_it_ends(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (rule, account, seconds) in [("b", "anna", 5_000), ("a", "anna", 9_000), ("a", "berta", 9_000)] {
        script.store().snooze(snooze(rule, account, seconds)).await?;
    }
    // Another end replaces the first.
    script.store().snooze(snooze("b", "anna", 100)).await?;
    for ending in [None, Some(Ending::Abandoned), Some(Ending::Closed)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let snoozed = async |account, second| {
            let event = login(second, account, "phone", "192.0.2.1");
            Ok::<_, String>(script.look(&event).await?.snoozed.join(" "))
        };
        same("at first", snoozed("anna", 50).await?, "a b".to_owned())?;
        same("when one has ended", snoozed("anna", 200).await?, "a".to_owned())?;
        same("of another", snoozed("berta", 50).await?, "a".to_owned())?;
        same("of nobody", snoozed("carla", 50).await?, String::new())?;
    }
    let store = script.store();
    let mut all = store.snoozes(&application(), START).await?;
    all.sort_by(|one, other| (&one.account, &one.rule).cmp(&(&other.account, &other.rule)));
    let expected = vec![snooze("a", "anna", 9_000), snooze("b", "anna", 100), snooze("a", "berta", 9_000)];
    same("all", all, expected)?;
    same("one ends", store.end_snooze(&application(), "a", &account_id("berta")).await?, true)?;
    same("once", store.end_snooze(&application(), "a", &account_id("berta")).await?, false)?;
    same("left", store.snoozes(&application(), START).await?.len(), 2)
}

pub(super) async fn an_erasure_forgets_snoozes(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().snooze(snooze("a", "anna", 9_000)).await?;
    script.store().erase_account(&application(), &account_id("anna"), START).await?;
    for ending in [None, Some(Ending::Abandoned)] {
        if let Some(ending) = ending {
            backend.restart(ending).await?;
        }
        let event = login(50, "anna", "phone", "192.0.2.1");
        same("snoozed", script.look(&event).await?.snoozed, Vec::new())?;
        same("all", script.store().snoozes(&application(), START).await?, Vec::new())?;
    }
    Ok(())
}

pub(super) async fn counts_of_rules_add_up_and_age(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let today = Day::of(START);
    let counted = |days_ago: u32, rule: &str, version| {
        let counted = RuleCounted { day: today.minus(days_ago), rule: rule.into(), version };
        let changed = [((Verdict::Allow, Verdict::Deny), 1)].into();
        (counted, RuleCounts { asked: 3, matched: 2, shadow: 1, changed, good: -1, ..RuleCounts::default() })
    };
    let store = script.store();
    store.add_rule_counts(&application(), vec![counted(RULE_COUNT_DAYS, "a", 1), counted(1, "b", 2)]).await?;
    for _ in 0..2 {
        store.add_rule_counts(&application(), vec![counted(0, "b", 2), counted(0, "a", 10)]).await?;
    }
    drop(store);
    backend.restart(Ending::Abandoned).await?;
    let store = script.store();
    let counts = store.rule_counts(&application(), today).await?;
    let names: Vec<_> = counts.iter().map(|(counted, _)| (&*counted.rule, counted.version)).collect();
    same("today", names, vec![("a", 10), ("b", 2)])?;
    let (_, sum) = there("counts", counts.first())?;
    same("asked", (sum.asked, sum.matched, sum.shadow, sum.good), (6, 4, 2, -2))?;
    same("changed", sum.changed.get(&(Verdict::Allow, Verdict::Deny)), Some(&2))?;
    let all = store.rule_counts(&application(), Day(0)).await?;
    same("all", all.len(), 4)?;
    let next = RuleCounted { day: Day(today.0 + 1), rule: "a".into(), version: 10 };
    store.add_rule_counts(&application(), vec![(next, RuleCounts::default())]).await?;
    same("a day later", store.rule_counts(&application(), Day(0)).await?.len(), 4)?;
    let other = ApplicationId::new("sho").map_err(|error| error.to_string())?;
    same("of another", store.rule_counts(&other, Day(0)).await?.len(), 0)
}
