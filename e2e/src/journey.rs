//! A journey: browsers that are closed at its end, whatever the end.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::rc::Rc;

use anyhow::Result;
use futures_util::FutureExt as _;

use crate::{Browser, Scripts};

/// What a journey opens browsers with.
#[derive(Debug)]
pub struct Journey {
    name: String,
    browsers: RefCell<Vec<Rc<Browser>>>,
}

impl Journey {
    /// Opens one more browser: another person, another profile.
    pub async fn browser(&self, scripts: Scripts) -> Result<Rc<Browser>> {
        let pictures = crate::pictures().join(&self.name);
        let browser = Rc::new(Browser::open(pictures, scripts).await?);
        self.browsers.borrow_mut().push(Rc::clone(&browser));
        Ok(browser)
    }
}

/// Walks a journey; where it fails, a picture `failed-<n>` of each browser is kept.
pub async fn journey(name: &str, walk: impl AsyncFnOnce(&Journey) -> Result<()>) -> Result<()> {
    let journey = Journey { name: name.to_owned(), browsers: RefCell::default() };
    let outcome = AssertUnwindSafe(walk(&journey)).catch_unwind().await;
    let failed = !matches!(outcome, Ok(Ok(())));
    for (n, browser) in journey.browsers.take().into_iter().enumerate() {
        if failed && let Ok(path) = browser.path().await {
            eprintln!("browser {n} was at {path}");
            // A picture is a help, not the matter: the journey's own failure is what is told.
            browser.shot(&format!("failed-{n}")).await.ok();
        }
        browser.close().await.ok();
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}
