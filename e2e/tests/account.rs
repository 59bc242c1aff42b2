//! The way in and its keys: a forgotten password, a changed one, the authenticator, signing other devices out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use e2e::{Browser, DESKTOP, PHONE, Scripts, Site, Theme, eventually, eventually_within, journey};
use totp_rs::{Builder, Secret, Totp};

const NEW: &str = "empat kata tidak serupa";

/// Sends the form of the page.
const SEND: &str = "main form .btn--primary";

async fn log_in(browser: &Browser, site: &Site, email: &str, password: &str) -> Result<()> {
    browser.goto(&site.page("/masuk")).await?;
    browser.fill("#login", email).await?;
    browser.fill("#password", password).await?;
    browser.click(SEND).await
}

/// The newest code in the demonstration's mailbox.
async fn code_for(browser: &Browser, site: &Site, email: &str) -> Result<Option<String>> {
    browser.goto(&site.page("/dev/mailbox")).await?;
    let script = "const row = [...document.querySelectorAll('tr')].find(row => row.textContent.includes(arguments[0])); \
                  return row?.querySelector('code')?.textContent ?? null";
    Ok(browser.execute(script, vec![email.into()]).await?.as_str().map(ToOwned::to_owned))
}

/// A1, A5
#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_set_anew_by_a_code() -> Result<()> {
    let site = Site::demo(&[]).await?;
    if !site.has_mailbox() {
        return Ok(()); // nobody shows codes there
    }
    journey("reset", async |journey| {
        let email = site.log_in_of("patient")?.email.clone();
        // Without scripts: whoever cannot get in has no use for a page that needs them.
        let person = journey.browser(Scripts::Off).await?;
        person.look(PHONE, Theme::Light, "id").await?;
        let elsewhere = journey.browser(Scripts::On).await?;
        elsewhere.log_in(&site, "patient").await?;
        let mailbox = journey.browser(Scripts::On).await?;

        person.goto(&site.page("/masuk")).await?;
        person.click("a[href='/masuk/lupa']").await?;
        person.wait_for_path("/masuk/lupa").await?;
        person.shot("1-ask").await?;
        // Nobody has this address, and the answer is the same.
        person.fill("#login", "tidak.ada@contoh.example").await?;
        person.click(SEND).await?;
        person.wait_for_path("/masuk/kode").await?;
        let unknown = person.text(".notice--info").await?.replace("tidak.ada@contoh.example", "…");
        ensure!(person.path().await? == "/masuk/kode", "the address stands in the page's address");

        person.goto(&site.page("/masuk/lupa")).await?;
        person.fill("#login", &email).await?;
        person.click(SEND).await?;
        person.wait_for_path("/masuk/kode").await?;
        let known = person.text(".notice--info").await?.replace(&email, "…");
        ensure!(
            known == unknown,
            "“{known}” tells that there is an account, for “{unknown}” is said where there is none"
        );
        person.shot("2-code").await?;
        let code = eventually("the code arrives", async || code_for(&mailbox, &site, &email).await).await?;

        let wrong = if code == "000000" { "000001" } else { "000000" };
        person.fill("#code", wrong).await?;
        person.fill("#password", NEW).await?;
        person.click(SEND).await?;
        person.wait_for("#mends").await?;
        ensure!(person.attribute("#code", "value").await?.as_deref() == Some(wrong), "the code typed is lost");
        ensure!(person.attribute("#password", "value").await?.as_deref() == Some(""), "the password came back");
        person.shot("3-wrong").await?;
        person.fill("#code", &code).await?;
        person.fill("#password", NEW).await?;
        person.click(SEND).await?;
        person.wait_for_text(".flash", "Kata sandi baru").await?;
        log_in(&person, &site, &email, NEW).await?;
        person.wait_for("a[href='/akun']").await?;
        // Whoever was signed in before is signed out.
        elsewhere.goto(&site.page("/akun")).await?;
        elsewhere.wait_for_path("/masuk").await?;
        Ok(())
    })
    .await
}

/// A5
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_signs_other_devices_out() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("change-password", async |journey| {
        let old = site.log_in_of("doctor")?.clone();
        let (here, there) = (journey.browser(Scripts::On).await?, journey.browser(Scripts::On).await?);
        here.look(PHONE, Theme::Dark, "id").await?;
        for browser in [&here, &there] {
            browser.log_in(&site, "doctor").await?;
        }
        here.goto(&site.page("/akun")).await?;
        here.click("a[href='/akun/keamanan']").await?;
        here.wait_for_path("/akun/keamanan").await?;
        ensure!(here.all("form[action^='/akun/perangkat/']").await?.len() == 1, "one other device is signed in");
        here.shot("1-security").await?;
        here.click("a[href='/akun/keamanan/sandi']").await?;
        here.wait_for_path("/akun/keamanan/sandi").await?;
        here.fill("#current", "bukan yang ini juga").await?;
        here.fill("#password", NEW).await?;
        here.click(SEND).await?;
        here.wait_for("#mends").await?;
        here.shot("2-wrong").await?;
        here.fill("#current", &old.password).await?;
        here.fill("#password", NEW).await?;
        here.click(SEND).await?;
        here.wait_for_text(".flash", "Kata sandi diganti").await?;
        ensure!(here.all("form[action^='/akun/perangkat/']").await?.is_empty(), "the other device is still signed in");
        eventually("the other device is signed out", async || {
            there.goto(&site.page("/akun")).await?;
            Ok(there.path().await?.starts_with("/masuk").then_some(()))
        })
        .await?;
        log_in(&there, &site, &old.email, &old.password).await?;
        there.wait_for(".notice--danger").await?;
        log_in(&there, &site, &old.email, NEW).await?;
        there.wait_for_path("/d/hari-ini").await?;
        // One device is ended by itself, then every one at once.
        here.goto(&site.page("/akun/keamanan")).await?;
        here.click("form[action^='/akun/perangkat/'] button").await?;
        here.wait_for_text(".flash", "sudah keluar").await?;
        here.click("form[action='/keluar/semua'] button").await?;
        here.wait_for_text(".flash", "keluar").await?;
        here.goto(&site.page("/akun")).await?;
        here.wait_for_path("/masuk").await?;
        Ok(())
    })
    .await
}

