//! Tables that come in and go out (B1, B2, C9).

use askama::Template;

use super::{Field, Mend, Option_, Shell};
use crate::filters;

/// `/admin/import`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_import.html")]
pub struct AdminImport {
    /// The frame.
    pub shell: Shell,
    /// What a file may hold.
    pub kinds: Vec<ImportKind>,
    /// The file, which no browser keeps: only what is wrong with it.
    pub file: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// What is wrong with the last file as a whole: column and remedy.
    pub faults: Vec<ImportFault>,
    /// What came of the last import.
    pub result: Option<ImportCounts>,
    /// The first rows that it refused.
    pub bad: Vec<ImportBad>,
    /// Tables to take along: word and text key.
    pub tables: Vec<(&'static str, &'static str)>,
    /// Facilities to choose one of; empty where there is one.
    pub facilities: Vec<Option_>,
    /// The largest file, ready to read.
    pub largest: String,
    /// The most rows, ready to read.
    pub rows: String,
}

/// What a file may hold.
#[derive(Debug, Clone)]
pub struct ImportKind {
    /// What the form sends, and the name of its template.
    pub word: &'static str,
    /// Text key of its name.
    pub label: &'static str,
    /// Text key of what its rows are.
    pub line: &'static str,
    /// Chosen.
    pub chosen: bool,
}

/// Something that is wrong with a whole file.
#[derive(Debug, Clone)]
pub struct ImportFault {
    /// The column, or empty.
    pub column: String,
    /// What to do, ready to read.
    pub reason: String,
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// New.
    pub added: u64,
    /// Changed.
    pub changed: u64,
    /// There already.
    pub same: u64,
    /// Refused.
    pub refused: u64,
}

impl ImportCounts {
    /// Rows that are written.
    pub fn written(self) -> u64 {
        self.added + self.changed
    }
}

/// A row that is refused: one line for each cell to mend.
#[derive(Debug, Clone)]
pub struct ImportBad {
    /// Line in the file.
    pub line: u64,
    /// Column, or empty where it is the whole row.
    pub column: String,
    /// What stands there, or empty.
    pub cell: String,
    /// Why, and what to do; ready to read.
    pub reason: String,
}

/// A row that is taken in.
#[derive(Debug, Clone)]
pub struct ImportGood {
    /// Line in the file.
    pub line: u64,
    /// Text key of what it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Text key of what becomes of it.
    pub fate: &'static str,
    /// Class of its chip.
    pub class: &'static str,
}

/// What would become of a file, before anything is kept.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_import_preview.html")]
pub struct AdminImportPreview {
    /// The frame.
    pub shell: Shell,
    /// Name of the file.
    pub file: String,
    /// Text key of what it holds.
    pub kind: &'static str,
    /// How many rows come to what.
    pub counts: ImportCounts,
    /// Cells to mend, the first ones.
    pub bad: Vec<ImportBad>,
    /// More of them than are shown; ready to read, or empty.
    pub bad_more: String,
    /// Good rows, the first ones.
    pub good: Vec<ImportGood>,
    /// More of them than are shown; ready to read, or empty.
    pub good_more: String,
    /// The file, sealed: what is kept is what was shown.
    pub sealed: String,
    /// What the button says.
    pub keep: String,
}
