//! The rules of the tree (ARCHITECTURE.md, "The tree"): who may depend on whom, who may name which table, which words
//! stay out of the platform.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::generated::{self, Mode};
use crate::rust_text::{strings, words};
use crate::workspace::{self, Package};

/// Crates of ours that are no context.
const NOT_CONTEXTS: [&str; 8] = ["app", "contracts", "platform", "web", "testkit", "xtask", "bench", "e2e"];

/// Words that would show that the platform knows what it is used for.
const MEDICAL_WORDS: [&str; 22] = [
    "appointment",
    "bpjs",
    "clinic",
    "clinical",
    "consultation",
    "diagnosis",
    "diagnoses",
    "disease",
    "doctor",
    "dokter",
    "drug",
    "hospital",
    "icd",
    "illness",
    "nik",
    "nurse",
    "pasien",
    "patient",
    "pharmacy",
    "prescription",
    "treatment",
    "vaccination",
];

/// Words before a table's name in SQL.
const BEFORE_A_TABLE: [&str; 7] = ["from", "join", "into", "update", "references", "table", "using"];

/// Writes or compares docs/graph.txt, after the rules have been checked.
pub fn run(mode: Mode) -> Result<()> {
    let packages = workspace::packages()?;
    let mut faults = forbidden_dependencies(&packages);
    faults.extend(medical_words(&packages)?);
    faults.extend(foreign_tables(&packages)?);
    faults.extend(behaviour_in_contracts(&packages)?);
    if !faults.is_empty() {
        bail!("the rules of the tree are broken:\n  {}", faults.join("\n  "));
    }
    generated::settle("docs/graph.txt", &drawing(&packages), mode, "cargo xtask graph")
}

/// What `name` may depend on in `[dependencies]` and `[build-dependencies]`; `None` is anything but `app`.
fn allowed(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "platform" | "xtask" => Some(&[]),
        "contracts" => Some(&["platform"]),
        "app" | "testkit" | "bench" | "e2e" => None,
        _web_or_context => Some(&["contracts", "platform"]),
    }
}

fn forbidden_dependencies(packages: &[Package]) -> Vec<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut faults = Vec::new();
    for package in packages {
        let allowed = allowed(&package.name);
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            if !ours.contains(to) {
                continue;
            }
            let for_tests = dependency.kind.as_deref() == Some("dev");
            let forbidden = to == "app" || (!for_tests && allowed.is_some_and(|allowed| !allowed.contains(&to)));
            if forbidden {
                faults.push(format!("{} depends on {to}", package.name));
            }
        }
    }
    faults
}

fn medical_words(packages: &[Package]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for platform in packages.iter().filter(|package| package.name == "platform") {
        for extension in ["rs", "sql", "toml", "ftl", "html"] {
            // Its tests may say what they are tests for.
            let tests = platform.folder().join("tests");
            for file in
                workspace::files(platform.folder(), extension)?.into_iter().filter(|file| !file.starts_with(&tests))
            {
                for (number, line) in workspace::read(&file)?.lines().enumerate() {
                    if let Some(word) = medical_word(line) {
                        faults.push(format!("{}:{} says `{word}`", workspace::short(&file), number + 1));
                    }
                }
            }
        }
    }
    Ok(faults)
}

fn medical_word(line: &str) -> Option<String> {
    words(line).into_iter().find(|word| {
        MEDICAL_WORDS.contains(&word.as_str()) || word.strip_suffix('s').is_some_and(|one| MEDICAL_WORDS.contains(&one))
    })
}

/// Contracts promise; they do not do. Whatever waits or speaks SQL does something.
fn behaviour_in_contracts(packages: &[Package]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for contracts in packages.iter().filter(|package| package.name == "contracts") {
        for file in workspace::files(&contracts.folder().join("src"), "rs")? {
            let source = workspace::read(&file)?;
            if source.contains(".await") || strings(&source).iter().any(|text| is_sql(text)) {
                faults.push(format!("{} has behaviour in it", workspace::short(&file)));
            }
        }
    }
    Ok(faults)
}

fn foreign_tables(packages: &[Package]) -> Result<Vec<String>> {
    let mut tables: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let owners =
        packages.iter().filter(|package| !NOT_CONTEXTS.contains(&package.name.as_str()) || package.name == "platform");
    for owner in owners.clone() {
        let mut own = BTreeSet::new();
        for file in workspace::files(owner.folder(), "sql")? {
            own.extend(created_tables(&workspace::read(&file)?));
        }
        for file in workspace::files(&owner.folder().join("src"), "rs")? {
            for text in strings(&workspace::read(&file)?) {
                own.extend(created_tables(&text));
            }
        }
        tables.insert(&owner.name, own);
    }
    let shared = tables.remove("platform").unwrap_or_default();

    let mut faults = Vec::new();
    for owner in owners.filter(|owner| owner.name != "platform") {
        let own = &tables[owner.name.as_str()];
        let foreign: BTreeMap<&str, &str> = tables
            .iter()
            .filter(|(other, _)| **other != owner.name)
            .flat_map(|(other, theirs)| theirs.iter().map(|table| (table.as_str(), *other)))
            .filter(|(table, _)| !own.contains(*table) && !shared.contains(*table))
            .collect();
        for file in workspace::files(owner.folder(), "rs")? {
            for sql in strings(&workspace::read(&file)?).iter().filter(|text| is_sql(text)) {
                faults.extend(
                    named(sql, &foreign)
                        .map(|(table, of)| format!("{} names {of}'s table `{table}`", workspace::short(&file))),
                );
            }
        }
        for file in workspace::files(owner.folder(), "sql")? {
            let sql = workspace::read(&file)?;
            faults.extend(
                named(&sql, &foreign)
                    .map(|(table, of)| format!("{} names {of}'s table `{table}`", workspace::short(&file))),
            );
        }
    }
    Ok(faults)
}

