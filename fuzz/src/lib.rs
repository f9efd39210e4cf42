//! What the fuzz targets share: bytes of a stranger, decoded on one route of one dialect.
//!
//! `cargo +nightly fuzz run ravelin_decode` from the root; `corpus/` holds the dialects' examples as seeds.

use std::time::Duration;

use rightful_dialects::{
    ALL, Ask, Call, Dialect, EventList, Glossary, HooksAnswer, Intake, LinesTaken, ListLine, ListReport, ListsIntake,
    ListsReply, OurReply, Query, Reply, Response, RulesReply, SeveralAsk, SeveralDone, SignedRequest, VendorReply,
    VendorRule, VendorRuleKept, VendorRulesAsked, VendorRulesReply, VendorRulesShown, Wants, list_lines,
};
use rightful_domain::{
    AccountDeviceId, AccountId, Action, Application, ApplicationId, ApplicationMode, Assessment, BacktestJob,
    BacktestState, Case, CaseChange, CasePage, CaseRefusal, Credential, CredentialKind, CredentialStatus, DetailChange,
    Dossier, Enrichment, Entry, Event, EventId, ListKept, NoteKind, NoteTarget, Page, Record, Sentences, Settings,
    Sighting, SizedList, Source, Teaching, Timestamp, Verdict,
};

/// 2023-11-14T22:13:20Z.
const RECEIVED_AT: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Decodes `data` in a dialect: its first byte chooses the route, its first line the query, the rest is the body. What is
/// taken is remembered and written back; what is not is refused in the dialect's shape.
pub fn decode(dialect: &str, data: &[u8]) {
    let Some(dialect) = ALL.iter().find(|known| known.name() == dialect) else { return };
    let Some((choice, rest)) = data.split_first() else { return };
    let routes = dialect.routes();
    let Some(route) = routes.get(usize::from(*choice) % routes.len()) else { return };
    let line_end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (line, body) = rest.split_at(line_end);
    let query = std::str::from_utf8(line).unwrap_or("");
    let application = application();
    let parameters = [("id", query)];
    let token = page_token(*dialect, &application);
    let header = |name: &str| match name {
        "idempotency-key" | "accept-language" | "x-app-access-ts" | "x-app-access-sig" | "x-app-token" => Some(query),
        "x-access-token" => token.as_deref(),
        _ => None,
    };
    let call = Call {
        route,
        parameters: &parameters,
        query: Query(query),
        header: &header,
        body: body.strip_prefix(b"\n").unwrap_or(body),
        application: &application,
        event_id: EventId::from_bytes([7; 16]),
        received_at: RECEIVED_AT,
        peer: None,
        public_url: "https://rightful.example",
        link_key: &[7; 32],
        glossary: glossary(),
        rule_title: &|_| None,
    };
    let response = answer(*dialect, &call);
    assert!(response.status < 500 || response.body.starts_with(b"{"), "a refusal has its shape");
    let _ = dialect.linked_application(call.query);
    let _ = dialect.presented(&header, call.query);
    let _ = dialect.presented_in_body(call.route, call.body);
    let _ = dialect.sealed(call.route, call.body);
    let body = call.body;
    let signed = SignedRequest { method: route.method, target: query, header: &header, body, received_at: RECEIVED_AT };
    let _ = dialect.signed(&signed);
}

/// A token for a page, where a dialect gives any: asked for as a server does.
fn page_token(dialect: &dyn Dialect, application: &Application) -> Option<String> {
    let route = dialect.routes().iter().find(|route| route.path.ends_with("/accessTokens/behavior"))?;
    let call = Call {
        route,
        parameters: &[],
        query: Query(""),
        header: &|_| None,
        body: br#"{"sessionId":"s"}"#,
        application,
        event_id: EventId::from_bytes([7; 16]),
        received_at: RECEIVED_AT,
        peer: None,
        public_url: "https://rightful.example",
        link_key: &[7; 32],
        glossary: glossary(),
        rule_title: &|_| None,
    };
    let body = String::from_utf8(answer(dialect, &call).body).ok()?;
    Some(body.strip_prefix("{\"token\":\"")?.strip_suffix("\"}")?.to_owned())
}

fn answer(dialect: &dyn Dialect, call: &Call<'_>) -> Response {
    match dialect.decode(call) {
        Ok(intake) => dialect.answer(call, &reply_to(dialect, call, intake)),
        Err(refusal) => dialect.refuse(Some(call.route), &refusal, call.received_at),
    }
}

/// Something that could have become of what is asked of several events.
fn several_done(asked: SeveralAsk, call: &Call<'_>) -> SeveralDone {
    match asked {
        SeveralAsk::Feedback { .. } => {
            SeveralDone::Feedback { events: vec![call.event_id], n_otherwise: 1, is_cut: true }
        }
        SeveralAsk::Assign { events, .. } => SeveralDone::Assigned(events),
        SeveralAsk::Lists(_) => SeveralDone::Lists(vec![EventList {
            name: "actions-7".into(),
            title: "Mules".into(),
            creator: None,
            items: vec![(call.event_id, call.received_at)],
            created_at: call.received_at,
            updated_at: call.received_at,
        }]),
    }
}

