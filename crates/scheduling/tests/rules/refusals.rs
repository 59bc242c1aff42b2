//! What a refusal says, for tests to compare.

use platform::{Error, Result};

/// The kind of a conflict, or the word of any other error.
pub fn word<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("it should have been refused").word().to_owned()
}

/// The rule that a refusal names.
pub fn rule<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Conflict(conflict)) => {
            conflict.args.iter().find(|(name, _)| name == "rule").expect("a rule").1.clone()
        }
        other => panic!("not refused by a rule: {other:?}"),
    }
}

/// The starts offered in place of a lost one, as local clock times.
pub fn offered<T: std::fmt::Debug>(result: Result<T>) -> Vec<String> {
    match result {
        Err(Error::Conflict(conflict)) => {
            let times = conflict.alternatives.as_array().cloned().unwrap_or_default();
            times.iter().map(|time| time["local"].as_str().unwrap().to_owned()).collect()
        }
        other => panic!("no conflict: {other:?}"),
    }
}

/// The field that was wrong, with its code.
pub fn field<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    match result {
        Err(Error::Invalid(fields)) => (fields[0].field.clone(), fields[0].code.clone()),
        other => panic!("not invalid: {other:?}"),
    }
}
