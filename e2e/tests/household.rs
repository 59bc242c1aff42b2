//! One's own account and family: the profile, a visit for one's mother, what one has agreed to, leaving for good.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, Viewport, eventually, journey};

const COMPLAINT: &str = "Lutut kanan nyeri bila naik tangga, sejak dua minggu.";
const MOTHER: &str = "Salmah Daeng Ngai";

/// The ways in which each flow is walked.
const WAYS: [(&str, Viewport, Scripts); 3] =
    [("phone", PHONE, Scripts::On), ("desktop", DESKTOP, Scripts::On), ("plain", PHONE, Scripts::Off)];

/// The button that leads on, wherever it stands at this width.
fn on(viewport: Viewport) -> &'static str {
    if viewport.phone { ".actionbar button[form=book]" } else { "aside button[form=book]" }
}

/// Fills the form about somebody new in the family.
async fn introduce(browser: &Browser) -> Result<()> {
    browser.click("#relation label:has([value=parent])").await?;
    browser.fill("#name", MOTHER).await?;
    browser.click("details.more summary").await?;
    browser.choose("#no_nik_reason", "later").await?;
    browser.fill("#birth_place", "Bantaeng").await?;
    browser.fill("#birth_day", "7").await?;
    browser.choose("#birth_month", "5").await?;
    browser.fill("#birth_year", "1958").await?;
    browser.click("#sex label:has([value=female])").await
}

async fn a_visit_for_a_mother(way: (&str, Viewport, Scripts)) -> Result<()> {
    let (name, viewport, scripts) = way;
    let site = Site::demo(&[]).await?;
    journey(&format!("mother-{name}"), async |journey| {
        let daughter = journey.browser(scripts).await?;
        daughter.look(viewport, Theme::Light, "id").await?;
        daughter.log_in(&site, "patient").await?;
        daughter.goto(&site.page("/")).await?;
        daughter.click(".docs .slot").await?;
        daughter.wait_for_path("/dokter/").await?;
        daughter.click(on(viewport)).await?;
        daughter.wait_for_path("/pesan/").await?;
        daughter.fill("textarea", COMPLAINT).await?;
        daughter.shot_whole("1-who").await?;
        // Somebody is added on the way, and what was typed stays.
        daughter.click("button.choice--add").await?;
        daughter.wait_for_path("/keluarga/tambah").await?;
        introduce(&daughter).await?;
        daughter.click("main form .acts button").await?;
        daughter.wait_for("#mends").await?;
        ensure!(daughter.text("#mends").await?.contains("bertindak"), "consent is not asked for");
        daughter.shot_whole("2-consent").await?;
        daughter.click("label[for=consent]").await?;
        daughter.click("main form .acts button").await?;
        daughter.wait_for_path("/pesan/").await?;
        ensure!(daughter.text(".choice:has(:checked)").await?.contains(MOTHER), "the visit is not for her");
        let typed = daughter.wait_for("textarea").await?.prop("value").await?;
        ensure!(typed.as_deref() == Some(COMPLAINT), "the complaint is lost: {typed:?}");
        daughter.shot_whole("3-chosen").await?;
        daughter.click(on(viewport)).await?;
        daughter.wait_for(".fees").await?;
        ensure!(daughter.text(".summary--wide").await?.contains(MOTHER), "the check names somebody else");
        daughter.shot_whole("4-check").await?;
        daughter.click(on(viewport)).await?;
        daughter.wait_for(".done__c").await?;
        ensure!(daughter.text(".summary").await?.contains(MOTHER), "booked for somebody else");
        let code = daughter.text(".done__c .code").await?.replace('-', "");

        // She is in the family, can be changed, and let go; the visit stays with the clinic.
        daughter.goto(&site.page("/keluarga")).await?;
        daughter.wait_for_text(".member", MOTHER).await?;
        daughter.shot_whole("5-family").await?;
        let edit = daughter
            .execute("return [...document.querySelectorAll('.member')].find(m => m.textContent.includes(arguments[0])).querySelector('a[href^=\"/keluarga/pat_\"]:not([href$=pesan])').getAttribute('href')", vec![MOTHER.into()])
            .await?;
        let edit = edit.as_str().context("she cannot be changed")?.to_owned();
        daughter.goto(&site.page(&edit)).await?;
        daughter.click("#relation label:has([value=other])").await?;
        daughter.fill("#address", "Jl. Kebun Jeruk 4, Makassar").await?;
        daughter.click("main form .acts button").await?;
        daughter.wait_for_text(".flash", "tersimpan").await?;
        daughter.wait_for_text(".member", "asuhan").await?;
        // From the family a booking begins for her.
        daughter.click(&format!("a[href='{edit}/pesan']")).await?;
        daughter.wait_for_path("/cari").await?;
        daughter.wait_for_text(".flash", "orang yang dipilih").await?;
        daughter.goto(&site.page("/")).await?;
        daughter.click(".docs .slot").await?;
        daughter.wait_for_path("/dokter/").await?;
        daughter.click(on(viewport)).await?;
        daughter.wait_for_path("/pesan/").await?;
        ensure!(daughter.text(".choice:has(:checked)").await?.contains(MOTHER), "the booking is not for her");
        daughter.goto(&site.page(&format!("{edit}/lepas"))).await?;
        daughter.wait_for_text("main", "1 janji").await?;
        daughter.shot_whole("6-release").await?;
        daughter.click("main form button.btn--danger-o").await?;
        daughter.wait_for_text(".flash", "mewakili").await?;
        daughter.goto(&site.page("/akun/data")).await?;
        daughter.wait_for_text("main", "Berakhir").await?;
        daughter.shot_whole("7-consents").await?;
        eventually("the visit is hers no more", async || {
            daughter.goto(&site.page(&format!("/janji/{code}"))).await?;
            Ok(daughter.text("h1").await?.contains("tidak ditemukan").then_some(()))
        })
        .await
    })
    .await
}

