//! What the command line says, in the language of whoever types: `LC_ALL`, `LC_MESSAGES` or `LANG`.

use platform::{
    Error, Result,
    http::Problem,
    i18n::{Locale, Texts},
};

use crate::wiring;

/// Every text, in one language.
pub(super) struct Words {
    texts: Texts,
    locale: Locale,
}

impl Words {
    /// In the language of the environment.
    pub(super) fn of_environment() -> Result<Self> {
        let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let language = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(named);
        Ok(Self { texts: wiring::texts()?, locale: locale_of(language.as_deref()) })
    }

    /// The sentence of a key.
    pub(super) fn say(&self, key: &str, values: &[(&str, String)]) -> String {
        let owned: Vec<(String, String)> =
            values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.texts.say(self.locale, key, &owned).unwrap_or_else(|| key.to_owned())
    }

    /// Why something was not done, and the remedy; a line for each field to mend.
    pub(super) fn error(&self, error: &Error) -> String {
        match error {
            Error::Internal(cause) => self.say("cli-internal", &[("cause", cause.clone())]),
            Error::Db(cause) => self.say("cli-database", &[("cause", cause.to_string())]),
            other => {
                let problem = Problem::of(other, &self.texts, self.locale, "", "");
                if problem.errors.is_empty() {
                    return format!("{}. {}", problem.title, problem.detail);
                }
                let fields = problem.errors.iter().map(|field| format!("{}: {}", field.field, field.message));
                fields.collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// Indonesian where the environment says so, else English.
fn locale_of(language: Option<&str>) -> Locale {
    match language.and_then(|value| value.split(['_', '.', '@']).next()) {
        Some("id") => Locale::Id,
        _ => Locale::En,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

    use platform::{Error, i18n::Locale};

    use super::{Words, locale_of};
    use crate::wiring;

    #[test]
    fn the_language_is_that_of_the_environment() {
        assert_eq!(locale_of(Some("id_ID.UTF-8")), Locale::Id);
        for other in [None, Some("C.UTF-8"), Some("en_GB"), Some("idx")] {
            assert_eq!(locale_of(other), Locale::En);
        }
    }

    /// J1
    #[test]
    fn errors_are_sentences_that_name_the_remedy() {
        let words = |locale| Words { texts: wiring::texts().unwrap(), locale };
        let taken = Error::conflict("email-taken");
        assert!(words(Locale::En).error(&taken).contains("Sign in with it"));
        assert_ne!(words(Locale::En).error(&taken), words(Locale::Id).error(&taken));
        let weak = Error::invalid("password", "weak-password");
        assert!(words(Locale::En).error(&weak).starts_with("password: This password is guessed too quickly"));
        let broken = Error::internal("the pipe burst");
        assert_eq!(words(Locale::En).error(&broken), "This could not be done: the pipe burst");
    }
}
