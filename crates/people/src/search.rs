//! Finding patients, for staff (R.A1): by the beginning of words of the name, or by a whole phone, e-mail, NIK or BPJS
//! number. Every search walks an index and stops after a page.

use contracts::{
    Permission,
    audit::AuditEntry,
    people::{PatientCard, PatientId, PatientSearch},
};
use platform::{
    Cx, Result,
    db::{Page, PageAsk, Tx},
    error::Problems,
};

use crate::{PeopleContext, bpjs, names, nik::Nik, patient::Line, phone, vault::Vault};

/// The longest search.
const LONGEST: usize = 254;
/// So many words of a search count.
const WORDS: usize = 4;
/// Sorts after every identifier.
const LAST: &str = "~";

const NEWEST: &str =
    "select id, name, birth_date, sex, patient_type from patient where id < $1 order by id desc limit $2";

const BY_MARK: &str = "
    select distinct p.id, p.name, p.birth_date, p.sex, p.patient_type from patient_mark m join patient p on p.id = m.patient
    where m.mark in ($1, $2, $3, $4) and p.id > $5 order by p.id limit $6";

/// A patient is shown at the first of their words that begins as the first word sought; each other word sought must
/// begin some word as well (those not given are empty, which begins every word).
const BY_WORDS: &str = "
    select w.word, p.id, p.name, p.birth_date, p.sex, p.patient_type
    from patient_word w join patient p on p.id = w.patient
    where w.word >= $1 and w.word < $2 and (w.word, w.patient) > ($9, $10)
    and not exists (select 1 from patient_word o where o.patient = w.patient and o.word >= $1 and o.word < w.word)
    and exists (select 1 from patient_word o where o.patient = w.patient and o.word >= $3 and o.word < $4)
    and exists (select 1 from patient_word o where o.patient = w.patient and o.word >= $5 and o.word < $6)
    and exists (select 1 from patient_word o where o.patient = w.patient and o.word >= $7 and o.word < $8)
    order by w.word, w.patient limit $11";

platform::row! {
    struct Found {
        word: String,
        id: PatientId,
        name: String,
        birth_date: jiff::civil::Date,
        sex: contracts::people::Sex,
        patient_type: contracts::people::PatientType,
    }
}

/// What is looked for.
enum Sought {
    /// Everybody, the newest first.
    Anybody,
    /// Fingerprints, any of which will do.
    Marks(Vec<String>),
    /// Beginnings of words of the name, all of them; the longest first, for it is the rarest.
    Words(Vec<String>),
}

impl Sought {
    fn read(vault: &Vault, q: Option<&str>) -> Self {
        let q = q.unwrap_or_default().trim();
        let marks = marks(vault, q);
        if q.is_empty() {
            return Self::Anybody;
        }
        if !marks.is_empty() {
            return Self::Marks(marks);
        }
        let mut words = names::words(q);
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        words.truncate(WORDS);
        Self::Words(words)
    }
}

/// The fingerprints of everything the text could be the whole of.
fn marks(vault: &Vault, q: &str) -> Vec<String> {
    let email = q.contains('@').then(|| vault.mark("email", &q.to_lowercase()));
    let nik = Nik::parse(q).ok().map(|nik| vault.nik_mark(nik.as_str()));
    let bpjs = bpjs::read(q).map(|number| vault.mark("bpjs", &number));
    let phone = phone::read(q).map(|number| vault.mark("phone", &number));
    [email, nik, bpjs, phone].into_iter().flatten().collect()
}

impl PeopleContext {
    /// A page of patients, answered once the audit row of the search is kept.
    pub(crate) async fn search(&self, cx: &Cx, ask: PatientSearch) -> Result<Page<PatientCard>> {
        cx.require(Permission::PatientRead)?;
        let mut problems = Problems::default();
        problems.optional_text("q", ask.q.as_deref(), LONGEST);
        problems.done()?;
        let (sought, cx) = (Sought::read(&self.vault, ask.q.as_deref()), cx.clone());
        self.db
            .write(async move |tx| {
                let page = match &sought {
                    Sought::Anybody => newest(tx, &ask.page).await?,
                    Sought::Marks(marks) => by_marks(tx, &ask.page, marks).await?,
                    Sought::Words(words) if words.is_empty() => Page::default(),
                    Sought::Words(words) => by_words(tx, &ask.page, words).await?,
                };
                tx.publish(&cx, &AuditEntry::of(&cx, "people", "patient.search", "patients")).await?;
                Ok(page.map(|line| line.card(None)))
            })
            .await
    }
}

async fn newest(tx: &mut Tx, ask: &PageAsk) -> Result<Page<Line>> {
    let before = ask.after::<(String,)>()?.map_or_else(|| LAST.to_owned(), |(id,)| id);
    Page::of(tx.all(NEWEST, &[&before, &ask.fetch()]).await?, ask, |line: &Line| (line.id.to_string(),))
}

async fn by_marks(tx: &mut Tx, ask: &PageAsk, marks: &[String]) -> Result<Page<Line>> {
    let after = ask.after::<(String,)>()?.map_or_else(String::new, |(id,)| id);
    let mark = |at: usize| marks.get(at).map_or("", String::as_str);
    let lines = tx.all(BY_MARK, &[&mark(0), &mark(1), &mark(2), &mark(3), &after, &ask.fetch()]).await?;
    Page::of(lines, ask, |line: &Line| (line.id.to_string(),))
}

async fn by_words(tx: &mut Tx, ask: &PageAsk, words: &[String]) -> Result<Page<Line>> {
    let (word, id) = ask.after::<(String, String)>()?.unwrap_or_default();
    let from: Vec<String> = (0..WORDS).map(|at| words.get(at).cloned().unwrap_or_default()).collect();
    let to: Vec<String> = from.iter().map(|word| names::end_of(word)).collect();
    let found: Vec<Found> = tx
        .all(
            BY_WORDS,
            &[&from[0], &to[0], &from[1], &to[1], &from[2], &to[2], &from[3], &to[3], &word, &id, &ask.fetch()],
        )
        .await?;
    let page = Page::of(found, ask, |found| (found.word.clone(), found.id.to_string()))?;
    Ok(page.map(|Found { id, name, birth_date, sex, patient_type, .. }| Line {
        id,
        name,
        birth_date,
        sex,
        patient_type,
    }))
}
