//! The audit trail for those who may read it (A8).

use axum::{Json, extract::State};
use contracts::auth::{AuditLine, AuditSearch, AuditVerdict};
use platform::{
    Cx, Result,
    db::Page,
    http::{Params, Problem},
};

use super::Verbs;

/// The audit trail, the newest first. Admins see what concerns their facilities.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "search_audit", tag = "audit", params(AuditSearch), security(("bearer" = [])),
    responses((status = 200, body = Page<AuditLine>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn search(
    State(auth): Verbs,
    cx: Cx,
    Params(ask): Params<AuditSearch>,
) -> Result<Json<Page<AuditLine>>> {
    auth.audit(&cx, ask).await.map(Json)
}

/// Checks the whole chain of the audit trail.
#[utoipa::path(get, path = "/api/v1/audit/verify", operation_id = "verify_audit", tag = "audit", security(("bearer" = [])),
    responses((status = 200, body = AuditVerdict), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn verify(State(auth): Verbs, cx: Cx) -> Result<Json<AuditVerdict>> {
    auth.verify_audit(&cx).await.map(Json)
}
