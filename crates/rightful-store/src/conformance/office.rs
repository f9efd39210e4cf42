//! Applications: made, changed, and listed again.

use std::sync::Arc;

use rightful_domain::{ApplicationMode, Verdict};

use super::sample::shop;
use super::{Backend, Ending, Script, Told, holds, same};
use crate::StoreError;

pub(super) async fn an_application_reads_back_and_its_id_is_unique(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for name in ["shop", "bank"] {
        script.store().create_application(shop(name)).await?;
    }
    let conflict = matches!(script.store().create_application(shop("shop")).await, Err(StoreError::Conflict));
    holds("an id is taken once", conflict)?;
    backend.restart(Ending::Abandoned).await?;
    same("all", script.store().applications().await?, vec![shop("bank"), shop("shop")])
}

pub(super) async fn a_change_keeps_the_keys(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let mut changed = shop("shop");
    let unknown = script.store().change_application(changed.clone()).await;
    holds("an unknown one is refused", matches!(unknown, Err(StoreError::UnknownApplication { .. })))?;
    script.store().create_application(shop("shop")).await?;
    (changed.mode, changed.fallback_mild, changed.name) = (ApplicationMode::Observe, Verdict::Deny, "The shop".into());
    let mut sent = changed.clone();
    sent.credentials.clear();
    script.store().change_application(sent).await?;
    same("all", script.store().applications().await?, vec![changed])
}
