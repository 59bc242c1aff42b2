//! The audit trail for those who may read it (A8).

use axum::{Json, extract::State};
use contracts::auth::{AuditLine, AuditSearch, AuditVerdict};
use platform::{
    Cx, Result,
    db::Page,
    http::{Params, Problem},
};

use serde::Deserialize;
use utoipa::IntoParams;

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

/// Where to go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Onward {
    /// The `head` of an earlier check; from the beginning when absent.
    after: Option<String>,
}

/// Checks the next 20,000 lines of the audit trail, and says how far it came. Ask again with its `head` until `complete`.
#[utoipa::path(get, path = "/api/v1/audit/verify", operation_id = "verify_audit", tag = "audit", params(Onward), security(("bearer" = [])),
    responses((status = 200, body = AuditVerdict), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn verify(State(auth): Verbs, cx: Cx, Params(ask): Params<Onward>) -> Result<Json<AuditVerdict>> {
    auth.verify_audit(&cx, ask.after).await.map(Json)
}
