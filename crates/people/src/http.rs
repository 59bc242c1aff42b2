//! The REST face: patients, family, one's own data. Identity numbers are sent in bodies, never in addresses.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use contracts::people::{
    AddFamilyMember, Erasure, ErasureId, FamilyConsent, Patient, PatientCard, PatientForm, PatientId, PatientSearch,
    People, Relation,
};
use platform::{
    Cx, Error, Result,
    db::{Page, PageAsk},
    http::{Body, IfMatch, Params, PathId, etag},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

type Verbs = State<Arc<dyn People>>;

/// The routes of people, over whoever does its verbs.
pub fn routes(people: Arc<dyn People>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_patients, register_patient))
        .routes(routes!(search_patients))
        .routes(routes!(show_self, register_self))
        .routes(routes!(show_patient, change_patient))
        .routes(routes!(list_family, add_family_member))
        .routes(routes!(change_relation, remove_family_member))
        .routes(routes!(list_consents))
        .routes(routes!(export))
        .routes(routes!(unregister))
        .routes(routes!(show_erasure))
        .with_state(people)
}

/// A search whose text holds identity numbers or contacts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SearchBody {
    /// Part of the name, or the whole phone, e-mail, NIK or BPJS number.
    pub q: Option<String>,
    /// How many at most, 1 to 100.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[schema(value_type = Option<String>)]
    pub after: Option<platform::db::Cursor>,
}

/// What a family member is to the asker.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelationBody {
    /// `child`, `parent`, `spouse`, `sibling` or `other`.
    pub relation: Relation,
}

/// Patients by the beginning of words of the name, for staff.
#[utoipa::path(get, path = "/api/v1/patients", tag = "patients", params(PatientSearch), responses(
    (status = 200, body = Page<PatientCard>), (status = 401), (status = 403), (status = 422)))]
async fn list_patients(
    State(people): Verbs,
    cx: Cx,
    Params(ask): Params<PatientSearch>,
) -> Result<Json<Page<PatientCard>>> {
    if ask.q.as_deref().is_some_and(tells_of_one_person) {
        return Err(Error::invalid("q", "search-in-body"));
    }
    people.patients(&cx, ask).await.map(Json)
}

/// Patients by name, or by a whole phone, e-mail, NIK or BPJS number, for staff.
#[utoipa::path(post, path = "/api/v1/patients/search", tag = "patients", request_body = SearchBody, responses(
    (status = 200, body = Page<PatientCard>), (status = 401), (status = 403), (status = 422)))]
async fn search_patients(State(people): Verbs, cx: Cx, Body(ask): Body<SearchBody>) -> Result<Json<Page<PatientCard>>> {
    let page = PageAsk { limit: ask.limit.unwrap_or(PageAsk::USUAL), after: ask.after };
    people.patients(&cx, PatientSearch { q: ask.q, page }).await.map(Json)
}

/// Registers a patient on their behalf.
#[utoipa::path(post, path = "/api/v1/patients", tag = "patients", request_body = PatientForm, responses(
    (status = 201, body = Patient), (status = 401), (status = 403), (status = 422)))]
async fn register_patient(State(people): Verbs, cx: Cx, Body(form): Body<PatientForm>) -> Result<impl IntoResponse> {
    people.register_patient(&cx, form).await.map(created)
}

/// One's own profile.
#[utoipa::path(get, path = "/api/v1/patients/me", tag = "patients", responses(
    (status = 200, body = Patient), (status = 401), (status = 403), (status = 404)))]
async fn show_self(State(people): Verbs, cx: Cx) -> Result<impl IntoResponse> {
    let household = people.my_patients(&cx).await?;
    let own =
        household.into_iter().find(|card| card.relation == Some(Relation::Own)).ok_or(Error::NotFound("patient"))?;
    people.patient(&cx, &own.id).await.map(versioned)
}

/// Keeps one's own profile.
#[utoipa::path(post, path = "/api/v1/patients/me", tag = "patients", request_body = PatientForm, responses(
    (status = 201, body = Patient), (status = 401), (status = 403), (status = 409, description = "profile-exists"), (status = 422)))]
async fn register_self(State(people): Verbs, cx: Cx, Body(form): Body<PatientForm>) -> Result<impl IntoResponse> {
    people.register_self(&cx, form).await.map(created)
}

/// A patient: oneself, one's family, or any for staff. The reading is audited.
#[utoipa::path(get, path = "/api/v1/patients/{id}", tag = "patients", params(("id" = String, Path)), responses(
    (status = 200, body = Patient), (status = 401), (status = 403), (status = 404)))]
async fn show_patient(State(people): Verbs, cx: Cx, PathId(id): PathId<PatientId>) -> Result<impl IntoResponse> {
    people.patient(&cx, &id).await.map(versioned)
}

/// Replaces a profile. Values sent back masked, as they were shown, stay as they are.
#[utoipa::path(put, path = "/api/v1/patients/{id}", tag = "patients", params(("id" = String, Path), ("If-Match" = String, Header)),
    request_body = PatientForm, responses(
    (status = 200, body = Patient), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422), (status = 428)))]
