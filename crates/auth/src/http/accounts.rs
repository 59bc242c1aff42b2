//! Accounts for those who manage them, roles and what they allow (A4, A7).

use axum::{
    Json,
    extract::{Path, State},
};
use contracts::{
    Permission,
    auth::{Account, AccountId, AccountSearch, ChangeAccount, OpenAccount, Role, RolePermissions},
};
use http::{HeaderName, StatusCode, header};
use platform::{
    Cx, Error, Result,
    db::Page,
    http::{Body, IfMatch, Params, PathId, Problem, etag},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Verbs;

/// An answer that names its version.
type Versioned<T> = ([(HeaderName, String); 1], Json<T>);

/// What a role is to allow.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allow {
    /// Permission names; all others are taken away.
    permissions: Vec<String>,
}

/// Accounts, the newest first.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "list_users", tag = "users", params(AccountSearch), security(("bearer" = [])),
    responses((status = 200, body = Page<Account>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(auth): Verbs,
    cx: Cx,
    Params(ask): Params<AccountSearch>,
) -> Result<Json<Page<Account>>> {
    auth.accounts(&cx, ask).await.map(Json)
}

/// Opens an account for somebody else. People register themselves at `/users/register`.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "create_user", tag = "users", request_body = OpenAccount, security(("bearer" = [])),
    responses((status = 201, body = Account, headers(("ETag" = String), ("Location" = String))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "`email-taken` or `phone-taken`", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(auth): Verbs,
    cx: Cx,
    Body(ask): Body<OpenAccount>,
) -> Result<(StatusCode, [(HeaderName, String); 2], Json<Account>)> {
    cx.require(Permission::AccountManage)?;
    let account = auth.open_account(&cx, ask).await?;
    let [tag] = etag(account.version);
    Ok((StatusCode::CREATED, [tag, (header::LOCATION, format!("/api/v1/users/{}", account.id))], Json(account)))
}

/// One account: one's own, or for who manages accounts those within reach: of staff of some facilities, the accounts of
/// patients, of staff who work for no others, and of who waits for an approval they may give.
#[utoipa::path(get, path = "/api/v1/users/{id}", operation_id = "get_user", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "The account")),
    responses((status = 200, body = Account, headers(("ETag" = String))), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn get(State(auth): Verbs, cx: Cx, PathId(id): PathId<AccountId>) -> Result<Versioned<Account>> {
    let account = auth.account(&cx, &id).await?;
    Ok((etag(account.version), Json(account)))
}

/// Changes the fields given, at the version named by `If-Match`.
#[utoipa::path(put, path = "/api/v1/users/{id}", operation_id = "put_user", tag = "users", request_body = ChangeAccount, security(("bearer" = [])),
    params(("id" = String, Path, description = "The account"), ("If-Match" = String, Header, description = "The version to change")),
    responses((status = 200, body = Account, headers(("ETag" = String))), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`phone-taken` or `last-super-admin`", body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(crate) async fn put(
    auth: Verbs,
    cx: Cx,
    id: PathId<AccountId>,
    version: IfMatch,
    ask: Body<ChangeAccount>,
) -> Result<Versioned<Account>> {
    patch(auth, cx, id, version, ask).await
}

/// Changes the fields given, at the version named by `If-Match`.
#[utoipa::path(patch, path = "/api/v1/users/{id}", operation_id = "patch_user", tag = "users", request_body = ChangeAccount, security(("bearer" = [])),
    params(("id" = String, Path, description = "The account"), ("If-Match" = String, Header, description = "The version to change")),
    responses((status = 200, body = Account, headers(("ETag" = String))), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`phone-taken` or `last-super-admin`", body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(crate) async fn patch(
    State(auth): Verbs,
    cx: Cx,
    PathId(id): PathId<AccountId>,
    version: IfMatch,
    Body(ask): Body<ChangeAccount>,
) -> Result<Versioned<Account>> {
    let account = auth.change_account(&cx, &id, version.required()?, ask).await?;
    Ok((etag(account.version), Json(account)))
}

/// Sends the account a code to set a new password with.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-password", operation_id = "reset_user_password", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "The account")),
    responses((status = 202), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn reset_password(State(auth): Verbs, cx: Cx, PathId(id): PathId<AccountId>) -> Result<StatusCode> {
    auth.reset_for(&cx, &id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The role × permission matrix.
#[utoipa::path(get, path = "/api/v1/roles", operation_id = "list_roles", tag = "users", security(("bearer" = [])),
    responses((status = 200, body = Vec<RolePermissions>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn roles(State(auth): Verbs, cx: Cx) -> Result<Json<Vec<RolePermissions>>> {
    auth.roles(&cx).await.map(Json)
}

/// Sets what a role allows, at the version named by `If-Match`. Takes effect within a second.
#[utoipa::path(put, path = "/api/v1/roles/{role}", operation_id = "set_role", tag = "users", request_body = Allow, security(("bearer" = [])),
    params(("role" = String, Path, description = "`patient`, `doctor`, `admin` or `super_admin`"), ("If-Match" = String, Header, description = "The version to change")),
    responses((status = 200, body = RolePermissions, headers(("ETag" = String))), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "`would-lock-out`", body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(crate) async fn set_role(
    State(auth): Verbs,
    cx: Cx,
    Path(role): Path<String>,
    version: IfMatch,
    Body(ask): Body<Allow>,
) -> Result<Versioned<RolePermissions>> {
    let role: Role = role.parse().map_err(|_| Error::NotFound("role"))?;
    let set = auth.set_role(&cx, role, version.required()?, ask.permissions).await?;
    Ok((etag(set.version), Json(set)))
}
