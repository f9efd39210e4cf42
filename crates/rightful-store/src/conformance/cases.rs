//! What waits for people.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    Case, CaseChange, CaseNote, CaseRefusal, CaseSearch, CaseState, Decision, DecisionKind, Event, Pii, Timestamp,
    Verdict,
};

use super::sample::{START, account_id, application, login};
use super::{Backend, Ending, Script, Told, holds, same, there};

fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// Opens the case of the n-th event.
async fn open(script: &Script, n: u64, queue: &str) -> Result<Event, String> {
    let event = login(n, "anna", "phone", "192.0.2.1");
    script.store().open_case(Case::new(&event, Some(queue), at(n))).await?;
    Ok(event)
}

fn search(queue: Option<&str>, state: Option<CaseState>) -> CaseSearch {
    let queue = queue.map(Into::into);
    CaseSearch {
        application: application(),
        account: None,
        queue,
        assignee: None,
        state,
        due_before: None,
        limit: 2,
        after: None,
    }
}

async fn change(
    script: &Script,
    event: &Event,
    change: CaseChange,
    now: Timestamp,
) -> Result<Result<Case, CaseRefusal>, String> {
    Ok(script.store().change_case(&event.application, event.id, change, now).await?)
}

fn decided(kind: DecisionKind, by: &str, made_at: Timestamp) -> CaseChange {
    let effective_at = made_at.plus(Duration::from_secs(60));
    let comment = Some(Pii::new("called her".into()));
    let (by, labels) = (by.into(), Vec::new());
    CaseChange::Decide(Decision {
        kind,
        by,
        at: made_at,
        effective_at,
        is_done: false,
        comment,
        labels,
        may_retry: false,
    })
}

pub(super) async fn a_case_opens_once_and_reads_back(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = open(&script, 1, "payouts").await?;
    let note = CaseNote { id: 0, by: "bob".into(), at: at(2), text: Pii::new("seen".into()) };
    let noted = change(&script, &event, CaseChange::Note(note), at(2)).await?;
    let again = script.store().open_case(Case::new(&event, Some("other"), at(9))).await?;
    same("opened again", Ok(again.clone()), noted)?;
    for ending in [Ending::Closed, Ending::Abandoned] {
        backend.restart(ending).await?;
        let found = script.store().case(&event.application, event.id).await?;
        same("after a restart", found, Some(again.clone()))?;
    }
    let nobody = login(99, "anna", "phone", "192.0.2.1");
    same("another", script.store().case(&nobody.application, nobody.id).await?, None)?;
    let refused = change(&script, &nobody, CaseChange::Claim { by: "bob".into() }, at(3)).await?;
    same("a change of nothing", refused, Err(CaseRefusal::NoCase))
}

pub(super) async fn of_many_who_claim_a_case_at_once_one_does(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = open(&script, 1, "payouts").await?;
    let mut all = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (script, event) = (script.clone(), event.clone());
        all.spawn(
            async move { change(&script, &event, CaseChange::Claim { by: format!("b{n}").into() }, at(2)).await },
        );
    }
    let mut n_claimed = 0;
    while let Some(done) = all.join_next().await {
        let done = done.map_err(|error| error.to_string())??;
        n_claimed += u32::from(done.is_ok());
        holds("refused as claimed", done.is_ok() || done == Err(CaseRefusal::ClaimedByAnother))?;
    }
    same("claims", n_claimed, 1)
}

pub(super) async fn notes_of_many_at_once_are_all_kept(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = open(&script, 1, "payouts").await?;
    let mut all = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (script, event) = (script.clone(), event.clone());
        let note = CaseNote { id: 0, by: "b".into(), at: at(2), text: Pii::new(format!("note {n}").into()) };
        all.spawn(async move { change(&script, &event, CaseChange::Note(note), at(2)).await });
    }
    while let Some(done) = all.join_next().await {
        holds("noted", done.map_err(|error| error.to_string())??.is_ok())?;
    }
    let case = there("the case", script.store().case(&event.application, event.id).await?)?;
    same("notes and revision", (case.notes.len(), case.revision), (20, 20))
}

