//! Accounts, sessions, tokens, roles and the audit trail.

mod named_role;

use async_trait::async_trait;
use jiff::Timestamp;
use platform::{Cx, Result, cx::Actor, cx::PermissionSet, db::Page, i18n::Locale};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use named_role::{NamedRole, NamedRoleChanged, NamedRoleForm, NamedRoleId};

platform::id!(/// An account: somebody who signs in.
    AccountId, "acc");
platform::id!(/// One sign-in of an account, until logged out.
    SessionId, "ses");

platform::words! {
    /// A role. What it allows is stored and editable; new accounts of the kind begin with it.
    pub enum Role {
        /// A patient, or somebody who books for their family.
        Patient = "patient",
        /// A doctor.
        Doctor = "doctor",
        /// Staff of one or more facilities.
        Admin = "admin",
        /// Runs the house.
        SuperAdmin = "super_admin",
    }
}

platform::words! {
    /// Whether an account may sign in.
    pub enum AccountState {
        /// Waits for an approval; may sign in, sees only that it waits.
        Pending = "pending",
        /// May sign in.
        Active = "active",
        /// Shut by an admin.
        Deactivated = "deactivated",
        /// Unregistered: nothing personal is left.
        Closed = "closed",
    }
}

/// Opens an account. Passwords: 10 to 200 characters, not one that is quickly guessed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenAccount {
    /// Also the name to sign in with; kept in lower case.
    pub email: String,
    /// Sign-in by phone works as well: international form, `+62…`.
    pub phone: Option<String>,
    /// The person's name as it greets them.
    pub name: String,
    /// In clear; hashed with Argon2id at once.
    pub password: String,
    /// `doctor` waits for an approval; `admin` and `super_admin` need `role.manage`, else 403 (A1); `super_admin` waits for
    /// the word of another super admin as well.
    pub role: Role,
    /// Facilities an admin works for; empty for other roles.
    #[serde(default)]
    pub facilities: Vec<String>,
}

/// An account as an admin, or its owner, sees it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Sign-in name.
    pub email: String,
    /// Phone, if given.
    pub phone: Option<String>,
    /// Name.
    pub name: String,
    /// Roles held.
    pub roles: Vec<Role>,
    /// Named roles an admin holds in place of what admins usually may; mostly none.
    #[serde(default)]
    pub named_roles: Vec<NamedRoleId>,
    /// Facilities an admin works for; empty means none (super admins serve all).
    pub facilities: Vec<String>,
    /// Whether it may sign in.
    pub state: AccountState,
    /// Language.
    #[schema(value_type = String)]
    pub locale: Locale,
    /// Whether a second factor is asked for.
    pub second_factor: bool,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// The last sign-in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_sign_in: Option<Timestamp>,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// Changes to an account; absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeAccount {
    /// New name.
    pub name: Option<String>,
    /// New phone; another's needs `role.manage` in all facilities, for reset codes go there.
    pub phone: Option<String>,
    /// New language.
    #[schema(value_type = Option<String>)]
    pub locale: Option<Locale>,
    /// New roles; needs `role.manage`. `super_admin` is added once another super admin has confirmed it.
    pub roles: Option<Vec<Role>>,
    /// New named roles of an admin, at most ten, in place of what admins usually may; none gives that back. Needs
    /// `role.manage`, and a super admin for a role that allows what admins may not.
    pub named_roles: Option<Vec<NamedRoleId>>,
    /// New facilities; needs `role.manage`.
    pub facilities: Option<Vec<String>>,
    /// Deactivate or activate again; needs `account.manage`.
    pub active: Option<bool>,
}

/// Signs in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LogIn {
    /// E-mail or phone.
    pub login: String,
    /// Password.
    pub password: String,
    /// The six digits of the second factor, where the account has one.
    #[serde(default)]
    pub code: Option<String>,
}

/// What a sign-in or a refresh gives.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// EdDSA JWT, 15 minutes.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds the access token lives.
    pub expires_in: i64,
    /// Opaque, good once; a retry within 10 seconds gives the same successor.
    pub refresh_token: String,
    /// The account.
    pub account: Account,
    /// Its permissions, by name.
    pub permissions: Vec<String>,
}

