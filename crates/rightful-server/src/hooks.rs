//! What an application's own backend asks of its hooks: done at the desk, one at a time, and refused in words of ours.

use rightful_dialects::{HooksAsk, OurReply, Refusal, RefusalKind, Reply};
use rightful_domain::{Application, ApplicationId, Author};
use rightful_store::StoreError;

use crate::app::App;
use crate::desk::{Desk, DeskError};
use crate::http::problem;
use crate::pipeline::PipelineError;
use crate::settings::{self, SettingError};

/// Does what is asked of an application's hooks, and lets all requests know.
pub(crate) async fn carry_out(
    app: &App,
    application: &Application,
    ask: &HooksAsk,
    by: Author,
) -> Result<Reply, Refusal> {
    // Never closed, so this is a turn in any case. Who only looks waits for nobody.
    let _turn = if changes(ask) { Some(app.office.acquire().await) } else { None };
    let answer = at_the_desk(app, &application.id, ask, by).await;
    answer.map(|answer| Reply::Ours(OurReply::Hooks(answer))).map_err(refused)
}

/// Whether the application is another afterwards.
const fn changes(ask: &HooksAsk) -> bool {
    match ask {
        HooksAsk::Add { .. } | HooksAsk::Change { .. } | HooksAsk::Remove(_) | HooksAsk::Rotate { .. } => true,
        HooksAsk::List
        | HooksAsk::Show(_)
        | HooksAsk::Test(_)
        | HooksAsk::Deliveries { .. }
        | HooksAsk::Undelivered { .. }
        | HooksAsk::Redeliver { .. } => false,
    }
}

async fn at_the_desk(
    app: &App,
    id: &ApplicationId,
    ask: &HooksAsk,
    by: Author,
) -> Result<rightful_dialects::HooksAnswer, DeskError> {
    let store = &*app.pipeline.store;
    let desk = Desk::of(app);
    // As it is now, since it may have been changed while this waited.
    let known = store.applications().await?.into_iter().find(|known| known.id == *id);
    let known = known.ok_or_else(|| StoreError::UnknownApplication { id: id.clone() })?;
    let answer = desk.hooks(known, ask, by).await?;
    if changes(ask) {
        app.applications.replace(store.applications().await?);
    }
    Ok(answer)
}

/// In words that carry nothing of the caller's.
fn refused(error: DeskError) -> Refusal {
    let malformed =
        |detail: &str, path: Option<String>| Refusal { kind: RefusalKind::Malformed, detail: detail.into(), path };
    let at = |path: &str| Some(path.to_owned());
    match error {
        DeskError::Store(error) => problem::refusal(&PipelineError::Store(error)),
        DeskError::NoHook(_) => {
            Refusal { kind: RefusalKind::NotFound, detail: "there is no such hook".into(), path: None }
        }
        DeskError::HookOff(_) => malformed("the hook is off", None),
        DeskError::NoEvent => malformed("there is no event yet that the hook could be told of", None),
        DeskError::NoMessage(place) => malformed("is no message's id", Some(format!("messages[{place}]"))),
        DeskError::Setting(SettingError::Style(_)) => {
            malformed(&format!("must be one of {}", settings::style_words()), at("style"))
        }
        DeskError::Setting(SettingError::HookUrl(fault)) => malformed(&fault.to_string(), at("url")),
        DeskError::Setting(SettingError::Private(_)) => malformed("must be no private address", at("url")),
        DeskError::Setting(SettingError::Port) => malformed("must not have another protocol's port", at("url")),
        DeskError::Setting(SettingError::SigningSecret) => {
            malformed("must be whsec_ and 24 to 64 bytes in base64; without one, it is made", at("secret"))
        }
        DeskError::Setting(SettingError::Authorization) => {
            malformed("is needed, up to 512 visible characters", at("secret"))
        }
        DeskError::Setting(error) => malformed(&error.to_string(), None),
        error @ (DeskError::Provisioning(_)
        | DeskError::NoApplication(_)
        | DeskError::Ambiguous(..)
        | DeskError::NoServer
        | DeskError::BacktestsRunning
        | DeskError::NoBacktest
        | DeskError::Backup(_)
        | DeskError::Policy(_)
        | DeskError::Key(_)
        | DeskError::List(_)) => {
            tracing::error!(%error, "a request about hooks failed");
            Refusal { kind: RefusalKind::Internal, detail: "internal error".into(), path: None }
        }
    }
}
