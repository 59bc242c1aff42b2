//! The app's icon as a picture of points (PNG), for home screens that take no SVG. Drawn from the same shapes as
//! `logo.svg`, when it is first asked for.

mod png;

use std::sync::OnceLock;

use axum::{
    Router,
    extract::Path,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};

/// Samples along each side of a point: edges are smooth.
const FINE: u32 = 4;
/// Width of the logo's drawing.
const SIDE: f32 = 40.0;
/// How large the mark is where a home screen cuts the edges off (of every shape the inner four fifths are safe).
const SAFE: f32 = 0.72;

const LEAF: [u8; 3] = [0x00, 0x5f, 0x59];
const PETAL: [u8; 3] = [0xfb, 0xfe, 0xfd];
const TURMERIC: [u8; 3] = [0xf2, 0xb0, 0x36];

/// An icon that can be asked for.
struct Icon {
    name: &'static str,
    size: u32,
    /// Fills the square, for systems that cut their own shape.
    whole: bool,
    drawn: OnceLock<Vec<u8>>,
}

static ICONS: [Icon; 4] = [
    Icon { name: "app-192.png", size: 192, whole: false, drawn: OnceLock::new() },
    Icon { name: "app-512.png", size: 512, whole: false, drawn: OnceLock::new() },
    Icon { name: "app-maskable-512.png", size: 512, whole: true, drawn: OnceLock::new() },
    Icon { name: "apple-touch-icon.png", size: 180, whole: true, drawn: OnceLock::new() },
];

/// Serves `/icons/<name>`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/icons/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let Some(icon) = ICONS.iter().find(|icon| icon.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let picture = icon.drawn.get_or_init(|| draw(icon.size, icon.whole));
    ([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "public, max-age=604800")], picture.clone()).into_response()
}

/// The colour at a place of the logo's drawing; nothing outside of it.
fn colour(x: f32, y: f32, whole: bool) -> Option<[u8; 3]> {
    let within = |cx: f32, cy: f32, rx: f32, ry: f32| ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) <= 1.0;
    if within(28.2, 20.0, 6.6, 4.7) {
        return Some(TURMERIC);
    }
    if within(20.0, 11.8, 4.7, 6.6) || within(20.0, 28.2, 4.7, 6.6) || within(11.8, 20.0, 6.6, 4.7) {
        return Some(PETAL);
    }
    // A square with round corners: how far the place lies beyond the square of the corners' middles.
    let radius = 12.0;
    let beyond = |at: f32| ((at - SIDE / 2.0).abs() - (SIDE / 2.0 - radius)).max(0.0);
    (whole || beyond(x).hypot(beyond(y)) <= radius).then_some(LEAF)
}

#[expect(clippy::cast_precision_loss, reason = "icons are a few hundred points wide")]
fn draw(size: u32, whole: bool) -> Vec<u8> {
    let scale = if whole { SAFE } else { 1.0 };
    // A sample's place in the logo's drawing, which is scaled about its middle.
    let place = |sample: u32| {
        let along = (sample as f32 + 0.5) / (size * FINE) as f32 * SIDE;
        (along - SIDE / 2.0) / scale + SIDE / 2.0
    };
    let mut points = Vec::with_capacity((size * size * 4) as usize);
    for y in 0..size {
        for x in 0..size {
            let mut sum = [0_u32; 3];
            let mut hits = 0;
            for sample in 0..FINE * FINE {
                let at = (place(x * FINE + sample % FINE), place(y * FINE + sample / FINE));
                if let Some(colour) = colour(at.0, at.1, whole) {
                    hits += 1;
                    for (part, value) in sum.iter_mut().zip(colour) {
                        *part += u32::from(value);
                    }
                }
            }
            let part = |sum: u32| u8::try_from(sum.checked_div(hits).unwrap_or(0)).unwrap_or(u8::MAX);
            let opacity = u8::try_from(hits * 255 / (FINE * FINE)).unwrap_or(u8::MAX);
            points.extend([part(sum[0]), part(sum[1]), part(sum[2]), opacity]);
        }
    }
    png::encode(size, &points)
}

#[cfg(test)]
mod tests {
    use super::{LEAF, PETAL, TURMERIC, colour, draw};

    #[test]
    fn the_mark_has_three_light_petals_and_one_of_turmeric() {
        assert_eq!(colour(28.2, 20.0, false), Some(TURMERIC));
        for (x, y) in [(20.0, 11.8), (20.0, 28.2), (11.8, 20.0)] {
            assert_eq!(colour(x, y, false), Some(PETAL));
        }
        assert_eq!((colour(0.5, 0.5, false), colour(0.5, 0.5, true)), (None, Some(LEAF)));
    }

    #[test]
    fn icons_are_small_files_of_their_size() {
        for (size, whole) in [(192_u32, false), (180, true)] {
            let icon = draw(size, whole);
            assert_eq!(&icon[1..4], b"PNG");
            assert_eq!(icon[16..24], [size.to_be_bytes(), size.to_be_bytes()].concat());
            assert!(icon.len() < 24 * 1024, "{} bytes", icon.len());
        }
    }
}
