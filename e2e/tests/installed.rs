//! The app on a device: what lives on without a connection, and what is kept of whom.

use anyhow::{Result, ensure};
use e2e::{Browser, PHONE, Scripts, Site, Theme, eventually, journey};

async fn holds(browser: &Browser, what: &str, script: &str) -> Result<()> {
    eventually(what, async || Ok((browser.execute_async(script).await? == true).then_some(()))).await
}

const LIVES_ON: &str = "const done = arguments[0]; navigator.serviceWorker.ready \
    .then(async () => done((await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null)).catch(() => done(false))";
const KEPT: &str = "const done = arguments[0]; const asked = indexedDB.open('mediverse', 1); \
    asked.onerror = () => done(false); asked.onsuccess = () => { const db = asked.result; \
    if (!db.objectStoreNames.contains('kept')) { db.close(); return done(false); } \
    const get = db.transaction('kept').objectStore('kept').get('visits'); \
    get.onsuccess = () => { db.close(); done(Boolean(get.result)); }; get.onerror = () => done(false); }; \
    asked.onupgradeneeded = () => asked.result.createObjectStore('kept');";
const GONE: &str = "const done = arguments[0]; const asked = indexedDB.open('mediverse', 1); \
    asked.onerror = () => done(true); asked.onsuccess = () => { const db = asked.result; \
    if (!db.objectStoreNames.contains('kept')) { db.close(); return done(true); } \
    const all = db.transaction('kept').objectStore('kept').getAllKeys(); \
    all.onsuccess = () => { db.close(); done(all.result.length === 0); }; }; \
    asked.onupgradeneeded = () => asked.result.createObjectStore('kept');";

/// J10: without a connection the app says so, helps in an emergency, and shows the visits its owner wanted kept here.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_connection_the_app_helps_itself() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("offline", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.look(PHONE, Theme::Light, "id").await?;
        patient.log_in(&site, "patient").await?;
        holds(&patient, "the worker is there", LIVES_ON).await?;
        // A visit to be kept.
        patient.goto(&site.page("/")).await?;
        patient.click(".docs .slot").await?;
        patient.wait_for_path("/dokter/").await?;
        patient.click(".actionbar button[form=book]").await?;
        patient.wait_for_path("/pesan/").await?;
        patient.fill("textarea", "Batuk berdahak sejak lima hari.").await?;
        patient.click(".actionbar button[form=book]").await?;
        patient.wait_for(".fees").await?;
        patient.click(".actionbar button[form=book]").await?;
        let code = patient.text(".done__c .code").await?;
        holds(&patient, "nothing is kept unasked", GONE).await?;
        patient.goto(&site.page("/akun")).await?;
        patient.click("form[action='/akun/perangkat-ini'] button").await?;
        patient.wait_for(".flash").await?;
        holds(&patient, "the visit is kept", KEPT).await?;
        // What lies in caches is nobody's.
        let cached = "const done = arguments[0]; caches.keys().then(async names => { const texts = []; \
            for (const name of names) { const cache = await caches.open(name); \
                for (const request of await cache.keys()) texts.push(await (await cache.match(request, { ignoreVary: true })).text()); } \
            done(texts.join(' ')); })";
        let cached = patient.execute_async(cached).await?.to_string();
        ensure!(cached.contains("119") && cached.len() > 20_000, "the caches hold too little");
        for private in [&site.log_in_of("patient")?.email, &code] {
            ensure!(!cached.contains(private.as_str()), "{private} lies in a cache");
        }
        let (janji, darurat) = (site.page("/janji"), site.page("/darurat"));
        drop(site);
        patient.goto(&janji).await?;
        patient.wait_for_text("h1", "Tidak ada koneksi").await?;
        patient.wait_for_text(".kept", &code).await?;
        patient.shot_whole("1-offline").await?;
        patient.goto(&darurat).await?;
        patient.wait_for_text("h1", "darurat").await?;
        patient.shot_whole("2-emergency").await
    })
    .await
}

/// J10: whoever signs out leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_takes_along_what_was_kept() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("kept", async |journey| {
        let patient = journey.browser(Scripts::On).await?;
        patient.log_in(&site, "patient").await?;
        patient.goto(&site.page("/akun")).await?;
        patient.click("form[action='/akun/perangkat-ini'] button").await?;
        patient.wait_for(".flash").await?;
        holds(&patient, "the visits are kept", KEPT).await?;
        patient.click("form[action='/keluar'] button").await?;
        patient.wait_for_text(".flash", "keluar").await?;
        holds(&patient, "nothing is left", GONE).await?;
        // Whoever signs in next on this device never asked for it.
        patient.log_in(&site, "doctor").await?;
        patient.goto(&site.page("/janji")).await?;
        holds(&patient, "nothing of the next person is kept", GONE).await
    })
    .await
}

/// J10
#[tokio::test(flavor = "multi_thread")]
async fn the_app_can_be_put_on_a_home_screen() -> Result<()> {
    let site = Site::demo(&[]).await?;
    journey("manifest", async |journey| {
        let guest = journey.browser(Scripts::On).await?;
        guest.goto(&site.page("/")).await?;
        let answer = guest.devtools("Page.getAppManifest", &serde_json::json!({})).await?;
        ensure!(answer["errors"].as_array().is_none_or(Vec::is_empty), "the manifest has errors: {}", answer["errors"]);
        let manifest: serde_json::Value = serde_json::from_str(answer["data"].as_str().unwrap_or_default())?;
        for icon in manifest["icons"].as_array().into_iter().flatten() {
            let script = "const [src, done] = arguments; const image = new Image(); image.onload = () => done(image.naturalWidth); image.onerror = () => done(0); image.src = src;";
            let script = script.replace("const [src, done] = arguments", &format!("const src = {}, done = arguments[0]", icon["src"]));
            let width = guest.execute_async(&script).await?.as_u64().unwrap_or_default();
            let promised = icon["sizes"].as_str().and_then(|size| size.split('x').next()?.parse::<u64>().ok());
            ensure!(width > 0 && promised.is_none_or(|promised| promised == width), "{icon} is {width} wide");
        }
        guest.quiet().await
    })
    .await
}
