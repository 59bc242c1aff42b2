//! Accounts (A7) and who did what (A8).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    auth::{
        Account, AccountId, AccountSearch, AccountState, AuditLine, AuditSearch, AuditVerdict, ChangeAccount,
        NamedRole, NamedRoleId, Role,
    },
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
};
use serde::Deserialize;

use super::{Site, admin, encoded, go, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{AdminAudit, AdminUser, AdminUsers, Area, AuditRow, Back, Here, Option_, Pager, UserRow, Verdict},
};

pub(super) const USERS: &str = "/admin/users";
const AUDIT: &str = "/admin/audit";
/// Accounts on a page.
const ROWS: u32 = 30;
/// Lines of the trail on a page.
const LINES: u32 = 50;

/// The text key of a kind of account.
pub(super) fn role_key(role: Role) -> &'static str {
    match role {
        Role::Patient => "role-patient",
        Role::Doctor => "role-doctor",
        Role::Admin => "role-admin",
        Role::SuperAdmin => "role-super-admin",
    }
}

fn state_key(state: AccountState) -> (&'static str, &'static str) {
    match state {
        AccountState::Pending => ("account-pending", "chip--wait"),
        AccountState::Active => ("account-active", "chip--ok"),
        AccountState::Deactivated => ("account-deactivated", "chip--danger"),
        AccountState::Closed => ("account-closed", "chip--mute"),
    }
}

/// `GET` where only a form is sent: the trail.
pub(super) async fn to_audit(visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::AuditRead)?;
    Ok(go(AUDIT))
}

/// The query of the list of accounts. A name or e-mail is sought by a form and stands in no address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    peran: String,
    status: String,
    sesudah: String,
}

impl Wish {
    fn on(&self, after: &str) -> String {
        let parts = [("peran", self.peran.as_str()), ("status", &self.status), ("sesudah", after)];
        let given = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { USERS.to_owned() } else { format!("{USERS}?{}", query.join("&")) }
    }
}

/// `GET /admin/users`
pub(super) async fn users(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let page = list(&site, &visitor, &Wish { q: String::new(), ..wish }).await?;
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

/// `POST /admin/users`: seeks.
pub(super) async fn seek(State(site): State<Site>, visitor: Visitor, Form(wish): Form<Wish>) -> Result<Response> {
    if wish.q.trim().is_empty() {
        return Ok(go(&wish.on("")));
    }
    visitor.page(&list(&site, &visitor, &wish).await?)
}

async fn list(site: &Site, visitor: &Visitor, wish: &Wish) -> Result<AdminUsers> {
    visitor.cx.require(Permission::AccountManage)?;
    let q: String = wish.q.trim().chars().take(100).collect();
    let ask = AccountSearch {
        q: Some(q.clone()).filter(|q| !q.is_empty()),
        role: wish.peran.parse().ok(),
        state: wish.status.parse().ok(),
        page: PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) },
    };
    let found = site.auth.accounts(&visitor.cx, ask).await?;
    let named = site.auth.named_roles(&visitor.cx).await?;
    let option = |value: &'static str, key: &str, chosen: &str| Option_ {
        value: value.to_owned(),
        label: visitor.say(key),
        chosen: value == chosen,
    };
    Ok(AdminUsers {
        shell: visitor.shell("nav-users", Area::Admin, Here::Users),
        roles: Role::ALL.iter().map(|role| option(role.word(), role_key(*role), &wish.peran)).collect(),
        states: AccountState::ALL.iter().map(|state| option(state.word(), state_key(*state).0, &wish.status)).collect(),
        users: found.items.iter().map(|account| row(visitor, account, &named)).collect(),
        opens: visitor.cx.may(Permission::RoleManage),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| wish.on("")),
            // A search goes no further than its first page: its words stand in no address.
            next: found.next.filter(|_| q.is_empty()).map(|cursor| wish.on(cursor.as_str())),
            ..Pager::default()
        },
        q,
    })
}

/// What people call the roles of an account: an admin with named roles is what those are called.
fn titles(visitor: &Visitor, account: &Account, named: &[NamedRole]) -> Vec<String> {
    let held = named.iter().filter(|role| account.named_roles.contains(&role.id)).map(|role| role.name.clone());
    let kinds = account.roles.iter().filter(|role| **role != Role::Admin || account.named_roles.is_empty());
    kinds.map(|role| visitor.say(role_key(*role))).chain(held).collect()
}

fn row(visitor: &Visitor, account: &Account, named: &[NamedRole]) -> UserRow {
    let (state, class) = state_key(account.state);
    let seen = account.last_sign_in.map(|at| format::when(&shown::at(at, shown::HOUSE_ZONE), visitor.speech.locale));
    UserRow {
        href: format!("{USERS}/{}", account.id),
        name: account.name.clone(),
        email: account.email.clone(),
        portrait: shown::portrait_of_patient(None, &account.id.to_string()),
        roles: titles(visitor, account, named),
        state,
        class,
        seen: seen.unwrap_or_else(|| visitor.say("account-never")),
    }
}

