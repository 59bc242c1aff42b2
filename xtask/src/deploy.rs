//! What is in deploy/: parsed, rendered, checked against schemas, rules tested. The checker is deploy/check.py; this
//! brings the tools it asks for into target/. A tool that cannot be had is named, and its part is not looked at; where `DEPLOY_CHECKED`
//! is set that is a failure, since nobody would see it. kubectl, which renders the manifests, and terraform are taken as they
//! are there: Debian has none that is new enough (`.ci/tools` brings them to machines of a pipeline).

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{machine, workspace};

/// Packages of PyPI, fixed so that the schemas are the same everywhere.
const PACKAGES: [&str; 3] = ["kubernetes-validate==1.37.0", "python-hcl2==8.1.4", "PyYAML==6.0.3"];

/// Looks at all of deploy/.
pub fn check() -> Result<()> {
    let tools = workspace::target().join("tools/deploy");
    fs::create_dir_all(&tools)?;
    let Some(python) = python(&tools)? else {
        return without_python(std::env::var_os("DEPLOY_CHECKED").is_some());
    };
    let mut command = Command::new(&python);
    command.arg("deploy/check.py").current_dir(workspace::root()).stdin(Stdio::null());
    if let Some(promtool) = promtool(&tools) {
        command.env("PROMTOOL", promtool);
    }
    let status = command.status().with_context(|| python.display().to_string())?;
    if !status.success() {
        bail!("deploy/ is not as it should be");
    }
    Ok(())
}

/// A person reads that nothing was looked at; where changes are decided on, nobody would.
fn without_python(decides: bool) -> Result<()> {
    let said = "deploy/ (python3 with venv, or its packages, cannot be had)";
    if decides {
        bail!("DEPLOY_CHECKED is set, and not looked at: {said}");
    }
    println!("  not looked at: {said}");
    Ok(())
}

/// A Python with the packages: one of our own in target/.
fn python(tools: &Path) -> Result<Option<PathBuf>> {
    let folder = tools.join("venv");
    let python = folder.join("bin/python");
    let noted = folder.join("packages");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&noted).is_ok_and(|there| there == wanted) {
        return Ok(Some(python));
    }
    let place = folder.to_string_lossy();
    // Debian's Python comes without the module that makes folders like this one bring pip along.
    let make = || runs(&mut workspace::command("python3", &["-m", "venv", "--clear", &place]));
    if !make() && (machine::install(&["python3-venv"]).is_err() || !make()) {
        return Ok(None);
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES).stdin(Stdio::null());
    if !runs(&mut pip) {
        return Ok(None);
    }
    fs::write(noted, wanted)?;
    Ok(Some(python))
}

/// Prometheus' own checker: of the machine, or out of Debian's package, unpacked but not installed, so that no server
/// is started.
fn promtool(tools: &Path) -> Option<PathBuf> {
    let ours = tools.join("usr/bin/promtool");
    if ours.is_file() {
        return Some(ours);
    }
    let fetched = Command::new("sh")
        .args(["-c", "apt-get download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xf - ./usr/bin/promtool && rm prometheus_*.deb"])
        .current_dir(tools)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    (fetched.is_ok_and(|status| status.success()) && ours.is_file()).then_some(ours)
}

fn runs(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    #[test]
    fn where_changes_are_decided_on_nothing_is_passed_over() {
        assert!(super::without_python(true).is_err());
        assert!(super::without_python(false).is_ok());
    }
}
