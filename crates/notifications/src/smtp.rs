//! E-mail by SMTP (RFC 5321): plain text, a page of the same words, and the appointment for calendars in the shape that
//! mail programs take for an invitation (RFC 6047): as an alternative, and as a file beside.

use std::time::Duration;

use async_trait::async_trait;
use contracts::notifications::Channel;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Mime, Tokio1Executor,
    address::Address,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
        response::Code,
    },
};
use platform::{Cx, Error, Result};

use crate::{
    channel::{Carrier, Invitation, Message, Receipt, Refusal, Sender},
    settings::{Mail, Protection},
};

/// Hands mail to a server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    from: Mailbox,
    /// The domain of ids of messages.
    domain: String,
}

impl Smtp {
    /// As it is set. Fails naming the setting that does not fit; no connection is made yet.
    pub fn new(settings: &Mail) -> Result<Self> {
        let address: Address = settings
            .from
            .parse()
            .map_err(|_| Error::internal(format_args!("setting mail.from: {} is no address", settings.from)))?;
        let domain = address.domain().to_owned();
        let tls = match settings.protection()? {
            Protection::Clear => Tls::None,
            Protection::StartTls => Tls::Required(tls_to(&settings.host)?),
            Protection::Tls => Tls::Wrapper(tls_to(&settings.host)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(domain.clone()))
            .timeout(Some(Duration::from_secs(settings.time_limit_seconds)));
        if !settings.user.is_empty() {
            let password = settings.password.expose().clone();
            transport = transport.credentials(Credentials::new(settings.user.clone(), password));
        }
        let sender = Sender { name: settings.name.clone(), address: settings.from.clone() };
        let from = Mailbox::new(Some(settings.name.clone()), address);
        Ok(Self { transport: transport.build(), sender, from, domain })
    }

    /// The message as it travels. Fails where the person's address is none.
    fn mime(&self, cx: &Cx, message: &Message) -> Result<Mime, Refusal> {
        let unusable = |_| Refusal::Never("bad-address".to_owned());
        let to = Mailbox::new(Some(message.name.clone()), message.email.parse().map_err(unusable)?);
        let head = Mime::builder()
            .message_id(Some(format!("<{}@{}>", message.delivery, self.domain)))
            .date(cx.now().into())
            .from(self.from.clone())
            .to(to)
            .subject(message.subject.clone());
        let head = match &message.unsubscribe {
            Some(url) => head.header(ListUnsubscribe(format!("<{url}>"))).header(OneClick),
            None => head,
        };
        let words = MultiPart::alternative()
            .singlepart(SinglePart::plain(message.text.clone()))
            .singlepart(SinglePart::html(message.html.clone()));
        let mime = match &message.invitation {
            None => head.multipart(words),
            Some(invitation) => head.multipart(invited(words, invitation)?),
        };
        mime.map_err(|_| Refusal::Never("bad-message".to_owned()))
    }
}

/// Where letters of the kind are ended (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

/// That a POST there does it, without asking anything (RFC 8058).
#[derive(Clone)]
struct OneClick;

type Parsing<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> Parsing<Self> {
        Ok(Self(text.to_owned()))
    }
    fn display(&self) -> HeaderValue {
        // An address is one word, however long.
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }
    fn parse(_: &str) -> Parsing<Self> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// Words and invitation: as the last alternative, and as a file.
fn invited(words: MultiPart, invitation: &Invitation) -> Result<MultiPart, Refusal> {
    let kind = |text: &str| ContentType::parse(text).map_err(|_| Refusal::Never("bad-message".to_owned()));
    let calendar = kind(&format!("text/calendar; method={}; charset=UTF-8", invitation.method))?;
    let alternative =
        SinglePart::builder().header(calendar).header(ContentTransferEncoding::Base64).body(invitation.text.clone());
    let file = Attachment::new("invite.ics".to_owned()).body(invitation.text.clone(), kind("application/ics")?);
    Ok(MultiPart::mixed().multipart(words.singlepart(alternative)).singlepart(file))
}

fn tls_to(host: &str) -> Result<TlsParameters> {
    TlsParameters::new(host.to_owned()).map_err(|e| Error::internal(format_args!("setting mail.host: {e}")))
}

/// Whether an answer refuses this address or this message for good. The other 5xx (a password that is not taken, TLS that is
/// missing, a server that takes nothing) are of the way there: once that is mended, the message arrives.
fn is_of_the_person(code: Code) -> bool {
    matches!(u16::from(code), 501 | 510 | 511 | 550..=553 | 555 | 556)
}

#[async_trait]
impl Carrier for Smtp {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn sender(&self) -> Sender {
        self.sender.clone()
    }

    async fn send(&self, cx: &Cx, message: &Message) -> Result<Receipt, Refusal> {
        let mime = self.mime(cx, message)?;
        match self.transport.send(mime).await {
            Ok(answer) => {
                let lines: Vec<&str> = answer.message().collect();
                Ok(Receipt { answer: format!("{} {}", answer.code(), lines.join(" ")) })
            }
            Err(error) if error.status().is_some_and(is_of_the_person) => Err(Refusal::Never(error.to_string())),
            Err(error) => Err(Refusal::Later(error.to_string())),
        }
    }
}
