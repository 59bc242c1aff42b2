//! Two people, one time: one confirmation, one friendly page; and what is on screen stays true by itself.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::{Browser, PHONE, Scripts, Site, Theme, journey};

/// The start marked on the page.
async fn chosen(browser: &Browser) -> Result<String> {
    let value = browser.execute("return document.querySelector('[name=slot]:checked')?.value ?? ''", vec![]).await?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// C3 (R.C1, R.C7)
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_gets_the_time_and_the_other_is_told_kindly() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("two-for-one-time", async |journey| {
        // Without scripts nothing warns the second one before they press.
        let (first, second) = (journey.browser(Scripts::On).await?, journey.browser(Scripts::Off).await?);
        for browser in [&first, &second] {
            browser.look(PHONE, Theme::Light, "id").await?;
        }
        first.goto(&site.page("/")).await?;
        first.click(".docs .slot").await?;
        let doctor = first.wait_for_path("/dokter/").await?;
        second.goto(&site.page(&doctor)).await?;
        first.click(".actionbar button[form=book]").await?;
        first.wait_for_path("/masuk").await?;
        second.click(".actionbar button[form=book]").await?;
        second.wait_for(".lost").await?;
        second.wait_for_text(".lost", "baru saja diambil").await?;
        second.shot("lost").await?;
        ensure!(second.all(".lost__n button").await?.len() == 3, "three nearest times are offered");
        second.click(".lost__n button").await?;
        second.wait_for_path("/masuk").await?;
        second.wait_for(".notice--wait").await?;
        Ok(())
    })
    .await
}

/// C3 (R.L6): within a second, without a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_somebody_takes_vanishes_within_a_second() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("vanishing-time", async |journey| {
        let (first, second) = (journey.browser(Scripts::On).await?, journey.browser(Scripts::On).await?);
        first.goto(&site.page("/")).await?;
        first.click(".docs .slot").await?;
        let doctor = first.wait_for_path("/dokter/").await?;
        let start = chosen(&first).await?;
        second.goto(&site.page(&doctor)).await?;
        second.wait_for(&format!("[data-slot='{start}'] input:checked")).await?;
        second.shot("1-free").await?;
        // The stream has to be open before anything can be heard.
        second.wait_live().await?;
        first.click("aside button[form=book]").await?;
        first.wait_for_path("/masuk").await?;
        let began = Instant::now();
        second.wait_for(&format!("[data-slot='{start}'] input:disabled")).await?;
        ensure!(began.elapsed() < Duration::from_secs(1), "it took {:?}", began.elapsed());
        second.shot("2-taken").await?;
        ensure!(chosen(&second).await?.is_empty(), "a time that is gone is still chosen");
        second.wait_for_text("#announce", "baru saja diambil").await?;
        Ok(())
    })
    .await
}
