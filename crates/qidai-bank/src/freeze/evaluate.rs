//! A curve beside a profile: each rule passes, fails, or cannot be told. Missing is never a pass.

use serde::{Deserialize, Serialize};

use super::{CurvePoint, FreezeCurve, FreezeProfile, FreezeRule};

/// How a rule, or a run, was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    Pass,
    Fail,
    /// The curve does not show it.
    Missing,
}

impl Judgement {
    /// As in the store and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Missing => "missing",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Pass, Self::Fail, Self::Missing].into_iter().find(|judgement| judgement.code() == code)
    }
}

/// One rule, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: String,
    pub judgement: Judgement,
    /// In the unit of the rule.
    pub value: Option<f64>,
    pub least: f64,
    pub most: f64,
}

/// A run, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Such as `crf-dmso-1`.
    pub profile: String,
    /// Fails where a rule fails; otherwise missing where one is missing.
    pub verdict: Judgement,
    pub findings: Vec<Finding>,
    /// Where ice formed: seconds since the beginning.
    pub nucleation_s: Option<i64>,
    /// When the sample had left the plateau.
    pub plateau_end_s: Option<i64>,
}

/// The sample must rise by so much for ice to have formed: less is noise of the probe. Thousandths of a degree.
const RISE_MC: i64 = 300;
/// Ice forms below this, thousandths of a degree.
const FREEZING_BELOW_MC: i64 = -1_000;
/// The plateau has ended when the sample is so far below its peak, thousandths of a degree.
const LEFT_PLATEAU_MC: i64 = 3_000;

/// Release of heat: from nucleation over the peak to the end of the plateau.
struct Heat {
    nucleation: (i64, i64),
    end_s: Option<i64>,
}

/// Judges a curve.
///
/// # Example
/// A sample that cools from 4 °C at 1 °C/min, freezes at −7 °C, rises to −4 °C and leaves −7 °C after five minutes has
/// a plateau of five minutes and, between −15 °C and −40 °C, a rate of 1.0 °C/min.
pub fn evaluate(curve: &FreezeCurve, profile: &FreezeProfile) -> Evaluation {
    let sample: Vec<(i64, i64)> =
        curve.points.iter().filter_map(|point| Some((point.at_s, point.sample_mc?))).collect();
    let heat = release_of_heat(&sample);
    let findings: Vec<Finding> = profile
        .rules
        .iter()
        .map(|rule| finding(rule, value_of(rule, &curve.points, &sample, heat.as_ref())))
        .collect();
    let has = |judgement| findings.iter().any(|finding| finding.judgement == judgement);
    let verdict = match (has(Judgement::Fail), has(Judgement::Missing)) {
        (true, _) => Judgement::Fail,
        (false, true) => Judgement::Missing,
        (false, false) => Judgement::Pass,
    };
    Evaluation {
        profile: profile.code.to_owned(),
        verdict,
        findings,
        nucleation_s: heat.as_ref().map(|heat| heat.nucleation.0),
        plateau_end_s: heat.and_then(|heat| heat.end_s),
    }
}

fn finding(rule: &FreezeRule, value: Option<f64>) -> Finding {
    let judgement = match value {
        None => Judgement::Missing,
        Some(value) if (rule.least..=rule.most).contains(&value) => Judgement::Pass,
        Some(_) => Judgement::Fail,
    };
    Finding { rule: rule.code.to_owned(), judgement, value, least: rule.least, most: rule.most }
}

fn value_of(
    rule: &FreezeRule,
    points: &[CurvePoint],
    sample: &[(i64, i64)],
    heat: Option<&Heat>,
) -> Option<f64> {
    let celsius = |mc: i64| mc as f64 / 1_000.0;
    match rule.code {
        "start_temperature" => sample.first().map(|(_, mc)| celsius(*mc)),
        "end_temperature" => sample.last().map(|(_, mc)| celsius(*mc)),
        "step" => {
            let steps = points.windows(2).map(|pair| pair[1].at_s - pair[0].at_s);
            steps.max().map(|longest| longest as f64)
        }
        "nucleation" => heat.map(|heat| celsius(heat.nucleation.1)),
        "plateau" => {
            let heat = heat?;
            Some((heat.end_s? - heat.nucleation.0) as f64 / 60.0)
        }
        _ => rate(sample, rule.range_c?),
    }
}

/// Mean rate of cooling between two temperatures, degrees per minute: from the last moment above the first to the
/// first moment below the second.
fn rate(sample: &[(i64, i64)], (from_c, to_c): (f64, f64)) -> Option<f64> {
    let [from, to] = [from_c, to_c].map(|celsius| (celsius * 1_000.0) as i64);
    let end = sample.iter().position(|(_, mc)| *mc <= to)?;
    let begin = sample[..end].iter().rposition(|(_, mc)| *mc >= from)?;
    let ((begin_s, begin_mc), (end_s, end_mc)) = (sample[begin], sample[end]);
    let minutes = (end_s - begin_s) as f64 / 60.0;
    (minutes > 0.0).then(|| (begin_mc - end_mc) as f64 / 1_000.0 / minutes)
}

