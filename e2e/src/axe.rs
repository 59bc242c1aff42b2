//! axe-core in the page.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::Browser;

/// One accessibility rule that a page breaks.
#[derive(Debug, serde::Deserialize)]
pub struct Violation {
    /// The rule's name, such as `color-contrast`.
    pub id: String,
    /// What it asks for.
    pub help: String,
    /// Selectors of the elements that break it.
    pub elements: Vec<String>,
}

/// WCAG 2.2 AA and what axe calls good practice.
const RUN: &str = "const done = arguments[arguments.length - 1]; \
    axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
       .then(r => done(r.violations.map(v => ({ id: v.id, help: v.help, elements: v.nodes.map(n => n.target.join(' ')) })))) \
       .catch(e => done([{ id: 'axe', help: String(e), elements: [] }]));";

impl Browser {
    /// Everything axe-core has against the page shown.
    pub async fn violations(&self) -> Result<Vec<Violation>> {
        let file = crate::target().join("tools/axe.min.js");
        let script = fs::read_to_string(&file)
            .with_context(|| format!("{}: fetch it with `cargo xtask test --only axe`", file.display()))?;
        // Through the debugger, past the page's content security policy.
        self.devtools("Runtime.evaluate", &json!({ "expression": script })).await?;
        let found = self.execute_async(RUN).await?;
        Ok(serde_json::from_value(found)?)
    }

    /// Fails with the list where axe-core has something against the page.
    pub async fn accessible(&self) -> Result<()> {
        let violations = self.violations().await?;
        ensure!(violations.is_empty(), "{} breaks accessibility rules: {violations:#?}", self.path().await?);
        Ok(())
    }
}
