//! Hours of the desks: laboratory, procedures, vaccination sessions for twenty at a time; and the first doctor's hours
//! on the day of the demonstration, whatever weekday that is.

use contracts::{
    directory::{Mode, ServiceId, ServiceKind},
    scheduling::{Exception, ExceptionKind, Hours, ScheduleForm},
};
use directory::sample::Planted;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{
    civil::{Date, time},
    tz::TimeZone,
};
use platform::{Error, Result};

use super::{AT_ONCE, Gardener};

impl Gardener<'_> {
    /// A schedule for each kind of desk of each facility.
    pub(super) async fn set_desks(&self, network: &Planted) -> Result<()> {
        let cx = Self::program(self.days(-super::HISTORY));
        let mut forms = Vec::new();
        for (facility, services) in network.facilities.iter().zip(&network.services) {
            for kind in [ServiceKind::LabTest, ServiceKind::Procedure, ServiceKind::Vaccination] {
                let own: Vec<ServiceId> =
                    services.iter().filter(|service| service.kind == kind).map(|service| service.id.clone()).collect();
                if !own.is_empty() {
                    forms.push(ScheduleForm {
                        facility: facility.id.clone(),
                        doctor: None,
                        services: own,
                        hours: hours_of(kind),
                        daily_cap: None,
                    });
                }
            }
        }
        let cx = &cx;
        stream::iter(
            forms
                .into_iter()
                .map(|form| async move { self.house.scheduling.set_schedule(cx, None, form).await.map(drop) }),
        )
        .buffered(AT_ONCE)
        .try_collect()
        .await
    }

    /// A single opening today from eight to four for the first doctor, so that the doctor's day is never empty.
    pub(super) async fn show_up_today(&self, network: &Planted) -> Result<()> {
        let (Some(doctor), Some(facility)) = (network.doctors.first(), network.facilities.first()) else {
            return Ok(());
        };
        let zone = TimeZone::get(&facility.zone).map_err(Error::internal)?;
        let today = self.now.to_zoned(zone.clone()).date();
        let weekday = today.weekday().to_monday_one_offset() as u8;
        let at_home = doctor.practices.iter().find(|practice| practice.facility == facility.id);
        if at_home.is_none_or(|practice| practice.hours.iter().any(|hours| hours.weekday == weekday)) {
            return Ok(());
        }
        let cx = Self::program(self.days(-super::HISTORY));
        let schedules =
            self.house.scheduling.schedules(&cx, Some(facility.id.clone()), Some(doctor.id.clone())).await?;
        let schedule = schedules.into_iter().next().ok_or(Error::NotFound("schedule"))?;
        let at = |hour: i8| {
            today.at(hour, 0, 0, 0).to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(Error::internal)
        };
        let opening = Exception {
            id: None,
            schedule: Some(schedule.id),
            doctor: None,
            facility: None,
            kind: ExceptionKind::Extra,
            starts_at: at(8)?,
            ends_at: at(16)?,
            slot_minutes: None,
            capacity: None,
            reason: None,
        };
        self.house.scheduling.add_exception(&cx, opening).await.map(drop)
    }
}

fn hours_of(kind: ServiceKind) -> Vec<Hours> {
    match kind {
        ServiceKind::LabTest => (1..=6).map(|day| hours(day, (7, 11), Some(10), 3)).collect(),
        ServiceKind::Vaccination => [2, 4, 6].into_iter().map(|day| hours(day, (8, 12), Some(30), 20)).collect(),
        ServiceKind::Procedure | ServiceKind::Consultation => (1..=5).map(|day| hours(day, (9, 15), None, 1)).collect(),
    }
}

fn hours(weekday: u8, (from, until): (i8, i8), slot_minutes: Option<u16>, capacity: u16) -> Hours {
    Hours {
        weekday,
        from: time(from, 0, 0, 0),
        until: time(until, 0, 0, 0),
        valid_from: Date::constant(2000, 1, 1),
        valid_until: None,
        slot_minutes,
        capacity,
        modes: vec![Mode::InPerson],
        services: Vec::new(),
    }
}
