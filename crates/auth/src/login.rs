//! The name somebody signs in with: an e-mail address or a telephone number, in one way of writing.

use platform::crypto;

/// What was typed as e-mail or phone, in the one way it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login(String);

impl Login {
    /// Reads what was typed. Anything is accepted; what is no login matches no account.
    pub(crate) fn read(typed: &str) -> Self {
        Self(phone(typed).or_else(|| email(typed)).unwrap_or_else(|| typed.trim().to_lowercase()))
    }

    /// The text, to look accounts up by.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A name for it that does not show it, for counting.
    pub(crate) fn key(&self) -> Vec<u8> {
        crypto::sha256_hex(format!("login {}", self.0).as_bytes()).into_bytes()
    }
}

/// An e-mail address in lower case, if it looks like one: something, one `@`, a domain with a dot, at most 254 bytes.
pub(crate) fn email(typed: &str) -> Option<String> {
    let text = typed.trim().to_lowercase();
    let (name, domain) = text.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c))
    };
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    (text.len() <= 254 && name.len() <= 64 && plain(name) && plain(domain) && dotted).then_some(text)
}

/// A telephone number in international form, if it is one: `0812…` and `62812…` are Indonesian.
pub(crate) fn phone(typed: &str) -> Option<String> {
    let compact: String = typed.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = if let Some(rest) = compact.strip_prefix('+') {
        rest.to_owned()
    } else if let Some(rest) = compact.strip_prefix('0') {
        format!("62{rest}")
    } else if compact.starts_with("62") {
        compact
    } else {
        return None;
    };
    let good =
        (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    good.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::{Login, email, phone};

    #[test]
    fn one_person_is_one_login_however_it_is_typed() {
        for typed in ["+62 812-3456-7890", "081234567890", "62 812 3456 7890", "(0812) 3456.7890"] {
            assert_eq!(phone(typed).as_deref(), Some("+6281234567890"), "{typed}");
        }
        assert_eq!(Login::read(" Siti@Example.COM "), Login::read("siti@example.com"));
        assert_ne!(Login::read("siti@example.com").key(), Login::read("sita@example.com").key());
    }

    #[test]
    fn what_is_no_address_or_number_is_none() {
        for typed in
            ["", "siti", "@example.com", "siti@", "siti@localhost", "a b@example.com", "a@b@c.d", "a@b..c", "<a@b.c>"]
        {
            assert_eq!(email(typed), None, "{typed}");
        }
        for typed in ["", "+", "0812", "+0812345678", "08123456789012345", "0812345abc", "812345678"] {
            assert_eq!(phone(typed), None, "{typed}");
        }
    }
}
