//! Accounts: opening, finding, changing and closing them (A1, A3, A7).

use contracts::{
    Permission,
    auth::{
        Account, AccountId, AccountOpened, AccountSearch, AccountState, ChangeAccount, NamedRoleId, OpenAccount, Role,
    },
};
use jiff::Timestamp;
use platform::{
    Cx, Error, Id as _, Result,
    cx::Actor,
    db::{Page, Tx},
    error::{FieldError, Problems},
    i18n::Locale,
};

use crate::{AuthContext, audit, grant, login, named_role, news, reach, role, session};

/// The most facilities an account may serve.
const MOST_FACILITIES: usize = 200;
/// The longest name.
const LONGEST_NAME: usize = 120;

platform::row! {
    /// An account as it is kept.
    #[derive(Debug, Clone)]
    pub(crate) struct Kept {
        pub(crate) id: AccountId,
        pub(crate) email: Option<String>,
        pub(crate) phone: Option<String>,
        pub(crate) name: String,
        pub(crate) password_hash: String,
        pub(crate) roles: String,
        pub(crate) named_roles: String,
        pub(crate) facilities: String,
        pub(crate) state: AccountState,
        pub(crate) locale: Locale,
        pub(crate) totp_secret: Option<Vec<u8>>,
        pub(crate) totp_confirmed: bool,
        pub(crate) opened_at: Timestamp,
        pub(crate) last_sign_in: Option<Timestamp>,
        pub(crate) version: i64,
    }
}

/// Selects the columns of [`Kept`].
macro_rules! select_account {
    ($rest:literal) => {
        concat!(
            "select id, email, phone, name, password_hash, roles, named_roles, facilities, state, locale, totp_secret, ",
            "totp_confirmed, opened_at, last_sign_in, version from account ",
            $rest
        )
    };
}

const BY_ID: &str = select_account!("where id = $1 and state <> 'closed'");
const BY_LOGIN: &str = select_account!("where email = $1 or phone = $1");
const LIST: &str = select_account!(
    "where state <> 'closed' and id < $1
       and found_by like $2 escape '!' and (' ' || roles || ' ') like $3 and state like $4
       and ($5 or roles in ('patient', 'admin', 'patient admin') or state = 'pending')
     order by id desc limit $6"
);
const EMAIL_TAKEN: &str = "select id from account where email = $1";
const OPEN: &str = "
    insert into account (id, email, phone, name, found_by, password_hash, roles, facilities, state, locale,
                         totp_secret, totp_confirmed, totp_step, opened_at, last_sign_in, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, null, $11, 0, $12, null, 1)
    on conflict do nothing";
const CHANGE: &str = "
    update account set phone = $3, name = $4, found_by = $5, roles = $6, facilities = $7, state = $8, locale = $9,
                       named_roles = $10, version = version + 1
    where id = $1 and version = $2";
const SET_STATE: &str = "update account set state = $2, version = version + 1 where id = $1";
const PHONE_OF_ANOTHER: &str = "select id from account where phone = $1 and id <> $2";
const OTHER_SUPER_ADMIN: &str = "select id from account where state = 'active' and (' ' || roles || ' ') like '% super_admin %' and id <> $1 limit 1";

impl Kept {
    /// The roles held.
    pub(crate) fn roles(&self) -> Vec<Role> {
        self.roles.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    }

    /// Whether it holds that role.
    pub(crate) fn is(&self, role: Role) -> bool {
        self.roles().contains(&role)
    }

    /// The named roles held, retired ones too.
    pub(crate) fn named_roles(&self) -> Vec<NamedRoleId> {
        self.named_roles.split_whitespace().filter_map(|id| id.parse().ok()).collect()
    }

    /// The facilities served.
    pub(crate) fn facilities(&self) -> Vec<String> {
        self.facilities.split_whitespace().map(ToOwned::to_owned).collect()
    }

    /// As its owner or an admin sees it.
    pub(crate) fn shown(&self) -> Account {
        Account {
            id: self.id.clone(),
            email: self.email.clone().unwrap_or_default(),
            phone: self.phone.clone(),
            name: self.name.clone(),
            roles: self.roles(),
            named_roles: self.named_roles(),
            facilities: self.facilities(),
            state: self.state,
            locale: self.locale,
            second_factor: self.totp_confirmed,
            opened_at: self.opened_at,
            last_sign_in: self.last_sign_in,
            version: self.version,
        }
    }

    /// What the other contexts may know of it.
    pub(crate) fn profile(&self) -> AccountOpened {
        AccountOpened {
            account: self.id.clone(),
            roles: self.roles(),
            name: self.name.clone(),
            email: self.email.clone().unwrap_or_default(),
            phone: self.phone.clone(),
            locale: self.locale,
            state: self.state,
        }
    }

