//! Configuration: what may be set, where from, and what it is now.
//!
//! Each crate declares its settings with [`settings!`](crate::settings); their names, defaults and sentences are the
//! reference file too, so that documentation and code cannot part. Sources, later ones winning: defaults, a TOML file,
//! the environment (`MEDIVERSE_SECTION__KEY`), flags.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::error::{Error, Result};

/// One thing that may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// `section.key`.
    pub key: &'static str,
    /// The default as a TOML value: `"text"`, `8080`, `true`, `[]`.
    pub default: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Whether its value is never shown.
    pub secret: bool,
}

/// Declares a section of settings as a struct, with a table of them:
///
/// ```
/// platform::settings! {
///     /// How the program is reached.
///     pub struct Web in "web" {
///         /// Address and port to listen at.
///         listen: String = "127.0.0.1:8080",
///         /// Password of the mail server.
///         password: platform::telemetry::Private<String> = "" (secret),
///     }
/// }
/// # let config = platform::config::Config::builder(&[Web::SETTINGS]).build()?;
/// let web = Web::of(&config)?;
/// # assert_eq!(web.listen, "127.0.0.1:8080");
/// # Ok::<(), platform::Error>(())
/// ```
#[macro_export]
macro_rules! settings {
    ($(#[$meta:meta])* pub struct $name:ident in $section:literal {
        $($(#[doc = $about:literal])+ $field:ident : $type:ty = $default:tt $(($secret:ident))?),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[doc = $about])+ pub $field: $type),+ }

        impl $name {
            /// What may be set.
            pub const SETTINGS: &'static [$crate::config::Setting] = &[$($crate::config::Setting {
                key: concat!($section, ".", stringify!($field)),
                default: stringify!($default),
                about: concat!($($about),+),
                secret: false $(|| stringify!($secret).len() == 6)?,
            }),+];

            /// This section of the configuration.
            pub fn of(config: &$crate::config::Config) -> $crate::Result<Self> {
                config.section($section)
            }
        }
    };
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Config {
    settings: BTreeMap<&'static str, Setting>,
    values: BTreeMap<&'static str, Value>,
}

/// Gathers the sources.
#[derive(Debug, Default)]
pub struct Builder {
    settings: BTreeMap<&'static str, Setting>,
    file: Option<String>,
    pairs: Vec<(String, String)>,
}

impl Config {
    /// Begins with the settings of every crate.
    pub fn builder(tables: &[&[Setting]]) -> Builder {
        let settings = tables.iter().flat_map(|table| table.iter()).map(|setting| (setting.key, *setting)).collect();
        Builder { settings, ..Builder::default() }
    }

    /// One section as a struct. Fails naming the key whose value does not fit.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T> {
        let own = self.values.iter().filter_map(|(key, value)| {
            let (of, name) = key.rsplit_once('.')?;
            (of == section).then(|| (name.to_owned(), value.clone()))
        });
        let table: Table = own.collect();
        serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
            let hint = error.inner().to_string();
            // The message quotes the value; a secret's must not be told.
            let hidden =
                self.settings.get(format!("{section}.{}", error.path()).as_str()).is_some_and(|setting| setting.secret);
            Error::internal(format_args!(
                "setting {section}.{}: {}",
                error.path(),
                if hidden { "the value does not fit" } else { hint.trim() }
            ))
        })
    }

    /// Every setting as it is now, secrets hidden, in TOML.
    pub fn dump(&self) -> String {
        let shown = |setting: &Setting| match self.values.get(setting.key) {
            Some(value) if setting.secret && value.as_str() != Some("") => "\"«private»\"".to_owned(),
            Some(value) => value.to_string(),
            None => setting.default.to_owned(),
        };
        render(self.settings.values(), |text, setting, name| {
            let _ = writeln!(text, "{name} = {}", shown(setting));
        })
    }
}

impl Builder {
    /// Reads a TOML file; one that is not there fails.
    pub fn file(mut self, path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).map_err(|e| Error::internal(format_args!("{}: {e}", path.display())))?;
        self.file = Some(text);
        Ok(self)
    }

    /// Takes the text of a TOML file.
    #[must_use]
    pub fn text(mut self, toml: &str) -> Self {
        self.file = Some(toml.to_owned());
        self
    }

    /// Takes variables `MEDIVERSE_SECTION__KEY`; others are none of ours. Variables with a single part
    /// (`MEDIVERSE_CONFIG`) belong to the command line.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("MEDIVERSE_")?.to_ascii_lowercase();
            name.contains("__").then(|| (name.replace("__", "."), value))
        });
        self.pairs.extend(ours);
        self
    }

    /// Takes flags `section.key`, `value`.
    #[must_use]
    pub fn flags(mut self, flags: impl IntoIterator<Item = (String, String)>) -> Self {
        self.pairs.extend(flags);
        self
    }

    /// Puts the sources together. Fails for a key nobody declared, naming the nearest that somebody did.
    pub fn build(self) -> Result<Config> {
        let mut values = BTreeMap::new();
        for setting in self.settings.values() {
            values.insert(
                setting.key,
                parse(setting.default)
                    .ok_or_else(|| Error::internal(format_args!("the default of {} is no TOML value", setting.key)))?,
            );
        }
        let mut given = Vec::new();
        if let Some(text) = &self.file {
            let table: Table =
                text.parse().map_err(|e| Error::internal(format_args!("the configuration file: {e}")))?;
            flatten("", table, &self.settings, &mut given);
        }
        for (key, text) in self.pairs {
            let is_text = self.settings.get(key.as_str()).is_some_and(|setting| setting.default.starts_with('"'));
            let value = if is_text { Value::String(text) } else { parse(&text).unwrap_or(Value::String(text)) };
            given.push((key, value));
        }
        for (key, value) in given {
            let Some((known, _)) = self.settings.get_key_value(key.as_str()) else {
                return Err(unknown(&key, &self.settings));
            };
            values.insert(*known, value);
        }
        Ok(Config { settings: self.settings, values })
    }
}

