//! Just enough of Rust's grammar to tell strings from comments from code.

/// The contents of every string literal of a Rust source, raw ones too; comments are passed over.
pub fn strings(source: &str) -> Vec<String> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => at = end_of_line(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => at = end_of_block_comment(&chars, at),
            'r' if !continues_word(&chars, at) && raw_hashes(&chars, at).is_some() => {
                let hashes = raw_hashes(&chars, at).unwrap_or_default();
                at = raw_string(&chars, at + 2 + hashes, hashes, &mut found);
            }
            '"' => at = plain_string(&chars, at + 1, &mut found),
            '\'' => at = after_quote(&chars, at),
            _ => at += 1,
        }
    }
    found
}

fn end_of_line(chars: &[char], from: usize) -> usize {
    (from..chars.len()).find(|&i| chars[i] == '\n').unwrap_or(chars.len())
}

fn end_of_block_comment(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// Whether the letter at `at` belongs to a longer word, as the `r` of `for` does; `br"…"` is a string.
fn continues_word(chars: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|i| chars[i]);
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match before(1) {
        Some('b') => is_word(before(2)),
        other => is_word(other),
    }
}

/// How many `#` follow an `r` that opens a raw string.
fn raw_hashes(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_string(chars: &[char], from: usize, hashes: usize, found: &mut Vec<String>) -> usize {
    let closes = |at: usize| {
        chars[at] == '"' && chars.len() > at + hashes && chars[at + 1..=at + hashes].iter().all(|c| *c == '#')
    };
    let end = (from..chars.len()).find(|&at| closes(at)).unwrap_or(chars.len());
    found.push(chars[from..end].iter().collect());
    end + 1 + hashes
}

fn plain_string(chars: &[char], from: usize, found: &mut Vec<String>) -> usize {
    let (mut at, mut text) = (from, String::new());
    while at < chars.len() && chars[at] != '"' {
        if chars[at] == '\\' {
            at += 1;
            // A newline after a backslash joins lines; any other escape is of no interest here but keeps words apart.
            text.push(' ');
        } else {
            text.push(chars[at]);
        }
        at += 1;
    }
    found.push(text);
    at + 1
}

/// Steps over a character literal, or over the quote of a lifetime.
fn after_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|&i| chars[i] == '\'').map_or(chars.len(), |i| i + 1),
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

/// The words of a text in lower case: `PatientId`, `patient_id` and `patient id` are all `patient`, `id`.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_was_lower = false;
    for c in text.chars() {
        let ends_word = !c.is_alphabetic() || (c.is_uppercase() && last_was_lower);
        if ends_word && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        last_was_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_told_from_comments_lifetimes_and_characters() {
        let source = r##"
            // "no" /* "no"
            /* "no" /* "no" */ "no" */
            fn f<'a>(x: &'a str) -> char { for r in '"'..'\'' {} "yes \" still" }
            const S: &str = r#"raw "quoted" text"#;
            const B: &[u8] = br"bytes";
        "##;
        assert_eq!(strings(source), ["yes   still", "raw \"quoted\" text", "bytes"]);
    }

    #[test]
    fn words_are_split_at_case_and_signs() {
        assert_eq!(words("PatientId patient_name NIK2"), ["patient", "id", "patient", "name", "nik"]);
    }
}
