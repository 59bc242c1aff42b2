//! Drawn portraits: a friendly stand-in wherever a person has no photo. The same number gives the same face.
//!
//! The address holds a number made from an id and nothing of the person: `/portraits/df-48211.svg`.

use std::fmt::Write as _;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Who is drawn: decides the coat and the hair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitter {
    /// A woman in a doctor's coat.
    WomanDoctor,
    /// A man in a doctor's coat.
    ManDoctor,
    /// A woman in everyday clothes.
    Woman,
    /// A man in everyday clothes.
    Man,
    /// Somebody of whom no more is known: a figure without features.
    Anyone,
}

impl Sitter {
    const ALL: [(Self, &str); 5] = [
        (Self::WomanDoctor, "df"),
        (Self::ManDoctor, "dm"),
        (Self::Woman, "pf"),
        (Self::Man, "pm"),
        (Self::Anyone, "px"),
    ];

    fn mark(self) -> &'static str {
        Self::ALL.iter().find(|(sitter, _)| *sitter == self).map_or("pf", |(_, mark)| mark)
    }
}

/// The address of the portrait for an id.
pub fn url(sitter: Sitter, id: &str) -> String {
    format!("/portraits/{}", file(sitter, id))
}

/// The file of the portrait for an id.
pub fn file(sitter: Sitter, id: &str) -> String {
    format!("{}-{}.svg", sitter.mark(), seed(id) % 100_000)
}

/// The media type of a portrait.
pub(crate) const KIND: &str = "image/svg+xml; charset=utf-8";

/// The portrait of that file, where it is one.
pub(crate) fn drawn(file: &str) -> Option<String> {
    parse(file).map(|(sitter, number)| draw(sitter, number))
}

