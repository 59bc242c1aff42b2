//! Becoming super admin, on the word of two (A4).

use axum::{Json, extract::State};
use contracts::auth::{Account, AccountId, SuperAdminGrant};
use platform::{
    Cx, Result,
    http::{Body, PathId, Problem},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Verbs;

/// The second word.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondWord {
    /// Confirm or refuse.
    confirm: bool,
}

/// Who is to become super admin and waits for another one's word, the newest first. Needs `role.manage`.
#[utoipa::path(get, path = "/api/v1/super-admin-grants", operation_id = "list_super_admin_grants", tag = "users", security(("bearer" = [])),
    responses((status = 200, body = Vec<SuperAdminGrant>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(auth): Verbs, cx: Cx) -> Result<Json<Vec<SuperAdminGrant>>> {
    auth.super_admin_grants(&cx).await.map(Json)
}

/// Confirms or refuses a grant. Confirmed by a super admin other than who asked for it and who is meant.
#[utoipa::path(post, path = "/api/v1/super-admin-grants/{id}", operation_id = "decide_super_admin_grant", tag = "users", request_body = SecondWord, security(("bearer" = [])),
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = Account), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`needs-another-super-admin` or `account-deactivated`", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn decide(
    State(auth): Verbs,
    cx: Cx,
    PathId(id): PathId<AccountId>,
    Body(word): Body<SecondWord>,
) -> Result<Json<Account>> {
    auth.decide_super_admin(&cx, &id, word.confirm).await.map(Json)
}
