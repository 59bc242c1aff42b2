//! Pages that live on a person's device.

use super::Maker;
use crate::view::{Area, Emergency, FirstAid, Here, Offline, Shell};

impl Maker<'_> {
    pub(super) fn offline(&self) -> Offline {
        let shell = self.shell(&self.say("offline-title"), "/luring", Area::Patient, Here::Nowhere);
        Offline { shell: Shell { failing: false, who: None, ..shell } }
    }

    pub(super) fn emergency(&self) -> Emergency {
        let shell = self.shell(&self.say("emergency-title"), "/darurat", Area::Patient, Here::Nowhere);
        Emergency {
            shell: Shell { failing: false, ..shell },
            aid: vec![
                FirstAid { icon: "heart", title: "aid-heart", steps: vec!["aid-heart-1", "aid-heart-2"] },
                FirstAid { icon: "alert", title: "aid-bleeding", steps: vec!["aid-bleeding-1"] },
            ],
        }
    }
}
