//! Named roles of staff: made by a super admin, held at the front desk, and refused what they do not allow.

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, eventually, journey};

/// A Monday morning, when patients come.
const MONDAY: &[&str] = &["--clock", "2026-11-23T01:10:00Z"];
const EMAIL: &str = "loket@contoh.example";
const PASSWORD: &str = "kuda laut biru menari";
/// Sends the form of the page.
const SEND: &str = "main form .btn--primary";

/// Ticks the box of this name and value.
async fn tick(browser: &Browser, name: &str, value: &str) -> Result<()> {
    browser.click(&format!("label:has(input[name='{name}'][value='{value}'])")).await
}

/// The newest code in the demonstration's mailbox.
async fn code_for(browser: &Browser, site: &Site, email: &str) -> Result<Option<String>> {
    browser.goto(&site.page("/dev/mailbox")).await?;
    let script = "const row = [...document.querySelectorAll('tr')].find(row => row.textContent.includes(arguments[0])); \
                  return row?.querySelector('code')?.textContent ?? null";
    Ok(browser.execute(script, vec![email.into()]).await?.as_str().map(ToOwned::to_owned))
}

/// Makes the role "Loket": it sees appointments and checks in, and nothing else.
async fn make_role(boss: &Browser, site: &Site) -> Result<()> {
    boss.goto(&site.page("/admin/roles")).await?;
    boss.click("header a[href='/admin/roles/new']").await?;
    boss.wait_for_path("/admin/roles/new").await?;
    // Nothing chosen yet: the form says so, and keeps the name.
    boss.fill("#name", "Loket").await?;
    boss.click(SEND).await?;
    boss.wait_for("#mends").await?;
    ensure!(boss.attribute("#name", "value").await?.as_deref() == Some("Loket"), "the name typed is lost");
    boss.shot("1-nothing-chosen").await?;
    for permission in ["appointment.read", "appointment.attend"] {
        tick(boss, "may", permission).await?;
    }
    boss.shot("2-chosen").await?;
    boss.click(SEND).await?;
    boss.wait_for_text(".flash", "Peran sudah diubah").await?;
    boss.wait_for_text(".adm-roles", "Loket").await
}

/// Opens an account of staff who holds the role at every facility.
async fn open_account(boss: &Browser, site: &Site) -> Result<()> {
    boss.goto(&site.page("/admin/users")).await?;
    boss.click("a[href='/admin/users/new']").await?;
    boss.wait_for_path("/admin/users/new").await?;
    boss.fill("#name", "Nur Aisyah").await?;
    boss.fill("#email", EMAIL).await?;
    boss.click_text(".choice", "Loket").await?;
    let all = "document.querySelectorAll('input[name=facility]').forEach(box => { box.checked = true; })";
    boss.execute(all, vec![]).await?;
    boss.shot_whole("3-staff").await?;
    boss.click(SEND).await?;
    boss.wait_for_text(".flash", "Akun sudah dibuka").await?;
    ensure!(boss.text("main .chip--line").await? == "Loket", "the account is not called by its role");
    boss.shot("4-account").await
}

/// A4, C9: "a super admin makes a 'front desk' role that may check in but not cancel"
#[tokio::test(flavor = "multi_thread")]
async fn a_front_desk_checks_in_and_does_not_cancel() -> Result<()> {
    let site = Site::demo(MONDAY).await?;
    if !site.has_mailbox() {
        return Ok(()); // nobody shows codes there
    }
    journey("front-desk", async |journey| {
        let boss = journey.browser(Scripts::On).await?;
        boss.look(DESKTOP, Theme::Light, "id").await?;
        boss.log_in(&site, "super_admin").await?;
        make_role(&boss, &site).await?;
        open_account(&boss, &site).await?;

        // The code that was sent sets the first password.
        let mailbox = journey.browser(Scripts::On).await?;
        let code = eventually("the code arrives", async || code_for(&mailbox, &site, EMAIL).await).await?;
        let desk = journey.browser(Scripts::On).await?;
        desk.look(PHONE, Theme::Light, "id").await?;
        desk.goto(&site.page("/masuk/kode")).await?;
        desk.fill("#login", EMAIL).await?;
        desk.fill("#code", &code).await?;
        desk.fill("#password", PASSWORD).await?;
        desk.click(SEND).await?;
        desk.wait_for_text(".flash", "Kata sandi baru").await?;
        desk.fill("#login", EMAIL).await?;
        desk.fill("#password", PASSWORD).await?;
        desk.click(SEND).await?;

        // Their work begins where they have any, and their menu offers no more.
        desk.wait_for_path("/admin/reservations").await?;
        for other in ["/a/dokter-menunggu", "/a/jadwal", "/admin/users", "/admin/roles", "/admin/book"] {
            ensure!(desk.all(&format!("a[href='{other}']")).await?.is_empty(), "{other} is offered");
        }
        desk.shot("5-day").await?;
        desk.quiet().await?;

        let code = check_in(&desk, &site).await?;
        refused(&desk, &site, &code).await?;

        // What the role allows is changed, and whoever is signed in notices.
        boss.goto(&site.page("/admin/roles")).await?;
        boss.shot_whole("8-matrix").await?;
        boss.click(".adm-roles a[href^='/admin/roles/of/']").await?;
        boss.wait_for_path("/admin/roles/of/").await?;
        boss.click("details.more summary").await?;
        boss.click("details.more .btn--danger").await?;
        boss.wait_for_text(".flash", "dipensiunkan").await?;
        eventually("the desk may no longer look", async || {
            desk.goto(&site.page("/admin/reservations")).await?;
            Ok(desk.all(".adm-tbl").await?.is_empty().then_some(()))
        })
        .await
    })
    .await
}

/// Marks the first patient who may come in as arrived, from the page of the visit; answers the visit's code.
async fn check_in(desk: &Browser, site: &Site) -> Result<String> {
    desk.goto(&site.page("/admin/reservations")).await?;
    let first =
        "return document.querySelector('tr:has(button[name=deed][value=arrived]) a.adm-name')?.getAttribute('href')";
    let href = desk.execute(first, vec![]).await?;
    let href = href.as_str().context("nobody is to come in")?.to_owned();
    desk.goto(&site.page(&href)).await?;
    ensure!(desk.all("[value=cancel], a[href$='/move']").await?.is_empty(), "cancelling is offered");
    desk.shot_whole("6-visit").await?;
    desk.click("button[name=deed][value=arrived]").await?;
    desk.wait_for_text(".chip", "Sudah datang").await?;
    desk.shot_whole("7-arrived").await?;
    Ok(href.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Posts the cancellation as the form of somebody who may would: it is refused, and the visit stays.
async fn refused(desk: &Browser, site: &Site, code: &str) -> Result<()> {
    desk.goto(&site.page(&format!("/admin/reservations?kode={code}"))).await?;
    ensure!(desk.all("[value=cancel]").await?.is_empty(), "cancelling is offered");
    let forge = "const form = document.querySelector('#bulk'); \
                 document.querySelector('input[name=visit]').checked = true; \
                 for (const [name, value] of [['deed', 'cancel'], ['reason', 'coba']]) { \
                     const field = document.createElement('input'); \
                     Object.assign(field, { type: 'hidden', name, value }); form.append(field); } \
                 HTMLFormElement.prototype.submit.call(form)";
    desk.execute(forge, vec![]).await?;
    desk.wait_for_text(".adm-told", "Tidak diizinkan").await?;
    desk.shot_whole("9-refused").await?;
    desk.goto(&site.page(&format!("/admin/reservations/{code}"))).await?;
    desk.wait_for_text(".chip", "Sudah datang").await
}
