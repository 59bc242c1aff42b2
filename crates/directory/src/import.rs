//! Importing regions, facilities and doctors from CSV: good rows are kept, every bad one is named with its line and
//! reason, and running a file again changes nothing. The columns are described in `docs/import.md`.

mod cell;
mod doctors;
mod facilities;
mod file;
mod regions;

use contracts::directory::{ImportReport, RefusedRow};
use platform::{
    Cx, Error, FieldError, Result,
    i18n::{Locale, Texts},
};

use crate::DirectoryContext;

/// The largest file, in bytes.
const LARGEST: usize = 20 << 20;
/// Rows written in one transaction.
const UNIT: usize = 500;

pub(crate) async fn run(directory: &DirectoryContext, cx: &Cx, what: &str, csv: &[u8]) -> Result<ImportReport> {
    if csv.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST as u64));
    }
    match what {
        "regions" => regions::run(directory, cx, csv).await,
        "facilities" => facilities::run(directory, cx, csv).await,
        "doctors" => doctors::run(directory, cx, csv).await,
        _ => Err(Error::Invalid(vec![
            FieldError::new("what", "not-one-of").with("choices", "regions, facilities, doctors"),
        ])),
    }
}

/// What became of one row.
enum Outcome {
    Added,
    Changed,
    Same,
    Refused(Vec<FieldError>),
}

impl Outcome {
    /// What is wrong with the row, or the error where that is not the row's fault.
    fn of(result: Result<Self>) -> Result<Self> {
        match result {
            Err(Error::Invalid(fields)) => Ok(Self::Refused(fields)),
            Err(Error::Stale) => Ok(Self::Refused(vec![FieldError::new("", "row-stale")])),
            other => other,
        }
    }
}

/// The report while it is written.
struct Report<'t> {
    told: ImportReport,
    texts: &'t Texts,
    locale: Locale,
}

impl<'t> Report<'t> {
    fn new(directory: &'t DirectoryContext, cx: &Cx) -> Self {
        Self { told: ImportReport::default(), texts: &directory.texts, locale: cx.locale }
    }

    fn note_all(&mut self, outcomes: impl IntoIterator<Item = (u64, Outcome)>) {
        for (line, outcome) in outcomes {
            self.note(line, outcome);
        }
    }

    fn note(&mut self, line: u64, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.told.added += 1,
            Outcome::Changed => self.told.changed += 1,
            Outcome::Same => self.told.same += 1,
            Outcome::Refused(fields) => {
                let refusals: Vec<RefusedRow> = fields.into_iter().map(|field| self.refusal(line, field)).collect();
                self.told.refused.extend(refusals);
            }
        }
    }

    fn refusal(&self, line: u64, field: FieldError) -> RefusedRow {
        let key = format!("error-{}", field.code);
        let reason = self.texts.say(self.locale, &key, &field.args).unwrap_or(field.code);
        RefusedRow { line, field: field.field, reason }
    }

    fn done(mut self) -> ImportReport {
        self.told.refused.sort_by_key(|row| row.line);
        self.told
    }
}
