//! Files that a command writes and a test compares.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Write the file, or only compare it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    Write,
    /// Fail where it differs.
    Check,
}

impl Mode {
    /// `--check` or not.
    pub fn new(check: bool) -> Self {
        if check { Self::Check } else { Self::Write }
    }
}

/// Brings `path` (from the workspace's folder) to `text`, or fails where it is not and names the first line that differs.
pub fn settle(path: &str, text: &str, mode: Mode, command: &str) -> Result<()> {
    let file = workspace::root().join(path);
    if mode == Mode::Write {
        fs::write(&file, text).with_context(|| path.to_owned())?;
        println!("{path} written");
        return Ok(());
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    match first_difference(&kept, text) {
        None => Ok(()),
        Some((line, kept, now)) => {
            bail!("{path} is out of date at line {line}\n  kept: {kept}\n  now:  {now}\nwrite it anew with `{command}`")
        }
    }
}

/// The first line (from 1) in which two texts differ, with both versions of it.
fn first_difference<'t>(kept: &'t str, now: &'t str) -> Option<(usize, &'t str, &'t str)> {
    let (mut kept, mut now) = (kept.lines(), now.lines());
    for line in 1.. {
        match (kept.next(), now.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((line, a.unwrap_or("(end)"), b.unwrap_or("(end)"))),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some((2, "(end)", "b")));
    }
}
