//! The trade-off between pairs: CD34+ cells together to the right, the class of the worse unit upwards, the probability in the fill.

use crate::catalogue::PairHit;
use crate::words::Words;

pub(super) const WIDE: f64 = 900.0;
pub(super) const NARROW: f64 = 340.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 16.0;
const ROW: f64 = 46.0;
const BOTTOM: f64 = 40.0;
/// Lines of the axis, at most.
const STEPS: usize = 6;

/// A chart, ready for its template.
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    /// Place and name of each class.
    pub(super) rows: Vec<(String, String)>,
    /// Place and number of each line of the axis.
    pub(super) columns: Vec<(String, String)>,
    pub(super) dots: Vec<Dot>,
    pub(super) axis: String,
}

/// One pair.
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    /// Style of its probability: `p0` the likeliest, `p4` the least, `pn` not known.
    pub(super) look: &'static str,
    pub(super) is_edge: bool,
    pub(super) place: usize,
    pub(super) said: String,
}

/// A pair whose class and cells are known.
struct Drawn {
    /// Its place among all pairs, from 0.
    at: usize,
    units: String,
    class: u8,
    dose: f64,
    likely: Option<f64>,
    is_edge: bool,
}

impl Chart {
    /// Draws the pairs of which class and cells are known.
    pub(super) fn new(
        pairs: &[(usize, &PairHit, bool)],
        width: f64,
        weight_kg: Option<f64>,
        w: &Words,
    ) -> Chart {
        let dose = |pair: &PairHit| Some(pair.cd34_total? / weight_kg.unwrap_or(1.0) / 1e5);
        let known = |(at, pair, is_edge): &(usize, &PairHit, bool)| {
            Some(Drawn {
                at: *at,
                units: pair.units.join(" + "),
                class: pair.x8?.best,
                dose: dose(pair)?,
                likely: pair.likely,
                is_edge: *is_edge,
            })
        };
        let drawn: Vec<Drawn> = pairs.iter().filter_map(known).collect();
        let mut classes: Vec<u8> = drawn.iter().map(|one| one.class).collect();
        classes.sort_unstable_by(|a, b| b.cmp(a));
        classes.dedup();
        let step = step(drawn.iter().map(|one| one.dose).fold(0.0, f64::max));
        let most = step * STEPS as f64;
        let x = |dose: f64| LEFT + (width - LEFT - RIGHT) * dose / most;
        let y = |class: u8| {
            let row = classes.iter().position(|known| *known == class).unwrap_or(0);
            TOP + ROW * (row as f64 + 0.5)
        };
        // Pairs of one class are spread a little by their order, so that equal doses do not hide each other.
        let spread = |at: usize| ((at % 7) as f64 - 3.0) * 4.5;
        let dot = |one: &Drawn| Dot {
            x: format!("{:.1}", x(one.dose)),
            y: format!("{:.1}", y(one.class) + spread(one.at)),
            look: look(one.likely),
            is_edge: one.is_edge,
            place: one.at + 1,
            said: format!("{}: {} · {}/8 · {:.2}", one.at + 1, one.units, one.class, one.dose),
        };
        let decimals = usize::from(step < 1.0);
        let bottom = TOP + ROW * classes.len().max(1) as f64;
        let unit = if weight_kg.is_some() { "CD34 ×10⁵/kg" } else { "CD34 ×10⁵" };
        Chart {
            width,
            height: bottom + BOTTOM,
            left: LEFT,
            right: width - RIGHT,
            bottom,
            rows: classes.iter().map(|class| (format!("{:.1}", y(*class)), format!("{class}/8"))).collect(),
            columns: (0..=STEPS)
                .map(|at| at as f64 * step)
                .map(|dose| (format!("{:.1}", x(dose)), format!("{dose:.decimals$}")))
                .collect(),
            dots: drawn.iter().map(dot).collect(),
            axis: w.t1("pairs-axis", "unit", unit),
        }
    }
}

/// A round step with which [`STEPS`] of them reach the most.
fn step(most: f64) -> f64 {
    let least = most / STEPS as f64;
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
    steps.into_iter().find(|step| *step >= least).unwrap_or(1000.0)
}

fn look(likely: Option<f64>) -> &'static str {
    match likely {
        None => "pn",
        Some(p) if p >= 0.9 => "p0",
        Some(p) if p >= 0.7 => "p1",
        Some(p) if p >= 0.5 => "p2",
        Some(p) if p >= 0.25 => "p3",
        Some(_) => "p4",
    }
}
