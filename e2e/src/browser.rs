//! A Chromium of its own: fresh profile, nothing remembered.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::cdp::Beyond;
use crate::driver::Driver;
use crate::look::{DESKTOP, Look, PHONE, Theme, Viewport};
use crate::wait::eventually;
use crate::{LogIn, Site};

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// As for nearly everyone.
    On,
    /// Every flow but live updates must work like this too.
    Off,
}

/// One browser and what a person does with it.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    look: RefCell<Look>,
    pictures: PathBuf,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
];

impl Browser {
    /// Opens one whose pictures go to `pictures`; it looks as [`DESKTOP`], light, Indonesian.
    pub(crate) async fn open(pictures: PathBuf, scripts: Scripts) -> Result<Self> {
        let driver = Driver::start().await?;
        let profile = tempfile::tempdir()?;
        let capabilities = capabilities(&profile.path().to_string_lossy(), scripts);
        let client = ClientBuilder::rustls()?
            .capabilities(capabilities.as_object().cloned().unwrap_or_default())
            .connect(&driver.url)
            .await
            .context("Chromium does not open")?;
        let look = Look { viewport: DESKTOP, theme: Theme::Light, language: "id".to_owned() };
        let browser = Self { client, look: RefCell::new(look), pictures, _driver: driver, _profile: profile };
        browser.look(DESKTOP, Theme::Light, "id").await?;
        Ok(browser)
    }

