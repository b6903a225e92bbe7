//! The arithmetic of processing: each formula with its inputs, its unit, and who says so.
//!
//! White cells are kept apart as they were counted and corrected for nucleated red cells; a formula never takes one for
//! the other. Numbers are decimal and exact to a millionth; only the last step rounds, halves away from zero.

use crate::specification::number;
use crate::{Problem, Refusal};

const MICRO: i128 = 1_000_000;

/// One formula.
pub struct Formula {
    /// Stable, such as `tnc_corrected`.
    pub name: &'static str,
    /// Names of the inputs with their units last.
    pub inputs: &'static [&'static str],
    /// Unit of the result.
    pub unit: &'static str,
    /// Places of the result.
    pub decimals: u32,
    pub source: &'static str,
    /// Over millionths; `None` where it has no answer, such as a division by zero.
    compute: fn(&[i128]) -> Option<i128>,
}

/// The formulas.
pub static FORMULAS: [Formula; 9] = [
    Formula {
        name: "wbc_corrected",
        inputs: &["wbc_raw_10e9_per_l", "nrbc_per_100_wbc"],
        unit: "10^9/L",
        decimals: 3,
        source: "haematology convention: counted × 100 / (100 + nucleated red cells per 100 white cells)",
        compute: |x| divided(times(x[0], 100 * MICRO)?, 100 * MICRO + x[1]),
    },
    Formula {
        name: "tnc_raw",
        inputs: &["wbc_raw_10e9_per_l", "volume_ml"],
        unit: "cells",
        decimals: 0,
        source: "mission M05: TNC = white cells × volume; 10⁹/l are 10⁶ in a millilitre",
        compute: |x| times(x[0], x[1])?.checked_mul(MICRO),
    },
    Formula {
        name: "tnc_corrected",
        inputs: &["wbc_raw_10e9_per_l", "nrbc_per_100_wbc", "volume_ml"],
        unit: "cells",
        decimals: 0,
        source: "mission M05, with the correction of wbc_corrected, unrounded in between",
        compute: |x| {
            let raw = times(x[0], x[2])?.checked_mul(MICRO)?;
            divided(times(raw, 100 * MICRO)?, 100 * MICRO + x[1])
        },
    },
    Formula {
        name: "recovery_percent",
        inputs: &["count_out", "count_in"],
        unit: "%",
        decimals: 2,
        source: "mission M05: recovery = count after / count before × 100, both counted the same way",
        compute: |x| divided(x[0].checked_mul(100)?, x[1]),
    },
    Formula {
        name: "viable_cells",
        inputs: &["cells", "viability_percent"],
        unit: "cells",
        decimals: 0,
        source: "cells × viability",
        compute: |x| divided(times(x[0], x[1])?, 100 * MICRO),
    },
    Formula {
        name: "cd34_total",
        inputs: &["cd34_per_ul", "volume_ml"],
        unit: "cells",
        decimals: 0,
        source: "interop.md §5.2: absolute CD34+ per microlitre (ISHAGE) × volume; a millilitre has 1,000 microlitres",
        compute: |x| times(x[0], x[1])?.checked_mul(1_000),
    },
    Formula {
        name: "nrbc_total",
        inputs: &["wbc_raw_10e9_per_l", "nrbc_per_100_wbc", "volume_ml"],
        unit: "cells",
        decimals: 0,
        source: "what the correction takes away: tnc_raw − tnc_corrected",
        compute: |x| {
            let raw = times(x[0], x[2])?.checked_mul(MICRO)?;
            Some(raw - divided(times(raw, 100 * MICRO)?, 100 * MICRO + x[1])?)
        },
    },
    Formula {
        name: "final_concentration_percent",
        inputs: &["stock_percent", "stock_volume_ml", "final_volume_ml"],
        unit: "%",
        decimals: 2,
        source: "process-data.md §5 [K]: 5 ml of 50 % DMSO in 25 ml are 10 %",
        compute: |x| divided(times(x[0], x[1])?, x[2]),
    },
    Formula {
        name: "max_recipient_kg",
        inputs: &["tnc_total"],
        unit: "kg",
        decimals: 1,
        source: "standards.md §3 [K]: 2.5×10⁷ TNC for a kilogram",
        compute: |x| divided(x[0], 25_000_000 * MICRO),
    },
];

/// The product of two numbers in millionths.
fn times(a: i128, b: i128) -> Option<i128> {
    Some(a.checked_mul(b)? / MICRO)
}

/// The quotient of two numbers in millionths; nothing is divided by zero or less.
fn divided(a: i128, b: i128) -> Option<i128> {
    if b <= 0 {
        return None;
    }
    Some(a.checked_mul(MICRO)? / b)
}

/// The formula of a code.
///
/// # Errors
/// `formula_unknown`.
pub fn formula(code: &str) -> Result<&'static Formula, Refusal> {
    FORMULAS.iter().find(|formula| formula.name == code).ok_or_else(|| {
        let known: Vec<&str> = FORMULAS.iter().map(|formula| formula.name).collect();
        let sentence = format!("There is no formula '{code}': expected one of {}.", known.join(", "));
        Refusal::new("formula_unknown", sentence).with("value", code).with("expected", known.join(", "))
    })
}

impl Formula {
    /// Computes from texts, in the order of the inputs.
    ///
    /// # Errors
    /// `formula_input_missing`, `formula_input_wrong`, `formula_without_answer`.
    pub fn compute(&self, inputs: &[&str]) -> Result<String, Problem> {
        let problem = |field: &str, value: &str, code, reason: String, hint: &str| {
            Problem::new(field, value, code, reason, hint)
        };
        if inputs.len() != self.inputs.len() {
            let reason = format!("{} has {} inputs, found {}", self.name, self.inputs.len(), inputs.len());
            let hint = format!("expected {}", self.inputs.join(", "));
            return Err(problem(self.name, "", "formula_input_missing", reason, &hint));
        }
        let mut numbers = Vec::with_capacity(inputs.len());
        for (name, text) in self.inputs.iter().zip(inputs) {
            let read = number(text).filter(|number| *number >= 0);
            let reason = || format!("{name} is '{text}', which is no number from 0 on");
            numbers.push(read.ok_or_else(|| {
                problem(name, text, "formula_input_wrong", reason(), "write such as 12.5 or 1.25e9")
            })?);
        }
        let answer = (self.compute)(&numbers).ok_or_else(|| {
            let reason = format!("{} has no answer for these inputs", self.name);
            problem(self.name, "", "formula_without_answer", reason, "what is divided by must be more than 0")
        })?;
        Ok(shown(answer, self.decimals))
    }
}

/// Millionths with some places, halves away from zero, without superfluous zeros.
fn shown(micro: i128, decimals: u32) -> String {
    let unit = MICRO / 10_i128.pow(decimals);
    let rounded = (micro + unit / 2) / unit;
    let scale = 10_i128.pow(decimals);
    let (whole, rest) = (rounded / scale, rounded % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let width = decimals as usize;
    let fraction = format!("{rest:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}
