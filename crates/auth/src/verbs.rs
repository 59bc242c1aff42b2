//! The verbs of the contract, each with the concept that does it.

use async_trait::async_trait;
use contracts::auth::{
    Account, AccountId, AccountSearch, AuditLine, AuditSearch, AuditVerdict, Auth, BrowserSession, ChangeAccount,
    ChangePassword, FinishReset, Identity, KeptView, LogIn, NamedRole, NamedRoleForm, NamedRoleId, News, OpenAccount,
    Refresh, Role, RolePermissions, SecondFactor, Session, SessionId, StartReset, SuperAdminGrant, Tokens,
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Page};

use crate::AuthContext;

#[async_trait]
impl Auth for AuthContext {
    async fn check_account(&self, cx: &Cx, ask: &OpenAccount) -> Result<()> {
        self.check_fields(cx, ask).await
    }
    async fn open_account(&self, cx: &Cx, ask: OpenAccount) -> Result<Account> {
        self.open(cx, ask).await
    }
    async fn log_in(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<Tokens> {
        self.sign_in(cx, ask, device).await
    }
    async fn log_in_browser(&self, cx: &Cx, ask: LogIn, device: &str) -> Result<BrowserSession> {
        self.sign_in_browser(cx, ask, device).await
    }
    async fn refresh(&self, cx: &Cx, ask: Refresh) -> Result<Tokens> {
        self.trade(cx, ask).await
    }
    async fn log_out(&self, cx: &Cx, everywhere: bool) -> Result<()> {
        self.leave(cx, everywhere).await
    }
    async fn identify_bearer(&self, token: &str) -> Result<Identity> {
        self.bearer(token).await
    }
    async fn identify_cookie(&self, cookie: &str) -> Result<Identity> {
        self.cookie(cookie).await
    }
    async fn news(&self, since: Option<Timestamp>) -> Result<News> {
        self.news_since(since).await
    }
    async fn jwks(&self) -> Result<serde_json::Value> {
        self.key_set().await
    }
    async fn start_reset(&self, cx: &Cx, ask: StartReset) -> Result<()> {
        self.send_code(cx, ask).await
    }
    async fn finish_reset(&self, cx: &Cx, ask: FinishReset) -> Result<()> {
        self.reset_by_code(cx, ask).await
    }
    async fn change_password(&self, cx: &Cx, ask: ChangePassword) -> Result<()> {
        self.set_password(cx, ask).await
    }
    async fn sessions(&self, cx: &Cx) -> Result<Vec<Session>> {
        self.own_sessions(cx).await
    }
    async fn end_session(&self, cx: &Cx, id: &SessionId) -> Result<()> {
        self.end_own(cx, id).await
    }
    async fn start_second_factor(&self, cx: &Cx) -> Result<SecondFactor> {
        self.prepare_second_factor(cx).await
    }
    async fn confirm_second_factor(&self, cx: &Cx, code: &str) -> Result<()> {
        self.take_second_factor(cx, code).await
    }
    async fn remove_second_factor(&self, cx: &Cx, code: &str) -> Result<()> {
        self.drop_second_factor(cx, code).await
    }
    async fn account(&self, cx: &Cx, id: &AccountId) -> Result<Account> {
        self.find(cx, id).await
    }
    async fn accounts(&self, cx: &Cx, ask: AccountSearch) -> Result<Page<Account>> {
        self.list(cx, ask).await
    }
    async fn change_account(&self, cx: &Cx, id: &AccountId, version: i64, ask: ChangeAccount) -> Result<Account> {
        self.change(cx, id, version, ask).await
    }
    async fn reset_for(&self, cx: &Cx, id: &AccountId) -> Result<()> {
        self.send_code_to(cx, id).await
    }
    async fn roles(&self, cx: &Cx) -> Result<Vec<RolePermissions>> {
        self.matrix(cx).await
    }
    async fn set_role(&self, cx: &Cx, role: Role, version: i64, permissions: Vec<String>) -> Result<RolePermissions> {
        self.allow(cx, role, version, permissions).await
    }
    async fn named_roles(&self, cx: &Cx) -> Result<Vec<NamedRole>> {
        self.staff_roles(cx).await
    }
    async fn make_role(&self, cx: &Cx, ask: NamedRoleForm) -> Result<NamedRole> {
        self.name_role(cx, ask).await
    }
    async fn change_named_role(
        &self,
        cx: &Cx,
        id: &NamedRoleId,
        version: i64,
        ask: NamedRoleForm,
    ) -> Result<NamedRole> {
        self.redefine_role(cx, id, version, ask).await
    }
    async fn retire_role(&self, cx: &Cx, id: &NamedRoleId, version: i64) -> Result<()> {
        self.end_role(cx, id, version).await
    }
    async fn audit(&self, cx: &Cx, ask: AuditSearch) -> Result<Page<AuditLine>> {
        self.search_trail(cx, ask).await
    }
    async fn verify_audit(&self, cx: &Cx, after: Option<String>) -> Result<AuditVerdict> {
        self.check_trail(cx, after).await
    }
    async fn super_admin_grants(&self, cx: &Cx) -> Result<Vec<SuperAdminGrant>> {
        self.grants(cx).await
    }
    async fn kept_views(&self, cx: &Cx, place: &str) -> Result<Vec<KeptView>> {
        self.own_views(cx, place).await
    }
    async fn keep_view(&self, cx: &Cx, place: &str, view: KeptView) -> Result<()> {
        self.keep_own_view(cx, place, view).await
    }
    async fn drop_view(&self, cx: &Cx, place: &str, name: &str) -> Result<()> {
        self.drop_own_view(cx, place, name).await
    }
    async fn decide_super_admin(&self, cx: &Cx, id: &AccountId, confirm: bool) -> Result<Account> {
        self.decide_grant(cx, id, confirm).await
    }
}
