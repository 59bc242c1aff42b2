//! Which start each row gets: the file has days only. One schedule per facility, wide enough for its busiest day, and
//! never two visits of a patient at the same time.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, time};

use crate::visits::Visit;

/// When the facilities open and close.
pub const OPENS: Time = time(7, 0, 0, 0);
/// See [`OPENS`].
pub const CLOSES: Time = time(17, 0, 0, 0);
/// Minutes of a visit.
pub const MINUTES: i64 = 10;
/// Starts of a day.
const STARTS: usize = 60;

/// What is to be booked.
pub struct Plan {
    /// Visits at the same time each facility must have room for, by name.
    pub capacity: BTreeMap<String, u16>,
    /// The start of each visit on the facility's clock, in the order of the visits.
    pub starts: Vec<DateTime>,
}

/// Lays the visits of each facility and day over the day's starts.
pub fn lay_out(visits: &[Visit]) -> Result<Plan> {
    let mut of_day: HashMap<(&str, Date), usize> = HashMap::new();
    for visit in visits {
        *of_day.entry((&visit.place, visit.day)).or_default() += 1;
    }
    let mut capacity: BTreeMap<String, u16> = BTreeMap::new();
    for ((place, _), count) in &of_day {
        // A quarter more than the busiest day needs, so that there is always a start beside the patient's others.
        let seats = (count * 5 / 4).div_ceil(STARTS) as u16 + 1;
        let known = capacity.entry((*place).to_owned()).or_default();
        *known = (*known).max(seats);
    }
    let mut taken: HashMap<(&str, Date), [u16; STARTS]> = HashMap::new();
    let mut patient_has: HashSet<(&str, Date, usize)> = HashSet::new();
    let mut starts = Vec::with_capacity(visits.len());
    for (n, visit) in visits.iter().enumerate() {
        let seats = taken.entry((&visit.place, visit.day)).or_insert([0; STARTS]);
        let room = capacity[&visit.place];
        let wanted = (0..STARTS).map(|step| (n * 7 + step) % STARTS);
        let fits =
            |start: &usize| seats[*start] < room && !patient_has.contains(&(visit.patient.as_str(), visit.day, *start));
        let start =
            wanted.into_iter().find(fits).with_context(|| format!("no start is left for appointment {}", visit.id))?;
        seats[start] += 1;
        patient_has.insert((&visit.patient, visit.day, start));
        starts.push(visit.day.to_datetime(OPENS) + (start as i64 * MINUTES).minutes());
    }
    Ok(Plan { capacity, starts })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::lay_out;
    use crate::visits;

    #[test]
    fn no_start_holds_more_than_its_seats_and_no_patient_is_in_two_places() {
        let folder = std::env::temp_dir().join(format!("bench-plan-{}.csv", std::process::id()));
        std::fs::write(&folder, visits::generated(400)).unwrap();
        let visits = visits::read(&folder, None).unwrap();
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(visits.iter().filter(|visit| visit.is_too_late()).count(), 1);
        let plan = lay_out(&visits).unwrap();
        let (mut seats, mut patients) = (HashMap::new(), HashSet::new());
        for (visit, start) in visits.iter().zip(&plan.starts) {
            assert!(patients.insert((&visit.patient, start)));
            let taken: &mut u16 = seats.entry((&visit.place, start)).or_default();
            *taken += 1;
            assert!(*taken <= plan.capacity[&visit.place]);
        }
        let again: HashSet<_> = visits.iter().map(|visit| (&visit.patient, visit.day)).collect();
        assert!(again.len() < visits.len(), "some patients come twice on a day");
    }
}
