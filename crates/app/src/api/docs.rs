//! `/api/openapi.json` and the page to browse it, both from this program alone.

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

const DESCRIPTION: &str = "/api/openapi.json";

/// The page sets styles by itself and draws with `data:` pictures; everything else stays as strict as elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The description as JSON, and `/api/docs`.
pub(super) fn routes(description: &OpenApi) -> Router {
    let json = bytes(description);
    let page: Router = SwaggerUi::new("/api/docs").config(Config::new([DESCRIPTION])).into();
    page.layer(map_response(relaxed)).route(
        DESCRIPTION,
        get(move || {
            let json = json.clone();
            async move { ([(header::CONTENT_TYPE, "application/json")], json) }
        }),
    )
}

fn bytes(description: &OpenApi) -> axum::body::Bytes {
    serde_json::to_vec(description).expect("a description is JSON").into()
}

async fn relaxed(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
