//! Whether what a source has said has come to a hearer: what settling over a broker waits for.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{
    event::{ANY_SOURCE, Class},
    hearer::Hearer,
    order::Place,
};
use crate::{
    Result,
    db::{Db, Pair, json_list},
    listed,
};

/// Rows looked at together.
const AT_ONCE: i64 = 1000;

/// Of each subject the newest fact, among those that were sent while the hearer listened, or are still to be.
const FACTS: &str = "
    select subject, epoch, max(n) from outbox
    where class = 'fact' and subject > $1 and (sent_at is null or sent_at >= $2)
    group by subject, epoch order by subject, epoch desc limit $3";
const PROFILES: &str = "
    select subject, epoch, n, kind from outbox
    where class = 'profile' and subject > $1 and (sent_at is null or sent_at >= $2) order by subject limit $3";
const LINES: &str = "
    select id, kind from outbox
    where class = 'log' and id > $1 and (sent_at is null or sent_at >= $2) order by id limit $3";

const HEARD: Pair =
    listed!("select subject, epoch, n from heard where source = $1 and class = $2 and subject ", "$3", "");
const HEARD_LINES: Pair = listed!("select id from heard_log where id ", "$1", "");
/// What waits has come as well.
const WAITING: Pair =
    listed!("select distinct subject from waiting where source = $1 and class = $2 and subject ", "$3", "");
const WAITING_LINES: Pair = listed!("select id from waiting where id ", "$1", "");

/// Whether everything that `source` has said, and `hearer` listens to, has come there.
pub(super) async fn everything(source: &str, said: &Db, hearer: &Hearer) -> Result<bool> {
    if !hearer.reactions().heard_kinds().any(|(_, of, _)| of == source || of == ANY_SOURCE) {
        return Ok(true);
    }
    let since = match hearer.joined_since(source).await? {
        None => hearer.joined_since(ANY_SOURCE).await?,
        since => since,
    };
    let Some(since) = since else { return Ok(false) };
    Ok(facts(source, said, hearer, since).await?
        && profiles(source, said, hearer, since).await?
        && lines(source, said, hearer, since).await?)
}

async fn facts(source: &str, said: &Db, hearer: &Hearer, since: Timestamp) -> Result<bool> {
    if !hearer.reactions().listens(Class::Fact, source, "") {
        return Ok(true);
    }
    let mut after = String::new();
    loop {
        let page: Vec<(String, i64, i64)> =
            said.read(async move |tx| tx.all(FACTS, &[&after, &since, &AT_ONCE]).await).await?;
        let Some(last) = page.last().map(|(subject, ..)| subject.clone()) else { return Ok(true) };
        let mut newest: HashMap<String, Place> = HashMap::new();
        for (subject, epoch, n) in page {
            newest.entry(subject).or_insert((epoch, n));
        }
        if !has_come(source, Class::Fact, newest, hearer).await? {
            return Ok(false);
        }
        after = last;
    }
}

async fn profiles(source: &str, said: &Db, hearer: &Hearer, since: Timestamp) -> Result<bool> {
    let mut after = String::new();
    loop {
        let page: Vec<(String, i64, i64, String)> =
            said.read(async move |tx| tx.all(PROFILES, &[&after, &since, &AT_ONCE]).await).await?;
        let Some(last) = page.last().map(|(subject, ..)| subject.clone()) else { return Ok(true) };
        let wanted = page.into_iter().filter(|(.., kind)| hearer.reactions().listens(Class::Profile, source, kind));
        let newest = wanted.map(|(subject, epoch, n, _)| (subject, (epoch, n))).collect();
        if !has_come(source, Class::Profile, newest, hearer).await? {
            return Ok(false);
        }
        after = last;
    }
}

async fn lines(source: &str, said: &Db, hearer: &Hearer, since: Timestamp) -> Result<bool> {
    let mut after = String::new();
    loop {
        let page: Vec<(String, String)> =
            said.read(async move |tx| tx.all(LINES, &[&after, &since, &AT_ONCE]).await).await?;
        let Some(last) = page.last().map(|(id, _)| id.clone()) else { return Ok(true) };
        let wanted = page.into_iter().filter(|(_, kind)| hearer.reactions().listens(Class::Log, source, kind));
        let wanted: HashSet<String> = wanted.map(|(id, _)| id).collect();
        let ids = json_list(wanted.iter().map(String::as_str));
        let come: HashSet<String> = hearer
            .db()
            .read(async move |tx| {
                let mut come: Vec<(String,)> = tx.all(HEARD_LINES.on(tx.engine()), &[&ids]).await?;
                come.extend(tx.all::<(String,)>(WAITING_LINES.on(tx.engine()), &[&ids]).await?);
                Ok(come.into_iter().map(|(id,)| id).collect())
            })
            .await?;
        if !wanted.is_subset(&come) {
            return Ok(false);
        }
        after = last;
    }
}

/// Whether each subject has come as far as this, or waits.
async fn has_come(source: &str, class: Class, newest: HashMap<String, Place>, hearer: &Hearer) -> Result<bool> {
    let (source, subjects) = (source.to_owned(), json_list(newest.keys().map(String::as_str)));
    let (heard, waiting) = hearer
        .db()
        .read(async move |tx| {
            let heard: Vec<(String, i64, i64)> = tx.all(HEARD.on(tx.engine()), &[&source, &class, &subjects]).await?;
            let waiting: Vec<(String,)> = tx.all(WAITING.on(tx.engine()), &[&source, &class, &subjects]).await?;
            Ok((heard, waiting))
        })
        .await?;
    let heard: HashMap<String, Place> = heard.into_iter().map(|(subject, epoch, n)| (subject, (epoch, n))).collect();
    let waiting: HashSet<String> = waiting.into_iter().map(|(subject,)| subject).collect();
    Ok(newest
        .iter()
        .all(|(subject, place)| heard.get(subject).is_some_and(|h| h >= place) || waiting.contains(subject)))
}
