//! Every page as a struct of display-ready values. Handlers fill them; templates only place them.
//!
//! Times arrive formatted with their zone, amounts with their currency, addresses complete. What a page *says* is
//! not here: sentences are text keys in the templates.

mod account;
mod admin;
mod admin_doctors;
mod admin_import;
mod admin_people;
mod admin_places;
mod admin_reservations;
mod admin_roles;
mod admin_rules;
mod admin_staff;
mod appointment;
mod booking;
mod calendars;
mod doctor;
mod doctor_day;
mod doctor_profile;
mod entry;
mod error;
mod facility;
mod family;
mod home;
mod inbox;
mod installed;
mod parts;
mod photo;
mod picker;
pub mod sample;
mod schedule;
mod schedule_leave;
mod search;
mod security;
mod shell;
mod styleguide;
mod system;

pub use account::{Account, Consent, Erased, ErasedPart, Leave, OwnData};
pub use admin::{Approvals, DoctorRequest};
pub use admin_doctors::{
    AdminDoctorForm, AdminDoctors, DoctorRecord, OfferedService, PracticeBlock, PracticeDay, PracticeHours,
};
pub use admin_import::{AdminImport, AdminImportPreview, ImportBad, ImportCounts, ImportFault, ImportGood, ImportKind};
pub use admin_people::{AdminAudit, AdminUser, AdminUsers, AuditRow, UserRow, Verdict};
pub use admin_places::{
    AdminDeskHours, AdminFacilities, AdminFacility, AdminFacilityForm, AdminNames, AdminServiceForm, DepartmentRow,
    FacilityRow, KindChoice, MasterLink, OptionGroup, ServiceGroup, ServiceRow,
};
pub use admin_reservations::{
    AdminBook, AdminBookWhat, AdminBookWhen, AdminHome, AdminMove, AdminPart, BookChoice, PatientFound, Reservation,
    ReservationPage, Reservations, RowAct, SavedView, Told,
};
pub use admin_roles::{
    AdminRole, AdminRoles, PermissionCell, PermissionGroup, PermissionRow, Right, RightGroup, RoleColumn,
};
pub use admin_rules::{
    AdminClosures, AdminHolidays, AdminPolicy, AdminSpecialities, AffectedVisits, ClosureRow, HolidayRow, PolicyGroup,
    PolicyRow, SpecialityRow,
};
pub use admin_staff::AdminStaff;
pub use appointment::{Appointment, Appointments, Cancel, Happening, Move, Reason, Tab};
pub use booking::{BookingCheck, BookingData, BookingDone, Fee, Holding, Patient, Term};
pub use calendars::{Calendars, OutsideRow, Unsubscribe};
pub use doctor::{Doctor, Hours, Place, Tariff};
pub use doctor_day::{Bar, DoctorDay, Queued, Turn, WeekLink};
pub use doctor_profile::{DoctorProfile, ProfilePractice};
pub use entry::{Login, Person, PersonFields, Signup};
pub use error::{ErrorPage, Typed};
pub use facility::{Desk, DeskService, Facility};
pub use family::{Family, Member, Release};
pub use home::{Home, Next, Tile};
pub use inbox::{Inbox, InboxDay, InboxItem, Notices};
pub use installed::{Emergency, FirstAid, Offline};
pub use parts::{Chip, DoctorCard, Field, Line, Mend, Option_, Pager, State, Visit, When};
pub use photo::PhotoForm;
pub use picker::{Day, DayState, Fastest, Lost, Mode, Picker, Slot, SlotGroup, SlotState};
pub use schedule::{
    Conflict, Departure, HoursRow, LeaveLine, Outcome, OutcomeDay, OutcomeStart, Schedule, ScheduleDoctors,
    ScheduleWhy, WantedDeparture, WeekDay, WhyPart,
};
pub use schedule_leave::{LeaveNew, LeaveOffer, LeavePlan, PlanGroup, PlanResult, PlanVisit};
pub use search::{FacilityCard, Filter, Rescue, Search};
pub use security::{Device, Enrolment, Password, ResetAsk, ResetFinish, SecondFactor, Security};
pub use shell::{Area, Back, Duty, Flash, Here, Shell, Theme, Tone, Who};
pub use styleguide::Styleguide;
pub use system::{
    Grade, JobCount, JobRow, LogRow, Meter, Parked, Replica, Service, Store, System, SystemJobs, SystemLogs,
    SystemParked, SystemTab, SystemTabs, TabOfSystem, Trouble,
};