async fn change_patient(
    State(people): Verbs,
    cx: Cx,
    PathId(id): PathId<PatientId>,
    version: IfMatch,
    Body(form): Body<PatientForm>,
) -> Result<impl IntoResponse> {
    people.change_patient(&cx, &id, version.required()?, form).await.map(versioned)
}

/// The family one acts for.
#[utoipa::path(get, path = "/api/v1/family", tag = "family", responses((status = 200, body = Vec<PatientCard>), (status = 401), (status = 403)))]
async fn list_family(State(people): Verbs, cx: Cx) -> Result<Json<Vec<PatientCard>>> {
    let mut household = people.my_patients(&cx).await?;
    household.retain(|card| card.relation != Some(Relation::Own));
    Ok(Json(household))
}

/// Adds a family member to act for.
#[utoipa::path(post, path = "/api/v1/family", tag = "family", request_body = AddFamilyMember, responses(
    (status = 201, body = PatientCard), (status = 401), (status = 403), (status = 409, description = "too-many-members"), (status = 422)))]
async fn add_family_member(
    State(people): Verbs,
    cx: Cx,
    Body(ask): Body<AddFamilyMember>,
) -> Result<impl IntoResponse> {
    let card = people.add_family_member(&cx, ask).await?;
    let at = [(axum::http::header::LOCATION, format!("/api/v1/patients/{}", card.id))];
    Ok((axum::http::StatusCode::CREATED, at, Json(card)))
}

/// Says anew what a family member is to oneself.
#[utoipa::path(patch, path = "/api/v1/family/{id}", tag = "family", params(("id" = String, Path)), request_body = RelationBody, responses(
    (status = 200, body = PatientCard), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn change_relation(
    State(people): Verbs,
    cx: Cx,
    PathId(id): PathId<PatientId>,
    Body(ask): Body<RelationBody>,
) -> Result<Json<PatientCard>> {
    people.change_relation(&cx, &id, ask.relation).await.map(Json)
}

/// The consents given to act for family, ended ones too.
#[utoipa::path(get, path = "/api/v1/me/consents", tag = "me", responses(
    (status = 200, body = Vec<FamilyConsent>), (status = 401), (status = 403)))]
async fn list_consents(State(people): Verbs, cx: Cx) -> Result<Json<Vec<FamilyConsent>>> {
    people.family_consents(&cx).await.map(Json)
}

/// Ends the right to act for a family member.
#[utoipa::path(delete, path = "/api/v1/family/{id}", tag = "family", params(("id" = String, Path)), responses(
    (status = 204), (status = 401), (status = 403), (status = 404)))]
async fn remove_family_member(
    State(people): Verbs,
    cx: Cx,
    PathId(id): PathId<PatientId>,
) -> Result<axum::http::StatusCode> {
    people.remove_family_member(&cx, &id).await.map(|()| axum::http::StatusCode::NO_CONTENT)
}

/// Everything kept in people about oneself and one's family.
#[utoipa::path(get, path = "/api/v1/me/export", tag = "me", responses((status = 200, body = Object), (status = 401), (status = 403)))]
async fn export(State(people): Verbs, cx: Cx) -> Result<Json<serde_json::Value>> {
    people.export(&cx).await.map(Json)
}

/// Unregisters: begins to forget the asker everywhere.
#[utoipa::path(delete, path = "/api/v1/me", tag = "me", responses((status = 202, body = Erasure), (status = 401), (status = 403)))]
async fn unregister(State(people): Verbs, cx: Cx) -> Result<impl IntoResponse> {
    let erasure = people.unregister(&cx).await?;
    let at = [(axum::http::header::LOCATION, format!("/api/v1/erasures/{}", erasure.id))];
    Ok((axum::http::StatusCode::ACCEPTED, at, Json(erasure)))
}

/// How far an erasure has come; for whoever holds its id.
#[utoipa::path(get, path = "/api/v1/erasures/{id}", tag = "me", params(("id" = String, Path)), responses(
    (status = 200, body = Erasure), (status = 404)))]
async fn show_erasure(State(people): Verbs, cx: Cx, PathId(id): PathId<ErasureId>) -> Result<Json<Erasure>> {
    people.erasure(&cx, &id).await.map(Json)
}

fn versioned(patient: Patient) -> impl IntoResponse {
    (etag(patient.version), Json(patient))
}

fn created(patient: Patient) -> impl IntoResponse {
    let at = [(axum::http::header::LOCATION, format!("/api/v1/patients/{}", patient.id))];
    (axum::http::StatusCode::CREATED, at, versioned(patient))
}

/// Whether a text is an address or a number of somebody, which has no place in an address line or a log of them.
fn tells_of_one_person(q: &str) -> bool {
    q.contains('@') || q.chars().filter(char::is_ascii_digit).count() >= 8
}
