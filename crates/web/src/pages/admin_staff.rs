//! Opening an account of staff (A1, A4): it begins without a password anybody knows, and its owner is sent a code to set
//! one.

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::{
    Permission,
    auth::{Account, ChangeAccount, NamedRoleId, OpenAccount, Role},
};
use platform::{
    Error, FieldError, Result, crypto,
    http::{FieldProblem, Form},
};

use super::{
    Site, admin,
    admin_people::{USERS, named_choices},
    visitor::Visitor,
};
use crate::view::{AdminStaff, Area, Back, Field, Here, Mend, Option_};

/// The form, as sent.
#[derive(Default)]
struct Typed {
    name: String,
    email: String,
    phone: String,
    named: Vec<NamedRoleId>,
    facilities: Vec<String>,
}

impl Typed {
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "name" => typed.name = value,
                "email" => typed.email = value,
                "phone" => typed.phone = value,
                "named" => typed.named.extend(value.parse::<NamedRoleId>().ok()),
                "facility" => typed.facilities.push(value),
                _ => {}
            }
        }
        typed
    }
}

/// `GET /admin/users/new`
pub(super) async fn ask(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.page(&form(&site, &visitor, &Typed::default(), Vec::new()).await?)
}

async fn form(site: &Site, visitor: &Visitor, typed: &Typed, mends: Vec<Mend>) -> Result<AdminStaff> {
    visitor.cx.require(Permission::RoleManage)?;
    let field = |name: &str, value: &str| Field {
        value: value.to_owned(),
        error: mends.iter().find(|mend| mend.field == name).map(|mend| mend.text.clone()),
    };
    let (named, places) = tokio::try_join!(site.auth.named_roles(&visitor.cx), admin::served(site, visitor))?;
    let place = |id: String, name: String| Option_ { chosen: typed.facilities.contains(&id), value: id, label: name };
    let in_use: Vec<_> = named.into_iter().filter(|role| !role.retired).collect();
    let mut shell = visitor.shell("staff-new", Area::Admin, Here::Users);
    shell.back = Some(Back { href: USERS.to_owned(), label: "nav-users" });
    shell.failing = !mends.is_empty();
    Ok(AdminStaff {
        shell,
        name: field("name", &typed.name),
        email: field("email", &typed.email),
        phone: field("phone", &typed.phone),
        named: named_choices(visitor, &in_use, &typed.named),
        facilities: places.into_iter().map(|facility| place(facility.id.to_string(), facility.name)).collect(),
        mends,
    })
}

/// `POST /admin/users/new`
pub(super) async fn open(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    visitor.cx.require(Permission::RoleManage)?;
    let typed = Typed::of(fields);
    let mend = |field, error: &Error| vec![Mend { field, text: visitor.words_of(error) }];
    let (status, mends) = match opened(&site, &visitor, &typed).await {
        Ok(account) => return finish(&site, &visitor, account, &typed).await,
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, mends(&visitor, &errors)),
        Err(error) if error.is_conflict("email-taken") => (StatusCode::CONFLICT, mend("email", &error)),
        Err(error @ Error::Conflict(_)) => (StatusCode::CONFLICT, mend("phone", &error)),
        Err(other) => return Err(other),
    };
    visitor.page_with(status, &form(&site, &visitor, &typed, mends).await?)
}

/// The account, of no facility yet, with a password nobody knows.
async fn opened(site: &Site, visitor: &Visitor, typed: &Typed) -> Result<Account> {
    let ask = OpenAccount {
        email: typed.email.clone(),
        phone: Some(typed.phone.trim().to_owned()).filter(|phone| !phone.is_empty()),
        name: typed.name.clone(),
        password: crypto::token(&visitor.cx.entropy),
        role: Role::Admin,
        facilities: Vec::new(),
    };
    site.auth.open_account(&visitor.cx, ask).await
}

/// Gives the account its roles before its facilities are within its reach, and sends the code.
async fn finish(site: &Site, visitor: &Visitor, account: Account, typed: &Typed) -> Result<Response> {
    let page = format!("{USERS}/{}", account.id);
    let ask = ChangeAccount {
        named_roles: Some(typed.named.clone()),
        facilities: Some(typed.facilities.clone()),
        ..ChangeAccount::default()
    };
    let given = async {
        site.auth.change_account(&visitor.cx, &account.id, account.version, ask).await?;
        site.auth.reset_for(&visitor.cx, &account.id).await
    };
    match given.await {
        Ok(()) => visitor.go_and_say(&page, "flash-adm-staff"),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_) | Error::RateLimited(_))) => {
            visitor.go_and_tell(site, &page, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// What must be mended, once for each field.
fn mends(visitor: &Visitor, errors: &[FieldError]) -> Vec<Mend> {
    let mut mends: Vec<Mend> = Vec::new();
    for error in errors {
        let field = ["email", "phone"].into_iter().find(|field| *field == error.field).unwrap_or("name");
        if mends.iter().all(|mend| mend.field != field) {
            let told = FieldProblem::of(error, &visitor.speech.texts, visitor.speech.locale);
            mends.push(Mend { field, text: told.message });
        }
    }
    mends
}
