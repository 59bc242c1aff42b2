//! Every field of every body the description names, given what nobody should give.

use serde_json::{Value, json};

use crate::{
    forms::Forms,
    health::operations,
    house::{Answer, App},
    matrix::{id_for, known, objects},
    on_both_engines,
};

/// Texts that look like something else, or like nothing.
const TRICKS: &[&str] = &[
    "",
    " ",
    "\u{0}",
    "'; drop table account; --",
    "\" or 1=1 --",
    "{\"$gt\":\"\"}",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%00%0a",
    "\u{202e}gnp.exe",
    "a\u{200b}b",
    "\u{feff}",
    "👩‍👩‍👧‍👦",
    "Ǆ\u{0307}\u{0327}",
    "１２３",
    "İ",
    "-1",
    "1e999",
    "NaN",
    "0x41",
    "\r\nSet-Cookie: a=b",
];
/// Values of every type, so that at least four are wrong.
fn strangers() -> Vec<Value> {
    vec![
        json!({}),
        json!([]),
        json!([[]]),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(9_007_199_254_740_993_i64),
        json!("x"),
        json!({"a": {"b": []}}),
    ]
}

on_both_engines! {
    /// J9
    async fn no_field_of_any_body_makes_the_program_fail(engine) {
        let app = App::start(engine).await;
        let described = app.guest().get("/api/openapi.json").await.expect(200);
        let objects = objects(&app).await;
        let admin = app.sign_in("super").await;
        let mut asked = 0;
        for (method, path, operation) in operations(&described).filter(|(method, ..)| *method != "get") {
            let mut known = known(&app, 0, path, &objects);
            // Refused by itself, so that thousands of sign-ups need no hashing.
            known.insert("password", json!("short"));
            let forms = Forms { described: &described, known };
            let Some(body) = forms.body(operation) else { continue };
            let path = path.replace("{id}", &id_for(&app, path, &objects)).replace("{role}", "patient");
            let send = async |what: &str, body: String| {
                let answer = admin.send(&method.to_uppercase(), &path, &[("if-match", "\"1\"")], Some(body)).await;
                assert!(answer.status.as_u16() < 500, "{method} {path}, {what}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
                answer
            };
            let schema = Forms::schema(operation).unwrap();
            for (name, (_, required)) in forms.properties(schema) {
                for stranger in strangers() {
                    asked += 1;
                    send(&format!("{name} = {stranger}"), with(&body, name, stranger.clone()).to_string()).await;
                }
                for trick in TRICKS {
                    asked += 1;
                    send(&format!("{name} = {trick:?}"), with(&body, name, json!(trick)).to_string()).await;
                }
                send(&format!("{name} long"), with(&body, name, json!("a".repeat(200_000))).to_string()).await;
                let missing = send(&format!("{name} missing"), without(&body, name).to_string()).await;
                let null = send(&format!("{name} null"), with(&body, name, Value::Null).to_string()).await;
                if required {
                    names_the_field(&missing, name, &path);
                    names_the_field(&null, name, &path);
                }
            }
            for broken in ["", "{", "null", "\"\\ud800\"", "[[]]", "{\"a\":1,\"a\":2}"] {
                let answer = send(broken, broken.to_owned()).await;
                assert!(answer.status.is_client_error(), "{method} {path} took {broken:?}");
            }
        }
        assert!(asked > 1_000, "only {asked} bodies were tried");
        app.close().await;
    }

    /// J9
    async fn ten_megabytes_are_too_large(engine) {
        let app = App::start(engine).await;
        let mut form = crate::house::patient("besar");
        form["name"] = json!("a".repeat(10 << 20));
        let answer = app.guest().post("/users/register", &form).await;
        assert_eq!(answer.status, 413);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        app.close().await;
    }
}

#[track_caller]
fn names_the_field(answer: &Answer, name: &str, path: &str) {
    let problem = answer.json();
    let named = || {
        problem["errors"].as_array().is_some_and(|errors| {
            errors.iter().any(|error| error["field"].as_str().is_some_and(|field| field.contains(name)))
        })
    };
    assert!(answer.status == 422 && named(), "{path}: {name}: {problem}");
    let sentence = problem["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(!sentence.is_empty() && !sentence.contains('⟦'), "{path}: {name} has no sentence: {problem}");
}

fn with(body: &Value, name: &str, value: Value) -> Value {
    let mut body = body.clone();
    if let Some(object) = body.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
    body
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    if let Some(object) = body.as_object_mut() {
        object.remove(name);
    }
    body
}
