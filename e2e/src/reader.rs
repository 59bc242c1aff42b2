//! Somebody who asks for pages as a browser does, without being one: keeps its connection and cookies, follows nothing
//! by itself.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, timeout};

use crate::{LogIn, Markup};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who asks.
#[derive(Debug)]
pub struct Reader {
    url: String,
    language: &'static str,
    compressed: bool,
    cookies: BTreeMap<String, String>,
    open: Option<http1::SendRequest<Full<Bytes>>>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it sends the browser, as it is written.
    pub location: Option<String>,
    /// The kind of the body, without its character set.
    pub kind: String,
    /// The body; empty where it is a stream of events, which has no end.
    pub body: String,
}

impl Reader {
    /// A guest at this address whose browser asks for this language.
    pub fn guest(url: &str, language: &'static str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            language,
            compressed: false,
            cookies: BTreeMap::new(),
            open: None,
        }
    }

    /// Signs in through the page.
    pub async fn sign_in(&mut self, login: &LogIn) -> Result<()> {
        let page = self.get("/masuk").await?;
        let form = Markup::read(&page.body).forms.into_iter().find(|form| form.posts && form.action == "/masuk");
        let form = form.context("there is no form to sign in by")?;
        let csrf = form.field("csrf").context("the form has no token")?;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", csrf)
            .append_pair("login", &login.email)
            .append_pair("password", &login.password)
            .finish();
        let answer = self.send(Method::POST, "/masuk", Some(body)).await?;
        ensure!(answer.status == 303, "{} may not sign in: {}", login.email, answer.status);
        Ok(())
    }

    /// Asks for a path of the site.
    pub async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    /// How long a path takes until its answer is there as a whole, compressed as browsers ask for it. Fails unless the
    /// status is 200.
    pub async fn time(&mut self, path: &str) -> Result<Duration> {
        self.compressed = true;
        let begun = Instant::now();
        let answer = self.get(path).await;
        let took = begun.elapsed();
        self.compressed = false;
        let status = answer?.status;
        ensure!(status == 200, "{path}: {status}");
        Ok(took)
    }

    async fn send(&mut self, method: Method, path: &str, form: Option<String>) -> Result<Answer> {
        match timeout(PATIENCE, self.exchange(method, path, form)).await {
            Ok(answer) => answer.with_context(|| path.to_owned()),
            Err(_) => bail!("{path}: no answer in {} s", PATIENCE.as_secs()),
        }
    }

    async fn exchange(&mut self, method: Method, path: &str, form: Option<String>) -> Result<Answer> {
        let mut sender = self.connection().await?;
        let host = self.host()?;
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, cookies.join("; "));
        if self.compressed {
            request = request.header(header::ACCEPT_ENCODING, "gzip, br");
        }
        if form.is_some() {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, &self.url);
        }
        let response = sender.send_request(request.body(Full::new(Bytes::from(form.unwrap_or_default())))?).await?;
        let (head, body) = response.into_parts();
        self.keep(&head.headers);
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let kind = text(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned();
        let location = Some(text(header::LOCATION)).filter(|location| !location.is_empty());
        let mut whole = Bytes::new();
        if kind != "text/event-stream" {
            whole = body.collect().await?.to_bytes();
            self.open = Some(sender);
        }
        Ok(Answer { status: head.status.as_u16(), location, kind, body: String::from_utf8_lossy(&whole).into_owned() })
    }

    fn host(&self) -> Result<&str> {
        self.url.strip_prefix("http://").context("an address with http")
    }

    /// The connection of before, where the other end still has it.
    async fn connection(&mut self) -> Result<http1::SendRequest<Full<Bytes>>> {
        if let Some(mut kept) = self.open.take()
            && kept.ready().await.is_ok()
        {
            return Ok(kept);
        }
        let stream = TcpStream::connect(self.host()?).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    fn keep(&mut self, headers: &http::HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
