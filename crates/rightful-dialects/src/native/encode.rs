//! From our answers to our own API's JSON.

use rightful_domain::{
    App, Assessment, BacktestState, Behavior, CredentialStatus, Device, DeviceSnapshot, Enrichment, Entry, Event,
    EventId, FailureReason, Feedback, FeedbackKind, FeedbackTarget, FreeFields, Location, Mechanism, Money, Network,
    NetworkClaim, Page, Payment, Person, Pii, Record, RuleEffect, RuleMatch,
};

use super::answers::{
    AssessmentBody, CredentialStatusBody, EnrichmentBody, EventRemembered, EvidenceMap, Features, FeedbackSaid,
    FeedbackTaken, FindingBody, NetworkClaimBody, PageBody, PaymentViewBody, PolicyBody, PreviousDeviceBody, RuleBody,
    SentencesBody,
};
use super::backtests;
use super::dossiers::{self, Reclaimed};
use super::response::json;
use super::wire::{
    AppBody, BehaviorBody, DeviceBody, EventBody, LocationBody, MechanismBody, NetworkBody, PaymentBody, PersonBody,
    Texts,
};
use super::{case_times, cases, hooks, imports, lists, money, words};
use crate::time::rfc3339;
use crate::{Call, Glossary, Method, OurReply, Reply, Response};

pub(super) fn reply(call: &Call<'_>, reply: &Reply) -> Option<Response> {
    let glossary = call.glossary;
    Some(match reply {
        // Without what was told since: a retry is answered with the same bytes.
        Reply::Assessed(record) => json(200, &assessment(glossary, &record.entry, None)),
        Reply::Observed(event) => json(201, &remembered(*event)),
        Reply::Concluded(record) | Reply::Recalled(record) => {
            json(200, &assessment(glossary, &record.entry, Some(record)))
        }
        Reply::Found(found) => json(200, &page(glossary, found)),
        Reply::FeedbackTaken { n_targets, n_released, n_unlearned } => {
            let (n_targets, n_released, n_unlearned) = (*n_targets, *n_released, *n_unlearned);
            json(200, &FeedbackTaken { n_targets, n_released, n_unlearned })
        }
        Reply::LookedUp(status) => json(200, &credential_status(*status)),
        Reply::Dossier(dossier) => json(200, &dossiers::dossier(dossier)),
        Reply::Reclaimed { n_accounts } => json(200, &Reclaimed { n_accounts: *n_accounts }),
        Reply::Standing { record, case } => cases::standing(call, record, case.as_deref()),
        Reply::Ours(reply) => of_ours(call, reply),
        Reply::Reported(_) | Reply::Nothing | Reply::Vendors(_) => return None,
    })
}

fn of_ours(call: &Call<'_>, reply: &OurReply) -> Response {
    match reply {
        OurReply::Backtest(job) => {
            // What goes on by itself is not answered yet.
            let goes_on = call.route.method == Method::Post && matches!(job.state, BacktestState::Running(_));
            json(if goes_on { 202 } else { 200 }, &backtests::backtest_body(job))
        }
        OurReply::Takeover(takeover) => json(200, &dossiers::takeover(call.parameter("account"), takeover)),
        OurReply::Hooks(answer) => hooks::reply(answer),
        OurReply::Lists(reply) => lists::reply(reply),
        OurReply::Rules(told) => super::rules::reply(told),
        OurReply::Changed(changed) => cases::changed(call, changed),
        OurReply::Cases(found) => cases::page(call, found),
        OurReply::CaseTimes(times) => case_times::shown(call, times),
        OurReply::Imports(imports) => imports::shown(imports),
    }
}

fn remembered(event: EventId) -> EventRemembered {
    EventRemembered { event_id: event.to_string() }
}

fn page(glossary: Glossary, page: &Page) -> PageBody<'_> {
    let Page { records, next } = page;
    PageBody {
        items: records.iter().map(|record| assessment(glossary, &record.entry, Some(record))).collect(),
        next_cursor: next.map(|cursor| cursor.0.to_string()),
    }
}

