//! Every page on a phone and a laptop, light and dark, in both languages: fits, is accessible, writes no error (J7).

use anyhow::{Context as _, Result};
use e2e::{Browser, Scripts, Site, journey};

/// What is wrong with the pages of a walk, told at its end.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    async fn look(&mut self, browser: &Browser, url: &str, step: &str) {
        if let Err(error) = browser.every_look(url, step).await {
            self.0.push(error.to_string());
        }
    }

    fn told(self) -> Result<()> {
        anyhow::ensure!(self.0.is_empty(), "{}", self.0.join("\n"));
        Ok(())
    }
}

/// The path of the first link that starts so.
async fn link(browser: &Browser, css: &str) -> Result<String> {
    browser.attribute(css, "href").await?.with_context(|| format!("{css} leads nowhere"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_guests_see() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("looks-guest", async |journey| {
        let mut wrong = Wrong::default();
        let guest = journey.browser(Scripts::On).await?;
        for (path, step) in [
            ("/", "home"),
            ("/cari?q=anak", "search"),
            ("/cari?q=zzzz&bpjs=1", "search-none"),
            ("/cari?q=nyeri%20dada", "search-emergency"),
            ("/cari?layanan=lab", "search-desks"),
            ("/masuk", "login"),
            ("/masuk/lupa", "reset"),
            ("/masuk/kode", "reset-code"),
            ("/daftar", "signup"),
            ("/cari?hasil=faskes", "search-places"),
            ("/darurat", "emergency"),
            ("/luring", "offline"),
        ] {
            wrong.look(&guest, &site.page(path), step).await;
        }
        guest.goto(&site.page("/cari?layanan=vaksin")).await?;
        let facility = link(&guest, "main h3 a[href^='/faskes/']").await?;
        let desk = link(&guest, "main a[href^='/layanan/']").await?;
        wrong.look(&guest, &site.page(&facility), "facility").await;
        wrong.look(&guest, &site.page(&desk), "desk").await;
        guest.goto(&site.page("/")).await?;
        let doctor = link(&guest, "main .slot").await?;
        wrong.look(&guest, &site.page(&doctor), "doctor").await;
        if site.has_mailbox() {
            wrong.look(&guest, &site.page("/_styleguide"), "guide").await;
        }
        wrong.told()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_patients_see() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("looks-patient", async |journey| {
        let mut wrong = Wrong::default();
        let patient = journey.browser(Scripts::On).await?;
        patient.log_in(&site, "patient").await?;
        for (path, step) in [
            ("/", "home"),
            ("/janji", "appointments"),
            ("/janji?bagian=lalu", "appointments-past"),
            ("/akun", "account"),
            ("/akun/keamanan", "security"),
            ("/akun/keamanan/sandi", "password"),
            ("/akun/keamanan/kode", "second-factor"),
            ("/akun/profil", "profile"),
            ("/akun/hapus", "leave"),
            ("/keluarga/tambah", "member"),
            ("/keluarga", "family"),
            ("/akun/data", "own-data"),
            ("/akun/pemberitahuan", "notices"),
            ("/kotak-masuk", "inbox"),
        ] {
            wrong.look(&patient, &site.page(path), step).await;
        }
        patient.goto(&site.page("/")).await?;
        patient.click(".docs .slot").await?;
        patient.wait_for_path("/dokter/").await?;
        patient.click("aside button[form=book]").await?;
        let data = patient.wait_for_path("/pesan/").await?;
        let data = data.split('?').next().unwrap_or(&data).to_owned();
        wrong.look(&patient, &site.page(&data), "booking-data").await;
        patient.fill("textarea", "Batuk berdahak sejak lima hari, demam naik turun terutama malam.").await?;
        patient.click("aside button[form=book]").await?;
        let check = data.replace("/data", "/periksa");
        patient.wait_for_path(&check).await?;
        wrong.look(&patient, &site.page(&check), "booking-check").await;
        patient.click("aside button[form=book]").await?;
        let done = patient.wait_for_path("/janji/").await?;
        let done = done.split('?').next().unwrap_or(&done).to_owned();
        wrong.look(&patient, &site.page(&done), "booking-done").await;
        let appointment = done.replace("/selesai", "");
        wrong.look(&patient, &site.page(&appointment), "appointment").await;
        wrong.look(&patient, &site.page(&format!("{appointment}/ubah")), "move").await;
        wrong.look(&patient, &site.page(&format!("{appointment}/batal")), "cancel").await;
        wrong.told()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_doctors_see() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("looks-doctor", async |journey| {
        let mut wrong = Wrong::default();
        let doctor = journey.browser(Scripts::On).await?;
        doctor.log_in(&site, "doctor").await?;
        for (path, step) in [
            ("/d/hari-ini", "day"),
            ("/d/hari-ini?tgl=2030-01-01", "day-empty"),
            ("/akun", "account"),
            ("/d/jadwal", "schedule"),
            ("/d/jadwal/kenapa", "why"),
            ("/d/cuti/baru", "leave"),
            ("/d/profil", "profile"),
            ("/d/kalender", "calendars"),
        ] {
            wrong.look(&doctor, &site.page(path), step).await;
        }
        wrong.told()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_administrators_see() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("looks-admin", async |journey| {
        let mut wrong = Wrong::default();
        let admin = journey.browser(Scripts::On).await?;
        admin.log_in(&site, "super_admin").await?;
        for (path, step) in [
            ("/admin", "home"),
            ("/admin/reservations", "reservations"),
            ("/admin/book", "book"),
            ("/admin/roles", "roles"),
            ("/admin/roles/new", "role-new"),
            ("/admin/users/new", "staff-new"),
            ("/admin/users", "users"),
            ("/admin/audit", "audit"),
            ("/a/jadwal", "schedules"),
            ("/a/dokter-menunggu", "approvals"),
        ] {
            wrong.look(&admin, &site.page(path), step).await;
        }
        wrong.told()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_house_shows_of_itself() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("looks-system", async |journey| {
        let mut wrong = Wrong::default();
        let admin = journey.browser(Scripts::On).await?;
        admin.log_in(&site, "super_admin").await?;
        for (path, step) in [
            ("/system", "services"),
            ("/system/parked", "parked"),
            ("/system/jobs", "jobs"),
            ("/system/logs", "logs"),
            ("/akun", "account"),
        ] {
            wrong.look(&admin, &site.page(path), step).await;
        }
        admin.goto(&site.page("/akun/keamanan/kode")).await?;
        admin.click("main form .btn--primary").await?;
        admin.wait_for(".qr").await?;
        wrong.look(&admin, &site.page("/akun/keamanan/kode"), "second-factor-scan").await;
        wrong.told()
    })
    .await
}