/// Trades a refresh token for new tokens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Refresh {
    /// The last refresh token received.
    pub refresh_token: String,
}

/// A page session after a sign-in in the browser: the value of the `__Host-` cookie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BrowserSession {
    /// Opaque secret.
    pub cookie: String,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// The account.
    pub account: Account,
}

/// A sign-in of one's own account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Identifier.
    pub id: SessionId,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub used_at: Timestamp,
    /// What signed in: the browser's or program's own short name.
    pub device: String,
    /// Whether it is the one asking.
    pub current: bool,
}

/// Who a credential speaks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The account in its session.
    pub actor: Actor,
    /// What it may do now.
    pub permissions: PermissionSet,
    /// Facilities served; `None` means all.
    pub facilities: Option<std::sync::Arc<[String]>>,
    /// The account's language.
    pub locale: Locale,
    /// Name to greet with.
    pub name: std::sync::Arc<str>,
    /// Roles held.
    pub roles: std::sync::Arc<[Role]>,
}

/// Asks for a reset code by e-mail (or phone); the answer is the same whether the account exists or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StartReset {
    /// E-mail or phone.
    pub login: String,
}

/// Sets a new password by the code received.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FinishReset {
    /// E-mail or phone.
    pub login: String,
    /// Six digits, good for 15 minutes and five tries.
    pub code: String,
    /// The new password.
    pub password: String,
}

/// Changes one's own password; other sessions end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangePassword {
    /// The present one.
    pub current: String,
    /// The new one.
    pub password: String,
}

/// A role and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolePermissions {
    /// The role.
    pub role: Role,
    /// Permission names.
    pub permissions: Vec<String>,
    /// Raised by every change.
    pub version: i64,
}

crate::filters! {
    /// Filters for accounts.
    pub struct AccountSearch {
        /// Part of the name, e-mail or phone.
        pub q: Option<String>,
        /// Role held.
        pub role: Option<Role>,
        /// State.
        pub state: Option<AccountState>,
    }
}

crate::filters! {
    /// Filters for the audit trail.
    pub struct AuditSearch {
        /// The account that acted.
        pub actor: Option<String>,
        /// The verb or the beginning of it.
        pub action: Option<String>,
        /// The object's id.
        pub object: Option<String>,
        /// The patient concerned.
        pub patient: Option<String>,
        /// Not before.
        #[param(value_type = Option<String>)]
        pub from: Option<Timestamp>,
        /// Before.
        #[param(value_type = Option<String>)]
        pub until: Option<Timestamp>,
    }
}

/// A sealed line of the audit trail.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditLine {
    /// Place in the chain, once sealed.
    pub seq: Option<i64>,
    /// The context it happened in.
    pub context: String,
    /// Who.
    pub actor: String,
    /// Did what.
    pub action: String,
    /// To what.
    pub object: String,
    /// The patient concerned.
    pub patient: Option<String>,
    /// Reason given.
    pub reason: Option<String>,
    /// The request.
    pub request_id: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A second factor being set up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// `otpauth://` address for the authenticator.
    pub address: String,
    /// The secret in base 32, to type by hand.
    pub secret: String,
}

/// What a process without auth must know to tell by itself whom a token stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// Who issues the tokens.
    pub issuer: String,
    /// The public keys of the tokens (RFC 7517).
    pub keys: serde_json::Value,
    /// What each role allows now.
    pub roles: Vec<RolePermissions>,
    /// Sessions ended since the instant asked for.
    pub ended: Vec<SessionId>,
    /// Accounts changed since the instant asked for, and when: tokens issued before say what was true then.
    pub changed: Vec<(AccountId, Timestamp)>,
    /// The instant to ask for next time. A little of what was told already comes again, for commits come in any order.
    pub as_of: Timestamp,
}

