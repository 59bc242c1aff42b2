//! Data keys, one a scope, wrapped by the master key and kept in a database of their own, so that its backups can be
//! short-lived: a destroyed key is then gone from old backups too (ARCHITECTURE.md §5a).

use std::time::Duration;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{
    master::MasterKey,
    seal::{DataKey, key_id},
};
use crate::{
    cx::Cx,
    db::{Db, Migration},
    error::{Error, Result},
};

const MIGRATIONS: &[Migration] = crate::migrations!("keys.sql");

/// How many opened keys are kept at hand.
const KEPT: u64 = 10_000;
/// How long: a key destroyed by another process stays usable here no longer than this.
const LIFE: Duration = Duration::from_mins(1);

/// The store of data keys. Cheap to clone; clones share what is kept at hand.
#[derive(Clone)]
pub struct KeyStore {
    db: Db,
    wrapping: Aes256Gcm,
    by_scope: moka::sync::Cache<String, DataKey>,
    by_id: moka::sync::Cache<[u8; 16], DataKey>,
}

/// A row of `data_key`: id in hex, scope, wrapped key (none once destroyed).
type Stored = (String, String, Option<String>);

impl KeyStore {
    /// The store in a database of its own, migrated here.
    pub async fn open(db: Db, master: &MasterKey) -> Result<Self> {
        db.migrate("keys", MIGRATIONS).await?;
        Ok(Self {
            db,
            wrapping: Aes256Gcm::new(&(*master.wrapping()).into()),
            by_scope: moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(LIFE).build(),
            by_id: moka::sync::Cache::builder().max_capacity(KEPT).time_to_live(LIFE).build(),
        })
    }

    /// The key of a scope, made where there is none: `person:per_…` for what must be erasable alone,
    /// `orders:note:2026-11` for what comes too fast for a key each. 404 where it was destroyed.
    pub async fn for_scope(&self, cx: &Cx, scope: &str) -> Result<DataKey> {
        if let Some(key) = self.by_scope.get(scope) {
            return Ok(key);
        }
        let stored = match self.stored_by_scope(scope).await? {
            Some(stored) => stored,
            None => self.make(cx, scope).await?,
        };
        self.unwrap(stored)
    }

    /// Opens a sealed value with the key its header names. 404 where that key was destroyed.
    pub async fn open_sealed(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let id = key_id(sealed).ok_or_else(|| Error::internal("not a sealed value of a known version"))?;
        self.by_id(id).await?.open(place, sealed)
    }

    /// Destroys a scope's key for good: whatever was sealed with it can never be read again.
    pub async fn destroy(&self, cx: &Cx, scope: &str) -> Result<()> {
        let (owned, now) = (scope.to_owned(), cx.now());
        self.db
            .write(async move |tx| {
                tx.exec(
                    "update data_key set wrapped = null, destroyed_at = $2 where scope = $1 and destroyed_at is null",
                    &[&owned, &now],
                )
                .await
            })
            .await?;
        self.by_scope.invalidate(scope);
        if let Some((id, _, _)) = self.stored_by_scope(scope).await? {
            self.by_id.invalidate(&id_bytes(&id)?);
        }
        Ok(())
    }

    async fn by_id(&self, id: [u8; 16]) -> Result<DataKey> {
        if let Some(key) = self.by_id.get(&id) {
            return Ok(key);
        }
        let text = super::primitives::hex(&id);
        let stored = self
            .db
            .read(async move |tx| {
                tx.one::<Stored>("select id, scope, wrapped from data_key where id = $1", &[&text]).await
            })
            .await?;
        self.unwrap(stored.ok_or(Error::NotFound("key"))?)
    }

    async fn stored_by_scope(&self, scope: &str) -> Result<Option<Stored>> {
        let scope = scope.to_owned();
        self.db
            .read(async move |tx| {
                tx.one::<Stored>("select id, scope, wrapped from data_key where scope = $1", &[&scope]).await
            })
            .await
    }

    /// Makes a scope's key, unless somebody else does so at this moment; then theirs counts.
    async fn make(&self, cx: &Cx, scope: &str) -> Result<Stored> {
        let id = super::primitives::hex(&cx.entropy.bytes::<16>());
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(cx.entropy.bytes());
        let nonce: [u8; 12] = cx.entropy.bytes();
        let bound = bound_to(&id, scope);
        let wrapped = self.wrapping.encrypt(&nonce.into(), Payload { msg: &key[..], aad: bound.as_bytes() });
        let wrapped = wrapped.map_err(|_| Error::internal("a data key could not be wrapped"))?;
        let wrapped = BASE64_STANDARD.encode([&nonce[..], &wrapped].concat());
        let (scope, now) = (scope.to_owned(), cx.now());
        self.db
            .write(async move |tx| {
                tx.exec(
                    "insert into data_key (id, scope, wrapped, created_at) values ($1, $2, $3, $4) on conflict (scope) do nothing",
                    &[&id, &scope, &wrapped, &now],
                )
                .await?;
                tx.one::<Stored>("select id, scope, wrapped from data_key where scope = $1", &[&scope]).await
            })
            .await?
            .ok_or_else(|| Error::internal("a data key was not kept"))
    }

