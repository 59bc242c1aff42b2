//! Departments (poli) of a facility.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{Bilingual, Department, DepartmentId, FacilityId},
};
use platform::{Cx, Error, Result, db::Tx, error::Problems, ids::Id as _};

use crate::{DirectoryContext, access, facility};

const ALL: &str = "select id, facility, name_id, name_en from department order by id";
const INSERT: &str =
    "insert into department (id, facility, name_id, name_en) values ($1, $2, $3, $4) on conflict do nothing";
const RENAME: &str = "update department set name_id = $2, name_en = $3 where id = $1";
const NAMED_BY: &str = "select id from service where department = $1 limit 1";
const DELETE: &str = "delete from department where id = $1";

/// Every department, for the catalogue.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Department>> {
    let rows: Vec<(DepartmentId, FacilityId, String, String)> = tx.all(ALL, &[]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, facility, name_id, name_en)| Department {
            id,
            facility,
            name: Bilingual { id: name_id, en: name_en },
        })
        .collect())
}

pub(crate) fn of_facility(directory: &DirectoryContext, cx: &Cx, facility: &FacilityId) -> Result<Vec<Department>> {
    facility::get(directory, cx, facility.as_str())?;
    Ok(directory.memory.catalogue().departments_of(facility).cloned().collect())
}

pub(crate) async fn add(
    directory: &DirectoryContext,
    cx: &Cx,
    facility: &FacilityId,
    name: Bilingual,
) -> Result<Department> {
    access::at_facility(cx, Permission::ServiceManage, facility, "facility")?;
    if directory.memory.catalogue().facilities.get(facility).is_none() {
        return Err(Error::NotFound("facility"));
    }
    let name = named(&name)?;
    let department = Department { id: cx.new_id(), facility: facility.clone(), name };
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            let d = &department;
            if tx.exec(INSERT, &[&d.id, &d.facility, &d.name.id, &d.name.en]).await? == 0 {
                return Err(Error::invalid("name.id", "department-exists"));
            }
            tx.publish(&cx, &audit(&cx, "department.add", d)).await?;
            let added = department.clone();
            tx.after_commit(move || memory.catalogue_mut().put_department(added));
            Ok(department)
        })
        .await
}

/// A name in both languages, or what is wrong with it.
fn named(name: &Bilingual) -> Result<Bilingual> {
    let mut problems = Problems::default();
    let name = Bilingual { id: problems.text("name.id", &name.id, 80), en: problems.text("name.en", &name.en, 80) };
    problems.done()?;
    Ok(name)
}

/// The department, where the asker edits those of its facility.
fn theirs(directory: &DirectoryContext, cx: &Cx, id: &DepartmentId) -> Result<Department> {
    cx.require(Permission::ServiceManage)?;
    let department = directory.memory.catalogue().department(id).cloned().ok_or(Error::NotFound("department"))?;
    access::at_facility(cx, Permission::ServiceManage, &department.facility, "department")?;
    Ok(department)
}

pub(crate) async fn rename(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &DepartmentId,
    name: Bilingual,
) -> Result<Department> {
    let department = theirs(directory, cx, id)?;
    let department = Department { name: named(&name)?, ..department };
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            let d = &department;
            let renamed = tx.exec(RENAME, &[&d.id, &d.name.id, &d.name.en]).await;
            let taken = |error: Error| {
                if error.is_unique() { Error::invalid("name.id", "department-exists") } else { error }
            };
            if renamed.map_err(taken)? == 0 {
                return Err(Error::NotFound("department"));
            }
            tx.publish(&cx, &audit(&cx, "department.rename", d)).await?;
            let kept = department.clone();
            tx.after_commit(move || memory.catalogue_mut().put_department(kept));
            Ok(department)
        })
        .await
}

pub(crate) async fn remove(directory: &DirectoryContext, cx: &Cx, id: &DepartmentId) -> Result<()> {
    let department = theirs(directory, cx, id)?;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            if tx.one::<(String,)>(NAMED_BY, &[&department.id]).await?.is_some() {
                return Err(Error::conflict("department-in-use"));
            }
            if tx.exec(DELETE, &[&department.id]).await? == 0 {
                return Err(Error::NotFound("department"));
            }
            tx.publish(&cx, &audit(&cx, "department.remove", &department)).await?;
            tx.after_commit(move || memory.catalogue_mut().remove_department(&department.id));
            Ok(())
        })
        .await
}

fn audit(cx: &Cx, action: &str, department: &Department) -> AuditEntry {
    AuditEntry::of(cx, crate::CONTEXT, action, department.id.as_str()).at_facility(department.facility.as_str())
}
