//! Names as they are searched: in small letters, without accents, word by word.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The most words of a name, or of a search, that count.
const MOST_WORDS: usize = 20;
/// The most letters of a word that count.
const LONGEST_WORD: usize = 40;

/// The words, each once, in alphabetical order.
pub(crate) fn words(name: &str) -> Vec<String> {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let whole = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<String> = whole.map(|word| word.chars().take(LONGEST_WORD).collect()).take(MOST_WORDS).collect();
    words.sort();
    words.dedup();
    words
}

/// What comes after every word that begins so.
pub(crate) fn end_of(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use super::{end_of, words};

    #[test]
    fn words_are_plain_and_once() {
        assert_eq!(words("dr. Siti  Aminah-SITI, Ñoña"), ["aminah", "dr", "nona", "siti"]);
        assert!(words(" … ").is_empty());
        assert!("siti" < end_of("si").as_str() && end_of("si").as_str() < "sj");
    }
}
