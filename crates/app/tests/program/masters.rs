//! The pages of master data: whose they are, and what becomes of a form that somebody else was faster with.

use crate::{
    house::{Answer, App, Caller},
    on_both_engines,
};

/// Sends a form as a page would.
async fn send(caller: &Caller<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    caller.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], Some(body)).await
}

fn html(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The value of a field of the page.
fn value(page: &str, name: &str) -> String {
    let field = page.split("<input").find(|field| field.contains(&format!("name=\"{name}\""))).unwrap_or_default();
    field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

const RULES: [(&str, &str); 13] = [
    ("book_notice_minutes", "15"),
    ("horizon_days", "60"),
    ("same_day_cut_off", ""),
    ("hold_minutes", "5"),
    ("daily_limit", "1"),
    ("max_upcoming", "20"),
    ("move_notice_minutes", "120"),
    ("max_moves", "3"),
    ("cancel_notice_minutes", "0"),
    ("free_change_minutes", "1440"),
    ("late_fee", "Rp25.000"),
    ("accept_within_minutes", "1440"),
    ("no_show_grace_minutes", "15"),
];

fn rules<'a>(version: &'a str, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = RULES.into_iter().filter(|(known, _)| *known != name).collect();
    fields.extend([("version", version), (name, value)]);
    fields
}

on_both_engines! {
    /// A4, B1: an admin of one facility sees and changes only it.
    async fn another_facility_s_pages_are_not_there(engine) {
        let app = App::start(engine).await;
        let (own, stranger) = (app.sign_in("admin1").await, app.sign_in("admin2").await);
        let facility = format!("/admin/facilities/{}", app.facilities[0].id);
        let service = format!("/admin/services/{}", app.services[0][0].id);
        let department = own.get(&format!("/api/v1/facilities/{}/departments", app.facilities[0].id)).await.json();
        let department = format!("{facility}/departments/{}", department[0]["id"].as_str().unwrap());
        for path in [
            facility.clone(),
            format!("{facility}/policy"),
            format!("{facility}/closures"),
            format!("{facility}/services/new"),
            format!("{facility}/departments/new"),
            department,
            service.clone(),
        ] {
            assert_eq!(own.get(&path).await.status, 200, "{path}");
            assert_eq!(stranger.get(&path).await.status, 404, "{path}");
            assert_eq!(app.guest().get(&path).await.status, 401, "{path}");
        }
        for (path, fields) in [
            (format!("{facility}/policy"), rules("0", "hold_minutes", "7")),
            (format!("{facility}/closures"), vec![("from", "2026-12-31")]),
            (format!("{facility}/departments/new"), vec![("name_id", "Poli X"), ("name_en", "X")]),
            (format!("{service}/withdraw"), vec![("version", "1")]),
            (service, vec![("version", "1"), ("name_id", "X"), ("name_en", "X")]),
        ] {
            assert_eq!(send(&stranger, &path, &fields).await.status, 404, "{path}");
        }
        assert_eq!(own.get(&format!("{facility}/edit")).await.status, 403, "what the network decides is not the admin's");
        let list = html(&stranger.get("/admin/facilities").await);
        assert!(list.contains(&app.facilities[1].name) && !list.contains(&app.facilities[0].name));
        let theirs: Vec<_> = app.doctors.iter().filter(|doctor| doctor.practices.iter().all(|p| p.facility == app.facilities[0].id)).collect();
        for doctor in theirs {
            assert_eq!(own.get(&format!("/admin/doctors/{}", doctor.id)).await.status, 200);
            assert_eq!(stranger.get(&format!("/admin/doctors/{}", doctor.id)).await.status, 404, "public, and not theirs to edit");
        }
        app.close().await;
    }

    /// B1, C4: whoever was overtaken is told so, and loses nothing typed.
    async fn a_stale_form_is_told_so_and_keeps_what_was_typed(engine) {
        let app = App::start(engine).await;
        let admin = app.sign_in("admin1").await;
        let path = format!("/admin/facilities/{}/policy", app.facilities[0].id);
        let opened = html(&admin.get(&path).await);
        let version = value(&opened, "version");
        assert_eq!(send(&admin, &path, &rules(&version, "horizon_days", "45")).await.status, 303);
        let late = send(&admin, &path, &rules(&version, "horizon_days", "30")).await;
        assert_eq!(late.status, 412);
        let page = html(&late);
        assert_eq!(value(&page, "horizon_days"), "30", "what was typed is there");
        assert!(page.contains("Kini tersimpan: 45"), "and what is kept beside it");
        let now = value(&page, "version");
        assert_ne!(now, version);
        assert_eq!(send(&admin, &path, &rules(&now, "horizon_days", "30")).await.status, 303, "saving again is a decision");
        assert_eq!(value(&html(&admin.get(&path).await), "horizon_days"), "30");

        let wrong = send(&admin, &path, &rules(&now, "horizon_days", "besok")).await;
        assert_eq!(wrong.status, 422);
        let page = html(&wrong);
        assert!(value(&page, "horizon_days") == "besok" && page.contains("horizon_days-error"), "the field and its bounds are named");
        app.close().await;
    }

    /// B1, C2: a form that is sent twice adds one service.
    async fn a_service_is_opened_changed_and_withdrawn(engine) {
        let app = App::start(engine).await;
        let admin = app.sign_in("admin1").await;
        let facility = format!("/admin/facilities/{}", app.facilities[0].id);
        let new = format!("{facility}/services/new");
        let key = value(&html(&admin.get(&new).await), "key");
        let fields = |price| {
            vec![
                ("key", key.as_str()), ("kind", "lab_test"), ("name_id", "Gula darah puasa"), ("name_en", "Fasting sugar"), ("duration", "10"),
                ("before", "0"), ("after", "0"), ("price", price), ("modes", "in_person"), ("active", "1"),
            ]
        };
        let refused = send(&admin, &new, &fields("gratis")).await;
        assert_eq!(refused.status, 422);
        assert_eq!((value(&html(&refused), "price"), value(&html(&refused), "name_id")), ("gratis".into(), "Gula darah puasa".into()));
        let added = send(&admin, &new, &fields("Rp 60.000")).await;
        assert_eq!(added.status, 303, "{}", html(&added));
        assert!(added.header("location").ends_with("/hours"), "a desk needs hours next");
        assert_eq!(send(&admin, &new, &fields("Rp 60.000")).await.header("location"), added.header("location"));
        app.settle().await;
        let hours = added.header("location").to_owned();
        let week = [("d0", "1"), ("f0", "08:00"), ("u0", "10:00"), ("c0", "3"), ("m0", "both"), ("vf0", "2026-11-23")];
        let seen = send(&admin, &hours, &[&week[..], &[("lihat", "1")]].concat()).await;
        assert!(html(&seen).contains("id=\"hasil\""), "hours are looked at before they are kept: {}", html(&seen));
        let kept = send(&admin, &hours, &[&week[..], &[("simpan", "1")]].concat()).await;
        assert_eq!(kept.status, 303, "{}", html(&kept));
        assert!(html(&admin.get(&hours).await).contains("08.00–10.00"));
        let service = hours.trim_end_matches("/hours").to_owned();
        let version = value(&html(&admin.get(&service).await), "version");
        let gone = send(&admin, &format!("{service}/withdraw"), &[("version", version.as_str())]).await;
        assert_eq!((gone.status.as_u16(), gone.header("location")), (303, facility.as_str()));
        let again = send(&admin, &format!("{service}/withdraw"), &[("version", version.as_str())]).await;
        assert_eq!((again.status.as_u16(), again.header("location")), (303, facility.as_str()), "pressed twice");
        assert!(html(&admin.get(&service).await).contains(&format!("{service}/offer")));
        app.close().await;
    }

    /// B2: a doctor is taken on with hours; what is wrong is shown beside its field, and everything typed stays.
    async fn a_doctor_is_taken_on_with_hours(engine) {
        let app = App::start(engine).await;
        let admin = app.sign_in("admin1").await;
        let facility = app.facilities[0].id.to_string();
        let service = app.services[0].iter().find(|service| service.kind == contracts::directory::ServiceKind::Consultation).unwrap().id.to_string();
        let speciality = app.doctors[0].specialities[0].id.to_string();
        let fee = format!("fee0-{service}");
        let fields = |sip_until: &'static str| {
            vec![
                ("name", "dr. Andi Contoh, Sp.A"), ("sex", "male"), ("specialities", speciality.as_str()), ("languages", "id"),
                ("str_number", "STR 9901"), ("p0", facility.as_str()), ("sip0", "SIP 12/2026"), ("until0", sip_until), ("sv0", service.as_str()),
                (fee.as_str(), "210.000"), ("h0-1-0f", "09:00"), ("h0-1-0u", "12:00"), ("auto_accept", "1"),
            ]
        };
        let path = "/admin/doctors/new";
        let wrong = send(&admin, path, &fields("")).await;
        assert_eq!(wrong.status, 422);
        let page = html(&wrong);
        assert!(page.contains("until0-error") && value(&page, "name") == "dr. Andi Contoh, Sp.A" && value(&page, "h0-1-0f") == "09:00", "{page}");
        let grown = html(&send(&admin, path, &[&fields("2029-01-01")[..], &[("grow", "1")]].concat()).await);
        assert!(value(&grown, "sip0") == "SIP 12/2026", "one more place is asked for, and nothing is lost");
        let added = send(&admin, path, &fields("2029-01-01")).await;
        assert_eq!(added.status, 303, "{}", html(&added));
        app.settle().await;
        let doctor = added.header("location").trim_start_matches("/admin/doctors/").to_owned();
        let hours = admin.get(&format!("/api/v1/schedules?facility={facility}&doctor={doctor}")).await.expect(200);
        assert_eq!(hours[0]["hours"][0]["from"], "09:00:00");
        let page = html(&admin.get(added.header("location")).await);
        assert_eq!((value(&page, &fee), value(&page, "until0")), ("210000".into(), "2029-01-01".into()));
        let version = value(&page, "version");
        let gone = format!("{}/retire", added.header("location"));
        assert_eq!(send(&admin, &gone, &[("version", version.as_str())]).await.status, 303);
        assert_eq!(app.guest().get(&format!("/api/v1/doctors/{doctor}")).await.status, 404);
        let mut late = fields("2029-01-01");
        late.push(("version", version.as_str()));
        assert_eq!(send(&admin, added.header("location"), &late).await.status, 412, "retiring raised the version");
        app.close().await;
    }

    /// C1 (R.V3): a closed facility has no free times, and a holiday is the whole network's.
    async fn a_facility_closes_for_a_day(engine) {
        let app = App::start(engine).await;
        let (admin, boss) = (app.sign_in("admin1").await, app.sign_in("super").await);
        let path = format!("/admin/facilities/{}/closures", app.facilities[0].id);
        assert_eq!(send(&admin, &path, &[("from", "besok")]).await.status, 422);
        let closure = [("from", "2026-12-30"), ("until", "2026-12-31"), ("reason", "Renovasi")];
        assert_eq!(send(&admin, &path, &closure).await.status, 303);
        assert_eq!(send(&admin, &path, &closure).await.status, 303, "sent twice");
        let page = html(&admin.get(&path).await);
        assert_eq!(page.matches("Renovasi").count(), 1, "it is there once");
        let remove = page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|action| action.ends_with("/remove")).unwrap().to_owned();
        assert_eq!(send(&admin, &remove, &[]).await.status, 303);
        assert!(!html(&admin.get(&path).await).contains("Renovasi"));

        let day = [("date", "2026-12-30"), ("name_id", "Hari Contoh"), ("name_en", "Sample Day")];
        assert_eq!(send(&admin, "/admin/holidays", &day).await.status, 403);
        assert_eq!(send(&boss, "/admin/holidays", &day).await.status, 303);
        assert!(html(&admin.get("/admin/holidays?tahun=2026").await).contains("Hari Contoh"));
        assert_eq!(send(&boss, "/admin/holidays/2026-12-30/remove", &[]).await.status, 303);
        assert!(!html(&admin.get("/admin/holidays?tahun=2026").await).contains("Hari Contoh"));
        app.close().await;
    }
}
