//! Alerts from what is counted to who is told, with receivers on this machine.

use axum::body::Bytes;
use axum::http::HeaderMap;
use rightful_store::conformance::{judged, login};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;
use crate::config::{Secret, SmtpSecurity};
use crate::server::Server;
use crate::telling::signature;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that answers with these statuses in turn, and then with 200.
async fn receiver(mut statuses: Vec<u16>) -> (String, mpsc::UnboundedReceiver<(HeaderMap, String)>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alert", listener.local_addr().unwrap());
    let (sender, received) = mpsc::unbounded_channel();
    statuses.reverse();
    let statuses = Mutex::new(statuses);
    let answer = move |headers: HeaderMap, body: Bytes| {
        let status = statuses.lock().pop().unwrap_or(200);
        sender.send((headers, String::from_utf8(body.to_vec()).unwrap())).unwrap();
        async move { axum::http::StatusCode::from_u16(status).unwrap() }
    };
    let answer = Arc::new(answer);
    let route = axum::routing::post(move |headers: HeaderMap, body: Bytes| answer(headers, body));
    let mut serving = JoinSet::new();
    let router = axum::Router::new().route("/alert", route);
    serving.spawn(crate::http::listener::serve(listener, None, router, 16, Shutdown::new()));
    (url, received, serving)
}

