//! Growth as a picture: times over sizes, both in powers of ten.

use std::fmt::Write as _;

use super::pool::Measured;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const MARGIN: f64 = 56.0;
/// What is drawn, from and to, as powers of ten: rows, milliseconds.
const ROWS: [f64; 2] = [4.0, 8.0];
const MS: [f64; 2] = [-1.0, 4.0];

/// One line of the picture: name, colour, value.
type Line = (&'static str, &'static str, fn(&Measured) -> f64);

const LINES: [Line; 3] = [
    ("counts, median", "#0b6e6e", |m| m.counts_median_ms),
    ("counts, p99", "#6aa84f", |m| m.counts_p99_ms),
    ("50,000 ranked, median", "#b3541e", |m| m.ranked_median_ms),
];

/// The picture as SVG.
pub(super) fn svg(all: &[Measured]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for power in ROWS[0] as i32..=ROWS[1] as i32 {
        let x = place(f64::from(power), ROWS, MARGIN, WIDTH - MARGIN);
        // Writing to a String cannot fail.
        let _ = writeln!(svg, "<path d=\"M{x} {MARGIN}V{}\" stroke=\"#ddd\"/>", HEIGHT - MARGIN);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">10^{power} rows</text>",
            HEIGHT - MARGIN + 18.0
        );
    }
    for power in MS[0] as i32..=MS[1] as i32 {
        let y = place(f64::from(power), MS, HEIGHT - MARGIN, MARGIN);
        let _ = writeln!(svg, "<path d=\"M{MARGIN} {y}H{}\" stroke=\"#ddd\"/>", WIDTH - MARGIN);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{} ms</text>",
            MARGIN - 6.0,
            y + 4.0,
            10_f64.powi(power)
        );
    }
    for (at, (name, colour, value)) in LINES.into_iter().enumerate() {
        let point = |m: &Measured| {
            let x = place((m.rows as f64).log10(), ROWS, MARGIN, WIDTH - MARGIN);
            let y = place(value(m).max(1e-3).log10(), MS, HEIGHT - MARGIN, MARGIN);
            format!("{x:.1},{y:.1}")
        };
        let points: Vec<String> = all.iter().map(point).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        let y = 20.0 + 16.0 * at as f64;
        let _ = writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{colour}\">{name}</text>");
    }
    svg.push_str("</svg>\n");
    svg
}

fn place(value: f64, range: [f64; 2], from: f64, to: f64) -> f64 {
    from + (value - range[0]) / (range[1] - range[0]) * (to - from)
}
