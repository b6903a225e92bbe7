//! Two columns in each other's place, told by what cannot be: most values of one are impossible, and each column's values
//! would be possible under the other's head.

use qidai_bank::{TestDefinition, ValueKind};

use super::decimal::with_point;
use super::heads::{Column, Role, unit_fits};
use crate::table::Row;

/// Fewer values prove nothing about a column; each is refused for itself.
const VALUES_MIN: usize = 2;

pub(super) fn mark(columns: &mut [Column], rows: &[Row]) {
    let numbers: Vec<(usize, &'static TestDefinition)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| unit_fits(column))
        .filter_map(|(at, column)| match column.role {
            Role::Test(test) if test.kind == ValueKind::Number => Some((at, test)),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (one, own) in &numbers {
        for (other, others) in numbers.iter().filter(|(other, _)| other > one) {
            let possible = |values: usize, head: usize, test| share(columns, rows, values, (head, test));
            let (Some(own_share), Some(others_share)) =
                (possible(*one, *one, *own), possible(*other, *other, *others))
            else {
                continue;
            };
            let is_wrong = own_share.min(others_share) < 0.5;
            let crossed = [possible(*other, *one, *own), possible(*one, *other, *others)];
            if is_wrong && crossed.iter().all(|share| share.is_some_and(|share| share >= 1.0)) {
                found.push((*one, *other));
            }
        }
    }
    for (one, other) in found {
        let names = [columns[one].name.clone(), columns[other].name.clone()];
        columns[one].swapped_with.get_or_insert(names[1].clone());
        columns[other].swapped_with.get_or_insert(names[0].clone());
    }
}

/// How many of a column's values are possible under a head; nothing where there are too few.
fn share(columns: &[Column], rows: &[Row], values: usize, head: (usize, &TestDefinition)) -> Option<f64> {
    let (unit, column) = (columns[head.0].unit.as_deref(), &columns[values]);
    let texts: Vec<String> = rows
        .iter()
        .map(|row| with_point(row.cell(values).text, column))
        .filter(|text| is_number(text))
        .collect();
    let possible = texts.iter().filter(|text| head.1.read(text, unit).is_ok()).count();
    (texts.len() >= VALUES_MIN).then(|| possible as f64 / texts.len() as f64)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && text.parse::<f64>().is_ok()
}
