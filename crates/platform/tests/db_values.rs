//! Every type of value goes in and comes out the same, on both engines.
#![allow(clippy::unwrap_used)]

use jiff::{Timestamp, civil::date};
use platform::db::{Bind, Db, DbError, Migration, Value, row, text_column};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_thing.sql",
    sql: "create table thing (
        id bigint primary key,
        flag boolean,
        small integer,
        ratio double precision,
        words text,
        raw bytea,
        at timestamptz,
        day text,
        doc text,
        colour text
    );",
}];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Red,
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("red")
    }
}

impl std::str::FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "red" { Ok(Self::Red) } else { Err(()) }
    }
}

text_column!(Colour);

row! {
    /// All of it.
    #[derive(Debug, Clone, PartialEq)]
    struct Thing {
        id: i64,
        flag: Option<bool>,
        small: Option<i32>,
        ratio: Option<f64>,
        words: Option<String>,
        raw: Option<Vec<u8>>,
        at: Option<Timestamp>,
        day: Option<jiff::civil::Date>,
        doc: Option<serde_json::Value>,
        colour: Option<Colour>,
    }
}

const INSERT: &str = "insert into thing (id, flag, small, ratio, words, raw, at, day, doc, colour)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    returning id, flag, small, ratio, words, raw, at, day, doc, colour";
const SELECT: &str = "select id, flag, small, ratio, words, raw, at, day, doc, colour from thing where id = $1";

fn full(id: i64) -> Thing {
    Thing {
        id,
        flag: Some(true),
        small: Some(-7),
        ratio: Some(0.1),
        words: Some("dr. Ayu — “demam” 發燒 🤒 'x' -- ; $1".to_owned()),
        raw: Some(vec![0, 255, 10, 0]),
        at: Some("2026-11-21T03:04:05.678901Z".parse().unwrap()),
        day: Some(date(1999, 12, 31)),
        doc: Some(serde_json::json!({"a": [1, "dua", null]})),
        colour: Some(Colour::Red),
    }
}

fn empty(id: i64) -> Thing {
    Thing {
        id,
        flag: None,
        small: None,
        ratio: None,
        words: None,
        raw: None,
        at: None,
        day: None,
        doc: None,
        colour: None,
    }
}

async fn round(db: &Db, thing: Thing) -> platform::Result<()> {
    let id = thing.id;
    let given = thing.clone();
    let returned = db
        .write(async move |tx| {
            let t = &thing;
            let args: [&dyn Bind; 10] =
                [&t.id, &t.flag, &t.small, &t.ratio, &t.words, &t.raw, &t.at, &t.day, &t.doc, &t.colour];
            tx.one::<Thing>(INSERT, &args).await
        })
        .await?;
    assert_eq!(returned.as_ref(), Some(&given));
    assert_eq!(db.read(async move |tx| tx.one::<Thing>(SELECT, &[&id]).await).await?, Some(given));
    Ok(())
}

