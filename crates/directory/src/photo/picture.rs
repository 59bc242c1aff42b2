//! A picture somebody brings becomes two squares. Both are drawn anew, so that nothing else of the file is handed on:
//! where and when it was taken, or what is hidden behind its end.

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation,
};
use platform::{Error, FieldError, Result, blobs::Kind};

/// The sides of the squares, in pixels: twice what lists show, and what a page may show large.
const SMALL: u32 = 160;
const LARGE: u32 = 320;
/// The shorter side of a picture, at least.
const SHORTEST: u32 = 160;
/// Pixels of a picture at most, and bytes while it is read.
const PIXELS: u64 = 25_000_000;
const BYTES: u64 = 128 << 20;
/// How well the squares are drawn, of 100.
const QUALITY: u8 = 82;

/// A picture as two squares, in JPEG.
#[derive(Debug)]
pub(crate) struct Squares {
    pub(crate) small: Vec<u8>,
    pub(crate) large: Vec<u8>,
}

/// The picture is of a kind that is read, but not whole.
pub(super) fn unreadable() -> Error {
    Error::invalid("photo", "photo-unreadable")
}

/// The squares of a picture. 422 where it is none, or larger than is read. `mark` is written into them.
pub(super) fn squares(picture: &[u8], mark: &str) -> Result<Squares> {
    let picture = read(picture)?;
    let of = |side: u32| written(&square(&picture, side), mark);
    Ok(Squares { small: of(SMALL)?, large: of(LARGE)? })
}

/// The picture upright, made smaller while it is still in the form it came in: that needs the least memory.
fn read(picture: &[u8]) -> Result<DynamicImage> {
    let format = match Kind::of(picture) {
        Some(Kind::Jpeg) => ImageFormat::Jpeg,
        Some(Kind::Png) => ImageFormat::Png,
        Some(Kind::Webp) => ImageFormat::WebP,
        Some(Kind::Pdf) | None => return Err(Error::invalid("photo", "photo-kind")),
    };
    let mut reader = ImageReader::with_format(Cursor::new(picture), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| unreadable())?;
    let (width, height) = decoder.dimensions();
    let bound =
        |code: &str, name: &str, value: String| Error::Invalid(vec![FieldError::new("photo", code).with(name, value)]);
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > BYTES {
        return Err(bound("photo-too-many-pixels", "max", (PIXELS / 1_000_000).to_string()));
    }
    if width.min(height) < SHORTEST {
        return Err(bound("photo-too-small", "min", SHORTEST.to_string()));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|_| unreadable())?;
    let mut fitting = shrunk(whole);
    fitting.apply_orientation(orientation);
    Ok(fitting)
}

/// So small that the shorter side is twice the larger square's: quick, and good enough for what follows.
fn shrunk(picture: DynamicImage) -> DynamicImage {
    let shorter = u64::from(picture.width().min(picture.height()));
    let wanted = u64::from(2 * LARGE);
    if shorter <= wanted {
        return picture;
    }
    let scaled = |side: u32| (u64::from(side) * wanted / shorter) as u32;
    picture.thumbnail_exact(scaled(picture.width()), scaled(picture.height()))
}

/// The square in the middle; of what is taller than wide, higher up, where faces are.
fn square(picture: &DynamicImage, side: u32) -> RgbImage {
    let (width, height) = (picture.width(), picture.height());
    let shorter = width.min(height);
    let cut = picture.crop_imm((width - shorter) / 2, (height - shorter) / 4, shorter, shorter);
    on_white(&cut.resize_exact(side, side, FilterType::Lanczos3))
}

/// What can be seen through becomes white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let mixed =
        |colour: u8, alpha: u8| ((u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|colour| mixed(colour, alpha)))
    })
}

