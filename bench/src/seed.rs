//! A million appointments, written straight into scheduling's database while the program is stopped: booking them would
//! take too long. The rows are those a booking writes there — appointment, claims of the doctor's and the patient's
//! time, the patient's day, the subject's number and its sent event, and for past ones the change to their last state —
//! except that complaints are sealed with keys nobody has.

use std::fmt::Write as _;

use anyhow::Result;
use bytes::Bytes;
use futures_util::SinkExt;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use crate::numbers::{Dice, mix};
use crate::places::Offer;
use crate::server::{Engine, Site};

/// Minutes of a visit.
const MINUTES: i64 = 30;
/// Appointments of a doctor on a day.
pub const A_DAY: usize = 3;
/// Starts of a day.
pub const STARTS: usize = 16;
/// Seeded working days after the first of the world.
const AHEAD: i64 = 9;
/// Appointments written in one go.
const AT_ONCE: usize = 20_000;

/// A value on its way into either database.
enum Cell {
    Text(String),
    Number(i64),
    Yes(bool),
    At(Timestamp),
    Bytes(Vec<u8>),
    None,
}

/// A table and the columns that are written.
struct Table {
    name: &'static str,
    columns: &'static str,
}

const PATIENT: Table = Table { name: "patient", columns: "id, version, name, birth_date, sex, patient_type, locale" };
const TABLES: [Table; 7] = [
    Table {
        name: "appointment",
        columns: "id, code, facility, service, doctor, mode, kind, state, patient, booked_by, starts_at, ends_at, zone, \
            local_date, price, complaint, booked_at, answer_by, on_behalf, overbooked, moves, cancelled_by, reason, owner, \
            version",
    },
    Table { name: "resource_claim", columns: "owner, seat, starts_at, ends_at, facility, hold_until, appointment" },
    Table { name: "patient_claim", columns: "patient, starts_at, ends_at, appointment" },
    Table { name: "patient_day", columns: "patient, local_date, k, appointment" },
    Table { name: "subject_number", columns: "subject, epoch, n, began" },
    Table { name: "outbox", columns: "id, subject, n, epoch, kind, class, payload, at, began, sent_at" },
    Table {
        name: "appointment_change",
        columns: "appointment, version, from_state, to_state, from_start, to_start, actor, reason, at",
    },
];

/// The working day (Monday to Saturday) so many after the first of the world, which is a Monday.
pub fn working_day(first: Date, number: i64) -> Date {
    first + (number.div_euclid(6) * 7 + number.rem_euclid(6)).days()
}

/// Start number `start` of a day, 08:00 and every half hour after it.
pub fn start_of(day: Date, start: usize) -> Timestamp {
    let local = day.at(8, 0, 0, 0) + (start as i64 * MINUTES).minutes();
    TimeZone::fixed(jiff::tz::offset(8)).to_timestamp(local).expect("within the range of time")
}

/// An id as the program makes them: prefix, milliseconds, 80 bits.
pub fn id(prefix: &str, at: Timestamp, seed: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = (u128::from(mix(seed)) << 16) | u128::from(mix(seed ^ 0xABCD) & 0xFFFF);
    let number = (u128::from(at.as_millisecond().unsigned_abs() & 0xFFFF_FFFF_FFFF) << 80) | random;
    let mut text = format!("{prefix}_");
    text.extend((0..26).rev().map(|i| char::from(ALPHABET[((number >> (5 * i)) & 31) as usize])));
    text
}

/// What is to be written.
pub struct Seed<'s> {
    /// Every doctor's offer.
    pub offers: &'s [Offer],
    /// How many appointments, the same number for each doctor.
    pub appointments: usize,
    /// The first day of the world, a Monday.
    pub first: Date,
}

