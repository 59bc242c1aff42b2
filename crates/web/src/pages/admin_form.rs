//! A form of master data: as it is kept or as it was sent, what is wrong with it, and what somebody else changed meanwhile.

use axum::{
    extract::{FromRequest, Request},
    http::StatusCode,
};
use platform::{Error, Result, http::Form};

use super::{Site, visitor::Visitor};
use crate::view::{Field, Mend};

/// What fields hold, by their ids.
pub(super) type Values = Vec<(&'static str, String)>;

/// Where a verb's complaint about a field is shown: the path in the contract, and the id of the field.
pub(super) type Places = [(&'static str, &'static str)];

/// The fields of a form with what is to be said about them.
#[derive(Debug, Default)]
pub(super) struct Filling {
    given: Vec<(String, String)>,
    /// Somebody has sent it.
    pub is_sent: bool,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// It was changed by somebody else since it was opened: what is kept now, where it differs from what was typed.
    pub stale: Option<Vec<Mend>>,
}

impl Filling {
    /// As it is kept.
    pub fn kept(values: Values) -> Self {
        let given = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { given, ..Self::default() }
    }

    /// As it was sent.
    pub fn sent(given: Vec<(String, String)>) -> Self {
        Self { given, is_sent: true, ..Self::default() }
    }

    /// Fills a field in.
    pub fn put(&mut self, name: &str, value: String) {
        self.given.push((name.to_owned(), value));
    }

    /// What a field holds, without space around it; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.given.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// What a field holds, to be handed on.
    pub fn text(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// Every value sent under a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.given.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked, or a button was pressed.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The version the form was made from; one that nobody has where it cannot be read.
    pub fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or(-1)
    }

    /// A whole number. What is none becomes one that the verb refuses, naming its bounds.
    pub fn number<N: std::str::FromStr>(&self, name: &str, refused: N) -> N {
        self.get(name).parse().unwrap_or(refused)
    }

    /// An amount in rupiah as people write it: `150000`, `150.000`, `Rp150.000`. What is none becomes one below all bounds.
    pub fn rupiah(&self, name: &str) -> i64 {
        rupiah(self.get(name)).unwrap_or(-1)
    }

    /// The field as a page shows it.
    pub fn field(&self, id: &str) -> Field {
        let said = |mends: &[Mend]| mends.iter().find(|mend| mend.field == id).map(|mend| mend.text.clone());
        let error = said(&self.mends).or_else(|| self.stale.as_deref().and_then(said));
        Field { value: self.text(id), error }
    }

    /// Notes something to mend that no verb has said.
    pub fn mend(&mut self, field: &'static str, text: String) {
        if !self.mends.iter().any(|known| known.field == field && known.text == text) {
            self.mends.push(Mend { field, text });
        }
    }

    /// Whether there is something to tell.
    pub fn failing(&self) -> bool {
        !self.mends.is_empty() || self.stale.is_some()
    }

    /// Takes over what a verb has refused, and answers the status of the page that tells it. What is not about the form
    /// is handed back. `now` is what is kept, for whoever was overtaken.
    pub fn refused(&mut self, visitor: &Visitor, error: Error, places: &Places, now: &Values) -> Result<StatusCode> {
        match &error {
            Error::Stale => self.overtaken(visitor, now),
            Error::Invalid(_) | Error::Conflict(_) => {
                let told = visitor.told(&error);
                for field in &told.errors {
                    let text = field.message.clone();
                    self.mend(place(places, &field.field).unwrap_or(places[0].1), text);
                }
                if told.errors.is_empty() {
                    self.mend(places[0].1, visitor.words_of(&error));
                }
            }
            _ => return Err(error),
        }
        Ok(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY))
    }

    /// Notes what is kept now beside what was typed, and goes on from the version that is kept: saving again is then a
    /// decision.
    fn overtaken(&mut self, visitor: &Visitor, now: &Values) {
        let differs = |(id, kept): &&(&'static str, String)| *id != "version" && self.get(id) != kept.trim();
        let tell = |(id, kept): &(&'static str, String)| {
            let kept = if kept.is_empty() { visitor.say("stale-empty") } else { kept.clone() };
            Mend { field: id, text: visitor.say_with("stale-kept", &[("value", &kept)]) }
        };
        self.stale = Some(now.iter().filter(differs).map(tell).collect());
        self.given.retain(|(name, _)| name != "version");
        self.given
            .extend(now.iter().filter(|(id, _)| *id == "version").map(|(_, v)| ("version".to_owned(), v.clone())));
    }
}

impl FromRequest<Site> for Filling {
    type Rejection = Error;

    async fn from_request(request: Request, site: &Site) -> Result<Self> {
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, site).await?;
        Ok(Self::sent(fields))
    }
}

/// The id of the field that a complaint is about: that of the longest path it lies in.
pub(super) fn place(places: &Places, path: &str) -> Option<&'static str> {
    let lies_in = |(known, _): &&(&'static str, &'static str)| {
        path.strip_prefix(*known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    places.iter().filter(lies_in).max_by_key(|(known, _)| known.len()).map(|(_, id)| *id)
}

/// An amount in rupiah as people write it.
pub(super) fn rupiah(text: &str) -> Option<i64> {
    let text = text.trim().trim_start_matches("Rp").trim_start_matches("IDR").trim();
    let whole = text.strip_suffix(",00").or_else(|| text.strip_suffix(",-")).unwrap_or(text);
    let plain = whole.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Filling, place, rupiah};

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, amount) in [
            ("150000", Some(150_000)),
            ("150.000", Some(150_000)),
            ("Rp 150.000,00", Some(150_000)),
            ("IDR 1,250,000", Some(1_250_000)),
            ("0", Some(0)),
            ("", None),
            ("gratis", None),
            ("-5", None),
        ] {
            assert_eq!(rupiah(text), amount, "{text:?}");
        }
    }

    #[test]
    fn a_complaint_finds_the_nearest_field() {
        let places = [("name", "name"), ("name.id", "name_id"), ("languages", "languages")];
        assert_eq!(place(&places, "name.id"), Some("name_id"));
        assert_eq!(place(&places, "languages[3]"), Some("languages"));
        assert_eq!(place(&places, "names"), None);
    }

    #[test]
    fn a_number_that_is_none_is_one_that_is_refused() {
        let sent = Filling::sent(vec![("minutes".into(), "lima".into()), ("version".into(), " 4 ".into())]);
        assert_eq!(sent.number("minutes", 0_u16), 0);
        assert_eq!(sent.version(), 4);
        assert_eq!(Filling::default().version(), -1);
    }
}
