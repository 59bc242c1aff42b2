//! Fields of medicine.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{Bilingual, Speciality, SpecialityId},
};
use platform::{Cx, Error, Result, db::Tx, error::Problems, ids::Id as _};

use crate::{DirectoryContext, access};

const ALL: &str = "select id, slug, name_id, name_en, title from speciality order by id";
const INSERT: &str =
    "insert into speciality (id, slug, name_id, name_en, title) values ($1, $2, $3, $4, $5) on conflict do nothing";
const CHANGE: &str = "update speciality set name_id = $2, name_en = $3, title = $4 where id = $1 returning slug";

/// Every speciality, for the catalogue.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Speciality>> {
    let rows: Vec<(SpecialityId, String, String, String, String)> = tx.all(ALL, &[]).await?;
    let speciality = |(id, slug, name_id, name_en, title)| Speciality {
        id,
        slug,
        name: Bilingual { id: name_id, en: name_en },
        title,
    };
    Ok(rows.into_iter().map(speciality).collect())
}

pub(crate) fn list(directory: &DirectoryContext) -> Vec<Speciality> {
    directory.memory.catalogue().specialities.all().iter().map(|speciality| (**speciality).clone()).collect()
}

pub(crate) async fn add(
    directory: &DirectoryContext,
    cx: &Cx,
    slug: String,
    name: Bilingual,
    title: String,
) -> Result<Speciality> {
    access::everywhere(cx, Permission::DirectoryManage)?;
    let mut problems = Problems::default();
    let slug = problems.text("slug", &slug, 60);
    let plain =
        slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') && !slug.starts_with('-');
    problems.check(plain, "slug", "slug");
    let (name, title) = named(&mut problems, &name, &title);
    problems.done()?;
    let speciality = Speciality { id: cx.new_id(), slug, name, title };
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            let s = &speciality;
            if tx.exec(INSERT, &[&s.id, &s.slug, &s.name.id, &s.name.en, &s.title]).await? == 0 {
                return Err(Error::invalid("slug", "slug-taken"));
            }
            tx.publish(&cx, &AuditEntry::of(&cx, crate::CONTEXT, "speciality.add", s.id.as_str())).await?;
            let added = speciality.clone();
            tx.after_commit(move || memory.catalogue_mut().put_speciality(added));
            Ok(speciality)
        })
        .await
}

/// Gives it another name and title. Doctors' pages that were kept hold the old ones, and are read anew.
pub(crate) async fn change(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &SpecialityId,
    name: Bilingual,
    title: String,
) -> Result<Speciality> {
    access::everywhere(cx, Permission::DirectoryManage)?;
    let mut problems = Problems::default();
    let (name, title) = named(&mut problems, &name, &title);
    problems.done()?;
    let (cx, memory, id) = (cx.clone(), directory.memory.clone(), id.clone());
    directory
        .db
        .write(async move |tx| {
            let found: Option<(String,)> = tx.one(CHANGE, &[&id, &name.id, &name.en, &title]).await?;
            let (slug,) = found.ok_or(Error::NotFound("speciality"))?;
            tx.publish(&cx, &AuditEntry::of(&cx, crate::CONTEXT, "speciality.change", id.as_str())).await?;
            let speciality = Speciality { id, slug, name, title };
            let changed = speciality.clone();
            tx.after_commit(move || memory.put_speciality(changed));
            Ok(speciality)
        })
        .await
}

fn named(problems: &mut Problems, name: &Bilingual, title: &str) -> (Bilingual, String) {
    let name = Bilingual { id: problems.text("name.id", &name.id, 80), en: problems.text("name.en", &name.en, 80) };
    (name, problems.text("title", title, 20))
}
