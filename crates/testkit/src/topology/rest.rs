//! Asking the running program over HTTP, a connection for each request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who asks at an address: a guest, or whoever a token stands for.
#[derive(Debug, Clone)]
pub struct Asker {
    url: String,
    token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body in JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body in JSON, where the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
}

impl Asker {
    /// A guest.
    pub fn guest(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), token: None }
    }

    /// The same somebody at another address.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), ..self.clone() }
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Self {
        let tokens = self.post("/auth/login", &json!({ "login": login, "password": password })).await.expect(200);
        Self { token: tokens["access_token"].as_str().map(ToOwned::to_owned), ..self.clone() }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// A request with headers of its own.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        self.try_send(method, path, headers, body).await.expect("an answer")
    }

    /// As [`Asker::send`]; an error in words where nobody answers.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, String> {
        timeout(PATIENCE, self.exchange(method, path, headers, body))
            .await
            .map_err(|_| "no answer in time".to_owned())?
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let host = self.url.trim_start_matches("http://");
        let stream = TcpStream::connect(host).await.map_err(|e| told(&e))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| told(&e))?;
        let driving = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
        request = request.header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = request.body(Full::new(body)).map_err(|e| told(&e))?;
        let response = sender.send_request(request).await.map_err(|e| told(&e))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|e| told(&e))?.to_bytes();
        driving.abort();
        Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }
}
