//! Every part on one page, for the people who build pages.

use askama::Template;

use super::{DoctorCard, Field, Holding, Mend, Pager, Picker, Shell, State};
use crate::filters;

/// `/gaya`
#[derive(Debug, Clone, Template)]
#[template(path = "styleguide.html")]
pub struct Styleguide {
    /// The frame.
    pub shell: Shell,
    /// Every state.
    pub states: [State; 10],
    /// A doctor.
    pub doctor: DoctorCard,
    /// A field without and one with an error.
    pub fields: (Field, Field),
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// A kept slot.
    pub hold: Holding,
    /// Times.
    pub picker: Picker,
    /// A pager.
    pub pager: Pager,
    /// Every icon of the sprite.
    pub icons: Vec<&'static str>,
}
