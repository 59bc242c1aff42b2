//! `POST /users/register`: one form for several contexts.

use serde_json::{Value, json};

use crate::{
    house::{App, email, patient},
    on_both_engines,
};

fn fields(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().filter_map(|error| error["field"].as_str().map(str::to_owned)).collect()
}

on_both_engines! {
    /// A1, A2, J4
    async fn all_fields_to_mend_are_told_at_once_and_nothing_is_kept(engine) {
        let app = App::start(engine).await;
        let form = json!({ "name": " ", "email": "nobody", "password": "short", "nik": "12", "bpjs_number": "1", "patient_type": "bpjs" });
        let answer = app.guest().post("/users/register", &form).await.expect(422);
        let told = fields(&answer);
        for field in ["name", "email", "password", "birth_place", "birth_date", "sex"] {
            assert_eq!(told.iter().filter(|told| *told == field).count(), 1, "{field} in {told:?}");
        }
        let mut form = patient("sari");
        form["nik"] = json!("12");
        form["password"] = json!("short");
        let told = fields(&app.guest().post("/api/v1/users/register", &form).await.expect(422));
        assert!(told.contains(&"nik".to_owned()) && told.contains(&"password".to_owned()), "{told:?}");
        app.sign_up("sari").await;
        app.close().await;
    }

    /// A1, A3
    async fn doctors_wait_and_staff_is_signed_up_by_a_super_admin_only(engine) {
        let app = App::start(engine).await;
        let mut form = json!({ "role": "doctor", "name": "dr. Contoh Baru", "email": email("baru"), "password": crate::house::PASSWORD });
        let doctor = app.guest().post("/users/register", &form).await.expect(201);
        assert_eq!(doctor["account"]["state"], "pending");
        form["role"] = json!("admin");
        form["email"] = json!(email("staf"));
        app.guest().post("/users/register", &form).await.expect(403);
        app.sign_in("admin1").await.post("/users/register", &form).await.expect(403);
        let staff = app.sign_in("super").await.post("/users/register", &form).await.expect(201);
        assert_eq!(staff["account"]["roles"], json!(["admin"]));
        app.close().await;
    }

    /// A2
    async fn a_known_nik_is_not_told_of(engine) {
        let app = App::start(engine).await;
        let mut form = patient("satu");
        form["no_nik_reason"] = Value::Null;
        form["nik"] = json!("7371994201900001");
        let first = app.guest().post("/users/register", &form).await.expect(201);
        form["email"] = json!(email("dua"));
        let second = app.guest().post("/users/register", &form).await.expect(201);
        assert_eq!(first["patient"]["warnings"], second["patient"]["warnings"]);
        assert_ne!(first["patient"]["id"], second["patient"]["id"]);
        app.close().await;
    }
}
