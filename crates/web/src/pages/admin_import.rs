//! Taking tables in (B1, B2): a file, what would become of each row, and only then the doing.

use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use contracts::{
    Permission,
    directory::{ImportReport, RefusedRow, RowFate, RowKind},
};
use jiff::SignedDuration;
use platform::{Cx, Error, Result, http::Params};
use serde::{Deserialize, Serialize};

use super::{Site, admin, admin_export, go, import_file, import_templates, sealed::Place, visitor::Visitor};
use crate::{
    format,
    view::{
        AdminImport, AdminImportPreview, Area, Field, Here, ImportBad, ImportCounts, ImportFault, ImportGood,
        ImportKind, Mend, Option_,
    },
};

/// The page.
const PATH: &str = "/admin/import";
/// Rows shown of each sort.
const SHOWN: usize = 100;
/// Refused cells that go along to the page after an import, and characters of each remedy.
const TOLD: usize = 10;
const TOLD_CHARS: usize = 240;
/// Characters of what is wrong with a whole file: the names of every column fit.
const FAULT_CHARS: usize = 600;

/// What a file may hold: its word, text keys of its name and of what its rows are.
const KINDS: [(&str, &str, &str); 4] = [
    ("network", "import-network", "import-network-line"),
    ("facilities", "import-facilities", "import-facilities-line"),
    ("services", "import-services", "import-services-line"),
    ("doctors", "import-doctors", "import-doctors-line"),
];

/// What the asker may import, somewhere.
fn kinds(cx: &Cx) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    use Permission::{DirectoryManage, DoctorManage, ServiceManage};
    let needs = |word: &str| match word {
        "network" => vec![DirectoryManage, ServiceManage, DoctorManage],
        "facilities" => vec![DirectoryManage],
        "services" => vec![ServiceManage],
        _ => vec![DoctorManage],
    };
    KINDS.into_iter().filter(move |(word, ..)| needs(word).into_iter().all(|permission| cx.may(permission)))
}

/// Whether the menu offers the page.
pub(super) fn offered(cx: &Cx) -> bool {
    kinds(cx).next().is_some()
}

/// Which kind is chosen at first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    jenis: String,
}

/// What the page after a form tells.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Told {
    counts: Option<(u64, u64, u64, u64)>,
    bad: Vec<RefusedRow>,
    faults: Vec<(String, String)>,
}

fn told() -> Place {
    Place::new("import", PATH, SignedDuration::from_mins(2))
}

/// `GET /admin/import`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let all: Vec<_> = kinds(cx).collect();
    let first = all.first().ok_or(Error::Forbidden("directory.manage"))?.0;
    let chosen = all.iter().map(|(word, ..)| *word).find(|word| *word == wish.jenis).unwrap_or(first);
    let last: Told = told().read(&site, cx, &visitor.cookies).unwrap_or_default();
    let mends = visitor.refusal.as_ref().map(|refusal| refusal.mends(&["file", "what"])).unwrap_or_default();
    let places = admin::served(&site, &visitor).await?;
    let several = places.len() > 1;
    let page = AdminImport {
        shell: visitor.shell("import-title", Area::Admin, Here::More),
        kinds: all
            .into_iter()
            .map(|(word, label, line)| ImportKind { word, label, line, chosen: word == chosen })
            .collect(),
        file: mends
            .iter()
            .find(|mend| mend.field == "file")
            .map_or_else(Field::default, |mend| Field::refused("", mend.text.clone())),
        mends,
        faults: last.faults.into_iter().map(|(column, reason)| ImportFault { column, reason }).collect(),
        result: last.counts.map(|(added, changed, same, refused)| ImportCounts { added, changed, same, refused }),
        bad: last.bad.into_iter().map(bad).collect(),
        tables: admin_export::tables(cx).collect(),
        facilities: places
            .into_iter()
            .filter(|_| several)
            .map(|place| Option_ { value: place.id.to_string(), label: place.name, chosen: false })
            .collect(),
        largest: format!("{} KB", import_file::LARGEST / 1024),
        rows: format::number(2_000, visitor.speech.locale),
    };
    let mut answer = visitor.page(&page)?;
    if page.result.is_some() || !page.faults.is_empty() {
        told().forget(site.https, &mut answer)?;
    }
    Ok(answer)
}

/// `GET` where only a form is sent: the page.
pub(super) async fn back(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    Ok(go(PATH))
}

/// `POST /admin/import`: what would become of the file. Nothing is kept.
pub(super) async fn check(
    State(site): State<Site>,
    visitor: Visitor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let upload = import_file::upload(form.map_err(|_| Error::Unsupported)?).await?;
    let Some((word, label, _)) = kinds(cx).find(|(word, ..)| *word == upload.what) else {
        return mend(&site, &visitor, "", "what", visitor.say("import-what-needed"));
    };
    let csv = match upload.csv {
        None => {
            let size = format!("{} KB", import_file::LARGEST / 1024);
            return mend(&site, &visitor, word, "file", visitor.say_with("import-too-large", &[("size", &size)]));
        }
        Some(csv) if csv.is_empty() => {
            return mend(&site, &visitor, word, "file", visitor.say("import-file-needed"));
        }
        Some(csv) => csv,
    };
    let report = match site.directory.preview_import(cx, word, csv.clone()).await {
        Ok(report) => report,
        Err(error @ Error::Invalid(_)) => return refused_whole(&site, &visitor, word, &error),
        Err(other) => return Err(other),
    };
    let counts = counts(&report);
    let more = |all: usize| match all.saturating_sub(SHOWN) {
        0 => String::new(),
        n => visitor.say_with("import-more", &[("n", &format::number(n as i64, visitor.speech.locale))]),
    };
    let written = format::number(counts.written().cast_signed(), visitor.speech.locale);
    let page = AdminImportPreview {
        shell: visitor.shell("import-preview", Area::Admin, Here::More),
        file: upload.name,
        kind: label,
        counts,
        bad_more: more(report.refused.len()),
        good_more: more(report.rows.len()),
        bad: report.refused.into_iter().take(SHOWN).map(bad).collect(),
        good: report.rows.into_iter().take(SHOWN).map(good).collect(),
        sealed: import_file::seal(&site, cx, word, &csv)?,
        keep: visitor.say_with("import-keep", &[("n", &written)]),
    };
    visitor.page(&page)
}