/// FNV-1a: small, stable, good enough to spread faces.
fn seed(id: &str) -> u32 {
    id.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Serves `/portraits/<who>-<number>.svg`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/portraits/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let Some((sitter, number)) = parse(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [(CONTENT_TYPE, KIND), (CACHE_CONTROL, "public, max-age=2592000")];
    (headers, draw(sitter, number)).into_response()
}

fn parse(name: &str) -> Option<(Sitter, u32)> {
    let (mark, number) = name.strip_suffix(".svg")?.split_once('-')?;
    let (sitter, _) = Sitter::ALL.into_iter().find(|(_, known)| *known == mark)?;
    Some((sitter, number.parse().ok()?))
}

const GROUNDS: [&str; 8] = ["#d9ece8", "#f3e3ec", "#fbe9cf", "#dde6f5", "#e2efdc", "#e7e0f2", "#f6e5de", "#d8ebf7"];
const SKINS: [(&str, &str); 6] = [
    ("#cf9871", "#b88058"),
    ("#c58b63", "#b07a56"),
    ("#d39d78", "#bb8560"),
    ("#bd8259", "#a76f4c"),
    ("#c99470", "#b27d58"),
    ("#9c6845", "#8a5a3d"),
];
const HAIR: [&str; 4] = ["#241a17", "#1f1512", "#2c1d19", "#4a4746"];
const SCARVES: [(&str, &str); 7] = [
    ("#7d4a74", "#6f4067"),
    ("#d9c9a8", "#cdbb96"),
    ("#2f6d72", "#276065"),
    ("#efe6dc", "#e2d6c8"),
    ("#8f3f4a", "#803641"),
    ("#4c5f95", "#435587"),
    ("#b98a5e", "#ab7c50"),
];
const CLOTHES: [&str; 7] = ["#5b6fa8", "#b5654f", "#476a6f", "#e0a83f", "#6d9a55", "#8a5f8f", "#3f7f8f"];

/// The portrait as SVG text.
pub fn draw(sitter: Sitter, number: u32) -> String {
    let mut pick = Picker(number);
    let ground = pick.of(&GROUNDS);
    let (skin, neck) = pick.of(&SKINS);
    let cloth = pick.of(&CLOTHES);
    let hair = pick.of(&HAIR);
    let mut svg = String::from(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">"#);
    let _ = write!(svg, r#"<rect width="96" height="96" fill="{ground}"/>"#);
    if sitter == Sitter::Anyone {
        figure(&mut svg, cloth);
        svg.push_str("</svg>");
        return svg;
    }
    match sitter {
        Sitter::WomanDoctor | Sitter::ManDoctor => coat(&mut svg, cloth),
        Sitter::Woman | Sitter::Man | Sitter::Anyone => {
            let _ = write!(svg, r#"<path d="M12 98c0-21 15-31 36-31s36 10 36 31z" fill="{cloth}"/>"#);
        }
    }
    match sitter {
        Sitter::WomanDoctor | Sitter::Woman if pick.upto(5) < 3 => {
            let (scarf, fold) = pick.of(&SCARVES);
            headscarf(&mut svg, scarf, fold, skin);
        }
        Sitter::WomanDoctor | Sitter::Woman => bun(&mut svg, hair, skin, neck),
        Sitter::ManDoctor | Sitter::Man | Sitter::Anyone => short_hair(&mut svg, hair, skin, neck, pick.upto(3) == 0),
    }
    if pick.upto(3) == 0 {
        glasses(&mut svg);
    }
    svg.push_str("</svg>");
    svg
}

/// Takes one small choice after another out of one number.
struct Picker(u32);

impl Picker {
    fn upto(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % bound
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.upto(from.len() as u32) as usize]
    }
}

fn face(svg: &mut String, skin: &str, down: i32) {
    let _ = write!(
        svg,
        concat!(
            r##"<g transform="translate(0 {down})"><ellipse cx="48" cy="43" rx="14.2" ry="16.8" fill="{skin}"/>"##,
            r##"<path d="M39.2 40.600q2.600-2 5 0M51.8 40.600q2.400-2 5 0" fill="none" stroke="#2b1d18" stroke-opacity=".55" stroke-width="1.300" stroke-linecap="round"/>"##,
            r##"<circle cx="42" cy="44.200" r="1.550" fill="#2b1d18"/><circle cx="54" cy="44.200" r="1.550" fill="#2b1d18"/>"##,
            r##"<path d="M48 45v3.600" stroke="#000" stroke-opacity=".19" stroke-width="1.300" stroke-linecap="round"/>"##,
            r##"<path d="M43.200 52.400q4.800 4 9.600 0" fill="none" stroke="#6b2f2a" stroke-width="1.600" stroke-linecap="round"/></g>"##
        ),
        down = down,
        skin = skin
    );
}

/// A head and shoulders in one colour.
fn figure(svg: &mut String, colour: &str) {
    let _ = write!(
        svg,
        r#"<g fill="{colour}"><circle cx="48" cy="40" r="17"/><path d="M12 98c0-22 15-33 36-33s36 11 36 33z"/></g>"#
    );
}

fn coat(svg: &mut String, shirt: &str) {
    let _ = write!(
        svg,
        concat!(
            r##"<path d="M12 98c0-21 15-31 36-31s36 10 36 31z" fill="#fff"/><path d="M40 67l8 15 8-15z" fill="{shirt}"/>"##,
            r##"<path d="M40 66.800L34 73l9 6.200L48 98M56 66.800L62 73l-9 6.200L48 98" fill="none" stroke="#d5dfde" stroke-width="1.600" stroke-linejoin="round"/>"##
        ),
        shirt = shirt
    );
}

fn neck_of(svg: &mut String, neck: &str) {
    let _ = write!(svg, r#"<rect x="42" y="56" width="12" height="14" rx="6" fill="{neck}"/>"#);
}

fn headscarf(svg: &mut String, scarf: &str, fold: &str, skin: &str) {
    let _ = write!(
        svg,
        r#"<path d="M48 17c-15.500 0-23 11.500-23 26 0 14-3 20-6 27 6 8 17 12 29 12s23-4 29-12c-3-7-6-13-6-27 0-14.500-7.500-26-23-26z" fill="{scarf}"/>"#
    );
    face(svg, skin, 1);
    let _ = write!(
        svg,
        concat!(
            r#"<path d="M33.600 44c0-12 5.600-19.500 14.400-19.500S62.400 32 62.400 44c-1.500-8.500-6.500-13.500-14.400-13.500S35.100 35.500 33.600 44z" fill="{scarf}"/>"#,
            r#"<path d="M35 52c2.500 8 7.500 12.500 13 12.500s10.500-4.500 13-12.500c1.500 9-3 17-13 17s-14.500-8-13-17z" fill="{fold}"/>"#
        ),
        scarf = scarf,
        fold = fold
    );
}

fn bun(svg: &mut String, hair: &str, skin: &str, neck: &str) {
    let _ = write!(
        svg,
        r#"<circle cx="48" cy="17.500" r="8" fill="{hair}"/><path d="M31 46c-3-18 6-27 17-27s20 9 17 27c2 8 0 14-4 16H35c-4-2-6-8-4-16z" fill="{hair}"/>"#
    );
    neck_of(svg, neck);
    face(svg, skin, 0);
    let _ = write!(
        svg,
        r#"<path d="M33 43c0-10 5-17 15-17 4 5 9 8 15 9 .5 3 .3 5 0 8 2-15-4-22-15-22s-17 7-15 22z" fill="{hair}"/>"#
    );
}

fn short_hair(svg: &mut String, hair: &str, skin: &str, neck: &str, beard: bool) {
    neck_of(svg, neck);
    face(svg, skin, 0);
    let _ = write!(
        svg,
        r#"<path d="M33 42c-2-16 5-24 15.500-24S65 26 63 42c-1.200-5-2.400-8.500-5-10.500-6.500 1.500-14.500 1-19-1-3.600 2-5 6-6 11.500z" fill="{hair}"/>"#
    );
    if beard {
        let _ = write!(
            svg,
            concat!(
                r##"<path d="M38 51c.5 7 5 10.500 10 10.500S57.500 58 58 51c-1.500 2.500-3 3-4.500 2.200-3.500-1.500-7.500-1.500-11 0C41 54 39.500 53.500 38 51z" fill="{hair}" fill-opacity=".85"/>"##,
                r##"<path d="M44.200 54.600q3.800 2.600 7.600 0" fill="none" stroke="#e9c3a6" stroke-width="1.300" stroke-linecap="round"/>"##
            ),
            hair = hair
        );
    }
}

fn glasses(svg: &mut String) {
    svg.push_str(
        r##"<g fill="none" stroke="#2f3d40" stroke-width="1.400"><circle cx="42" cy="44.600" r="4.700"/><circle cx="54" cy="44.600" r="4.700"/><path d="M46.700 44.200h2.600"/></g>"##,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_id_has_the_same_face_and_the_address_tells_nothing() {
        let address = url(Sitter::WomanDoctor, "3f2a");
        assert_eq!(address, url(Sitter::WomanDoctor, "3f2a"));
        let name = address.strip_prefix("/portraits/").expect("an address");
        let (sitter, number) = parse(name).expect("our own address");
        assert_eq!(draw(sitter, number), draw(sitter, number));
        assert!(parse("../etc/passwd").is_none());
        let (anyone, _) = parse(url(Sitter::Anyone, "3f2a").trim_start_matches("/portraits/")).expect("our own");
        assert_eq!(anyone, Sitter::Anyone);
    }
}
