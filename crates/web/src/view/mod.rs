//! Every page as a struct of display-ready values. Handlers fill them; templates only place them.
//!
//! Times arrive formatted with their zone, amounts with their currency, addresses complete. What a page *says* is
//! not here: sentences are text keys in the templates.

mod account;
mod admin;
mod appointment;
mod booking;
mod doctor;
mod doctor_day;
mod entry;
mod error;
mod facility;
mod home;
mod parts;
mod picker;
pub mod sample;
mod search;
mod security;
mod shell;
mod styleguide;

pub use account::{Account, Leave, Relative};
pub use admin::{Approvals, DoctorRequest};
pub use appointment::{Appointment, Appointments, Cancel, Happening, Move, Reason, Tab};
pub use booking::{BookingCheck, BookingData, BookingDone, Fee, Holding, Patient};
pub use doctor::{Doctor, Hours, Place};
pub use doctor_day::{Bar, DoctorDay, Queued, Turn};
pub use entry::{Login, Person, PersonFields, Signup};
pub use error::{ErrorPage, Typed};
pub use facility::{Desk, DeskService, Facility};
pub use home::{Home, Next, Tile};
pub use parts::{Chip, DoctorCard, Field, Line, Mend, Option_, Pager, State, Visit, When};
pub use picker::{Day, DayState, Fastest, Lost, Mode, Picker, Slot, SlotGroup, SlotState};
pub use search::{Filter, Search};
pub use security::{Device, Enrolment, Password, ResetAsk, ResetFinish, SecondFactor, Security};
pub use shell::{Area, Back, Flash, Here, Shell, Theme, Tone, Who};
pub use styleguide::Styleguide;
