//! Processor time of this process, as Linux counts it.

/// `/proc` counts in hundredths of a second, whatever the kernel's own clock (`proc(5)`, `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of all threads together, in the program and in the kernel. `None` where `/proc` does not exist.
pub(super) fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name and may hold anything; the 14th and 15th are the two times.
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
    Some((fields.next()? + fields.next()?) / TICKS_PER_SECOND)
}
