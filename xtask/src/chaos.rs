//! `cargo xtask chaos`: services and engines broken under load. See `docs/chaos.md`.

use anyhow::{Result, bail};

use crate::workspace;

/// Builds the program and the one that breaks it, and runs it with these options; `--release` among them builds both as
/// they ship.
pub fn run(args: &[String]) -> Result<()> {
    let release = args.iter().any(|arg| arg == "--release");
    let profile = if release { "release" } else { "debug" };
    let how: &[&str] = if release { &["--release"] } else { &[] };
    let built =
        workspace::cargo(&[&["build", "--quiet", "--package", "app", "--bin", "mediverse"], how].concat()).status()?;
    if !built.success() {
        bail!("the build failed");
    }
    let program = ["run", "--quiet", "--package", "bench", "--bin", "chaos"];
    let status = workspace::cargo(&[&program, how, &["--"]].concat())
        .env("MEDIVERSE_BIN", workspace::program(profile))
        .args(args.iter().filter(|arg| *arg != "--release"))
        .status()?;
    if !status.success() {
        bail!("chaos ended with {status}");
    }
    Ok(())
}
