//! A list of texts as one argument: the engines take a JSON array apart differently.

use crate::db::Engine;

/// One statement in the words of both engines.
pub(crate) struct Pair {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl Pair {
    /// The statement for this engine.
    pub(crate) const fn on(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

/// `listed!("… where id in ", "$2", " limit 5")`: `$2` is bound to [`json`] of the texts.
macro_rules! listed {
    ($before:literal, $list:literal, $after:literal) => {
        $crate::bus::list::Pair {
            sqlite: concat!($before, "(select value from json_each(", $list, "))", $after),
            postgres: concat!($before, "(select jsonb_array_elements_text((", $list, "::text)::jsonb))", $after),
        }
    };
}
pub(crate) use listed;

/// The texts as a JSON array.
pub(crate) fn json<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    serde_json::Value::from_iter(texts).to_string()
}
