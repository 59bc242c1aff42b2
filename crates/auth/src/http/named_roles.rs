//! Named roles of staff (A4).

use axum::{Json, extract::State};
use contracts::auth::{NamedRole, NamedRoleForm, NamedRoleId};
use http::{HeaderName, StatusCode, header};
use platform::{
    Cx, Result,
    http::{Body, IfMatch, PathId, Problem, etag},
};

use super::Verbs;

/// The named roles of staff: those in use by name, then those retired that somebody still holds.
#[utoipa::path(get, path = "/api/v1/roles/named", operation_id = "list_named_roles", tag = "users", security(("bearer" = [])),
    responses((status = 200, body = Vec<NamedRole>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(auth): Verbs, cx: Cx) -> Result<Json<Vec<NamedRole>>> {
    auth.named_roles(&cx).await.map(Json)
}

/// Makes a named role. Accounts of admins get it by `named_roles` of `PATCH /api/v1/users/{id}`.
#[utoipa::path(post, path = "/api/v1/roles/named", operation_id = "make_named_role", tag = "users", request_body = NamedRoleForm, security(("bearer" = [])),
    responses((status = 201, body = NamedRole, headers(("ETag" = String), ("Location" = String))), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "`too-many-roles`", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn make(
    State(auth): Verbs,
    cx: Cx,
    Body(ask): Body<NamedRoleForm>,
) -> Result<(StatusCode, [(HeaderName, String); 2], Json<NamedRole>)> {
    let made = auth.make_role(&cx, ask).await?;
    let [tag] = etag(made.version);
    Ok((StatusCode::CREATED, [tag, (header::LOCATION, format!("/api/v1/roles/named/{}", made.id))], Json(made)))
}

/// Renames a named role and sets what it allows, at the version named by `If-Match`. Takes effect within a second.
#[utoipa::path(put, path = "/api/v1/roles/named/{id}", operation_id = "change_named_role", tag = "users", request_body = NamedRoleForm, security(("bearer" = [])),
    params(("id" = String, Path, description = "The role"), ("If-Match" = String, Header, description = "The version to change")),
    responses((status = 200, body = NamedRole, headers(("ETag" = String))), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(crate) async fn change(
    State(auth): Verbs,
    cx: Cx,
    PathId(id): PathId<NamedRoleId>,
    version: IfMatch,
    Body(ask): Body<NamedRoleForm>,
) -> Result<([(HeaderName, String); 1], Json<NamedRole>)> {
    let changed = auth.change_named_role(&cx, &id, version.required()?, ask).await?;
    Ok((etag(changed.version), Json(changed)))
}

/// Retires a named role, at the version named by `If-Match`: it allows nothing any more. Who holds it keeps it.
#[utoipa::path(delete, path = "/api/v1/roles/named/{id}", operation_id = "retire_named_role", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "The role"), ("If-Match" = String, Header, description = "The version to retire")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem), (status = 428, body = Problem)))]
pub(crate) async fn retire(
    State(auth): Verbs,
    cx: Cx,
    PathId(id): PathId<NamedRoleId>,
    version: IfMatch,
) -> Result<StatusCode> {
    auth.retire_role(&cx, &id, version.required()?).await?;
    Ok(StatusCode::NO_CONTENT)
}
