//! How long an account waits after wrong sign-ins.

use jiff::{SignedDuration, Timestamp};

/// Wrong sign-ins in a row that cost nothing: fingers slip.
pub const FREE_FAILURES: i64 = 4;
/// The wait after the next one; each further one doubles it.
pub const FIRST_WAIT_SECONDS: i64 = 30;
/// The longest wait. Not for ever: whoever knows a staff number could otherwise lock out its owner. At this pace a
/// guesser has 24 tries a day.
pub const LONGEST_WAIT_SECONDS: i64 = 3_600;

/// Until when an account is locked after this many wrong sign-ins in a row, the last one now.
pub(crate) fn locked_until(failures: i64, now: Timestamp) -> Option<Timestamp> {
    let costly = u32::try_from(failures - FREE_FAILURES).ok().filter(|costly| *costly > 0)?;
    let doubled = (1..costly).fold(FIRST_WAIT_SECONDS, |wait, _| (wait * 2).min(LONGEST_WAIT_SECONDS));
    let wait = SignedDuration::from_secs(doubled);
    now.checked_add(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let waits =
            [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600), (68, 3600), (1000, 3600)];
        for (failures, seconds) in waits {
            let until = locked_until(failures, now);
            assert_eq!(until.map_or(0, Timestamp::as_second), seconds, "{failures} failures");
        }
    }
}