/// An entry as it was judged, or, with its record, as it stands now.
pub(super) fn assessment<'a>(glossary: Glossary, entry: &'a Entry, now: Option<&'a Record>) -> AssessmentBody<'a> {
    // `teaching`, `retry` and `tagged` are the store's business.
    let Entry {
        event,
        enrichment,
        assessment: judged,
        teaching: _,
        previous_device,
        sighting,
        changes,
        tellings: _,
        retry: _,
        tagged: _,
    } = entry;
    let outcome = now.map_or(event.outcome, Record::outcome);
    let id = event.id.to_string();
    let judged = judged.as_ref();
    AssessmentBody {
        event_id: id.clone(),
        id,
        application_id: event.application.as_str(),
        source: event.source.as_str(),
        account: event.account.as_ref().map(|account| account.as_str()),
        username: personal(event.username.as_ref()),
        device: event.device.id().map(|id| id.as_str()),
        ip: event.network.ip.map(|ip| ip.to_string()),
        action: event.action.as_str(),
        outcome: outcome.as_str(),
        at: rfc3339(event.at),
        at_clamped: event.at_clamped,
        received_at: rfc3339(event.received_at),
        judged_at: judged.map(|judged| rfc3339(judged.judged_at)),
        risk_score: judged.map(|judged| judged.risk_score.points()),
        log_odds: judged.map(|judged| judged.log_odds.nats()),
        verdict: judged.map(|judged| judged.verdict.as_str()),
        answered: judged.and_then(|judged| judged.answered).map(|verdict| verdict.as_str()),
        reasons: judged.map(|judged| judged.findings.iter().map(|f| f.reason.as_str()).collect()).unwrap_or_default(),
        findings: judged.map(findings).unwrap_or_default(),
        rules: judged.map(|judged| judged.rules.iter().map(rule).collect()).unwrap_or_default(),
        verdict_before_rules: judged.and_then(|judged| judged.verdict_before_rules).map(|verdict| verdict.as_str()),
        lists: judged.map(|judged| &judged.listed[..]).unwrap_or_default(),
        features: features(glossary, judged),
        feature_schema: judged.map(|judged| judged.features.schema),
        sentences: judged.map(|judged| sentences(glossary, event, judged)),
        suggested_challenges: judged
            .map(|judged| judged.suggested_challenges.iter().map(|challenge| challenge.as_str()).collect())
            .unwrap_or_default(),
        history_depth: judged.map(|judged| judged.history_depth),
        policy: judged.map(|judged| PolicyBody { id: &judged.policy.id, version: judged.policy.version }),
        payment_view: judged.map(|judged| PaymentViewBody {
            action: words::payment_text(judged.payment.action),
            score: judged.payment.score,
            source: words::payment_source_text(judged.payment.source),
        }),
        credential_status: enrichment.credential.map(credential_status),
        enrichment: enriched(enrichment),
        previous_device: previous_device.as_ref().map(previous),
        device_sighting: sighting.as_ref().map(dossiers::sighting),
        changes: changes.iter().map(dossiers::change).collect(),
        revoke_session: judged.is_some_and(|judged| judged.revokes_session_after(&event.action, outcome)),
        feedback: now.map(|record| record.feedback.iter().map(said).collect()).unwrap_or_default(),
        event: event_body(event),
    }
}

const fn credential_status(status: CredentialStatus) -> CredentialStatusBody {
    let CredentialStatus { password_breached, username_breached } = status;
    CredentialStatusBody { password_breached, username_breached }
}

fn enriched(enrichment: &Enrichment) -> EnrichmentBody<'_> {
    // What is said of the agent and the credential is elsewhere in an answer, the tag of the day nowhere.
    let Enrichment {
        address,
        agent: _,
        credential: _,
        credential_tag: _,
        country,
        region,
        city,
        coordinates,
        accuracy_km,
        asn,
        organization,
        networks,
    } = enrichment;
    EnrichmentBody {
        address_kind: address.map(|kind| kind.as_str()),
        country: country.as_ref().map(|country| country.as_str()),
        region: region.as_deref(),
        city: city.as_deref(),
        latitude: coordinates.map(|place| place.latitude()),
        longitude: coordinates.map(|place| place.longitude()),
        accuracy_km: *accuracy_km,
        asn: *asn,
        organization: organization.as_deref(),
        networks: networks.iter().map(network_claim).collect(),
    }
}

fn network_claim(claim: &NetworkClaim) -> NetworkClaimBody<'_> {
    let NetworkClaim { kind, said_by } = claim;
    NetworkClaimBody { kind: kind.as_str(), said_by }
}

