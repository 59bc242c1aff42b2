//! The people one acts for: the list, and giving one of them up.

use askama::Template;

use super::Shell;
use crate::filters;

/// `/keluarga`
#[derive(Debug, Clone, Template)]
#[template(path = "family.html")]
pub struct Family {
    /// The frame.
    pub shell: Shell,
    /// Everybody, by name.
    pub members: Vec<Member>,
    /// No more can be added.
    pub full: bool,
}

/// Somebody one acts for.
#[derive(Debug, Clone)]
pub struct Member {
    /// Full name.
    pub name: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Relation and age, ready to read.
    pub line: String,
    /// Insured by BPJS.
    pub bpjs: bool,
    /// Where one begins to book for them.
    pub book: String,
    /// Where their profile is changed.
    pub edit: String,
    /// Where the right to act for them is given up.
    pub release: String,
}

/// `/keluarga/{id}/lepas`
#[derive(Debug, Clone, Template)]
#[template(path = "family_release.html")]
pub struct Release {
    /// The frame.
    pub shell: Shell,
    /// Whom it is about.
    pub member: Member,
    /// Their coming visits, which stay: how many.
    pub coming: usize,
}
