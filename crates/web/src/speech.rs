//! What the pages say, and in which language.

use std::any::Any;
use std::sync::Arc;

use platform::i18n::{Locale, Texts};

macro_rules! texts {
    ($($name:literal),+ $(,)?) => { &[$(
        (Locale::Id, include_str!(concat!("../locales/id/", $name, ".ftl"))),
        (Locale::En, include_str!(concat!("../locales/en/", $name, ".ftl"))),
    )+] };
}

/// The sentences of the pages, for the program's catalogue of texts.
pub const TEXTS: &[(Locale, &str)] = texts![
    "common",
    "home",
    "booking",
    "appointments",
    "account",
    "security",
    "schedule",
    "staff",
    "system",
    "oops",
    "installed",
    "inbox",
    "admin",
    "masters",
    "import",
    "photo"
];

/// What a page needs to speak: handed to Askama as its runtime values
/// (`page.render_with_values(&speech)`).
#[derive(Debug, Clone)]
pub struct Speech {
    /// The language of the page.
    pub locale: Locale,
    /// Every sentence there is.
    pub texts: Arc<Texts>,
}

impl Speech {
    /// The sentence under a key, for words a handler puts into a page; `⟦key⟧` where there is none.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values: Vec<(String, String)> =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.texts.say(self.locale, key, &values).unwrap_or_else(|| format!("⟦{key}⟧"))
    }
}

impl askama::Values for Speech {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "speech").then_some(self as &dyn Any)
    }
}
