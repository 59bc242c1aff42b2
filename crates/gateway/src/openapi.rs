//! One description of the whole API, put together from what each service says of itself: of every service only the
//! paths that the routing table sends to it. Kept for a while; a service that does not answer keeps what it said last.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Response, header};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::{
    body::{Answer, full},
    forward::Forwarder,
    refuse::Refusal,
    table::Table,
};

/// Where services describe themselves.
const PATH: &str = "/api/openapi.json";
/// The largest description that is read.
const LARGEST: usize = 4 * 1024 * 1024;
/// How long the whole is kept before services are asked again.
const KEPT: Duration = Duration::from_secs(30);

/// What services said, and the whole.
#[derive(Default)]
pub(crate) struct Descriptions(Mutex<State>);

#[derive(Default)]
struct State {
    parts: BTreeMap<String, Value>,
    whole: Option<(Whole, Instant)>,
}

/// The description as it is sent.
#[derive(Clone)]
struct Whole {
    json: Bytes,
    etag: HeaderValue,
}

impl Descriptions {
    /// The description, or 304 where the asker has it. One asker renews it, the others wait for it.
    pub async fn answer(
        &self,
        asked: &HeaderMap,
        forwarder: &Forwarder,
        table: &Table,
        patience: Duration,
    ) -> Result<Response<Answer>, Refusal> {
        let mut state = self.0.lock().await;
        let whole = match &state.whole {
            Some((whole, made)) if made.elapsed() < KEPT => whole.clone(),
            _ => state.renew(forwarder, table, patience).await?,
        };
        drop(state);
        let has_it = asked.get(header::IF_NONE_MATCH) == Some(&whole.etag);
        let mut response = Response::new(full(if has_it { Bytes::new() } else { whole.json }));
        if has_it {
            *response.status_mut() = http::StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::ETAG, whole.etag);
        Ok(response)
    }
}

impl State {
    async fn renew(&mut self, forwarder: &Forwarder, table: &Table, patience: Duration) -> Result<Whole, Refusal> {
        let asked = forwarder.services().iter().map(|service| async move {
            let said = timeout(patience, forwarder.fetch(service, PATH, LARGEST)).await.ok().flatten();
            (service.name.to_string(), said.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
        });
        for (name, said) in join_all(asked).await {
            if let Some(said) = said {
                self.parts.insert(name, said);
            }
        }
        if self.parts.is_empty() {
            return Err(Refusal::Unavailable);
        }
        let whole = Whole::of(&merge(&self.parts, table));
        self.whole = Some((whole.clone(), Instant::now()));
        Ok(whole)
    }
}

impl Whole {
    /// Its version is a digest of what it says: the same services give the same version, at every gateway.
    fn of(description: &Value) -> Self {
        let digest = Sha256::digest(description.to_string());
        let version = digest[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let mut description = description.clone();
        if let Some(info) = description.get_mut("info").and_then(Value::as_object_mut) {
            info.insert("x-digest".to_owned(), json!(version));
        }
        let etag = HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { json: description.to_string().into(), etag }
    }
}

/// Puts descriptions together. Paths count where the table sends them to the service that describes them; parts they
/// share (schemas, tags) are taken from the first that has them, and a difference is logged.
fn merge(parts: &BTreeMap<String, Value>, table: &Table) -> Value {
    let mut whole = json!({ "openapi": "3.1.0", "info": {}, "paths": {} });
    for (service, said) in parts {
        let none = Map::new();
        let object = |key: &str| said.get(key).and_then(Value::as_object);
        if whole["info"].as_object().is_some_and(Map::is_empty) {
            for key in ["openapi", "info", "servers", "security"] {
                if let Some(value) = said.get(key) {
                    whole[key] = value.clone();
                }
            }
        }
        for (path, item) in object("paths").unwrap_or(&none) {
            if table.service_of(path) == Some(service) {
                whole["paths"][path] = item.clone();
            }
        }
        for (kind, named) in object("components").unwrap_or(&none) {
            for (name, part) in named.as_object().unwrap_or(&none) {
                let place = &mut whole["components"][kind][name];
                if place.is_null() {
                    *place = part.clone();
                } else if place != part {
                    tracing::warn!(service, kind, name, "two services describe this differently; the first counts");
                }
            }
        }
        for tag in said.get("tags").and_then(Value::as_array).into_iter().flatten() {
            let known = whole["tags"].as_array().is_some_and(|tags| tags.iter().any(|t| t["name"] == tag["name"]));
            match whole["tags"].as_array_mut() {
                Some(tags) if !known => tags.push(tag.clone()),
                Some(_) => {}
                None => whole["tags"] = json!([tag]),
            }
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Whole, merge};
    use crate::table::Table;

    #[test]
    fn descriptions_are_merged_by_the_table() {
        let table = Table::new().route("/api/v1/a", "one").route("/api/v1/a/{id}/b", "two");
        let said = |title: &str| {
            json!({
                "openapi": "3.1.0", "info": { "title": title, "version": "1" },
                "paths": { "/api/v1/a": { "get": { "summary": title } }, "/api/v1/a/{id}/b": { "get": { "summary": title } }, "/internal/x": {} },
                "components": { "schemas": { "Problem": { "type": "object" }, title: { "type": "string" } } },
                "tags": [{ "name": "both" }, { "name": title }],
            })
        };
        let parts = [("one".to_owned(), said("One")), ("two".to_owned(), said("Two"))].into();
        let whole = merge(&parts, &table);
        assert_eq!(whole["info"]["title"], "One");
        assert_eq!(whole["paths"]["/api/v1/a"]["get"]["summary"], "One");
        assert_eq!(whole["paths"]["/api/v1/a/{id}/b"]["get"]["summary"], "Two");
        assert_eq!(whole["paths"].as_object().unwrap().len(), 2, "what is nobody's is not described");
        assert_eq!(whole["components"]["schemas"].as_object().unwrap().len(), 3);
        assert_eq!(whole["tags"].as_array().unwrap().len(), 3);
        assert_eq!(Whole::of(&whole).etag, Whole::of(&whole.clone()).etag);
        assert_ne!(Whole::of(&whole).etag, Whole::of(&json!({ "info": {} })).etag);
    }
}
