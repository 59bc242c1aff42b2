//! The texts of every language: the same files, keys and variables in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::workspace;

/// Variables by key; a key is `message` or `message.attribute`, with its file before it.
type Texts = BTreeMap<String, BTreeSet<String>>;

/// Compares the languages of every `locales` folder and fails with the list of what one of them lacks.
pub fn run() -> Result<()> {
    let mut faults = Vec::new();
    let mut keys = 0;
    for folder in locale_folders()? {
        let languages = languages(&folder)?;
        let Some((first, texts)) = languages.iter().next() else {
            continue;
        };
        keys += texts.len();
        for (other, others) in languages.iter().skip(1) {
            faults.extend(differences(first, texts, other, others));
        }
    }
    if !faults.is_empty() {
        bail!("the languages differ:\n  {}", faults.join("\n  "));
    }
    println!("{keys} texts, the same in every language");
    Ok(())
}

fn locale_folders() -> Result<Vec<PathBuf>> {
    Ok(workspace::packages()?
        .iter()
        .map(|package| package.folder().join("locales"))
        .filter(|folder| folder.is_dir())
        .collect())
}

fn languages(folder: &Path) -> Result<BTreeMap<String, Texts>> {
    let mut languages = BTreeMap::new();
    for file in workspace::files(folder, "ftl")? {
        let inside = file.strip_prefix(folder).expect("found inside");
        let mut parts = inside.iter();
        let Some(language) = parts.next() else {
            continue;
        };
        let name = parts.as_path().with_extension("").display().to_string();
        let texts: &mut Texts = languages.entry(language.to_string_lossy().into_owned()).or_default();
        for (key, variables) in keys_of(&workspace::read(&file)?) {
            if texts.insert(format!("{name}: {key}"), variables).is_some() {
                bail!("{}: `{key}` is there twice", workspace::short(&file));
            }
        }
    }
    Ok(languages)
}

fn differences(first: &str, texts: &Texts, other: &str, others: &Texts) -> Vec<String> {
    let mut faults = Vec::new();
    for (key, variables) in texts {
        match others.get(key) {
            None => faults.push(format!("{key} is missing in {other}")),
            Some(theirs) if theirs != variables => {
                faults.push(format!("{key} uses {variables:?} in {first}, {theirs:?} in {other}"));
            }
            Some(_) => {}
        }
    }
    faults.extend(
        others.keys().filter(|key| !texts.contains_key(*key)).map(|key| format!("{key} is missing in {first}")),
    );
    faults
}

/// The keys of a Fluent file with the variables each uses.
fn keys_of(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut keys: Vec<(String, BTreeSet<String>)> = Vec::new();
    let mut message = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let trimmed = line.trim_start();
        if let Some(name) = key_before_equals(line) {
            name.clone_into(&mut message);
            keys.push((message.clone(), BTreeSet::new()));
        } else if let Some(name) = trimmed.strip_prefix('.').and_then(key_before_equals) {
            keys.push((format!("{message}.{name}"), BTreeSet::new()));
        }
        if let Some((_, variables)) = keys.last_mut() {
            variables.extend(variables_in(line));
        }
    }
    keys
}

fn key_before_equals(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim_end();
    let name = key.strip_prefix('-').unwrap_or(key);
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    (starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')).then_some(key)
}

fn variables_in(line: &str) -> impl Iterator<Item = String> {
    line.match_indices('$').map(|(at, _)| {
        line[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ftl: &str) -> Texts {
        keys_of(ftl).into_iter().collect()
    }

    #[test]
    fn keys_attributes_and_variables_are_found() {
        let found = texts(
            "# a = comment\nhello = Halo { $name }\n    .title = Judul\nlong =\n    satu = dua { $n }\n-brand = M\n",
        );
        assert_eq!(found.keys().collect::<Vec<_>>(), ["-brand", "hello", "hello.title", "long"]);
        assert!(found["hello"].contains("name"));
        assert!(found["long"].contains("n"));
    }

    #[test]
    fn a_missing_key_and_a_missing_variable_are_named() {
        let faults = differences("en", &texts("a = { $n }\nb = x"), "id", &texts("a = x\nc = x"));
        assert_eq!(faults.len(), 3, "{faults:?}");
    }
}
