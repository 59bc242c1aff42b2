//! Lists page by key, on both engines, and a cursor from outside is not trusted.
#![allow(clippy::unwrap_used)]

use platform::{
    Error,
    db::{Cursor, Db, Migration, Page, PageAsk},
};

const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_name.sql", sql: "create table name (id bigint primary key, words text not null);" }];

async fn page(db: &Db, ask: PageAsk) -> platform::Result<Page<(String, i64)>> {
    let (words, id): (String, i64) = ask.after()?.unwrap_or_default();
    let fetch = ask.fetch();
    let rows = db
        .read(async move |tx| {
            tx.all(
                "select words, id from name where (words, id) > ($1, $2) order by words, id limit $3",
                &[&words, &id, &fetch],
            )
            .await
        })
        .await?;
    Page::of(rows, &ask, |row: &(String, i64)| row.clone())
}

testkit::db_test! {
    MIGRATIONS;

    async fn pages_show_every_row_once_while_rows_come(db: Db) {
        db.write(async |tx| {
            for id in 0..23_i64 {
                tx.exec("insert into name (id, words) values ($1, $2)", &[&id, &format!("w{}", id % 4)]).await?;
            }
            Ok(())
        }).await?;
        let (mut ask, mut seen, mut pages) = (PageAsk::first(5), Vec::new(), 0);
        loop {
            let page = page(&db, ask.clone()).await?;
            assert!(page.items.len() <= 5);
            seen.extend(page.items);
            pages += 1;
            // One that sorts before all others must not shift what follows.
            let id = 1000 + pages;
            db.write(async move |tx| tx.exec("insert into name (id, words) values ($1, 'a')", &[&id]).await).await?;
            let Some(next) = page.next else { break };
            ask.after = Some(next);
        }
        let mut wanted: Vec<_> = (0..23_i64).map(|id| (format!("w{}", id % 4), id)).collect();
        wanted.sort();
        assert_eq!((seen, pages), (wanted, 5));
    }
}

#[test]
fn the_size_of_a_page_is_bounded() {
    assert_eq!([0, 1, 25, 100, u32::MAX].map(|limit| PageAsk::first(limit).size()), [1, 1, 25, 100, 100]);
    let usual: PageAsk = serde_json::from_str("{}").unwrap();
    assert_eq!((usual.size(), usual.after), (25, None));
}

#[test]
fn a_cursor_that_is_none_of_ours_is_the_callers_mistake() {
    for text in ["AAAA", "", "bm90IGpzb24", "W10"] {
        let cursor: Cursor = serde_json::from_value(text.into()).unwrap();
        let refused = cursor.key::<(String, i64)>().unwrap_err();
        assert!(matches!(&refused, Error::Invalid(fields) if fields[0].field == "after"), "{text}: {refused}");
    }
    for text in ["with space", "a".repeat(5000).as_str(), "ü"] {
        assert!(serde_json::from_value::<Cursor>(text.into()).is_err());
    }
}
