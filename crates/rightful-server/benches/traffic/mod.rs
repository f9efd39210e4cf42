//! Made-up logins for benches: accounts that come from homes, offices and phones, with browsers that are updated.

use std::net::{IpAddr, Ipv4Addr};

use rightful_domain::{
    AccountId, Action, AddressKind, AgentKind, AgentTraits, ApplicationId, Coordinates, CountryCode, Device,
    DeviceAlias, DeviceAliasKind, DeviceId, Enrichment, Event, EventId, FailureReason, Mechanism, MechanismKind,
    Network, Outcome, Pii, Source, Timestamp,
};

/// A day, in s.
pub(crate) const DAY: u64 = 86_400;
/// Monday, 5 January 2026.
const START: i64 = 1_767_571_200;
/// How often browsers are updated.
const UPDATE_SECONDS: u64 = 28 * DAY;

/// A number that looks random, from one that does not.
pub(crate) const fn mixed(n: u64) -> u64 {
    let n = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

fn pick<'a>(from: &[&'a str], n: u64) -> &'a str {
    from.get(usize::try_from(n).unwrap_or(0) % from.len()).copied().unwrap_or_default()
}

/// A login of an account: mostly from home, with its own computer or its phone, whose browsers are updated.
pub(crate) fn login(account: u64, round: u64, n: u64, seconds: u64) -> (Event, Enrichment) {
    let at = Timestamp::from_seconds(START + i64::try_from(seconds).unwrap_or(0));
    let (of_account, of_event) = (mixed(account), mixed(n));
    let is_phone = of_event % 10 < 4;
    let is_new = of_event >> 8 & 31 == 0;
    let is_away = is_phone && of_event >> 16 & 3 == 0;
    let device = if is_new { format!("new-{n}") } else { format!("device-{account}-{}", u8::from(is_phone)) };
    let version = 130 + seconds / UPDATE_SECONDS;
    let failed = of_event >> 24 & 31 == 0;
    let country = of_account % 40;
    let provider = if is_away { 50 + country } else { country * 100 + of_account % 5 };
    // A provider's homes lie in some hundred networks, its phones behind some few addresses.
    let host =
        if is_away { of_event % 64 } else { 4_096 + mixed(account ^ (((round + account % 6) / 6) << 40)) % 65_536 };
    let [.., c, d] = host.to_be_bytes();
    let [.., provider_byte] = provider.to_be_bytes();
    let ip = Ipv4Addr::new(20 + provider_byte / 2, provider_byte, c, d);
    let (agent, os, kind) = if is_phone { phone(of_account, version) } else { computer(of_account, version) };
    let [a, b, c, d, e, f, g, h] = of_event.to_be_bytes();
    let event = Event {
        outcome: if failed { Outcome::Failed } else { Outcome::Succeeded },
        account: AccountId::new(format!("customer-{account}")).ok(),
        username: Some(Pii::new(format!("customer-{account}@example.com").into())),
        mechanisms: vec![Mechanism {
            kind: MechanismKind::Password,
            succeeded: Some(!failed),
            failure: failed.then_some(FailureReason::BadPassword),
            provider: None,
            sent_to: None,
        }],
        device: Device {
            aliases: DeviceId::new(device)
                .map(|id| vec![DeviceAlias { kind: DeviceAliasKind::Vendor, id }])
                .unwrap_or_default(),
            language: Some(pick(&["en-US", "de-DE", "fr-FR", "pt-BR"], country).into()),
            time_zone: Some(pick(&["America/New_York", "Europe/Berlin", "America/Sao_Paulo"], country).into()),
            ..Device::default()
        },
        network: Network { ip: Some(IpAddr::V4(ip)), user_agent: Some(agent.into()), origin: None },
        ..Event::new(
            EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [a, b, c, d, e, f, g, h, 1, 2]),
            ApplicationId::new("app_0123456789abcdef").expect("a proper id"),
            Source::Native,
            Action::Login,
            at,
        )
    };
    (event, enrichment(country, provider, of_account, os, kind, version))
}

fn enrichment(country: u64, provider: u64, account: u64, os: &str, kind: AgentKind, version: u64) -> Enrichment {
    let [a, b] = [country / 6, country % 26].map(|n| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0)));
    let city = provider * 10 + account / 64 % 10;
    let degrees = |n: u64| (n % 160) as f64 - 80.0;
    Enrichment {
        address: Some(AddressKind::Public),
        agent: Some(AgentTraits {
            kind,
            browser: Some("Chrome".into()),
            browser_major: u32::try_from(version).ok(),
            os: Some(os.into()),
        }),
        country: CountryCode::new(&format!("{a}{b}")).ok(),
        city: Some(format!("City {city}").into()),
        coordinates: Coordinates::from_degrees(degrees(city), degrees(city / 3)).ok(),
        accuracy_km: Some(20),
        asn: u32::try_from(1_000 + provider).ok(),
        ..Enrichment::default()
    }
}

fn phone(account: u64, version: u64) -> (String, &'static str, AgentKind) {
    let model = pick(&["Pixel 10", "SM-S938B", "SM-A566B", "2312DRA50G", "CPH2609", "XQ-FS54"], account >> 20);
    let agent = format!(
        "Mozilla/5.0 (Linux; Android 16; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Mobile Safari/537.36"
    );
    (agent, "Android", AgentKind::Mobile)
}

fn computer(account: u64, version: u64) -> (String, &'static str, AgentKind) {
    let system = ["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"];
    let os = ["Windows 10", "Mac OSX", "Linux"];
    let which = usize::try_from((account >> 28) % 16).unwrap_or(0).saturating_sub(13);
    let agent = format!(
        "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36",
        system[which]
    );
    (agent, os[which], AgentKind::Desktop)
}