impl Seed<'_> {
    fn patients(&self) -> usize {
        self.offers.len() * (A_DAY + 1)
    }

    fn patient(&self, number: usize) -> String {
        id("pat", start_of(self.first, 0), number as u64)
    }

    /// The rows of one appointment, a list for each of [`TABLES`].
    fn rows(&self, number: usize) -> [Option<Vec<Cell>>; 7] {
        use Cell::{At, Bytes, None as Null, Number, Text, Yes};
        let (doctor, turn) = (number % self.offers.len(), number / self.offers.len());
        let offer = &self.offers[doctor];
        let days = (self.appointments / self.offers.len()).div_ceil(A_DAY) as i64;
        let day_number = AHEAD - days + 1 + (turn / A_DAY) as i64;
        let date = working_day(self.first, day_number);
        let starts = start_of(date, (doctor + 5 * (turn % A_DAY)) % STARTS);
        let ends = starts + MINUTES.minutes();
        let people = self.patients() as i64;
        let patient = (doctor * A_DAY + turn % A_DAY) as i64 + day_number * 7919;
        let patient = self.patient(patient.rem_euclid(people) as usize);
        let scatter = mix(number as u64);
        let booked =
            starts - (24 * (1 + (scatter % 20) as i64)).hours() - ((scatter >> 8) % 86_400) as i64 * 1.second();
        let past = day_number < 0;
        let state = match past {
            true if scatter.is_multiple_of(5) => "noshow",
            true => "fulfilled",
            false => "booked",
        };
        let apt = id("apt", booked, number as u64);
        let text = |text: &str| Text(text.to_owned());
        let visit = format!(
            r#"{{"visit":{{"appointment":"{apt}","patient":"{patient}","booked_by":null,"offer":{{"facility":"{}","service":"{}","doctor":"{}","mode":"in_person"}},"kind":"consultation","state":"booked","starts_at":"{starts}","ends_at":"{ends}","zone":"Asia/Makassar","price":{{"amount":150000,"currency":"IDR"}}}}}}"#,
            offer.facility, offer.service, offer.doctor
        );
        let appointment = vec![
            Text(apt.clone()),
            Text(code(number as u64)),
            text(&offer.facility),
            text(&offer.service),
            text(&offer.doctor),
            text("in_person"),
            text("consultation"),
            text(state),
            text(&patient),
            Null,
            At(starts),
            At(ends),
            text("Asia/Makassar"),
            Text(date.to_string()),
            Number(150_000),
            Bytes(sealed(scatter)),
            At(booked),
            Null,
            Yes(true),
            Yes(false),
            Number(0),
            Null,
            Null,
            text(&offer.doctor),
            Number(if past { 2 } else { 1 }),
        ];
        let change = past.then(|| {
            let (from, to) = (text("booked"), text(state));
            vec![text(&apt), Number(2), from, to, At(starts), At(starts), text("system"), Null, At(ends)]
        });
        [
            Some(appointment),
            Some(vec![text(&offer.doctor), Number(1), At(starts), At(ends), text(&offer.facility), Null, text(&apt)]),
            Some(vec![text(&patient), At(starts), At(ends), text(&apt)]),
            Some(vec![text(&patient), Text(date.to_string()), Number(1), text(&apt)]),
            Some(vec![text(&apt), Number(1), Number(if past { 2 } else { 1 }), At(booked)]),
            Some(vec![
                Text(id("evt", booked, number as u64)),
                text(&apt),
                Number(1),
                Number(1),
                text("scheduling.appointment_booked.v1"),
                text("fact"),
                Text(visit),
                At(booked),
                At(booked),
                At(booked),
            ]),
            change,
        ]
    }

    /// Writes everything. The program must not be running.
    pub async fn write(&self, site: &Site) -> Result<()> {
        let mut into = Target::open(site).await?;
        let people: Vec<Vec<Cell>> = (0..self.patients())
            .map(|number| {
                let name = format!("Pasien Lama {number}");
                let texts = ["1980-01-01", "female", "umum", "id"].map(|text| Cell::Text(text.to_owned()));
                let mut row = vec![Cell::Text(self.patient(number)), Cell::Number(1), Cell::Text(name)];
                row.extend(texts);
                row
            })
            .collect();
        into.write(&PATIENT, &people).await?;
        let mut number = 0;
        let count = self.appointments / self.offers.len() * self.offers.len();
        while number < count {
            let until = (number + AT_ONCE).min(count);
            let mut lists: [Vec<Vec<Cell>>; 7] = Default::default();
            for appointment in number..until {
                for (list, row) in lists.iter_mut().zip(self.rows(appointment)) {
                    list.extend(row);
                }
            }
            for (table, rows) in TABLES.iter().zip(&lists) {
                into.write(table, rows).await?;
            }
            number = until;
        }
        into.finish().await
    }
}

/// A booking code: seven letters, different for each number.
fn code(number: u64) -> String {
    const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRTVWXYZ";
    let all = 29_u64.pow(7);
    let mut scattered = (number + 1).wrapping_mul(4_294_967_291 % all) % all;
    let mut text = String::with_capacity(7);
    for _ in 0..7 {
        text.push(char::from(ALPHABET[(scattered % 29) as usize]));
        scattered /= 29;
    }
    text
}

