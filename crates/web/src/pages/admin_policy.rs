//! How a facility takes bookings: notice, limits, moving and cancelling, acceptance, holidays (C4, C6, C7).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{Permission, directory::Facility, scheduling::Policy};
use jiff::civil::Time;
use platform::Result;

use super::{
    Site,
    admin_form::{Filling, Places, Values},
    admin_masters as masters,
    visitor::Visitor,
};
use crate::view::{AdminPolicy, Here, PolicyGroup, PolicyRow};

const PLACES: &Places = &[
    ("book_notice_minutes", "book_notice_minutes"),
    ("horizon_days", "horizon_days"),
    ("same_day_cut_off", "same_day_cut_off"),
    ("hold_minutes", "hold_minutes"),
    ("daily_limit", "daily_limit"),
    ("max_upcoming", "max_upcoming"),
    ("accept_within_minutes", "accept_within_minutes"),
    ("move_notice_minutes", "move_notice_minutes"),
    ("max_moves", "max_moves"),
    ("cancel_notice_minutes", "cancel_notice_minutes"),
    ("free_change_minutes", "free_change_minutes"),
    ("late_fee", "late_fee"),
    ("no_show_grace_minutes", "no_show_grace_minutes"),
];

/// A rule: its field, its label and its hint (or nothing).
type Rule = (&'static str, &'static str, &'static str);

/// The rules by what they are about.
const GROUPS: [(&str, &[Rule]); 4] = [
    (
        "policy-group-booking",
        &[
            ("book_notice_minutes", "policy-book-notice", "policy-minutes"),
            ("horizon_days", "policy-days-ahead", ""),
            ("same_day_cut_off", "policy-cut-off", "policy-cut-off-hint"),
            ("hold_minutes", "policy-hold", ""),
        ],
    ),
    (
        "policy-group-limits",
        &[
            ("daily_limit", "policy-daily-limit", "policy-zero-hint"),
            ("max_upcoming", "policy-max-upcoming", "policy-zero-hint"),
        ],
    ),
    (
        "policy-group-changes",
        &[
            ("move_notice_minutes", "policy-move-notice", "policy-minutes"),
            ("max_moves", "policy-max-moves", ""),
            ("cancel_notice_minutes", "policy-cancel-notice", "policy-minutes"),
            ("free_change_minutes", "policy-free-change", "policy-minutes"),
            ("late_fee", "policy-late-fee", ""),
        ],
    ),
    (
        "policy-group-visit",
        &[
            ("accept_within_minutes", "policy-accept-within", "policy-minutes"),
            ("no_show_grace_minutes", "policy-no-show-grace", ""),
        ],
    ),
];

/// `GET /admin/facilities/{id}/policy`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ScheduleManage, &id).await?;
    let policy = site.scheduling.policy(&visitor.cx, &facility.id).await?;
    visitor.page(&page(&visitor, &facility, &Filling::kept(values(&policy))))
}

/// `POST /admin/facilities/{id}/policy`
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ScheduleManage, &id).await?;
    let cut_off = sent.get("same_day_cut_off");
    let same_day_cut_off: Option<Time> = cut_off.replace('.', ":").parse().ok();
    let unreadable = !cut_off.is_empty() && same_day_cut_off.is_none();
    let policy = policy(&sent, same_day_cut_off);
    if unreadable {
        sent.mend("same_day_cut_off", visitor.say("hours-bad-time"));
        return visitor.page_with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page(&visitor, &facility, &sent));
    }
    match site.scheduling.set_policy(&visitor.cx, &facility.id, sent.version(), policy).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-policy"),
        Err(error) => {
            let now = site.scheduling.policy(&visitor.cx, &facility.id).await?;
            let status = sent.refused(&visitor, error, PLACES, &values(&now))?;
            visitor.page_with(status, &page(&visitor, &facility, &sent))
        }
    }
}