/// The verbs of auth.
#[async_trait]
pub trait Auth: Send + Sync {
    /// Everything [`Auth::open_account`] would refuse of the fields, without opening anything: 422.
    async fn check_account(&self, cx: &Cx, ask: &OpenAccount) -> Result<()>;
    /// Opens an account (A1). 409 `email-taken`, 422, 403 for roles one may not give.
    async fn open_account(&self, cx: &Cx, ask: OpenAccount) -> Result<Account>;
    /// Signs in for programs. 401 `wrong-credentials` or `code-needed`; 429 when tried too often.
    async fn log_in(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<Tokens>;
    /// Signs in for a browser: as [`Auth::log_in`], but answers with a cookie's value.
    async fn log_in_browser(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<BrowserSession>;
    /// New tokens for a refresh token; reuse of an older one ends the session.
    async fn refresh(&self, cx: &Cx, ask: Refresh) -> Result<Tokens>;
    /// Ends this session, or all of the account's. Takes effect everywhere within a second.
    async fn log_out(&self, cx: &Cx, everywhere: bool) -> Result<()>;
    /// Who a bearer token speaks for. 401 when expired, revoked or forged.
    async fn identify_bearer(&self, token: &str) -> Result<Identity>;
    /// Who a browser cookie speaks for.
    async fn identify_cookie(&self, cookie: &str) -> Result<Identity>;
    /// What happened since an instant, for processes that tell by themselves whom a token stands for; of the time a
    /// token lives where none is given.
    async fn news(&self, since: Option<Timestamp>) -> Result<News>;
    /// The public keys of the access tokens (RFC 7517).
    async fn jwks(&self) -> Result<serde_json::Value>;
    /// Sends a reset code, if there is such an account; always answers alike.
    async fn start_reset(&self, cx: &Cx, ask: StartReset) -> Result<()>;
    /// Sets a new password by code; ends all sessions.
    async fn finish_reset(&self, cx: &Cx, ask: FinishReset) -> Result<()>;
    /// Changes one's own password.
    async fn change_password(&self, cx: &Cx, ask: ChangePassword) -> Result<()>;
    /// One's own sign-ins.
    async fn sessions(&self, cx: &Cx) -> Result<Vec<Session>>;
    /// Ends one of one's own sign-ins.
    async fn end_session(&self, cx: &Cx, id: &SessionId) -> Result<()>;
    /// Begins to set up a second factor.
    async fn start_second_factor(&self, cx: &Cx) -> Result<SecondFactor>;
    /// Confirms it by its first code.
    async fn confirm_second_factor(&self, cx: &Cx, code: &str) -> Result<()>;
    /// Takes it off, by a code.
    async fn remove_second_factor(&self, cx: &Cx, code: &str) -> Result<()>;
    /// One account: one's own, or with `account.manage` those within reach (for staff of some facilities: of patients, of
    /// staff who work for no others, and of who waits for an approval they may give); else 404.
    async fn account(&self, cx: &Cx, id: &AccountId) -> Result<Account>;
    /// The accounts within reach (A7).
    async fn accounts(&self, cx: &Cx, ask: AccountSearch) -> Result<Page<Account>>;
    /// Changes an account, at that version: one's own, or one within reach but doctors' for staff of some facilities; else 404.
    async fn change_account(&self, cx: &Cx, id: &AccountId, version: i64, ask: ChangeAccount) -> Result<Account>;
    /// Sends the account a reset code on an admin's word.
    async fn reset_for(&self, cx: &Cx, id: &AccountId) -> Result<()>;
    /// The role × permission matrix (A4).
    async fn roles(&self, cx: &Cx) -> Result<Vec<RolePermissions>>;
    /// Sets what a role allows; the super admin cannot lock themselves out of `role.manage`.
    async fn set_role(&self, cx: &Cx, role: Role, version: i64, permissions: Vec<String>) -> Result<RolePermissions>;
    /// The named roles of staff: those in use, and those retired that somebody still holds, by name. For who may read the
    /// matrix.
    async fn named_roles(&self, cx: &Cx) -> Result<Vec<NamedRole>>;
    /// Makes a named role. 409 `too-many-roles`, 422.
    async fn make_role(&self, cx: &Cx, ask: NamedRoleForm) -> Result<NamedRole>;
    /// Renames a named role and sets what it allows, at that version; takes effect for its holders within a second. 404 for
    /// one that is retired, 422.
    async fn change_named_role(&self, cx: &Cx, id: &NamedRoleId, version: i64, ask: NamedRoleForm)
    -> Result<NamedRole>;
    /// Retires a named role, at that version: it allows nothing from then on, and its name may be given anew.
    async fn retire_role(&self, cx: &Cx, id: &NamedRoleId, version: i64) -> Result<()>;
    /// The audit trail (A8).
    async fn audit(&self, cx: &Cx, ask: AuditSearch) -> Result<Page<AuditLine>>;
    /// Checks a stretch of the chain of the audit trail, at most 20,000 lines: from its beginning, or after where an
    /// earlier check ended. 422 `after` where that was not signed here.
    async fn verify_audit(&self, cx: &Cx, after: Option<String>) -> Result<AuditVerdict>;
    /// Who is to become super admin and waits for the word of another one, the newest first.
    async fn super_admin_grants(&self, cx: &Cx) -> Result<Vec<SuperAdminGrant>>;
    /// The views of a list that one keeps under a name, the oldest first.
    async fn kept_views(&self, cx: &Cx, place: &str) -> Result<Vec<KeptView>>;
    /// Keeps a view; the one of that name is replaced. 409 `kept-views-full` beyond 20 of one list.
    async fn keep_view(&self, cx: &Cx, place: &str, view: KeptView) -> Result<()>;
    /// Forgets one of one's own views.
    async fn drop_view(&self, cx: &Cx, place: &str, name: &str) -> Result<()>;
    /// Confirms or refuses a grant. 409 `needs-another-super-admin` for who asked for it, is meant, or is no super admin.
    async fn decide_super_admin(&self, cx: &Cx, id: &AccountId, confirm: bool) -> Result<Account>;
}

/// A view of a list, kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptView {
    /// What its owner calls it, at most 40 characters.
    pub name: String,
    /// The filters as the list's address has them, at most 300 characters: days, states, ids; no names of people.
    pub query: String,
}

/// What checking a stretch of the chain found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditVerdict {
    /// Lines sealed in all.
    pub sealed: i64,
    /// Every line up to this one fits, of those after the start of this check.
    pub checked: i64,
    /// The first line whose seal does not fit.
    pub broken_at: Option<i64>,
    /// Whether the check came to the signed end of the chain.
    pub complete: bool,
    /// Where it ended, signed by the house: give it as `after` to go on, or keep it as a receipt.
    pub head: String,
}

