//! What pages attempt: reported by a page, judged when somebody asks, concluded when somebody says how it ended.
//!
//! The report of an attempt waits for the first who asks about it, within [`rightful_domain::REPORT_KEPT`]; from then on
//! the record answers. An attempt that nobody asks about is not judged.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use rightful_dialects::{Ask, DeviceProof, Dialect, Finish, Refusal, RefusalKind, Reply, Told, VendorReply, Wants};
use rightful_domain::{
    AccountId, Application, Event, EventId, Feedback, FeedbackTarget, Outcome, PasswordHashes, Record, Report,
    ReportKey, Timestamp, Verdict,
};
use ring::digest::{Context, SHA256, digest};

use crate::app::App;
use crate::http::dispatch::Received;
use crate::http::problem;
use crate::pipeline::{Asked, Pipeline, PipelineError};

/// A request about an attempt, with the dialect that alone can say what a page's report means.
pub(crate) struct Speaker<'a> {
    /// Says whose request it is, and by which keys it is read.
    pub(crate) app: &'a App,
    /// In whose words the page reported.
    pub(crate) dialect: &'a dyn Dialect,
    /// The request.
    pub(crate) received: &'a Received,
}

impl Speaker<'_> {
    /// Reads an attempt as the dialect wrote it down.
    fn told(&self, attempt: &Report, device: Option<&Report>) -> Result<Told, AttemptError> {
        let told = self.received.with_call(self.app, |call| self.dialect.told(call, attempt, device));
        told.map_err(AttemptError::Refused)
    }

    /// Checks that the request may be about this one, which was judged before.
    fn check(&self, judged: &Record) -> Result<(), AttemptError> {
        let checked = self.received.with_call(self.app, |call| self.dialect.check_attempt(call, judged));
        checked.map_err(AttemptError::Refused)
    }
}

/// Why an attempt is not judged.
#[derive(Debug)]
pub(crate) enum AttemptError {
    Pipeline(PipelineError),
    Refused(Refusal),
}

impl<E: Into<PipelineError>> From<E> for AttemptError {
    fn from(error: E) -> Self {
        Self::Pipeline(error.into())
    }
}

impl AttemptError {
    /// What the caller is told.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::Pipeline(PipelineError::NoToken) => {
                refused(RefusalKind::NotFound, "the action is not known, or no longer")
            }
            Self::Pipeline(error) => problem::refusal(&error),
            Self::Refused(refusal) => refusal,
        }
    }
}

fn refused(kind: RefusalKind, detail: &str) -> Refusal {
    Refusal { kind, detail: detail.into(), path: None }
}

/// Whether user ids are contacts: they work, and it is said once, since ids stand in logs and contacts should not.
#[derive(Debug, Default)]
pub(crate) struct ContactIdWatch {
    was_said: AtomicBool,
}

impl ContactIdWatch {
    fn see(&self, account: Option<&AccountId>) {
        if account.is_some_and(|account| is_contact(account.as_str())) && !self.was_said.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a user id looks like an e-mail address or a phone number: use ids that name nobody, since they are not \
                 sealed as contacts are (said once)"
            );
        }
    }
}

/// Whether an id looks like an e-mail address, or like a phone number in international form.
fn is_contact(id: &str) -> bool {
    let is_email = id.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let digits = id.strip_prefix('+').unwrap_or("");
    is_email || (digits.len() >= PHONE_DIGITS_MIN && digits.bytes().all(|c| c.is_ascii_digit() || b" -()".contains(&c)))
}

/// The shortest phone number that is one, in digits.
const PHONE_DIGITS_MIN: usize = 7;

