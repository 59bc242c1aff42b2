//! PostgreSQL: the barrier is a lock on a table of each database that every fact is written to.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use tokio_postgres::Client;

use crate::{
    Result,
    db::{
        DbError,
        postgres::{Address, Encrypt, Encryption, on_error},
    },
};

/// Where a database is, for tools that are told piece by piece.
#[derive(Debug, Clone)]
pub struct Place {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The role that asks.
    pub user: String,
    /// Its password, where it has one.
    pub password: Option<String>,
    /// The database.
    pub database: String,
    /// The schema in it, where the context shares it with others.
    pub schema: Option<String>,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// Certificates of those who vouch for the server; none: those the machine trusts.
    pub authority: Option<PathBuf>,
    address: Address,
}

impl Place {
    /// The place a URL names.
    pub fn of(url: &str) -> Result<Self> {
        let bad = || DbError::Other("the PostgreSQL URL is not understood".to_owned());
        let address = Address::of(url)?;
        let config = &address.config;
        let host = config.get_hosts().first().map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        });
        Ok(Self {
            host: host.ok_or_else(bad)?,
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: config.get_user().ok_or_else(bad)?.to_owned(),
            password: config.get_password().map(|password| String::from_utf8_lossy(password).into_owned()),
            database: config.get_dbname().unwrap_or_else(|| config.get_user().unwrap_or_default()).to_owned(),
            schema: address.schema.clone(),
            encryption: address.encryption,
            authority: address.authority.clone(),
            address,
        })
    }

    /// A connection of its own.
    pub async fn connect(&self) -> Result<Client> {
        let mut config = self.address.config.clone();
        config.application_name("mediverse-backup").connect_timeout(Duration::from_secs(10));
        if let Some(schema) = &self.schema {
            config.options(format!("-c search_path={schema},public"));
        }
        let (client, connection) = config.connect(Encrypt::of(&self.address)).await.map_err(|e| on_error(&e))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection of a backup ended");
            }
        });
        Ok(client)
    }
}

/// Databases as they all were at one moment, for as long as this is kept.
pub struct FrozenServer {
    _holding: Vec<Client>,
    /// The snapshot of each, by which other connections see the same.
    pub snapshots: Vec<String>,
    /// How long writers waited at the barrier.
    pub paused: Duration,
}

/// Puts up the barrier and exports a snapshot of each database. `barrier` names the table that every fact is written to;
/// a database without it is taken as it is. Whoever holds the table for longer than 2 s is not waited for.
pub async fn freeze_server(places: &[Place], barrier: &str) -> Result<FrozenServer> {
    let told = |e: tokio_postgres::Error| on_error(&e);
    let (mut holding, mut barriers) = (Vec::new(), Vec::new());
    for place in places {
        holding.push(place.connect().await?);
        barriers.push(place.connect().await?);
    }
    let began = Instant::now();
    for client in &barriers {
        let there = client.query_one("select to_regclass($1) is not null", &[&barrier]).await.map_err(told)?;
        if there.get::<_, bool>(0) {
            // Reads go on; whoever writes the table waits.
            let lock = format!("begin; set local lock_timeout = '2s'; lock table {barrier} in share mode");
            client.batch_execute(&lock).await.map_err(told)?;
        }
    }
    let mut snapshots = Vec::new();
    for client in &holding {
        client.batch_execute("begin isolation level repeatable read read only").await.map_err(told)?;
        let row = client.query_one("select pg_export_snapshot()", &[]).await.map_err(told)?;
        snapshots.push(row.get(0));
    }
    for client in &barriers {
        client.batch_execute("rollback").await.map_err(told)?;
    }
    Ok(FrozenServer { _holding: holding, snapshots, paused: began.elapsed() })
}
