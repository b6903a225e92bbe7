//! What a verification found, as a table, as JSON and as a reliability diagram.

use std::fmt::Write as _;

use qidai_match::verify::{Bin, Calibration, EDGES};
use serde::Serialize;

use super::verify::Cases;

/// One set of frequencies, verified.
#[derive(Serialize)]
pub(super) struct Verified {
    frequencies: String,
    /// `invented` people, or `retyped` units of the bank.
    truth: &'static str,
    seed: u64,
    patients: usize,
    units: usize,
    questions: Vec<Question>,
}

#[derive(Serialize)]
struct Question {
    question: &'static str,
    pairs: u64,
    without_answer: u64,
    expected: f64,
    observed: u64,
    brier: f64,
    brier_of_mean: f64,
    z_by_patient: f64,
    bins: Vec<Shown>,
}

/// One bin that has pairs.
#[derive(Serialize)]
struct Shown {
    from: f64,
    to: f64,
    pairs: u64,
    /// Mean probability, and the part that was so with its 95 % interval (Wilson).
    predicted: f64,
    observed: f64,
    low: f64,
    high: f64,
}

impl Verified {
    pub(super) fn new(
        name: &str,
        is_retyped: bool,
        seed: u64,
        cases: &Cases,
        found: Vec<(&'static str, Calibration)>,
    ) -> Verified {
        Verified {
            frequencies: name.to_owned(),
            truth: if is_retyped { "retyped" } else { "invented" },
            seed,
            patients: cases.patients.len(),
            units: cases.units.len(),
            questions: found.into_iter().map(|(question, found)| Question::new(question, &found)).collect(),
        }
    }

    pub(super) fn table(&self) -> String {
        let mut text = format!(
            "{}\n{} invented patients × {} {} units, seed {}\n\n{:<8} {:>10} {:>12} {:>10} {:>9} {:>9} {:>7}\n",
            self.frequencies,
            self.patients,
            self.units,
            self.truth,
            self.seed,
            "match",
            "pairs",
            "expected",
            "observed",
            "Brier",
            "of mean",
            "z"
        );
        for q in &self.questions {
            let _ = writeln!(
                text,
                "{:<8} {:>10} {:>12.1} {:>10} {:>9.2e} {:>9.2e} {:>7.2}",
                q.question, q.pairs, q.expected, q.observed, q.brier, q.brier_of_mean, q.z_by_patient
            );
        }
        for q in &self.questions {
            let _ = writeln!(
                text,
                "\n{:<16} {:>10} {:>10} {:>10}  95 %",
                q.question, "pairs", "predicted", "observed"
            );
            for bin in &q.bins {
                let _ = writeln!(
                    text,
                    "{:<16} {:>10} {:>10.6} {:>10.6}  {:.6}–{:.6}",
                    format!("{}–{}", bin.from, bin.to),
                    bin.pairs,
                    bin.predicted,
                    bin.observed,
                    bin.low,
                    bin.high
                );
            }
        }
        text
    }
}

impl Question {
    fn new(question: &'static str, found: &Calibration) -> Question {
        let (expected, observed) = found.expected_and_observed();
        let bins = found.bins.iter().enumerate().filter(|(_, bin)| bin.pairs > 0);
        Question {
            question,
            pairs: found.pairs,
            without_answer: found.without_answer,
            expected,
            observed,
            brier: found.brier,
            brier_of_mean: found.brier_of_mean,
            z_by_patient: found.z_by_patient,
            bins: bins.map(|(at, bin)| Shown::new(at, bin)).collect(),
        }
    }
}

impl Shown {
    fn new(at: usize, bin: &Bin) -> Shown {
        let pairs = bin.pairs as f64;
        let observed = bin.observed as f64 / pairs;
        let (low, high) = wilson(observed, pairs);
        let edge = |at: usize| EDGES.get(at).map_or(1.0, |edge| if *edge > 0.999 { 1.0 } else { *edge });
        let (from, to) = (edge(at), edge(at + 1));
        Shown { from, to, pairs: bin.pairs, predicted: bin.expected / pairs, observed, low, high }
    }
}

/// The 95 % interval of a proportion. Source: Wilson 1927, J Am Stat Assoc 22:209.
fn wilson(part: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    let z2 = Z * Z;
    let middle = (part + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (part * (1.0 - part) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Side of one square of the diagram, and the room around it, in pixels.
const SIDE: f64 = 260.0;
const ROOM: f64 = 48.0;

/// The reliability diagram: predicted against observed for each question, with intervals; truth is on the diagonal.
pub(super) fn diagram(verified: &Verified) -> String {
    let step = SIDE + 2.0 * ROOM;
    let columns = verified.questions.len().clamp(1, 2);
    let rows = verified.questions.len().div_ceil(columns).max(1);
    let (width, height) = (step * columns as f64, step * rows as f64 + 40.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"{ROOM}\" y=\"24\" font-size=\"14\">{title}</text>\n",
        title = escaped(&format!(
            "{} – {} patients × {} {} units",
            verified.frequencies, verified.patients, verified.units, verified.truth
        )),
    );
    for (at, question) in verified.questions.iter().enumerate() {
        let (x, y) = ((at % columns) as f64 * step + ROOM, (at / columns) as f64 * step + ROOM + 40.0);
        square(&mut svg, question, x, y);
    }
    svg.push_str("</svg>\n");
    svg
}

fn square(svg: &mut String, question: &Question, x: f64, y: f64) {
    let (bottom, right) = (y + SIDE, x + SIDE);
    let _ = writeln!(
        svg,
        "<g><text x=\"{x}\" y=\"{}\" font-weight=\"bold\">{} · z {:.2} · Brier {:.2e}</text>\n\
         <rect x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n\
         <line x1=\"{x}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{y}\" stroke=\"#888\" stroke-dasharray=\"4 4\"/>",
        y - 8.0,
        question.question,
        question.z_by_patient,
        question.brier
    );
    for tick in [0.0, 0.5, 1.0] {
        let (across, up) = (x + tick * SIDE, bottom - tick * SIDE);
        let _ = writeln!(
            svg,
            "<text x=\"{across}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{tick}</text>",
            bottom + 16.0,
            x - 6.0,
            up + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">predicted</text>\n\
         <text transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\">observed</text>",
        x + SIDE / 2.0,
        bottom + 32.0,
        x - 30.0,
        y + SIDE / 2.0
    );
    for bin in &question.bins {
        let (across, up) = (x + bin.predicted * SIDE, |part: f64| bottom - part * SIDE);
        let _ = writeln!(
            svg,
            "<line x1=\"{across:.2}\" x2=\"{across:.2}\" y1=\"{:.2}\" y2=\"{:.2}\" stroke=\"#0b5fa5\"/>\n\
             <circle cx=\"{across:.2}\" cy=\"{:.2}\" r=\"3.5\" fill=\"#0b5fa5\"><title>{} pairs</title></circle>",
            up(bin.low),
            up(bin.high),
            up(bin.observed),
            bin.pairs
        );
    }
    svg.push_str("</g>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
