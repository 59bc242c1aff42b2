//! Signing in and out, tokens, passwords, one's own sign-ins and second factor.

use axum::{Json, extract::State};
use contracts::{
    Permission,
    auth::{
        Account, AccountId, ChangePassword, FinishReset, LogIn, Refresh, SecondFactor, Session, SessionId, StartReset,
        Tokens,
    },
};
use http::{HeaderMap, StatusCode, header};
use platform::{
    Cx, Result,
    cx::Permission as _,
    http::{Body, Params, PathId, Problem, etag},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Verbs;

/// Which sign-ins end.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogOut {
    /// All of the account's, not this one alone.
    everywhere: bool,
}

/// Six digits of an authenticator.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// The digits.
    code: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The account.
    account: Account,
    /// What it may do now, by name.
    permissions: Vec<&'static str>,
}

/// Signs in by e-mail or phone and password; answers an access token of 15 minutes and a refresh token.
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "log_in", tag = "auth", request_body = LogIn,
    responses((status = 200, body = Tokens), (status = 401, description = "`wrong-credentials` or `code-needed`", body = Problem),
        (status = 422, body = Problem), (status = 429, description = "tried too often; `Retry-After` says how long to wait", body = Problem)))]
pub(crate) async fn log_in(
    State(auth): Verbs,
    cx: Cx,
    headers: HeaderMap,
    Body(ask): Body<LogIn>,
) -> Result<Json<Tokens>> {
    auth.log_in(&cx, ask, device(&headers)).await.map(Json)
}

/// Trades a refresh token for new tokens. A retry within ten seconds gives the same successor; later reuse ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refresh_tokens", tag = "auth", request_body = Refresh,
    responses((status = 200, body = Tokens), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn refresh(State(auth): Verbs, cx: Cx, Body(ask): Body<Refresh>) -> Result<Json<Tokens>> {
    auth.refresh(&cx, ask).await.map(Json)
}

/// Ends this sign-in, or all of the account's, within a second.
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "log_out", tag = "auth", params(LogOut), security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem)))]
pub(crate) async fn log_out(State(auth): Verbs, cx: Cx, Params(ask): Params<LogOut>) -> Result<StatusCode> {
    auth.log_out(&cx, ask.everywhere).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a reset code, if there is such an account. The answer is the same where there is none.
#[utoipa::path(post, path = "/api/v1/auth/password/reset", operation_id = "start_password_reset", tag = "auth", request_body = StartReset,
    responses((status = 202), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn start_reset(State(auth): Verbs, cx: Cx, Body(ask): Body<StartReset>) -> Result<StatusCode> {
    auth.start_reset(&cx, ask).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by the code received; all sign-ins end.
#[utoipa::path(post, path = "/api/v1/auth/password/reset/confirm", operation_id = "finish_password_reset", tag = "auth", request_body = FinishReset,
    responses((status = 204), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn finish_reset(State(auth): Verbs, cx: Cx, Body(ask): Body<FinishReset>) -> Result<StatusCode> {
    auth.finish_reset(&cx, ask).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes one's own password; other sign-ins end.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "change_password", tag = "auth", request_body = ChangePassword, security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn change_password(State(auth): Verbs, cx: Cx, Body(ask): Body<ChangePassword>) -> Result<StatusCode> {
    auth.change_password(&cx, ask).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/api/v1/auth/me", operation_id = "me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Me, headers(("ETag" = String))), (status = 401, body = Problem)))]
pub(crate) async fn me(State(auth): Verbs, cx: Cx) -> Result<([(header::HeaderName, String); 1], Json<Me>)> {
    let id: AccountId = cx.account()?.parse().map_err(platform::Error::internal)?;
    let account = auth.account(&cx, &id).await?;
    let permissions = Permission::ALL.iter().filter(|p| cx.may(**p)).map(|p| p.name()).collect();
    Ok((etag(account.version), Json(Me { account, permissions })))
}

/// One's own sign-ins, the last used first.
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "list_sessions", tag = "auth", security(("bearer" = [])),
    responses((status = 200, body = Vec<Session>), (status = 401, body = Problem)))]
pub(crate) async fn sessions(State(auth): Verbs, cx: Cx) -> Result<Json<Vec<Session>>> {
    auth.sessions(&cx).await.map(Json)
}

/// Ends one of one's own sign-ins.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "end_session", tag = "auth", security(("bearer" = [])),
    params(("id" = String, Path, description = "The sign-in")),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn end_session(State(auth): Verbs, cx: Cx, PathId(id): PathId<SessionId>) -> Result<StatusCode> {
    auth.end_session(&cx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a secret for an authenticator. It is in use once its first code was confirmed.
#[utoipa::path(post, path = "/api/v1/auth/second-factor", operation_id = "start_second_factor", tag = "auth", security(("bearer" = [])),
    responses((status = 201, body = SecondFactor), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn start_second_factor(State(auth): Verbs, cx: Cx) -> Result<(StatusCode, Json<SecondFactor>)> {
    let made = auth.start_second_factor(&cx).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Puts the second factor in use by its first code.
#[utoipa::path(post, path = "/api/v1/auth/second-factor/confirm", operation_id = "confirm_second_factor", tag = "auth", request_body = Code, security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn confirm_second_factor(State(auth): Verbs, cx: Cx, Body(ask): Body<Code>) -> Result<StatusCode> {
    auth.confirm_second_factor(&cx, &ask.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor off by one of its codes.
#[utoipa::path(post, path = "/api/v1/auth/second-factor/remove", operation_id = "remove_second_factor", tag = "auth", request_body = Code, security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn remove_second_factor(State(auth): Verbs, cx: Cx, Body(ask): Body<Code>) -> Result<StatusCode> {
    auth.remove_second_factor(&cx, &ask.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The public keys of the access tokens (RFC 7517): the one before, the present and the next.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "auth",
    responses((status = 200, description = "A JWK set", body = Object)))]
pub(crate) async fn jwks(
    State(auth): Verbs,
) -> Result<([(header::HeaderName, &'static str); 1], Json<serde_json::Value>)> {
    let keys = auth.jwks().await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=600")], Json(keys)))
}

/// What signs in, as its `User-Agent` says.
fn device(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown")
}
