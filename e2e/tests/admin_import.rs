//! An admin opens a facility from a table, gives a doctor hours, and takes a call (B1, B2, C1, C9).

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, Viewport, eventually, journey};

/// A Monday, ten past nine in Makassar.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];

/// As Excel writes it here: a mark in front, semicolons, CRLF; a facility, three services (one of them wrong), two doctors.
const TABLE: &str = "\u{FEFF}row;name;facility;zone;address;regency;phone;kind;minutes;price;modes;sex;speciality;str_number;sip_number;sip_until;service;hours\r\n\
    faskes;Klinik Uji Pantai;;Asia/Makassar;Jl. Penghibur No. 7;73.71;0411 123456;;;;;;;;;;;\r\n\
    layanan;Konsultasi Umum;Klinik Uji Pantai;;;;;konsultasi;20;100.000;langsung daring;;;;;;;\r\n\
    layanan;Cek Darah Lengkap;Klinik Uji Pantai;;;;;laboratorium;15;85.000;;;;;;;;\r\n\
    layanan;Jahit Luka;Klinik Uji Pantai;;;;;tindakan;30;mahal;;;;;;;;\r\n\
    dokter;dr. Uji Lestari, Sp.A;Klinik Uji Pantai;;;;;;;;;P;anak;STR UJI 1;SIP UJI 1;31/12/2028;Konsultasi Umum;\"sen 10.00-15.00; kam 09.00-12.00\"\r\n\
    dokter;dr. Uji Pratama;Klinik Uji Pantai;;;;;;;;;L;umum;STR UJI 2;SIP UJI 2;31/12/2028;Konsultasi Umum;\r\n";

/// Writes a table where the browser finds it.
fn file(folder: &tempfile::TempDir, name: &str, table: &str) -> Result<PathBuf> {
    let path = folder.path().join(name);
    std::fs::write(&path, table)?;
    Ok(path)
}

/// Chooses a file and has it checked.
async fn check(browser: &Browser, site: &Site, path: &std::path::Path) -> Result<()> {
    browser.goto(&site.page("/admin/import")).await?;
    browser.click(".choice:has(input[value=network])").await?;
    browser.wait_for("#file").await?.send_keys(&path.display().to_string()).await?;
    browser.click(".imp-form .btn--primary").await?;
    browser.wait_for(".imp-counts").await.map(drop)
}

async fn counts(browser: &Browser) -> Result<Vec<String>> {
    let mut counts = Vec::new();
    for element in browser.all(".imp-count b").await? {
        counts.push(element.text().await?);
    }
    Ok(counts)
}

/// The table is looked at, kept but for its wrong row, mended and kept whole.
async fn import(browser: &Browser, site: &Site) -> Result<()> {
    let folder = tempfile::tempdir()?;
    check(browser, site, &file(&folder, "klinik.csv", TABLE)?).await?;
    ensure!(counts(browser).await? == ["5", "0", "0", "1"], "{:?}", counts(browser).await?);
    let bad = browser.text(".imp-tbl .imp-why").await?;
    ensure!(bad.contains("150000"), "no remedy: {bad}");
    browser.shot_whole("1-preview").await?;
    // A preview keeps nothing: again, all of it is new.
    check(browser, site, &file(&folder, "klinik.csv", TABLE)?).await?;
    ensure!(counts(browser).await? == ["5", "0", "0", "1"], "{:?}", counts(browser).await?);
    browser.click(".imp-keep .btn--primary").await?;
    browser.wait_for(".imp-result").await?;
    ensure!(counts(browser).await? == ["5", "0", "0", "1"], "{:?}", counts(browser).await?);
    browser.shot_whole("2-kept").await?;

    check(browser, site, &file(&folder, "mended.csv", &TABLE.replace("mahal", "250.000"))?).await?;
    ensure!(counts(browser).await? == ["1", "0", "5", "0"], "{:?}", counts(browser).await?);
    browser.click(".imp-keep .btn--primary").await?;
    browser.wait_for(".imp-result").await?;
    browser.goto(&site.page("/faskes/klinik-uji-pantai")).await?;
    browser.wait_for_text("h1", "Klinik Uji Pantai").await
}

/// B1, B2, C9: the file alone is enough, without scripts too, and what no table is says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_facility_is_opened_from_a_table_without_scripts() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("admin-import-plain", async |journey| {
        let boss = journey.browser(Scripts::Off).await?;
        boss.look(PHONE, Theme::Light, "id").await?;
        boss.log_in(&site, "super_admin").await?;
        let folder = tempfile::tempdir()?;
        boss.goto(&site.page("/admin/import")).await?;
        boss.shot_whole("0-import").await?;
        boss.wait_for("#file")
            .await?
            .send_keys(&file(&folder, "other.csv", "nama;alamat\r\na;b\r\n")?.display().to_string())
            .await?;
        boss.click(".imp-form .btn--primary").await?;
        boss.wait_for_text(".mends", "nama").await?;
        boss.shot("0-no-table").await?;
        import(&boss, &site).await
    })
    .await
}

/// The whole way at one size.
async fn open_and_book(journey: &e2e::Journey, site: &Site, viewport: Viewport) -> Result<()> {
    let boss = journey.browser(Scripts::On).await?;
    boss.look(viewport, Theme::Light, "id").await?;
    boss.log_in(site, "super_admin").await?;
    import(&boss, site).await?;
    give_hours(&boss, site).await?;
    take_a_call(&boss, site).await?;
    boss.quiet().await
}