/// A9, C2, C5
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_for_ones_mother_on_a_phone() -> Result<()> {
    a_visit_for_a_mother(WAYS[0]).await
}

/// A9
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_for_ones_mother_on_a_laptop() -> Result<()> {
    a_visit_for_a_mother(WAYS[1]).await
}

/// A9
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_for_ones_mother_without_scripts() -> Result<()> {
    a_visit_for_a_mother(WAYS[2]).await
}

/// A1, A2
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_and_never_over_a_change_made_elsewhere() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("profile", async |journey| {
        for (name, viewport, scripts) in WAYS {
            let person = journey.browser(scripts).await?;
            person.look(viewport, Theme::Light, "id").await?;
            person.log_in(&site, "patient").await?;
            person.goto(&site.page("/akun")).await?;
            person.shot_whole(&format!("{name}-1-account")).await?;
            person.click("a[href='/akun/profil']").await?;
            person.wait_for_path("/akun/profil").await?;
            person.fill("#postal_code", "9").await?;
            person.click("main form .acts button").await?;
            person.wait_for_text("#mends", "Kode pos").await?;
            person.shot_whole(&format!("{name}-2-mend")).await?;
            person.fill("#postal_code", "90121").await?;
            person.fill("#address", &format!("Jl. Nuri {}, Mariso, Makassar", name.len())).await?;
            person.fill("#contact_name", "Rahma").await?;
            person.fill("#contact_relation", "kakak").await?;
            person.fill("#contact_phone", "0813 9988 7766").await?;
            // Meanwhile another window keeps a change.
            let other = journey.browser(Scripts::Off).await?;
            other.log_in(&site, "patient").await?;
            other.goto(&site.page("/akun/profil")).await?;
            other.fill("#birth_place", "Parepare").await?;
            other.click("main form .acts button").await?;
            other.wait_for(".flash").await?;
            person.click("main form .acts button").await?;
            person.wait_for_text("#mends", "di tempat lain").await?;
            person.click("main form .acts button").await?;
            person.wait_for_text(".flash", "tersimpan").await?;
            person.wait_for_text("main", "90121").await?;
            person.wait_for_text("main", "Rahma (kakak)").await?;
        }
        Ok(())
    })
    .await
}

