//! `mediverse demo --tls`: for phones in the same network, where cameras, installed apps and secure cookies want HTTPS.

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use platform::{
    Clock, Error, Result,
    http::{ServeLimits, serve_with},
};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use super::{Login, tell};
use crate::{
    cli::{qr, say, words::Words},
    demo::{authority::Authority, network, trust::Trust},
    site::{Site, asked_to_end},
    wiring::{House, Part},
};

const LISTEN: &str = "0.0.0.0:8443";

/// A demonstration that has a certificate.
pub(super) struct Secured {
    listen: String,
    /// Names and addresses it has; what a phone would use comes first.
    names: Vec<String>,
    authority: Authority,
    certificate: PathBuf,
    key: PathBuf,
}

impl Secured {
    /// Makes the authority, at the first start, and a certificate for this machine as it is now.
    pub(super) fn prepare(data: &Path, listen: Option<&str>) -> Result<Self> {
        let listen = listen.unwrap_or(LISTEN).to_owned();
        let now = Clock::System.now();
        let names = names(&listen);
        let authority = Authority::open(&data.join("tls"), now)?;
        let by_number = ["127.0.0.1".to_owned(), "::1".to_owned()];
        let (certificate, key) = authority.vouch(&[&names[..], &by_number].concat(), now)?;
        Ok(Self { listen, names, authority, certificate, key })
    }

    /// The settings by which a gateway in this process speaks TLS to people and plainly to everything else.
    pub(super) fn flags(&self) -> Vec<(&'static str, String)> {
        let parts: Vec<&str> = Part::ALL.iter().map(|part| part.word()).collect();
        let mut flags = vec![
            ("services.roles", parts.join(",")),
            ("server.listen", "127.0.0.1:0".to_owned()),
            ("server.trusted_proxies", "[\"127.0.0.1\"]".to_owned()),
            ("gateway.listen", self.listen.clone()),
            ("gateway.certificate", self.certificate.display().to_string()),
            ("gateway.private_key", self.key.display().to_string()),
            ("gateway.hsts_seconds", "0".to_owned()),
            ("gateway.drain_delay_ms", "0".to_owned()),
        ];
        // What stands in letters and calendars; with a port that is still to be taken nobody knows it yet.
        if let Some(port) = port_of(&self.listen).filter(|port| *port != 0) {
            flags.push(("server.public_url", format!("https://{}:{port}", self.names[0])));
        }
        flags
    }

    /// Serves, with the plain page beside it, until somebody ends it.
    pub(super) async fn serve(
        self,
        house: House,
        trust_listen: &str,
        logins: &[Login],
        json: bool,
        began: Instant,
    ) -> Result<ExitCode> {
        let refused =
            |e: std::io::Error| Error::conflict("cannot-listen").with("address", trust_listen).with("cause", e);
        let plain = TcpListener::bind(trust_listen).await.map_err(refused)?;
        let plain_port = plain.local_addr().map_err(Error::internal)?.port();
        let texts = house.texts.clone();
        let site = Site::open(house, began).await?;
        let port = site.address.port();
        let trust =
            Trust { texts, certificate: self.authority.certificate().to_owned(), names: self.names.clone(), port };
        let (stop, mut stopped) = watch::channel(false);
        let page = tokio::spawn(serve_with(
            plain,
            trust.router(),
            async move { drop(stopped.wait_for(|stop| *stop).await) },
            ServeLimits { connections: 100, ..ServeLimits::default() },
        ));
        let urls: Vec<String> = self.names.iter().map(|name| format!("https://{name}:{port}")).collect();
        let trust_page = format!("http://{}:{plain_port}/", self.names[0]);
        if json {
            say(json!({
                "ready": true, "url": urls.last(), "urls": urls, "trust": trust_page,
                "authority": self.authority.file(), "logins": logins, "milliseconds": began.elapsed().as_millis() as u64,
            }));
        } else {
            self.welcome(&urls, &trust_page)?;
            tell(logins);
        }
        asked_to_end().await;
        stop.send_replace(true);
        if page.await.is_err() {
            tracing::error!("the server of the plain page had panicked");
        }
        site.close().await;
        Ok(ExitCode::SUCCESS)
    }

    fn welcome(&self, urls: &[String], page: &str) -> Result<()> {
        let words = Words::of_environment()?;
        for (n, url) in urls.iter().enumerate() {
            say(format_args!(
                "{}  {:<9}  {url}",
                if n == 0 { "\n" } else { "" },
                if n == 0 { "Mediverse" } else { "" }
            ));
        }
        let first = &urls[0];
        say(format_args!("  API        {first}/api/docs\n  Mailbox    {first}/dev/mailbox\n"));
        let told = [("page", page.to_owned())];
        if self.names.len() > 1 {
            say(format_args!("  {}\n", words.say("demo-phone", &told)));
            say(qr::code(page, std::io::stdout().is_terminal())?);
        } else {
            say(format_args!("  {}", words.say("demo-phone-none", &told)));
        }
        let file = self.authority.file().display().to_string();
        say(format_args!("  {}\n", words.say("demo-authority", &[("file", file)])));
        Ok(())
    }
}

fn port_of(listen: &str) -> Option<u16> {
    listen.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
}

/// What the site is reached by where it listens so: `localhost` always comes last.
fn names(listen: &str) -> Vec<String> {
    let mut names: Vec<String> = match listen.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Vec::new(),
        Ok(address) if !address.ip().is_unspecified() => vec![address.ip().to_string()],
        _ => network::addresses().iter().map(ToString::to_string).collect(),
    };
    names.push("localhost".to_owned());
    names
}
