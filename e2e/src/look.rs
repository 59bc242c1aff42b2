//! How a page is looked at: size, theme, language.

/// The size of the window's inside, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewport {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Whether it is a phone: touch, and the page's own viewport is heeded.
    pub phone: bool,
}

/// A phone held upright.
pub const PHONE: Viewport = Viewport { width: 390, height: 844, phone: true };

/// A small laptop.
pub const DESKTOP: Viewport = Viewport { width: 1280, height: 800, phone: false };

/// What the person's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As CSS says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// All of it together.
#[derive(Clone, Debug)]
pub struct Look {
    /// The window's size.
    pub viewport: Viewport,
    /// Light or dark.
    pub theme: Theme,
    /// The language the browser asks for: `id`, `en`.
    pub language: String,
}

impl Look {
    /// The file name of a picture taken like this.
    pub(crate) fn picture_of(&self, step: &str) -> String {
        let Viewport { width, height, .. } = self.viewport;
        format!("{step}-{width}x{height}-{}-{}.png", self.theme.name(), self.language)
    }
}