testkit::db_test! {
    MIGRATIONS;

    async fn values_and_nulls_come_back_as_they_went_in(db: Db) {
        round(&db, full(1)).await?;
        round(&db, empty(2)).await?;
        round(&db, Thing { words: Some(String::new()), raw: Some(vec![]), flag: Some(false), ratio: Some(3.0), id: i64::MIN, ..empty(0) }).await?;
        round(&db, Thing { at: Some("1901-02-03T04:05:06.000001Z".parse().unwrap()), words: Some("007".to_owned()), ..empty(3) }).await?;
    }

    async fn placeholders_go_by_number(db: Db) {
        let row = db.read(async |tx| {
            tx.one::<(String, i64, String, i64)>("select cast($3 as text), cast($1 as bigint), cast($2 as text), cast($1 as bigint)", &[&1_i64, &"two", &"three"]).await
        }).await?;
        assert_eq!(row, Some(("three".to_owned(), 1, "two".to_owned(), 1)));
    }

    async fn too_few_and_too_many_arguments_are_refused(db: Db) {
        for args in [vec![], vec![Value::Int(1), Value::Int(2)]] {
            let refused = db.read(async move |tx| {
                let args: Vec<&dyn Bind> = args.iter().map(|a| a as &dyn Bind).collect();
                tx.all::<(i64,)>("select id from thing where id = $1", &args).await
            }).await;
            assert!(matches!(refused, Err(platform::Error::Db(DbError::Other(_)))), "{refused:?}");
        }
    }

    async fn a_column_of_another_type_is_an_error_that_names_it(db: Db) {
        round(&db, full(1)).await?;
        let wrong = db.read(async |tx| tx.one::<(i64,)>("select words from thing", &[]).await).await;
        let Err(platform::Error::Db(DbError::Decode { column, expected })) = wrong else { panic!("{wrong:?}") };
        assert_eq!((column.as_str(), expected.as_str()), ("words", "expected a whole number, found a text"));
        let null = db.read(async |tx| tx.one::<(String,)>("select cast(null as text) as gone", &[]).await).await;
        assert!(matches!(&null, Err(platform::Error::Db(DbError::Decode { column, .. })) if column == "gone"), "{null:?}");
        let text = db.read(async |tx| tx.one::<(Colour,)>("select words as colour from thing", &[]).await).await;
        let Err(error @ platform::Error::Db(DbError::Decode { .. })) = text else { panic!("{text:?}") };
        assert!(error.to_string().contains("Colour") && !error.to_string().contains("demam"), "{error}");
    }

    async fn a_row_of_another_width_is_an_error(db: Db) {
        let wide = db.read(async |tx| tx.one::<(i64,)>("select 1, 2", &[]).await).await;
        assert!(matches!(wide, Err(platform::Error::Db(DbError::Other(_)))), "{wide:?}");
    }

    async fn a_number_too_large_for_its_type_is_an_error(db: Db) {
        let large = db.read(async |tx| tx.one::<(i32,)>("select cast(3000000000 as bigint)", &[]).await).await;
        assert!(matches!(large, Err(platform::Error::Db(DbError::Decode { .. }))), "{large:?}");
    }

    async fn a_text_with_u0000_is_refused_on_both(db: Db) {
        let refused = db.write(async |tx| tx.exec("insert into thing (id, words) values (1, $1)", &[&"a\0b"]).await).await;
        assert!(matches!(refused, Err(platform::Error::Db(DbError::Other(_)))), "{refused:?}");
    }

    async fn literals_and_comparisons_of_truths_and_moments_mean_the_same(db: Db) {
        db.write(async |tx| {
            tx.exec("insert into thing (id, flag, at) values (1, true, $1), (2, false, $2)", &[&Timestamp::UNIX_EPOCH, &Timestamp::from_second(10).unwrap()]).await
        }).await?;
        let after = Timestamp::from_second(5).unwrap();
        let rows = db.read(async move |tx| tx.all::<(i64, bool)>("select id, flag from thing where at > $1 and not flag and flag = $2", &[&after, &false]).await).await?;
        assert_eq!(rows, [(2, false)]);
    }

    async fn exec_counts_rows_it_changed_itself(db: Db) {
        let counts = db.write(async |tx| {
            let inserted = tx.exec("insert into thing (id) values (1), (2), (3)", &[]).await?;
            let again = tx.exec("insert into thing (id) values (3), (4) on conflict do nothing", &[]).await?;
            let none = tx.exec("update thing set small = 1 where id = $1", &[&99_i64]).await?;
            let returning = tx.exec("update thing set small = 1 where id < $1 returning id", &[&3_i64]).await?;
            let deleted = tx.exec("delete from thing", &[]).await?;
            let nothing = tx.exec("create table other (id bigint)", &[]).await?;
            Ok([inserted, again, none, returning, deleted, nothing])
        }).await?;
        assert_eq!(counts, [3, 1, 0, 2, 4, 0]);
    }

    async fn exec_many_writes_every_row(db: Db) {
        let rows: Vec<Vec<Value>> = (0..300_i64).map(|i| vec![i.into(), format!("w{i}").into(), Value::from((i % 2 == 0).then_some(i as i32))]).collect();
        let changed = db.write(async move |tx| tx.exec_many("insert into thing (id, words, small) values ($1, $2, $3)", &rows).await).await?;
        assert_eq!(changed, 300);
        let sum = db.read(async |tx| tx.one::<(i64, i64, i64)>("select count(*), count(small), cast(sum(small) as bigint) from thing where words = 'w' || id", &[]).await).await?;
        assert_eq!(sum, Some((300, 150, (0..300).filter(|i| i % 2 == 0).sum())));
    }

    async fn exec_many_fails_as_one(db: Db) {
        let rows: Vec<Vec<Value>> = [1_i64, 2, 1, 3].map(|i| vec![i.into()]).to_vec();
        let refused = db.write(async move |tx| tx.exec_many("insert into thing (id) values ($1)", &rows).await).await;
        assert!(refused.unwrap_err().is_unique());
        assert_eq!(db.read(async |tx| tx.all::<(i64,)>("select id from thing", &[]).await).await?, []);
    }

    async fn a_read_cannot_write(db: Db) {
        let refused = db.read(async |tx| tx.exec("insert into thing (id) values (1)", &[]).await).await.unwrap_err();
        assert_eq!(refused.to_string(), "database: a unit that reads may not write");
        assert_eq!(db.read(async |tx| tx.all::<(i64,)>("select id from thing", &[]).await).await?, []);
    }
}
