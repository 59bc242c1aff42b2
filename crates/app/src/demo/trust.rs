//! The plain page beside a demonstration with TLS: hands out the certificate of its authority, tells how to trust it,
//! and leads on.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use platform::i18n::{Locale, Texts};
use serde::Deserialize;

/// Where the certificate is.
pub const CERTIFICATE: &str = "/mediverse-demo.crt";
const STYLE: &str = "/trust.css";
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

/// What the page tells.
pub struct Trust {
    /// Every text.
    pub texts: Arc<Texts>,
    /// The certificate in PEM.
    pub certificate: String,
    /// Names and addresses the site has; the first is told to whoever came by another.
    pub names: Vec<String>,
    /// Where it answers by HTTPS.
    pub port: u16,
}

/// The language chosen by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    lang: String,
}

impl Trust {
    /// `GET /`: how to trust; `GET /mediverse-demo.crt`: whom.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(show))
            .route(CERTIFICATE, get(certificate))
            .route(STYLE, get(style))
            .with_state(Arc::new(self))
    }

    /// The site under the name the page was asked by: who trusts for one name means to go on there.
    fn address(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let asked = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let name = self.names.iter().find(|name| *name == asked).or(self.names.first());
        format!("https://{}:{}", name.map_or("localhost", String::as_str), self.port)
    }

    fn page(&self, locale: Locale, site: &str) -> String {
        let say = |key: &str| escaped(&self.texts.get(locale, key, &[]));
        let list = |keys: &[&str]| keys.iter().map(|key| format!("<li>{}</li>", say(key))).collect::<Vec<_>>().concat();
        let device = |title: &str, keys: &[&str]| {
            format!("<details><summary>{}</summary><ol>{}</ol></details>", say(title), list(keys))
        };
        let devices = [
            device("trust-iphone", &["trust-iphone-1", "trust-iphone-2", "trust-iphone-3"]),
            device("trust-android", &["trust-android-1", "trust-android-2", "trust-android-3"]),
            device("trust-computer", &["trust-computer-1", "trust-computer-2", "trust-computer-3"]),
        ];
        let other = match locale {
            Locale::Id => ("en", "English"),
            Locale::En => ("id", "Bahasa Indonesia"),
        };
        format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title} · Mediverse</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
             <link rel=\"stylesheet\" href=\"{STYLE}\"></head>\
             <body><main><p class=\"top\"><b>Mediverse</b><a href=\"/?lang={}\" hreflang=\"{}\">{}</a></p>\
             <h1>{title}</h1><p class=\"lead\">{lead}</p><ol class=\"steps\">\
             <li><h2>{get}</h2><p>{get_line}</p><a class=\"btn\" href=\"{CERTIFICATE}\" download>{get_button}</a></li>\
             <li><h2>{set}</h2>{devices}</li>\
             <li><h2>{go}</h2><p>{go_line}</p><a class=\"btn btn--go\" href=\"{site}/\">{go_button}</a>\
             <p class=\"site\">{site}</p></li></ol>\
             <p class=\"note\">{note}</p></main></body></html>",
            other.0,
            other.0,
            other.1,
            lang = locale.word(),
            title = say("trust-title"),
            lead = say("trust-lead"),
            get = say("trust-get"),
            get_line = say("trust-get-line"),
            get_button = say("trust-get-button"),
            set = say("trust-set"),
            devices = devices.concat(),
            go = say("trust-go"),
            go_line = say("trust-go-line"),
            go_button = say("trust-go-button"),
            site = escaped(site),
            note = say("trust-note"),
        )
    }
}

async fn show(State(trust): State<Arc<Trust>>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|languages| languages.to_str().ok()).unwrap_or_default();
    let locale = wish.lang.parse().ok().or_else(|| Locale::negotiate(asked)).unwrap_or_default();
    let page = trust.page(locale, &trust.address(&headers));
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// The kind by which phones offer to install it.
async fn certificate(State(trust): State<Arc<Trust>>) -> Response {
    let kind = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mediverse-demo.crt\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (kind, trust.certificate.clone()).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("trust.css")).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
