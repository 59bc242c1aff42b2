//! Pages that live on a person's device.

use askama::Template;

use super::Shell;
use crate::filters;

/// `/luring`: there is no connection.
#[derive(Debug, Clone, Template)]
#[template(path = "offline.html")]
pub struct Offline {
    /// The frame.
    pub shell: Shell,
}

/// `/darurat`: whom to call, and what to do until they come.
#[derive(Debug, Clone, Template)]
#[template(path = "emergency.html")]
pub struct Emergency {
    /// The frame.
    pub shell: Shell,
    /// First aid.
    pub aid: Vec<FirstAid>,
}

/// What to do in one kind of emergency: text keys.
#[derive(Debug, Clone)]
pub struct FirstAid {
    /// Icon name.
    pub icon: &'static str,
    /// What happened.
    pub title: &'static str,
    /// What to do, in order.
    pub steps: Vec<&'static str>,
}