/// Named roles to choose from: those in use, and retired ones that are held.
pub(super) fn named_choices(visitor: &Visitor, named: &[NamedRole], held: &[NamedRoleId]) -> Vec<Option_> {
    let offered = named.iter().filter(|role| !role.retired || held.contains(&role.id));
    let option = |role: &NamedRole| Option_ {
        value: role.id.to_string(),
        label: if role.retired { visitor.say_with("role-retired", &[("name", &role.name)]) } else { role.name.clone() },
        chosen: held.contains(&role.id),
    };
    offered.map(option).collect()
}

fn id_of(id: &str) -> Result<AccountId> {
    id.parse().map_err(|_| Error::NotFound("account"))
}

/// `GET /admin/users/{id}`
pub(super) async fn user(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let cx = &visitor.cx;
    cx.require(Permission::AccountManage)?;
    let account = site.auth.account(cx, &id_of(&id)?).await?;
    let own = cx.account().is_ok_and(|own| own == account.id.to_string());
    let gives = cx.may(Permission::RoleManage) && account.state != AccountState::Closed;
    let option = |value: String, label: String, chosen: bool| Option_ { value, label, chosen };
    let facilities = if gives { admin::served(&site, &visitor).await? } else { Vec::new() };
    let named = site.auth.named_roles(cx).await?;
    let waits = match site.auth.super_admin_grants(cx).await {
        Err(Error::Forbidden(_)) => Vec::new(),
        other => other?,
    };
    let mut shell = visitor.titled(account.name.clone(), Area::Admin, Here::Users);
    shell.back = Some(Back { href: USERS.to_owned(), label: "nav-users" });
    let page = AdminUser {
        shell,
        user: row(&visitor, &account, &named),
        phone: account.phone.clone().unwrap_or_default(),
        opened: format::date(shown::at(account.opened_at, shown::HOUSE_ZONE).date(), visitor.speech.locale),
        factor: account.second_factor,
        version: account.version,
        roles: if gives {
            let role = |role: &Role| {
                option(role.word().to_owned(), visitor.say(role_key(*role)), account.roles.contains(role))
            };
            Role::ALL.iter().map(role).collect()
        } else {
            Vec::new()
        },
        named: if gives { named_choices(&visitor, &named, &account.named_roles) } else { Vec::new() },
        facilities: facilities
            .iter()
            .map(|place| {
                option(place.id.to_string(), place.name.clone(), account.facilities.contains(&place.id.to_string()))
            })
            .collect(),
        active: match account.state {
            AccountState::Active | AccountState::Pending if !own => Some(true),
            AccountState::Deactivated => Some(false),
            _ => None,
        },
        grant: waits.iter().any(|grant| grant.account == account.id && grant.asked_by != cx.actor_text()) && !own,
    };
    visitor.page(&page)
}

/// `POST /admin/users/{id}/{what}`: `roles`, `shut`, `open`, `code`, `confirm`, `refuse`.
pub(super) async fn change(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, what)): Path<(String, String)>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let cx = &visitor.cx;
    let account = id_of(&id)?;
    let to = format!("{USERS}/{account}");
    let version = fields.iter().find(|(name, _)| name == "version").and_then(|(_, value)| value.parse().ok());
    let version: i64 = version.unwrap_or_default();
    let all =
        |field: &'static str| fields.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.clone());
    let active = |active: bool| ChangeAccount { active: Some(active), ..ChangeAccount::default() };
    let done = match what.as_str() {
        "roles" => {
            let ask = ChangeAccount {
                roles: Some(all("role").filter_map(|word| word.parse().ok()).collect()),
                named_roles: Some(all("named").filter_map(|id| id.parse().ok()).collect()),
                facilities: Some(all("facility").collect()),
                ..ChangeAccount::default()
            };
            site.auth.change_account(cx, &account, version, ask).await.map(|_| "flash-adm-user")
        }
        "shut" => site.auth.change_account(cx, &account, version, active(false)).await.map(|_| "flash-adm-shut"),
        "open" => site.auth.change_account(cx, &account, version, active(true)).await.map(|_| "flash-adm-open"),
        "code" => site.auth.reset_for(cx, &account).await.map(|()| "flash-adm-code"),
        "confirm" => site.auth.decide_super_admin(cx, &account, true).await.map(|_| "flash-adm-user"),
        "refuse" => site.auth.decide_super_admin(cx, &account, false).await.map(|_| "flash-adm-user"),
        _ => return Err(Error::NotFound("path")),
    };
    match done {
        Ok(notice) => visitor.go_and_say(&to, notice),
        Err(error @ (Error::Conflict(_) | Error::Stale | Error::Invalid(_) | Error::RateLimited(_))) => {
            visitor.go_and_tell(&site, &to, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// The filters of the trail: ids and verbs only.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trail {
    siapa: String,
    apa: String,
    objek: String,
    pasien: String,
    dari: String,
    sampai: String,
    sesudah: String,
}

impl Trail {
    fn on(&self, after: &str) -> String {
        let parts = [
            ("siapa", self.siapa.as_str()),
            ("apa", &self.apa),
            ("objek", &self.objek),
            ("pasien", &self.pasien),
            ("dari", &self.dari),
            ("sampai", &self.sampai),
            ("sesudah", after),
        ];
        let given = parts.iter().filter(|(_, value)| !value.trim().is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value.trim()))).collect();
        if query.is_empty() { AUDIT.to_owned() } else { format!("{AUDIT}?{}", query.join("&")) }
    }
}

