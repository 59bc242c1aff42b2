//! What waits for an administrator.

use jiff::civil::date;

use super::{Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{Approvals, Area, DoctorRequest, Here, Shell},
};

impl Maker<'_> {
    pub(super) fn approvals(&self) -> Approvals {
        let request = |name: &str, sitter, id: &str, en: &str, expired| DoctorRequest {
            action: "/a/dokter-menunggu/1".to_owned(),
            version: "1".to_owned(),
            name: self.name(name),
            portrait: portrait::url(sitter, name),
            speciality: self.either(id, en),
            email: "dokter@contoh.id".to_owned(),
            str_number: "7311 2002 1909 4512".to_owned(),
            str_until: format::date(date(if expired { 2025 } else { 2029 }, 3, 12), self.locale),
            str_expired: expired,
        };
        Approvals {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("nav-approvals"), "/a/dokter-menunggu", Area::Admin, Here::Approvals)
            },
            requests: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    request("dr. Lestari Putri, Sp.OG", Sitter::WomanDoctor, "Kandungan", "Obstetrics", false),
                    request("drg. Bima Pratama", Sitter::ManDoctor, "Gigi", "Dentistry", true),
                ]
            },
            pager: self.pager(),
        }
    }
}