/// Something that could have become of an intake.
fn reply_to(dialect: &dyn Dialect, call: &Call<'_>, intake: Intake) -> Reply {
    match intake {
        Intake::Assess(told) => Reply::Assessed(Box::new(record(told.event))),
        Intake::Identify { told, .. } => {
            Reply::Vendors(VendorReply::Identified { record: Box::new(record(told.event)), device: None })
        }
        Intake::Observe(told) | Intake::Backfill(told) => Reply::Recalled(Box::new(record(told.event))),
        Intake::Report(report) => {
            // What a page attempted is read again as soon as it is said.
            let _ = dialect.told(call, &report, Some(&report));
            Reply::Reported(report.id)
        }
        Intake::LookUp { .. } => Reply::LookedUp(CredentialStatus::default()),
        Intake::Dossier(account) => Reply::Dossier(Box::new(dossier(account))),
        Intake::Note(note) => {
            let account = match note.about {
                NoteTarget::Account(account) => account,
                NoteTarget::Device(_) => AccountId::new("ann").expect("a short text is an id"),
            };
            let mut dossier = dossier(account);
            match note.kind {
                NoteKind::Labelled(label) => dossier.labels.push(label),
                NoteKind::Tagged(tags) => dossier.tags = tags,
                NoteKind::Reopened(reopening) => dossier.reopened = Some(reopening),
                NoteKind::Untagged(_) | NoteKind::Closed | NoteKind::Metadata(_) | NoteKind::Detached => {}
            }
            Reply::Dossier(Box::new(dossier))
        }
        Intake::Lists(ask) => Reply::Ours(OurReply::Lists(Box::new(lists_reply(*ask, call)))),
        Intake::Takeover(_) => Reply::Ours(OurReply::Takeover(Box::default())),
        Intake::Reclaim(all) => Reply::Reclaimed { n_accounts: u32::try_from(all.len()).unwrap_or(u32::MAX) },
        Intake::Consume(event) => Reply::Observed(event),
        Intake::Rules(_) => Reply::Ours(OurReply::Rules(Box::new(RulesReply::Gone))),
        Intake::Listen(_) | Intake::Stream(_) | Intake::Export(_) => Reply::Observed(call.event_id),
        Intake::Backtest(_) | Intake::LookAtBacktest(_) | Intake::CancelBacktest(_) => {
            Reply::Ours(OurReply::Backtest(Box::new(BacktestJob {
                id: call.event_id,
                state: BacktestState::Running(7),
            })))
        }
        Intake::Hooks(_) => Reply::Ours(OurReply::Hooks(HooksAnswer::Tested)),
        Intake::Search(_) => Reply::Found(Page::default()),
        Intake::AssessNew(fresh) => standing(fresh.told.event),
        Intake::Standing(_) | Intake::Rescore(_) | Intake::Change { .. } => standing(some_event(call)),
        Intake::ChangeMany(changes) => {
            let refused = |event| (event, Err(CaseRefusal::NoCase));
            Reply::Ours(OurReply::Changed(changes.into_iter().map(|(event, _)| refused(event)).collect()))
        }
        Intake::Cases(_) => Reply::Ours(OurReply::Cases(CasePage::default())),
        Intake::CaseTimes(_) => Reply::Ours(OurReply::CaseTimes(rightful_domain::CaseTimes::default())),
        Intake::Imports => Reply::Ours(OurReply::Imports(Vec::new())),
        Intake::Lines(_) => {
            let lines = call.body.split(|byte| *byte == b'\n');
            let refused = lines.filter_map(|line| dialect.decode_line(call, line).err());
            let refused: Vec<_> = (1..).zip(refused).collect();
            Reply::Vendors(VendorReply::LinesTaken(LinesTaken { refused, ..LinesTaken::default() }))
        }
        Intake::Nothing => Reply::Nothing,
        Intake::VendorHooks(_) => Reply::Vendors(VendorReply::VendorHooks(Vec::new())),
        Intake::VendorRules(asked) => Reply::Vendors(VendorReply::VendorRules(vendor_rules(dialect, call, &asked))),
        Intake::SealingKey => Reply::Vendors(VendorReply::SealingKey("{}".to_owned())),
        Intake::Grant => {
            Reply::Vendors(VendorReply::Granted { token: "a.b.c".to_owned(), kept: Duration::from_secs(3_600) })
        }
        Intake::Ask(ask) => asked(dialect, call, *ask),
        Intake::Finish(finish) => Reply::Reported(finish.attempt),
        Intake::Several(asked) => Reply::Vendors(VendorReply::Several(Box::new(several_done(*asked, call)))),
        Intake::Conclude { .. } | Intake::Recall(_) | Intake::Feedback(_) => {
            Reply::FeedbackTaken { n_targets: 1, n_released: 0, n_unlearned: 0 }
        }
    }
}

