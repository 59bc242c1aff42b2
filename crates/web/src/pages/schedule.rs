//! Consultation hours (C1): the week at each place with what it would come to before it is kept, departures, holidays and
//! leaves. For the doctor themselves, and for those who plan at their facilities.

mod doctors;
mod editor;
mod keep;
mod outcome;
mod typed;
mod week;

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Doctor, Mode, Practice, Service},
    scheduling::{ExceptionId, LeaveState},
};
use jiff::{Timestamp, ToSpan as _, civil::Time};
use platform::{
    Error, Result,
    http::{Form, Params},
};
use serde::Deserialize;

pub(super) use self::{
    doctors::doctors,
    outcome::outcome,
    typed::{Typed, hours_of, row_of},
    week::week,
};
use self::{editor::Editor, keep::keep};
use super::{Site, offers, shown, visitor::Visitor};
use crate::{
    format,
    view::{self, Area, Here, Option_},
};

/// The query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    /// The facility.
    pub faskes: String,
    /// The service.
    pub layanan: String,
    /// `video` or `klinik`.
    pub cara: String,
    /// The day.
    pub tgl: String,
    /// The time.
    pub jam: String,
}

/// Whose hours, and on whose pages.
pub(super) struct Base {
    /// The doctor.
    pub doctor: Doctor,
    /// Whose menus.
    pub area: Area,
    /// Path of the editor.
    pub path: String,
    /// The practices that may be planned here.
    pub practices: Vec<Practice>,
}

impl Base {
    /// The doctor's own.
    pub async fn own(site: &Site, visitor: &Visitor) -> Result<Self> {
        visitor.cx.require(Permission::ScheduleOwn)?;
        let doctor = site.directory.my_doctor(&visitor.cx).await?;
        Ok(Self { practices: doctor.practices.clone(), doctor, area: Area::Doctor, path: "/d/jadwal".to_owned() })
    }

    /// Of a doctor at a facility that the asker serves; else 404.
    pub async fn of(site: &Site, visitor: &Visitor, id: &str) -> Result<Self> {
        let cx = &visitor.cx;
        let reads = cx.may(Permission::AppointmentManage);
        if !reads {
            cx.require(Permission::ScheduleManage)?;
        }
        let doctor = site.directory.doctor(cx, id).await?;
        let served = doctor.practices.iter().filter(|practice| cx.serves(&practice.facility.to_string()));
        let practices: Vec<Practice> = served.cloned().collect();
        if practices.is_empty() {
            return Err(Error::NotFound("doctor"));
        }
        Ok(Self { path: format!("/a/jadwal/{}", doctor.id), doctor, area: Area::Admin, practices })
    }

    /// Where a leave of this doctor is entered.
    pub fn leave_path(&self) -> String {
        match self.area {
            Area::Doctor => "/d/cuti/baru".to_owned(),
            _ => format!("{}/cuti", self.path),
        }
    }

    /// The practice at the facility wished for; the first where none is named.
    pub fn practice(&self, wish: &str) -> Result<&Practice> {
        let found = match wish {
            "" => self.practices.first(),
            id => self.practices.iter().find(|practice| practice.facility.to_string() == id),
        };
        found.ok_or(Error::NotFound("schedule"))
    }

    /// The frame of a page about these hours.
    pub fn shell(&self, visitor: &Visitor, title: &str) -> view::Shell {
        let mut shell = visitor.shell(title, self.area, Here::Schedule);
        if self.area == Area::Doctor
            && let Some(who) = &mut shell.who
        {
            who.name.clone_from(&self.doctor.name);
            who.portrait = shown::portrait_of(&self.doctor);
            let field = self.doctor.specialities.first();
            who.line = field.map(|field| shown::said(&field.name, visitor.speech.locale)).unwrap_or_default();
        }
        shell
    }
}

/// `GET /d/jadwal`
pub(super) async fn own(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    visitor.page(&Editor::open(&site, &visitor, &base, &wish.faskes).await?.page(&Typed::default()).await?)
}

