//! Words that came over the wire, as the constants they are in the program that sent them.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// Words kept at most. A release knows about two hundred.
const MOST: usize = 4_096;
/// The longest word.
const LONGEST: usize = 80;
/// What stands for a word that is too long, or one too many.
const OTHER: &str = "other";

static WORDS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

/// The word as a constant. Kept once and for good; how many there are is bounded.
pub(crate) fn constant(word: &str) -> &'static str {
    if word.len() > LONGEST {
        return OTHER;
    }
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let words = words.get_or_insert_default();
    if let Some(known) = words.get(word) {
        return known;
    }
    if words.len() >= MOST {
        return OTHER;
    }
    let kept: &'static str = Box::leak(word.into());
    words.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::constant;

    #[test]
    fn a_word_is_kept_once_and_the_number_of_words_is_bounded() {
        assert!(std::ptr::eq(constant("slot"), constant("slot")));
        assert_eq!(constant(&"x".repeat(81)), "other");
        for n in 0..5_000 {
            constant(&format!("word-{n}"));
        }
        assert_eq!(constant("one-too-many"), "other");
        assert_eq!(constant("slot"), "slot");
    }
}
