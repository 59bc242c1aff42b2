//! What becomes of an appointment: moved, called off, decided and done by the doctor.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, PHONE, Scripts, Site, Theme, journey};

const ON: &str = ".actionbar button[form=book]";

/// Books the first time of the first doctor on the home page; answers with the path of the appointment.
async fn book(browser: &Browser, site: &Site) -> Result<String> {
    browser.goto(&site.page("/")).await?;
    browser.click(".docs .slot").await?;
    browser.wait_for_path("/dokter/").await?;
    browser.click(ON).await?;
    browser.wait_for_path("/pesan/").await?;
    browser.fill("textarea", "Kontrol rutin, tidak ada keluhan baru.").await?;
    browser.click(ON).await?;
    browser.wait_for(".fees").await?;
    browser.click(ON).await?;
    browser.wait_for(".done__c").await?;
    Ok(browser.path().await?.replace("/selesai", ""))
}

/// C6 (R.N2)
#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_is_moved_and_then_called_off() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("move-and-cancel", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        let appointment = book(&patient, &site).await?;
        patient.goto(&site.page(&format!("{appointment}/ubah"))).await?;
        patient.click(".slot:has(input:enabled)").await?;
        let wanted = patient.text(".actionbar [data-chosen]").await?;
        patient.shot("1-move").await?;
        patient.click(ON).await?;
        patient.wait_for_text(".flash", "dipindah").await?;
        ensure!(patient.path().await? == appointment, "the code changed");
        let time = wanted.split(", ").nth(1).and_then(|time| time.split(' ').next()).context("a time")?;
        patient.wait_for_text(".sum__t", time).await?;
        patient.shot("2-moved").await?;
        patient.goto(&site.page(&format!("{appointment}/batal"))).await?;
        patient.click_text(".choice", "Ada halangan").await?;
        patient.shot("3-cancel").await?;
        patient.click("main form .btn--danger-o").await?;
        patient.wait_for_text(".flash", "dibatalkan").await?;
        patient.wait_for_text(".chip", "Batal").await?;
        patient.shot("4-cancelled").await?;
        patient.goto(&site.page("/janji?bagian=lalu")).await?;
        patient.wait_for(&format!("a[href='{appointment}']")).await?;
        Ok(())
    })
    .await
}

/// C6: a patient owes no reason.
#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_is_called_off_without_a_reason() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("cancel-without-a-reason", async |journey| {
        let patient = journey.browser(Scripts::Off).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        let appointment = book(&patient, &site).await?;
        patient.goto(&site.page(&format!("{appointment}/batal"))).await?;
        patient.click("main form .btn--danger-o").await?;
        patient.wait_for_text(".chip", "Batal").await
    })
    .await
}

/// C7, C9
#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_goes_through_the_day() -> Result<()> {
    // A Monday morning, when the practice is on.
    let site = Site::demo(&["--clock", "2026-11-23T01:10:00Z"]).await?;
    journey("doctor-day", async |journey| {
        let doctor = journey.browser(Scripts::On).await?;
        doctor.log_in(&site, "doctor").await?;
        doctor.wait_for_path("/d/hari-ini").await?;
        doctor.shot_whole("1-day").await?;
        doctor.click(".q form[action$='/arrived'] button").await?;
        doctor.wait_for(".q .is-state-arrived").await?;
        doctor.shot("2-arrived").await?;
        doctor.click(".q form[action$='/start'] button").await?;
        doctor.wait_for(".q .is-state-in-progress").await?;
        let done = doctor.all(".q .is-state-completed").await?.len();
        doctor.click(".up form[action$='/fulfilled'] button").await?;
        e2e::eventually("one more is done", async || {
            Ok((doctor.all(".q .is-state-completed").await?.len() == done + 1).then_some(()))
        })
        .await?;
        doctor.shot("3-fulfilled").await?;
        doctor.quiet().await
    })
    .await
}

/// A1: the language is chosen once and stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_switched_and_kept() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("language", async |journey| {
        let guest = journey.browser(Scripts::On).await?;
        guest.goto(&site.page("/cari?cara=video")).await?;
        ensure!(guest.attribute("html", "lang").await?.as_deref() == Some("id"), "not Indonesian at first");
        guest.click("a.lang").await?;
        guest.wait_for("html[lang=en]").await?;
        ensure!(guest.path().await?.contains("cara=video"), "the search is lost");
        guest.goto(&site.page("/masuk")).await?;
        guest.wait_for_text("h1", "Log in").await?;
        Ok(())
    })
    .await
}