    /// Leaves nothing of the person.
    pub(crate) fn forget_person(&mut self) {
        (self.email, self.phone, self.totp_secret) = (None, None, None);
        for text in
            [&mut self.name, &mut self.roles, &mut self.named_roles, &mut self.facilities, &mut self.password_hash]
        {
            text.clear();
        }
    }

    fn found_by(&self) -> String {
        [self.name.as_str(), self.email.as_deref().unwrap_or_default(), self.phone.as_deref().unwrap_or_default()]
            .join(" ")
            .to_lowercase()
    }
}

/// The account of that id, unless it was closed; 404.
pub(crate) async fn get(tx: &mut Tx, id: &str) -> Result<Kept> {
    find(tx, id).await?.ok_or(Error::NotFound("account"))
}

/// The account of that id, unless it was closed.
pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Kept>> {
    tx.one(BY_ID, &[&id]).await
}

/// Whoever signs in by that name.
pub(crate) async fn by_login(tx: &mut Tx, login: &login::Login) -> Result<Option<Kept>> {
    tx.one(BY_LOGIN, &[&login.as_str()]).await
}

/// Sets the state and tells the others.
pub(crate) async fn set_state(tx: &mut Tx, cx: &Cx, mut account: Kept, state: AccountState) -> Result<()> {
    tx.exec(SET_STATE, &[&account.id, &state]).await?;
    news::note(tx, cx, &account.id).await?;
    account.state = state;
    tx.publish(cx, &account.profile()).await
}

