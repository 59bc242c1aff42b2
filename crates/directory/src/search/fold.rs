//! How names are made comparable: what people do not hear or do not type (case, accents, doubled letters, colonial
//! spelling, academic titles) is taken out of the indexed names and of the query alike.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A query is looked at up to this many words.
const MOST_WORDS: usize = 12;

/// What stands before or behind a name without telling people apart.
const HONORIFICS: &[&str] = &["dr", "prof", "hj", "ir", "drs", "dra", "ns", "dokter", "doctor"];

/// Lower case, without accents: `Sitti Khadījah` → `sitti khadijah`.
pub fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The words of a text as the index keeps them. `Sp.A`, `sp a` and `SpA` are one word, `spa`; honorifics are left out
/// unless there is nothing else.
pub fn words(text: &str) -> Vec<String> {
    let text = plain(text).replace(['\'', '’', '`'], "");
    let split = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = join_titles(split);
    let named: Vec<&String> = joined.iter().filter(|word| !HONORIFICS.contains(&word.as_str())).collect();
    let kept = if named.is_empty() { joined.iter().collect() } else { named };
    kept.into_iter().take(MOST_WORDS).map(|word| sound(word)).collect()
}

/// `sp` belongs to the short word behind it: `sp`, `pd` → `sppd`.
fn join_titles<'a>(split: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    for word in split {
        match joined.last_mut() {
            Some(last) if last == "sp" && word.len() <= 4 => last.push_str(word),
            _ => joined.push(word.to_owned()),
        }
    }
    joined
}

/// How a word sounds: `Soekarno` and `Sukarno`, `Djoko` and `Joko`, `Sitti` and `Siti` are the same.
fn sound(word: &str) -> String {
    let modern = word.replace("oe", "u").replace("dj", "j").replace("tj", "c").replace("ph", "f");
    let mut heard = String::with_capacity(modern.len());
    for letter in modern.chars() {
        if !letter.is_alphabetic() || !heard.ends_with(letter) {
            heard.push(letter);
        }
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::{plain, words};

    /// B3
    #[test]
    fn what_is_not_heard_makes_no_difference() {
        assert_eq!(words("dr. Sitti Khadījah, Sp.A"), ["siti", "khadijah", "spa"]);
        assert_eq!(words("SITI khadijah sp a"), ["siti", "khadijah", "spa"]);
        assert_eq!(words("Prof. Djoko Soekarno, SpPD"), words("joko sukarno sp.pd"));
        assert_eq!(words("dr."), ["dr"]);
        assert_eq!(words("   ,,, "), Vec::<String>::new());
        assert_eq!(words("Ma'ruf"), ["maruf"]);
        assert_eq!(plain("Ðéjà Vu"), "ðeja vu");
    }
}