/// Whether a string is SQL rather than a sentence: it begins with a statement's verb.
fn is_sql(text: &str) -> bool {
    let mut words = sql_words(text).into_iter();
    let verb = words.next().unwrap_or_default();
    let next = words.next().unwrap_or_default();
    match verb.as_str() {
        "select" | "with" => text.to_lowercase().contains(" from ") || text.to_lowercase().contains("\nfrom "),
        "insert" => next == "into" || next == "or",
        "delete" => next == "from",
        "update" => text.to_lowercase().contains(" set ") || text.to_lowercase().contains("\nset "),
        "create" | "alter" | "drop" | "truncate" => {
            ["table", "index", "unique", "trigger", "virtual"].contains(&next.as_str())
        }
        _ => false,
    }
}

/// Lower-case words of SQL, comments left out.
fn sql_words(sql: &str) -> Vec<String> {
    sql.lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn created_tables(sql: &str) -> Vec<String> {
    let words = sql_words(sql);
    let mut tables = Vec::new();
    for (at, _) in words.iter().enumerate().filter(|(_, word)| *word == "create") {
        let mut rest =
            words[at + 1..].iter().filter(|word| !["virtual", "unlogged"].contains(&word.as_str())).peekable();
        if rest.next().is_some_and(|word| word == "table") {
            tables.extend(rest.find(|word| !["if", "not", "exists"].contains(&word.as_str())).cloned());
        }
    }
    tables
}

fn named<'f>(sql: &str, foreign: &'f BTreeMap<&str, &str>) -> impl Iterator<Item = (&'f str, &'f str)> {
    let words = sql_words(sql);
    foreign
        .iter()
        .filter(move |(table, _)| {
            words.windows(2).any(|pair| BEFORE_A_TABLE.contains(&pair[0].as_str()) && pair[1] == **table)
        })
        .map(|(table, of)| (*table, *of))
}

fn drawing(packages: &[Package]) -> String {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut text = "Who depends on whom among our own crates; in brackets what only tests need. Written by `cargo xtask graph`.\n\n".to_owned();
    for package in packages {
        let of_kind = |for_tests: bool| -> BTreeSet<&str> {
            package
                .dependencies
                .iter()
                .filter(|dependency| (dependency.kind.as_deref() == Some("dev")) == for_tests)
                .map(|dependency| dependency.name.as_str())
                .filter(|name| ours.contains(name))
                .collect()
        };
        let (needed, tests) = (of_kind(false), of_kind(true));
        let mut line = needed.iter().copied().collect::<Vec<_>>().join(" ");
        let only_tests: Vec<_> = tests.difference(&needed).copied().collect();
        if !only_tests.is_empty() {
            let _ = write!(line, " [{}]", only_tests.join(" "));
        }
        let _ = writeln!(text, "{:<12} -> {}", package.name, if line.is_empty() { "nobody" } else { line.trim() });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(json: &str) -> Package {
        serde_json::from_str(json).expect("a package")
    }

    #[test]
    fn a_context_that_knows_another_is_named() {
        let auth = package(r#"{"name":"auth","manifest_path":"/w/auth/Cargo.toml","dependencies":[]}"#);
        let people = package(
            r#"{"name":"people","manifest_path":"/w/people/Cargo.toml","dependencies":[
                {"name":"auth","kind":null},{"name":"serde","kind":null},{"name":"testkit","kind":"dev"}]}"#,
        );
        assert_eq!(forbidden_dependencies(&[auth, people]), ["people depends on auth"]);
    }

    #[test]
    fn nobody_depends_on_the_program_even_in_tests() {
        let app = package(r#"{"name":"app","manifest_path":"/w/app/Cargo.toml","dependencies":[]}"#);
        let e2e = package(
            r#"{"name":"e2e","manifest_path":"/w/e2e/Cargo.toml","dependencies":[{"name":"app","kind":"dev"}]}"#,
        );
        assert_eq!(forbidden_dependencies(&[app, e2e]), ["e2e depends on app"]);
    }

    #[test]
    fn medical_words_are_found_inside_names() {
        assert_eq!(medical_word("struct PatientRow;").as_deref(), Some("patient"));
        assert_eq!(medical_word("// the clinics' zone").as_deref(), Some("clinics"));
        assert_eq!(medical_word("a unique technique, technically"), None);
    }

    #[test]
    fn tables_are_read_from_migrations_and_found_in_queries() {
        let created = created_tables(
            "create table if not exists account (id text); -- create table no\nCREATE VIRTUAL TABLE names using fts5(x);",
        );
        assert_eq!(created, ["account", "names"]);
        let foreign = BTreeMap::from([("account", "auth")]);
        assert!(named("select 1 from own o join account a on a.id = o.id", &foreign).next().is_some());
        assert!(named("select account from own -- from account", &foreign).next().is_none());
    }

    #[test]
    fn sentences_are_not_sql() {
        assert!(is_sql("select id\nfrom doctor where id = $1"));
        assert!(is_sql("update doctor set name = $1"));
        assert!(!is_sql("update your profile from here"));
        assert!(!is_sql("select a doctor"));
    }
}
