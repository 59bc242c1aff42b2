//! Serves every page with made-up people, to look at: `cargo run -p web --example gallery -- 127.0.0.1:8090`,
//! then `/` for the list, `/<lang>/<filling>/<page>` for one. Styles and scripts are read from the folder, so a
//! change of theirs shows on reload.

use std::fmt::Write as _;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use platform::i18n::{Locale, Texts};
use web::speech::{Speech, TEXTS};
use web::view::sample::{Sample, render};
use web::{assets, portrait};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'";

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let texts = Arc::new(Texts::new(TEXTS).expect("the texts are well formed"));
    let list = get(|| async {
        let mut page = String::from("<!doctype html><title>Gallery</title><ul>");
        for locale in Locale::ALL {
            for sample in Sample::ALL {
                for name in NAMES {
                    let _ = write!(page, "<li><a href='/{locale}/{0}/{name}'>{locale} {0} {name}</a>", sample.word());
                }
            }
        }
        Html(page)
    });
    let show = get(move |Path((lang, filling, page)): Path<(String, String, String)>| {
        let texts = texts.clone();
        async move {
            let locale = lang.parse().unwrap_or_default();
            let sample = Sample::ALL.into_iter().find(|sample| sample.word() == filling).unwrap_or(Sample::Normal);
            let pages = render(&Speech { locale, texts }, sample);
            match pages.into_iter().find(|(name, _)| *name == page) {
                Some((_, Ok(html))) => ([(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
                Some((_, Err(error))) => error.to_string().into_response(),
                None => StatusCode::NOT_FOUND.into_response(),
            }
        }
    });
    let app = Router::new()
        .route("/", list)
        .route("/{lang}/{filling}/{page}", show)
        .route("/assets/{hash}/{name}", get(|Path((_, name)): Path<(String, String)>| async move { file(&name) }))
        .merge(portrait::router())
        .merge(web::icon::router());
    let listener = tokio::net::TcpListener::bind(&address).await.expect("the address is free");
    println!("http://{address}/");
    axum::serve(listener, app).await.expect("it serves until it is stopped");
}

const NAMES: &[&str] = &[
    "home",
    "search",
    "doctor",
    "booking_data",
    "booking_check",
    "booking_done",
    "appointments",
    "appointment",
    "move_",
    "cancel",
    "login",
    "signup",
    "doctor_day",
    "account",
    "security",
    "password",
    "second_factor",
    "reset_ask",
    "reset_finish",
    "approvals",
    "admin_home",
    "admin_reservations",
    "admin_reservation",
    "admin_move",
    "admin_book",
    "admin_book_what",
    "admin_book_when",
    "admin_roles",
    "admin_users",
    "admin_user",
    "admin_audit",
    "admin_facilities",
    "admin_facility",
    "admin_facility_form",
    "admin_names",
    "admin_service_form",
    "admin_desk_hours",
    "admin_policy",
    "admin_closures",
    "admin_specialities",
    "admin_holidays",
    "admin_doctors",
    "admin_doctor_form",
    "error",
    "facility",
    "person",
    "leave",
    "system",
    "system_parked",
    "system_jobs",
    "system_logs",
    "erased",
    "own_data",
    "family",
    "release",
    "inbox",
    "notices",
    "offline",
    "emergency",
    "styleguide",
];

fn file(name: &str) -> Response {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let styles = match name {
        "app.css" => assets::STYLES,
        "staff.css" => assets::STAFF_STYLES,
        _ => &[],
    };
    if !styles.is_empty() {
        let sources: Vec<(&str, String)> =
            styles.iter().map(|(path, _)| (*path, read(&format!("css/{path}")))).collect();
        return ([(CONTENT_TYPE, "text/css")], assets::stylesheet(&sources)).into_response();
    }
    if name == "styleguide.css" {
        return ([(CONTENT_TYPE, "text/css")], read("css/screens/styleguide.css")).into_response();
    }
    let (folder, kind) = if FilePath::new(name).extension().is_some_and(|kind| kind == "js") {
        ("js", "text/javascript")
    } else {
        ("img", "image/svg+xml")
    };
    ([(CONTENT_TYPE, kind)], read(&format!("{folder}/{name}"))).into_response()
}