impl Pipeline {
    /// Judges what a page attempted, or keeps it.
    pub(crate) async fn ask(
        &self,
        ask: Ask,
        application: &Application,
        speaker: &Speaker<'_>,
        now: Timestamp,
    ) -> Result<Reply, AttemptError> {
        let Ask { attempt, reported, proof, wants } = ask;
        if let Some(proof) = &proof {
            holds(proof).map_err(AttemptError::Refused)?;
            let was_kept = self.store.report(&application.id, ReportKey::Token(attempt), now).await?.is_some();
            if was_kept || self.store.find(&application.id, attempt).await?.is_some() {
                let detail = "the secured session token was used before, and it is good for one action";
                return Err(AttemptError::Refused(refused(RefusalKind::Forbidden, detail)));
            }
        }
        if let Some(reported) = reported {
            self.store.keep_report(*reported).await?;
        }
        match wants {
            Wants::Token => Ok(Reply::Reported(attempt)),
            Wants::Verdict => {
                let record = self.judged(attempt, application, Asked::Yes, speaker, now).await?;
                Ok(Reply::Assessed(Box::new(record)))
            }
        }
    }

    /// The record of an attempt; judged now, if it was not before.
    async fn judged(
        &self,
        attempt: EventId,
        application: &Application,
        asked: Asked,
        speaker: &Speaker<'_>,
        now: Timestamp,
    ) -> Result<Record, AttemptError> {
        if let Some(record) = self.store.find(&application.id, attempt).await? {
            speaker.check(&record)?;
            return Ok(record);
        }
        let found = self.store.report(&application.id, ReportKey::Token(attempt), now).await?;
        let report = found.ok_or(PipelineError::NoToken)?;
        let device = match report.device.id().filter(|_| !report.device.has_likeness_only()) {
            Some(id) => self.store.report(&application.id, ReportKey::Device(id), now).await?,
            None => None,
        };
        let told = speaker.told(&report, device.as_ref())?;
        self.meters.unknown_fields(told.n_unknown);
        self.contact_ids.see(told.event.account.as_ref());
        Ok(match asked {
            Asked::Yes => self.assess(told, application, now).await?,
            Asked::No | Asked::Long => self.judge(told, application, asked, now).await?,
        })
    }

    /// Remembers how an attempt of a page ended.
    pub(crate) async fn finish(
        &self,
        finish: Finish,
        application: &Application,
        speaker: &Speaker<'_>,
        now: Timestamp,
    ) -> Result<Reply, AttemptError> {
        let mut record = self.judged(finish.attempt, application, Asked::No, speaker, now).await?;
        let event = &record.entry.event;
        let has_succeeded = finish.outcome == Some(Outcome::Succeeded);
        let named = finish.account.or_else(|| claimed_contact(event).filter(|_| has_succeeded));
        self.contact_ids.see(named.as_ref());
        let is_named = named.as_ref().is_none_or(|named| event.account.as_ref() == Some(named));
        let is_own = is_named && event.vouched;
        let was_challenged = finish.was_challenged
            || record.entry.assessment.as_ref().is_some_and(|judged| judged.effective() == Verdict::Challenge);
        let mut about = finish.attempt;
        if is_own {
            if let Some(outcome) = finish.outcome {
                record = self.conclude(application, finish.attempt, outcome, now).await?;
            }
        } else if let Some(account) = named {
            // Nobody vouched for the page's word. This is the word of somebody who can.
            about = self.vouch_for(&record, account, finish.outcome, application, now).await?;
        } else {
            return Ok(Reply::Vendors(VendorReply::Finished(Box::new(record))));
        }
        if let Some(kind) = finish.challenge.filter(|_| was_challenged) {
            let target = FeedbackTarget::Event(about);
            let said = Feedback { application: application.id.clone(), target, kind, received_at: now };
            self.feedback(application, vec![said]).await?;
            record = self.recall(application, finish.attempt).await?;
        }
        Ok(Reply::Vendors(VendorReply::Finished(Box::new(record))))
    }

    /// Remembers an attempt again as that of an account, which the page alone, or nobody, had named. Its id follows from
    /// that of the attempt, so that saying it again changes nothing.
    async fn vouch_for(
        &self,
        record: &Record,
        account: AccountId,
        outcome: Option<Outcome>,
        application: &Application,
        now: Timestamp,
    ) -> Result<EventId, PipelineError> {
        let mut event = record.entry.event.clone();
        event.id = vouched_id(event.id, &account);
        event.account = Some(account);
        event.vouched = true;
        event.outcome = outcome.unwrap_or(Outcome::Pending);
        let id = event.id;
        match (self.store.find(&application.id, id).await?, outcome) {
            (None, _) => {
                let told = Told { event, hashes: PasswordHashes::default(), retry: None, n_unknown: 0 };
                self.judge(told, application, Asked::No, now).await?;
            }
            // Who it was is said before how it ended.
            (Some(_), Some(outcome)) => drop(self.conclude(application, id, outcome, now).await?),
            (Some(_), None) => {}
        }
        Ok(id)
    }
}

