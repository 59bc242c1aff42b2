//! A doctor's photo, from a phone without scripts to the patient who looks for a doctor (B2, B4).

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, PHONE, Scripts, Site, Theme, eventually, journey};

/// A Monday morning.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];
/// The form that gives a photo.
const SAVE: &str = "#foto .btn--primary";

fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> Result<PathBuf> {
    let path = folder.path().join(name);
    std::fs::write(&path, content)?;
    Ok(path)
}

async fn choose(browser: &Browser, path: &std::path::Path) -> Result<()> {
    browser.wait_for("#photo").await?.send_keys(&path.display().to_string()).await?;
    browser.click(SAVE).await
}

/// The picture that stands there: its address, and what it is called.
async fn picture(browser: &Browser, css: &str) -> Result<(String, String)> {
    let address = browser.attribute(css, "src").await?.with_context(|| format!("{css} has no address"))?;
    Ok((address, browser.attribute(css, "alt").await?.unwrap_or_default()))
}

/// B2, B4
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_given_without_scripts_and_patients_see_it() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("photo", async |journey| {
        let folder = tempfile::tempdir()?;
        let doctor = journey.browser(Scripts::Off).await?;
        doctor.look(PHONE, Theme::Light, "id").await?;
        doctor.log_in(&site, "doctor").await?;
        doctor.goto(&site.page("/d/profil")).await?;
        let public = doctor.attribute("header a[href^='/dokter/']", "href").await?.context("the public page")?;
        ensure!(picture(&doctor, "#foto img").await?.0.starts_with("/portraits/"), "there is a photo already");

        // The name says photo, the content does not.
        choose(&doctor, &file(&folder, "foto.jpg", b"<html>no photo</html>")?).await?;
        doctor.wait_for_text(".mends", "JPEG, PNG atau WebP").await?;
        doctor.wait_for_text("#photo-error", "JPEG, PNG atau WebP").await?;
        doctor.shot_whole("1-refused").await?;
        choose(&doctor, &file(&folder, "foto.png", testkit::PHOTO)?).await?;
        doctor.wait_for_text(".flash", "tersimpan").await?;
        let (given, _) = picture(&doctor, "#foto img").await?;
        ensure!(given.starts_with("/photos/"), "{given}");
        doctor.fits().await?;
        doctor.shot_whole("2-given").await?;

        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "en").await?;
        patient.goto(&site.page(&public)).await?;
        let (seen, called) = picture(&patient, ".who img").await?;
        ensure!(seen == given && called.starts_with("Photo of "), "{seen} {called}");
        let width = "const all = [...document.querySelectorAll('.who img')]; return all[0].complete ? all[0].naturalWidth : null";
        let width = eventually("the photo is there", async || Ok(patient.execute(width, Vec::new()).await?.as_u64())).await?;
        ensure!(width == 160, "it is {width} pixels wide");
        patient.shot("3-seen").await?;
        let name = patient.text("h1").await?;
        patient.goto(&site.page(&format!("/cari?q={}", name.split(',').next().unwrap_or_default().replace(' ', "+")))).await?;
        patient.wait_for(&format!(".doc img[src='{given}'][loading=lazy][width][height]")).await?;
        patient.shot("4-found").await?;
        patient.quiet().await?;

        doctor.click("#foto .btn--danger").await?;
        doctor.wait_for_text(".flash", "dihapus").await?;
        ensure!(picture(&doctor, "#foto img").await?.0.starts_with("/portraits/"), "it is still there");
        patient.goto(&site.page(&public)).await?;
        ensure!(picture(&patient, ".who img").await?.0.starts_with("/portraits/"), "patients still see it");
        Ok(())
    })
    .await
}