/// The second doctor came without hours: they get some for today.
async fn give_hours(boss: &Browser, site: &Site) -> Result<()> {
    let start = ".wk__d:first-of-type .hrs:last-of-type input[name^=f]";
    // The hours belong to another part of the house, which hears of the doctor a moment later.
    eventually("the doctor can be planned", async || {
        boss.goto(&site.page("/a/jadwal/uji-pratama")).await?;
        Ok((!boss.all(".wk__d").await?.is_empty()).then_some(()))
    })
    .await?;
    boss.click(".wk__d:first-of-type summary").await?;
    boss.set(start, "13:00").await?;
    boss.set(".wk__d:first-of-type .hrs:last-of-type input[name^=u]", "16:00").await?;
    boss.click(".wk ~ .acts button[name=lihat]").await?;
    boss.wait_for(".came .came--new").await?;
    boss.shot_whole("3-hours").await?;
    boss.click("button[name=simpan]").await?;
    boss.wait_for_text(".flash", "tersimpan").await
}

/// Somebody calls, who was never here; they come, and are found and checked in.
async fn take_a_call(boss: &Browser, site: &Site) -> Result<()> {
    boss.goto(&site.page("/admin/book")).await?;
    boss.click(".adm-person > summary").await?;
    for (field, value) in [
        ("#name", "Hasnah Dg. Tayu"),
        ("#birth_place", "Makassar"),
        ("#birth_day", "7"),
        ("#birth_year", "1971"),
        ("#phone", "081234567890"),
    ] {
        boss.fill(field, value).await?;
    }
    boss.choose("#birth_month", "3").await?;
    boss.click("#sex label:has(input[value=female])").await?;
    boss.click(".adm-person .btn--primary").await?;
    boss.wait_for_path("/admin/book/pat_").await?;
    boss.fill("main input[name=q]", "Uji Pratama").await?;
    boss.click("main form[role=search] button").await?;
    boss.click_text(".list a", "Uji Pratama").await?;
    boss.wait_for(".slots .slot:has(input:enabled)").await?;
    boss.click(".slots .slot:has(input:enabled)").await?;
    boss.fill("#complaint", "Demam sejak kemarin.").await?;
    boss.shot_whole("4-call").await?;
    boss.click(".btn--lg[form=book]").await?;
    let page = boss.wait_for_path("/admin/reservations/").await?;
    boss.wait_for(".flash").await?;
    let code = page.rsplit('/').next().context("a code")?.to_owned();
    boss.goto(&site.page("/admin/reservations")).await?;
    boss.fill(".adm-find input[name=q]", &code).await?;
    boss.click(".adm-find button").await?;
    boss.wait_for_path(&page).await?;
    boss.wait_for_text("main", "Hasnah").await?;
    boss.shot_whole("5-found").await?;
    boss.click("button[value=arrived]").await?;
    boss.wait_for_text(".day-head .chip", "Sudah datang").await?;
    boss.shot_whole("6-arrived").await?;
    Ok(())
}

/// B1, B2, C1, C9
#[tokio::test(flavor = "multi_thread")]
async fn a_new_facility_takes_its_first_call_on_a_phone() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("admin-import-phone", async |journey| open_and_book(journey, &site, PHONE).await).await
}

/// B1, B2, C1, C9
#[tokio::test(flavor = "multi_thread")]
async fn a_new_facility_takes_its_first_call_on_a_laptop() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("admin-import-laptop", async |journey| open_and_book(journey, &site, DESKTOP).await).await
}

/// C9: a filter is kept under a name and found again; the list and the master data go along as tables.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_kept_and_found_again() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("admin-views", async |journey| {
        let admin = journey.browser(Scripts::Off).await?;
        admin.look(DESKTOP, Theme::Light, "id").await?;
        admin.log_in(&site, "admin").await?;
        admin.goto(&site.page("/admin/reservations?tgl=2026-11-24&status=booked")).await?;
        admin.click(".adm-view > summary").await?;
        admin.fill(".adm-view input[name=nama]", "Besok, sudah pasti").await?;
        admin.shot("1-keep").await?;
        admin.click(".adm-view .btn--primary").await?;
        admin.wait_for(".flash").await?;
        admin.goto(&site.page("/admin/reservations")).await?;
        admin.click_text(".adm-views .fchip", "Besok, sudah pasti").await?;
        let path = admin.wait_for_path("/admin/reservations?").await?;
        ensure!(path == "/admin/reservations?tgl=besok&status=booked", "{path}");
        admin.wait_for(".adm-views .fchip[aria-current]").await?;
        admin.shot("2-found").await?;
        admin.fits().await?;
        admin.click(".adm-view > summary").await?;
        admin.click(".adm-view form[action$='/forget'] button").await?;
        admin.wait_gone(".adm-views .fchip").await
    })
    .await
}

/// J7: the pages of the import in every look.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_the_import_in_every_look() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    journey("looks-import", async |journey| {
        let boss = journey.browser(Scripts::On).await?;
        boss.log_in(&site, "super_admin").await?;
        boss.every_look(&site.page("/admin/import"), "import").await?;
        boss.goto(&site.page("/admin/reservations?tgl=besok")).await?;
        boss.click(".adm-view > summary").await?;
        boss.fill(".adm-view input[name=nama]", "Besok di semua faskes yang saya layani").await?;
        boss.click(".adm-view .btn--primary").await?;
        boss.wait_for(".adm-views .fchip").await?;
        boss.every_look(&site.page("/admin/reservations?tgl=besok"), "views").await?;
        let folder = tempfile::tempdir()?;
        for (viewport, theme) in [(PHONE, Theme::Dark), (DESKTOP, Theme::Light)] {
            boss.look(viewport, theme, "id").await?;
            check(&boss, &site, &file(&folder, "klinik.csv", TABLE)?).await?;
            boss.shot_whole("preview").await?;
            boss.fits().await?;
            boss.accessible().await?;
        }
        boss.quiet().await
    })
    .await
}
