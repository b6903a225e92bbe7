//! The probability bar: P0 at the left to P4, what is above stays empty.

use super::results::percent;

/// A bar of 100 parts, with the likeliest count before it.
pub(super) struct ProbabilityBar {
    /// `P1 96%`: of exactly so many mismatches at A, B, C, DRB1.
    pub(super) head: String,
    /// Beginning, width and style of each piece, in percent.
    pub(super) pieces: Vec<(String, String, &'static str)>,
    /// All five, for who does not see the bar.
    pub(super) spoken: String,
}

const LOOKS: [&str; 5] = ["p-0", "p-1", "p-2", "p-3", "p-4"];

impl ProbabilityBar {
    /// Of the probabilities of exactly 0 to 4 mismatches.
    pub(super) fn new(p: &[f64; 5]) -> ProbabilityBar {
        let likeliest = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let above = (1.0 - p.iter().sum::<f64>()).clamp(0.0, 1.0);
        let head = match likeliest {
            Some((count, p)) if *p >= above => format!("P{count} {}", percent(*p)),
            _ => format!("P5+ {}", percent(above)),
        };
        let mut from = 0.0;
        let mut pieces = Vec::new();
        for (p, look) in p.iter().zip(LOOKS) {
            let width = (p * 100.0).clamp(0.0, 100.0 - from);
            if width >= 0.5 {
                pieces.push((format!("{from:.1}%"), format!("{width:.1}%"), look));
            }
            from += width;
        }
        let spoken: Vec<String> =
            p.iter().enumerate().map(|(count, p)| format!("P{count} {}", percent(*p))).collect();
        ProbabilityBar { head, pieces, spoken: spoken.join(" · ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_side_by_side_and_never_leave_the_bar() {
        let bar = ProbabilityBar::new(&[0.25, 0.5, 0.002, 0.2, 0.0]);
        assert_eq!(bar.head, "P1 50%");
        let lengths: Vec<(&str, &str)> =
            bar.pieces.iter().map(|(x, w, _)| (x.as_str(), w.as_str())).collect();
        assert_eq!(lengths, [("0.0%", "25.0%"), ("25.0%", "50.0%"), ("75.2%", "20.0%")]);
        let all: f64 = ProbabilityBar::new(&[0.6, 0.6, 0.0, 0.0, 0.0])
            .pieces
            .iter()
            .filter_map(|(_, width, _)| width.trim_end_matches('%').parse::<f64>().ok())
            .sum();
        assert!(all <= 100.0, "{all}");
    }

    #[test]
    fn certainty_is_only_said_where_it_is() {
        assert_eq!(ProbabilityBar::new(&[1.0, 0.0, 0.0, 0.0, 0.0]).head, "P0 100%");
        assert_eq!(ProbabilityBar::new(&[0.99999, 0.00001, 0.0, 0.0, 0.0]).head, "P0 > 99.9%");
        assert_eq!(ProbabilityBar::new(&[0.5, 0.5, 0.0, 0.0, 0.0]).head, "P0 50%");
        assert_eq!(ProbabilityBar::new(&[0.0, 0.0, 0.0, 0.0, 0.1]).head, "P5+ 90%");
    }
}
