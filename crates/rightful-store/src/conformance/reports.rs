//! What browsers say of themselves.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    Behavior, Device, DeviceAlias, DeviceAliasKind, FreeFields, Network, REPORT_KEPT, Report, ReportKey,
};

use super::sample::{START, application, application_id, device_id, id};
use super::{Backend, Ending, Script, Told, same, there};

/// The n-th report, n seconds after the start, of a device of that name if it has one.
fn report(n: u64, device: Option<&str>) -> Report {
    let alias = |name| DeviceAlias { kind: DeviceAliasKind::Vendor, id: device_id(name) };
    Report {
        id: id(n),
        application: application(),
        device: Device {
            aliases: device.map(alias).into_iter().collect(),
            components: vec![(format!("component {n}").into(), "1".into()), ("last".into(), n.to_string().into())],
            ..Device::default()
        },
        network: Network { ip: "192.0.2.1".parse().ok(), user_agent: Some("Agent/1".into()), origin: None },
        behavior: Some(Behavior { keys: Some(5), ..Behavior::default() }),
        opened_at: Some(START),
        received_at: START.plus(Duration::from_secs(n)),
        said: None,
    }
}

pub(super) async fn a_report_is_found_by_its_token_for_half_an_hour(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let (kept, key) = (report(1, None), ReportKey::Token(id(1)));
    let find = async |now| script.store().report(&application(), key, now).await;
    same("before", find(START).await?, None)?;
    script.store().keep_report(kept.clone()).await?;
    let over_at = kept.received_at.plus(REPORT_KEPT);
    same("at once", find(kept.received_at).await?, Some(kept.clone()))?;
    same("at the end", find(over_at.minus(Duration::from_secs(1))).await?, Some(kept))?;
    same("after it", find(over_at).await?, None)
}

pub(super) async fn reports_of_a_device_are_one_and_a_repeated_one_counts_once(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    for n in [1, 2, 2, 1] {
        script.store().keep_report(report(n, Some("phone"))).await?;
    }
    let phone = device_id("phone");
    let key = ReportKey::Device(&phone);
    let merged = there("it", script.store().report(&application(), key, START).await?)?;
    same("keys", merged.behavior.and_then(|told| told.keys), Some(10))?;
    let last = merged.device.components.iter().find(|(name, _)| **name == *"last").map(|(_, value)| value.clone());
    same("what was said last", last, Some("2".into()))?;
    same("components", merged.device.components.len(), 3)?;
    let laptop = device_id("laptop");
    let other = ReportKey::Device(&laptop);
    same("another device's", script.store().report(&application(), other, START).await?, None)?;
    let late = START.plus(REPORT_KEPT * 2);
    script.store().keep_report(Report { received_at: late, ..report(9, Some("phone")) }).await?;
    let fresh = there("it", script.store().report(&application(), key, late).await?)?;
    same("keys", fresh.behavior.and_then(|told| told.keys), Some(5))
}

pub(super) async fn what_is_said_of_an_attempt_is_said_under_its_token(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    let kept = Report { said: FreeFields::new(r#"{"who":"ann"}"#), ..report(1, Some("phone")) };
    script.store().keep_report(kept.clone()).await?;
    backend.restart(Ending::Closed).await?;
    let phone = device_id("phone");
    let (token, device) = (ReportKey::Token(id(1)), ReportKey::Device(&phone));
    let unsaid = Report { said: None, ..kept.clone() };
    same("by its device", script.store().report(&application(), device, START).await?, Some(unsaid))?;
    same("by its token", script.store().report(&application(), token, START).await?, Some(kept))
}

pub(super) async fn a_report_is_its_applications_own(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().keep_report(report(1, Some("phone"))).await?;
    let phone = device_id("phone");
    for key in [ReportKey::Token(id(1)), ReportKey::Device(&phone)] {
        same("another's", script.store().report(&application_id("other"), key, START).await?, None)?;
    }
    Ok(())
}

pub(super) async fn a_report_outlives_a_restart(backend: Arc<dyn Backend>) -> Told {
    let script = Script::on(&backend);
    script.store().keep_report(report(1, Some("phone"))).await?;
    backend.restart(Ending::Closed).await?;
    script.store().keep_report(report(1, Some("phone"))).await?;
    let phone = device_id("phone");
    for key in [ReportKey::Token(id(1)), ReportKey::Device(&phone)] {
        let found = there("it", script.store().report(&application(), key, START).await?)?;
        same("keys", found.behavior.and_then(|told| told.keys), Some(5))?;
    }
    Ok(())
}