impl AuthContext {
    /// Opens an account (A1, A3): patients begin active; doctors wait for an approval unless who may approve doctors
    /// everywhere opens the account; staff only by who may give roles, and a super admin waits for a second word.
    pub(crate) async fn open(&self, cx: &Cx, ask: OpenAccount) -> Result<Account> {
        may_open(cx, ask.role)?;
        if cx.actor == Actor::Guest {
            self.openers.take_everywhere(&cx.address, cx.now()).await?;
        }
        let facts = vec![ask.name.clone(), ask.email.clone(), ask.phone.clone().unwrap_or_default()];
        let weakness = self.passwords.judge("password", &ask.password, facts).await?;
        let (mut account, problems) = new_account(cx, &ask);
        problems.into_iter().chain(weakness).fold(Problems::default(), noted).done()?;
        account.password_hash = self.passwords.hash(cx, &ask.password).await?;
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                let becomes_super_admin = account.is(Role::SuperAdmin);
                let mut waits = false;
                if becomes_super_admin {
                    role::hold_super_admins(tx).await?;
                    waits = grant::needs_another(tx, &cx).await?;
                }
                if waits {
                    account.state = AccountState::Pending;
                }
                insert(tx, &cx, &account).await?;
                audit::note(tx, &cx, "account.open", account.id.as_str()).await?;
                if waits {
                    grant::ask(tx, &cx, &account.id).await?;
                }
                Ok(account.shown())
            })
            .await
    }

    /// Everything [`contracts::auth::Auth::open_account`] would refuse of the fields, without opening anything.
    pub(crate) async fn check_fields(&self, cx: &Cx, ask: &OpenAccount) -> Result<()> {
        let facts = vec![ask.name.clone(), ask.email.clone(), ask.phone.clone().unwrap_or_default()];
        let weakness = self.passwords.judge("password", &ask.password, facts).await?;
        let (_, problems) = new_account(cx, ask);
        problems.into_iter().chain(weakness).fold(Problems::default(), noted).done()
    }

    /// Hashes a password once, for accounts opened by [`AuthContext::open_hashed`].
    pub async fn hash_password(&self, cx: &Cx, password: &str) -> Result<String> {
        self.passwords.hash(cx, password).await
    }

    /// Opens up to 500 active accounts in one transaction with a hash made before: for sample data and imports.
    /// Checks fields, not passwords; the passwords of `asks` are not looked at. An e-mail that is taken is a 409.
    pub async fn open_hashed(&self, cx: &Cx, asks: Vec<OpenAccount>, hash: &str) -> Result<Vec<AccountId>> {
        cx.require(Permission::RoleManage)?;
        let mut accounts = Vec::with_capacity(asks.len());
        for ask in &asks {
            let (mut account, problems) = new_account(cx, ask);
            problems.into_iter().fold(Problems::default(), noted).done()?;
            hash.clone_into(&mut account.password_hash);
            account.state = AccountState::Active;
            accounts.push(account);
        }
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                for account in &accounts {
                    insert(tx, &cx, account).await?;
                    audit::note(tx, &cx, "account.open", account.id.as_str()).await?;
                }
                Ok(accounts.into_iter().map(|account| account.id).collect())
            })
            .await
    }

    /// Opens the first account that runs the house, for the command line.
    pub async fn create_super_admin(&self, cx: &Cx, email: &str, password: &str) -> Result<Account> {
        let name = email.split('@').next().unwrap_or(email).to_owned();
        let ask = OpenAccount {
            email: email.to_owned(),
            phone: None,
            name,
            password: password.to_owned(),
            role: Role::SuperAdmin,
            facilities: Vec::new(),
        };
        self.open(cx, ask).await
    }

    /// One's own account, or those that who manages accounts reaches; others are not there.
    pub(crate) async fn find(&self, cx: &Cx, id: &AccountId) -> Result<Account> {
        let own = cx.account().is_ok_and(|account| account == id.as_str());
        if !own && !cx.may(Permission::AccountManage) {
            cx.account()?;
            return Err(Error::NotFound("account"));
        }
        let (cx, id) = (cx.clone(), id.clone());
        if own {
            return self.db.read(async move |tx| Ok(get(tx, id.as_str()).await?.shown())).await;
        }
        self.db
            .write(async move |tx| {
                let account = get(tx, id.as_str()).await?;
                if !reach::sees(&cx, &account) {
                    return Err(Error::NotFound("account"));
                }
                audit::note(tx, &cx, "account.read", id.as_str()).await?;
                Ok(account.shown())
            })
            .await
    }

    /// The accounts that the asker may look at, the newest first (A7).
    pub(crate) async fn list(&self, cx: &Cx, ask: AccountSearch) -> Result<Page<Account>> {
        cx.require(Permission::AccountManage)?;
        let mut problems = Problems::default();
        let words = problems.optional_text("q", ask.q.as_deref(), 100).unwrap_or_default().to_lowercase();
        problems.done()?;
        let words = format!("%{}%", audit::escaped(&words));
        let role = ask.role.map_or("%".to_owned(), |role| format!("% {role} %"));
        let state = ask.state.map_or("%", AccountState::word).to_owned();
        // The first letter after the prefix is a digit: time does not reach further.
        let after = ask.page.after::<(String,)>()?.map_or("acc_Z".to_owned(), |(id,)| id);
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                audit::note(tx, &cx, "account.list", "account").await?;
                let rows = newest(tx, &cx, after, [&words, &role, &state], ask.page.fetch()).await?;
                Ok(Page::of(rows, &ask.page, |last| (last.id.clone(),))?.map(|account| account.shown()))
            })
            .await
    }

    /// Changes an account, at that version (A4, A7).
    pub(crate) async fn change(&self, cx: &Cx, id: &AccountId, version: i64, ask: ChangeAccount) -> Result<Account> {
        let own = cx.account().is_ok_and(|account| account == id.as_str());
        may_change(cx, own, &ask)?;
        let (cx, id, presence) = (cx.clone(), id.clone(), self.presence.clone());
        self.db
            .write(async move |tx| {
                if ask.roles.is_some() || ask.active.is_some() {
                    role::hold_super_admins(tx).await?;
                }
                let before = get(tx, id.as_str()).await?;
                if !own {
                    may_manage(&cx, &before)?;
                }
                if let Some(named_roles) = &ask.named_roles {
                    named_role::may_give(tx, &cx, &before, named_roles).await?;
                }
                let mut after = changed(&cx, before.clone(), &ask)?;
                if grant::is_gained(&before, &after) && grant::needs_another(tx, &cx).await? {
                    after = grant::withheld(&before, after);
                    grant::ask(tx, &cx, &id).await?;
                }
                if !own && after.phone != before.phone {
                    reach::require_contacts(&cx)?;
                }
                keep_a_super_admin(tx, &before, &after).await?;
                store(tx, version, &after).await?;
                news::note(tx, &cx, &id).await?;
                tx.publish(&cx, &after.profile()).await?;
                if after.state == AccountState::Deactivated {
                    session::end_all(tx, &cx, &presence, &id).await?;
                }
                presence.forget_after_commit(tx);
                audit::note(tx, &cx, "account.change", id.as_str()).await?;
                Ok(get(tx, id.as_str()).await?.shown())
            })
            .await
    }
}