    /// Opens a wrapped key and keeps it at hand.
    fn unwrap(&self, (id, scope, wrapped): Stored) -> Result<DataKey> {
        let wrapped = wrapped.ok_or(Error::NotFound("key"))?;
        let refused =
            || Error::internal("a data key cannot be unwrapped: it was changed, or the master key is another one");
        let bytes = BASE64_STANDARD.decode(wrapped).map_err(|_| refused())?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<12>().ok_or_else(refused)?;
        let bound = bound_to(&id, &scope);
        let opened = self.wrapping.decrypt(&(*nonce).into(), Payload { msg: ciphertext, aad: bound.as_bytes() });
        let opened = Zeroizing::new(opened.map_err(|_| refused())?);
        let bytes: &[u8; 32] = opened.as_slice().try_into().map_err(|_| refused())?;
        let id = id_bytes(&id)?;
        let key = DataKey::new(id, bytes);
        self.by_scope.insert(scope, key.clone());
        self.by_id.insert(id, key.clone());
        Ok(key)
    }
}

fn bound_to(id: &str, scope: &str) -> String {
    format!("data_key:{id}:{scope}")
}

fn id_bytes(text: &str) -> Result<[u8; 16]> {
    let number =
        u128::from_str_radix(text, 16).map_err(|_| Error::internal("a data key's identifier is not in hex"))?;
    Ok(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::KeyStore;
    use crate::{
        clock::Clock,
        crypto::MasterKey,
        cx::Cx,
        db::{Db, DbOptions},
        entropy::Entropy,
        error::Error,
    };

    async fn store(folder: &std::path::Path, master: &MasterKey) -> KeyStore {
        let db = Db::open(&format!("sqlite:{}", folder.join("keys.db").display()), DbOptions::default()).await.unwrap();
        KeyStore::open(db, master).await.unwrap()
    }

    fn cx() -> Cx {
        Cx::system("test", Clock::manual("2026-11-24T00:00:00Z".parse().unwrap()), Entropy::System)
    }

    /// E6
    #[tokio::test]
    async fn a_destroyed_key_refuses_for_ever_and_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::generate(&Entropy::System);
        let (store, cx) = (store(folder.path(), &master).await, cx());
        let siti = store.for_scope(&cx, "person:per_siti").await.unwrap();
        let budi = store.for_scope(&cx, "person:per_budi").await.unwrap();
        assert_eq!(store.for_scope(&cx, "person:per_siti").await.unwrap().id_text(), siti.id_text());
        let (of_siti, of_budi) = (siti.seal("t:c:1", b"x", &cx.entropy), budi.seal("t:c:2", b"y", &cx.entropy));
        assert_eq!(store.open_sealed("t:c:1", &of_siti).await.unwrap(), b"x");
        store.destroy(&cx, "person:per_siti").await.unwrap();
        store.destroy(&cx, "person:per_siti").await.unwrap();
        assert!(matches!(store.open_sealed("t:c:1", &of_siti).await, Err(Error::NotFound("key"))));
        assert!(matches!(store.for_scope(&cx, "person:per_siti").await, Err(Error::NotFound("key"))));
        assert_eq!(store.open_sealed("t:c:2", &of_budi).await.unwrap(), b"y");
    }

    /// E6
    #[tokio::test]
    async fn keys_outlive_the_process_and_need_their_master() {
        let folder = tempfile::tempdir().unwrap();
        let (master, cx) = (MasterKey::generate(&Entropy::System), cx());
        let first = store(folder.path(), &master).await;
        let sealed = first.for_scope(&cx, "s").await.unwrap().seal("t:c:1", b"x", &cx.entropy);
        first.db.close().await;
        drop(first);
        let again = store(folder.path(), &master).await;
        assert_eq!(again.open_sealed("t:c:1", &sealed).await.unwrap(), b"x");
        again.db.close().await;
        drop(again);
        let stranger = store(folder.path(), &MasterKey::generate(&Entropy::System)).await;
        assert!(stranger.open_sealed("t:c:1", &sealed).await.is_err());
    }
}
