//! The words of many texts, found though mistyped.
//!
//! Kept in memory, because it is the same on both database engines, and because of what was measured over 10,000
//! names with two words mistyped: SQLite's FTS5 with trigrams took 10.7 ms at the median and fell to 93 % recall at
//! 50,000; PostgreSQL's pg_trgm took 18 ms and found 98 %. The distinct words of any number of Indonesian names are a
//! few thousand. All of them are looked at for every word of a query: a mask of their letters rules out nearly all in
//! one instruction each, and the edit distance verifies the rest. That is a trigram index without its misses: 99.5 % of
//! 4,000 such queries find their doctor among the first ten, in 2 ms at the median and 7 ms at the 99th percentile
//! without optimisation (`recall.rs`).

use std::{collections::HashMap, sync::Arc};

/// Words are compared up to this many bytes.
const LONGEST: usize = 32;

/// How well a word of the query fits a word of the index, from 0 to 1.
pub type Fit = f32;

/// A distinct word and where it stands.
#[derive(Clone)]
struct Word {
    text: Arc<[u8]>,
    letters: u64,
    /// Numbers of the texts it stands in, in no order.
    texts: Vec<u32>,
}

/// The words of numbered texts.
#[derive(Default, Clone)]
pub struct Words {
    words: Vec<Word>,
    by_text: HashMap<Arc<[u8]>, u32>,
}

impl Words {
    /// Adds a text's words. Add a number once; take its old words out first where they change.
    pub fn add(&mut self, number: u32, words: &[String]) {
        for text in distinct(words) {
            let at = match self.by_text.get(text) {
                Some(at) => *at,
                None => self.learn(text),
            };
            self.words[at as usize].texts.push(number);
        }
    }

    /// Takes a text's words out.
    pub fn remove(&mut self, number: u32, words: &[String]) {
        for text in distinct(words) {
            if let Some(at) = self.by_text.get(text) {
                self.words[*at as usize].texts.retain(|other| *other != number);
            }
        }
    }

    /// Calls `found` for every text that has a word like `query`, with how well it fits; for a text with several such
    /// words, several times. `last` says that the word may still be being typed.
    pub fn like(&self, query: &str, last: bool, mut found: impl FnMut(u32, Fit)) {
        let query = cut(query.as_bytes());
        let letters = letters_of(query);
        let allowed = allowed_errors(query.len());
        for word in &self.words {
            if (letters & !word.letters).count_ones() > allowed || word.texts.is_empty() {
                continue;
            }
            if let Some(fit) = fit(query, letters, word, allowed, last) {
                for number in &word.texts {
                    found(*number, fit);
                }
            }
        }
    }

    /// Gives back what was set aside for more texts.
    pub fn shrink(&mut self) {
        self.words.iter_mut().for_each(|word| word.texts.shrink_to_fit());
        self.words.shrink_to_fit();
        self.by_text.shrink_to_fit();
    }

    fn learn(&mut self, text: &[u8]) -> u32 {
        let at = self.words.len() as u32;
        let text: Arc<[u8]> = text.into();
        self.words.push(Word { letters: letters_of(&text), text: text.clone(), texts: Vec::new() });
        self.by_text.insert(text, at);
        at
    }
}

/// How many typing errors are forgiven in a word of so many bytes.
fn allowed_errors(length: usize) -> u32 {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

fn fit(query: &[u8], letters: u64, word: &Word, allowed: u32, last: bool) -> Option<Fit> {
    let text = &*word.text;
    if text == query {
        return Some(1.0);
    }
    if text.starts_with(query) {
        // The beginning of a word says more the more of the word it is.
        return Some(0.5 + 0.4 * query.len() as Fit / text.len() as Fit);
    }
    let whole_possible =
        text.len().abs_diff(query.len()) <= allowed as usize && (word.letters & !letters).count_ones() <= allowed;
    if allowed == 0 || !(whole_possible || (last && text.len() > query.len())) {
        return None;
    }
    let (whole, beginning) = distances(query, text);
    if whole <= allowed {
        return Some(1.0 - whole as Fit * if query.len() <= 4 { 0.4 } else { 0.22 });
    }
    (last && query.len() >= 4 && beginning <= 1).then_some(0.4)
}

/// The edit distance (insert, delete, replace, swap of neighbours; Damerau's, restricted) from `a` to the whole of `b`,
/// and the least one to any beginning of `b`.
fn distances(a: &[u8], b: &[u8]) -> (u32, u32) {
    let mut before_last = [0_u32; LONGEST + 1];
    let mut last = [0_u32; LONGEST + 1];
    let mut row = [0_u32; LONGEST + 1];
    for (j, cell) in last.iter_mut().enumerate() {
        *cell = j as u32;
    }
    for i in 1..=a.len() {
        row[0] = i as u32;
        for j in 1..=b.len() {
            let replaced = last[j - 1] + u32::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = last;
        last = row;
    }
    let beginning = last[..=b.len()].iter().min().copied().unwrap_or_default();
    (last[b.len()], beginning)
}

/// One bit for each letter and digit that occurs; other bytes share the rest.
fn letters_of(text: &[u8]) -> u64 {
    text.iter().fold(0, |mask, byte| {
        let bit = match byte {
            b'a'..=b'z' => byte - b'a',
            b'0'..=b'9' => 26 + byte - b'0',
            other => 36 + other % 28,
        };
        mask | 1 << bit
    })
}

fn cut(text: &[u8]) -> &[u8] {
    &text[..text.len().min(LONGEST)]
}

fn distinct(words: &[String]) -> impl Iterator<Item = &[u8]> {
    words.iter().enumerate().filter(|(at, word)| !words[..*at].contains(word)).map(|(_, word)| cut(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Words, distances};

    #[test]
    fn distances_count_what_fingers_do() {
        assert_eq!(distances(b"ahmad", b"ahmad").0, 0);
        assert_eq!(distances(b"ahmda", b"ahmad").0, 1, "swapped");
        assert_eq!(distances(b"ahad", b"ahmad").0, 1, "left out");
        assert_eq!(distances(b"ahmmad", b"ahmad").0, 1, "doubled");
        assert_eq!(distances(b"ahnad", b"ahmad").0, 1, "beside");
        assert_eq!(distances(b"fauz", b"fauziah"), (3, 0), "begun");
        assert_eq!(distances(b"", b"ab").0, 2);
    }

    #[test]
    fn a_word_is_found_mistyped_begun_and_no_longer_once_removed() {
        let mut words = Words::default();
        let named = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        words.add(7, &named("ahmad fauziah ahmad"));
        words.add(8, &named("siti"));
        let found = |words: &Words, query: &str, last| {
            let mut numbers = Vec::new();
            words.like(query, last, |number, fit| numbers.push((number, (fit * 100.0) as u32)));
            numbers
        };
        assert_eq!(found(&words, "ahmad", false), [(7, 100)]);
        assert_eq!(found(&words, "ahmda", false), [(7, 78)]);
        assert_eq!(found(&words, "fau", false).len(), 1);
        assert!(found(&words, "fauxi", false).is_empty());
        assert_eq!(found(&words, "fauxi", true), [(7, 40)]);
        assert!(found(&words, "budi", true).is_empty());
        words.remove(7, &named("ahmad fauziah ahmad"));
        assert!(found(&words, "ahmad", false).is_empty());
    }
}
