//! Every part on one page, in every state, for the people who build pages.

use askama::Template;

use super::{
    Desk, DoctorCard, Field, Happening, Holding, InboxItem, Lost, Member, Mend, Pager, Picker, Shell, State, Visit,
};
use crate::filters;

/// `/_styleguide`
#[derive(Debug, Clone, Template)]
#[template(path = "styleguide.html")]
pub struct Styleguide {
    /// The frame.
    pub shell: Shell,
    /// Colours by their name in `tokens.css`.
    pub colours: [&'static str; 22],
    /// Sizes of letters by their name.
    pub sizes: [&'static str; 9],
    /// Every state of an appointment.
    pub states: [State; 10],
    /// A doctor with times, one without.
    pub doctors: Vec<DoctorCard>,
    /// An empty field, one with a value, one with an error.
    pub fields: [Field; 3],
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// A kept slot; the same when it has run out.
    pub holds: [Holding; 2],
    /// A slot somebody else took.
    pub lost: Lost,
    /// Times.
    pub picker: Picker,
    /// Appointments in every state.
    pub visits: Vec<Visit>,
    /// People one acts for.
    pub members: Vec<Member>,
    /// A desk with its services.
    pub desk: Desk,
    /// What somebody was told.
    pub inbox: Vec<InboxItem>,
    /// What happened.
    pub happenings: Vec<Happening>,
    /// Portraits.
    pub portraits: Vec<String>,
    /// A pager.
    pub pager: Pager,
    /// Drawings for pages with nothing on them.
    pub drawings: [&'static str; 8],
    /// Every icon of the sprite.
    pub icons: Vec<&'static str>,
}
