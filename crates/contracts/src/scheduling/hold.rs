//! A time kept for a few minutes (R.H1).

use jiff::Timestamp;
use platform::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HoldId, Offer};

/// Keeps a time for the asker for a few minutes (R.H1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AskHold {
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
}

/// A time kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Identifier; guests prove by it that the hold is theirs.
    pub id: HoldId,
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Start.
    #[schema(value_type = String, format = DateTime)]
    pub starts_at: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Until when it is kept.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The facility's zone.
    pub zone: String,
    /// What it will cost.
    pub price: Money,
}