fn good(row: contracts::directory::GoodRow) -> ImportGood {
    let kind = match row.kind {
        RowKind::Region => "import-kind-region",
        RowKind::Facility => "import-kind-facility",
        RowKind::Service => "import-kind-service",
        RowKind::Doctor => "import-kind-doctor",
    };
    let (fate, class) = match row.fate {
        RowFate::Added => ("import-fate-added", "chip--ok"),
        RowFate::Changed => ("import-fate-changed", "chip--info"),
        RowFate::Same => ("import-fate-same", "chip--mute"),
    };
    ImportGood { line: row.line, kind, name: row.name, fate, class }
}

fn bad(row: RefusedRow) -> ImportBad {
    ImportBad { line: row.line, column: row.field, cell: row.cell, reason: row.reason }
}

/// Refused rows are counted once, however many of their cells are to blame.
fn counts(report: &ImportReport) -> ImportCounts {
    let mut lines: Vec<u64> = report.refused.iter().map(|row| row.line).collect();
    lines.dedup();
    ImportCounts { added: report.added, changed: report.changed, same: report.same, refused: lines.len() as u64 }
}

/// `POST /admin/import/keep`: does what was shown. Sent again, it finds everything done.
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let cx = &visitor.cx;
    cx.account()?;
    let sealed = import_file::sealed(form.map_err(|_| Error::Unsupported)?).await?;
    let Some((what, csv)) = import_file::open(&site, cx, &sealed)? else {
        return visitor.go_and_tell(&site, PATH, visitor.say("import-expired"));
    };
    let report = match site.directory.import(cx, &what, csv).await {
        Ok(report) => report,
        Err(error @ Error::Invalid(_)) => return refused_whole(&site, &visitor, &what, &error),
        Err(other) => return Err(other),
    };
    let ImportCounts { added, changed, same, refused } = counts(&report);
    let short = |row: RefusedRow| RefusedRow { reason: row.reason.chars().take(TOLD_CHARS).collect(), ..row };
    let bad = report.refused.into_iter().take(TOLD).map(short).collect();
    let last = Told { counts: Some((added, changed, same, refused)), bad, ..Told::default() };
    let mut answer = go(&address(&what));
    if !told().keep(&site, cx, &last, &mut answer)? {
        told().keep(&site, cx, &Told { bad: Vec::new(), ..last }, &mut answer)?;
    }
    Ok(answer)
}

fn address(what: &str) -> String {
    if what.is_empty() { PATH.to_owned() } else { format!("{PATH}?jenis={what}") }
}

fn mend(site: &Site, visitor: &Visitor, what: &str, field: &'static str, text: String) -> Result<Response> {
    visitor.go_and_mend(site, &address(what), &[Mend { field, text }])
}

/// The file as a whole cannot be taken: says why, column by column.
fn refused_whole(site: &Site, visitor: &Visitor, what: &str, error: &Error) -> Result<Response> {
    let problem = visitor.told(error);
    let mut faults: Vec<(String, String)> = Vec::new();
    for field in problem.errors.into_iter().take(TOLD) {
        let reason: String = field.message.chars().take(FAULT_CHARS).collect();
        // Columns with one remedy are told together.
        match faults.iter_mut().find(|(_, known)| *known == reason) {
            Some((columns, _)) => *columns = format!("{columns}, {}", field.field),
            None => faults.push((field.field, reason)),
        }
    }
    let last = Told { faults, ..Told::default() };
    let mut answer = go(&address(what));
    told().keep(site, &visitor.cx, &last, &mut answer)?;
    Ok(answer)
}

/// `GET /admin/import/templates/{file}`
pub(super) async fn template(visitor: Visitor, Path(file): Path<String>) -> Result<Response> {
    visitor.cx.account()?;
    let what = file.strip_suffix(".csv").unwrap_or_default();
    let table = import_templates::of(what).filter(|_| offered(&visitor.cx)).ok_or(Error::NotFound("path"))?;
    Ok(table_of(&file, table))
}

/// A table as a file to be kept.
pub(super) fn table_of(name: &str, table: String) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut answer =
        ([(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))], table).into_response();
    if let Ok(disposition) = disposition {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    answer
}

#[cfg(test)]
mod tests {
    use contracts::directory::{ImportReport, RefusedRow};

    use super::counts;

    #[test]
    fn a_row_with_three_faults_is_one_row() {
        let fault = |line| RefusedRow { line, field: "price".into(), cell: String::new(), reason: "…".into() };
        let report = ImportReport { refused: vec![fault(2), fault(2), fault(5)], ..ImportReport::default() };
        assert_eq!(counts(&report).refused, 2);
    }
}
