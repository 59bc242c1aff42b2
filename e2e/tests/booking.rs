//! Booking as people do it: by few taps, as a guest, without scripts, by keyboard alone, twice by accident.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, PHONE, Scripts, Site, Theme, eventually, journey};

const COMPLAINT: &str = "Batuk berdahak sejak lima hari, sudah minum parasetamol.";
/// The button that leads on, on phones.
const ON: &str = ".actionbar button[form=book]";

/// From the page of a kept time to the confirmation.
async fn answer_and_book(browser: &Browser) -> Result<String> {
    browser.wait_for_path("/pesan/").await?;
    browser.fill("textarea", COMPLAINT).await?;
    browser.click(ON).await?;
    browser.wait_for(".fees").await?;
    browser.click(ON).await?;
    browser.wait_for(".done__c").await?;
    browser.text(".done__c .code").await
}

/// A patient on their phone signs in and keeps the first time shown: the page that asks what is the matter.
async fn keep_a_time(patient: &Browser, site: &Site) -> Result<()> {
    patient.look(PHONE, Theme::Light, "id").await?;
    patient.log_in(site, "patient").await?;
    patient.goto(&site.page("/")).await?;
    patient.click(".docs .slot").await?;
    patient.wait_for_path("/dokter/").await?;
    patient.click(ON).await?;
    patient.wait_for_path("/pesan/").await?;
    Ok(())
}

/// C1, C3, C5
#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_patient_books_with_four_taps() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("book", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/")).await?;
        patient.shot("1-home").await?;
        // Tap 1: a time on a doctor's card. Tap 2: go on. Tap 3: go on. Tap 4: book.
        patient.click(".docs .slot").await?;
        patient.wait_for_path("/dokter/").await?;
        patient.shot("2-times").await?;
        patient.click(ON).await?;
        let code = answer_and_book(&patient).await?;
        patient.shot("3-done").await?;
        ensure!(code.len() == 8, "{code} is no code");
        patient.goto(&site.page("/janji")).await?;
        patient.shot("4-list").await?;
        let plain = code.replace('-', "");
        ensure!(patient.all(&format!("a[href='/janji/{plain}']")).await?.len() == 1, "{code} is not in the list");
        patient.quiet().await
    })
    .await
}

/// A2, C3
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_keeps_the_time_while_signing_up() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("book-as-guest", async |journey| {
        let guest = journey.browser(Scripts::On).await?;
        guest.look(PHONE, Theme::Dark, "id").await?;
        guest.goto(&site.page("/")).await?;
        guest.click(".docs .slot").await?;
        guest.wait_for_path("/dokter/").await?;
        let time = guest.text(".actionbar [data-chosen]").await?;
        guest.click(ON).await?;
        guest.wait_for_path("/masuk").await?;
        guest.wait_for_text(".notice--wait", "simpan").await?;
        guest.shot("1-kept-while-signing-in").await?;
        guest.click(".entry__alt a").await?;
        guest.wait_for_path("/daftar").await?;
        for (field, value) in [
            ("name", "Sari Uji Coba"),
            ("birth_place", "Makassar"),
            ("birth_day", "31"),
            ("birth_year", "1990"),
            ("nik", "7371014402900001"),
            ("email", "sari.uji@contoh.example"),
            ("phone", "0812 3400 9911"),
            ("address", "Jl. Contoh 1, Makassar"),
            ("password", "empat kata tidak serupa"),
        ] {
            guest.fill(&format!("#{field}"), value).await?;
        }
        guest.choose("#birth_month", "2").await?;
        guest.execute("document.querySelector('[name=sex][value=female]').click(); document.querySelector('#consent').click()", vec![]).await?;
        guest.click("main form .acts button").await?;
        // There is no 31 February: everything but the password stays.
        guest.wait_for("#mends").await?;
        guest.shot("2-mend").await?;
        ensure!(guest.execute("return document.querySelector('#name').value", vec![]).await? == "Sari Uji Coba", "the name is lost");
        ensure!(guest.execute("return document.querySelector('#password').value", vec![]).await? == "", "the password came back");
        guest.fill("#birth_day", "4").await?;
        guest.fill("#password", "empat kata tidak serupa").await?;
        guest.click("main form .acts button").await?;
        guest.wait_for_path("/pesan/").await?;
        let kept = guest.text(".actionbar__t b").await?;
        ensure!(kept == time, "{kept} is kept, {time} was chosen");
        answer_and_book(&guest).await?;
        guest.shot("3-done").await
    })
    .await
}

