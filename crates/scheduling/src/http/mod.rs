//! Scheduling for programs: REST under `/api/v1`. Every handler is four sentences: who, what, do, answer; all rules are
//! in the verbs. Times are RFC 3339 with the facility's offset, and the facility's zone stands beside them.

mod appointments;
mod explain;
mod free_times;
mod leaves;
pub(crate) mod offsets;
mod rules;
mod written;

use std::sync::Arc;

use contracts::scheduling::Scheduling;
use utoipa_axum::router::OpenApiRouter;

/// The verbs behind the routes, wherever they run.
pub type Verbs = Arc<dyn Scheduling>;

/// All routes of this context.
pub fn routes(verbs: Verbs) -> OpenApiRouter {
    free_times::routes(verbs.clone())
        .merge(appointments::routes(verbs.clone()))
        .merge(rules::routes(verbs.clone()))
        .merge(explain::routes(verbs.clone()))
        .merge(leaves::routes(verbs))
}
