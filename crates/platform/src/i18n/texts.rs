//! Messages by language and key.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast::Entry;

use super::Locale;
use crate::error::{Error, Result};

/// The Fluent sources of every crate, gathered before they are read.
#[derive(Debug, Clone, Default)]
pub struct Catalog(Vec<(Locale, &'static str)>);

impl Catalog {
    /// An empty catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a crate's texts.
    #[must_use]
    pub fn with(mut self, sources: &[(Locale, &'static str)]) -> Self {
        self.0.extend_from_slice(sources);
        self
    }

    /// Reads them all. Fails where a source is malformed or a key is declared twice.
    pub fn build(&self) -> Result<Texts> {
        Texts::new(&self.0)
    }
}

/// Every text, ready to be said.
pub struct Texts {
    indonesian: Language,
    english: Language,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("keys", &self.indonesian.keys.len()).finish_non_exhaustive()
    }
}

/// One language's messages.
struct Language {
    bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
}

impl Texts {
    /// Reads sources; several of one language are put together.
    pub fn new(sources: &[(Locale, &'static str)]) -> Result<Self> {
        Ok(Self { indonesian: Language::read(Locale::Id, sources)?, english: Language::read(Locale::En, sources)? })
    }

    /// The text of a key in a language. Falls back to Indonesian; a key that is nowhere shows as `⟦key⟧`, so that
    /// a forgotten text is seen and found. `key.part` asks for an attribute of the message.
    pub fn get(&self, locale: Locale, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        self.try_get(locale, key, values).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// As [`Texts::get`], but `None` where no language has the key.
    pub fn try_get(&self, locale: Locale, key: &str, values: &[(&str, FluentValue<'_>)]) -> Option<String> {
        self.language(locale).say(key, values).or_else(|| self.indonesian.say(key, values))
    }

    /// As [`Texts::try_get`] for values that are texts; those that are whole numbers count as numbers, so that
    /// plurals work.
    pub fn say(&self, locale: Locale, key: &str, values: &[(String, String)]) -> Option<String> {
        let values: Vec<(&str, FluentValue<'_>)> =
            values.iter().map(|(name, value)| (name.as_str(), number_or_text(value))).collect();
        self.try_get(locale, key, &values)
    }

    /// Every key a language has, attributes as `key.part`.
    pub fn keys(&self, locale: Locale) -> impl Iterator<Item = &str> {
        self.language(locale).keys.iter().map(String::as_str)
    }

    /// Keys that one language has and another lacks, with the language that lacks them.
    pub fn missing(&self) -> BTreeMap<Locale, Vec<&str>> {
        let lacking = |has: &'static Locale, lacks: Locale| {
            let other = &self.language(lacks).keys;
            (lacks, self.keys(*has).filter(|key| !other.contains(*key)).collect::<Vec<_>>())
        };
        [lacking(&Locale::Id, Locale::En), lacking(&Locale::En, Locale::Id)]
            .into_iter()
            .filter(|(_, keys)| !keys.is_empty())
            .collect()
    }

    fn language(&self, locale: Locale) -> &Language {
        match locale {
            Locale::Id => &self.indonesian,
            Locale::En => &self.english,
        }
    }
}

impl Language {
    fn read(locale: Locale, sources: &[(Locale, &'static str)]) -> Result<Self> {
        let tag = locale.word().parse().map_err(Error::internal)?;
        let mut language = Self { bundle: FluentBundle::new_concurrent(vec![tag]), keys: BTreeSet::new() };
        // Isolation marks are for mixing directions of writing; both of ours run left to right.
        language.bundle.set_use_isolating(false);
        for (_, source) in sources.iter().filter(|(of, _)| *of == locale) {
            language.add(locale, source)?;
        }
        Ok(language)
    }

    fn add(&mut self, locale: Locale, source: &str) -> Result<()> {
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| Error::internal(format_args!("texts of {locale}: {errors:?}")))?;
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                if message.value.is_some() {
                    self.keys.insert(message.id.name.to_owned());
                }
                self.keys.extend(message.attributes.iter().map(|part| format!("{}.{}", message.id.name, part.id.name)));
            }
        }
        self.bundle
            .add_resource(resource)
            .map_err(|errors| Error::internal(format_args!("texts of {locale}: {errors:?}")))
    }

    fn say(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> Option<String> {
        let (id, part) = key.split_once('.').map_or((key, None), |(id, part)| (id, Some(part)));
        let message = self.bundle.get_message(id)?;
        let pattern = match part {
            Some(part) => message.get_attribute(part)?.value(),
            None => message.value()?,
        };
        let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        // Errors here are missing values; the text then shows the value's name, which is better than nothing.
        Some(self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
    }
}

fn number_or_text(value: &str) -> FluentValue<'_> {
    // A leading zero belongs to a code or a telephone number, not to an amount.
    match value.parse::<i64>() {
        Ok(number) if number.to_string() == value => number.into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Locale, Texts};

    const SOURCES: &[(Locale, &str)] = &[
        (Locale::Id, "slots = { $count } jadwal kosong\nonly = Hanya ini"),
        (Locale::En, "slots = { $count ->\n    [one] One free slot\n   *[other] { $count } free slots\n}"),
        (Locale::En, "greeting = Hello\n    .title = Welcome, { $name }"),
    ];

    /// A1
    #[test]
    fn texts_have_plurals_parts_and_a_fallback() {
        let texts = Texts::new(SOURCES).unwrap();
        let slots = |count: i64| texts.get(Locale::En, "slots", &[("count", count.into())]);
        assert_eq!((slots(1), slots(2)), ("One free slot".to_owned(), "2 free slots".to_owned()));
        assert_eq!(texts.get(Locale::En, "greeting.title", &[("name", "Siti".into())]), "Welcome, Siti");
        assert_eq!(texts.get(Locale::En, "only", &[]), "Hanya ini");
        assert_eq!(texts.get(Locale::Id, "nowhere", &[]), "⟦nowhere⟧");
        assert_eq!(texts.say(Locale::En, "slots", &[("count".to_owned(), "1".to_owned())]).unwrap(), "One free slot");
        assert_eq!(texts.missing()[&Locale::Id], ["greeting", "greeting.title"]);
        assert_eq!(texts.missing()[&Locale::En], ["only"]);
    }

    #[test]
    fn a_key_declared_twice_is_refused() {
        assert!(Texts::new(&[(Locale::Id, "a = 1"), (Locale::Id, "a = 2")]).is_err());
    }

    /// A1
    #[test]
    fn every_error_has_a_text_in_both_languages() {
        let texts = Texts::new(crate::i18n::TEXTS).unwrap();
        assert!(texts.missing().is_empty(), "{:?}", texts.missing());
    }
}
