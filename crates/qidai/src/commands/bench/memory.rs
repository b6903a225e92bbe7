//! Resident memory of this process, as Linux counts it.

/// Megabytes (10⁶ bytes): now, and at most until now. `None` where `/proc` does not exist.
pub(super) fn resident_mb() -> Option<(f64, f64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let value = |key: &str| {
        let line = status.lines().find(|line| line.starts_with(key))?;
        let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes * 1024.0 / 1e6)
    };
    Some((value("VmRSS:")?, value("VmHWM:")?))
}
