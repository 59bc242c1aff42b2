//! Money: whole minor units and a currency. Rupiah is used without decimals: one minor unit is one rupiah (R.H9).

use serde::{Deserialize, Serialize};

/// An amount in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Money {
    /// Minor units; for IDR a minor unit is one rupiah.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// So many rupiah.
    pub fn idr(amount: i64) -> Self {
        Self { amount, currency: "IDR".to_owned() }
    }
}