/// C3
#[tokio::test(flavor = "multi_thread")]
async fn booking_works_without_scripts() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("book-without-scripts", async |journey| {
        let patient = journey.browser(Scripts::Off).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/cari?cara=klinik")).await?;
        patient.click("main h3 a").await?;
        patient.wait_for_path("/dokter/").await?;
        // Another day by its link, then a time by its radio.
        patient.click(".datestrip a:not([aria-current])").await?;
        patient.wait_for(".datestrip a[aria-current]").await?;
        patient.click(".slot:has(input:enabled)").await?;
        patient.shot("1-times").await?;
        patient.click(ON).await?;
        answer_and_book(&patient).await?;
        patient.shot("2-done").await?;
        patient.click(".done__a .btn--primary").await?;
        patient.wait_for(".timeline").await?;
        Ok(())
    })
    .await
}

/// C3 (R.C5)
#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_pressing_twice_book_once() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("book-twice", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        let count = async || {
            patient.goto(&site.page("/janji")).await?;
            Ok::<_, anyhow::Error>(patient.all(".visit").await?.len())
        };
        let before = count().await?;
        patient.goto(&site.page("/")).await?;
        patient.click(".docs .slot").await?;
        patient.click(ON).await?;
        patient.wait_for_path("/pesan/").await?;
        patient.fill("textarea", COMPLAINT).await?;
        patient.click(ON).await?;
        patient.wait_for(".fees").await?;
        let check = patient.path().await?;
        // Twice in the same instant, past the guard of the page's own script.
        patient
            .execute(
                "const form = document.getElementById('book'); const body = new URLSearchParams(new FormData(form)); \
                 window.twice = Promise.all([1, 2].map(() => fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } }))) \
                     .then(answers => { window.answers = answers.map(answer => answer.url); });",
                vec![],
            )
            .await?;
        let answers = eventually("both presses are answered", async || {
            let answers = patient.execute("return window.answers ?? null", vec![]).await?;
            Ok((!answers.is_null()).then_some(answers))
        })
        .await?;
        ensure!(answers[0] == answers[1], "two presses lead to {answers}");
        // The old page again, from the history and by its address: both lead to what was booked.
        patient.click(ON).await?;
        patient.wait_for_path("/janji/").await?;
        patient.goto(&site.page(&check)).await?;
        let path = patient.wait_for_path("/janji/").await?;
        ensure!(answers[0].as_str().context("an address")?.contains(&path), "{path} is another appointment");
        let after = count().await?;
        ensure!(after == before + 1, "{} appointments came of it", after - before);
        Ok(())
    })
    .await
}

/// C3: a refused step is a page of its own, so that going back and reloading send nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_step_can_be_left_and_come_back_to() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("refused-step", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        keep_a_time(&patient, &site).await?;
        patient.fill("textarea", "ab").await?;
        patient.click(ON).await?;
        patient.wait_for("#mends").await?;
        patient.shot("1-mend").await?;
        patient.goto(&site.page("/janji")).await?;
        patient.execute("history.back()", vec![]).await?;
        patient.wait_for_path("/pesan/").await?;
        patient.wait_for("textarea").await?;
        let typed = patient.execute("return document.querySelector('textarea').value", vec![]).await?;
        ensure!(typed == "ab", "{typed} is left of what was typed");
        // Nothing of it stands in an address.
        ensure!(!patient.path().await?.contains('?'), "{} tells", patient.path().await?);
        Ok(())
    })
    .await
}

