//! What a browser keeps for us between two pages: sealed, so that it can be neither read nor changed there, sent back
//! under one path alone, and for a while. Any replica can open it, and a restart loses nothing.

use axum::{http::HeaderMap, response::Response};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result, crypto::DataKey, http::cookie};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Site, visitor::set_cookie};

/// Characters in one cookie: browsers take 4,096 bytes with its name.
const PIECE: usize = 3_600;
/// Cookies for one value at most; servers on the way take some 16 KiB of them in a request.
const MOST: usize = 3;

/// A place in the browser.
pub(super) struct Place {
    name: &'static str,
    path: String,
    life: SignedDuration,
}

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    until: Timestamp,
    value: T,
}

impl Place {
    /// Under this name, sent with requests under this path, for so long.
    pub fn new(name: &'static str, path: impl Into<String>, life: SignedDuration) -> Self {
        Self { name, path: path.into(), life }
    }

    /// Has the browser keep a value. `false` where it is too large: then nothing is kept.
    pub fn keep<T: Serialize>(&self, site: &Site, cx: &Cx, value: &T, answer: &mut Response) -> Result<bool> {
        let kept = Kept { until: cx.now() + self.life, value };
        let Some(pieces) = self.sealed(&site.seal, cx, &kept)? else { return Ok(false) };
        let life = Some(self.life.as_secs().max(0).cast_unsigned());
        for (n, piece) in pieces.iter().enumerate() {
            set_cookie(answer, cookie::write_under(&self.path, &self.name_of(n), piece, life, site.https)?);
        }
        Ok(true)
    }

    /// The value the browser sent back, if it is whole, ours and not too old.
    pub fn read<T: DeserializeOwned>(&self, site: &Site, cx: &Cx, cookies: &HeaderMap) -> Option<T> {
        let piece = |n: usize| cookie::read(cookies, &self.name_of(n)).map(ToOwned::to_owned);
        let kept: Kept<T> = self.opened(&site.seal, piece)?;
        (cx.now() < kept.until).then_some(kept.value)
    }

    /// Has the browser forget the value.
    pub fn forget(&self, https: bool, answer: &mut Response) -> Result<()> {
        set_cookie(answer, cookie::write_under(&self.path, self.name, "", Some(0), https)?);
        Ok(())
    }

    fn name_of(&self, piece: usize) -> String {
        if piece == 0 { self.name.to_owned() } else { format!("{}-{piece}", self.name) }
    }

    fn bound_to(&self) -> String {
        format!("cookie:{}:{}", self.name, self.path)
    }

    /// The pieces; the first one says how many there are, for older ones may still lie beside them.
    fn sealed<T: Serialize>(&self, key: &DataKey, cx: &Cx, kept: &Kept<T>) -> Result<Option<Vec<String>>> {
        let plain = serde_json::to_vec(kept).map_err(Error::internal)?;
        let text = BASE64_URL_SAFE_NO_PAD.encode(key.seal(&self.bound_to(), &plain, &cx.entropy));
        let count = (text.len() + 2).div_ceil(PIECE);
        let text = format!("{count}.{text}");
        let pieces = text.as_bytes().chunks(PIECE).map(|piece| String::from_utf8_lossy(piece).into_owned());
        Ok((count <= MOST).then(|| pieces.collect()))
    }

    fn opened<T: DeserializeOwned>(&self, key: &DataKey, piece: impl Fn(usize) -> Option<String>) -> Option<Kept<T>> {
        let first = piece(0)?;
        let (count, rest) = first.split_once('.')?;
        let count: usize = count.parse().ok().filter(|count| *count <= MOST)?;
        let mut text = rest.to_owned();
        for n in 1..count {
            text.push_str(&piece(n)?);
        }
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&key.open(&self.bound_to(), &sealed).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use platform::{Clock, Cx, crypto::MasterKey, entropy::Entropy};

    use super::{Kept, Place};

    fn place(path: &str) -> Place {
        Place::new("draft", path, SignedDuration::from_hours(1))
    }

    fn through(value: &str, change: impl Fn(usize, String) -> String, path: &str) -> Option<String> {
        let key = MasterKey::generate(&Entropy::seeded(3)).sealing("pages");
        let cx = Cx::system("test", Clock::System, Entropy::System);
        let kept = Kept { until: Timestamp::MAX, value };
        let pieces = place("/pesan/1").sealed(&key, &cx, &kept).unwrap()?;
        let piece = |n: usize| pieces.get(n).map(|piece| change(n, piece.clone()));
        place(path).opened::<String>(&key, piece).map(|kept| kept.value)
    }

    /// C3, E6: whatever was typed comes back from the browser, unless somebody touched it or took it elsewhere.
    #[test]
    fn what_a_browser_keeps_comes_back_whole_or_not_at_all() {
        let same = |_, piece| piece;
        for value in ["", "Batuk, \"demam\"\n✓", &"𝔄".repeat(1_000)] {
            assert_eq!(through(value, same, "/pesan/1").as_deref(), Some(value));
        }
        assert_eq!(through("batuk", same, "/pesan/2"), None, "moved to another hold");
        let touched = |_, piece: String| piece.replace(['a', 'b', 'c', 'd', 'e'], "f");
        assert_eq!(through("batuk", touched, "/pesan/1"), None);
        assert_eq!(through("batuk", |_, _| "9.x".to_owned(), "/pesan/1"), None);
    }

    /// E6
    #[test]
    fn nothing_of_it_can_be_read_in_the_browser() {
        let key = MasterKey::generate(&Entropy::seeded(3)).sealing("pages");
        let cx = Cx::system("test", Clock::System, Entropy::System);
        let kept = Kept { until: Timestamp::MAX, value: "keputihan" };
        let pieces = place("/").sealed(&key, &cx, &kept).unwrap().unwrap();
        assert!(!pieces.concat().contains("keputihan") && pieces.concat().len() > 40);
    }

    #[test]
    fn too_much_is_not_kept() {
        assert_eq!(through(&"x".repeat(20_000), |_, piece| piece, "/pesan/1"), None);
    }
}
