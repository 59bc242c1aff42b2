//! Why a time can or cannot be had, for those who plan a doctor's or desk's time.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Offer, WhyNot};

/// Asks why: of one instant, or through a local day.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExplainAsk {
    /// The offer.
    #[serde(flatten)]
    #[param(inline)]
    pub offer: Offer,
    /// The local date of the facility; that of `at`, or today, when absent.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub date: Option<Date>,
    /// One instant to be judged besides the day.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub at: Option<Timestamp>,
    /// By the terms of staff, who are free of notice and cut-off, in place of the public's.
    #[serde(default)]
    pub staff: bool,
}

/// A local day from midnight to midnight, without a gap and without an overlap.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Explained {
    /// The facility's zone.
    pub zone: String,
    /// The local date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The instant asked for.
    pub at: Option<Stretch>,
    /// The day in order.
    pub stretches: Vec<Stretch>,
}

/// A part of a day. Either a visit may start at its first instant, or a rule says why none may: never both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Stretch {
    /// From.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Until then the same holds, or no other start is on the grid.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// The rule that stands in the way; none where a visit may start at `from`.
    pub why: Option<WhyNot>,
}
