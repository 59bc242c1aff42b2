//! The languages there are, and how one is chosen.

crate::words! {
    /// A language people read.
    pub enum Locale {
        /// Indonesian, the one used where nobody asked for another.
        Id = "id",
        /// English.
        En = "en",
    }
}

#[expect(clippy::derivable_impls, reason = "the enum is declared by a macro that knows no default")]
impl Default for Locale {
    fn default() -> Self {
        Self::Id
    }
}

impl Locale {
    /// The best of ours for an `Accept-Language` header (RFC 9110 §12.5.4): highest weight first, the earlier of
    /// equals, a region counts as its language. `None` where the header names none of ours.
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for choice in accept_language.split(',').take(32) {
            let mut parts = choice.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.find_map(|p| p.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let Some(locale) = Self::from_tag(tag) else { continue };
            if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }

    /// The language of a tag such as `en-GB`; `in` is the old code of Indonesian, which older phones still send.
    fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "id" | "in" => Some(Self::Id),
            "en" => Some(Self::En),
            "*" => Some(Self::default()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    /// A1
    #[test]
    fn the_heaviest_known_language_wins() {
        let chosen = |header| Locale::negotiate(header);
        assert_eq!(chosen("en-GB,en;q=0.9,id;q=0.8"), Some(Locale::En));
        assert_eq!(chosen("nl;q=1, en;q=0.3, id-ID;q=0.5"), Some(Locale::Id));
        assert_eq!(chosen("in"), Some(Locale::Id));
        assert_eq!(chosen("en;q=0, *;q=0.1"), Some(Locale::Id));
        assert_eq!(chosen("nl, de;q=x"), None);
        assert_eq!(chosen(""), None);
    }
}