/// How long a code counts.
const STEP: Duration = Duration::from_secs(30);

/// Begins with a step that has most of its time left, so that three codes can be told apart.
#[expect(clippy::disallowed_methods, reason = "the program under test runs by the machine's clock")]
async fn seconds() -> Result<u64> {
    eventually_within(STEP, "an authenticator's step begins", async || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        Ok((now % 30 < 12).then_some(now))
    })
    .await
}

fn authenticator(secret: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Builder::new().with_secret(secret).build().map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// A5
#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_is_set_up_asked_for_and_taken_off() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("second-factor", async |journey| {
        let account = site.log_in_of("super_admin")?.clone();
        let admin = journey.browser(Scripts::On).await?;
        admin.look(DESKTOP, Theme::Light, "id").await?;
        admin.log_in(&site, "super_admin").await?;
        admin.goto(&site.page("/akun/keamanan/kode")).await?;
        admin.shot("1-before").await?;
        admin.click(SEND).await?;
        let secret = admin.text(".qr__s").await?;
        let picture = admin.attribute(".qr__c path", "d").await?;
        ensure!(picture.is_some_and(|path| path.len() > 500), "there is no code to scan");
        admin.goto(&site.page("/akun/keamanan/kode")).await?;
        ensure!(admin.text(".qr__s").await? == secret, "reloading makes another secret");
        admin.shot_whole("2-scan").await?;
        let shown = authenticator(&secret)?;
        let code = |at: u64| shown.generate(at).to_string();

        admin.fill("#code", "000000").await?;
        admin.click(SEND).await?;
        admin.wait_for(".field__e").await?;
        ensure!(admin.text(".qr__s").await? == secret, "a wrong code makes another secret");
        admin.shot_whole("3-wrong").await?;
        let now = seconds().await?;
        // The code before this one still counts, for clocks differ; each counts once.
        admin.fill("#code", &code(now - 30)).await?;
        admin.click(SEND).await?;
        admin.wait_for_text(".flash", "aktif").await?;
        admin.shot("4-on").await?;

        admin.goto(&site.page("/akun")).await?;
        admin.click("form[action='/keluar'] button").await?;
        admin.wait_for(".flash").await?;
        log_in(&admin, &site, &account.email, &account.password).await?;
        admin.wait_for("#code").await?;
        ensure!(admin.attribute("#login", "value").await?.as_deref() == Some(account.email.as_str()), "typed twice");
        admin.shot("5-code").await?;
        admin.fill("#password", &account.password).await?;
        admin.fill("#code", &code(now)).await?;
        admin.click(SEND).await?;
        admin.wait_for_path("/admin").await?;

        admin.goto(&site.page("/akun/keamanan/kode")).await?;
        admin.shot("6-manage").await?;
        admin.fill("#code", &code(now + 30)).await?;
        admin.click("main form .btn--danger-o").await?;
        admin.wait_for_text(".flash", "dilepas").await?;
        Ok(())
    })
    .await
}

/// C3: whoever signs in anew in another window goes on with what they typed here.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_left_open_over_a_new_sign_in_keeps_what_was_typed() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("stale-form", async |journey| {
        let account = site.log_in_of("patient")?.clone();
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/")).await?;
        patient.click(".docs .slot").await?;
        patient.wait_for_path("/dokter/").await?;
        patient.click(".actionbar button[form=book]").await?;
        patient.wait_for_path("/pesan/").await?;
        patient.fill("textarea", "Batuk berdahak, \"demam\" naik turun.").await?;
        // Another window of the same browser signs out, and in again.
        patient
            .execute(
                "const [login, password] = arguments; \
                 const token = async path => new DOMParser().parseFromString(await (await fetch(path, { headers: { Accept: 'text/html' } })).text(), 'text/html').querySelector('[name=csrf]').value; \
                 const send = (path, fields) => fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers: { Accept: 'text/html' } }); \
                 (async () => { await send('/keluar', { csrf: await token('/akun') }); \
                     await send('/masuk', { csrf: await token('/masuk'), login, password }); window.again = true; })()",
                vec![account.email.into(), account.password.into()],
            )
            .await?;
        eventually("signed in anew", async || {
            Ok((patient.execute("return window.again === true", vec![]).await? == true).then_some(()))
        })
        .await?;
        patient.click(".actionbar button[form=book]").await?;
        patient.wait_for(".oops form").await?;
        patient.shot("1-kept").await?;
        patient.click(".oops form button").await?;
        patient.wait_for_path("/pesan/").await?;
        patient.wait_for(".fees").await?;
        let said = patient.text(".said").await?;
        ensure!(said == "Batuk berdahak, \"demam\" naik turun.", "“{said}” is what is left");
        patient.path().await?.ends_with("/periksa").then_some(()).context("not at the check")
    })
    .await
}
