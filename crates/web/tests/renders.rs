//! Every page, in both languages and every filling, renders whole.

use std::sync::Arc;

use platform::i18n::{Locale, Texts};
use web::assets;
use web::speech::{Speech, TEXTS};
use web::view::sample::{Sample, render};

fn texts() -> Arc<Texts> {
    Arc::new(Texts::new(TEXTS).expect("the texts are well formed"))
}

fn every_page(mut check: impl FnMut(&str, &str)) {
    let texts = texts();
    for locale in Locale::ALL {
        for sample in Sample::ALL {
            let speech = Speech { locale: *locale, texts: texts.clone() };
            for (name, page) in render(&speech, sample) {
                let what = format!("{name} ({locale}, {})", sample.word());
                let page = page.unwrap_or_else(|error| panic!("{what}: {error}"));
                check(&what, &page);
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_keys() {
    assert!(texts().missing().is_empty(), "{:?}", texts().missing());
}

#[test]
fn no_page_has_a_hole_where_a_text_should_be() {
    every_page(|what, page| {
        for hole in ["⟦", "{$", "{ $"] {
            assert!(!page.contains(hole), "{what} shows {hole}");
        }
    });
}

/// The content security policy allows neither, so they would not work.
#[test]
fn no_page_has_inline_style_or_script() {
    every_page(|what, page| {
        assert!(!page.contains("style="), "{what} has an inline style");
        assert!(!page.contains("<style"), "{what} has a style element");
        let scripts = page.matches("<script").count();
        assert_eq!(
            scripts,
            page.matches("<script type=\"module\" src=\"/assets/").count(),
            "{what} has an inline script"
        );
        let handlers = page.split_whitespace().filter(|word| word.starts_with("on") && word.contains("=\"")).count();
        assert_eq!(handlers, 0, "{what} has an inline handler");
    });
}

#[test]
fn every_page_has_one_heading_a_language_and_somewhere_to_skip_to() {
    every_page(|what, page| {
        assert_eq!(page.matches("<h1").count(), 1, "{what}: one h1");
        assert!(page.contains("<html lang=\""), "{what}: a language");
        assert!(page.contains("id=\"main\""), "{what}: a main part");
    });
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    every_page(|what, page| {
        let posts = page.matches("method=\"post\"").count();
        assert_eq!(posts, page.matches("name=\"csrf\"").count(), "{what}: a form without its token");
    });
}

#[test]
fn every_icon_and_file_a_page_names_exists() {
    let sprite = include_str!("../assets/img/icons.svg");
    every_page(|what, page| {
        for name in page.split("icons.svg#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(sprite.contains(&format!("id=\"{name}\"")), "{what}: no icon {name}");
        }
    });
}

#[test]
fn the_first_page_stays_light() {
    assert!(assets::first_page_bytes() < 80 * 1024, "{} bytes before compression", assets::first_page_bytes());
}

/// All of them together, before compression: no page can load more than 30 KB.
#[test]
fn scripts_stay_small() {
    let all: usize = assets::scripts().map(|(_, script)| script.len()).sum();
    assert!(all < 30 * 1024, "{all} bytes of scripts");
}

/// The worker keeps files of this release by names that exist, and no page of anybody.
#[test]
fn the_worker_keeps_what_there_is() {
    let worker = assets::worker();
    assert!(!worker.contains("__RELEASE__") && !worker.contains("__FILES__"), "a mark was not filled in");
    let release = assets::url("app.css").split('/').nth(2).map(ToOwned::to_owned).expect("a release");
    assert!(worker.contains(&format!("'{release}'")), "the worker is of another release");
    for name in ["app.css", "app.js", "icons.svg", "offline.svg", "kept-visits.js"] {
        assert!(worker.contains(&format!("'{name}'")), "{name} is not kept");
    }
}

/// Writes every page into `$RENDERS_DIR`, to be photographed.
#[test]
#[ignore = "writes files; run it with RENDERS_DIR set"]
fn write_every_page() {
    let folder = std::env::var("RENDERS_DIR").expect("RENDERS_DIR names a folder");
    every_page(|what, page| {
        let name: String = what.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        std::fs::write(format!("{folder}/{name}.html"), page).expect("the folder can be written to");
    });
}