/// So many accounts that the asker may look at, after that one. Where staff of some facilities ask, accounts of others are
/// passed over.
async fn newest(
    tx: &mut Tx,
    cx: &Cx,
    mut after: String,
    [words, role, state]: [&String; 3],
    wanted: i64,
) -> Result<Vec<Kept>> {
    let (everywhere, wanted_rows) = (cx.facilities.is_none(), usize::try_from(wanted).map_err(Error::internal)?);
    let mut rows: Vec<Kept> = Vec::new();
    loop {
        let found: Vec<Kept> = tx.all(LIST, &[&after, words, role, state, &everywhere, &wanted]).await?;
        let last = found.last().filter(|_| found.len() == wanted_rows).map(|last| last.id.to_string());
        rows.extend(found.into_iter().filter(|account| reach::sees(cx, account)));
        match last {
            Some(last) if rows.len() < wanted_rows => after = last,
            _ => break,
        }
    }
    rows.truncate(wanted_rows);
    Ok(rows)
}

/// Anybody opens accounts of patients and doctors; those of staff only who may give roles, everybody else is told
/// that this is not allowed (A1).
fn may_open(cx: &Cx, role: Role) -> Result<()> {
    match role {
        Role::Patient | Role::Doctor => Ok(()),
        Role::Admin | Role::SuperAdmin if cx.may(Permission::RoleManage) => Ok(()),
        Role::Admin | Role::SuperAdmin => Err(Error::Forbidden("role.manage")),
    }
}

/// Whether the asker's word alone opens a doctor's account. Of staff of some facilities it does not: their word is the
/// directory's, about a doctor who practises where they work.
fn lets_doctors_in(cx: &Cx) -> bool {
    cx.facilities.is_none() && cx.may(Permission::DoctorApprove)
}

fn new_account(cx: &Cx, ask: &OpenAccount) -> (Kept, Vec<FieldError>) {
    let mut problems = Vec::new();
    let mut texts = Problems::default();
    let name = texts.text("name", &ask.name, LONGEST_NAME);
    if let Err(Error::Invalid(found)) = texts.done() {
        problems.extend(found);
    }
    let email = login::email(&ask.email);
    if email.is_none() {
        problems.push(FieldError::new("email", if ask.email.trim().is_empty() { "required" } else { "invalid-email" }));
    }
    let typed_phone = ask.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty());
    let phone = typed_phone.and_then(login::phone);
    if typed_phone.is_some() && phone.is_none() {
        problems.push(FieldError::new("phone", "invalid-phone"));
    }
    problems.extend(facility_problem(&[ask.role], &ask.facilities));
    let waits = ask.role == Role::Doctor && !lets_doctors_in(cx);
    let account = Kept {
        id: cx.new_id(),
        email,
        phone,
        name,
        password_hash: String::new(),
        roles: ask.role.to_string(),
        named_roles: String::new(),
        facilities: ask.facilities.join(" "),
        state: if waits { AccountState::Pending } else { AccountState::Active },
        locale: cx.locale,
        totp_secret: None,
        totp_confirmed: false,
        opened_at: cx.now(),
        last_sign_in: None,
        version: 1,
    };
    (account, problems)
}

fn noted(mut problems: Problems, problem: FieldError) -> Problems {
    problems.add(problem);
    problems
}