/// What a sealed complaint of thirty letters looks like: version, key, nonce, ciphertext, tag.
fn sealed(seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut bytes = vec![1_u8];
    while bytes.len() < 1 + 16 + 12 + 30 + 16 {
        bytes.extend(dice.roll().to_le_bytes());
    }
    bytes.truncate(75);
    bytes
}

/// Where rows go.
enum Target {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

impl Target {
    async fn open(site: &Site) -> Result<Self> {
        Ok(match site.engine {
            Engine::Sqlite => {
                let connection = site.sqlite("scheduling")?;
                connection.execute_batch("pragma synchronous = off; pragma cache_size = -200000")?;
                Self::Sqlite(connection)
            }
            Engine::Postgres => {
                let client = site.postgres().await?;
                client.batch_execute("set search_path to scheduling, public; set synchronous_commit to off").await?;
                Self::Postgres(client)
            }
        })
    }

    async fn write(&mut self, table: &Table, rows: &[Vec<Cell>]) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let tx = connection.transaction()?;
                let count = table.columns.split(',').count();
                let marks: Vec<String> = (1..=count).map(|n| format!("${n}")).collect();
                let sql = format!("insert into {} ({}) values ({})", table.name, table.columns, marks.join(", "));
                let mut statement = tx.prepare(&sql)?;
                for row in rows {
                    let written = statement.execute(rusqlite::params_from_iter(row.iter().map(Cell::for_sqlite)))?;
                    anyhow::ensure!(written == 1, "a row of {} was refused", table.name);
                }
                drop(statement);
                tx.commit()?;
            }
            Self::Postgres(client) => {
                if rows.is_empty() {
                    return Ok(());
                }
                let sink = client.copy_in(&format!("copy {} ({}) from stdin", table.name, table.columns)).await?;
                let mut sink = std::pin::pin!(sink);
                let mut text = String::new();
                for row in rows {
                    for (n, cell) in row.iter().enumerate() {
                        text.push_str(if n == 0 { "" } else { "\t" });
                        cell.for_copy(&mut text);
                    }
                    text.push('\n');
                }
                sink.send(Bytes::from(text)).await?;
                sink.as_mut().finish().await?;
            }
        }
        Ok(())
    }

    /// Leaves the database as one that has run for a while: its log folded in, its statistics known.
    async fn finish(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("pragma wal_checkpoint(truncate)")?,
            Self::Postgres(client) => client.batch_execute("vacuum analyze").await?,
        }
        Ok(())
    }
}

impl Cell {
    fn for_sqlite(&self) -> rusqlite::types::Value {
        use rusqlite::types::Value;
        match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::Number(number) => Value::Integer(*number),
            Self::Yes(yes) => Value::Integer(i64::from(*yes)),
            Self::At(at) => Value::Integer(at.as_microsecond()),
            Self::Bytes(bytes) => Value::Blob(bytes.clone()),
            Self::None => Value::Null,
        }
    }

    fn for_copy(&self, text: &mut String) {
        let written = match self {
            // Nothing written here holds a tab, a line end or a backslash.
            Self::Text(value) => write!(text, "{value}"),
            Self::Number(number) => write!(text, "{number}"),
            Self::Yes(yes) => write!(text, "{yes}"),
            Self::At(at) => write!(text, "{at}"),
            Self::Bytes(bytes) => {
                text.push_str("\\\\x");
                bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
            }
            Self::None => write!(text, "\\N"),
        };
        written.expect("a String takes all that is written");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;

    use super::{Cell, Seed, code, working_day};
    use crate::places::Offer;

    #[test]
    fn nobody_is_in_two_places_and_no_code_comes_twice() {
        let offer = |n: usize| Offer { facility: "f".into(), service: "s".into(), doctor: format!("d{n}") };
        let offers: Vec<Offer> = (0..50).map(offer).collect();
        let seed = Seed { offers: &offers, appointments: 5_000, first: date(2027, 3, 1) };
        let (mut doctors, mut patients) = (HashSet::new(), HashSet::new());
        let told = |cell: &Cell| {
            let mut text = String::new();
            cell.for_copy(&mut text);
            text
        };
        for number in 0..5_000 {
            let rows = seed.rows(number);
            let (claim, day) = (rows[1].as_ref().unwrap(), rows[3].as_ref().unwrap());
            assert!(doctors.insert((told(&claim[0]), told(&claim[2]))), "a doctor twice");
            assert!(patients.insert((told(&day[0]), told(&day[1]))), "a patient twice on a day");
        }
        let codes: HashSet<String> = (0..100_000).map(code).collect();
        assert_eq!(codes.len(), 100_000);
        assert_eq!(working_day(date(2027, 3, 1), -1), date(2027, 2, 27));
    }
}
