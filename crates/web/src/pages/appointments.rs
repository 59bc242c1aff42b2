//! Own appointments: coming and past.

use axum::{extract::State, response::Response};
use contracts::scheduling::{AppointmentSearch, When};
use platform::{Result, db::PageAsk, http::Params};
use serde::Deserialize;

use super::{Site, encoded, search, shown, visitor::Visitor};
use crate::view::{Appointments, Area, Here, Pager, Tab};

/// Appointments on a page.
const ROWS: u32 = 15;

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    bagian: String,
    sesudah: String,
}

/// `GET /janji`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.account()?;
    let past = wish.bagian == "lalu";
    let ask = AppointmentSearch {
        when: Some(if past { When::Past } else { When::Upcoming }),
        mine: Some(true),
        page: PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) },
        ..AppointmentSearch::default()
    };
    let found = site.scheduling.appointments(&visitor.cx, ask).await?;
    let base = if past { "/janji?bagian=lalu" } else { "/janji" };
    let next = |cursor: platform::db::Cursor| {
        let joint = if past { '&' } else { '?' };
        format!("{base}{joint}sesudah={}", encoded(cursor.as_str()))
    };
    let page = Appointments {
        shell: visitor.shell("appointments-title", Area::Patient, Here::Appointments),
        tabs: vec![
            Tab { href: "/janji".to_owned(), label: "tab-coming", count: None, chosen: !past },
            Tab { href: "/janji?bagian=lalu".to_owned(), label: "tab-past", count: None, chosen: past },
        ],
        visits: found.items.iter().map(|visit| shown::visit(visit, &visitor)).collect(),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| base.to_owned()),
            next: found.next.map(next),
            ..Pager::default()
        },
        past,
    };
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}
