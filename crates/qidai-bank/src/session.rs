//! How long a sign-in lasts.

use jiff::{SignedDuration, Timestamp};

/// Without a request for so long, somebody else may sit at the screen. NIST SP 800-63B-4, 2.2.3 asks for at most an
/// hour at its second level; laboratories share benches, so half of that.
pub const IDLE_MINUTES: i64 = 30;
/// A working day with overtime; NIST SP 800-63B-4, 2.2.3: at most 24 hours.
pub const ABSOLUTE_HOURS: i64 = 12;
/// A request moves the idle limit only when so much of it is gone: not every page writes to the database.
pub(crate) const SEEN_EVERY_SECONDS: i64 = 60;
/// How long a one-time link can be used.
pub const LINK_HOURS: i64 = 24;
/// How long a role taken in an emergency lasts, at most.
pub const EMERGENCY_HOURS: i64 = 4;
/// The longest life of a machine's token.
pub const API_TOKEN_DAYS: i64 = 366;

/// Is a session with these times still good?
pub(crate) fn is_alive(created_at: Timestamp, seen_at: Timestamp, now: Timestamp) -> bool {
    let idle = now.duration_since(seen_at);
    let age = now.duration_since(created_at);
    idle < SignedDuration::from_mins(IDLE_MINUTES) && age < SignedDuration::from_hours(ABSOLUTE_HOURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_at_the_end_of_the_day() {
        let at = |minutes: i64| Timestamp::from_second(minutes * 60).expect("a time");
        for (seen, now, alive) in [(0, 29, true), (0, 30, false), (710, 719, true), (719, 720, false)] {
            assert_eq!(is_alive(at(0), at(seen), at(now)), alive, "seen {seen}, now {now}");
        }
    }
}
