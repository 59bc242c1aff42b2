//! Taking over patients from another system: rows of CSV, each known by a reference of that system, so that running
//! it again changes nothing. Columns are described in docs/import.md.

use std::collections::HashSet;

use contracts::{
    Permission,
    directory::{ImportReport, RefusedRow},
    people::{Address, EmergencyContact, PatientForm, PatientType, Sex},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use platform::{
    Cx, Error, Result,
    error::{FieldError, Problems},
    i18n::{Catalog, Texts},
};
use serde::Deserialize;

use crate::{
    PeopleContext, bulk,
    patient::Sealed,
    patient_form::{self, Person},
};

/// Rows written in one unit, so that nobody waits long for the database.
const AT_ONCE: usize = 500;
/// Keys made at the same time; on SQLite they share a COMMIT.
const KEYS_AT_ONCE: usize = 64;
/// How often a batch is tried where another import runs.
const TRIES: u8 = 3;
/// The largest file, in bytes.
const LARGEST: usize = 20 << 20;
/// The longest reference.
const REF: usize = 80;
/// The most rows that are told of as refused; beyond them only the first matter.
const MOST_REFUSED: usize = 10_000;
const COLUMNS: [&str; 17] = [
    "ref",
    "name",
    "nik",
    "no_nik_reason",
    "birth_place",
    "birth_date",
    "sex",
    "email",
    "phone",
    "address",
    "region",
    "postal_code",
    "patient_type",
    "bpjs_number",
    "emergency_name",
    "emergency_phone",
    "emergency_relation",
];
const NEEDED: [&str; 4] = ["ref", "name", "birth_date", "sex"];

/// A row as it stands in the file.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    r#ref: String,
    name: String,
    nik: String,
    no_nik_reason: String,
    birth_place: String,
    birth_date: String,
    sex: String,
    email: String,
    phone: String,
    address: String,
    region: String,
    postal_code: String,
    patient_type: String,
    bpjs_number: String,
    emergency_name: String,
    emergency_phone: String,
    emergency_relation: String,
}

/// A good row.
#[derive(Clone)]
struct Ready {
    /// Fingerprint of the reference.
    mark: String,
    person: Person,
}

