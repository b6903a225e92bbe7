//! The watch over one probe: a small machine that sees readings in the order of their times.
//!
//! Above the warning limit for longer than the delay, or above the critical limit at all, is an excursion. It ends when
//! the probe is 2 °C below the warning limit again, so that a probe that trembles around the limit is one alarm and not
//! forty.

use serde::{Deserialize, Serialize};

/// An excursion ends so far below the warning limit, thousandths of a degree.
const WELL_BELOW_MC: i64 = 2_000;

/// Limits of a tank that is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) warn_mc: i64,
    pub(crate) critical_mc: i64,
    pub(crate) delay_us: i64,
}

impl Limits {
    /// 0 within, 1 above the warning limit, 2 above the critical one.
    pub(crate) fn beyond(&self, mc: i64) -> i64 {
        i64::from(mc > self.warn_mc) + i64::from(mc > self.critical_mc)
    }
}

/// What the watch knows of a probe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Track {
    pub(crate) last_us: Option<i64>,
    last_mc: Option<i64>,
    over_since_us: Option<i64>,
    peak_mc: i64,
    area_mc_s: i64,
    is_raised: bool,
    is_critical: bool,
}

/// An excursion as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Excursion {
    pub(crate) began_us: i64,
    pub(crate) until_us: i64,
    pub(crate) peak_mc: i64,
    /// Thousandths of a degree above the warning limit, times seconds.
    pub(crate) area_mc_s: i64,
    pub(crate) is_critical: bool,
}

/// What a reading means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Nothing,
    Raise(Excursion),
    /// It became critical.
    Worsen(Excursion),
    End(Excursion),
}

impl Track {
    /// Sees one reading, not older than the last.
    pub(crate) fn step(&mut self, at_us: i64, mc: i64, limits: &Limits) -> Step {
        let step =
            if mc > limits.warn_mc { self.above(at_us, mc, limits) } else { self.below(at_us, mc, limits) };
        (self.last_us, self.last_mc) = (Some(at_us), Some(mc));
        step
    }

    /// Forgets what it followed; an excursion that was raised ends where it was last seen.
    pub(crate) fn finish(&mut self) -> Step {
        let ended = match (self.is_raised, self.last_us) {
            (true, Some(last)) => Step::End(self.excursion(last)),
            _ => Step::Nothing,
        };
        *self = Self::default();
        ended
    }

    fn above(&mut self, at_us: i64, mc: i64, limits: &Limits) -> Step {
        if let (Some(last_us), Some(last_mc)) =
            (self.last_us, self.last_mc.filter(|last| *last > limits.warn_mc))
        {
            let mean = (last_mc + mc) / 2 - limits.warn_mc;
            self.area_mc_s += mean * (at_us - last_us) / 1_000_000;
        }
        let since = *self.over_since_us.get_or_insert(at_us);
        self.peak_mc = if since == at_us && !self.is_raised { mc } else { self.peak_mc.max(mc) };
        let becomes_critical = mc > limits.critical_mc && !self.is_critical;
        self.is_critical |= becomes_critical;
        if self.is_raised {
            return if becomes_critical { Step::Worsen(self.excursion(at_us)) } else { Step::Nothing };
        }
        if !self.is_critical && at_us - since < limits.delay_us {
            return Step::Nothing;
        }
        self.is_raised = true;
        Step::Raise(self.excursion(at_us))
    }

    fn below(&mut self, at_us: i64, mc: i64, limits: &Limits) -> Step {
        if self.is_raised && mc > limits.warn_mc - WELL_BELOW_MC {
            return Step::Nothing;
        }
        let step = if self.is_raised { Step::End(self.excursion(at_us)) } else { Step::Nothing };
        *self = Self::default();
        step
    }

    fn excursion(&self, until_us: i64) -> Excursion {
        Excursion {
            began_us: self.over_since_us.unwrap_or(until_us),
            until_us,
            peak_mc: self.peak_mc,
            area_mc_s: self.area_mc_s,
            is_critical: self.is_critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { warn_mc: -150_000, critical_mc: -135_000, delay_us: 300_000_000 };

    /// Feeds readings, ten seconds apart; gives what happened with the second at which it did.
    fn told(temperatures_c: &[f64]) -> Vec<(i64, &'static str)> {
        let mut track = Track::default();
        let mut told = Vec::new();
        for (at, celsius) in temperatures_c.iter().enumerate() {
            let second = at as i64 * 10;
            let word = match track.step(second * 1_000_000, (celsius * 1_000.0) as i64, &LIMITS) {
                Step::Nothing => continue,
                Step::Raise(_) => "raise",
                Step::Worsen(_) => "worsen",
                Step::End(_) => "end",
            };
            told.push((second, word));
        }
        told
    }

    fn cold(count: usize) -> Vec<f64> {
        vec![-185.0; count]
    }

    #[test]
    fn a_lid_that_is_open_for_a_minute_is_no_alarm() {
        assert_eq!(told(&[cold(3), vec![-149.0; 6], cold(3)].concat()), []);
    }

    #[test]
    fn one_excursion_is_one_alarm_however_it_trembles() {
        let trembling: Vec<f64> = (0..60).map(|at| if at % 2 == 0 { -149.9 } else { -150.1 }).collect();
        let warm = vec![-149.0; 40];
        let readings = [cold(1), warm, trembling, cold(5)].concat();
        assert_eq!(told(&readings), [(310, "raise"), (1_010, "end")]);
        let twice = [vec![-149.0; 40], cold(5), vec![-149.0; 40], cold(5)].concat();
        assert_eq!(told(&twice), [(300, "raise"), (400, "end"), (750, "raise"), (850, "end")]);
    }

    #[test]
    fn critical_does_not_wait() {
        assert_eq!(told(&[-185.0, -134.0, -185.0]), [(10, "raise"), (20, "end")]);
        let worse = [vec![-149.0; 31], vec![-134.0; 2], cold(1)].concat();
        assert_eq!(told(&worse), [(300, "raise"), (310, "worsen"), (330, "end")]);
    }

    #[test]
    fn peak_and_area_are_those_above_the_limit() {
        let mut track = Track::default();
        for second in 0..=600 {
            track.step(second * 1_000_000, -140_000, &LIMITS);
        }
        let Step::End(excursion) = track.step(601_000_000, -180_000, &LIMITS) else { panic!("it ends") };
        // Ten degrees above the limit for ten minutes.
        assert_eq!((excursion.peak_mc, excursion.area_mc_s), (-140_000, 10_000 * 600));
        assert_eq!((excursion.began_us, excursion.until_us), (0, 601_000_000));
    }
}
