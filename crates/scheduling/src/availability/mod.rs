//! When somebody can be booked: plain values in, plain values out; no database, no clock, no I/O.
//!
//! [`free_times`] lists and [`check`] accepts; both ask the one rule in `rule.rs` (R.G10), so what is listed can be
//! booked and what can be booked is listed. [`why`] explains an empty day, [`explain`] every instant of a day, [`alternatives`] consoles a loser (R.C7).
//!
//! What was decided:
//! - **Precedence (R.V1).** The weekly plan is weakest. A [`DateOverride`] replaces the weekly plan of its date. A
//!   holiday empties the date of every session that does not say `on_holidays`; an override or an added slot that
//!   says it is "open on a holiday". Leave, closures and removed slots take time away from whatever is left.
//! - **Days (R.T2, R.T6).** A session belongs to the local date on which it starts, also past midnight; holiday and
//!   horizon follow that date. The licence follows the slot's own local date, the daily cap the one on which its
//!   claim starts.
//! - **Clock changes (R.T3).** Hours are wall-clock time. A session runs without a break from the first instant its
//!   opening time is read to the last instant its closing time is read; a time that is skipped stands for the end of
//!   the gap. A start is on the grid when its wall-clock reading is; skipped readings have no slot, readings that
//!   occur twice have two. Durations and buffers are elapsed time.
//! - **Fit (R.G2).** Visit and both buffers lie inside the session. Only an added slot is free of that: its length is
//!   the room for the visit, and its buffers lie outside.
//! - **Buffers (R.G3).** Between two visits lies the *sum* of the first one's buffer after and the second one's buffer
//!   before: claims are spans with their buffers, and claims never overlap.
//! - **Seats.** A slot with room for n is n seats of one resource, numbered from 1; see [`seat_key`].

mod absence;
mod alternatives;
mod busy;
mod check;
mod exception;
mod explain;
mod free_times;
mod grid;
mod licence;
mod mode;
mod offer;
mod plan;
mod policy;
mod refusal;
mod rule;
mod seat;
mod session;
mod wall_clock;
mod why;
mod wish;

pub use absence::{Absence, Target};
pub use alternatives::alternatives;
pub use busy::Busy;
pub use check::{AcceptedSlot, check};
pub use exception::{AddedSlot, DateOverride, Holiday, RemovedSlot};
pub use explain::{Stretch, explain};
pub use free_times::{Day, DayStatus, FreeTimes, MAX_DAYS, Slot, free_times};
pub use licence::{Licence, Licences, PracticePermit};
pub use mode::{Mode, Modes};
pub use offer::{ServiceRules, Visit};
pub use plan::Plan;
pub use policy::{Change, Notice, Policy};
pub use refusal::Refusal;
pub use seat::seat_key;
pub use session::{MAX_SESSION_MINUTES, SessionHours, SessionRule};
pub use why::why;
pub use wish::{Ask, Audience, Purpose, Request, Wish};
