//! The form of a doctor's photo.

use super::{Maker, Sample};
use crate::{
    portrait::{self, Sitter},
    view::{Field, Mend, PhotoForm},
};

impl Maker<'_> {
    pub(super) fn photo_form(&self, name: &str, action: &str, remove: &str) -> PhotoForm {
        let portrait = portrait::url(Sitter::WomanDoctor, "siti");
        let refused = self.is(Sample::Failing).then(|| self.speech.say("photo-too-large", &[("size", "8 MB")]));
        let there = self.is(Sample::Full) || self.is(Sample::Long);
        PhotoForm {
            // Samples have no files: what stands in for one is drawn.
            portrait: if there { portrait.replace("/portraits/", "/photos/none.jpg?as=") } else { portrait },
            name: name.to_owned(),
            action: action.to_owned(),
            remove: there.then(|| remove.to_owned()),
            file: refused.clone().map_or_else(Field::default, |text| Field::refused("", text)),
            mends: refused.into_iter().map(|text| Mend { field: "photo", text }).collect(),
            largest: "8 MB".to_owned(),
        }
    }
}
