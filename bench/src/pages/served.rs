//! How long the program takes for a page: one reader, one connection, the answer read as a whole, compressed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use e2e::{Crawl, Reader, Routes, Site};

use super::Plan;
use crate::numbers::Times;
use crate::report::{Line, Report};

/// Milliseconds within which nearly all answers are aimed to be there.
const AIM: f64 = 20.0;
/// Requests before those that count.
const WARM: usize = 20;

/// Who reads: the demonstration's name of the role, and where their work begins.
const READERS: [(&str, &str); 5] =
    [("guest", "/"), ("patient", "/janji"), ("doctor", "/d/hari-ini"), ("admin", "/admin"), ("super_admin", "/admin")];

/// Every page that links lead to, for each role.
pub async fn run(report: &mut Report, site: &Site, plan: Plan) -> Result<()> {
    let routes = Routes::of_source()?;
    let mut all = Times::default();
    for (role, start) in READERS {
        let mut reader = Reader::guest(site.url(), "id");
        if role != "guest" {
            reader.sign_in(site.log_in_of(role)?).await.with_context(|| format!("{role} signs in"))?;
        }
        reader.get("/?lang=id").await?;
        let walk = Crawl::new(site.url(), &routes)?.walk(&mut reader, "id", &["/", "/akun", start]).await?;
        for (pattern, path) in pages(&walk.reached) {
            let times = timed(&mut reader, path, plan.requests).await?;
            report.add(
                Line::new(&format!("server time: {pattern} for {role}, data ×{}", plan.scale), None, times.told())
                    .aims("p99 ≤ 20 ms", times.ms(0.99) <= AIM),
            );
            all.add(&times);
        }
    }
    let told = format!("{}; {} requests", all.told(), all.count());
    report.add(
        Line::new(&format!("server time: all pages, data ×{}", plan.scale), None, told)
            .aims("p99 ≤ 20 ms", all.ms(0.99) <= AIM),
    );
    Ok(())
}

/// One page of each route; files that are the same for everybody are no pages.
fn pages(reached: &BTreeMap<String, Vec<String>>) -> impl Iterator<Item = (&str, &str)> {
    const FILES: [&str; 5] = ["/assets/", "/icons/", "/portraits/", "/manifest", "/sw.js"];
    let page = reached.iter().filter(|(pattern, _)| !FILES.iter().any(|start| pattern.starts_with(start)));
    page.filter_map(|(pattern, paths)| Some((pattern.as_str(), paths.first()?.as_str())))
}

async fn timed(reader: &mut Reader, path: &str, requests: usize) -> Result<Times> {
    for _ in 0..WARM {
        reader.time(path).await?;
    }
    let mut times = Times::default();
    for _ in 0..requests {
        times.note(reader.time(path).await?);
    }
    Ok(times)
}