/// The contact by which somebody was let in whom nobody has named: it stands for the user until somebody does.
fn claimed_contact(event: &Event) -> Option<AccountId> {
    let contact = event.username.as_ref().filter(|_| event.vouched && event.account.is_none())?;
    AccountId::new(contact.reveal().as_ref()).ok().filter(|contact| is_contact(contact.as_str()))
}

/// The id under which an attempt is remembered again as that of an account.
pub(crate) fn vouched_id(attempt: EventId, account: &AccountId) -> EventId {
    let mut context = Context::new(&SHA256);
    context.update(attempt.as_bytes());
    context.update(account.as_str().as_bytes());
    let mut digits = [0; 10];
    for (digit, byte) in digits.iter_mut().zip(context.finish().as_ref()) {
        *digit = *byte;
    }
    let [t0, t1, t2, t3, t4, t5, ..] = *attempt.as_bytes();
    EventId::from_parts(u64::from_be_bytes([0, 0, t0, t1, t2, t3, t4, t5]), digits)
}

/// Whether a device has signed what it is said to have signed.
pub(crate) fn holds(proof: &DeviceProof) -> Result<(), Refusal> {
    let wrong = |detail: &str| refused(RefusalKind::Forbidden, detail);
    let name: String = digest(&SHA256, &proof.public_key).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    if name != proof.key_name {
        return Err(wrong("what is signed is signed by the key of another device"));
    }
    let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, &proof.public_key);
    key.verify(&proof.message, &proof.signature).map_err(|_| wrong("what is signed is not signed by its device"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_told_from_an_id() {
        for (id, expected) in [
            ("ann@example.com", true),
            ("+4915112345678", true),
            ("+49 151 1234-5678", true),
            ("5c4afa75c", false),
            ("4915112345678", false),
            ("a@b", false),
            ("+12", false),
            ("@example.com", false),
        ] {
            assert_eq!(is_contact(id), expected, "{id}");
        }
    }

    #[test]
    fn what_is_vouched_for_has_one_id() {
        let attempt = EventId::from_parts(1_700_000_000_000, [3; 10]);
        let (ann, bob) = (AccountId::new("ann").unwrap(), AccountId::new("bob").unwrap());
        assert_eq!(vouched_id(attempt, &ann), vouched_id(attempt, &ann));
        assert_ne!(vouched_id(attempt, &ann), vouched_id(attempt, &bob));
        assert_ne!(vouched_id(attempt, &ann), attempt);
    }

    #[test]
    fn a_proof_is_of_the_key_that_is_named_and_of_what_it_signed() {
        use aws_lc_rs::encoding::AsDer as _;
        use aws_lc_rs::rsa::{KeyPair, KeySize};
        use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public_key = key.public_key().as_der().unwrap().as_ref().to_vec();
        let message = b"head.claims".to_vec();
        let mut signature = vec![0; key.public_modulus_len()];
        let chance = aws_lc_rs::rand::SystemRandom::new();
        key.sign(&RSA_PSS_SHA256, &chance, &message, &mut signature).unwrap();
        let key_name = digest(&SHA256, &public_key).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let proof = DeviceProof { public_key, key_name, message, signature };
        assert_eq!(holds(&proof), Ok(()));
        let forbidden = |proof: &DeviceProof| holds(proof).unwrap_err().kind == RefusalKind::Forbidden;
        assert!(forbidden(&DeviceProof { key_name: "00".repeat(32), ..proof.clone() }));
        assert!(forbidden(&DeviceProof { message: b"head.other".to_vec(), ..proof.clone() }));
        assert!(forbidden(&DeviceProof { signature: vec![0; 256], ..proof.clone() }));
        let key_name = digest(&SHA256, b"x").as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(forbidden(&DeviceProof { public_key: b"x".to_vec(), key_name, ..proof }));
    }
}
