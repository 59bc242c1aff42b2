//! The part of an address that people read: `sitti-khadijah-sp-a`. It stays when the name changes, so links stay good.

use platform::Cx;

use crate::search::plain;

/// So many characters at most, before a number that tells two of a name apart.
const LONGEST: usize = 72;

/// Titles before a doctor's name.
const TITLES: &[&str] = &["dr", "drg", "prof", "h", "hj"];

/// Of a place: every word.
pub(crate) fn of_place(name: &str) -> String {
    joined(&plain(name), "tempat")
}

/// Of a person: without the titles before the name.
pub(crate) fn of_person(name: &str) -> String {
    let plain = plain(name);
    let words = plain.split_whitespace().skip_while(|word| TITLES.contains(&word.trim_end_matches('.')));
    joined(&words.collect::<Vec<_>>().join(" "), "dokter")
}

/// The n-th choice where the first is taken.
pub(crate) fn choice(slug: &str, n: u32) -> String {
    if n <= 1 { slug.to_owned() } else { format!("{slug}-{n}") }
}

/// The numbers to try until one is free: small ones first, then by chance, so that a thousand of one name still take few.
pub(crate) fn attempts(cx: &Cx) -> impl Iterator<Item = u32> {
    (1..=4).chain(std::iter::repeat_with(|| 1000 + cx.entropy.below(1_000_000) as u32).take(20))
}

/// ASCII letters and digits with single hyphens between; `otherwise` where nothing is left.
fn joined(plain: &str, otherwise: &str) -> String {
    let mut slug = String::with_capacity(plain.len());
    for letter in plain.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') && !letter.is_alphanumeric() && letter != '\'' {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{choice, of_person, of_place};

    #[test]
    fn slugs_are_short_and_readable() {
        assert_eq!(of_person("Prof. dr. Sitti Khadījah, Sp.A"), "sitti-khadijah-sp-a");
        assert_eq!(of_place("Klinik  \"Losari\" Medika & Co."), "klinik-losari-medika-co");
        assert_eq!(of_person("dr. 王"), "dokter");
        assert_eq!(of_place(&"ab ".repeat(100)).len(), 71);
        assert_eq!(choice("a", 1), "a");
        assert_eq!(choice("a", 2), "a-2");
    }
}
