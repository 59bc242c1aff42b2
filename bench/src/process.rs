//! What the system says about a process: memory and processor time (`/proc`, Linux).

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks a second in `/proc/<pid>/stat`; 100 on every Linux that people run.
const TICKS: u64 = 100;

/// Peak and present resident memory in KiB.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// The most it ever had (`VmHWM`).
    pub peak: u64,
    /// What it has now (`VmRSS`).
    pub now: u64,
}

/// The memory of a process.
pub fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server's memory")?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
    };
    Ok(Memory { peak: field("VmHWM:"), now: field("VmRSS:") })
}

/// The processor time a process has used, its own and the kernel's for it.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server's processor time")?;
    // The name, in brackets, may hold blanks; what follows it does not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 1000 / TICKS))
}

/// One line about the machine: processors, memory, kernel, and how busy it is.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']).trim();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let meminfo = read("/proc/meminfo");
    let kib =
        meminfo.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or_default();
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    format!(
        "{cores} × {model}, {} GiB, Linux {}, load {load} before the run",
        kib >> 20,
        read("/proc/sys/kernel/osrelease").trim()
    )
}
