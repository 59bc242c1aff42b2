//! The harness itself, on a page of its own: what journeys rely on is true.

use anyhow::Result;
use axum::Router;
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;
use e2e::{DESKTOP, PHONE, Scripts, Site, Theme, journey};

const PAGE: &str = r#"<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Uji</title>
<meta name="viewport" content="width=device-width">
<style>body { background: #fff; color: #000 } @media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }</style></head>
<body><main><h1>Halo</h1><p id="script">tanpa skrip</p><noscript><p id="noscript">noscript</p></noscript>
<form action="/next"><label>Nama <input name="nama"></label> <button>Kirim</button></form>
<script>document.getElementById('script').textContent = 'dengan skrip'</script></main></body></html>"#;

async fn site() -> Result<Site> {
    let pages = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/favicon.ico", get(async || ""))
        .route("/next", get(async || Html("<!doctype html><html lang=id><title>x</title><main><h1>Terima kasih</h1></main></html>")))
        .route("/bad", get(async || Html("<!doctype html><html><title>x</title><body><img src=x><div style='width:3000px'>x</div></body></html>")))
        .route("/language", get(async |headers: HeaderMap| format!("{:?}", headers.get("accept-language"))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let site = Site::at(&format!("http://{}", listener.local_addr()?));
    tokio::spawn(async move { axum::serve(listener, pages).await });
    Ok(site)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_looked_at_in_every_way() -> Result<()> {
    let site = site().await?;
    journey("harness", async |journey| {
        let browser = journey.browser(Scripts::On).await?;
        browser.goto(&site.page("/")).await?;
        browser.wait_for_text("#script", "dengan skrip").await?;
        browser.accessible().await?;

        let background = "return getComputedStyle(document.body).backgroundColor";
        for (viewport, theme, shown) in
            [(PHONE, Theme::Dark, "rgb(0, 0, 0)"), (DESKTOP, Theme::Light, "rgb(255, 255, 255)")]
        {
            browser.look(viewport, theme, "en").await?;
            browser.goto(&site.page("/")).await?;
            assert_eq!(browser.execute(background, vec![]).await?, shown);
            assert_eq!(browser.execute("return innerWidth", vec![]).await?, viewport.width);
            browser.fits().await?;
            browser.shot("page").await?;
        }
        browser.every_look(&site.page("/"), "every").await?;
        browser.goto(&site.page("/language")).await?;
        assert!(browser.text("body").await?.contains("en"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_a_page_are_found() -> Result<()> {
    let site = site().await?;
    journey("harness-faults", async |journey| {
        let browser = journey.browser(Scripts::On).await?;
        browser.goto(&site.page("/bad")).await?;
        let rules: Vec<String> = browser.violations().await?.into_iter().map(|violation| violation.id).collect();
        assert!(rules.iter().any(|rule| rule == "image-alt"), "{rules:?}");
        assert!(browser.fits().await.is_err());
        assert!(!browser.console_errors().await?.is_empty(), "the picture is missing");
        assert!(browser.every_look(&site.page("/bad"), "bad").await.is_err());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_one_of_them_without_scripts() -> Result<()> {
    let site = site().await?;
    journey("harness-two", async |journey| {
        let plain = journey.browser(Scripts::Off).await?;
        let scripted = journey.browser(Scripts::On).await?;
        plain.goto(&site.page("/")).await?;
        scripted.goto(&site.page("/")).await?;
        assert_eq!(plain.text("#script").await?, "tanpa skrip");
        assert_eq!(plain.text("#noscript").await?, "noscript");
        assert_eq!(scripted.text("#script").await?, "dengan skrip");

        plain.fill("input[name=nama]", "Sri Wahyuni").await?;
        plain.click("button").await?;
        plain.wait_for_text("h1", "Terima kasih").await?;
        assert_eq!(plain.path().await?, "/next?nama=Sri+Wahyuni");
        Ok(())
    })
    .await
}
