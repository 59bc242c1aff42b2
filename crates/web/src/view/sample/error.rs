//! A page that says what went wrong.

use super::{Maker, Sample};
use crate::view::{Area, ErrorPage, Here, Shell, Typed};

impl Maker<'_> {
    pub(super) fn error(&self) -> ErrorPage {
        let (status, id, en) = match self.sample {
            Sample::Normal => {
                (404, "Alamat ini tidak ada, atau sudah dipindah.", "This address does not exist, or it was moved.")
            }
            Sample::Long => (
                500,
                "Data Anda aman dan belum ada yang berubah. Coba lagi sebentar lagi.",
                "Your data is safe and nothing changed. Try again in a moment.",
            ),
            Sample::Empty => (
                401,
                "Halaman ini perlu akun. Anda kembali ke sini sesudah masuk.",
                "This page needs an account. You come back here after logging in.",
            ),
            Sample::Full => (
                503,
                "Terlalu banyak permintaan saat ini. Data Anda aman.",
                "There are too many requests right now. Your data is safe.",
            ),
            Sample::Failing => (
                409,
                "Janji ini diubah dari tempat lain. Muat ulang untuk melihat yang terbaru.",
                "This appointment was changed elsewhere. Reload to see the latest.",
            ),
        };
        let shell = self.shell("", "/", Area::Patient, Here::Nowhere);
        let mut page = ErrorPage {
            shell: Shell { failing: false, ..shell },
            status,
            stale_form: self.is(Sample::Full),
            typed: self.is(Sample::Full).then(|| Typed {
                action: "/pesan/9f3c/data".to_owned(),
                csrf: "csrf-token".to_owned(),
                fields: vec![("complaint".to_owned(), self.complaint())],
            }),
            text: self.either(id, en),
            request_id: if status == 500 { "01JD6Y8M2K".to_owned() } else { String::new() },
            retry: if status >= 409 { "/".to_owned() } else { String::new() },
        };
        page.shell.title = self.say(page.heading());
        page
    }
}
