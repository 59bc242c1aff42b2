//! What the system says of this process, under the names Prometheus' own clients use. Nothing where there is no `/proc`.

/// The pages of memory that Linux counts in, in bytes, on every machine we run on.
const PAGE: f64 = 4096.0;
/// Ticks of a second in which Linux counts processor time towards programs.
const TICKS: f64 = 100.0;

/// Looks anew.
pub(super) fn look() {
    if let Some(pages) = read("/proc/self/statm").and_then(|text| text.split_whitespace().nth(1)?.parse::<f64>().ok()) {
        metrics::gauge!("process_resident_memory_bytes").set(pages * PAGE);
    }
    if let Some(seconds) = read("/proc/self/stat").as_deref().and_then(processor_seconds) {
        metrics::gauge!("process_cpu_seconds_total").set(seconds);
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(files.count() as f64);
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// User and system time: the 14th and 15th field. The 2nd is a name in brackets that may hold blanks.
fn processor_seconds(stat: &str) -> Option<f64> {
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11).map(str::parse::<f64>);
    Some((fields.next()?.ok()? + fields.next()?.ok()?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::processor_seconds;

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 8 0 100 1000 10";
        assert_eq!(processor_seconds(stat), Some(2.0));
        assert_eq!(processor_seconds("rubbish"), None);
    }
}
