//! Importing regions, facilities, services and doctors from CSV: good rows are kept, every bad one is named with its line
//! and reason, and running a file again changes nothing. A preview does the very same in a transaction that it then gives
//! up. The columns are described in `docs/import.md`.

mod cell;
mod doctors;
mod facilities;
mod file;
mod network;
mod regions;
mod report;
mod services;

use std::sync::{Arc, Mutex, PoisonError};

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{ImportReport, RowKind},
};
use platform::{Cx, Error, FieldError, Result, db::Tx};

use self::{
    file::{File, Row},
    report::{Fate, Outcome, Report},
};
use crate::{CONTEXT, DirectoryContext, access, memory::Memory};

/// The largest file, in bytes.
const LARGEST: usize = 20 << 20;
/// So many rows at most in a file.
const MOST: usize = 200_000;
/// So many rows at most in a preview, which is one transaction.
const MOST_PREVIEWED: usize = 2_000;
/// Rows written in one transaction.
const UNIT: usize = 500;

/// Which rows a file has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// Of one kind.
    Only(RowKind),
    /// Facilities with their services and doctors: each row says what it is.
    Network,
}

impl What {
    fn named(word: &str) -> Result<Self> {
        Ok(match word {
            "regions" => Self::Only(RowKind::Region),
            "facilities" => Self::Only(RowKind::Facility),
            "services" => Self::Only(RowKind::Service),
            "doctors" => Self::Only(RowKind::Doctor),
            "network" => Self::Network,
            _ => {
                let choices = "regions, facilities, services, doctors, network";
                return Err(Error::Invalid(vec![FieldError::new("what", "not-one-of").with("choices", choices)]));
            }
        })
    }

    /// The asker may import such rows somewhere; where, each row says.
    fn allow(self, cx: &Cx) -> Result<()> {
        match self {
            Self::Only(RowKind::Region) => access::everywhere(cx, Permission::DirectoryManage),
            Self::Only(RowKind::Facility) => cx.require(Permission::DirectoryManage),
            Self::Only(RowKind::Service) => cx.require(Permission::ServiceManage),
            Self::Only(RowKind::Doctor) => cx.require(Permission::DoctorManage),
            Self::Network => {
                cx.require(Permission::DirectoryManage)?;
                cx.require(Permission::ServiceManage)?;
                cx.require(Permission::DoctorManage)
            }
        }
    }

    fn read(self, csv: &[u8], most: usize) -> Result<File> {
        match self {
            Self::Only(RowKind::Region) => File::read(csv, regions::REQUIRED, regions::OPTIONAL, most),
            Self::Only(RowKind::Facility) => File::read(csv, facilities::REQUIRED, facilities::OPTIONAL, most),
            Self::Only(RowKind::Service) => File::read(csv, services::REQUIRED, services::OPTIONAL, most),
            Self::Only(RowKind::Doctor) => File::read(csv, doctors::REQUIRED, doctors::OPTIONAL, most),
            Self::Network => network::read(csv, most),
        }
    }

    /// What a row is.
    fn kind_of(self, row: &Row) -> Result<RowKind> {
        match self {
            Self::Only(kind) => Ok(kind),
            Self::Network => network::kind_of(row),
        }
    }
}

/// Takes a file in.
pub(crate) async fn run(directory: &DirectoryContext, cx: &Cx, what: &str, csv: &[u8]) -> Result<ImportReport> {
    let (what, file) = open(cx, what, csv, MOST)?;
    let mut report = Report::new(directory, cx, false);
    report.note_unreadable(file.unreadable);
    let hand = Hand::new(directory, cx);
    for unit in file.rows.chunks(UNIT) {
        let (hand, unit) = (hand.clone(), unit.to_vec());
        let outcomes = directory.db.write(async move |tx| all(tx, &hand, what, unit).await).await?;
        report.note_all(outcomes);
    }
    Ok(report.done())
}

/// What became of each row.
type Outcomes = Vec<(Row, Outcome)>;

/// What [`run`] would do with the file now.
pub(crate) async fn preview(directory: &DirectoryContext, cx: &Cx, what: &str, csv: &[u8]) -> Result<ImportReport> {
    let (what, file) = open(cx, what, csv, MOST_PREVIEWED)?;
    let mut report = Report::new(directory, cx, true);
    report.note_unreadable(file.unreadable);
    let seen = Arc::<Mutex<Option<Outcomes>>>::default();
    let (hand, notes) = (Hand::new(directory, cx), seen.clone());
    let trial = directory
        .db
        .write(async move |tx| {
            let outcomes = all(tx, &hand, what, file.rows).await?;
            *notes.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcomes);
            // What is refused is rolled back: nothing of the trial stays.
            Err::<(), _>(Error::conflict("import-trial"))
        })
        .await;
    let outcomes = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (outcomes, trial) {
        (Some(outcomes), _) => report.note_all(outcomes),
        (None, Err(error)) => return Err(error),
        (None, Ok(())) => return Err(Error::internal("a trial was committed")),
    }
    Ok(report.done())
}

fn open(cx: &Cx, what: &str, csv: &[u8], most: usize) -> Result<(What, File)> {
    if csv.len() > LARGEST {
        return Err(Error::TooLarge(LARGEST as u64));
    }
    let what = What::named(what)?;
    what.allow(cx)?;
    Ok((what, what.read(csv, most)?))
}

/// What the rows of one file are taken in with.
#[derive(Clone)]
struct Hand {
    cx: Cx,
    texts: Arc<platform::i18n::Texts>,
    /// What everybody sees; it learns of a row once the row is committed.
    memory: Arc<Memory>,
    /// What later rows of the same file see: it learns at once.
    draft: Arc<Memory>,
}

impl Hand {
    fn new(directory: &DirectoryContext, cx: &Cx) -> Self {
        let memory = directory.memory.clone();
        let draft = Arc::new(memory.draft());
        Self { cx: cx.clone(), texts: directory.texts.clone(), memory, draft }
    }

    /// Has both catalogues know of a change, each in its time.
    fn learn(&self, tx: &mut Tx, change: impl Fn(&Memory) + Send + 'static) {
        change(&self.draft);
        let memory = self.memory.clone();
        tx.after_commit(move || change(&memory));
    }
}

async fn all(tx: &mut Tx, hand: &Hand, what: What, rows: Vec<Row>) -> Result<Vec<(Row, Outcome)>> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let outcome = Outcome::of(one(tx, hand, what, &row).await)?;
        outcomes.push((row, outcome));
    }
    let touched = |(_, outcome): &(Row, Outcome)| matches!(outcome, Outcome::Good(good) if good.fate != Fate::Same);
    if what == What::Only(RowKind::Region) && outcomes.iter().any(touched) {
        tx.publish(&hand.cx, &AuditEntry::of(&hand.cx, CONTEXT, "region.import", "regions")).await?;
    }
    Ok(outcomes)
}

async fn one(tx: &mut Tx, hand: &Hand, what: What, row: &Row) -> Result<Outcome> {
    let kind = what.kind_of(row)?;
    let (fate, name) = match kind {
        RowKind::Region => regions::one(tx, row).await?,
        RowKind::Facility => facilities::one(tx, hand, row).await?,
        RowKind::Service => services::one(tx, hand, row).await?,
        RowKind::Doctor => doctors::one(tx, hand, row).await?,
    };
    Ok(Outcome::Good(report::Good { kind, fate, name }))
}
