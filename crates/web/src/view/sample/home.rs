//! The first page.

use super::{Maker, Sample};
use crate::{
    format,
    view::{Area, Flash, Here, Home, Next, State, Tile, Tone},
};

impl Maker<'_> {
    pub(super) fn home(&self) -> Home {
        let mut shell = self.shell(&self.say("nav-home"), "/", Area::Patient, Here::Home);
        shell.failing = false;
        if self.is(Sample::Full) {
            shell.flash = Some(Flash { tone: Tone::Ok, text: self.either("Profil tersimpan.", "Profile saved.") });
        }
        let tile = |href: &str, icon, tone, label, id: &str, en: &str| Tile {
            href: href.to_owned(),
            icon,
            tone,
            label,
            note: self.either(id, en),
        };
        let day = Self::at(23, 10, 0).date();
        Home {
            shell,
            today: format!(
                "{}{} {} {}",
                format::weekday(day, self.locale),
                self.either(",", ""),
                day.day(),
                format::month(day, self.locale)
            ),
            name: if self.is(Sample::Empty) { String::new() } else { "Nur".to_owned() },
            greeting: "hello-morning",
            later: self.is(Sample::Failing).then(|| self.visit(27, 9, 0, State::Requested.into())),
            known: if self.is(Sample::Full) { self.cards().into_iter().take(2).collect() } else { vec![] },
            today_free: !self.is(Sample::Long),
            next: (!self.is(Sample::Empty) && !self.is(Sample::Failing)).then(|| Next {
                visit: self.visit(23, 14, 0, State::Confirmed.into()),
                countdown: self.either("4 jam lagi", "in 4 hours"),
            }),
            cities: Self::cities("makassar"),
            tiles: vec![
                tile("/cari?cara=video", "video", "brand", "tile-video", "mulai Rp50.000", "from IDR 50,000"),
                tile("/cari?cara=klinik", "clinic", "info", "tile-clinic", "48 dokter", "48 doctors"),
                tile("/cari?layanan=lab", "flask", "plum", "tile-lab", "hasil di aplikasi", "results in the app"),
                tile("/cari?layanan=vaksin", "syringe", "ok", "tile-vaccine", "anak & dewasa", "children & adults"),
                tile("/cari?layanan=tindakan", "pulse", "wait", "tile-procedure", "rawat jalan", "outpatient"),
                tile("/cari", "grid", "brand", "tile-all", "14 poli", "14 specialities"),
            ],
            doctors: if self.is(Sample::Empty) { vec![] } else { self.cards().into_iter().take(3).collect() },
        }
    }
}
