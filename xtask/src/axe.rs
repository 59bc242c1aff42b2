//! axe-core, the accessibility checker that the journeys run in the page. It is fetched through npm into target/ and
//! is no part of the program.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace;

const VERSION: &str = "4.14.1";

/// Sees to it that target/tools/axe.min.js is there.
pub fn fetch() -> Result<()> {
    let tools = workspace::target().join("tools");
    let wanted = tools.join("axe.min.js");
    if wanted.is_file() {
        return Ok(());
    }
    fs::create_dir_all(&tools)?;
    let package = format!("axe-core@{VERSION}");
    let folder = tools.to_string_lossy();
    let install =
        ["install", "--prefix", &folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", &package];
    let installed = workspace::command("npm", &install).status().context("npm is needed to fetch axe-core")?;
    if !installed.success() {
        bail!("npm could not fetch {package}: {installed}");
    }
    fs::copy(tools.join("node_modules/axe-core/axe.min.js"), &wanted).context("axe.min.js in the package")?;
    Ok(())
}