pub(super) async fn queues_list_what_waits_oldest_first(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (n, queue) in [(3, "payouts"), (1, "payouts"), (2, "logins"), (4, "payouts")] {
        open(&script, n, queue).await?;
    }
    let found = script.store().cases(&search(Some("payouts"), None), at(10)).await?;
    let opened = |page: &rightful_domain::CasePage| page.cases.iter().map(|case| case.opened_at).collect::<Vec<_>>();
    same("the first page", opened(&found), vec![at(1), at(3)])?;
    let next = CaseSearch { after: found.next, ..search(Some("payouts"), None) };
    let found = script.store().cases(&next, at(10)).await?;
    same("the second", (opened(&found), found.next), (vec![at(4)], None))?;
    let event = login(2, "anna", "phone", "192.0.2.1");
    same(
        "decided",
        change(&script, &event, decided(DecisionKind::Approve, "bob", at(10)), at(10)).await?.is_ok(),
        true,
    )?;
    same("deciding", script.store().cases(&search(None, Some(CaseState::Deciding)), at(11)).await?.cases.len(), 1)?;
    change(&script, &event, CaseChange::Settle { made_at: at(10) }, at(70)).await?.map_err(|it| it.as_str())?;
    same("waiting", script.store().cases(&search(Some("logins"), None), at(71)).await?.cases.len(), 0)?;
    same("decided", script.store().cases(&search(None, Some(CaseState::Decided)), at(71)).await?.cases.len(), 1)
}

pub(super) async fn the_cases_of_an_account_are_found_however_far_they_have_come(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for (n, account, queue) in [
        (1, "anna", Some("payouts")),
        (2, "bert", Some("payouts")),
        (3, "anna", Some("logins")),
        (4, "anna", None),
        (5, "anna", Some("payouts")),
    ] {
        let event = login(n, account, "phone", "192.0.2.1");
        script.record(&event, Verdict::Challenge).await?;
        script.store().open_case(Case::new(&event, queue, at(n))).await?;
    }
    let decided_one = login(1, "anna", "phone", "192.0.2.1");
    change(&script, &decided_one, decided(DecisionKind::Reject, "bob", at(6)), at(6))
        .await?
        .map_err(|it| it.as_str())?;
    let of = |account: &str, queue, state| CaseSearch { account: Some(account_id(account)), ..search(queue, state) };
    let opened = |page: &rightful_domain::CasePage| page.cases.iter().map(|case| case.opened_at).collect::<Vec<_>>();
    let ask = async |search: CaseSearch| Ok::<_, String>(script.store().cases(&search, at(100)).await?);
    let page = ask(of("anna", None, None)).await?;
    same("the first page", opened(&page), vec![at(1), at(3)])?;
    let page = ask(CaseSearch { after: page.next, ..of("anna", None, None) }).await?;
    same("the second", (opened(&page), page.next), (vec![at(5)], None))?;
    same("of another", opened(&ask(of("bert", None, None)).await?), vec![at(2)])?;
    same("of nobody", opened(&ask(of("carl", None, None)).await?), Vec::new())?;
    same("of a queue", opened(&ask(of("anna", Some("payouts"), None)).await?), vec![at(1), at(5)])?;
    let page = ask(of("anna", None, Some(CaseState::Open))).await?;
    same("that wait", (opened(&page), page.next), (vec![at(3), at(5)], None))
}

pub(super) async fn a_decision_is_due_after_its_minute_until_it_is_settled(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = open(&script, 1, "payouts").await?;
    let due = async |now| Ok::<_, String>(script.store().decisions_due(now, 10).await?.len());
    change(&script, &event, decided(DecisionKind::Reject, "bob", at(5)), at(5)).await?.map_err(|it| it.as_str())?;
    same("too early", due(at(64)).await?, 0)?;
    same("due", due(at(65)).await?, 1)?;
    change(&script, &event, CaseChange::Undo { by: "bob".into() }, at(64)).await?.map_err(|it| it.as_str())?;
    same("undone", due(at(65)).await?, 0)?;
    change(&script, &event, decided(DecisionKind::AskUser, "eve", at(70)), at(70)).await?.map_err(|it| it.as_str())?;
    backend.restart(Ending::Abandoned).await?;
    same("after a restart", due(at(130)).await?, 1)?;
    change(&script, &event, CaseChange::Settle { made_at: at(70) }, at(130)).await?.map_err(|it| it.as_str())?;
    same("settled", due(at(1_000)).await?, 0)
}

pub(super) async fn an_erasure_forgets_what_was_said_in_cases(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let event = open(&script, 1, "payouts").await?;
    let note = CaseNote { id: 0, by: "bob".into(), at: at(2), text: Pii::new("her sister called".into()) };
    change(&script, &event, CaseChange::Note(note), at(2)).await?.map_err(|it| it.as_str())?;
    let account = there("the account", event.account.clone())?;
    script.store().erase_account(&event.application, &account, at(3)).await?;
    let case = there("the case", script.store().case(&event.application, event.id).await?)?;
    same("forgotten", (case.account, case.notes.len(), case.revision), (None, 0, 1))
}
