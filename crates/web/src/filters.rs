//! Filters the templates use: sentences, icons, file addresses.

#![expect(clippy::inline_always, reason = "written by the macro that declares a filter")]

use std::fmt::Display;

use askama::Values;
use askama::filters::Safe;

use crate::assets;
use crate::speech::Speech;

/// A key without a sentence is an error: no page ships with a hole in it.
fn speak(values: &dyn Values, key: &str, given: &[(String, String)]) -> askama::Result<String> {
    let speech: &Speech = askama::get_value(values, "speech")?;
    speech
        .texts
        .say(speech.locale, key, given)
        .ok_or_else(|| askama::Error::custom(format!("no text for `{key}` in `{}`", speech.locale)))
}

/// `{{ "key"|t }}`: the sentence under a key.
#[askama::filter_fn]
pub fn t<K: Display>(key: K, values: &dyn Values) -> askama::Result<String> {
    speak(values, &key.to_string(), &[])
}

/// `{{ "key"|t1("name", value) }}`: a sentence with one value.
#[askama::filter_fn]
pub fn t1<K: Display, N: Display, V: Display>(
    key: K,
    values: &dyn Values,
    name: N,
    value: V,
) -> askama::Result<String> {
    speak(values, &key.to_string(), &[(name.to_string(), value.to_string())])
}

/// `{{ "key"|t2("a", x, "b", y) }}`: a sentence with two values.
#[askama::filter_fn]
pub fn t2<K: Display, A: Display, X: Display, B: Display, Y: Display>(
    key: K,
    values: &dyn Values,
    a: A,
    x: X,
    b: B,
    y: Y,
) -> askama::Result<String> {
    speak(values, &key.to_string(), &[(a.to_string(), x.to_string()), (b.to_string(), y.to_string())])
}

/// `{{ "search"|icon }}`: a line icon of the sprite, hidden from screen readers (words stand beside it).
#[askama::filter_fn]
pub fn icon<N: Display>(name: N, _: &dyn Values) -> askama::Result<Safe<String>> {
    let sprite = assets::url("icons.svg");
    Ok(Safe(format!(r#"<svg class="i" aria-hidden="true"><use href="{sprite}#{name}"></use></svg>"#)))
}

/// `{{ "app.css"|asset }}`: the address of a file, with the hash of its content in it.
#[askama::filter_fn]
pub fn asset<N: Display>(name: N, _: &dyn Values) -> askama::Result<String> {
    Ok(assets::url(&name.to_string()))
}
