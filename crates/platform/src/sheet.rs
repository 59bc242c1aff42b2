//! Tables as spreadsheets read them: UTF-8 with a byte order mark, semicolons between the cells and CRLF behind the rows,
//! as Excel does it where a comma belongs into numbers.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and somebody's name may be one that
//! sends the table away. Such a text gets an apostrophe before it, which spreadsheets do not show; [`plain`] takes it off
//! again where a table comes back.

use std::fmt::Write as _;

/// What a cell begins with that a spreadsheet might work out.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// What somebody wrote: never worked out as a formula.
    Text(String),
    /// A number of ours, as it is.
    Number(f64),
    /// A whole number of ours, as it is.
    Whole(i64),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Empty, Into::into)
    }
}

/// A table being written.
#[derive(Debug, Clone)]
pub struct Sheet(String);

impl Sheet {
    /// Begins with the names of the columns.
    pub fn headed<H: AsRef<str>>(columns: impl IntoIterator<Item = H>) -> Self {
        let mut sheet = Self("\u{FEFF}".to_owned());
        sheet.row(columns.into_iter().map(|column| Cell::from(column.as_ref())));
        sheet
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(';');
            }
            self.cell(&cell);
        }
        self.0.push_str("\r\n");
    }

    /// The whole table.
    pub fn done(self) -> String {
        self.0
    }

    fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Text(text) => self.text(text),
            // Writing to a text cannot fail.
            Cell::Number(number) => write!(self.0, "{number}").unwrap_or_default(),
            Cell::Whole(number) => write!(self.0, "{number}").unwrap_or_default(),
            Cell::Empty => {}
        }
    }

    fn text(&mut self, text: &str) {
        let formula = text.starts_with(FORMULAS);
        let quoted = text.contains([';', ',', '"', '\n', '\r', '\t']) || text.trim() != text;
        if quoted {
            self.0.push('"');
        }
        if formula {
            self.0.push('\'');
        }
        self.0.push_str(&text.replace('"', "\"\""));
        if quoted {
            self.0.push('"');
        }
    }
}

/// A cell that was read, without the apostrophe that kept it from being a formula.
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULAS)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::{Cell, FORMULAS, Sheet, plain};

    fn line(cells: Vec<Cell>) -> String {
        let mut sheet = Sheet::headed(["a"]);
        sheet.row(cells);
        sheet.done().lines().nth(1).unwrap().to_owned()
    }

    /// C9: nobody's name is worked out by the spreadsheet of who opens the table.
    #[test]
    fn no_text_is_a_formula() {
        for begins in FORMULAS {
            let text = format!("{begins}HYPERLINK(\"https://evil.example\")");
            let written = line(vec![text.clone().into()]);
            let shown = written.trim_start_matches('"');
            assert!(shown.starts_with('\''), "{written}");
        }
        assert_eq!(line(vec!["+62 411 123".into()]), "'+62 411 123");
        assert_eq!(plain("'+62 411 123"), "+62 411 123");
        assert_eq!((plain("'s-Gravenhage"), plain("'"), plain("")), ("'s-Gravenhage", "'", ""));
    }

    #[test]
    fn numbers_of_ours_stay_numbers() {
        assert_eq!(line(vec![Cell::Number(-5.125), 150_000.into(), Cell::Empty]), "-5.125;150000;");
    }

    #[test]
    fn cells_keep_what_is_in_them() {
        assert_eq!(line(vec!["Jl. C; No. \"3\"".into(), "a,b".into()]), "\"Jl. C; No. \"\"3\"\"\";\"a,b\"");
        assert!(Sheet::headed(["nama"]).done().starts_with("\u{FEFF}nama\r\n"));
    }
}