fn findings(judged: &Assessment) -> Vec<FindingBody<'_>> {
    let findings = judged.findings.iter().map(|finding| FindingBody {
        reason: finding.reason.as_str(),
        nats: finding.nats,
        evidence: EvidenceMap(&finding.evidence),
    });
    findings.collect()
}

fn rule(matched: &RuleMatch) -> RuleBody<'_> {
    let RuleMatch { rule, version, origin: _, is_shadow, is_snoozed, effect } = matched;
    let RuleEffect { score, floor, ceiling, status, tags, queue } = effect;
    RuleBody {
        name: rule,
        version: *version,
        shadow: *is_shadow,
        snoozed: *is_snoozed,
        score: score.points(),
        floor: floor.map(|verdict| verdict.as_str()),
        ceiling: ceiling.map(|verdict| verdict.as_str()),
        status: status.map(|status| status.as_str()),
        tags: tags.iter().map(|tag| &**tag).collect(),
        queue: queue.as_deref(),
    }
}

fn features(glossary: Glossary, judged: Option<&Assessment>) -> Features<'_> {
    match judged {
        Some(judged) => {
            let names = (glossary.feature_names)(judged.features.schema);
            Features { names, values: &judged.features.values }
        }
        None => Features { names: &[], values: &[] },
    }
}

fn sentences(glossary: Glossary, event: &Event, judged: &Assessment) -> SentencesBody {
    let rightful_domain::Sentences { analyst, person } = (glossary.sentences)(event, judged);
    SentencesBody { analyst, person }
}

pub(super) fn previous(device: &DeviceSnapshot) -> PreviousDeviceBody<'_> {
    let DeviceSnapshot { id, kind, manufacturer, model, os, ip, user_agent, at } = device;
    PreviousDeviceBody {
        id: id.as_str(),
        kind: kind.as_deref(),
        manufacturer: manufacturer.as_deref(),
        model: model.as_deref(),
        os: os.as_deref(),
        ip: ip.map(|ip| ip.to_string()),
        user_agent: user_agent.as_deref(),
        at: rfc3339(*at),
    }
}

pub(super) fn said(feedback: &Feedback) -> FeedbackSaid<'_> {
    let Feedback { application: _, target, kind, received_at } = feedback;
    let mechanism = match kind {
        FeedbackKind::ChallengePassed { mechanism } => mechanism.as_ref().map(|kind| kind.as_str()),
        FeedbackKind::ConfirmedTakeover
        | FeedbackKind::ConfirmedLegitimate
        | FeedbackKind::ChallengeFailed
        | FeedbackKind::ChallengeIgnored
        | FeedbackKind::Reclaimed => None,
    };
    let (event_id, account, first_event_id) = match target {
        FeedbackTarget::Event(event) => (Some(event.to_string()), None, None),
        FeedbackTarget::Account { account, first_event } => {
            (None, Some(account.as_str()), first_event.map(|event| event.to_string()))
        }
    };
    FeedbackSaid {
        kind: kind.as_str(),
        mechanism,
        event_id,
        account,
        first_event_id,
        received_at: rfc3339(*received_at),
    }
}

/// An event in the shape in which it can be sent.
fn event_body(event: &Event) -> EventBody<'_> {
    let Event {
        // Said of the assessment around it.
        id: _,
        application: _,
        source: _,
        at_clamped: _,
        // Always, of what can be sent here.
        vouched: _,
        received_at: _,
        action,
        outcome,
        account,
        authenticated_account,
        username,
        mechanisms,
        device: told_device,
        network: told_network,
        location: told_location,
        behavior: told_behavior,
        payment: told_payment,
        person: told_person,
        app: told_app,
        session,
        correlation,
        custom,
        unknown,
        incumbent_verdict,
        at,
    } = event;
    EventBody {
        action: action.as_str(),
        outcome: Some(outcome.as_str()),
        account: account.as_ref().map(|account| account.as_str()),
        authenticated_account: authenticated_account.as_ref().map(|account| account.as_str()),
        username: personal(username.as_ref()),
        at: Some(rfc3339(*at)),
        mechanisms: mechanisms.iter().map(mechanism).collect(),
        device: (*told_device != Device::default()).then(|| device(told_device)),
        network: (*told_network != Network::default()).then(|| network(told_network)),
        location: told_location.as_ref().map(location),
        behavior: told_behavior.as_ref().map(behavior),
        payment: told_payment.as_ref().map(payment),
        person: (*told_person != Person::default()).then(|| person(told_person)),
        app: told_app.as_ref().map(app),
        session_id: session.as_ref().map(|session| session.as_str()),
        correlation_id: correlation.as_ref().map(|correlation| correlation.as_str()),
        incumbent_verdict: incumbent_verdict.map(|verdict| verdict.as_str()),
        custom: free_fields(custom.as_ref()),
        unknown: free_fields(unknown.as_ref()),
    }
}