/// In JPEG, with the mark as a comment right after its first two bytes.
fn written(square: &RgbImage, mark: &str) -> Result<Vec<u8>> {
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    encoder
        .encode(square.as_raw(), square.width(), square.height(), ExtendedColorType::Rgb8)
        .map_err(Error::internal)?;
    let mark = &mark.as_bytes()[..mark.len().min(64)];
    let length = (mark.len() as u16 + 2).to_be_bytes();
    let comment = [&[0xFF, 0xFE][..], &length, mark].concat();
    jpeg.splice(2..2, comment);
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::{LARGE, SMALL, Squares, squares};

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// Red above, blue below.
    fn flag(width: u32, height: u32) -> DynamicImage {
        let colour = |_, y| if y < height / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
        RgbImage::from_fn(width, height, colour).into()
    }

    fn seen(jpeg: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    fn is_red(square: &RgbImage, x: u32, y: u32) -> bool {
        let [red, _, blue] = square.get_pixel(x, y).0;
        red > blue
    }

    fn codes(bytes: &[u8]) -> Vec<String> {
        match squares(bytes, "m") {
            Err(platform::Error::Invalid(fields)) => {
                fields.into_iter().map(|f| format!("{}: {}", f.field, f.code)).collect()
            }
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    /// Adds what a camera tells of how it was held: turned by a quarter.
    fn turned(mut jpeg: Vec<u8>) -> Vec<u8> {
        let tiff: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let length = (tiff.len() as u16 + 8).to_be_bytes();
        let segment = [&[0xFF, 0xE1][..], &length, b"Exif\0\0", tiff].concat();
        jpeg.splice(2..2, segment);
        jpeg
    }

    /// B4
    #[test]
    fn every_kind_becomes_two_squares() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let Squares { small, large } = squares(&encoded(&flag(500, 400), format), "mark").unwrap();
            for (jpeg, side) in [(small, SMALL), (large, LARGE)] {
                let square = seen(&jpeg);
                assert_eq!((square.width(), square.height()), (side, side), "{format:?}");
                assert!(is_red(&square, side / 2, 4) && !is_red(&square, side / 2, side - 4), "{format:?}");
            }
        }
    }

    /// B4: a phone held upright writes the picture lying, and how it is to be turned.
    #[test]
    fn it_stands_as_it_was_taken_and_tells_nothing_else() {
        let lying = turned(encoded(&flag(400, 400), ImageFormat::Jpeg));
        let Squares { large, .. } = squares(&lying, "mark").unwrap();
        let square = seen(&large);
        assert!(!is_red(&square, 4, LARGE / 2) && is_red(&square, LARGE - 4, LARGE / 2), "turned to the right");
        assert!(!large.windows(4).any(|bytes| bytes == b"Exif"));
    }

    /// B4: of a tall picture the part is shown where the face is.
    #[test]
    fn tall_pictures_are_cut_higher_up() {
        let square = seen(&squares(&encoded(&flag(300, 900), ImageFormat::Jpeg), "mark").unwrap().large);
        assert!(is_red(&square, LARGE / 2, LARGE - 8), "the upper half is 450 high, the square ends at 450");
    }

    #[test]
    fn what_can_be_seen_through_becomes_white() {
        let clear: DynamicImage = RgbaImage::from_pixel(200, 200, Rgba([0, 0, 0, 0])).into();
        let square = seen(&squares(&encoded(&clear, ImageFormat::Png), "mark").unwrap().small);
        assert!(square.get_pixel(50, 50).0.iter().all(|colour| *colour > 250));
    }

    /// B4: two uploads of one picture have files of their own.
    #[test]
    fn the_mark_makes_files_differ() {
        let picture = encoded(&flag(200, 200), ImageFormat::Png);
        let one = squares(&picture, "first").unwrap().small;
        assert_ne!(one, squares(&picture, "second").unwrap().small);
        assert_eq!(one, squares(&picture, "first").unwrap().small);
    }

    /// B4
    #[test]
    fn what_is_no_photo_says_why() {
        for other in [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"%PDF-1.7", b"PK\x03\x04"] {
            assert_eq!(codes(other), ["photo: photo-kind"]);
        }
        let whole = encoded(&flag(400, 400), ImageFormat::Png);
        assert_eq!(codes(&whole[..60]), ["photo: photo-unreadable"]);
        assert_eq!(codes(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 0]), ["photo: photo-unreadable"]);
        assert_eq!(codes(&encoded(&flag(159, 400), ImageFormat::Png)), ["photo: photo-too-small"]);
        // A small file that would be huge once it is read.
        let wide: DynamicImage = image::GrayImage::new(25_000, 1_001).into();
        assert_eq!(codes(&encoded(&wide, ImageFormat::Png)), ["photo: photo-too-many-pixels"]);
    }

    proptest::proptest! {
        /// J9: whatever a file holds behind the right beginning, it is refused or drawn.
        #[test]
        fn no_file_makes_it_fail(kind in 0_usize..3, rest in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let start: &[u8] = [&[0xFF, 0xD8, 0xFF][..], b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP"][kind];
            let _ = squares(&[start, &rest].concat(), "mark");
        }
    }
}
