//! How long requesters wait, and how often there is a unit for them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qidai_bank::RequestTime;
use serde::Serialize;

/// Requests of a time, in all, domestic or foreign.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct Waiting {
    /// `all`, `domestic` or `foreign`.
    pub(crate) origin: &'static str,
    /// Handed in.
    pub(crate) requests: u64,
    pub(crate) reported: u64,
    /// From handing in to the report, in hours; null where none was reported.
    pub(crate) median_hours: Option<f64>,
    pub(crate) p90_hours: Option<f64>,
    pub(crate) longest_hours: Option<f64>,
    /// Requests for which a search was run.
    pub(crate) searched: u64,
    /// Of these: with a unit of at least so many of six, in the best case, above the dose of the request's profile.
    pub(crate) with_4_of_6: u64,
    pub(crate) with_5_of_6: u64,
    pub(crate) with_6_of_6: u64,
}

/// From the beginning of a day to the end of another, in the bank's zone.
pub(crate) fn span(from: Date, until: Date, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let begin = |day: Date| zone.to_timestamp(day.at(0, 0, 0, 0)).ok();
    let end = until.tomorrow().ok().and_then(begin);
    (begin(from).unwrap_or(Timestamp::MIN), end.unwrap_or(Timestamp::MAX))
}

/// Counts them.
pub(crate) fn waiting(times: &[RequestTime]) -> [Waiting; 3] {
    let of = |origin, counts: fn(&RequestTime) -> bool| {
        let own: Vec<&RequestTime> = times.iter().filter(|one| counts(one)).collect();
        count(origin, &own)
    };
    [of("all", |_| true), of("domestic", |one| !one.is_foreign), of("foreign", |one| one.is_foreign)]
}

fn count(origin: &'static str, times: &[&RequestTime]) -> Waiting {
    let waited =
        |one: &&RequestTime| Some(one.reported_at?.duration_since(one.submitted_at).as_secs_f64() / 3_600.0);
    let mut hours: Vec<f64> = times.iter().filter_map(waited).collect();
    hours.sort_by(f64::total_cmp);
    let with =
        |least: u8| times.iter().filter(|one| one.best_x6.is_some_and(|best| best >= least)).count() as u64;
    Waiting {
        origin,
        requests: times.len() as u64,
        reported: hours.len() as u64,
        median_hours: quantile(&hours, 0.5),
        p90_hours: quantile(&hours, 0.9),
        longest_hours: hours.last().copied(),
        searched: times.iter().filter(|one| one.is_searched).count() as u64,
        with_4_of_6: with(4),
        with_5_of_6: with(5),
        with_6_of_6: with(6),
    }
}

/// The smallest value that at least this share does not exceed (nearest rank), so that it is one that somebody waited.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn a_quantile_is_a_time_that_somebody_waited() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 40.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 40.0], 0.9), Some(40.0));
    }
}
