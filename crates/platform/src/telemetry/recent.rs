//! The latest log lines of this process, in memory and bounded, so that a super admin can look up what a trace wrote
//! where no collector runs.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Lines kept.
const LINES: usize = 4096;
/// The longest line kept whole, in bytes; of others the beginning.
const LONGEST: usize = 4096;

/// A line, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The trace it belongs to.
    pub trace: Option<Arc<str>>,
    /// The JSON object as it was printed.
    pub text: Arc<str>,
}

static RECENT: Mutex<VecDeque<Line>> = Mutex::new(VecDeque::new());

fn recent() -> MutexGuard<'static, VecDeque<Line>> {
    RECENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a line; the oldest goes.
pub(super) fn remember(trace: Option<String>, mut text: String) {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
    }
    let mut recent = recent();
    if recent.len() >= LINES {
        recent.pop_front();
    }
    recent.push_back(Line { trace: trace.map(Into::into), text: text.into() });
}

/// At most `limit` lines of a trace, or of all, the newest first.
pub fn lines(trace: Option<&str>, limit: usize) -> Vec<Line> {
    let wanted = |line: &&Line| trace.is_none_or(|trace| line.trace.as_deref() == Some(trace));
    recent().iter().rev().filter(wanted).take(limit).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{LINES, LONGEST, lines, remember};

    /// H3
    #[test]
    fn lines_are_found_by_their_trace_and_old_ones_go() {
        remember(Some("t1".to_owned()), "first".to_owned());
        remember(Some("t2".to_owned()), "é".repeat(LONGEST));
        remember(Some("t1".to_owned()), "second".to_owned());
        let found = lines(Some("t1"), 10);
        assert_eq!(found.iter().map(|line| &*line.text).collect::<Vec<_>>(), ["second", "first"]);
        assert_eq!(lines(Some("t1"), 1).len(), 1);
        assert!(lines(Some("t2"), 1)[0].text.len() <= LONGEST);
        for _ in 0..LINES {
            remember(None, "x".to_owned());
        }
        assert!(lines(Some("t1"), 10).is_empty());
        assert_eq!(lines(None, usize::MAX).len(), LINES);
    }
}
