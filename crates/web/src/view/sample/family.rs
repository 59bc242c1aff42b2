//! The people one acts for.

use super::{LONG, Maker, Sample};
use crate::{
    portrait::{self, Sitter},
    view::{Family, Member, Release, Shell},
};

impl Maker<'_> {
    pub(super) fn members(&self) -> Vec<Member> {
        let member = |sitter, name: &str, line: String, bpjs| Member {
            name: name.to_owned(),
            portrait: portrait::url(sitter, name),
            line,
            bpjs,
            book: "/keluarga/1/pesan".to_owned(),
            edit: "/keluarga/1".to_owned(),
            release: "/keluarga/1/lepas".to_owned(),
        };
        let child = self.either("Anak, 4 th", "Child, 4 y");
        let parent = self.either("Orang tua, 61 th", "Parent, 61 y");
        match self.sample {
            Sample::Empty => vec![],
            Sample::Long => {
                vec![
                    member(Sitter::Man, LONG, child, false),
                    member(Sitter::Woman, &LONG.replace(' ', "-"), parent, true),
                ]
            }
            Sample::Full => {
                (1..=20).map(|n| member(Sitter::Anyone, &format!("Rafa {n}"), child.clone(), n % 3 == 0)).collect()
            }
            Sample::Normal | Sample::Failing => vec![
                member(Sitter::Man, "Rafa Alfarizi", child, false),
                member(Sitter::Woman, "Salmah Daeng Ngai", parent, true),
            ],
        }
    }

    pub(super) fn family(&self) -> Family {
        let shell = self.own_shell(&self.say("family"), "/keluarga", ("/akun", "back-account"));
        let members = self.members();
        Family { shell: Shell { failing: false, ..shell }, full: members.len() >= 20, members }
    }

    pub(super) fn release(&self) -> Release {
        let shell = self.own_shell(&self.say("release-title"), "/keluarga/1/lepas", ("/keluarga", "family"));
        let normal = Maker { sample: if self.is(Sample::Empty) { Sample::Normal } else { self.sample }, ..*self };
        Release {
            shell: Shell { failing: false, ..shell },
            member: normal.members().remove(0),
            coming: if self.is(Sample::Empty) { 0 } else { 2 },
        }
    }
}
