//! Auth in another process.

use contracts::auth::{
    Account, AccountId, AccountSearch, AuditLine, AuditSearch, AuditVerdict, Auth, BrowserSession, ChangeAccount,
    ChangePassword, FinishReset, Identity, KeptView, LogIn, NamedRole, NamedRoleForm, NamedRoleId, News, OpenAccount,
    Refresh, Role, RolePermissions, SecondFactor, Session, SessionId, StartReset, SuperAdminGrant, Tokens,
};
use jiff::Timestamp;
use platform::db::Page;

use crate::{Caller, verbs::remote};

/// Auth in another process.
#[derive(Debug, Clone)]
pub struct RemoteAuth {
    caller: Caller,
}

impl RemoteAuth {
    /// Called by this caller.
    pub fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

remote! {
    Auth as "auth", RemoteAuth, serve_auth {
        read check_account(ask & OpenAccount) -> ();
        write open_account(ask: OpenAccount) -> Account;
        write log_in(ask: LogIn, device & str) -> Tokens;
        write log_in_browser(ask: LogIn, device & str) -> BrowserSession;
        // A retry within ten seconds gives the same successor.
        write refresh(ask: Refresh) -> Tokens, again if true;
        write log_out(everywhere: bool) -> (), again if true;
        write start_reset(ask: StartReset) -> ();
        write finish_reset(ask: FinishReset) -> ();
        write change_password(ask: ChangePassword) -> ();
        read sessions() -> Vec<Session>;
        write end_session(id & SessionId) -> ();
        write start_second_factor() -> SecondFactor;
        write confirm_second_factor(code & str) -> ();
        write remove_second_factor(code & str) -> ();
        read account(id & AccountId) -> Account;
        read accounts(ask: AccountSearch) -> Page<Account>;
        write change_account(id & AccountId, version: i64, ask: ChangeAccount) -> Account;
        write reset_for(id & AccountId) -> ();
        read roles() -> Vec<RolePermissions>;
        write set_role(role: Role, version: i64, permissions: Vec<String>) -> RolePermissions;
        read named_roles() -> Vec<NamedRole>;
        write make_role(ask: NamedRoleForm) -> NamedRole;
        write change_named_role(id & NamedRoleId, version: i64, ask: NamedRoleForm) -> NamedRole;
        write retire_role(id & NamedRoleId, version: i64) -> ();
        read audit(ask: AuditSearch) -> Page<AuditLine>;
        read verify_audit(after: Option<String>) -> AuditVerdict;
        read super_admin_grants() -> Vec<SuperAdminGrant>;
        read kept_views(place & str) -> Vec<KeptView>;
        write keep_view(place & str, view: KeptView) -> (), again if true;
        write drop_view(place & str, name & str) -> (), again if true;
        write decide_super_admin(id & AccountId, confirm: bool) -> Account;
    }
    for nobody {
        read identify_bearer(token & str) -> Identity;
        read identify_cookie(cookie & str) -> Identity;
        read jwks() -> serde_json::Value;
        read news(since: Option<Timestamp>) -> News;
    }
}
