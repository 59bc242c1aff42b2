//! What became of the rows, in the words of whoever imports.

use contracts::directory::{GoodRow, ImportReport, RefusedRow, RowKind};
use platform::{
    Cx, Error, FieldError, Result,
    i18n::{Locale, Texts},
};

use super::file::Row;
use crate::DirectoryContext;

pub(super) use contracts::directory::RowFate as Fate;

/// Characters of a cell that are repeated.
const REPEATED: usize = 60;

/// What became of one row.
pub(super) enum Outcome {
    Good(Good),
    Refused(Vec<FieldError>),
}

/// A row that was taken in.
pub(super) struct Good {
    pub(super) kind: RowKind,
    pub(super) fate: Fate,
    pub(super) name: String,
}

impl Outcome {
    /// What is wrong with the row, or the error where that is not the row's fault.
    pub(super) fn of(result: Result<Self>) -> Result<Self> {
        match result {
            Err(Error::Invalid(fields)) => Ok(Self::Refused(fields)),
            Err(Error::Stale) => Ok(Self::Refused(vec![FieldError::new("", "row-stale")])),
            other => other,
        }
    }
}

/// The report while it is written.
pub(super) struct Report<'t> {
    told: ImportReport,
    /// Good rows are told one by one.
    every: bool,
    texts: &'t Texts,
    locale: Locale,
}

impl<'t> Report<'t> {
    pub(super) fn new(directory: &'t DirectoryContext, cx: &Cx, every: bool) -> Self {
        Self { told: ImportReport::default(), every, texts: &directory.texts, locale: cx.locale }
    }

    pub(super) fn note_all(&mut self, outcomes: impl IntoIterator<Item = (Row, Outcome)>) {
        for (row, outcome) in outcomes {
            match outcome {
                Outcome::Good(good) => self.note_good(row.line, good),
                Outcome::Refused(fields) => {
                    for field in fields {
                        let cell = row.cell(&field.field).chars().take(REPEATED).collect();
                        self.refuse(row.line, cell, field);
                    }
                }
            }
        }
    }

    /// Notes lines that are no rows.
    pub(super) fn note_unreadable(&mut self, lines: impl IntoIterator<Item = (u64, FieldError)>) {
        for (line, wrong) in lines {
            self.refuse(line, String::new(), wrong);
        }
    }

    fn note_good(&mut self, line: u64, Good { kind, fate, name }: Good) {
        match fate {
            Fate::Added => self.told.added += 1,
            Fate::Changed => self.told.changed += 1,
            Fate::Same => self.told.same += 1,
        }
        if self.every {
            self.told.rows.push(GoodRow { line, kind, name, fate });
        }
    }

    fn refuse(&mut self, line: u64, cell: String, field: FieldError) {
        let key = format!("error-{}", field.code);
        let reason = self.texts.say(self.locale, &key, &field.args).unwrap_or(field.code);
        self.told.refused.push(RefusedRow { line, field: field.field, cell, reason });
    }

    /// The report, by line.
    pub(super) fn done(mut self) -> ImportReport {
        self.told.refused.sort_by_key(|row| row.line);
        self.told.rows.sort_by_key(|row| row.line);
        self.told
    }
}
