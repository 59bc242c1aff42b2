//! The lines of the log that are looked for.

use std::collections::BTreeMap;

use contracts::system::LogLine;
use platform::{
    Error, Result,
    telemetry::recent::{self, Line},
};
use serde_json::{Map, Value};

/// Lines told at most by one process.
const SHOWN: usize = 200;
/// The longest id of a request.
const LONGEST: usize = 40;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sought {
    /// The lines of a trace.
    Trace(String),
    /// The lines of a request.
    Request(String),
    /// What went wrong lately.
    Warnings,
}

impl Sought {
    /// Reads what a person typed; 422 where it is no id.
    pub(super) fn of(text: Option<&str>) -> Result<Self> {
        let text = text.unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(Self::Warnings);
        }
        if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self::Trace(text.to_ascii_lowercase()));
        }
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if text.len() <= LONGEST && is_word && text.contains('_') {
            return Ok(Self::Request(text.to_owned()));
        }
        Err(Error::invalid("trace", "trace-id"))
    }

    /// The newest such lines of this process, in the order in which they were written.
    pub(super) fn lines(&self) -> Vec<LogLine> {
        let found = match self {
            Self::Trace(trace) => recent::lines(Some(trace), SHOWN),
            Self::Request(request) => among_all(&format!(r#""request_id":"{request}""#), None),
            Self::Warnings => among_all(r#""level":"WARN""#, Some(r#""level":"ERROR""#)),
        };
        found.iter().rev().map(told).collect()
    }
}

/// The newest lines in which one of these stands.
fn among_all(mark: &str, other: Option<&str>) -> Vec<Line> {
    let wanted = |line: &Line| line.text.contains(mark) || other.is_some_and(|other| line.text.contains(other));
    recent::lines(None, usize::MAX).into_iter().filter(wanted).take(SHOWN).collect()
}

/// A line taken apart; one that was cut short is told as it is.
fn told(line: &Line) -> LogLine {
    let mut fields: Map<String, Value> = serde_json::from_str(&line.text).unwrap_or_default();
    let whole = !fields.is_empty();
    let mut take = |name: &str| fields.remove(name).map(text);
    let (at, level, service) = (take("timestamp"), take("level"), take("service"));
    let (message, target) = (take("message"), take("target"));
    let (trace_id, request_id) = (take("trace_id"), take("request_id"));
    LogLine {
        at: at.unwrap_or_default(),
        level: level.unwrap_or_default(),
        service: service.unwrap_or_default(),
        message: if whole { message.unwrap_or_default() } else { line.text.to_string() },
        target: target.unwrap_or_default(),
        trace_id: trace_id.or_else(|| line.trace.as_deref().map(ToOwned::to_owned)),
        request_id,
        fields: fields.into_iter().map(|(name, value)| (name, text(value))).collect::<BTreeMap<_, _>>(),
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use platform::telemetry::recent::Line;

    use super::{Sought, told};

    /// J5
    #[test]
    fn a_trace_or_a_request_is_looked_for_and_nothing_else() {
        let trace = "0AF7651916cd43dd8448eb211c80319c";
        assert_eq!(Sought::of(Some(trace)).unwrap(), Sought::Trace(trace.to_lowercase()));
        assert_eq!(Sought::of(Some(" req_1 ")).unwrap(), Sought::Request("req_1".to_owned()));
        assert_eq!(Sought::of(None).unwrap(), Sought::Warnings);
        for other in ["Ayu Lestari", "3174014501900003", "req_\"", "0af7", &format!("req_{}", "x".repeat(40))] {
            assert!(Sought::of(Some(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_line_is_taken_apart_and_one_cut_short_is_told_as_it_is() {
        let text = r#"{"timestamp":"2026-11-23T00:00:00Z","level":"WARN","service":"auth","message":"late","left":3,"target":"t"}"#;
        let line = told(&Line { trace: Some("t1".into()), text: text.into() });
        assert_eq!((line.level.as_str(), line.message.as_str(), line.fields["left"].as_str()), ("WARN", "late", "3"));
        assert_eq!(line.trace_id.as_deref(), Some("t1"));
        assert_eq!(told(&Line { trace: None, text: text[..40].into() }).message, text[..40]);
    }
}