/// `GET /admin/audit`
pub(super) async fn audit(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Trail>) -> Result<Response> {
    let page = trail(&site, &visitor, &wish, None).await?;
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

/// Where the check of the chain begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckFrom {
    after: String,
}

/// `POST /admin/audit/check`: checks a stretch of the chain.
pub(super) async fn check(State(site): State<Site>, visitor: Visitor, Form(from): Form<CheckFrom>) -> Result<Response> {
    let after = Some(from.after).filter(|after| !after.is_empty());
    let verdict = match site.auth.verify_audit(&visitor.cx, after).await {
        Ok(verdict) => verdict,
        Err(error @ Error::Invalid(_)) => return visitor.go_and_tell(&site, AUDIT, visitor.words_of(&error)),
        Err(other) => return Err(other),
    };
    visitor.page(&trail(&site, &visitor, &Trail::default(), Some(verdict)).await?)
}

async fn trail(site: &Site, visitor: &Visitor, wish: &Trail, found: Option<AuditVerdict>) -> Result<AdminAudit> {
    visitor.cx.require(Permission::AuditRead)?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let ask = AuditSearch {
        actor: given(&wish.siapa),
        action: given(&wish.apa),
        object: given(&wish.objek),
        patient: given(&wish.pasien),
        from: wish.dari.parse::<Date>().ok().and_then(midnight),
        until: wish.sampai.parse::<Date>().ok().and_then(|day| midnight(day.saturating_add(1.day()))),
        page: PageAsk { limit: LINES, after: search::cursor(&wish.sesudah) },
    };
    let (lines, next, refused) = match site.auth.audit(&visitor.cx, ask).await {
        Ok(page) => (page.items, page.next, String::new()),
        Err(error @ Error::Invalid(_)) => (Vec::new(), None, visitor.words_of(&error)),
        Err(other) => return Err(other),
    };
    Ok(AdminAudit {
        shell: visitor.shell("nav-audit", Area::Admin, Here::Audit),
        actor: wish.siapa.clone(),
        action: wish.apa.clone(),
        object: wish.objek.clone(),
        patient: wish.pasien.clone(),
        from: wish.dari.clone(),
        until: wish.sampai.clone(),
        lines: lines.iter().map(|line| line_of(visitor, line)).collect(),
        verdict: found.map(|found| verdict(visitor, &found)),
        refused,
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| wish.on("")),
            next: next.map(|cursor| wish.on(cursor.as_str())),
            ..Pager::default()
        },
    })
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(shown::zone(shown::HOUSE_ZONE)).ok().map(|at| at.timestamp())
}

fn line_of(visitor: &Visitor, line: &AuditLine) -> AuditRow {
    let at = shown::at(line.at, shown::HOUSE_ZONE);
    AuditRow {
        seq: line.seq.map(|seq| format!("#{seq}")).unwrap_or_default(),
        iso: format::rfc3339(&at),
        at: format::when(&at, visitor.speech.locale),
        actor: line.actor.clone(),
        action: line.action.clone(),
        object: line.object.clone(),
        patient: line.patient.clone().unwrap_or_default(),
        reason: line.reason.clone().unwrap_or_default(),
        request: line.request_id.clone(),
    }
}

fn verdict(visitor: &Visitor, found: &AuditVerdict) -> Verdict {
    let number = |value: i64| format::number(value, visitor.speech.locale);
    let (checked, sealed) = (number(found.checked), number(found.sealed));
    let text = match found.broken_at {
        Some(line) => visitor.say_with("audit-broken", &[("line", &number(line))]),
        None if found.complete => visitor.say_with("audit-whole", &[("n", &sealed)]),
        None => visitor.say_with("audit-so-far", &[("n", &checked), ("all", &sealed)]),
    };
    let whole = found.broken_at.is_none();
    let after = if whole && !found.complete { found.head.clone() } else { String::new() };
    Verdict { whole, complete: found.complete, text, after }
}

#[cfg(test)]
mod tests {
    use super::Trail;

    #[test]
    fn the_filters_of_the_trail_stand_in_its_address() {
        let wish = Trail { apa: "appointment.book".into(), dari: "2026-11-01".into(), ..Trail::default() };
        assert_eq!(wish.on("x"), "/admin/audit?apa=appointment.book&dari=2026-11-01&sesudah=x");
    }
}