pub(super) fn personal(told: Option<&Pii<Box<str>>>) -> Option<&str> {
    // The caller gets back what it told, over its own key.
    told.map(|told| told.reveal().as_ref())
}

fn free_fields(fields: Option<&FreeFields>) -> Option<serde_json::Value> {
    fields.and_then(|fields| serde_json::from_str(fields.as_json()).ok())
}

fn mechanism(mechanism: &Mechanism) -> MechanismBody<'_> {
    let Mechanism { kind, succeeded, failure, provider, sent_to } = mechanism;
    MechanismBody {
        kind: kind.as_str(),
        succeeded: *succeeded,
        failure_reason: failure.as_ref().map(FailureReason::as_str),
        provider: provider.as_deref(),
        sent_to: personal(sent_to.as_ref()),
        password_sha256: None,
    }
}

fn device(device: &Device) -> DeviceBody<'_> {
    let Device { aliases, kind, manufacturer, model, os, browser, language, time_zone, screen, components } = device;
    let id = device.id();
    DeviceBody {
        id: id.map(|id| id.as_str()),
        aliases: aliases.iter().filter(|alias| Some(&alias.id) != id).map(|alias| alias.id.as_str()).collect(),
        kind: kind.as_deref(),
        manufacturer: manufacturer.as_deref(),
        model: model.as_deref(),
        os: os.as_deref(),
        browser: browser.as_deref(),
        language: language.as_deref(),
        time_zone: time_zone.as_deref(),
        screen: screen.as_deref(),
        components: Texts::of(components),
    }
}

fn network(network: &Network) -> NetworkBody<'_> {
    let Network { ip, user_agent, origin } = network;
    NetworkBody { ip: ip.map(|ip| ip.to_string()), user_agent: user_agent.as_deref(), origin: origin.as_deref() }
}

pub(super) fn location(location: &Location) -> LocationBody<'_> {
    let Location { country, latitude, longitude, city, region, address } = location;
    LocationBody {
        country: country.as_ref().map(|country| country.as_str()),
        latitude: *latitude,
        longitude: *longitude,
        city: city.as_deref(),
        region: region.as_deref(),
        address: Texts::of_personal(address),
    }
}

const fn behavior(behavior: &Behavior) -> BehaviorBody {
    // Single strokes and moves are told as features alone: no caller of this API sends them.
    let Behavior { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms, interaction: _ } = *behavior;
    BehaviorBody { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms }
}

fn payment(payment: &Payment) -> PaymentBody<'_> {
    let Payment { amount, method, method_id, payee, direction, counterparty, .. } = payment;
    PaymentBody {
        amount: amount.map(money::amount_text),
        currency: amount.as_ref().and_then(|Money { currency, .. }| std::str::from_utf8(currency).ok()),
        method: method.as_deref(),
        method_id: personal(method_id.as_ref()),
        payee: personal(payee.as_ref()),
        direction: direction.map(words::direction_text),
        counterparty: personal(counterparty.as_ref()),
    }
}

fn person(person: &Person) -> PersonBody<'_> {
    let Person {
        email,
        phone,
        name,
        country,
        delivery_address,
        billing_address,
        payment_methods,
        social_accounts,
        password_changed,
    } = person;
    PersonBody {
        email: personal(email.as_ref()),
        phone: personal(phone.as_ref()),
        name: personal(name.as_ref()),
        country: country.as_ref().map(|country| country.as_str()),
        delivery_address: delivery_address.as_deref().map(location),
        billing_address: billing_address.as_deref().map(location),
        payment_methods: payment_methods.iter().map(|method| method.reveal().as_ref()).collect(),
        social_accounts: social_accounts.iter().map(|social| social.reveal().as_ref()).collect(),
        password_changed: *password_changed,
    }
}

fn app(app: &App) -> AppBody<'_> {
    let App { name, platform, domain } = app;
    AppBody { name: name.as_deref(), platform: platform.as_deref(), domain: domain.as_deref() }
}
