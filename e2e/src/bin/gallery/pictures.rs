//! Six screens of the demonstration, on a Monday morning that is always the same.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, journey};

/// Between two visits of a morning, so that a doctor's day shows every state.
const CLOCK: &str = "2026-11-23T10:10:00+08:00";
/// The button that leads on, on phones.
const ON: &str = ".actionbar button[form=book]";

/// Takes them into docs/screenshots.
pub async fn take() -> Result<()> {
    let site = Site::demo(&["--clock", CLOCK]).await?;
    journey("gallery", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/")).await?;
        keep(&patient, "home").await?;
        patient.click(".docs .slot").await?;
        patient.wait_for_path("/dokter/").await?;
        // A day that has morning and afternoon still before it.
        patient.click(".datestrip li:nth-child(2) a").await?;
        patient.wait_for(".datestrip li:nth-child(2) [aria-current]").await?;
        patient
            .execute(
                "document.querySelector('.datestrip').scrollIntoView({ block: 'start' }); scrollBy(0, -96)",
                vec![],
            )
            .await?;
        keep(&patient, "times").await?;
        patient.click(".slots .slot").await?;
        patient.click(ON).await?;
        patient.wait_for_path("/pesan/").await?;
        patient.fill("textarea", "Batuk berdahak sejak lima hari, sudah minum parasetamol.").await?;
        patient.click(ON).await?;
        patient.wait_for(".fees").await?;
        keep(&patient, "check").await?;
        patient.click(ON).await?;
        patient.wait_for(".done__c").await?;
        patient.look(PHONE, Theme::Dark, "id").await?;
        patient.goto(&site.page("/janji")).await?;
        keep(&patient, "appointments-dark").await?;

        let doctor = journey.browser(Scripts::On).await?;
        doctor.log_in(&site, "doctor").await?;
        doctor.look(DESKTOP, Theme::Light, "id").await?;
        doctor.goto(&site.page("/d/hari-ini")).await?;
        keep(&doctor, "day").await?;

        let admin = journey.browser(Scripts::On).await?;
        admin.log_in(&site, "admin").await?;
        admin.look(DESKTOP, Theme::Light, "en").await?;
        admin.goto(&site.page("/admin/reservations?lang=en")).await?;
        keep(&admin, "reservations").await
    })
    .await
}

/// Takes a picture of what is on the screen, under this name.
async fn keep(browser: &Browser, name: &str) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs").join("screenshots");
    browser.shot(name).await?;
    let to = folder.join(name).with_added_extension("png");
    fs::copy(browser.picture_file(name), &to).with_context(|| to.display().to_string())?;
    println!("{}", to.display());
    Ok(())
}
