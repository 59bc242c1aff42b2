//! The doctor plans: hours with what they come to, why there is no time, leave until every patient is taken care of.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, journey};

/// A Monday morning, when the practice is on.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];

async fn as_doctor(browser: &Browser, site: &Site) -> Result<()> {
    browser.log_in(site, "doctor").await?;
    browser.wait_for_path("/d/hari-ini").await.map(drop)
}

/// C1 (R.V2, R.V5): hours are looked at before they are kept, without scripts.
#[tokio::test(flavor = "multi_thread")]
async fn hours_are_looked_at_before_they_are_kept() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("doctor-hours", async |journey| {
        let doctor = journey.browser(Scripts::Off).await?;
        doctor.look(PHONE, Theme::Light, "id").await?;
        as_doctor(&doctor, &site).await?;
        doctor.goto(&site.page("/d/jadwal")).await?;
        doctor.shot_whole("1-hours").await?;
        doctor.click(".wk__d:last-of-type summary").await?;
        doctor.set(".wk__d:last-of-type .hrs:last-of-type input[name^=f]", "09:00").await?;
        doctor.set(".wk__d:last-of-type .hrs:last-of-type input[name^=u]", "10:00").await?;
        doctor.click(".wk ~ .acts button[name=lihat]").await?;
        doctor.wait_for(".came .came--new").await?;
        doctor.shot_whole("2-outcome").await?;
        if !doctor.all("input[name=yakin]").await?.is_empty() {
            doctor.click("label:has(input[name=yakin])").await?;
        }
        doctor.click("button[name=simpan]").await?;
        doctor.wait_for_text(".flash", "tersimpan").await?;
        let sunday = doctor.text(".wk__d:last-of-type summary").await?;
        ensure!(sunday.contains("09.00–10.00"), "the hours are not there: {sunday}");
        Ok(())
    })
    .await
}

/// C1 (R.G10): every part of a day is offered or refused by a named rule.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_explained_why_there_is_no_time() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("doctor-why", async |journey| {
        let doctor = journey.browser(Scripts::On).await?;
        doctor.look(PHONE, Theme::Dark, "en").await?;
        as_doctor(&doctor, &site).await?;
        doctor.click(".queue a[href^='/d/jadwal/kenapa']").await?;
        doctor.wait_for(".whys li").await?;
        doctor.shot_whole("1-why").await?;
        let reasons = doctor.text(".whys").await?;
        // The account's own language goes before that of the browser.
        ensure!(reasons.contains("Di luar jam praktik"), "no rule is named: {reasons}");
        doctor.accessible().await?;
        doctor.quiet().await
    })
    .await
}

/// C1, C6 (R.V4): a leave, decided about, comes to one outcome for every patient; one of them chooses a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_leave_takes_care_of_every_patient() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("doctor-leave", async |journey| {
        let doctor = journey.browser(Scripts::On).await?;
        doctor.look(PHONE, Theme::Light, "id").await?;
        as_doctor(&doctor, &site).await?;
        doctor.goto(&site.page("/d/cuti/baru")).await?;
        doctor.set("#dari", "2026-11-23").await?;
        doctor.set("#sampai", "2026-11-27").await?;
        doctor.shot("1-leave").await?;
        doctor.click("main form .btn--primary").await?;
        doctor.wait_for(".group").await?;
        doctor.shot_whole("2-deciding").await?;
        let groups = doctor.all(".group").await?.len();
        for n in 0..groups {
            doctor.click(&format!("label:has(input[name=g{n}][value=propose])")).await?;
        }
        doctor.click("main form .btn--lg").await?;
        doctor.wait_for(".came-of").await?;
        let path = doctor.path().await?;
        e2e::eventually("every patient has an outcome", async || {
            doctor.goto(&site.page(&path)).await?;
            let waits = doctor.text("main").await?.contains("Sedang dikerjakan");
            Ok((!waits).then_some(()))
        })
        .await?;
        doctor.shot_whole("3-outcomes").await?;
        doctor.look(DESKTOP, Theme::Dark, "en").await?;
        doctor.goto(&site.page(&path)).await?;
        doctor.shot("4-outcomes").await?;
        let text = doctor.text("main").await?;
        // The account's own language goes before that of the browser.
        ensure!(text.contains("Setiap pasien sudah diurus"), "{text}");
        doctor.goto(&site.page("/d/jadwal")).await?;
        doctor.shot("5-hours").await?;
        doctor.attribute("a[href^='/d/cuti/lve_']", "href").await?.context("the leave is listed")?;
        doctor.quiet().await
    })
    .await
}

/// B2: the doctor's own profile.
#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_tells_of_themselves() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("doctor-profile", async |journey| {
        let doctor = journey.browser(Scripts::Off).await?;
        doctor.look(PHONE, Theme::Light, "id").await?;
        as_doctor(&doctor, &site).await?;
        doctor.goto(&site.page("/d/profil")).await?;
        doctor.shot_whole("1-profile").await?;
        doctor.fill("#about_id", "Praktik dengan tenang, tanpa terburu-buru.").await?;
        doctor.click("form[action='/d/profil'] .btn--primary").await?;
        doctor.wait_for_text(".flash", "tersimpan").await?;
        let about = doctor.attribute(".day-head a.btn", "href").await?;
        doctor.goto(&site.page(&about.context("the public page")?)).await?;
        doctor.wait_for_text("main", "tanpa terburu-buru").await
    })
    .await
}
