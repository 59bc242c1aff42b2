//! A list of texts as one argument: the engines take a JSON array apart differently.

use super::Engine;

/// One statement in the words of both engines.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// As SQLite reads it.
    pub sqlite: &'static str,
    /// As PostgreSQL reads it.
    pub postgres: &'static str,
}

impl Pair {
    /// The statement for this engine.
    pub const fn on(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

/// `listed!("… where id ", "$2", " limit 5")`: the id is one of `$2`, which is bound to
/// [`json_list`](crate::db::json_list) of the texts. PostgreSQL is given an array, which it looks up in an index: beside a
/// subquery it may read the whole table, and goes on doing so with a plan it made when the table was small.
#[macro_export]
macro_rules! listed {
    ($before:literal, $list:literal, $after:literal) => {
        $crate::db::Pair {
            sqlite: concat!($before, "in (select value from json_each(", $list, "))", $after),
            postgres: concat!(
                $before,
                "= any (array(select jsonb_array_elements_text((",
                $list,
                "::text)::jsonb)))",
                $after
            ),
        }
    };
}

/// The texts as a JSON array.
pub fn json_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    serde_json::Value::from_iter(texts).to_string()
}
