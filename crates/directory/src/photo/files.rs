//! The files of photos: drawn one at a time, kept in memory while they are asked for, and never forgotten.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::SignedDuration;
use moka::sync::Cache;
use platform::{
    Cx, Error, Result,
    blobs::{BlobName, Blobs},
    db::{Db, Tx, Value},
};
use tokio::sync::Semaphore;

use super::picture::{self, Squares};
use crate::DirectoryContext;

/// So many bytes of files are kept in memory.
const KEPT: u64 = 4 << 20;
/// And so long: what another replica has taken away is not handed out for longer.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// How long a file may be on its way in: none is written for longer.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(1);
/// Files swept at once.
const AT_ONCE: i64 = 100;

const NOTE: &str = "insert into photo_file (name, since) values ($1, $2) on conflict do nothing";
const FORGET: &str = "delete from photo_file where name = $1";
const LEFT: &str = "select name from photo_file where since < $1 order by since, name limit $2";

/// Where photos lie, and what is at hand of them.
pub(crate) struct Photos {
    files: Option<Arc<dyn Blobs>>,
    kept: Cache<BlobName, Bytes>,
    /// A picture is large while it is drawn: one at a time.
    drawing: Semaphore,
}

impl Photos {
    /// Photos in that place; without one, there are none.
    pub(crate) fn new(files: Option<Arc<dyn Blobs>>) -> Self {
        let weigh = |_: &BlobName, file: &Bytes| u32::try_from(file.len()).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(KEPT).weigher(weigh).time_to_live(KEPT_FOR).build();
        Self { files, kept, drawing: Semaphore::new(1) }
    }

    fn files(&self) -> Result<&Arc<dyn Blobs>> {
        self.files.as_ref().ok_or(Error::Unavailable("files"))
    }

    /// The squares of a picture, marked so that no two uploads give the same files.
    pub(super) async fn draw(&self, picture: Vec<u8>, mark: String) -> Result<Squares> {
        self.files()?;
        let _turn = self.drawing.acquire().await.map_err(Error::internal)?;
        let drawing = tokio::task::spawn_blocking(move || picture::squares(&picture, &mark));
        // Whatever a picture does to who reads it, it is the picture that is to blame.
        drawing.await.unwrap_or_else(|_| Err(picture::unreadable()))
    }

    pub(super) async fn put(&self, file: Vec<u8>) -> Result<()> {
        self.files()?.put(file.into()).await.map(drop)
    }

    pub(super) async fn get(&self, name: &BlobName) -> Result<Vec<u8>> {
        if let Some(file) = self.kept.get(name) {
            return Ok(file.into());
        }
        let file = self.files()?.get(name).await?;
        self.kept.insert(name.clone(), file.clone());
        Ok(file.into())
    }

    /// Takes files away, and then their names out of the list.
    pub(super) async fn take_away(&self, db: &Db, names: Vec<String>) -> Result<()> {
        for name in &names {
            let name: BlobName = name.parse()?;
            self.kept.invalidate(&name);
            self.files()?.delete(&name).await?;
        }
        if names.is_empty() {
            return Ok(());
        }
        db.write(async move |tx| forget(tx, &names).await).await
    }
}

/// Notes files that are about to be written.
pub(super) async fn note(db: &Db, cx: &Cx, names: [BlobName; 2]) -> Result<()> {
    let (cx, names) = (cx.clone(), names.map(|name| name.as_str().to_owned()));
    db.write(async move |tx| note_in(tx, &cx, &names).await).await
}

/// Notes files that no doctor shows any more.
pub(super) async fn note_in(tx: &mut Tx, cx: &Cx, names: &[String]) -> Result<()> {
    let rows: Vec<Vec<Value>> = names.iter().map(|name| vec![name.clone().into(), cx.now().into()]).collect();
    if !rows.is_empty() {
        tx.exec_many(NOTE, &rows).await?;
    }
    Ok(())
}

/// Takes names out of the list: a doctor shows these files, or they are gone.
pub(super) async fn forget(tx: &mut Tx, names: &[String]) -> Result<()> {
    for name in names {
        tx.exec(FORGET, &[name]).await?;
    }
    Ok(())
}

/// Takes away what was left: files whose upload did not come to its end, and those that could not be taken away at once.
pub(crate) async fn sweep(directory: &DirectoryContext, cx: &Cx) -> Result<()> {
    let before = cx.now() - ON_ITS_WAY;
    let left: Vec<(String,)> = directory.db.read(async move |tx| tx.all(LEFT, &[&before, &AT_ONCE]).await).await?;
    directory.photos.take_away(&directory.db, left.into_iter().map(|(name,)| name).collect()).await
}
