//! Master data in a browser: a facility is opened, a service, a doctor with hours, until a patient can book there.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, journey};

/// A Monday morning.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];

/// Saves the form of the page.
const SAVE: &str = "main form .acts .btn--primary.btn--lg";

async fn open_facility(admin: &Browser, site: &Site, name: &str) -> Result<String> {
    admin.goto(&site.page("/admin/facilities")).await?;
    admin.click("a[href='/admin/facilities/new']").await?;
    admin.wait_for_path("/admin/facilities/new").await?;
    // Sent as it is, the form says what is missing and keeps what was chosen.
    admin.choose("#zone", "Asia/Makassar").await?;
    admin.click(SAVE).await?;
    admin.wait_for(".mends").await?;
    admin.shot("1-facility-refused").await?;
    admin.fill("#name", name).await?;
    admin.fill("#phone", "0411 872 345").await?;
    admin.fill("#address", "Jl. Penghibur 21").await?;
    admin.choose("#regency", "73.71").await?;
    admin.shot("2-facility").await?;
    admin.click(SAVE).await?;
    admin.wait_for_text(".flash", "Faskes sudah ada").await?;
    admin.path().await
}

async fn add_services(admin: &Browser, site: &Site, facility: &str) -> Result<()> {
    admin.goto(&site.page(&format!("{facility}/departments/new"))).await?;
    admin.fill("#name_id", "Poli Anak").await?;
    admin.fill("#name_en", "Children").await?;
    admin.click("main form .btn--primary").await?;
    // The form's own path begins with the facility's: only the notice says that it is left.
    admin.wait_for_text(".flash", "Tersimpan").await?;
    admin.click("a[href$='/services/new']").await?;
    admin.fill("#name_id", "Konsultasi anak").await?;
    admin.fill("#name_en", "Paediatric consultation").await?;
    admin.fill("#price", "150.000").await?;
    admin.shot("3-service").await?;
    admin.click(SAVE).await?;
    admin.wait_for_text(".flash", "Layanan sudah ada").await?;
    // A desk: its hours come next, with how many it takes at a time.
    admin.click("a[href$='/services/new']").await?;
    admin.click("label:has(input[value=lab_test])").await?;
    admin.fill("#name_id", "Darah lengkap").await?;
    admin.fill("#name_en", "Full blood count").await?;
    admin.fill("#price", "Rp120.000").await?;
    admin.click(SAVE).await?;
    admin.wait_for(".wk").await?;
    admin.click(".wk__d:first-of-type summary").await?;
    admin.set(".wk__d:first-of-type .hrs:last-of-type input[name^=f]", "08:00").await?;
    admin.set(".wk__d:first-of-type .hrs:last-of-type input[name^=u]", "11:00").await?;
    admin.click(".wk ~ .acts button[name=lihat]").await?;
    admin.wait_for(".came .came--new").await?;
    admin.shot("4-desk-hours").await?;
    admin.click("button[name=simpan]").await?;
    admin.wait_for_text(".flash", "tersimpan").await
}

async fn add_doctor(admin: &Browser, site: &Site, facility: &str) -> Result<String> {
    let id = facility.rsplit('/').next().unwrap_or_default();
    admin.goto(&site.page(&format!("/admin/doctors/new?faskes={id}"))).await?;
    admin.fill("#name", "dr. Andi Tenri Contoh, Sp.A").await?;
    admin.click("#sex label:first-of-type").await?;
    admin.click_text("#specialities label", "Anak").await?;
    admin.fill("#str_number", "STR 7371 0990").await?;
    admin.fill("#sip0", "503/77/SIP/2026").await?;
    admin.set("#until0", "2029-12-31").await?;
    admin.click("#sv0 label.tick").await?;
    for (name, time) in [("h0-2-0f", "09:00"), ("h0-2-0u", "12:00")] {
        admin.set(&format!("input[name='{name}']"), time).await?;
    }
    admin.shot("5-doctor").await?;
    admin.click(SAVE).await?;
    admin.wait_for_text(".flash", "Data dokter tersimpan").await?;
    admin.shot_whole("6-doctor-kept").await?;
    admin.attribute("a[href^='/dokter/']", "href").await?.context("patients see the doctor")
}

async fn opens_everything(site: &Site, scripts: Scripts, name: &str, facility: &str) -> Result<()> {
    journey(name, async |journey| {
        let admin = journey.browser(scripts).await?;
        admin.look(if scripts == Scripts::Off { PHONE } else { DESKTOP }, Theme::Light, "id").await?;
        admin.log_in(site, "super_admin").await?;
        ensure!(admin.path().await? == "/admin", "who runs the house begins at its administration");
        let place = open_facility(&admin, site, facility).await?;
        add_services(&admin, site, &place).await?;
        let doctor = add_doctor(&admin, site, &place).await?;
        let guest = journey.browser(Scripts::Off).await?;
        guest.look(PHONE, Theme::Light, "id").await?;
        // Scheduling hears of the doctor and the hours a moment later.
        e2e::eventually("the doctor has free times", async || {
            guest.goto(&site.page(&doctor)).await?;
            Ok((!guest.all(".slot input:not([disabled])").await?.is_empty()).then_some(()))
        })
        .await?;
        guest.shot("7-bookable").await
    })
    .await
}

/// B1, B2, C1: without scripts, on a phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_facility_opens_without_scripts() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    opens_everything(&site, Scripts::Off, "masters-phone", "Klinik Contoh Pantai").await
}

/// B1, B2, C1: with them, on a laptop.
#[tokio::test(flavor = "multi_thread")]
async fn a_facility_opens_on_a_laptop() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    opens_everything(&site, Scripts::On, "masters-laptop", "Klinik Contoh Bukit").await
}

/// J7: every page of master data in every look.
#[tokio::test(flavor = "multi_thread")]
async fn master_data_in_every_look() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("masters-looks", async |journey| {
        let admin = journey.browser(Scripts::On).await?;
        admin.log_in(&site, "super_admin").await?;
        admin.goto(&site.page("/admin/facilities")).await?;
        let facility = admin.attribute("#list a", "href").await?.context("a facility")?;
        admin.goto(&site.page(&facility)).await?;
        let service = admin.attribute("a[href^='/admin/services/']", "href").await?.context("a service")?;
        admin.goto(&site.page("/admin/doctors")).await?;
        let doctor = admin.attribute("#list a[href^='/admin/doctors/']", "href").await?.context("a doctor")?;
        let below = |part: &str| format!("{facility}/{part}");
        let mut wrong: Vec<String> = Vec::new();
        for (path, step) in [
            ("/admin".to_owned(), "admin"),
            ("/admin/facilities".to_owned(), "facilities"),
            (facility.clone(), "facility"),
            (below("edit"), "facility-form"),
            (below("policy"), "policy"),
            (below("closures"), "closures"),
            (below("departments/new"), "department"),
            (below("services/new"), "service-new"),
            (service, "service"),
            ("/admin/doctors".to_owned(), "doctors"),
            ("/admin/doctors/new".to_owned(), "doctor-new"),
            (doctor, "doctor"),
            ("/admin/specialities".to_owned(), "specialities"),
            ("/admin/specialities/new".to_owned(), "speciality"),
            ("/admin/holidays".to_owned(), "holidays"),
        ] {
            if let Err(error) = admin.every_look(&site.page(&path), step).await {
                wrong.push(error.to_string());
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    })
    .await
}
