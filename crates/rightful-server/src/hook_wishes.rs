//! Hooks as an application's own server sets them, where its vendor has an administration for that.

use rightful_dialects::{HookWish, Refusal, RefusalKind, Reply, VendorHook, VendorHooksAsked, VendorReply};
use rightful_domain::{Application, Author, Hook, HookTerms, Pii, SETTINGS_ENTRIES_MAX};

use crate::app::App;
use crate::clock;
use crate::pipeline::PipelineError;
use crate::settings::{self, Reach};
use crate::telling::Secrets;

fn refusal(kind: RefusalKind, detail: impl Into<String>) -> Refusal {
    Refusal { kind, detail: detail.into(), path: None }
}

/// Does what is asked of an application's hooks.
pub(crate) async fn carry_out(
    app: &App,
    application: &Application,
    asked: VendorHooksAsked,
    by: Author,
) -> Result<Reply, Refusal> {
    let shown = match asked {
        VendorHooksAsked::All => application.settings.hooks.iter().map(|hook| show(app, hook)).collect(),
        VendorHooksAsked::Set(wish) => vec![set(app, application, *wish, by).await?],
    };
    Ok(Reply::Vendors(VendorReply::VendorHooks(shown)))
}

fn show(app: &App, hook: &Hook) -> VendorHook {
    let secrets = Secrets::of(hook, &app.master_key).ok().flatten();
    let chosen = secrets.as_ref().and_then(|secrets| Some((secrets.current(), secrets.terms()?)));
    let (secret, terms) = match chosen {
        Some((secret, terms)) => (Some(Pii::new(secret.into())), terms.clone()),
        // Those of other styles are shown once, when they are made.
        None => (None, HookTerms::default()),
    };
    VendorHook { hook: hook.clone(), terms, secret }
}

/// Sets a hook, and lets all requests know.
async fn set(app: &App, application: &Application, wish: HookWish, by: Author) -> Result<VendorHook, Refusal> {
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let store = &*app.pipeline.store;
    let failed = |error| crate::http::problem::refusal(&PipelineError::Store(error));
    let mut all = store.applications().await.map_err(failed)?;
    let found = all.iter_mut().find(|known| known.id == application.id);
    let mut application =
        found.cloned().ok_or_else(|| refusal(RefusalKind::NotFound, "there is no such application"))?;
    let (id, reach) = (application.id.clone(), Reach::of(&application, app.private_hooks));
    let hooks = &mut application.settings.hooks;
    let place = match &wish.id {
        Some(id) => {
            let place = hooks.iter().position(|hook| hook.id == *id && hook.style == wish.style);
            place.ok_or_else(|| refusal(RefusalKind::NotFound, "there is no such webhook"))?
        }
        None if hooks.len() >= SETTINGS_ENTRIES_MAX => {
            let detail = format!("an application may have {SETTINGS_ENTRIES_MAX} hooks at most");
            return Err(refusal(RefusalKind::Malformed, detail));
        }
        None => {
            hooks.push(fresh(&wish));
            hooks.len() - 1
        }
    };
    let Some(hook) = hooks.get_mut(place) else {
        return Err(refusal(RefusalKind::NotFound, "there is no such webhook"));
    };
    change(app, hook, wish, reach)?;
    let (shown, now) = (show(app, hook), by.at);
    store.change_application(application, by).await.map_err(failed)?;
    // Whoever changes it may have mended it.
    store.hurry(&id, &shown.hook.id, now).await.map_err(failed)?;
    app.applications.replace(store.applications().await.map_err(failed)?);
    Ok(shown)
}

fn fresh(wish: &HookWish) -> Hook {
    let number: String = clock::random::<6>().iter().map(|byte| format!("{byte:02x}")).collect();
    Hook { id: format!("hook_{number}").into(), style: wish.style, url: "".into(), sealed_secret: None, enabled: true }
}

fn change(app: &App, hook: &mut Hook, wish: HookWish, reach: Reach) -> Result<(), Refusal> {
    let before = show(app, hook);
    let secret = wish.secret.or(before.secret).map_or_else(random_secret, |secret| secret.reveal().to_string());
    if let Some(url) = wish.url {
        check_url(&url, reach)?;
        hook.url = url;
    }
    let told = HookTerms {
        name: wish.name.unwrap_or(before.terms.name),
        digest: wish.digest.unwrap_or(before.terms.digest),
        types: wish.types.unwrap_or(before.terms.types),
        tries_once: wish.tries_once.unwrap_or(before.terms.tries_once),
    };
    hook.enabled = wish.enabled.unwrap_or(hook.enabled);
    hook.sealed_secret = Some(app.master_key.seal(Secrets::with_terms(&secret, told).text().as_bytes(), &app.nonces));
    Ok(())
}

fn random_secret() -> String {
    clock::random::<24>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_url(url: &str, reach: Reach) -> Result<(), Refusal> {
    settings::check_hook_url(url, reach).map_err(|_| Refusal {
        kind: RefusalKind::Malformed,
        detail: "must be an https address that is not plainly private".into(),
        path: Some("target".into()),
    })
}