/// C3 (R.H1): at the end of the hold the page offers to keep the time again, and what was typed goes along.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_ends_on_the_page_can_be_renewed_there() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("hold-ends", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        keep_a_time(&patient, &site).await?;
        patient.fill("textarea", COMPLAINT).await?;
        // Keeping another time lets this one go; then the last second of this page's own count passes.
        patient
            .execute(
                "const ours = [...document.querySelectorAll('script[type=module]')][0].src.replace('app.js', 'hold-countdown.js'); \
                 const page = async path => new DOMParser().parseFromString(await (await fetch(path, { headers: { Accept: 'text/html' } })).text(), 'text/html'); \
                 (async () => { const home = await page('/'); const doctor = await page(home.querySelectorAll('.docs .slot')[1].getAttribute('href')); \
                     const form = doctor.getElementById('book'); const body = new URLSearchParams(new FormData(form)); \
                     const action = form.getAttribute('action'); \
                     await fetch(action, { method: 'POST', body, headers: { Accept: 'text/html' } }); \
                     document.querySelectorAll('[data-hold]').forEach(hold => hold.dataset.holdSeconds = 1); await import(ours + '?again'); })()",
                vec![],
            )
            .await?;
        patient.wait_for(".actionbar button[formaction]").await?;
        patient.shot("1-ended").await?;
        let typed = patient.execute("return document.querySelector('textarea').value", vec![]).await?;
        ensure!(typed == COMPLAINT, "{typed} is left of what was typed");
        let old = patient.path().await?;
        patient.click(".actionbar button[formaction]").await?;
        eventually("the time is kept again", async || {
            let path = patient.path().await?;
            Ok((path.ends_with("/periksa") && !old.contains(path.trim_end_matches("/periksa"))).then_some(()))
        })
        .await?;
        patient.wait_for_text(".said", "Batuk berdahak").await?;
        patient.wait_for("[data-hold]").await?;
        patient.shot("2-again").await
    })
    .await
}

/// J7: nothing but Tab, arrows, Space and Enter.
#[tokio::test(flavor = "multi_thread")]
async fn booking_works_by_keyboard_alone() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("book-by-keyboard", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/")).await?;
        tab_to(&patient, ".docs .slot").await?;
        press(&patient, ENTER).await?;
        patient.wait_for_path("/dokter/").await?;
        tab_to(&patient, "[name=slot]").await?;
        press(&patient, RIGHT).await?;
        patient.shot("1-focus").await?;
        tab_to(&patient, "aside button[form=book]").await?;
        press(&patient, ENTER).await?;
        patient.wait_for_path("/pesan/").await?;
        tab_to(&patient, "textarea").await?;
        press(&patient, COMPLAINT).await?;
        tab_to(&patient, "aside button[form=book]").await?;
        press(&patient, ENTER).await?;
        patient.wait_for(".fees").await?;
        tab_to(&patient, "aside button[form=book]").await?;
        patient.shot("2-check").await?;
        press(&patient, ENTER).await?;
        patient.wait_for(".done__c").await?;
        Ok(())
    })
    .await
}

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const RIGHT: &str = "\u{e014}";

/// Sends keys to whatever has the focus.
async fn press(browser: &Browser, keys: &str) -> Result<()> {
    browser.press(keys).await
}

/// Presses Tab until the focus is on an element that the selector finds.
async fn tab_to(browser: &Browser, css: &str) -> Result<()> {
    for _ in 0..150 {
        let there = browser.execute("return document.activeElement.matches(arguments[0])", vec![css.into()]).await?;
        if there == true {
            return Ok(());
        }
        press(browser, TAB).await?;
    }
    anyhow::bail!("Tab never comes to {css}")
}
