//! What an application's backend asks of its hooks.

use rightful_dialects::{HookShown, HooksAnswer, HooksAsk, OurReply, RefusalKind};

use super::*;
use crate::hooks;

impl Bench {
    async fn ask(&self, ask: HooksAsk) -> Result<HooksAnswer, Refusal> {
        match hooks::carry_out(&self.app, &self.application, &ask, crate::desk::by_command_line(crate::clock::now()))
            .await?
        {
            Reply::Ours(OurReply::Hooks(answer)) => Ok(answer),
            other => panic!("{other:?}"),
        }
    }

    async fn shown(&self, ask: HooksAsk) -> HookShown {
        match self.ask(ask).await {
            Ok(HooksAnswer::Shown(shown) | HooksAnswer::WithSecret(shown, _)) => shown,
            other => panic!("{other:?}"),
        }
    }

    async fn refused(&self, ask: HooksAsk) -> (RefusalKind, Option<String>) {
        let refusal = self.ask(ask).await.unwrap_err();
        (refusal.kind, refusal.path)
    }
}

fn add(url: &str) -> HooksAsk {
    HooksAsk::Add { style: "standard".into(), url: url.into(), secret: None }
}

#[tokio::test]
async fn a_hook_is_added_changed_and_removed() {
    let bench = Bench::new(Vec::new()).await;
    let Ok(HooksAnswer::WithSecret(added, Some(secret))) = bench.ask(add("https://hooks.example/a")).await else {
        panic!("a hook is made with a secret")
    };
    assert!(secret.reveal().starts_with("whsec_") && added.hook.enabled);
    let id = added.hook.id.clone();
    // All requests know at once.
    assert_eq!(bench.app.applications.find(&bench.application.id).unwrap().settings.hooks.len(), 1);
    let change = |url: Option<&str>, enabled| HooksAsk::Change { hook: id.clone(), url: url.map(Into::into), enabled };
    let changed = bench.shown(change(Some("https://hooks.example/b"), None)).await;
    assert_eq!((&*changed.hook.url, changed.hook.enabled), ("https://hooks.example/b", true));
    let changed = bench.shown(change(None, Some(false))).await;
    assert_eq!((&*changed.hook.url, changed.hook.enabled), ("https://hooks.example/b", false));
    assert_eq!(bench.refused(HooksAsk::Test(id.clone())).await.0, RefusalKind::Malformed);
    let at_url = (RefusalKind::Malformed, Some("url".to_owned()));
    for wrong in ["http://hooks.example/", "https://127.1/", "https://a:b@hooks.example/", "https://hooks.example:25/"]
    {
        assert_eq!(bench.refused(change(Some(wrong), None)).await, at_url, "{wrong}");
        assert_eq!(bench.refused(add(wrong)).await, at_url, "{wrong}");
    }
    assert_eq!(bench.shown(HooksAsk::Show(id.clone())).await, changed, "what was refused changed nothing");
    assert_eq!(bench.ask(HooksAsk::Remove(id.clone())).await, Ok(HooksAnswer::Removed));
    assert_eq!(bench.ask(HooksAsk::List).await, Ok(HooksAnswer::Listed(Vec::new())));
    for ask in [HooksAsk::Show(id.clone()), HooksAsk::Remove(id.clone()), change(None, Some(true))] {
        assert_eq!(bench.refused(ask).await, (RefusalKind::NotFound, None));
    }
}

#[tokio::test]
async fn a_test_application_may_speak_without_tls() {
    let mut bench = Bench::new(Vec::new()).await;
    bench.application.test = true;
    bench
        .app
        .pipeline
        .store
        .change_application(bench.application.clone(), crate::desk::by_command_line(crate::clock::now()))
        .await
        .unwrap();
    assert_eq!(&*bench.shown(add("http://hooks.example/")).await.hook.url, "http://hooks.example/");
    assert_eq!(bench.refused(add("http://127.0.0.1/")).await, (RefusalKind::Malformed, Some("url".to_owned())));
}

#[tokio::test]
async fn a_secret_is_replaced_and_shown_once() {
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, "https://hooks.example/")]).await;
    let Ok(HooksAnswer::WithSecret(shown, Some(secret))) =
        bench.ask(HooksAsk::Rotate { hook: "a".into(), secret: None }).await
    else {
        panic!("a new secret")
    };
    assert!(shown.earlier_secret_until.is_some());
    let now = crate::clock::now();
    let secrets = super::super::Secrets::of(&shown.hook, &bench.app.master_key).ok().flatten().unwrap();
    assert_eq!(secrets.signing(now).collect::<Vec<_>>(), [&**secret.reveal(), SECRET]);
    let weak = HooksAsk::Rotate { hook: "a".into(), secret: Some(rightful_domain::Pii::new("whsec_c2hvcnQ=".into())) };
    assert_eq!(bench.refused(weak).await, (RefusalKind::Malformed, Some("secret".to_owned())));
}

#[tokio::test]
async fn what_was_not_taken_is_listed_and_sent_again_by_its_id() {
    let mut receiver = Receiver::new(vec![(500, None), (500, None)]).await;
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &receiver.url)]).await;
    for n in 1..=2 {
        bench.challenge(n).await;
        bench.delivery(0, true).send(bench.first().await).await;
    }
    let undelivered = |after, limit| HooksAsk::Undelivered { hook: "a".into(), after, limit };
    let Ok(HooksAnswer::Undelivered { messages, next: Some(next) }) = bench.ask(undelivered(0, 1)).await else {
        panic!("a page with more after it")
    };
    let Ok(HooksAnswer::Undelivered { messages: rest, next: None }) = bench.ask(undelivered(next, 2)).await else {
        panic!("the last page")
    };
    let ids = [receiver.next().await, receiver.next().await].map(|it| it.header("webhook-id").to_owned());
    assert_eq!((&*messages[0].message, &*rest[0].message, rest.len()), (ids[0].as_str(), ids[1].as_str(), 1));
    let deliveries = HooksAsk::Deliveries { hook: "a".into(), before: None, limit: 50 };
    let Ok(HooksAnswer::Deliveries { lines, next: None }) = bench.ask(deliveries).await else { panic!("the log") };
    assert_eq!(lines.iter().map(|line| &*line.message).collect::<Vec<_>>(), [ids[1].as_str(), ids[0].as_str()]);

    let redeliver = |messages: &[&str]| HooksAsk::Redeliver {
        hook: "a".into(),
        messages: Some(messages.iter().map(|id| (*id).into()).collect()),
    };
    let wrong = bench.refused(redeliver(&[&ids[1], "evt_1"])).await;
    assert_eq!(wrong, (RefusalKind::Malformed, Some("messages[1]".to_owned())));
    assert_eq!(bench.ask(redeliver(&[&ids[1]])).await, Ok(HooksAnswer::Redelivered(1)));
    bench.delivery(1, true).send(bench.first().await).await;
    let again = receiver.next().await;
    assert_eq!((again.status, again.header("webhook-id")), (200, ids[1].as_str()));
    let all = HooksAsk::Redeliver { hook: "a".into(), messages: None };
    assert_eq!(bench.ask(all.clone()).await, Ok(HooksAnswer::Redelivered(1)));
    assert_eq!(bench.ask(all).await, Ok(HooksAnswer::Redelivered(0)));
}
