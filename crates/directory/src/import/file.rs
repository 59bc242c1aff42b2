//! A CSV file with a header: UTF-8, a comma or (as spreadsheets here write it) a semicolon between.

use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};
use platform::{Error, FieldError, Result, sheet};

/// A file's rows.
pub(super) struct File {
    pub(super) rows: Vec<Row>,
    /// Lines that cannot be read, with what is wrong.
    pub(super) unreadable: Vec<(u64, FieldError)>,
}

/// One row, with its line.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) line: u64,
    columns: Arc<[String]>,
    record: StringRecord,
}

impl Row {
    /// The cell in a column; empty where the file lacks the column.
    pub(super) fn cell(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column);
        sheet::plain(at.and_then(|at| self.record.get(at)).unwrap_or_default())
    }
}

impl File {
    /// Reads a file whose header names all of `required` and otherwise only `optional` columns, with at most `most` rows.
    pub(super) fn read(csv: &[u8], required: &[&str], optional: &[&str], most: usize) -> Result<Self> {
        let csv = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
        let header = csv.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let cells = |delimiter: u8| header.split(|byte| *byte == delimiter).count();
        let delimiter = if cells(b';') > cells(b',') { b';' } else { b',' };
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(csv);
        let header = reader.headers().map_err(|_| Error::invalid("", "row-unreadable"))?;
        let columns: Arc<[String]> = header.iter().map(str::to_ascii_lowercase).collect();
        check_columns(&columns, required, optional)?;
        let mut file = Self { rows: Vec::new(), unreadable: Vec::new() };
        let mut lines = Lines::of(csv);
        for record in reader.records() {
            if file.rows.len() + file.unreadable.len() >= most {
                return Err(Error::Invalid(vec![FieldError::new("", "too-many").with("max", most)]));
            }
            match record {
                Ok(record) => {
                    let line = lines.at(record.position());
                    file.take(&columns, line, record);
                }
                Err(error) => {
                    let line = lines.at(error.position());
                    file.unreadable.push((line, FieldError::new("", "row-unreadable")));
                }
            }
        }
        Ok(file)
    }

    fn take(&mut self, columns: &Arc<[String]>, line: u64, record: StringRecord) {
        // A spreadsheet writes rows that were emptied as delimiters alone.
        if record.len() == columns.len() && record.iter().all(str::is_empty) {
            return;
        }
        if record.len() != columns.len() {
            let wrong = FieldError::new("", "row-cells").with("found", record.len()).with("expected", columns.len());
            self.unreadable.push((line, wrong));
        } else if let Some((at, _)) = record.iter().enumerate().find(|(_, cell)| cell.contains('\0')) {
            self.unreadable.push((line, FieldError::new(&columns[at], "nul")));
        } else {
            self.rows.push(Row { line, columns: columns.clone(), record });
        }
    }
}

/// The lines of a file, asked for from its beginning on. The reader of CSV counts a line end of two characters, as Excel
/// writes it, only after the row that follows it has begun.
struct Lines<'f> {
    file: &'f [u8],
    seen: usize,
    line: u64,
}

impl<'f> Lines<'f> {
    fn of(file: &'f [u8]) -> Self {
        Self { file, seen: 0, line: 1 }
    }

    /// The line on which a row begins.
    fn at(&mut self, position: Option<&csv::Position>) -> u64 {
        let begins = position.map_or(self.seen, |position| position.byte() as usize).min(self.file.len());
        let ends = self.file[begins..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let to = (begins + ends).max(self.seen);
        self.line += self.file[self.seen..to].split(|byte| *byte == b'\n').skip(1).count() as u64;
        self.seen = to;
        self.line
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

#[cfg(test)]
mod tests {
    use super::File;

    /// B1: the line that is named is the one that a person counts, however the file ends its lines.
    #[test]
    fn lines_are_counted_as_people_count_them() {
        let unix = "a,b\n1,2\n\n\"3\n4\",5\n6,7\n8\n";
        for text in [unix.to_owned(), unix.replace('\n', "\r\n"), format!("\u{FEFF}{unix}")] {
            let file = File::read(text.as_bytes(), &["a", "b"], &[], 10).unwrap();
            assert_eq!(file.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 6], "{text:?}");
            assert_eq!(file.unreadable[0].0, 7, "{text:?}");
        }
    }
}
