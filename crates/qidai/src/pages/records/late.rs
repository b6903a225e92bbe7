//! What was done earlier than it is entered: after a power failure, from the sheet.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::field::text_of;
use crate::error::Failure;

/// When it was done, where the form says so; a time without an offset is one of the bank's zone.
///
/// # Errors
/// `record_time_invalid`.
pub(in crate::pages) fn done_at(
    pairs: &[(String, String)],
    zone: &TimeZone,
) -> Result<Option<Timestamp>, Failure> {
    moment(text_of(pairs, "done_at"), zone)
}

/// The same of one field.
///
/// # Errors
/// `record_time_invalid`.
pub(in crate::pages) fn moment(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let local = || zone.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    let moment = text.parse::<Timestamp>().ok().or_else(local);
    moment.map(Some).ok_or_else(|| {
        let sentence = format!("'{text}' is no time: write day and time such as 2026-03-31 08:15.");
        Failure::refused("record_time_invalid", sentence).with("value", text)
    })
}