fn config(folder: &std::path::Path) -> Config {
    let mut config = Config::load(None, []).unwrap();
    config.store.data = folder.join("data");
    config.server.listen = "127.0.0.1:0".parse().unwrap();
    config.server.metrics_listen = String::new();
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_is_told_signed_and_without_people() {
    let (url, mut received, _serving) = receiver(Vec::new()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    config.alerts.allow_private_addresses = true;
    config.alerts.webhooks = vec![Secret::from(url.clone())];
    config.alerts.slack_webhooks = vec![Secret::from(url)];
    config.alerts.webhook_secret = Secret::from(SECRET.to_owned());
    let server = Server::start(&config, false).await.unwrap();
    let app = Arc::clone(&server.app);
    // Its own task would look as well.
    app.shutdown.request();
    server.run().await;

    let event = login(1, "anna", "phone", "192.0.2.1");
    let mut assessment = judged(&event, rightful_domain::Verdict::Deny).assessment.unwrap();
    assessment.findings[0].reason = rightful_domain::ReasonCode::CredentialStuffingCampaign;
    for _ in 0..25 {
        app.pipeline.activity.judged(&event.application, &assessment, clock::now());
    }
    let alerter = Alerter::new(Arc::clone(&app), &config, Poster::new(true).unwrap()).unwrap();
    let mut sending = JoinSet::new();
    alerter.look(&mut sending, clock::now()).await;
    alerter.look(&mut sending, clock::now()).await;
    assert_eq!(sending.len(), 2, "once for each way");
    while sending.join_next().await.is_some() {}

    let mut all = [received.recv().await.unwrap(), received.recv().await.unwrap()];
    all.sort_by_key(|(headers, _)| headers.contains_key("webhook-id"));
    let (_, slack) = &all[0];
    let slack: serde_json::Value = serde_json::from_str(slack).unwrap();
    assert!(slack["text"].as_str().unwrap().contains("campaign started (shop)"), "{slack}");
    let (headers, body) = &all[1];
    let header = |name: &str| headers[name].to_str().unwrap();
    let expected = signature(SECRET, header("webhook-id"), header("webhook-timestamp"), body.as_bytes());
    assert_eq!(header("webhook-signature"), expected);
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&told["type"], &told["data"]["alert"], &told["data"]["about"]),
        (&"alert.started".into(), &"campaign".into(), &"shop".into())
    );
    assert!(told["data"]["summary"].as_str().unwrap().starts_with("25 events"), "{told}");
    assert!(!body.contains("anna") && !body.contains("192.0.2.1"));

    let firing = app.alerts.firing();
    assert_eq!((firing.len(), firing[0].alert.as_str()), (1, "campaign"));
    let metrics = app.alerts.render();
    assert!(metrics.contains("rightful_alerts_firing{alert=\"campaign\"} 1\n"), "{metrics}");
    assert!(metrics.contains("rightful_alert_messages_total{outcome=\"taken\"} 2\n"), "{metrics}");
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_under_its_id_and_then_given_up() {
    for (statuses, n_sent, n_taken) in [(vec![500, 503], 3, 1), (vec![500; 9], 5, 0)] {
        let (url, mut received, _serving) = receiver(statuses).await;
        let channel = Channel::Webhook { url: Secret::from(url), secret: Secret::from(SECRET.to_owned()) };
        let board = Board::default();
        tell(&board, &channel, &Poster::new(true).unwrap(), &said(None, clock::now()), &[Duration::ZERO; 4]).await;
        let mut ids = Vec::new();
        while let Ok((headers, _)) = received.try_recv() {
            ids.push(headers["webhook-id"].clone());
        }
        assert_eq!(ids.len(), n_sent);
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let counted = (board.n_taken.load(Ordering::Relaxed), board.n_given_up.load(Ordering::Relaxed));
        assert_eq!(counted, (n_taken, 1 - n_taken));
    }
}

#[tokio::test]
async fn a_private_address_is_refused_unless_allowed() {
    let (url, mut received, _serving) = receiver(Vec::new()).await;
    let channel = Channel::Slack { url: Secret::from(url) };
    let refused = channel.say(&Poster::new(false).unwrap(), &said(None, clock::now()), clock::now()).await;
    assert!(refused.unwrap_err().to_string().contains("private"));
    assert!(received.try_recv().is_err());
}

/// A mail server that takes one message; what it was said.
async fn mail_server(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.unwrap();
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let mut said = String::new();
    let mut is_data = false;
    writing.write_all(b"220 mail\r\n").await.unwrap();
    while let Some(line) = lines.next_line().await.unwrap() {
        said.push_str(&line);
        said.push('\n');
        let answer: &[u8] = match line.as_str() {
            "DATA" => {
                is_data = true;
                b"354 go\r\n"
            }
            "." => {
                is_data = false;
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ if is_data => continue,
            _ => b"250 mail\r\n",
        };
        writing.write_all(answer).await.unwrap();
        if line == "." {
            break;
        }
    }
    said
}

#[tokio::test]
async fn e_mail_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut alerts = Config::load(None, []).unwrap().alerts;
    alerts.email_to = vec!["Operators <operators@example.com>".into()];
    alerts.email_from = "rightful@example.com".into();
    alerts.smtp_host = "127.0.0.1".into();
    alerts.smtp_port = listener.local_addr().unwrap().port();
    alerts.smtp_security = SmtpSecurity::None;
    let channels = Channel::configured(&alerts).unwrap();
    let (poster, said) = (Poster::new(false).unwrap(), said(None, clock::now()));
    let (heard, sent) = tokio::join!(mail_server(listener), channels[0].say(&poster, &said, clock::now()));
    sent.unwrap();
    assert!(heard.contains("RCPT TO:<operators@example.com>"), "{heard}");
    assert!(heard.contains("Subject: Rightful: test"), "{heard}");
    assert!(heard.contains("this is a test"), "{heard}");
}

#[test]
fn wrong_ways_are_refused_and_secrets_not_shown() {
    let refused = |name: &str, value: &str| {
        let loaded = Config::load(None, [(format!("RIGHTFUL_ALERTS__{name}"), value.to_owned())]);
        loaded.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(refused("WEBHOOKS", "https://a.example").starts_with("alerts.webhook_secret: is needed"));
    assert!(refused("SLACK_WEBHOOKS", "http://a.example").starts_with("alerts.slack_webhooks: must begin with https"));
    assert!(refused("EMAIL_TO", "a@example.com").starts_with("alerts.smtp_host: is needed"));
    let given =
        [("SLACK_WEBHOOKS", "https://a.example/hidden"), ("SMTP_PASSWORD", "hidden"), ("WEBHOOK_SECRET", "hidden")];
    let given = given.map(|(name, value)| (format!("RIGHTFUL_ALERTS__{name}"), value.to_owned()));
    let config = Config::load(None, given).unwrap();
    assert_eq!(config.alerts.smtp_password.reveal(), "hidden");
    for shown in [format!("{config:?}"), toml::to_string(&config).unwrap(), serde_json::to_string(&config).unwrap()] {
        assert!(shown.contains("‹secret›") && !shown.contains("hidden"), "{shown}");
    }
}