fn values(policy: &Policy) -> Values {
    let cut_off = policy.same_day_cut_off.map(|time| time.strftime("%H:%M").to_string());
    let tick = |on: bool| if on { "1".to_owned() } else { String::new() };
    vec![
        ("version", policy.version.to_string()),
        ("book_notice_minutes", policy.book_notice_minutes.to_string()),
        ("horizon_days", policy.horizon_days.to_string()),
        ("same_day_cut_off", cut_off.unwrap_or_default()),
        ("hold_minutes", policy.hold_minutes.to_string()),
        ("daily_limit", policy.daily_limit.to_string()),
        ("max_upcoming", policy.max_upcoming.to_string()),
        ("move_notice_minutes", policy.move_notice_minutes.to_string()),
        ("max_moves", policy.max_moves.to_string()),
        ("cancel_notice_minutes", policy.cancel_notice_minutes.to_string()),
        ("free_change_minutes", policy.free_change_minutes.to_string()),
        ("late_fee", policy.late_fee.to_string()),
        ("accept_within_minutes", policy.accept_within_minutes.to_string()),
        ("no_show_grace_minutes", policy.no_show_grace_minutes.to_string()),
        ("closed_on_holidays", tick(policy.closed_on_holidays)),
        ("closed_on_collective_leave", tick(policy.closed_on_collective_leave)),
    ]
}

fn policy(sent: &Filling, same_day_cut_off: Option<Time>) -> Policy {
    Policy {
        book_notice_minutes: sent.number("book_notice_minutes", u32::MAX),
        move_notice_minutes: sent.number("move_notice_minutes", u32::MAX),
        cancel_notice_minutes: sent.number("cancel_notice_minutes", u32::MAX),
        free_change_minutes: sent.number("free_change_minutes", u32::MAX),
        late_fee: sent.rupiah("late_fee"),
        max_moves: sent.number("max_moves", u32::MAX),
        horizon_days: sent.number("horizon_days", u16::MAX),
        same_day_cut_off,
        daily_limit: sent.number("daily_limit", u16::MAX),
        max_upcoming: sent.number("max_upcoming", u16::MAX),
        hold_minutes: sent.number("hold_minutes", u16::MAX),
        no_show_grace_minutes: sent.number("no_show_grace_minutes", u16::MAX),
        accept_within_minutes: sent.number("accept_within_minutes", u32::MAX),
        closed_on_holidays: sent.has("closed_on_holidays"),
        closed_on_collective_leave: sent.has("closed_on_collective_leave"),
        version: sent.version(),
    }
}

fn page(visitor: &Visitor, facility: &Facility, sent: &Filling) -> AdminPolicy {
    let path = masters::path_of(&facility.id);
    let mut shell = masters::below(visitor, visitor.say("policy-title"), Here::Places, path.clone(), "back-facility");
    shell.failing = sent.failing();
    let row = |(id, label, hint): &Rule| PolicyRow {
        id,
        label,
        hint,
        kind: if *id == "same_day_cut_off" { "time" } else { "text" },
        needed: *id != "same_day_cut_off",
        field: sent.field(id),
    };
    AdminPolicy {
        shell,
        facility: facility.name.clone(),
        action: format!("{path}/policy"),
        version: sent.text("version"),
        mends: sent.mends.clone(),
        stale: sent.stale.clone(),
        groups: GROUPS
            .iter()
            .map(|(label, rows)| PolicyGroup { label, rows: rows.iter().map(row).collect() })
            .collect(),
        holidays: sent.has("closed_on_holidays"),
        collective: sent.has("closed_on_collective_leave"),
    }
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, PLACES, values};

    /// Every rule that can be refused has a field, and every field a place for what is wrong with it.
    #[test]
    fn every_rule_has_its_field() {
        let shown: Vec<&str> = GROUPS.iter().flat_map(|(_, rows)| rows.iter().map(|(id, ..)| *id)).collect();
        let mut places: Vec<&str> = PLACES.iter().map(|(_, id)| *id).collect();
        let mut fields = shown.clone();
        places.sort_unstable();
        fields.sort_unstable();
        assert_eq!(places, fields);
        let policy: contracts::scheduling::Policy = serde_json::from_value(serde_json::json!({
            "book_notice_minutes": 1, "move_notice_minutes": 1, "cancel_notice_minutes": 1, "free_change_minutes": 1, "late_fee": 1,
            "max_moves": 1, "horizon_days": 1, "same_day_cut_off": null, "daily_limit": 1, "max_upcoming": 1, "hold_minutes": 1,
            "no_show_grace_minutes": 1, "accept_within_minutes": 1, "closed_on_holidays": true, "closed_on_collective_leave": false,
            "version": 3
        }))
        .unwrap();
        let kept = values(&policy);
        assert!(shown.iter().all(|id| kept.iter().any(|(known, _)| known == id)));
    }
}