/// What is taken as a rule is read again once it is written, and then read back.
fn vendor_rules(dialect: &dyn Dialect, call: &Call<'_>, asked: &VendorRulesAsked) -> VendorRulesReply {
    let mut shown = VendorRulesShown::default();
    if let VendorRulesAsked::Put(_) = asked
        && let Ok(VendorRule { name, id, told, .. }) = dialect.vendor_rule(call, None)
    {
        let kept = VendorRuleKept { name, id, told, author: "key".to_owned() };
        assert!(dialect.vendor_rule(call, Some(&kept)).is_ok(), "what was written can be written again");
        shown.rules.push(kept.clone());
        shown.changed = Some(kept);
    }
    VendorRulesReply::Done(Box::new(shown))
}

/// An event that people have done something about.
fn standing(event: Event) -> Reply {
    let mut case = Case::new(&event, Some("payouts"), RECEIVED_AT);
    let claimed = case.apply(CaseChange::Claim { by: "ann".into() }, RECEIVED_AT);
    assert!(claimed.is_ok(), "an open case can be claimed");
    Reply::Standing { record: Box::new(record(event)), case: Some(Box::new(case)) }
}

fn some_event(call: &Call<'_>) -> Event {
    Event::new(call.event_id, call.application.id.clone(), Source::Sumsub, Action::Login, RECEIVED_AT)
}

/// An attempt that was reported as the caller says, or by a page before.
fn asked(dialect: &dyn Dialect, call: &Call<'_>, ask: Ask) -> Reply {
    let Some(report) = ask.reported.filter(|_| ask.wants == Wants::Verdict) else {
        return Reply::Reported(ask.attempt);
    };
    match dialect.told(call, &report, Some(&report)) {
        Ok(told) => Reply::Assessed(Box::new(record(told.event))),
        Err(_) => Reply::Reported(ask.attempt),
    }
}

fn lists_reply(ask: ListsIntake, call: &Call<'_>) -> ListsReply {
    match ask {
        ListsIntake::Keep(list) => ListsReply::Kept(ListKept::Made, SizedList { list, n_entries: 0 }),
        ListsIntake::Put { lines, .. } => ListsReply::Put(report(lines.into_iter())),
        ListsIntake::Import { format, .. } => ListsReply::Put(report(list_lines(format, call.body))),
        ListsIntake::Page { .. } => ListsReply::Page(Vec::new(), true),
        ListsIntake::LookUp { .. } => ListsReply::Found(Vec::new()),
        ListsIntake::Drop(_) | ListsIntake::Take { .. } => ListsReply::Taken(1),
        ListsIntake::All | ListsIntake::Show(_) | ListsIntake::Export { .. } | ListsIntake::Entry { .. } => {
            ListsReply::All(Vec::new())
        }
    }
}

fn report(lines: impl Iterator<Item = ListLine>) -> ListReport {
    let mut report = ListReport::default();
    for line in lines {
        match line.entry {
            Ok(_) => report.put.n_added += 1,
            Err(detail) => report.refuse(line.number, detail),
        }
    }
    report
}

fn dossier(account: AccountId) -> Dossier {
    Dossier {
        account,
        labels: Vec::new(),
        tags: Vec::new(),
        closed_at: None,
        reopened: None,
        reported_at: None,
        reclaimed_at: None,
        devices: Vec::new(),
    }
}

/// An event as it is remembered, with each of its details changed by it.
fn record(event: Event) -> Record {
    let change = |(kind, value)| DetailChange { kind, value, previous: None, notify: None };
    let id = AccountDeviceId::from_bytes([7; 12]);
    let entry = Entry {
        changes: event.details().map(change).collect(),
        event,
        enrichment: Enrichment::default(),
        assessment: None,
        teaching: Teaching::Nothing,
        previous_device: None,
        sighting: Some(Sighting { id, is_first: true, is_listed: false, n_devices: 1 }),
        tellings: Vec::new(),
        retry: None,
        tagged: None,
    };
    Record { sequence: 1, entry, conclusion: None, feedback: Vec::new(), consumed_at: None }
}

fn application() -> Application {
    Application {
        id: ApplicationId::new("shop").expect("a short text is an id"),
        name: "Shop".into(),
        test: false,
        mode: ApplicationMode::Enforce,
        credentials: vec![Credential {
            kind: CredentialKind::SumsubAppToken,
            public_id: "sbx:1".into(),
            secret_digest: None,
            sealed_secret: None,
        }],
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: RECEIVED_AT,
        settings: Settings::default(),
    }
}

fn glossary() -> Glossary {
    fn feature_names(_schema: u16) -> &'static [&'static str] {
        &[]
    }
    fn sentences(_event: &Event, _assessment: &Assessment) -> Sentences {
        Sentences::default()
    }
    Glossary { feature_names, sentences }
}
