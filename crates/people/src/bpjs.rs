//! The number on the card of the public health insurance (BPJS Kesehatan): 13 digits, leading zeros count.

/// The number as it is kept; `None` where it is none. Blanks, dots and dashes do not count.
pub fn read(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    (digits.len() == 13 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::read;

    /// A2
    #[test]
    fn thirteen_digits_with_leading_zeros() {
        assert_eq!(read(" 0001 1056 89835").as_deref(), Some("0001105689835"));
        for wrong in
            ["", "1105689835", "00012345678", "000110568983", "00011056898355", "000110568983X", "٠٠٠١١٠٥٦٨٩٨٣٥"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
