//! What to offer to somebody who lost a time.

use jiff::Timestamp;

use super::{Ask, Busy, Plan, Slot, free_times};

/// The free slots of the asked days that start nearest to a lost start, nearest first and of two equally near the
/// later first; at most `limit`, never the lost start itself (R.C7).
pub fn alternatives(plan: &Plan, ask: &Ask, busy: &[Busy], now: Timestamp, lost: Timestamp, limit: usize) -> Vec<Slot> {
    let days = free_times(plan, ask, busy, now).days;
    let mut slots: Vec<Slot> =
        days.into_iter().flat_map(|day| day.slots).filter(|slot| slot.starts_at != lost).collect();
    slots.sort_by_key(|slot| (slot.starts_at.duration_since(lost).abs(), slot.starts_at < lost));
    slots.truncate(limit);
    slots
}