    /// Changes size, theme and language; the language counts from the next page on.
    pub async fn look(&self, viewport: Viewport, theme: Theme, language: &str) -> Result<()> {
        let Viewport { width, height, phone } = viewport;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics).await?;
        self.devtools("Emulation.setTouchEmulationEnabled", &json!({ "enabled": phone })).await?;
        // Without motion a picture never shows half of one page over half of another.
        let prefers = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", &prefers).await?;
        let version = self.devtools("Browser.getVersion", &json!({})).await?;
        let agent = json!({ "userAgent": version["userAgent"], "acceptLanguage": language });
        self.devtools("Emulation.setUserAgentOverride", &agent).await?;
        self.look.replace(Look { viewport, theme, language: language.to_owned() });
        Ok(())
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| url.to_owned())
    }

    /// The path and query of the page shown.
    pub async fn path(&self) -> Result<String> {
        let url = self.client.current_url().await?;
        Ok(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
    }

    /// Waits until the page's path starts with `start`.
    pub async fn wait_for_path(&self, start: &str) -> Result<String> {
        eventually(&format!("the path is {start}"), async || {
            let path = self.path().await?;
            Ok(path.starts_with(start).then_some(path))
        })
        .await
    }

    /// Waits for the first element that a CSS selector finds.
    pub async fn wait_for(&self, css: &str) -> Result<Element> {
        eventually(&format!("there is {css}"), async || Ok(self.all(css).await?.into_iter().next())).await
    }

    /// Waits until no element is found any more, as when somebody else took the slot.
    pub async fn wait_gone(&self, css: &str) -> Result<()> {
        eventually(&format!("{css} is gone"), async || Ok(self.all(css).await?.is_empty().then_some(()))).await
    }

    /// Waits until an element's text contains `words`.
    pub async fn wait_for_text(&self, css: &str, words: &str) -> Result<()> {
        eventually(&format!("{css} says “{words}”"), async || {
            for element in self.all(css).await? {
                // An element may go away between being found and being read.
                if element.text().await.unwrap_or_default().contains(words) {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Every element that a CSS selector finds now.
    pub async fn all(&self, css: &str) -> Result<Vec<Element>> {
        Ok(self.client.find_all(Locator::Css(css)).await?)
    }

    /// The text of the first element found.
    pub async fn text(&self, css: &str) -> Result<String> {
        Ok(self.wait_for(css).await?.text().await?)
    }

    /// The value of an attribute of the first element found.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<Option<String>> {
        Ok(self.wait_for(css).await?.attr(name).await?)
    }

    /// Clicks the first element found.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.wait_for(css).await?;
        self.press_on(element).await.with_context(|| format!("click {css}"))
    }

    /// Brings an element to the middle, as a person does who sees a bar over it, and clicks it.
    async fn press_on(&self, element: Element) -> Result<()> {
        let args = vec![serde_json::to_value(&element)?];
        self.execute("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", args).await?;
        Ok(element.click().await?)
    }

    /// Clicks the first element of those found whose text contains `words`.
    pub async fn click_text(&self, css: &str, words: &str) -> Result<()> {
        let element = eventually(&format!("there is {css} with “{words}”"), async || {
            for element in self.all(css).await? {
                if element.text().await.unwrap_or_default().contains(words) {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
        .await?;
        self.press_on(element).await.with_context(|| format!("click {css} “{words}”"))
    }

    /// Empties a field and types into it.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.wait_for(css).await?;
        field.clear().await.with_context(|| format!("clear {css}"))?;
        field.send_keys(text).await.with_context(|| format!("fill {css}"))
    }

    /// Sets a date, time or hidden field, which typing cannot do in every language.
    pub async fn set(&self, css: &str, value: &str) -> Result<()> {
        self.wait_for(css).await?;
        let script = "const e = document.querySelector(arguments[0]); e.value = arguments[1]; \
                      e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}));";
        self.execute(script, vec![json!(css), json!(value)]).await?;
        Ok(())
    }

    /// Chooses the option of a `<select>` by its value.
    pub async fn choose(&self, css: &str, value: &str) -> Result<()> {
        self.wait_for(css).await?.select_by_value(value).await.with_context(|| format!("choose {value} in {css}"))
    }

    /// Sends keys to whatever has the focus.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.client.active_element().await?.send_keys(keys).await.with_context(|| format!("press {keys:?}"))
    }

    /// Waits until the page hears of changes: its stream of events is open.
    pub async fn wait_live(&self) -> Result<()> {
        let open = "return document.documentElement.dataset.live === 'yes'";
        eventually("the page is live", async || Ok((self.execute(open, vec![]).await? == true).then_some(()))).await
    }

    /// Runs a script in the page; its `return` is the answer.
    pub async fn execute(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, args).await?)
    }

    /// Runs a script that answers through the function it gets as its last argument.
    pub async fn execute_async(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute_async(script, vec![]).await?)
    }

    /// Logs in as the demo's account of this role, through the page.
    pub async fn log_in(&self, site: &Site, role: &str) -> Result<()> {
        let LogIn { email, password, .. } = site.log_in_of(role)?;
        self.goto(&site.page(LOG_IN)).await?;
        self.fill("main input[name=email], main input[name=login]", email).await?;
        self.fill("main input[name=password]", password).await?;
        self.click("main form button[type=submit], main form button:not([type])").await?;
        eventually("the log-in page is left", async || Ok((!self.path().await?.starts_with(LOG_IN)).then_some(())))
            .await
    }

    /// Forgets everything this browser was told by the site.
    pub async fn forget(&self) -> Result<()> {
        Ok(self.client.delete_all_cookies().await?)
    }

    /// Visits an address on a phone and a laptop, light and dark, in Indonesian and English: each fits its window, has
    /// nothing that axe-core minds, writes no error to the console, and leaves a picture. What is wrong is told for all
    /// looks together.
    pub async fn every_look(&self, url: &str, step: &str) -> Result<()> {
        let mut wrong = Vec::new();
        for viewport in [PHONE, DESKTOP] {
            for theme in [Theme::Light, Theme::Dark] {
                for language in ["id", "en"] {
                    self.look(viewport, theme, language).await?;
                    // Who is signed in has a language of their own, which only a choice made here outdoes.
                    let joint = if url.contains('?') { '&' } else { '?' };
                    self.goto(&format!("{url}{joint}lang={language}")).await?;
                    self.shot(step).await?;
                    for check in [self.fits().await, self.accessible().await, self.quiet().await] {
                        if let Err(error) = check {
                            wrong.push(format!("{step} {}: {error}", self.look.borrow().picture_of("")));
                        }
                    }
                }
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }

    /// Fails where the pages have written errors to the console since this was last asked.
    pub async fn quiet(&self) -> Result<()> {
        let errors = self.console_errors().await?;
        ensure!(errors.is_empty(), "errors in the console: {errors:#?}");
        Ok(())
    }

    /// Takes a picture of what is on the screen.
    pub async fn shot(&self, step: &str) -> Result<()> {
        self.picture(step, false).await
    }

    /// Takes a picture of the whole page, as long as it is.
    pub async fn shot_whole(&self, step: &str) -> Result<()> {
        self.picture(step, true).await
    }

    /// The file of a picture taken in this look.
    pub fn picture_file(&self, step: &str) -> PathBuf {
        self.pictures.join(self.look.borrow().picture_of(step))
    }

    async fn picture(&self, step: &str, whole: bool) -> Result<()> {
        let answer = self.devtools("Page.captureScreenshot", &json!({ "captureBeyondViewport": whole })).await?;
        let data = answer["data"].as_str().context("no picture")?;
        fs::create_dir_all(&self.pictures)?;
        fs::write(self.picture_file(step), base64::engine::general_purpose::STANDARD.decode(data)?)?;
        Ok(())
    }

    /// Fails where the page is wider than the window.
    pub async fn fits(&self) -> Result<()> {
        let wide = self.execute("return document.documentElement.scrollWidth", vec![]).await?;
        let width = self.look.borrow().viewport.width;
        ensure!(wide.as_u64() <= Some(width.into()), "{} is {wide} wide in a window of {width}", self.path().await?);
        Ok(())
    }

    /// Errors that the pages have written to the console since this was last asked: failed scripts, refused resources.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.client.issue_cmd(Beyond::console()).await?;
        Ok(entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// A command of the Chrome DevTools Protocol.
    pub async fn devtools(&self, command: &str, params: &Value) -> Result<Value> {
        self.client.issue_cmd(Beyond::devtools(command, params)).await.with_context(|| command.to_owned())
    }

    /// Ends Chromium and waits for it.
    pub(crate) async fn close(&self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }
}

/// The page on which one logs in.
const LOG_IN: &str = "/masuk";

fn capabilities(profile: &str, scripts: Scripts) -> Value {
    let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    flags.push(format!("--user-data-dir={profile}"));
    let mut preferences = json!({
        "credentials_enable_service": false,
        "profile.password_manager_leak_detection": false,
    });
    if scripts == Scripts::Off {
        preferences["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    json!({
        "browserName": "chrome",
        "pageLoadStrategy": "normal",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": flags, "prefs": preferences },
    })
}
