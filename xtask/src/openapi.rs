//! The description of the REST API, kept beside the code so that a change of the API is a diff someone reads.

use anyhow::{Result, bail};

use crate::generated::{self, Mode};
use crate::workspace;

/// Writes or compares docs/openapi.json with what `mediverse openapi` prints.
pub fn run(mode: Mode) -> Result<()> {
    // The whole workspace at once, so that the features of dependencies are those the tests are built with.
    if !workspace::cargo(&["build", "--workspace", "--bins", "--tests", "--quiet"]).status()?.success() {
        bail!("the build failed");
    }
    let program = workspace::program("debug");
    let output = workspace::command(&program.to_string_lossy(), &["openapi"]).output()?;
    if !output.status.success() {
        bail!("mediverse openapi ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    let described: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let text = serde_json::to_string_pretty(&described)? + "\n";
    generated::settle("docs/openapi.json", &text, mode, "cargo xtask openapi")
}