impl PeopleContext {
    /// Imports patients from CSV with a header. Bad rows are named with line and reason, good rows are kept; rows whose
    /// `ref` is known stay as they are.
    pub async fn import(&self, cx: &Cx, csv: Vec<u8>) -> Result<ImportReport> {
        cx.require(Permission::PatientWrite)?;
        if csv.len() > LARGEST {
            return Err(Error::TooLarge(LARGEST as u64));
        }
        let texts = Catalog::new().with(platform::i18n::TEXTS).with(crate::TEXTS).build()?;
        let csv = csv.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&csv);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(csv)).trim(csv::Trim::All).from_reader(csv);
        let header = reader.headers().map_err(|_| Error::invalid("file", "malformed"))?.clone();
        check_header(&header)?;
        let (mut report, mut batch, mut seen) = (ImportReport::default(), Vec::with_capacity(AT_ONCE), HashSet::new());
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line();
            let read = match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => record.deserialize::<Row>(Some(&header)).map_err(|_| FieldError::new("", "malformed")),
                Err(_) => Err(FieldError::new("", "malformed")),
            };
            let line = record.position().map_or(line, csv::Position::line).max(line);
            match read.map_err(|error| vec![error]).and_then(|row| self.ready(cx, &row)) {
                Ok(ready) if seen.insert(ready.mark.clone()) => batch.push(ready),
                Ok(_) => refuse(&mut report, &texts, cx, line, &[FieldError::new("ref", "duplicate")]),
                Err(errors) => refuse(&mut report, &texts, cx, line, &errors),
            }
            if batch.len() == AT_ONCE {
                self.keep(cx, &batch, &mut report).await?;
                batch.clear();
            }
        }
        self.keep(cx, &batch, &mut report).await?;
        Ok(report)
    }

    /// Checks a row, all fields at once.
    fn ready(&self, cx: &Cx, row: &Row) -> std::result::Result<Ready, Vec<FieldError>> {
        let mut problems = Problems::default();
        let reference = problems.text("ref", &row.r#ref, REF);
        let birth_date = date(&row.birth_date);
        problems.check(birth_date.is_some(), "birth_date", "invalid-date");
        let sex = sex(&row.sex);
        problems.check(sex.is_some(), "sex", "invalid");
        let patient_type = if row.patient_type.is_empty() {
            Some(PatientType::Umum)
        } else {
            row.patient_type.to_lowercase().parse().ok()
        };
        problems.check(patient_type.is_some(), "patient_type", "invalid");
        if let (Some(birth_date), Some(sex), Some(patient_type)) = (birth_date, sex, patient_type) {
            let person = patient_form::read(&mut problems, &form(row, birth_date, sex, patient_type), cx.now());
            if let Err(Error::Invalid(errors)) = problems.done() {
                return Err(errors);
            }
            return Ok(Ready { mark: self.vault.mark("ref", &reference), person });
        }
        match problems.done() {
            Err(Error::Invalid(errors)) => Err(errors),
            _ => Err(Vec::new()),
        }
    }

    /// Keeps the rows that are new, in one unit; looks again which are new where another import was quicker.
    async fn keep(&self, cx: &Cx, batch: &[Ready], report: &mut ImportReport) -> Result<()> {
        for _ in 0..TRIES {
            let known = self.known(batch).await?;
            let new = batch.iter().filter(|ready| !known.contains(&ready.mark));
            let sealed: Vec<(String, Sealed)> = stream::iter(new.cloned())
                .map(|ready| async {
                    Ok::<_, Error>((ready.mark, Sealed::new(cx, &self.vault, cx.new_id(), ready.person).await?))
                })
                .buffer_unordered(KEYS_AT_ONCE)
                .try_collect()
                .await?;
            let (added, cx) = (sealed.len() as u64, cx.clone());
            match self.db.write(async move |tx| bulk::add(tx, &cx, sealed).await).await {
                Ok(()) => {
                    report.added += added;
                    report.same += batch.len() as u64 - added;
                    return Ok(());
                }
                Err(Error::Stale) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Error::Unavailable("busy"))
    }

    /// The references that were taken over before.
    async fn known(&self, batch: &[Ready]) -> Result<HashSet<String>> {
        let marks: Vec<String> = batch.iter().map(|ready| ready.mark.clone()).collect();
        self.db
            .read(async move |tx| {
                let mut known = HashSet::new();
                for mark in marks {
                    if tx.one::<(i64,)>("select 1 from import_ref where mark = $1", &[&mark]).await?.is_some() {
                        known.insert(mark);
                    }
                }
                Ok(known)
            })
            .await
    }
}

/// Every column is known, and those needed are there.
fn check_header(header: &csv::StringRecord) -> Result<()> {
    let mut problems = Problems::default();
    for column in header.iter().filter(|column| !COLUMNS.contains(column)) {
        problems.add(FieldError::new(column, "unknown-field"));
    }
    for column in NEEDED.iter().filter(|needed| header.iter().all(|column| column != **needed)) {
        problems.add(FieldError::new(*column, "missing"));
    }
    problems.done()
}

/// What stands between the cells: whichever of the two the header has more of.
fn delimiter(csv: &[u8]) -> u8 {
    let header = String::from_utf8_lossy(csv.split(|byte| *byte == b'\n').next().unwrap_or_default());
    if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' }
}

/// `1990-12-31` or `31/12/1990`.
fn date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let mut parts = text.splitn(3, '/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `female`, `F` or `P` (perempuan); `male`, `M` or `L` (laki-laki).
fn sex(text: &str) -> Option<Sex> {
    match text.to_lowercase().as_str() {
        "female" | "f" | "p" => Some(Sex::Female),
        "male" | "m" | "l" => Some(Sex::Male),
        _ => None,
    }
}

fn form(row: &Row, birth_date: Date, sex: Sex, patient_type: PatientType) -> PatientForm {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let emergency = EmergencyContact {
        name: row.emergency_name.clone(),
        phone: row.emergency_phone.clone(),
        relation: row.emergency_relation.clone(),
    };
    let nik = given(&row.nik);
    PatientForm {
        name: row.name.clone(),
        no_nik_reason: given(&row.no_nik_reason).or_else(|| nik.is_none().then(|| "later".to_owned())),
        nik,
        // Other systems seldom keep it; it is asked for at the next visit.
        birth_place: given(&row.birth_place).unwrap_or_else(|| "-".to_owned()),
        birth_date,
        sex,
        email: given(&row.email),
        phone: given(&row.phone),
        address: Address {
            line: row.address.clone(),
            region: given(&row.region),
            postal_code: given(&row.postal_code),
        },
        patient_type,
        bpjs_number: given(&row.bpjs_number),
        emergency_contact: Some(emergency),
    }
}

fn refuse(report: &mut ImportReport, texts: &Texts, cx: &Cx, line: u64, errors: &[FieldError]) {
    for error in errors {
        if report.refused.len() < MOST_REFUSED {
            let reason = platform::http::FieldProblem::of(error, texts, cx.locale).message;
            report.refused.push(RefusedRow { line, field: error.field.clone(), cell: String::new(), reason });
        }
    }
}