/// A6
#[tokio::test(flavor = "multi_thread")]
async fn leaving_takes_the_password_and_tells_what_was_erased() -> Result<()> {
    for (name, viewport, scripts) in WAYS {
        let site = Site::demo(&[]).await?;
        journey(&format!("leave-{name}"), async |journey| {
            let account = site.log_in_of("patient")?.clone();
            let person = journey.browser(scripts).await?;
            person.look(viewport, Theme::Light, "id").await?;
            person.log_in(&site, "patient").await?;
            person.goto(&site.page("/akun/data")).await?;
            person.click("a[href='/akun/hapus']").await?;
            person.wait_for_path("/akun/hapus").await?;
            person.shot_whole("1-before").await?;
            person.click("label[for=sure]").await?;
            person.fill("#password", "bukan kata sandi saya").await?;
            person.click("main form button.btn--danger-o").await?;
            person.wait_for("#password-error").await?;
            person.shot_whole("2-wrong").await?;
            person.fill("#password", &account.password).await?;
            person.click("main form button.btn--danger-o").await?;
            let progress = person.wait_for_path("/dihapus/").await?;
            eventually("every part has answered", async || {
                person.goto(&site.page(&progress)).await?;
                Ok(person.text("h1").await?.contains("sudah dihapus").then_some(()))
            })
            .await?;
            person.shot_whole("3-erased").await?;
            person.goto(&site.page("/masuk")).await?;
            person.fill("#login", &account.email).await?;
            person.fill("#password", &account.password).await?;
            person.click("main form .btn--primary").await?;
            person.wait_for(".notice--danger").await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// J10
#[tokio::test(flavor = "multi_thread")]
async fn the_language_of_pages_and_messages_is_chosen() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("language", async |journey| {
        let person = journey.browser(Scripts::Off).await?;
        person.look(PHONE, Theme::Light, "id").await?;
        person.log_in(&site, "patient").await?;
        person.goto(&site.page("/akun")).await?;
        person.click("label:has([name=locale][value=en])").await?;
        person.click("form[action='/akun/bahasa'] button").await?;
        person.wait_for_text(".flash", "Language saved").await?;
        ensure!(person.attribute("html", "lang").await?.as_deref() == Some("en"), "the page speaks another language");
        // Another browser learns it from the account.
        let other = journey.browser(Scripts::Off).await?;
        other.log_in(&site, "patient").await?;
        other.goto(&site.page("/akun")).await?;
        ensure!(other.attribute("html", "lang").await?.as_deref() == Some("en"), "the account speaks another language");
        Ok(())
    })
    .await
}

/// G4: whoever looks at their inbox sees what comes, opens it, and it is read.
#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_fills_while_one_looks_and_opens_what_it_tells_of() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("inbox", async |journey| {
        let (looks, books) = (journey.browser(Scripts::On).await?, journey.browser(Scripts::Off).await?);
        for browser in [&looks, &books] {
            browser.look(PHONE, Theme::Light, "id").await?;
            browser.log_in(&site, "patient").await?;
        }
        // What came before is read.
        looks.goto(&site.page("/kotak-masuk")).await?;
        if !looks.all("form[action='/kotak-masuk/dibaca']").await?.is_empty() {
            looks.click("form[action='/kotak-masuk/dibaca'] button").await?;
            looks.wait_for(".flash").await?;
        }
        looks.wait_gone(".inbox__i.is-new").await?;
        looks.wait_live().await?;
        books.goto(&site.page("/cari?cara=klinik")).await?;
        books.click(".doc__slots .slot").await?;
        books.click(on(PHONE)).await?;
        books.wait_for_path("/pesan/").await?;
        books.fill("textarea", COMPLAINT).await?;
        books.click(on(PHONE)).await?;
        books.wait_for(".fees").await?;
        books.click(on(PHONE)).await?;
        let code = books.text(".done__c .code").await?.replace('-', "");
        looks.wait_for(".inbox__i.is-new").await?;
        looks.shot_whole("1-inbox").await?;
        looks.click(".inbox__i.is-new").await?;
        looks.wait_for_path(&format!("/janji/{code}")).await?;
        looks.goto(&site.page("/akun/pemberitahuan")).await?;
        looks.shot_whole("2-settings").await?;
        looks.click("label.choice:has([value='120'])").await?;
        looks.click("form[action='/akun/pemberitahuan'] .btn--primary").await?;
        looks.wait_for_text(".flash", "disimpan").await?;
        looks.click("form[action='/akun/kalender'] button").await?;
        looks.wait_for_text(".feed__a", "/calendar/").await?;
        // Without scripts everything can be marked at once.
        books.goto(&site.page("/kotak-masuk")).await?;
        if !books.all("form[action='/kotak-masuk/dibaca']").await?.is_empty() {
            books.click("form[action='/kotak-masuk/dibaca'] button").await?;
            books.wait_for(".flash").await?;
        }
        books.wait_gone(".inbox__i.is-new").await
    })
    .await
}