/// A file with every setting, its sentence and its default, all commented out.
pub fn reference(tables: &[&[Setting]]) -> String {
    let settings: BTreeMap<_, _> =
        tables.iter().flat_map(|table| table.iter()).map(|setting| (setting.key, setting)).collect();
    render(settings.into_values(), |text, setting, name| {
        let _ = writeln!(text, "# {}\n# {name} = {}\n", setting.about.trim(), setting.default);
    })
}

/// Settings by section.
fn render<'a>(settings: impl Iterator<Item = &'a Setting>, line: impl Fn(&mut String, &Setting, &str)) -> String {
    let (mut text, mut current) = (String::new(), "");
    for setting in settings {
        let (section, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if section != current {
            let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{section}]");
            current = section;
        }
        line(&mut text, setting, name);
    }
    text
}

/// `[a] b = 1` as `a.b = 1`; a table stays whole where a setting has that name.
fn flatten(prefix: &str, table: Table, settings: &BTreeMap<&'static str, Setting>, out: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) if !settings.contains_key(key.as_str()) => flatten(&key, inner, settings, out),
            value => out.push((key, value)),
        }
    }
}

fn parse(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

fn unknown(key: &str, settings: &BTreeMap<&'static str, Setting>) -> Error {
    let nearest = settings.keys().min_by_key(|known| distance(key, known));
    let hint = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest}?"));
    Error::internal(format_args!("unknown setting {key}{hint}"))
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{Config, reference};
    use crate::telemetry::Private;

    crate::settings! {
        /// For these tests.
        pub struct Mail in "mail" {
            /// Where mail is handed in.
            host: String = "localhost",
            /// Its port.
            port: u16 = 25,
            /// Who may hand in.
            password: Private<String> = "" (secret),
            /// Names it answers to.
            names: Vec<String> = ["a", "b"],
        }
    }

    fn pair(key: &str, value: &str) -> [(String, String); 1] {
        [(key.to_owned(), value.to_owned())]
    }

    #[test]
    fn later_sources_win() {
        let config = Config::builder(&[Mail::SETTINGS])
            .text("[mail]\nhost = \"file\"\nport = 26")
            .environment(pair("MEDIVERSE_MAIL__PORT", "27"))
            .environment(pair("MEDIVERSE_MAIL__PASSWORD", "123"))
            .environment(pair("MEDIVERSE_CONFIG", "x.toml"))
            .flags(pair("mail.names", "[\"c\"]"))
            .build()
            .unwrap();
        let mail = Mail::of(&config).unwrap();
        assert_eq!((mail.host.as_str(), mail.port, mail.password.expose().as_str()), ("file", 27, "123"));
        assert_eq!(mail.names, ["c"]);
        let dump = config.dump();
        assert!(dump.contains("port = 27") && !dump.contains("123"), "{dump}");
        assert!(!format!("{mail:?}").contains("123"));
    }

    #[test]
    fn slips_are_named() {
        let unknown = Config::builder(&[Mail::SETTINGS]).text("[mail]\nprot = 1").build().unwrap_err().to_string();
        assert!(unknown.contains("mail.prot") && unknown.contains("mail.port"), "{unknown}");
        let config = Config::builder(&[Mail::SETTINGS]).flags(pair("mail.port", "many")).build().unwrap();
        assert!(Mail::of(&config).unwrap_err().to_string().contains("mail.port"));
    }

    #[test]
    fn the_reference_names_every_setting_and_reads_back() {
        let text = reference(&[Mail::SETTINGS]);
        assert!(Mail::SETTINGS.iter().all(|setting| text.contains(setting.about.trim())));
        let live = text.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line));
        let config = Config::builder(&[Mail::SETTINGS]).text(&live.collect::<Vec<_>>().join("\n")).build().unwrap();
        assert_eq!(Mail::of(&config).unwrap().port, 25);
    }
}