/// Ice forms where the sample, below freezing, stops falling and rises; it left the plateau when it is well below the
/// peak.
fn release_of_heat(sample: &[(i64, i64)]) -> Option<Heat> {
    let mut lowest = *sample.first()?;
    for (at, point) in sample.iter().enumerate() {
        if point.1 <= lowest.1 {
            lowest = *point;
        } else if lowest.1 < FREEZING_BELOW_MC && point.1 - lowest.1 >= RISE_MC {
            let mut peak = point.1;
            let left = sample[at..].iter().find(|(_, mc)| {
                peak = peak.max(*mc);
                peak - mc >= LEFT_PLATEAU_MC
            });
            return Some(Heat { nucleation: lowest, end_s: left.map(|(at_s, _)| *at_s) });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cools as a good program does: knots of (minute, degrees), straight between them, a point every 10 s.
    fn curve(knots: &[(f64, f64)]) -> FreezeCurve {
        let mut points = Vec::new();
        for pair in knots.windows(2) {
            let [(from, a), (to, b)] = [pair[0], pair[1]];
            let steps = ((to - from) * 6.0).round() as i64;
            for step in 0..steps {
                let part = step as f64 / steps as f64;
                let mc = ((a + (b - a) * part) * 1_000.0).round() as i64;
                let at_s = ((from + (to - from) * part) * 60.0).round() as i64;
                points.push(CurvePoint { at_s, sample_mc: Some(mc), chamber_mc: Some(mc - 4_000) });
            }
        }
        FreezeCurve { started_at: jiff::Timestamp::UNIX_EPOCH, points }
    }

    const GOOD: [(f64, f64); 7] =
        [(0.0, 4.0), (11.0, -7.0), (11.5, -4.0), (15.0, -4.5), (16.5, -10.0), (51.5, -45.0), (56.0, -90.0)];

    fn judged(knots: &[(f64, f64)], rule: &str) -> (Judgement, Judgement) {
        let evaluation = evaluate(&curve(knots), &FreezeProfile::all()[0]);
        let finding = evaluation.findings.iter().find(|finding| finding.rule == rule).unwrap();
        (finding.judgement, evaluation.verdict)
    }

    #[test]
    fn a_good_run_passes_every_rule() {
        let evaluation = evaluate(&curve(&GOOD), &FreezeProfile::all()[0]);
        assert_eq!(evaluation.verdict, Judgement::Pass, "{evaluation:#?}");
        assert_eq!(evaluation.nucleation_s, Some(11 * 60));
        let plateau = evaluation.findings.iter().find(|finding| finding.rule == "plateau").unwrap();
        assert!((4.5..5.5).contains(&plateau.value.unwrap()), "{plateau:?}");
    }

    #[test]
    fn each_fault_is_found_by_its_rule() {
        let with = |at: usize, knot: (f64, f64)| {
            let mut knots = GOOD;
            knots[at] = knot;
            knots
        };
        // Begins warm; ends warm; supercools deeply; a long plateau; too fast after freezing.
        for (knots, rule) in [
            (with(0, (0.0, 22.0)), "start_temperature"),
            (with(6, (56.0, -70.0)), "end_temperature"),
            (with(1, (11.0, -24.0)), "nucleation"),
        ] {
            let (finding, verdict) = judged(&knots, rule);
            assert_ne!(finding, Judgement::Pass, "{rule}");
            assert_eq!(verdict, Judgement::Fail, "{rule}");
        }
        let long = [
            (0.0, 4.0),
            (11.0, -7.0),
            (11.5, -4.0),
            (25.0, -4.5),
            (27.0, -10.0),
            (62.0, -45.0),
            (67.0, -90.0),
        ];
        assert_eq!(judged(&long, "plateau").0, Judgement::Fail);
        let fast = [
            (0.0, 4.0),
            (11.0, -7.0),
            (11.5, -4.0),
            (15.0, -4.5),
            (16.5, -10.0),
            (21.5, -45.0),
            (26.0, -90.0),
        ];
        assert_eq!(judged(&fast, "rate_after_freezing").0, Judgement::Fail);
    }

    #[test]
    fn what_the_curve_does_not_show_is_missing_and_no_pass() {
        let straight = [(0.0, 4.0), (51.0, -45.0), (56.0, -90.0)];
        assert_eq!(judged(&straight, "nucleation"), (Judgement::Missing, Judgement::Missing));
        let nothing = FreezeCurve { started_at: jiff::Timestamp::UNIX_EPOCH, points: Vec::new() };
        assert_eq!(evaluate(&nothing, &FreezeProfile::all()[0]).verdict, Judgement::Missing);
    }
}
