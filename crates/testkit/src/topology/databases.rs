//! A PostgreSQL database for each context, owned by a role that can open no other.

use std::hash::{BuildHasher, RandomState};

use super::CONTEXTS;
use crate::db::{connect, server_url};

/// The databases of one topology; dropping it takes them away.
pub(super) struct Databases {
    prefix: String,
}

impl Databases {
    pub(super) async fn create() -> Self {
        let databases = Self { prefix: format!("t_{:012x}", RandomState::new().hash_one("topology") >> 16) };
        let client = connect(&server_url("postgres")).await;
        for (name, _) in databases.names() {
            let own = databases.own(name);
            let ask = |sql: String| {
                let client = &client;
                async move { client.batch_execute(&sql).await }
            };
            ask(format!("create role {own} login")).await.expect("a role can be made");
            ask(format!("create database {own} owner {own}")).await.expect("a database can be made");
            ask(format!("revoke all on database {own} from public")).await.expect("a database can be shut");
        }
        databases
    }

    /// Each database's name and URL.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        CONTEXTS.into_iter().chain(["keys"]).map(|name| (name, self.url(name)))
    }

    /// The URL of a context's database, as its own role.
    pub(super) fn url(&self, context: &str) -> String {
        let own = self.own(context);
        let (scheme, rest) =
            server_url(&own).split_once("://").map(|(s, r)| (s.to_owned(), r.to_owned())).expect("a URL");
        let place = rest.rsplit_once('@').map_or(rest.as_str(), |(_, place)| place);
        format!("{scheme}://{own}@{place}")
    }

    fn own(&self, context: &str) -> String {
        format!("{}_{context}", self.prefix)
    }
}

/// On a thread of its own, for this also happens while a failed test unwinds.
impl Drop for Databases {
    fn drop(&mut self) {
        let names: Vec<String> = self.names().map(|(name, _)| self.own(name)).collect();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            runtime.block_on(async {
                let client = connect(&server_url("postgres")).await;
                for name in names {
                    client.batch_execute(&format!("drop database if exists {name} with (force)")).await?;
                    client.batch_execute(&format!("drop role if exists {name}")).await?;
                }
                Ok::<_, tokio_postgres::Error>(())
            })
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("databases {}_* of a test were left behind", self.prefix);
        }
    }
}
