//! Which hooks fail, for metrics and for who is to be alerted.

use rightful_domain::{ApplicationId, HookHealth};

use crate::app::App;

/// A hook, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HookState {
    pub(crate) application: ApplicationId,
    pub(crate) hook: Box<str>,
    pub(crate) health: HookHealth,
}

/// How every hook is that is on, of all applications.
pub(crate) async fn hook_states(app: &App) -> Vec<HookState> {
    let mut states = Vec::new();
    for application in app.applications.all() {
        for hook in application.settings.hooks.iter().filter(|hook| hook.enabled) {
            // The store being away is said elsewhere.
            let health = app.pipeline.store.hook_health(&application.id, &hook.id).await.unwrap_or_default();
            states.push(HookState { application: application.id.clone(), hook: hook.id.clone(), health });
        }
    }
    states
}
