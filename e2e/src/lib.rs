//! Journeys through the program in a real browser.
//!
//! ```no_run
//! # async fn book() -> anyhow::Result<()> {
//! e2e::journey("book-a-visit", async |journey| {
//!     let site = e2e::Site::demo(&[]).await?;
//!     let patient = journey.browser(e2e::Scripts::On).await?;
//!     patient.log_in(&site, "patient").await?;
//!     patient.look(e2e::PHONE, e2e::Theme::Dark, "id").await?;
//!     patient.goto(&site.page("/")).await?;
//!     patient.wait_for("h1").await?;
//!     patient.shot("home").await
//! })
//! .await
//! # }
//! ```
//!
//! Pictures go to `target/e2e/<journey>/<step>-<width>x<height>-<theme>-<language>.png`. The program is the one that
//! `MEDIVERSE_BIN` names, else the debug build; `cargo xtask test --only e2e` builds it first.

mod axe;
mod browser;
mod cdp;
mod crawl;
mod driver;
mod first_visit;
mod journey;
mod look;
mod markup;
mod reader;
mod routes;
mod site;
mod wait;

pub use axe::Violation;
pub use browser::{Browser, Scripts};
pub use crawl::{Crawl, Walk};
pub use first_visit::FirstVisit;
pub use journey::{Journey, journey};
pub use look::{DESKTOP, Look, PHONE, Theme, Viewport};
pub use markup::{Form, Link, Markup};
pub use reader::{Answer, Reader};
pub use routes::Routes;
pub use site::{LogIn, Site};
pub use wait::{eventually, eventually_within};

use std::path::{Path, PathBuf};

/// Where pictures go: a folder for each journey.
pub fn pictures() -> PathBuf {
    target().join("e2e")
}

/// Where cargo builds to.
fn target() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target");
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(beside, PathBuf::from)
}
