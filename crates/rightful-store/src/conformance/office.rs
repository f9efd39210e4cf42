//! Applications: made once, changed whole, and found again with their keys after a restart.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    Application, ApplicationMode, AuditedChange, AuditedRules, Author, CREDENTIALS_MAX, Credential, Hook, HookStyle,
    KeyChange, KeyDigest, RecommendationWords, RuleBookChange, RuleBookChangeKind, RuleHand, RuleStep, Settings,
    TakeoverWords, Verdict,
};

use super::sample::{START, login, operator, shop};
use super::{Backend, Ending, Script, Told, holds, same};
use crate::StoreError;

pub(super) async fn an_application_reads_back_and_its_id_is_unique(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for name in ["shop", "bank"] {
        script.store().create_application(shop(name), operator()).await?;
    }
    let conflict =
        matches!(script.store().create_application(shop("shop"), operator()).await, Err(StoreError::Conflict));
    holds("an id is taken once", conflict)?;
    backend.restart(Ending::Abandoned).await?;
    same("all", script.store().applications().await?, vec![shop("bank"), shop("shop")])
}

pub(super) async fn a_change_keeps_the_keys(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut changed = shop("shop");
    let unknown = script.store().change_application(changed.clone(), operator()).await;
    holds("an unknown one is refused", matches!(unknown, Err(StoreError::UnknownApplication { .. })))?;
    script.store().create_application(shop("shop"), operator()).await?;
    (changed.mode, changed.fallback_mild, changed.name) = (ApplicationMode::Observe, Verdict::Deny, "The shop".into());
    let mut sent = changed.clone();
    sent.credentials.clear();
    script.store().change_application(sent, operator()).await?;
    same("all", script.store().applications().await?, vec![changed])
}

pub(super) async fn keys_come_and_go_by_their_own_verbs(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let application = shop("shop");
    let first = application.credentials[0].clone();
    let second = Credential { secret_digest: Some(KeyDigest([9; 32])), ..first.clone() };
    let store = script.store();
    let change = |change| store.change_keys(&application.id, change, operator());
    let unknown = change(KeyChange::Add(second.clone())).await;
    holds("an unknown one is refused", matches!(unknown, Err(StoreError::UnknownApplication { .. })))?;
    script.store().create_application(application.clone(), operator()).await?;
    change(KeyChange::Add(second.clone())).await?;
    change(KeyChange::Revoke(first.clone())).await?;
    let again = change(KeyChange::Revoke(first)).await;
    holds("none goes twice", matches!(again, Err(StoreError::Conflict)))?;
    drop(store);
    // A change of settings that was read before brings nothing back.
    script.store().change_application(application.clone(), operator()).await?;
    backend.restart(Ending::Abandoned).await?;
    let expected = Application { credentials: vec![second.clone()], ..application.clone() };
    same("all", script.store().applications().await?, vec![expected])?;
    let digest = |n: usize| Some(KeyDigest([u8::try_from(n).unwrap_or(0); 32]));
    for n in 1..CREDENTIALS_MAX {
        let added = Credential { secret_digest: digest(100 + n), ..second.clone() };
        script.store().change_keys(&application.id, KeyChange::Add(added), operator()).await?;
    }
    let one_more = script.store().change_keys(&application.id, KeyChange::Add(second), operator()).await;
    holds("there is an end to them", matches!(one_more, Err(StoreError::Conflict)))
}

pub(super) async fn what_was_changed_reads_back_in_its_order(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (application, mut changed) = (shop("shop"), shop("shop"));
    script.store().create_application(application.clone(), operator()).await?;
    changed.mode = ApplicationMode::Observe;
    script.store().change_application(changed.clone(), operator()).await?;
    let gone = changed.credentials.remove(0);
    // An event between the two dates neither.
    script.record(&login(1, "anna", "phone", "192.0.2.1"), Verdict::Allow).await?;
    let renewed = Author { name: Some("key-1".into()), at: operator().at.plus(Duration::from_secs(1)) };
    script.store().change_keys(&application.id, KeyChange::Revoke(gone), renewed.clone()).await?;
    let hand = RuleHand { author: "Rita".into(), key: "key-1".into() };
    let change = RuleBookChange {
        application: application.id.clone(),
        expected: 0,
        kind: RuleBookChangeKind::NeedTwo(true),
        by: hand.clone(),
        note: "as agreed".into(),
        at: START,
    };
    script.store().change_rule_book(change).await?;
    backend.restart(Ending::Abandoned).await?;
    let rows = script.store().audit(0, 10).await?;
    same("numbers", rows.iter().map(|row| row.number).collect::<Vec<_>>(), vec![1, 2, 3, 4])?;
    same(
        "moments",
        rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        vec![Some(operator().at), Some(operator().at), Some(renewed.at), Some(START)],
    )?;
    let by = [operator().name, operator().name, renewed.name, Some(hand.key.clone())];
    same("hands", rows.iter().map(|row| row.by.clone()).collect::<Vec<_>>(), by.to_vec())?;
    let rules = AuditedRules {
        application: application.id.clone(),
        step: RuleStep::NeedTwo,
        revision: 1,
        published: None,
        author: hand.author,
        note: "as agreed".into(),
    };
    let with_keys = Application { credentials: application.credentials.clone(), ..changed.clone() };
    let expected = vec![
        AuditedChange::Made(Box::new(application)),
        AuditedChange::Changed(Box::new(with_keys)),
        AuditedChange::Keys(Box::new(changed)),
        AuditedChange::Rules(rules),
    ];
    same("changes", rows.into_iter().map(|row| row.change).collect::<Vec<_>>(), expected)?;
    let later = script.store().audit(3, 10).await?;
    same("after the third", later.len(), 1)
}

pub(super) async fn settings_read_back(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut application = shop("shop");
    let hook = |id: &str, style, sealed_secret: Option<Box<[u8]>>| Hook {
        id: id.into(),
        style,
        url: "https://shop.example/hook".into(),
        sealed_secret,
        enabled: true,
    };
    application.settings = Settings {
        origins: vec!["https://shop.example".into()],
        takeover_words: TakeoverWords::AllowReviewPrevent,
        recommendation_words: RecommendationWords::UpperCase,
        action_types: vec!["wire_template".into()],
        ask_url: Some("https://verify.example/{event}".into()),
        account_events_per_minute_max: 7,
        devices_per_account_max: 3,
        blocks_over_device_limit: true,
        pages_may_list_devices: true,
        hooks: vec![hook("a", HookStyle::Rupt, Some([1, 2, 3].into())), hook("b", HookStyle::Ravelin, None)],
    };
    script.store().create_application(shop("shop"), operator()).await?;
    script.store().change_application(application.clone(), operator()).await?;
    backend.restart(Ending::Abandoned).await?;
    same("all", script.store().applications().await?, vec![application])
}
