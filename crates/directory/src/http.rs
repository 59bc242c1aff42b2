//! The directory over HTTP: `/api/v1/doctors`, `/api/v1/facilities` and what belongs to them.

mod doctors;
mod facilities;
mod imports;
mod photo;

use std::sync::Arc;

use axum::{Json, extract::State};
use contracts::directory::{Bilingual, Directory, Region, Speciality, SpecialityId};
use http::StatusCode;
use platform::{
    Cx, Result,
    http::{Body, Params, PathId},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What the handlers call: the directory, wherever it runs.
type Verbs = State<Arc<dyn Directory>>;

/// The routes, with their OpenAPI description.
pub fn routes(directory: Arc<dyn Directory>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(doctors::search, doctors::add))
        .routes(routes!(doctors::get, doctors::change))
        .routes(routes!(doctors::mine))
        .routes(routes!(doctors::decide))
        .routes(routes!(doctors::retire, doctors::relist))
        .routes(routes!(doctors::records))
        .routes(routes!(doctors::waiting, doctors::register))
        .routes(routes!(facilities::search, facilities::add))
        .routes(routes!(facilities::get, facilities::change))
        .routes(routes!(facilities::departments, facilities::add_department))
        .routes(routes!(facilities::rename_department, facilities::remove_department))
        .routes(routes!(facilities::services))
        .routes(routes!(facilities::add_service))
        .routes(routes!(facilities::service, facilities::change_service))
        .routes(routes!(specialities, add_speciality))
        .routes(routes!(change_speciality))
        .routes(routes!(regions))
        .merge(imports::routes())
        .merge(photo::routes())
        .with_state(directory)
}

/// `GET /doctors`, the short path the documents name (J4). It answers as `GET /api/v1/doctors` does.
pub fn short_routes(directory: Arc<dyn Directory>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(doctors::search_short)).with_state(directory)
}

/// All specialities.
#[utoipa::path(get, path = "/api/v1/specialities", operation_id = "listSpecialities", tag = "directory",
    responses((status = 200, description = "All specialities", body = Vec<Speciality>)))]
async fn specialities(State(directory): Verbs, cx: Cx) -> Result<Json<Vec<Speciality>>> {
    Ok(Json(directory.specialities(&cx).await?))
}

/// Adds a speciality.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpecialityForm {
    /// Its part of an address, lower case: `bedah-mulut`.
    slug: String,
    /// Name of the field.
    name: Bilingual,
    /// The title behind the name: `Sp.BM`.
    title: String,
}

/// Adds a speciality. Needs `directory.manage` for the whole network.
#[utoipa::path(post, path = "/api/v1/specialities", operation_id = "addSpeciality", tag = "directory", request_body = SpecialityForm,
    responses((status = 201, description = "Added", body = Speciality), (status = 422, description = "Fields to mend")))]
async fn add_speciality(
    State(directory): Verbs,
    cx: Cx,
    Body(form): Body<SpecialityForm>,
) -> Result<(StatusCode, Json<Speciality>)> {
    Ok((StatusCode::CREATED, Json(directory.add_speciality(&cx, form.slug, form.name, form.title).await?)))
}

/// Another name for a speciality.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpecialityNames {
    /// Name of the field.
    name: Bilingual,
    /// The title behind the name: `Sp.BM`.
    title: String,
}

/// Gives a speciality another name and title; its address stays. Needs `directory.manage` for the whole network.
#[utoipa::path(put, path = "/api/v1/specialities/{id}", operation_id = "changeSpeciality", tag = "directory", params(("id" = SpecialityId, Path)),
    request_body = SpecialityNames, responses((status = 200, description = "Changed", body = Speciality), (status = 422, description = "Fields to mend")))]
async fn change_speciality(
    State(directory): Verbs,
    cx: Cx,
    PathId(id): PathId<SpecialityId>,
    Body(form): Body<SpecialityNames>,
) -> Result<Json<Speciality>> {
    Ok(Json(directory.change_speciality(&cx, &id, form.name, form.title).await?))
}

/// Which regions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RegionsAsk {
    /// Kemendagri code: the regencies and cities of `73`, the districts of `73.71`; provinces when absent.
    below: Option<String>,
}

/// Provinces, the regencies and cities of one, or the districts of one of those.
#[utoipa::path(get, path = "/api/v1/regions", operation_id = "listRegions", tag = "directory", params(RegionsAsk),
    responses((status = 200, description = "Regions by code", body = Vec<Region>)))]
async fn regions(State(directory): Verbs, cx: Cx, Params(ask): Params<RegionsAsk>) -> Result<Json<Vec<Region>>> {
    Ok(Json(directory.regions(&cx, ask.below).await?))
}