/// Only admins work for facilities; super admins serve all of them without naming any.
fn facility_problem(roles: &[Role], facilities: &[String]) -> Option<FieldError> {
    if facilities.len() > MOST_FACILITIES {
        return Some(FieldError::new("facilities", "too-many").with("max", MOST_FACILITIES));
    }
    if !facilities.is_empty() && !roles.contains(&Role::Admin) {
        return Some(FieldError::new("facilities", "facilities-of-admins"));
    }
    let is_id = |text: &String| {
        text.len() <= 64
            && !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    (!facilities.iter().all(is_id)).then(|| FieldError::new("facilities", "invalid-id"))
}

/// Keeps a new account and tells the others; 409 where its e-mail or phone is another's.
async fn insert(tx: &mut Tx, cx: &Cx, account: &Kept) -> Result<()> {
    let Kept { id, email, phone, name, password_hash, roles, facilities, state, locale, opened_at, .. } = account;
    let kept = tx
        .exec(
            OPEN,
            &[
                id,
                email,
                phone,
                name,
                &account.found_by(),
                password_hash,
                roles,
                facilities,
                state,
                locale,
                &false,
                opened_at,
            ],
        )
        .await?;
    if kept == 0 {
        let email_taken = tx.one::<(String,)>(EMAIL_TAKEN, &[email]).await?.is_some();
        return Err(Error::conflict(if email_taken { "email-taken" } else { "phone-taken" }));
    }
    tx.publish(cx, &account.profile()).await
}

/// One's own name, phone and language; others' for who manages accounts (their phone: [`reach::require_contacts`]); roles, named roles
/// and facilities for who manages roles.
fn may_change(cx: &Cx, own: bool, ask: &ChangeAccount) -> Result<()> {
    if ask.roles.is_some() || ask.named_roles.is_some() || ask.facilities.is_some() {
        cx.require(Permission::RoleManage)?;
    }
    if ask.active.is_some() || (!own && (ask.name.is_some() || ask.phone.is_some() || ask.locale.is_some())) {
        cx.require(Permission::AccountManage)?;
    }
    if own
        || cx.may(Permission::AccountManage)
        || cx.may(Permission::RoleManage)
        || matches!(cx.actor, Actor::System(_))
    {
        return Ok(());
    }
    cx.account()?;
    Err(Error::NotFound("account"))
}

/// `Ok` for another's account within the asker's reach; 404 beyond it. Accounts of staff are changed by who may give roles,
/// so that nobody takes over an account above their own.
pub(crate) fn may_manage(cx: &Cx, account: &Kept) -> Result<()> {
    if !reach::manages(cx, account) {
        return Err(Error::NotFound("account"));
    }
    if account.is(Role::Admin) || account.is(Role::SuperAdmin) { cx.require(Permission::RoleManage) } else { Ok(()) }
}

fn changed(cx: &Cx, mut account: Kept, ask: &ChangeAccount) -> Result<Kept> {
    let mut problems = Problems::default();
    if let Some(name) = &ask.name {
        account.name = problems.text("name", name, LONGEST_NAME);
    }
    if let Some(phone) = &ask.phone {
        account.phone = login::phone(phone);
        problems.check(account.phone.is_some() || phone.trim().is_empty(), "phone", "invalid-phone");
    }
    if let Some(locale) = ask.locale {
        account.locale = locale;
    }
    if let Some(roles) = &ask.roles {
        problems.check(!roles.is_empty(), "roles", "required");
        let held: Vec<&str> = Role::ALL.iter().filter(|role| roles.contains(role)).map(|role| role.word()).collect();
        account.roles = held.join(" ");
        // Whoever stops being an admin serves no facilities any more, nor holds roles of staff.
        if !roles.contains(&Role::Admin) {
            account.named_roles.clear();
            if ask.facilities.is_none() {
                account.facilities.clear();
            }
        }
    }
    if let Some(named_roles) = &ask.named_roles {
        problems.check(named_roles.is_empty() || account.is(Role::Admin), "named_roles", "named-roles-of-admins");
        account.named_roles = named_role::listed(named_roles);
    }
    if let Some(facilities) = &ask.facilities {
        account.facilities = facilities.join(" ");
        if let Some(problem) = facility_problem(&account.roles(), facilities) {
            problems.add(problem);
        }
    }
    match ask.active {
        Some(false) => account.state = AccountState::Deactivated,
        // A doctor comes back waiting, unless whoever lets them in may do so without the directory.
        Some(true) if account.state == AccountState::Deactivated => {
            let waits = account.is(Role::Doctor) && !lets_doctors_in(cx);
            account.state = if waits { AccountState::Pending } else { AccountState::Active };
        }
        _ => {}
    }
    problems.done()?;
    Ok(account)
}

async fn store(tx: &mut Tx, version: i64, account: &Kept) -> Result<()> {
    let Kept { id, phone, name, roles, named_roles, facilities, state, locale, .. } = account;
    if account.version != version {
        return Err(Error::Stale);
    }
    if phone.is_some() && tx.one::<(String,)>(PHONE_OF_ANOTHER, &[phone, id]).await?.is_some() {
        return Err(Error::conflict("phone-taken"));
    }
    let found_by = account.found_by();
    let stored =
        tx.exec(CHANGE, &[id, &version, phone, name, &found_by, roles, facilities, state, locale, named_roles]).await;
    match stored {
        Ok(0) => Err(Error::Stale),
        Ok(_) => Ok(()),
        Err(error) if error.is_unique() => Err(Error::conflict("phone-taken")),
        Err(error) => Err(error),
    }
}

/// The house is never left without somebody who runs it. [`role::hold_super_admins`] makes this safe at the same time.
async fn keep_a_super_admin(tx: &mut Tx, before: &Kept, after: &Kept) -> Result<()> {
    let runs_it = |account: &Kept| account.is(Role::SuperAdmin) && account.state == AccountState::Active;
    if runs_it(before) && !runs_it(after) && tx.one::<(String,)>(OTHER_SUPER_ADMIN, &[&before.id]).await?.is_none() {
        return Err(Error::conflict("last-super-admin"));
    }
    Ok(())
}
