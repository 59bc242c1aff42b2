//! The configuration that a first start writes.

use std::path::{Path, PathBuf};

use platform::{Error, Result};
use toml::{Table, Value};

use crate::private_file;

const HEAD: &str = "# Made by `mediverse init`. Every setting there is: docs/config.toml.\n\n";

/// What is to be written, and where.
pub(super) struct Written {
    path: PathBuf,
    settings: Vec<(&'static str, String)>,
}

impl Written {
    /// A configuration for `path`. Without a `key` of its own, the master key lies with SQLite's files, or beside the
    /// configuration.
    pub(super) fn new(path: &Path, database: &str, public_url: &str, listen: &str, key: Option<&Path>) -> Result<Self> {
        let path = PathBuf::from(whole(path)?);
        let mut settings = vec![("database.url", database.to_owned()), ("server.listen", listen.to_owned())];
        if !public_url.is_empty() {
            settings.push(("server.public_url", public_url.to_owned()));
        }
        let key = match key {
            Some(key) => Some(whole(key)?),
            None if database.starts_with("sqlite:") => None,
            None => Some(path.with_file_name("master.key").display().to_string()),
        };
        settings.extend(key.map(|key| ("keys.file", key)));
        Ok(Self { path, settings })
    }

    /// The same as flags, for the start that looks whether they hold.
    pub(super) fn flags(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    /// Writes it for its owner alone: addresses of databases hold passwords. Never overwrites one.
    pub(super) fn save(&self) -> Result<()> {
        let mut file = Table::new();
        for (key, value) in &self.settings {
            let (section, name) = key.split_once('.').unwrap_or(("", key));
            let section = file.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                section.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        let text = toml::to_string(&file).map_err(Error::internal)?;
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| Error::internal(format_args!("{}: {e}", folder.display())))?;
        }
        private_file::write_new(&self.path, &format!("{HEAD}{text}"))
    }
}

/// A path from the root on, so that the program may be started anywhere.
pub(super) fn whole(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).map_err(Error::internal)?;
    Ok(path.display().to_string())
}

/// A folder for SQLite's files, from the root on, or a server.
pub(super) fn checked_database(url: &str) -> Result<String> {
    let url = url.trim();
    match url.strip_prefix("sqlite:") {
        Some(folder) if !folder.is_empty() => Ok(format!("sqlite:{}", whole(Path::new(folder))?)),
        None if ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) => Ok(url.to_owned()),
        // The address may hold a password: it is not said again.
        _ => Err(Error::conflict("init-database")),
    }
}

/// An address with scheme and host alone, or nothing.
pub(super) fn checked_url(text: &str) -> Result<String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Ok(String::new());
    }
    let wrong = || Error::conflict("init-public-url").with("url", text);
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let known = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if plain && known { Ok(text.to_owned()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::{checked_database, checked_url};

    #[test]
    fn addresses_are_whole_and_name_nothing_more() {
        assert_eq!(checked_url(" https://klinik.example/ ").unwrap(), "https://klinik.example");
        assert_eq!(checked_url("").unwrap(), "");
        for wrong in ["klinik.example", "ftp://klinik.example", "https://klinik.example/app", "https://a@b", "https://"]
        {
            assert!(checked_url(wrong).is_err(), "{wrong}");
        }
        assert!(checked_database("sqlite:data").unwrap().starts_with("sqlite:/"), "from the root on");
        assert_eq!(checked_database(" postgres://u@h/d").unwrap(), "postgres://u@h/d");
        for wrong in ["", "sqlite:", "mysql://u@h/d", "data"] {
            assert!(checked_database(wrong).is_err(), "{wrong}");
        }
    }
}
