//! Booking codes: seven letters and digits without those that look or sound alike (R.C10). 29^7 is 17 thousand million,
//! so they cannot be guessed; the unique index catches the rare one drawn twice.

use platform::entropy::Entropy;

const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRTVWXYZ";
const LENGTH: usize = 7;

/// A new code.
pub fn draw(entropy: &Entropy) -> String {
    (0..LENGTH).map(|_| char::from(ALPHABET[entropy.below(ALPHABET.len() as u64) as usize])).collect()
}

/// Whether a text could be a code, as people type it: any case, with or without spaces and dashes.
pub fn read(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == LENGTH && code.bytes().all(|b| ALPHABET.contains(&b))).then_some(code)
}

#[cfg(test)]
mod tests {
    use platform::entropy::Entropy;

    use super::{draw, read};

    /// C2
    #[test]
    fn r_c10_codes_hold_no_letters_that_look_alike_and_read_back_as_typed() {
        let entropy = Entropy::seeded(7);
        for _ in 0..1_000 {
            let code = draw(&entropy);
            assert!(!code.contains(['0', 'O', '1', 'I', 'L', 'S', 'U']), "{code}");
            assert_eq!(read(&format!("{}-{}", &code[..3].to_lowercase(), &code[3..])), Some(code));
        }
        assert_eq!(read("apt_01J"), None);
    }
}