/// Somebody who is to become super admin: it takes the word of two (A4).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuperAdminGrant {
    /// Who.
    pub account: AccountId,
    /// Their sign-in name.
    pub email: String,
    /// Who asked for it: an account, or the program.
    pub asked_by: String,
    /// When; it lapses after seven days.
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
}

crate::event! {
    /// An account was opened, or became active, or changed its name or language.
    AccountOpened, "auth.account_opened.v1", Profile, "auth", account {
        /// The account.
        pub account: AccountId,
        /// Roles held.
        pub roles: Vec<Role>,
        /// Name.
        pub name: String,
        /// E-mail.
        pub email: String,
        /// Phone.
        pub phone: Option<String>,
        /// Language.
        pub locale: Locale,
        /// State.
        pub state: AccountState,
    }
}

crate::event! {
    /// A session, or a whole account's sessions, ended: tokens issued before `not_before` are no longer good.
    SessionRevoked, "auth.session_revoked.v1", Fact, "auth", account {
        /// The account.
        pub account: AccountId,
        /// The session, or all of them.
        pub session: Option<SessionId>,
        /// Tokens issued before this instant are refused.
        pub not_before: Timestamp,
    }
}

crate::event! {
    /// What a role allows has changed.
    PermissionsChanged, "auth.permissions_changed.v1", Profile, "auth", role {
        /// The role.
        pub role: Role,
        /// Its permissions, by name.
        pub permissions: Vec<String>,
    }
}

crate::event! {
    /// The person has a code to read: delivered by whoever owns the channels (a development mailbox for now).
    CodeIssued, "auth.code_issued.v1", Profile, "auth", account {
        /// The account.
        pub account: AccountId,
        /// Where to: e-mail or phone.
        pub to: String,
        /// The code. Held at most 15 minutes.
        pub code: String,
        /// Language.
        pub locale: Locale,
        /// When it ends.
        pub expires_at: Timestamp,
    }
}
