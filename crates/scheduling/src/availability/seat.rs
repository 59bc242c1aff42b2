//! Seats: room for n is n claimable resources.

/// The key a claim is written under: `vac-desk#7` is the seventh seat of `vac-desk`. Seats count from 1; a doctor
/// has one, `doctor#1`.
pub fn seat_key(resource: &str, seat: u16) -> String {
    format!("{resource}#{seat}")
}
