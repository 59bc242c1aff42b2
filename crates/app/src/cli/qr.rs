//! QR codes for terminals.

use platform::{Error, Result};
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

/// Black on white whatever colours a terminal has: cameras read no other.
const COLOURS: &str = "\u{1b}[38;2;0;0;0;48;2;255;255;255m";
const NO_COLOURS: &str = "\u{1b}[0m";

/// A text as a code, two modules to a character. Fails where the text is longer than any code holds.
pub(super) fn code(text: &str, terminal: bool) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(Error::internal)?;
    let mut drawing = code.render::<Dense1x2>();
    drawing.module_dimensions(1, 1);
    if terminal {
        let lines = drawing.build();
        return Ok(lines.lines().map(|line| format!("  {COLOURS}{line}{NO_COLOURS}\n")).collect::<Vec<_>>().concat());
    }
    // Without colours the ink is light, as on most screens that show logs.
    Ok(drawing.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_code_has_lines_of_one_width_and_colours_on_terminals_alone() {
        let address = "http://192.168.1.20:8080/";
        let plain = code(address, false).unwrap();
        let widths: Vec<usize> = plain.lines().map(|line| line.chars().count()).collect();
        assert!(widths.len() > 15 && widths.iter().all(|width| *width == widths[0]), "{plain}");
        assert!(!plain.contains('\u{1b}') && code(address, true).unwrap().contains("48;2;255;255;255m"));
        assert!(code(&"x".repeat(5_000), false).is_err());
    }
}
