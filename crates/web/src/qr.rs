//! QR codes as part of a page: one path, drawn by the page's own markup.

use std::fmt::Write as _;

use platform::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, which readers need.
const MARGIN: usize = 4;

/// A QR code: dark modules as one SVG path on a square of so many units.
#[derive(Debug, Clone)]
pub struct QrImage {
    /// Units a side, with the margin.
    pub side: usize,
    /// The path of the dark modules.
    pub path: String,
}

impl QrImage {
    /// The code of a text. Fails where the text is longer than any code holds.
    pub fn of(text: &str) -> Result<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run[0] == Color::Dark {
                    let _ = write!(path, "M{} {}h{}v1h-{}z", x + MARGIN, y + MARGIN, run.len(), run.len());
                }
                x += run.len();
            }
        }
        Ok(Self { side: width + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::QrImage;

    #[test]
    fn a_code_is_a_square_with_three_eyes() {
        let code = QrImage::of("otpauth://totp/Mediverse:a@b.id?secret=ABCDEFGH&issuer=Mediverse").unwrap();
        assert_eq!((code.side - 8 - 17) % 4, 0, "a version's width is 17 + 4n");
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "the first eye begins with seven dark modules: {}", code.path);
        assert!(QrImage::of(&"x".repeat(5_000)).is_err());
    }
}