/// `GET /a/jadwal/{doctor}`
pub(super) async fn of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Params(wish): Params<Wish>,
) -> Result<Response> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let base = Base::of(&site, &visitor, &id).await?;
    visitor.page(&Editor::open(&site, &visitor, &base, &wish.faskes).await?.page(&Typed::default()).await?)
}

/// `POST /d/jadwal`
pub(super) async fn keep_own(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    keep(&site, &visitor, &base, Typed(fields)).await
}

/// `POST /a/jadwal/{doctor}`
pub(super) async fn keep_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    visitor.cx.require(Permission::ScheduleManage)?;
    let base = Base::of(&site, &visitor, &id).await?;
    keep(&site, &visitor, &base, Typed(fields)).await
}

/// `POST /d/jadwal/perubahan/{id}/hapus`
pub(super) async fn drop_own(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let base = Base::own(&site, &visitor).await?;
    take_back(&site, &visitor, &base, &id).await
}

/// `POST /a/jadwal/{doctor}/perubahan/{id}/hapus`
pub(super) async fn drop_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path((doctor, id)): Path<(String, String)>,
) -> Result<Response> {
    let base = Base::of(&site, &visitor, &doctor).await?;
    take_back(&site, &visitor, &base, &id).await
}

async fn take_back(site: &Site, visitor: &Visitor, base: &Base, id: &str) -> Result<Response> {
    let id: ExceptionId = id.parse().map_err(|_| Error::NotFound("exception"))?;
    match site.scheduling.remove_exception(&visitor.cx, &id).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say(&base.path, "flash-departure-gone"),
        Err(error @ Error::Conflict(_)) => visitor.go_and_tell(site, &base.path, visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

/// Text key and chip of a leave's state.
pub(super) fn state_of(state: LeaveState) -> (&'static str, &'static str) {
    match state {
        LeaveState::Deciding => ("leave-deciding", "chip--wait"),
        LeaveState::Running => ("leave-running", "chip--info"),
        LeaveState::Done => ("leave-done", "chip--ok"),
        LeaveState::Withdrawn => ("leave-withdrawn", "chip--mute"),
    }
}

/// From and until, the day once where it is one; whole days without times.
pub(super) fn span(starts: Timestamp, ends: Timestamp, zone: &str, locale: platform::i18n::Locale) -> String {
    let (from, to) = (shown::at(starts, zone), shown::at(ends, zone));
    let whole = from.time() == Time::midnight() && to.time() == Time::midnight();
    if whole {
        let last = to.date().saturating_sub(1.day());
        return if last <= from.date() {
            format::day_year(from.date(), locale)
        } else {
            format!("{} – {}", format::day(from.date(), locale), format::day_year(last, locale))
        };
    }
    if from.date() == to.date() {
        format!("{}, {}", format::day(from.date(), locale), format::span(&from, &to, locale))
    } else {
        format!("{} – {}", format::when(&from, locale), format::when(&to, locale))
    }
}

/// The services a practice offers.
pub(super) async fn services_of(site: &Site, visitor: &Visitor, practice: &Practice) -> Result<Vec<Service>> {
    let mut services = Vec::new();
    for offered in &practice.services {
        services.extend(offers::known(site.directory.service(&visitor.cx, &offered.service).await)?);
    }
    services.retain(|service| !service.modes.is_empty());
    Ok(services)
}

/// The way of meeting in an address.
pub(super) fn mode_of(word: &str) -> Mode {
    if word == "video" { Mode::Online } else { Mode::InPerson }
}

/// The ways of meeting to choose from.
pub(super) fn modes(visitor: &Visitor, chosen: Mode) -> Vec<Option_> {
    let option = |value: &str, label: &str, mode: Mode| Option_ {
        value: value.to_owned(),
        label: visitor.say(label),
        chosen: mode == chosen,
    };
    vec![option("klinik", "mode-clinic", Mode::InPerson), option("video", "mode-video", Mode::Online)]
}
