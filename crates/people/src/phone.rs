//! Telephone numbers in international form (E.164): `+62…` for those written as at home, others with their country.

/// Digits of a number at home after `+62`.
const AT_HOME: std::ops::RangeInclusive<usize> = 8..=12;
/// Digits of any number with its country.
const ANYWHERE: std::ops::RangeInclusive<usize> = 8..=15;

/// The number as it is kept; `None` where it is none. Blanks, dots, dashes, slashes and brackets do not count.
/// `0812…`, `812…`, `62812…` and `+62 0812…` are the same.
pub fn read(text: &str) -> Option<String> {
    let plain: String =
        text.trim().chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}')).collect();
    let (international, digits) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let home = match digits.strip_prefix("62") {
        Some(rest) => Some(rest.strip_prefix('0').unwrap_or(rest)),
        None if international => None,
        None => digits.strip_prefix('0').or_else(|| digits.starts_with('8').then_some(digits)),
    };
    match home {
        Some(rest) => (AT_HOME.contains(&rest.len()) && !rest.starts_with('0')).then(|| format!("+62{rest}")),
        None => (international && ANYWHERE.contains(&digits.len()) && !digits.starts_with('0'))
            .then(|| format!("+{digits}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    /// A2
    #[test]
    fn numbers_at_home_get_their_country_and_others_keep_theirs() {
        for text in [
            "0812 3456 7890",
            "+62 812-3456-7890",
            "62812.3456.7890",
            "8123456 7890",
            "+62 (0)812 34567890",
            "0062 812 34567890",
        ] {
            assert_eq!(read(text).as_deref(), Some("+6281234567890"), "{text}");
        }
        assert_eq!(read("(0411) 872-123").as_deref(), Some("+62411872123"));
        assert_eq!(read("+1 212 555 0100").as_deref(), Some("+12125550100"));
        assert_eq!(read("+49 30 901820").as_deref(), Some("+4930901820"));
        for wrong in [
            "",
            "+",
            "12",
            "0812",
            "1234567890",
            "+62",
            "08123456789012345",
            "+0123456789",
            "0812x4567890",
            "٠٨١٢٣٤٥٦٧٨٩٠",
            "+62 000000000",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        /// A2
        #[test]
        fn what_was_read_reads_as_itself(text in "[+0-9 ()./-]{0,22}") {
            if let Some(number) = read(&text) {
                prop_assert_eq!(read(&number), Some(number));
            }
        }
    }
}
