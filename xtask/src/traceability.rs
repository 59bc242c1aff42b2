//! Which requirement (docs/requirements.csv) and which rule (docs/rules.csv) is shown by which test.
//!
//! A test names its requirements in the first line of its doc comment (`/// C3, C4`) and its rule in its own name
//! (`fn r_c1_two_people_one_slot`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::generated::{self, Mode};
use crate::workspace;

/// Writes or compares docs/traceability.md.
pub fn run(mode: Mode) -> Result<()> {
    let requirements: Vec<Requirement> = rows("docs/requirements.csv")?;
    let rules: Vec<Rule> = rows("docs/rules.csv")?;
    let shown = shown_by()?;
    let known: BTreeSet<&str> =
        requirements.iter().map(|r| r.id.as_str()).chain(rules.iter().map(|r| r.id.as_str())).collect();
    let unknown: Vec<_> = shown.keys().filter(|id| !known.contains(id.as_str())).cloned().collect();
    if !unknown.is_empty() {
        bail!("tests name ids that do not exist: {}", unknown.join(", "));
    }
    generated::settle("docs/traceability.md", &page(&requirements, &rules, &shown), mode, "cargo xtask traceability")
}

/// A row of docs/requirements.csv.
#[derive(serde::Deserialize)]
struct Requirement {
    id: String,
    title: String,
    /// The milestone it is due in, a number; empty where it comes later.
    milestone: String,
}

/// A row of docs/rules.csv.
#[derive(serde::Deserialize)]
struct Rule {
    id: String,
    title: String,
}

/// Tests by the id they show.
type Shown = BTreeMap<String, BTreeSet<String>>;

fn rows<R: serde::de::DeserializeOwned>(path: &str) -> Result<Vec<R>> {
    let text = workspace::read(&workspace::root().join(path))?;
    Ok(csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>()?)
}

fn shown_by() -> Result<Shown> {
    let mut shown = Shown::new();
    for package in workspace::packages()? {
        for file in workspace::files(package.folder(), "rs")? {
            for test in tests_in(&workspace::read(&file)?) {
                for id in test.ids {
                    shown.entry(id).or_default().insert(format!("`{}` {}", workspace::short(&file), test.name));
                }
            }
        }
    }
    Ok(shown)
}

fn page(requirements: &[Requirement], rules: &[Rule], shown: &Shown) -> String {
    let missing: Vec<&str> = requirements
        .iter()
        .filter(|r| !r.milestone.is_empty() && !shown.contains_key(&r.id))
        .map(|r| r.id.as_str())
        .collect();
    let mut text = "# Traceability\n\nWhich test shows which requirement and which rule. Written by `cargo xtask traceability` from the tests; \
                    `cargo xtask test` compares it.\n\n"
        .to_owned();
    let _ = match missing.as_slice() {
        [] => writeln!(text, "Every requirement that is due has a test.\n\n## Requirements\n"),
        missing => writeln!(text, "**Due, without a test:** {}\n\n## Requirements\n", missing.join(", ")),
    };
    for Requirement { id, title, milestone } in requirements {
        if !milestone.is_empty() || shown.contains_key(id) {
            section(&mut text, id, title, shown.get(id));
        }
    }
    let _ = writeln!(text, "## Rules\n");
    for Rule { id, title } in rules.iter().filter(|rule| shown.contains_key(&rule.id)) {
        section(&mut text, id, title, shown.get(id));
    }
    text
}

fn section(text: &mut String, id: &str, title: &str, tests: Option<&BTreeSet<String>>) {
    let _ = writeln!(text, "**{id}** {title}\n");
    match tests {
        None => text.push_str("- no test yet\n"),
        Some(tests) => {
            for test in tests {
                let _ = writeln!(text, "- {test}");
            }
        }
    }
    text.push('\n');
}

/// A test function and the ids it shows.
#[derive(Debug, PartialEq)]
struct Test {
    name: String,
    ids: Vec<String>,
}

/// The tests of a Rust source that show something.
fn tests_in(source: &str) -> Vec<Test> {
    let mut tests = Vec::new();
    let (mut doc, mut is_test) = (None::<&str>, false);
    // The indentation of the macro (`db_test! {`, `proptest! {`) whose functions are tests without an attribute.
    let mut in_macro = None::<usize>;
    for line in source.lines() {
        let trimmed = line.trim();
        let indentation = line.len() - line.trim_start().len();
        if let Some(said) = trimmed.strip_prefix("///") {
            doc = doc.or(Some(said));
        } else if trimmed.starts_with("#[") {
            is_test |= is_test_attribute(trimmed);
        } else if let Some(inside) = test_macro(trimmed) {
            in_macro = (!closes(trimmed)).then_some(indentation);
            if let Some(name) = first_name(inside) {
                tests.extend(test(&name, doc));
                doc = None;
            }
        } else if in_macro == Some(indentation) && trimmed.starts_with(['}', ')']) {
            in_macro = None;
        } else if let Some(name) = function_name(trimmed) {
            if is_test || in_macro.is_some() {
                tests.extend(test(name, doc));
            }
            (doc, is_test) = (None, false);
        } else if !trimmed.is_empty() && !trimmed.starts_with("//") {
            (doc, is_test) = (None, false);
        }
    }
    tests
}

