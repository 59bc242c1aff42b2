//! How long one list takes: `cargo test --release -p scheduling --test availability_speed -- --ignored --nocapture`.
#![allow(clippy::unwrap_used)]

use std::{hint::black_box, time::Instant};

use jiff::{ToSpan, civil::date, civil::time, tz::TimeZone};
use scheduling::availability::*;

/// 14 days of a doctor with two sessions a day, a quarter of an hour a slot, 200 claims.
#[test]
#[ignore = "a measurement, of use in a release build"]
fn list_of_fourteen_days() {
    for zone in ["Asia/Jakarta", "America/New_York"] {
        let from = date(2026, 10, 26);
        let mut plan = Plan::new("doc_1", "fac_1", TimeZone::get(zone).unwrap());
        plan.services = vec![ServiceRules::new("consultation")];
        for day in 0..7_i64 {
            for hour in [8, 14] {
                plan.sessions.push(SessionRule {
                    weekday: (from + day.days()).weekday(),
                    valid_from: date(2026, 1, 1),
                    valid_to: None,
                    hours: SessionHours::new(time(hour, 0, 0, 0), 240, 15),
                });
            }
        }
        let opens = plan.zone.to_timestamp(from.at(8, 0, 0, 0)).unwrap();
        let busy: Vec<Busy> = (0..200_i64)
            .map(|n| {
                let starts_at = opens + (n / 15 * 24 * 60 + n % 15 * 15).minutes();
                Busy { starts_at, ends_at: starts_at + 15.minutes(), seat: Some(1), hold_until: None }
            })
            .collect();
        let ask = Ask { wish: Wish::of("consultation"), from, days: 14 };
        let now = opens - 24.hours();
        let request = Request { wish: ask.wish.clone(), starts_at: opens + 6.hours() };
        let each = |what: &str, run: &dyn Fn()| {
            let began = Instant::now();
            (0..2_000).for_each(|_| run());
            println!("{zone}: {what} {:.1} µs", began.elapsed().as_secs_f64() * 1e6 / 2_000.0);
        };
        each("free_times", &|| drop(black_box(free_times(&plan, &ask, &busy, now))));
        each("check", &|| drop(black_box(check(&plan, &request, &busy, now))));
    }
}
