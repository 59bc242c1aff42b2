//! A CSV file with a header: UTF-8, a comma or (as spreadsheets here write it) a semicolon between.

use csv::{ReaderBuilder, StringRecord, Trim};
use platform::{Error, FieldError, Result};

use super::Outcome;

/// So many rows at most.
const MOST: usize = 200_000;

/// A file's rows, with their lines.
pub(super) struct File {
    columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Lines that cannot be read, with what is wrong.
    unreadable: Vec<(u64, FieldError)>,
}

/// One row.
pub(super) struct Row {
    pub(super) line: u64,
    record: StringRecord,
}

impl File {
    /// Reads a file whose header names all of `required` and otherwise only `optional` columns.
    pub(super) fn read(csv: &[u8], required: &[&str], optional: &[&str]) -> Result<Self> {
        let csv = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
        let header = csv.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let cells = |delimiter: u8| header.split(|byte| *byte == delimiter).count();
        let delimiter = if cells(b';') > cells(b',') { b';' } else { b',' };
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(csv);
        let header = reader.headers().map_err(|_| Error::invalid("", "row-unreadable"))?;
        let columns: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
        check_columns(&columns, required, optional)?;
        let mut file = Self { columns, rows: Vec::new(), unreadable: Vec::new() };
        for record in reader.records() {
            if file.rows.len() >= MOST {
                return Err(Error::Invalid(vec![FieldError::new("", "too-many").with("max", MOST)]));
            }
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    file.take(line, record);
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    file.unreadable.push((line, FieldError::new("", "row-unreadable")));
                }
            }
        }
        Ok(file)
    }

    fn take(&mut self, line: u64, record: StringRecord) {
        if record.len() != self.columns.len() {
            let wrong =
                FieldError::new("", "row-cells").with("found", record.len()).with("expected", self.columns.len());
            self.unreadable.push((line, wrong));
        } else if let Some((at, _)) = record.iter().enumerate().find(|(_, cell)| cell.contains('\0')) {
            self.unreadable.push((line, FieldError::new(&self.columns[at], "nul")));
        } else {
            self.rows.push(Row { line, record });
        }
    }

    /// What is to be told of the lines that cannot be read.
    pub(super) fn refusals(self) -> impl Iterator<Item = (u64, Outcome)> {
        self.unreadable.into_iter().map(|(line, wrong)| (line, Outcome::Refused(vec![wrong])))
    }

    /// The cell of a row in a column; empty where the file lacks the column.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.columns.iter().position(|name| name == column).and_then(|at| row.record.get(at)).unwrap_or_default()
    }
}

fn check_columns(columns: &[String], required: &[&str], optional: &[&str]) -> Result<()> {
    let missing = required.iter().filter(|name| !columns.iter().any(|column| column == *name));
    let mut problems: Vec<FieldError> = missing.map(|name| FieldError::new(*name, "column-missing")).collect();
    for (at, column) in columns.iter().enumerate() {
        if !required.contains(&column.as_str()) && !optional.contains(&column.as_str()) {
            let known = [required, optional].concat().join(", ");
            problems.push(
                FieldError::new(column.chars().take(60).collect::<String>(), "column-unknown").with("choices", known),
            );
        } else if columns[..at].contains(column) {
            problems.push(FieldError::new(column, "duplicate"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