fn test(name: &str, doc: Option<&str>) -> Option<Test> {
    let mut ids = doc.map(ids_of_doc).unwrap_or_default();
    ids.extend(rules_of_name(name));
    (!ids.is_empty()).then(|| Test { name: name.to_owned(), ids })
}

fn is_test_attribute(line: &str) -> bool {
    let path = line.trim_start_matches("#[").split(['(', ']']).next().unwrap_or_default();
    path.trim().rsplit("::").next().is_some_and(|last| last.ends_with("test"))
}

/// What follows `db_test!`, `proptest!` and their like.
fn test_macro(line: &str) -> Option<&str> {
    let (name, inside) = line.split_once('!')?;
    let name = name.rsplit("::").next()?;
    let is_word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_word && (name.ends_with("test") || name.ends_with("tests"))).then_some(inside)
}

fn closes(line: &str) -> bool {
    line.ends_with(['}', ')', ';'])
}

/// The first argument of a macro, where it is a bare name.
fn first_name(inside: &str) -> Option<String> {
    let inside = inside.trim_start().strip_prefix(['(', '{', '['])?.trim_start();
    let name: String = inside.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let rest = inside[name.len()..].trim_start();
    (!name.is_empty() && rest.starts_with([',', ')', '}', ':', '('])).then_some(name)
}

fn function_name(line: &str) -> Option<&str> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

fn ids_of_doc(doc: &str) -> Vec<String> {
    doc.split([' ', ',', ';', ':'])
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .map_while(|word| {
            let id = word.strip_prefix("R.").unwrap_or(word);
            is_id(id, |letter| letter.is_ascii_uppercase()).then(|| word.to_owned())
        })
        .collect()
}

/// `r_c1_two_people` shows R.C1; `r_c1_r_c3_…` shows both.
fn rules_of_name(name: &str) -> Vec<String> {
    let mut rules = Vec::new();
    let mut parts = name.split('_');
    while parts.next() == Some("r") {
        match parts.next() {
            Some(id) if is_id(id, |letter| letter.is_ascii_lowercase()) => {
                rules.push(format!("R.{}", id.to_uppercase()));
            }
            _ => break,
        }
    }
    rules
}

fn is_id(word: &str, letter: impl Fn(char) -> bool) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(letter) && (1..=2).contains(&chars.as_str().len()) && chars.all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(String, Vec<String>)> {
        tests_in(source).into_iter().map(|test| (test.name, test.ids)).collect()
    }

    fn shows(name: &str, ids: &[&str]) -> (String, Vec<String>) {
        (name.to_owned(), ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn ids_come_from_doc_lines_and_names() {
        let source = "
/// C3, C4: nobody twice.
/// More words.
#[tokio::test(flavor = \"multi_thread\")]
async fn r_c1_r_c3_two_people_one_slot() {}

/// A1 is not a test's line.
fn helper() {}

#[test]
fn r_t2_facility_day() {}

/// Says nothing of A1.
#[test]
fn plain() {}
";
        let two = shows("r_c1_r_c3_two_people_one_slot", &["C3", "C4", "R.C1", "R.C3"]);
        assert_eq!(found(source), [two, shows("r_t2_facility_day", &["R.T2"])]);
    }

    #[test]
    fn functions_in_test_macros_are_tests() {
        let source = "
testkit::db_test! {
    /// A5
    async fn refresh(db) {
        let x = 1;
    }
}
/// A6
db_test!(erased, |db| async {});
/// A7
fn not_one() {}
proptest! {
    #[test]
    fn r_g1_half_open(a in 0..1) {}
}
";
        let expected = [shows("refresh", &["A5"]), shows("erased", &["A6"]), shows("r_g1_half_open", &["R.G1"])];
        assert_eq!(found(source), expected);
    }

    #[test]
    fn what_is_due_and_has_no_test_stands_at_the_top() {
        let due = [Requirement { id: "A1".into(), title: "Log in".into(), milestone: "1".into() }];
        assert!(page(&due, &[], &Shown::new()).contains("**Due, without a test:** A1"));
        let shown = Shown::from([("A1".to_owned(), BTreeSet::from(["x".to_owned()]))]);
        assert!(page(&due, &[], &shown).contains("Every requirement that is due has a test."));
    }
}
