//! By what ways the operator is alerted. No message carries a person's data, and no error a secret.

use std::time::Duration;

use axum::http::HeaderName;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rightful_domain::Timestamp;
use serde::Serialize;

use super::judge::Alert;
use crate::config::{Alerts, ConfigError, Secret, SmtpSecurity};
use crate::telling::{DEADLINE, Letter, Poster, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, signature};

/// How long a mail server may take.
const SMTP_DEADLINE: Duration = Duration::from_secs(15);

/// One way.
pub(crate) enum Channel {
    /// A webhook of ours, signed as Standard Webhooks say.
    Webhook { url: Secret, secret: Secret },
    /// A webhook that takes `{"text": …}`, as Slack's, Mattermost's and others do. Its address is its secret.
    Slack { url: Secret },
    /// E-mail.
    Email(Box<Email>),
}

/// How e-mail is sent.
pub(crate) struct Email {
    host: String,
    port: u16,
    security: SmtpSecurity,
    credentials: Option<(String, Secret)>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

/// Something to say.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// The same for each try, so that a receiver can tell a repetition.
    pub(crate) id: String,
    /// `alert.started`, `alert.resolved` or `alert.test`.
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    pub(crate) alert: Option<Alert>,
}

/// Why it was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChannelError {
    #[error("it was answered with status {0}")]
    Status(u16),
    #[error("{0}")]
    Post(String),
    #[error("the message cannot be made: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("the mail server: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    alert: Option<&'static str>,
    about: Option<&'a str>,
    since: Option<String>,
    summary: &'a str,
}

const TEST: &str = "this is a test: alerts of Rightful arrive here";

impl Said {
    fn summary(&self) -> &str {
        self.alert.as_ref().map_or(TEST, |alert| &alert.summary)
    }

    /// In one line.
    fn title(&self) -> String {
        match &self.alert {
            Some(alert) => {
                format!("Rightful: {} {} ({})", alert.key.kind.as_str(), alert.turn.as_str(), alert.key.about)
            }
            None => "Rightful: test".to_owned(),
        }
    }

    fn json(&self) -> Vec<u8> {
        let alert = self.alert.as_ref();
        let body = Body {
            kind: &self.kind,
            timestamp: rightful_dialects::rfc3339(self.at),
            data: Data {
                alert: alert.map(|alert| alert.key.kind.as_str()),
                about: alert.map(|alert| &*alert.key.about),
                since: alert.map(|alert| rightful_dialects::rfc3339(alert.since)),
                summary: self.summary(),
            },
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl Channel {
    /// Those that are configured.
    pub(crate) fn configured(config: &Alerts) -> Result<Vec<Self>, ConfigError> {
        let wrong =
            |key: &str, message: &str| ConfigError::Wrong { origin: format!("alerts.{key}"), message: message.into() };
        let mut channels = Vec::new();
        if !config.webhooks.is_empty() && config.webhook_secret.is_empty() {
            return Err(wrong(
                "webhook_secret",
                "is needed to sign what webhooks are sent: whsec_ and 24 to 64 bytes in base64",
            ));
        }
        for (key, urls) in [("webhooks", &config.webhooks), ("slack_webhooks", &config.slack_webhooks)] {
            let is_open = |url: &Secret| url.reveal().starts_with("https://");
            let may_be = |url: &Secret| config.allow_private_addresses && url.reveal().starts_with("http://");
            if !urls.iter().all(|url| is_open(url) || may_be(url)) {
                return Err(wrong(
                    key,
                    "must begin with https://, or with http:// where private addresses are allowed",
                ));
            }
        }
        let secret = &config.webhook_secret;
        let webhooks = config.webhooks.iter();
        channels.extend(webhooks.map(|url| Self::Webhook { url: url.clone(), secret: secret.clone() }));
        channels.extend(config.slack_webhooks.iter().map(|url| Self::Slack { url: url.clone() }));
        if !config.email_to.is_empty() {
            channels.push(Self::Email(Box::new(Email::configured(config)?)));
        }
        Ok(channels)
    }

    /// As spelled in logs and metrics.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Slack { .. } => "slack",
            Self::Email(_) => "email",
        }
    }

    /// Says it once.
    pub(crate) async fn say(&self, poster: &Poster, said: &Said, now: Timestamp) -> Result<(), ChannelError> {
        match self {
            Self::Webhook { url, secret } => {
                let body = said.json();
                let timestamp = now.as_millis().div_euclid(1_000).to_string();
                let signed = signature(secret.reveal(), &said.id, &timestamp, &body);
                let headers =
                    vec![(WEBHOOK_ID, said.id.clone()), (WEBHOOK_TIMESTAMP, timestamp), (WEBHOOK_SIGNATURE, signed)];
                post(poster, url, headers, body).await
            }
            Self::Slack { url } => {
                let text = format!("*{}*\n{}", said.title(), said.summary());
                let body = serde_json::json!({ "text": text }).to_string().into_bytes();
                post(poster, url, Vec::new(), body).await
            }
            Self::Email(email) => email.send(said).await,
        }
    }
}

async fn post(
    poster: &Poster,
    url: &Secret,
    headers: Vec<(HeaderName, String)>,
    body: Vec<u8>,
) -> Result<(), ChannelError> {
    let letter = Letter { url: url.reveal().into(), headers, body, deadline: DEADLINE };
    let answer = poster.post(letter).await.map_err(|error| ChannelError::Post(error.to_string()))?;
    if (200..300).contains(&answer.status) { Ok(()) } else { Err(ChannelError::Status(answer.status)) }
}

impl Email {
    fn configured(config: &Alerts) -> Result<Self, ConfigError> {
        let wrong = |key: &str, message: String| ConfigError::Wrong { origin: format!("alerts.{key}"), message };
        let mailbox = |key: &'static str, text: &String| {
            text.parse::<Mailbox>().map_err(|_| wrong(key, format!("\"{text}\" is not an e-mail address")))
        };
        if config.smtp_host.is_empty() {
            return Err(wrong("smtp_host", "is needed to send e-mail".into()));
        }
        let credentials =
            (!config.smtp_username.is_empty()).then(|| (config.smtp_username.clone(), config.smtp_password.clone()));
        if credentials.is_some() && config.smtp_security == SmtpSecurity::None {
            return Err(wrong("smtp_security", "must not be \"none\" where there is a password".into()));
        }
        Ok(Self {
            host: config.smtp_host.clone(),
            port: config.smtp_port,
            security: config.smtp_security,
            credentials,
            from: mailbox("email_from", &config.email_from)?,
            to: config.email_to.iter().map(|to| mailbox("email_to", to)).collect::<Result<_, _>>()?,
        })
    }

    async fn send(&self, said: &Said) -> Result<(), ChannelError> {
        let builder = match self.security {
            SmtpSecurity::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&self.host)?,
            SmtpSecurity::Starttls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&self.host)?,
            SmtpSecurity::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host),
        };
        let mut builder = builder.port(self.port).timeout(Some(SMTP_DEADLINE));
        if let Some((username, password)) = &self.credentials {
            builder = builder.credentials(Credentials::new(username.clone(), password.reveal().to_owned()));
        }
        let mut message = Message::builder().from(self.from.clone()).subject(said.title());
        for to in &self.to {
            message = message.to(to.clone());
        }
        let text = format!("{}\n\n{}\n", said.summary(), rightful_dialects::rfc3339(said.at));
        let message = message.header(ContentType::TEXT_PLAIN).body(text)?;
        builder.build().send(message).await?;
        Ok(())
    }
}
