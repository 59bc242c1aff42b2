//! The form of a doctor's photo.

use super::{Field, Mend};

/// Gives a doctor a photo, or takes it away.
#[derive(Debug, Clone)]
pub struct PhotoForm {
    /// Address of the photo, or of the portrait that stands in for it.
    pub portrait: String,
    /// The doctor's name.
    pub name: String,
    /// Where the form is sent.
    pub action: String,
    /// Where the photo is taken away; none where there is no photo.
    pub remove: Option<String>,
    /// The file.
    pub file: Field,
    /// What is to be mended.
    pub mends: Vec<Mend>,
    /// The largest file, ready to read.
    pub largest: String,
}
